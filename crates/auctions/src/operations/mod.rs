//! One file per verb.

mod take;

pub use take::Take;
pub(crate) use take::check_price;
