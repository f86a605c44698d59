//! Transfers through the whole path of the chain, without signatures.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use gage_chain::{Chain, Outcome, PreparedBlock, SignedTransaction};
use gage_node::disk::{BlockLog, Options};
use gage_store::certified::{Certified, Changes};

use super::Scale;
use super::measure::{cpu, median, rate, wall};
use super::peers;
use super::table::Table;
use super::world::{self, Blocks, Signers, Transfers};

/// Transfers of a block.
const BLOCK: usize = 10_000;
/// Payments of a batch.
const BATCH: usize = 1_000;
/// Blocks that warm up, and blocks that count.
const WARM: usize = 5;
const COUNTED: usize = 60;
/// Blocks that one part of the pipeline may be ahead of the next, as in a node.
const AHEAD: usize = 2;

/// What a transaction carries.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// One transfer each.
    Single,
    /// A thousand payments each.
    Batch,
}

pub(crate) fn run(scale: Scale) -> Result<Table> {
    let mut table = Table::new(
        "ledger",
        "Transfers of 1 to 1,000 units between uniformly drawn accounts, seed 42, blocks of 10,000 transfers, no \
         signatures checked. Through authority, nonce, fee, eligibility, postings, checks, receipts and events root.",
    );
    let dir = tempfile::tempdir().context("a directory for the logs")?;
    for accounts in [1_000_000, 10_000] {
        let accounts = scale.of(accounts).max(2_000);
        for shape in [Shape::Single, Shape::Batch] {
            measure(&mut table, dir.path(), accounts, shape)?;
        }
        let transfers = scale.of(2_000_000);
        let time = peers::hash_map_with_journal(accounts, transfers);
        table.per_second(row(accounts, "peer: HashMap + 128 B journal, no undo, no events"), rate(transfers, time));
        let transfers = scale.of(400_000);
        let dir = tempfile::tempdir_in(dir.path())?;
        let time = peers::sqlite(dir.path(), accounts, transfers, BATCH)?;
        table.per_second(row(accounts, "peer: SQLite WAL FULL, batch 1,000, durable"), rate(transfers, time));
    }
    Ok(table)
}

fn row(accounts: usize, what: &str) -> String {
    format!("{accounts} accounts: {what}")
}

fn shape_name(shape: Shape) -> &'static str {
    match shape {
        Shape::Single => "batch 1",
        Shape::Batch => "batch 1,000",
    }
}

pub(crate) fn measure(table: &mut Table, dir: &Path, accounts: usize, shape: Shape) -> Result<()> {
    let name = shape_name(shape);
    let mut chain = world::chain(&world::genesis(accounts))?;
    let mut certified = Certified::new(16);
    certify(&mut chain, &mut certified, 0)?;
    let mut transfers = Transfers::of(Signers::new(accounts));
    let mut blocks = Blocks::after(&chain);

    let (mut preparing, mut executing): (Vec<Duration>, Vec<Duration>) = Default::default();
    let mut changes = Changes::new();
    for number in 0..WARM + COUNTED {
        let transactions = draw(&mut transfers, shape);
        let (block, prepared) = cpu(|| blocks.next(transactions));
        let (result, executed) = cpu(|| chain.execute_prepared(&block));
        ensure!(result?.receipts.iter().all(|receipt| receipt.outcome == Outcome::Done), "a transfer was refused");
        changes.clear();
        drain(&mut chain, &mut changes)?;
        certified.apply(block.block().header.height.0, &changes)?;
        if number >= WARM {
            preparing.push(prepared);
            executing.push(executed);
        }
    }
    let what = row(accounts, &format!("execution, one core, {name}, not durable"));
    table.per_second(what, rate(BLOCK, median(&mut executing)));
    let what = row(accounts, &format!("  hashing the block before it, one core, {name}"));
    table.per_second(what, rate(BLOCK, median(&mut preparing)));

    let drawn: Vec<Vec<SignedTransaction>> = (0..COUNTED).map(|_| draw(&mut transfers, shape)).collect();
    let log = tempfile::tempdir_in(dir)?;
    let time = pipeline(log.path(), &mut chain, certified, &mut blocks, drawn)?;
    let what = row(accounts, &format!("hash, log, execute, tree; two cores, {name}, durable"));
    table.per_second(what, rate(BLOCK * COUNTED, time));
    Ok(())
}

fn draw(transfers: &mut Transfers, shape: Shape) -> Vec<SignedTransaction> {
    match shape {
        Shape::Single => (0..BLOCK).map(|_| transfers.single()).collect(),
        Shape::Batch => (0..BLOCK / BATCH).map(|_| transfers.batch(BATCH)).collect(),
    }
}

/// The three parts of a node side by side: one makes blocks and syncs the log, one executes, one keeps the tree.
fn pipeline(
    dir: &Path,
    chain: &mut Chain,
    mut certified: Certified,
    blocks: &mut Blocks,
    drawn: Vec<Vec<SignedTransaction>>,
) -> Result<Duration> {
    let first = chain.head().height.0 + 1;
    let options = Options { first_height: first, ..Options::new(chain.genesis().0) };
    let (mut log, _) = BlockLog::open(dir, options)?;
    let (to_executor, ordered) = sync_channel::<PreparedBlock>(AHEAD);
    let (to_tree, executed) = sync_channel::<(u64, Changes)>(AHEAD);
    let (done, time) = wall(|| {
        std::thread::scope(|scope| {
            let sequencer = scope.spawn(move || -> Result<BlockLog> {
                for transactions in drawn {
                    let block = blocks.next(transactions);
                    log.append(block.block().header.height.0, &[&block.block().to_bytes()])?;
                    to_executor.send(block).context("the executor ended")?;
                }
                Ok(log)
            });
            let executor = scope.spawn(move || -> Result<()> {
                for block in ordered {
                    chain.execute_prepared(&block)?;
                    let mut changes = Changes::new();
                    drain(chain, &mut changes)?;
                    to_tree.send((block.block().header.height.0, changes)).context("the tree ended")?;
                }
                Ok(())
            });
            for (height, changes) in executed {
                certified.apply(height, &changes)?;
            }
            let log = sequencer.join().map_err(|_| anyhow::anyhow!("the sequencer panicked"))??;
            executor.join().map_err(|_| anyhow::anyhow!("the executor panicked"))??;
            log.close()?;
            Ok::<(), anyhow::Error>(())
        })
    });
    done?;
    Ok(time)
}

fn certify(chain: &mut Chain, certified: &mut Certified, height: u64) -> Result<()> {
    let mut changes = Changes::new();
    drain(chain, &mut changes)?;
    certified.apply(height, &changes)?;
    Ok(())
}

pub(crate) fn drain(chain: &mut Chain, changes: &mut Changes) -> Result<()> {
    let mut failure = Ok(());
    chain.drain_changes(|key, value| {
        if failure.is_ok() {
            failure = changes.push(key, value);
        }
    });
    Ok(failure?)
}
