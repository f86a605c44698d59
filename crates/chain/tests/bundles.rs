//! Bundles of accounts and the effects that policies see, through whole blocks.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use std::sync::Arc;

use common::{ALICE, BOB, GOVERNOR, ISSUER, Network, USD, id, pay, rejected, secret};
use gage_accounts::operations::{ExecuteBundle, SetBreaker, SetThreshold};
use gage_accounts::{Breaker, Tripped};
use gage_chain::{
    ApproveBundle, Block, ChainOperation, ExpectedEffect, Header, Operation, Outcome, PreparedBlock, ProposeBundle,
    Schedule, WithdrawCredit,
};
use gage_crypto::KeyId;
use gage_ledger::AssetNames;
use gage_units::{Amount, Height, Timestamp};

fn key(user: u8) -> KeyId {
    secret(user).public_key().id()
}

fn propose(network: &Network, user: u8, operations: &[Operation]) -> Operation {
    let operations = borsh::to_vec(operations).unwrap();
    let (not_before, not_after) = (Timestamp(network.time), Timestamp(network.time + 3_600_000));
    let propose = ProposeBundle { operations, not_before, not_after, key: key(user) };
    Operation::Chain(ChainOperation::ProposeBundle(propose))
}

fn approve(network: &Network, user: u8, bundle: u64) -> Operation {
    let view = gage_accounts::query::bundle(network.chain.draft(), bundle).unwrap();
    let (hash, operations) = (view.bundle.hash, view.bundle.operations);
    Operation::Chain(ChainOperation::ApproveBundle(ApproveBundle { bundle, hash, operations, key: key(user) }))
}

fn execute(user: u8, bundle: u64) -> Operation {
    Operation::Accounts(gage_accounts::Operation::ExecuteBundle(ExecuteBundle { bundle, key: key(user) }))
}

fn breaker(limit: u128, beyond: Tripped) -> Operation {
    let breaker = Some(Breaker { limit: Amount(limit), window_ms: 86_400_000, beyond });
    Operation::Accounts(gage_accounts::Operation::SetBreaker(SetBreaker { asset: USD, breaker }))
}

fn done(network: &mut Network, user: u8, operation: Operation) {
    let receipt = network.run(user, vec![operation]);
    assert_eq!(receipt.outcome, Outcome::Done);
}

#[test]
fn a_bundle_runs_before_what_users_ask_of_the_next_block() {
    let mut network = Network::new();
    let operation = propose(&network, ALICE, &[pay(BOB, 500_000), pay(BOB, 1)]);
    let receipt = network.run(ALICE, vec![operation.clone()]);
    // A base of 1,000, the proposal's 2,000 and what the bundle will cost: two payments.
    assert_eq!((receipt.outcome, receipt.weight), (Outcome::Done, 5_000));
    let operation = approve(&network, ALICE, 0);
    done(&mut network, ALICE, operation);
    done(&mut network, ALICE, execute(ALICE, 0));
    assert_eq!(network.free(BOB), 500_000);
    // 500,000 are free: the bundle needs one more and is undone; Alice's payment behind it goes through.
    let signed = network.signed(ALICE, vec![pay(BOB, 500_000)]);
    let result = network.execute(vec![signed]);
    assert_eq!((result.bundles, result.receipts.len()), (1, 2));
    rejected(&result.receipts[0], Some(1), "InsufficientBalance");
    assert_eq!((result.receipts[0].fee, result.receipts[0].weight), (Amount::ZERO, 2_000));
    assert_eq!(result.receipts[1].outcome, Outcome::Done);
    assert_eq!(network.free(BOB), 1_000_000);
    // Whatever became of it, it is gone.
    rejected(&network.run(ALICE, vec![execute(ALICE, 0)]), Some(0), "UnknownBundle");
}

/// Alice's credit is `amount` less after the block that follows: a bundle of hers withdraws it in front of all else.
fn withdrawing(amount: u128) -> Network {
    let mut network = Network::new();
    let leave = WithdrawCredit { asset: USD, amount: Amount(amount) };
    let operation = propose(&network, ALICE, &[Operation::Chain(ChainOperation::WithdrawCredit(leave))]);
    done(&mut network, ALICE, operation);
    let operation = approve(&network, ALICE, 0);
    done(&mut network, ALICE, operation);
    done(&mut network, ALICE, execute(ALICE, 0));
    network
}

