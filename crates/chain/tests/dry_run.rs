//! A dry run says what would happen, and nothing happens.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used)]

mod common;

use common::{ALICE, BOB, ISSUER, Network, USD, id, pay, rejected, secret};
use gage_accounts::operations::SetBreaker;
use gage_accounts::{Breaker, Quantity, Tripped};
use gage_chain::{Chain, Operation, Outcome, SignedTransaction};
use gage_store::Kind;
use gage_store::certified::{Certified, Changes};
use gage_units::Amount;

/// Every record, of both kinds.
fn records(chain: &Chain) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    for kind in [Kind::Authenticated, Kind::Derived] {
        chain.draft().visit(kind, |key, value| found.push((key.to_vec(), value.to_vec())));
    }
    found
}

/// Tries a transaction; it must leave no trace, and the block that follows must say the same.
fn try_then_run(network: &mut Network, user: u8, operations: Vec<Operation>) -> gage_chain::Receipt {
    let signed: SignedTransaction = network.signed(user, operations);
    let keys = vec![secret(user).public_key().id()];
    let before = (records(&network.chain), network.chain.draft().records(), network.tree.root());
    let dry = network.chain.dry_run(signed.transaction.clone(), keys);
    assert_eq!(dry.height.0, network.chain.head().height.0 + 1);
    assert!(network.chain.draft().events().is_empty(), "no event is left");
    assert_eq!((records(&network.chain), network.chain.draft().records()), (before.0, before.1));
    // Records that were touched may leave the draft once more; the root says that they are the same.
    let mut changes = Changes::new();
    network.chain.drain_changes(|key, value| changes.push(key, value).unwrap());
    let height = network.chain.head().height.0 + 1;
    assert_eq!(network.tree.apply(height, &changes).unwrap(), before.2);
    network.tree = Certified::new(8);
    let mut all = Changes::new();
    network.chain.draft().visit(Kind::Authenticated, |key, value| all.push(key, Some(value)).unwrap());
    network.tree.apply(network.chain.head().height.0, &all).unwrap();

    let receipt = network.execute(vec![signed]).receipts.remove(0);
    assert_eq!(receipt, dry.receipt, "a block says what the dry run said");
    receipt
}

#[test]
fn a_dry_run_is_the_receipt_and_leaves_no_trace() {
    let mut network = Network::new();
    let done = try_then_run(&mut network, ALICE, vec![pay(BOB, 100), pay(ISSUER, 1)]);
    assert_eq!((done.outcome, done.events.len()), (Outcome::Done, 2));
    let refused = try_then_run(&mut network, ALICE, vec![pay(BOB, 100), pay(BOB, 1_000_000)]);
    rejected(&refused, Some(1), "InsufficientBalance");
    // A breaker that queues writes a bundle where the transaction is refused.
    let breaker =
        Some(Breaker { limit: Amount(50), window_ms: 86_400_000, beyond: Tripped::Queue { delay_ms: 60_000 } });
    let set = Operation::Accounts(gage_accounts::Operation::SetBreaker(SetBreaker { asset: USD, breaker }));
    assert_eq!(try_then_run(&mut network, ALICE, vec![set]).outcome, Outcome::Done);
    let signed = network.signed(ALICE, vec![pay(BOB, 100)]);
    let before = records(&network.chain);
    let dry = network.chain.dry_run(signed.transaction, vec![secret(ALICE).public_key().id()]);
    rejected(&dry.receipt, None, "QueuedByBreaker");
    assert_eq!(records(&network.chain), before);
}

#[test]
fn nobody_signs_nothing_happens() {
    let mut network = Network::new();
    let transaction = network.transaction(ALICE, vec![pay(BOB, 1)]);
    rejected(&network.chain.dry_run(transaction.clone(), vec![]).receipt, None, "BelowThreshold");
    let mut empty = transaction.clone();
    empty.operations.clear();
    rejected(&network.chain.dry_run(empty, vec![]).receipt, None, "BadOperationCount");
    let zero = gage_ledger::operations::Transfer { to: id(BOB), asset: USD, quantity: Quantity::Exact(Amount(0)) };
    let zero = vec![Operation::Ledger(gage_ledger::Operation::Transfer(zero))];
    let keys = vec![secret(ALICE).public_key().id()];
    let dry = network.chain.dry_run(gage_chain::Transaction { operations: zero, ..transaction }, keys);
    assert!(matches!(dry.receipt.outcome, Outcome::Rejected { .. }), "{dry:?}");
}

#[test]
fn a_fault_in_a_dry_run_is_undone() {
    let mut network = Network::new();
    let chain = std::mem::replace(&mut network.chain, Chain::from_genesis(&common::genesis(), 1).unwrap());
    network.chain = chain.with_fault(|_| panic!("planted"));
    let before = records(&network.chain);
    let transaction = network.transaction(ALICE, vec![pay(BOB, 1)]);
    let dry = network.chain.dry_run(transaction, vec![secret(ALICE).public_key().id()]);
    assert_eq!(dry.receipt.outcome, Outcome::Internal);
    assert_eq!(records(&network.chain), before);
}
