//! What a node does not take, and what it drops: each has its code, and the root stays what it was.

mod common;

use common::*;
use gage_chain::{ChainOperation, Operation, Outcome, SignedTransaction, WithdrawCredit};
use gage_crypto::Hash;
use gage_node::{Node, NodeConfig, NodeHandle, SubmitError, TxStatus};
use gage_units::{Amount, Timestamp};

fn name(handle: &NodeHandle, bytes: &[u8]) -> (String, u32) {
    let error = handle.submit(bytes).expect_err("it must be refused");
    assert!(!error.to_string().is_empty());
    (error.name().to_owned(), error.code())
}

/// The same network twice: one is asked for everything that must be refused, one is left alone.
struct Pair {
    _asked_dir: Scratch,
    _calm_dir: Scratch,
    asked: Node,
    calm: Node,
}

impl Pair {
    fn new(change: impl Fn(&mut NodeConfig)) -> Pair {
        let dirs = [Scratch::new("asked"), Scratch::new("calm")];
        let [asked, calm] = [&dirs[0], &dirs[1]].map(|dir| {
            let mut options = config(dir.path());
            change(&mut options);
            Node::start(options).unwrap()
        });
        let [_asked_dir, _calm_dir] = dirs;
        Pair { _asked_dir, _calm_dir, asked, calm }
    }

    fn both(&self, act: impl Fn(&NodeHandle)) {
        act(&self.asked.handle());
        act(&self.calm.handle());
    }

    fn same_root(&self) {
        let [asked, calm] = [self.asked.handle(), self.calm.handle()].map(|handle| handle.checkpoint());
        assert_eq!(asked, calm);
    }
}

#[test]
fn every_refusal_has_its_code_and_leaves_the_root_alone() {
    let pair = Pair::new(|_| {});
    pair.both(|handle| {
        run_to(handle, 2);
    });
    let handle = pair.asked.handle();
    let good = transaction(1, 100, vec![transfer_operation(2, 5)]);
    let case = |expected: &str, bytes: Vec<u8>| {
        let (found, code) = name(&handle, &bytes);
        assert_eq!(found, expected);
        assert!(code > 1_000);
    };

    case("Malformed", b"{\"hello\": 1}".to_vec());
    case("Malformed", Vec::new());
    let mut longer = sign(&handle, 1, good.clone());
    longer.push(0);
    case("Malformed", longer);
    // A length that promises four thousand million operations.
    let mut hostile = good.to_bytes();
    hostile.truncate(32 + 8 + 8 + 16);
    hostile.extend([0xff; 4]);
    case("Malformed", hostile);
    case("TooLarge", vec![0; gage_chain::TRANSACTION_BYTES_MAX + 1]);

    let mut forged = SignedTransaction::from_bytes(&sign(&handle, 1, good.clone())).unwrap();
    forged.transaction.nonce += 1;
    case("BadSignature", forged.to_bytes());
    let mut unsigned = forged.clone();
    unsigned.signatures.clear();
    assert!(handle.submit(&unsigned.to_bytes()).is_err());
    let elsewhere = sign_for(&Hash([9; 32]), &handle, 1, good.clone());
    case("BadSignature", elsewhere.to_bytes());
    let wallet = transaction(WALLET, 100, vec![transfer_operation(2, 5)]);
    case("BadSignature", sign_for(&Hash([9; 32]), &handle, WALLET, wallet).to_bytes());
    // Somebody else's good signature.
    let mut stolen = SignedTransaction::from_bytes(&sign(&handle, 1, good.clone())).unwrap();
    stolen.transaction.account = id(3);
    case("UnknownKey", stolen.to_bytes());

    let replayed = transfer(&handle, 1, 8, 2, 1_000_000);
    case("NonceUsed", replayed);
    case("NonceTooFar", transfer(&handle, 1, 5_000_000, 2, 5));
    let mut expired = good.clone();
    expired.valid_until = Timestamp(START);
    case("Expired", sign(&handle, 1, expired));
    case("BadOperationCount", sign(&handle, 1, transaction(1, 100, vec![])));
    case("BadOperationCount", sign(&handle, 1, transaction(1, 100, vec![transfer_operation(2, 1); 65])));
    case("ZeroAmount", transfer(&handle, 1, 100, 2, 0));
    let mut stranger = good.clone();
    stranger.account = gage_crypto::AccountId([5; 32]);
    case("UnknownAccount", sign(&handle, 1, stranger));
    let mut cheap = good.clone();
    cheap.max_fee = Amount(FEE - 1);
    case("FeeAboveMaximum", sign(&handle, 1, cheap));
    let mut rich = good.clone();
    rich.max_fee = Amount(CREDIT + 1);
    case("InsufficientCredit", sign(&handle, 1, rich));
    let mut absurd = good.clone();
    absurd.max_fee = Amount::MAX;
    case("InsufficientCredit", sign(&handle, 1, absurd));

    assert_eq!(handle.status_summary().mempool, gage_node::MempoolStatus { max: 100_000, ..Default::default() });
    pair.same_root();
    pair.both(|handle| {
        run_to(handle, 4);
    });
    pair.same_root();
}

