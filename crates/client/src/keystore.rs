//! A secret key in an encrypted file: Web3 Secret Storage, version 3, as Ethereum wallets write it
//! (<https://ethereum.org/en/developers/docs/data-structures-and-encoding/web3-secret-storage/>), with the
//! scheme and public key of this ledger beside it.
//!
//! The password goes through scrypt; half of the result encrypts by AES-128-CTR, the other half keys
//! the check (Keccak-256) that tells a wrong password from a damaged file's key.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aes::Aes128;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use gage_crypto::hash::keccak256;
use gage_crypto::{PublicKey, Scheme, SecretKey};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

/// The longest key file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 65_536;
/// The most memory that scrypt may be asked for by a file: 256 MiB.
const SCRYPT_BYTES_MAX: u64 = 256 << 20;
/// The work factor of new files: 2^17, as wallets use it.
pub(crate) const LOG_N: u8 = 17;
pub(crate) const R: u32 = 8;
pub(crate) const P: u32 = 1;

/// Why a key file cannot be read or written.
#[derive(Debug, Error)]
pub enum KeystoreError {
    /// The file.
    #[error("the key file {} cannot be used: {source}", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file exists.
    #[error("{} exists already; a key file is never written over", .0.display())]
    Exists(PathBuf),
    /// Not a key file.
    #[error("{} is not a key file of version 3: {what}", path.display())]
    Malformed {
        /// Where.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The check does not fit.
    #[error("the password of {} is wrong, or the file is damaged", .0.display())]
    WrongPassword(PathBuf),
    /// No randomness.
    #[error("the system gives no random bytes: {0}")]
    Random(String),
}

#[derive(Serialize, Deserialize)]
struct KeyFile {
    version: u8,
    id: String,
    crypto: Crypto,
    /// The scheme of the key; files of Ethereum wallets have none and hold a secp256k1 key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scheme: Option<Scheme>,
    /// The public half, for people; checked against the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    public_key: Option<PublicKey>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Crypto {
    pub cipher: String,
    pub ciphertext: String,
    pub cipherparams: CipherParams,
    pub kdf: String,
    pub kdfparams: KdfParams,
    pub mac: String,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct CipherParams {
    pub iv: String,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct KdfParams {
    pub dklen: u32,
    pub n: u64,
    pub r: u32,
    pub p: u32,
    pub salt: String,
}

/// A new key from the system's randomness.
///
/// # Errors
/// [`KeystoreError::Random`].
pub fn generate(scheme: Scheme) -> Result<(SecretKey, Zeroizing<[u8; 32]>), KeystoreError> {
    // About one in 2^32 strings is no P-256 key: try again.
    loop {
        let mut bytes = Zeroizing::new([0; 32]);
        random(bytes.as_mut_slice())?;
        if let Ok(key) = SecretKey::from_bytes(scheme, &bytes) {
            return Ok((key, bytes));
        }
    }
}

pub(crate) fn random(bytes: &mut [u8]) -> Result<(), KeystoreError> {
    getrandom::fill(bytes).map_err(|error| KeystoreError::Random(error.to_string()))
}

/// Writes a key into a new file that only its owner may read.
///
/// # Errors
/// [`KeystoreError::Exists`], [`KeystoreError::File`], [`KeystoreError::Random`].
pub fn write(path: &Path, scheme: Scheme, secret: &[u8; 32], password: &[u8]) -> Result<PublicKey, KeystoreError> {
    write_with(path, scheme, secret, password, LOG_N)
}

fn write_with(
    path: &Path,
    scheme: Scheme,
    secret: &[u8; 32],
    password: &[u8],
    log_n: u8,
) -> Result<PublicKey, KeystoreError> {
    let malformed = |what: &str| KeystoreError::Malformed { path: path.to_path_buf(), what: what.to_owned() };
    let key = SecretKey::from_bytes(scheme, secret).map_err(|error| malformed(&error.to_string()))?;
    let (mut salt, mut iv, mut id) = ([0; 32], [0; 16], [0; 16]);
    random(&mut salt)?;
    random(&mut iv)?;
    random(&mut id)?;
    let params = KdfParams { dklen: 32, n: 1 << log_n, r: R, p: P, salt: hex::encode(salt) };
    let derived = derive(&params, password).ok_or_else(|| malformed("its parameters are out of bounds"))?;
    let mut ciphertext = Zeroizing::new(*secret);
    apply(&derived, &iv, ciphertext.as_mut_slice());
    let file = KeyFile {
        version: 3,
        id: uuid(id),
        crypto: Crypto {
            cipher: "aes-128-ctr".to_owned(),
            mac: hex::encode(mac(&derived, ciphertext.as_slice())),
            ciphertext: hex::encode(ciphertext.as_slice()),
            cipherparams: CipherParams { iv: hex::encode(iv) },
            kdf: "scrypt".to_owned(),
            kdfparams: params,
        },
        scheme: Some(scheme),
        public_key: Some(key.public_key()),
    };
    let text = serde_json::to_string_pretty(&file).map_err(|error| malformed(&error.to_string()))?;
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => KeystoreError::Exists(path.to_path_buf()),
        _ => KeystoreError::File { path: path.to_path_buf(), source },
    };
    let mut out = create(path).map_err(failed)?;
    out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(failed)?;
    Ok(key.public_key())
}

#[cfg(unix)]
pub(crate) fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
pub(crate) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Reads a key file.
///
/// # Errors
/// [`KeystoreError`] names the file and what is wrong with it.
pub fn read(path: &Path, password: &[u8]) -> Result<SecretKey, KeystoreError> {
    let malformed = |what: &str| KeystoreError::Malformed { path: path.to_path_buf(), what: what.to_owned() };
    let file = parse(path)?;
    if file.crypto.kdf != "scrypt" || file.crypto.cipher != "aes-128-ctr" {
        return Err(malformed("it is encrypted otherwise than by scrypt and aes-128-ctr"));
    }
    let ciphertext = Zeroizing::new(hex::decode(&file.crypto.ciphertext).map_err(|_| malformed("its ciphertext"))?);
    let iv: [u8; 16] = fixed(&file.crypto.cipherparams.iv).ok_or_else(|| malformed("its iv"))?;
    let expected: [u8; 32] = fixed(&file.crypto.mac).ok_or_else(|| malformed("its mac"))?;
    let derived =
        derive(&file.crypto.kdfparams, password).ok_or_else(|| malformed("its parameters are out of bounds"))?;
    if !bool::from(mac(&derived, &ciphertext).ct_eq(&expected)) {
        return Err(KeystoreError::WrongPassword(path.to_path_buf()));
    }
    let mut secret = Zeroizing::new([0; 32]);
    if ciphertext.len() != secret.len() {
        return Err(malformed("it does not hold 32 secret bytes"));
    }
    secret.copy_from_slice(&ciphertext);
    apply(&derived, &iv, secret.as_mut_slice());
    let scheme = file.scheme.unwrap_or(Scheme::Secp256k1Eip712);
    let key = SecretKey::from_bytes(scheme, &secret).map_err(|error| malformed(&error.to_string()))?;
    match file.public_key {
        Some(public) if public != key.public_key() => Err(malformed("its public key is another key's")),
        _ => Ok(key),
    }
}

/// The public key of a file, without the password. `None` in files of other wallets.
///
/// # Errors
/// [`KeystoreError::File`], [`KeystoreError::Malformed`].
pub fn public_key(path: &Path) -> Result<Option<PublicKey>, KeystoreError> {
    parse(path).map(|file| file.public_key)
}

fn parse(path: &Path) -> Result<KeyFile, KeystoreError> {
    let failed = |source| KeystoreError::File { path: path.to_path_buf(), source };
    if fs::metadata(path).map_err(failed)?.len() > FILE_BYTES_MAX {
        return Err(KeystoreError::Malformed { path: path.to_path_buf(), what: "it is too long".to_owned() });
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    let malformed = |what: String| KeystoreError::Malformed { path: path.to_path_buf(), what };
    let file: KeyFile = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    if file.version == 3 { Ok(file) } else { Err(malformed(format!("it is of version {}", file.version))) }
}

pub(crate) fn derive(params: &KdfParams, password: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let salt = hex::decode(&params.salt).ok()?;
    let memory = params.n.checked_mul(u64::from(params.r))?.checked_mul(128)?;
    let work = u64::from(params.p).checked_mul(params.n)?;
    if params.dklen != 32 || !params.n.is_power_of_two() || memory > SCRYPT_BYTES_MAX || work > 1 << 22 {
        return None;
    }
    let log_n = u8::try_from(params.n.ilog2()).ok()?;
    let scrypt = scrypt::Params::new(log_n, params.r, params.p).ok()?;
    let mut derived = Zeroizing::new([0; 32]);
    scrypt::scrypt(password, &salt, &scrypt, derived.as_mut_slice()).ok()?;
    Some(derived)
}

/// Encrypts or decrypts in place by the first half of the derived key.
pub(crate) fn apply(derived: &[u8; 32], iv: &[u8; 16], bytes: &mut [u8]) {
    let mut key = Zeroizing::new([0; 16]);
    key.copy_from_slice(&derived[..16]);
    Ctr128BE::<Aes128>::new((&*key).into(), iv.into()).apply_keystream(bytes);
}

/// The check over the ciphertext by the second half of the derived key.
pub(crate) fn mac(derived: &[u8; 32], ciphertext: &[u8]) -> [u8; 32] {
    let mut bytes = Zeroizing::new(derived[16..].to_vec());
    bytes.extend_from_slice(ciphertext);
    keccak256(&bytes).0
}

pub(crate) fn fixed<const N: usize>(text: &str) -> Option<[u8; N]> {
    hex::decode(text).ok()?.try_into().ok()
}

/// A random UUID, version 4.
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex::encode(bytes);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("gage-keystore-{}-{name}.json", std::process::id()))
    }

