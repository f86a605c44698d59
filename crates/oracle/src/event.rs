//! What happened.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::{Hash, PublicKey};
use gage_units::{AccountNumber, AssetId, Price, Timestamp};
use serde::{Deserialize, Serialize};

use crate::class::Permission;
use crate::growth::GrowthCap;
use crate::liability::Offence;
use crate::state::{CorporateAction, PublisherKind, Trading};
use crate::wormhole::{Emitter, GuardianSet};
use crate::{Dimension, FeedId, FeedParams, Slashing, Source};

/// An event of this module.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A feed was created.
    FeedCreated {
        /// Its number.
        feed: FeedId,
        /// What is priced.
        base: Dimension,
        /// In what.
        quote: Dimension,
        /// From where.
        source: Source,
    },
    /// The rules of a feed were set.
    FeedParamsSet {
        /// The feed.
        feed: FeedId,
        /// The rules.
        params: FeedParams,
    },
    /// A publisher was admitted or its weight changed.
    PublisherSet {
        /// The feed.
        feed: FeedId,
        /// Who.
        publisher: AccountNumber,
        /// Its weight.
        weight: u32,
    },
    /// A publisher was removed, its report with it.
    PublisherRemoved {
        /// The feed.
        feed: FeedId,
        /// Who.
        publisher: AccountNumber,
    },
    /// A price was aggregated.
    PriceUpdated {
        /// The feed.
        feed: FeedId,
        /// The aggregate.
        price: Price,
        /// Its confidence.
        confidence: Price,
        /// The price in use.
        used: Price,
        /// When a quorum had seen it.
        observed_at: Timestamp,
    },
    /// A move beyond the bound began to wait for confirmation.
    JumpWaits {
        /// The feed.
        feed: FeedId,
        /// The last confirmed price.
        confirmed: Price,
        /// The aggregate that is not believed yet.
        price: Price,
    },
    /// A move that waited ended: confirmed, lasted, or taken back.
    JumpEnded {
        /// The feed.
        feed: FeedId,
        /// The price that is believed now.
        confirmed: Price,
    },
    /// An aggregate could not be computed; the price before stands and ages.
    AggregateFailed {
        /// The feed.
        feed: FeedId,
        /// The number of the reason.
        code: u32,
    },
    /// The state of a market was set.
    MarketStateSet {
        /// The feed.
        feed: FeedId,
        /// Whether it trades.
        trading: Trading,
        /// What is announced.
        action: Option<CorporateAction>,
    },
    /// A corporate action changed the units of a price.
    CorporateActionApplied {
        /// The feed.
        feed: FeedId,
        /// What acted.
        action: CorporateAction,
    },
    /// A growth cap was set or lifted.
    GrowthCapSet {
        /// The feed.
        feed: FeedId,
        /// The cap.
        cap: Option<GrowthCap>,
    },
    /// Permissions were set.
    MatrixSet {
        /// All of them.
        rows: Vec<Permission>,
    },
    /// The default feed of an asset was set.
    AssetFeedSet {
        /// The asset.
        asset: AssetId,
        /// Its feed.
        feed: FeedId,
    },
    /// Evidence was attached to a net asset value.
    NavAttached {
        /// The feed.
        feed: FeedId,
        /// Who answers for it.
        administrator: AccountNumber,
        /// The value.
        price: Price,
        /// The hash of the evidence.
        evidence: Hash,
    },
    /// The chain stood still and runs again: every price is stale until it is reported anew.
    Restarted {
        /// The time of the last block before.
        stopped_at: Timestamp,
    },
    /// How the reports of a publisher come in was set.
    PublisherKindSet {
        /// The feed.
        feed: FeedId,
        /// Who.
        publisher: AccountNumber,
        /// How.
        kind: PublisherKind,
    },
    /// The key that signs a publisher's reports outside transactions was set.
    ReportKeySet {
        /// Who.
        publisher: AccountNumber,
        /// The key.
        key: Option<PublicKey>,
    },
    /// What publishers answer for was set.
    SlashingSet {
        /// The rules.
        rules: Slashing,
    },
    /// A report lies far outside its own aggregate and waits to be judged.
    ReportDoubted {
        /// The feed.
        feed: FeedId,
        /// Who.
        publisher: AccountNumber,
        /// What was reported.
        price: Price,
    },
    /// A report that waited was within the price of its time, or nothing was known against it.
    ReportCleared {
        /// The feed.
        feed: FeedId,
        /// Who.
        publisher: AccountNumber,
        /// What was reported.
        price: Price,
    },
    /// An offence was proven.
    OffenceProven {
        /// Who.
        publisher: AccountNumber,
        /// The hash that the slashes name as evidence.
        evidence: Hash,
        /// What was done, and what followed.
        offence: Offence,
    },
    /// A guardian set was set.
    GuardianSetSet {
        /// Its number.
        number: u32,
        /// The guardians.
        set: GuardianSet,
    },
    /// The sender of Pyth's prices was set.
    PythEmitterSet {
        /// The sender.
        emitter: Option<Emitter>,
    },
}
