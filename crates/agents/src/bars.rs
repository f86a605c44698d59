//! Price files: hourly (or other) bars read with suspicion.
//!
//! What cannot be a price (text, NaN, zero, a negative number) is skipped and reported. What is a
//! number but absurd against its neighbours is *kept* and reported: a real publisher would sign it, and
//! it is the oracle's business to doubt it. [`crate::path`] says who gets to see it.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use gage_units::{ParseDecimalError, Price, Rounding, parse_decimal};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// No price above this is believed to be one: 10^12 of the numeraire.
pub const PRICE_MAX: Price = Price(1_000_000_000_000_000_000_000_000_000_000);
/// The most bars one file may hold: 30 years of hours.
pub const BARS_MAX: usize = 262_144;
/// The most findings that are kept word by word; further ones are counted.
pub const FINDINGS_MAX: usize = 1_000;
/// Times outside 1970 to 2200 are not milliseconds.
const TIME_MS_MAX: u64 = 7_258_118_400_000;

/// One bar: the prices of one interval of a market.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// When it opens, milliseconds UTC.
    pub time_ms: u64,
    /// The first price.
    pub open: Price,
    /// The highest, as the file says.
    pub high: Price,
    /// The lowest, as the file says.
    pub low: Price,
    /// The last price.
    pub close: Price,
    /// Traded volume in 1e-18 of the base unit; nothing where the file has no usable number.
    pub volume: Option<u128>,
    /// The line of the file, from 1.
    pub line: u64,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// The line has too few or unreadable fields. Skipped.
    Unreadable(String),
    /// A field is not a number above zero. Skipped.
    NotAPrice {
        /// The column.
        column: String,
        /// What stands there, shortened.
        text: String,
    },
    /// The time is not a time in milliseconds. Skipped.
    NotATime(String),
    /// The same time as an earlier line. The earlier one stays.
    Duplicate {
        /// The earlier line.
        of_line: u64,
        /// Whether both say the same.
        same: bool,
    },
    /// Earlier than the line before. Sorted into place.
    OutOfOrder,
    /// Bars are missing before this one: no publisher has a price in that time.
    Gap {
        /// How many.
        missing: u64,
    },
    /// Not a whole number of intervals after the bar before.
    OffGrid,
    /// The high is below the low, or open or close lie outside them. Kept; all four prices count.
    Contradiction,
    /// A price is more than half below or above its surroundings. Kept, as one venue's tick.
    Absurd {
        /// The column.
        column: String,
        /// The price.
        price: Price,
        /// What the neighbouring prices are like.
        around: Price,
    },
    /// The volume is not a number. Kept without volume.
    NoVolume,
}

/// A defect and its line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// From 1; the header is line 1.
    pub line: u64,
    /// What is wrong there, and what was done.
    pub defect: Defect,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.defect {
            Defect::Unreadable(why) => write!(f, "skipped, unreadable: {why}"),
            Defect::NotAPrice { column, text } => write!(f, "skipped, {column} is not a price above zero: {text:?}"),
            Defect::NotATime(text) => write!(f, "skipped, not a time in milliseconds: {text:?}"),
            Defect::Duplicate { of_line, same: true } => write!(f, "skipped, repeats line {of_line}"),
            Defect::Duplicate { of_line, same: false } => {
                write!(f, "skipped, contradicts line {of_line}, which has the same time")
            }
            Defect::OutOfOrder => f.write_str("earlier than the line before it, sorted into place"),
            Defect::Gap { missing } => write!(f, "{missing} bars missing before it; publishers are silent there"),
            Defect::OffGrid => f.write_str("not a whole number of intervals after the bar before it"),
            Defect::Contradiction => f.write_str("high, low, open and close contradict each other; all four count"),
            Defect::Absurd { column, price, around } => {
                write!(f, "{column} {price} is absurd against {around} around it; passed on as one venue's report")
            }
            Defect::NoVolume => f.write_str("the volume is not a number; taken as unknown"),
        }
    }
}

/// The bars of a file in order of time, and all that was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bars {
    /// Strictly ascending by time.
    pub bars: Vec<Bar>,
    /// The length of one bar: the most frequent distance in time.
    pub interval_ms: u64,
    /// By line; at most [`FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// Findings beyond those kept.
    pub findings_left_out: u64,
}

