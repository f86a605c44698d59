//! Many Ed25519 signatures at once: a pre-filter, never the decision.
//!
//! A batch that passes is, up to chance, a batch in which each signature passes alone; one that fails
//! says nothing about which. The rule of acceptance stays [`crate::signature::verify`], one by one.

use ed25519_zebra::{Signature, VerificationKeyBytes, batch::Verifier};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sha2::{Digest, Sha256};

use crate::{
    hash::Hash,
    key::{PublicKey, Scheme},
    signature::SignatureBytes,
};

/// One signature of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The signer's key, of scheme Ed25519.
    pub key: &'a PublicKey,
    /// The machine digest that was signed.
    pub machine_digest: &'a Hash,
    /// The 64 bytes of the signature.
    pub signature: &'a SignatureBytes,
}

/// Whether all `items` verify together; `false` also if a key is of another scheme.
///
/// The weights are drawn from `seed` and from all items, so that nobody can craft signatures that
/// cancel out, even knowing the seed. Same items and seed, same answer.
#[must_use]
pub fn verify_batch(items: &[Item<'_>], seed: [u8; 32]) -> bool {
    let mut transcript = Sha256::new();
    transcript.update(b"gage/batch/1");
    transcript.update(seed);
    let mut verifier = Verifier::new();
    for item in items {
        let key: Result<[u8; 32], _> = item.key.as_bytes().try_into();
        let (Scheme::Ed25519, Ok(key)) = (item.key.scheme(), key) else {
            return false;
        };
        transcript.update(key);
        transcript.update(item.machine_digest);
        transcript.update(item.signature.0);
        verifier.queue((
            VerificationKeyBytes::from(key),
            Signature::from_bytes(&item.signature.0),
            &item.machine_digest.0,
        ));
    }
    let weights = ChaCha20Rng::from_seed(transcript.finalize().into());
    verifier.verify(weights).is_ok()
}
