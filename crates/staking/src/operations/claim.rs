use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Output};
use gage_store::Draft;
use gage_units::Amount;
use serde::{Deserialize, Serialize};

use crate::bonds::{hold_anew, put_bond};
use crate::state::{BONDS, Unbonding};
use crate::{Bond, BondId, Error, Event, MODULE};

/// Takes what has waited long enough back to the signer's free balance.
///
/// Precedence: bond; owner; time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The bond.
    pub bond: BondId,
}

impl Claim {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        let owner = ctx.account()?;
        let bond = BONDS.get(draft, &self.bond).ok_or(Error::UnknownBond(self.bond))?;
        if bond.owner != owner {
            return Err(Error::NotOwner);
        }
        let due = |part: &Unbonding| part.claimable_at <= ctx.time;
        let claimed =
            bond.unbonding.iter().filter(|part| due(part)).try_fold(Amount::ZERO, |sum, part| sum.plus(part.amount))?;
        if claimed.is_zero() {
            return Err(Error::NothingToClaim);
        }
        let left = bond.total()?.minus(claimed)?;
        let hold = hold_anew(draft, ctx, self.bond, owner, bond.asset, Some(bond.hold), left)?;

        // From here on nothing can fail.
        let asset = bond.asset;
        let unbonding = bond.unbonding.iter().filter(|part| !due(part)).copied().collect();
        put_bond(draft, self.bond, Bond { unbonding, hold: hold.unwrap_or(bond.hold), ..bond });
        draft.emit(MODULE, &Event::Claimed { bond: self.bond, amount: claimed });
        Ok(Output { asset, amount: claimed })
    }

    pub(crate) fn describe(&self) -> String {
        format!("Claim what has unbonded of bond {}", self.bond)
    }
}
