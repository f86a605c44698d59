//! A file with evidence of either kind, told apart by its `format`.

use serde::{Deserialize, Serialize};

use crate::evidence::{RECEIPT_FORMAT, RECORD_FORMAT};
use crate::{Evidence, ReceiptEvidence, Trust, Verified, VerifyError, verify, verify_receipt};

/// The longest file that is read: the longest record in hexadecimal, and room for proofs.
pub const DOCUMENT_BYTES_MAX: usize = 34 << 20;

/// Evidence as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Document {
    /// Of a record.
    Record(Box<Evidence>),
    /// Of a receipt.
    Receipt(Box<ReceiptEvidence>),
}

/// The one field that both kinds have.
#[derive(Deserialize)]
struct Format {
    format: String,
}

impl Document {
    /// Reads a file's text.
    ///
    /// # Errors
    /// [`VerifyError::Malformed`] names line and column; [`VerifyError::Format`].
    pub fn parse(text: &str) -> Result<Document, VerifyError> {
        if text.len() > DOCUMENT_BYTES_MAX {
            return Err(VerifyError::Malformed(format!("it is longer than {DOCUMENT_BYTES_MAX} bytes")));
        }
        let malformed = |error: serde_json::Error| VerifyError::Malformed(error.to_string());
        let Format { format } = serde_json::from_str(text).map_err(malformed)?;
        match format.as_str() {
            RECORD_FORMAT => serde_json::from_str(text).map(Document::Record).map_err(malformed),
            RECEIPT_FORMAT => serde_json::from_str(text).map(Document::Receipt).map_err(malformed),
            _ => Err(VerifyError::Format { found: format, expected: RECORD_FORMAT }),
        }
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("evidence has string keys only")
    }

    /// Checks it, whichever it is.
    ///
    /// # Errors
    /// As [`verify`] and [`verify_receipt`].
    pub fn verify(&self, trust: &Trust) -> Result<Verified, VerifyError> {
        match self {
            Document::Record(evidence) => verify(evidence, trust),
            Document::Receipt(evidence) => verify_receipt(evidence, trust),
        }
    }
}
