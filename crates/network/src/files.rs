//! The directory of a validator: everything it needs, and nothing of the others.
//!
//! ```text
//!   genesis.json      the network
//!   validators.toml   who orders, and where each is reached; the same on every machine. Where the genesis names the
//!                     validators, it is not needed: it says where some of them are reached from here
//!   node.toml         where this one listens
//!   validator.key     its secret, 64 hexadecimal digits, readable by its owner alone
//!   data/             log and snapshots           consensus/   votes and blocks of the engine, and where they begin
//! ```

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use gage_crypto::Hash;
use gage_node::{GenesisFileError, NodeConfig, genesis_path, read_genesis, write_genesis};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::committee::{Committee, CommitteeError, ValidatorSecret};
use crate::engine::{ARCHIVE_SECTION, Timing};
use crate::validator::{ValidatorConfig, consensus_dir};

/// One validator, as all know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// Its name for people.
    pub name: String,
    /// Its ed25519 public key, in hexadecimal.
    pub key: String,
    /// Where its peers reach it.
    pub address: SocketAddr,
}

/// `validators.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validators {
    /// The genesis hash of the network.
    pub genesis: Hash,
    /// Who orders.
    pub validators: Vec<Seat>,
}

/// `node.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeFile {
    /// Where peers connect.
    pub listen: SocketAddr,
    /// Where the API listens.
    pub api: SocketAddr,
}

/// Why a directory is not that of a validator.
#[derive(Debug, Error)]
pub enum FilesError {
    /// The genesis.
    #[error(transparent)]
    Genesis(#[from] GenesisFileError),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}: {what}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The list of validators.
    #[error(transparent)]
    Committee(#[from] CommitteeError),
}

impl Validators {
    /// Reads `validators.toml`.
    ///
    /// # Errors
    /// [`FilesError`].
    pub fn read(path: &Path) -> Result<Validators, FilesError> {
        read_toml(path)
    }

    /// The committee that the file names.
    ///
    /// # Errors
    /// [`FilesError`].
    pub fn committee(&self) -> Result<Committee, FilesError> {
        let keys: Vec<[u8; 32]> = self.validators.iter().map(Seat::key_bytes).collect::<Result<_, _>>()?;
        Ok(Committee::new(self.genesis, &keys)?)
    }
}

impl Seat {
    fn key_bytes(&self) -> Result<[u8; 32], FilesError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(&self.key, &mut bytes).map_err(|error| FilesError::Content {
            path: "validators.toml".into(),
            what: format!("the key of {}: {error}", self.name),
        })?;
        Ok(bytes)
    }
}

/// Writes the directory of one validator.
///
/// # Errors
/// [`FilesError`]; an existing key is never overwritten.
pub fn write_validator(
    dir: &Path,
    genesis: &gage_chain::Genesis,
    validators: &Validators,
    node: &NodeFile,
    secret: &[u8; 32],
) -> Result<(), FilesError> {
    let disk = |path: PathBuf| move |source| FilesError::Disk { path, source };
    std::fs::create_dir_all(dir).map_err(disk(dir.to_path_buf()))?;
    let key = dir.join("validator.key");
    write_private(&key, &hex::encode(secret)).map_err(disk(key.clone()))?;
    write_genesis(&genesis_path(dir), genesis)?;
    write_toml(&dir.join("validators.toml"), validators)?;
    write_toml(&dir.join("node.toml"), node)
}

/// Reads the directory of a validator.
///
/// # Errors
/// [`FilesError`] names the file and what is wrong with it.
pub fn read_validator(dir: &Path) -> Result<(ValidatorConfig, NodeFile), FilesError> {
    let genesis = read_genesis(&genesis_path(dir))?;
    let path = dir.join("validators.toml");
    let founders = Committee::founders(&genesis)?;
    // Where the state says who orders, the file only says where some of them are reached from here.
    let validators = match &founders {
        Some(_) if !path.exists() => Validators { genesis: genesis.hash(), validators: Vec::new() },
        _ => Validators::read(&path)?,
    };
    if validators.genesis != genesis.hash() {
        let what = format!("is of the network {}, genesis.json of {}", validators.genesis, genesis.hash());
        return Err(FilesError::Content { path, what });
    }
    let committee = founders.map_or_else(|| validators.committee(), Ok)?;
    let mut addresses = BTreeMap::new();
    for seat in &validators.validators {
        addresses.insert(seat.key_bytes()?, seat.address);
    }
    let file: NodeFile = read_toml(&dir.join("node.toml"))?;
    let secret = read_secret(&dir.join("validator.key"))?;
    let config = ValidatorConfig {
        node: NodeConfig::new(dir.join("data"), genesis),
        committee,
        secret,
        consensus_dir: consensus_dir(dir),
        listen: file.listen,
        addresses,
        timing: Timing::default(),
        archive_section: ARCHIVE_SECTION,
    };
    Ok((config, file))
}

fn read_secret(path: &Path) -> Result<ValidatorSecret, FilesError> {
    let text = std::fs::read_to_string(path).map_err(|source| FilesError::Disk { path: path.into(), source })?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| FilesError::Content {
        path: path.into(),
        what: "is not a secret of 64 hexadecimal digits".to_owned(),
    })?;
    Ok(ValidatorSecret::from_bytes(&bytes))
}

pub(crate) fn read_toml<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, FilesError> {
    let text = std::fs::read_to_string(path).map_err(|source| FilesError::Disk { path: path.into(), source })?;
    toml::from_str(&text).map_err(|error| FilesError::Content { path: path.into(), what: error.to_string() })
}

fn write_toml(path: &Path, value: &impl Serialize) -> Result<(), FilesError> {
    let text = toml::to_string_pretty(value)
        .map_err(|error| FilesError::Content { path: path.into(), what: error.to_string() })?;
    std::fs::write(path, text).map_err(|source| FilesError::Disk { path: path.into(), source })
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}
