//! Secrets other than keys in files: encrypted like key files, with what everybody may see beside them.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::keystore::{self, CipherParams, Crypto, KdfParams, KeystoreError};

/// The longest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;
const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedFile<A> {
    kind: String,
    version: u8,
    about: A,
    crypto: Crypto,
}

fn malformed(path: &Path, what: impl ToString) -> KeystoreError {
    KeystoreError::Malformed { path: path.to_path_buf(), what: what.to_string() }
}

/// Writes a secret into a new file that only its owner may read; it is on disk when this returns.
pub(crate) fn write(
    path: &Path,
    kind: &str,
    about: &impl Serialize,
    secret: &impl Serialize,
    password: &[u8],
) -> Result<(), KeystoreError> {
    let bytes = seal(path, kind, about, secret, password)?;
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => KeystoreError::Exists(path.to_path_buf()),
        _ => KeystoreError::File { path: path.to_path_buf(), source },
    };
    let mut file = keystore::create(path).map_err(failed)?;
    file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(failed)?;
    sync_folder(path)
}

/// Puts a secret in the place of an earlier one: afterwards there is one of them, never both or none.
pub(crate) fn replace(
    path: &Path,
    kind: &str,
    about: &impl Serialize,
    secret: &impl Serialize,
    password: &[u8],
) -> Result<(), KeystoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let fresh = Path::new(&name);
    // Left behind by a run that was interrupted: its content was never used.
    match fs::remove_file(fresh) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(KeystoreError::File { path: fresh.to_path_buf(), source });
        }
        _ => {}
    }
    write(fresh, kind, about, secret, password)?;
    fs::rename(fresh, path).map_err(|source| KeystoreError::File { path: path.to_path_buf(), source })?;
    sync_folder(path)
}

/// What stands beside the secret, without the password. Nobody vouches for it.
pub(crate) fn about<A: DeserializeOwned>(path: &Path, kind: &str) -> Result<A, KeystoreError> {
    parse(path, kind).map(|file| file.about)
}

/// Reads a secret.
pub(crate) fn read<A: DeserializeOwned, S: DeserializeOwned>(
    path: &Path,
    kind: &str,
    password: &[u8],
) -> Result<(A, S), KeystoreError> {
    let file: SealedFile<A> = parse(path, kind)?;
    let crypto = file.crypto;
    if crypto.kdf != "scrypt" || crypto.cipher != "aes-128-ctr" {
        return Err(malformed(path, "it is encrypted otherwise than by scrypt and aes-128-ctr"));
    }
    let mut bytes = Zeroizing::new(hex::decode(&crypto.ciphertext).map_err(|_| malformed(path, "its ciphertext"))?);
    let iv: [u8; 16] = keystore::fixed(&crypto.cipherparams.iv).ok_or_else(|| malformed(path, "its iv"))?;
    let expected: [u8; 32] = keystore::fixed(&crypto.mac).ok_or_else(|| malformed(path, "its mac"))?;
    let derived = keystore::derive(&crypto.kdfparams, password);
    let derived = derived.ok_or_else(|| malformed(path, "its parameters are out of bounds"))?;
    if !bool::from(keystore::mac(&derived, &bytes).ct_eq(&expected)) {
        return Err(KeystoreError::WrongPassword(path.to_path_buf()));
    }
    keystore::apply(&derived, &iv, &mut bytes);
    let secret = serde_json::from_slice(&bytes).map_err(|error| malformed(path, error))?;
    Ok((file.about, secret))
}

fn seal(
    path: &Path,
    kind: &str,
    about: &impl Serialize,
    secret: &impl Serialize,
    password: &[u8],
) -> Result<Vec<u8>, KeystoreError> {
    let (mut salt, mut iv) = ([0; 32], [0; 16]);
    keystore::random(&mut salt)?;
    keystore::random(&mut iv)?;
    // The cost of a guess is that of a key file, except under the tests of this crate.
    let log_n = if cfg!(test) { 10 } else { keystore::LOG_N };
    let kdfparams = KdfParams { dklen: 32, n: 1 << log_n, r: keystore::R, p: keystore::P, salt: hex::encode(salt) };
    let derived = keystore::derive(&kdfparams, password);
    let derived = derived.ok_or_else(|| malformed(path, "its parameters are out of bounds"))?;
    let mut bytes = Zeroizing::new(serde_json::to_vec(secret).map_err(|error| malformed(path, error))?);
    keystore::apply(&derived, &iv, &mut bytes);
    let crypto = Crypto {
        cipher: "aes-128-ctr".to_owned(),
        mac: hex::encode(keystore::mac(&derived, &bytes)),
        ciphertext: hex::encode(bytes.as_slice()),
        cipherparams: CipherParams { iv: hex::encode(iv) },
        kdf: "scrypt".to_owned(),
        kdfparams,
    };
    let file = SealedFile { kind: kind.to_owned(), version: VERSION, about, crypto };
    let mut text = serde_json::to_vec_pretty(&file).map_err(|error| malformed(path, error))?;
    text.push(b'\n');
    Ok(text)
}

fn parse<A: DeserializeOwned>(path: &Path, kind: &str) -> Result<SealedFile<A>, KeystoreError> {
    let failed = |source| KeystoreError::File { path: path.to_path_buf(), source };
    if fs::metadata(path).map_err(failed)?.len() > FILE_BYTES_MAX {
        return Err(malformed(path, "it is too long"));
    }
    let bytes = fs::read(path).map_err(failed)?;
    let file: SealedFile<A> = serde_json::from_slice(&bytes).map_err(|error| malformed(path, error))?;
    if file.kind != kind || file.version != VERSION {
        let found = format!("it is {} of version {}, not {kind} of version {VERSION}", file.kind, file.version);
        return Err(malformed(path, found));
    }
    Ok(file)
}

/// Makes a new name or a removal in a folder last.
pub(crate) fn sync_folder(path: &Path) -> Result<(), KeystoreError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let failed = |source| KeystoreError::File { path: folder.to_path_buf(), source };
    if cfg!(unix) { File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("gage-sealed-{}-{name}", std::process::id()));
        drop(fs::remove_file(&path));
        path
    }

    #[test]
    fn a_secret_comes_back_and_only_with_its_password() {
        let path = path("own");
        write(&path, "a-kind", &"about", &vec![1u32, 2], b"right").unwrap();
        assert_eq!(read::<String, Vec<u32>>(&path, "a-kind", b"right").unwrap(), ("about".to_owned(), vec![1, 2]));
        assert_eq!(about::<String>(&path, "a-kind").unwrap(), "about");
        assert!(!fs::read_to_string(&path).unwrap().contains("[1,2]"));
        let refused = [
            read::<String, Vec<u32>>(&path, "a-kind", b"wrong").map(|_| ()),
            read::<String, Vec<u32>>(&path, "another", b"right").map(|_| ()),
            write(&path, "a-kind", &"about", &vec![3u32], b"right"),
        ];
        assert!(matches!(refused[0], Err(KeystoreError::WrongPassword(_))));
        assert!(matches!(refused[1], Err(KeystoreError::Malformed { .. })));
        assert!(matches!(refused[2], Err(KeystoreError::Exists(_))));
        replace(&path, "a-kind", &"about", &vec![3u32], b"right").unwrap();
        assert_eq!(read::<String, Vec<u32>>(&path, "a-kind", b"right").unwrap().1, [3]);
        fs::remove_file(&path).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read() {
        use std::os::unix::fs::PermissionsExt;
        let path = path("mode");
        write(&path, "a-kind", &(), &(), b"right").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_file(&path).unwrap();
    }
}
