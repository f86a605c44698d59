//! What a validator must not forget: that its key has voted. A key whose votes are gone could contradict them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Beside the votes: whose they are.
const VOTES_OF: &str = "VOTES_OF";
/// Beside the node's data: which key has voted from here.
const VOTED_AS: &str = "VOTED_AS";

/// Why a key may not vote from these directories.
#[derive(Debug, Error)]
pub enum MemoryError {
    /// The votes are gone.
    #[error(
        "{votes} does not hold the votes of the key {key}, which has voted from this machine: without them it could vote against itself and lose its bond; bring the directory back, or join under a new key"
    )]
    Forgotten {
        /// Where they should be.
        votes: PathBuf,
        /// The key.
        key: String,
    },
    /// Another key's votes.
    #[error("{votes} holds the votes of the key {found}, not of {key}; each key has a directory of its own")]
    OtherKey {
        /// Where.
        votes: PathBuf,
        /// Whose.
        found: String,
        /// The key that is to vote.
        key: String,
    },
    /// The disk.
    #[error("{path}: {source}")]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Whether the key may vote from here: its votes are here, or it never voted.
pub(crate) fn check(votes: &Path, data: &Path, key: &[u8; 32]) -> Result<(), MemoryError> {
    let key = hex::encode(key);
    let found = read(&votes.join(VOTES_OF))?;
    let voted = read(&data.join(VOTED_AS))?;
    match found {
        Some(found) if found != key => Err(MemoryError::OtherKey { votes: votes.to_path_buf(), found, key }),
        None if voted.as_deref() == Some(key.as_str()) => {
            Err(MemoryError::Forgotten { votes: votes.to_path_buf(), key })
        }
        _ => Ok(()),
    }
}

/// Notes on both sides that the key votes from here.
pub(crate) fn remember(votes: &Path, data: &Path, key: &[u8; 32]) -> Result<(), MemoryError> {
    let key = hex::encode(key);
    for (dir, name) in [(votes, VOTES_OF), (data, VOTED_AS)] {
        let path = dir.join(name);
        if read(&path)?.as_deref() != Some(key.as_str()) {
            write(dir, &path, &key).map_err(|source| MemoryError::Disk { path, source })?;
        }
    }
    Ok(())
}

fn write(dir: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    let mut file = std::fs::File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::File::open(dir)?.sync_all()
}

fn read(path: &Path) -> Result<Option<String>, MemoryError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(MemoryError::Disk { path: path.to_path_buf(), source }),
    }
}

#[cfg(test)]
mod tests {
    use super::{MemoryError, check, remember};

    #[test]
    fn a_key_whose_votes_are_gone_does_not_vote() {
        let dir = std::env::temp_dir().join(format!("gage-memory-{}", std::process::id()));
        let (votes, data) = (dir.join("consensus"), dir.join("data"));
        let (key, other) = ([1; 32], [2; 32]);
        check(&votes, &data, &key).expect("a fresh machine");
        remember(&votes, &data, &key).expect("the disk works");
        check(&votes, &data, &key).expect("both sides agree");
        assert!(matches!(check(&votes, &data, &other), Err(MemoryError::OtherKey { .. })));
        std::fs::remove_dir_all(&votes).expect("it exists");
        assert!(matches!(check(&votes, &data, &key), Err(MemoryError::Forgotten { .. })));
        check(&votes, &data, &other).expect("a new key has no votes to forget");
        std::fs::remove_dir_all(&dir).expect("it exists");
    }
}
