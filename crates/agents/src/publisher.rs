//! A publisher: sees the market with a lag, signs it with noise, is silent in an outage and in gaps.

use gage_units::{Price, Rounding, mul_div};

use crate::path::Tick;
use crate::population::Publisher;
use crate::random::Stream;

/// Prices are signed with so many digits and one.
const DIGITS: u32 = 8;

/// What a publisher signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The price.
    pub price: Price,
    /// Half the width of the band in which the publisher believes the price is.
    pub confidence: Price,
    /// When the market was so.
    pub observed_at_ms: u64,
}

/// What `publisher` number `index` signs for the block whose tick is the last of `ticks`; nothing if it
/// is silent.
pub fn observe(publisher: &Publisher, seed: u64, index: u64, ticks: &[Tick]) -> Option<Observation> {
    let (now, first) = (ticks.last()?, ticks.first()?);
    let since_start = now.time_ms - first.time_ms;
    if publisher.outages_ms.iter().any(|(from, to)| (*from..*to).contains(&since_start)) {
        return None;
    }
    let lag = publisher.lag_blocks as usize;
    let at = ticks.len().saturating_sub(1 + lag);
    let seen = &ticks[at];
    let venue = seen.venue?;
    let price = if publisher.follows_venue { venue } else { seen.market };
    let before = at.checked_sub(1).map_or(seen, |before| &ticks[before]);
    let moved = seen.market.0.abs_diff(before.market.0);

    let mut stream = Stream::new(seed, "report", index.wrapping_mul(1 << 40).wrapping_add(seen.time_ms));
    // In millionths of the price; six deviations at most, so the price stays above zero.
    let noise = stream.normal() * f64::from(publisher.noise_bps) * 100.0;
    let factor = (1_000_000.0 + noise.clamp(-900_000.0, 900_000.0)) as u128;
    let exact = mul_div(price.0, factor, 1_000_000, Rounding::Down).unwrap_or(price.0).max(1);
    let step = 10u128.pow(exact.ilog10().saturating_sub(DIGITS));
    let signed = exact / step * step;
    let part = mul_div(signed, u128::from(publisher.confidence_bps), 10_000, Rounding::Down).unwrap_or(0);
    // A report with a confidence above half of its price is refused.
    let confidence = ((part + moved / 10) / step * step).min(signed / 2);
    Some(Observation { price: Price(signed), confidence: Price(confidence), observed_at_ms: seen.time_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tick(block: u64, units: u128) -> Tick {
        let price = Price(units * Price::ONE.0);
        Tick { time_ms: 1_000 + block * 60_000, market: price, venue: Some(price), hour_volume: 1, bar: 0 }
    }

    fn publisher(lag_blocks: u32) -> Publisher {
        Publisher { noise_bps: 0, confidence_bps: 10, lag_blocks, follows_venue: false, outages_ms: vec![] }
    }

    #[test]
    fn it_lags_and_states_its_confidence() {
        let ticks = [tick(0, 100), tick(1, 90), tick(2, 50)];
        let seen = observe(&publisher(1), 1, 0, &ticks).expect("a report");
        assert_eq!(seen.price, Price(90 * Price::ONE.0));
        assert_eq!(seen.observed_at_ms, 61_000);
        // 10 bps of 90, and a tenth of the fall by 10.
        assert_eq!(seen.confidence, Price(1_090_000_000_000_000_000));
    }

    #[test]
    fn it_is_silent_in_an_outage_and_in_a_gap() {
        let silent = Publisher { outages_ms: vec![(60_000, 120_000)], ..publisher(0) };
        let ticks = [tick(0, 100), tick(1, 90), tick(2, 50)];
        assert!(observe(&silent, 1, 0, &ticks[..1]).is_some());
        assert!(observe(&silent, 1, 0, &ticks[..2]).is_none());
        assert!(observe(&silent, 1, 0, &ticks).is_some());
        let gap = [tick(0, 100), Tick { venue: None, ..tick(1, 100) }];
        assert!(observe(&publisher(0), 1, 0, &gap).is_none());
    }

    #[test]
    fn only_a_follower_signs_the_absurd() {
        let bad = Tick { venue: Some(Price(1)), ..tick(1, 100) };
        let ticks = [tick(0, 100), bad];
        let follower = Publisher { follows_venue: true, ..publisher(0) };
        assert_eq!(observe(&follower, 1, 0, &ticks).map(|seen| seen.price), Some(Price(1)));
        assert_eq!(observe(&publisher(0), 1, 0, &ticks).map(|seen| seen.price), Some(Price(100 * Price::ONE.0)));
    }
}
