//! What happened.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::PublicKey;
use gage_crypto::vote::Round;
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{BondId, Role, RoleTerms, Slash, SlashId, ValidatorRules};

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
    /// An account offers to order blocks.
    ValidatorRegistered {
        /// Which.
        account: AccountNumber,
        /// Its key.
        key: PublicKey,
        /// Where its peers reach it.
        address: String,
    },
    /// An account offers to order no more.
    ValidatorResigned {
        /// Which.
        account: AccountNumber,
    },
    /// An account has not enough at stake to be chosen.
    ValidatorStruckOff {
        /// Which.
        account: AccountNumber,
    },
    /// Who orders from an epoch on was fixed.
    ValidatorsFixed {
        /// The epoch.
        epoch: u64,
        /// The accounts that answer for the validators.
        accounts: Vec<AccountNumber>,
    },
    /// Those who ordered go on: there were too few candidates, or the new set was not published in time.
    ValidatorsKept {
        /// The epoch that would have had another set.
        epoch: u64,
    },
    /// An epoch ended.
    EpochEnded {
        /// The epoch.
        epoch: u64,
    },
    /// A validator contradicted himself, and is barred.
    Equivocated {
        /// The account that answers for him.
        account: AccountNumber,
        /// His key.
        key: PublicKey,
        /// Where.
        round: Round,
    },
    /// The rules of validators were set.
    ValidatorRulesSet {
        /// The rules.
        rules: ValidatorRules,
    },
}
