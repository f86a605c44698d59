//! The key of a wallet from its words: BIP 39 (words to seed), BIP 32 (seed to keys), BIP 44 (which key).

use anyhow::{Context, Result, bail};
use bip39::Mnemonic;
use hmac::{Hmac, KeyInit, Mac};
use secp256k1::{PublicKey, Scalar, SecretKey};
use sha2::Sha512;
use zeroize::Zeroizing;

/// The first key of an Ethereum wallet.
pub const ETHEREUM: &str = "m/44'/60'/0'/0/0";
/// The bit of a hardened step.
const HARDENED: u32 = 1 << 31;
/// The most steps of a path.
const STEPS_MAX: usize = 10;

/// The secret key at a path from the seed of these words.
///
/// # Errors
/// Words that are no mnemonic (their checksum tells), and paths that do not read.
pub fn key(words: &str, passphrase: &str, path: &str) -> Result<Zeroizing<[u8; 32]>> {
    let steps = steps(path)?;
    let mnemonic: Mnemonic = words.trim().parse().context("the words are no mnemonic of BIP 39 in English")?;
    let seed = Zeroizing::new(mnemonic.to_seed(passphrase));
    at(seed.as_slice(), &steps)
}

/// The numbers of a path such as `m/44'/60'/0'/0/0`.
fn steps(path: &str) -> Result<Vec<u32>> {
    let wrong = || format!("{path:?} is no path; it looks like {ETHEREUM}");
    let rest = path.strip_prefix("m/").with_context(wrong)?;
    let step = |part: &str| {
        let (digits, bit) = match part.strip_suffix(['\'', 'h']) {
            Some(digits) => (digits, HARDENED),
            None => (part, 0),
        };
        digits.parse::<u32>().ok().filter(|number| *number < HARDENED).map(|number| number | bit)
    };
    let steps: Option<Vec<u32>> = rest.split('/').map(step).collect();
    let steps = steps.with_context(wrong)?;
    if steps.len() > STEPS_MAX {
        bail!("{path:?} has more than {STEPS_MAX} steps");
    }
    Ok(steps)
}

/// BIP 32, "Child key derivation (CKD) functions", for private keys.
fn at(seed: &[u8], steps: &[u32]) -> Result<Zeroizing<[u8; 32]>> {
    let (mut key, mut chain) = halves(b"Bitcoin seed", &[seed])?;
    for step in steps {
        let secret = SecretKey::from_secret_bytes(*key).context("a key of the path is none; take another path")?;
        let number = step.to_be_bytes();
        let (tweak, next) = if step & HARDENED == HARDENED {
            halves(chain.as_slice(), &[&[0], key.as_slice(), &number])?
        } else {
            halves(chain.as_slice(), &[&PublicKey::from_secret_key(&secret).serialize(), &number])?
        };
        // One path in 2^127 ends here; the standard says to take the next.
        let tweak = Scalar::from_be_bytes(*tweak).context("a key of the path is none; take another path")?;
        let child = secret.add_tweak(&tweak).context("a key of the path is none; take another path")?;
        (*key, chain) = (child.to_secret_bytes(), next);
    }
    Ok(key)
}

type Half = Zeroizing<[u8; 32]>;

/// HMAC-SHA512, as two halves.
fn halves(key: &[u8], parts: &[&[u8]]) -> Result<(Half, Half)> {
    let mut mac = Hmac::<Sha512>::new_from_slice(key).context("a key of any length will do")?;
    parts.iter().for_each(|part| mac.update(part));
    let bytes = Zeroizing::new(<[u8; 64]>::from(mac.finalize().into_bytes()));
    let (mut left, mut right) = (Half::default(), Half::default());
    left.copy_from_slice(&bytes[..32]);
    right.copy_from_slice(&bytes[32..]);
    Ok((left, right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gage_crypto::{Scheme, SecretKey as OwnKey};

    /// BIP 32, test vector 1: the private keys inside the xprv texts, decoded.
    #[test]
    fn keys_are_those_of_the_standard() {
        let seed = hex::decode("000102030405060708090a0b0c0d0e0f").unwrap();
        let expected = [
            ("m", "e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35"),
            ("m/0'", "edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea"),
            ("m/0'/1", "3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368"),
            ("m/0'/1/2'", "cbce0d719ecf7431d88e6a89fa1483e02e35092af60c042b1df2ff59fa424dca"),
            ("m/0'/1/2'/2", "0f479245fb19a38a1954c5c7c0ebab2f9bdfd96a17563ef28a6a4b1a2a764ef4"),
            ("m/0'/1/2'/2/1000000000", "471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8"),
        ];
        for (path, key) in expected {
            let steps = if path == "m" { Vec::new() } else { steps(path).unwrap() };
            assert_eq!(hex::encode(at(&seed, &steps).unwrap().as_slice()), key, "{path}");
        }
    }

    /// The first two accounts of the mnemonic that Ethereum's development nodes open.
    #[test]
    fn wallets_open_the_same_accounts() {
        let words = "test test test test test test test test test test test junk";
        let expected = [
            (ETHEREUM, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
            ("m/44'/60'/0'/0/1", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        ];
        for (path, address) in expected {
            let key = key(words, "", path).unwrap();
            let key = OwnKey::from_bytes(Scheme::Secp256k1Eip712, &key).unwrap();
            assert_eq!(key.public_key().ethereum_address().unwrap().to_string(), address);
        }
        assert_ne!(*key(words, "more", ETHEREUM).unwrap(), *key(words, "", ETHEREUM).unwrap());
    }

    #[test]
    fn what_is_no_mnemonic_and_no_path_is_refused() {
        let wrong = "test test test test test test test test test test test test";
        assert!(key(wrong, "", ETHEREUM).is_err(), "the checksum does not fit");
        for path in ["", "m", "m/", "m/x", "44'/60'", "m/2147483648", "m/1''", "m/0/0/0/0/0/0/0/0/0/0/0"] {
            assert!(steps(path).is_err(), "{path}");
        }
    }
}
