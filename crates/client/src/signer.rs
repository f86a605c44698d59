//! An account that signs: nonces, fees, signatures.

use std::collections::BTreeMap;

use gage_accounts::Names;
use gage_chain::{ExpectedEffect, KeySignature, Operation, SignedTransaction, Transaction};
use gage_crypto::signature::SignatureError;
use gage_crypto::{AccountId, Hash, PublicKey, SecretKey};
use gage_units::{Amount, AssetId, Timestamp};
use thiserror::Error;

use crate::{Client, Error, Fees};

/// Why a transaction could not be signed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignerError {
    /// A wallet key, and no text that a wallet could show.
    #[error("the transaction cannot be signed with this key: {0}")]
    Signature(SignatureError),
}

/// Symbols and decimals of assets, for the text that a wallet key signs. They never change.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownAssets(pub BTreeMap<AssetId, (String, u8)>);

impl Names for KnownAssets {
    fn asset(&self, asset: AssetId) -> Option<(String, u8)> {
        self.0.get(&asset).cloned()
    }
}

/// An account with a key that signs for it. Nonces are counted here, so that many transactions can be
/// on their way; one signer per lane of nonces.
pub struct Signer {
    account: AccountId,
    key: SecretKey,
    public: PublicKey,
    genesis: Hash,
    nonce: u64,
    assets: KnownAssets,
    base_fee: Amount,
}

/// The fee may rise to so many times what it is when the transaction is signed.
const FEE_ROOM: u128 = 4;

impl Signer {
    /// A signer that knows everything it needs: no node is asked.
    pub fn new(account: AccountId, key: SecretKey, genesis: Hash, nonce: u64, base_fee: Amount) -> Signer {
        let public = key.public_key();
        Signer { account, key, public, genesis, nonce, assets: KnownAssets::default(), base_fee }
    }

    /// A signer with nonce and base fee from a node. The key is one of the account's, or of one of its
    /// sessions', whose lane of nonces it then uses.
    ///
    /// # Errors
    /// Those of the reads. Whether the key may sign is the node's to say, when it gets a transaction.
    pub fn of(client: &Client, account: AccountId, key: SecretKey) -> Result<Signer, Error> {
        let network = client.network()?;
        let record = client.account(&account)?;
        let id = key.public_key().id();
        let session = record.sessions.iter().find(|session| session.id == id);
        let nonce = session.map_or(record.next_nonce, |session| session.next_nonce);
        Ok(Signer::new(account, key, network.genesis, nonce, client.fees()?.base_fee))
    }

    /// Whose transactions these are.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The public half of the key.
    pub fn public_key(&self) -> PublicKey {
        self.public
    }

    /// The nonce of the next transaction.
    pub fn nonce(&self) -> u64 {
        self.nonce
    }

    /// Sets the nonce of the next transaction, after one was refused or dropped.
    pub fn set_nonce(&mut self, nonce: u64) {
        self.nonce = nonce;
    }

    /// Notes what an act costs now.
    pub fn set_fees(&mut self, fees: &Fees) {
        self.base_fee = fees.base_fee;
    }

    /// Notes the symbol and decimals of an asset, which a wallet key signs as part of the text.
    pub fn know_asset(&mut self, asset: AssetId, symbol: &str, decimals: u8) {
        self.assets.0.insert(asset, (symbol.to_owned(), decimals));
    }

    /// The next transaction: the fee may rise to four times what it is now. Uses up a nonce.
    pub fn transaction(&mut self, valid_until: Timestamp, operations: Vec<Operation>) -> Transaction {
        self.transaction_expecting(valid_until, operations, Vec::new())
    }

    /// The next transaction, with what the signer expects of it in all.
    pub fn transaction_expecting(
        &mut self,
        valid_until: Timestamp,
        operations: Vec<Operation>,
        expected: Vec<ExpectedEffect>,
    ) -> Transaction {
        let (account, nonce) = (self.account, self.nonce);
        let mut transaction = Transaction { account, nonce, valid_until, max_fee: Amount::ZERO, operations, expected };
        let weight = u128::from(transaction.weight());
        let fee = self.base_fee.0.saturating_mul(weight).div_ceil(1_000);
        transaction.max_fee = Amount(fee.saturating_mul(FEE_ROOM));
        self.nonce = self.nonce.saturating_add(1);
        transaction
    }

    /// Signs a transaction.
    ///
    /// # Errors
    /// [`SignerError::Signature`].
    pub fn sign(&self, transaction: Transaction) -> Result<SignedTransaction, SignerError> {
        let payload = transaction.payload(&self.genesis, &self.assets);
        let signature = self.key.sign(&payload).map_err(SignerError::Signature)?;
        Ok(SignedTransaction { transaction, signatures: vec![KeySignature { key: self.public, signature }] })
    }

    /// The next transaction, signed.
    ///
    /// # Errors
    /// [`SignerError::Signature`].
    pub fn signed(
        &mut self,
        valid_until: Timestamp,
        operations: Vec<Operation>,
    ) -> Result<SignedTransaction, SignerError> {
        let transaction = self.transaction(valid_until, operations);
        self.sign(transaction)
    }
}
