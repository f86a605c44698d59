use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{describe_where, resolve_user, rules_to_change, standing};
use crate::state::{FREEZES, STANDINGS};
use crate::text::Reason;
use crate::{Error, Event, MODULE};

/// Lifts a freeze: that in one asset (its agent or governance) or that in all (governance).
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnfreezeAccount {
    /// Whose.
    pub account: AccountId,
    /// In which asset; none for the freeze in all.
    #[serde(default)]
    pub asset: Option<AssetId>,
    /// Why.
    pub reason: Reason,
}

impl UnfreezeAccount {
    /// # Errors
    /// Not governance; [`Error::UnknownAsset`], [`Error::NotAgent`]; unknown account, [`Error::ModuleAccount`],
    /// [`Error::NotFrozen`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        match self.asset {
            Some(asset) => rules_to_change(draft, ctx, asset).map(|_| ())?,
            None => ctx.require_governance()?,
        }
        let account = resolve_user(draft, &self.account)?;
        let mut standing = standing(draft, account);
        let frozen = match self.asset {
            Some(asset) => FREEZES.has(draft, &(asset, account)),
            None => standing.frozen.is_some(),
        };
        if !frozen {
            return Err(Error::NotFrozen);
        }

        // From here on nothing can fail.
        match self.asset {
            None => standing.frozen = None,
            Some(asset) => {
                FREEZES.remove(draft, &(asset, account));
                let others = standing.frozen_assets.checked_sub(1);
                standing.frozen_assets = others.expect("the freeze just found is counted among the account's");
            }
        }
        STANDINGS.put(draft, account, standing);
        draft.emit(MODULE, &Event::AccountUnfrozen { account, asset: self.asset, reason: self.reason.clone() });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let place = describe_where(names, self.asset);
        format!("unfreeze {} {place} because: {}", self.account, self.reason.quoted())
    }
}
