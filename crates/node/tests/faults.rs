//! A fault of the program inside one operation stays there; a disk that fails stops the node cleanly.

mod common;

use std::fs;

use common::*;
use gage_chain::{Operation, Outcome};
use gage_node::{Node, NodeConfig, SealError, StopReason, SubmitError};

/// The amount that sets the fault off.
const CURSED: u128 = 66_666;

fn cursed(operation: &Operation) {
    if *operation == transfer_operation(2, CURSED) {
        panic!("planted");
    }
}

#[test]
fn a_planted_panic_gives_an_internal_receipt_and_nothing_else() {
    let scratch = Scratch::new("panic");
    let options = NodeConfig { before_operation: Some(cursed), ..config(scratch.path()) };
    let node = Node::start(options.clone()).unwrap();
    let handle = node.handle();
    // The panic comes after the first operation of its transaction has already moved value.
    let operations = vec![transfer_operation(3, 100), transfer_operation(2, CURSED), transfer_operation(3, 100)];
    let bytes = vec![
        transfer(&handle, 1, 1, 2, 10),
        sign(&handle, 4, transaction(4, 1, operations)),
        transfer(&handle, 5, 1, 2, 30),
    ];
    let hashes = submit_all(&handle, bytes);
    let sealed = seal(&handle);
    assert_eq!(outcome(&handle, &hashes[0]), Outcome::Done);
    assert_eq!(outcome(&handle, &hashes[1]), Outcome::Internal);
    assert_eq!(outcome(&handle, &hashes[2]), Outcome::Done);
    assert_eq!(free(&handle, 2), BALANCE - CREDIT + 40);
    assert_eq!(free(&handle, 3), BALANCE - CREDIT);
    assert_eq!(free(&handle, 4), BALANCE - CREDIT);
    let receipt = &sealed.result.receipts[1];
    assert!(receipt.fee.0 > 0 && receipt.events.is_empty(), "the fee stays, the events do not: {receipt:?}");
    handle.read(|chain| chain.check_invariants()).unwrap();
    let root = run_to(&handle, 4);
    assert!(handle.stopped().is_none() && handle.status_summary().frozen_modules.is_empty());
    node.stop().unwrap();

    // The receipt is part of the history: the same fault in the same place gives the same root.
    let node = Node::start(options).unwrap();
    assert_eq!(node.handle().checkpoint().unwrap().1, root);
    node.stop().unwrap();
    // Without the fault the history would be another, and replay says so instead of going on.
    let text = refusal(config(scratch.path()));
    assert!(text.contains("publishes the root"), "{text}");
}

#[test]
fn a_disk_that_fails_stops_the_node_and_reads_go_on() {
    let scratch = Scratch::new("full");
    let options = config(scratch.path());
    let node = Node::start(options.clone()).unwrap();
    let handle = node.handle();
    // The log is short, so no next segment was prepared yet. A directory where it should be made: the
    // system refuses, as a full disk would.
    let obstacle = scratch.path().join("log/next-segment.tmp");
    fs::create_dir(&obstacle).unwrap();
    let root = run_to(&handle, 1);
    let mut failed = None;
    for height in 2..200 {
        submit_all(&handle, load(&handle, height));
        if let Err(error) = handle.seal(time(height)) {
            failed = Some((height, error));
            break;
        }
    }
    let Some((height, SealError::Stopped(StopReason::Disk { sentence }))) = failed else { panic!("{failed:?}") };
    assert!(sentence.contains("next-segment.tmp"), "{sentence}");
    assert_eq!(head(&handle).0, height - 1, "what is not on the disk is not executed");
    let bytes = transfer(&handle, 1, 1_000_000, 2, 1);
    assert!(matches!(handle.submit(&bytes), Err(SubmitError::Stopped(StopReason::Disk { .. }))));
    assert!(matches!(handle.seal(time(height)), Err(SealError::Stopped(_))));
    assert!(matches!(handle.status_summary().stopped, Some(StopReason::Disk { .. })));
    assert!(handle.prove(&gage_ledger::balance_key_bytes(number(2), USD), None).is_ok());
    assert!(root != handle.checkpoint().unwrap().1);
    assert!(node.stop().unwrap_err().to_string().contains("next-segment.tmp"));

    fs::remove_dir(&obstacle).unwrap();
    let node = Node::start(options).unwrap();
    assert_eq!(head(&node.handle()).0, height - 1);
    run_to(&node.handle(), height + 2);
}

#[test]
fn a_snapshot_that_cannot_be_written_is_reported_and_no_block_waits_for_it() {
    let scratch = Scratch::new("no-room");
    let options = NodeConfig { snapshot_every: 2, ..config(scratch.path()) };
    let node = Node::start(options).unwrap();
    let handle = node.handle();
    fs::write(scratch.path().join("snapshots"), b"in the way").unwrap();
    run_to(&handle, 5);
    let text = handle.snapshot_now().unwrap_err().to_string();
    assert!(text.contains("snapshots"), "{text}");
    let failure = handle.status_summary().snapshot_failure.unwrap();
    assert!(failure.contains("snapshots"), "{failure}");
    fs::remove_file(scratch.path().join("snapshots")).unwrap();
    run_to(&handle, 7);
    handle.snapshot_now().unwrap();
}
