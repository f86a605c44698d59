//! What governance may set, with its bounds fixed here.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{Amount, Bps, Price, pow10};
use serde::{Deserialize, Serialize};

use crate::wormhole::Emitter;
use crate::{Calendar, Error, Matrix};

/// The largest price any feed may have: 1e12 of the quote per whole unit, so that the value of any
/// amount a report can concern fits its type.
pub const PRICE_MAX: Price = Price(1_000_000_000_000_000_000_000_000_000_000);
/// The most publishers of one feed.
pub const PUBLISHERS_MAX: usize = 32;
/// The most feeds.
pub const FEEDS_MAX: u32 = 10_000;

const DAY_MS: u64 = 86_400_000;

/// The rules of one feed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeedParams {
    /// Fresh reports of distinct publishers that a price needs; 1 to 32.
    pub quorum: u8,
    /// Age from which a report does not count and a price is stale, in milliseconds; 1 s to 31 days.
    pub max_age_ms: u64,
    /// Half-width of the band, relative to the price, above which the price is uncertain; 0.01% to `band_max`.
    pub max_confidence: Bps,
    /// Half-width at which the band stops widening, relative to the price; at most 30%.
    pub band_max: Bps,
    /// Standard deviations of a move during the price's age that the band covers, in 1e-4; 0 to 10.
    pub band_sigmas: Bps,
    /// Move from the last confirmed price that needs confirmation; 0.1% to 50%.
    pub jump_bound: Bps,
    /// Distinct publishers that confirm such a move at once; `quorum` to 32.
    pub jump_quorum: u8,
    /// Time after which a move that lasted is confirmed without them, in milliseconds; 1 s to 7 days.
    pub jump_delay_ms: u64,
    /// Time constant of the averaged price, in milliseconds; 1 s to 31 days.
    pub ema_ms: u64,
    /// Time constant of the variance, in milliseconds; 1 s to 31 days.
    pub variance_ms: u64,
    /// Least distance of the points from which a time-weighted average starts; 1 s to 1 day.
    pub twap_step_ms: u64,
    /// Prices below are refused; never below one unit of the feed's last decimal.
    pub price_min: Price,
    /// Prices above are refused; at most [`PRICE_MAX`].
    pub price_max: Price,
    /// When the market trades.
    pub calendar: Calendar,
    /// What a publisher must have bonded for its reports to count, in the smallest unit of the asset in
    /// which publishers bond; zero asks for none.
    pub bond_min: Amount,
}

impl Default for FeedParams {
    fn default() -> FeedParams {
        FeedParams {
            quorum: 3,
            max_age_ms: 300_000,
            max_confidence: Bps(200),
            band_max: Bps(500),
            band_sigmas: Bps(30_000),
            jump_bound: Bps(1_500),
            jump_quorum: 3,
            jump_delay_ms: 900_000,
            ema_ms: 3_600_000,
            variance_ms: 3_600_000,
            twap_step_ms: 60_000,
            price_min: Price(1),
            price_max: PRICE_MAX,
            calendar: Calendar::Always,
            bond_min: Amount::ZERO,
        }
    }
}

