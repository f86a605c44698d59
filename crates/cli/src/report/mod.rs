//! What a run of the demo or a replay found, as one record, and its three forms: terminal, HTML, JSON.
//!
//! Numbers here are for people: whole units as floats. The exact integers are on the ledger, and the
//! checks were made there.

mod html;
mod json;
mod plots;
mod published;
mod terminal;

use serde::Serialize;

use gage_testkit::design_2020::Outcome;

pub use html::html;
pub use json::summary;
pub use terminal::terminal;

/// A whole run.
#[derive(Clone, Debug, Serialize)]
pub struct RunRecord {
    /// The scenario's title.
    pub name: String,
    /// And its paragraph.
    pub about: String,
    /// Where the prices come from.
    pub price_source: String,
    /// Of the scenario.
    pub seed: u64,
    /// Symbols of the collateral and the stable asset.
    pub symbols: [String; 2],
    /// What was wrong with the price file, in words.
    pub findings: Vec<String>,
    /// The rules of the run, in words.
    pub assumptions: Vec<String>,
    /// Blocks executed.
    pub blocks: u64,
    /// Ledger seconds from block to block.
    pub block_interval_s: u64,
    /// Transactions that went through the API, by outcome.
    pub transactions: Transactions,
    /// Why transactions were refused, and how many.
    pub refusals: Vec<(String, u64)>,
    /// In order of time.
    pub points: Vec<Point>,
    /// By lot.
    pub auctions: Vec<AuctionRow>,
    /// Sums.
    pub totals: Totals,
    /// Who bore what of the debt that auctions did not raise, in order.
    pub bearers: Vec<Bearer>,
    /// Conservation and proofs.
    pub checks: Checks,
    /// The design of 2020 on the same vaults and path.
    pub design_2020: Outcome,
    /// The same with other keepers' money: factor and outcome.
    pub design_2020_sensitivity: Vec<(f64, Outcome)>,
    /// Whether the run is about the days of the published figures.
    pub published: bool,
    /// The state root of the last block, in hexadecimal.
    pub root: String,
    /// Real seconds of the whole run.
    pub wall_s: f64,
}

/// Transactions by outcome.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Transactions {
    /// Executed and kept.
    pub executed: u64,
    /// Executed and undone: the rule that refused is in the receipt.
    pub refused: u64,
    /// Never sent: left out by congestion.
    pub left_out: u64,
}

/// The state after one block.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Point {
    /// Ledger time.
    pub time_ms: u64,
    /// Where the market is.
    pub market: f64,
    /// The oracle's mid.
    pub mid: f64,
    /// The oracle's low quote.
    pub low: f64,
    /// The oracle's high quote.
    pub high: f64,
    /// The oracle's class: fresh, uncertain, ...
    pub class: String,
    /// Vaults with debt.
    pub vaults: u64,
    /// Vaults below health one after the block.
    pub vaults_unsafe: u64,
    /// Debt of vaults.
    pub debt: f64,
    /// Collateral pledged in vaults.
    pub collateral: f64,
    /// Debt that auctions still have to raise.
    pub debt_auctioned: f64,
    /// Lots open.
    pub lots_open: u64,
    /// Deposits in the stability pool.
    pub pool: f64,
    /// Surplus buffer.
    pub surplus: f64,
    /// Bad debt booked.
    pub bad_debt: f64,
    /// Bad debt of the 2020 design at this time.
    pub bad_debt_2020: f64,
    /// Whether few transactions got in.
    pub congested: bool,
}

/// One auction.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AuctionRow {
    /// Of the lot.
    pub lot: u64,
    /// Whose collateral it was.
    pub vault: u64,
    /// Ledger time of the beginning.
    pub opened_ms: u64,
    /// And of the end; nothing if it is still open.
    pub closed_ms: Option<u64>,
    /// Collateral put up.
    pub collateral: f64,
    /// Collateral that went back to the owner or on to the backstop.
    pub collateral_left: f64,
    /// The debt to be repaid.
    pub debt: f64,
    /// What takers paid.
    pub raised: f64,
    /// How many takes.
    pub takes: u32,
    /// How often it started anew.
    pub restarts: u32,
    /// Debt that the loss waterfall covered.
    pub covered: f64,
    /// Debt that nobody covered.
    pub bad_debt: f64,
}

