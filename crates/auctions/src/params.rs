//! Bounds of a lot, fixed in code.
//!
//! With them the price never rises by rounding: after `n` steps the factor exceeds the true one by
//! at most `n + 1` units of 1e-27, `n` is at most [`TAIL_MAX_MS`] / [`STEP_MIN_MS`] = 604,800, and
//! one step lowers the true factor by at least 1e-6 of itself. So above [`FACTOR_MIN`] = 1e-12 a step
//! lowers it by 1e-18, a thousand times what rounding adds; below, the factor stands still.

use gage_units::Ratio;

/// The shortest step of a stair and the shortest linear fall: one second.
pub const STEP_MIN_MS: u64 = 1_000;
/// The longest tail, step or linear fall: seven days.
pub const TAIL_MAX_MS: u64 = 7 * 24 * 3_600 * 1_000;
/// The deepest cut of one step: to a half.
pub const CUT_MIN: Ratio = Ratio(500_000_000_000_000_000);
/// The shallowest cut of one step: to 0.999999.
pub const CUT_MAX: Ratio = Ratio(999_999_000_000_000_000);
/// The least factor of an exponential curve, in 1e-27: 1e-12.
pub const FACTOR_MIN: u128 = 1_000_000_000_000_000;
/// The most lots one call hands out.
pub const LOTS_PAGE_MAX: usize = 1_000;
/// The shortest window of bids or reveals: one second.
pub const WINDOW_MIN_MS: u64 = 1_000;
/// The longest window of bids or reveals: thirty days.
pub const WINDOW_MAX_MS: u64 = 30 * 24 * 3_600 * 1_000;
/// The most rounds of a uniform-price lot.
pub const ROUNDS_MAX: u8 = 10;
/// The most bids in the book of a lot; beyond, one that brings more takes the place of the one that brings least.
pub const BIDS_MAX: u32 = 128;
/// What part of a sealed lot at its floor a deposit is at least: a thousandth, so that the deposits of a full
/// list are an eighth of it.
pub const DEPOSIT_SHARE: u128 = 1_000;
/// The most commitments of a lot that are not revealed; beyond, one with a deposit a tenth above the smallest
/// takes its place.
pub const COMMITMENTS_MAX: u32 = 128;
/// How long the holds of bids stand beyond the clearing: a year, so that none expires before a late one.
pub const HOLD_MARGIN_MS: u64 = 365 * 24 * 3_600 * 1_000;
/// The most attempts to clear a round without bids that cannot be settled.
pub const ATTEMPTS_MAX: u8 = 3;
/// How long a clearing that failed waits at first: half a minute, and then each time twice as long.
pub const RETRY_MS: u64 = 30_000;
/// After so many failures, about nine hours, a round ends without a sale.
pub const TRIES_MAX: u8 = 10;
