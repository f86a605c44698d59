//! `gage history` and `gage export` on the directory of a node that has stopped.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use gage_chain::Genesis;
use gage_node::{Node, NodeConfig};
use gage_units::{Amount, Timestamp};
use serde_json::Value;

struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A network with one asset and five empty blocks.
fn node(name: &str) -> Scratch {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    drop(fs::remove_dir_all(&dir));
    let mut genesis =
        Genesis { network: "cli-history".to_owned(), time: Timestamp(1_600_000_000_000), ..Genesis::default() };
    let key = gage_crypto::SecretKey::from_bytes(gage_crypto::Scheme::Ed25519, &[1; 32]).unwrap();
    let keys = vec![gage_accounts::NewKey::owner(key.public_key())];
    let id = gage_chain::genesis_account_id(&keys, 1).unwrap();
    genesis.accounts.accounts.push(gage_accounts::GenesisAccount { id: None, keys, threshold: 1 });
    genesis.ledger.assets.push(gage_ledger::GenesisAsset {
        symbol: "USD".to_owned(),
        decimals: 2,
        issuer: Some(id),
        module: None,
        itemised: false,
    });
    let asset = gage_units::AssetId(0);
    genesis.ledger.balances.push(gage_ledger::GenesisBalance { account: id, asset, amount: Amount(12_345) });
    let node = Node::start(NodeConfig::new(&dir, genesis)).unwrap();
    for block in 1..=5 {
        node.handle().seal(Timestamp(1_600_000_000_000 + block * 1_000)).unwrap();
    }
    node.stop().unwrap();
    Scratch(dir)
}

fn gage(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gage")).args(arguments).env_remove("GAGE_HISTORY").output().unwrap()
}

fn said(arguments: &[&str]) -> String {
    let output = gage(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_history_is_rebuilt_asked_and_exported() {
    let scratch = node("history-commands");
    let dir = scratch.0.to_str().unwrap();
    let missing = gage(&["history", "status", "--dir", dir]);
    let sentence = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(!missing.status.success() && sentence.contains("gage history rebuild"), "{sentence}");

    assert!(said(&["history", "rebuild", "--dir", dir]).starts_with("5 blocks recorded"));
    let status: Value = serde_json::from_str(&said(&["history", "status", "--dir", dir, "--json"])).unwrap();
    assert_eq!((&status["height"], &status["begins"], &status["engine"]), (&5.into(), &0.into(), &"sqlite".into()));
    let sql = "SELECT symbol, quantity, purpose FROM statement";
    assert_eq!(said(&["history", "sql", "--dir", dir, sql]), "USD\t123.45\topening\n");
    let named = said(&["history", "sql", "--columns", "--dir", dir, sql]);
    assert_eq!(named, "symbol\tquantity\tpurpose\nUSD\t123.45\topening\n");
    let wrong = gage(&["history", "sql", "--dir", dir, "SELECT colour FROM postings"]);
    let sentence = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(sentence.contains("the statement does not run: no such column: colour"), "{sentence}");
    // What a statement changes does not stay.
    said(&["history", "sql", "--dir", dir, "DELETE FROM postings"]);
    assert_eq!(said(&["history", "sql", "--dir", dir, sql]), "USD\t123.45\topening\n");
    assert!(said(&["history", "follow", "--once", "--dir", dir]).starts_with("0 blocks recorded"));
    assert!(said(&["history", "rebuild", "--dir", dir]).starts_with("5 blocks recorded"));

    let out = scratch.0.join("out");
    let out = out.to_str().unwrap();
    let files = said(&["export", "--dir", dir, "--csv", out, "--parquet", out, "--only", "blocks", "--json"]);
    let files: Value = serde_json::from_str(&files).unwrap();
    assert_eq!(files["files"].as_array().unwrap().len(), 2);
    assert_eq!(files["files"][0]["rows"], 6);
    assert_eq!(fs::read_to_string(format!("{out}/blocks.csv")).unwrap().lines().count(), 7);
    let unknown = gage(&["export", "--dir", dir, "--csv", out, "--only", "everything"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("choose among blocks, transactions"));
}
