//! What a block did, made whole again from its rows.

use gage_chain::{BlockResult, Header};
use gage_crypto::Hash;
use gage_store::Events;
use gage_units::Height;

use super::transactions::{RECEIPT, events, module_of, receipt};
use crate::HistoryError;
use crate::db::{Cell, Columns, Row};
use crate::history::History;

impl History {
    /// A block's header, if it is recorded.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`], [`HistoryError::Database`].
    pub fn header(&self, height: Height) -> Result<Option<Header>, HistoryError> {
        let rows = self.read(|db| {
            db.query("SELECT header FROM blocks WHERE height = ?1", &[Cell::from_u64(height.0, "a height")?])
        })?;
        let read = |row: &Row| {
            row.maybe(0, |row, column| {
                borsh::from_slice(row.bytes(column)?)
                    .map_err(|error| HistoryError::Damaged(format!("the header of block {height}: {error}")))
            })
        };
        Ok(rows.first().map(read).transpose()?.flatten())
    }

    /// What a block did, if it is recorded: the same as the node had it.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`], [`HistoryError::Database`].
    pub fn result(&self, height: Height) -> Result<Option<BlockResult>, HistoryError> {
        self.read(|db| {
            let at = Cell::from_u64(height.0, "a height")?;
            let sql = "SELECT hash, events_root, bundles FROM blocks WHERE height = ?1 AND header IS NOT NULL";
            let rows = db.query(sql, std::slice::from_ref(&at))?;
            let Some(block) = rows.first() else { return Ok(None) };
            let hash = |column| -> Result<Hash, HistoryError> {
                let wrong = |_| HistoryError::Damaged(format!("a hash of block {height} does not read"));
                block.word(column)?.parse().map_err(wrong)
            };
            let sql =
                "SELECT module, bytes, receipt FROM events WHERE height = ?1 AND receipt IS NOT NULL ORDER BY number";
            let mut of_receipts: Vec<Events> = Vec::new();
            for row in db.query(sql, std::slice::from_ref(&at))? {
                let position = usize::try_from(row.int(2)?).map_err(|_| HistoryError::OutOfRange("a position"))?;
                if of_receipts.len() <= position {
                    of_receipts.resize(position.saturating_add(1), Events::default());
                }
                of_receipts[position].push_bytes(module_of(&row)?, row.bytes(1)?);
            }
            let sql = format!("SELECT {RECEIPT} FROM transactions WHERE height = ?1 ORDER BY position");
            let rows = db.query(&sql, std::slice::from_ref(&at))?;
            of_receipts.resize(rows.len(), Events::default());
            let receipts = rows.iter().zip(of_receipts).map(|(row, events)| receipt(row, events));
            Ok(Some(BlockResult {
                height,
                block: hash(0)?,
                receipts: receipts.collect::<Result<_, _>>()?,
                bundles: usize::try_from(block.int(2)?).map_err(|_| HistoryError::OutOfRange("a count"))?,
                due: events(db, block_height(&at), None)?,
                events_root: hash(1)?,
            }))
        })
    }
}

fn block_height(at: &Cell) -> i64 {
    match at {
        Cell::Int(height) => *height,
        _ => 0,
    }
}
