//! Proofs of records: make, check, bytes.

use std::time::Duration;

use anyhow::{Result, ensure};
use gage_store::certified::{Certified, Changes};
use gage_store::proof::{verify_exclusion, verify_inclusion};
use gage_units::AccountNumber;

use super::Scale;
use super::ledger::drain;
use super::measure::{Random, cpu, median, percentile};
use super::table::Table;
use super::world;

/// How many holdings are proved.
const PROVED: usize = 20_000;
/// The number of the first account of the genesis file.
const FIRST: u32 = 64;

pub(crate) fn run(scale: Scale) -> Result<Table> {
    let accounts = scale.of(1_000_000);
    let mut table = Table::new(
        "proof",
        format!(
            "Holdings of uniformly drawn accounts among {accounts}, and holdings of nobody, seed 42; one core; the \
             tree holds every record of the network. Not durable, no signatures."
        ),
    );
    let mut chain = world::chain(&world::genesis(accounts))?;
    let mut changes = Changes::new();
    drain(&mut chain, &mut changes)?;
    let records = changes.len();
    let mut certified = Certified::new(16);
    let (root, built) = cpu(|| certified.apply(1, &changes));
    let root = root?;
    table.number("records in the tree", certified.len() as f64, "records");
    table.time("one batch of all records into an empty tree, per record", built / u32::try_from(records)?);

    let mut random = Random::new();
    for (what, exists) in [("a holding", true), ("no holding", false)] {
        let (mut making, mut checking): (Vec<Duration>, Vec<Duration>) = Default::default();
        let mut bytes = 0;
        for _ in 0..scale.of(PROVED) {
            let number = FIRST + u32::try_from(random.below(accounts))?;
            let number = if exists { number } else { number + u32::try_from(accounts)? };
            let key = gage_ledger::balance_key_bytes(AccountNumber(number), world::MONEY);
            let (read, made) = cpu(|| certified.read_at(1, &key));
            let read = read?;
            let (sound, checked) = cpu(|| match &read.value {
                Some(value) => verify_inclusion(&root, &key, value, &read.proof),
                None => verify_exclusion(&root, &key, &read.proof),
            });
            ensure!(sound.is_ok() && read.value.is_some() == exists, "a proof does not hold");
            making.push(made);
            checking.push(checked);
            bytes += borsh::to_vec(&read.proof)?.len();
        }
        table.time(format!("{what}: make, median"), median(&mut making));
        table.time(format!("{what}: make, p99"), percentile(&mut making, 99));
        table.time(format!("{what}: check, median"), median(&mut checking));
        table.number(format!("{what}: length of the proof, mean"), bytes as f64 / scale.of(PROVED) as f64, "B");
    }
    Ok(table)
}
