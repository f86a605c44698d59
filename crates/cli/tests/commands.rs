//! The commands as a newcomer uses them: keys, a genesis file, a node, transactions, proofs, audits.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use serde_json::Value;

use common::{Place, Running, field};

#[test]
fn from_a_key_to_an_audited_snapshot() {
    let place = Place::new("commands");
    let alice = place.ok(&["keys", "new", "--out", "alice.json"]);
    let wallet = place.ok(&["keys", "new", "--scheme", "wallet", "--out", "wallet.json"]);
    let (alice_key, wallet_key) = (field(&alice, "key"), field(&wallet, "key"));
    let (alice_id, wallet_id) = (field(&alice, "account"), field(&wallet, "account"));
    assert_eq!(place.ok(&["keys", "address", &alice_key]).trim(), alice_id);
    assert_eq!(field(&place.ok(&["keys", "show", "alice.json"]), "key"), alice_key);
    let (_, words) = place.fails(&["keys", "new", "--out", "alice.json"]);
    assert!(words.contains("never written over"), "{words}");

    place.ok(&["genesis", "new", "--key", &alice_key, "--key", &wallet_key, "--out", "genesis.toml"]);
    assert!(place.ok(&["genesis", "check", "genesis.toml"]).contains("every invariant holds"));
    let genesis = place.ok(&["genesis", "hash", "genesis.toml"]).trim().to_owned();
    let (_, words) = place.fails(&["node", "--dir", "empty"]);
    assert!(words.contains("--genesis FILE"), "{words}");

    let node = Running::start(&place);
    let url = node.url.as_str();
    let give = [
        "tx",
        "--node",
        url,
        "--key",
        "alice.json",
        "--json",
        "transfer",
        "--to",
        &wallet_id,
        "--asset",
        "0",
        "--amount",
        "12.5",
    ];
    let status: Value = serde_json::from_str(&place.ok(&give)).unwrap();
    assert_eq!(status["receipt"]["outcome"], "done", "{status}");
    let hash = status["transaction"].as_str().unwrap().to_owned();

    // A wallet signs text, with symbols that the client asked for.
    let open = place.ok(&["tx", "--node", url, "--key", "wallet.json", "open-vault"]);
    assert!(open.contains("outcome      done"), "{open}");
    let deposit =
        ["tx", "--node", url, "--key", "wallet.json", "deposit", "--vault", "1", "--asset", "1", "--amount", "10"];
    assert!(place.ok(&deposit).contains("outcome      done"));
    let (code, words) = place.fails(&[
        "tx",
        "--node",
        url,
        "--key",
        "wallet.json",
        "borrow",
        "--vault",
        "1",
        "--asset",
        "2",
        "--amount",
        "200",
    ]);
    assert_eq!(code, 3, "rejected, because nobody has reported a price: {words}");
    assert!(words.contains("why  "), "{words}");
    let (code, words) = place.fails(&[
        "tx",
        "--node",
        url,
        "--key",
        "wallet.json",
        "transfer",
        "--to",
        &alice_id,
        "--asset",
        "0",
        "--amount",
        "1.5x",
    ]);
    assert!(code == 1 && words.contains("18 decimal places"), "{words}");

    let vault = place.ok(&["show", "vault", "1", "--node", url]);
    assert!(vault.contains("positions") && vault.contains("10000000000000000000"), "{vault}");
    let holdings: Value =
        serde_json::from_str(&place.ok(&["show", "holdings", &wallet_id, "--node", url, "--json"])).unwrap();
    assert_eq!(holdings[0]["free"], "999012500000000000000000");
    let (code, words) = place.fails(&["show", "vault", "77", "--node", url]);
    assert!(code == 3 && words.contains("UnknownVault"), "{words}");
    assert!(place.ok(&["show", "tx", &hash, "--node", url]).contains("done"));

    // Proofs, checked without the node.
    fs::write(place.dir.join("vault.json"), place.ok(&["show", "vault-proof", "1", "--node", url])).unwrap();
    fs::write(place.dir.join("tx.json"), place.ok(&["show", "tx-proof", &hash, "--node", url])).unwrap();
    let words = place.ok(&["verify", "vault.json", "--genesis", "genesis.toml"]);
    for expected in ["The proof holds.", "What was checked", "What you trust", "positions", &genesis] {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    assert!(place.ok(&["verify", "tx.json", "--genesis-hash", &genesis]).contains("done"));
    let forged = fs::read_to_string(place.dir.join("vault.json")).unwrap();
    let value = serde_json::from_str::<Value>(&forged).unwrap()["value"].as_str().unwrap().to_owned();
    fs::write(place.dir.join("forged.json"), forged.replace(&value, &value.replacen("01", "02", 1))).unwrap();
    let (code, words) = place.fails(&["verify", "forged.json"]);
    assert!(code == 5 && words.contains("does not hold"), "{words}");
    let (_, words) = place.fails(&["verify", "genesis.toml"]);
    assert!(words.contains("genesis.toml"), "{words}");

    assert!(place.ok(&["audit", "--node", url]).contains("Every unit is accounted for"));
    let dead = node.url.clone();
    drop(node);
    let (code, words) = place.fails(&["show", "status", "--node", &dead]);
    assert!(code == 4 && words.contains("does not answer"), "{words}");

    // Killed, not stopped: the directory starts again and nothing ordered is lost.
    let again = Running::start(&place);
    let holdings = place.ok(&["show", "holdings", &wallet_id, "--node", &again.url, "--json"]);
    assert!(holdings.contains("999012500000000000000000"), "{holdings}");
    drop(again);
    let snapshots = fs::read_dir(place.dir.join("data/snapshots")).unwrap();
    let snapshot = snapshots.map(|entry| entry.unwrap().path()).next();
    let snapshot = snapshot.expect("a snapshot every five blocks");
    let words = place.ok(&["audit", "--snapshot", snapshot.to_str().unwrap()]);
    assert!(words.contains("recomputed here from the snapshot"), "{words}");
    // The newest snapshot that reads whole, out of the folder.
    assert!(place.ok(&["export", "--dir", "data", "--snapshot", "state.snapshot"]).contains("snapshot of block"));
    assert!(place.ok(&["audit", "--snapshot", "state.snapshot"]).contains("Every unit is accounted for"));
    let (code, words) = place.fails(&["export", "--dir", "data", "--snapshot", "state.snapshot"]);
    assert!(code == 1 && words.contains("exists already"), "{words}");
    fs::write(place.dir.join("state.snapshot"), "not one").unwrap();
    let (code, words) = place.fails(&["audit", "--snapshot", "state.snapshot"]);
    assert!(code == 1 && words.contains("state.snapshot"), "{words}");
}
