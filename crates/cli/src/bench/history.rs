//! Writing what blocks did into the history, beside bare rows in the same database.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use gage_history::{History, Location, Recorded};
use rusqlite::{Connection, params};

use super::Scale;
use super::measure::{rate, wall};
use super::table::Table;
use super::world::{self, Blocks, Signers, Transfers};

/// Transfers of a block, as in a busy second.
const BLOCK: usize = 1_000;
/// Blocks of one write.
const WRITE: usize = 10;
const ACCOUNTS: usize = 10_000;

pub(crate) fn run(scale: Scale) -> Result<Table> {
    let mut table = Table::new(
        "history",
        "Single transfers between 10,000 uniformly drawn accounts, seed 42, blocks of 1,000, ten blocks a write, SQLite with \
         a write-ahead log: transactions with receipts, events in JSON and bytes, postings, balances, every index. The peer \
         writes the same events as bare rows (height, number, bytes) into one table without an index.",
    );
    let blocks = scale.of(200).max(2);
    let dir = tempfile::tempdir().context("a directory for the databases")?;
    let genesis = world::genesis(ACCOUNTS);
    let mut chain = world::chain(&genesis)?;
    let history = History::open(&Location::Sqlite(dir.path().join("history.sqlite")), &genesis)?;
    let mut recorder = history.recorder()?;
    let (begun, opening) = wall(|| recorder.begin(&chain));
    begun?;
    let mut transfers = Transfers::of(Signers::new(ACCOUNTS));
    let mut next = Blocks::after(&chain);
    let mut recorded = Vec::with_capacity(blocks);
    for _ in 0..blocks {
        let block = next.next((0..BLOCK).map(|_| transfers.single()).collect());
        let result = Arc::new(chain.execute_prepared(&block)?);
        chain.drain_changes(|_, _| {});
        recorded.push(Recorded { block: block.block().clone(), result });
    }
    let events: Vec<(u64, Vec<u8>)> = recorded
        .iter()
        .flat_map(|recorded| {
            let events = recorded.result.receipts.iter().map(|receipt| &receipt.events).chain([&recorded.result.due]);
            let bytes = events.flat_map(|events| events.iter().map(|(_, bytes)| bytes.to_vec()).collect::<Vec<_>>());
            bytes.map(|bytes| (recorded.result.height.0, bytes)).collect::<Vec<_>>()
        })
        .collect();
    let (done, time) = wall(|| recorded.chunks(WRITE).try_for_each(|blocks| recorder.record(blocks)));
    done?;
    let status = history.status()?;
    ensure!(status.height.map(|height| height.0) == Some(blocks as u64), "not every block was recorded");
    table.per_second("events recorded, everything of them", rate(events.len(), time));
    table.per_second("transfers recorded", rate(blocks * BLOCK, time));
    let peer = bare(dir.path(), &events)?;
    table.per_second("peer: the same events as bare rows of SQLite", rate(events.len(), peer));
    table.time("the opening of 10,000 accounts with two assets each", opening);
    let file = std::fs::metadata(dir.path().join("history.sqlite"))?.len();
    table.number("bytes on the disk for each transfer", (file / (blocks * BLOCK) as u64) as f64, "B");
    Ok(table)
}

/// Rows without meaning: how fast the database takes anything at all.
fn bare(dir: &Path, events: &[(u64, Vec<u8>)]) -> Result<std::time::Duration> {
    let mut connection = Connection::open(dir.join("bare.sqlite"))?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;")?;
    connection.execute_batch("CREATE TABLE events (height INTEGER, number INTEGER, bytes BLOB)")?;
    let (done, time) = wall(|| -> rusqlite::Result<()> {
        for batch in events.chunks(BLOCK * WRITE) {
            let commit = connection.transaction()?;
            {
                let mut insert = commit.prepare_cached("INSERT INTO events VALUES (?1, ?2, ?3)")?;
                for (number, (height, bytes)) in batch.iter().enumerate() {
                    insert.execute(params![*height as i64, number as i64, bytes])?;
                }
            }
            commit.commit()?;
        }
        Ok(())
    });
    done?;
    Ok(time)
}
