//! Records and their tables.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_auctions::LotId;
use gage_store::{Draft, OrderedTable, Table};
use gage_units::{AccountNumber, Amount, AssetId, Bps, Height, Timestamp};
use serde::{Deserialize, Serialize};

use crate::MODULE;
use crate::product_sum::{Product, Sum};
use crate::sales::{Batch, Recovery, Sale, SaleTerms, SurplusRule};

/// The number of a waterfall, from 1 upward.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct WaterfallId(pub u32);

/// A pool of deposits of a waterfall: tier 0 is the stability pool, 1 to [`crate::params::TIERS_MAX`] are the
/// insurance tiers, of which the lower bears first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct PoolId {
    /// Whose.
    pub waterfall: WaterfallId,
    /// Which.
    pub tier: u8,
}

impl PoolId {
    /// The stability pool.
    pub const fn stability(waterfall: WaterfallId) -> PoolId {
        PoolId { waterfall, tier: 0 }
    }

    /// An insurance tier.
    pub const fn insurance(waterfall: WaterfallId, tier: u8) -> PoolId {
        PoolId { waterfall, tier }
    }

    /// Whether it is the stability pool, which gets collateral for what it bears.
    pub const fn is_stability(self) -> bool {
        self.tier == 0
    }
}

/// The number of a receipt, from 1 upward.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct ReceiptId(pub u64);

impl fmt::Display for WaterfallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ReceiptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who bears.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// The depositors of the stability pool; they get collateral for it.
    StabilityPool,
    /// The curator.
    CuratorFirstLoss,
    /// The buffer of fees.
    SurplusBuffer,
    /// What the owner's own steps brought before the loss. Only in receipts, as the reporting module says.
    SelfDeleverage,
    /// What auctions brought before the loss. Only in receipts, as the reporting module says.
    AuctionProceeds,
    /// The depositors of an insurance tier; the lower tier is junior and stands before the higher.
    Insurance {
        /// From 1 to [`crate::params::TIERS_MAX`].
        tier: u8,
    },
    /// Those who lent what is lost: the reporting module lowers their shares or index by this much.
    ShareHaircut,
}

/// One step of a waterfall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Who bears.
    pub kind: StepKind,
    /// The most it bears of one loss; [`Amount::MAX`] for no cap.
    pub cap: Amount,
}

/// The times and least amounts of a waterfall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// How long a withdrawal waits after its request, in milliseconds.
    pub cooldown_ms: u64,
    /// How long it may be made after that, in milliseconds.
    pub window_ms: u64,
    /// The least deposit, and the least that a withdrawal may leave.
    pub deposit_min: Amount,
    /// What no loss takes from the pool: it is never emptied.
    pub remaining_min: Amount,
    /// What the curator may not withdraw below.
    pub first_loss_min: Amount,
    /// What governance may not distribute of the surplus.
    pub buffer_min: Amount,
}

/// Who bears the losses of one facility or market, in which order.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Waterfall {
    /// What debts are in and all capital is in.
    pub stable: AssetId,
    /// What losses may bring along.
    pub collateral: Vec<AssetId>,
    /// Whose first-loss capital it is, if anybody's.
    pub curator: Option<AccountNumber>,
    /// The steps, the first bears first.
    pub steps: Vec<Step>,
    /// Times and least amounts.
    pub terms: Terms,
    /// Whether capital may not leave because the facility has unfinished losses.
    pub exits_closed: bool,
    /// Debt at auction, which may yet fall on the steps: capital for it stays.
    pub reserved: Amount,
}

impl Waterfall {
    /// What depositors of a pool can gain: rewards in the stable, and in the stability pool collateral.
    pub fn gain_assets(&self, pool: PoolId) -> impl Iterator<Item = AssetId> + '_ {
        let collateral = if pool.is_stability() { self.collateral.as_slice() } else { &[] };
        std::iter::once(self.stable).chain(collateral.iter().copied())
    }
}

/// An amount of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Holding {
    /// What.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

/// The terms of an insurance tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InsuranceTerms {
    /// How long a withdrawal waits after its request, in milliseconds.
    pub cooldown_ms: u64,
    /// What part of the facility's fees the tier's depositors get for standing there.
    pub premium: Bps,
}

