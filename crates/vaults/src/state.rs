//! Records and their tables.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_auctions::LotId;
use gage_backstop::WaterfallId;
use gage_ledger::Beneficiary;
use gage_oracle::FeedId;
use gage_store::{Column, DenseKey, Draft, OrderedTable, Table};
use gage_units::{AccountNumber, Accumulator, Amount, AssetId, ItemId, MathError, Price, Timestamp};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::pool::POOLS;
use crate::throughput::Window;
use crate::{CollateralTerms, FacilityParams, LiquidationTerms, MODULE, Source, positions};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            BorshSerialize, BorshDeserialize, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl DenseKey for $name {
            fn index(&self) -> usize {
                self.0.index()
            }

            fn from_index(index: usize) -> $name {
                $name(u32::from_index(index))
            }
        }
    };
}

number!(
    /// The dense number of a facility, from 1.
    FacilityId
);
number!(
    /// The dense number of a vault, from 1.
    VaultId
);
number!(
    /// The dense number of a group of vaults, from 1; zero stands for no group.
    GroupId
);

/// A number of parameter version of one collateral, from 1.
pub type Version = u16;
/// Which collateral of which facility.
pub type CollateralKey = (FacilityId, AssetId);
/// Which bucket: a collateral at one parameter version.
pub type BucketKey = (FacilityId, AssetId, Version);
/// The collaterals, with versions, that the vaults of a group hold; empty for the coarse group of
/// a facility, which stands for all of them.
pub type Members = Vec<(AssetId, Version)>;

/// What lends: one asset against a list of collaterals, with one loss waterfall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Facility {
    /// What is lent. If it is minted, this facility alone mints and burns it.
    pub stable: AssetId,
    /// Its decimals.
    pub decimals: u8,
    /// The face value of one whole unit, in the numeraire; for a pool with a feed its last registered price.
    pub par: Price,
    /// Who bears losses, and where fees go.
    pub waterfall: WaterfallId,
    /// What governance may set.
    pub params: FacilityParams,
    /// Where what is lent comes from.
    pub source: Source,
}

impl Facility {
    /// What this facility alone mints: what it lends, or the shares of its pool.
    pub fn minted(&self) -> AssetId {
        match self.source {
            Source::Mint => self.stable,
            Source::Pool { shares, .. } => shares,
        }
    }
}

/// The running totals of a facility. The identity of every block:
/// `stable supply + rounding = bucket_debt + auctioned + bad_debt + peg_issued + settled`, where for a
/// pool `claims + reserves - cash` stands for the supply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Totals {
    /// The sum over buckets of `N_j A_j`, each rounded up.
    pub bucket_debt: Amount,
    /// Debt of lots at auction that is not yet repaid; it bears no interest.
    pub auctioned: Amount,
    /// Losses that nobody bore yet.
    pub bad_debt: Amount,
    /// Debt above the supply: what rounding up took and the next accrual mints as fee.
    pub rounding: Amount,
    /// Fees minted since the beginning.
    pub fees_minted: Amount,
    /// Bad debt that fees have healed since the beginning.
    pub healed: Amount,
    /// Until when interest is accrued, in whole seconds of this instant.
    pub accrued_at: Timestamp,
    /// Whether unsafe vaults wait for budget, throughput or a usable price.
    pub unfinished: bool,
    /// The number of live groups.
    pub groups: u32,
    /// What was issued for cash that the pegs hold, at par.
    pub peg_issued: Amount,
    /// Debt that a shutdown settled: what stands for it lies in the basket.
    pub settled: Amount,
}

impl Totals {
    /// All debt: of vaults, at auction, and lost. # Errors [`MathError::Overflow`].
    pub fn debts(&self) -> Result<Amount, MathError> {
        self.bucket_debt.plus(self.auctioned)?.plus(self.bad_debt)
    }

    /// What stands against what is outstanding: debts, cash of the pegs, the basket of a shutdown.
    ///
    /// # Errors
    /// [`MathError::Overflow`].
    pub fn backing(&self) -> Result<Amount, MathError> {
        self.debts()?.plus(self.peg_issued)?.plus(self.settled)
    }

    /// Books what the supply changed by against what the debts changed by since `before`; the
    /// difference, never negative in sum because every share of a debt rounds up, is rounding.
    pub(crate) fn balance(&mut self, before: Amount, minted: Amount, burned: Amount) -> Result<(), MathError> {
        let gained = self.rounding.plus(self.debts()?)?.plus(burned)?;
        self.rounding = gained.minus(before.plus(minted)?)?;
        Ok(())
    }
}

/// A collateral of a facility.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Collateral {
    /// The feed that prices it in the numeraire.
    pub feed: FeedId,
    /// Its decimals.
    pub decimals: u8,
    /// The version that a vault takes when it takes more risk.
    pub newest: Version,
    /// How it is liquidated.
    pub liquidation: LiquidationTerms,
    /// Whether it is single things, each worth the class's price; see [`crate::things`].
    pub itemised: bool,
}

