use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_compliance::{Force, Reason};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{Amount, AssetId, ItemId};
use serde::{Deserialize, Serialize};

use super::{describe_part, resolve_user};
use crate::{Error, Event, Journal, Leg, MODULE, Part, Purpose, Side, post};

/// Moves a holder's free or frozen amount to another by a court's or the issuer's order. Needs the asset's
/// agent or governance. The sender is not asked, the receiver is asked everything; lots go along. What is
/// held or pledged is not reached: an earlier pledge ranks before.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct ForcedTransfer {
    /// Of what.
    pub asset: AssetId,
    /// Which thing, for an itemised asset.
    #[serde(default)]
    pub item: Option<ItemId>,
    /// Whose.
    pub from: AccountId,
    /// Out of which part: free or frozen.
    pub part: Part,
    /// The receiver, to whose free part it goes.
    pub to: AccountId,
    /// How much.
    pub amount: Amount,
    /// Why.
    pub reason: Reason,
}

impl ForcedTransfer {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        match self.part {
            Part::Free | Part::Frozen => Ok(()),
            Part::Held | Part::Pledged => Err(Error::EarlierRight),
        }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        gage_compliance::require_agent(draft, ctx, self.asset)?;
        let (from, to) = (resolve_user(draft, &self.from)?, resolve_user(draft, &self.to)?);
        if from == to {
            return Err(Error::SameAccount);
        }
        let (asset, item, amount) = (self.asset, self.item, self.amount);
        let leg = |account, part, side| Leg { account, asset, item, part, side, amount };
        let legs = [leg(from, self.part, Side::Debit), leg(to, Part::Free, Side::Credit)];
        post(draft, ctx, &Journal { legs: &legs, supply: None, force: Force::Protocol, purpose: Purpose::Forced })?;

        // From here on nothing can fail.
        let reason = self.reason.clone();
        draft.emit(MODULE, &Event::TransferForced { asset, item, from, to, amount, reason });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let what = describe_part(names, self.amount, self.asset, self.item);
        let (from, to, part) = (&self.from, &self.to, self.part.name());
        format!("Force transfer of {what} ({part}) from {from} to {to} because: {}", self.reason.quoted())
    }
}
