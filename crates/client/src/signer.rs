//! An account that signs: nonces, fees, signatures.

use gage_chain::{ExpectedEffect, KeySignature, Operation, SignedTransaction, Transaction};
use gage_crypto::{AccountId, Hash, PublicKey};
use gage_units::{Amount, AssetId, Timestamp};

use crate::{AssetNames, Client, Document, Error, Fees, SignerError, SigningKey};

/// An account with a key that signs for it. Nonces are counted here, so that many transactions can be
/// on their way; one signer per lane of nonces.
pub struct Signer {
    account: AccountId,
    key: SigningKey,
    public: PublicKey,
    genesis: Hash,
    nonce: u64,
    assets: AssetNames,
    base_fee: Amount,
}

/// The fee may rise to so many times what it is when the transaction is signed.
const FEE_ROOM: u128 = 4;

/// A transaction whose fee may rise to four times what it is now.
pub fn compose(
    account: AccountId,
    nonce: u64,
    valid_until: Timestamp,
    base_fee: Amount,
    operations: Vec<Operation>,
    expected: Vec<ExpectedEffect>,
) -> Transaction {
    let mut transaction = Transaction { account, nonce, valid_until, max_fee: Amount::ZERO, operations, expected };
    let weight = u128::from(transaction.weight());
    let fee = base_fee.0.saturating_mul(weight).div_ceil(1_000);
    transaction.max_fee = Amount(fee.saturating_mul(FEE_ROOM));
    transaction
}

impl Signer {
    /// A signer that knows everything it needs: no node is asked.
    pub fn new(account: AccountId, key: impl Into<SigningKey>, genesis: Hash, nonce: u64, base_fee: Amount) -> Signer {
        let key = key.into();
        let public = key.public_key();
        Signer { account, key, public, genesis, nonce, assets: AssetNames::default(), base_fee }
    }

    /// A signer with nonce and base fee from a node. The key is one of the account's, or of one of its
    /// sessions', whose lane of nonces it then uses.
    ///
    /// # Errors
    /// Those of the reads. Whether the key may sign is the node's to say, when it gets a transaction.
    pub fn of(client: &Client, account: AccountId, key: impl Into<SigningKey>) -> Result<Signer, Error> {
        let key = key.into();
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
        self.assets.insert(asset, symbol, decimals);
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
        let transaction = compose(self.account, self.nonce, valid_until, self.base_fee, operations, expected);
        self.nonce = self.nonce.saturating_add(1);
        transaction
    }

    /// Signs a transaction.
    ///
    /// # Errors
    /// [`SignerError`].
    pub fn sign(&self, transaction: Transaction) -> Result<SignedTransaction, SignerError> {
        let payload = transaction.payload(&self.genesis, &self.assets);
        let signature = self.key.sign(&payload)?;
        Ok(SignedTransaction { transaction, signatures: vec![KeySignature { key: self.public, signature }] })
    }

    /// The next transaction, signed.
    ///
    /// # Errors
    /// [`SignerError`].
    pub fn signed(
        &mut self,
        valid_until: Timestamp,
        operations: Vec<Operation>,
    ) -> Result<SignedTransaction, SignerError> {
        let transaction = self.transaction(valid_until, operations);
        self.sign(transaction)
    }

    /// A transaction as a document, signed by this key, for others to sign too.
    ///
    /// # Errors
    /// [`Error::Signer`].
    pub fn document(&self, transaction: &Transaction) -> Result<Document, Error> {
        let mut document = Document::new(transaction, self.genesis, &self.assets);
        document.sign(&self.key)?;
        Ok(document)
    }
}
