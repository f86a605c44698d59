//! Processes that die and disks that fill: nothing acknowledged is lost, a failed handle stays failed.

mod disk_support;

use disk_support::*;
use gage_node::disk::{DiskError, remove_leftovers};
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

const CHILD_DIR: &str = "GAGE_DISK_CHILD_DIR";
const SEGMENT: u64 = 64 << 10;
const ROUNDS: u64 = 30;

/// Bodies of 0 to 20 kB, a few longer than a segment.
fn long(height: u64) -> Vec<u8> {
    let length = match height % 23 {
        0 => 0,
        7 => 90_000,
        other => other * height * 131 % 20_000,
    };
    (0..length).map(|at| (height * 31 + at * 7) as u8).collect()
}

/// Says a line to the parent; the leading line feed ends what the test harness may have begun.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n{text}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// Not a test by itself: the process that `killed_at_random_points_nothing_acknowledged_is_lost` starts and kills.
#[test]
fn child_appends_until_killed() {
    let Ok(dir) = env::var(CHILD_DIR) else { return };
    let (mut log, _) = open(Path::new(&dir), SEGMENT).unwrap();
    loop {
        let next = log.next_height();
        let bodies: Vec<Vec<u8>> = (next..=next + next % 4).map(long).collect();
        let slices: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        log.append(next, &slices).unwrap();
        say(&format!("ACK {}", log.next_height()));
    }
}