fn credit(network: &Network) -> u128 {
    let account = gage_accounts::resolve(network.chain.draft(), &id(ALICE)).unwrap();
    gage_chain::credit(network.chain.draft(), account).0
}

/// A block is ordered on top of one that nobody has executed, and that empties a credit by a bundle. Were credit asked
/// for again, no node could go on.
#[test]
fn a_bundle_that_empties_the_credit_leaves_ordered_blocks_valid() {
    let mut network = withdrawing(credit(&withdrawing(1)));
    let front = network.block(vec![]);
    let transactions = vec![network.signed(ALICE, vec![pay(BOB, 1)])];
    let genesis = network.chain.genesis();
    let header = Header {
        parent: front.header.hash(&genesis),
        height: Height(front.header.height.0 + 1),
        time: Timestamp(front.header.time.0 + 1),
        body: Block::body_hash(&transactions),
        ..front.header
    };
    let block = Block { header, transactions };
    let ahead = [Arc::new(PreparedBlock::new(&genesis, front.clone()))];
    network.chain.check_ahead(&ahead, &PreparedBlock::new(&genesis, block.clone())).unwrap();

    let result = network.execute_block(&front);
    assert_eq!((result.receipts[0].outcome.clone(), credit(&network)), (Outcome::Done, 0));
    let result = network.execute_block(&block);
    rejected(&result.receipts[0], None, "InsufficientCredit");
    assert_eq!(result.receipts[0].fee, Amount::ZERO);
}

#[test]
fn what_is_signed_says_what_the_bundle_does() {
    let mut network = Network::new();
    let operation = propose(&network, ALICE, &[pay(BOB, 150), pay(ISSUER, 1)]);
    let names = AssetNames(network.chain.draft());
    let (from, to, bob, issuer) = (network.time, network.time + 3_600_000, id(BOB), id(ISSUER));
    let payments = format!("Transfer 1.5 USD#0 to {bob} and Transfer 0.01 USD#0 to {issuer}");
    let text = operation.describe(&names);
    let expected = format!("Propose by key {} between time {from} ms and {to} ms: {payments}", key(ALICE));
    assert_eq!(text.to_lowercase(), expected.to_lowercase());
    done(&mut network, ALICE, operation);
    let operation = approve(&network, ALICE, 0);
    let text = operation.describe(&AssetNames(network.chain.draft()));
    assert!(text.starts_with("Approve bundle 0 with hash ") && text.to_lowercase().ends_with(&payments.to_lowercase()));
    // An approval that shows other operations than were proposed is none.
    let Operation::Chain(ChainOperation::ApproveBundle(mut other)) = operation else { unreachable!() };
    other.operations = borsh::to_vec(&vec![pay(BOB, 1)]).unwrap();
    let other = Operation::Chain(ChainOperation::ApproveBundle(other));
    rejected(&network.run(ALICE, vec![other]), Some(0), "OtherContent");
}

#[test]
fn depth_is_one_and_hostile_bytes_are_refused() {
    let mut network = Network::new();
    let inner = propose(&network, ALICE, &[pay(BOB, 1)]);
    let schedule = Operation::Chain(ChainOperation::Schedule(Schedule {
        operations: borsh::to_vec(&vec![pay(BOB, 1)]).unwrap(),
        not_before: Timestamp(0),
        not_after: Timestamp(1),
    }));
    for nested in [inner, schedule, execute(ALICE, 0)] {
        let operation = propose(&network, ALICE, &[nested]);
        assert_eq!(operation.validate().unwrap_err().name, "NestedSchedule");
    }
    for bytes in [vec![], vec![255; 8], vec![0; 4], vec![0; 70_000], borsh::to_vec(&vec![pay(BOB, 1); 65]).unwrap()] {
        let (not_before, not_after) = (Timestamp(0), Timestamp(1));
        let propose = ProposeBundle { operations: bytes, not_before, not_after, key: key(ALICE) };
        let operation = Operation::Chain(ChainOperation::ProposeBundle(propose));
        assert_eq!(operation.validate().unwrap_err().name, "BadBundle");
        assert!(operation.weight() >= 2_000);
    }
    // A key that has not signed proposes nothing.
    let operation = propose(&network, BOB, &[pay(BOB, 1)]);
    rejected(&network.run(ALICE, vec![operation]), None, "KeyDoesNotSign");
}

