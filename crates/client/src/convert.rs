//! Signatures as wallets, hardware modules and passkeys give them, in the one form that a node accepts:
//! `r || s`, big-endian, with `s` in the lower half of the group's order.
//!
//! Of `(r, s)` and `(r, n - s)` both satisfy the equation of ECDSA; a node takes the lower only, so that
//! nobody can turn one signature into another. The change needs no key and loses nothing.

use gage_crypto::signature::{self, SignatureBytes, SignatureError};
use gage_crypto::webauthn::Assertion;
use gage_crypto::{PublicKey, Scheme, Signature, SigningPayload};
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use thiserror::Error;

/// The bytes of one coordinate or number on the two curves.
const NUMBER: usize = 32;

/// Why a signature cannot be converted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConvertError {
    /// Of a length that no form has.
    #[error("the signature has {0} bytes; r || s has 64, r || s || v has 65")]
    Length(usize),
    /// Not hexadecimal digits.
    #[error("the signature is not written in hexadecimal digits")]
    NotHex,
    /// Not a DER sequence of two positive integers.
    #[error("the signature is not a DER sequence of two integers of at most 32 bytes")]
    NotDer,
    /// Zero, or not below the group's order.
    #[error("the numbers of the signature are zero or out of range")]
    OutOfRange,
    /// The scheme has another kind of signature.
    #[error("signatures of scheme {} are not two numbers of ECDSA", .0.name())]
    NotEcdsa(Scheme),
    /// The last byte is none that wallets write.
    #[error("the last byte of the signature is {0}; wallets write 27 or 28, or 0 or 1")]
    BadV(u8),
    /// No key made it.
    #[error("no key can have made this signature")]
    NoKey,
    /// It does not hold over what was to be signed.
    #[error("the converted signature does not hold: {0}")]
    Signature(SignatureError),
}

/// `r || s` with either `s`, in the lower form.
///
/// # Errors
/// [`ConvertError::Length`], [`ConvertError::OutOfRange`], [`ConvertError::NotEcdsa`] for Ed25519.
pub fn low_s(scheme: Scheme, numbers: &[u8]) -> Result<SignatureBytes, ConvertError> {
    let numbers: [u8; 64] = numbers.try_into().map_err(|_| ConvertError::Length(numbers.len()))?;
    let low = match scheme {
        Scheme::Secp256k1Eip712 => {
            let read = secp256k1::ecdsa::Signature::from_compact(&numbers);
            let mut signature = read.map_err(|_| ConvertError::OutOfRange)?;
            signature.normalize_s();
            signature.serialize_compact()
        }
        Scheme::P256 | Scheme::WebAuthn => {
            let signature = p256::ecdsa::Signature::from_slice(&numbers).map_err(|_| ConvertError::OutOfRange)?;
            signature.normalize_s().to_bytes().into()
        }
        Scheme::Ed25519 => return Err(ConvertError::NotEcdsa(scheme)),
    };
    let (r, s) = low.split_at(NUMBER);
    // The library for secp256k1 reads zeros and refuses them when it verifies.
    if [r, s].iter().any(|number| number.iter().all(|byte| *byte == 0)) {
        return Err(ConvertError::OutOfRange);
    }
    Ok(SignatureBytes(low))
}

/// The DER form of X.690, as passkeys and many modules write it, in the lower form of `r || s`.
///
/// # Errors
/// [`ConvertError::NotDer`], then those of [`low_s`].
pub fn from_der(scheme: Scheme, der: &[u8]) -> Result<SignatureBytes, ConvertError> {
    low_s(scheme, &der_numbers(der).ok_or(ConvertError::NotDer)?)
}

/// What a passkey returned, with its signature in the lower form.
///
/// # Errors
/// Those of [`from_der`].
pub fn passkey(authenticator_data: Vec<u8>, client_data_json: Vec<u8>, der: &[u8]) -> Result<Signature, ConvertError> {
    let signature = from_der(Scheme::WebAuthn, der)?;
    Ok(Signature::WebAuthn(Assertion { authenticator_data, client_data_json, signature }))
}

/// The signature that a wallet returned for this payload, with the key that made it: 65 bytes
/// `r || s || v`, or the 64 of ERC-2098 with the parity in the top bit of `s`.
///
/// # Errors
/// [`ConvertError`]; [`ConvertError::Signature`] if the payload has no text for a wallet.
pub fn wallet(payload: &SigningPayload, bytes: &[u8]) -> Result<(PublicKey, Signature), ConvertError> {
    let digest = payload.wallet.ok_or(ConvertError::Signature(SignatureError::NoWalletDigest))?;
    let (numbers, parity) = wallet_parts(bytes)?;
    let recovery = if parity { RecoveryId::One } else { RecoveryId::Zero };
    let signature = RecoverableSignature::from_compact(&numbers, recovery).map_err(|_| ConvertError::OutOfRange)?;
    let key = signature.recover_ecdsa(secp256k1::Message::from_digest(digest.0)).map_err(|_| ConvertError::NoKey)?;
    let scheme = Scheme::Secp256k1Eip712;
    let key = PublicKey::new(scheme, &key.serialize()).map_err(|_| ConvertError::NoKey)?;
    let signature = Signature::Secp256k1Eip712(low_s(scheme, &numbers)?);
    signature::verify(&key, payload, &signature).map_err(ConvertError::Signature)?;
    Ok((key, signature))
}

