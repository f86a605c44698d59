//! The records and their tables.

use std::ops::Bound::{self, Included};

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_store::{Column, Draft, OrderedTable, Table};
use gage_units::{AccountNumber, Amount, AssetId, Height, Price, Timestamp};
use serde::{Deserialize, Serialize};

use crate::averages::Averages;
use crate::growth::GrowthCap;
use crate::jump::Belief;
use crate::liability::{Band, Offence, Suspect};
use crate::statement::ReportKeys;
use crate::wormhole::GuardianSet;
use crate::{Error, Feed, FeedId, MODULE, Params, Source};

const fn number(table: u8) -> u16 {
    u16::from_be_bytes([MODULE, table])
}

/// The module's rules and counters.
pub const GLOBAL: Column<u32, Global> = Column::authenticated(number(1), "oracle/global");
/// Feeds by number.
pub const FEEDS: Column<FeedId, Feed> = Column::authenticated(number(2), "oracle/feeds");
/// Who may report which feed.
pub const PUBLISHERS: OrderedTable<(FeedId, AccountNumber), Publisher> =
    OrderedTable::authenticated(number(3), "oracle/publishers");
/// The last report of each publisher.
pub const REPORTS: OrderedTable<(FeedId, AccountNumber), Report> =
    OrderedTable::authenticated(number(4), "oracle/reports");
/// The price of each reported feed.
pub const CELLS: Column<FeedId, Cell> = Column::authenticated(number(5), "oracle/cells");
/// The state of each feed's market, where it is not simply open.
pub const MARKETS: Column<FeedId, Market> = Column::authenticated(number(6), "oracle/markets");
/// Growth caps.
pub const GROWTH_CAPS: Column<FeedId, GrowthCap> = Column::authenticated(number(7), "oracle/growth_caps");
/// The evidence behind published net asset values.
pub const NAVS: Column<FeedId, Nav> = Column::authenticated(number(8), "oracle/navs");
/// The points from which time-weighted averages start.
pub const HISTORIES: Column<FeedId, History> = Column::authenticated(number(9), "oracle/histories");
/// The feed that prices an asset in the numeraire.
pub const ASSET_FEEDS: Column<AssetId, FeedId> = Column::authenticated(number(10), "oracle/asset_feeds");
/// Feeds to be aggregated anew at the next aggregation.
pub const TOUCHED: OrderedTable<FeedId, ()> = OrderedTable::authenticated(number(11), "oracle/touched");
/// Feeds whose price was written in this block.
pub const CHANGED: OrderedTable<FeedId, ()> = OrderedTable::authenticated(number(12), "oracle/changed");
/// Composed feeds by the feeds they stand on.
pub const DEPENDENTS: OrderedTable<(FeedId, FeedId), ()> = OrderedTable::derived(number(13), "oracle/dependents");
/// Moves beyond the bound by the time at which their wait ends.
pub const JUMPS_DUE: OrderedTable<(Timestamp, FeedId), ()> = OrderedTable::derived(number(14), "oracle/jumps_due");
/// Corporate actions by the time at which they act.
pub const ACTIONS_DUE: OrderedTable<(Timestamp, FeedId), ()> = OrderedTable::derived(number(15), "oracle/actions_due");

/// The keys that sign a publisher's reports outside transactions.
pub const REPORT_KEYS: Table<AccountNumber, ReportKeys> = Table::authenticated(number(16), "oracle/report_keys");
/// How low and how high the believed price of a bonded feed was, by steps of time.
pub const BANDS: OrderedTable<(FeedId, Timestamp), Band> = OrderedTable::authenticated(number(17), "oracle/bands");
/// Reports that wait for their judgement.
pub const SUSPECTS: OrderedTable<(FeedId, AccountNumber), Suspect> =
    OrderedTable::authenticated(number(18), "oracle/suspects");
/// Proven offences by publisher and hash.
pub const OFFENCES: OrderedTable<(AccountNumber, Hash), Offence> =
    OrderedTable::authenticated(number(19), "oracle/offences");
