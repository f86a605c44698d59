use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::bonds::{hold_anew, put_bond};
use crate::state::{self, BONDS, BY_PURPOSE, NEXT_BOND, next_number, terms};
use crate::{BondId, Error, Event, MODULE, Role};

/// Puts a free amount of the signer at stake in a role for one purpose, or adds to what is there.
///
/// Precedence: amount; terms of the role; asset; least amount; balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bond {
    /// As what.
    pub role: Role,
    /// For what: the number has its meaning in the module of the role.
    pub purpose: u64,
    /// In what: the asset of the role's terms.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

impl Bond {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.amount.is_zero() { Err(Error::ZeroAmount) } else { Ok(()) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let owner = ctx.account()?;
        self.apply_by(draft, ctx, owner).map(|_| ())
    }

    pub(crate) fn apply_by(&self, draft: &mut Draft, ctx: &Context, owner: AccountNumber) -> Result<BondId, Error> {
        let Bond { role, purpose, asset, amount } = *self;
        let terms = terms(draft, role).ok_or(Error::RoleNotOpen(role))?;
        if asset != terms.asset {
            return Err(Error::NotBondAsset);
        }
        let known = BY_PURPOSE.get(draft, &(role, purpose, owner, asset));
        let before = known.and_then(|id| BONDS.get(draft, &id));
        let active = before.as_ref().map_or(Amount::ZERO, |bond| bond.active).plus(amount)?;
        if active < terms.amount_min {
            return Err(Error::BelowMinimum);
        }
        let held = before.as_ref().map_or(Ok(Amount::ZERO), state::Bond::total)?.plus(amount)?;
        let id = match known {
            Some(id) => id,
            None => BondId(next_number(draft, NEXT_BOND)),
        };
        let hold = before.as_ref().map(|bond| bond.hold);
        let hold = hold_anew(draft, ctx, id, owner, asset, hold, held)?.ok_or(Error::ZeroAmount)?;

        // From here on nothing can fail.
        let bond = match before {
            Some(bond) => state::Bond { active, hold, ..bond },
            None => state::Bond {
                owner,
                role,
                purpose,
                asset,
                active,
                unbonding: Vec::new(),
                reserved_until: Timestamp(0),
                hold,
            },
        };
        put_bond(draft, id, bond);
        draft.emit(MODULE, &Event::Bonded { bond: id, owner, role, purpose, asset, amount, active });
        Ok(id)
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_amount(names, self.amount, self.asset);
        format!("Bond {amount} as {} for purpose {}", self.role.name(), self.purpose)
    }
}
