//! Files that are there whole or not at all.

use super::DiskError;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// How the name of an unfinished file ends.
pub(super) const TEMPORARY_SUFFIX: &str = ".tmp";

/// Writes a file so that, whatever happens, `path` holds either the old content or the whole new content: a temporary file
/// beside it is written, synced and renamed, and the directory is synced.
///
/// # Errors
/// `Io` naming the step; the temporary file is removed again where possible, and by [`remove_leftovers`] otherwise.
pub fn write_atomic(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), DiskError> {
    let temporary = temporary_name(path);
    let filled = fill(&temporary, write);
    if let Err(error) = filled {
        // The first failure is the one to report; a leftover is removed at the next start.
        drop(fs::remove_file(&temporary));
        return Err(error);
    }
    fs::rename(&temporary, path).map_err(DiskError::io("rename a finished file to", path))?;
    sync_directory(parent(path))
}

fn fill(temporary: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), DiskError> {
    let file = File::create(temporary).map_err(DiskError::io("create", temporary))?;
    let mut writer = BufWriter::with_capacity(1 << 18, file);
    write(&mut writer).map_err(DiskError::io("write", temporary))?;
    writer.flush().map_err(DiskError::io("write", temporary))?;
    writer.get_ref().sync_all().map_err(DiskError::io("sync", temporary))
}

/// Removes unfinished files (`*.tmp`) of a directory and returns their paths. Only for the holder of the directory's lock
/// at its start: a file that somebody is still writing would go too.
///
/// # Errors
/// `Io` if the directory cannot be listed or a file not removed.
pub fn remove_leftovers(dir: &Path) -> Result<Vec<PathBuf>, DiskError> {
    let mut removed = Vec::new();
    for (name, path) in names(dir)? {
        if name.ends_with(TEMPORARY_SUFFIX) && path.is_file() {
            fs::remove_file(&path).map_err(DiskError::io("remove the unfinished file", &path))?;
            removed.push(path);
        }
    }
    Ok(removed)
}

/// Names and paths of a directory in the order of names. Names that are not text are not ours and are left out.
pub(super) fn names(dir: &Path) -> Result<Vec<(String, PathBuf)>, DiskError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(DiskError::io("list", dir))? {
        let entry = entry.map_err(DiskError::io("list", dir))?;
        if let Ok(name) = entry.file_name().into_string() {
            found.push((name, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

/// Makes a directory and what leads to it, durably.
pub(super) fn create_directory(dir: &Path) -> Result<(), DiskError> {
    if dir.is_dir() {
        return Ok(());
    }
    let above = parent(dir);
    create_directory(above)?;
    match fs::create_dir(dir) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(DiskError::io("create the directory", dir)(error));
        }
        _ => {}
    }
    sync_directory(above)
}

/// Makes creations, renames and removals in a directory durable.
pub(super) fn sync_directory(dir: &Path) -> Result<(), DiskError> {
    let handle = File::open(dir).map_err(DiskError::io("open the directory", dir))?;
    handle.sync_all().map_err(DiskError::io("sync the directory", dir))
}

/// The directory that holds a path; the current one for a bare name.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        Some(_) => Path::new("."),
        None => path,
    }
}

fn temporary_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(TEMPORARY_SUFFIX);
    PathBuf::from(name)
}
