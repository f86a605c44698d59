//! What can go wrong between here and a node.

use std::path::PathBuf;

use serde::Deserialize;
use thiserror::Error;

/// What a node answers when it refuses (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// What is the case and what to do.
    pub detail: String,
    /// The stable number.
    pub code: u32,
    /// The stable name.
    pub name: String,
    /// What to do about it.
    #[serde(default)]
    pub remedy: String,
    /// When to try again at the earliest, in milliseconds since 1970.
    #[serde(default)]
    pub retry_at: Option<u64>,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} {})", self.detail, self.name, self.code)
    }
}

/// Why a request did not do what was asked.
#[derive(Debug, Error)]
pub enum Error {
    /// The URL is not one.
    #[error("{0:?} is not the URL of a node; it looks like http://127.0.0.1:7800 or https://node.example")]
    Url(String),
    /// The certificates cannot be used.
    #[error("the certificates in {} cannot be used: {reason}", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Nobody answered.
    #[error("the node at {url} does not answer: {reason}; is it running, and is the URL right?")]
    Unreachable {
        /// Where.
        url: String,
        /// What the system says.
        reason: String,
    },
    /// Who answered shows a certificate that is not believed.
    #[error("the certificate of the node at {url} is not believed: {reason}")]
    Untrusted {
        /// Where.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The node refused.
    #[error("the node refused: {0}")]
    Refused(Box<Problem>),
    /// The answer is not what the API promises.
    #[error("the node at {url} answered something else than its API promises: {reason}")]
    Answer {
        /// Where.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// A proof does not hold, or is of something else.
    #[error("the node's proof does not hold: {0}")]
    Proof(String),
    /// A transaction could not be made.
    #[error(transparent)]
    Signer(#[from] crate::SignerError),
    /// A document between signers is refused.
    #[error(transparent)]
    Document(#[from] Box<crate::DocumentError>),
    /// A proposal is refused.
    #[error(transparent)]
    Proposal(#[from] crate::ProposalError),
    /// The stream broke off.
    #[error("the stream broke off: {0}")]
    Stream(String),
}

impl Error {
    /// What went wrong before there was an answer. The libraries tell a certificate's fault by its words alone.
    pub(crate) fn connecting(url: &str, reason: String) -> Error {
        let url = url.to_owned();
        match reason.split_once("invalid peer certificate: ") {
            Some((_, reason)) => Error::Untrusted { url, reason: reason.to_owned() },
            None => Error::Unreachable { url, reason },
        }
    }

    /// The stable name of the refusal, if it is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Error::Refused(problem) => Some(&problem.name),
            _ => None,
        }
    }
}
