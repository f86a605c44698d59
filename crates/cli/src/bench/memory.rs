//! Bytes of memory per account and per vault, as the operating system counts them.

use anyhow::{Context as _, Result};
use gage_store::certified::{Certified, Changes};

use super::Scale;
use super::ledger::drain;
use super::table::Table;
use super::vaults::Lending;
use super::world;

pub(crate) fn run(scale: Scale) -> Result<Table> {
    let (accounts, vaults) = (scale.of(1_000_000), scale.of(1_000_000));
    let mut table = Table::new(
        "memory",
        format!(
            "Resident memory that {accounts} accounts (one key, two holdings, fee credit) and {vaults} vaults (one \
             collateral, a debt, an owner each) add, head and authenticated tree apart. Not durable, no signatures."
        ),
    );
    let genesis = world::genesis(accounts);
    let before = resident()?;
    let mut chain = world::chain(&genesis)?;
    let head = resident()?;
    table.number("head, per account", (head - before) / accounts as f64, "B");
    let certified = tree(&mut chain)?;
    table.number("tree, per account", (resident()? - head) / accounts as f64, "B");
    table.number("tree, per record", (resident()? - head) / certified.len() as f64, "B");
    drop((chain, certified, genesis));

    let mut lending = Lending::new(vaults)?;
    let mut certified = tree(&mut lending.chain)?;
    let before = resident()?;
    lending.open_vaults()?;
    let head = resident()?;
    table.number("head, per vault", (head - before) / vaults as f64, "B");
    let mut changes = Changes::new();
    drain(&mut lending.chain, &mut changes)?;
    let drained = resident()?;
    certified.apply(2, &changes)?;
    table.number("tree, per vault", (resident()? - drained) / vaults as f64, "B");
    Ok(table)
}

fn tree(chain: &mut gage_chain::Chain) -> Result<Certified> {
    let mut changes = Changes::new();
    drain(chain, &mut changes)?;
    let mut certified = Certified::new(1);
    certified.apply(1, &changes)?;
    Ok(certified)
}

/// Bytes of this process that are in memory.
fn resident() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/self/statm").context("the kernel's count of memory")?;
    let pages = text.split_whitespace().nth(1).and_then(|pages| pages.parse::<f64>().ok());
    Ok(pages.context("the second figure of /proc/self/statm")? * 4_096.0)
}
