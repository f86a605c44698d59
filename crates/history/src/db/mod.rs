//! The two databases behind one small face: rows in, rows out, all of a batch or nothing.
//!
//! Statements are written once, in the SQL that both understand, with `?1`, `?2` for parameters.

mod numeric;
mod postgres;
mod sqlite;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use gage_units::Amount;

use crate::HistoryError;
use crate::schema::Table;

/// Digits of an amount in SQLite: as many as the largest has, so that texts are in the order of their values.
pub(crate) const AMOUNT_DIGITS: usize = 39;

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Amount(u128),
    Text(String),
    Json(String),
    Bytes(Vec<u8>),
}

/// One row.
pub(crate) type Row = Vec<Cell>;

impl Cell {
    /// A number that a column may not hold.
    pub fn from_u64(number: u64, what: &'static str) -> Result<Cell, HistoryError> {
        i64::try_from(number).map(Cell::Int).map_err(|_| HistoryError::OutOfRange(what))
    }

    pub fn text(value: impl fmt::Display) -> Cell {
        Cell::Text(value.to_string())
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Cell {
        Cell::Int(i64::from(number))
    }
}

impl From<Amount> for Cell {
    fn from(amount: Amount) -> Cell {
        Cell::Amount(amount.0)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::Null, Into::into)
    }
}

/// What a row of the database holds where something else was expected.
fn unlike(value: Option<&Cell>, wanted: &str) -> HistoryError {
    HistoryError::Damaged(format!("{value:?} stands where there should be {wanted}"))
}

/// Reads the columns of a row.
pub(crate) trait Columns {
    fn int(&self, column: usize) -> Result<i64, HistoryError>;
    fn count(&self, column: usize) -> Result<u64, HistoryError>;
    fn number(&self, column: usize) -> Result<u32, HistoryError>;
    fn amount(&self, column: usize) -> Result<Amount, HistoryError>;
    fn word(&self, column: usize) -> Result<&str, HistoryError>;
    fn bytes(&self, column: usize) -> Result<&[u8], HistoryError>;
    fn is_null(&self, column: usize) -> bool;
    /// `None` for a null, else what `read` makes of the column.
    fn maybe<T>(
        &self,
        column: usize,
        read: impl FnOnce(&Self, usize) -> Result<T, HistoryError>,
    ) -> Result<Option<T>, HistoryError> {
        if self.is_null(column) { Ok(None) } else { read(self, column).map(Some) }
    }
}

impl Columns for [Cell] {
    fn int(&self, column: usize) -> Result<i64, HistoryError> {
        match self.get(column) {
            Some(Cell::Int(number)) => Ok(*number),
            other => Err(unlike(other, "a number")),
        }
    }

    fn count(&self, column: usize) -> Result<u64, HistoryError> {
        u64::try_from(self.int(column)?).map_err(|_| unlike(self.get(column), "a number from zero up"))
    }

    fn number(&self, column: usize) -> Result<u32, HistoryError> {
        u32::try_from(self.int(column)?).map_err(|_| unlike(self.get(column), "a number of 32 bits"))
    }

    fn amount(&self, column: usize) -> Result<Amount, HistoryError> {
        match self.get(column) {
            Some(Cell::Amount(amount)) => Ok(Amount(*amount)),
            Some(Cell::Text(text)) => text.parse().map(Amount).map_err(|_| unlike(self.get(column), "an amount")),
            other => Err(unlike(other, "an amount")),
        }
    }

    fn word(&self, column: usize) -> Result<&str, HistoryError> {
        match self.get(column) {
            Some(Cell::Text(text) | Cell::Json(text)) => Ok(text),
            other => Err(unlike(other, "a text")),
        }
    }

    fn bytes(&self, column: usize) -> Result<&[u8], HistoryError> {
        match self.get(column) {
            Some(Cell::Bytes(bytes)) => Ok(bytes),
            other => Err(unlike(other, "bytes")),
        }
    }

    fn is_null(&self, column: usize) -> bool {
        matches!(self.get(column), Some(Cell::Null))
    }
}

/// Where a history is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database by its URL.
    Postgres(String),
}

impl FromStr for Location {
    type Err = HistoryError;

    fn from_str(text: &str) -> Result<Location, HistoryError> {
        let refused = || HistoryError::Location(shown(text));
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Location::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite:").unwrap_or(text);
        if path.is_empty() || path.contains("://") {
            return Err(refused());
        }
        Ok(Location::Sqlite(PathBuf::from(path)))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Sqlite(path) => write!(f, "{}", path.display()),
            Location::Postgres(url) => f.write_str(&shown(url)),
        }
    }
}

