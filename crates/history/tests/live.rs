//! A history that follows a node says what the node did, and the same however it was recorded.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;

use common::*;
use gage_crypto::Hash;
use gage_history::query::{EventsAsked, PageAsked, Span, StatementAsked};
use gage_history::{Follower, History, HistoryError, Replay, Told};
use gage_units::{Amount, Height, Timestamp};

fn all(page: PageAsked) -> StatementAsked {
    StatementAsked { asset: None, span: Span::default(), page }
}

#[test]
fn a_statement_reconciles_with_the_state() {
    let scratch = Scratch::new("statement");
    let mut world = World::start(config(&scratch.path().join("node")));
    world.play();
    let history = follow(&world.handle(), &sqlite(&scratch, "history.sqlite"));
    for user in [ISSUER, ALICE, BOB, PUBLISHER] {
        let statement = history.statement(&id(user), &all(PageAsked::first(500))).unwrap().unwrap();
        assert!(statement.opening.is_empty(), "before the genesis nothing is there");
        let number = world.handle().read(|chain| gage_accounts::resolve(chain.draft(), &id(user)).unwrap());
        for standing in &statement.closing {
            let balance = world.handle().read(|chain| gage_ledger::balance(chain.draft(), number, standing.asset));
            assert_eq!((standing.free, standing.pledged), (balance.free, balance.pledged), "{user} {standing:?}");
            let part = |part: &str| {
                let lines = statement.items.iter().filter(|line| line.asset == standing.asset && line.part == part);
                lines.fold(0i128, |sum, line| {
                    let amount = i128::try_from(line.amount.0).unwrap();
                    if line.side == "debit" { sum - amount } else { sum + amount }
                })
            };
            assert_eq!(part("free"), i128::try_from(balance.free.0).unwrap(), "the lines add up");
            assert_eq!(part("pledged"), i128::try_from(balance.pledged.0).unwrap(), "the lines add up");
            let last = statement.items.iter().rfind(|line| line.asset == standing.asset && line.part == "free");
            assert_eq!(last.unwrap().balance, balance.free, "the last line says what is there");
        }
    }
    let bob = history.statement(&id(BOB), &all(PageAsked::first(500))).unwrap().unwrap();
    let paid = bob.items.iter().find(|line| line.amount == Amount(102)).unwrap();
    assert_eq!((paid.purpose.as_str(), paid.side.as_str()), ("transfer", "credit"));
    assert_eq!(paid.other, Some(id(ALICE).to_string()), "a payment names who paid");
    assert!(paid.transaction.is_some());
}

#[test]
fn a_statement_of_a_time_opens_and_closes_where_it_says() {
    let scratch = Scratch::new("range");
    let mut world = World::start(config(&scratch.path().join("node")));
    world.play();
    let history = follow(&world.handle(), &sqlite(&scratch, "history.sqlite"));
    let minute = |minutes: u64| Some(Timestamp(START + minutes * 60_000));
    // The second and the third block, of three payments each.
    let span = Span { from: minute(2), to: minute(4) };
    let asked =
        |cursor: Option<String>| StatementAsked { asset: Some(USD), span, page: PageAsked { limit: 3, cursor } };
    let first = history.statement(&id(ALICE), &asked(None)).unwrap().unwrap();
    let opening = CASH - CREDIT - 100 + 7;
    assert_eq!(first.opening[0].free, Amount(opening));
    assert_eq!(first.closing[0].free, Amount(opening - 101 - 102 + 14));
    let mut lines = first.items.clone();
    let mut next = first.next;
    while let Some(cursor) = next {
        let page = history.statement(&id(ALICE), &asked(Some(cursor))).unwrap().unwrap();
        assert_eq!(page.opening, first.opening, "every page is of the same statement");
        lines.extend(page.items);
        next = page.next;
    }
    let amounts: Vec<u128> = lines.iter().map(|line| line.amount.0).collect();
    assert_eq!(amounts, [101, 7, 102, 7]);
    let nothing = StatementAsked { span: Span { from: minute(900), to: None }, ..asked(None) };
    let nothing = history.statement(&id(ALICE), &nothing).unwrap().unwrap();
    assert_eq!((nothing.opening.clone(), nothing.items.len()), (nothing.closing, 0));
    assert!(!nothing.opening.is_empty(), "what was there last is there still");
    assert!(history.statement(&id(9), &asked(None)).unwrap().is_none(), "nobody has that account");
}

