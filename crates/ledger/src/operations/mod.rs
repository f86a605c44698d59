//! One file per verb: struct, validate, apply.

mod assets;
mod conclude;
mod correct;
mod holds;
mod items;
mod propose;
mod sub_holdings;
mod transfer;
mod transfer_many;

pub use assets::{Burn, CreateAsset, Mint};
pub use conclude::{CancelInstruction, ClaimBuyIn, ConfirmDelivery};
pub use correct::{Correct, PostingRef, REASON_MAX};
pub use holds::{GiveHold, ReleaseHold, SettleHold};
pub use items::{BurnItem, MintItem, TransferItem};
pub use propose::{AffirmInstruction, NewDelivery, NewLeg, ProposeInstruction};
pub use sub_holdings::{MoveWithin, OwnerName, RecordOwner, ReleaseOwner, WithdrawHolding};
pub use transfer::Transfer;
pub use transfer_many::{Payment, TRANSFERS_MAX, TransferMany};
