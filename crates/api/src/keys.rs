//! API keys: who may ask for what only operators may.
//!
//! A key is 32 bytes of the system's randomness in hexadecimal digits, shown once. The file holds its
//! SHA-256 hash: of so much randomness no slow hash is needed. Comparing takes the same time whatever is sent.

use std::fs;
use std::path::Path;

use gage_crypto::Hash;
use gage_crypto::hash::sha256;
use serde::{Deserialize, Serialize};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use thiserror::Error;

/// The most keys of a file.
pub const KEYS_MAX: usize = 1_000;
/// What a key begins with, so that scanners for leaked secrets know it.
pub const PREFIX: &str = "gage_";

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Has its own rate of requests, and may do nothing that others may not.
    Partner,
    /// Sees how the server is doing.
    Observer,
    /// Sees it, and keeps the node: snapshots.
    Operator,
    /// Makes blocks on a node that seals on command.
    Sealer,
    /// Everything, the keys included.
    Admin,
}

impl Role {
    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Partner => "partner",
            Role::Observer => "observer",
            Role::Operator => "operator",
            Role::Sealer => "sealer",
            Role::Admin => "admin",
        }
    }

    /// Whether who has this role may do what needs `needed`.
    pub fn permits(self, needed: Role) -> bool {
        self == needed || self == Role::Admin || (self == Role::Operator && needed == Role::Observer)
    }
}

impl std::str::FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Role, String> {
        let all = [Role::Partner, Role::Observer, Role::Operator, Role::Sealer, Role::Admin];
        let found = all.into_iter().find(|role| role.word() == text);
        found.ok_or_else(|| "a role is one of partner, observer, operator, sealer, admin".to_owned())
    }
}

/// A key as the file holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// Whose it is, in words.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// The SHA-256 hash of the key.
    pub sha256: Hash,
    /// When it ends, in milliseconds since 1970.
    #[serde(default)]
    pub expires: Option<u64>,
    /// How many requests per second it may make, in place of its address.
    #[serde(default)]
    pub requests_per_second: Option<u32>,
}

/// Why a file of keys is refused.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// Files.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Not of the form.
    #[error("it is not a file of API keys: {0}")]
    Json(#[from] serde_json::Error),
    /// Too many.
    #[error("a file has at most 1,000 keys")]
    TooMany,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    keys: Vec<ApiKey>,
}

/// The keys of a node.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<ApiKey>);

impl Keys {
    /// Reads a file.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn read(path: &Path) -> Result<Keys, KeyFileError> {
        let KeyFile { keys } = serde_json::from_str(&fs::read_to_string(path)?)?;
        if keys.len() > KEYS_MAX { Err(KeyFileError::TooMany) } else { Ok(Keys(keys)) }
    }

    /// Writes a file that only its owner reads.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn write(&self, path: &Path) -> Result<(), KeyFileError> {
        let mut text = serde_json::to_string_pretty(&KeyFile { keys: self.0.clone() })?;
        text.push('\n');
        let beside = path.with_extension("new");
        drop(fs::remove_file(&beside));
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        std::io::Write::write_all(&mut options.open(&beside)?, text.as_bytes())?;
        Ok(fs::rename(&beside, path)?)
    }

    /// Adds a key.
    pub fn push(&mut self, key: ApiKey) {
        self.0.push(key);
    }

    /// All of them.
    pub fn all(&self) -> &[ApiKey] {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key that was sent, if it is one of these and has not ended at `now_ms`. Looks at all of them,
    /// whichever it is.
    pub fn find(&self, sent: &str, now_ms: u64) -> Option<&ApiKey> {
        let sent = sha256(sent.as_bytes());
        let none = u32::MAX;
        let mut found = none;
        for (position, key) in (0u32..).zip(&self.0) {
            let same: Choice = key.sha256.0.ct_eq(&sent.0);
            found.conditional_assign(&position, same);
        }
        let key = usize::try_from(found).ok().and_then(|position| self.0.get(position))?;
        key.expires.is_none_or(|end| now_ms < end).then_some(key)
    }
}

impl ApiKey {
    /// The record of a key that somebody else made.
    pub fn of(name: &str, role: Role, secret: &str) -> ApiKey {
        let sha256 = sha256(secret.as_bytes());
        ApiKey { name: name.to_owned(), role, sha256, expires: None, requests_per_second: None }
    }

    /// Makes a key: the secret, to be shown once, and its record.
    ///
    /// # Errors
    /// Where the system gives no randomness.
    pub fn generate(name: &str, role: Role) -> std::io::Result<(String, ApiKey)> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        let secret = format!("{PREFIX}{}", hex::encode(bytes));
        let key = ApiKey::of(name, role, &secret);
        Ok((secret, key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_what_is_sent_until_they_end() {
        let (secret, mut ended) = ApiKey::generate("desk", Role::Operator).unwrap();
        ended.expires = Some(1_000);
        let mut keys = Keys::default();
        keys.push(ApiKey::of("other", Role::Admin, "something else"));
        keys.push(ended.clone());
        assert_eq!(keys.find(&secret, 999), Some(&ended));
        assert_eq!(keys.find(&secret, 1_000), None);
        assert_eq!(keys.find(&secret[1..], 0), None);
        assert_eq!(keys.find("something else", 0).map(|key| key.role), Some(Role::Admin));
        assert!(Keys::default().find("", 0).is_none());
    }

    #[test]
    fn the_file_holds_no_secret() {
        let (secret, key) = ApiKey::generate("desk", Role::Sealer).unwrap();
        let path = std::env::temp_dir().join(format!("gage-api-keys-{}.json", std::process::id()));
        let keys = Keys(vec![key]);
        keys.write(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(Keys::read(&path).unwrap().all(), keys.all());
        drop(fs::remove_file(&path));
        assert!(!text.contains(&secret) && !text.contains(&secret[PREFIX.len()..]), "{text}");
    }

    #[test]
    fn roles_permit_their_own() {
        assert!(Role::Admin.permits(Role::Sealer) && Role::Operator.permits(Role::Observer));
        assert!(!Role::Operator.permits(Role::Sealer) && !Role::Partner.permits(Role::Observer));
        assert!(!Role::Sealer.permits(Role::Operator) && !Role::Observer.permits(Role::Operator));
    }
}
