//! Bytes of memory per account and per vault, as the operating system counts them.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use gage_chain::Chain;
use gage_store::certified::{Certified, Changes};
use serde::Deserialize;

use super::Scale;
use super::ledger::drain;
use super::table::Table;
use super::vaults::Lending;
use super::world;

/// Makes the allocator give freed memory back at once; it reads this when a process starts. Else what is counted is
/// what was ever used.
const GIVES_BACK: (&str, &str) = ("MIMALLOC_PURGE_DELAY", "0");

/// Measures in a process of its own, which holds nothing else.
pub(crate) fn run(scale: Scale) -> Result<Table> {
    let (accounts, vaults) = (scale.of(1_000_000), scale.of(1_000_000));
    let mut table = Table::new(
        "memory",
        format!(
            "Resident memory that {accounts} accounts (one key, two holdings, fee credit) and {vaults} vaults (one \
             collateral, a debt, an owner each) add, head and authenticated tree apart. Not durable, no signatures."
        ),
    );
    if std::env::var(GIVES_BACK.0).as_deref() == Ok(GIVES_BACK.1) {
        measure(&mut table, accounts, vaults)?;
        return Ok(table);
    }
    let mut command = Command::new(std::env::current_exe().context("this program")?);
    command.args(["--json", "bench", "memory"]).env(GIVES_BACK.0, GIVES_BACK.1);
    if accounts < 1_000_000 {
        command.arg("--quick");
    }
    let output = command.output().context("a process of its own")?;
    ensure!(output.status.success(), "it ended badly: {}", String::from_utf8_lossy(&output.stderr));
    let told: Told = serde_json::from_slice(&output.stdout).context("what it measured")?;
    for row in told.tables.into_iter().flat_map(|table| table.rows) {
        table.number(row.what, row.value, "B");
    }
    Ok(table)
}

/// What the other process tells.
#[derive(Deserialize)]
struct Told {
    tables: Vec<Rows>,
}

#[derive(Deserialize)]
struct Rows {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    what: String,
    value: f64,
}

fn measure(table: &mut Table, accounts: usize, vaults: usize) -> Result<()> {
    let genesis = world::genesis(accounts);
    let before = resident()?;
    let mut chain = world::chain(&genesis)?;
    let mut certified = Certified::new(1);
    certify(&mut chain, &mut certified, 1)?;
    let (both, records) = (resident()?, certified.len());
    drop(certified);
    let head = resident()?;
    table.number("head, per account", (head - before) / accounts as f64, "B");
    table.number("tree, per account", (both - head) / accounts as f64, "B");
    table.number("tree, per record", (both - head) / records as f64, "B");
    drop((chain, genesis));

    let mut lending = Lending::new(vaults, 1)?;
    let mut certified = Certified::new(1);
    let mut changes = Changes::new();
    drain(&mut lending.chain, &mut changes)?;
    let alone = resident()?;
    certified.apply(1, &changes)?;
    let tree_before = resident()? - alone;
    drop(changes);
    let head_before = resident()? - tree_before;
    lending.open_vaults()?;
    certify(&mut lending.chain, &mut certified, 2)?;
    let both = resident()?;
    drop(certified);
    let head = resident()?;
    table.number("head, per vault", (head - head_before) / vaults as f64, "B");
    table.number("tree, per vault", (both - head - tree_before) / vaults as f64, "B");
    Ok(())
}

/// Brings the tree up to the head; what is between them for a moment is gone afterwards.
fn certify(chain: &mut Chain, certified: &mut Certified, height: u64) -> Result<()> {
    let mut changes = Changes::new();
    drain(chain, &mut changes)?;
    certified.apply(height, &changes)?;
    Ok(())
}

/// Bytes of this process that are in memory.
fn resident() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/self/statm").context("the kernel's count of memory")?;
    let pages = text.split_whitespace().nth(1).and_then(|pages| pages.parse::<f64>().ok());
    Ok(pages.context("the second figure of /proc/self/statm")? * 4_096.0)
}
