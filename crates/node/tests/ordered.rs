//! Blocks that are ordered elsewhere give the same roots as where they were made, and survive a restart.

mod common;

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use common::{Scratch, config, load, start, submit_all, time};
use gage_chain::{Block, Executed, PreparedBlock};
use gage_node::{Node, NodeConfig, NotValid, Parent, Sealing, StepNode, StopReason};
use gage_units::{Height, Timestamp};

const BLOCKS: u64 = 12;

/// Blocks of a solo node, with the roots it computed.
fn solo_blocks(scratch: &Scratch) -> Vec<(Arc<PreparedBlock>, Executed)> {
    let node = start(&scratch.path().join("solo"));
    let handle = node.handle();
    let mut blocks = Vec::new();
    for height in 1..=BLOCKS {
        submit_all(&handle, load(&handle, height));
        handle.seal(time(height)).unwrap();
        let block = handle.block(Height(height)).unwrap();
        let block = Block::from_bytes(&block.to_bytes()).unwrap();
        let prepared = PreparedBlock::new(&handle.genesis(), block);
        blocks.push((Arc::new(prepared), handle.root(Height(height)).unwrap()));
    }
    node.stop().unwrap();
    blocks
}

fn ordered(scratch: &Scratch) -> NodeConfig {
    NodeConfig { sealing: Sealing::Consensus, ..config(&scratch.path().join("ordered")) }
}

fn deliver(node: &Node, blocks: &[(Arc<PreparedBlock>, Executed)]) {
    let (done, all) = channel();
    for (block, _) in blocks {
        let done = done.clone();
        node.feed().deliver(Arc::clone(block), Box::new(move || done.send(()).unwrap()));
    }
    for _ in blocks {
        all.recv_timeout(Duration::from_secs(120)).expect("every block is executed");
    }
}

fn wait_certified(node: &Node, height: u64) {
    let handle = node.handle();
    for _ in 0..6_000 {
        if handle.progress_now().certified >= Height(height) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("height {height} is not certified");
}

#[test]
fn the_same_blocks_give_the_same_roots_solo_stepped_and_delivered() {
    let scratch = Scratch::new("ordered-roots");
    let blocks = solo_blocks(&scratch);
    let mut step = StepNode::from_genesis(config(&scratch.path().join("none"))).unwrap();
    let node = Node::start(ordered(&scratch)).unwrap();
    deliver(&node, &blocks);
    wait_certified(&node, BLOCKS);
    for (block, root) in &blocks {
        step.order(block).unwrap();
        let height = block.block().header.height;
        assert_eq!(step.handle().root(height), Some(*root));
        assert_eq!(node.handle().root(height), Some(*root));
        assert_eq!(node.handle().block(height).as_ref(), Some(block.block()));
    }
    let snapshot = step.snapshot().unwrap();
    let restored = StepNode::from_snapshot(config(&scratch.path().join("none")), &snapshot).unwrap();
    assert_eq!(restored.handle().root(Height(BLOCKS)), Some(blocks[blocks.len() - 1].1));
    node.stop().unwrap();
}

#[test]
fn what_was_delivered_survives_a_restart_and_may_come_again() {
    let scratch = Scratch::new("ordered-restart");
    let blocks = solo_blocks(&scratch);
    let node = Node::start(ordered(&scratch)).unwrap();
    deliver(&node, &blocks[..7]);
    drop(node);
    let node = Node::start(ordered(&scratch)).unwrap();
    assert_eq!(node.handle().progress_now().executed, Height(7));
    // At least once: from before the restart on.
    deliver(&node, &blocks[4..]);
    wait_certified(&node, BLOCKS);
    assert_eq!(node.handle().root(Height(BLOCKS)), Some(blocks[blocks.len() - 1].1));
    node.stop().unwrap();
}

#[test]
fn a_gap_stops_the_node_and_executes_nothing() {
    let scratch = Scratch::new("ordered-gap");
    let blocks = solo_blocks(&scratch);
    let node = Node::start(ordered(&scratch)).unwrap();
    deliver(&node, &blocks[..2]);
    let (done, all) = channel::<()>();
    node.feed().deliver(Arc::clone(&blocks[3].0), Box::new(move || done.send(()).unwrap()));
    assert!(all.recv().is_err(), "the call is dropped");
    assert!(matches!(node.handle().stopped(), Some(StopReason::Fault { height: Height(3), .. })));
    assert_eq!(node.handle().progress_now().executed, Height(2));
    assert!(node.stop().is_err());
}

fn parent_of(node: &StepNode, block: &PreparedBlock) -> Parent {
    let header = &block.block().header;
    Parent {
        hash: header.hash(&node.handle().genesis()),
        height: header.height,
        time: header.time,
        executed: header.executed,
    }
}

/// A proposal on blocks that are not executed yet: valid at once, and still valid when they are.
#[test]
fn a_proposal_counts_what_is_ahead() {
    let scratch = Scratch::new("ordered-ahead");
    let mut proposer = StepNode::from_genesis(config(&scratch.path().join("a"))).unwrap();
    let mut judge = StepNode::from_genesis(config(&scratch.path().join("b"))).unwrap();
    let handle = proposer.handle();
    let genesis = Parent {
        hash: handle.genesis(),
        height: Height(0),
        time: Timestamp(common::START),
        executed: handle.root(Height(0)).unwrap(),
    };
    submit_all(&handle, load(&handle, 1));
    let first = Arc::new(handle.propose(&genesis, &[], time(1)).unwrap());
    assert!(!first.block().transactions.is_empty());
    judge.handle().check_proposal(&genesis, &[], &first).unwrap();
    // Nothing of the first block is proposed again on top of it.
    submit_all(&handle, load(&handle, 2));
    let ahead = [Arc::clone(&first)];
    let parent = parent_of(&proposer, &first);
    let second = handle.propose(&parent, &ahead, time(2)).unwrap();
    let again = second.hashes().any(|hash| first.hashes().any(|other| other == hash));
    assert!(!again && !second.block().transactions.is_empty());
    judge.handle().check_proposal(&parent, &ahead, &second).unwrap();
    judge.order(&first).unwrap();
    judge.handle().check_proposal(&parent, &ahead, &second).unwrap();
    // What was proposed waits until it is executed, wherever it was proposed.
    proposer.order(&first).unwrap();
    proposer.order(&second).unwrap();
    assert_eq!(handle.status_summary().mempool.waiting, 0);
}

/// A root that is not one's own is refused; one that is not known yet is waited for.
#[test]
fn roots_are_compared_and_waited_for() {
    let scratch = Scratch::new("ordered-judge");
    let blocks = solo_blocks(&scratch);
    let mut judge = StepNode::from_genesis(config(&scratch.path().join("none"))).unwrap();
    let ahead: Vec<Arc<PreparedBlock>> = blocks[..2].iter().map(|(block, _)| Arc::clone(block)).collect();
    let parent = parent_of(&judge, &ahead[1]);
    // It publishes height 1, which is not executed here.
    let third = &blocks[2].0;
    assert!(matches!(judge.handle().check_proposal(&parent, &ahead, third), Err(NotValid::NotYet(_))));
    judge.order(&ahead[0]).unwrap();
    judge.handle().check_proposal(&parent, &ahead, third).unwrap();
    let mut lying = third.block().clone();
    lying.header.executed.events_root = gage_crypto::Hash([9; 32]);
    let lying = PreparedBlock::new(&judge.handle().genesis(), lying);
    assert!(matches!(judge.handle().check_proposal(&parent, &ahead, &lying), Err(NotValid::Never(_))));
}
