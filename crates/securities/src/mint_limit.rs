//! How fast an asset may be minted, whatever is proven: a meter that fills with what is minted and
//! runs empty evenly over its window.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::Column;
use gage_units::{Amount, AssetId, MathError, Rounding, Timestamp};
use serde::{Deserialize, Serialize};

const HOUR_MS: u64 = 3_600_000;
/// The shortest and the longest window: one hour and 31 days.
pub(crate) const WINDOW_MS: std::ops::RangeInclusive<u64> = HOUR_MS..=HOUR_MS * 24 * 31;

/// The limit and its meter. At most `max` is minted at once and at most twice `max` in any window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct MintLimit {
    /// In which the meter runs from full to empty, in milliseconds.
    pub window_ms: u64,
    /// What fills the meter.
    pub max: Amount,
    /// How full it was.
    pub used: Amount,
    /// When that was.
    pub at: Timestamp,
}

/// Limits by asset.
pub const MINT_LIMITS: Column<AssetId, MintLimit> = Column::authenticated(0x060c, "securities/mint_limits");

impl MintLimit {
    /// How full the meter is at `now`; what has run out is rounded down, against the minter.
    ///
    /// # Errors
    /// [`MathError`].
    pub fn level(&self, now: Timestamp) -> Result<Amount, MathError> {
        let elapsed = now.since_ms(self.at)?.min(self.window_ms);
        let drained = self.max.mul_div(elapsed.into(), self.window_ms.into(), Rounding::Down)?;
        if drained >= self.used { Ok(Amount::ZERO) } else { self.used.minus(drained) }
    }

    /// The meter after `amount` more, or `None` if that does not fit.
    ///
    /// # Errors
    /// [`MathError`].
    pub fn with(&self, amount: Amount, now: Timestamp) -> Result<Option<MintLimit>, MathError> {
        let used = self.level(now)?.plus(amount)?;
        Ok((used <= self.max).then_some(MintLimit { used, at: now, ..*self }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_runs_empty_over_its_window() {
        let limit = MintLimit { window_ms: 1_000, max: Amount(100), used: Amount::ZERO, at: Timestamp(0) };
        let full = limit.with(Amount(100), Timestamp(5)).unwrap().unwrap();
        assert_eq!(full.with(Amount(1), Timestamp(14)), Ok(None));
        assert_eq!(full.level(Timestamp(15)), Ok(Amount(99)));
        assert!(full.with(Amount(1), Timestamp(15)).unwrap().is_some());
        assert_eq!(full.level(Timestamp(505)), Ok(Amount(50)));
        assert_eq!(full.level(Timestamp(1_005)), Ok(Amount::ZERO));
        assert_eq!(limit.with(Amount(101), Timestamp(5)), Ok(None));
    }
}
