//! The records and their tables.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_ledger::HoldId;
use gage_store::{Column, Draft, OrderedTable, Table};
use gage_units::{AccountNumber, Amount, AssetId, Bps, MathError, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumIter, IntoStaticStr};

use crate::RoleTerms;

/// What an owner answers for with a bond.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
    EnumIter,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// Orders and certifies blocks.
    Validator,
    /// Reports prices; the purpose is a feed, or the whole oracle.
    Publisher,
    /// Rules on disputes.
    Arbiter,
    /// Answers for the parameters of a facility.
    Curator,
    /// Lists an asset.
    Listing,
    /// Asserts a fact until it is disputed.
    Assertion,
}

impl Role {
    /// The stable name.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The number of a bond.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct BondId(pub u64);

impl fmt::Display for BondId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a slash.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SlashId(pub u64);

impl fmt::Display for SlashId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A part of a bond on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Unbonding {
    /// How much is left of it.
    pub amount: Amount,
    /// Its last moment as a bond.
    pub since: Timestamp,
    /// Until when evidence of acts up to that moment counts.
    pub evidence_until: Timestamp,
    /// From when it can be claimed.
    pub claimable_at: Timestamp,
}

/// What an owner has at stake in one role for one purpose.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Bond {
    /// Whose.
    pub owner: AccountNumber,
    /// As what.
    pub role: Role,
    /// For what: the number has its meaning in the module of the role.
    pub purpose: u64,
    /// In what.
    pub asset: AssetId,
    /// How much is bonded.
    pub active: Amount,
    /// The parts on their way out, oldest first, at most [`UNBONDINGS_MAX`](crate::UNBONDINGS_MAX).
    pub unbonding: Vec<Unbonding>,
    /// Nothing leaves before: a module needs the bond in place until then.
    pub reserved_until: Timestamp,
    /// The ledger's hold of all of it.
    pub hold: HoldId,
}

impl Bond {
    /// All that is held for it: bonded and on its way out.
    ///
    /// # Errors
    /// [`MathError::Overflow`], which the supply of the asset excludes.
    pub fn total(&self) -> Result<Amount, MathError> {
        self.unbonding.iter().try_fold(self.active, |sum, part| sum.plus(part.amount))
    }
}

/// What proves an offence; the module of the role verified it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Evidence {
    /// The module that verified it.
    pub module: u8,
    /// Its hash: one offence, one hash.
    pub hash: Hash,
    /// When the offence happened.
    pub occurred_at: Timestamp,
}

/// Which loss waterfall gets what a slash takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    /// The number of the waterfall.
    pub waterfall: u32,
}

/// What was taken from a bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Slash {
    /// From which bond.
    pub bond: BondId,
    /// Whose.
    pub owner: AccountNumber,
    /// As what.
    pub role: Role,
    /// For what.
    pub purpose: u64,
    /// In what.
    pub asset: AssetId,
    /// How much, of the bonded and the unbonding parts together.
    pub amount: Amount,
    /// The part of the bond.
    pub fraction: Bps,
    /// What proves it.
    pub evidence: Evidence,
    /// Who gets it.
    pub destination: Destination,
    /// When.
    pub at: Timestamp,
}

/// The terms of each role, by its place.
pub const TERMS: OrderedTable<Role, RoleTerms> = OrderedTable::authenticated(0x0401, "staking/terms");
/// Bonds by number.
pub const BONDS: OrderedTable<BondId, Bond> = OrderedTable::authenticated(0x0402, "staking/bonds");
/// Slashes by number.
pub const SLASHES: OrderedTable<SlashId, Slash> = OrderedTable::authenticated(0x0403, "staking/slashes");
/// What slashes took and no waterfall collected yet.
pub const PROCEEDS: OrderedTable<(u32, AssetId), Amount> = OrderedTable::authenticated(0x0404, "staking/proceeds");
/// The next bond (key 0) and the next slash (key 1).
pub const COUNTERS: Column<u32, u64> = Column::authenticated(0x0405, "staking/counters");
/// Bonds by role, purpose and owner.
pub const BY_PURPOSE: OrderedTable<PurposeKey, BondId> = OrderedTable::derived(0x0406, "staking/by_purpose");
/// Bonds by owner.
pub const BY_OWNER: OrderedTable<(AccountNumber, BondId), ()> = OrderedTable::derived(0x0407, "staking/by_owner");
/// Slashes by bond and evidence.
pub const BY_EVIDENCE: Table<(BondId, Hash), SlashId> = Table::derived(0x0408, "staking/by_evidence");

/// Role, purpose, owner and asset: one bond each.
pub type PurposeKey = (Role, u64, AccountNumber, AssetId);

pub(crate) const NEXT_BOND: u32 = 0;
pub(crate) const NEXT_SLASH: u32 = 1;

/// Makes room for the tables.
pub fn create_tables(draft: &mut Draft) {
    TERMS.create(draft);
    BONDS.create(draft);
    SLASHES.create(draft);
    PROCEEDS.create(draft);
    COUNTERS.create(draft);
    BY_PURPOSE.create(draft);
    BY_OWNER.create(draft);
    BY_EVIDENCE.create(draft);
    crate::validators::create_tables(draft);
}

/// Writes the derived tables anew from the authenticated ones.
pub fn rebuild(draft: &mut Draft) {
    let bonds: Vec<(BondId, PurposeKey)> = BONDS.iter(draft).map(|(id, bond)| (*id, purpose_key(bond))).collect();
    for (id, key) in bonds {
        BY_PURPOSE.put(draft, key, id);
        BY_OWNER.put(draft, (key.2, id), ());
    }
    let slashes: Vec<(SlashId, BondId, Hash)> =
        SLASHES.iter(draft).map(|(id, slash)| (*id, slash.bond, slash.evidence.hash)).collect();
    for (id, bond, hash) in slashes {
        BY_EVIDENCE.put(draft, (bond, hash), id);
    }
    crate::validators::rebuild(draft);
}

/// The bond, if it stands.
pub fn bond_record(draft: &Draft, bond: BondId) -> Option<Bond> {
    BONDS.get(draft, &bond)
}

/// The terms of a role, once governance has set them.
pub fn terms(draft: &Draft, role: Role) -> Option<RoleTerms> {
    TERMS.get(draft, &role)
}

pub(crate) fn purpose_key(bond: &Bond) -> PurposeKey {
    (bond.role, bond.purpose, bond.owner, bond.asset)
}

pub(crate) fn next_number(draft: &mut Draft, counter: u32) -> u64 {
    let number = COUNTERS.get(draft, &counter).unwrap_or(0);
    COUNTERS.put(draft, counter, number.checked_add(1).expect("2^64 records do not fit any memory"));
    number
}
