//! Exports are read back: here, and by the tools that people use.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use common::*;
use gage_history::query::{PageAsked, Span, StatementAsked};
use gage_history::{Format, History};
use gage_units::Timestamp;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;

/// Set where the tools' absence is a failure.
const REQUIRED: &str = "GAGE_REQUIRE_DUCKDB";

fn exported(name: &str) -> (Scratch, History, PathBuf) {
    let scratch = Scratch::new(name);
    let mut world = World::start(config(&scratch.path().join("node")));
    world.play();
    let history = follow(&world.handle(), &sqlite(&scratch, "history.sqlite"));
    let dir = scratch.path().join("files");
    history.export(&dir, Format::Parquet, &[], &Span::default()).unwrap();
    history.export(&dir, Format::Csv, &[], &Span::default()).unwrap();
    (scratch, history, dir)
}

/// What Bob was paid and has, from the statement.
fn credits(history: &History) -> (usize, u128) {
    let asked = StatementAsked { asset: None, span: Span::default(), page: PageAsked::first(500) };
    let statement = history.statement(&id(BOB), &asked).unwrap().unwrap();
    let lines = statement.items.iter().filter(|line| line.side == "credit");
    (lines.clone().count(), lines.map(|line| line.amount.0).sum())
}

#[test]
fn files_hold_what_the_history_holds() {
    let (_scratch, history, dir) = exported("export");
    let expected = credits(&history);
    let reader = SerializedFileReader::new(File::open(dir.join("postings.parquet")).unwrap()).unwrap();
    let names: Vec<String> =
        reader.metadata().file_metadata().schema().get_fields().iter().map(|field| field.name().to_owned()).collect();
    let place = |name: &str| names.iter().position(|known| known == name).unwrap();
    let (mut count, mut sum, mut rows) = (0, 0u128, 0);
    for row in reader.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        rows += 1;
        if row.get_string(place("account")).unwrap() == &id(BOB).to_string()
            && row.get_string(place("side")).unwrap() == "credit"
        {
            let bytes = row.get_decimal(place("amount")).unwrap().data().to_vec();
            sum += bytes.iter().fold(0u128, |number, byte| number << 8 | u128::from(*byte));
            count += 1;
        }
    }
    assert_eq!((count, sum), expected);
    let text = fs::read_to_string(dir.join("postings.csv")).unwrap();
    assert_eq!(text.lines().count(), rows + 1, "a line for each row, and one of names");
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |name: &str| names.iter().position(|known| *known == name).unwrap();
    let of_bob: Vec<u128> = lines
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|cells| cells[place("account")] == id(BOB).to_string() && cells[place("side")] == "credit")
        .map(|cells| cells[place("amount")].parse().unwrap())
        .collect();
    assert_eq!((of_bob.len(), of_bob.iter().sum()), expected);
    for name in History::exports() {
        assert!(dir.join(format!("{name}.parquet")).is_file() && dir.join(format!("{name}.csv")).is_file(), "{name}");
    }
    let left =
        fs::read_dir(&dir).unwrap().filter(|entry| entry.as_ref().unwrap().path().extension().unwrap() == "part");
    assert_eq!(left.count(), 0, "nothing unfinished is left");
}

#[test]
fn a_range_and_a_choice_are_kept_to() {
    let (scratch, history, _) = exported("export-range");
    let dir = scratch.path().join("some");
    let span = Span { from: Some(Timestamp(START + 60_000)), to: Some(Timestamp(START + 120_000)) };
    let only = ["transactions".to_owned(), "blocks".to_owned()];
    let written = history.export(&dir, Format::Csv, &only, &span).unwrap();
    let rows: Vec<(String, u64)> =
        written.iter().map(|file| (file.path.file_name().unwrap().to_string_lossy().into_owned(), file.rows)).collect();
    assert_eq!(rows, [("blocks.csv".to_owned(), 1), ("transactions.csv".to_owned(), 3)]);
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 2);
}

const SCRIPT: &str = r#"
import sys, duckdb, pandas
dir, bob = sys.argv[1], sys.argv[2]
one = lambda sql: duckdb.sql(sql).fetchone()
for kind in ["parquet", "csv"]:
    table = f"'{dir}/postings.parquet'" if kind == "parquet" else f"read_csv('{dir}/postings.csv', types={{'amount': 'DECIMAL(38,0)', 'item': 'VARCHAR'}})"
    n, total = one(f"SELECT count(*), sum(CAST(amount AS HUGEINT)) FROM {table} WHERE account = '{bob}' AND side = 'credit'")
    print(kind, n, int(total))
frame = pandas.read_parquet(f"{dir}/postings.parquet")
mine = frame[(frame.account == bob) & (frame.side == "credit")]
print("pandas", len(mine), int(sum(mine.amount)))
print("first", str(frame.time.min()))
print("takes", one(f"SELECT count(*) FROM '{dir}/takes.parquet' t JOIN '{dir}/auctions.parquet' a USING (lot) WHERE a.module = 'vaults'")[0])
print("liquidated", one(f"SELECT count(*) FROM '{dir}/vaults.parquet' WHERE kind = 'liquidated' AND health < health_after")[0])
print("json", one(f"SELECT body->>'$.vault' FROM '{dir}/events.parquet' WHERE kind = 'liquidated'")[0])
"#;

#[test]
fn duckdb_and_pandas_read_the_files() {
    let Some(python) = python() else {
        assert!(std::env::var_os(REQUIRED).is_none(), "DuckDB and pandas were promised and are not there");
        eprintln!("\nSKIPPED: DuckDB and pandas cannot be had here; exports are NOT read by them\n");
        return;
    };
    let (_scratch, history, dir) = exported("export-python");
    let (count, sum) = credits(&history);
    let output = Command::new(python).args(["-c", SCRIPT]).arg(&dir).arg(id(BOB).to_string()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let expected = [
        format!("parquet {count} {sum}"),
        format!("csv {count} {sum}"),
        format!("pandas {count} {sum}"),
        "first 2020-09-13 12:26:40+00:00".to_owned(),
        "takes 1".to_owned(),
        "liquidated 1".to_owned(),
        "json 1".to_owned(),
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
}

/// A Python with DuckDB and pandas: in an environment of its own beside the build, made once.
fn python() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-history");
    let python = dir.join("bin/python");
    let works = || {
        let check = Command::new(&python).args(["-c", "import duckdb, pandas, pyarrow"]).output();
        check.is_ok_and(|output| output.status.success())
    };
    if works() {
        return Some(python);
    }
    let run = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        output.is_ok_and(|output| {
            if !output.status.success() {
                eprintln!("{}", String::from_utf8_lossy(&output.stderr));
            }
            output.status.success()
        })
    };
    let made = run(Path::new("python3"), &["-m", "venv", dir.to_str()?])
        && run(&python, &["-m", "pip", "install", "--quiet", "duckdb==1.4.1", "pandas==2.3.3", "pyarrow==21.0.0"]);
    (made && works()).then_some(python)
}
