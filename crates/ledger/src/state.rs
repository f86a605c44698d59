//! What the ledger keeps.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::{Column, Draft, OrderedTable, Table};
use gage_units::{AccountNumber, Amount, AssetId, ItemId, MathError, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Part;
use crate::instructions::{INSTRUCTIONS, INSTRUCTIONS_DUE};
use crate::movements::CLOSED;
use crate::omnibus::SUB_HOLDINGS;
use crate::register::{RECORD_DATES, RECORDED_SUPPLY, REGISTER};

/// Who mints and burns an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetKind {
    /// The issuer's account, by its own operations.
    Issued {
        /// The issuer.
        issuer: AccountNumber,
    },
    /// A module, by its rules: its number.
    Module(u8),
}

/// What can be held. Symbol, decimals and kind never change.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Asset {
    /// Up to sixteen upper-case letters, digits, dots or dashes; not unique, the number is.
    pub symbol: String,
    /// The whole unit is `10^decimals` smallest units.
    pub decimals: u8,
    /// Who mints and burns.
    pub kind: AssetKind,
    /// Whether holdings are single things, each with its [`ItemId`].
    pub itemised: bool,
}

/// The four parts of a holding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Balance {
    /// At the owner's disposal.
    pub free: Amount,
    /// Set aside by holds.
    pub held: Amount,
    /// Marked as collateral.
    pub pledged: Amount,
    /// Immobilised by the issuer.
    pub frozen: Amount,
}

impl Balance {
    /// All parts together. # Errors [`MathError::Overflow`], which the supply's bound excludes.
    pub fn total(&self) -> Result<Amount, MathError> {
        self.free.plus(self.held)?.plus(self.pledged)?.plus(self.frozen)
    }

    /// Whether no part holds anything.
    pub fn is_empty(&self) -> bool {
        *self == Balance::default()
    }

    pub(crate) fn part_mut(&mut self, part: Part) -> &mut Amount {
        match part {
            Part::Free => &mut self.free,
            Part::Held => &mut self.held,
            Part::Pledged => &mut self.pledged,
            Part::Frozen => &mut self.frozen,
        }
    }
}

/// Whose holding of what.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct BalanceKey {
    /// The owner.
    pub account: AccountNumber,
    /// The asset.
    pub asset: AssetId,
    /// The thing, for an itemised asset.
    pub item: Option<ItemId>,
}

/// For what record of what module something is pledged or held: vault 17 of module 10.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct Beneficiary {
    /// The module's number.
    pub module: u8,
    /// The record's number in that module.
    pub id: u64,
}

/// The number of a hold.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct HoldId(pub u64);

/// An amount set aside on its owner's account: settled to someone, released, or released by itself
/// when it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Hold {
    /// Whose balance it lies on.
    pub owner: AccountNumber,
    /// What is set aside.
    pub asset: AssetId,
    /// The thing, for an itemised asset.
    pub item: Option<ItemId>,
    /// How much is left of it.
    pub amount: Amount,
    /// The record it serves; module 3 for holds that accounts give each other.
    pub purpose: Beneficiary,
    /// The account that may settle or release it.
    pub beneficiary: AccountNumber,
    /// When it releases by itself.
    pub expires: Timestamp,
}

/// One thing of an itemised asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Item {
    /// When it was minted.
    pub minted_at: Timestamp,
    /// Whether it has ceased to exist.
    pub burned: bool,
}

/// Whose pledge of what, for whom.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct PledgeKey {
    /// The owner and the asset.
    pub holding: BalanceKey,
    /// For whom it is marked.
    pub of: Beneficiary,
}

pub(crate) const ASSETS: Column<AssetId, Asset> = Column::authenticated(0x0301, "ledger/assets");
pub(crate) const BALANCES: Table<BalanceKey, Balance> = Table::authenticated(0x0302, "ledger/balances");
pub(crate) const SUPPLY: Column<AssetId, Amount> = Column::authenticated(0x0303, "ledger/supply");
pub(crate) const HOLDS: Table<HoldId, Hold> = Table::authenticated(0x0304, "ledger/holds");
pub(crate) const PLEDGES: Table<PledgeKey, Amount> = Table::authenticated(0x0305, "ledger/pledges");
/// The next asset (key 0), the next hold (key 1), the next instruction (key 2).
pub(crate) const COUNTERS: Column<u32, u64> = Column::authenticated(0x0306, "ledger/counters");
/// The postings a receiver has reversed, so that none is reversed twice.
pub(crate) const CORRECTIONS: Table<(AccountNumber, crate::operations::PostingRef), Amount> =
    Table::authenticated(0x0307, "ledger/corrections");
/// Every thing ever minted: its number is given once.
pub(crate) const ITEMS: Table<(AssetId, ItemId), Item> = Table::authenticated(0x030c, "ledger/items");
/// The running total of an asset's balances, kept by the writes themselves.
pub(crate) const RUNNING: Column<AssetId, Amount> = Column::derived(0x0308, "ledger/running");
/// Holds by the time they expire.
pub(crate) const EXPIRY: OrderedTable<(Timestamp, HoldId), ()> = OrderedTable::derived(0x0309, "ledger/expiry");
/// What an account holds of an itemised asset, all things together.
pub(crate) const ITEM_TOTALS: Table<(AccountNumber, AssetId), Amount> = Table::derived(0x030a, "ledger/item_totals");
/// Assets whose running total is not their supply: none, as long as value is conserved. Kept, so that a
/// block pays for what it moved and not for every asset that anybody ever created.
pub(crate) const UNEQUAL: OrderedTable<AssetId, ()> = OrderedTable::derived(0x030b, "ledger/unequal");

