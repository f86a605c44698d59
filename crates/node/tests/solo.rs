//! The life of a transaction in a solo node, and of the node itself.

mod common;

use std::time::Duration;

use common::*;
use gage_chain::Outcome;
use gage_node::{Node, NodeError, SealError, Sealing, Stage, StopReason, SubmitError, TxStatus};
use gage_units::{Height, Timestamp};
use gage_verify::{Document, Trust, verify, verify_receipt};

#[test]
fn a_transfer_goes_from_accepted_to_certified() {
    let scratch = Scratch::new("life");
    let node = start(scratch.path());
    let handle = node.handle();
    let mut notices = handle.subscribe();
    let bytes = transfer(&handle, 1, 1, 2, 500);
    let hash = handle.submit(&bytes).unwrap();
    assert_eq!(handle.status(&hash), TxStatus::Accepted);
    assert_eq!(handle.submit(&bytes), Ok(hash), "the same again is no error");
    assert_eq!(handle.status_summary().mempool.waiting, 1);

    let sealed = seal(&handle);
    assert_eq!((sealed.height, sealed.certified), (Height(1), Height(1)));
    let TxStatus::Certified { height, index, receipt } = handle.status(&hash) else { panic!() };
    assert_eq!((height, index, receipt.fee.0), (Height(1), 0, FEE));
    assert_eq!(receipt.outcome, Outcome::Done);
    assert_eq!(free(&handle, 1), BALANCE - CREDIT - 500);
    assert_eq!(free(&handle, 2), BALANCE - CREDIT + 500);
    assert_eq!(handle.submit(&bytes), Ok(hash), "still no error");
    assert_eq!(handle.wait(&hash, Stage::Certified, Duration::ZERO).word(), "certified");
    let notice = notices.try_recv().unwrap();
    assert_eq!((notice.sequence, notice.time), (1, time(1)));
    assert_eq!(notice.result, handle.result(Height(1)).unwrap());
    assert_eq!(handle.block(Height(1)).unwrap().header.hash(&handle.genesis()), sealed.block);
    node.stop().unwrap();
    assert!(matches!(handle.submit(&bytes), Err(SubmitError::Stopped(StopReason::Requested))));
    assert!(matches!(handle.seal(time(9)), Err(SealError::Stopped(_))));
    assert_eq!(head(&handle), Height(1), "reads go on");
}

#[test]
fn every_signature_scheme_passes_and_the_wallet_signs_the_text() {
    let scratch = Scratch::new("wallet");
    let node = start(scratch.path());
    let handle = node.handle();
    let hash = handle.submit(&transfer(&handle, WALLET, 3, 0, 250)).unwrap();
    seal(&handle);
    assert_eq!(outcome(&handle, &hash), Outcome::Done);
}

#[test]
fn records_and_receipts_are_proved_with_the_header_two_blocks_later() {
    let scratch = Scratch::new("prove");
    let node = start(scratch.path());
    let handle = node.handle();
    let hash = handle.submit(&transfer(&handle, 1, 1, 2, 500)).unwrap();
    let sealed = seal(&handle);
    let key = gage_ledger::balance_key_bytes(number(2), USD);
    let trust = Trust { genesis: Some(handle.genesis()), ..Trust::default() };

    let early = handle.prove(&key, None).unwrap();
    assert_eq!((early.height, early.state_root, early.header.is_none()), (Height(1), sealed.root, true));
    assert!(!verify(&early, &trust).unwrap().anchored);
    assert!(handle.receipt_proof(&hash).unwrap().header.is_none());

    seal(&handle);
    seal(&handle);
    assert_eq!(handle.published(), Some(Height(1)));
    let evidence = handle.prove(&key, handle.published()).unwrap();
    let header = evidence.header.clone().unwrap();
    assert_eq!((header.height, header.executed.state_root), (Height(3), sealed.root));
    let trust = Trust { header: Some(header.hash(&handle.genesis())), ..trust };
    let verified = verify(&evidence, &trust).unwrap();
    assert!(verified.anchored && verified.present && verified.time == Some(time(1)));

    let absent = handle.prove(&gage_ledger::balance_key_bytes(gage_units::AccountNumber(5_000), USD), Some(Height(1)));
    let absent = absent.unwrap();
    assert!(absent.value.is_none() && !verify(&absent, &trust).unwrap().present);

    let receipt = handle.receipt_proof(&hash).unwrap();
    assert!(verify_receipt(&receipt, &trust).unwrap().anchored);
    for document in [Document::Record(Box::new(evidence)), Document::Receipt(Box::new(receipt))] {
        assert_eq!(Document::parse(&document.to_text()).unwrap(), document);
    }
    assert_eq!(handle.prove(&[0xff, 0xff, 1], None).unwrap_err().name(), "UnknownTable");
    assert_eq!(handle.prove(&key, Some(Height(77))).unwrap_err().name(), "CheckpointNotRetained");
}

