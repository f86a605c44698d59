//! The module's section of the genesis file.

use gage_accounts::Context;
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::Amount;
use serde::{Deserialize, Serialize};

use crate::operations::{Bond, SetRoleTerms};
use crate::{Error, Role, RoleTerms, terms};

/// Roles and bonds that exist from the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Genesis {
    /// The roles that are open.
    pub roles: Vec<GenesisRole>,
    /// Bonds, paid from the genesis balances of their owners.
    pub bonds: Vec<GenesisBond>,
}

/// A role that is open from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisRole {
    /// The role.
    pub role: Role,
    /// Its terms.
    pub terms: RoleTerms,
}

/// A bond from the start, in the asset of the role's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisBond {
    /// Whose.
    pub account: AccountId,
    /// As what.
    pub role: Role,
    /// For what.
    pub purpose: u64,
    /// How much.
    pub amount: Amount,
}

/// Writes the section into an empty state, by the operations governance and owners would use.
///
/// # Errors
/// Those of [`SetRoleTerms`] and [`Bond`].
pub fn genesis(draft: &mut Draft, ctx: &Context, genesis: &Genesis) -> Result<(), Error> {
    for GenesisRole { role, terms } in &genesis.roles {
        let set = SetRoleTerms { role: *role, terms: *terms };
        set.validate()?;
        set.apply(draft, ctx)?;
    }
    for GenesisBond { account, role, purpose, amount } in &genesis.bonds {
        let owner = gage_accounts::resolve(draft, account)?;
        let asset = terms(draft, *role).ok_or(Error::RoleNotOpen(*role))?.asset;
        let bond = Bond { role: *role, purpose: *purpose, asset, amount: *amount };
        bond.validate()?;
        bond.apply_by(draft, ctx, owner)?;
    }
    Ok(())
}
