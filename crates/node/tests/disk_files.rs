//! Files that are there whole or not at all, and snapshots.

mod disk_support;

use disk_support::*;
use gage_node::disk::{
    DiskError, SnapshotFile, list_snapshots, newest_snapshot, open_snapshot, remove_leftovers, remove_snapshots_below,
    write_atomic, write_snapshot,
};
use std::fs;
use std::io::{self, Read, Write};

#[test]
fn a_file_is_replaced_whole_or_not_at_all() {
    let scratch = Scratch::new("atomic");
    let path = scratch.path().join("settings");
    write_atomic(&path, |file| file.write_all(b"old")).unwrap();
    let error = write_atomic(&path, |file| {
        file.write_all(&vec![1; 1 << 20])?;
        Err(io::Error::other("the source ended"))
    })
    .unwrap_err();
    assert!(matches!(error, DiskError::Io { action: "write", .. }), "{error}");
    assert!(error.to_string().contains("the source ended"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1, "the temporary file is gone");
    write_atomic(&path, |file| file.write_all(b"new")).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");

    let nowhere = scratch.path().join("absent").join("file");
    assert!(matches!(write_atomic(&nowhere, |_| Ok(())), Err(DiskError::Io { action: "create", .. })));
}

#[test]
fn leftovers_are_removed_and_nothing_else() {
    let scratch = Scratch::new("leftovers");
    fs::write(scratch.path().join("snapshot-00000000000000000009.snap.tmp"), b"half").unwrap();
    fs::write(scratch.path().join("keep"), b"").unwrap();
    fs::create_dir(scratch.path().join("directory.tmp")).unwrap();
    let removed = remove_leftovers(scratch.path()).unwrap();
    assert_eq!(removed, [scratch.path().join("snapshot-00000000000000000009.snap.tmp")]);
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 2);
}

fn write(scratch: &Scratch, height: u64) -> SnapshotFile {
    write_snapshot(scratch.path(), &GENESIS, height, |file| file.write_all(&body(height))).unwrap()
}

#[test]
fn the_newest_sound_snapshot_wins() {
    let scratch = Scratch::new("snapshots");
    assert!(list_snapshots(&scratch.path().join("absent")).unwrap().is_empty());
    assert!(newest_snapshot(scratch.path(), &GENESIS).unwrap().found.is_none());
    for height in [7, 100, 99, 3] {
        write(&scratch, height);
    }
    fs::write(scratch.path().join("snapshot-00000000000000000999.snap.tmp"), b"half").unwrap();
    fs::write(scratch.path().join("snapshot-1.snap"), b"no name of ours").unwrap();
    let heights: Vec<u64> = list_snapshots(scratch.path()).unwrap().iter().map(|file| file.height).collect();
    assert_eq!(heights, [100, 99, 7, 3]);

    let mut newest = newest_snapshot(scratch.path(), &GENESIS).unwrap();
    let (file, reader) = newest.found.as_mut().unwrap();
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).unwrap();
    assert_eq!((file.height, bytes, newest.refused.len()), (100, body(100), 0));

    // The newest is damaged, the next has another height than its name says: the third wins, both are named.
    fs::write(list_snapshots(scratch.path()).unwrap()[0].path.clone(), b"GAGESNP\n").unwrap();
    let files = list_snapshots(scratch.path()).unwrap();
    fs::copy(&files[2].path, &files[1].path).unwrap();
    let newest = newest_snapshot(scratch.path(), &GENESIS).unwrap();
    assert_eq!(newest.found.unwrap().0.height, 7);
    let refused: Vec<u64> = newest.refused.iter().map(|refused| refused.file.height).collect();
    assert_eq!(refused, [100, 99]);

    assert_eq!(remove_snapshots_below(scratch.path(), 99).unwrap().len(), 2);
    assert_eq!(list_snapshots(scratch.path()).unwrap().len(), 2);
}

#[test]
fn every_flip_and_every_cut_of_a_snapshot_is_named() {
    let scratch = Scratch::new("flips");
    let file = write(&scratch, 4);
    let bytes = fs::read(&file.path).unwrap();
    assert_eq!(bytes.len(), 52 + body(4).len() + 40);
    for place in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (place % 8);
        fs::write(&file.path, &flipped).unwrap();
        let error = open_snapshot(&file, &GENESIS).err().unwrap_or_else(|| panic!("flip at {place} passed"));
        assert!(matches!(error, DiskError::BadFile { .. } | DiskError::WrongVersion { .. }), "{place}: {error}");
        fs::write(&file.path, &bytes[..place]).unwrap();
        let error = open_snapshot(&file, &GENESIS).err().unwrap_or_else(|| panic!("cut at {place} passed"));
        assert!(matches!(error, DiskError::BadFile { .. }), "{place}: {error}");
    }
    fs::write(&file.path, &bytes).unwrap();
    open_snapshot(&file, &GENESIS).unwrap();
    assert!(matches!(open_snapshot(&file, &[9; 32]), Err(DiskError::WrongGenesis { .. })));
}