/// Guardian sets by number.
pub const GUARDIANS: OrderedTable<u32, GuardianSet> = OrderedTable::authenticated(number(20), "oracle/guardians");
/// Reports that wait by the time at which they are judged.
pub const SUSPECTS_DUE: OrderedTable<(Timestamp, FeedId, AccountNumber), ()> =
    OrderedTable::derived(number(21), "oracle/suspects_due");
/// Publishers by the foreign price they take.
pub const PYTH_FEEDS: OrderedTable<(Hash, FeedId, AccountNumber), ()> =
    OrderedTable::derived(number(22), "oracle/pyth_feeds");

/// The most points of one history.
pub const HISTORY_MAX: usize = 32;
/// The most feeds that take one foreign price.
pub const FOREIGN_FEEDS_MAX: usize = 16;

/// What the module knows as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Global {
    /// The rules.
    pub params: Params,
    /// The number the next feed gets.
    pub next_feed: u32,
    /// The time of the last block, if one began.
    pub last_block: Option<Timestamp>,
    /// The time of the last restart: nothing observed before it counts.
    pub restarted_at: Timestamp,
}

/// The right of an account to report a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Publisher {
    /// The weight of its votes, above zero.
    pub weight: u32,
    /// How its reports come in.
    pub kind: PublisherKind,
}

/// How the reports of a publisher come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublisherKind {
    /// Its account reports, or signs statements that others bring.
    Account,
    /// Updates of Pyth that its guardians signed.
    Pyth {
        /// Pyth's name of the price.
        price_id: Hash,
    },
}

/// A quoted price with the size it holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// The price.
    pub price: Price,
    /// How much of the base, in its smallest unit.
    pub size: Amount,
}

/// What a publisher saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Report {
    /// The price.
    pub price: Price,
    /// Half of the width in which the publisher expects the true price.
    pub confidence: Price,
    /// The best bid, if the publisher saw one.
    pub bid: Option<Side>,
    /// The best ask, if the publisher saw one.
    pub ask: Option<Side>,
    /// When it was seen.
    pub observed_at: Timestamp,
    /// The time of the block that brought it.
    pub received_at: Timestamp,
}

/// The price of a reported feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Cell {
    /// The weighted median of the last aggregation.
    pub price: Price,
    /// Its confidence.
    pub confidence: Price,
    /// How many publishers it stands on.
    pub publishers: u8,
    /// The latest instant at or after which a quorum of them had seen their price.
    pub observed_at: Timestamp,
    /// The time of the block that aggregated it.
    pub updated_at: Timestamp,
    /// That block's height.
    pub height: Height,
    /// What is believed: the confirmed price and a move that waits.
    pub belief: Belief,
    /// What is remembered.
    pub averages: Averages,
}

/// Whether trading goes on.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Trading {
    /// It does, as the calendar says.
    #[default]
    Open,
    /// The market is closed.
    Closed,
    /// The market is interrupted.
    Halted,
}

/// A change of units: from `activates_at` on, one old unit is worth `numerator / denominator` of its
/// old price (1 / 2 for a split of one share into two).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorporateAction {
    /// New price, relative.
    pub numerator: u32,
    /// Old price, relative.
    pub denominator: u32,
    /// From when reports are in new units.
    pub activates_at: Timestamp,
}

/// The state of a feed's market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Market {
    /// Whether trading goes on.
    pub trading: Trading,
    /// Nothing observed before counts: the last reopening or change of units.
    pub valid_from: Timestamp,
    /// A change of units that is announced.
    pub action: Option<CorporateAction>,
}

/// The evidence behind a net asset value: which report it belongs to and who answers for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Nav {
    /// Who computed it: the publisher of the report.
    pub administrator: AccountNumber,
    /// The report's price.
    pub price: Price,
    /// The report's time of observation.
    pub observed_at: Timestamp,
    /// The hash of the calculation and its documents, which stay outside.
    pub evidence: Hash,
    /// The version of the valuation policy it follows.
    pub policy_version: u32,
}

/// A point from which an average may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Point {
    /// When.
    pub at: Timestamp,
    /// The sum of price times milliseconds, modulo 2^128.
    pub cumulative: u128,
}

/// The points of one feed, oldest first, at most [`HISTORY_MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct History {
    /// The points.
    pub points: Vec<Point>,
}

