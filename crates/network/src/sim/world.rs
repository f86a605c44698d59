//! What is outside the machines: the genesis, the users, and what an all-seeing observer writes down.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gage_accounts::{GenesisAccount, NewKey, Quantity};
use gage_chain::{
    ChainOperation, Executed, Genesis, GenesisCredit, KeySignature, Operation, PreparedBlock, SignedTransaction,
    Transaction, TransactionHash, WithdrawCredit, genesis_account_id,
};
use gage_crypto::{AccountId, Hash, Scheme, SecretKey, SigningPayload};
use gage_ledger::operations::Transfer;
use gage_ledger::{GenesisAsset, GenesisBalance};
use gage_units::{Amount, AssetId, Height, Timestamp};

use crate::ValidatorSecret;

/// Users who give each other money.
pub(crate) const USERS: u8 = 6;
const USD: AssetId = AssetId(0);

/// The secret of validator `index` in simulations.
pub fn secret(index: usize) -> ValidatorSecret {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&(index as u64).to_be_bytes());
    ValidatorSecret::from_bytes(&bytes)
}

fn user_key(user: u8) -> SecretKey {
    SecretKey::from_bytes(Scheme::Ed25519, &[user + 1; 32]).expect("32 bytes that are not zero are a key")
}

fn user_id(user: u8) -> AccountId {
    let keys = [NewKey::owner(user_key(user).public_key())];
    genesis_account_id(&keys, 1).expect("one key and one signature needed")
}

/// A network of users who hold one asset.
pub fn genesis() -> Genesis {
    let mut genesis = Genesis { network: "simulated".to_owned(), time: Timestamp(1), ..Genesis::default() };
    genesis.params.base_fee_min = Amount(10);
    genesis.params.audit_every = 50;
    let issuer = Some(user_id(0));
    let asset = GenesisAsset { symbol: "USD".to_owned(), decimals: 2, issuer, module: None, itemised: false };
    genesis.ledger.assets.push(asset);
    for user in 0..USERS {
        let keys = vec![NewKey::owner(user_key(user).public_key())];
        genesis.accounts.accounts.push(GenesisAccount { id: None, keys, threshold: 1 });
        let (account, amount) = (user_id(user), Amount(10_000_000));
        genesis.ledger.balances.push(GenesisBalance { account, asset: USD, amount });
        genesis.credits.push(GenesisCredit { account, amount });
    }
    genesis
}

/// A signed transfer from one user to another.
pub fn user_transfer(genesis: &Hash, user: u8, nonce: u64, to: u8, amount: u128) -> SignedTransaction {
    let (to, quantity) = (user_id(to), Quantity::Exact(Amount(amount)));
    let transfer = gage_ledger::Operation::Transfer(Transfer { to, asset: USD, quantity });
    signed(genesis, user, nonce, Operation::Ledger(transfer))
}

/// A signed withdrawal of fee credit, which runs in the last class of a block.
pub(crate) fn user_withdrawal(genesis: &Hash, user: u8, nonce: u64, amount: u128) -> SignedTransaction {
    let withdraw = WithdrawCredit { asset: USD, amount: Amount(amount) };
    signed(genesis, user, nonce, Operation::Chain(ChainOperation::WithdrawCredit(withdraw)))
}

fn signed(genesis: &Hash, user: u8, nonce: u64, operation: Operation) -> SignedTransaction {
    let transaction = Transaction {
        account: user_id(user),
        nonce,
        valid_until: Timestamp(u64::MAX >> 1),
        max_fee: Amount(1_000),
        operations: vec![operation],
        expected: vec![],
    };
    let key = user_key(user);
    // A key of a machine signs the hash.
    let payload = SigningPayload { machine: transaction.hash(genesis).0, wallet: None };
    let signature = key.sign(&payload).expect("the key signs what it is asked to");
    SignedTransaction { transaction, signatures: vec![KeySignature { key: key.public_key(), signature }] }
}

/// What the observer has seen, and what the machines keep while they are without power.
#[derive(Default)]
pub(crate) struct World {
    /// The block at each height, as first delivered anywhere.
    pub blocks: BTreeMap<Height, (Hash, Arc<PreparedBlock>)>,
    /// The roots of each checkpoint, as first computed anywhere.
    pub roots: BTreeMap<Height, Executed>,
    /// The newest snapshot of each machine.
    pub snapshots: Vec<Option<Vec<u8>>>,
    /// Where each transaction was first seen executed.
    pub executed: BTreeMap<TransactionHash, Height>,
    pub evidence: Option<gage_verify::Evidence>,
    pub violations: Vec<String>,
    pub trace: Vec<String>,
    /// Against whom there is evidence of a double vote.
    pub accused: BTreeSet<usize>,
    /// At which node each transaction was submitted first, and when, in milliseconds.
    pub submitted: BTreeMap<TransactionHash, (usize, u64)>,
    pub finality_ms: Vec<u64>,
    pub latency_ms: Vec<u64>,
    /// Until when a process may end because its disk fails, in milliseconds.
    pub disks_fail_until: u64,
}

impl World {
    pub fn note(&mut self, at_ms: u64, line: impl AsRef<str>) {
        self.trace.push(format!("{:>7}.{:03} s  {}", at_ms / 1_000, at_ms % 1_000, line.as_ref()));
    }

    pub fn violate(&mut self, at_ms: u64, line: String) {
        self.note(at_ms, format!("VIOLATED: {line}"));
        self.violations.push(line);
    }

    /// A process has ended that nobody killed. Says whether its disk may be the reason.
    pub fn may_end(&mut self, at_ms: u64, what: &str) -> bool {
        let may = at_ms <= self.disks_fail_until;
        if may {
            self.note(at_ms, what);
        } else {
            self.violate(at_ms, format!("survival: {what}, and its disk is whole"));
        }
        may
    }

    /// A node is about to execute a block.
    pub fn delivered(&mut self, at_ms: u64, node: usize, genesis: &Hash, block: &Arc<PreparedBlock>) {
        let (height, hash) = (block.block().header.height, block.block().header.hash(genesis));
        self.finality_ms.push(at_ms.saturating_sub(block.block().header.time.0));
        match self.blocks.get(&height) {
            None => {
                for name in block.hashes() {
                    self.executed.entry(name).or_insert(height);
                }
                self.blocks.insert(height, (hash, Arc::clone(block)));
            }
            Some((first, _)) if *first == hash => {}
            Some((first, _)) => {
                let first = *first;
                self.violate(at_ms, format!("agreement: node {node} has {hash} at height {height}, others {first}"));
            }
        }
    }

    /// A node has executed a block: whoever waits there for a receipt of what he submitted to the node before has it.
    pub fn executed_at(&mut self, at_ms: u64, node: usize, block: &PreparedBlock) {
        for name in block.hashes() {
            if let Some((_, submitted)) = self.submitted.get(&name).filter(|(door, _)| *door == node) {
                self.latency_ms.push(at_ms - submitted);
            }
        }
    }

    /// A node has computed roots.
    pub fn certified(&mut self, at_ms: u64, node: usize, own: Executed) {
        let first = *self.roots.entry(own.height).or_insert(own);
        if first != own {
            let (height, own, first) = (own.height, own.state_root, first.state_root);
            self.violate(at_ms, format!("equal roots: node {node} has {own} at height {height}, others {first}"));
        }
    }
}
