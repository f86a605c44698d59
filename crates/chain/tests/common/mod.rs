//! A small network for the chain's tests: an issuer, two users, a governor, one asset that pays fees.
#![allow(dead_code, clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use gage_accounts::{GenesisAccount, NewKey, Quantity};
use gage_chain::{
    Block, BlockResult, Chain, Executed, Genesis, GenesisCredit, KeySignature, Operation, Outcome, Receipt,
    SignedTransaction, Transaction, genesis_account_id,
};
use gage_crypto::{AccountId, Hash, Scheme, SecretKey};
use gage_ledger::operations::Transfer;
use gage_ledger::{AssetNames, GenesisAsset, GenesisBalance};
use gage_store::certified::{Certified, Changes};
use gage_store::proof::Root;
use gage_units::{Amount, AssetId, Height, Timestamp};

pub const USD: AssetId = AssetId(0);
/// The base fee of 1,000 weight at genesis.
pub const BASE_FEE: u128 = 10;

/// Who signs in these tests, by the byte that repeats in the secret.
pub const ISSUER: u8 = 1;
pub const ALICE: u8 = 2;
pub const BOB: u8 = 3;
pub const GOVERNOR: u8 = 4;
/// Signs with an Ethereum wallet.
pub const WALLET: u8 = 5;

pub fn secret(user: u8) -> SecretKey {
    let scheme = if user == WALLET { Scheme::Secp256k1Eip712 } else { Scheme::Ed25519 };
    SecretKey::from_bytes(scheme, &[user; 32]).unwrap()
}

pub fn keys(user: u8) -> Vec<NewKey> {
    vec![NewKey::owner(secret(user).public_key())]
}

pub fn id(user: u8) -> AccountId {
    genesis_account_id(&keys(user), 1).unwrap()
}

pub fn genesis() -> Genesis {
    let users = [ISSUER, ALICE, BOB, GOVERNOR, WALLET];
    let mut genesis = Genesis { network: "test".to_owned(), time: Timestamp(1_000_000), ..Genesis::default() };
    genesis.params.base_fee_min = Amount(BASE_FEE);
    genesis.params.weight_target = 100_000;
    genesis.params.weight_max = 400_000;
    genesis.params.audit_every = 1;
    genesis.governor = Some(id(GOVERNOR));
    for user in users {
        genesis.accounts.accounts.push(GenesisAccount { id: None, keys: keys(user), threshold: 1 });
        genesis.ledger.balances.push(GenesisBalance { account: id(user), asset: USD, amount: Amount(1_000_000) });
        genesis.credits.push(GenesisCredit { account: id(user), amount: Amount(500_000) });
    }
    genesis.ledger.assets.push(GenesisAsset {
        symbol: "USD".to_owned(),
        decimals: 2,
        issuer: Some(id(ISSUER)),
        module: None,
        itemised: false,
    });
    genesis
}

/// A chain with the tree beside it, as a node has it, without a node.
pub struct Network {
    pub chain: Chain,
    pub tree: Certified,
    pub time: u64,
    nonces: std::collections::BTreeMap<u8, u64>,
    /// A checkpoint is made every so many blocks.
    every: u64,
}

impl Network {
    pub fn new() -> Network {
        Network::with(&genesis(), 1, 1)
    }

    pub fn with(genesis: &Genesis, hash_seed: u64, every: u64) -> Network {
        let chain = Chain::from_genesis(genesis, hash_seed).unwrap();
        let time = genesis.time.0;
        let mut network = Network { chain, tree: Certified::new(8), time, nonces: Default::default(), every };
        network.checkpoint();
        network
    }

    pub fn checkpoint(&mut self) -> Root {
        let mut changes = Changes::new();
        self.chain.drain_changes(|key, value| changes.push(key, value).unwrap());
        let height = self.chain.head().height.0;
        self.tree.apply(height, &changes).unwrap()
    }

    pub fn transaction(&mut self, user: u8, operations: Vec<Operation>) -> Transaction {
        let nonce = self.nonces.entry(user).or_insert(0);
        *nonce += 1;
        Transaction {
            account: id(user),
            nonce: *nonce,
            valid_until: Timestamp(self.time + 60_000),
            max_fee: Amount(10_000),
            operations,
            expected: vec![],
        }
    }

    pub fn sign(&self, user: u8, transaction: Transaction) -> SignedTransaction {
        self.sign_with(secret(user), transaction)
    }

    pub fn sign_with(&self, key: SecretKey, transaction: Transaction) -> SignedTransaction {
        let payload = transaction.payload(&self.chain.genesis(), &AssetNames(self.chain.draft()));
        let signature = key.sign(&payload).unwrap();
        let signatures = vec![KeySignature { key: key.public_key(), signature }];
        SignedTransaction { transaction, signatures }
    }

    pub fn signed(&mut self, user: u8, operations: Vec<Operation>) -> SignedTransaction {
        let transaction = self.transaction(user, operations);
        self.sign(user, transaction)
    }

    pub fn block(&mut self, transactions: Vec<SignedTransaction>) -> Block {
        self.time += 1_000;
        for signed in &transactions {
            signed.verify_signatures(&self.chain.genesis(), &AssetNames(self.chain.draft())).unwrap();
        }
        let (height, root) = self.tree.latest().unwrap();
        // A real node publishes the events root of that height; execution does not read it.
        self.chain.make_block(Timestamp(self.time), transactions, Height(height), root, Hash::ZERO)
    }

    pub fn execute(&mut self, transactions: Vec<SignedTransaction>) -> BlockResult {
        let block = self.block(transactions);
        self.execute_block(&block)
    }

    pub fn execute_block(&mut self, block: &Block) -> BlockResult {
        assert_eq!(&Block::from_bytes(&block.to_bytes()).unwrap(), block);
        let result = self.chain.execute(block).unwrap();
        self.chain.check_invariants().unwrap();
        if result.height.0.is_multiple_of(self.every) {
            self.checkpoint();
        }
        result
    }

    /// One transaction in a block of its own.
    pub fn run(&mut self, user: u8, operations: Vec<Operation>) -> Receipt {
        let signed = self.signed(user, operations);
        self.execute(vec![signed]).receipts.pop().unwrap()
    }

    pub fn free(&self, user: u8) -> u128 {
        let account = gage_accounts::resolve(self.chain.draft(), &id(user)).unwrap();
        gage_ledger::balance(self.chain.draft(), account, USD).free.0
    }

    pub fn credit(&self, user: u8) -> u128 {
        let account = gage_accounts::resolve(self.chain.draft(), &id(user)).unwrap();
        gage_chain::credit(self.chain.draft(), account).0
    }
}

pub fn pay(to: u8, amount: u128) -> Operation {
    let quantity = Quantity::Exact(Amount(amount));
    Operation::Ledger(gage_ledger::Operation::Transfer(Transfer { to: id(to), asset: USD, quantity }))
}

#[track_caller]
pub fn rejected(receipt: &Receipt, at: Option<u8>, name: &str) {
    match &receipt.outcome {
        Outcome::Rejected { operation, reason } => assert_eq!((*operation, reason.name.as_str()), (at, name)),
        other => panic!("expected {name}, got {other:?}"),
    }
}

pub fn executed() -> Executed {
    Executed { height: Height(0), state_root: Root::EMPTY, events_root: Hash::ZERO }
}
