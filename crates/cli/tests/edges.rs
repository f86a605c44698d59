//! What a user of other tools expects of a command line: exit codes, JSON, configuration, names and units, dry runs,
//! lists in pages, streams that go on after a break, completions, the manual.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use common::{Place, Running, field};

const WORDS: &str = "test test test test test test test test test test test junk";

/// Alice, who issues and governs, and bob; the file of the network; names for both in a configuration.
fn people(place: &Place, node: &str) -> (String, String) {
    let mut keys = Vec::new();
    let mut ids = Vec::new();
    for name in ["alice", "bob"] {
        let shown = place.ok(&["keys", "new", "--out", &format!("{name}.json")]);
        keys.push(field(&shown, "key"));
        ids.push(field(&shown, "account"));
    }
    place.ok(&["genesis", "new", "--key", &keys[0], "--key", &keys[1], "--out", "genesis.toml"]);
    fs::create_dir_all(place.dir.join("config/gage")).unwrap();
    let text =
        format!("node = '{node}'\nkey = '../../alice.json'\n[accounts]\nalice = '{}'\nbob = '{}'\n", ids[0], ids[1]);
    fs::write(place.dir.join("config/gage/config.toml"), text).unwrap();
    (ids.swap_remove(0), ids.swap_remove(0))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text.trim()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The exit code, and the error of the error stream.
fn refused(place: &Place, arguments: &[&str]) -> (i32, Value) {
    let output = place.gage(arguments);
    let errors = String::from_utf8(output.stderr).unwrap();
    let last = errors.lines().last().unwrap_or_else(|| panic!("{arguments:?} says nothing"));
    let error = json(last)["error"].clone();
    assert!(!error["sentence"].as_str().unwrap().is_empty(), "{errors}");
    assert_eq!(error["exit"], output.status.code().unwrap(), "{errors}");
    (output.status.code().unwrap(), error)
}

#[test]
fn every_exit_code_and_its_json() {
    let place = Place::new("edges-exit");
    people(&place, "http://127.0.0.1:9");
    // 1 and 2: no node is needed.
    let (code, error) = refused(&place, &["--json", "keys", "show", "nothing.json"]);
    assert_eq!((code, error["name"].as_str().unwrap()), (1, "Failed"));
    for wrong in [&["--json", "shw"][..], &["--json", "tx", "vaults", "borow"], &["show", "vault-proof", "--json"]] {
        let (code, error) = refused(&place, wrong);
        assert_eq!((code, error["name"].as_str().unwrap()), (2, "Usage"), "{wrong:?}");
    }
    let (_, error) = refused(&place, &["--json", "tx", "vaults", "borrow", "--vault", "1"]);
    assert!(error["sentence"].as_str().unwrap().contains("--amount <AMOUNT>"), "{error}");
    assert_eq!(place.gage(&["--help"]).status.code(), Some(0));
    let (code, words) = place.fails(&["tx", "vaults", "borrow", "--vault", "x"]);
    assert!(code == 2 && words.contains("--amount"), "{code} {words}");
    // 4: nobody listens.
    let (code, error) = refused(&place, &["--json", "show", "status"]);
    assert_eq!((code, error["name"].as_str().unwrap()), (4, "Unreachable"));
    assert!(error["remedy"].as_str().unwrap().contains("gage node"));
    let (code, words) = place.fails(&["show", "status"]);
    assert!(code == 4 && words.contains("--node, GAGE_NODE"), "{words}");

    let node = Running::start_at(&place, "127.0.0.1:0", &["--manual"]);
    let url = node.url.as_str();
    // 3: the node has no such thing; the ledger's own check, before anything is signed; a receipt.
    let (code, error) =
        refused(&place, &["--json", "--config", "config/gage/config.toml", "show", "vault", "7", "--node", url]);
    assert_eq!((code, error["name"].as_str().unwrap(), error["code"].as_u64().unwrap() > 0), (3, "UnknownVault", true));
    assert!(!error["remedy"].as_str().unwrap().is_empty());
    let nothing = ["tx", "--json", "--node", url, "ledger", "transfer", "--to", "bob", "--quantity", "0 USD"];
    let (code, error) = refused(&place, &nothing);
    assert_eq!((code, error["name"].as_str().unwrap()), (3, "ZeroAmount"), "{error}");
    // 6: this node makes no block by itself.
    let give = ["tx", "--node", url, "--wait", "1", "transfer", "--to", "bob", "--amount", "1 USD"];
    let output = place.gage(&give);
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("gage show tx"));
    // 0: only submitted, as asked; by bob, for alice's next nonce waits already.
    let give =
        ["tx", "--node", url, "--key", "bob.json", "--wait", "0", "transfer", "--to", "alice", "--amount", "2 USD"];
    assert_eq!(place.gage(&give).status.code(), Some(0));
    drop(node);

    // 5: a proof that does not hold.
    let node = Running::start(&place);
    let give = ["tx", "--json", "--node", &node.url, "transfer", "--to", "bob", "--amount", "3 USD"];
    let status = json(&place.ok(&give));
    let hash = status["transaction"].as_str().unwrap();
    let mut proof = String::new();
    for _ in 0..200 {
        let output = place.gage(&["show", "tx-proof", hash, "--node", &node.url]);
        if output.status.success() {
            proof = String::from_utf8(output.stdout).unwrap();
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let receipt = json(&proof)["receipt"].as_str().unwrap().to_owned();
    let forged = proof.replace(&receipt, &receipt.replacen(&receipt[..2], "7f", 1));
    fs::write(place.dir.join("forged.json"), forged).unwrap();
    let (code, error) = refused(&place, &["verify", "forged.json", "--json"]);
    assert_eq!((code, error["name"].as_str().unwrap()), (5, "CheckFailed"), "{error}");
}

#[test]
fn an_option_goes_before_a_variable_and_a_variable_before_the_file() {
    let mut place = Place::new("edges-config");
    let (alice, _) = people(&place, "http://127.0.0.1:9");
    let node = Running::start(&place);
    // The file names a node that is not there.
    assert_eq!(place.gage(&["show", "status"]).status.code(), Some(4));
    place.set("GAGE_NODE", &node.url);
    place.ok(&["show", "status"]);
    assert_eq!(place.gage(&["show", "status", "--node", "http://127.0.0.1:8"]).status.code(), Some(4));
    // Names of accounts, and the key, are of the file.
    let holdings = json(&place.ok(&["show", "holdings", "alice", "--json"]));
    assert_eq!(holdings, json(&place.ok(&["show", "holdings", &alice, "--json"])));
    assert!(place.ok(&["tx", "open-vault"]).contains("outcome      done"));
    assert!(place.ok(&["tx", "--key", "bob.json", "open-vault"]).contains("\"vault\":2"));
    // The password: a file named by an option, before the variable.
    fs::write(place.dir.join("wrong.txt"), "another password\n").unwrap();
    let (code, words) = place.fails(&["tx", "--password-file", "wrong.txt", "open-vault"]);
    assert!(code == 1 && words.contains("wrong"), "{words}");
    // What a file must not say, and one that is not there.
    fs::write(place.dir.join("odd.toml"), "nod = 'x'\n").unwrap();
    let (code, words) = place.fails(&["--config", "odd.toml", "show", "status"]);
    assert!(code == 1 && words.contains("unknown field `nod`"), "{words}");
    let (code, words) = place.fails(&["--config", "none.toml", "show", "status"]);
    assert!(code == 1 && words.contains("none.toml"), "{words}");
}

#[test]
fn a_dry_run_is_what_then_happens() {
    let mut place = Place::new("edges-dry");
    people(&place, "http://127.0.0.1:9");
    let node = Running::start(&place);
    place.set("GAGE_NODE", &node.url);
    let price = ["--feed", "0", "--price", "200", "--confidence", "0.1", "--observed-at", "now"];
    place.ok(&[&["tx", "oracle", "report"], &price[..]].concat());
    place.ok(&["tx", "vaults", "open-vault", "--facility", "1"]);
    place.ok(&["tx", "vaults", "deposit", "--vault", "1", "--amount", "10 WETH"]);

    let acts: [(&[&str], i32); 3] = [
        (&["vaults", "borrow", "--vault", "1", "--amount", "500 GUSD"], 0),
        (&["vaults", "borrow", "--vault", "1", "--asset", "GUSD", "--amount", "9000"], 3),
        (&["ledger", "transfer", "--to", "bob", "--quantity", "12.5 USD"], 0),
    ];
    for (act, exit) in acts {
        let dry = place.gage(&[&["tx", "--dry-run", "--json"], act].concat());
        let done = place.gage(&[&["tx", "--json"], act].concat());
        assert_eq!((dry.status.code(), done.status.code()), (Some(exit), Some(exit)), "{act:?}");
        let dry = json(&String::from_utf8(dry.stdout).unwrap());
        let done = json(&String::from_utf8(done.stdout).unwrap());
        for part in ["outcome", "code", "name", "sentence", "fee", "weight", "events"] {
            assert_eq!(dry["receipt"][part], done["receipt"][part], "{part} of {act:?}");
        }
        assert_eq!(dry["postings"].as_array().unwrap().is_empty(), exit == 3, "{dry}");
    }
    // Nothing was done by trying, and people read who gets what.
    let text = place.ok(&["tx", "--dry-run", "transfer", "--to", "bob", "--amount", "1 USD"]);
    for expected in ["nothing is done", "outcome      done", "the acting account", "bob", "1 USD#0"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    // Without a key: all keys of the account are taken to sign.
    let bare = ["--config", "/dev/null", "tx", "--dry-run", "--account"];
    let bob = field(&place.ok(&["keys", "show", "bob.json"]), "account");
    let (code, words) =
        place.fails(&[&bare[..], &[&bob, "vaults", "borrow", "--vault", "1", "--amount", "1 GUSD"]].concat());
    assert!(code == 3 && words.contains("rejected"), "{words}");
}

#[test]
fn lists_are_followed_to_the_end_and_streams_go_on_after_a_break() {
    let mut place = Place::new("edges-lists");
    people(&place, "http://127.0.0.1:9");
    // A port that is free now; the node comes back to it.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let options = ["--interval-ms", "20"];
    let node = Running::start_at(&place, &free, &options);
    place.set("GAGE_NODE", &node.url);
    let watch = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gage"));
        command.current_dir(&place.dir).args(["watch", "--json", "--node", &node.url]).args(more);
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    };
    // Everything from the first block on, across a restart of the node.
    let watching = watch(&["blocks", "--from", "1", "--count", "12"]);
    let create = r#"{"ledger":{"create_asset":{"symbol":"NOTE","decimals":2,"itemised":false}}}"#;
    fs::write(place.dir.join("many.json"), format!("[{}]", [create; 64].join(","))).unwrap();
    for _ in 0..6 {
        place.ok(&["tx", "send", "--operations", "@many.json"]);
    }
    // What is kept in a file is gone on from in another run.
    let seen = || fs::read_to_string(place.dir.join("seen.txt")).unwrap().trim().parse::<u64>().unwrap();
    let first = watch(&["blocks", "--from", "1", "--count", "2"]).wait_with_output().unwrap();
    let first = json(String::from_utf8(first.stdout).unwrap().lines().last().unwrap())["sequence"].as_u64().unwrap();
    fs::write(place.dir.join("seen.txt"), format!("{first}\n")).unwrap();
    let rest = watch(&["blocks", "--resume", "seen.txt", "--count", "3"]).wait_with_output().unwrap();
    let sequences: Vec<u64> =
        String::from_utf8(rest.stdout).unwrap().lines().map(|line| json(line)["sequence"].as_u64().unwrap()).collect();
    assert_eq!((sequences, seen()), ((first + 1..=first + 3).collect(), first + 3));

    drop(node);
    let node = Running::start_at(&place, &free, &options);
    for _ in 0..6 {
        place.ok(&["tx", "send", "--operations", "@many.json"]);
    }
    let output = watching.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let sequences: Vec<u64> = text.lines().map(|line| json(line)["sequence"].as_u64().unwrap()).collect();
    assert_eq!(sequences, (1..=12).collect::<Vec<_>>(), "none is left out, none comes twice");

    // 771 assets in pages of 500; a line for each.
    let lines = place.ok(&["query", "list_assets", "--json"]);
    let ids: Vec<u64> = lines.lines().map(|line| json(line)["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, (0..3 + 12 * 64).collect::<Vec<_>>());
    let table = place.ok(&["query", "list-assets", "--most", "3"]);
    assert!(table.lines().count() >= 4 && table.contains("WETH"), "{table}");
    let one = json(&place.ok(&["query", "get_asset", "1", "--json"]));
    assert_eq!(one["symbol"], "WETH");
    // Several assets have the symbol now: the number says which.
    let (code, words) = place.fails(&["tx", "transfer", "--to", "bob", "--amount", "1 NOTE"]);
    assert!(code == 1 && words.contains("NOTE#3 or NOTE#4"), "{words}");
    let (code, words) = place.fails(&["watch", "vault", "99", "--once", "--count", "1"]);
    assert!(code == 3 && words.contains("UnknownVault"), "{words}");
    drop(node);
    let (code, words) = place.fails(&["watch", "blocks"]);
    assert_eq!(code, 4, "{words}");
}

#[test]
fn the_words_of_a_wallet_open_its_account() {
    let mut place = Place::new("edges-mnemonic");
    place.set("GAGE_MNEMONIC", WORDS);
    let shown = json(&place.ok(&["keys", "import", "--out", "wallet.json", "--json"]));
    assert_eq!(shown["wallet"], "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    let again = json(&place.ok(&["keys", "show", "wallet.json", "--json"]));
    assert_eq!((&again["key"], &again["account"]), (&shown["key"], &shown["account"]));
    assert!(!fs::read_to_string(place.dir.join("wallet.json")).unwrap().contains("junk"));
    fs::write(place.dir.join("words.txt"), "test test junk\n").unwrap();
    let (code, words) = place.fails(&["keys", "import", "--out", "b.json", "--mnemonic-file", "words.txt"]);
    assert!(code == 1 && words.contains("no mnemonic"), "{words}");
    let (_, words) = place.fails(&["keys", "import", "--out", "wallet.json"]);
    assert!(words.contains("never written over"), "{words}");
}

/// Whether a program is there.
fn is_there(program: &str) -> bool {
    Command::new("sh").args(["-c", &format!("command -v {program}")]).stdout(Stdio::null()).status().unwrap().success()
}

#[test]
fn shells_read_the_completions_and_man_reads_the_pages() {
    let place = Place::new("edges-shells");
    let shells: [(&str, &[&str]); 3] = [("bash", &["-n"]), ("zsh", &["-n"]), ("fish", &["--no-execute"])];
    for (shell, check) in shells {
        let script = place.ok(&["completions", shell]);
        assert!(script.contains("set-ladder") && script.contains("list_vaults"), "{shell}");
        fs::write(place.dir.join(shell), script).unwrap();
        if is_there(shell) {
            let read = Command::new(shell).args(check).arg(place.dir.join(shell)).output().unwrap();
            assert!(read.status.success(), "{shell}: {}", String::from_utf8_lossy(&read.stderr));
        } else {
            println!("SKIPPED: {shell} is not installed, its script was made and not read");
        }
    }
    let completes =
        "source ./bash; COMP_WORDS=(gage tx vaults bor); COMP_CWORD=3; _gage gage bor vaults; echo \"${COMPREPLY[@]}\"";
    let found = Command::new("bash").args(["-c", completes]).current_dir(&place.dir).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout).trim(), "borrow", "{}", String::from_utf8_lossy(&found.stderr));

    let page = place.ok(&["man"]);
    for section in ["EXIT STATUS", "ENVIRONMENT", "FILES", "GAGE_NODE"] {
        assert!(page.contains(section), "{section}");
    }
    place.ok(&["man", "--dir", "man1"]);
    let pages: Vec<_> = fs::read_dir(place.dir.join("man1")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(pages.len() > 250, "{} pages", pages.len());
    for page in [place.dir.join("man1/gage.1"), place.dir.join("man1/gage-tx-vaults-borrow.1")] {
        let text = fs::read_to_string(&page).unwrap();
        assert!(text.starts_with(".ie") && text.contains(".TH") && text.contains(".SH NAME"), "{text}");
        assert!(text.contains("\\fBgage tx vaults borrow\\fR") || page.ends_with("gage.1"), "{text}");
        let readers: [(&str, &[&str]); 2] =
            [("mandoc", &["-T", "lint", "-W", "error"]), ("groff", &["-man", "-z", "-ww"])];
        for (reader, arguments) in readers {
            if is_there(reader) {
                let read = Command::new(reader).args(arguments).arg(&page).output().unwrap();
                assert!(read.status.success() && read.stderr.is_empty(), "{reader}: {read:?}");
            } else {
                println!("SKIPPED: {reader} is not installed, {} was made and not read", page.display());
            }
        }
    }
}

#[test]
fn the_page_says_every_code_and_variable() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md")).unwrap();
    let place = Place::new("edges-page");
    let help = place.ok(&["--help"]);
    let codes = help.split("Exit codes:\n").nth(1).unwrap();
    for line in codes.lines() {
        let (code, meaning) = line.trim().split_once("  ").unwrap();
        assert!(page.contains(&format!("| {code} | {meaning} |")), "{line}");
    }
    assert_eq!(codes.lines().count(), 7);
    let manual = place.ok(&["man"]);
    let environment = manual.split(".SH ENVIRONMENT").nth(1).unwrap().split(".SH").next().unwrap();
    let variables: Vec<&str> = environment
        .lines()
        .filter_map(|line| line.strip_prefix("\\fBGAGE\\_").or_else(|| line.strip_prefix("\\fBGAGE_")))
        .collect();
    assert!(variables.len() >= 14, "{environment}");
    for variable in variables {
        let name = variable.split("\\f").next().unwrap().replace('\\', "");
        assert!(page.contains(&format!("| `GAGE_{name}` |")), "{name}");
    }
}