#[test]
fn a_session_of_effects_is_counted_once_and_undone_whole() {
    let mut network = Network::new();
    done(&mut network, ALICE, breaker(1_000, Tripped::Refuse));
    // Two payments and a purchase of credit are three ways out.
    let buy = Operation::Chain(ChainOperation::BuyCredit(gage_chain::BuyCredit {
        asset: USD,
        quantity: gage_accounts::Quantity::Exact(Amount(300)),
    }));
    let receipt = network.run(ALICE, vec![pay(BOB, 400), pay(BOB, 400), buy.clone()]);
    rejected(&receipt, None, "OverBreaker");
    assert!(receipt.events.is_empty());
    assert_eq!(network.free(ALICE), 500_000);
    assert_eq!(network.run(ALICE, vec![pay(BOB, 400), pay(BOB, 300), buy]).outcome, Outcome::Done);
    rejected(&network.run(ALICE, vec![pay(BOB, 1)]), None, "OverBreaker");
    // What others send does not raise the limit, and others are not bound by it.
    assert_eq!(network.run(BOB, vec![pay(ALICE, 500)]).outcome, Outcome::Done);
    rejected(&network.run(ALICE, vec![pay(BOB, 1)]), None, "OverBreaker");
    // Declared effects are asked first, as before.
    let mut transaction = network.transaction(ALICE, vec![pay(BOB, 10)]);
    transaction.expected = vec![ExpectedEffect::PayAtMost { asset: USD, amount: Amount(5) }];
    let signed = network.sign(ALICE, transaction);
    rejected(&network.execute(vec![signed]).receipts[0], None, "UnexpectedEffect");
}

#[test]
fn what_trips_a_queueing_breaker_becomes_a_bundle() {
    let mut network = Network::new();
    done(&mut network, ALICE, breaker(1_000, Tripped::Queue { delay_ms: 10_000 }));
    let receipt = network.run(ALICE, vec![pay(BOB, 5_000)]);
    rejected(&receipt, None, "QueuedByBreaker");
    assert_eq!(receipt.events.len(), 1);
    assert!(receipt.fee > Amount::ZERO);
    let view = gage_accounts::query::bundle(network.chain.draft(), 0).unwrap();
    assert_eq!(view.bundle.votes.len(), 1);
    rejected(&network.run(ALICE, vec![execute(ALICE, 0)]), Some(0), "OutsideWindow");
    network.time += 10_000;
    done(&mut network, ALICE, execute(ALICE, 0));
    let result = network.execute(vec![]);
    assert_eq!(result.receipts[0].outcome, Outcome::Done);
    assert_eq!(network.free(BOB), 505_000);
    // It waited in the open: the window is as empty as before.
    done(&mut network, ALICE, pay(BOB, 1_000));
    // The governor's own schedule asks for owners and is no act of value.
    done(&mut network, GOVERNOR, breaker(1, Tripped::Refuse));
    let schedule = Schedule {
        operations: borsh::to_vec(&vec![pay(BOB, 1)]).unwrap(),
        not_before: Timestamp(network.time),
        not_after: Timestamp(network.time + 60_000),
    };
    done(&mut network, GOVERNOR, Operation::Chain(ChainOperation::Schedule(schedule)));
}

#[test]
fn what_changes_before_its_turn_voids_it() {
    let mut network = Network::new();
    let operation = propose(&network, ALICE, &[pay(BOB, 7)]);
    done(&mut network, ALICE, operation);
    let operation = approve(&network, ALICE, 0);
    done(&mut network, ALICE, operation);
    let queued = network.signed(ALICE, vec![execute(ALICE, 0)]);
    let set = gage_accounts::Operation::SetThreshold(SetThreshold { threshold: 1 });
    let changed = network.signed(ALICE, vec![Operation::Accounts(set)]);
    let result = network.execute(vec![queued, changed]);
    assert!(result.receipts.iter().all(|receipt| receipt.outcome == Outcome::Done));
    let result = network.execute(vec![]);
    rejected(&result.receipts[0], None, "StaleApproval");
    assert_eq!(network.free(BOB), 500_000);
}

/// What an account has left for records, and what it has for fees.
fn left(network: &Network, user: u8) -> (u128, u128) {
    let account = gage_accounts::resolve(network.chain.draft(), &id(user)).unwrap();
    (gage_chain::deposit(network.chain.draft(), account).0, network.credit(user))
}

fn with_deposits() -> Network {
    let mut genesis = common::genesis();
    genesis.params.record_deposit = Amount(1_000);
    Network::with(&genesis, 1, 1)
}

