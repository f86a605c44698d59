//! The genesis file: TOML for people, JSON where its name ends so. The network's name in signatures is the
//! hash of its meaning, so that spacing, comments and the form do not count.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use gage_chain::Genesis;
use thiserror::Error;

use crate::disk::{DiskError, write_atomic};

/// The longest genesis file that is read: some millions of accounts.
const BYTES_MAX: u64 = 4 << 30;

/// Why a genesis file was not read or written.
#[derive(Debug, Error)]
pub enum GenesisFileError {
    /// The file cannot be read.
    #[error("the genesis file {} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The text is no genesis; the message names line, column and key.
    #[error("the genesis file {} is not valid: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Where and what.
        message: String,
    },
    /// The genesis cannot be written as TOML so that reading it back gives the same network.
    #[error("this genesis cannot be written as TOML: {0}")]
    NotWritable(String),
    /// The file cannot be written.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Reads a genesis file.
///
/// # Errors
/// [`GenesisFileError::Read`]; [`GenesisFileError::Invalid`] with line, column and key.
pub fn read_genesis(path: &Path) -> Result<Genesis, GenesisFileError> {
    let failed = |source| GenesisFileError::Read { path: path.to_path_buf(), source };
    if fs::metadata(path).map_err(failed)?.len() > BYTES_MAX {
        return Err(failed(io::Error::other(format!("it is longer than {BYTES_MAX} bytes"))));
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    let read = if is_json(path) {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    } else {
        parse_genesis(&text)
    };
    read.map_err(|message| GenesisFileError::Invalid { path: path.to_path_buf(), message: message.trim().to_owned() })
}

/// Reads a genesis file's text.
///
/// # Errors
/// A message with line, column and key.
pub fn parse_genesis(text: &str) -> Result<Genesis, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}

/// The text of a genesis file.
///
/// # Errors
/// [`GenesisFileError::NotWritable`].
pub fn genesis_text(genesis: &Genesis) -> Result<String, GenesisFileError> {
    let text = toml::to_string(genesis).map_err(|error| GenesisFileError::NotWritable(error.to_string()))?;
    let back = parse_genesis(&text).map_err(GenesisFileError::NotWritable)?;
    if back.hash() != genesis.hash() {
        return Err(GenesisFileError::NotWritable("reading it back gives another network".to_owned()));
    }
    Ok(text)
}

/// Writes a genesis file, whole or not at all. TOML takes the square of the number of accounts to write; JSON
/// does not, for networks that begin with many.
///
/// # Errors
/// [`GenesisFileError::NotWritable`], [`GenesisFileError::Disk`].
pub fn write_genesis(path: &Path, genesis: &Genesis) -> Result<(), GenesisFileError> {
    let text = match is_json(path) {
        true => serde_json::to_string(genesis).map_err(|error| GenesisFileError::NotWritable(error.to_string()))?,
        false => genesis_text(genesis)?,
    };
    Ok(write_atomic(path, |file| file.write_all(text.as_bytes()))?)
}

/// Where a data directory keeps its genesis file.
pub fn genesis_path(dir: &Path) -> PathBuf {
    dir.join("genesis.json")
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}
