use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_compliance::{Force, Reason, identity_of};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{Amount, AssetId, ItemId};
use serde::{Deserialize, Serialize};

use super::{describe_asset, resolve_user};
use crate::state::{BALANCES, BalanceKey};
use crate::{Error, Event, Journal, Leg, MODULE, Part, Purpose, Side, post};

/// Moves what an account whose keys are lost has of an asset, free and frozen alike, to another account of
/// the same identity. Needs the asset's agent or governance. What is held or pledged stays with the records
/// it serves until they let go of it; then the same operation moves it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct RecoverHoldings {
    /// Of what.
    pub asset: AssetId,
    /// Which thing, for an itemised asset.
    #[serde(default)]
    pub item: Option<ItemId>,
    /// The account whose keys are lost.
    pub from: AccountId,
    /// Another account of its identity.
    pub to: AccountId,
    /// Why.
    pub reason: Reason,
}

impl RecoverHoldings {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        gage_compliance::require_agent(draft, ctx, self.asset)?;
        let (from, to) = (resolve_user(draft, &self.from)?, resolve_user(draft, &self.to)?);
        if from == to {
            return Err(Error::SameAccount);
        }
        let identity = identity_of(draft, from);
        if identity.is_none() || identity != identity_of(draft, to) {
            return Err(Error::OtherIdentity);
        }
        let (asset, item) = (self.asset, self.item);
        let balance = BALANCES.get(draft, &BalanceKey { account: from, asset, item }).unwrap_or_default();
        if balance.free.is_zero() && balance.frozen.is_zero() {
            return Err(Error::ZeroAmount);
        }
        let leg = |account, part, side, amount: Amount| Leg { account, asset, item, part, side, amount };
        let both = |part, amount| [leg(from, part, Side::Debit, amount), leg(to, part, Side::Credit, amount)];
        let mut legs = Vec::with_capacity(4);
        for (part, amount) in [(Part::Free, balance.free), (Part::Frozen, balance.frozen)] {
            if !amount.is_zero() {
                legs.extend(both(part, amount));
            }
        }
        post(draft, ctx, &Journal { legs: &legs, supply: None, force: Force::Protocol, purpose: Purpose::Recovery })?;

        // From here on nothing can fail.
        let (free, frozen, reason) = (balance.free, balance.frozen, self.reason.clone());
        draft.emit(MODULE, &Event::HoldingsRecovered { asset, item, from, to, free, frozen, reason });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let item = self.item.map_or(String::new(), |item| format!("item {item} of "));
        let asset = describe_asset(names, self.asset);
        format!("Recover {item}{asset} from {} to {} because: {}", self.from, self.to, self.reason.quoted())
    }
}
