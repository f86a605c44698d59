//! What is counted of an asset's holders, and the caps on it.
//!
//! A holder is an identity: its accounts count together and once. Everybody who holds a counted asset has
//! an identity; modules hold on behalf of others and are not counted. A holder is counted under each value
//! that its claims have on each counted topic, as found when its holding last changed or was refreshed.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{Amount, Bps};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::rule::Topic;
use crate::state::IdentityId;
use crate::text::Jurisdiction;

/// The most topics by which the holders of an asset are counted.
pub const TOPICS_MAX: usize = 4;
/// The most caps by claim of an asset.
pub const CLAIM_CAPS_MAX: usize = 16;
/// The most identities that an asset's caps do not bind.
pub const EXEMPT_MAX: usize = 16;

/// How holders are counted, and how many and how much there may be.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Counted {
    /// By the values of claims on these, ascending, at most 4.
    pub topics: Vec<Topic>,
    /// The caps.
    pub caps: Caps,
}

/// Caps on holders and holdings, asked of whoever receives. Who is beyond one already keeps what he has
/// and may sell; he receives nothing more.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Caps {
    /// The most holders.
    pub holders_max: Option<u64>,
    /// The least that a holder holds, unless nothing.
    pub holding_min: Option<Amount>,
    /// The most that one holder holds.
    pub holding_max: Option<Amount>,
    /// The same as a share of the supply.
    pub share_max: Option<Bps>,
    /// Caps on those with or without a claim, at most 16.
    pub by_claim: Vec<ClaimCap>,
    /// Whom the caps do not bind: the issuer's treasury, a nominee. At most 16, ascending.
    pub exempt: Vec<IdentityId>,
}

/// A cap on all holders of a group together.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimCap {
    /// By claims on what.
    pub topic: Topic,
    /// Which group.
    pub group: Group,
    /// The most holders in it.
    #[serde(default)]
    pub holders_max: Option<u64>,
    /// The most they hold together.
    #[serde(default)]
    pub owned_max: Option<Amount>,
    /// The same as a share of the supply.
    #[serde(default)]
    pub share_max: Option<Bps>,
}

/// Who belongs to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Whoever is counted under this value.
    Of(ClaimValue),
    /// Whoever is not: foreigners are those not of the home country.
    NotOf(ClaimValue),
}

/// What the claims on a topic of issuers trusted for the asset say.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ClaimValue {
    /// There is none.
    Absent,
    /// There is one.
    Present,
    /// There is one under this law, or of this country.
    Of(Jurisdiction),
}

/// One identity's holding of a counted asset.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Holder {
    /// All parts on all its accounts together, above zero.
    pub total: Amount,
    /// Under which values of which topics it is counted, ascending.
    pub values: Vec<(Topic, ClaimValue)>,
}

/// The sums over all holders of an asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Statistics {
    /// How many identities hold some.
    pub holders: u64,
    /// What they hold together.
    pub owned: Amount,
    /// What exists, modules' holdings included.
    pub supply: Amount,
}

/// The sums over the holders counted under one value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct ValueStatistics {
    /// How many identities.
    pub holders: u64,
    /// What they hold together.
    pub owned: Amount,
}

impl Group {
    /// The value it is told by.
    pub const fn value(self) -> ClaimValue {
        match self {
            Group::Of(value) | Group::NotOf(value) => value,
        }
    }

    /// Whether a holder with these values belongs to it.
    pub fn has(self, topic: Topic, values: &[(Topic, ClaimValue)]) -> bool {
        let under = values.contains(&(topic, self.value()));
        match self {
            Group::Of(_) => under,
            Group::NotOf(_) => !under,
        }
    }
}

/// Passes at most 4 topics, ascending.
///
/// # Errors
/// [`Error::BadTopics`].
pub(crate) fn check_topics(topics: &[Topic]) -> Result<(), Error> {
    let ascending = topics.is_sorted_by(|left, right| left < right);
    if ascending && topics.len() <= TOPICS_MAX { Ok(()) } else { Err(Error::BadTopics) }
}

impl Caps {
    /// Passes caps within their limits.
    ///
    /// # Errors
    /// [`Error::BadCaps`].
    pub fn validate(&self) -> Result<(), Error> {
        let whole = |share: Option<Bps>| share.is_none_or(|share| share.0 <= 10_000);
        let lists = self.by_claim.len() <= CLAIM_CAPS_MAX
            && self.exempt.len() <= EXEMPT_MAX
            && self.exempt.is_sorted_by(|left, right| left < right);
        let ordered = match (self.holding_min, self.holding_max) {
            (Some(min), Some(max)) => min <= max,
            _ => true,
        };
        let shares = whole(self.share_max) && self.by_claim.iter().all(|cap| whole(cap.share_max));
        if lists && ordered && shares { Ok(()) } else { Err(Error::BadCaps) }
    }

    /// Whether they bind an identity.
    pub(crate) fn bind(&self, identity: IdentityId) -> bool {
        self.exempt.binary_search(&identity).is_err()
    }
}
