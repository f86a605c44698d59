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
