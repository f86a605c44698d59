//! Where nonces wait between the rounds, and how they leave: once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Commitment, FrostError, Nonces};
use crate::keystore::{self, KeystoreError};
use crate::sealed;

const KIND: &str = "gage-frost-nonces";

/// The folder beside a share's file: an encrypted file for each commitment that waits, and an empty one,
/// `ID.used`, for each that was used. The marks stay: nonces that come back from a copy are known by them.
#[derive(Clone, Debug)]
pub struct NonceStore {
    folder: PathBuf,
}

impl NonceStore {
    /// The store of the share in this file: `FILE.nonces`.
    pub fn beside(share: &Path) -> NonceStore {
        let mut name = share.as_os_str().to_owned();
        name.push(".nonces");
        NonceStore { folder: name.into() }
    }

    fn waiting(&self, commitment: &Commitment) -> PathBuf {
        self.folder.join(format!("{}.json", commitment.id()))
    }

    fn used(&self, commitment: &Commitment) -> PathBuf {
        self.folder.join(format!("{}.used", commitment.id()))
    }

    /// Keeps nonces. They are on disk when this returns, and only then may the commitment be told.
    ///
    /// # Errors
    /// [`FrostError::File`].
    pub fn put(&self, nonces: &Nonces, password: &[u8]) -> Result<(), FrostError> {
        let failed = |source| KeystoreError::File { path: self.folder.clone(), source };
        fs::create_dir_all(&self.folder).map_err(failed)?;
        sealed::sync_folder(&self.folder)?;
        Ok(sealed::write(&self.waiting(&nonces.commitment), KIND, &nonces.commitment, nonces, password)?)
    }

    /// Takes nonces out for good: when this returns they are gone from disk, and marked as used.
    ///
    /// # Errors
    /// [`FrostError::NoncesUsed`], [`FrostError::UnknownNonces`], [`FrostError::File`]. A wrong password
    /// leaves everything as it was.
    pub fn take(&self, commitment: &Commitment, password: &[u8]) -> Result<Nonces, FrostError> {
        let (waiting, used) = (self.waiting(commitment), self.used(commitment));
        if used.exists() {
            return Err(FrostError::NoncesUsed);
        }
        let nonces: Nonces = match sealed::read::<Commitment, Nonces>(&waiting, KIND, password) {
            Ok((_, nonces)) => nonces,
            Err(KeystoreError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Err(FrostError::UnknownNonces);
            }
            Err(error) => return Err(error.into()),
        };
        if nonces.commitment != *commitment {
            return Err(FrostError::UnknownNonces);
        }
        // Of two that come at once, one makes the mark.
        match keystore::create(&used).and_then(|mark| mark.sync_all()) {
            Ok(()) => {}
            Err(source) if source.kind() == io::ErrorKind::AlreadyExists => return Err(FrostError::NoncesUsed),
            Err(source) => return Err(KeystoreError::File { path: used, source }.into()),
        }
        sealed::sync_folder(&used)?;
        fs::remove_file(&waiting).map_err(|source| KeystoreError::File { path: waiting.clone(), source })?;
        sealed::sync_folder(&waiting)?;
        Ok(nonces)
    }
}