/// Makes room for the tables.
pub fn create_tables(draft: &mut Draft) {
    GLOBAL.create(draft);
    FEEDS.create(draft);
    PUBLISHERS.create(draft);
    REPORTS.create(draft);
    CELLS.create(draft);
    MARKETS.create(draft);
    GROWTH_CAPS.create(draft);
    NAVS.create(draft);
    HISTORIES.create(draft);
    ASSET_FEEDS.create(draft);
    TOUCHED.create(draft);
    CHANGED.create(draft);
    DEPENDENTS.create(draft);
    JUMPS_DUE.create(draft);
    ACTIONS_DUE.create(draft);
    REPORT_KEYS.create(draft);
    BANDS.create(draft);
    SUSPECTS.create(draft);
    OFFENCES.create(draft);
    GUARDIANS.create(draft);
    SUSPECTS_DUE.create(draft);
    PYTH_FEEDS.create(draft);
}

/// Writes the derived tables anew from the authenticated ones.
pub fn rebuild(draft: &mut Draft) {
    let feeds: Vec<(FeedId, Feed)> = FEEDS.iter(draft).map(|(id, feed)| (id, feed.clone())).collect();
    for (id, feed) in &feeds {
        note_dependents(draft, *id, &feed.source);
        if let Some(due) = CELLS.peek(draft, id).and_then(|cell| jump_due(cell, feed)) {
            JUMPS_DUE.put(draft, (due, *id), ());
        }
        if let Some(action) = MARKETS.peek(draft, id).and_then(|market| market.action) {
            ACTIONS_DUE.put(draft, (action.activates_at, *id), ());
        }
    }
    let suspects: Vec<_> = SUSPECTS.iter(draft).map(|(key, suspect)| (suspect.judge_at, key.0, key.1)).collect();
    for due in suspects {
        SUSPECTS_DUE.put(draft, due, ());
    }
    let foreign: Vec<_> = PUBLISHERS.iter(draft).filter_map(|(key, publisher)| foreign_key(*key, publisher)).collect();
    for key in foreign {
        PYTH_FEEDS.put(draft, key, ());
    }
}

/// The module's rules and counters.
pub fn global(draft: &Draft) -> Global {
    GLOBAL.get(draft, &0).unwrap_or_default()
}

/// The rules of the whole module.
pub fn params(draft: &Draft) -> Params {
    global(draft).params
}

/// The feed. # Errors [`Error::UnknownFeed`].
pub fn feed(draft: &Draft, id: FeedId) -> Result<Feed, Error> {
    FEEDS.get(draft, &id).ok_or(Error::UnknownFeed(id))
}

/// The default feed that prices `asset` in the numeraire.
pub fn asset_feed(draft: &Draft, asset: AssetId) -> Option<FeedId> {
    ASSET_FEEDS.get(draft, &asset)
}

/// The feeds whose price changed in this block, in order, composed ones included.
pub fn feeds_changed(draft: &Draft) -> Vec<FeedId> {
    CHANGED.iter(draft).map(|(feed, ())| *feed).collect()
}

pub(crate) fn market(draft: &Draft, feed: FeedId) -> Market {
    MARKETS.get(draft, &feed).unwrap_or_default()
}

/// The publishers of `feed` with their last reports, in order of account.
pub(crate) fn reports(draft: &Draft, feed: FeedId) -> Vec<(AccountNumber, Publisher, Option<Report>)> {
    let publishers = PUBLISHERS.range(draft, of_feed(feed));
    publishers.map(|(key, publisher)| (key.1, *publisher, REPORTS.get(draft, key))).collect()
}

/// The key of a publisher under the foreign price it takes.
pub(crate) fn foreign_key(
    (feed, account): (FeedId, AccountNumber),
    publisher: &Publisher,
) -> Option<(Hash, FeedId, AccountNumber)> {
    match publisher.kind {
        PublisherKind::Account => None,
        PublisherKind::Pyth { price_id } => Some((price_id, feed, account)),
    }
}

