//! The run as it happens: a few lines that redraw themselves on a terminal, one line an hour elsewhere.
//! Always on the error stream, so that the output stays clean.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use crate::report::{Point, price};

const REDRAW: Duration = Duration::from_millis(80);
// Blocks of rising height.
const SPARK: [char; 8] =
    ['\u{2581}', '\u{2582}', '\u{2583}', '\u{2584}', '\u{2585}', '\u{2586}', '\u{2587}', '\u{2588}'];
const SPARK_WIDTH: usize = 64;
/// Fits into the narrowest usual terminal.
const WIDTH: usize = 79;

/// Shows points as they come.
pub struct View {
    live: bool,
    quiet: bool,
    drawn_lines: usize,
    drawn_at: Option<Instant>,
    prices: Vec<f64>,
    symbols: [String; 2],
}

impl View {
    /// Live if the error stream is a terminal.
    pub fn new(quiet: bool, symbols: [String; 2]) -> View {
        View { live: stderr().is_terminal(), quiet, drawn_lines: 0, drawn_at: None, prices: Vec::new(), symbols }
    }

    /// One line that stays.
    pub fn say(&mut self, words: &str) {
        if !self.quiet {
            // Nobody listens: nothing to do about it.
            writeln!(stderr(), "{words}").unwrap_or(());
        }
    }

    /// The next point; `planned` is how many there are without the blocks that settle.
    pub fn point(&mut self, point: &Point, planned: usize) {
        self.prices.push(point.market);
        if self.quiet {
            return;
        }
        if !self.live {
            if (self.prices.len() - 1).is_multiple_of(60) {
                let line = self.lines(point, planned)[1..4].join(" | ");
                self.say(&line);
            }
            return;
        }
        let last = self.prices.len() >= planned;
        if !last && self.drawn_at.is_some_and(|at| at.elapsed() < REDRAW) {
            return;
        }
        let lines = self.lines(point, planned);
        let mut text = String::new();
        if self.drawn_lines > 0 {
            text.push_str(&format!("\x1b[{}A", self.drawn_lines));
        }
        for line in &lines {
            // A line that wraps would be two, and the redrawing would climb too little.
            let short: String = line.chars().take(WIDTH).collect();
            text.push_str(&format!("\x1b[2K{short}\n"));
        }
        let mut out = stderr().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).unwrap_or(());
        self.drawn_lines = lines.len();
        self.drawn_at = Some(Instant::now());
    }

    /// The live lines are done; what follows is written below them.
    pub fn finish(&mut self) {
        self.drawn_lines = 0;
    }

    fn lines(&self, point: &Point, planned: usize) -> Vec<String> {
        let done = self.prices.len().min(planned);
        let bar = 40 * done / planned.max(1);
        let [collateral, stable] = &self.symbols;
        let jam = if point.congested { "  CONGESTED" } else { "" };
        vec![
            format!("  {}", spark(&self.prices)),
            format!("{} UTC{jam}", crate::report::utc(point.time_ms)),
            format!(
                "{collateral} market {}, oracle {} [{} .. {}] {}",
                price(point.market),
                price(point.mid),
                price(point.low),
                price(point.high),
                point.class
            ),
            format!(
                "vaults {} owe {} {stable}, unsafe {}, lots open {} for {} {stable}",
                point.vaults,
                crate::report::grouped(point.debt),
                point.vaults_unsafe,
                point.lots_open,
                crate::report::grouped(point.debt_auctioned)
            ),
            format!(
                "stability pool {}, surplus {}, bad debt {}",
                crate::report::grouped(point.pool),
                crate::report::grouped(point.surplus),
                crate::report::grouped(point.bad_debt)
            ),
            format!("[{}{}] block {done} of {planned}", "#".repeat(bar), ".".repeat(40 - bar)),
        ]
    }
}

/// Prices as a line of bars, the whole run in its width.
fn spark(prices: &[f64]) -> String {
    let (low, high) =
        prices.iter().fold((f64::INFINITY, 0.0f64), |(low, high), price| (low.min(*price), high.max(*price)));
    let step = prices.len().div_ceil(SPARK_WIDTH).max(1);
    prices
        .chunks(step)
        .filter_map(<[f64]>::last)
        .map(|price| {
            let height = if high > low { (price - low) / (high - low) * 7.0 } else { 3.0 };
            SPARK[(height as usize).min(7)]
        })
        .collect()
}
