//! What happened.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::backing::BackingTerms;
use crate::composition::Part;

/// An event of this module.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An instrument was registered or amended.
    InstrumentRegistered {
        /// The asset.
        asset: AssetId,
        /// The version.
        version: u32,
        /// Who answers for it.
        issuer: AccountNumber,
    },
    /// A composition was set; no parts make it a base asset.
    CompositionSet {
        /// The asset.
        asset: AssetId,
        /// What it is made of.
        parts: Vec<Part>,
    },
    /// The terms of backing were set or lifted.
    BackingTermsSet {
        /// The asset.
        asset: AssetId,
        /// The terms.
        terms: Option<BackingTerms>,
    },
    /// A verifier confirmed an amount.
    Attested {
        /// The asset.
        asset: AssetId,
        /// Who.
        verifier: AccountNumber,
        /// How much is covered.
        amount: Amount,
        /// The date of the statement.
        as_of: Timestamp,
        /// Until when it counts.
        expires: Timestamp,
        /// The hash of the evidence.
        evidence: Hash,
    },
    /// Units were minted against proven backing.
    BackedMinted {
        /// The asset.
        asset: AssetId,
        /// The issuer, who received them.
        issuer: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// Units were given back.
    BackedRedeemed {
        /// The asset.
        asset: AssetId,
        /// By whom.
        holder: AccountNumber,
        /// How much.
        amount: Amount,
        /// The holder's reference to the claim it settles.
        reference: Hash,
    },
    /// A module reported what backs an asset it mints.
    ModuleBackingSet {
        /// The asset.
        asset: AssetId,
        /// The module.
        module: u8,
        /// How much is covered.
        amount: Amount,
    },
    /// An asset was listed, or its listing changed.
    Listed {
        /// The asset.
        asset: AssetId,
        /// The tier.
        tier: u8,
        /// Who answers for it.
        curator: Option<AccountNumber>,
        /// The most that may be minted here.
        supply_cap: Amount,
        /// The most that may serve as collateral.
        collateral_cap: Amount,
    },
}
