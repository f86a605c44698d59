//! Transactions signed by a token, by a group of people with shares, and by several keys of one account:
//! every step is a process of its own, as on machines of different people.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use common::{Place, Running, field};

/// Where Debian and others put the library of SoftHSM2.
const LIBRARIES: [&str; 5] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];

/// A new token in the folder, if SoftHSM2 is there.
fn token(place: &mut Place) -> bool {
    let Some(library) = LIBRARIES.iter().find(|path| Path::new(path).is_file()) else {
        let required = std::env::var_os("GAGE_REQUIRE_SOFTHSM").is_some();
        assert!(!required, "GAGE_REQUIRE_SOFTHSM is set, and SoftHSM2 is not installed");
        eprintln!("SKIPPED: SoftHSM2 is not installed (apt-get install softhsm2); NO key in a token was tested");
        return false;
    };
    let tokens = place.dir.join("tokens");
    fs::create_dir_all(&tokens).unwrap();
    let config = place.dir.join("softhsm2.conf");
    fs::write(&config, format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display())).unwrap();
    let mut init = Command::new("softhsm2-util");
    init.env("SOFTHSM2_CONF", &config).args(["--init-token", "--free", "--label", "treasury"]);
    assert!(init.args(["--so-pin", "8765", "--pin", "4321"]).output().unwrap().status.success());
    place.set("SOFTHSM2_CONF", config.to_str().unwrap());
    place.set("GAGE_PKCS11_MODULE", library);
    place.set("GAGE_PIN", "4321");
    true
}

/// The holding of an account in USD, in smallest units.
fn usd(place: &Place, url: &str, account: &str) -> String {
    let holdings: Value =
        serde_json::from_str(&place.ok(&["show", "holdings", account, "--node", url, "--json"])).unwrap();
    holdings[0]["free"].as_str().unwrap().to_owned()
}

/// `gage tx transfer` of USD with more arguments before the act.
fn give<'a>(url: &'a str, who: &[&'a str], to: &'a str, amount: &'a str) -> Vec<&'a str> {
    let act = ["transfer", "--to", to, "--asset", "0", "--amount", amount];
    ["tx", "--node", url].iter().chain(who).chain(&act).copied().collect()
}

#[test]
fn a_token_signs_a_transfer() {
    let mut place = Place::new("token");
    if !token(&mut place) {
        return;
    }
    let uri = "pkcs11:token=treasury;object=payments";
    let made = place.ok(&["keys", "pkcs11", "new", uri]);
    let (key, account) = (field(&made, "key"), field(&made, "account"));
    assert!(key.starts_with("p256:"), "{key}");
    assert!(place.ok(&["keys", "pkcs11", "list", "pkcs11:token=treasury"]).contains(&key));
    let other = place.ok(&["keys", "pkcs11", "new", "pkcs11:token=treasury;object=machine", "--scheme", "ed25519"]);
    let wallet = place.ok(&["keys", "pkcs11", "new", "pkcs11:token=treasury;object=text", "--scheme", "wallet"]);
    let (_, words) = place.fails(&["keys", "pkcs11", "new", uri]);
    assert!(words.contains("signing keys fit"), "{words}");
    let mut arguments = vec!["genesis", "new", "--out", "genesis.toml"];
    let keys = [key, field(&other, "key"), field(&wallet, "key")];
    arguments.extend(keys.iter().flat_map(|key| ["--key", key]));
    place.ok(&arguments);

    let node = Running::start(&place);
    let to = field(&other, "account");
    let words = place.ok(&give(&node.url, &["--signer", uri], &to, "12.5"));
    assert!(words.contains("outcome      done"), "{words}");
    for object in ["machine", "text"] {
        let uri = format!("pkcs11:token=treasury;object={object}");
        assert!(place.ok(&give(&node.url, &["--signer", &uri], &account, "1")).contains("outcome      done"));
    }
    assert_eq!(usd(&place, &node.url, &account), "998989500000000000000000");
    let (_, words) = place.fails(&give(&node.url, &["--signer", "pkcs11:token=treasury;object=none"], &to, "1"));
    assert!(words.contains("0 signing keys fit") && words.contains("payments"), "{words}");
    place.set("GAGE_PIN", "0000");
    let (_, words) = place.fails(&give(&node.url, &["--signer", uri], &to, "1"));
    assert!(words.contains("refuses the PIN"), "{words}");
}

/// A command of `gage keys frost`.
fn frost<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["keys", "frost"], arguments].concat()
}

