//! One process per data directory.

use super::DiskError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

const LOCK_NAME: &str = "LOCK";

/// Exclusive use of a directory, held until dropped. The operating system frees it when the process dies, however it dies.
#[derive(Debug)]
pub struct DirectoryLock {
    // Held for its lock only; closing the file frees it.
    _file: File,
}

impl DirectoryLock {
    /// Takes the directory, which must exist.
    ///
    /// # Errors
    /// `Locked` with the holder's process number if another handle holds it, `Io` if the lock file cannot be used.
    pub fn take(dir: &Path) -> Result<Self, DiskError> {
        let path = dir.join(LOCK_NAME);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(DiskError::io("open the lock file", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // An unreadable number only makes the message poorer.
                let pid = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
                return Err(DiskError::Locked { path: dir.to_path_buf(), pid });
            }
            Err(TryLockError::Error(source)) => return Err(DiskError::io("lock", &path)(source)),
        }
        let write_pid = |file: &mut File| {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            writeln!(file, "{}", std::process::id())
        };
        write_pid(&mut file).map_err(DiskError::io("write the lock file", &path))?;
        Ok(Self { _file: file })
    }
}
