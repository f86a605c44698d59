//! Exports for analysis: one file for each subject, in CSV or Parquet.
//!
//! Amounts are whole numbers in smallest units: plain digits in CSV, `DECIMAL(38, 0)` in Parquet. An amount of 39 digits,
//! which no common tool has a number for, is null there and stands in the column of the same name with `_exact` behind it.

mod csv;
mod parquet;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::HistoryError;
use crate::db::{Cell, Columns, Row};
use crate::history::History;
use crate::query::Span;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Amount,
    Text,
    /// Milliseconds since 1970.
    Time,
}

/// One file: what it is made of.
pub(crate) struct Dataset {
    name: &'static str,
    columns: &'static [(&'static str, Kind)],
    /// Everything up to the conditions on `b`, the block.
    select: &'static str,
    order: &'static str,
}

use Kind::{Amount as A, Int as I, Text as S, Time as T};

const DATASETS: &[Dataset] = &[
    Dataset {
        name: "blocks",
        columns: &[("height", I), ("time", T), ("hash", S), ("transactions", I), ("events", I)],
        select: "SELECT b.height, b.time_ms, b.hash, b.transactions, b.events FROM blocks b",
        order: "b.height",
    },
    Dataset {
        name: "transactions",
        columns: &[
            ("height", I),
            ("position", I),
            ("time", T),
            ("transaction", S),
            ("account", S),
            ("outcome", S),
            ("code", I),
            ("name", S),
            ("fee", A),
            ("weight", I),
        ],
        select: "SELECT t.height, t.position, b.time_ms, t.hash, a.id, t.outcome, t.code, t.name, t.fee, t.weight \
                 FROM transactions t JOIN blocks b ON b.height = t.height LEFT JOIN accounts a ON a.account = t.account",
        order: "t.height, t.position",
    },
    Dataset {
        name: "postings",
        columns: &[
            ("height", I),
            ("number", I),
            ("leg", I),
            ("time", T),
            ("account", S),
            ("asset", I),
            ("symbol", S),
            ("decimals", I),
            ("purpose", S),
            ("side", S),
            ("part", S),
            ("amount", A),
            ("balance", A),
            ("item", S),
            ("other", S),
            ("transaction", S),
        ],
        select: "SELECT p.height, p.number, p.leg, b.time_ms, a.id, p.asset, s.symbol, s.decimals, p.purpose, p.side, p.part, \
                 p.amount, p.balance, p.item, o.id, t.hash FROM postings p JOIN blocks b ON b.height = p.height \
                 JOIN accounts a ON a.account = p.account JOIN assets s ON s.asset = p.asset \
                 LEFT JOIN accounts o ON o.account = p.other \
                 LEFT JOIN transactions t ON t.height = p.height AND t.position = p.receipt",
        order: "p.height, p.number, p.leg",
    },
    Dataset {
        name: "events",
        columns: &[
            ("height", I),
            ("number", I),
            ("time", T),
            ("module", S),
            ("kind", S),
            ("asset", I),
            ("amount", A),
            ("vault", I),
            ("facility", I),
            ("lot", I),
            ("feed", I),
            ("transaction", S),
            ("body", S),
        ],
        select: "SELECT e.height, e.number, b.time_ms, e.module, e.kind, e.asset, e.amount, e.vault, e.facility, e.lot, \
                 e.feed, t.hash, CAST(e.body AS TEXT) FROM events e JOIN blocks b ON b.height = e.height \
                 LEFT JOIN transactions t ON t.height = e.height AND t.position = e.receipt",
        order: "e.height, e.number",
    },
    Dataset {
        name: "prices",
        columns: &[
            ("feed", I),
            ("height", I),
            ("number", I),
            ("time", T),
            ("price", A),
            ("confidence", A),
            ("used", A),
            ("observed", T),
        ],
        select: "SELECT p.feed, p.height, p.number, p.time_ms, p.price, p.confidence, p.used, p.observed_ms \
                 FROM prices p JOIN blocks b ON b.height = p.height",
        order: "p.feed, p.height, p.number",
    },
    Dataset {
        name: "vaults",
        columns: &[
            ("vault", I),
            ("height", I),
            ("number", I),
            ("time", T),
            ("facility", I),
            ("owner", S),
            ("kind", S),
            ("asset", I),
            ("collateral", A),
            ("debt", A),
            ("debt_left", A),
            ("lot", I),
            ("health", A),
            ("health_after", A),
        ],
        select: "SELECT l.vault, l.height, l.number, b.time_ms, v.facility, a.id, l.kind, l.asset, l.collateral, l.debt, \
                 l.debt_left, l.lot, l.health, l.health_after FROM vault_lines l JOIN blocks b ON b.height = l.height \
                 LEFT JOIN vaults v ON v.vault = l.vault LEFT JOIN accounts a ON a.account = v.owner",
        order: "l.height, l.number",
    },
    Dataset {
        name: "auctions",
        columns: &[
            ("lot", I),
            ("style", S),
            ("module", S),
            ("record", I),
            ("asset", I),
            ("amount", A),
            ("want", I),
            ("raise_max", A),
            ("start_price", A),
            ("floor_price", A),
            ("opened", T),
            ("closed", T),
            ("raised", A),
            ("remainder", A),
        ],
        select: "SELECT l.lot, l.style, l.module, l.record, l.asset, l.amount, l.want, l.raise_max, l.start_price, \
                 l.floor_price, b.time_ms, c.time_ms, e.raised, e.remainder FROM lots l \
                 JOIN blocks b ON b.height = l.opened_height LEFT JOIN lot_ends e ON e.lot = l.lot \
                 LEFT JOIN blocks c ON c.height = e.height",
        order: "l.lot",
    },
    Dataset {
        name: "takes",
        columns: &[
            ("lot", I),
            ("height", I),
            ("number", I),
            ("time", T),
            ("taker", S),
            ("taken", A),
            ("price", A),
            ("payment", A),
        ],
        select: "SELECT t.lot, t.height, t.number, b.time_ms, a.id, t.taken, t.price, t.payment FROM takes t \
                 JOIN blocks b ON b.height = t.height LEFT JOIN accounts a ON a.account = t.taker",
        order: "t.lot, t.height, t.number",
    },
];

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180), with the names of the columns in the first line.
    Csv,
    /// Apache Parquet.
    Parquet,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Where.
    pub path: PathBuf,
    /// How many rows it has.
    pub rows: u64,
}

