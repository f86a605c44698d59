//! Plays every scenario file of the rules and attacks; a file is named by its rule, or by what is tried.

use std::fs;
use std::path::{Path, PathBuf};

use gage_testkit::scenario;

/// Plays every file of a folder of scenarios, of which there are at least so many.
fn play_all(folder: &str, least: usize) {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "gage"));
    paths.sort();
    let mut failed = Vec::new();
    for path in &paths {
        let text = fs::read_to_string(path).unwrap();
        match scenario::play(&text) {
            Ok(summary) => println!("{}: {summary:?}", path.file_name().unwrap().display()),
            Err(failure) => failed.push(format!("{}: {failure}", path.display())),
        }
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
    assert!(paths.len() >= least, "the scenario files are there: {}", paths.len());
}

#[test]
fn every_rule_holds() {
    play_all("rules", 14);
}

#[test]
fn only_who_may_hold_holds() {
    play_all("compliance", 8);
}

#[test]
fn every_attack_fails() {
    play_all("attacks", 6);
}

/// A block has exactly one receipt per transaction and bundle; the runner counts them in every block.
#[test]
fn receipts_match() {
    let text = "open alice 1 ETH\nopen bob\nbegin\ntransfer alice bob 0.5 ETH\ntransfer alice bob 5 ETH -> InsufficientBalance\nfault alice\nend\n";
    assert_eq!(scenario::play(text).unwrap().transactions, 5);
}

#[test]
fn the_same_scenario_gives_the_same_root() {
    let text = "price ETH 200\nopen alice 10 ETH\nvault alice GUSD\ndeposit alice vault-1 10 ETH\n";
    assert_eq!(scenario::play(text), scenario::play(text));
}

#[test]
fn a_scenario_can_fail() {
    for (line, text) in [
        (2, "open alice 1 ETH\nexpect alice ETH 2\n"),
        (2, "open alice 1 ETH\ntransfer alice bank 2 ETH\n"),
        (2, "open alice 1 ETH\ntransfer alice bank 1 ETH -> InsufficientBalance\n"),
        (1, "dance\n"),
        (1, "open alice 1 ETH ->\n"),
        (1, "transfer alice bank 1 ETH\n"),
        (1, "expect ETH fresh\n"),
        (0, "begin\n"),
    ] {
        assert_eq!(scenario::play(text).unwrap_err().line, line, "{text}");
    }
}
