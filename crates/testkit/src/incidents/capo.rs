//! A ceiling whose ratio and time move apart (Aave's growth cap, 10 March 2026).
//!
//! The design that failed: the ceiling is `ratio * (1 + growth * time since)`; an update may raise the
//! stored ratio by at most 3 %, and stores the new time in full. Whoever is far behind gets a ratio held
//! back and a time that is not: a lower ceiling than before. Ratios in 1e-6, times in days.

/// A stored ratio and the day it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// In 1e-6.
    pub ratio: u64,
    /// The day.
    pub day: u64,
}

/// Growth a year, in percent of a percent.
const GROWTH_BPS: u64 = 968;
/// The most that one update may raise the ratio, in percent.
const STEP_PERCENT: u64 = 3;

impl Reference {
    /// The ceiling on a day, in 1e-6.
    pub fn ceiling(&self, day: u64) -> u64 {
        self.ratio + self.ratio * GROWTH_BPS * (day - self.day) / 10_000 / 365
    }

    /// The update that was run: the ratio as far as its limit lets it, the time all the way.
    pub fn moved_apart(&self, wanted: Reference) -> Reference {
        let most = self.ratio + self.ratio * STEP_PERCENT / 100;
        Reference { ratio: wanted.ratio.min(most), day: wanted.day }
    }
}

/// A loan against the wrapped asset: liquidated once the price is this many 1e-6 or lower.
pub type LiquidationRatio = u64;

/// A hundred loans that stand evenly from 0.5 % to 10 % above liquidation at the market's ratio.
pub fn loans(market: u64) -> Vec<LiquidationRatio> {
    (0..100).map(|place| market - market * (50 + place * 10) / 10_000).collect()
}

/// How many of the loans a price liquidates.
pub fn liquidated(loans: &[LiquidationRatio], price: u64) -> usize {
    loans.iter().filter(|ratio| price <= **ratio).count()
}

#[cfg(test)]
mod tests {
    use gage_oracle::growth::{GROWTH_CAP_STEP_MAX, GrowthCap};
    use gage_oracle::jump::within;
    use gage_units::{Bps, Price, Timestamp};

    use super::*;
    use crate::scenario;

    const DAY_MS: u64 = 86_400_000;
    /// The market's ratio; the stored one is eight months old, and its line still lies above the market.
    const MARKET: u64 = 1_228_500;
    const STORED: Reference = Reference { ratio: 1_156_550, day: 0 };
    const TODAY: u64 = 236;

    #[test]
    fn before_and_after() {
        let loans = loans(MARKET);
        assert!(STORED.ceiling(TODAY) >= MARKET, "nothing is capped before the update");
        let wanted = Reference { ratio: 1_227_000, day: TODAY - 7 };
        let moved = STORED.moved_apart(wanted);
        let price = MARKET.min(moved.ceiling(TODAY));
        let below = (MARKET - price) * 10_000 / MARKET;
        let before = liquidated(&loans, price);

        // The same step as the record of this ledger: refused, and nothing moves.
        let cap = |reference: Reference| GrowthCap {
            ratio: Price(u128::from(reference.ratio) * 1_000_000_000_000),
            at: Timestamp(reference.day * DAY_MS),
            growth_per_year: Bps(968),
        };
        let ceiling = |reference| cap(reference).ceiling(Timestamp(TODAY * DAY_MS)).expect("small numbers");
        let (old, new) = (ceiling(STORED), ceiling(moved));
        assert_eq!(within(new, old, GROWTH_CAP_STEP_MAX), Ok(false));
        // What was wanted continues the line, and passes.
        assert_eq!(within(ceiling(wanted), old, GROWTH_CAP_STEP_MAX), Ok(true));
        let after = liquidated(&loans, MARKET.min(STORED.ceiling(TODAY)));
        println!(
            "ceiling {}.{:02} % below the market: {before} of 100 loans liquidated; here {after}",
            below / 100,
            below % 100
        );
        assert_eq!((below, before, after), (285, 24, 0));
    }

    #[test]
    fn the_scenario_holds() {
        scenario::play(include_str!("../../../../scenarios/incidents/capo-coupled-fields.gage")).unwrap();
    }
}