/// The same from the text that wallets return: hexadecimal digits, with or without `0x`.
///
/// # Errors
/// [`ConvertError::NotHex`], then those of [`wallet`].
pub fn wallet_text(payload: &SigningPayload, text: &str) -> Result<(PublicKey, Signature), ConvertError> {
    let text = text.trim();
    let bytes = hex::decode(text.strip_prefix("0x").unwrap_or(text)).map_err(|_| ConvertError::NotHex)?;
    wallet(payload, &bytes)
}

/// `r || s` and whether the point's second coordinate is odd.
fn wallet_parts(bytes: &[u8]) -> Result<([u8; 64], bool), ConvertError> {
    match bytes.len() {
        65 => {
            let parity = match bytes[64] {
                0 | 27 => false,
                1 | 28 => true,
                other => return Err(ConvertError::BadV(other)),
            };
            let mut numbers = [0; 64];
            numbers.copy_from_slice(&bytes[..64]);
            Ok((numbers, parity))
        }
        64 => {
            let mut numbers = [0; 64];
            numbers.copy_from_slice(bytes);
            let parity = numbers[NUMBER] & 0x80 != 0;
            numbers[NUMBER] &= 0x7f;
            Ok((numbers, parity))
        }
        other => Err(ConvertError::Length(other)),
    }
}

/// `SEQUENCE { r INTEGER, s INTEGER }` with short lengths, as 64 bytes. Nothing may follow.
fn der_numbers(der: &[u8]) -> Option<[u8; 64]> {
    let [0x30, length, rest @ ..] = der else { return None };
    if usize::from(*length) != rest.len() {
        return None;
    }
    let (r, rest) = der_integer(rest)?;
    let (s, rest) = der_integer(rest)?;
    let mut numbers = [0; 64];
    numbers[..NUMBER].copy_from_slice(&r);
    numbers[NUMBER..].copy_from_slice(&s);
    rest.is_empty().then_some(numbers)
}

