//! Create a facility that lends from a pool.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_backstop::WaterfallId;
use gage_ledger::{AssetKind, NewAsset};
use gage_oracle::FeedId;
use gage_store::Draft;
use gage_units::{AssetId, Price};
use serde::{Deserialize, Serialize};

use super::set_pool_terms::describe_pool_terms;
use super::{asset_name, check_par, check_waterfall_free, describe_params};
use crate::state::{FACILITIES, FACILITY_OF, Facility, LAST_FACILITY, TOTALS, Totals, next_number};
use crate::{Error, Event, FacilityId, FacilityParams, MODULE, PoolTerms, Source, pool};

/// Creates a facility that lends an existing asset out of what suppliers give, with the asset of their
/// shares and the loss waterfall that bears before them.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreatePool {
    /// What is lent: any asset that is not of single things.
    pub asset: AssetId,
    /// The symbol of the shares, which have the decimals of what is lent.
    pub symbol: String,
    /// The face value of one whole unit, in the numeraire; above zero, at most 1e12. With a feed, its
    /// price until the feed's first.
    pub par: Price,
    /// The feed that prices it, if it does not stand at its face value.
    pub feed: Option<FeedId>,
    /// Who bears losses before suppliers do, with all capital in `asset`; of no other facility.
    pub waterfall: WaterfallId,
    /// The first parameters.
    pub params: FacilityParams,
    /// The pool's first terms.
    pub terms: PoolTerms,
}

impl CreatePool {
    /// # Errors
    /// [`Error::ParamOutOfBounds`], the ledger's for the symbol.
    pub fn validate(&self) -> Result<(), Error> {
        check_par(self.par)?;
        self.shares(0).validate()?;
        self.params.check()?;
        self.terms.check()
    }

    fn shares(&self, decimals: u8) -> NewAsset {
        NewAsset { symbol: self.symbol.clone(), decimals, kind: AssetKind::Module(MODULE), itemised: false }
    }

    /// # Errors
    /// In this order: `NotGovernance`, those of `validate`, the ledger's for an unknown asset,
    /// [`Error::WrongAsset`] for one of single things, the oracle's for an unknown feed, the backstop's
    /// for an unknown waterfall, [`Error::WaterfallMismatch`], [`Error::WaterfallInUse`],
    /// [`Error::TooManyVaults`], the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<FacilityId, Error> {
        ctx.require_governance()?;
        self.validate()?;
        let asset = gage_ledger::asset(draft, self.asset)?;
        if asset.itemised {
            return Err(Error::WrongAsset);
        }
        if let Some(feed) = self.feed {
            gage_oracle::query::feed_view(draft, feed)?;
        }
        if gage_backstop::waterfall(draft, self.waterfall)?.stable != self.asset {
            return Err(Error::WaterfallMismatch);
        }
        check_waterfall_free(draft, self.waterfall)?;
        let id = FacilityId(next_number(draft, LAST_FACILITY).ok_or(Error::TooManyVaults)?);
        let shares = gage_ledger::create_asset(draft, ctx, self.shares(asset.decimals))?;

        // From here on nothing can fail.
        let CreatePool { asset: stable, par, feed, waterfall, params, terms, .. } = *self;
        let source = Source::Pool { shares, feed };
        FACILITIES.put(draft, id, Facility { stable, decimals: asset.decimals, par, waterfall, params, source });
        TOTALS.put(draft, id, Totals { accrued_at: ctx.time, ..Totals::default() });
        FACILITY_OF.put(draft, shares, id);
        pool::open(draft, id, terms);
        draft.emit(MODULE, &Event::PoolCreated { facility: id, asset: stable, shares, params, terms });
        Ok(id)
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let feed = self.feed.map_or_else(|| "no feed".to_owned(), |feed| format!("feed {feed}"));
        format!(
            "Create a facility that lends {} from a pool with shares {}, at {} a unit, {feed}, with loss waterfall {}: \
             {}; {}",
            asset_name(names, self.asset),
            self.symbol,
            self.par,
            self.waterfall,
            describe_params(names, self.asset, &self.params),
            describe_pool_terms(names, self.asset, &self.terms),
        )
    }
}
