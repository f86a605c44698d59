//! The records of this module and where they live.

use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_store::{Column, DenseKey, Draft, OrderedTable, Table};
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::counted::{ClaimValue, Counted, Holder, Statistics, ValueStatistics};
use crate::lots::{Bearer, Lot};
use crate::rule::{Requirement, Scope, Topic};
use crate::text::{Jurisdiction, Reason};
use crate::verdict::Verdicts;

/// The most accounts one identity holds.
pub const IDENTITY_ACCOUNTS_MAX: usize = 64;
/// The most claims one issuer keeps about one identity and topic.
pub const CLAIMS_MAX: usize = 8;
/// The longest an invitation stays open: 30 days.
pub const INVITATION_MS_MAX: u64 = 30 * 24 * 60 * 60 * 1000;

/// What each registered asset asks of its holders.
pub(crate) const RULES: Column<AssetId, Arc<Rules>> = Column::authenticated(0x0201, "compliance/rules");
/// What is known of an account as a holder; no record means nothing.
pub(crate) const STANDINGS: Column<AccountNumber, Standing> = Column::authenticated(0x0202, "compliance/standings");
/// Identities by number.
pub(crate) const IDENTITIES: Column<IdentityId, Identity> = Column::authenticated(0x0203, "compliance/identities");
/// Claims, those about one identity and topic by one issuer side by side.
pub(crate) const CLAIMS: OrderedTable<ClaimKey, Claim> = OrderedTable::authenticated(0x0204, "compliance/claims");
/// Whose claims on a topic count: for one asset, or (`None`) for all that have no list of their own.
pub(crate) const TRUSTED: Table<(Option<AssetId>, Topic), Vec<AccountNumber>> =
    Table::authenticated(0x0205, "compliance/trusted");
/// Freezes of one account in one asset.
pub(crate) const FREEZES: Table<(AssetId, AccountNumber), Freeze> = Table::authenticated(0x0206, "compliance/freezes");
/// Invitations of accounts to identities, each open until its instant.
pub(crate) const INVITATIONS: OrderedTable<(IdentityId, AccountNumber), Timestamp> =
    OrderedTable::authenticated(0x0207, "compliance/invitations");
/// The number the next identity gets. One record.
pub(crate) const COUNTER: Table<(), IdentityId> = Table::authenticated(0x0208, "compliance/counter");

/// How often the network's own lists of trusted issuers have changed. One record.
pub(crate) const TRUST_VERSION: Table<(), u64> = Table::authenticated(0x0209, "compliance/trust_version");
/// What each identity holds of each counted asset, and as what it is counted.
pub(crate) const HOLDERS: OrderedTable<(AssetId, IdentityId), Holder> =
    OrderedTable::authenticated(0x020a, "compliance/holders");
/// The sums over the holders of each counted asset.
pub(crate) const STATISTICS: Column<AssetId, Statistics> = Column::authenticated(0x020b, "compliance/statistics");
/// The same for each value of each topic that is counted.
pub(crate) const VALUES: Table<(AssetId, Topic, ClaimValue), ValueStatistics> =
    Table::authenticated(0x020c, "compliance/values");
/// What is locked up, first released first.
pub(crate) const LOTS: Table<(AssetId, Bearer), Vec<Lot>> = Table::authenticated(0x020d, "compliance/lots");
/// The holders of each counted asset by what they hold.
pub(crate) const LARGEST: OrderedTable<(AssetId, Amount, IdentityId), ()> =
    OrderedTable::derived(0x020e, "compliance/largest");
/// What was found of each identity lately. One record each, whose content is written as nothing.
pub(crate) const VERDICTS: Column<IdentityId, Verdicts> = Column::derived(0x020f, "compliance/verdicts");

/// The dense number of an identity, which is also its public name.
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
pub struct IdentityId(pub u32);

impl DenseKey for IdentityId {
    fn index(&self) -> usize {
        self.0.index()
    }

    fn from_index(index: usize) -> IdentityId {
        IdentityId(u32::from_index(index))
    }
}

/// One person or firm. Who that is stays outside; claims carry commitments only.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Identity {
    /// Its accounts, in the order they joined; the first one invites the others.
    pub accounts: Vec<AccountNumber>,
    /// Since when it exists.
    pub opened_at: Timestamp,
    /// Set if governance blocked it.
    pub blocked: Option<Block>,
    /// How often claims about it have changed: a verdict of another epoch no longer counts.
    pub verdict_epoch: u64,
}

/// A bar on all acts with all assets.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Block {
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub since: Timestamp,
}

/// What is known of an account as a holder.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Standing {
    /// Whose account it is. An account never changes its identity.
    pub identity: Option<IdentityId>,
    /// Set if governance blocked the account.
    pub blocked: Option<Block>,
    /// Set if governance froze the account in all assets.
    pub frozen: Option<Freeze>,
    /// In how many single assets the account is frozen.
    pub frozen_assets: u32,
}

