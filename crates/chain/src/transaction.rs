//! What an account signs.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Names};
use gage_crypto::payload::machine_digest;
use gage_crypto::signature::SignatureError;
use gage_crypto::{AccountId, Hash, PublicKey, Signature, SigningPayload, eip712};
use gage_store::Draft;
use gage_units::{Amount, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::effects::{EFFECTS_MAX, ExpectedEffect};
use crate::{ChainOperation, Error, Operation, Rejection, wallet_message};

/// The most operations of one transaction.
pub const OPERATIONS_MAX: usize = 64;
/// The most signatures of one transaction.
pub const SIGNATURES_MAX: usize = 16;
/// The most bytes of one signed transaction: a batch of a thousand payments fits.
pub const TRANSACTION_BYTES_MAX: usize = 131_072;

/// The name of a transaction: the digest its machine keys sign. The same for any set of signatures.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct TransactionHash(pub gage_crypto::Hash);

impl fmt::Display for TransactionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Operations of one account, all or none.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Transaction {
    /// Who acts.
    pub account: AccountId,
    /// Fresh in the signer's window of nonces.
    pub nonce: u64,
    /// Not executed in a block after this time.
    pub valid_until: Timestamp,
    /// The most the account pays for it, in the fee asset's smallest unit.
    pub max_fee: Amount,
    /// What to do, in order; an operation may use the output of an earlier one.
    pub operations: Vec<Operation>,
    /// What the signer expects in all; a breach undoes the transaction.
    #[serde(default)]
    pub expected: Vec<ExpectedEffect>,
}

/// A signature with the key that made it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct KeySignature {
    /// The key; whether it is one of the account's is asked at execution, whether it is a point where the
    /// signature is checked.
    #[borsh(deserialize_with = "PublicKey::deserialize_unproven")]
    pub key: PublicKey,
    /// Its signature.
    pub signature: Signature,
}

/// A transaction with its signatures.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct SignedTransaction {
    /// What was signed.
    pub transaction: Transaction,
    /// By whom.
    pub signatures: Vec<KeySignature>,
}

/// Why the signatures of a transaction are refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignatureRefusal {
    /// None, or too many.
    #[error("a transaction has between 1 and {SIGNATURES_MAX} signatures")]
    Count,
    /// Two signatures of one key.
    #[error("the same key signed twice")]
    DuplicateKey,
    /// A wallet's key, but no text that a wallet can show.
    #[error("a wallet cannot sign this transaction: {0}")]
    NoText(crate::TextError),
    /// A signature that does not hold.
    #[error("signature {position} does not hold: {reason}")]
    Bad {
        /// Its position.
        position: usize,
        /// Why.
        reason: SignatureError,
    },
}

impl Transaction {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to memory cannot fail")
    }

    /// The transaction's name on the network with this genesis.
    pub fn hash(&self, genesis: &Hash) -> TransactionHash {
        TransactionHash(machine_digest(genesis, &self.to_bytes()))
    }

    /// What is signed: the machine digest, and the wallet digest if a wallet can show the text.
    pub fn payload(&self, genesis: &Hash, names: &dyn Names) -> SigningPayload {
        let wallet = wallet_message(self, names).ok().map(|message| eip712::digest(genesis, &message));
        SigningPayload { machine: self.hash(genesis).0, wallet }
    }

    /// The latest class of its operations.
    pub fn class(&self) -> Class {
        self.operations.iter().map(Operation::class).max().unwrap_or(Class::General)
    }

    /// The work it causes: a base for authority and receipt, and each operation's.
    pub fn weight(&self) -> u64 {
        const BASE: u64 = 1_000;
        let effects = u64::try_from(self.expected.len()).unwrap_or(u64::MAX).saturating_mul(100);
        let operations = self.operations.iter().fold(0u64, |sum, operation| sum.saturating_add(operation.weight()));
        BASE.saturating_add(operations).saturating_add(effects)
    }

    /// Its weight with what the rules of the assets it moves add as they stand now: this is what is paid for.
    pub fn weight_in(&self, draft: &Draft) -> u64 {
        self.weight().saturating_add(self.rules_weight(draft))
    }

    /// What the rules of the assets it moves add to its weight as they stand now.
    pub(crate) fn rules_weight(&self, draft: &Draft) -> u64 {
        self.operations.iter().fold(0, |sum: u64, operation| sum.saturating_add(operation.rules_weight(draft)))
    }

    /// The most it takes from its account's fee credit: the fee and what it withdraws. A sum that does
    /// not fit is above any credit all the same.
    pub fn credit_claim(&self) -> Amount {
        let withdrawn = self.operations.iter().map(|operation| match operation {
            Operation::Chain(ChainOperation::WithdrawCredit(withdraw)) => withdraw.amount.0,
            _ => 0,
        });
        Amount(withdrawn.fold(self.max_fee.0, u128::saturating_add))
    }

    /// Checks what needs no state.
    ///
    /// # Errors
    /// The first refusal: counts, then each operation's own.
    pub fn validate(&self) -> Result<(), Rejection> {
        if self.operations.is_empty() || self.operations.len() > OPERATIONS_MAX {
            return Err(Error::BadOperationCount.into());
        }
        if self.expected.len() > EFFECTS_MAX {
            return Err(Error::TooManyEffects.into());
        }
        self.operations.iter().try_for_each(Operation::validate)
    }
}

impl SignedTransaction {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to memory cannot fail")
    }

    /// Reads a signed transaction, with every length bounded.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<SignedTransaction, Error> {
        if bytes.len() > TRANSACTION_BYTES_MAX {
            return Err(Error::TooLarge);
        }
        SignedTransaction::try_from_slice(bytes).map_err(|_| Error::Malformed)
    }

    /// Checks the signatures against the keys they name. Pure; the host runs it in parallel.
    ///
    /// # Errors
    /// See [`SignatureRefusal`].
    pub fn verify_signatures(&self, genesis: &Hash, names: &dyn Names) -> Result<(), SignatureRefusal> {
        self.verify_signatures_of(&self.transaction.hash(genesis), genesis, names)
    }

    /// As [`SignedTransaction::verify_signatures`], for those who have the transaction's hash already.
    ///
    /// # Errors
    /// The same.
    pub fn verify_signatures_of(
        &self,
        hash: &TransactionHash,
        genesis: &Hash,
        names: &dyn Names,
    ) -> Result<(), SignatureRefusal> {
        if self.signatures.is_empty() || self.signatures.len() > SIGNATURES_MAX {
            return Err(SignatureRefusal::Count);
        }
        let wallet_signs = self.signatures.iter().any(|signed| signed.signature.scheme() == WALLET);
        let wallet = if wallet_signs {
            let message = wallet_message(&self.transaction, names).map_err(SignatureRefusal::NoText)?;
            Some(eip712::digest(genesis, &message))
        } else {
            None
        };
        let payload = SigningPayload { machine: hash.0, wallet };
        for (position, signed) in self.signatures.iter().enumerate() {
            if self.signatures.iter().take(position).any(|other| other.key == signed.key) {
                return Err(SignatureRefusal::DuplicateKey);
            }
            gage_crypto::signature::verify(&signed.key, &payload, &signed.signature)
                .map_err(|reason| SignatureRefusal::Bad { position, reason })?;
        }
        Ok(())
    }
}

const WALLET: gage_crypto::Scheme = gage_crypto::Scheme::Secp256k1Eip712;
