//! Set the peg of a cash asset.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::asset_name;
use crate::peg::{PEGS, PEGS_MAX, Peg, PegState, pegs};
use crate::state::FACILITY_OF;
use crate::{Error, Event, FacilityId, MODULE, PegTerms, Source, book};

/// Lets a facility that mints take a cash asset at par, or changes the terms on which it does.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPeg {
    /// The facility.
    pub facility: FacilityId,
    /// What it lends, so that a wallet can show the amounts.
    pub stable: AssetId,
    /// The cash asset, of which one whole unit is one whole unit of the stable.
    pub asset: AssetId,
    /// All terms.
    pub terms: PegTerms,
}

impl SetPeg {
    /// # Errors
    /// [`Error::ParamOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        self.terms.check()
    }

    /// # Errors
    /// In this order: `NotGovernance`, those of `validate`, [`Error::UnknownFacility`],
    /// [`Error::WrongAsset`], [`Error::NotCash`] (of a pool; an asset of single things; one that a
    /// facility mints), the ledger's for an unknown asset, [`Error::NoFeed`] if a least price is set,
    /// [`Error::TooManyPegs`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        self.validate()?;
        let facility = book::facility(draft, self.facility)?;
        if facility.stable != self.stable {
            return Err(Error::WrongAsset);
        }
        let asset = gage_ledger::asset(draft, self.asset)?;
        if facility.source != Source::Mint || asset.itemised || FACILITY_OF.has(draft, &self.asset) {
            return Err(Error::NotCash(self.asset));
        }
        if self.terms.price_min.is_some() && gage_oracle::asset_feed(draft, self.asset).is_none() {
            return Err(Error::NoFeed(self.asset));
        }
        let key = (self.facility, self.asset);
        let before = PEGS.get(draft, &key);
        if before.is_none() && pegs(draft, self.facility).len() >= PEGS_MAX {
            return Err(Error::TooManyPegs);
        }

        // From here on nothing can fail.
        let terms = self.terms;
        let new = Peg { terms, decimals: asset.decimals, held: Amount::ZERO, issued: Amount::ZERO };
        PEGS.put(draft, key, before.map_or(new, |before| Peg { terms, ..before }));
        draft.emit(MODULE, &Event::PegSet { facility: self.facility, asset: self.asset, terms });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let PegTerms { cap, fee_in, fee_out, price_min, state } = self.terms;
        let least = price_min.map_or_else(|| "no least price".to_owned(), |price| format!("least price {price}"));
        format!(
            "Set the peg of {} in facility {}: cap {}, fee {fee_in} in and {fee_out} out, {least}, {}",
            asset_name(names, self.asset),
            self.facility,
            describe_amount(names, cap, self.stable),
            describe_state(state),
        )
    }
}

pub(super) fn describe_state(state: PegState) -> &'static str {
    match state {
        PegState::Open => "open both ways",
        PegState::OutOnly => "paying out only",
        PegState::Closed => "closed",
    }
}
