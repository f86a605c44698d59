//! The genesis file: one readable file, same meaning, same network.

mod common;

use std::fs;

use common::*;
use gage_node::{genesis_text, parse_genesis, read_genesis, write_genesis};

#[test]
fn a_genesis_is_the_same_network_in_both_forms() {
    let scratch = Scratch::new("genesis-json");
    let path = scratch.path().join("genesis.json");
    write_genesis(&path, &genesis()).unwrap();
    assert_eq!(read_genesis(&path).unwrap(), genesis());
    std::fs::write(&path, "{\"network\": 7}").unwrap();
    let error = read_genesis(&path).unwrap_err().to_string();
    assert!(error.contains("genesis.json") && error.contains("line 1"), "{error}");
}

#[test]
fn what_is_written_is_read_back_as_the_same_network() {
    let scratch = Scratch::new("genesis");
    let path = scratch.path().join("genesis.toml");
    write_genesis(&path, &genesis()).unwrap();
    assert_eq!(read_genesis(&path).unwrap(), genesis());
    assert_eq!(read_genesis(&path).unwrap().hash(), genesis().hash());
    let commented = format!("# a comment\n\n{}", genesis_text(&genesis()).unwrap());
    assert_eq!(parse_genesis(&commented).unwrap().hash(), genesis().hash());
}

#[test]
fn a_mistake_is_named_with_its_line_and_key() {
    let scratch = Scratch::new("genesis-bad");
    let path = scratch.path().join("genesis.toml");
    let text = genesis_text(&genesis()).unwrap();
    let cases = [
        (text.replace("weight_max", "weight_maximum"), "weight_maximum"),
        (text.replace("decimals = 2", "decimals = \"two\""), "decimals"),
        (text.replace("threshold = 1", "threshold = -1"), "threshold"),
        (text.replacen("gage1", "gage1q", 1), "account"),
        (format!("{text}\n[[oops\n"), "line"),
    ];
    for (text, word) in cases {
        fs::write(&path, text).unwrap();
        let error = read_genesis(&path).unwrap_err().to_string();
        assert!(error.contains("genesis.toml") && error.contains("line "), "{error}");
        assert!(error.contains(word), "{word}: {error}");
    }
    fs::remove_file(&path).unwrap();
    assert!(read_genesis(&path).unwrap_err().to_string().contains("cannot be read"));
}