#[test]
fn two_of_three_people_sign_a_transfer() {
    let place = Place::new("frost");
    fs::create_dir_all(place.dir.join("dkg")).unwrap();
    fs::create_dir_all(place.dir.join("signing")).unwrap();
    for party in ["1", "2", "3"] {
        let state = format!("{party}.state");
        let group = ["--name", "treasury", "--party", party, "--parties", "3", "--threshold", "2"];
        place.ok(&frost(&[&["dkg-round1"][..], &group, &["--state", &state, "--out", "dkg"]].concat()));
    }
    for party in ["1", "2", "3"] {
        let state = format!("{party}.state");
        place.ok(&frost(&["dkg-round2", "--state", &state, "--out", "dkg", "dkg"]));
        let again = place.ok(&frost(&["dkg-round2", "--state", &state, "dkg"]));
        let sent = fs::read_to_string(place.dir.join(format!("dkg/treasury-round2-{party}.json"))).unwrap();
        assert_eq!(again, sent, "the same message, never another");
    }
    let mut keys = Vec::new();
    for party in ["1", "2", "3"] {
        let (state, share) = (format!("{party}.state"), format!("{party}.share"));
        let words = place.ok(&frost(&["dkg-finish", "--state", &state, "--share", &share, "dkg"]));
        assert!(words.contains("2 of 3 parties") && !place.dir.join(&state).exists(), "{words}");
        keys.push((field(&words, "key"), field(&words, "account")));
    }
    keys.dedup();
    let [(key, account)] = keys.as_slice() else { panic!("one key: {keys:?}") };
    let alice = place.ok(&["keys", "new", "--out", "alice.json"]);
    let alice_id = field(&alice, "account");
    place.ok(&["genesis", "new", "--key", key, "--key", &field(&alice, "key"), "--out", "genesis.toml"]);
    let node = Running::start(&place);
    let url = node.url.as_str();

    // One person at the coordinator's desk, two at their own.
    let words = place.ok(&give(url, &["--account", account, "--out", "pay.json"], &alice_id, "7"));
    assert!(words.contains("1. Transfer 7 USD#0 to gage1"), "{words}");
    for share in ["1.share", "3.share"] {
        place.ok(&frost(&["commit", "--share", share, "--out", "signing"]));
    }
    let request = ["request", "--share", "2.share", "--document", "pay.json", "--out", "request.json", "signing"];
    place.ok(&frost(&request));
    let read = ["--yes", "--node", url, "request.json"];
    let (_, words) = place.fails(&frost(&[&["share", "--share", "2.share"][..], &read].concat()));
    assert!(words.contains("does not ask party 2"), "{words}");
    for share in ["1.share", "3.share"] {
        place.ok(&frost(&[&["share", "--share", share, "--out", "signing"][..], &read].concat()));
        let (_, words) = place.fails(&frost(&[&["share", "--share", share][..], &read].concat()));
        assert!(words.contains("were used"), "{words}");
    }
    let aggregate = ["aggregate", "--share", "2.share", "--document", "pay.json", "request.json", "signing"];
    assert!(place.ok(&frost(&aggregate)).contains(key));
    let words = place.ok(&["submit", "pay.json", "--node", url]);
    assert!(words.contains("outcome      done"), "{words}");
    assert_eq!(usd(&place, url, &alice_id), "999007000000000000000000");

    // A request whose text says less than its bytes is not signed.
    place.ok(&give(url, &["--account", account, "--out", "more.json"], &alice_id, "9"));
    fs::create_dir_all(place.dir.join("second")).unwrap();
    for share in ["1.share", "2.share"] {
        place.ok(&frost(&["commit", "--share", share, "--out", "second"]));
    }
    let request = ["request", "--share", "2.share", "--document", "more.json", "--out", "lie.json", "second"];
    place.ok(&frost(&request));
    let lie = fs::read_to_string(place.dir.join("lie.json")).unwrap().replace("Transfer 9 USD", "Transfer 1 USD");
    fs::write(place.dir.join("lie.json"), lie).unwrap();
    let (_, words) = place.fails(&frost(&["share", "--share", "1.share", "--yes", "--node", url, "lie.json"]));
    assert!(words.contains("do not sign"), "{words}");

    // Enough shares on one machine sign at once; one does not.
    let words = place.ok(&give(url, &["--signer", "frost:3.share,2.share"], &alice_id, "1"));
    assert!(words.contains("outcome      done"), "{words}");
    let (_, words) = place.fails(&give(url, &["--signer", "frost:3.share"], &alice_id, "1"));
    assert!(words.contains("needs 2"), "{words}");
    let (_, words) = place.fails(&give(url, &["--key", "3.share"], &alice_id, "1"));
    assert!(words.contains("one share of a threshold key"), "{words}");
}

#[test]
fn a_dealer_hands_out_shares() {
    let place = Place::new("dealer");
    let deal = ["keys", "frost", "deal", "--name", "cold", "--parties", "3", "--threshold", "3", "--out", "shares"];
    let dealt = place.ok(&deal);
    assert!(dealt.contains("3 of 3 parties"), "{dealt}");
    assert_eq!(place.ok(&["keys", "frost", "show", "shares/cold-share-2.json"]).lines().next(), Some("name     cold"));
    let (_, words) = place.fails(&deal);
    assert!(words.contains("exists already"), "{words}");
}

