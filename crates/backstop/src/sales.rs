//! Records of what the backstop sells: collateral of the surplus buffer, and gains that depositors put up.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_auctions::{Curve, LotId};
use gage_oracle::FeedId;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Bps, Height, Price, Ratio, Timestamp};
use serde::{Deserialize, Serialize};

use crate::params::{COOLDOWN_MAX_MS, COOLDOWN_MIN_MS, FLOOR_MIN, START_PREMIUM_MAX};
use crate::{Error, WaterfallId};

/// How an asset of a waterfall is sold for its stable: a Dutch lot that begins above the quote and never
/// goes below a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaleTerms {
    /// The feed that prices the asset in the numeraire.
    pub feed: FeedId,
    /// The face value of one whole unit of the stable, in the numeraire; above zero.
    pub par: Price,
    /// How far above the quote a lot starts; at most 100 %.
    pub start_premium: Bps,
    /// The part of the quote below which nothing is sold; 50 % to 100 %: nothing is given away.
    pub floor: Bps,
    /// How the price falls.
    pub curve: Curve,
    /// When a round ends and a fresh quote is taken, in milliseconds.
    pub tail_ms: u64,
    /// Below which part of its start price a round ends; below one.
    pub cusp: Ratio,
    /// What is worth less than this, in the stable, waits for more; also what a take may not leave.
    pub dust: Amount,
    /// The most of the asset in one lot of the surplus; above zero.
    pub lot_max: Amount,
}

impl SaleTerms {
    /// Passes terms within the bounds; the lot's own are asked when it is opened.
    ///
    /// # Errors
    /// [`Error::SaleOutOfBounds`], those of the curve.
    pub fn validate(&self) -> Result<(), Error> {
        let prices = self.par > Price(0) && self.start_premium <= START_PREMIUM_MAX;
        let floor = (FLOOR_MIN..=Bps::ONE).contains(&self.floor);
        let round = (1..=gage_auctions::params::TAIL_MAX_MS).contains(&self.tail_ms) && self.cusp < Ratio::ONE;
        if !prices || !floor || !round || self.lot_max.is_zero() {
            return Err(Error::SaleOutOfBounds);
        }
        Ok(self.curve.validate()?)
    }
}

/// What a lot of this module sells, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Sale {
    /// Whose.
    pub waterfall: WaterfallId,
    /// What.
    pub asset: AssetId,
    /// The batch of gains; none for the surplus.
    pub batch: Option<u64>,
    /// What of the raised stable has been booked.
    pub booked: Amount,
}

/// Where a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// Depositors put gains into it.
    Gathering,
    /// It is on sale.
    Selling {
        /// The lot.
        lot: LotId,
    },
    /// It is sold; the proceeds are claimed.
    Sold,
}

/// Gains in one asset that depositors of one pool let be sold together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Batch {
    /// Whose.
    pub waterfall: WaterfallId,
    /// What.
    pub asset: AssetId,
    /// How much was put in.
    pub amount: Amount,
    /// What it raised.
    pub raised: Amount,
    /// What of that is still here.
    pub left: Amount,
    /// How many have not claimed.
    pub members: u64,
    /// Where it stands.
    pub state: BatchState,
}

/// Whom surplus above the target goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SurplusTo {
    /// The members of the stability pool, in proportion to their deposits.
    Pool,
    /// An account.
    Account(AccountNumber),
}

/// What happens with surplus above a target, period by period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct SurplusRule {
    /// What stays in the buffer; at least the terms' least buffer stays in any case.
    pub target: Amount,
    /// The part of what is above it that is distributed.
    pub share: Bps,
    /// How often, in milliseconds.
    pub period_ms: u64,
    /// To whom.
    pub to: SurplusTo,
    /// When next.
    pub next_at: Timestamp,
}

impl SurplusRule {
    /// Passes a rule within the bounds.
    ///
    /// # Errors
    /// [`Error::RuleOutOfBounds`].
    pub fn validate(share: Bps, period_ms: u64) -> Result<(), Error> {
        let bounds = (COOLDOWN_MIN_MS..=COOLDOWN_MAX_MS).contains(&period_ms);
        if bounds && share > Bps(0) && share <= Bps::ONE { Ok(()) } else { Err(Error::RuleOutOfBounds) }
    }
}

/// What sales of the surplus brought, until bad debt is covered from it or it joins the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Recovery {
    /// How much.
    pub amount: Amount,
    /// Since when it waits for the facility's bad debt.
    pub since: Height,
}

pub(crate) fn create_tables(draft: &mut Draft) {
    use crate::state::{
        BATCHES, ENTRIES, GATHERING, LAST_BATCH, RECOVERIES, SALE_TERMS, SALES, SELLING, SURPLUS_RULES,
    };
    SALE_TERMS.create(draft);
    SALES.create(draft);
    SELLING.create(draft);
    RECOVERIES.create(draft);
    BATCHES.create(draft);
    LAST_BATCH.create(draft);
    GATHERING.create(draft);
    ENTRIES.create(draft);
    SURPLUS_RULES.create(draft);
    crate::at_issuer::AT_ISSUER.create(draft);
}