/// A bundle is records of its account, whoever makes it: it leaves a deposit for them like any other.
#[test]
fn a_bundle_made_by_a_breaker_leaves_its_deposit_and_gets_it_back() {
    let mut network = with_deposits();
    done(&mut network, ALICE, breaker(1_000, Tripped::Queue { delay_ms: 10_000 }));
    let (before, credit) = left(&network, ALICE);
    // What the signer allows beside the fee is not enough for three records: nothing is queued.
    let mut transaction = network.transaction(ALICE, vec![pay(BOB, 5_000)]);
    transaction.max_fee = Amount(3_019);
    let signed = network.sign(ALICE, transaction);
    rejected(&network.execute(vec![signed]).receipts[0], None, "OverBreaker");
    assert_eq!(left(&network, ALICE), (before, credit - 20));

    rejected(&network.run(ALICE, vec![pay(BOB, 5_000)]), None, "QueuedByBreaker");
    assert_eq!(left(&network, ALICE), (before + 3_000, credit - 3_040));
    network.time += 10_000;
    done(&mut network, ALICE, execute(ALICE, 0));
    // The place in the queue is one more.
    assert_eq!(left(&network, ALICE).0, before + 4_000);
    assert_eq!(network.execute(vec![]).receipts[0].outcome, Outcome::Done);
    assert_eq!(left(&network, ALICE), (before, credit - 60));
}

#[test]
fn a_full_state_takes_no_bundle_of_a_breaker() {
    let mut genesis = common::genesis();
    genesis.params.records_max = 1_001;
    let mut network = Network::with(&genesis, 1, 1);
    done(&mut network, ALICE, breaker(1_000, Tripped::Queue { delay_ms: 10_000 }));
    let hold = |network: &Network| {
        let (beneficiary, amount, expires) = (id(BOB), Amount(1), Timestamp(network.time + 50_000_000));
        let give = gage_ledger::operations::GiveHold { beneficiary, asset: USD, amount, expires };
        Operation::Ledger(gage_ledger::Operation::GiveHold(give))
    };
    while network.chain.draft().records() < 1_000 {
        let give = hold(&network);
        let signed = (0..10).map(|_| network.signed(BOB, vec![give.clone()])).collect();
        network.execute(signed);
    }
    let records = network.chain.draft().records();
    let give = hold(&network);
    rejected(&network.run(BOB, vec![give]), None, "StateFull");
    rejected(&network.run(ALICE, vec![pay(BOB, 5_000)]), None, "OverBreaker");
    // What adds nothing goes on.
    done(&mut network, ALICE, pay(BOB, 500));
    // But for the window of the breaker and what a block leaves behind.
    assert!(network.chain.draft().records() <= records + 2);
}

#[test]
fn a_bundle_that_nobody_executes_gives_its_deposit_back() {
    let mut network = with_deposits();
    let (before, credit) = left(&network, ALICE);
    let operation = propose(&network, ALICE, &[pay(BOB, 1)]);
    done(&mut network, ALICE, operation);
    // The counter of bundles is there from the start: the bundle and two places in indexes.
    assert_eq!(left(&network, ALICE), (before + 3_000, credit - 3_040));
    network.time += 3_600_001;
    network.execute(vec![]);
    assert_eq!(left(&network, ALICE), (before, credit - 40));
}

#[test]
fn a_decision_gives_its_deposit_back_when_it_runs_or_lapses() {
    let mut network = with_deposits();
    let schedule = |network: &Network| {
        let (not_before, not_after) = (Timestamp(network.time + 5_000), Timestamp(network.time + 9_000));
        let operations = borsh::to_vec(&vec![pay(BOB, 1)]).unwrap();
        Operation::Chain(ChainOperation::Schedule(Schedule { operations, not_before, not_after }))
    };
    // The first decision of all starts the counter as well, which stays.
    let first = schedule(&network);
    done(&mut network, GOVERNOR, first);
    assert_eq!(left(&network, GOVERNOR).0, 2_000);
    network.time += 5_000;
    assert_eq!(network.execute(vec![]).bundles, 1);
    assert_eq!(left(&network, GOVERNOR).0, 1_000);
    let second = schedule(&network);
    done(&mut network, GOVERNOR, second);
    assert_eq!(left(&network, GOVERNOR).0, 2_000);
    network.time += 20_000;
    assert_eq!(network.execute(vec![]).bundles, 0);
    assert_eq!(left(&network, GOVERNOR).0, 1_000);
}
