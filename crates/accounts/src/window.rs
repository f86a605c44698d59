//! What left in a sliding window, in at most a dozen and a few slots.
//!
//! A window is cut into twelve slices. An outflow counts until its whole slice is older than the window:
//! up to a twelfth longer than it must, never shorter. So in no span of the window's length does more
//! leave than the limit, wherever the span begins; a bucket that refills would let twice as much through.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{Amount, MathError, Timestamp};
use serde::{Deserialize, Serialize};

/// Into how many slices a window is cut.
const SLICES: u64 = 12;
/// The most slots that are kept; more are joined, which counts the older longer.
pub const SLOTS_MAX: usize = 16;
/// The shortest window: a minute.
pub const WINDOW_MS_MIN: u64 = 60_000;
/// The longest window: 366 days.
pub const WINDOW_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1000;

/// What left in one slice of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Slot {
    /// The last instant of the slice.
    pub end: Timestamp,
    /// How much left.
    pub amount: Amount,
}

/// What left lately, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Window {
    /// The slices with an outflow, at most 16, by ascending end.
    pub slots: Vec<Slot>,
}

/// A limit's answer to an outflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spent {
    /// It fits; the window with it.
    Fits(Window),
    /// It does not; the first instant at which it would, unless it never does.
    Over(Option<Timestamp>),
}

/// Whether a slot still counts at `now`.
fn counts(slot: &Slot, now: Timestamp, window_ms: u64) -> bool {
    // An end beyond all time counts for ever.
    slot.end.0.checked_add(window_ms).is_none_or(|until| until > now.0)
}

impl Window {
    /// What counts at `now`.
    ///
    /// # Errors
    /// [`MathError::Overflow`] if the sum does not fit.
    pub fn used(&self, now: Timestamp, window_ms: u64) -> Result<Amount, MathError> {
        let mut counted = self.slots.iter().filter(|slot| counts(slot, now, window_ms));
        counted.try_fold(Amount::ZERO, |sum, slot| sum.plus(slot.amount))
    }

    /// The window after `amount` left at `now`, if that stays within `limit`.
    ///
    /// # Errors
    /// [`MathError::Overflow`] if a sum does not fit.
    pub fn spend(&self, now: Timestamp, window_ms: u64, limit: Amount, amount: Amount) -> Result<Spent, MathError> {
        if self.used(now, window_ms)?.plus(amount)? > limit {
            return Ok(Spent::Over(self.next(now, window_ms, limit, amount)?));
        }
        let mut slots: Vec<Slot> = self.slots.iter().filter(|slot| counts(slot, now, window_ms)).copied().collect();
        let end = slice_end(now, window_ms);
        match slots.last_mut() {
            // Of the same slice, or of a longer one from before the window was changed.
            Some(last) if last.end >= end => last.amount = last.amount.plus(amount)?,
            _ => slots.push(Slot { end, amount }),
        }
        if slots.len() > SLOTS_MAX {
            let oldest = slots.remove(0);
            if let Some(next) = slots.first_mut() {
                next.amount = next.amount.plus(oldest.amount)?;
            }
        }
        Ok(Spent::Fits(Window { slots }))
    }

    /// The window after `amount` came back at `now`: it cancels what left last.
    #[must_use]
    pub fn credit(&self, now: Timestamp, window_ms: u64, amount: Amount) -> Window {
        let mut left = amount;
        let mut slots: Vec<Slot> = self.slots.iter().filter(|slot| counts(slot, now, window_ms)).copied().collect();
        for slot in slots.iter_mut().rev() {
            let cancelled = left.min(slot.amount);
            // Neither difference can fall below zero: the smaller of both is taken from both.
            slot.amount = slot.amount.minus(cancelled).unwrap_or_default();
            left = left.minus(cancelled).unwrap_or_default();
        }
        slots.retain(|slot| !slot.amount.is_zero());
        Window { slots }
    }