/// Takes rows and makes a file of them.
pub(crate) trait Sink {
    fn row(&mut self, row: &[Cell]) -> Result<(), String>;
    fn finish(self: Box<Self>) -> Result<(), String>;
}

impl History {
    /// The subjects that can be exported, by name.
    pub fn exports() -> impl Iterator<Item = &'static str> {
        DATASETS.iter().map(|dataset| dataset.name)
    }

    /// Writes subjects, all if none is named, of a range of time into files of a directory. All files are of one state of the
    /// history; each appears whole or not at all.
    ///
    /// # Errors
    /// [`HistoryError::Write`], [`HistoryError::Database`].
    pub fn export(
        &self,
        dir: &Path,
        format: Format,
        only: &[String],
        span: &Span,
    ) -> Result<Vec<Exported>, HistoryError> {
        let failed = |path: &Path, reason: &dyn std::fmt::Display| HistoryError::Write {
            file: path.display().to_string(),
            reason: reason.to_string(),
        };
        fs::create_dir_all(dir).map_err(|error| failed(dir, &error))?;
        let mut condition = Vec::new();
        let mut parameters = Vec::new();
        for (time, compare) in [(span.from, "b.time_ms >="), (span.to, "b.time_ms <")] {
            if let Some(time) = time {
                parameters.push(Cell::from_u64(time.0, "a time")?);
                condition.push(format!("{compare} ?{}", parameters.len()));
            }
        }
        let condition = if condition.is_empty() { String::new() } else { format!("WHERE {}", condition.join(" AND ")) };
        self.read(|db| {
            let wanted =
                DATASETS.iter().filter(|dataset| only.is_empty() || only.iter().any(|name| name == dataset.name));
            let mut written = Vec::new();
            for dataset in wanted {
                let ending = if format == Format::Csv { "csv" } else { "parquet" };
                let path = dir.join(format!("{}.{ending}", dataset.name));
                let temporary = dir.join(format!("{}.{ending}.part", dataset.name));
                let file = File::create(&temporary).map_err(|error| failed(&temporary, &error))?;
                let mut sink: Box<dyn Sink> = match format {
                    Format::Csv => {
                        Box::new(csv::Csv::new(file, dataset.columns).map_err(|error| failed(&temporary, &error))?)
                    }
                    Format::Parquet => Box::new(
                        parquet::Parquet::new(file, dataset.name, dataset.columns)
                            .map_err(|error| failed(&temporary, &error))?,
                    ),
                };
                let mut rows = 0u64;
                let sql = format!("{} {condition} ORDER BY {}", dataset.select, dataset.order);
                db.each(&sql, &parameters, &mut |row| {
                    rows = rows.saturating_add(1);
                    let row = typed(row, dataset.columns)?;
                    sink.row(&row).map_err(|error| failed(&temporary, &error))
                })?;
                sink.finish().map_err(|error| failed(&temporary, &error))?;
                fs::rename(&temporary, &path).map_err(|error| failed(&path, &error))?;
                written.push(Exported { path, rows });
            }
            Ok(written)
        })
    }
}

/// A row with amounts as amounts, whichever the database.
fn typed(mut row: Row, columns: &[(&str, Kind)]) -> Result<Row, HistoryError> {
    for (column, (_, kind)) in columns.iter().enumerate() {
        if *kind == Kind::Amount && !row.is_null(column) {
            let amount = row.amount(column)?;
            if let Some(value) = row.get_mut(column) {
                *value = amount.into();
            }
        }
    }
    Ok(row)
}
