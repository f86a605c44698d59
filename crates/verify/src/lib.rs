//! Checks a record or a receipt against the network's roots, without a node (floor 4).
//!
//! Nouns: [`Evidence`] (a record, or its absence, with the path to a state root), [`ReceiptEvidence`]
//! (what became of a transaction, with the path to an events root), [`Document`] (a file that holds one
//! of them), [`Trust`] (what the reader brings along), [`Verified`] (what follows, and from what).
//!
//! ```text
//!   record --proof--> state root --published by--> header --hash--> compared with what you trust
//!   receipt --path--> events root -----'
//!                          '--path--> accumulator, a record of any later state
//! ```
//!
//! Under the same state root two more records are always proved: the network's own, which binds root,
//! genesis hash and name, and the head, which binds root and height. So a root cannot be passed off as
//! that of another network or another height.
//!
//! What makes a root the network's is a header that publishes it. In a network of validators more than two thirds
//! sign it, or a later one that follows it: [`Finality`], checked against the validators' keys alone. A solo node
//! signs nothing; there the reader brings the header's hash from a source of his own. [`Verified::trusted`] says
//! in words what was taken on trust; nothing else was.

mod blocks;
mod document;
mod error;
mod evidence;
mod finality;
mod handover;
mod hex_bytes;
mod receipt;
mod record;
mod trust;

pub use blocks::{BLOCKS_MAX, CertifiedBlocks};
pub use document::{DOCUMENT_BYTES_MAX, Document};
pub use error::VerifyError;
pub use evidence::{Accumulated, Evidence, ProvedRecord, RECEIPT_FORMAT, RECORD_FORMAT, ReceiptEvidence};
pub use finality::{Certificate, Finality, HEADERS_MAX, VALIDATORS_MAX, Vote};
pub use handover::{Authority, HANDOVERS_MAX, keys_of, set_of};
pub use hex_bytes::Hex;
pub use receipt::verify_receipt;
pub use record::verify;
pub use trust::{Trust, Verified};
