//! Reads: statements and lists, in pages, over ranges of time.
//!
//! Amounts are texts in smallest units, times milliseconds since 1970, ranges from a time on up to, not including, another.
//! A page holds at most as many entries as asked for; its cursor is where the next one begins.

mod account;
mod blocks;
mod events;
mod markets;
mod transactions;

use gage_units::Timestamp;
use serde::{Deserialize, Serialize};

use crate::HistoryError;
use crate::db::{Cell, Columns, Db};

pub use account::{Standing, Statement, StatementAsked, StatementLine};
pub use events::{EventLine, EventsAsked};
pub use markets::{Candle, LotHistory, LotLine, LotsAsked, TakeLine, VaultHistory, VaultLine};
pub use transactions::{ReceiptFound, TransactionLine};

/// From a time on, up to, not including, another; without one there is no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Span {
    /// From this time on.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
}

/// Which entries of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageAsked {
    /// The most entries.
    pub limit: usize,
    /// `next` of the page before; from the start without one.
    pub cursor: Option<String>,
}

impl PageAsked {
    /// The first entries.
    pub fn first(limit: usize) -> PageAsked {
        PageAsked { limit, cursor: None }
    }

    /// The cursor as the numbers it is made of.
    fn after<const N: usize>(&self) -> Result<Option<[i64; N]>, HistoryError> {
        let Some(text) = &self.cursor else { return Ok(None) };
        let numbers: Option<Vec<i64>> = text.split('.').map(|part| part.parse().ok().filter(|it| *it >= 0)).collect();
        let numbers = numbers.and_then(|numbers| <[i64; N]>::try_from(numbers).ok());
        numbers.map(Some).ok_or(HistoryError::BadCursor)
    }

    fn limit(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX)
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page of what was found; a full one has a next.
    fn of(items: Vec<T>, asked: &PageAsked, cursor: impl Fn(&T) -> String) -> Page<T> {
        let next = items.last().filter(|_| items.len() >= asked.limit).map(cursor);
        Page { items, next }
    }
}

/// First and last height of a range of time; `None` if no block is in it.
fn heights(db: &mut Db, span: &Span) -> Result<Option<(i64, i64)>, HistoryError> {
    // No block is of a later time than a column holds.
    let column = |time: Timestamp| Cell::Int(i64::try_from(time.0).unwrap_or(i64::MAX));
    let mut edge = |sql: &str, time: Option<Timestamp>, any: &str| -> Result<Option<i64>, HistoryError> {
        let rows = match time {
            Some(time) => db.query(sql, &[column(time)])?,
            None => db.query(any, &[])?,
        };
        rows.first().map(|row| row.int(0)).transpose()
    };
    let first = edge(
        "SELECT height FROM blocks WHERE time_ms >= ?1 ORDER BY time_ms LIMIT 1",
        span.from,
        "SELECT height FROM blocks ORDER BY height LIMIT 1",
    )?;
    let last = edge(
        "SELECT height FROM blocks WHERE time_ms < ?1 ORDER BY time_ms DESC LIMIT 1",
        span.to,
        "SELECT height FROM blocks ORDER BY height DESC LIMIT 1",
    )?;
    Ok(first.zip(last).filter(|(first, last)| first <= last))
}

/// Conditions of a statement with their parameters.
struct Filter {
    conditions: Vec<String>,
    parameters: Vec<Cell>,
}

impl Filter {
    fn new() -> Filter {
        Filter { conditions: Vec::new(), parameters: Vec::new() }
    }

    /// Adds a condition in which `?` is the value.
    fn add(&mut self, condition: &str, value: Cell) {
        self.parameters.push(value);
        self.conditions.push(condition.replace('?', &format!("?{}", self.parameters.len())));
    }

    /// Only what is between two heights, both included.
    fn between(&mut self, column: &str, (first, last): (i64, i64)) {
        self.add(&format!("{column} >= ?"), Cell::Int(first));
        self.add(&format!("{column} <= ?"), Cell::Int(last));
    }

    /// Only what follows the place of a cursor, in the order of these columns.
    fn after(&mut self, columns: &str, place: &[i64]) {
        let marks: Vec<String> = place
            .iter()
            .map(|number| {
                self.parameters.push(Cell::Int(*number));
                format!("?{}", self.parameters.len())
            })
            .collect();
        self.conditions.push(format!("({columns}) > ({})", marks.join(", ")));
    }

    /// `select WHERE conditions rest`.
    fn statement(&self, select: &str, rest: &str) -> String {
        if self.conditions.is_empty() {
            return format!("{select} {rest}");
        }
        format!("{select} WHERE {} {rest}", self.conditions.join(" AND "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_as_many_numbers_as_the_order_has() {
        let asked = |cursor: &str| PageAsked { limit: 1, cursor: Some(cursor.to_owned()) };
        assert_eq!(asked("7.0.12").after::<3>().unwrap(), Some([7, 0, 12]));
        for bad in ["", "7", "7.0", "7.0.12.1", "7.x.1", "7.-1.0", "7.0.99999999999999999999"] {
            assert!(asked(bad).after::<3>().is_err(), "{bad:?}");
        }
        assert_eq!(PageAsked::first(1).after::<3>().unwrap(), None);
    }

    #[test]
    fn conditions_number_their_parameters() {
        let mut filter = Filter::new();
        filter.add("a = ?", Cell::Int(1));
        filter.between("h", (2, 3));
        filter.after("h, n", &[4, 5]);
        let text = filter.statement("SELECT x FROM t", "LIMIT 9");
        assert_eq!(text, "SELECT x FROM t WHERE a = ?1 AND h >= ?2 AND h <= ?3 AND (h, n) > (?4, ?5) LIMIT 9");
        assert_eq!(filter.parameters.len(), 5);
    }
}
