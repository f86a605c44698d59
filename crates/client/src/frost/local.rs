//! Enough shares on one machine: both rounds in memory.

use std::collections::BTreeMap;

use frost_ed25519::{SigningPackage, round1, round2};
use gage_crypto::{PublicKey, Signature, SigningPayload};

use super::signing::join;
use super::{FrostError, Share, SystemRandom};

/// Shares of one key, at least as many as must sign. Whoever holds this holds the key: for tests, and for
/// one person who keeps the shares on several media.
#[derive(Debug)]
pub struct LocalShares {
    shares: Vec<Share>,
}

impl LocalShares {
    /// Shares of one group, of different parties, as many as the threshold asks.
    ///
    /// # Errors
    /// [`FrostError::TooFew`], [`FrostError::Inconsistent`], [`FrostError::Twice`].
    pub fn new(mut shares: Vec<Share>) -> Result<LocalShares, FrostError> {
        let Some(first) = shares.first() else { return Err(FrostError::TooFew { found: 0, needed: 2 }) };
        let group = first.group.clone();
        shares.sort_by_key(Share::party);
        for pair in shares.windows(2) {
            if let [one, two] = pair
                && one.party() == two.party()
            {
                return Err(FrostError::Twice(one.party()));
            }
        }
        if shares.iter().any(|share| share.group != group) {
            return Err(FrostError::Inconsistent("the shares are of different groups"));
        }
        let needed = group.threshold();
        if shares.len() < usize::from(needed) {
            return Err(FrostError::TooFew { found: shares.len(), needed });
        }
        // More than needed adds work and nothing else.
        shares.truncate(usize::from(needed));
        Ok(LocalShares { shares })
    }

    /// The group's key.
    pub fn public_key(&self) -> PublicKey {
        self.shares[0].group.public_key()
    }

    /// Signs with fresh nonces.
    ///
    /// # Errors
    /// No randomness.
    pub fn sign(&self, payload: &SigningPayload) -> Result<Signature, FrostError> {
        let mut random = SystemRandom::new()?;
        let (mut nonces, mut commitments) = (Vec::new(), BTreeMap::new());
        for share in &self.shares {
            let (secret, public) = round1::commit(share.key.signing_share(), &mut random);
            commitments.insert(*share.key.identifier(), public);
            nonces.push(secret);
        }
        let package = SigningPackage::new(commitments, &payload.machine.0);
        let mut signed = BTreeMap::new();
        for (share, nonces) in self.shares.iter().zip(nonces) {
            signed.insert(*share.key.identifier(), round2::sign(&package, &nonces, &share.key)?);
        }
        Ok(join(&self.shares[0].group, &package, &signed, payload)?.signature)
    }
}