/// Alice's account with the keys of Alice, Bob and Carol, two of which act; Dave has an account of his own.
fn shared_account(place: &Place) -> (Running, String, String) {
    let made = [("alice", "ed25519"), ("bob", "p256"), ("carol", "wallet"), ("dave", "ed25519")]
        .map(|(name, scheme)| place.ok(&["keys", "new", "--scheme", scheme, "--out", &format!("{name}.json")]));
    let [alice, bob, carol, dave] = made.each_ref().map(|made| field(made, "key"));
    place.ok(&["genesis", "new", "--key", &alice, "--key", &dave, "--out", "genesis.toml"]);
    let node = Running::start(place);
    let add = |key: &str| {
        format!(r#"{{"accounts":{{"add_key":{{"key":{{"public_key":"{key}","weight":1,"role":"owner"}}}}}}}}"#)
    };
    let three = format!(r#"[{},{},{{"accounts":{{"set_threshold":{{"threshold":2}}}}}}]"#, add(&bob), add(&carol));
    let words = place.ok(&["tx", "--node", &node.url, "--key", "alice.json", "send", "--operations", &three]);
    assert!(words.contains("outcome      done"), "{words}");
    (node, field(&made[0], "account"), field(&made[3], "account"))
}

#[test]
fn a_proposal_is_shown_approved_and_executed() {
    let place = Place::new("proposals");
    let (node, account, dave) = shared_account(&place);
    let url = node.url.as_str();
    let propose = |amount: &str| {
        let who = ["propose", "--node", url, "--account", &account, "--key", "alice.json", "--yes"];
        let act = ["transfer", "--to", &dave, "--asset", "0", "--amount", amount];
        place.ok(&[&who[..], &act].concat())
    };
    let step = |step: &str, number: &str, key: &str| -> Vec<String> {
        ["proposals", "--node", url, "--key", key, "--yes", step, number].map(ToOwned::to_owned).to_vec()
    };
    let run = |arguments: &[String]| place.gage(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let ok = |arguments: Vec<String>| {
        let output = run(&arguments);
        let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {words}");
        words
    };
    let fails = |arguments: Vec<String>| {
        let output = run(&arguments);
        let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!output.status.success(), "{arguments:?}: {words}");
        words
    };
    let words = propose("40");
    assert!(words.contains("Transfer 40 USD#0 to") && words.contains("outcome      done"), "{words}");
    let shown = place.ok(&["proposals", "show", &account, "--node", url]);
    assert!(shown.starts_with("proposal 0\n") && shown.contains("1. Transfer 40 USD#0 to"), "{shown}");
    assert!(shown.contains("state waits"), "{shown}");

    // Bob's key in a module of sorts, Carol's a wallet: each reads what he signs.
    let words = ok(step("approve", "0", "bob.json"));
    assert!(words.contains("what is signed:") && words.contains("Transfer 40 USD#0"), "{words}");
    let words = fails(step("execute", "0", "bob.json"));
    assert!(words.contains("why  "), "one approval of two: {words}");
    ok(step("approve", "0", "carol.json"));
    assert_eq!(place.ok(&["proposals", "show", "0", "--node", url]).matches("approved by key").count(), 2);
    let before = usd(&place, url, &dave);
    ok(step("execute", "0", "alice.json"));
    let mut after = usd(&place, url, &dave);
    for _ in 0..100 {
        if after != before {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
        after = usd(&place, url, &dave);
    }
    assert_eq!((before.as_str(), after.as_str()), ("999000000000000000000000", "999040000000000000000000"));
    assert_eq!(place.ok(&["proposals", "show", &account, "--node", url]).trim(), "nothing waits");
    let words = fails(step("approve", "0", "bob.json"));
    assert!(words.contains("UnknownBundle"), "{words}");

    // Stopped by the one who made it.
    propose("5");
    ok(step("reject", "1", "alice.json"));
    // A change of members voids what was approved before it.
    propose("6");
    ok(step("approve", "2", "bob.json"));
    let carol = place.ok(&["keys", "show", "carol.json"]);
    let erin = place.ok(&["keys", "new", "--out", "erin.json"]);
    let add = format!(
        r#"[{{"accounts":{{"add_key":{{"key":{{"public_key":"{}","weight":1,"role":"owner"}}}}}}}}]"#,
        field(&erin, "key")
    );
    let who = ["tx", "--node", url, "--account", &account, "--key", "alice.json", "--out", "add.json"];
    place.ok(&[&who[..], &["send", "--operations", &add]].concat());
    place.ok(&["sign", "add.json", "--node", url, "--yes", "--key", "carol.json"]);
    let words = place.ok(&["submit", "add.json", "--node", url]);
    assert!(words.contains("outcome      done"), "{carol}: {words}");
    let words = fails(step("approve", "2", "carol.json"));
    assert!(words.contains("is void"), "{words}");

    // A guardian of the account vetoes.
    let guard =
        format!(r#"[{{"accounts":{{"set_guardians":{{"guardians":["{dave}"],"threshold":1,"delay_ms":86400000}}}}}}]"#);
    let who = ["tx", "--node", url, "--account", &account, "--key", "alice.json", "--out", "guard.json"];
    place.ok(&[&who[..], &["send", "--operations", &guard]].concat());
    place.ok(&["sign", "guard.json", "--node", url, "--yes", "--key", "bob.json"]);
    let words = place.ok(&["submit", "guard.json", "--node", url]);
    assert!(words.contains("outcome      done"), "{words}");
    propose("7");
    let words = fails(step("veto", "3", "alice.json"));
    assert!(!words.contains("outcome      done"), "an owner is no guardian: {words}");
    ok(step("veto", "3", "dave.json"));
    let words = fails(step("approve", "3", "bob.json"));
    assert!(words.contains("UnknownBundle"), "{words}");
}

#[test]
fn keys_of_one_account_sign_copies_of_a_document() {
    let place = Place::new("document");
    let (node, account, to) = shared_account(&place);
    let url = node.url.as_str();
    let who = ["--account", account.as_str()];
    let (_, words) = place.fails(&give(url, &[&who[..], &["--key", "alice.json"]].concat(), &to, "1"));
    assert!(words.contains("threshold") || words.contains("weight"), "one of three is not enough: {words}");
    place.ok(&give(url, &[&who[..], &["--out", "pay.json"]].concat(), &to, "3"));
    assert!(place.ok(&["sign", "pay.json", "--text", "--node", url]).contains("1. Transfer 3 USD#0 to"));
    let (_, words) = place.fails(&["submit", "pay.json", "--node", url]);
    assert!(words.contains("between 1 and 16 signatures"), "{words}");
    // Two people on two machines; one of them without a node.
    let assets = place.ok(&["show", "asset", "--node", url, "--json"]);
    fs::write(place.dir.join("assets.json"), assets).unwrap();
    let nobody = ["sign", "pay.json", "--assets", "assets.json", "--key", "bob.json", "--out", "bob-signed.json"];
    let (_, words) = place.fails(&nobody);
    assert!(words.contains("--yes"), "nobody was asked: {words}");
    place.ok(&[&nobody[..], &["--yes"]].concat());
    let typed = place.ok(&["sign", "pay.json", "--typed-data"]);
    assert!(typed.contains("Transfer 3 USD#0"), "{typed}");
    let words =
        place.ok(&["sign", "pay.json", "--offline", "--yes", "--key", "carol.json", "--out", "carol-signed.json"]);
    assert!(words.contains("Transfer 3000000000000000000 units of #0"), "{words}");
    let (code, words) = place.fails(&["submit", "bob-signed.json", "--node", url]);
    assert!(code == 1 || code == 3, "one is not enough: {words}");
    let words = place.ok(&["submit", "bob-signed.json", "carol-signed.json", "--node", url]);
    assert!(words.contains("outcome      done"), "{words}");
    assert_eq!(usd(&place, url, &account), "998997000000000000000000");

    // Whoever changes the text, the names or the network finds no signer.
    place.ok(&give(url, &[&who[..], &["--out", "big.json"]].concat(), &to, "500"));
    let big = fs::read_to_string(place.dir.join("big.json")).unwrap();
    let document: Value = serde_json::from_str(&big).unwrap();
    let genesis = document["genesis"].as_str().unwrap().to_owned();
    let other: String = genesis.chars().rev().collect();
    let lies = [
        (big.replace("Transfer 500 USD", "Transfer 5 USD"), "not what its bytes say"),
        (
            big.replace("\"decimals\": 18", "\"decimals\": 20").replace("Transfer 500 USD", "Transfer 5 USD"),
            "but it is USD with 18",
        ),
        (big.replace(&genesis, &other), "for the network with genesis"),
    ];
    for (lie, expected) in lies {
        assert_ne!(lie, big);
        fs::write(place.dir.join("lie.json"), lie).unwrap();
        let (_, words) = place.fails(&["sign", "lie.json", "--yes", "--node", url, "--key", "bob.json"]);
        assert!(words.contains(expected), "{expected}: {words}");
    }
    let (_, words) = place.fails(&["submit", "bob-signed.json", "big.json", "--node", url]);
    assert!(words.contains("different transactions"), "{words}");
}