/// What the last mark found for a collateral: the quote that group indexes track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Mark {
    /// The last usable liquidation price.
    pub price: Price,
    /// That price after the haircut of the moment.
    pub weighted: Price,
    /// Whether the last mark could use the feed's quote for liquidation.
    pub usable: bool,
    /// Debt sent to auction in the present window.
    pub window: Window,
    /// How much of it lies in lots, as of their last settlement.
    pub selling: Amount,
}

/// Debt and pledges at one parameter version of one collateral.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Bucket {
    /// The version's terms.
    pub terms: CollateralTerms,
    /// `A_j`: grows every second at base plus premium.
    pub accumulator: Accumulator,
    /// `N_j`: the sum of the vaults' normalised debts.
    #[serde(with = "gage_units::as_text")]
    pub normalised: u128,
    /// `N_j A_j`, rounded up.
    pub debt: Amount,
    /// The collateral pledged by the vaults in it.
    pub pledged: Amount,
    /// How many vaults are in it.
    pub positions: u32,
}

/// One collateral of a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Position {
    /// What is pledged.
    pub asset: AssetId,
    /// At which parameter version.
    pub version: Version,
    /// How many lots of it are at auction.
    pub lots: u16,
    /// How much is pledged, on the owner's account.
    pub amount: Amount,
    /// `n_j`: the normalised debt this collateral covers.
    #[serde(with = "gage_units::as_text")]
    pub normalised: u128,
}

/// Debt of one owner against pledges.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Vault {
    /// Whose it is.
    pub owner: AccountNumber,
    /// Of which facility.
    pub facility: FacilityId,
    /// The group whose index its key belongs to; zero without debt.
    pub group: GroupId,
    /// Health over group index at the last touch.
    #[serde(with = "gage_units::as_text")]
    pub key: u128,
    /// At most eight, in ascending order of risk. The first stands in the record itself: most vaults have one.
    #[borsh(serialize_with = "positions::write", deserialize_with = "positions::read")]
    #[serde(with = "positions")]
    pub positions: Positions,
}

/// The positions of a vault.
pub type Positions = SmallVec<[Position; 1]>;

impl Vault {
    /// Whether a lot of this vault is at auction.
    pub fn in_liquidation(&self) -> bool {
        self.positions.iter().any(|position| position.lots > 0)
    }
}

/// Vaults with the same collaterals, whose health moves together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Group {
    /// `W`; zero once retired, when all its vaults are candidates until they are touched.
    #[serde(with = "gage_units::as_text")]
    pub index: u128,
    /// How many vaults have their key in it.
    pub vaults: u32,
}

/// A lot at auction for a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct VaultLot {
    /// The vault.
    pub vault: VaultId,
    /// The collateral sold.
    pub asset: AssetId,
    /// The version its position has.
    pub version: Version,
    /// The debt it is to repay.
    pub debt: Amount,
    /// How much of that is repaid and burned.
    pub repaid: Amount,
    /// How many rounds have begun.
    pub rounds: u8,
    /// How much collateral was left in it at the last settlement.
    pub remaining: Amount,
    /// The thing, for a lot of one thing.
    pub item: Option<ItemId>,
}

pub(crate) const fn table(number: u8) -> u16 {
    u16::from_be_bytes([MODULE, number])
}

pub(crate) const FACILITIES: Column<FacilityId, Facility> = Column::authenticated(table(1), "vaults/facilities");
pub(crate) const TOTALS: Column<FacilityId, Totals> = Column::authenticated(table(2), "vaults/totals");
pub(crate) const COLLATERALS: OrderedTable<CollateralKey, Collateral> =
    OrderedTable::authenticated(table(3), "vaults/collaterals");
pub(crate) const MARKS: OrderedTable<CollateralKey, Mark> = OrderedTable::authenticated(table(4), "vaults/marks");
pub(crate) const BUCKETS: OrderedTable<BucketKey, Bucket> = OrderedTable::authenticated(table(5), "vaults/buckets");
pub(crate) const VAULTS: Column<VaultId, Vault> = Column::authenticated(table(6), "vaults/vaults");
/// What the vaults of a group hold; written once.
pub(crate) const MEMBERS: OrderedTable<(FacilityId, GroupId), Members> =
    OrderedTable::authenticated(table(7), "vaults/members");
