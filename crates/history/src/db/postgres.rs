//! PostgreSQL: rows go in by COPY, everything else by prepared statements.

use std::io::Write;
use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{ToSql, Type};
use postgres::{Client, Config, NoTls};

use super::numeric::Numeric;
use super::{Cell, Row, shown};
use crate::HistoryError;
use crate::schema::Table;

/// How long the server may take to answer a new connection.
const CONNECT: Duration = Duration::from_secs(10);

pub(crate) struct Postgres {
    client: Client,
    place: String,
}

impl Postgres {
    pub fn open(url: &str) -> Result<Postgres, HistoryError> {
        let place = shown(url);
        let failed = |error: postgres::Error| refused(&place, &error);
        let mut config: Config = url.parse().map_err(failed)?;
        config.application_name("gage history").connect_timeout(CONNECT);
        let mut client = config.connect(NoTls).map_err(failed)?;
        // The texts of the views are in one time zone and notation, wherever the server is.
        client.batch_execute("SET TIME ZONE 'UTC'; SET client_min_messages = warning").map_err(failed)?;
        Ok(Postgres { client, place })
    }

    pub fn run(&mut self, sql: &str) -> Result<(), HistoryError> {
        self.client.batch_execute(sql).map_err(|error| refused(&self.place, &error))
    }

    pub fn execute(&mut self, sql: &str, parameters: &[Cell]) -> Result<u64, HistoryError> {
        let changed = self.client.execute(&numbered(sql), &references(parameters));
        changed.map_err(|error| refused(&self.place, &error))
    }

    pub fn each(
        &mut self,
        sql: &str,
        parameters: &[Cell],
        take: &mut dyn FnMut(Row) -> Result<(), HistoryError>,
    ) -> Result<(), HistoryError> {
        let place = &self.place;
        let failed = |error: postgres::Error| refused(place, &error);
        let mut rows = self.client.query_raw(&numbered(sql), references(parameters)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let values: Result<Row, postgres::Error> =
                row.columns().iter().enumerate().map(|(column, of)| read(&row, column, of.type_())).collect();
            take(values.map_err(failed)?)?;
        }
        Ok(())
    }

    /// The names of what a statement answers.
    pub fn columns(&mut self, sql: &str) -> Result<Vec<String>, HistoryError> {
        let statement = self.client.prepare(&numbered(sql)).map_err(|error| refused(&self.place, &error))?;
        Ok(statement.columns().iter().map(|column| column.name().to_owned()).collect())
    }

    pub fn insert(&mut self, table: &Table, rows: &[Row]) -> Result<(), HistoryError> {
        let place = self.place.clone();
        let failed = |error: postgres::Error| refused(&place, &error);
        let sql = format!("COPY {} ({}) FROM STDIN", table.name, table.columns.join(", "));
        let mut lines = Vec::new();
        for row in rows {
            line(&mut lines, row);
        }
        let mut copy = self.client.copy_in(&sql).map_err(failed)?;
        let written = copy.write_all(&lines);
        written.map_err(|error| HistoryError::Database { place: place.clone(), reason: error.to_string() })?;
        copy.finish().map_err(failed)?;
        Ok(())
    }
}

/// `?1` in the notation of PostgreSQL.
fn numbered(sql: &str) -> String {
    sql.replace('?', "$")
}

fn references(parameters: &[Cell]) -> Vec<&(dyn ToSql + Sync)> {
    parameters
        .iter()
        .map(|value| -> &(dyn ToSql + Sync) {
            match value {
                Cell::Null | Cell::Amount(_) => &None::<i64>,
                Cell::Int(number) => number,
                Cell::Text(text) | Cell::Json(text) => text,
                Cell::Bytes(bytes) => bytes,
            }
        })
        .collect()
}

fn read(row: &postgres::Row, column: usize, of: &Type) -> Result<Cell, postgres::Error> {
    let value = match *of {
        Type::INT2 => row.try_get::<_, Option<i16>>(column)?.map(|number| Cell::Int(number.into())),
        Type::INT4 => row.try_get::<_, Option<i32>>(column)?.map(|number| Cell::Int(number.into())),
        Type::INT8 => row.try_get::<_, Option<i64>>(column)?.map(Cell::Int),
        Type::NUMERIC => row.try_get::<_, Option<Numeric>>(column)?.map(|number| Cell::Amount(number.0)),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(column)?.map(Cell::Bytes),
        _ => row.try_get::<_, Option<String>>(column)?.map(Cell::Text),
    };
    Ok(value.unwrap_or(Cell::Null))
}

/// One line of the text format of COPY.
fn line(out: &mut Vec<u8>, row: &[Cell]) {
    for (column, value) in row.iter().enumerate() {
        if column > 0 {
            out.push(b'\t');
        }
        match value {
            Cell::Null => out.extend_from_slice(b"\\N"),
            Cell::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Cell::Amount(amount) => out.extend_from_slice(amount.to_string().as_bytes()),
            // PostgreSQL keeps no zero character in texts; the bytes of the event keep it.
            Cell::Text(text) => escape(out, &text.replace('\0', "\u{fffd}")),
            Cell::Json(text) => escape(out, &text.replace("\\u0000", "\\ufffd")),
            Cell::Bytes(bytes) => {
                out.extend_from_slice(b"\\\\x");
                out.extend_from_slice(hex::encode(bytes).as_bytes());
            }
        }
    }
    out.push(b'\n');
}

fn escape(out: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            other => out.push(other),
        }
    }
}

fn refused(place: &str, error: &postgres::Error) -> HistoryError {
    let mut reason = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        reason = format!("{reason}: {inner}");
        cause = inner.source();
    }
    HistoryError::Database { place: place.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_line_is_escaped() {
        let mut out = Vec::new();
        let hostile = Cell::Text("a\tb\\N\nc\r\0d".to_owned());
        let json = Cell::Json("{\"a\":\"\\u0000\"}".to_owned());
        line(&mut out, &[hostile, Cell::Null, json, Cell::Bytes(vec![0, 255]), Cell::Amount(u128::MAX)]);
        let text = String::from_utf8(out).unwrap();
        let expected = "a\\tb\\\\N\\nc\\r\u{fffd}d\t\\N\t{\"a\":\"\\\\ufffd\"}\t\\\\x00ff\t340282366920938463463374607431768211455\n";
        assert_eq!(text, expected);
    }
}
