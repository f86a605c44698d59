use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Signer, describe_amount};
use gage_crypto::AccountId;
use gage_ledger::HoldId;
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::asset_text;
use crate::state::{LISTINGS, Listing, TIER_MAX};
use crate::{Error, Event, MODULE};

/// The largest caps of a listing that an account makes: 1,000,000 whole units of 6 decimals; a
/// probation, to be raised by governance.
pub const PROBATION_CAP: Amount = Amount(1_000_000_000_000);

/// Lists an asset, or changes its listing.
///
/// An account may list an asset that has no listing, in tier 0, as its own curator, with caps up to
/// [`PROBATION_CAP`]; everything else is governance's.
///
/// Precedence: tier; asset; curator; rights; bond.
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
    /// A hold on the curator's account that stands as bond.
    #[serde(default)]
    pub bond: Option<HoldId>,
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
        gage_ledger::asset(draft, self.asset)?;
        let curator = self.curator.map(|id| gage_accounts::resolve(draft, &id)).transpose()?;
        if let Signer::Account(account) = ctx.signer {
            let modest = self.supply_cap <= PROBATION_CAP && self.collateral_cap <= PROBATION_CAP;
            let own = curator == Some(account) && !LISTINGS.has(draft, &self.asset);
            if self.tier != 0 || !modest || !own {
                return Err(Error::ListingNotAllowed);
            }
        }
        if let Some(bond) = self.bond {
            let owner = gage_ledger::hold_record(draft, bond).map(|hold| hold.owner);
            if owner.is_none() || owner != curator {
                return Err(Error::BadBond);
            }
        }

        // From here on nothing can fail.
        let List { asset, tier, bond, supply_cap, collateral_cap, .. } = *self;
        LISTINGS.put(draft, asset, Listing { tier, curator, bond, supply_cap, collateral_cap, since: ctx.time });
        draft.emit(MODULE, &Event::Listed { asset, tier, curator, supply_cap, collateral_cap });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let List { asset, tier, curator, bond, supply_cap, collateral_cap } = self;
        let curator = curator.map(|id| format!(", curator {id}")).unwrap_or_default();
        let bond = bond.map(|bond| format!(", bond hold {}", bond.0)).unwrap_or_default();
        format!(
            "List {} in tier {tier}{curator}{bond}, supply cap {}, collateral cap {}",
            asset_text(names, *asset),
            describe_amount(names, *supply_cap, *asset),
            describe_amount(names, *collateral_cap, *asset)
        )
    }
}