/// The stability pool of a waterfall, or one of its insurance tiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Pool {
    /// The product now.
    pub product: Product,
    /// What the pool holds for its members: at least the worth of their deposits.
    pub deposits: Amount,
    /// How many deposits have a part in `deposits`; a joined one that its owner has not touched since
    /// counts beside the one he had before.
    pub members: u64,
    /// What joins in a block above `pending_since`.
    pub pending: Amount,
    /// The height of the last deposits.
    pub pending_since: Height,
    /// How many deposits those are.
    pub pending_members: u64,
}

impl Default for Pool {
    fn default() -> Pool {
        Pool {
            product: Product::start(0),
            deposits: Amount::ZERO,
            members: 0,
            pending: Amount::ZERO,
            pending_since: Height::GENESIS,
            pending_members: 0,
        }
    }
}

/// A point in the life of a pool from which worth and gains are counted.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Mark {
    /// The product then.
    pub product: Product,
    /// The sums of its scale then, those above zero.
    pub sums: Vec<(AssetId, Sum)>,
}

impl Mark {
    /// The sum of `asset` at this point.
    pub fn sum(&self, asset: AssetId) -> Sum {
        self.sums.iter().find(|(of, _)| *of == asset).map_or(Sum::default(), |(_, sum)| *sum)
    }
}

/// A wish to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Request {
    /// At most this much.
    pub amount: Amount,
    /// From this time on.
    pub ready_at: Timestamp,
    /// Until this time.
    pub expires_at: Timestamp,
}

/// One account's part of a pool, as of its last touch.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Deposit {
    /// What it was worth at `mark`.
    pub amount: Amount,
    /// The point of the last touch.
    pub mark: Mark,
    /// What was deposited at `pending_since` and counts from the point where that height's deposits joined.
    pub pending: Amount,
    /// The height of that deposit.
    pub pending_since: Height,
    /// Gains up to `mark`, not yet claimed.
    pub gains: Vec<Holding>,
    /// A wish to leave.
    pub request: Option<Request>,
}

/// The point at which one height's deposits joined.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Join {
    /// The point.
    pub mark: Mark,
    /// How many of them have not been touched since.
    pub untouched: u64,
}

/// The curator's capital.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct FirstLoss {
    /// How much.
    pub amount: Amount,
    /// A wish to leave.
    pub request: Option<Request>,
}

/// What a loss arose from: a record of the module that reported it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct Reference {
    /// The module.
    pub module: u8,
    /// Its record.
    pub id: u64,
}

/// What one step bore of a loss.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Bearing {
    /// Who.
    pub kind: StepKind,
    /// The cap at the time.
    pub cap: Amount,
    /// What the step could give at the time.
    pub available: Amount,
    /// What it gave: the least of the cap, what was available and what was left to bear.
    pub amount: Amount,
    /// What it got.
    pub collateral: Vec<Holding>,
}

/// Who bore a loss.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Receipt {
    /// Whose waterfall.
    pub waterfall: WaterfallId,
    /// What the loss arose from.
    pub reference: Reference,
    /// The loss.
    pub debt: Amount,
    /// What came with it.
    pub collateral: Vec<Holding>,
    /// The steps asked, in order, until the loss was borne.
    pub bearings: Vec<Bearing>,
    /// The collateral that went to the surplus buffer.
    pub to_surplus: Vec<Holding>,
    /// What no step bore: bad debt of the facility.
    pub uncovered: Amount,
    /// When.
    pub height: Height,
    /// When.
    pub time: Timestamp,
}

/// The waterfalls.
pub const WATERFALLS: OrderedTable<WaterfallId, Waterfall> =
    OrderedTable::authenticated(table(1), "backstop/waterfalls");
