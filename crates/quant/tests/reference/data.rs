use std::path::PathBuf;

use gage_pricing::Kind;

/// One table of the data.
pub struct Table {
    pub file: String,
    /// Its place in the file.
    pub index: usize,
    pub test: String,
    pub rows: Vec<Row>,
}

/// One row, as text.
pub struct Row(pub Vec<String>);

impl Row {
    pub fn text(&self, at: usize) -> &str {
        self.0.get(at).map_or("", String::as_str)
    }

    pub fn number(&self, at: usize) -> f64 {
        evaluate(self.text(at)).unwrap_or(f64::NAN)
    }

    pub fn kind(&self, at: usize) -> Kind {
        if self.text(at) == "Option::Call" { Kind::Call } else { Kind::Put }
    }
}

/// Products, quotients, differences and `std::exp` of literals.
pub fn evaluate(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    if let Some(at) = text.find("*std::exp(") {
        let inner = text[at + 10..].strip_suffix(')')?;
        return Some(evaluate(&text[..at])? * evaluate(inner)?.exp());
    }
    let last = |signs: &[char]| {
        text.char_indices().rev().find(|(at, c)| *at > 0 && signs.contains(c) && !text[..*at].ends_with('e'))
    };
    if let Some((at, _)) = last(&['-']) {
        return Some(evaluate(&text[..at])? - evaluate(&text[at + 1..])?);
    }
    let (at, sign) = last(&['*', '/'])?;
    let (left, right) = (evaluate(&text[..at])?, evaluate(&text[at + 1..])?);
    Some(if sign == '*' { left * right } else { left / right })
}

/// Half of the last printed digit of a number, or of the first number of a product.
pub fn half_digit(text: &str) -> f64 {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-')).unwrap_or(text.len());
    let literal = &text[..end];
    let decimals = literal.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let unit = 0.5 * 10f64.powi(-i32::try_from(decimals).expect("few digits"));
    // A product is as exact as its first number.
    let scale = match (evaluate(text), evaluate(literal)) {
        (Some(whole), Some(first)) if first != 0.0 => (whole / first).abs(),
        _ => 1.0,
    };
    let exponent = text.split_once(['e', 'E']).and_then(|(_, e)| e.parse::<i32>().ok()).unwrap_or(0);
    if exponent == 0 { unit * scale } else { unit * 10f64.powi(exponent) }
}

/// What became of a table.
pub struct Report {
    pub file: String,
    pub test: String,
    pub rows: usize,
    /// Rows with a number to reproduce.
    pub numbers: usize,
    /// To the printed digits.
    pub printed: usize,
    /// Within the tolerance that the table gives, or one of the last digit printed.
    pub close: usize,
    pub worst: f64,
    pub note: String,
}

/// A row's outcome: what is printed, what is found, and the tolerance of the table where it has one.
pub struct Found<'a> {
    pub printed: &'a str,
    pub found: f64,
    pub tolerance: Option<f64>,
}

impl Report {
    pub fn none(table: &Table, note: &str) -> Report {
        Report::of(table, note, |_| Vec::new())
    }

    /// Rows give nothing (inputs only), one number, or several.
    pub fn of<'a>(table: &'a Table, note: &str, mut f: impl FnMut(&'a Row) -> Vec<Found<'a>>) -> Report {
        let mut report = Report {
            file: table.file.trim_end_matches(".cpp").to_owned(),
            test: table.test.trim_start_matches("test").to_owned(),
            rows: table.rows.len(),
            numbers: 0,
            printed: 0,
            close: 0,
            worst: 0.0,
            note: note.to_owned(),
        };
        for row in &table.rows {
            let found = f(row);
            if found.is_empty() {
                continue;
            }
            report.numbers += 1;
            let error = |found: &Found| (found.found - evaluate(found.printed).expect("a number is printed")).abs();
            let worst =
                found.iter().map(error).fold(0.0, |a: f64, b| if b.is_nan() { f64::INFINITY } else { a.max(b) });
            // The last digit printed may itself be rounded either way: a hair beyond half of it is allowed.
            let exact = found.iter().all(|found| error(found) <= half_digit(found.printed) * 1.001 + 1e-13);
            let near = found.iter().all(|found| {
                error(found) <= found.tolerance.unwrap_or(0.0).max(2.0 * half_digit(found.printed) * 1.001 + 1e-13)
            });
            report.printed += usize::from(exact);
            report.close += usize::from(near);
            report.worst = report.worst.max(worst);
            if std::env::var_os("GAGE_SHOW").is_some() && !exact {
                let pairs: Vec<_> = found.iter().map(|found| (found.printed, found.found)).collect();
                println!("{} {}: {:?}: {pairs:?}", report.file, report.test, row.0);
            }
        }
        report
    }
}

/// One number with the tolerance in a column.
pub fn one(row: &Row, at: usize, found: f64, tolerance: Option<usize>) -> Vec<Found<'_>> {
    vec![Found { printed: row.text(at), found, tolerance: tolerance.map(|column| row.number(column)) }]
}

/// One number with the tolerance that the suite has in its code.
pub fn within(printed: &str, found: f64, tolerance: f64) -> Vec<Found<'_>> {
    vec![Found { printed, found, tolerance: Some(tolerance) }]
}

/// The tables, in the order of the file names. `None`, with a loud word, where they are not.
pub fn tables() -> Option<Vec<Table>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var("GAGE_REFERENCE_DATA").unwrap_or_else(|_| beside.to_owned());
    let file = PathBuf::from(folder).join("quantlib_reference/tables.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("SKIPPED: no {}; set GAGE_REFERENCE_DATA to the folder of the reference data", file.display());
        return None;
    };
    let all: std::collections::BTreeMap<String, Vec<serde_json::Value>> =
        serde_json::from_str(&text).expect("the file is JSON");
    let table = |file: &str, index: usize, value: &serde_json::Value| {
        let rows = value["rows"].as_array().expect("rows");
        let text = |cell: &serde_json::Value| cell.as_str().unwrap_or_default().to_owned();
        let rows = rows.iter().map(|row| Row(row.as_array().expect("a row").iter().map(text).collect()));
        let name = value["test"].as_str().or(value["struct"].as_str()).unwrap_or_default();
        Table { file: file.to_owned(), index, test: name.to_owned(), rows: rows.collect() }
    };
    Some(all.iter().flat_map(|(file, list)| list.iter().enumerate().map(|(i, value)| table(file, i, value))).collect())
}
