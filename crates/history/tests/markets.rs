//! Prices, vaults and auctions of the past, and how an older history becomes a new one.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;

use common::server::Server;
use common::*;
use gage_history::query::{Candle, LotsAsked, PageAsked, Span};
use gage_history::{History, HistoryError, Location};
use gage_units::{Amount, Price, Timestamp};

fn played(name: &str) -> (Scratch, World, History) {
    let scratch = Scratch::new(name);
    let mut world = World::start(config(&scratch.path().join("node")));
    world.play();
    let history = follow(&world.handle(), &sqlite(&scratch, "history.sqlite"));
    (scratch, world, history)
}

#[test]
fn candles_are_of_the_prices_in_them() {
    let (_scratch, mut world, history) = played("candles");
    for price in [130, 110, 125, 90, 91] {
        world.report(price);
    }
    let history = follow(&world.handle(), history.location());
    let candles =
        |interval, limit, cursor| history.candles(0, interval, &Span::default(), &PageAsked { limit, cursor }).unwrap();
    let every = candles(1, 500, None).items;
    let closes: Vec<u128> = every.iter().map(|candle| candle.close.0 / ONE).collect();
    assert_eq!(closes, [200, 190, 120, 130, 110, 125, 90, 91]);
    assert!(every.iter().all(|candle| candle.updates == 1 && candle.open == candle.close));
    // One long interval is all of it.
    let all = candles(u64::MAX, 500, None);
    let price = |price: u128| Price(price * ONE);
    let (open, high, low, close) = (price(200), price(200), price(90), price(91));
    assert_eq!(all.items, [Candle { time: Timestamp(0), open, high, low, close, updates: 8 }]);
    // In pages, the same as at once.
    let whole = candles(240_000, 500, None);
    assert!(whole.items.len() > 2 && whole.next.is_none());
    assert!(whole.items.iter().all(|candle| candle.time.0.is_multiple_of(240_000)));
    let (mut paged, mut cursor) = (Vec::new(), None);
    loop {
        let page = candles(240_000, 2, cursor);
        paged.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged, whole.items);
    let from = every[3].time;
    let late = history.candles(0, 1, &Span { from: Some(from), to: None }, &PageAsked::first(500)).unwrap();
    assert_eq!(late.items, every[3..]);
    assert!(history.candles(7, 1, &Span::default(), &PageAsked::first(1)).unwrap().items.is_empty());
}

#[test]
fn a_vaults_history_tells_its_debt() {
    let (_scratch, world, history) = played("vault");
    let found = history.vault_history(1, &Span::default(), &PageAsked::first(500)).unwrap().unwrap();
    assert_eq!((found.facility, found.owner.as_deref()), (1, Some(id(ALICE).to_string().as_str())));
    let kinds: Vec<&str> = found.items.iter().map(|line| line.kind.as_str()).collect();
    assert_eq!(kinds[..5], ["vault_opened", "deposited", "borrowed", "repaid", "liquidated"], "{kinds:?}");
    assert!(kinds.contains(&"auction_repaid"), "{kinds:?}");
    let line = |kind: &str| found.items.iter().find(|line| line.kind == kind).unwrap();
    assert_eq!(line("deposited").collateral, Some(Amount(10 * ONE)));
    assert_eq!(
        (line("borrowed").debt, line("borrowed").debt_left),
        (Some(Amount(1_000 * ONE)), Some(Amount(1_000 * ONE)))
    );
    assert_eq!((line("repaid").debt, line("repaid").debt_left), (Some(Amount(50 * ONE)), Some(Amount(950 * ONE))));
    let liquidated = line("liquidated");
    assert!(liquidated.health < liquidated.health_after, "liquidation only improves");
    assert_eq!((liquidated.transaction.as_ref(), liquidated.lot), (None, Some(1)), "it is due work");
    assert!(line("repaid").transaction.is_some());
    // Debt left, debt at auction and debt repaid account for what was borrowed.
    let view = world.handle().read(|chain| gage_vaults::query::vault(chain.draft(), gage_vaults::VaultId(1)).unwrap());
    let repaid: u128 =
        found.items.iter().filter(|line| line.kind == "auction_repaid").map(|line| line.debt.unwrap().0).sum();
    assert_eq!(view.debt.0 + view.auctioned.0 + repaid, 950 * ONE);
    assert!(history.vault_history(2, &Span::default(), &PageAsked::first(1)).unwrap().is_none());
}

