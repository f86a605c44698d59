//! What happened.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_calendar::Moment;
use gage_crypto::Hash;
use gage_terms::Number;
use gage_units::{AccountNumber, Amount, AssetId, Bps, Timestamp};
use serde::{Deserialize, Serialize};

use crate::backing::{BackingStatus, BackingTerms};
use crate::composition::Part;
use crate::distribution::{Basis, DistributionId, Payout};
use crate::exposure::Scope;
use crate::redemption::{RedemptionTerms, RequestId};
use crate::retirement::RetirementId;
use crate::withholding::Withholding;

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
    /// An asset pays something.
    DistributionDeclared {
        /// Which.
        distribution: DistributionId,
        /// The asset.
        asset: AssetId,
        /// Who pays.
        payer: AccountNumber,
        /// Who is entitled.
        basis: Basis,
        /// What is to be had.
        payouts: Vec<Payout>,
        /// From when it is paid.
        pay_at: Timestamp,
        /// Until when it is claimed.
        expires_at: Timestamp,
    },
    /// It was recorded who is entitled.
    RegisterTaken {
        /// Which.
        distribution: DistributionId,
        /// The asset.
        asset: AssetId,
        /// The number of the register.
        record: u32,
        /// The supply.
        units: Amount,
    },
    /// Money, or units, were brought for a payout.
    DistributionFunded {
        /// Which.
        distribution: DistributionId,
        /// The number of the payout.
        option: u8,
        /// By whom.
        by: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// A payout was due and not funded.
    PaymentMissed {
        /// Which.
        distribution: DistributionId,
        /// The asset.
        asset: AssetId,
        /// The number of the payout.
        option: u8,
        /// How much was missing.
        missing: Amount,
    },
    /// A holder chose.
    PayoutElected {
        /// Which.
        distribution: DistributionId,
        /// Who.
        holder: AccountNumber,
        /// The number of the payout.
        option: u8,
        /// For how many units.
        units: Amount,
    },
    /// A holder took what he was owed.
    DistributionClaimed {
        /// Which.
        distribution: DistributionId,
        /// Who.
        holder: AccountNumber,
        /// The number of the payout.
        option: u8,
        /// For how many units.
        units: Amount,
        /// What he received.
        amount: Amount,
        /// What was withheld.
        withheld: Amount,
    },
    /// Units were given back for what they fetch.
    Surrendered {
        /// Which.
        distribution: DistributionId,
        /// By whom.
        holder: AccountNumber,
        /// The asset.
        asset: AssetId,
        /// How many.
        units: Amount,
        /// What was paid for them.
        amount: Amount,
    },
    /// What was left went back.
    DistributionReclaimed {
        /// Which.
        distribution: DistributionId,
        /// To whom.
        by: AccountNumber,
    },
    /// An asset pays by its contract from now on.
    ContractAttached {
        /// The asset.
        asset: AssetId,
        /// Who pays.
        payer: AccountNumber,
        /// In what.
        cash: AssetId,
        /// When something can be due.
        next: Option<Timestamp>,
    },
    /// A contract was executed.
    ContractStepped {
        /// The asset.
        asset: AssetId,
        /// Up to when.
        at: Timestamp,
    },
    /// A contract could not be executed; it stands still as it was, until a number or a step comes.
    ContractHalted {
        /// The asset.
        asset: AssetId,
        /// The stable number of the reason.
        code: u32,
        /// Its sentence.
        reason: String,
    },
    /// A number was published for a contract.
    FixingPublished {
        /// The asset.
        asset: AssetId,
        /// Under which name.
        name: String,
        /// As of when.
        at: Moment,
        /// The number.
        value: Number,
    },
    /// Money was put aside for payments of a contract.
    ContractFunded {
        /// The asset.
        asset: AssetId,
        /// By whom.
        by: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// Money that a contract needs no more went back.
    ReserveWithdrawn {
        /// The asset.
        asset: AssetId,
        /// To whom.
        by: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// What is withheld from payments of an asset was set.
    WithholdingSet {
        /// The asset.
        asset: AssetId,
        /// The terms.
        terms: Option<Withholding>,
    },
    /// Units were retired for good.
    Retired {
        /// The record of it.
        retirement: RetirementId,
        /// The asset.
        asset: AssetId,
        /// Whose.
        holder: AccountNumber,
        /// How much was retired before.
        before: Amount,
        /// How much.
        amount: Amount,
    },
}
