//! Reports signed outside transactions: anybody may bring them, and they bind their publisher.
//!
//! What is signed: `sha256("gage/report/1" || genesis || borsh(statement))`: of this network alone, and
//! never a transaction.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::hash::sha256_parts;
use gage_crypto::{AccountId, Hash, PublicKey, Scheme, Signature, SigningPayload, signature};
use gage_store::Draft;
use gage_units::{AccountNumber, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::operations::Report;
use crate::state::REPORT_KEYS;

/// The most report keys of one publisher, former ones included.
pub const REPORT_KEYS_MAX: usize = 4;

/// A report and who makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The publisher.
    pub publisher: AccountId,
    /// What it saw.
    pub report: Report,
}

/// A statement with the signature of one of the publisher's report keys.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedStatement {
    /// What is stated.
    pub statement: Statement,
    /// The report key.
    pub key: PublicKey,
    /// Its signature of the [`Statement::digest`].
    pub signature: Signature,
}

/// A key that signs statements, and when it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
pub struct ReportKey {
    /// The key.
    pub key: PublicKey,
    /// The first instant whose observations it signs.
    pub from: Timestamp,
    /// The first instant that it signs no more, once another key or none took over.
    pub until: Option<Timestamp>,
}

/// The report keys of a publisher, oldest first, at most [`REPORT_KEYS_MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ReportKeys {
    /// The keys.
    pub keys: Vec<ReportKey>,
}

/// Whether a key of this scheme can sign statements: a wallet would show bytes that nobody can read.
pub fn signs_statements(key: &PublicKey) -> bool {
    matches!(key.scheme(), Scheme::Ed25519 | Scheme::P256)
}

impl Statement {
    /// What a report key signs, on the network of that genesis hash.
    pub fn digest(&self, genesis: &Hash) -> Hash {
        let bytes = borsh::to_vec(self).expect("memory takes every write");
        sha256_parts(&[b"gage/report/1", &genesis.0, &bytes])
    }

    /// The statement in words.
    pub(crate) fn text(&self) -> String {
        format!("{} of {}", self.report.text(), self.publisher)
    }
}

impl SignedStatement {
    /// Passes if one of the publisher's report keys of that instant signed it; who that is.
    ///
    /// # Errors
    /// Unknown account, [`Error::NotReportKey`], [`Error::BadStatementSignature`].
    pub fn verify(&self, draft: &Draft) -> Result<AccountNumber, Error> {
        let Statement { publisher, report } = &self.statement;
        let publisher = gage_accounts::resolve(draft, publisher)?;
        let at = report.observed_at;
        let signs = |key: &ReportKey| key.key == self.key && key.from <= at && key.until.is_none_or(|until| at < until);
        if !REPORT_KEYS.peek(draft, &publisher).is_some_and(|keys| keys.keys.iter().any(signs)) {
            return Err(Error::NotReportKey);
        }
        let machine = self.statement.digest(&gage_accounts::network(draft));
        let payload = SigningPayload { machine, wallet: None };
        signature::verify(&self.key, &payload, &self.signature).map_err(|_| Error::BadStatementSignature)?;
        Ok(publisher)
    }
}
