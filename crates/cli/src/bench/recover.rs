//! A restart of a node with many accounts and vaults.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use gage_chain::{Outcome, SignedTransaction};
use gage_node::{Node, NodeConfig, Sealing};
use gage_units::Timestamp;

use super::Scale;
use super::measure::wall;
use super::table::Table;
use super::vaults::{self, Loans};
use super::world::{self, Signers};

/// Transactions of a block.
const BLOCK: usize = 10_000;

pub(crate) fn run(scale: Scale) -> Result<Table> {
    let (accounts, lent) = (scale.of(1_000_000), scale.of(100_000));
    let mut table = Table::new(
        "recover",
        format!(
            "Start of a stopped node with {accounts} accounts, of which {lent} have a vault with a debt: from its snapshot \
             and no block after it, then from the genesis file and all blocks. Wall clock, two cores."
        ),
    );
    let dir = tempfile::tempdir().context("a directory for the node")?;
    let genesis = vaults::genesis(lent, accounts, 1);
    let config = || {
        let mut config = NodeConfig::new(dir.path(), genesis.clone());
        config.sealing = Sealing::Manual;
        config.snapshot_every = 0;
        config
    };
    let node = Node::start(config())?;
    let mut time = world::START;
    let mut loans = Loans::new(lent, Signers::on(accounts, node.handle().genesis()));
    let mut run = |transactions: Vec<SignedTransaction>| -> Result<()> {
        for taken in node.handle().submit_many(transactions.iter().map(SignedTransaction::to_bytes).collect()) {
            taken?;
        }
        time = Timestamp(time.0 + 1_000);
        let sealed = node.handle().seal(time)?;
        let done = sealed.result.receipts.iter().filter(|receipt| receipt.outcome == Outcome::Done).count();
        ensure!(done == transactions.len(), "{done} of {} transactions were done", transactions.len());
        Ok(())
    };
    run(loans.reports(200 * vaults::ONE, Timestamp(world::START.0 + 1_000)))?;
    for act in [Loans::open, Loans::deposit_and_borrow] {
        for first in (0..lent).step_by(BLOCK) {
            run((first..lent.min(first + BLOCK)).map(|account| act(&mut loans, account)).collect())?;
        }
    }
    let height = node.handle().read(|chain| chain.head().height);
    node.stop()?;

    let starting = config();
    let (node, replayed) = wall(|| Node::start(starting));
    let node = node?;
    table.time(format!("from the genesis file, {height} blocks executed again"), replayed);
    let (hash, time) = wall(|| genesis.hash());
    table.time("  its hash alone, which every start takes", time);
    let (chain, time) = wall(|| world::chain(&genesis));
    drop(chain?);
    table.time("  its state alone, without the tree", time);
    ensure!(hash == node.handle().genesis(), "the node is of another network");
    let (snapshot, written) = wall(|| node.handle().snapshot_now());
    snapshot?;
    table.time("a snapshot, written and synced", written);
    node.stop()?;
    let starting = config();
    let (node, loaded) = wall(|| Node::start(starting));
    let node = node?;
    table.time("from that snapshot", loaded);
    let records = node.handle().read(|chain| chain.draft().records());
    table.number("  records in memory", records as f64, "records");
    table.number("  length of the snapshot", snapshot_length(dir.path())? as f64 / 1e6, "MB");
    node.stop()?;
    Ok(table)
}

/// The length of the newest snapshot.
fn snapshot_length(dir: &Path) -> Result<u64> {
    let mut longest = 0;
    for entry in std::fs::read_dir(dir.join("snapshots")).context("the folder of snapshots")? {
        longest = longest.max(entry?.metadata()?.len());
    }
    Ok(longest)
}
