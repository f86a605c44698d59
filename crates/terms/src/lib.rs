//! The contract language and the arithmetic of contracts (floor 0): pure, total, exact.
pub mod actus;
mod number;
pub use number::{Number, NumberError};