#[test]
fn what_is_refused_at_execution_costs_its_fee_and_nothing_else() {
    let scratch = Scratch::new("execution");
    let node = start(scratch.path());
    let handle = node.handle();
    let cases = [(u128::MAX, "InsufficientBalance"), (BALANCE, "InsufficientBalance")];
    for (nonce, (amount, expected)) in (1..).zip(cases) {
        let hash = handle.submit(&transfer(&handle, 1, nonce, 2, amount)).unwrap();
        seal(&handle);
        let Outcome::Rejected { operation: Some(0), reason } = outcome(&handle, &hash) else { panic!() };
        assert_eq!(reason.name, expected, "{reason:?}");
    }
    assert_eq!(free(&handle, 1), BALANCE - CREDIT);
    assert_eq!(free(&handle, 2), BALANCE - CREDIT);
}

#[test]
fn a_nonce_waits_once() {
    let scratch = Scratch::new("nonce");
    let node = start(scratch.path());
    let handle = node.handle();
    let first = handle.submit(&transfer(&handle, 1, 1, 2, 5)).unwrap();
    let second = transfer(&handle, 1, 1, 2, 6);
    assert_eq!(handle.submit(&second), Err(SubmitError::NonceConflict { other: first }));
    let results = handle.submit_many(vec![transfer(&handle, 1, 2, 2, 5), second, transfer(&handle, 1, 2, 2, 5)]);
    assert!(results[0].is_ok() && results[1].is_err() && results[2] == results[0], "{results:?}");
    assert_eq!(seal(&handle).result.receipts.len(), 2);
}

#[test]
fn the_mempool_is_bounded_for_each_and_for_all() {
    let scratch = Scratch::new("bounds");
    let options = NodeConfig { mempool_max: 10, mempool_per_account_max: 4, ..config(scratch.path()) };
    let node = Node::start(options).unwrap();
    let handle = node.handle();
    for nonce in 0..4 {
        handle.submit(&transfer(&handle, 1, nonce, 2, 5)).unwrap();
    }
    assert_eq!(handle.submit(&transfer(&handle, 1, 4, 2, 5)), Err(SubmitError::AccountFull { max: 4 }));
    for (user, nonce) in [(2, 0), (2, 1), (2, 2), (3, 0), (3, 1), (3, 2)] {
        handle.submit(&transfer(&handle, user, nonce, 1, 5)).unwrap();
    }
    assert_eq!(handle.submit(&transfer(&handle, 4, 0, 2, 5)), Err(SubmitError::MempoolFull { max: 10 }));
    assert_eq!(seal(&handle).result.receipts.len(), 10);
    handle.submit(&transfer(&handle, 1, 4, 2, 5)).unwrap();
    handle.submit(&transfer(&handle, 4, 0, 2, 5)).unwrap();

    let scratch = Scratch::new("bytes");
    let options = NodeConfig { mempool_bytes_max: gage_chain::TRANSACTION_BYTES_MAX, ..config(scratch.path()) };
    let node = Node::start(options).unwrap();
    let handle = node.handle();
    let full = (0..2_000).find_map(|nonce| {
        let user = (nonce % u64::from(USERS)) as u8;
        handle.submit(&transfer(&handle, user, nonce, 1, 5)).err()
    });
    assert!(matches!(full, Some(SubmitError::MempoolFull { .. })), "{full:?}");
    let status = handle.status_summary().mempool;
    assert!(status.bytes <= gage_chain::TRANSACTION_BYTES_MAX && status.waiting > 300, "{status:?}");
}

