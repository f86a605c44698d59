//! What accounts have, kept while blocks are recorded, so that every line of a statement tells the balance after it.

use std::collections::{BTreeSet, HashMap};

use gage_ledger::{Balance, Leg, Part, Side};
use gage_units::Amount;

use crate::HistoryError;
use crate::db::{Cell, Columns, Db, Row};

/// How many holdings are kept between batches; others are read again.
const KEPT_MAX: usize = 500_000;

/// Account and asset.
type Holding = (u32, u32);

/// The holdings that the last blocks touched.
#[derive(Default)]
pub(crate) struct Books {
    holdings: HashMap<Holding, Balance>,
    /// Those that the block at hand changed.
    changed: BTreeSet<Holding>,
}

impl Books {
    /// Forgets what was read: after a batch that was undone.
    pub fn forget(&mut self) {
        self.holdings.clear();
        self.changed.clear();
    }

    /// Makes room once there is too much.
    pub fn trim(&mut self) {
        if self.holdings.len() > KEPT_MAX {
            self.forget();
        }
    }

    /// Books one line; what its part holds after it. Without a database, nothing was recorded before.
    pub fn post(&mut self, db: Option<&mut Db>, leg: &Leg) -> Result<Amount, HistoryError> {
        let key = (leg.account.0, leg.asset.0);
        let balance = match self.holdings.entry(key) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(unknown) => {
                unknown.insert(db.map_or(Ok(Balance::default()), |db| last(db, key))?)
            }
        };
        let part = match leg.part {
            Part::Free => &mut balance.free,
            Part::Held => &mut balance.held,
            Part::Pledged => &mut balance.pledged,
            Part::Frozen => &mut balance.frozen,
        };
        let after = match leg.side {
            Side::Credit => part.plus(leg.amount),
            Side::Debit => part.minus(leg.amount),
        };
        let wrong = |_| {
            let side = if leg.side == Side::Debit { "a debit" } else { "a credit" };
            HistoryError::Damaged(format!(
                "{side} of {} does not fit the {} part of account {} in asset {}, which has {part}",
                leg.amount,
                leg.part.name(),
                leg.account,
                leg.asset
            ))
        };
        let after = after.map_err(wrong)?;
        *part = after;
        self.changed.insert(key);
        Ok(after)
    }

    /// The holdings that changed since the last call, as rows of a block.
    pub fn changes(&mut self, height: u64) -> Result<Vec<Row>, HistoryError> {
        let height = Cell::from_u64(height, "a height")?;
        let changed = std::mem::take(&mut self.changed);
        let row = |key: Holding| {
            let balance = self.holdings.get(&key).copied().unwrap_or_default();
            let parts = [balance.free, balance.held, balance.pledged, balance.frozen];
            let mut row = vec![key.0.into(), key.1.into(), height.clone()];
            row.extend(parts.map(Cell::from));
            row
        };
        Ok(changed.into_iter().map(row).collect())
    }
}

/// What was last recorded of a holding.
fn last(db: &mut Db, (account, asset): Holding) -> Result<Balance, HistoryError> {
    let sql = "SELECT free, held, pledged, frozen FROM balances WHERE account = ?1 AND asset = ?2 \
               ORDER BY height DESC LIMIT 1";
    let rows = db.query(sql, &[account.into(), asset.into()])?;
    rows.first().map_or(Ok(Balance::default()), |row| balance(row, 0))
}

/// The four parts in the columns from `first` on.
pub(crate) fn balance(row: &[Cell], first: usize) -> Result<Balance, HistoryError> {
    Ok(Balance {
        free: row.amount(first)?,
        held: row.amount(first + 1)?,
        pledged: row.amount(first + 2)?,
        frozen: row.amount(first + 3)?,
    })
}