impl FeedParams {
    /// Passes if every number lies in its bounds.
    ///
    /// # Errors
    /// [`Error::ParamOutOfBounds`] naming the first that does not.
    pub fn check(&self) -> Result<(), Error> {
        let publishers = u8::try_from(PUBLISHERS_MAX).unwrap_or(u8::MAX);
        let month = 1_000..=DAY_MS.saturating_mul(31);
        let checks = [
            ("quorum", (1..=publishers).contains(&self.quorum)),
            ("max_age_ms", month.contains(&self.max_age_ms)),
            ("band_max", (1..=3_000).contains(&self.band_max.0)),
            ("max_confidence", (1..=self.band_max.0).contains(&self.max_confidence.0)),
            ("band_sigmas", self.band_sigmas.0 <= 100_000),
            ("jump_bound", (10..=5_000).contains(&self.jump_bound.0)),
            ("jump_quorum", (self.quorum..=publishers).contains(&self.jump_quorum)),
            ("jump_delay_ms", (1_000..=DAY_MS.saturating_mul(7)).contains(&self.jump_delay_ms)),
            ("ema_ms", month.contains(&self.ema_ms)),
            ("variance_ms", month.contains(&self.variance_ms)),
            ("twap_step_ms", (1_000..=DAY_MS).contains(&self.twap_step_ms)),
            ("price_min", self.price_min.0 >= 1 && self.price_min < self.price_max),
            ("price_max", self.price_max <= PRICE_MAX),
            ("calendar", self.calendar.is_valid()),
        ];
        match checks.into_iter().find(|(_, holds)| !holds) {
            Some((param, _)) => Err(Error::ParamOutOfBounds { param }),
            None => Ok(()),
        }
    }

    /// Whether `price` is one the feed may have, given its decimals.
    pub fn admits(&self, price: Price, decimals: u8) -> bool {
        let unit = pow10(18u8.saturating_sub(decimals)).unwrap_or(u128::MAX);
        price.0 >= unit && price >= self.price_min && price <= self.price_max
    }
}

/// The rules of the whole module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// A distance of two blocks from which the later one is a restart, in milliseconds: nothing
    /// observed before it counts. 10 s to 7 days.
    pub halt_gap_ms: u64,
    /// Which price permits what.
    pub matrix: Matrix,
    /// What publishers answer for.
    pub slashing: Slashing,
    /// Whose messages carry Pyth's prices, if any do.
    pub pyth: Option<Emitter>,
}

/// What publishers answer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Slashing {
    /// The part of the bond that two reports for one instant cost; 0.01% to all.
    pub equivocation: Bps,
    /// The part of the bond that a report outside the confirmed price costs; 0.01% to all.
    pub deviation: Bps,
    /// How far outside, relative to the end of the band; 1% to 100%.
    pub deviation_bound: Bps,
    /// How long before and after its instant a report may be right, in milliseconds; 10 s to 1 h.
    pub window_ms: u64,
    /// The loss waterfall that gets what is taken.
    pub waterfall: u32,
}

impl Default for Slashing {
    fn default() -> Slashing {
        Slashing {
            equivocation: Bps(5_000),
            deviation: Bps(1_000),
            deviation_bound: Bps(1_000),
            window_ms: 60_000,
            waterfall: 1,
        }
    }
}

impl Slashing {
    /// Passes if every number lies in its bounds.
    ///
    /// # Errors
    /// [`Error::ParamOutOfBounds`] naming the first that does not.
    pub fn check(&self) -> Result<(), Error> {
        let part = 1..=10_000;
        let checks = [
            ("equivocation", part.contains(&self.equivocation.0)),
            ("deviation", part.contains(&self.deviation.0)),
            ("deviation_bound", (100..=10_000).contains(&self.deviation_bound.0)),
            ("window_ms", (10_000..=3_600_000).contains(&self.window_ms)),
        ];
        match checks.into_iter().find(|(_, holds)| !holds) {
            Some((param, _)) => Err(Error::ParamOutOfBounds { param }),
            None => Ok(()),
        }
    }
}

impl Default for Params {
    fn default() -> Params {
        Params { halt_gap_ms: 3_600_000, matrix: Matrix::default(), slashing: Slashing::default(), pyth: None }
    }
}

impl Params {
    /// Passes if every number lies in its bounds.
    ///
    /// # Errors
    /// [`Error::ParamOutOfBounds`], [`Error::MatrixOutOfBounds`].
    pub fn check(&self) -> Result<(), Error> {
        if !(10_000..=DAY_MS.saturating_mul(7)).contains(&self.halt_gap_ms) {
            return Err(Error::ParamOutOfBounds { param: "halt_gap_ms" });
        }
        self.slashing.check()?;
        self.matrix.check()
    }
}
