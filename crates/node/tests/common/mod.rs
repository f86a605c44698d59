//! A small network for the node's tests: users who hold one asset and give it to each other.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use gage_accounts::{GenesisAccount, NewKey, Quantity};
use gage_chain::{
    Genesis, GenesisCredit, KeySignature, Operation, SignedTransaction, Transaction, TransactionHash,
    genesis_account_id,
};
use gage_crypto::{AccountId, Hash, Scheme, SecretKey};
use gage_ledger::operations::Transfer;
use gage_ledger::{AssetNames, GenesisAsset, GenesisBalance};
use gage_node::{Node, NodeConfig, NodeHandle, Sealed, TxStatus};
use gage_store::proof::Root;
use gage_units::{AccountNumber, Amount, AssetId, Height, Timestamp};

pub const USD: AssetId = AssetId(0);
pub const START: u64 = 1_000_000;
/// Signs with an Ethereum wallet; everyone else with Ed25519.
pub const WALLET: u8 = 7;
pub const USERS: u8 = 8;
pub const BALANCE: u128 = 10_000_000;
pub const CREDIT: u128 = 1_000_000;
/// The fee of a transfer: 2,000 weight at 10 per 1,000.
pub const FEE: u128 = 20;

/// A directory that is removed when the test ends.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Scratch {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}-{number}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        fs::create_dir_all(&dir).unwrap();
        Scratch(dir)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

pub fn secret(user: u8) -> SecretKey {
    let scheme = if user == WALLET { Scheme::Secp256k1Eip712 } else { Scheme::Ed25519 };
    SecretKey::from_bytes(scheme, &[user + 1; 32]).unwrap()
}

pub fn id(user: u8) -> AccountId {
    genesis_account_id(&[NewKey::owner(secret(user).public_key())], 1).unwrap()
}

pub fn number(user: u8) -> AccountNumber {
    AccountNumber(64 + u32::from(user))
}

pub fn genesis() -> Genesis {
    let mut genesis = Genesis { network: "node-test".to_owned(), time: Timestamp(START), ..Genesis::default() };
    genesis.params.base_fee_min = Amount(10);
    genesis.params.audit_every = 10;
    genesis.ledger.assets.push(GenesisAsset {
        symbol: "USD".to_owned(),
        decimals: 2,
        issuer: Some(id(0)),
        module: None,
        itemised: false,
    });
    for user in 0..USERS {
        let keys = vec![NewKey::owner(secret(user).public_key())];
        genesis.accounts.accounts.push(GenesisAccount { id: None, keys, threshold: 1 });
        genesis.ledger.balances.push(GenesisBalance { account: id(user), asset: USD, amount: Amount(BALANCE) });
        genesis.credits.push(GenesisCredit { account: id(user), amount: Amount(CREDIT) });
    }
    genesis
}

pub fn config(dir: &Path) -> NodeConfig {
    let mut config = NodeConfig::new(dir, genesis());
    config.hash_seed = 1;
    config.snapshot_every = 0;
    config.log_segment_bytes = 64 << 10;
    config
}

pub fn start(dir: &Path) -> Node {
    Node::start(config(dir)).unwrap()
}

pub fn transfer_operation(to: u8, amount: u128) -> Operation {
    let quantity = Quantity::Exact(Amount(amount));
    Operation::Ledger(gage_ledger::Operation::Transfer(Transfer { to: id(to), asset: USD, quantity }))
}

pub fn transaction(user: u8, nonce: u64, operations: Vec<Operation>) -> Transaction {
    Transaction {
        account: id(user),
        nonce,
        valid_until: Timestamp(u64::MAX >> 1),
        max_fee: Amount(1_000),
        operations,
        expected: vec![],
    }
}

pub fn sign_for(genesis: &Hash, node: &NodeHandle, user: u8, transaction: Transaction) -> SignedTransaction {
    let key = secret(user);
    let payload = node.read(|chain| transaction.payload(genesis, &AssetNames(chain.draft())));
    let signature = key.sign(&payload).unwrap();
    SignedTransaction { transaction, signatures: vec![KeySignature { key: key.public_key(), signature }] }
}

pub fn sign(node: &NodeHandle, user: u8, transaction: Transaction) -> Vec<u8> {
    sign_for(&node.genesis(), node, user, transaction).to_bytes()
}

/// A transfer in bytes. Nonces are the caller's.
pub fn transfer(node: &NodeHandle, user: u8, nonce: u64, to: u8, amount: u128) -> Vec<u8> {
    sign(node, user, transaction(user, nonce, vec![transfer_operation(to, amount)]))
}

/// The transfers of block `height` in a run that every test can make again: same height, same bytes.
pub fn load(node: &NodeHandle, height: u64) -> Vec<Vec<u8>> {
    let mut bytes = Vec::new();
    for user in 0..USERS {
        for part in 0..(height + u64::from(user)) % 4 {
            let nonce = height * 4 + part;
            let to = ((u64::from(user) + height + part) % u64::from(USERS)) as u8;
            bytes.push(transfer(node, user, nonce, to, u128::from(height * 7 + part + 1)));
        }
    }
    bytes
}

/// The time of block `height` in such a run.
pub fn time(height: u64) -> Timestamp {
    Timestamp(START + height * 1_000)
}

pub fn submit_all(node: &NodeHandle, transactions: Vec<Vec<u8>>) -> Vec<TransactionHash> {
    node.submit_many(transactions).into_iter().map(|taken| taken.unwrap()).collect()
}

/// Makes the blocks above the head up to `height`.
pub fn run_to(node: &NodeHandle, height: u64) -> Root {
    let mut root = node.checkpoint().unwrap().1;
    for height in node.read(|chain| chain.head().height.0) + 1..=height {
        submit_all(node, load(node, height));
        root = seal(node).root;
    }
    root
}

pub fn seal(node: &NodeHandle) -> Sealed {
    let height = node.read(|chain| chain.head().height.0) + 1;
    node.seal(time(height)).unwrap()
}

pub fn free(node: &NodeHandle, user: u8) -> u128 {
    node.read(|chain| gage_ledger::balance(chain.draft(), number(user), USD).free.0)
}

pub fn head(node: &NodeHandle) -> Height {
    node.read(|chain| chain.head().height)
}

pub fn outcome(node: &NodeHandle, hash: &TransactionHash) -> gage_chain::Outcome {
    match node.status(hash) {
        TxStatus::Certified { receipt, .. } | TxStatus::Executed { receipt, .. } => receipt.outcome,
        other => panic!("no receipt: {other:?}"),
    }
}

/// Copies a data directory.
pub fn copy_dir(from: &Path, to: &Path) {
    drop(fs::remove_dir_all(to));
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_dir(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Files of a directory whose names end so, in order.
pub fn files(dir: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.to_string_lossy().ends_with(suffix));
    found.sort();
    found
}

pub fn refusal(config: NodeConfig) -> String {
    match Node::start(config) {
        Ok(_) => panic!("the node started"),
        Err(error) => error.to_string(),
    }
}