/// One positive integer of at most 32 bytes in its shortest form, and what follows it.
fn der_integer(der: &[u8]) -> Option<([u8; NUMBER], &[u8])> {
    let [0x02, length, rest @ ..] = der else { return None };
    let (bytes, rest) = rest.split_at_checked(usize::from(*length))?;
    let digits = match bytes {
        // A leading zero says that the next byte's top bit is no sign, and stands nowhere else.
        [0, next, ..] if next & 0x80 != 0 => &bytes[1..],
        [first, ..] if first & 0x80 == 0 && (*first != 0 || bytes.len() == 1) => bytes,
        _ => return None,
    };
    let at = NUMBER.checked_sub(digits.len())?;
    let mut number = [0; NUMBER];
    number[at..].copy_from_slice(digits);
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gage_crypto::{Hash, SecretKey};

    fn payload() -> SigningPayload {
        SigningPayload { machine: Hash([3; 32]), wallet: Some(Hash([5; 32])) }
    }

    fn signed(scheme: Scheme) -> (PublicKey, [u8; 64]) {
        let key = SecretKey::from_bytes(scheme, &[9; 32]).unwrap();
        match key.sign(&payload()).unwrap() {
            Signature::Secp256k1Eip712(bytes) | Signature::P256(bytes) => (key.public_key(), bytes.0),
            _ => panic!("two numbers"),
        }
    }

    /// The orders of the two groups (SEC 2, 2.4.1 and 2.7.2), to make the high form by hand.
    const N_SECP256K1: &str = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    const N_P256: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

    /// `n - s`, digit by digit.
    fn high(numbers: &[u8; 64], order: &str) -> [u8; 64] {
        let order = hex::decode(order).unwrap();
        let mut high = *numbers;
        let mut borrow = 0i16;
        for place in (0..32).rev() {
            let digit = i16::from(order[place]) - i16::from(numbers[32 + place]) - borrow;
            borrow = i16::from(digit < 0);
            high[32 + place] = u8::try_from(digit.rem_euclid(256)).unwrap();
        }
        high
    }

    fn der(numbers: &[u8; 64]) -> Vec<u8> {
        let mut body = Vec::new();
        for number in [&numbers[..32], &numbers[32..]] {
            let start = number.iter().position(|byte| *byte != 0).unwrap();
            let sign = usize::from(number[start] & 0x80 != 0);
            body.extend([0x02, u8::try_from(32 - start + sign).unwrap()]);
            body.extend(std::iter::repeat_n(0, sign));
            body.extend(&number[start..]);
        }
        let mut der = vec![0x30, u8::try_from(body.len()).unwrap()];
        der.extend(body);
        der
    }

    #[test]
    fn the_high_form_becomes_the_low_one() {
        for (scheme, order) in [(Scheme::Secp256k1Eip712, N_SECP256K1), (Scheme::P256, N_P256)] {
            let (_, low) = signed(scheme);
            let other = high(&low, order);
            assert_ne!(low, other);
            for form in [low, other] {
                assert_eq!(low_s(scheme, &form).unwrap().0, low);
                assert_eq!(from_der(scheme, &der(&form)).unwrap().0, low);
            }
            assert_eq!(low_s(scheme, &[0; 64]), Err(ConvertError::OutOfRange));
            assert_eq!(low_s(scheme, &[255; 64]), Err(ConvertError::OutOfRange));
            assert_eq!(low_s(scheme, &low[1..]), Err(ConvertError::Length(63)));
        }
        assert_eq!(low_s(Scheme::Ed25519, &[1; 64]), Err(ConvertError::NotEcdsa(Scheme::Ed25519)));
    }

    #[test]
    fn other_encodings_than_der_are_refused() {
        let (_, low) = signed(Scheme::P256);
        let good = der(&low);
        let mut bad = vec![good[..good.len() - 1].to_vec(), [good.as_slice(), &[0]].concat(), Vec::new()];
        for (place, value) in [(0, 0x31), (1, good[1] + 1), (2, 0x03), (3, good[3] + 1), (3, 0)] {
            let mut changed = good.clone();
            changed[place] = value;
            bad.push(changed);
        }
        // A zero too many before r, which says nothing of a sign; a negative r.
        bad.push([&[0x30, 0x08, 0x02, 0x02, 0x00, 0x01, 0x02, 0x02], [0x01, 0x01].as_slice()].concat());
        bad.push(vec![0x30, 0x06, 0x02, 0x01, 0x80, 0x02, 0x01, 0x01]);
        for der in bad {
            assert_eq!(from_der(Scheme::P256, &der), Err(ConvertError::NotDer), "{der:?}");
        }
    }

    #[test]
    fn a_wallet_signature_names_its_key() {
        let (key, low) = signed(Scheme::Secp256k1Eip712);
        let secret = secp256k1::SecretKey::from_secret_bytes([9; 32]).unwrap();
        let message = secp256k1::Message::from_digest([5; 32]);
        let (id, numbers) = RecoverableSignature::sign_ecdsa_recoverable(message, &secret).serialize_compact();
        assert_eq!(numbers, low);
        let parity = id.to_u8();
        let expected = (key, Signature::Secp256k1Eip712(SignatureBytes(low)));
        for v in [parity, 27 + parity] {
            let bytes = [low.as_slice(), &[v]].concat();
            assert_eq!(wallet(&payload(), &bytes).unwrap(), expected);
            assert_eq!(wallet_text(&payload(), &format!("0x{}\n", hex::encode(&bytes))).unwrap(), expected);
        }
        // The high form has the other parity.
        let bytes = [high(&low, N_SECP256K1).as_slice(), &[27 + (1 - parity)]].concat();
        assert_eq!(wallet(&payload(), &bytes).unwrap(), expected);
        let mut compact = low;
        compact[32] |= parity << 7;
        assert_eq!(wallet(&payload(), &compact).unwrap(), expected);

        // The wrong parity names another key, and never this one.
        let other = [low.as_slice(), &[28 - parity]].concat();
        assert_ne!(wallet(&payload(), &other).map(|(key, _)| key), Ok(key));
        let bytes = [low.as_slice(), &[31]].concat();
        assert_eq!(wallet(&payload(), &bytes), Err(ConvertError::BadV(31)));
        assert_eq!(wallet(&payload(), &low[..63]), Err(ConvertError::Length(63)));
        assert_eq!(wallet_text(&payload(), "0xzz"), Err(ConvertError::NotHex));
        let machine = SigningPayload { wallet: None, ..payload() };
        let refused = wallet(&machine, &[low.as_slice(), &[27]].concat());
        assert_eq!(refused, Err(ConvertError::Signature(SignatureError::NoWalletDigest)));
    }

    #[test]
    fn a_passkey_answers_in_der() {
        let key = SecretKey::from_bytes(Scheme::WebAuthn, &[9; 32]).unwrap();
        let Signature::WebAuthn(assertion) = key.sign(&payload()).unwrap() else { panic!("an assertion") };
        let answered = der(&high(&assertion.signature.0, N_P256));
        let read = passkey(assertion.authenticator_data.clone(), assertion.client_data_json.clone(), &answered);
        let read = read.unwrap();
        assert_eq!(read, Signature::WebAuthn(assertion));
        signature::verify(&key.public_key(), &payload(), &read).unwrap();
    }
}
