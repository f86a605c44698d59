//! Bounds of a waterfall, fixed in code.

use gage_units::{Amount, Bps};

use crate::{Error, Terms};

/// The most steps of a waterfall; each kind stands at most once.
pub const STEPS_MAX: usize = 8;
/// How many times the debt it may yet bear stays in a pool: with ten, leaving before a loss costs those who stay
/// at most a tenth of what they have.
pub const POOL_RESERVE_FACTOR: u128 = 10;
/// The most insurance tiers of a waterfall.
pub const TIERS_MAX: u8 = 4;
/// The most collateral assets of a waterfall.
pub const COLLATERAL_MAX: usize = 32;
/// The least part of the quote at which the surplus is sold.
pub const FLOOR_MIN: Bps = Bps(5_000);
/// The furthest above the quote that a lot starts.
pub const START_PREMIUM_MAX: Bps = Bps(10_000);
/// The most entries one page of a list has.
pub const PAGE_MAX: usize = 1_000;
/// The shortest cooldown and exit window: one minute, longer than any block.
pub const COOLDOWN_MIN_MS: u64 = 60_000;
/// The longest cooldown and exit window: ninety days.
pub const COOLDOWN_MAX_MS: u64 = 90 * 24 * 3_600 * 1_000;

impl Terms {
    /// One hour of cooldown, a day to leave, one whole unit (`10^decimals`) as least deposit and as
    /// what stays in the pool, nothing required of the curator, no buffer kept.
    pub fn standard(one: Amount) -> Terms {
        Terms {
            cooldown_ms: 3_600_000,
            window_ms: 24 * 3_600_000,
            deposit_min: one,
            remaining_min: one,
            first_loss_min: Amount::ZERO,
            buffer_min: Amount::ZERO,
        }
    }

    /// Passes terms within the bounds.
    ///
    /// # Errors
    /// [`Error::TermsOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        let bounds = COOLDOWN_MIN_MS..=COOLDOWN_MAX_MS;
        let times = bounds.contains(&self.cooldown_ms) && bounds.contains(&self.window_ms);
        if times && !self.deposit_min.is_zero() && !self.remaining_min.is_zero() {
            Ok(())
        } else {
            Err(Error::TermsOutOfBounds)
        }
    }
}
