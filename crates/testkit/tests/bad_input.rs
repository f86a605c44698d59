//! The table of bad input in `docs/bad-input.md`, row by row: each has its code and name, and leaves every
//! record as it was. What only the HTTP server sees (slow clients, rates, bodies) is shown by its own tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gage_accounts::Quantity;
use gage_chain::{
    Block, Chain, ChainOperation, Error, Invalid, KeySignature, OPERATIONS_MAX, Operation, Outcome, Rejection,
    Schedule, SignatureRefusal, SignedTransaction, TRANSACTION_BYTES_MAX, Transaction, check_transaction,
};
use gage_crypto::{AccountId, Hash, Signature};
use gage_ledger::AssetNames;
use gage_ledger::operations::Transfer;
use gage_store::proof::Root;
use gage_testkit::scenario::stage;
use gage_units::{Amount, AssetId, Timestamp};
use gage_vaults::operations::{Borrow, Deposit, OpenVault, Withdraw};
use gage_vaults::{FacilityId, VaultId};

const ETH: AssetId = AssetId(2);

/// A chain, and a twin that gets the same blocks without what is refused.
struct Bench {
    chain: Chain,
    twin: Chain,
    records: Records,
    twin_records: Records,
    nonce: u64,
}

/// All records by their keys in the tree.
type Records = BTreeMap<Vec<u8>, Vec<u8>>;

/// Takes over what was written.
fn drain(chain: &mut Chain, records: &mut Records) {
    chain.drain_changes(|key, value| {
        match value {
            Some(value) => records.insert(key.to_vec(), value.to_vec()),
            None => records.remove(key),
        };
    });
}

/// The records but those of the block itself (head, accumulator) and the used nonces.
fn content(records: &Records) -> BTreeMap<&[u8], &[u8]> {
    let own = |key: &&Vec<u8>| matches!((key[0], key[1]), (0x01, 0x05 | 0x0f) | (0x20, 0x02) | (0x20, 0x04));
    records.iter().filter(|(key, _)| !own(key)).map(|(key, value)| (key.as_slice(), value.as_slice())).collect()
}

impl Bench {
    fn new() -> Bench {
        let chain = || Chain::from_genesis(&stage::genesis(), 7).unwrap();
        let (chain, twin) = (chain(), chain());
        Bench { chain, twin, records: Records::new(), twin_records: Records::new(), nonce: 1 }
    }

    /// Asserts that chain and twin hold the same.
    fn unchanged(&mut self) {
        drain(&mut self.chain, &mut self.records);
        drain(&mut self.twin, &mut self.twin_records);
        assert!(!self.records.is_empty());
        assert_eq!(content(&self.records), content(&self.twin_records));
    }

    fn time(&self) -> Timestamp {
        Timestamp(self.chain.head().time.0 + 1_000)
    }

    fn transaction(&mut self, operations: Vec<Operation>) -> Transaction {
        self.nonce += 1;
        Transaction {
            account: stage::genesis_account("bank"),
            nonce: self.nonce,
            valid_until: Timestamp(self.time().0 + 60_000),
            max_fee: Amount::ZERO,
            operations,
            expected: Vec::new(),
        }
    }

    fn sign(&self, transaction: Transaction) -> SignedTransaction {
        let secret = stage::secret("bank");
        let payload = transaction.payload(&self.chain.genesis(), &AssetNames(self.chain.draft()));
        let signature = secret.sign(&payload).unwrap();
        SignedTransaction { transaction, signatures: vec![KeySignature { key: secret.public_key(), signature }] }
    }

    fn signed(&mut self, operations: Vec<Operation>) -> SignedTransaction {
        let transaction = self.transaction(operations);
        self.sign(transaction)
    }

    fn check(&self, signed: &SignedTransaction) -> Result<(), Rejection> {
        check_transaction(self.chain.draft(), self.time(), Amount::ZERO, signed).map(|_| ())
    }

    fn verify(&self, signed: &SignedTransaction) -> Result<(), SignatureRefusal> {
        signed.verify_signatures(&self.chain.genesis(), &AssetNames(self.chain.draft()))
    }

    fn block(&self, transactions: Vec<SignedTransaction>) -> Block {
        let head = self.chain.head();
        self.chain.make_block(self.time(), transactions, head.height, Root::EMPTY, Hash::ZERO)
    }