/// Why a file gives no bars at all.
#[derive(Debug, Error)]
pub enum BarsError {
    /// The first line lacks a column.
    #[error("line 1: the column `{0}` is missing; wanted timestamp_ms (or date), open, high, low, close, volume")]
    NoColumn(&'static str),
    /// Not CSV, or the file cannot be read.
    #[error("the price file cannot be read: {0}")]
    Unreadable(#[from] csv::Error),
    /// Fewer than two usable bars.
    #[error("{usable} usable bars; two are needed. First defect: {first}")]
    TooFew {
        /// How many.
        usable: usize,
        /// The first finding, or a dash.
        first: String,
    },
    /// More than [`BARS_MAX`].
    #[error("more than {BARS_MAX} bars; cut the file or choose a time range")]
    TooMany,
}

/// Reads a price file with a header line. Lines may come in any order and may be broken.
///
/// # Errors
/// See [`BarsError`]; a defect of a single line is a finding, not an error.
pub fn read<R: Read>(source: R) -> Result<Bars, BarsError> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).has_headers(false).from_reader(source);
    let mut record = csv::ByteRecord::new();
    let columns = if reader.read_byte_record(&mut record)? {
        Columns::of(&record)?
    } else {
        return Err(BarsError::NoColumn("timestamp_ms"));
    };

    let mut rows = Vec::new();
    let mut findings = Vec::new();
    loop {
        let line_before = reader.position().line();
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) if error.is_io_error() => return Err(error.into()),
            Err(error) => {
                findings.push(Finding { line: line_before, defect: Defect::Unreadable(error.to_string()) });
                continue;
            }
        }
        let line = record.position().map_or(line_before, csv::Position::line);
        match columns.parse(&record, line) {
            Ok((bar, volume_ok)) => {
                if !volume_ok {
                    findings.push(Finding { line, defect: Defect::NoVolume });
                }
                rows.push(bar);
            }
            Err(defect) => findings.push(Finding { line, defect }),
        }
        if rows.len() > BARS_MAX {
            return Err(BarsError::TooMany);
        }
    }
    from_rows(rows, findings)
}

/// Puts bars in order and looks for what is wrong among them; `findings` are those found so far.
///
/// # Errors
/// [`BarsError::TooFew`].
pub fn from_rows(rows: Vec<Bar>, mut findings: Vec<Finding>) -> Result<Bars, BarsError> {
    let mut latest = 0;
    let mut by_time: BTreeMap<u64, Bar> = BTreeMap::new();
    for bar in rows {
        if bar.time_ms < latest {
            findings.push(Finding { line: bar.line, defect: Defect::OutOfOrder });
        }
        latest = bar.time_ms.max(latest);
        match by_time.get(&bar.time_ms) {
            Some(first) => {
                let same = Bar { line: first.line, ..bar.clone() } == *first;
                findings.push(Finding { line: bar.line, defect: Defect::Duplicate { of_line: first.line, same } });
            }
            None => {
                by_time.insert(bar.time_ms, bar);
            }
        }
    }
    let bars: Vec<Bar> = by_time.into_values().collect();
    if bars.len() < 2 {
        let first = findings.first().map_or_else(|| "-".to_owned(), Finding::to_string);
        return Err(BarsError::TooFew { usable: bars.len(), first });
    }
    let interval_ms = interval(&bars);
    for pair in bars.windows(2) {
        let distance = pair[1].time_ms - pair[0].time_ms;
        if distance % interval_ms != 0 {
            findings.push(Finding { line: pair[1].line, defect: Defect::OffGrid });
        }
        if distance / interval_ms > 1 {
            let missing = distance / interval_ms - 1;
            findings.push(Finding { line: pair[1].line, defect: Defect::Gap { missing } });
        }
    }
    for (index, bar) in bars.iter().enumerate() {
        if bar.high < bar.low || [bar.open, bar.close].iter().any(|price| *price < bar.low || *price > bar.high) {
            findings.push(Finding { line: bar.line, defect: Defect::Contradiction });
        }
        let around = surroundings(&bars, index);
        for (column, price) in [("open", bar.open), ("high", bar.high), ("low", bar.low), ("close", bar.close)] {
            if believable(price, around) != price {
                let defect = Defect::Absurd { column: column.to_owned(), price, around };
                findings.push(Finding { line: bar.line, defect });
            }
        }
    }
    findings.sort_by_key(|finding| finding.line);
    let findings_left_out = findings.len().saturating_sub(FINDINGS_MAX) as u64;
    findings.truncate(FINDINGS_MAX);
    Ok(Bars { bars, interval_ms, findings, findings_left_out })
}

/// What prices near bar `index` are like: the mean of the two middle ones among the close before, the
/// bar's own open and close, and the open after. One absurd number of the four does not move it far.
pub fn surroundings(bars: &[Bar], index: usize) -> Price {
    let bar = &bars[index];
    let before = index.checked_sub(1).and_then(|before| bars.get(before)).map_or(bar.open, |bar| bar.close);
    let after = bars.get(index + 1).map_or(bar.close, |bar| bar.open);
    let mut prices = [before, bar.open, bar.close, after];
    prices.sort_unstable();
    Price((prices[1].0 + prices[2].0) / 2)
}