#[test]
fn an_auctions_history_tells_who_took_what() {
    let (_scratch, world, history) = played("auction");
    let asked = |vault| LotsAsked { vault, asset: None, span: Span::default(), page: PageAsked::first(10) };
    let lots = history.lots(&asked(Some(1))).unwrap();
    assert_eq!((lots.items.len(), lots.items[0].lot, lots.items[0].style.as_str()), (1, 1, "dutch"));
    assert!(history.lots(&asked(Some(2))).unwrap().items.is_empty());
    let lot = history.lot_history(1, &PageAsked::first(10)).unwrap().unwrap();
    assert_eq!(lot.lot, lots.items[0]);
    assert_eq!((lot.lot.takes, lot.lot.taken), (1, Amount(ONE)));
    let take = &lot.items[0];
    assert_eq!((take.taker.as_deref(), take.taken), (Some(id(BOB).to_string().as_str()), Amount(ONE)));
    assert_eq!(take.payment, lot.lot.paid);
    assert!(take.price.unwrap() > Price(100 * ONE) && take.transaction.is_some());
    let open = world.handle().read(|chain| {
        let time = chain.head().time;
        gage_auctions::query::lot_view(chain.draft(), gage_auctions::LotId(1), time).unwrap()
    });
    assert_eq!((lot.lot.closed, lot.lot.raise_max), (None, Some(open.lot.raise_max)));
    assert_eq!(open.lot.taken, lot.lot.taken, "what was taken is what the state says");
    assert_eq!(open.lot.raised, lot.lot.paid, "and so with what was paid");
    assert!(history.lot_history(2, &PageAsked::first(1)).unwrap().is_none());
}

/// What a history of schema 1 had: everything but the tables that later schemas brought.
fn make_old(execute: impl Fn(&str)) {
    for view in [
        "auction_takes",
        "auctions",
        "vault_history",
        "price_history",
        "event_log",
        "account_transactions",
        "holdings",
        "statement",
        "block_times",
    ] {
        execute(&format!("DROP VIEW {view}"));
    }
    for table in ["prices", "vaults", "vault_lines", "lots", "takes", "lot_ends", "block_tree"] {
        execute(&format!("DROP TABLE {table}"));
    }
    execute("UPDATE history SET value = '1' WHERE name = 'schema'");
}

#[test]
fn an_older_history_becomes_what_a_new_one_is() {
    let (scratch, mut world, history) = played("migrate");
    let expected = dump(&history);
    let Location::Sqlite(path) = history.location().clone() else { panic!("it is a file") };
    drop(history);
    let file = rusqlite::Connection::open(&path).unwrap();
    make_old(|sql| file.execute_batch(sql).unwrap());
    assert!(file.execute_batch("SELECT * FROM prices").is_err(), "it is old now");
    let history = History::open(&Location::Sqlite(path.clone()), &genesis()).unwrap();
    assert_same(&expected, &dump(&history));
    assert_eq!(history.status().unwrap().schema, 3);
    // It goes on from there, and its views are there.
    world.report(95);
    let history = follow(&world.handle(), history.location());
    let whole = follow(&world.handle(), &sqlite(&scratch, "whole.sqlite"));
    assert_same(&dump(&whole), &dump(&history));
    let lines: i64 = file.query_row("SELECT count(*) FROM vault_history", [], |row| row.get(0)).unwrap();
    assert!(lines > 4, "{lines}");
    // A newer one, and one of another network, are refused, and nothing is touched.
    file.execute_batch("UPDATE history SET value = '999' WHERE name = 'schema'").unwrap();
    let refused = History::open(&Location::Sqlite(path.clone()), &genesis()).unwrap_err();
    assert!(matches!(refused, HistoryError::TooNew { found: 999, .. }), "{refused}");
    file.execute_batch("UPDATE history SET value = '3' WHERE name = 'schema'").unwrap();
    let other = gage_chain::Genesis { network: "another".to_owned(), ..genesis() };
    let refused = History::open(&Location::Sqlite(path), &other).unwrap_err();
    assert!(matches!(refused, HistoryError::OtherNetwork { .. }), "{refused}");
}

#[test]
fn an_older_history_in_postgres_becomes_new_too() {
    let Some(server) = Server::start() else { return };
    let (_scratch, world, history) = played("migrate-postgres");
    let location = server.database("history");
    drop(follow(&world.handle(), &location));
    make_old(|sql| drop(server.psql("history", sql)));
    let again = History::open(&location, &genesis()).unwrap();
    assert_same(&dump(&history), &dump(&again));
    assert_ne!(server.psql("history", "SELECT count(*) FROM auction_takes").trim(), "0");
}

/// A step that fails leaves the schema before it as it was.
#[test]
fn a_step_that_fails_changes_nothing() {
    let (_scratch, _world, history) = played("migrate-fails");
    let Location::Sqlite(path) = history.location().clone() else { panic!("it is a file") };
    drop(history);
    let file = rusqlite::Connection::open(&path).unwrap();
    make_old(|sql| file.execute_batch(sql).unwrap());
    // Something is in the way.
    file.execute_batch("CREATE TABLE takes (unrelated TEXT)").unwrap();
    assert!(History::open(&Location::Sqlite(path.clone()), &genesis()).is_err());
    let schema: String =
        file.query_row("SELECT value FROM history WHERE name = 'schema'", [], |row| row.get(0)).unwrap();
    assert_eq!(schema, "1");
    assert!(file.execute_batch("SELECT * FROM prices").is_err(), "no part of the step stands");
    file.execute_batch("DROP TABLE takes").unwrap();
    assert!(History::open(&Location::Sqlite(path), &genesis()).is_ok());
}
