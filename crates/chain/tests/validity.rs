//! Which block may follow, and what a receipt's proof shows.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{ALICE, BOB, Network, pay};
use gage_chain::{
    Block, ChainOperation, Error, Fault, Header, Invalid, Operation, Outcome, ReceiptProof, SignedTransaction,
    WithdrawCredit,
};
use gage_compliance::Reason;
use gage_compliance::operations::PauseAsset;
use gage_crypto::Hash;
use gage_units::{Amount, Height, Timestamp};
use proptest::prelude::*;

#[track_caller]
fn invalid(network: &Network, block: &Block, wanted: &str) {
    let found = network.chain.check_block(block).unwrap_err();
    assert!(format!("{found:?}").starts_with(wanted), "{found:?}");
}

#[test]
fn only_the_next_block_follows() {
    let mut network = Network::new();
    network.execute(vec![]);
    let transactions = vec![network.signed(ALICE, vec![pay(BOB, 1)])];
    let good = network.block(transactions);
    let with = |change: fn(&mut Header)| {
        let mut block = good.clone();
        change(&mut block.header);
        block
    };
    invalid(&network, &with(|header| header.parent = Hash::ZERO), "Parent");
    invalid(&network, &with(|header| header.height = Height(9)), "Height");
    invalid(&network, &with(|header| header.time = Timestamp(0)), "Time");
    invalid(&network, &with(|header| header.version = 2), "Version");
    invalid(&network, &with(|header| header.body = Hash::ZERO), "Body");
    invalid(&network, &with(|header| header.executed.height = Height(2)), "Executed");
    invalid(&network, &with(|header| header.executed.height = Height(u64::MAX)), "Executed");
    network.chain.check_block(&good).unwrap();

    // Execution refuses what validity refuses, and changes nothing.
    let head = network.chain.head();
    let wrong = with(|header| header.version = 2);
    assert!(matches!(network.chain.execute(&wrong), Err(Fault::Invalid(Invalid::Version { .. }))));
    assert_eq!(network.chain.head(), head);
    network.execute_block(&good);
}

#[test]
fn transactions_stand_by_class_and_within_bounds() {
    let mut network = Network::new();
    let exit =
        Operation::Chain(ChainOperation::WithdrawCredit(WithdrawCredit { asset: common::USD, amount: Amount(1) }));
    let transactions = vec![network.signed(ALICE, vec![exit]), network.signed(BOB, vec![pay(ALICE, 1)])];
    let block = network.block(transactions);
    // The maker sorts: Bob's payment comes before Alice's exit.
    assert_eq!(block.transactions[0].transaction.account, common::id(BOB));
    let resealed = |mut block: Block, transactions: Vec<SignedTransaction>| {
        block.header.body = Block::body_hash(&transactions);
        block.transactions = transactions;
        block
    };
    let reversed = block.transactions.iter().rev().cloned().collect();
    invalid(&network, &resealed(block.clone(), reversed), "ClassOrder");

    let heavy = (0..250).map(|_| network.signed(ALICE, vec![pay(BOB, 1)])).collect();
    invalid(&network, &resealed(block.clone(), heavy), "Weight");

    let mut greedy = network.transaction(ALICE, vec![pay(BOB, 1)]);
    greedy.max_fee = Amount(500_001);
    let greedy = network.sign(ALICE, greedy);
    invalid(&network, &resealed(block.clone(), vec![greedy]), "Transaction");

    // Two exits: what the first withdraws no longer pays for the second.
    let leave = |amount| {
        Operation::Chain(ChainOperation::WithdrawCredit(WithdrawCredit { asset: common::USD, amount: Amount(amount) }))
    };
    let exits = vec![network.signed(ALICE, vec![leave(480_000)]), network.signed(ALICE, vec![leave(1)])];
    network.chain.check_block(&resealed(block.clone(), exits[..1].to_vec())).unwrap();
    network.chain.check_block(&resealed(block.clone(), exits.clone())).unwrap();
    let exits = vec![network.signed(ALICE, vec![leave(480_001)]), network.signed(ALICE, vec![leave(1)])];
    network.chain.check_block(&resealed(block.clone(), exits[..1].to_vec())).unwrap();
    invalid(&network, &resealed(block.clone(), exits), "Transaction");

    let mut late = network.transaction(ALICE, vec![pay(BOB, 1)]);
    late.valid_until = Timestamp(block.header.time.0 - 1);
    let late = network.sign(ALICE, late);
    invalid(&network, &resealed(block, vec![late]), "Transaction");
}

/// A block is made before the one in front of it runs. Rules that this one sets make transfers heavier; were
/// that asked of a block that is ordered already, one issuer could stop every node.
#[test]
fn rules_set_in_front_of_a_block_do_not_make_it_invalid() {
    let mut network = Network::new();
    let pause = PauseAsset { asset: common::USD, reason: Reason::try_from("an order".to_owned()).unwrap() };
    let pause = Operation::Compliance(gage_compliance::Operation::PauseAsset(pause));
    let light = |network: &mut Network| {
        let mut transaction = network.transaction(ALICE, vec![pay(BOB, 1)]);
        transaction.max_fee = Amount(100);
        network.sign(ALICE, transaction)
    };
    // Nearly all that a block may weigh, before the asset has rules.
    let transactions: Vec<SignedTransaction> = (0..190).map(|_| light(&mut network)).collect();
    let paused = network.signed(common::ISSUER, vec![pause]);
    assert!(network.execute(vec![paused]).receipts.iter().all(|receipt| receipt.outcome == Outcome::Done));
    let ruled: u64 = transactions.iter().map(|signed| signed.transaction.weight_in(network.chain.draft())).sum();
    assert!(ruled > network.chain.params().weight_max);
    let result = network.execute(transactions);
    assert!(result.receipts.iter().all(|receipt| matches!(receipt.outcome, Outcome::Rejected { .. })));
}

#[test]
fn every_receipt_has_a_proof() {
    let mut network = Network::new();
    let transactions = (0..5).map(|_| network.signed(ALICE, vec![pay(BOB, 1)])).collect();
    let result = network.execute(transactions);
    for (index, receipt) in result.receipts.iter().enumerate() {
        let proof = ReceiptProof::make(result.height, &result.receipts, &result.due, index).unwrap();
        assert!(proof.verify(&result.events_root, &receipt.to_bytes()));
        let mut other = receipt.clone();
        other.fee = Amount(0);
        assert!(!proof.verify(&result.events_root, &other.to_bytes()));
    }
}

proptest! {
    #[test]
    fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _decoded: Result<SignedTransaction, Error> = SignedTransaction::from_bytes(&bytes);
        let _block: Result<Block, Error> = Block::from_bytes(&bytes);
    }

    #[test]
    fn a_changed_byte_never_means_the_same(position in 0usize..200, flip in 1u8..=255) {
        let mut network = Network::new();
        let signed = network.signed(ALICE, vec![pay(BOB, 1)]);
        let mut bytes = signed.to_bytes();
        let position = position % bytes.len();
        bytes[position] ^= flip;
        if let Ok(other) = SignedTransaction::from_bytes(&bytes) {
            prop_assert_ne!(other, signed);
        }
    }
}
