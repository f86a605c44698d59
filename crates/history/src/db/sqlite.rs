//! SQLite: one file, a write-ahead log, readers beside the writer.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Result as Answer, ToSql, params_from_iter};

use super::{AMOUNT_DIGITS, Cell, Row};
use crate::HistoryError;
use crate::schema::Table;

/// How long a statement waits for another process that writes.
const BUSY: Duration = Duration::from_secs(30);

pub(crate) struct Sqlite {
    connection: Connection,
    path: PathBuf,
}

impl ToSql for Cell {
    fn to_sql(&self) -> Answer<ToSqlOutput<'_>> {
        Ok(match self {
            Cell::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Cell::Int(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Cell::Amount(amount) => ToSqlOutput::Owned(rusqlite::types::Value::Text(padded(*amount))),
            Cell::Text(text) | Cell::Json(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

/// An amount with leading zeros, so that texts are in the order of their values.
fn padded(amount: u128) -> String {
    format!("{amount:0AMOUNT_DIGITS$}")
}

fn read(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Int(number),
        // Nothing here is written as a floating-point number.
        ValueRef::Real(number) => Cell::Text(number.to_string()),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
    }
}

/// The exact sum of decimal texts. Name and meaning are those of SQLite's own extension, which its shell has built in.
struct DecimalSum;

impl Aggregate<u128, Option<String>> for DecimalSum {
    fn init(&self, _: &mut Context<'_>) -> Answer<u128> {
        Ok(0)
    }

    fn step(&self, context: &mut Context<'_>, sum: &mut u128) -> Answer<()> {
        let Some(text) = context.get::<Option<String>>(0)? else { return Ok(()) };
        let wrong = || rusqlite::Error::UserFunctionError(format!("{text:?} cannot be added").into());
        let amount: u128 = text.parse().map_err(|_| wrong())?;
        *sum = sum.checked_add(amount).ok_or_else(wrong)?;
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sum: Option<u128>) -> Answer<Option<String>> {
        Ok(sum.map(|sum| sum.to_string()))
    }
}

impl Sqlite {
    pub fn open(path: &Path) -> Result<Sqlite, HistoryError> {
        let failed = |error: rusqlite::Error| refused(path, &error);
        let connection = Connection::open(path).map_err(failed)?;
        connection.busy_timeout(BUSY).map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(64);
        // Readers see whole batches and wait for nobody. A commit survives the process at once, and the machine from
        // the next checkpoint on: what a power failure takes away is recorded again.
        let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;";
        connection.execute_batch(settings).map_err(failed)?;
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        connection.create_aggregate_function("decimal_sum", 1, flags, DecimalSum).map_err(failed)?;
        Ok(Sqlite { connection, path: path.to_path_buf() })
    }

    pub fn run(&mut self, sql: &str) -> Result<(), HistoryError> {
        self.connection.execute_batch(sql).map_err(|error| refused(&self.path, &error))
    }

    pub fn execute(&mut self, sql: &str, parameters: &[Cell]) -> Result<u64, HistoryError> {
        let changed = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(params_from_iter(parameters)));
        changed.map(|rows| u64::try_from(rows).unwrap_or(u64::MAX)).map_err(|error| refused(&self.path, &error))
    }

    pub fn each(
        &mut self,
        sql: &str,
        parameters: &[Cell],
        take: &mut dyn FnMut(Row) -> Result<(), HistoryError>,
    ) -> Result<(), HistoryError> {
        let failed = |error: rusqlite::Error| refused(&self.path, &error);
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(parameters)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let values: Answer<Row> = (0..columns).map(|column| row.get_ref(column).map(read)).collect();
            take(values.map_err(failed)?)?;
        }
        Ok(())
    }

    /// The names of what a statement answers.
    pub fn columns(&mut self, sql: &str) -> Result<Vec<String>, HistoryError> {
        let statement = self.connection.prepare_cached(sql).map_err(|error| refused(&self.path, &error))?;
        Ok(statement.column_names().map(str::to_owned).collect())
    }

    pub fn insert(&mut self, table: &Table, rows: &[Row]) -> Result<(), HistoryError> {
        let failed = |error: rusqlite::Error| refused(&self.path, &error);
        let mut statement = self.connection.prepare_cached(&table.insert()).map_err(failed)?;
        for row in rows {
            statement.execute(params_from_iter(row)).map_err(failed)?;
        }
        Ok(())
    }
}

fn refused(path: &Path, error: &rusqlite::Error) -> HistoryError {
    HistoryError::Database { place: path.display().to_string(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_amounts_are_in_the_order_of_their_values() {
        let amounts = [0, 1, 9, 10, 99, 1 << 64, u128::MAX - 1, u128::MAX];
        let texts: Vec<String> = amounts.map(padded).to_vec();
        assert!(texts.is_sorted());
        assert!(texts.iter().all(|text| text.len() == AMOUNT_DIGITS), "{texts:?}");
    }

    #[test]
    fn sums_are_exact_and_never_wrap() {
        let mut db = Sqlite::open(Path::new(":memory:")).unwrap();
        db.run("CREATE TABLE t (amount TEXT)").unwrap();
        let add = |db: &mut Sqlite, amount| db.execute("INSERT INTO t VALUES (?1)", &[Cell::Amount(amount)]).unwrap();
        add(&mut db, u128::MAX - 5);
        add(&mut db, 5);
        let sum = |db: &mut Sqlite| {
            let mut sum = Vec::new();
            db.each("SELECT decimal_sum(amount) FROM t", &[], &mut |row| {
                sum.extend(row);
                Ok(())
            })
            .map(|()| sum)
        };
        assert_eq!(sum(&mut db).unwrap(), [Cell::Text(u128::MAX.to_string())]);
        add(&mut db, 1);
        assert!(sum(&mut db).is_err(), "a sum that does not fit is refused");
    }
}
