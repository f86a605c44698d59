//! What the holders of shares send each other: JSON objects, in files, in a folder that all can reach, or
//! through a pipe.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Commitment, FrostError, Request, Round1, Round2, SignatureShare};

/// The longest input that is read, in bytes.
const INPUT_BYTES_MAX: u64 = 4 << 20;
/// The most files of a folder that are looked at.
const FILES_MAX: usize = 10_000;

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "message", rename_all = "kebab-case")]
pub enum Message {
    /// First round of a ceremony.
    FrostRound1(Round1),
    /// Second round of a ceremony.
    FrostRound2(Round2),
    /// First round of a signature.
    FrostCommitment(Commitment),
    /// What is to be signed, and by whom.
    FrostRequest(Box<Request>),
    /// Second round of a signature.
    FrostSignatureShare(SignatureShare),
}

impl Message {
    /// A name for its file: kind, and whose it is.
    pub fn file_name(&self) -> String {
        match self {
            Message::FrostRound1(message) => format!("{}-round1-{}.json", message.name, message.from),
            Message::FrostRound2(message) => format!("{}-round2-{}.json", message.name, message.from),
            Message::FrostCommitment(message) => format!("commitment-{}-{}.json", message.party, message.id()),
            Message::FrostRequest(message) => format!("request-{}.json", message.document.short_name()),
            Message::FrostSignatureShare(message) => {
                format!("share-{}-{}.json", message.party, message.request_name())
            }
        }
    }

    /// The message as a line of JSON.
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("texts, numbers and points always serialise to JSON in memory")
    }
}

/// All messages of the files and folders named; `-` is the standard input. Files of folders that hold
/// something else are passed over; a file that is named must hold messages.
///
/// # Errors
/// [`FrostError::Malformed`] names the place.
pub fn read_messages(paths: &[PathBuf]) -> Result<Vec<Message>, FrostError> {
    let mut messages = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            messages.extend(parse("the standard input", &read(std::io::stdin(), "the standard input")?)?);
        } else if path.is_dir() {
            for file in files(path)? {
                let place = file.display().to_string();
                let bytes = open(&file)?;
                messages.extend(parse(&place, &bytes).unwrap_or_default());
            }
        } else {
            messages.extend(parse(&path.display().to_string(), &open(path)?)?);
        }
    }
    Ok(messages)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, FrostError> {
    let failed = |error: std::io::Error| malformed(&folder.display().to_string(), error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)?.take(FILES_MAX) {
        let path = entry.map_err(failed)?.path();
        if path.is_file() && path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn open(path: &Path) -> Result<Vec<u8>, FrostError> {
    let place = path.display().to_string();
    read(fs::File::open(path).map_err(|error| malformed(&place, error))?, &place)
}

fn read(from: impl Read, place: &str) -> Result<Vec<u8>, FrostError> {
    let mut bytes = Vec::new();
    from.take(INPUT_BYTES_MAX).read_to_end(&mut bytes).map_err(|error| malformed(place, error))?;
    Ok(bytes)
}

fn parse(place: &str, bytes: &[u8]) -> Result<Vec<Message>, FrostError> {
    let messages: Result<Vec<Message>, _> = serde_json::Deserializer::from_slice(bytes).into_iter().collect();
    messages.map_err(|error| malformed(place, error))
}

fn malformed(place: &str, reason: impl ToString) -> FrostError {
    FrostError::Malformed { place: place.to_owned(), reason: reason.to_string() }
}
