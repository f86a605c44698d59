//! Who signed: messages of other networks that name their signer by an Ethereum address.
//!
//! Transactions of this ledger never rely on recovery: their signatures name the key.

use secp256k1::Message;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};

use crate::hash::{Hash, keccak256};
use crate::key::EthereumAddress;

/// The address whose key signed `digest`, as Ethereum's `ecrecover` finds it; `None` if the numbers are
/// out of range or belong to no key. Both forms of `s` are accepted: the address is what counts, and
/// whoever counts signatures counts addresses.
///
/// `signature` is `r || s`, big-endian; `recovery` is 0 or 1, the parity of the point.
#[must_use]
pub fn recover_address(digest: &Hash, signature: &[u8; 64], recovery: u8) -> Option<EthereumAddress> {
    let recovery = match recovery {
        0 => RecoveryId::Zero,
        1 => RecoveryId::One,
        _ => return None,
    };
    let signature = RecoverableSignature::from_compact(signature, recovery).ok()?;
    let key = signature.recover_ecdsa(Message::from_digest(digest.0)).ok()?;
    let point = key.serialize_uncompressed();
    let hash = keccak256(point.get(1..)?);
    let mut address = [0u8; 20];
    address.copy_from_slice(hash.0.get(12..)?);
    Some(EthereumAddress(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The address of the secret one is in every Ethereum library's tests.
    #[test]
    fn the_key_one_has_the_address_everybody_knows() {
        let mut secret = [0u8; 32];
        if let Some(last) = secret.last_mut() {
            *last = 1;
        }
        let secret = secp256k1::SecretKey::from_secret_bytes(secret).expect("one is a key");
        let digest = keccak256(b"hello world");
        let signature = RecoverableSignature::sign_ecdsa_recoverable(Message::from_digest(digest.0), &secret);
        let (recovery, bytes) = signature.serialize_compact();
        let recovery = u8::from(matches!(recovery, RecoveryId::One | RecoveryId::Three));
        let found = recover_address(&digest, &bytes, recovery).expect("a good signature");
        assert_eq!(found.to_string(), "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
        // Another digest or another parity is another address, or none.
        assert_ne!(recover_address(&keccak256(b"hello"), &bytes, recovery), Some(found));
        assert_ne!(recover_address(&digest, &bytes, recovery ^ 1), Some(found));
        assert_eq!(recover_address(&digest, &bytes, 2), None);
        assert_eq!(recover_address(&digest, &[0; 64], 0), None);
        assert_eq!(recover_address(&digest, &[0xff; 64], 0), None);
    }
}
