//! Same genesis and same blocks: same root, in every run, after every restart, at any timing of checkpoints.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{ALICE, BOB, ISSUER, Network, genesis, pay};
use gage_chain::{Block, Chain};
use gage_ledger::Operation as Ledger;
use gage_ledger::operations::{CreateAsset, GiveHold};
use gage_store::certified::{Certified, Changes};
use gage_units::{Amount, Timestamp};

/// Blocks with successes, refusals, holds that expire and an empty heartbeat.
fn play(network: &mut Network) -> Vec<Block> {
    let mut blocks = Vec::new();
    for round in 0u64..12 {
        let hold = GiveHold {
            beneficiary: common::id(BOB),
            asset: common::USD,
            amount: Amount(7),
            expires: Timestamp(network.time + 3_500),
        };
        let create = CreateAsset { symbol: format!("A{round}"), decimals: 3, itemised: false };
        let transactions = match round % 4 {
            0 => vec![network.signed(ALICE, vec![pay(BOB, 100), pay(ISSUER, 1)])],
            1 => vec![
                network.signed(BOB, vec![pay(ALICE, u128::MAX)]),
                network.signed(ALICE, vec![gage_chain::Operation::Ledger(Ledger::GiveHold(hold))]),
            ],
            2 => vec![network.signed(ISSUER, vec![gage_chain::Operation::Ledger(Ledger::CreateAsset(create))])],
            _ => vec![],
        };
        let block = network.block(transactions);
        network.execute_block(&block);
        blocks.push(block);
    }
    blocks
}

/// The root of all records, by a tree of its own.
fn root_of(chain: &mut Chain) -> String {
    let mut changes = Changes::new();
    chain.draft().visit(gage_store::Kind::Authenticated, |key, value| changes.push(key, Some(value)).unwrap());
    Certified::new(1).apply(1, &changes).unwrap().to_string()
}

#[test]
fn the_root_is_the_same_in_every_run() {
    let mut first = Network::with(&genesis(), 1, 1);
    let blocks = play(&mut first);
    let root = first.tree.root().to_string();
    for (hash_seed, every) in [(2, 1), (99, 2), (7, 3), (7, 4), (0, 12)] {
        let mut other = Network::with(&genesis(), hash_seed, every);
        for block in &blocks {
            other.execute_block(block);
        }
        assert_eq!(other.tree.root().to_string(), root, "hash seed {hash_seed}, checkpoint every {every}");
        assert_eq!(root_of(&mut other.chain), root);
    }
}

#[test]
fn the_state_restarts_from_its_records() {
    let mut network = Network::new();
    let blocks = play(&mut network);
    for cut in [0, 1, 5, 11] {
        let mut before = Network::new();
        for block in &blocks[..cut] {
            before.execute_block(block);
        }
        let records = before.tree.records().map(|(key, value)| (key.to_vec(), value.to_vec()));
        let mut after = Chain::from_records(records, 5).unwrap();
        assert_eq!(after.head(), before.chain.head());
        for block in &blocks[cut..] {
            let expected = before.execute_block(block);
            assert_eq!(after.execute(block).unwrap(), expected);
        }
        assert_eq!(root_of(&mut after), network.tree.root().to_string());
    }
}

/// Changing this root is changing the protocol: records, their encoding or their order of execution.
#[test]
fn the_golden_root() {
    let mut network = Network::new();
    assert_eq!(network.chain.genesis().to_string(), GENESIS_HASH);
    play(&mut network);
    assert_eq!(network.tree.root().to_string(), GOLDEN_ROOT);
}

const GENESIS_HASH: &str = "634ee7dfed6d8f802c123c45a1475c36de7790c095342404e49ccfc332b7f95d";
const GOLDEN_ROOT: &str = "d552cbcb1cceae4d0586b82cb34bf6b926a59437a767063a6d7aa653cbdf901e";
