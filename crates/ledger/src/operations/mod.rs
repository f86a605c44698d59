//! One file per verb: struct, validate, apply.

mod assets;
mod conclude;
mod correct;
mod count_holders;
mod forced_transfer;
mod freeze_part;
mod holds;
mod items;
mod lock_up;
mod propose;
mod recover_holdings;
mod sub_holdings;
mod transfer;
mod transfer_many;

pub use assets::{Burn, CreateAsset, Mint};
pub use conclude::{CancelInstruction, ClaimBuyIn, ConfirmDelivery};
pub use correct::{Correct, PostingRef, REASON_MAX};
pub use count_holders::CountHolders;
pub use forced_transfer::ForcedTransfer;
pub use freeze_part::{FreezePart, UnfreezePart};
pub use holds::{GiveHold, ReleaseHold, SettleHold};
pub use items::{BurnItem, MintItem, TransferItem};
pub use lock_up::{MintLocked, TransferLocked};
pub use propose::{AffirmInstruction, NewDelivery, NewLeg, ProposeInstruction};
pub use recover_holdings::RecoverHoldings;
pub use sub_holdings::{MoveWithin, OwnerName, RecordOwner, ReleaseOwner, WithdrawHolding};
pub use transfer::Transfer;
pub use transfer_many::{Payment, TRANSFERS_MAX, TransferMany};

use gage_accounts::{Names, describe_amount, is_module};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, ItemId};

use crate::Error;

/// The number of an account that an issuer's power reaches: no module's, whose records say what it holds.
fn resolve_user(draft: &Draft, id: &AccountId) -> Result<AccountNumber, Error> {
    let number = gage_accounts::resolve(draft, id)?;
    if is_module(number) { Err(Error::ModuleAccount) } else { Ok(number) }
}

/// `WETH#7`.
fn describe_asset(names: &dyn Names, asset: AssetId) -> String {
    names.asset(asset).map_or(format!("#{asset}"), |(symbol, _)| format!("{symbol}#{asset}"))
}

/// `12.5 WETH#7`, or `item 3 of DEED#8`.
fn describe_part(names: &dyn Names, amount: Amount, asset: AssetId, item: Option<ItemId>) -> String {
    match item {
        Some(item) => format!("item {item} of {}", describe_asset(names, asset)),
        None => describe_amount(names, amount, asset),
    }
}