    /// The scrypt example of the format's specification.
    const EXAMPLE: &str = r#"{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},
        "ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt",
        "kdfparams":{"dklen":32,"n":262144,"r":1,"p":8,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
        "mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},
        "id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}"#;

    #[test]
    fn a_key_comes_back_and_only_with_its_password() {
        let path = path("own");
        let written = write_with(&path, Scheme::Ed25519, &[7; 32], b"correct", 10).unwrap();
        assert_eq!(read(&path, b"correct").unwrap().public_key(), written);
        assert_eq!(public_key(&path).unwrap(), Some(written));
        assert!(matches!(read(&path, b"wrong"), Err(KeystoreError::WrongPassword(_))));
        let again = write_with(&path, Scheme::Ed25519, &[8; 32], b"correct", 10);
        assert!(matches!(again, Err(KeystoreError::Exists(_))));
        let damaged = fs::read_to_string(&path).unwrap().replace("\"ciphertext\": \"", "\"ciphertext\": \"00");
        fs::write(&path, damaged).unwrap();
        assert!(matches!(read(&path, b"correct"), Err(KeystoreError::WrongPassword(_))));
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn hostile_parameters_are_refused() {
        let path = path("hostile");
        for text in [EXAMPLE.replace("262144", "68719476736"), EXAMPLE.replace("\"p\":8", "\"p\":100000")] {
            fs::write(&path, text).unwrap();
            assert!(matches!(read(&path, b"testpassword"), Err(KeystoreError::Malformed { .. })));
        }
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn the_example_of_the_format_is_read() {
        let path = path("example");
        fs::write(&path, EXAMPLE).unwrap();
        let key = read(&path, b"testpassword").unwrap();
        fs::remove_file(&path).unwrap();
        let secret = hex::decode("7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d").unwrap();
        let expected = SecretKey::from_bytes(Scheme::Secp256k1Eip712, &secret.try_into().unwrap()).unwrap();
        assert_eq!(key.public_key(), expected.public_key());
    }
}
