//! Reads for the API.

use std::ops::Bound::{Excluded, Included, Unbounded};

use gage_accounts::id_of;
use gage_crypto::{AccountId, Hash, PublicKey};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Bps, Height, Timestamp};
use serde::Serialize;
use strum::IntoEnumIterator;

use crate::bonds::bonds_for;
use crate::epochs::stake;
use crate::state::{BONDS, BY_OWNER, SLASHES, terms};
use crate::validators::{BARRED, Member, VALIDATOR_SETS, ValidatorRules, registered, rules, set_of};
use crate::{Bond, BondId, Error, Role, RoleTerms, Slash, SlashId, Unbonding};

/// The most records of one page.
pub const PAGE_MAX: usize = 100;

/// A bond as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BondView {
    /// Its number.
    pub bond: BondId,
    /// Whose.
    pub owner: Option<AccountId>,
    /// As what.
    pub role: Role,
    /// For what.
    pub purpose: u64,
    /// In what.
    pub asset: AssetId,
    /// How much is bonded.
    pub active: Amount,
    /// Whether it counts: the role's terms name its asset.
    pub counts: bool,
    /// What is on its way out.
    pub unbonding: Vec<Unbonding>,
    /// Until when it stays in place.
    pub reserved_until: Timestamp,
}

/// A slash as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SlashView {
    /// Its number.
    pub slash: SlashId,
    /// From which bond.
    pub bond: BondId,
    /// Whose.
    pub owner: Option<AccountId>,
    /// As what.
    pub role: Role,
    /// For what.
    pub purpose: u64,
    /// In what.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// The part of the bond.
    pub fraction: Bps,
    /// The module that verified the evidence.
    pub module: u8,
    /// The hash of the evidence.
    pub evidence: Hash,
    /// When the offence happened.
    pub occurred_at: Timestamp,
    /// The waterfall that gets it.
    pub waterfall: u32,
    /// When it was taken.
    pub at: Timestamp,
}

/// A validator as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValidatorView {
    /// The account that answers for it.
    pub account: Option<AccountId>,
    /// Its key.
    pub key: PublicKey,
    /// Where its peers reach it.
    pub address: String,
    /// In what validators bond.
    pub asset: Option<AssetId>,
    /// What the account has bonded for it.
    pub stake: Amount,
}

/// Who orders, and who may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValidatorsView {
    /// The rules; none where validators are told from outside, and then there is nothing else.
    pub rules: Option<ValidatorRules>,
    /// The epoch of the next block.
    pub epoch: u64,
    /// The last height of the epoch.
    pub epoch_ends: Option<Height>,
    /// Who orders in it, by key.
    pub members: Vec<ValidatorView>,
    /// Who orders from the next epoch on, where that is fixed and another set.
    pub next: Option<Vec<ValidatorView>>,
    /// Who offers to order, by account.
    pub registered: Vec<ValidatorView>,
    /// Who contradicted himself, and may not.
    pub barred: Vec<AccountId>,
}

/// The terms of every open role.
pub fn roles(draft: &Draft) -> Vec<(Role, RoleTerms)> {
    Role::iter().filter_map(|role| Some((role, terms(draft, role)?))).collect()
}

/// One bond. # Errors [`Error::UnknownBond`].
pub fn bond(draft: &Draft, id: BondId) -> Result<BondView, Error> {
    let record = BONDS.peek(draft, &id).ok_or(Error::UnknownBond(id))?;
    Ok(bond_view(draft, id, record))
}

/// The bonds of an owner, at most [`PAGE_MAX`], with numbers after `after`.
pub fn bonds_of_owner(draft: &Draft, owner: AccountNumber, after: Option<BondId>) -> Vec<BondView> {
    let from = after.map_or(Included((owner, BondId(0))), |after| Excluded((owner, after)));
    let range = BY_OWNER.range(draft, (from, Included((owner, BondId(u64::MAX))))).take(PAGE_MAX);
    range.filter_map(|((_, id), ())| Some(bond_view(draft, *id, BONDS.peek(draft, id)?))).collect()
}

/// The bonds of a role and purpose, at most [`PAGE_MAX`].
pub fn bonds_of_purpose(draft: &Draft, role: Role, purpose: u64) -> Vec<BondView> {
    bonds_for(draft, role, purpose, PAGE_MAX).iter().map(|(id, record)| bond_view(draft, *id, record)).collect()
}

/// Slashes with numbers from `from`, at most [`PAGE_MAX`].
pub fn slashes(draft: &Draft, from: SlashId) -> Vec<SlashView> {
    let range = SLASHES.range(draft, (Included(from), Unbounded)).take(PAGE_MAX);
    range.map(|(id, record)| slash_view(draft, *id, record)).collect()
}

/// Who orders after a height, and who may.
pub fn validators(draft: &Draft, height: Height) -> ValidatorsView {
    let asset = terms(draft, Role::Validator).map(|terms| terms.asset);
    let view = |account, key, address: &str| ValidatorView {
        account: id_of(draft, account),
        key,
        address: address.to_owned(),
        asset,
        stake: stake(draft, account),
    };
    let views = |members: &[Member]| members.iter().map(|it| view(it.account, it.key, &it.address)).collect();
    let rules = rules(draft);
    let epoch = rules.map_or(0, |rules| rules.epoch_of(Height(height.0.saturating_add(1))));
    let next = epoch.checked_add(1).and_then(|next| VALIDATOR_SETS.peek(draft, &next));
    ValidatorsView {
        rules,
        epoch,
        epoch_ends: rules.map(|rules| rules.last_of(epoch)),
        members: set_of(draft, epoch).map(|set| views(&set.members)).unwrap_or_default(),
        next: next.map(|set| views(&set.members)),
        registered: registered(draft).map(|(account, it)| view(account, it.key, &it.address)).collect(),
        barred: BARRED.iter(draft).filter_map(|(account, _)| id_of(draft, *account)).collect(),
    }
}

fn bond_view(draft: &Draft, id: BondId, record: &Bond) -> BondView {
    BondView {
        bond: id,
        owner: id_of(draft, record.owner),
        role: record.role,
        purpose: record.purpose,
        asset: record.asset,
        active: record.active,
        counts: terms(draft, record.role).is_some_and(|terms| terms.asset == record.asset),
        unbonding: record.unbonding.clone(),
        reserved_until: record.reserved_until,
    }
}

fn slash_view(draft: &Draft, id: SlashId, record: &Slash) -> SlashView {
    SlashView {
        slash: id,
        bond: record.bond,
        owner: id_of(draft, record.owner),
        role: record.role,
        purpose: record.purpose,
        asset: record.asset,
        amount: record.amount,
        fraction: record.fraction,
        module: record.evidence.module,
        evidence: record.evidence.hash,
        occurred_at: record.evidence.occurred_at,
        waterfall: record.destination.waterfall,
        at: record.at,
    }
}
