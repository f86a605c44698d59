//! The networks that are measured, and their transactions.

use std::sync::Arc;

use anyhow::Result;
use gage_accounts::{GenesisAccount, NewKey, Quantity};
use gage_chain::{Chain, Executed, Genesis, GenesisCredit, Header, KeySignature, Operation, Params, PreparedBlock};
use gage_chain::{SignedTransaction, Transaction, active_version};
use gage_crypto::signature::{Signature, SignatureBytes};
use gage_crypto::{AccountId, Hash, PublicKey, Scheme, SecretKey, SigningPayload};
use gage_ledger::operations::{Payment, Transfer, TransferMany};
use gage_ledger::{GenesisAsset, GenesisBalance};
use gage_store::proof::Root;
use gage_units::{Amount, AssetId, Height, Timestamp};

use super::measure::Random;

/// The asset in which fees are paid.
pub(crate) const FEE: AssetId = AssetId(0);
/// The asset that is moved.
pub(crate) const MONEY: AssetId = AssetId(1);
/// The most that a transaction of a benchmark pays.
pub(crate) const MAX_FEE: Amount = Amount(2_000_000_000_000_000_000);
/// When the network starts.
pub(crate) const START: Timestamp = Timestamp(1_767_225_600_000);

/// Keys of which account `i` has the one at `i` modulo their count. Where no signature is checked, one key
/// serves all: their number is what costs, not their keys' difference.
#[derive(Clone)]
pub(crate) struct Keys(Arc<[(SecretKey, PublicKey)]>);

impl Keys {
    /// `count` keys.
    pub fn new(count: usize) -> Keys {
        let key = |number: usize| {
            let mut secret = [7; 32];
            for (to, from) in secret.iter_mut().zip(number.to_le_bytes()) {
                *to = from;
            }
            let secret = SecretKey::from_bytes(Scheme::Ed25519, &secret).expect("any 32 bytes are an ed25519 secret");
            let public = secret.public_key();
            (secret, public)
        };
        Keys((0..count).map(key).collect())
    }

    fn of(&self, account: usize) -> &(SecretKey, PublicKey) {
        &self.0[account % self.0.len()]
    }
}

/// The name of account `number` of a benchmark.
pub(crate) fn account(number: usize) -> AccountId {
    AccountId::derive(&Hash::ZERO, Scheme::Ed25519, &(number as u64).to_le_bytes())
}

/// `count` accounts with the same key each, with money and with credit for fees.
pub(crate) fn genesis(count: usize) -> Genesis {
    genesis_with(count, &Keys::new(1))
}

/// `count` accounts with one of these keys each, with money and with credit for fees.
pub(crate) fn genesis_with(count: usize, keys: &Keys) -> Genesis {
    let issuer = account(0);
    let asset = |symbol: &str| GenesisAsset {
        symbol: symbol.to_owned(),
        decimals: 18,
        issuer: Some(issuer),
        module: None,
        itemised: false,
    };
    let mut genesis = Genesis {
        network: "bench".to_owned(),
        time: START,
        params: Params { weight_target: 200_000_000, weight_max: 2_000_000_000, ..Params::default() },
        ..Genesis::default()
    };
    genesis.ledger.assets = ["FEE", "MONEY"].map(asset).to_vec();
    for number in 0..count {
        let (id, key) = (account(number), NewKey::owner(keys.of(number).1));
        genesis.accounts.accounts.push(GenesisAccount { id: Some(id), keys: vec![key], threshold: 1 });
        let amount = Amount(1_000_000_000_000_000_000_000_000);
        genesis.ledger.balances.push(GenesisBalance { account: id, asset: FEE, amount });
        genesis.ledger.balances.push(GenesisBalance { account: id, asset: MONEY, amount });
        genesis.credits.push(GenesisCredit { account: id, amount });
    }
    genesis
}

/// Signs for the accounts of a benchmark.
pub(crate) struct Signers {
    ids: Vec<AccountId>,
    nonces: Vec<u64>,
    keys: Keys,
    /// The network signed for; without one the signatures are zeros, which nobody checks.
    network: Option<Hash>,
}

impl Signers {
    /// With signatures of zeros.
    pub fn new(accounts: usize) -> Signers {
        Signers {
            ids: (0..accounts).map(account).collect(),
            nonces: vec![0; accounts],
            keys: Keys::new(1),
            network: None,
        }
    }

