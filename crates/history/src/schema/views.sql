-- Views for people: times as text, amounts as plain digits and as quantities with their decimals.

CREATE VIEW block_times AS
SELECT height, time_ms, TIME_OF(time_ms) AS time, transactions, events, hash
FROM blocks;

CREATE VIEW statement AS
SELECT a.id AS account, b.time_ms, TIME_OF(b.time_ms) AS time, p.height, p.number, p.leg,
       s.symbol, p.asset, p.purpose, p.side, p.part,
       PLAIN(p.amount) AS amount, WHOLE(p.amount, s.decimals) AS quantity,
       PLAIN(p.balance) AS balance, p.item, o.id AS other, t.hash AS tx
FROM postings p
JOIN blocks b ON b.height = p.height
JOIN accounts a ON a.account = p.account
JOIN assets s ON s.asset = p.asset
LEFT JOIN accounts o ON o.account = p.other
LEFT JOIN transactions t ON t.height = p.height AND t.position = p.receipt;

CREATE VIEW holdings AS
SELECT a.id AS account, s.symbol, x.asset, PLAIN(x.free) AS free, PLAIN(x.held) AS held,
       PLAIN(x.pledged) AS pledged, PLAIN(x.frozen) AS frozen, WHOLE(x.free, s.decimals) AS quantity_free, x.height AS since
FROM balances x
JOIN accounts a ON a.account = x.account
JOIN assets s ON s.asset = x.asset
WHERE x.height = (SELECT max(y.height) FROM balances y WHERE y.account = x.account AND y.asset = x.asset);

CREATE VIEW account_transactions AS
SELECT a.id AS account, b.time_ms, TIME_OF(b.time_ms) AS time, t.height, t.position, t.hash, t.outcome, t.code, t.name,
       t.sentence, PLAIN(t.fee) AS fee, t.weight, t.operations
FROM transactions t
JOIN blocks b ON b.height = t.height
JOIN accounts a ON a.account = t.account;

CREATE VIEW event_log AS
SELECT b.time_ms, TIME_OF(b.time_ms) AS time, e.height, e.number, e.module, e.kind, e.asset, PLAIN(e.amount) AS amount,
       e.vault, e.facility, e.lot, e.feed, t.hash AS tx, e.body
FROM events e
JOIN blocks b ON b.height = e.height
LEFT JOIN transactions t ON t.height = e.height AND t.position = e.receipt;

CREATE VIEW price_history AS
SELECT p.feed, p.time_ms, TIME_OF(p.time_ms) AS time, p.height, PLAIN(p.price) AS price, PLAIN(p.confidence) AS confidence,
       PLAIN(p.used) AS used, WHOLE(p.used, 18) AS used_whole, p.observed_ms
FROM prices p;

CREATE VIEW vault_history AS
SELECT l.vault, v.facility, a.id AS owner, b.time_ms, TIME_OF(b.time_ms) AS time, l.height, l.number, l.kind, l.asset, s.symbol,
       PLAIN(l.collateral) AS collateral, PLAIN(l.debt) AS debt, PLAIN(l.debt_left) AS debt_left, l.lot,
       WHOLE(l.health, 18) AS health, WHOLE(l.health_after, 18) AS health_after, t.hash AS tx
FROM vault_lines l
JOIN blocks b ON b.height = l.height
LEFT JOIN vaults v ON v.vault = l.vault
LEFT JOIN accounts a ON a.account = v.owner
LEFT JOIN assets s ON s.asset = l.asset
LEFT JOIN events e ON e.height = l.height AND e.number = l.number
LEFT JOIN transactions t ON t.height = l.height AND t.position = e.receipt;

CREATE VIEW auctions AS
SELECT l.lot, l.style, l.module, l.record, l.asset, s.symbol, PLAIN(l.amount) AS amount, WHOLE(l.amount, s.decimals) AS quantity,
       l.want, w.symbol AS want_symbol, PLAIN(l.raise_max) AS raise_max, PLAIN(l.start_price) AS start_price,
       PLAIN(l.floor_price) AS floor_price, o.time_ms AS opened_ms, TIME_OF(o.time_ms) AS opened, l.opened_height,
       c.time_ms AS closed_ms, TIME_OF(c.time_ms) AS closed, PLAIN(e.raised) AS raised, PLAIN(e.remainder) AS remainder,
       (SELECT count(*) FROM takes t WHERE t.lot = l.lot) AS takes
FROM lots l
JOIN assets s ON s.asset = l.asset
JOIN assets w ON w.asset = l.want
JOIN blocks o ON o.height = l.opened_height
LEFT JOIN lot_ends e ON e.lot = l.lot
LEFT JOIN blocks c ON c.height = e.height;

CREATE VIEW auction_takes AS
SELECT t.lot, b.time_ms, TIME_OF(b.time_ms) AS time, t.height, t.number, a.id AS taker, s.symbol, PLAIN(t.taken) AS taken,
       WHOLE(t.taken, s.decimals) AS quantity, PLAIN(t.price) AS price, PLAIN(t.payment) AS payment, w.symbol AS want_symbol
FROM takes t
JOIN blocks b ON b.height = t.height
JOIN lots l ON l.lot = t.lot
JOIN assets s ON s.asset = l.asset
JOIN assets w ON w.asset = l.want
LEFT JOIN accounts a ON a.account = t.taker;
