//! The commands as a newcomer uses them: keys, a genesis file, a node, transactions, proofs, audits.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

const PASSWORD: &str = "a password for tests";

struct Place {
    dir: PathBuf,
}

impl Place {
    fn new(name: &str) -> Place {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        fs::create_dir_all(&dir).unwrap();
        Place { dir }
    }

    fn gage(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gage"));
        command.current_dir(&self.dir).env("GAGE_PASSWORD", PASSWORD).env_remove("GAGE_NODE");
        command.args(arguments).output().unwrap()
    }

    /// What a command prints that must succeed.
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.gage(arguments);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Exit code and words of a command that must fail.
    fn fails(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.gage(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code().unwrap_or(-1), words)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.dir));
    }
}

/// A running node, ended with the test.
struct Running {
    child: Child,
    url: String,
}

impl Running {
    fn start(place: &Place) -> Running {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gage"))
            .current_dir(&place.dir)
            .args(["node", "--dir", "data", "--genesis", "genesis.toml", "--listen", "127.0.0.1:0"])
            .args(["--interval-ms", "20", "--snapshot-every", "5"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines.find_map(|line| {
            line.unwrap().strip_prefix("api      ").map(|rest| rest.split(' ').next().unwrap().to_owned())
        });
        Running { child, url: url.unwrap() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn field(text: &str, name: &str) -> String {
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} in {text}"));
    line.split_whitespace().nth(1).unwrap().to_owned()
}

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
    let (_, words) = place.fails(&["show", "vault", "77", "--node", url]);
    assert!(words.contains("UnknownVault"), "{words}");
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
    assert!(code == 1 && words.contains("does not hold"), "{words}");
    let (_, words) = place.fails(&["verify", "genesis.toml"]);
    assert!(words.contains("genesis.toml"), "{words}");

    assert!(place.ok(&["audit", "--node", url]).contains("Every unit is accounted for"));
    let dead = node.url.clone();
    drop(node);
    let (code, words) = place.fails(&["show", "status", "--node", &dead]);
    assert!(code == 1 && words.contains("does not answer"), "{words}");

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
}