#[test]
fn a_restart_knows_everything_that_was_ordered() {
    let scratch = Scratch::new("restart");
    let node = start(scratch.path());
    let handle = node.handle();
    let hashes = submit_all(&handle, load(&handle, 1));
    let sealed = seal(&handle);
    node.stop().unwrap();
    let node = start(scratch.path());
    assert_eq!((node.recovery().replayed, node.recovery().snapshot), (1, None));
    let handle = node.handle();
    assert_eq!(handle.checkpoint(), Some((Height(1), sealed.root)));
    for hash in &hashes {
        assert_eq!(handle.status(hash).word(), "certified");
    }
    assert_eq!(*handle.result(Height(1)).unwrap(), *sealed.result);

    // From a snapshot the receipts are gone, but a transaction that is in stays in.
    handle.snapshot_now().unwrap();
    node.stop().unwrap();
    let node = start(scratch.path());
    assert_eq!((node.recovery().replayed, node.recovery().snapshot), (0, Some(Height(1))));
    let handle = node.handle();
    assert_eq!(handle.status(&hashes[0]), TxStatus::Ordered { height: Height(1) });
    assert_eq!(handle.submit(&load(&handle, 1)[0]), Ok(hashes[0]));
}

#[test]
fn the_clock_seals_what_waits_and_beats_without() {
    let scratch = Scratch::new("clock");
    let mut config = config(scratch.path());
    config.sealing = Sealing::Every(Duration::from_millis(5));
    let node = Node::start(config).unwrap();
    let handle = node.handle();
    assert_eq!(handle.seal(time(1)).unwrap_err(), SealError::NotManual);
    for nonce in 0..20 {
        let hash = handle.submit(&transfer(&handle, 1, nonce, 2, 1)).unwrap();
        let status = handle.wait(&hash, Stage::Certified, Duration::from_secs(20));
        assert_eq!(status.word(), "certified", "{status:?}");
    }
    let before = head(&handle);
    let mut progress = handle.progress();
    std::thread::sleep(Duration::from_millis(400));
    assert!(head(&handle) > before, "heartbeat blocks");
    assert!(progress.borrow_and_update().executed > before);
    node.stop().unwrap();
    let node = start(scratch.path());
    assert!(head(&node.handle()) >= before);
}

#[test]
fn a_backlog_fills_several_blocks_and_each_is_valid() {
    let scratch = Scratch::new("backlog");
    let mut config = config(scratch.path());
    config.genesis.params.weight_target = 100_000;
    config.genesis.params.weight_max = 100_000;
    config.sealing = Sealing::Every(Duration::from_millis(50));
    let node = Node::start(config.clone()).unwrap();
    let handle = node.handle();
    let mut bytes = Vec::new();
    for nonce in 0..60 {
        for user in 0..USERS {
            let mut transaction = transaction(user, nonce, vec![transfer_operation((user + 1) % USERS, 1)]);
            transaction.max_fee = gage_units::Amount(10_000);
            bytes.push(sign(&handle, user, transaction));
        }
    }
    let hashes = submit_all(&handle, bytes);
    for hash in &hashes {
        let status = handle.wait(hash, Stage::Executed, Duration::from_secs(30));
        assert_eq!(outcome(&handle, hash), Outcome::Done, "{status:?}");
    }
    let heights: std::collections::BTreeSet<_> = hashes.iter().map(|hash| handle.status(hash).height()).collect();
    assert!(heights.len() >= 480 * 2 / 100, "50 transfers fit a block: {heights:?}");
    node.stop().unwrap();
    config.sealing = Sealing::Manual;
    Node::start(config).unwrap().handle().read(|chain| chain.check_invariants()).unwrap();
}

#[test]
fn time_only_goes_forward() {
    let scratch = Scratch::new("time");
    let node = start(scratch.path());
    let handle = node.handle();
    assert!(matches!(handle.seal(Timestamp(START)), Err(SealError::TimeNotLater { .. })));
    handle.seal(time(5)).unwrap();
    assert!(matches!(handle.seal(time(5)), Err(SealError::TimeNotLater { .. })));
    handle.seal(time(6)).unwrap();
}

#[test]
fn one_directory_is_of_one_network_and_one_process() {
    let scratch = Scratch::new("claim");
    let node = start(scratch.path());
    let text = refusal(config(scratch.path()));
    assert!(text.contains(&std::process::id().to_string()), "{text}");
    node.stop().unwrap();
    let mut other = config(scratch.path());
    other.genesis.network = "elsewhere".to_owned();
    let text = refusal(other);
    assert!(text.contains("node-test") && text.contains("belong together"), "{text}");
    start(scratch.path());
}

#[test]
fn a_configuration_that_cannot_work_is_refused_by_name() {
    let scratch = Scratch::new("config");
    let mut bad = config(scratch.path());
    bad.retained_checkpoints = 2;
    assert!(refusal(bad).contains("retained_checkpoints"));
    let mut bad = config(scratch.path());
    bad.sealing = Sealing::Every(Duration::ZERO);
    assert!(refusal(bad).contains("sealing"));
    let mut bad = config(scratch.path());
    bad.mempool_per_account_max = 0;
    assert!(refusal(bad).contains("mempool_per_account_max"));
    let mut bad = config(&scratch.path().join("never-made"));
    bad.genesis.network = "Not A Name".to_owned();
    assert!(matches!(Node::start(bad), Err(NodeError::Genesis(_))));
    assert!(!scratch.path().join("never-made").exists(), "a refused genesis leaves nothing behind");
}
