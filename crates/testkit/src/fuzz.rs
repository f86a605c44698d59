//! Every decoder of bytes from outside, fed with mutated good inputs and with noise.
//!
//! A target never panics, and what it accepts it writes back byte for byte: one meaning, one encoding.
//! The generator is seeded, so that a finding is found again; `GAGE_FUZZ_INPUTS` asks for more inputs.

use gage_chain::{Block, Genesis, KeySignature, Operation, Receipt, SignedTransaction, Transaction};
use gage_crypto::{AccountId, PublicKey, Scheme, SecretKey};
use gage_ledger::operations::{Payment, Transfer, TransferMany};
use gage_store::certified::{Certified, Changes};
use gage_store::{Events, proof::Proof, snapshot};
use gage_units::{Amount, AssetId, Timestamp};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// One decoder with good inputs to start from.
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// Inputs that it accepts.
    pub corpus: Vec<Vec<u8>>,
    /// Decodes, and checks what it accepted; panics on a finding.
    pub run: fn(&[u8]),
}

/// The longest input.
const INPUT_MAX: usize = 8_192;

/// All decoders.
pub fn targets() -> Vec<Target> {
    let transaction = signed_transaction();
    let receipt = Receipt {
        transaction: transaction.transaction.hash(&gage_crypto::Hash::ZERO),
        outcome: gage_chain::Outcome::Internal,
        fee: Amount(7),
        weight: 2_000,
        events: Events::default(),
    };
    let (proof, snapshot) = tree_bytes();
    vec![
        Target { name: "signed transaction", corpus: vec![transaction.to_bytes()], run: transaction_bytes },
        Target { name: "block", corpus: vec![block(vec![]), block(vec![transaction.clone()])], run: block_bytes },
        Target { name: "receipt", corpus: vec![receipt.to_bytes()], run: receipt_bytes },
        Target { name: "proof", corpus: vec![proof], run: proof_bytes },
        Target { name: "snapshot", corpus: vec![snapshot], run: snapshot_bytes },
        Target { name: "account text", corpus: vec![AccountId([7; 32]).to_string().into_bytes()], run: account_text },
        Target { name: "public key text", corpus: vec![key().public_key().to_string().into_bytes()], run: key_text },
        Target { name: "decimal text", corpus: vec![b"12.5".to_vec(), b"0.000001".to_vec()], run: decimal_text },
        Target {
            name: "operations in JSON",
            corpus: vec![serde_json::to_vec(&transaction.transaction.operations).expect("operations are JSON")],
            run: operations_json,
        },
        Target {
            name: "genesis in JSON",
            corpus: vec![serde_json::to_vec(&Genesis::default()).expect("a genesis is JSON")],
            run: genesis_json,
        },
        Target {
            name: "records of a state",
            corpus: vec![b"\x03\x02\0\0\0\0\0\0\0\0\0".to_vec(), b"\x20\x02\0\0\0\0".to_vec()],
            run: state_records,
        },
        Target { name: "update of Pyth", corpus: vec![pyth_update()], run: pyth_update_bytes },
        Target {
            name: "events",
            corpus: vec![b"\x03\0\0".to_vec(), b"\x0a\x01\0".to_vec()],
            run: |bytes| {
                if let Some((module, bytes)) = bytes.split_first() {
                    gage_chain::decode_event(*module, bytes);
                }
            },
        },
    ]
}

/// Runs `target` on `count` inputs from `seed`: the corpus itself, then mutations of it.
pub fn run(target: &Target, seed: u64, count: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for input in &target.corpus {
        (target.run)(input);
    }
    for _ in 0..count {
        let input = mutate(&mut rng, &target.corpus);
        (target.run)(&input);
    }
}

fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    if bound == 0 { 0 } else { (rng.next_u32() as usize) % bound }
}

