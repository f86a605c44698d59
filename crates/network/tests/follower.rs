//! A node that follows believes what two thirds of the validators signed, and nothing else.

mod common;

use std::path::Path;
use std::time::Duration;

use common::scratch;
use gage_chain::{Block, Operation, PreparedBlock};
use gage_network::sim::{Outcome, Plan, genesis, run};
use gage_network::{Committee, FollowError, Follower};
use gage_node::{NodeConfig, StepNode, StopReason, SubmitError, disk};
use gage_units::Height;
use gage_verify::{CertifiedBlocks, Finality, Hex, VerifyError};

/// A network that ran for some seconds: its committee, and its blocks up to a certified one.
fn network() -> (Outcome, Committee, Vec<Hex>, Finality) {
    let outcome = run(&Plan::quiet(40, 4, Duration::from_secs(6)));
    assert_eq!(outcome.violations, Vec::<String>::new());
    let genesis = genesis().hash();
    let committee = Committee::new(genesis, &outcome.keys).unwrap();
    let certificate = outcome.evidence.clone().unwrap().finality.unwrap().certificate;
    let is_it = |bytes: &Vec<u8>| Block::from_bytes(bytes).unwrap().header.hash(&genesis) == certificate.block;
    let last = outcome.ordered.iter().position(is_it).unwrap();
    let blocks = outcome.ordered[..=last].iter().cloned().map(Hex).collect();
    (outcome, committee, blocks, Finality { headers: Vec::new(), certificate })
}

fn config(dir: &Path) -> NodeConfig {
    NodeConfig { log_segment_bytes: 1 << 20, ..NodeConfig::new(dir, genesis()) }
}

#[test]
fn blocks_are_taken_with_their_certificate_only() {
    let scratch = scratch("follows");
    let (outcome, committee, blocks, finality) = network();
    let all = CertifiedBlocks { blocks: blocks.clone(), finality: finality.clone() };
    let mut follower = Follower::start(config(&scratch.0), &committee).unwrap();
    let node = follower.handle();

    let mut refused = |changed: CertifiedBlocks| match follower.take(&changed) {
        Err(FollowError::Refused(error)) => error,
        other => panic!("{other:?}"),
    };
    let with = |blocks: Vec<Hex>| CertifiedBlocks { blocks, finality: finality.clone() };
    assert!(matches!(refused(with(Vec::new())), VerifyError::Block(_)));
    assert!(matches!(refused(with(blocks[1..].to_vec())), VerifyError::Block(_)), "a gap before the first");
    let mut gap = blocks.clone();
    gap.remove(blocks.len() / 2);
    assert!(matches!(refused(with(gap)), VerifyError::Block(_)), "a gap");
    assert!(matches!(refused(with(blocks[..blocks.len() - 1].to_vec())), VerifyError::Certificate(_)), "another's");
    for at in [0, 40, blocks[3].0.len() - 1] {
        let mut changed = blocks.clone();
        changed[3].0[at] ^= 1;
        assert!(matches!(refused(with(changed)), VerifyError::Block(_)), "byte {at}");
    }
    let mut changed = blocks.clone();
    changed.last_mut().unwrap().0[60] ^= 1;
    refused(with(changed));
    let mut few = all.clone();
    few.finality.certificate.votes.truncate(2);
    assert!(matches!(refused(few), VerifyError::Certificate(_)));
    // Nothing of all that was taken.
    assert_eq!((node.progress_now().ordered, follower.next()), (Height(0), Height(1)));

    follower.take(&all).unwrap();
    let height = Height(blocks.len() as u64);
    node.wait_executed(height).unwrap();
    // It has executed them itself, and serves them to the next.
    let head = node.read(|chain| chain.head());
    assert_eq!((head.height, head.block), (height, finality.certificate.block));
    assert!(node.agreed() > Height(0));
    assert_eq!(node.certified_blocks(Height(2)).unwrap(), CertifiedBlocks { blocks: blocks[1..].to_vec(), finality });
    assert_eq!(node.certified_blocks(Height(height.0 + 1)), None);
    let payment = gage_network::sim::user_transfer(&node.genesis(), 1, 1_000, 2, 5);
    assert_eq!(node.submit(&payment.to_bytes()), Err(SubmitError::Follows));
    drop(node);
    follower.stop().unwrap();

    // It goes on where it was.
    let follower = Follower::start(config(&scratch.0), &committee).unwrap();
    assert_eq!(follower.next(), Height(height.0 + 1));
    assert!(outcome.ordered.len() >= blocks.len());
}

/// Its first transfer fails, which nobody else's does.
fn fails(operation: &Operation) {
    if matches!(operation, Operation::Ledger(_)) {
        panic!("another machine");
    }
}

#[test]
fn a_snapshot_is_believed_once_the_network_has_its_root() {
    let (_, committee, blocks, finality) = network();
    let genesis = genesis().hash();
    let prepared = |bytes: &Hex| PreparedBlock::from_bytes(&genesis, &bytes.0).unwrap();
    // The block after which the states differ.
    let differs = |bytes: &Hex| {
        let operations = Block::from_bytes(&bytes.0).unwrap().transactions.into_iter();
        operations.flat_map(|signed| signed.transaction.operations).any(|it| matches!(it, Operation::Ledger(_)))
    };
    let at = blocks.iter().position(differs).unwrap();
    for honest in [true, false] {
        let scratch = scratch(&format!("snapshot-{honest}"));
        let mut other = config(Path::new("none"));
        other.before_operation = (!honest).then_some(fails);
        let mut other = StepNode::from_genesis(other).unwrap();
        blocks[..=at].iter().for_each(|block| other.order(&prepared(block)).unwrap());
        let (bytes, height) = (other.snapshot().unwrap(), at as u64 + 1);
        disk::write_snapshot(&scratch.0.join("snapshots"), &genesis.0, height, |out| out.write_all(&bytes)).unwrap();

        let mut follower = Follower::start(config(&scratch.0), &committee).unwrap();
        assert_eq!(follower.next(), Height(height + 1));
        let rest = CertifiedBlocks { blocks: blocks[at + 1..].to_vec(), finality: finality.clone() };
        let node = follower.handle();
        // It may stop while it takes them.
        let taken = follower.take(&rest);
        let executed = node.wait_executed(Height(blocks.len() as u64));
        if honest {
            taken.unwrap();
            executed.unwrap();
            assert!(node.agreed() >= Height(height));
        } else {
            assert!(matches!(executed, Err(StopReason::Fault { .. })), "{executed:?}");
            assert!(node.agreed() < Height(height));
            assert!(node.stopped().unwrap().to_string().contains("the network publishes"), "{:?}", node.stopped());
        }
    }
}
