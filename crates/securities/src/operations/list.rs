use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Signer, describe_amount};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::asset_text;
use crate::listing::{check_speed, has_bond, probation_cap};
use crate::state::{LISTINGS, Listing, TIER_MAX};
use crate::{Error, Event, MODULE};

/// Lists an asset, or changes its listing.
///
/// Anybody may list an asset that has no listing, in tier 0, as its own curator, with a bond of the role
/// for listings whose purpose is the asset and caps up to a million whole units; everything else is
/// governance's, which tightens at once and loosens slowly.
///
/// Precedence: tier; asset; curator; rights; bond; speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The asset.
    pub asset: AssetId,
    /// 0 (probation) to 4.
    pub tier: u8,
    /// Who answers for it.
    #[serde(default)]
    pub curator: Option<AccountId>,
    /// The most that may be minted by this module.
    pub supply_cap: Amount,
    /// The most that may serve as collateral, over all facilities.
    pub collateral_cap: Amount,
}

impl List {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.tier > TIER_MAX { Err(Error::UnknownTier) } else { Ok(()) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let List { asset, tier, supply_cap, collateral_cap, .. } = *self;
        let decimals = gage_ledger::decimals(draft, asset)?;
        let curator = self.curator.map(|id| gage_accounts::resolve(draft, &id)).transpose()?;
        let before = LISTINGS.get(draft, &asset);
        if let Signer::Account(account) = ctx.signer {
            let most = probation_cap(decimals)?;
            let modest = supply_cap <= most && collateral_cap <= most;
            let own = curator == Some(account) && before.is_none();
            if tier != 0 || !modest || !own {
                return Err(Error::ListingNotAllowed);
            }
            if !has_bond(draft, account, asset) {
                return Err(Error::NoListingBond(asset));
            }
        }
        let listed_at = before.map_or(ctx.time, |before| before.listed_at);
        let after = Listing { tier, curator, supply_cap, collateral_cap, listed_at, since: ctx.time };
        if let (Some(before), Signer::Governance) = (&before, ctx.signer) {
            check_speed(before, &after, decimals, ctx)?;
        }

        // From here on nothing can fail.
        LISTINGS.put(draft, asset, after);
        draft.emit(MODULE, &Event::Listed { asset, tier, curator, supply_cap, collateral_cap });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let List { asset, tier, curator, supply_cap, collateral_cap } = self;
        let curator = curator.map(|id| format!(", curator {id}")).unwrap_or_default();
        format!(
            "List {} in tier {tier}{curator}, supply cap {}, collateral cap {}",
            asset_text(names, *asset),
            describe_amount(names, *supply_cap, *asset),
            describe_amount(names, *collateral_cap, *asset)
        )
    }
}