/// One good input with up to eight changes: flips, interesting bytes, cuts, doublings, splices.
fn mutate(rng: &mut ChaCha8Rng, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut input = corpus[below(rng, corpus.len())].clone();
    for _ in 0..=below(rng, 8) {
        let at = below(rng, input.len());
        match below(rng, 7) {
            0 if !input.is_empty() => input[at] ^= 1 << below(rng, 8),
            1 if !input.is_empty() => input[at] = [0, 1, 0x7f, 0x80, 0xff, b'"', b'['][below(rng, 7)],
            2 => input.truncate(at),
            3 => input.insert(at, rng.next_u32() as u8),
            4 if !input.is_empty() => drop(input.remove(at)),
            5 => {
                let other = &corpus[below(rng, corpus.len())];
                input.extend_from_slice(&other[below(rng, other.len())..]);
            }
            _ => {
                let end = (at + 1 + below(rng, 32)).min(input.len());
                let part = input[at.min(end)..end].to_vec();
                input.splice(at..at, part);
            }
        }
        input.truncate(INPUT_MAX);
    }
    input
}

fn key() -> SecretKey {
    SecretKey::from_bytes(Scheme::Ed25519, &[9; 32]).expect("any 32 bytes are an ed25519 secret")
}

fn signed_transaction() -> SignedTransaction {
    let to = AccountId([5; 32]);
    let quantity = gage_accounts::Quantity::OutputOf { operation: 0, minimum: Amount(3) };
    let payments = vec![Payment { to, asset: AssetId(1), amount: Amount(9) }; 3];
    let operations = vec![
        Operation::Ledger(gage_ledger::Operation::Transfer(Transfer { to, asset: AssetId(1), quantity })),
        Operation::Ledger(gage_ledger::Operation::TransferMany(TransferMany { payments })),
    ];
    let transaction = Transaction {
        account: AccountId([4; 32]),
        nonce: 3,
        valid_until: Timestamp(1_000),
        max_fee: Amount(77),
        operations,
        expected: vec![gage_chain::ExpectedEffect::PayAtMost { asset: AssetId(1), amount: Amount(100) }],
    };
    let machine = transaction.hash(&gage_crypto::Hash::ZERO).0;
    let payload = gage_crypto::SigningPayload { machine, wallet: None };
    let signature = key().sign(&payload).expect("a machine key signs the machine digest");
    SignedTransaction { transaction, signatures: vec![KeySignature { key: key().public_key(), signature }] }
}

fn block(transactions: Vec<SignedTransaction>) -> Vec<u8> {
    let executed = gage_chain::Executed {
        height: gage_units::Height(1),
        state_root: gage_store::proof::Root::EMPTY,
        events_root: gage_crypto::Hash::ZERO,
    };
    let header = gage_chain::Header {
        parent: gage_crypto::Hash::ZERO,
        height: gage_units::Height(3),
        time: Timestamp(5),
        version: 1,
        body: Block::body_hash(&transactions),
        executed,
    };
    Block { header, transactions }.to_bytes()
}

fn tree_bytes() -> (Vec<u8>, Vec<u8>) {
    let mut changes = Changes::new();
    for key in 0u8..20 {
        changes.push(&[key, 1, 2], Some(&[key; 5])).expect("twenty small records are within every limit");
    }
    let mut tree = Certified::new(1);
    tree.apply(1, &changes).expect("the first checkpoint");
    let proof = tree.prove_at(1, &[3, 1, 2]).expect("the checkpoint is kept");
    let mut snapshot = Vec::new();
    snapshot::write(&mut snapshot, b"header", tree.len() as u64, tree.records()).expect("memory takes every write");
    (borsh::to_vec(&proof).expect("memory takes every write"), snapshot)
}

fn transaction_bytes(bytes: &[u8]) {
    if let Ok(signed) = SignedTransaction::from_bytes(bytes) {
        assert_eq!(signed.to_bytes(), bytes, "a transaction has one encoding");
        drop(signed.transaction.validate());
        let _weight = (signed.transaction.weight(), signed.transaction.class());
        drop(gage_chain::wallet_message(&signed.transaction, &NoNames));
    }
}

fn block_bytes(bytes: &[u8]) {
    if let Ok(block) = Block::from_bytes(bytes) {
        assert_eq!(block.to_bytes(), bytes, "a block has one encoding");
    }
}

fn receipt_bytes(bytes: &[u8]) {
    if let Ok(receipt) = borsh::from_slice::<Receipt>(bytes) {
        assert_eq!(receipt.to_bytes(), bytes, "a receipt has one encoding");
        assert!(receipt.events.iter().count() == receipt.events.len());
    }
}

