//! The demo and the replay as a user runs them, on a small book of vaults.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn gage(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gage")).args(arguments).output().expect("the binary runs")
}

/// The object on the last line of the output; everything else went to the error stream.
fn summary(output: &Output) -> Value {
    let text = String::from_utf8(output.stdout.clone()).expect("text");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).expect("one JSON object")
}

/// A fresh folder of this test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

#[test]
fn the_same_seed_gives_the_same_root_and_everything_is_checked() {
    let folder = folder("demo");
    let page = folder.join("report.html");
    let one = gage(&["demo", "--vaults", "120", "--json", "--quiet", "--html", page.to_str().expect("a path")]);
    let again = gage(&["demo", "--vaults", "120", "--json", "--quiet", "--no-html"]);
    let other = gage(&["demo", "--vaults", "120", "--seed", "7", "--json", "--quiet", "--no-html"]);
    let (one, again, other) = (summary(&one), summary(&again), summary(&other));
    assert_eq!(one["root"], again["root"]);
    assert_ne!(one["root"], other["root"]);
    for run in [&one, &other] {
        for check in ["conservation_ok", "proofs_ok", "unsafe_left_ok"] {
            assert_eq!(run[check], true, "{check}");
        }
        assert_eq!(run["vaults"], 120);
        assert!(run["liquidated"].as_u64() > Some(10), "{run}");
        assert!(run["auctions"].as_u64() >= run["liquidated"].as_u64(), "{run}");
        let recovered = run["recovered_fraction"].as_f64().expect("a number");
        assert!((0.3..=1.0).contains(&recovered), "{run}");
        assert!(run["proofs_verified"].as_u64() > Some(300), "{run}");
        assert!(run["bad_debt"].as_f64() < run["bad_debt_2020_design"].as_f64(), "{run}");
        assert_eq!(run["transactions_refused"], 0, "{run}");
    }
    let page = std::fs::read_to_string(page).expect("the report was written");
    assert!(page.contains("<svg") && page.ends_with("</html>\n"));
    std::fs::remove_dir_all(folder).expect("the folder is ours");
}

#[test]
fn a_broken_price_file_is_reported_and_played() {
    let folder = folder("replay");
    let file = folder.join("prices.csv");
    let mut text = String::from("timestamp_ms,open,high,low,close,volume\n");
    let hour = |index: u64| 1_600_000_000_000 / 3_600_000 * 3_600_000 + index * 3_600_000;
    for index in 0..14u64 {
        let price = 200 - index * 5;
        let row = match index {
            // A flash wick of one venue, text, a gap of two hours, a doubled line.
            3 => format!("{},{price},{price},0.0001,{price},900\n", hour(index)),
            5 => format!("{},none,1,1,1,1\n", hour(index)),
            8 | 9 => String::new(),
            11 => format!("{},{price},{price},{price},{price},900\n", hour(index)).repeat(2),
            _ => format!("{},{price},{},{},{price},900\n", hour(index), price + 2, price - 3),
        };
        text.push_str(&row);
    }
    std::fs::write(&file, text).expect("the file can be written");
    let file = file.to_str().expect("a path");
    let output = gage(&["replay", "--prices", file, "--vaults", "60", "--json", "--quiet", "--no-html"]);
    let run = summary(&output);
    assert_eq!(run["conservation_ok"], true);
    assert_eq!(run["proofs_ok"], true);
    assert_eq!(run["unsafe_left_ok"], true);
    assert!(run["price_file_findings"].as_u64() >= Some(5), "{run}");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    for words in
        ["line 5: low 0.0001 is absurd", "line 7: skipped, open is not a price", "missing before it", "repeats"]
    {
        assert!(told.contains(words), "{words}: {told}");
    }
    // The wick of one venue among seven publishers liquidated nobody: prices fell by a third only.
    assert!(run["liquidated"].as_u64() < Some(25), "{run}");
    std::fs::remove_dir_all(folder).expect("the folder is ours");
}

#[test]
fn what_cannot_be_run_is_said_and_fails() {
    let folder = folder("refused");
    let refused = |arguments: &[&str], words: &str| {
        let output = gage(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(words), "{arguments:?}: {told}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    };
    refused(&["demo", "--vaults", "0"], "--vaults is 0");
    refused(&["demo", "--scenario", "no-such-file.toml"], "no-such-file.toml");
    refused(&["replay", "--prices", "no-such-file.csv"], "no-such-file.csv");
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("the file can be written");
        path.to_str().expect("a path").to_owned()
    };
    let prices = file("text.csv", "timestamp_ms,open,high,low,close,volume\na,b,c,d,e,f\n");
    refused(&["replay", "--prices", &prices], "line 2");
    let scenario = file("scenario.toml", "name = \"x\"\nunheard_of = 1\n");
    refused(&["demo", "--scenario", &scenario], "scenario");
    let taken = folder.to_str().expect("a path");
    refused(&["demo", "--dir", taken], "is not empty");
    std::fs::remove_dir_all(folder).expect("the folder is ours");
}
