//! What happened to vaults.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_auctions::LotId;
use gage_backstop::Holding;
use gage_units::{AccountNumber, Amount, AssetId, Bps, ItemId, Price, Ratio, Timestamp};
use serde::{Deserialize, Serialize};

use crate::protection::band::BandTerms;
use crate::protection::ladder::Rung;
use crate::stress::Stress;
use crate::{
    CollateralTerms, FacilityId, FacilityParams, GraceTerms, LiquidationTerms, PegTerms, PoolTerms, RedemptionTerms,
    VaultId, Version,
};

/// A fact of this module.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A facility lends from now on.
    FacilityCreated {
        /// The facility.
        facility: FacilityId,
        /// What it lends.
        stable: AssetId,
        /// The parameters.
        params: FacilityParams,
    },
    /// Its parameters changed.
    FacilityParamsSet {
        /// The facility.
        facility: FacilityId,
        /// The parameters.
        params: FacilityParams,
    },
    /// A facility takes a collateral, or takes it on new terms.
    CollateralTermsSet {
        /// The facility.
        facility: FacilityId,
        /// The collateral.
        asset: AssetId,
        /// The version.
        version: Version,
        /// The terms.
        terms: CollateralTerms,
    },
    /// How a collateral is liquidated changed.
    LiquidationTermsSet {
        /// The facility.
        facility: FacilityId,
        /// The collateral.
        asset: AssetId,
        /// The terms.
        terms: LiquidationTerms,
    },
    /// Interest of all vaults: grown, minted to the waterfall's surplus or reserved for it by a pool, healing
    /// bad debt.
    InterestAccrued {
        /// The facility.
        facility: FacilityId,
        /// What debt grew by.
        grown: Amount,
        /// What of it was minted to the surplus, or reserved for it.
        minted: Amount,
        /// What of it reduced bad debt.
        healed: Amount,
    },
    /// A facility's accrual failed by a figure that does not fit; it is tried again next block.
    AccrualFailed {
        /// The facility.
        facility: FacilityId,
        /// Why: the code of the error.
        code: u32,
    },
    /// A vault exists.
    VaultOpened {
        /// The vault.
        vault: VaultId,
        /// The facility.
        facility: FacilityId,
        /// Whose it is.
        owner: AccountNumber,
    },
    /// Collateral was pledged.
    Deposited {
        /// The vault.
        vault: VaultId,
        /// The collateral.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
    /// Collateral was freed.
    Withdrawn {
        /// The vault.
        vault: VaultId,
        /// The collateral.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
    /// Debt was taken; `debt` is all of it.
    Borrowed {
        /// The vault.
        vault: VaultId,
        /// How much.
        amount: Amount,
        /// The debt concerned.
        debt: Amount,
    },
    /// Debt was repaid; `debt` is what is left.
    Repaid {
        /// The vault.
        vault: VaultId,
        /// Who paid.
        payer: AccountNumber,
        /// How much.
        amount: Amount,
        /// The debt concerned.
        debt: Amount,
    },
    /// A vault is gone.
    VaultClosed {
        /// The vault.
        vault: VaultId,
    },
    /// An unsafe vault's collateral went to auction. Order and size can be checked from this.
    Liquidated {
        /// The vault.
        vault: VaultId,
        /// Its health before.
        health: Ratio,
        /// Its health after; the largest ratio without debt.
        health_after: Ratio,
        /// The lot.
        lot: LotId,
        /// The collateral.
        asset: AssetId,
        /// How much of it.
        amount: Amount,
        /// The debt it is to repay, which bears no interest from now on.
        debt: Amount,
        /// The least price of the first round.
        floor: Price,
    },
    /// An unsafe vault could not be liquidated now; the code says why.
    LiquidationFailed {
        /// The vault.
        vault: VaultId,
        /// Why: the code of the error.
        code: u32,
    },
    /// A lot repaid debt, which was burned.
    AuctionRepaid {
        /// The vault.
        vault: VaultId,
        /// The lot.
        lot: LotId,
        /// How much.
        amount: Amount,
    },
    /// A lot is over; what was left went back to the vault, debt it did not raise too.
    AuctionEnded {
        /// The vault.
        vault: VaultId,
        /// The lot.
        lot: LotId,
        /// The collateral that went back.
        returned: Amount,
        /// The debt it did not raise.
        shortfall: Amount,
    },
    /// A lot's remainder is kept for an owner who may not hold it.
    CollateralKept {
        /// The vault.
        vault: VaultId,
        /// The collateral.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
    /// Kept collateral reached its owner.
    KeptClaimed {
        /// The vault.
        vault: VaultId,
        /// The collateral.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
    /// A lot nobody bought, or debt without collateral, went down the loss waterfall.
    LossAbsorbed {
        /// The vault.
        vault: VaultId,
        /// The debt concerned.
        debt: Amount,
        /// What the waterfall bore.
        covered: Amount,
        /// What nobody bore.
        uncovered: Amount,
    },
    /// What nobody bore, and all bad debt of the facility now.
    BadDebtBooked {
        /// The facility.
        facility: FacilityId,
        /// The vault.
        vault: VaultId,
        /// How much.
        amount: Amount,
        /// All bad debt of the facility now.
        total: Amount,
    },
    /// A step of due work on a lot failed and is tried again next block.
    SettlementFailed {
        /// The lot.
        lot: LotId,
        /// Why: the code of the error.
        code: u32,
    },
    /// Whether liquidations wait in a facility.
    UnfinishedChanged {
        /// The facility.
        facility: FacilityId,
        /// Whether they wait now.
        unfinished: bool,
    },
    /// The thresholds of a collateral's older versions move to a new one.
    ThresholdsRamped {
        /// The facility.
        facility: FacilityId,
        /// The collateral.
        asset: AssetId,
        /// The threshold at the end.
        to: Bps,
        /// When a fall begins.
        starts: Timestamp,
        /// When it ends.
        ends: Timestamp,
    },
    /// What a facility grants before it liquidates changed.
    GraceTermsSet {
        /// The facility.
        facility: FacilityId,
        /// The terms.
        terms: GraceTerms,
    },
    /// The owner of an unsafe vault has until the deadline.
    MarginCalled {
        /// The vault.
        vault: VaultId,
        /// Its health.
        health: Ratio,
        /// When the ladder goes on.
        deadline: Timestamp,
    },
    /// A margin call is over.
    MarginCallEnded {
        /// The vault.
        vault: VaultId,
        /// Whether the vault was brought back; else its collateral goes to auction.
        cured: bool,
    },
    /// A facility lends from a pool from now on.
    PoolCreated {
        /// The facility.
        facility: FacilityId,
        /// What it lends.
        asset: AssetId,
        /// What suppliers hold.
        shares: AssetId,
        /// The parameters.
        params: FacilityParams,
        /// The pool's terms.
        terms: PoolTerms,
    },
    /// A pool's terms changed.
    PoolTermsSet {
        /// The facility.
        facility: FacilityId,
        /// The terms.
        terms: PoolTerms,
    },
    /// Somebody supplied a pool.
    Supplied {
        /// The facility.
        facility: FacilityId,
        /// Who.
        supplier: AccountNumber,
        /// How much.
        amount: Amount,
        /// The shares he got.
        shares: Amount,
        /// The claims of all suppliers now.
        claims: Amount,
    },
    /// A supplier withdrew.
    SupplyWithdrawn {
        /// The facility.
        facility: FacilityId,
        /// Who.
        supplier: AccountNumber,
        /// The shares he gave.
        shares: Amount,
        /// How much he got.
        amount: Amount,
        /// The claims of all suppliers now.
        claims: Amount,
    },
    /// A loss that the waterfall did not bear lowered the price of a pool's shares.
    LossShared {
        /// The facility.
        facility: FacilityId,
        /// What reserves bore that had not left the pool.
        by_reserves: Amount,
        /// What all suppliers bore.
        by_claims: Amount,
        /// Their claims now.
        claims: Amount,
    },
    /// What redemption costs changed; none ends it.
    RedemptionSet {
        /// The facility.
        facility: FacilityId,
        /// The terms.
        terms: Option<RedemptionTerms>,
    },
    /// A vault gave collateral for debt that a redemption took off it.
    VaultRedeemed {
        /// The vault.
        vault: VaultId,
        /// The debt taken off.
        amount: Amount,
        /// The debt that is left.
        debt: Amount,
        /// What it gave.
        collateral: Vec<(AssetId, Amount)>,
        /// Its health before.
        health: Ratio,
        /// Its health after, never lower; the largest ratio without debt.
        health_after: Ratio,
    },
    /// A redemption, over all its vaults.
    Redeemed {
        /// The facility.
        facility: FacilityId,
        /// Who.
        redeemer: AccountNumber,
        /// What was burned.
        amount: Amount,
        /// The fee, as a part of it; it stayed with the vaults.
        fee: Ratio,
        /// The base rate now.
        base_rate: Ratio,
    },
    /// The terms of a peg changed.
    PegSet {
        /// The facility.
        facility: FacilityId,
        /// The cash asset.
        asset: AssetId,
        /// The terms.
        terms: PegTerms,
    },
    /// Cash became stable.
    SwappedIn {
        /// The facility.
        facility: FacilityId,
        /// The cash asset.
        asset: AssetId,
        /// Who.
        account: AccountNumber,
        /// The cash he gave.
        cash: Amount,
        /// The stable he got.
        stable: Amount,
        /// The stable the surplus got.
        fee: Amount,
    },
    /// Stable became cash.
    SwappedOut {
        /// The facility.
        facility: FacilityId,
        /// The cash asset.
        asset: AssetId,
        /// Who.
        account: AccountNumber,
        /// The stable that was burned.
        stable: Amount,
        /// The cash he got.
        cash: Amount,
        /// The stable the surplus got.
        fee: Amount,
    },
    /// A facility was shut down; its quotes and interest stand from now on.
    ShutdownStarted {
        /// The facility.
        facility: FacilityId,
        /// When debts begin to be settled.
        settles_at: Timestamp,
        /// The frozen quotes.
        quotes: Vec<(AssetId, Price)>,
    },
    /// A vault's debt was taken in collateral.
    VaultSettled {
        /// The vault.
        vault: VaultId,
        /// The debt it had.
        debt: Amount,
        /// The part of it that all its collateral is not worth; it passed down the waterfall.
        loss: Amount,
        /// What joined the basket.
        taken: Vec<Holding>,
    },
    /// A step of a shutdown failed and is tried again next block.
    ShutdownFailed {
        /// The facility.
        facility: FacilityId,
        /// Why: the code of the error.
        code: u32,
    },
    /// Holders of what a facility issued are paid from now on.
    ShutdownPaying {
        /// The facility.
        facility: FacilityId,
        /// What is outstanding.
        outstanding: Amount,
        /// What it shares.
        basket: Vec<Holding>,
    },
    /// A holder took his part of a basket.
    BasketRedeemed {
        /// The facility.
        facility: FacilityId,
        /// Who.
        account: AccountNumber,
        /// What he gave.
        amount: Amount,
        /// His part; what he may not hold is kept for him.
        parts: Vec<Holding>,
    },
    /// A kept part of a basket reached its owner.
    PartClaimed {
        /// The facility.
        facility: FacilityId,
        /// Who.
        account: AccountNumber,
        /// What.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
    /// What the backstop's sales brought covered bad debt.
    BadDebtHealed {
        /// The facility.
        facility: FacilityId,
        /// How much.
        amount: Amount,
        /// The bad debt that is left.
        left: Amount,
    },
    /// An owner arranged what is repaid or sold as health falls; no steps end it.
    LadderSet {
        /// The vault.
        vault: VaultId,
        /// The steps.
        steps: Vec<Rung>,
    },
    /// A step of a ladder was taken.
    LadderStepTaken {
        /// The vault.
        vault: VaultId,
        /// The step.
        step: Rung,
    },
    /// Collateral goes to auction as its owner arranged, without penalty.
    Deleveraged {
        /// The vault.
        vault: VaultId,
        /// The lot.
        lot: LotId,
        /// The collateral.
        asset: AssetId,
        /// How much of it.
        amount: Amount,
        /// The debt it is to repay.
        debt: Amount,
        /// The least price.
        floor: Price,
    },
    /// An owner asked for a band of health, or no longer.
    BandSet {
        /// The vault.
        vault: VaultId,
        /// The band.
        terms: Option<BandTerms>,
    },
    /// A band was kept.
    Rebalanced {
        /// The vault.
        vault: VaultId,
        /// Whether something was added or repaid; else released.
        added: bool,
        /// How much, in smallest units of what was moved.
        amount: Amount,
    },
    /// An account lets a vault's band take collateral from it.
    TopUpAllowed {
        /// The vault.
        vault: VaultId,
        /// The account.
        account: AccountNumber,
        /// Of what.
        asset: AssetId,
        /// How much in all.
        amount: Amount,
    },
    /// Something arranged for a vault could not be done.
    ProtectionFailed {
        /// The vault.
        vault: VaultId,
        /// Why: the code of the error.
        code: u32,
    },
    /// A part of a basket was kept for whom it is due to, who may not hold it now: it is among the parts of
    /// the redemption, and lies with this module until it is claimed.
    PartKept {
        /// The facility.
        facility: FacilityId,
        /// For whom.
        account: AccountNumber,
        /// What.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
    /// A thing was pledged.
    ThingDeposited {
        /// The vault.
        vault: VaultId,
        /// Of what.
        asset: AssetId,
        /// Which.
        item: ItemId,
    },
    /// A thing was freed.
    ThingWithdrawn {
        /// The vault.
        vault: VaultId,
        /// Of what.
        asset: AssetId,
        /// Which.
        item: ItemId,
    },
    /// A thing is kept for an owner who may not hold it.
    ThingKept {
        /// The vault.
        vault: VaultId,
        /// Of what.
        asset: AssetId,
        /// Which.
        item: ItemId,
    },
    /// A kept thing reached its owner.
    ThingClaimed {
        /// The vault.
        vault: VaultId,
        /// Of what.
        asset: AssetId,
        /// Which.
        item: ItemId,
    },
    /// Governance named who reports the depth of an asset, or nobody.
    DepthReporterSet {
        /// The asset.
        asset: AssetId,
        /// Who.
        reporter: Option<AccountNumber>,
        /// The most that counts.
        max: Amount,
    },
    /// The depth of an asset was reported.
    DepthReported {
        /// The asset.
        asset: AssetId,
        /// What was reported.
        amount: Amount,
        /// What counts now.
        counted: Amount,
    },
    /// Governance stated the stress of a facility.
    StressSet {
        /// The facility.
        facility: FacilityId,
        /// The stress.
        stress: Stress,
    },
}
