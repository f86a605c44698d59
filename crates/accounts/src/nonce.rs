//! Nonces: every signed transaction runs at most once, in any order within a window.
//!
//! A nonce is 64 bits: the lane in the upper 24, the count in the lower 40. The keys of an account
//! share lane 0, so their nonces are plain counts; each session has a lane of its own that is never
//! given out again. As the lane is part of what is signed, no signature fits two lanes.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::Error;

/// How far behind the highest used count a count may still be used.
pub const NONCE_WINDOW: u64 = 64;
/// How far ahead of the highest used count a count may be.
pub const NONCE_AHEAD_MAX: u64 = 1_000_000;
/// The highest lane.
pub const LANE_MAX: u32 = (1 << 24) - 1;

const COUNT_BITS: u32 = 40;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;

/// The nonce of `count` in `lane`.
pub const fn nonce(lane: u32, count: u64) -> u64 {
    // Widening; clippy cannot see that `u64::from` is not const.
    #[allow(clippy::as_conversions)]
    let lane = lane as u64;
    (lane << COUNT_BITS) | (count & COUNT_MASK)
}

/// The lane of a nonce.
pub fn lane_of(nonce: u64) -> u32 {
    u32::try_from(nonce >> COUNT_BITS).expect("64 - 40 bits fit 32")
}

/// The count of a nonce.
pub const fn count_of(nonce: u64) -> u64 {
    nonce & COUNT_MASK
}

/// Which counts of one lane are used: all below the window, and those marked in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct NonceWindow {
    /// One more than the highest used count; zero if none is used.
    pub next: u64,
    /// Bit `i` tells whether `next - 1 - i` is used.
    pub used: u64,
}

impl NonceWindow {
    /// The window after `count` is used.
    ///
    /// # Errors
    /// [`Error::NonceTooFar`], [`Error::NonceTooOld`], [`Error::NonceUsed`].
    pub fn with(self, count: u64) -> Result<NonceWindow, Error> {
        if let Some(ahead) = count.checked_sub(self.next) {
            if ahead >= NONCE_AHEAD_MAX || count > COUNT_MASK {
                return Err(Error::NonceTooFar);
            }
            let shift = u32::try_from(ahead.saturating_add(1)).unwrap_or(u32::MAX);
            let used = self.used.checked_shl(shift).unwrap_or(0) | 1;
            return Ok(NonceWindow { next: count.saturating_add(1), used });
        }
        // Here count < next, so neither difference can fall below zero.
        let age = self.next.saturating_sub(1).saturating_sub(count);
        if age >= NONCE_WINDOW {
            return Err(Error::NonceTooOld);
        }
        let bit = 1u64 << age;
        if self.used & bit != 0 {
            return Err(Error::NonceUsed);
        }
        Ok(NonceWindow { next: self.next, used: self.used | bit })
    }
}
