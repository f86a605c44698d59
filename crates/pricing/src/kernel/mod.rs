//! Elementary functions without branches, for one number or a row of them: the same operations, the same bits.
//!
//! These are unchecked: outside a domain the result is stated at each, NaN stays NaN. Bounds are relative unless said
//! otherwise; `tests/accuracy.rs` measures them.

mod elementary;
mod inverse;
mod normal;

pub use elementary::{exp, exp_sum, ln, ln_ratio};
pub use inverse::inverse_distribution;
pub use normal::{density, distribution, mills};
