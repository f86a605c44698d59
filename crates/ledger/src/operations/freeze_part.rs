use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_compliance::{Force, Reason};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, ItemId};
use serde::{Deserialize, Serialize};

use super::{describe_part, resolve_user};
use crate::{Error, Event, Journal, Leg, MODULE, Part, Purpose, Side, post};

/// Immobilises a free amount of a holder, on its account, by a court's or the issuer's order. Needs the
/// asset's agent or governance. What is held or pledged is not reached: an earlier pledge ranks before.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct FreezePart {
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub asset: AssetId,
    /// Which thing, for an itemised asset.
    #[serde(default)]
    pub item: Option<ItemId>,
    /// How much.
    pub amount: Amount,
    /// Why.
    pub reason: Reason,
}

/// Gives an immobilised amount back to the holder's disposal. Needs the asset's agent or governance.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct UnfreezePart {
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub asset: AssetId,
    /// Which thing, for an itemised asset.
    #[serde(default)]
    pub item: Option<ItemId>,
    /// How much.
    pub amount: Amount,
    /// Why.
    pub reason: Reason,
}

impl FreezePart {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        gage_compliance::require_agent(draft, ctx, self.asset)?;
        let account = resolve_user(draft, &self.account)?;
        let legs = legs(account, self.asset, self.item, self.amount, Part::Free, Part::Frozen);
        post(draft, ctx, &Journal { legs: &legs, supply: None, force: Force::Holder, purpose: Purpose::Freeze })?;

        // From here on nothing can fail.
        let (asset, item, amount, reason) = (self.asset, self.item, self.amount, self.reason.clone());
        draft.emit(MODULE, &Event::PartFrozen { account, asset, item, amount, reason });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let what = describe_part(names, self.amount, self.asset, self.item);
        format!("Freeze {what} of {} because: {}", self.account, self.reason.quoted())
    }
}

impl UnfreezePart {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        gage_compliance::require_agent(draft, ctx, self.asset)?;
        let account = resolve_user(draft, &self.account)?;
        let legs = legs(account, self.asset, self.item, self.amount, Part::Frozen, Part::Free);
        post(draft, ctx, &Journal { legs: &legs, supply: None, force: Force::Holder, purpose: Purpose::Unfreeze })?;

        // From here on nothing can fail.
        let (asset, item, amount, reason) = (self.asset, self.item, self.amount, self.reason.clone());
        draft.emit(MODULE, &Event::PartUnfrozen { account, asset, item, amount, reason });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let what = describe_part(names, self.amount, self.asset, self.item);
        format!("Unfreeze {what} of {} because: {}", self.account, self.reason.quoted())
    }
}

fn legs(
    account: AccountNumber,
    asset: AssetId,
    item: Option<ItemId>,
    amount: Amount,
    from: Part,
    to: Part,
) -> [Leg; 2] {
    let leg = |part, side| Leg { account, asset, item, part, side, amount };
    [leg(from, Side::Debit), leg(to, Side::Credit)]
}