    /// Executes a block with a transaction; the twin gets it only if it is `shared`, else an empty block.
    fn execute(&mut self, signed: SignedTransaction, shared: bool) -> Outcome {
        let block = self.block(vec![signed.clone()]);
        let outcome = self.chain.execute(&block).unwrap().receipts.pop().unwrap().outcome;
        let (time, head) = (block.header.time, self.twin.head());
        let transactions = if shared { vec![signed] } else { Vec::new() };
        let block = self.twin.make_block(time, transactions, head.height, Root::EMPTY, Hash::ZERO);
        self.twin.execute(&block).unwrap();
        outcome
    }

    fn done(&mut self, operation: Operation) {
        let signed = self.signed(vec![operation]);
        assert_eq!(self.execute(signed, true), Outcome::Done);
    }

    /// The refusal by the mempool or in a block.
    fn refused(&mut self, operations: Vec<Operation>) -> Rejection {
        let signed = self.signed(operations);
        let reason = match self.check(&signed) {
            Err(reason) => reason,
            Ok(()) => match self.execute(signed, false) {
                Outcome::Rejected { reason, .. } => reason,
                other => panic!("{other:?}"),
            },
        };
        self.unchanged();
        reason
    }
}

fn transfer(amount: Amount) -> Operation {
    let to = stage::genesis_account("curator");
    Operation::Ledger(gage_ledger::Operation::Transfer(Transfer { to, asset: ETH, quantity: Quantity::Exact(amount) }))
}

fn borrow(amount: u128) -> Operation {
    let borrow = Borrow { vault: VaultId(1), asset: AssetId(1), amount: Amount(amount) };
    Operation::Vaults(gage_vaults::Operation::Borrow(borrow))
}

fn schedule(operations: &[Operation]) -> Operation {
    let operations = borsh::to_vec(operations).unwrap();
    let (not_before, not_after) = (Timestamp(0), Timestamp(u64::MAX));
    Operation::Chain(ChainOperation::Schedule(Schedule { operations, not_before, not_after }))
}

/// The row of the document for one bad input.
fn documented(input: &str, code: u32, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/bad-input.md");
    let text = fs::read_to_string(path).unwrap();
    let row = text.lines().find(|line| line.starts_with(&format!("| {input} |")));
    let row = row.unwrap_or_else(|| panic!("docs/bad-input.md has no row `{input}`"));
    assert!(row.contains(&format!("| {code} | `{name}` |")), "`{input}` is {code} {name}; the document says {row}");
}

fn expect(input: &str, reason: &Rejection) {
    documented(input, reason.code, &reason.name);
}

#[test]
fn bytes_that_do_not_decode() {
    let mut bench = Bench::new();
    let good = bench.signed(vec![transfer(Amount(1))]).to_bytes();
    let read = |bytes: &[u8]| Rejection::from(SignedTransaction::from_bytes(bytes).unwrap_err());
    expect("noise", &read(&[0xff; 40]));
    for end in 0..good.len() {
        expect("truncated", &read(&good[..end]));
    }
    expect("bytes behind the end", &read(&[&good[..], &[0]].concat()));
    expect("too long", &read(&vec![0; TRANSACTION_BYTES_MAX + 1]));
    // The count of operations stands behind account, nonce, time and fee: it claims four thousand million.
    let mut hostile = good;
    hostile[64..68].copy_from_slice(&[0xff; 4]);
    expect("a length that lies", &read(&hostile));
    bench.unchanged();
}

#[test]
fn transactions_of_a_wrong_shape() {
    let mut bench = Bench::new();
    expect("no operations", &bench.refused(Vec::new()));
    expect("too many operations", &bench.refused(vec![transfer(Amount(1)); OPERATIONS_MAX + 1]));
    let governor = schedule(&[schedule(&[transfer(Amount(1))])]);
    expect("hostile nesting", &bench.refused(vec![governor]));
}

#[test]
fn signatures_that_do_not_hold() {
    let mut bench = Bench::new();
    let good = bench.signed(vec![transfer(Amount(1))]);
    assert_eq!(bench.verify(&good), Ok(()));

    let mut wrong = good.clone();
    if let Signature::Ed25519(bytes) = &mut wrong.signatures[0].signature {
        bytes.0[0] ^= 1;
    }
    assert!(matches!(bench.verify(&wrong), Err(SignatureRefusal::Bad { position: 0, .. })));
    let mut changed = good.clone();
    changed.transaction.nonce += 1;
    assert!(matches!(bench.verify(&changed), Err(SignatureRefusal::Bad { .. })));
    // The same transaction on another network has another digest.
    let names = AssetNames(bench.chain.draft());
    let elsewhere = good.verify_signatures(&Hash([9; 32]), &names);
    assert!(matches!(elsewhere, Err(SignatureRefusal::Bad { .. })));
    let unsigned = SignedTransaction { signatures: Vec::new(), ..good };
    assert_eq!(bench.verify(&unsigned), Err(SignatureRefusal::Count));
    bench.unchanged();
}

