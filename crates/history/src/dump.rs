//! Everything recorded as text, row by row in the order of the keys: two histories are the same if their dumps are.

use std::io::Write;

use crate::HistoryError;
use crate::db::{Cell, Columns};
use crate::history::History;
use crate::schema::{TABLES, column_of_json};

impl History {
    /// Writes every row of every table, one line each. The dumps of the same blocks are equal to the byte, whichever the
    /// database, and however they were recorded.
    ///
    /// # Errors
    /// [`HistoryError::Database`], [`HistoryError::Write`].
    pub fn dump(&self, out: &mut dyn Write) -> Result<(), HistoryError> {
        self.read(|db| {
            for table in TABLES {
                let columns: Vec<String> =
                    table
                        .columns
                        .iter()
                        .map(|column| {
                            if column_of_json(column) {
                                format!("CAST({column} AS TEXT)")
                            } else {
                                (*column).to_owned()
                            }
                        })
                        .collect();
                let sql = format!("SELECT {} FROM {} ORDER BY {}", columns.join(", "), table.name, table.order);
                db.each(&sql, &[], &mut |row| {
                    let mut line = table.name.to_owned();
                    for (value, column) in row.iter().zip(table.columns) {
                        line.push('|');
                        line.push_str(&shown(column, value)?);
                    }
                    line.push('\n');
                    out.write_all(line.as_bytes())
                        .map_err(|error| HistoryError::Write { file: "the dump".to_owned(), reason: error.to_string() })
                })?;
            }
            Ok(())
        })
    }
}

fn shown(column: &str, value: &Cell) -> Result<String, HistoryError> {
    Ok(match value {
        Cell::Null => String::new(),
        Cell::Int(number) => number.to_string(),
        Cell::Amount(amount) => amount.to_string(),
        Cell::Bytes(bytes) => hex::encode(bytes),
        Cell::Text(_) if crate::schema::column_of_amount(column) => [value.clone()].amount(0)?.to_string(),
        // Spaces and the order of fields are the database's.
        Cell::Text(text) | Cell::Json(text) if column_of_json(column) => {
            let json: serde_json::Value = serde_json::from_str(text)
                .map_err(|error| HistoryError::Damaged(format!("{column} is not JSON: {error}")))?;
            json.to_string()
        }
        Cell::Text(text) | Cell::Json(text) => text.clone(),
    })
}
