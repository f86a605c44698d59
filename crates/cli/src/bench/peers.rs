//! Ledgers of others on the same workload, in the same run.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use rusqlite::{Connection, params};

use super::measure::{Random, cpu, wall};

/// A record as long as a transfer of TigerBeetle: 128 bytes.
#[derive(Clone, Copy)]
struct Record {
    id: u128,
    from: u128,
    to: u128,
    amount: u128,
    rest: [u128; 4],
}

/// A hash map of balances with a fast hash and a journal in memory: no undo, no events, no proofs.
pub(crate) fn hash_map_with_journal(accounts: usize, transfers: usize) -> Duration {
    let ids: Vec<u128> = {
        let mut random = Random::new();
        (0..accounts).map(|_| u128::from(random.next()) << 64 | u128::from(random.next())).collect()
    };
    let mut random = Random::new();
    let drawn: Vec<(u128, u128, u128)> = (0..transfers)
        .map(|_| {
            let (from, to) = random.pair(accounts);
            (ids[from], ids[to], 1 + u128::from(random.next() % 1_000))
        })
        .collect();
    let mut balances: HashMap<u128, u128, foldhash::fast::FixedState> = ids.iter().map(|id| (*id, 1 << 60)).collect();
    let mut journal: Vec<Record> = Vec::with_capacity(transfers);
    let (moved, time) = cpu(|| {
        let mut moved = 0u128;
        for (id, (from, to, amount)) in (1u128..).zip(&drawn) {
            let Some(left) = balances.get(from).and_then(|balance| balance.checked_sub(*amount)) else { continue };
            let Some(received) = balances.get(to).and_then(|balance| balance.checked_add(*amount)) else { continue };
            balances.insert(*from, left);
            balances.insert(*to, received);
            journal.push(Record { id, from: *from, to: *to, amount: *amount, rest: [0; 4] });
            moved += amount;
        }
        moved
    });
    let journaled: u128 = journal.iter().map(|record| record.amount + record.rest[0]).sum();
    assert_eq!(moved, journaled, "every transfer of {} is in the journal", journal.first().map_or(0, |first| first.id));
    std::hint::black_box(journal.iter().map(|record| record.from ^ record.to).fold(0, |a, b| a ^ b));
    time
}

/// SQLite with a write-ahead log that is synced at every commit, a thousand transfers per commit.
pub(crate) fn sqlite(dir: &Path, accounts: usize, transfers: usize, batch: usize) -> Result<Duration> {
    let mut connection = Connection::open(dir.join("peer.sqlite"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -1_000_000)?;
    connection.execute_batch(
        "CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0));
         CREATE TABLE journal (id INTEGER PRIMARY KEY, sender INTEGER, receiver INTEGER, amount INTEGER);",
    )?;
    let opening = connection.transaction()?;
    {
        let mut insert = opening.prepare("INSERT INTO account VALUES (?1, ?2)")?;
        for id in 0..accounts {
            insert.execute(params![id as i64, 1i64 << 60])?;
        }
    }
    opening.commit()?;
    let mut random = Random::new();
    let drawn: Vec<(i64, i64, i64)> = (0..transfers)
        .map(|_| {
            let (from, to) = random.pair(accounts);
            (from as i64, to as i64, 1 + (random.next() % 1_000) as i64)
        })
        .collect();
    let (done, time) = wall(|| -> rusqlite::Result<()> {
        for batch in drawn.chunks(batch) {
            let commit = connection.transaction()?;
            {
                let mut debit = commit.prepare_cached("UPDATE account SET balance = balance - ?2 WHERE id = ?1")?;
                let mut credit = commit.prepare_cached("UPDATE account SET balance = balance + ?2 WHERE id = ?1")?;
                let mut note =
                    commit.prepare_cached("INSERT INTO journal (sender, receiver, amount) VALUES (?1, ?2, ?3)")?;
                for (from, to, amount) in batch {
                    debit.execute(params![from, amount])?;
                    credit.execute(params![to, amount])?;
                    note.execute(params![from, to, amount])?;
                }
            }
            commit.commit()?;
        }
        Ok(())
    });
    done?;
    let noted: i64 = connection.query_row("SELECT count(*) FROM journal", [], |row| row.get(0))?;
    anyhow::ensure!(usize::try_from(noted)? == transfers, "SQLite did {noted} of {transfers} transfers");
    Ok(time)
}
