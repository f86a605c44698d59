//! What happened.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{BondId, Role, RoleTerms, Slash, SlashId};

/// An event of this module.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The terms of a role were set.
    TermsSet {
        /// The role.
        role: Role,
        /// Its terms.
        terms: RoleTerms,
    },
    /// An amount was bonded.
    Bonded {
        /// The bond.
        bond: BondId,
        /// Whose.
        owner: AccountNumber,
        /// As what.
        role: Role,
        /// For what.
        purpose: u64,
        /// In what.
        asset: AssetId,
        /// How much more.
        amount: Amount,
        /// All that is bonded now.
        active: Amount,
    },
    /// A part of a bond is on its way out.
    Unbonded {
        /// The bond.
        bond: BondId,
        /// How much.
        amount: Amount,
        /// From when it can be claimed.
        claimable_at: Timestamp,
    },
    /// Parts that had waited long enough went back to their owner.
    Claimed {
        /// The bond.
        bond: BondId,
        /// How much.
        amount: Amount,
    },
    /// A bond stays in place for a while.
    Reserved {
        /// The bond.
        bond: BondId,
        /// Until when.
        until: Timestamp,
    },
    /// A part of a bond was taken.
    Slashed {
        /// The slash.
        slash: SlashId,
        /// Its record.
        record: Slash,
    },
    /// What slashes took reached whoever pays losses.
    HandedOver {
        /// The waterfall.
        waterfall: u32,
        /// The account that keeps it.
        to: AccountNumber,
        /// In what.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
}