/// Which way a freeze stops value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stops {
    /// The account may receive, but not send.
    Sending,
    /// The account may neither send nor receive.
    Both,
}

/// A court's or an issuer's hold on what an account has.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Freeze {
    /// Which way.
    pub stops: Stops,
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub since: Timestamp,
    /// From this instant on it no longer stops anything.
    pub until: Option<Timestamp>,
}

impl Freeze {
    /// Whether it stops anything at `time`.
    pub fn is_live(&self, time: Timestamp) -> bool {
        self.until.is_none_or(|until| time < until)
    }
}

/// What one asset asks of its holders.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Rules {
    /// Who sets these rules beside governance: the issuer or its agent.
    pub agent: Option<AccountNumber>,
    /// Set while nobody may send or receive it.
    pub paused: Option<Pause>,
    /// One of them must hold between sender and receiver; none at all lets everyone hold it.
    pub requirements: Vec<Requirement>,
    /// The modules a holder may put it into, ascending; `None` means all.
    pub venues: Option<Vec<u8>>,
    /// Set if its holders are counted, with what is counted and the caps.
    pub counted: Option<Counted>,
    /// The most places that a verdict looks for claims at, which its weight grows with.
    pub seeks: u32,
    /// How often requirements, its own trusted issuers or what is counted have changed.
    pub version: u64,
}

/// A stop of all movements of one asset.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Pause {
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub since: Timestamp,
}

impl Rules {
    /// Whether the asset asks nothing of anyone.
    pub fn are_open(&self) -> bool {
        self.paused.is_none() && self.requirements.is_empty() && self.venues.is_none() && self.counted.is_none()
    }

    /// The next version: verdicts of this one no longer count.
    pub(crate) fn next_version(&self) -> u64 {
        self.version.checked_add(1).expect("2^64 changes of one asset's rules do not happen")
    }
}

/// Where a claim stands.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct ClaimKey {
    /// About whom.
    pub subject: IdentityId,
    /// On what.
    pub topic: Topic,
    /// By whom.
    pub issuer: AccountNumber,
    /// For what.
    pub scope: Scope,
    /// Under which law, or of which country.
    pub jurisdiction: Option<Jurisdiction>,
}

/// A statement about an identity. It counts from `issued` until `expires`, unless revoked, and only
/// on the network, for the subject and in the scope it was made for.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Claim {
    /// From this instant on it counts.
    pub issued: Timestamp,
    /// From this instant on it no longer counts.
    pub expires: Option<Timestamp>,
    /// Since when it is revoked.
    pub revoked: Option<Timestamp>,
    /// A salted commitment to the evidence, which stays outside.
    pub evidence: Option<Hash>,
}

impl Claim {
    /// Whether it counts at `time`.
    pub fn is_live(&self, time: Timestamp) -> bool {
        self.revoked.is_none() && self.issued <= time && self.expires.is_none_or(|expires| time < expires)
    }
}

/// Makes room for the tables of this module.
pub fn create_tables(draft: &mut Draft) {
    RULES.create(draft);
    STANDINGS.create(draft);
    IDENTITIES.create(draft);
    CLAIMS.create(draft);
    TRUSTED.create(draft);
    FREEZES.create(draft);
    INVITATIONS.create(draft);
    COUNTER.create(draft);
    TRUST_VERSION.create(draft);
    HOLDERS.create(draft);
    STATISTICS.create(draft);
    VALUES.create(draft);
    LOTS.create(draft);
    LARGEST.create(draft);
    VERDICTS.create(draft);
}

/// Fills the derived tables from the authenticated ones, after a load. Nothing is known of any identity
/// yet: what a verdict said is found again when it is asked for.
pub fn rebuild(draft: &mut Draft) {
    let largest: Vec<_> = HOLDERS.iter(draft).map(|((asset, id), holder)| (*asset, holder.total, *id)).collect();
    for place in largest {
        LARGEST.put(draft, place, ());
    }
    let identities: Vec<IdentityId> = IDENTITIES.iter(draft).map(|(id, _)| id).collect();
    for identity in identities {
        VERDICTS.put(draft, identity, Verdicts::default());
    }
}

/// Notes that claims about an identity have changed.
pub(crate) fn next_epoch(draft: &mut Draft, id: IdentityId) {
    let mut identity = IDENTITIES.get(draft, &id).expect("the caller has found the identity");
    let epoch = identity.verdict_epoch.checked_add(1);
    identity.verdict_epoch = epoch.expect("2^64 claims about one identity are not made");
    IDENTITIES.put(draft, id, identity);
}
