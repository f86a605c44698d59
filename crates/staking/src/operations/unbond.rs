use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::bonds::put_bond;
use crate::state::{BONDS, Unbonding, terms};
use crate::validators::{ORDERING, VALIDATORS, serves};
use crate::{BondId, Error, Event, MODULE, Role, UNBONDINGS_MAX};

/// Sends a part of a bond on its way out. It counts as bonded no more, can still be slashed, and can
/// be claimed after the role's delay.
///
/// Precedence: amount; bond; owner; asset; not serving as validator; reservation; amount bonded; least amount; not
/// registered as validator; number of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unbond {
    /// The bond.
    pub bond: BondId,
    /// What it is in.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

impl Unbond {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.amount.is_zero() { Err(Error::ZeroAmount) } else { Ok(()) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let owner = ctx.account()?;
        let mut bond = BONDS.get(draft, &self.bond).ok_or(Error::UnknownBond(self.bond))?;
        if bond.owner != owner {
            return Err(Error::NotOwner);
        }
        if bond.asset != self.asset {
            return Err(Error::NotBondAsset);
        }
        let orders = bond.role == Role::Validator && bond.purpose == ORDERING;
        if orders && serves(draft, ctx.height, owner) {
            return Err(Error::StillServing);
        }
        if ctx.time < bond.reserved_until {
            return Err(Error::BondReserved);
        }
        let terms = terms(draft, bond.role).ok_or(Error::RoleNotOpen(bond.role))?;
        let active = bond.active.minus(self.amount).map_err(|_| Error::ExceedsBond)?;
        // Terms in another asset by now say nothing about this one.
        if !active.is_zero() && bond.asset == terms.asset && active < terms.amount_min {
            return Err(Error::BelowMinimum);
        }
        if orders && active < terms.amount_min && VALIDATORS.has(draft, &owner) {
            return Err(Error::StillRegistered);
        }
        if bond.unbonding.len() >= UNBONDINGS_MAX {
            return Err(Error::TooManyUnbondings);
        }
        let evidence_until = ctx.time.plus_ms(terms.evidence_ms)?;
        let claimable_at = ctx.time.plus_ms(terms.unbonding_ms)?;

        // From here on nothing can fail.
        bond.active = active;
        bond.unbonding.push(Unbonding { amount: self.amount, since: ctx.time, evidence_until, claimable_at });
        put_bond(draft, self.bond, bond);
        draft.emit(MODULE, &Event::Unbonded { bond: self.bond, amount: self.amount, claimable_at });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Unbond {} of bond {}", describe_amount(names, self.amount, self.asset), self.bond)
    }
}
