//! The path of the price inside bars, at the block interval: stated, seeded, in whole numbers.
//!
//! A bar's path runs open - low - high - close or open - high - low - close, one or the other by a
//! seeded coin. The extremes are met exactly, at seeded blocks; between these four points the price
//! runs straight with seeded noise of at most [`PathRules::noise_bps`] of the bar's range, pinned to
//! zero at the points and never beyond the extremes.
//!
//! Two prices come out of each block. `market` is what the market trades at: the bar's prices, an absurd
//! one taken for its surroundings ([`crate::bars::believable`]). `venue` is what the file says,
//! absurd numbers included: what a publisher who follows this one venue blindly would sign. In a file
//! without absurd numbers both are equal. In a gap there is no price at all.

use gage_units::Price;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::bars::{Bars, believable, surroundings};
use crate::random::Stream;

/// The most blocks of one run.
pub const BLOCKS_MAX: u64 = 20_000;

/// How a path is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathRules {
    /// The seed of the run.
    pub seed: u64,
    /// Milliseconds from block to block; a bar must hold a whole number of at least two blocks.
    pub block_interval_ms: u64,
    /// The largest noise between points, in hundredths of a percent of the bar's range.
    pub noise_bps: u32,
}

/// One block's prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// The block's time.
    pub time_ms: u64,
    /// Where the market is; in a gap, where it was last.
    pub market: Price,
    /// What this file's venue says; nothing in a gap.
    pub venue: Option<Price>,
    /// Traded volume of the hour around, in 1e-18 of the base unit; the last one known in a gap.
    pub hour_volume: u128,
    /// Which bar, by index.
    pub bar: usize,
}

/// Why no path can be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PathError {
    /// The block interval does not divide the bar.
    #[error("a bar of {interval_ms} ms is not a whole number of at least two blocks of {block_interval_ms} ms")]
    Interval {
        /// Of a bar.
        interval_ms: u64,
        /// Of a block.
        block_interval_ms: u64,
    },
    /// Too long.
    #[error("the prices span {blocks} blocks; at most {BLOCKS_MAX} can be played: choose a time range")]
    TooLong {
        /// How many.
        blocks: u64,
    },
}

const HOUR_MS: u128 = 3_600_000;

/// The price at every block from the first bar's opening to the last bar's end, both included.
///
/// # Errors
/// See [`PathError`].
pub fn make(bars: &Bars, rules: &PathRules) -> Result<Vec<Tick>, PathError> {
    let wrong = PathError::Interval { interval_ms: bars.interval_ms, block_interval_ms: rules.block_interval_ms };
    if rules.block_interval_ms == 0 || !bars.interval_ms.is_multiple_of(rules.block_interval_ms) {
        return Err(wrong);
    }
    let steps = bars.interval_ms / rules.block_interval_ms;
    if steps < 2 {
        return Err(wrong);
    }
    let (Some(first), Some(last)) = (bars.bars.first(), bars.bars.last()) else {
        return Ok(Vec::new());
    };
    let blocks = (last.time_ms - first.time_ms) / rules.block_interval_ms + steps + 1;
    if blocks > BLOCKS_MAX {
        return Err(PathError::TooLong { blocks });
    }

    let mut hour_volume = 0;
    let mut ticks: Vec<Tick> = Vec::new();
    for (index, bar) in bars.bars.iter().enumerate() {
        // In a gap blocks go on, publishers are silent and the market is where it was.
        while let Some(previous) = ticks.last().copied() {
            let time_ms = previous.time_ms + rules.block_interval_ms;
            if time_ms > bar.time_ms {
                break;
            }
            ticks.push(Tick { time_ms, venue: None, ..previous });
        }
        if let Some(volume) = bar.volume {
            hour_volume = hourly(volume, bars.interval_ms);
        }
        let around = surroundings(&bars.bars, index);
        let printed = [bar.open, bar.high, bar.low, bar.close];
        let market = walk(printed.map(|price| believable(price, around)), steps, rules, bar.time_ms);
        let venue = walk(printed, steps, rules, bar.time_ms);
        for (step, (market, venue)) in (0..).zip(market.into_iter().zip(venue)) {
            let time_ms = bar.time_ms + step * rules.block_interval_ms;
            // The bar's opening falls on the end of the bar before it, which stands.
            if ticks.last().is_none_or(|tick| tick.time_ms < time_ms) {
                ticks.push(Tick { time_ms, market, venue: Some(venue), hour_volume, bar: index });
            }
        }
    }
    Ok(ticks)
}

fn hourly(volume: u128, interval_ms: u64) -> u128 {
    gage_units::mul_div(volume, HOUR_MS, u128::from(interval_ms), gage_units::Rounding::Down).unwrap_or(volume)
}

/// The prices of one bar at steps 0 to `steps`.
fn walk([open, high, low, close]: [Price; 4], steps: u64, rules: &PathRules, time_ms: u64) -> Vec<Price> {
    // All four count where a file contradicts itself, so the range is theirs.
    let all = [open, high, low, close];
    let top = all.into_iter().max().unwrap_or(open);
    let bottom = all.into_iter().min().unwrap_or(open);
    let mut stream = Stream::new(rules.seed, "path", time_ms);
    let low_first = stream.chance(0.5);
    // With two steps the only inner block shows the first extreme; from three on both are met.
    let inner = steps - 1;
    let first_at = 1 + stream.below((inner / 2).max(1));
    let second_at = if inner < 2 { first_at } else { first_at + 1 + stream.below(inner - first_at) };
    let (first, second) = if low_first { (bottom, top) } else { (top, bottom) };
    let mut points = vec![(0, open), (first_at, first)];
    if second_at > first_at {
        points.push((second_at, second));
    }
    points.push((steps, close));

    let mut prices = Vec::new();
    for pair in points.windows(2) {
        let [(from_at, from), (to_at, to)] = [pair[0], pair[1]];
        for at in from_at..to_at {
            let straight = between(from, to, at - from_at, to_at - from_at);
            // One draw per block even at the points, so that `market` and `venue` share their noise.
            let draw = stream.below(2_001);
            let at_point = at == from_at;
            prices.push(if at_point { from } else { shaken(straight, top, bottom, rules.noise_bps, draw) });
        }
    }
    prices.push(close);
    prices
}

/// The point `part / whole` of the way between two prices.
fn between(from: Price, to: Price, part: u64, whole: u64) -> Price {
    let way = |distance: u128| distance / u128::from(whole) * u128::from(part);
    if to >= from { Price(from.0 + way(to.0 - from.0)) } else { Price(from.0 - way(from.0 - to.0)) }
}

/// `price` moved by up to `noise_bps` of the range, by a draw of 0..=2000 where 1000 is no move.
fn shaken(price: Price, top: Price, bottom: Price, noise_bps: u32, draw: u64) -> Price {
    let reach = (top.0 - bottom.0) / 10_000 * u128::from(noise_bps);
    let moved = match draw.checked_sub(1_000) {
        Some(up) => price.0 + reach / 1_000 * u128::from(up),
        None => price.0.saturating_sub(reach / 1_000 * u128::from(1_000 - draw)),
    };
    Price(moved.clamp(bottom.0, top.0))
}