#[test]
fn credit_covers_all_that_waits_together() {
    let scratch = Scratch::new("credit");
    let node = start(scratch.path());
    let handle = node.handle();
    let big = |nonce: u64, max_fee: u128, operations| {
        let mut transaction = transaction(1, nonce, operations);
        transaction.max_fee = Amount(max_fee);
        handle.submit(&sign(&handle, 1, transaction))
    };
    let withdraw = |amount| {
        let withdraw = WithdrawCredit { asset: USD, amount: Amount(amount) };
        vec![Operation::Chain(ChainOperation::WithdrawCredit(withdraw))]
    };
    big(1, CREDIT / 2, vec![transfer_operation(2, 1)]).unwrap();
    assert_eq!(big(2, CREDIT / 2 + 1, vec![transfer_operation(2, 1)]).unwrap_err().name(), "InsufficientCredit");
    // What is withdrawn is claimed like a fee: else a block could be made that its own withdrawal spoils.
    assert_eq!(big(3, 100, withdraw(CREDIT / 2)).unwrap_err().name(), "InsufficientCredit");
    big(4, 100, withdraw(CREDIT / 4)).unwrap();
    assert_eq!(big(5, CREDIT / 4, vec![transfer_operation(2, 1)]).unwrap_err().name(), "InsufficientCredit");
    assert_eq!(seal(&handle).result.receipts.len(), 2);
    // Alone, all that the fee leaves can be withdrawn; the fee of two transactions is spent by now.
    let hash = big(6, 100, withdraw(CREDIT - CREDIT / 4 - 3 * FEE)).unwrap();
    assert_eq!(big(7, 100, vec![transfer_operation(2, 1)]).unwrap_err().name(), "InsufficientCredit");
    seal(&handle);
    assert_eq!(outcome(&handle, &hash), Outcome::Done);
    assert_eq!(big(8, 100, vec![transfer_operation(2, 1)]).unwrap_err().name(), "InsufficientCredit");
}

#[test]
fn what_cannot_run_any_more_is_dropped_with_its_reason() {
    let scratch = Scratch::new("drop");
    let node = start(scratch.path());
    let handle = node.handle();
    let mut late = transaction(1, 1, vec![transfer_operation(2, 1)]);
    late.valid_until = time(3);
    let late = handle.submit(&sign(&handle, 1, late)).unwrap();
    let stays = handle.submit(&transfer(&handle, 1, 2, 2, 1)).unwrap();
    let sealed = handle.seal(time(4)).unwrap();
    assert_eq!(sealed.result.receipts.len(), 1);
    let TxStatus::Dropped { reason } = handle.status(&late) else { panic!() };
    assert_eq!(reason.name, "Expired");
    assert_eq!(handle.status(&stays).word(), "certified");

    // A nonce far behind: the account moved on while the transaction waited for room.
    let scratch = Scratch::new("drop-nonce");
    let mut options = config(scratch.path());
    options.genesis.params.weight_target = 100_000;
    options.genesis.params.weight_max = 100_000;
    let node = Node::start(options).unwrap();
    let handle = node.handle();
    let many = |nonce: u64, count: usize| {
        let mut transaction = transaction(1, nonce, vec![transfer_operation(2, 1); count]);
        transaction.max_fee = Amount(5_000);
        sign(&handle, 1, transaction)
    };
    // 61,000 and 61,000 weight: one per block; the second waits and then is 100 nonces behind.
    handle.submit(&many(200, 60)).unwrap();
    let behind = handle.submit(&many(100, 60)).unwrap();
    assert_eq!(seal(&handle).result.receipts.len(), 1);
    assert_eq!(handle.status(&behind), TxStatus::Accepted);
    assert_eq!(seal(&handle).result.receipts.len(), 0);
    let TxStatus::Dropped { reason } = handle.status(&behind) else { panic!() };
    assert_eq!(reason.name, "NonceTooOld");
    assert_eq!(handle.status_summary().mempool.waiting, 0);
}

#[test]
fn what_does_not_fit_waits_in_its_order() {
    let scratch = Scratch::new("fit");
    let mut options = config(scratch.path());
    options.genesis.params.weight_target = 100_000;
    options.genesis.params.weight_max = 100_000;
    let node = Node::start(options).unwrap();
    let handle = node.handle();
    let mut bytes = Vec::new();
    for nonce in 0..120 {
        let mut transaction = transaction(1, nonce, vec![transfer_operation(2, 1)]);
        transaction.max_fee = Amount(5_000);
        bytes.push(sign(&handle, 1, transaction));
    }
    let hashes = submit_all(&handle, bytes);
    let counts: Vec<usize> = (0..4).map(|_| seal(&handle).result.receipts.len()).collect();
    assert_eq!(counts, [50, 50, 20, 0]);
    for (position, hash) in hashes.iter().enumerate() {
        let status = handle.status(hash);
        assert_eq!(status.height().unwrap().0 as usize, 1 + position / 50);
        assert_eq!(outcome(&handle, hash), Outcome::Done);
    }
}
