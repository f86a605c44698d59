//! Who may sign, how much, how soon (floor 2, module 1).

mod broken;
mod context;
mod describe;
mod error;

pub use broken::Broken;
pub use context::{Class, Context, Output, Quantity, Signer};
pub use describe::{Names, describe_amount, describe_quantity};
pub use error::Error;

/// The number of this module: the high byte of its tables, the thousands of its errors.
pub const MODULE: u8 = 1;
/// Account numbers below this belong to modules (account number = module number) and have no keys.
pub const MODULE_ACCOUNTS: u32 = 64;
