//! Keys, signatures, hashes and the payloads that are signed: pure functions without state.
//!
//! Nothing here reads a clock, a file or the system's randomness: whoever makes a key brings its 32
//! secret bytes. The mathematics of curves and hash functions comes from reviewed libraries; the
//! encodings (what exactly is hashed and signed) are defined here and pinned by golden tests.
//!
//! In reading order:
//! - [`hash`]: [`struct@Hash`], SHA-256 and Keccak-256.
//! - [`merkle`]: root and paths of a fixed list (RFC 6962).
//! - [`accumulator`]: the same tree as it grows, with a root bound to the number of leaves.
//! - [`account_id`]: [`AccountId`], fixed at opening, and its text form `gage1...`.
//! - [`key`]: [`Scheme`], [`PublicKey`], [`KeyId`].
//! - [`payload`]: what a transaction's signer signs.
//! - [`eip712`]: the typed text that an Ethereum wallet shows and signs.
//! - [`signature`]: [`Signature`] and [`signature::verify`], the one rule of acceptance.
//! - [`webauthn`]: the assertion of a passkey.
//! - [`vote`]: what validators sign.
//! - [`batch`]: a fast pre-filter over many Ed25519 signatures.
//! - [`recovery`]: who signed a message of another network.
//! - [`secret`]: signing, for clients and tests.
//!
//! Invariants:
//! - One signature per key and payload cannot be turned into another by a third party: ECDSA
//!   signatures are accepted with a low `s` only.
//! - Every payload names its network: the genesis hash is inside every digest.
//! - A [`PublicKey`] in hand is a point on its curve; decoding refuses anything else.

pub mod account_id;
pub mod accumulator;
pub mod batch;
pub mod eip712;
pub mod hash;
pub mod key;
pub mod merkle;
pub mod payload;
pub mod recovery;
pub mod secret;
pub mod signature;
pub mod vote;
pub mod webauthn;

mod bounded;
mod hex_text;

pub use account_id::AccountId;
pub use hash::Hash;
pub use key::{KeyId, PublicKey, Scheme};
pub use payload::SigningPayload;
pub use secret::SecretKey;
pub use signature::{Signature, SignatureBytes, verify_message};
