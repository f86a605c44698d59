//! What happened.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_units::{AccountNumber, Amount, AssetId, Bps, Timestamp};
use serde::{Deserialize, Serialize};

use crate::backing::{BackingStatus, BackingTerms};
use crate::composition::Part;
use crate::exposure::Scope;
use crate::redemption::{RedemptionTerms, RequestId};

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
    /// Time, a statement or a redemption changed how well an asset is backed.
    BackingStatusChanged {
        /// The asset.
        asset: AssetId,
        /// Its status from now on.
        status: BackingStatus,
        /// How much of it is proven.
        proven: Amount,
        /// Its haircut now; while it is late it grows by itself.
        haircut: Bps,
    },
    /// The terms on which an asset is redeemed were set.
    RedemptionTermsSet {
        /// The asset.
        asset: AssetId,
        /// The terms.
        terms: RedemptionTerms,
    },
    /// Money was added from which windows pay.
    RedemptionsFunded {
        /// The asset that is redeemed.
        asset: AssetId,
        /// By whom.
        by: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// Money that no window had promised was taken back.
    FundsWithdrawn {
        /// The asset that is redeemed.
        asset: AssetId,
        /// By whom.
        by: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// Units were handed over to be redeemed.
    RedemptionRequested {
        /// The request.
        request: RequestId,
        /// What.
        asset: AssetId,
        /// Whose.
        owner: AccountNumber,
        /// How much.
        amount: Amount,
        /// The first window it takes part in.
        joins: u64,
    },
    /// A window closed.
    WindowClosed {
        /// The asset.
        asset: AssetId,
        /// Its number.
        window: u64,
        /// Units that still wait.
        waiting: Amount,
        /// Units that it redeemed.
        redeemed: Amount,
        /// Money it set aside for them.
        cash: Amount,
    },
    /// Units that waited were taken back.
    RedemptionCancelled {
        /// The request.
        request: RequestId,
        /// How many.
        amount: Amount,
    },
    /// Money of closed windows was taken.
    RedemptionClaimed {
        /// The request.
        request: RequestId,
        /// In what.
        cash: AssetId,
        /// How much.
        amount: Amount,
    },
    /// The exposure of a scope was limited, or the limit lifted.
    ExposureLimitSet {
        /// Whose.
        scope: Scope,
        /// To what.
        base: AssetId,
        /// The most.
        max: Option<Amount>,
    },
    /// The speed of minting was limited, or the limit lifted.
    MintLimitSet {
        /// The asset.
        asset: AssetId,
        /// Window in milliseconds and amount.
        limit: Option<(u64, Amount)>,
    },
}