pub(crate) const NEXT_ASSET: u32 = 0;
pub(crate) const NEXT_HOLD: u32 = 1;
pub(crate) const NEXT_INSTRUCTION: u32 = 2;

/// Makes room for the ledger's tables.
pub fn create_tables(draft: &mut Draft) {
    ASSETS.create(draft);
    BALANCES.create(draft);
    SUPPLY.create(draft);
    HOLDS.create(draft);
    PLEDGES.create(draft);
    COUNTERS.create(draft);
    CORRECTIONS.create(draft);
    ITEMS.create(draft);
    RUNNING.create(draft);
    EXPIRY.create(draft);
    ITEM_TOTALS.create(draft);
    UNEQUAL.create(draft);
    INSTRUCTIONS.create(draft);
    INSTRUCTIONS_DUE.create(draft);
    SUB_HOLDINGS.create(draft);
    RECORD_DATES.create(draft);
    CLOSED.create(draft);
    RECORDED_SUPPLY.create(draft);
    REGISTER.create(draft);
}

/// Fills the derived tables from the authenticated ones.
pub fn rebuild(draft: &mut Draft) {
    let mut running = std::collections::BTreeMap::<AssetId, Amount>::new();
    for (key, balance) in BALANCES.sorted(draft) {
        let total = balance.total().expect("a balance is at most its asset's supply");
        let sum = running.entry(key.asset).or_default();
        *sum = sum.plus(total).expect("the balances of an asset are at most its supply");
        if key.item.is_some() {
            let held = ITEM_TOTALS.get(draft, &(key.account, key.asset)).unwrap_or_default();
            let held = held.plus(total).expect("the balances of an asset are at most its supply");
            ITEM_TOTALS.put(draft, (key.account, key.asset), held);
        }
    }
    for (asset, total) in running {
        RUNNING.put(draft, asset, total);
    }
    let assets: Vec<AssetId> = ASSETS.iter(draft).map(|(asset, _)| asset).collect();
    for asset in assets {
        compare_running_total(draft, asset);
    }
    for (id, hold) in HOLDS.sorted(draft) {
        EXPIRY.put(draft, (hold.expires, id), ());
    }
    let due: Vec<_> = INSTRUCTIONS.iter(draft).map(|(id, record)| (record.next, *id)).collect();
    for key in due {
        INSTRUCTIONS_DUE.put(draft, key, ());
    }
}

/// What `account` holds of a fungible `asset`.
pub fn balance(draft: &Draft, account: AccountNumber, asset: AssetId) -> Balance {
    BALANCES.get(draft, &BalanceKey { account, asset, item: None }).unwrap_or_default()
}

/// What `account` holds of one thing of an itemised `asset`.
pub fn item_balance(draft: &Draft, account: AccountNumber, asset: AssetId, item: ItemId) -> Balance {
    BALANCES.get(draft, &BalanceKey { account, asset, item: Some(item) }).unwrap_or_default()
}

/// How many things of an itemised `asset` the account holds, all parts together.
pub fn items_held(draft: &Draft, account: AccountNumber, asset: AssetId) -> Amount {
    ITEM_TOTALS.get(draft, &(account, asset)).unwrap_or_default()
}

/// How much of `asset` exists.
pub fn supply(draft: &Draft, asset: AssetId) -> Amount {
    SUPPLY.get(draft, &asset).unwrap_or_default()
}

/// The hold, if it still stands.
pub fn hold_record(draft: &Draft, hold: HoldId) -> Option<Hold> {
    HOLDS.get(draft, &hold)
}

/// The holds that serve records of one module, in their order: for audits, it reads every hold.
pub fn holds_of_module(draft: &Draft, module: u8) -> Vec<(HoldId, Hold)> {
    HOLDS.sorted(draft).into_iter().filter(|(_, hold)| hold.purpose.module == module).collect()
}

/// The key under which a balance stands in the authenticated tree.
pub fn balance_key_bytes(account: AccountNumber, asset: AssetId) -> Vec<u8> {
    BALANCES.key_bytes(&BalanceKey { account, asset, item: None })
}

/// Notes whether an asset's running total is its supply; equal totals write nothing.
pub(crate) fn compare_running_total(draft: &mut Draft, asset: AssetId) {
    let equal = RUNNING.get(draft, &asset).unwrap_or_default() == supply(draft, asset);
    match (equal, UNEQUAL.has(draft, &asset)) {
        (true, true) => UNEQUAL.remove(draft, &asset),
        (false, false) => UNEQUAL.put(draft, asset, ()),
        _ => {}
    }
}

pub(crate) fn next_number(draft: &mut Draft, counter: u32) -> u64 {
    let number = COUNTERS.get(draft, &counter).unwrap_or(0);
    COUNTERS.put(draft, counter, number.checked_add(1).expect("2^64 records do not fit any memory"));
    number
}
