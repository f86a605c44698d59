//! The rows of a batch of blocks, by table.

use crate::HistoryError;
use crate::db::{Db, Row};
use crate::schema::table;

/// The rows of a batch of blocks, by table.
#[derive(Default)]
pub(crate) struct Rows {
    pub accounts: Vec<Row>,
    pub assets: Vec<Row>,
    pub transactions: Vec<Row>,
    pub events: Vec<Row>,
    pub event_accounts: Vec<Row>,
    pub postings: Vec<Row>,
    pub balances: Vec<Row>,
    pub prices: Vec<Row>,
    pub vaults: Vec<Row>,
    pub vault_lines: Vec<Row>,
    pub lots: Vec<Row>,
    pub takes: Vec<Row>,
    pub lot_ends: Vec<Row>,
    pub block_tree: Vec<Row>,
    pub blocks: Vec<Row>,
}

impl Rows {
    /// Adds them to their tables, blocks last.
    pub fn write(&self, db: &mut Db) -> Result<(), HistoryError> {
        for (name, rows) in [
            ("accounts", &self.accounts),
            ("assets", &self.assets),
            ("transactions", &self.transactions),
            ("events", &self.events),
            ("event_accounts", &self.event_accounts),
            ("postings", &self.postings),
            ("balances", &self.balances),
            ("prices", &self.prices),
            ("vaults", &self.vaults),
            ("vault_lines", &self.vault_lines),
            ("lots", &self.lots),
            ("takes", &self.takes),
            ("lot_ends", &self.lot_ends),
            ("block_tree", &self.block_tree),
            ("blocks", &self.blocks),
        ] {
            db.insert(table(name), rows)?;
        }
        Ok(())
    }
}