    /// The first instant from `now` on at which `amount` fits, if nothing else leaves.
    fn next(
        &self,
        now: Timestamp,
        window_ms: u64,
        limit: Amount,
        amount: Amount,
    ) -> Result<Option<Timestamp>, MathError> {
        if amount > limit {
            return Ok(None);
        }
        let mut used = self.used(now, window_ms)?;
        for slot in self.slots.iter().filter(|slot| counts(slot, now, window_ms)) {
            used = used.minus(slot.amount)?;
            if used.plus(amount)? <= limit {
                return Ok(slot.end.plus_ms(window_ms).ok());
            }
        }
        Ok(Some(now))
    }
}

/// The last instant of the slice that `now` is in.
fn slice_end(now: Timestamp, window_ms: u64) -> Timestamp {
    let slice = window_ms.div_ceil(SLICES).max(1);
    let into = now.0.checked_rem(slice).unwrap_or(0);
    // A slice that reaches beyond all time ends with it.
    Timestamp(now.0.saturating_add(slice.saturating_sub(1).saturating_sub(into)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
    use super::*;

    const MINUTE: u64 = 60_000;
    const LIMIT: Amount = Amount(100);

    fn fits(window: &Window, now: u64, amount: u128) -> Window {
        match window.spend(Timestamp(now), MINUTE, LIMIT, Amount(amount)).unwrap() {
            Spent::Fits(window) => window,
            Spent::Over(next) => panic!("next at {next:?}"),
        }
    }

    fn next(window: &Window, now: u64, amount: u128) -> Option<u64> {
        match window.spend(Timestamp(now), MINUTE, LIMIT, Amount(amount)).unwrap() {
            Spent::Over(next) => next.map(|next| next.0),
            Spent::Fits(_) => panic!("it fits"),
        }
    }

    /// A minute in slices of five seconds: what leaves at 1 s counts until its slice, which ends at 4.999 s,
    /// is a minute old.
    #[test]
    fn worked_by_hand() {
        let window = fits(&Window::default(), 1_000, 60);
        let window = fits(&window, 7_000, 40);
        assert_eq!(window.used(Timestamp(8_000), MINUTE), Ok(Amount(100)));
        assert_eq!(next(&window, 8_000, 1), Some(64_999));
        assert_eq!(next(&window, 8_000, 61), Some(69_999));
        assert_eq!(next(&window, 8_000, 101), None);
        assert_eq!(window.used(Timestamp(64_998), MINUTE), Ok(Amount(100)));
        assert_eq!(window.used(Timestamp(64_999), MINUTE), Ok(Amount(40)));
        assert_eq!(fits(&window, 64_999, 60).slots.len(), 2);
    }

    #[test]
    fn what_comes_back_cancels_what_left_last() {
        let window = fits(&fits(&Window::default(), 1_000, 60), 7_000, 40);
        let back = window.credit(Timestamp(8_000), MINUTE, Amount(50));
        assert_eq!(back.slots, [Slot { end: Timestamp(4_999), amount: Amount(50) }]);
        assert_eq!(window.credit(Timestamp(8_000), MINUTE, Amount(500)), Window::default());
    }

    /// Random outflows, each kept if it fits: no span of a minute holds more than the limit.
    #[test]
    fn no_span_exceeds_the_limit() {
        let (mut window, mut now, mut kept, mut seed) = (Window::default(), 0u64, Vec::new(), 7u64);
        for _ in 0..2_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            now += (seed >> 40) % 9_000;
            let amount = Amount(u128::from((seed >> 20) % 70));
            if let Spent::Fits(after) = window.spend(Timestamp(now), MINUTE, LIMIT, amount).unwrap() {
                (window, kept) = (after, {
                    kept.push((now, amount.0));
                    kept
                });
            }
            let lately: u128 = kept.iter().filter(|(at, _)| at + MINUTE > now).map(|(_, amount)| amount).sum();
            assert!(lately <= LIMIT.0 && window.slots.len() <= SLOTS_MAX);
        }
        assert!(kept.len() > 100);
    }
}
