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

/// The market's ratio.
pub const MARKET: u64 = 1_228_500;
/// The stored one is eight months old; its line still lies above the market.
pub const STORED: Reference = Reference { ratio: 1_156_550, day: 0 };
/// The day of the update.
pub const TODAY: u64 = 236;
/// What the update was to store: the ratio of a week ago, with its day.
pub const WANTED: Reference = Reference { ratio: 1_227_000, day: TODAY - 7 };

/// What it stored.
pub fn moved_apart() -> Reference {
    STORED.moved_apart(WANTED)
}

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