    /// With real signatures on the network with this genesis.
    pub fn on(accounts: usize, network: Hash) -> Signers {
        Signers { network: Some(network), ..Signers::new(accounts) }
    }

    /// With real signatures by these keys.
    pub fn with(keys: Keys, accounts: usize, network: Hash) -> Signers {
        Signers { keys, ..Signers::on(accounts, network) }
    }

    /// A transaction of account `number` with its next nonce.
    pub fn sign(&mut self, number: usize, operations: Vec<Operation>) -> SignedTransaction {
        self.nonces[number] += 1;
        let transaction = Transaction {
            account: self.ids[number],
            nonce: self.nonces[number],
            valid_until: Timestamp(u64::MAX),
            max_fee: MAX_FEE,
            operations,
            expected: Vec::new(),
        };
        let (secret, public) = self.keys.of(number);
        let signature = match self.network {
            Some(genesis) => {
                let payload = SigningPayload { machine: transaction.hash(&genesis).0, wallet: None };
                secret.sign(&payload).expect("a machine's key signs any payload")
            }
            None => Signature::Ed25519(SignatureBytes([0; 64])),
        };
        SignedTransaction { transaction, signatures: vec![KeySignature { key: *public, signature }] }
    }
}

/// Transfers between uniformly drawn accounts.
pub(crate) struct Transfers {
    random: Random,
    signers: Signers,
}

impl Transfers {
    pub fn of(signers: Signers) -> Transfers {
        Transfers { random: Random::new(), signers }
    }

    /// A transaction with one transfer of 1 to 1,000 smallest units from one account to another.
    pub fn single(&mut self) -> SignedTransaction {
        let (from, to) = self.random.pair(self.signers.ids.len());
        let quantity = Quantity::Exact(self.amount());
        let transfer = Transfer { to: self.signers.ids[to], asset: MONEY, quantity };
        self.signers.sign(from, vec![Operation::Ledger(gage_ledger::Operation::Transfer(transfer))])
    }

    /// A transaction of one account with `count` payments to others.
    pub fn batch(&mut self, count: usize) -> SignedTransaction {
        let accounts = self.signers.ids.len();
        let from = self.random.below(accounts);
        let mut payments = Vec::with_capacity(count);
        while payments.len() < count {
            let to = self.random.below(accounts);
            if to != from {
                payments.push(Payment { to: self.signers.ids[to], asset: MONEY, amount: self.amount() });
            }
        }
        let operation = gage_ledger::Operation::TransferMany(TransferMany { payments });
        self.signers.sign(from, vec![Operation::Ledger(operation)])
    }

    fn amount(&mut self) -> Amount {
        Amount(1 + u128::from(self.random.next() % 1_000))
    }
}

/// Makes blocks one after the other without executing any: what a sequencer does ahead of the executor.
pub(crate) struct Blocks {
    genesis: Hash,
    parent: Hash,
    height: Height,
    time: Timestamp,
}

impl Blocks {
    pub fn after(chain: &Chain) -> Blocks {
        let head = chain.head();
        Blocks { genesis: chain.genesis(), parent: head.block, height: head.height, time: head.time }
    }

    /// The time of the next block.
    pub fn next_time(&self) -> Timestamp {
        Timestamp(self.time.0 + 1)
    }

    pub fn next(&mut self, transactions: Vec<SignedTransaction>) -> PreparedBlock {
        // Roots are published two blocks later, as on a node; here nobody compares them.
        let executed = Executed { height: self.height, state_root: Root([0; 32]), events_root: Hash::ZERO };
        let (parent, height, time) = (self.parent, Height(self.height.0 + 1), Timestamp(self.time.0 + 1));
        let version = active_version(height);
        let block = PreparedBlock::make(&self.genesis, transactions, |body| Header {
            parent,
            height,
            time,
            version,
            body,
            executed,
        });
        (self.parent, self.height, self.time) = (block.block().header.hash(&self.genesis), height, time);
        block
    }
}

/// A chain of a genesis state.
pub(crate) fn chain(genesis: &Genesis) -> Result<Chain> {
    Ok(Chain::from_genesis(genesis, 1)?)
}
