//! The words and numbers of Gage (floor 0): no state, no IO.
//!
//! Nouns: [`Amount`] (smallest units of an asset), [`Price`] (numeraire per whole unit), [`Value`]
//! (numeraire, signed), [`Ratio`], [`Bps`], [`Accumulator`] and [`RatePerSecond`] (interest),
//! [`Timestamp`], [`Height`], the dense numbers [`AccountNumber`], [`AssetId`], [`ItemId`], and
//! [`Rounding`].
//!
//! Invariants: no bare `+ - * /` on money; every division names its rounding; a product that does
//! not fit is an error, never a wrap; `allocate` loses no unit.

mod allocate;
mod amount;
pub mod as_text;
mod decimal;
mod error;
mod ids;
mod price;
mod rate;
mod ratio;
mod time;
mod value;
mod wide;

pub use allocate::{ALLOCATE_MAX, allocate};
pub use amount::Amount;
pub use decimal::{DECIMALS_MAX, ParseDecimalError, format_decimal, parse_decimal};
pub use error::MathError;
pub use ids::{AccountNumber, AssetId, ItemId};
pub use price::Price;
pub use rate::{Accumulator, RatePerSecond, SECONDS_PER_YEAR};
pub use ratio::{Bps, Ratio};
pub use time::{Height, Timestamp};
pub use value::Value;
pub use wide::{Rounding, compare_fractions, mul_div, pow10, sqrt_ratio, wide_product};
