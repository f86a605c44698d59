//! Same genesis and same blocks, same root: in every run, after restarts, from snapshots, with any
//! checkpoint timing and any hash seed.

mod common;

use common::*;
use gage_chain::{Block, Chain};
use gage_node::{Node, NodeConfig, NodeHandle};
use gage_store::certified::{Certified, Changes};
use gage_store::proof::Root;
use gage_units::Height;

const HEIGHT: u64 = 24;

/// The root after [`HEIGHT`] blocks of the run that `common::load` describes. It changes when the
/// genesis, an encoding or a rule changes, and then on purpose.
const GOLDEN: &str = "0c3e8270688cd36663f15361752ae99ce0fd61be014b25b140555bc01f5b0b74";

fn roots(handle: &NodeHandle) -> Vec<Root> {
    (1..=HEIGHT)
        .map(|height| {
            run_to(handle, height);
            handle.checkpoint().unwrap().1
        })
        .collect()
}

fn run(config: NodeConfig) -> Vec<Root> {
    roots(&Node::start(config).unwrap().handle())
}

#[test]
fn the_golden_root_comes_out_in_every_run_and_with_any_seed() {
    let mut all = Vec::new();
    for seed in [0, 1, 7, u64::MAX] {
        let scratch = Scratch::new("golden");
        all.push(run(NodeConfig { hash_seed: seed, ..config(scratch.path()) }));
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(all[0].last().unwrap().to_string(), GOLDEN);
}

#[test]
fn restarts_and_snapshots_leave_no_trace() {
    let plain = Scratch::new("plain");
    let expected = run(config(plain.path()));

    let scratch = Scratch::new("restarts");
    let mut seen = Vec::new();
    for height in 1..=HEIGHT {
        // Every third start comes from a snapshot, every other from the log alone or an old snapshot.
        let node = Node::start(NodeConfig { hash_seed: height, ..config(scratch.path()) }).unwrap();
        let handle = node.handle();
        assert_eq!(head(&handle), Height(height - 1));
        if height > 1 {
            assert_eq!(handle.checkpoint().unwrap().1, expected[height as usize - 2]);
        }
        seen.push(run_to(&handle, height));
        if height % 3 == 0 {
            handle.snapshot_now().unwrap();
        }
        handle.read(|chain| chain.check_invariants()).unwrap();
        node.stop().unwrap();
    }
    assert_eq!(seen, expected);
    let node = start(scratch.path());
    assert_eq!(node.recovery().snapshot, Some(Height(HEIGHT)));

    // Snapshots by themselves, as many as there are checkpoints, and a pruned log.
    let scratch = Scratch::new("every");
    let options = NodeConfig { snapshot_every: 4, prune_log: true, log_segment_bytes: 8_192, ..config(scratch.path()) };
    assert_eq!(run(options.clone()), expected);
    let node = Node::start(options).unwrap();
    let status = node.handle().status_summary();
    assert!(status.log.first_height > 1, "the log was pruned: {status:?}");
    assert_eq!(status.snapshots, [24, 20]);
    assert_eq!((status.certified, status.root), (Height(HEIGHT), expected[HEIGHT as usize - 1]));
    run_to(&node.handle(), HEIGHT + 3);
}

/// The blocks of a run.
fn blocks(handle: &NodeHandle) -> Vec<Block> {
    (1..=HEIGHT).map(|height| handle.block(Height(height)).unwrap()).collect()
}

/// Executes blocks, with a checkpoint every so many, and gives the root after each checkpoint.
fn replay(blocks: &[Block], every: u64) -> Vec<(u64, Root)> {
    let mut chain = Chain::from_genesis(&genesis(), every).unwrap();
    let mut tree = Certified::new(4);
    let mut found = Vec::new();
    for height in 0..=blocks.len() as u64 {
        if height > 0 {
            chain.execute(&blocks[height as usize - 1]).unwrap();
        }
        if height % every == 0 {
            let mut changes = Changes::new();
            chain.drain_changes(|key, value| changes.push(key, value).unwrap());
            found.push((height, tree.apply(height, &changes).unwrap()));
        }
    }
    found
}

#[test]
fn the_timing_of_checkpoints_leaves_no_trace_in_the_root() {
    let scratch = Scratch::new("timing");
    let node = start(scratch.path());
    let expected = roots(&node.handle());
    let blocks = blocks(&node.handle());
    for every in [1, 2, 3, 5, 8, 24] {
        for (height, root) in replay(&blocks, every).into_iter().skip(1) {
            assert_eq!(root, expected[height as usize - 1], "every {every}, height {height}");
        }
    }
}

#[test]
fn a_network_with_rare_checkpoints_runs_restarts_and_loads() {
    let scratch = Scratch::new("rare");
    let mut options = config(scratch.path());
    options.genesis.params.checkpoint_every = 5;
    options.snapshot_every = 7;
    let node = Node::start(options.clone()).unwrap();
    let handle = node.handle();
    let mut state = Vec::new();
    for height in 1..=HEIGHT {
        run_to(&handle, height);
        let executed = handle.block(Height(height)).unwrap().header.executed.height.0;
        let lagging = height.saturating_sub(2);
        assert_eq!(executed, lagging - lagging % 5, "block {height}");
        state.push((0..USERS).map(|user| free(&handle, user)).collect::<Vec<_>>());
    }
    let (height, root) = handle.checkpoint().unwrap();
    assert_eq!(height, Height(20));
    node.stop().unwrap();

    // Content does not depend on the timing of checkpoints: the balances are those of the plain run.
    let plain = Scratch::new("rare-plain");
    let other = start(plain.path());
    run_to(&other.handle(), HEIGHT);
    let balances: Vec<u128> = (0..USERS).map(|user| free(&other.handle(), user)).collect();
    assert_eq!(state.last(), Some(&balances));

    for seed in 0..2 {
        let node = Node::start(NodeConfig { hash_seed: seed, ..options.clone() }).unwrap();
        assert_eq!(node.recovery().snapshot, Some(Height(20)));
        assert_eq!(node.handle().checkpoint(), Some((height, root)));
        assert_eq!(head(&node.handle()), Height(HEIGHT));
        node.stop().unwrap();
    }
    let node = Node::start(options).unwrap();
    run_to(&node.handle(), 31);
    assert_eq!(node.handle().checkpoint().unwrap().0, Height(30));
}