#[test]
fn keys_nonces_and_times() {
    let mut bench = Bench::new();
    let good = bench.signed(vec![transfer(Amount(1))]);

    let mut stranger = good.clone();
    stranger.signatures[0].key = stage::secret("curator").public_key();
    expect("key of another account", &bench.check(&stranger).unwrap_err());
    let mut unknown = good.transaction.clone();
    unknown.account = AccountId([1; 32]);
    expect("unknown account", &bench.check(&bench.sign(unknown)).unwrap_err());
    let mut late = good.transaction.clone();
    late.valid_until = Timestamp(bench.time().0 - 1);
    let late = bench.sign(late);
    expect("expired", &bench.check(&late).unwrap_err());
    let mut far = good.transaction.clone();
    far.nonce = 2_000_000;
    expect("a nonce far ahead", &bench.check(&bench.sign(far)).unwrap_err());

    assert_eq!(bench.execute(good.clone(), true), Outcome::Done);
    expect("replay", &bench.check(&good).unwrap_err());
    // A block that holds a replay executes it to a refusal; one that holds an expired one is not valid.
    match bench.execute(good, false) {
        Outcome::Rejected { reason, .. } => expect("replay", &reason),
        other => panic!("{other:?}"),
    }
    bench.unchanged();
    let block = bench.block(vec![late]);
    assert!(matches!(bench.chain.check_block(&block), Err(Invalid::Transaction { position: 0, .. })));
}

#[test]
fn amounts_ids_and_prices() {
    let mut bench = Bench::new();
    expect("zero", &bench.refused(vec![transfer(Amount::ZERO)]));
    expect("more than there is", &bench.refused(vec![transfer(Amount::MAX)]));
    bench.done(Operation::Vaults(gage_vaults::Operation::OpenVault(OpenVault { facility: FacilityId(1) })));
    let amount = Quantity::Exact(Amount(10_000_000_000_000_000_000));
    let deposit = Deposit { vault: VaultId(1), asset: ETH, amount };
    bench.done(Operation::Vaults(gage_vaults::Operation::Deposit(deposit)));

    expect("overflow", &bench.refused(vec![borrow(1_000_000_000_000_000_000_000), borrow(u128::MAX)]));
    expect("dust", &bench.refused(vec![borrow(1)]));
    expect("no price", &bench.refused(vec![borrow(200_000_000_000_000_000_000)]));
    let withdraw = Withdraw { vault: VaultId(77), asset: ETH, amount: Amount(1) };
    let withdraw = Operation::Vaults(gage_vaults::Operation::Withdraw(withdraw));
    expect("unknown vault", &bench.refused(vec![withdraw]));
    let unknown =
        Transfer { to: stage::genesis_account("curator"), asset: AssetId(99), quantity: Quantity::Exact(Amount(1)) };
    let unknown = Operation::Ledger(gage_ledger::Operation::Transfer(unknown));
    expect("unknown asset", &bench.refused(vec![unknown]));
}

#[test]
fn blocks_that_may_not_follow() {
    let mut bench = Bench::new();
    let good = bench.block(Vec::new());
    assert_eq!(bench.chain.check_block(&good), Ok(()));
    let with = |change: fn(&mut Block)| {
        let mut block = good.clone();
        change(&mut block);
        bench.chain.check_block(&block).unwrap_err()
    };
    assert_eq!(with(|block| block.header.parent = Hash([1; 32])), Invalid::Parent);
    assert!(matches!(with(|block| block.header.height.0 += 1), Invalid::Height { .. }));
    assert!(matches!(with(|block| block.header.time.0 -= 1_000), Invalid::Time { .. }));
    assert!(matches!(with(|block| block.header.version += 1), Invalid::Version { .. }));
    assert_eq!(with(|block| block.header.body = Hash([1; 32])), Invalid::Body);
    assert!(matches!(with(|block| block.header.executed.height = block.header.height), Invalid::Executed(_)));
    assert_eq!(Block::from_bytes(&good.to_bytes()[1..]), Err(Error::Malformed));
    bench.unchanged();
}