/// A URL without its password.
fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let Some((user, host)) = authority.rsplit_once('@') else { return url.to_owned() };
    let user = user.split_once(':').map_or(user, |(user, _)| user);
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    format!("{scheme}://{user}@{host}{path}")
}

/// An open connection.
pub(crate) enum Db {
    Sqlite(sqlite::Sqlite),
    Postgres(Box<postgres::Postgres>),
}

impl Db {
    pub fn open(location: &Location) -> Result<Db, HistoryError> {
        match location {
            Location::Sqlite(path) => sqlite::Sqlite::open(path).map(Db::Sqlite),
            Location::Postgres(url) => postgres::Postgres::open(url).map(Box::new).map(Db::Postgres),
        }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self, Db::Sqlite(_))
    }

    /// Runs statements without parameters.
    pub fn run(&mut self, sql: &str) -> Result<(), HistoryError> {
        match self {
            Db::Sqlite(db) => db.run(sql),
            Db::Postgres(db) => db.run(sql),
        }
    }

    /// Runs one statement with parameters; how many rows it changed.
    pub fn execute(&mut self, sql: &str, parameters: &[Cell]) -> Result<u64, HistoryError> {
        match self {
            Db::Sqlite(db) => db.execute(sql, parameters),
            Db::Postgres(db) => db.execute(sql, parameters),
        }
    }

    pub fn query(&mut self, sql: &str, parameters: &[Cell]) -> Result<Vec<Row>, HistoryError> {
        let mut rows = Vec::new();
        self.each(sql, parameters, &mut |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Hands each row to `take`, one after the other, without keeping them all.
    pub fn each(
        &mut self,
        sql: &str,
        parameters: &[Cell],
        take: &mut dyn FnMut(Row) -> Result<(), HistoryError>,
    ) -> Result<(), HistoryError> {
        match self {
            Db::Sqlite(db) => db.each(sql, parameters, take),
            Db::Postgres(db) => db.each(sql, parameters, take),
        }
    }

    /// The names of what a statement answers.
    pub fn columns(&mut self, sql: &str) -> Result<Vec<String>, HistoryError> {
        match self {
            Db::Sqlite(db) => db.columns(sql),
            Db::Postgres(db) => db.columns(sql),
        }
    }

    /// Adds rows to a table.
    pub fn insert(&mut self, table: &Table, rows: &[Row]) -> Result<(), HistoryError> {
        if rows.is_empty() {
            return Ok(());
        }
        match self {
            Db::Sqlite(db) => db.insert(table, rows),
            Db::Postgres(db) => db.insert(table, rows),
        }
    }

    /// Everything that `work` does, or nothing.
    pub fn atomically<T>(&mut self, work: impl FnOnce(&mut Db) -> Result<T, HistoryError>) -> Result<T, HistoryError> {
        self.run(if self.is_sqlite() { "BEGIN IMMEDIATE" } else { "BEGIN" })?;
        match work(self).and_then(|done| self.run("COMMIT").map(|()| done)) {
            Ok(done) => Ok(done),
            Err(error) => {
                // The first error is the one to tell; a connection that is gone has rolled back by itself.
                drop(self.run("ROLLBACK"));
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_file_or_a_url() {
        assert_eq!("a/b.sqlite".parse::<Location>().unwrap(), Location::Sqlite("a/b.sqlite".into()));
        assert_eq!("sqlite:/x".parse::<Location>().unwrap(), Location::Sqlite("/x".into()));
        assert!(matches!("postgresql://h/d".parse().unwrap(), Location::Postgres(_)));
        for bad in ["", "sqlite:", "mysql://h/d"] {
            assert!(bad.parse::<Location>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        let location: Location = "postgres://gage:se@cret@db:5432/history?password=secret".parse().unwrap();
        assert_eq!(location.to_string(), "postgres://gage@db:5432/history");
        let refused = "mysql://gage:secret@db/x".parse::<Location>().unwrap_err().to_string();
        assert!(!refused.contains("secret"), "{refused}");
    }

    #[test]
    fn columns_say_what_is_wrong() {
        let row = [Cell::Text("7".to_owned()), Cell::Int(-1), Cell::Null];
        assert_eq!(row.amount(0).unwrap(), Amount(7));
        assert!(row.count(1).unwrap_err().to_string().contains("damaged"));
        assert_eq!(row.maybe(2, <[Cell] as Columns>::count).unwrap(), None);
    }
}