/// Their pools: stability and insurance.
pub const POOLS: Table<PoolId, Pool> = Table::authenticated(table(2), "backstop/pools");
/// Sums of gains by pool, epoch, scale and asset.
pub const SUMS: Table<(PoolId, u32, u32, AssetId), Sum> = Table::authenticated(table(3), "backstop/sums");
/// Deposits by pool and account.
pub const DEPOSITS: Table<(PoolId, AccountNumber), Deposit> = Table::authenticated(table(4), "backstop/deposits");
/// Where the deposits of a height joined.
pub const JOINS: Table<(PoolId, Height), Join> = Table::authenticated(table(5), "backstop/joins");
/// Gains the pools hold, claimed by nobody yet.
pub const GAINS: OrderedTable<(PoolId, AssetId), Amount> = OrderedTable::authenticated(table(6), "backstop/gains");
/// The curators' capital.
pub const FIRST_LOSS: Table<WaterfallId, FirstLoss> = Table::authenticated(table(7), "backstop/first_loss");
/// The surplus buffers.
pub const SURPLUS: OrderedTable<(WaterfallId, AssetId), Amount> =
    OrderedTable::authenticated(table(8), "backstop/surplus");
/// Who bore what.
pub const RECEIPTS: OrderedTable<ReceiptId, Receipt> = OrderedTable::authenticated(table(9), "backstop/receipts");
/// All capital per asset: what the module's account holds.
pub const HELD: OrderedTable<AssetId, Amount> = OrderedTable::authenticated(table(10), "backstop/held");

/// The insurance tiers there are.
pub const INSURANCE: OrderedTable<PoolId, InsuranceTerms> =
    OrderedTable::authenticated(table(11), "backstop/insurance");

/// How assets of a waterfall are sold for its stable.
pub const SALE_TERMS: OrderedTable<(WaterfallId, AssetId), SaleTerms> =
    OrderedTable::authenticated(table(12), "backstop/sale_terms");
/// What the module's lots sell.
pub const SALES: OrderedTable<LotId, Sale> = OrderedTable::authenticated(table(13), "backstop/sales");
/// The lot of surplus in an asset, while there is one.
pub const SELLING: OrderedTable<(WaterfallId, AssetId), LotId> =
    OrderedTable::authenticated(table(14), "backstop/selling");
/// What sales of the surplus brought and bad debt may still claim.
pub const RECOVERIES: OrderedTable<WaterfallId, Recovery> =
    OrderedTable::authenticated(table(15), "backstop/recoveries");
/// Gains put up for sale together.
pub const BATCHES: OrderedTable<u64, Batch> = OrderedTable::authenticated(table(16), "backstop/batches");
/// The batch that still gathers, per asset.
pub const GATHERING: OrderedTable<(WaterfallId, AssetId), u64> =
    OrderedTable::authenticated(table(17), "backstop/gathering");
/// What an account put into a batch.
pub const ENTRIES: OrderedTable<(u64, AccountNumber), Amount> =
    OrderedTable::authenticated(table(18), "backstop/entries");
/// What happens with surplus above a target.
pub const SURPLUS_RULES: OrderedTable<WaterfallId, SurplusRule> =
    OrderedTable::authenticated(table(19), "backstop/surplus_rules");

/// The number of the last batch.
pub const LAST_BATCH: Table<(), u64> = Table::authenticated(table(20), "backstop/last_batch");

/// Losses of a facility that nobody bore: until they are healed nothing of its surplus is paid out.
pub const BAD_DEBTS: OrderedTable<WaterfallId, Amount> = OrderedTable::authenticated(table(24), "backstop/bad_debts");

pub(crate) const fn table(number: u8) -> u16 {
    u16::from_be_bytes([MODULE, number])
}

/// Makes room for the tables in a new draft.
pub fn create_tables(draft: &mut Draft) {
    WATERFALLS.create(draft);
    POOLS.create(draft);
    SUMS.create(draft);
    DEPOSITS.create(draft);
    JOINS.create(draft);
    GAINS.create(draft);
    FIRST_LOSS.create(draft);
    SURPLUS.create(draft);
    RECEIPTS.create(draft);
    HELD.create(draft);
    INSURANCE.create(draft);
    BAD_DEBTS.create(draft);
    crate::sales::create_tables(draft);
    crate::unclaimable::create_tables(draft);
}

/// Fills the derived tables from the authenticated ones.
pub fn rebuild(draft: &mut Draft) {
    crate::unclaimable::rebuild(draft);
}
