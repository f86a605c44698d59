//! What a signer signs for one transaction.

use crate::hash::{Hash, sha256_parts};

/// The digests of one transaction; the key's scheme decides which of them is signed.
///
/// Ethereum wallets sign `wallet`, everything else signs `machine`. The wallet digest is absent when
/// the transaction has no text that a wallet may show (too long, too many operations).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningPayload {
    /// [`machine_digest`] of the transaction.
    pub machine: Hash,
    /// [`crate::eip712::digest`] of the transaction's rendering.
    pub wallet: Option<Hash>,
}

/// `sha256("gage/tx/1" || genesis || borsh bytes of the transaction)`.
#[must_use]
pub fn machine_digest(genesis: &Hash, tx_bytes: &[u8]) -> Hash {
    sha256_parts(&[b"gage/tx/1", &genesis.0, tx_bytes])
}
