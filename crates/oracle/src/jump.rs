//! What becomes of a price that moves more than its bound.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{Bps, MathError, Price, Rounding, Timestamp};

/// A move beyond the bound that waits for confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Jump {
    /// Whether the price went up.
    pub up: bool,
    /// The least of the moves seen since: what was true all the time.
    pub nearest: Price,
    /// The block time at which the move was first seen.
    pub since: Timestamp,
}

/// The last price that is believed, and what waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Belief {
    /// The last confirmed price.
    pub confirmed: Price,
    /// A move beyond the bound, if one waits.
    pub jump: Option<Jump>,
}

/// Whether `price` lies within `bound` of `around`.
///
/// # Errors
/// [`MathError::Overflow`].
pub fn within(price: Price, around: Price, bound: Bps) -> Result<bool, MathError> {
    Ok(price.0.abs_diff(around.0) <= bound.apply(around.0, Rounding::Down)?)
}

impl Belief {
    /// What is believed after a new aggregate. A move within the bound is believed at once, and so is
    /// one that a quorum of publishers supports (`supported`). Otherwise it waits; once it lasted
    /// `delay_ms`, the least of the moves seen in that time is believed: whoever wants a false price
    /// believed has to hold it all the while.
    ///
    /// # Errors
    /// [`MathError`].
    pub fn after(
        &self,
        price: Price,
        supported: bool,
        now: Timestamp,
        bound: Bps,
        delay_ms: u64,
    ) -> Result<Belief, MathError> {
        if supported || within(price, self.confirmed, bound)? {
            return Ok(Belief { confirmed: price, jump: None });
        }
        let up = price > self.confirmed;
        let jump = match self.jump {
            Some(jump) if jump.up == up => {
                let nearest = if up { jump.nearest.min(price) } else { jump.nearest.max(price) };
                Jump { nearest, ..jump }
            }
            _ => Jump { up, nearest: price, since: now },
        };
        if now < jump.since.plus_ms(delay_ms)? {
            return Ok(Belief { confirmed: self.confirmed, jump: Some(jump) });
        }
        // The move lasted. What goes beyond it starts to wait anew.
        if within(price, jump.nearest, bound)? {
            return Ok(Belief { confirmed: price, jump: None });
        }
        Ok(Belief { confirmed: jump.nearest, jump: Some(Jump { up, nearest: price, since: now }) })
    }

    /// The price in use: the confirmed one, or while a move waits, the confirmed one moved by the
    /// bound in its direction and no further.
    ///
    /// # Errors
    /// [`MathError::Overflow`].
    pub fn used(&self, bound: Bps) -> Result<Price, MathError> {
        let Some(jump) = self.jump else { return Ok(self.confirmed) };
        // Rounds toward the confirmed price: the bound is never exceeded.
        let step = bound.apply(self.confirmed.0, Rounding::Down)?;
        let moved = if jump.up { self.confirmed.0.checked_add(step) } else { self.confirmed.0.checked_sub(step) };
        moved.map(Price).ok_or(MathError::Overflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Bps = Bps(1_000);
    const DELAY: u64 = 60_000;

    fn step(belief: Belief, price: u128, supported: bool, now: u64) -> Belief {
        belief.after(Price(price), supported, Timestamp(now), BOUND, DELAY).unwrap()
    }

    fn at(confirmed: u128) -> Belief {
        Belief { confirmed: Price(confirmed), jump: None }
    }

    #[test]
    fn a_small_move_is_believed_and_a_large_one_waits_at_the_bound() {
        assert_eq!(step(at(1_000), 900, false, 0), at(900));
        let waiting = step(at(1_000), 899, false, 0);
        assert_eq!((waiting.confirmed, waiting.used(BOUND)), (Price(1_000), Ok(Price(900))));
        // A quorum confirms it, or it comes back.
        assert_eq!(step(waiting, 880, true, 1), at(880));
        assert_eq!(step(waiting, 905, false, 1), at(905));
    }

    #[test]
    fn what_lasted_is_believed_after_the_delay_and_no_more() {
        let waiting = step(at(1_000), 800, false, 0);
        let deeper = step(waiting, 700, false, 30_000);
        assert_eq!(deeper.used(BOUND), Ok(Price(900)));
        let almost = step(deeper, 700, false, 59_999);
        assert_eq!(almost.confirmed, Price(1_000));
        // 800 held throughout; 700 did not, and lies beyond the bound around 800: it waits anew.
        let lasted = step(almost, 700, false, 60_000);
        assert_eq!((lasted.confirmed, lasted.used(BOUND)), (Price(800), Ok(Price(720))));
        assert_eq!(step(lasted, 700, false, 120_000), at(700));
        // A last-minute extreme is not believed with the rest.
        let spike = step(waiting, 1, false, 60_000);
        assert_eq!((spike.confirmed, spike.used(BOUND)), (Price(800), Ok(Price(720))));
    }

    #[test]
    fn a_turn_starts_the_wait_again() {
        let down = step(at(1_000), 800, false, 0);
        let up = step(down, 1_300, false, 60_000);
        assert_eq!(up.jump, Some(Jump { up: true, nearest: Price(1_300), since: Timestamp(60_000) }));
        assert_eq!(up.used(BOUND), Ok(Price(1_100)));
    }
}
