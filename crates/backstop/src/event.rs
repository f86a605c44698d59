//! What happened to capital.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_auctions::LotId;
use gage_securities::RequestId;
use gage_units::{AccountNumber, Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::sales::{SaleTerms, SurplusRule};
use crate::{Holding, InsuranceTerms, Receipt, ReceiptId, Request, Step, Terms, Waterfall, WaterfallId};

/// An event of this module.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A waterfall was created.
    WaterfallCreated {
        /// Its number.
        waterfall: WaterfallId,
        /// The record.
        record: Waterfall,
    },
    /// Steps and terms were set.
    TermsSet {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The new steps.
        steps: Vec<Step>,
        /// The new times and least amounts.
        terms: Terms,
    },
    /// A collateral asset was added.
    CollateralAdded {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The asset.
        asset: AssetId,
    },
    /// Exits were closed or opened again.
    ExitsSet {
        /// The waterfall.
        waterfall: WaterfallId,
        /// Whether capital may not leave.
        closed: bool,
    },
    /// Stable was deposited into the pool; it joins in the next block.
    StabilityDeposited {
        /// The waterfall.
        waterfall: WaterfallId,
        /// Whose.
        account: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// A withdrawal from the pool or of the first loss was requested.
    WithdrawalRequested {
        /// The waterfall.
        waterfall: WaterfallId,
        /// By whom.
        account: AccountNumber,
        /// Whether it is the curator's capital.
        first_loss: bool,
        /// How much and when.
        request: Request,
    },
    /// Stable left the pool.
    StabilityWithdrawn {
        /// The waterfall.
        waterfall: WaterfallId,
        /// Whose.
        account: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// Gains were claimed.
    GainsClaimed {
        /// The waterfall.
        waterfall: WaterfallId,
        /// By whom.
        account: AccountNumber,
        /// What.
        gain: Holding,
    },
    /// The curator added capital.
    FirstLossDeposited {
        /// The waterfall.
        waterfall: WaterfallId,
        /// Whose.
        account: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// The curator took capital back.
    FirstLossWithdrawn {
        /// The waterfall.
        waterfall: WaterfallId,
        /// Whose.
        account: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// Something was added to the surplus.
    SurplusAdded {
        /// The waterfall.
        waterfall: WaterfallId,
        /// What.
        holding: Holding,
    },
    /// Something was paid out of the surplus.
    SurplusSpent {
        /// The waterfall.
        waterfall: WaterfallId,
        /// What.
        holding: Holding,
        /// To whom.
        to: AccountNumber,
    },
    /// The pool's members were paid.
    PoolRewarded {
        /// The waterfall.
        waterfall: WaterfallId,
        /// What they share.
        amount: Amount,
    },
    /// All members left; what rounding kept went to the surplus.
    PoolRenewed {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The new epoch.
        epoch: u32,
        /// What rounding had kept.
        residue: Amount,
    },
    /// A loss was borne.
    LossAbsorbed {
        /// The receipt's number.
        receipt: ReceiptId,
        /// Who bore what.
        record: Receipt,
    },
    /// An insurance tier was set up or its terms changed.
    InsuranceSet {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The tier.
        tier: u8,
        /// The terms.
        terms: InsuranceTerms,
    },
    /// Stable was deposited into an insurance tier; it joins in the next block.
    InsuranceDeposited {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The tier.
        tier: u8,
        /// Whose.
        account: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// A withdrawal from an insurance tier was requested.
    InsuranceRequested {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The tier.
        tier: u8,
        /// Whose.
        account: AccountNumber,
        /// How much and when.
        request: Request,
    },
    /// Stable left an insurance tier.
    InsuranceWithdrawn {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The tier.
        tier: u8,
        /// Whose.
        account: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// An insurance tier got its part of fees.
    PremiumPaid {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The tier.
        tier: u8,
        /// How much.
        amount: Amount,
    },
    /// Premiums were claimed.
    PremiumClaimed {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The tier.
        tier: u8,
        /// Whose.
        account: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// All depositors of a tier left; what rounding kept went to the surplus.
    InsuranceRenewed {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The tier.
        tier: u8,
        /// The new epoch.
        epoch: u32,
        /// What rounding had kept.
        residue: Amount,
    },
    /// It was set how an asset is sold.
    SaleTermsSet {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The asset.
        asset: AssetId,
        /// How.
        terms: SaleTerms,
    },
    /// A rule for surplus above a target was set; a share of zero ends it.
    SurplusRuleSet {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The rule.
        rule: SurplusRule,
    },
    /// Something was put up for sale.
    SaleOpened {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The lot.
        lot: LotId,
        /// What.
        holding: Holding,
        /// The batch of gains; none for the surplus.
        batch: Option<u64>,
    },
    /// A lot brought stable.
    SaleRaised {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The lot.
        lot: LotId,
        /// What.
        holding: Holding,
    },
    /// A depositor let gains be sold.
    GainsConverted {
        /// The waterfall.
        waterfall: WaterfallId,
        /// Whose.
        account: AccountNumber,
        /// What.
        gain: Holding,
        /// The batch.
        batch: u64,
    },
    /// A batch of gains was sold out.
    BatchSold {
        /// The batch.
        batch: u64,
        /// What it raised.
        raised: Amount,
    },
    /// What sales of the surplus brought covered bad debt.
    BadDebtRecovered {
        /// The waterfall.
        waterfall: WaterfallId,
        /// How much.
        amount: Amount,
    },
    /// Surplus that nobody bought joined its issuer's redemption queue.
    HandedToIssuer {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The request in the queue.
        request: RequestId,
        /// What.
        holding: Holding,
    },
    /// An issuer paid for surplus in its queue.
    IssuerPaid {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The request in the queue.
        request: RequestId,
        /// What.
        holding: Holding,
    },
    /// Surplus that an issuer did not pay for was taken back, to be sold anew.
    TakenBackFromIssuer {
        /// The waterfall.
        waterfall: WaterfallId,
        /// The request in the queue.
        request: RequestId,
        /// What.
        holding: Holding,
    },
}
