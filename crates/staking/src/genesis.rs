//! The module's section of the genesis file.

use gage_accounts::Context;
use gage_crypto::{AccountId, PublicKey};
use gage_store::Draft;
use gage_units::{Amount, Height};
use serde::{Deserialize, Serialize};

use crate::operations::{Bond, SetRoleTerms};
use crate::validators::{
    BY_KEY, MEMBERS_MAX, Member, VALIDATOR_RULES, VALIDATOR_SETS, VALIDATORS, Validator, ValidatorRules, ValidatorSet,
    check_offer, put_validator,
};
use crate::{Error, Role, RoleTerms, terms};

/// Roles and bonds that exist from the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Genesis {
    /// The roles that are open.
    pub roles: Vec<GenesisRole>,
    /// Bonds, paid from the genesis balances of their owners.
    pub bonds: Vec<GenesisBond>,
    /// Who orders, in a network that chooses its validators itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validators: Option<GenesisValidators>,
}

/// The validators from the start, and how later ones are chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisValidators {
    /// The rules.
    pub rules: ValidatorRules,
    /// Those who order in the first epoch, and until enough others have bonded.
    pub founders: Vec<Founder>,
}

/// A validator from the start. With a bond it stays a candidate like any other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Founder {
    /// The account that answers for it.
    pub account: AccountId,
    /// Its key.
    pub key: PublicKey,
    /// Where its peers reach it.
    pub address: String,
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
    genesis.validators.as_ref().map_or(Ok(()), |validators| found(draft, validators))
}

/// Writes the first set.
fn found(draft: &mut Draft, GenesisValidators { rules, founders }: &GenesisValidators) -> Result<(), Error> {
    rules.check()?;
    if founders.is_empty() || founders.len() > usize::from(MEMBERS_MAX) {
        return Err(Error::TermsOutOfBounds { param: "founders" });
    }
    let mut members = Vec::with_capacity(founders.len());
    for Founder { account, key, address } in founders {
        let account = gage_accounts::resolve(draft, account)?;
        check_offer(key, address)?;
        if VALIDATORS.has(draft, &account) {
            return Err(Error::TermsOutOfBounds { param: "founders" });
        }
        if BY_KEY.has(draft, &key.id()) {
            return Err(Error::ValidatorKeyTaken);
        }
        put_validator(draft, account, Validator { key: *key, address: address.clone() });
        members.push(Member { key: *key, account, address: address.clone() });
    }
    members.sort_unstable_by_key(|member| member.key);
    VALIDATOR_RULES.put(draft, (), *rules);
    let start = Height::GENESIS;
    VALIDATOR_SETS.put(draft, 0, ValidatorSet { epoch: 0, first: start, fixed_at: start, members });
    Ok(())
}
