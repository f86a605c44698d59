//! The same history in PostgreSQL: same rows, same answers, and it waits for a server that is away.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;

use common::server::Server;
use common::*;
use gage_history::query::{PageAsked, Span, StatementAsked};
use gage_history::{Follower, History};

#[test]
fn postgres_holds_the_same_history() {
    let Some(server) = Server::start() else { return };
    let scratch = Scratch::new("postgres");
    let mut world = World::start(config(&scratch.path().join("node")));
    world.play();
    let head = world.handle().read(|chain| chain.head().height);
    let embedded = follow(&world.handle(), &sqlite(&scratch, "history.sqlite"));
    let location = server.database("history");
    let remote = follow(&world.handle(), &location);
    assert_same(&dump(&embedded), &dump(&remote));
    for height in (1..=head.0).map(gage_units::Height) {
        assert_eq!(remote.result(height).unwrap(), embedded.result(height).unwrap());
    }
    let asked = StatementAsked { asset: None, span: Span::default(), page: PageAsked::first(500) };
    assert_eq!(remote.statement(&id(ALICE), &asked).unwrap(), embedded.statement(&id(ALICE), &asked).unwrap());
    let status = remote.status().unwrap();
    assert_eq!((status.engine, status.height, status.begins.map(|height| height.0)), ("postgres", Some(head), Some(0)));

    // A person with psql, whose time zone is another.
    let sum =
        format!("SELECT sum(amount::numeric) FROM statement WHERE account = '{}' AND purpose = 'opening'", id(BOB));
    assert_eq!(server.psql("history", &sum).trim(), (CASH - CREDIT + 100 * ONE).to_string());
    let times = "SELECT time FROM block_times ORDER BY height LIMIT 2";
    let expected = "2020-09-13 12:26:40.000\n2020-09-13 12:27:40.000";
    let times = server.psql("history", &format!("SET TIME ZONE 'UTC'; {times}"));
    assert!(times.ends_with(&format!("{expected}\n")), "{times}");
    let quantity = "SELECT quantity FROM statement WHERE symbol = 'USD' AND amount = '102' LIMIT 1";
    assert_eq!(server.psql("history", quantity).trim(), "1.02");

    // The server goes away and comes back: what was missed is recorded.
    let follower = Follower::start(world.handle(), remote.clone()).unwrap();
    server.stop();
    world.pay(ALICE, BOB, 5);
    let last = world.seal();
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert!(remote.status().is_err(), "nothing can be read while it is away");
    server.start_again();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !remote.status().is_ok_and(|status| status.height == Some(last)) {
        assert!(std::time::Instant::now() < deadline, "{:?}", remote.status());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    follower.stop();
    let again = History::open(&location, &genesis()).unwrap();
    assert_same(&dump(&follow(&world.handle(), &sqlite(&scratch, "second.sqlite"))), &dump(&again));
}
