//! What a benchmark prints: rows that say what they are.

use std::time::Duration;

use serde::Serialize;

use crate::say;

/// One benchmark.
#[derive(Debug, Serialize)]
pub(crate) struct Table {
    name: &'static str,
    workload: String,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    what: String,
    figure: String,
    /// The figure in its plain unit, for programs.
    value: f64,
    unit: &'static str,
}

impl Table {
    pub fn new(name: &'static str, workload: impl Into<String>) -> Table {
        Table { name, workload: workload.into(), rows: Vec::new() }
    }

    /// Acts per second.
    pub fn per_second(&mut self, what: impl Into<String>, value: f64) {
        let figure = match value {
            v if v >= 1e6 => format!("{:.2} M/s", v / 1e6),
            v if v >= 1e3 => format!("{:.1} k/s", v / 1e3),
            v => format!("{v:.0} /s"),
        };
        self.rows.push(Row { what: what.into(), figure, value, unit: "1/s" });
    }

    /// A time.
    pub fn time(&mut self, what: impl Into<String>, time: Duration) {
        let nanoseconds = time.as_secs_f64() * 1e9;
        let figure = match nanoseconds {
            ns if ns >= 1e9 => format!("{:.2} s", ns / 1e9),
            ns if ns >= 1e6 => format!("{:.2} ms", ns / 1e6),
            ns if ns >= 1e3 => format!("{:.2} us", ns / 1e3),
            ns => format!("{ns:.0} ns"),
        };
        self.rows.push(Row { what: what.into(), figure, value: time.as_secs_f64(), unit: "s" });
    }

    /// A plain number.
    pub fn number(&mut self, what: impl Into<String>, value: f64, unit: &'static str) {
        let figure = if value.fract() == 0.0 { format!("{value:.0} {unit}") } else { format!("{value:.2} {unit}") };
        self.rows.push(Row { what: what.into(), figure, value, unit });
    }

    pub fn print(&self) {
        say!("## {}", self.name);
        say!("{}", self.workload);
        let width = self.rows.iter().map(|row| row.what.len()).max().unwrap_or(0);
        for row in &self.rows {
            say!("  {:width$}  {:>12}", row.what, row.figure);
        }
        say!("");
    }
}