/// The publishers that take a foreign price: at most one page of them.
pub(crate) fn pyth_publishers(draft: &Draft, price_id: Hash) -> Vec<(FeedId, AccountNumber)> {
    let bound = |feed, account| Included((price_id, FeedId(feed), AccountNumber(account)));
    let range = PYTH_FEEDS.range(draft, (bound(0, 0), bound(u32::MAX, u32::MAX)));
    range.map(|((_, feed, account), ())| (*feed, *account)).take(FOREIGN_FEEDS_MAX).collect()
}

/// Writes a publisher, or removes it, and keeps the derived table in step.
pub(crate) fn put_publisher(draft: &mut Draft, key: (FeedId, AccountNumber), publisher: Option<Publisher>) {
    if let Some(old) = PUBLISHERS.get(draft, &key).and_then(|old| foreign_key(key, &old)) {
        PYTH_FEEDS.remove(draft, &old);
    }
    match publisher {
        Some(publisher) => {
            if let Some(new) = foreign_key(key, &publisher) {
                PYTH_FEEDS.put(draft, new, ());
            }
            PUBLISHERS.put(draft, key, publisher);
        }
        None => PUBLISHERS.remove(draft, &key),
    }
}

/// Writes a report that waits for its judgement, or removes it, and keeps the due table in step.
pub(crate) fn put_suspect(draft: &mut Draft, key: (FeedId, AccountNumber), suspect: Option<Suspect>) {
    if let Some(old) = SUSPECTS.get(draft, &key) {
        SUSPECTS_DUE.remove(draft, &(old.judge_at, key.0, key.1));
    }
    match suspect {
        Some(suspect) => {
            SUSPECTS_DUE.put(draft, (suspect.judge_at, key.0, key.1), ());
            SUSPECTS.put(draft, key, suspect);
        }
        None => SUSPECTS.remove(draft, &key),
    }
}

/// A range of keys by feed and account.
type Bounds = (Bound<(FeedId, AccountNumber)>, Bound<(FeedId, AccountNumber)>);

/// The keys of one feed in a table keyed by feed and account.
pub(crate) fn of_feed(feed: FeedId) -> Bounds {
    (Included((feed, AccountNumber(0))), Included((feed, AccountNumber(u32::MAX))))
}

pub(crate) fn note_dependents(draft: &mut Draft, id: FeedId, source: &Source) {
    if let Source::Composed(legs) = source {
        for leg in legs {
            DEPENDENTS.put(draft, (leg.feed, id), ());
        }
    }
}

/// When the wait of the cell's move ends.
pub(crate) fn jump_due(cell: &Cell, feed: &Feed) -> Option<Timestamp> {
    let since = cell.belief.jump?.since;
    Some(Timestamp(since.0.saturating_add(feed.params.jump_delay_ms)))
}

/// Writes a cell and keeps the due table in step with it.
pub(crate) fn put_cell(draft: &mut Draft, id: FeedId, feed: &Feed, cell: Cell) {
    let before = CELLS.peek(draft, &id).and_then(|cell| jump_due(cell, feed));
    let after = jump_due(&cell, feed);
    if before != after {
        if let Some(due) = before {
            JUMPS_DUE.remove(draft, &(due, id));
        }
        if let Some(due) = after {
            JUMPS_DUE.put(draft, (due, id), ());
        }
    }
    CELLS.put(draft, id, cell);
    note_changed(draft, id);
}

/// Notes that rules, publishers or market of a feed changed: it is aggregated anew.
pub(crate) fn note_revised(draft: &mut Draft, id: FeedId, now: Timestamp) {
    if let Some(feed) = FEEDS.get(draft, &id) {
        FEEDS.put(draft, id, Feed { revised_at: now, ..feed });
    }
    TOUCHED.put(draft, id, ());
}

/// Notes that the price of `feed`, and of all that stand on it, changed in this block.
pub(crate) fn note_changed(draft: &mut Draft, feed: FeedId) {
    let mut work = vec![feed];
    while let Some(feed) = work.pop() {
        if CHANGED.has(draft, &feed) {
            continue;
        }
        CHANGED.put(draft, feed, ());
        let range = (Included((feed, FeedId(0))), Included((feed, FeedId(u32::MAX))));
        work.extend(DEPENDENTS.range(draft, range).map(|(key, ())| key.1));
    }
}