#[test]
fn killed_at_random_points_nothing_acknowledged_is_lost() {
    let scratch = Scratch::new("kill");
    let (mut acknowledged, mut torn_rounds) = (1, 0);
    for round in 0..ROUNDS {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child_appends_until_killed", "--nocapture"])
            .env(CHILD_DIR, scratch.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let (acks, begun) = channel();
        let reader = thread::spawn(move || {
            let mut last = None;
            for line in BufReader::new(stdout).lines() {
                if let Some(height) = line.unwrap().strip_prefix("ACK ") {
                    last = height.parse::<u64>().ok();
                    // After the last that is waited for nobody listens any more.
                    acks.send(()).unwrap_or_default();
                }
            }
            last
        });
        // One life in five ends anywhere, also while it starts; the others after so many appends and a little.
        for _ in 0..round % 5 * 3 {
            begun.recv_timeout(Duration::from_secs(60)).expect("the child appends within a minute");
        }
        thread::sleep(Duration::from_micros(round * 7_919 % 9_000));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged = reader.join().unwrap().unwrap_or(acknowledged);

        let (log, recovered) = open(scratch.path(), SEGMENT).unwrap_or_else(|error| panic!("round {round}: {error}"));
        assert!(recovered.next_height >= acknowledged, "round {round}: {acknowledged} acknowledged, {recovered:?}");
        for block in log.iter_from(log.first_height()) {
            let (height, bytes) = block.unwrap();
            assert!(bytes == long(height), "round {round}: block {height}");
        }
        torn_rounds += u32::from(recovered.torn_bytes > 0);
    }
    assert!(acknowledged > 100, "the child wrote only {acknowledged} blocks in {ROUNDS} rounds");
    println!("{acknowledged} blocks acknowledged in {ROUNDS} rounds, {torn_rounds} rounds left a torn tail");
}

/// Not a test by itself: runs under a limit on file length and reports what the log answers.
#[test]
fn child_meets_a_limit() {
    let Ok(dir) = env::var(format!("{CHILD_DIR}_LIMITED")) else { return };
    let (mut log, _) = open(Path::new(&dir), SEGMENT).unwrap();
    for height in 1..=3 {
        append_one(&mut log, height);
    }
    say(&format!("FIRST {}", log.append(4, &[&vec![1; 4 << 20]]).unwrap_err()));
    say(&format!("THEN {}", log.append(4, &[b"small"]).unwrap_err()));
    say(&format!("READ {:?}", log.read(3).unwrap().unwrap() == body(3)));
}

#[test]
fn a_full_disk_stops_the_handle_and_loses_nothing() {
    let scratch = Scratch::new("full");
    let output = Command::new("sh")
        .args(["-c", "ulimit -f 1000; trap '' XFSZ; exec \"$@\"", "sh"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "child_meets_a_limit", "--nocapture"])
        .env(format!("{CHILD_DIR}_LIMITED"), scratch.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let line =
        |word: &str| text.lines().find(|line| line.starts_with(word)).unwrap_or_else(|| panic!("no {word} in {text}"));
    assert!(line("FIRST").contains("cannot write") && line("FIRST").contains("File too large"), "{text}");
    assert!(line("THEN").contains("refuses to write after an earlier failure"), "{text}");
    assert!(line("THEN").contains("File too large"), "{text}");
    assert!(line("READ").contains("true"), "{text}");

    let (mut log, recovered) = open(scratch.path(), SEGMENT).unwrap();
    assert_eq!((recovered.next_height, recovered.torn_bytes), (4, 0));
    append_one(&mut log, 4);
    check_blocks(&log);
}

#[test]
fn a_write_error_is_final_for_the_handle() {
    let scratch = Scratch::new("poison");
    let (mut log, _) = open(scratch.path(), SEGMENT).unwrap();
    log.append(1, &[&[1; 100]]).unwrap();
    // The log is short, so no next segment was prepared yet. A directory where the next segment should be made: the system refuses, as a full disk would.
    let obstacle = scratch.path().join("next-segment.tmp");
    fs::create_dir(&obstacle).unwrap();
    let error = log.append(2, &[&[2; 70_000]]).unwrap_err();
    assert!(matches!(&error, DiskError::Io { path, .. } if *path == obstacle), "{error}");
    fs::remove_dir(&obstacle).unwrap();
    for _ in 0..2 {
        let error = log.append(2, &[b"small"]).unwrap_err();
        assert!(matches!(error, DiskError::Poisoned { .. }), "{error}");
    }
    assert!(matches!(log.prune_below(1).unwrap_err(), DiskError::Poisoned { .. }));
    assert_eq!(log.read(1).unwrap().unwrap(), [1; 100]);
    assert_eq!(log.next_height(), 2);
    drop(log);
    let (mut log, recovered) = open(scratch.path(), SEGMENT).unwrap();
    assert_eq!((recovered.next_height, recovered.torn_bytes), (2, 0));
    log.append(2, &[&[2; 70_000]]).unwrap();
}

#[test]
fn a_new_segment_that_never_got_its_name_is_no_block() {
    // Killed between the sync of a new segment and its renaming: the group was not acknowledged.
    let scratch = Scratch::new("unnamed");
    let (mut log, _) = open(scratch.path(), 8192).unwrap();
    let mut height = 1;
    while segments(scratch.path()).len() < 2 {
        append_one(&mut log, height);
        height += 1;
    }
    drop(log);
    // The state before the renaming: the new file still has its temporary name, the old one no note that the log goes on.
    let paths = segments(scratch.path());
    fs::rename(&paths[1], scratch.path().join("next-segment.tmp")).unwrap();
    let mut old = fs::read(&paths[0]).unwrap();
    // The second segment begins with the block appended last.
    let end = *ends((1..height - 1).map(body)).last().unwrap();
    old[end..].fill(0);
    fs::write(&paths[0], &old).unwrap();
    let (mut log, recovered) = open(scratch.path(), 8192).unwrap();
    assert_eq!((recovered.next_height, recovered.segments), (height - 1, 1));
    append_one(&mut log, height - 1);
    check_blocks(&log);
    drop(log);
    assert!(remove_leftovers(scratch.path()).unwrap().len() <= 1);
}

#[test]
fn a_missing_note_at_the_end_of_a_closed_segment_is_written_at_the_next_start() {
    let scratch = Scratch::new("seal");
    let (mut log, _) = open(scratch.path(), 8192).unwrap();
    let mut height = 1;
    while segments(scratch.path()).len() < 2 {
        append_one(&mut log, height);
        height += 1;
    }
    drop(log);
    // Killed between the renaming of the new segment and the note in the old one.
    let paths = segments(scratch.path());
    let mut old = fs::read(&paths[0]).unwrap();
    // The second segment begins with the block appended last.
    let end = *ends((1..height - 1).map(body)).last().unwrap();
    old[end..].fill(0);
    fs::write(&paths[0], &old).unwrap();
    drop(open(scratch.path(), 8192).unwrap());
    fs::remove_file(&paths[1]).unwrap();
    let error = refusal(scratch.path(), 8192);
    assert!(matches!(&error, DiskError::MissingSegment { file, .. } if *file == paths[1]), "{error}");
}
