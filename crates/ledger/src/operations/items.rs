use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_compliance::Force;
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, ItemId};
use serde::{Deserialize, Serialize};

use crate::state::{ITEMS, Item};
use crate::{AssetKind, Error, Journal, Leg, Part, Purpose, Side, SupplyChange, post};

/// One thing is one unit.
const ONE: Amount = Amount(1);

/// Mints one thing of an itemised asset of the signer to an account. A number is given once, for ever:
/// a thing that was burned does not come back as another.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct MintItem {
    /// Of what.
    pub asset: AssetId,
    /// Which thing.
    pub item: ItemId,
    /// The receiver.
    pub to: AccountId,
}

/// Gives one thing of the signer to another account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct TransferItem {
    /// Of what.
    pub asset: AssetId,
    /// Which thing.
    pub item: ItemId,
    /// The receiver.
    pub to: AccountId,
}

/// Burns one thing of an itemised asset of the signer, on the signer's own account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct BurnItem {
    /// Of what.
    pub asset: AssetId,
    /// Which thing.
    pub item: ItemId,
}

impl MintItem {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let issuer = ctx.account()?;
        let to = gage_accounts::resolve(draft, &self.to)?;
        if ITEMS.has(draft, &(self.asset, self.item)) {
            return Err(Error::ItemExists);
        }
        change_supply(draft, ctx, issuer, to, self.asset, self.item, Side::Credit)?;

        // From here on nothing can fail.
        ITEMS.put(draft, (self.asset, self.item), Item { minted_at: ctx.time, burned: false });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Mint {} to {}", describe_item(names, self.asset, self.item), self.to)
    }
}

impl TransferItem {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let from = ctx.account()?;
        let to = gage_accounts::resolve(draft, &self.to)?;
        if from == to {
            return Err(Error::SameAccount);
        }
        let legs = [leg(from, self.asset, self.item, Side::Debit), leg(to, self.asset, self.item, Side::Credit)];
        post(draft, ctx, &Journal { legs: &legs, supply: None, force: Force::Holder, purpose: Purpose::Transfer })
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Transfer {} to {}", describe_item(names, self.asset, self.item), self.to)
    }
}

impl BurnItem {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let issuer = ctx.account()?;
        let record = ITEMS.get(draft, &(self.asset, self.item)).ok_or(Error::UnknownItem)?;
        change_supply(draft, ctx, issuer, issuer, self.asset, self.item, Side::Debit)?;

        // From here on nothing can fail.
        ITEMS.put(draft, (self.asset, self.item), Item { burned: true, ..record });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Burn {}", describe_item(names, self.asset, self.item))
    }
}

fn leg(account: AccountNumber, asset: AssetId, item: ItemId, side: Side) -> Leg {
    Leg { account, asset, item: Some(item), part: Part::Free, side, amount: ONE }
}

fn change_supply(
    draft: &mut Draft,
    ctx: &Context,
    issuer: AccountNumber,
    holder: AccountNumber,
    asset: AssetId,
    item: ItemId,
    side: Side,
) -> Result<(), Error> {
    let legs = [leg(holder, asset, item, side)];
    let supply = Some(SupplyChange { asset, by: AssetKind::Issued { issuer }, side, amount: ONE });
    let (force, purpose) = match side {
        Side::Credit => (Force::Holder, Purpose::Mint),
        Side::Debit => (Force::Protocol, Purpose::Burn),
    };
    post(draft, ctx, &Journal { legs: &legs, supply, force, purpose })
}

pub(crate) fn describe_item(names: &dyn Names, asset: AssetId, item: ItemId) -> String {
    match names.asset(asset) {
        Some((symbol, _)) => format!("item {item} of {symbol}#{asset}"),
        None => format!("item {item} of #{asset}"),
    }
}
