//! Each check finds its fault in broken records.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_backstop::state::{DEPOSITS, FIRST_LOSS, GAINS, HELD, JOINS, POOLS, RECEIPTS, SURPLUS};
use gage_backstop::{FirstLoss, PoolId, ReceiptId, Terms, WaterfallId};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount};

/// Two depositors, one of them untouched since he joined; one loss; a third who waits to join.
fn world() -> (World, WaterfallId) {
    let mut world = World::new();
    let id = world.create(all_steps(), Terms::standard(Amount(ONE)));
    for user in 0..USERS {
        world.mint(world.users[user], GUSD, 1_000 * ONE);
    }
    world.run(0, deposit(id, 600 * ONE)).unwrap();
    world.run(1, deposit(id, 200 * ONE)).unwrap();
    world.run(CURATOR, deposit_first_loss(id, 10 * ONE)).unwrap();
    world.next_block(1_000);
    world.absorb(id, 400 * ONE, &[(WETH, 4 * ONE)]).unwrap();
    world.absorb(id, 405 * ONE, &[(WETH, 3)]).unwrap();
    world.run(2, deposit(id, 5 * ONE)).unwrap();
    (world, id)
}

#[test]
fn broken_records_are_found() {
    type Fault = fn(&mut Draft, WaterfallId, AccountNumber);
    let faults: Vec<(&str, Fault)> = vec![
        ("receipts_sum_to_loss", |draft, _, _| {
            let mut receipt = RECEIPTS.get(draft, &ReceiptId(1)).unwrap();
            receipt.uncovered = Amount(1);
            RECEIPTS.put(draft, ReceiptId(1), receipt);
        }),
        ("receipts_sum_to_loss", |draft, _, _| {
            let mut receipt = RECEIPTS.get(draft, &ReceiptId(2)).unwrap();
            receipt.to_surplus.clear();
            RECEIPTS.put(draft, ReceiptId(2), receipt);
        }),
        ("steps_in_order", |draft, _, _| {
            let mut receipt = RECEIPTS.get(draft, &ReceiptId(2)).unwrap();
            receipt.bearings.swap(0, 1);
            RECEIPTS.put(draft, ReceiptId(2), receipt);
        }),
        ("steps_in_order", |draft, _, _| {
            let mut receipt = RECEIPTS.get(draft, &ReceiptId(1)).unwrap();
            receipt.bearings[0].cap = Amount(399 * ONE);
            RECEIPTS.put(draft, ReceiptId(1), receipt);
        }),
        ("deposits_within_pool", |draft, id, account| {
            let mut deposit = DEPOSITS.get(draft, &(PoolId::stability(id), account)).unwrap();
            deposit.pending = Amount(deposit.pending.0 * 3);
            DEPOSITS.put(draft, (PoolId::stability(id), account), deposit);
        }),
        ("gains_within_pool", |draft, id, _| GAINS.put(draft, (PoolId::stability(id), WETH), Amount(4 * ONE - 1))),
        ("members_counted", |draft, id, _| {
            let mut pool = POOLS.get(draft, &PoolId::stability(id)).unwrap();
            pool.members += 1;
            POOLS.put(draft, PoolId::stability(id), pool);
        }),
        ("members_counted", |draft, id, _| {
            let (key, mut join) = JOINS.sorted(draft).remove(0);
            assert_eq!(key.0, PoolId::stability(id));
            join.untouched += 1;
            JOINS.put(draft, key, join);
        }),
        ("account_holds_capital", |draft, id, _| {
            FIRST_LOSS.put(draft, id, FirstLoss { amount: Amount(11 * ONE), request: None });
        }),
        ("account_holds_capital", |draft, id, _| SURPLUS.put(draft, (id, DEED), Amount(1))),
    ];
    for (index, (name, fault)) in faults.into_iter().enumerate() {
        let (mut world, id) = world();
        let account = world.users[0];
        fault(&mut world.draft, id, account);
        let broken = gage_backstop::check_invariants(&world.draft).unwrap_err();
        assert_eq!((broken.module, broken.invariant), ("backstop", name), "fault {index}: {broken}");
    }
    let (mut world, _) = world();
    HELD.put(&mut world.draft, WETH, Amount(5 * ONE));
    assert_eq!(gage_backstop::check_block(&world.draft).unwrap_err().invariant, "account_holds_capital");
}

/// A gift to the account lies beside the capital and changes nothing.
#[test]
fn gifts_count_for_nothing() {
    let (mut world, id) = world();
    let before = (world.deposit(id, 0), world.deposit(id, 2));
    world.mint(gage_backstop::ACCOUNT, GUSD, 7);
    world.mint(gage_backstop::ACCOUNT, WETH, 7);
    world.act(|_| Ok(())).unwrap();
    assert_eq!(before, (world.deposit(id, 0), world.deposit(id, 2)));
}
