use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{describe_until, describe_where, resolve_user, rules_to_change, standing};
use crate::state::{FREEZES, Freeze, STANDINGS, Stops};
use crate::text::Reason;
use crate::{Error, Event, MODULE};

/// Freezes an account in one asset (its agent or governance) or in all (governance), in place of an
/// earlier freeze there. A pledge made before ranks before it: rules still seize.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreezeAccount {
    /// Whom.
    pub account: AccountId,
    /// In which asset; none for all.
    #[serde(default)]
    pub asset: Option<AssetId>,
    /// Which way.
    pub stops: Stops,
    /// When it ends by itself.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// Why.
    pub reason: Reason,
}

impl FreezeAccount {
    /// # Errors
    /// Not governance; [`Error::UnknownAsset`], [`Error::NotAgent`]; unknown account, [`Error::ModuleAccount`],
    /// [`Error::BadPeriod`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        match self.asset {
            Some(asset) => rules_to_change(draft, ctx, asset).map(|_| ())?,
            None => ctx.require_governance()?,
        }
        let account = resolve_user(draft, &self.account)?;
        if self.until.is_some_and(|until| until <= ctx.time) {
            return Err(Error::BadPeriod);
        }

        // From here on nothing can fail.
        let (stops, until, reason) = (self.stops, self.until, self.reason.clone());
        let freeze = Freeze { stops, reason: reason.clone(), since: ctx.time, until };
        let mut standing = standing(draft, account);
        match self.asset {
            None => standing.frozen = Some(freeze),
            Some(asset) => {
                if !FREEZES.has(draft, &(asset, account)) {
                    // At most one per asset, which 32 bits count.
                    standing.frozen_assets = standing.frozen_assets.saturating_add(1);
                }
                FREEZES.put(draft, (asset, account), freeze);
            }
        }
        STANDINGS.put(draft, account, standing);
        draft.emit(MODULE, &Event::AccountFrozen { account, asset: self.asset, stops, until, reason });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let stops = match self.stops {
            Stops::Sending => "sending",
            Stops::Both => "sending and receiving",
        };
        let (place, until) = (describe_where(names, self.asset), describe_until(self.until));
        format!("freeze {} {place} against {stops} {until} because: {}", self.account, self.reason.quoted())
    }
}