/// Sums over the run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Totals {
    /// Vaults at the start.
    pub vaults: u64,
    /// Vaults of which collateral was auctioned at least once.
    pub vaults_liquidated: u64,
    /// Debt at the start.
    pub debt_at_start: f64,
    /// Collateral at the start.
    pub collateral_at_start: f64,
    /// Debt that left vaults into auctions.
    pub debt_liquidated: f64,
    /// What auctions raised.
    pub raised: f64,
    /// Collateral sold.
    pub collateral_sold: f64,
    /// Bad debt booked at the end.
    pub bad_debt: f64,
    /// Top-ups by owners.
    pub top_ups: u64,
    /// Takes by keepers.
    pub takes: u64,
    /// What keepers earned, after costs of selling.
    pub keeper_profit: f64,
    /// What the stability pool's depositors lost (below zero: earned), collateral at the last price.
    pub pool_loss: f64,
}

/// One bearer of loss.
#[derive(Clone, Debug, Serialize)]
pub struct Bearer {
    /// The step.
    pub who: String,
    /// In the stable asset.
    pub amount: f64,
    /// What it got for it, in words.
    pub note: String,
}

/// What was checked at the end, on the ledger itself.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Checks {
    /// Every unit of every asset accounted for, all invariants of all modules.
    pub conservation_ok: bool,
    /// What the audit said, line by line.
    pub conservation: Vec<String>,
    /// Every record asked for came with a proof that holds.
    pub proofs_ok: bool,
    /// How many proofs were verified.
    pub proofs_verified: u64,
    /// What did not verify.
    pub proofs_failed: Vec<String>,
    /// Vaults unsafe at the end of a block that no auction or flag covered.
    pub unsafe_left_ok: bool,
}

impl RunRecord {
    /// Debt that auctions raised, as a share of the debt put up; one if none was.
    pub fn recovered_fraction(&self) -> f64 {
        let raised = self.auctions.iter().map(|row| row.raised.min(row.debt)).sum();
        // Sums of floats: the same amounts may differ in the last digit.
        fraction(raised, self.totals.debt_liquidated).min(1.0)
    }

    /// Bad debt per debt liquidated, ours and that of the 2020 design.
    pub fn bad_debt_per_debt(&self) -> [f64; 2] {
        let share = |bad: f64, of: f64| if of > 0.0 { bad / of } else { 0.0 };
        [
            share(self.totals.bad_debt, self.totals.debt_liquidated),
            share(self.design_2020.bad_debt, self.design_2020.debt_liquidated),
        ]
    }

    /// Median and longest seconds from the beginning of an auction to its end, of those that ended.
    pub fn seconds_to_clear(&self) -> Option<(u64, u64)> {
        let mut seconds: Vec<u64> = self
            .auctions
            .iter()
            .filter_map(|row| row.closed_ms.map(|closed| closed.saturating_sub(row.opened_ms) / 1_000))
            .collect();
        seconds.sort_unstable();
        Some((*seconds.get(seconds.len() / 2)?, *seconds.last()?))
    }

    /// Whether every check held; the exit code follows it.
    pub fn ok(&self) -> bool {
        self.checks.conservation_ok && self.checks.proofs_ok && self.checks.unsafe_left_ok
    }
}

fn fraction(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 1.0 }
}

/// `1234567.8` as `1,234,568`.
pub fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0.0 && digits != "0" { format!("-{text}") } else { text }
}

/// A price as people read it: two places, or four digits where that would show nothing.
pub fn price(number: f64) -> String {
    if number == 0.0 || number >= 1.0 { format!("{number:.2}") } else { format!("{number:.3e}") }
}

/// For axes: small numbers keep two places.
fn grouped_or_small(number: f64) -> String {
    if number.abs() < 10.0 && number.fract() != 0.0 { price(number.abs()) } else { grouped(number) }
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// `2020-03-12 14:20`, UTC, from milliseconds; the calendar by Howard Hinnant's days-to-civil formula.
pub fn utc(time_ms: u64) -> String {
    let minutes = time_ms / 60_000;
    let (days, minute) = (minutes / 1_440, minutes % 1_440);
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minute / 60, minute % 60)
}

fn duration(seconds: u64) -> String {
    if seconds >= 3_600 {
        format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60)
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests;
