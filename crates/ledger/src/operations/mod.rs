//! One file per verb: struct, validate, apply.

mod assets;
mod correct;
mod holds;
mod items;
mod transfer;
mod transfer_many;

pub use assets::{Burn, CreateAsset, Mint};
pub use correct::{Correct, PostingRef, REASON_MAX};
pub use holds::{GiveHold, ReleaseHold, SettleHold};
pub use items::{BurnItem, MintItem, TransferItem};
pub use transfer::Transfer;
pub use transfer_many::{Payment, TRANSFERS_MAX, TransferMany};