pub(crate) const GROUPS: OrderedTable<GroupId, Group> = OrderedTable::authenticated(table(8), "vaults/groups");
pub(crate) const LOTS: OrderedTable<LotId, VaultLot> = OrderedTable::authenticated(table(9), "vaults/lots");
/// The last facility, vault and group.
pub(crate) const COUNTERS: Column<u32, u32> = Column::authenticated(table(10), "vaults/counters");
/// Collateral that could not return to an owner who may not hold it; it lies on the module's account.
pub(crate) const KEPT: OrderedTable<(VaultId, AssetId), Amount> = OrderedTable::authenticated(table(11), "vaults/kept");
/// Indebted vaults by group and key: the candidates are a prefix.
pub(crate) const INDEX: OrderedTable<(GroupId, u128, VaultId), ()> = OrderedTable::derived(table(12), "vaults/index");
/// The live group of a set of collaterals.
pub(crate) const GROUP_OF: Table<(FacilityId, Members), GroupId> = Table::derived(table(13), "vaults/group_of");
pub(crate) const OWNED: OrderedTable<(AccountNumber, VaultId), ()> = OrderedTable::derived(table(14), "vaults/owned");
/// The facility that mints an asset.
pub(crate) const FACILITY_OF: Table<AssetId, FacilityId> = Table::derived(table(15), "vaults/facility_of");
/// Vaults that took more risk in this transaction, and how: see [`crate::recheck()`].
pub(crate) const TOUCHED: OrderedTable<VaultId, u8> = OrderedTable::derived(table(16), "vaults/touched");

/// Vaults of which a lot was given up before: the next one is not returned to them.
pub(crate) const GIVEN_UP: OrderedTable<VaultId, ()> = OrderedTable::authenticated(table(47), "vaults/given_up");

pub(crate) const LAST_FACILITY: u32 = 0;
pub(crate) const LAST_VAULT: u32 = 1;
pub(crate) const LAST_GROUP: u32 = 2;

/// Makes room for the tables in a new draft.
pub fn create_tables(draft: &mut Draft) {
    FACILITIES.create(draft);
    TOTALS.create(draft);
    COLLATERALS.create(draft);
    MARKS.create(draft);
    BUCKETS.create(draft);
    VAULTS.create(draft);
    MEMBERS.create(draft);
    GROUPS.create(draft);
    LOTS.create(draft);
    COUNTERS.create(draft);
    KEPT.create(draft);
    INDEX.create(draft);
    GROUP_OF.create(draft);
    OWNED.create(draft);
    FACILITY_OF.create(draft);
    TOUCHED.create(draft);
    GIVEN_UP.create(draft);
    crate::ramp::RAMPS.create(draft);
    crate::calls::GRACE.create(draft);
    crate::calls::CALLS.create(draft);
    crate::calls::CALLS_DUE.create(draft);
    crate::calls::WAITING.create(draft);
    POOLS.create(draft);
    crate::pool::MISSING.create(draft);
    crate::redemption::REDEMPTIONS.create(draft);
    crate::peg::PEGS.create(draft);
    crate::shutdown::SHUTDOWNS.create(draft);
    crate::shutdown::BASKETS.create(draft);
    crate::shutdown::PARTS.create(draft);
    crate::protection::create_tables(draft);
    crate::things::create_tables(draft);
    crate::stress::STRESSES.create(draft);
    crate::depth::REPORTERS.create(draft);
    crate::recovered::CAME_IN.create(draft);
}

/// Fills the derived tables from the authenticated ones.
pub fn rebuild(draft: &mut Draft) {
    let vaults: Vec<_> = VAULTS.iter(draft).map(|(id, vault)| (id, vault.owner, vault.group, vault.key)).collect();
    for (id, owner, group, key) in vaults {
        OWNED.put(draft, (owner, id), ());
        if group != GroupId(0) {
            INDEX.put(draft, (group, key, id), ());
        }
    }
    let members: Vec<_> = MEMBERS.iter(draft).map(|(key, members)| (*key, members.clone())).collect();
    for ((facility, group), members) in members {
        // A retired group waits for its vaults to leave; its set has a new group or none.
        if GROUPS.peek(draft, &group).is_some_and(|group| group.index > 0) {
            GROUP_OF.put(draft, (facility, members), group);
        }
    }
    let minted: Vec<_> = FACILITIES.iter(draft).map(|(id, facility)| (facility.minted(), id)).collect();
    for (asset, id) in minted {
        FACILITY_OF.put(draft, asset, id);
    }
    crate::calls::rebuild(draft);
    crate::protection::watch::rebuild(draft);
    crate::things::rebuild(draft);
}

/// The next number of a kind, if there is one left. Writes the counter.
pub(crate) fn next_number(draft: &mut Draft, counter: u32) -> Option<u32> {
    let next = COUNTERS.get(draft, &counter).unwrap_or(0).checked_add(1)?;
    COUNTERS.put(draft, counter, next);
    Some(next)
}

/// For whom a vault's pledges are marked.
pub fn beneficiary(vault: VaultId) -> Beneficiary {
    Beneficiary { module: MODULE, id: u64::from(vault.0) }
}