#[test]
fn rebuilding_gives_what_was_recorded_live() {
    let scratch = Scratch::new("rebuild");
    let dir = scratch.path().join("node");
    let mut world = World::start(config(&dir));
    // Live: block by block, as they are made.
    let live = History::open(&sqlite(&scratch, "live.sqlite"), &genesis()).unwrap();
    let follower = Follower::start(world.handle(), live.clone()).unwrap();
    world.play();
    let head = world.handle().read(|chain| chain.head().height);
    wait(&live, head);
    // All at once, from what the node remembers.
    let later = follow(&world.handle(), &sqlite(&scratch, "later.sqlite"));
    // From the log alone, beside the running node.
    let rebuilt = History::open(&sqlite(&scratch, "rebuilt.sqlite"), &genesis()).unwrap();
    let mut recorder = rebuilt.recorder().unwrap();
    let mut replay = Replay::start(&dir, &genesis(), None).unwrap();
    recorder.begin(replay.chain()).unwrap();
    while let Some(block) = replay.next_block().unwrap() {
        recorder.record(&[block]).unwrap();
    }
    assert_eq!(recorder.height(), Some(head), "the log beside a running node is read to its end");
    let expected = dump(&live);
    assert!(expected.lines().count() > 150, "{}", expected.lines().count());
    assert_same(&expected, &dump(&later));
    assert_same(&expected, &dump(&rebuilt));
    follower.stop();
}

#[test]
fn what_the_node_forgot_is_executed_again() {
    let scratch = Scratch::new("forgot");
    let dir = scratch.path().join("node");
    let mut short = config(&dir);
    short.receipts_retained_blocks = 2;
    short.snapshot_every = 5;
    let mut world = World::start(short);
    let begun = follow(&world.handle(), &sqlite(&scratch, "a.sqlite"));
    assert_eq!(begun.status().unwrap().height, Some(Height(0)));
    world.play();
    assert!(world.handle().result(Height(3)).is_none(), "the node has forgotten");
    let history = follow(&world.handle(), &sqlite(&scratch, "a.sqlite"));
    let mut other = World::start(config(&scratch.path().join("other")));
    other.play();
    let whole = follow(&other.handle(), &sqlite(&scratch, "b.sqlite"));
    assert_same(&dump(&whole), &dump(&history));
}

#[test]
fn results_come_back_as_they_were() {
    let scratch = Scratch::new("results");
    let mut world = World::start(config(&scratch.path().join("node")));
    world.play();
    let history = follow(&world.handle(), &sqlite(&scratch, "history.sqlite"));
    let head = world.handle().read(|chain| chain.head().height.0);
    let mut receipts = 0;
    for height in (1..=head).map(Height) {
        let result = world.handle().result(height).unwrap();
        assert_eq!(history.result(height).unwrap().as_ref(), Some(&*result), "block {height}");
        assert_eq!(history.header(height).unwrap(), world.handle().header(height));
        for (index, receipt) in result.receipts.iter().enumerate() {
            let found = history.receipt(&receipt.transaction).unwrap().unwrap();
            assert_eq!((found.height, found.index, &found.receipt), (height, index, receipt));
            receipts += 1;
        }
    }
    assert!(receipts > 15, "{receipts}");
    assert_eq!(history.result(Height(head + 1)).unwrap(), None);
    assert_eq!(history.result(Height(0)).unwrap(), None, "the genesis is no block");
}

