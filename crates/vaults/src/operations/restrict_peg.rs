//! Restrict a peg at once.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Signer};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::asset_name;
use super::set_peg::describe_state;
use crate::peg::{PEGS, Peg, PegState, peg};
use crate::{Error, Event, FacilityId, MODULE, PegTerms, book};

/// Restricts a peg further, without the delay of governance: only the curator of the facility's
/// waterfall, who bears its first loss, and governance may. Only governance opens it again.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestrictPeg {
    /// The facility.
    pub facility: FacilityId,
    /// The cash asset.
    pub asset: AssetId,
    /// Its directions from now on.
    pub state: PegState,
}

impl RestrictPeg {
    /// # Errors
    /// In this order: [`Error::UnknownFacility`], [`Error::NotRestricting`] for anybody else,
    /// [`Error::UnknownPeg`], [`Error::NotRestricting`] for a state that is not tighter.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let facility = book::facility(draft, self.facility)?;
        if let Signer::Account(signer) = ctx.signer
            && gage_backstop::waterfall(draft, facility.waterfall)?.curator != Some(signer)
        {
            return Err(Error::NotRestricting);
        }
        let peg = peg(draft, self.facility, self.asset)?;
        if self.state <= peg.terms.state {
            return Err(Error::NotRestricting);
        }

        // From here on nothing can fail.
        let terms = PegTerms { state: self.state, ..peg.terms };
        PEGS.put(draft, (self.facility, self.asset), Peg { terms, ..peg });
        draft.emit(MODULE, &Event::PegSet { facility: self.facility, asset: self.asset, terms });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let (asset, state) = (asset_name(names, self.asset), describe_state(self.state));
        format!("Restrict the peg of {asset} in facility {}: {state}", self.facility)
    }
}
