//! What a cell remembers of the past: the sum for time-weighted averages, an exponential average of
//! price and confidence, and the variance of relative moves. Integer arithmetic throughout.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{MathError, Price, Rounding, Timestamp, mul_div};
use serde::{Deserialize, Serialize};

/// Variance of relative moves per second, in 1e-36; its root is in 1e-18.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Variance(pub u128);

/// The largest variance kept: a standard deviation of 100% in one second.
pub const VARIANCE_MAX: Variance = Variance(1_000_000_000_000_000_000_000_000_000_000_000_000);

impl From<Variance> for String {
    fn from(variance: Variance) -> String {
        variance.0.to_string()
    }
}

impl TryFrom<String> for Variance {
    type Error = String;

    fn try_from(text: String) -> Result<Variance, String> {
        text.parse().map(Variance).map_err(|_| "expected a whole number of 1e-36 per second".to_owned())
    }
}

/// The running averages of one feed, as of `at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Averages {
    /// The block time of the last update.
    pub at: Timestamp,
    /// The price in use since then.
    pub price: Price,
    /// Sum of price times milliseconds, modulo 2^128: the difference of two, divided by the time
    /// between, is the time-weighted average (exact while average * milliseconds is below 2^128).
    pub cumulative: u128,
    /// Exponential average of the price.
    pub ema: Price,
    /// Exponential average of the confidence.
    pub ema_confidence: Price,
    /// Exponentially weighted variance.
    pub variance: Variance,
}

impl Averages {
    /// The averages of a first price.
    pub fn first(at: Timestamp, price: Price, confidence: Price) -> Averages {
        Averages { at, price, cumulative: 0, ema: price, ema_confidence: confidence, variance: Variance(0) }
    }

    /// The sum at `now`, the price having stood since the last update.
    pub fn cumulative_at(&self, now: Timestamp) -> u128 {
        let elapsed = u128::from(now.0.saturating_sub(self.at.0));
        self.cumulative.wrapping_add(self.price.0.wrapping_mul(elapsed))
    }

    /// The averages after `price` is used from `now` on. The exponential averages take the new value
    /// with the weight `dt / (tau + dt)`, the implicit step, which stays inside the values averaged
    /// for every `dt`; the variance likewise takes `r^2 / dt`, `r` the relative move.
    ///
    /// # Errors
    /// [`MathError`].
    pub fn next(
        &self,
        now: Timestamp,
        price: Price,
        confidence: Price,
        ema_ms: u64,
        variance_ms: u64,
    ) -> Result<Averages, MathError> {
        let elapsed = now.since_ms(self.at)?;
        let blend = |old: Price, new: Price| blend(old.0, new.0, ema_ms, elapsed).map(Price);
        Ok(Averages {
            at: now,
            price,
            cumulative: self.cumulative_at(now),
            ema: blend(self.ema, price)?,
            ema_confidence: blend(self.ema_confidence, confidence)?,
            variance: self.variance_after(price, elapsed, variance_ms)?,
        })
    }

    fn variance_after(&self, price: Price, elapsed: u64, tau: u64) -> Result<Variance, MathError> {
        const ONE: u128 = 1_000_000_000_000_000_000;
        // A move by the price itself is the largest one counted; its square is 1e36.
        let moved = mul_div(price.0.abs_diff(self.price.0), ONE, self.price.0.max(1), Rounding::Up);
        let moved = moved.unwrap_or(ONE).min(ONE);
        let squared = moved.checked_mul(moved).ok_or(MathError::Overflow)?;
        // v' = (v * tau + r^2 / dt * dt) / (tau + dt), with dt in seconds where it scales the variance.
        let span = u128::from(tau.checked_add(elapsed).ok_or(MathError::Overflow)?);
        let kept = mul_div(self.variance.0, u128::from(tau), span, Rounding::Up)?;
        let added = mul_div(squared, 1_000, span, Rounding::Up)?;
        let variance = kept.checked_add(added).ok_or(MathError::Overflow)?;
        Ok(Variance(variance.min(VARIANCE_MAX.0)))
    }

    /// The averages in new units after a corporate action: prices times `numerator / denominator`.
    /// The sum is scaled as a whole, so averages across the action are in new units too, as long as
    /// it has not wrapped; the variance is relative and stays.
    ///
    /// # Errors
    /// [`MathError`].
    pub fn rescaled(&self, numerator: u128, denominator: u128) -> Result<Averages, MathError> {
        let scaled = |price: Price| price.mul_div(numerator, denominator, Rounding::Down);
        Ok(Averages {
            at: self.at,
            price: scaled(self.price)?,
            cumulative: mul_div(self.cumulative, numerator, denominator, Rounding::Down).unwrap_or(0),
            ema: scaled(self.ema)?,
            ema_confidence: scaled(self.ema_confidence)?,
            variance: self.variance,
        })
    }
}

/// `(old * tau + new * dt) / (tau + dt)`, rounded down, without overflow between.
fn blend(old: u128, new: u128, tau: u64, elapsed: u64) -> Result<u128, MathError> {
    let span = u128::from(tau.checked_add(elapsed).ok_or(MathError::Overflow)?);
    if new >= old {
        let step = mul_div(new.abs_diff(old), u128::from(elapsed), span, Rounding::Down)?;
        old.checked_add(step).ok_or(MathError::Overflow)
    } else {
        let step = mul_div(new.abs_diff(old), u128::from(elapsed), span, Rounding::Up)?;
        old.checked_sub(step).ok_or(MathError::Underflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const E18: u128 = 1_000_000_000_000_000_000;

    #[test]
    fn averages_worked_by_hand() {
        let first = Averages::first(Timestamp(1_000), Price(100 * E18), Price(E18));
        // One time constant later the new price weighs one half.
        let next = first.next(Timestamp(61_000), Price(110 * E18), Price(3 * E18), 60_000, 60_000).unwrap();
        assert_eq!((next.ema, next.ema_confidence), (Price(105 * E18), Price(2 * E18)));
        // 100 for 60,000 ms, then 110 for 30,000 ms: the average over 90,000 ms is 103.33...
        assert_eq!(next.cumulative_at(Timestamp(91_000)) / 90_000, 103_333_333_333_333_333_333);
        // r = 10%: r^2 / 60 s, weighing one half: 0.01 / 120 = 8.33e-5 per second.
        assert_eq!(next.variance, Variance(83_333_333_333_333_333_333_333_333_333_334));
    }

    #[test]
    fn a_constant_move_per_step_is_found_again_as_its_variance() {
        // 0.1% up and down every second: 1e-6 per second.
        let mut averages = Averages::first(Timestamp(0), Price(1_000 * E18), Price(0));
        for second in 1..2_000u64 {
            let price = if second % 2 == 1 { 1_001 * E18 } else { 1_000 * E18 };
            averages = averages.next(Timestamp(second * 1_000), Price(price), Price(0), 60_000, 60_000).unwrap();
        }
        let expected = 1_000_000_000_000_000_000_000_000_000_000u128;
        assert!(averages.variance.0.abs_diff(expected) < expected / 100, "{:?}", averages.variance);
    }

    #[test]
    fn a_split_changes_the_units_and_not_the_variance() {
        let first = Averages::first(Timestamp(0), Price(100 * E18), Price(E18));
        let next = first.next(Timestamp(1_000), Price(102 * E18), Price(E18), 60_000, 60_000).unwrap();
        let split = next.rescaled(1, 2).unwrap();
        assert_eq!(split.price, Price(51 * E18));
        assert_eq!((split.variance, split.cumulative), (next.variance, next.cumulative / 2));
    }
}