/// `price`, or its surroundings if it is more than half below or above them: one venue's bad tick does
/// not say where the market was.
pub fn believable(price: Price, around: Price) -> Price {
    let low = around.mul_div(1, 2, Rounding::Up).unwrap_or(around);
    let high = around.mul_div(3, 2, Rounding::Down).unwrap_or(around);
    if (low..=high).contains(&price) { price } else { around }
}

/// The most frequent distance between neighbours; the shorter one among equals.
fn interval(bars: &[Bar]) -> u64 {
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    for pair in bars.windows(2) {
        *counts.entry(pair[1].time_ms - pair[0].time_ms).or_default() += 1;
    }
    let most = counts.values().copied().max().unwrap_or(0);
    counts.into_iter().find(|(_, count)| *count == most).map_or(1, |(distance, _)| distance)
}

/// Where each column stands.
struct Columns {
    time: usize,
    prices: [(&'static str, usize); 4],
    volume: usize,
}

impl Columns {
    fn of(header: &csv::ByteRecord) -> Result<Columns, BarsError> {
        let find = |names: &[&str]| {
            header.iter().position(|field| {
                let name = String::from_utf8_lossy(field).to_ascii_lowercase();
                // A file written on Windows may begin with a byte-order mark.
                names.contains(&name.trim_start_matches('\u{feff}'))
            })
        };
        let price = |name: &'static str| find(&[name]).map(|at| (name, at)).ok_or(BarsError::NoColumn(name));
        Ok(Columns {
            time: find(&["timestamp_ms", "date"]).ok_or(BarsError::NoColumn("timestamp_ms"))?,
            prices: [price("open")?, price("high")?, price("low")?, price("close")?],
            volume: find(&["volume"]).ok_or(BarsError::NoColumn("volume"))?,
        })
    }

    /// The bar, and whether its volume is a number.
    fn parse(&self, record: &csv::ByteRecord, line: u64) -> Result<(Bar, bool), Defect> {
        let field = |at: usize| record.get(at).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let time = field(self.time).unwrap_or_default();
        let time_ms = time
            .parse::<u64>()
            .ok()
            .filter(|time_ms| (1..TIME_MS_MAX).contains(time_ms))
            .ok_or_else(|| Defect::NotATime(shortened(&time)))?;
        let mut prices = [Price(0); 4];
        for (price, (column, at)) in prices.iter_mut().zip(self.prices) {
            let text = field(at).ok_or_else(|| Defect::Unreadable(format!("no field for {column}")))?;
            *price = price_of(&text)
                .ok_or_else(|| Defect::NotAPrice { column: column.to_owned(), text: shortened(&text) })?;
        }
        let volume = field(self.volume).and_then(|text| decimal(&text).ok());
        let [open, high, low, close] = prices;
        Ok((Bar { time_ms, open, high, low, close, volume, line }, volume.is_some()))
    }
}

/// A price as files write it: a decimal, perhaps with an exponent; exact, never through a float.
pub fn price_of(text: &str) -> Option<Price> {
    let price = Price(decimal(text).ok()?);
    (price > Price(0) && price <= PRICE_MAX).then_some(price)
}

/// A decimal in 1e-18. `1.5e-3` is read by moving the point; digits beyond the 18th are dropped.
fn decimal(text: &str) -> Result<u128, ParseDecimalError> {
    const PLACES: usize = 18;
    if text.len() > 64 {
        return Err(ParseDecimalError::TooLarge);
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            let exponent: i32 = exponent.parse().map_err(|_| ParseDecimalError::Malformed)?;
            (mantissa, exponent)
        }
        None => (text, 0),
    };
    if !(-40..=40).contains(&exponent) {
        return Err(ParseDecimalError::TooLarge);
    }
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return Err(ParseDecimalError::Malformed),
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return Err(ParseDecimalError::Malformed);
    }
    let mut digits = format!("{whole}{fraction}");
    let mut point = i32::try_from(whole.len()).map_err(|_| ParseDecimalError::TooLarge)? + exponent;
    while point <= 0 {
        digits.insert(0, '0');
        point += 1;
    }
    let point = usize::try_from(point).map_err(|_| ParseDecimalError::TooLarge)?;
    while digits.len() < point {
        digits.push('0');
    }
    digits.truncate(point + PLACES);
    let (whole, fraction) = digits.split_at(point);
    if fraction.is_empty() { parse_decimal(whole, 18) } else { parse_decimal(&format!("{whole}.{fraction}"), 18) }
}

fn shortened(text: &str) -> String {
    text.chars().take(24).collect()
}