#[test]
fn transactions_and_events_come_in_pages() {
    let scratch = Scratch::new("pages");
    let mut world = World::start(config(&scratch.path().join("node")));
    world.play();
    let history = follow(&world.handle(), &sqlite(&scratch, "history.sqlite"));
    let mut cursor = None;
    let mut outcomes = Vec::new();
    loop {
        let page = PageAsked { limit: 2, cursor };
        let page = history.transactions_of(&id(ALICE), &Span::default(), &page).unwrap().unwrap();
        outcomes.extend(page.items.into_iter().map(|line| (line.outcome, line.name)));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(outcomes.len(), 8);
    let refused: Vec<_> = outcomes.iter().filter(|(outcome, _)| outcome == "rejected").collect();
    assert_eq!(refused.len(), 1);
    assert!(refused[0].1.is_some(), "a refusal has a name");

    let asked = |kind: &str, limit| EventsAsked {
        account: None,
        module: Some(gage_vaults::MODULE),
        kind: Some(kind.to_owned()),
        vault: Some(1),
        lot: None,
        span: Span::default(),
        page: PageAsked::first(limit),
    };
    let liquidated = history.events(&asked("liquidated", 10)).unwrap().unwrap();
    assert_eq!(liquidated.items.len(), 1, "{liquidated:?}");
    assert_eq!(liquidated.items[0].event["liquidated"]["vault"], 1);
    assert_eq!((liquidated.items[0].receipt, liquidated.next.as_ref()), (None, None), "it is due work");
    let of_bob = EventsAsked { account: Some(id(BOB)), kind: None, vault: None, module: None, ..asked("", 500) };
    let of_bob = history.events(&of_bob).unwrap().unwrap();
    assert!(of_bob.items.iter().any(|line| line.event.get("lot_taken").is_some()));
    assert!(of_bob.items.iter().all(|line| line.event.get("vault_opened").is_none()), "that was Alice's");
}

/// A node that prunes its log, with sixty blocks behind it.
fn pruned(scratch: &Scratch) -> World {
    let mut short = config(&scratch.path().join("node"));
    short.snapshot_every = 10;
    short.snapshots_kept = 1;
    short.prune_log = true;
    short.log_segment_bytes = 8_192;
    short.receipts_retained_blocks = 2;
    World::start(short)
}

fn pay_on(world: &mut World, blocks: u32) {
    for _ in 0..blocks {
        for (from, to) in [(ALICE, BOB), (BOB, PUBLISHER), (ISSUER, ALICE)] {
            world.pay(from, to, 3);
        }
        world.seal();
    }
}

#[test]
fn a_history_of_a_pruned_log_begins_at_a_snapshot() {
    let scratch = Scratch::new("pruned");
    let mut world = pruned(&scratch);
    pay_on(&mut world, 60);
    let history = follow(&world.handle(), &sqlite(&scratch, "history.sqlite"));
    let begins = history.status().unwrap().begins.unwrap();
    assert!(begins > Height(20), "{begins}");
    let statement = history.statement(&id(BOB), &all(PageAsked::first(500))).unwrap().unwrap();
    assert_eq!(statement.items[0].purpose, "opening");
    assert!(statement.items.iter().all(|line| line.height >= begins));
    let number = world.handle().read(|chain| gage_accounts::resolve(chain.draft(), &id(BOB)).unwrap());
    let free = world.handle().read(|chain| gage_ledger::balance(chain.draft(), number, USD).free);
    assert_eq!(statement.closing[0].free, free, "it reconciles all the same");
}

#[test]
fn blocks_that_are_gone_are_named() {
    let scratch = Scratch::new("gap");
    let mut world = pruned(&scratch);
    let location = sqlite(&scratch, "history.sqlite");
    let history = follow(&world.handle(), &location);
    assert_eq!(history.status().unwrap().height, Some(Height(0)));
    pay_on(&mut world, 60);
    let follower = Follower::start(world.handle(), history.clone()).unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while history.fault().is_none() {
        assert!(std::time::Instant::now() < deadline, "it goes on: {:?}", history.status());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    follower.stop();
    let fault = history.fault().unwrap();
    assert!(fault.contains("the blocks between are gone"), "{fault}");
    assert_eq!(history.status().unwrap().height, Some(Height(0)), "nothing was made up");
}

#[test]
fn two_writers_make_one_history() {
    let scratch = Scratch::new("writers");
    let mut world = World::start(config(&scratch.path().join("node")));
    let location = sqlite(&scratch, "history.sqlite");
    let history = History::open(&location, &genesis()).unwrap();
    let first = Follower::start(world.handle(), history.clone()).unwrap();
    let second = Follower::start(world.handle(), History::open(&location, &genesis()).unwrap()).unwrap();
    world.play();
    let head = world.handle().read(|chain| chain.head().height);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while history.status().unwrap().height != Some(head) {
        assert!(std::time::Instant::now() < deadline, "{:?}", history.status());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    first.stop();
    second.stop();
    let alone = follow(&world.handle(), &sqlite(&scratch, "alone.sqlite"));
    assert_same(&dump(&alone), &dump(&history));
}

/// What a node says its blocks did is taken only as far as its own headers bear it out.
#[test]
fn what_a_node_says_is_held_against_its_headers() {
    let scratch = Scratch::new("told");
    let mut world = World::start(config(&scratch.path().join("node")));
    world.play();
    let head = world.handle().read(|chain| chain.head().height.0);
    let hash = world.handle().genesis();
    let block = |height| world.handle().block(Height(height)).unwrap().to_bytes();
    let result = |height| world.handle().result(Height(height)).unwrap();
    let told = || Told::after(hash, Some(hash));
    let mut sound = told();
    for height in 1..=head {
        let recorded = sound.take(height, &block(height), &result(height).to_bytes()).unwrap();
        assert_eq!(recorded.result, result(height));
    }
    // A fee of a block that is changed shows at the header that publishes the block's root.
    let mut forged = (*result(2)).clone();
    forged.receipts[0].fee = Amount(forged.receipts[0].fee.0 + 1);
    let mut source = told();
    source.take(1, &block(1), &result(1).to_bytes()).unwrap();
    source.take(2, &block(2), &forged.to_bytes()).unwrap();
    source.take(3, &block(3), &result(3).to_bytes()).unwrap();
    let refused = source.take(4, &block(4), &result(4).to_bytes()).unwrap_err();
    assert!(matches!(refused, HistoryError::EventsRoot { height: Height(2), .. }), "{refused}");
    // Results of another block, blocks out of their order, or of another network are refused at once.
    let bad = |refused: HistoryError| matches!(refused, HistoryError::BadBlock { .. });
    assert!(bad(told().take(1, &block(1), &result(2).to_bytes()).unwrap_err()));
    assert!(bad(told().take(2, &block(2), &result(2).to_bytes()).unwrap_err()));
    assert!(bad(told().take(2, &block(1), &result(1).to_bytes()).unwrap_err()));
    let elsewhere = Hash([7; 32]);
    assert!(bad(Told::after(elsewhere, Some(hash)).take(1, &block(1), &result(1).to_bytes()).unwrap_err()));
}

/// The tree over blocks is the state's accumulator: every block is proved in it, under every later height.
#[test]
fn every_block_is_proved_under_every_later_accumulator() {
    let scratch = Scratch::new("tree");
    let mut world = World::start(config(&scratch.path().join("node")));
    let location = sqlite(&scratch, "history.sqlite");
    let mut history = follow(&world.handle(), &location);
    let (mut roots, mut leaves) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        world.pay(ALICE, BOB, 3);
        world.seal();
        roots.push(world.handle().read(|chain| gage_chain::accumulator(chain.draft()).root()));
        let result = world.handle().result(Height(roots.len() as u64)).unwrap();
        leaves.push(gage_chain::block_leaf(&result.block, &result.events_root));
        // Another writer each time: the tree goes on from its rows.
        history = follow(&world.handle(), &location);
    }
    for (root, newest) in roots.iter().zip(1u64..) {
        for (leaf, height) in leaves.iter().zip(1u64..=newest) {
            let proof = history.block_proof(Height(height), Height(newest)).unwrap().unwrap();
            assert!(proof.verify(root, leaf), "block {height} under {newest}");
        }
    }
    let none = |height, newest| history.block_proof(Height(height), Height(newest)).unwrap().is_none();
    assert!(none(0, 3) && none(4, 3) && none(1, 10), "what is not there is not proved");
}