fn proof_bytes(bytes: &[u8]) {
    if let Ok(proof) = borsh::from_slice::<Proof>(bytes) {
        assert_eq!(borsh::to_vec(&proof).expect("memory takes every write"), bytes, "a proof has one encoding");
        let root = gage_store::proof::Root([1; 32]);
        assert!(gage_store::proof::verify_inclusion(&root, b"key", b"value", &proof).is_err());
        assert!(gage_store::proof::verify_exclusion(&root, b"key", &proof).is_err());
    }
}

fn snapshot_bytes(bytes: &[u8]) {
    drop(snapshot::read_all(bytes));
}

fn account_text(bytes: &[u8]) {
    if let Some(id) = std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<AccountId>().ok()) {
        assert_eq!(id.to_string().as_bytes(), bytes.to_ascii_lowercase(), "an account has one text");
    }
}

fn key_text(bytes: &[u8]) {
    if let Some(key) = std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<PublicKey>().ok()) {
        assert_eq!(key.to_string().parse::<PublicKey>().ok(), Some(key));
    }
}

fn decimal_text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for decimals in [0, 6, 18] {
        if let Ok(units) = gage_units::parse_decimal(text, decimals) {
            let printed = gage_units::format_decimal(units, decimals);
            assert_eq!(gage_units::parse_decimal(&printed, decimals), Ok(units));
        }
    }
}

fn operations_json(bytes: &[u8]) {
    if let Ok(operations) = serde_json::from_slice::<Vec<Operation>>(bytes) {
        let written = serde_json::to_vec(&operations).expect("operations are JSON");
        assert_eq!(serde_json::from_slice::<Vec<Operation>>(&written).expect("it was written here"), operations);
    }
}

fn genesis_json(bytes: &[u8]) {
    if let Ok(genesis) = serde_json::from_slice::<Genesis>(bytes) {
        // A genesis that reads may still be refused, with a sentence; it never panics.
        drop(gage_chain::Chain::from_genesis(&genesis, 1));
    }
}

fn state_records(bytes: &[u8]) {
    let (key, value) = bytes.split_at(bytes.len() / 2);
    assert!(gage_chain::Chain::from_records([(key, value)], 1).is_err(), "one record is never a whole state");
}

/// An update with one signature and one price; nothing in it is true, all of it can be read.
fn pyth_update() -> Vec<u8> {
    let message = [&[0u8; 65][..], &[1; 20]].concat();
    let body = [&[0u8; 51][..], b"AUWV\0", &[0; 12], &[3; 20]].concat();
    let signed = [&[1u8, 0, 0, 0, 4, 1, 2][..], &[5; 65], &body].concat();
    let length = |bytes: &[u8]| u16::try_from(bytes.len()).expect("short pieces").to_be_bytes();
    let head = [&b"PNAU\x01\0\0\0"[..], &length(&signed), &signed, &[1]].concat();
    [&head[..], &length(&message), &message, &[2], &[7; 40]].concat()
}

fn pyth_update_bytes(bytes: &[u8]) {
    use gage_oracle::operations::SubmitPythUpdate;
    let operation = gage_oracle::Operation::SubmitPythUpdate(SubmitPythUpdate { update: bytes.to_vec() });
    let known = operation.validate().is_ok();
    assert!(operation.weight() >= 2_000 && !operation.describe(&NoNames).is_empty());
    let Ok(update) = gage_oracle::pyth::parse(bytes) else {
        assert!(!known, "what is valid can be read");
        return;
    };
    let set = gage_oracle::wormhole::GuardianSet {
        guardians: vec![gage_crypto::key::EthereumAddress([8; 20])],
        expires: None,
    };
    assert!(gage_oracle::wormhole::verify(&update.signed, &set).is_err(), "nobody signed it");
    for message in &update.messages {
        assert!(message.verify(&update.root).is_err(), "no noise is under the root");
        if let Ok(Some(price)) = message.price() {
            drop((price.in_units(), price.observed_at()));
        }
    }
}

struct NoNames;

impl gage_accounts::Names for NoNames {
    fn asset(&self, _asset: AssetId) -> Option<(String, u8)> {
        None
    }
}
