//! What was found of an identity, kept until something could change it.
//!
//! A verdict stands on the asset's requirements and own lists of issuers (`version`), on the network's
//! lists (`trust`), on the claims about the identity (`epoch`) and on the clock (`since`, `until`). If one
//! of them has moved on, the verdict is found anew. Nothing depends on whether one is kept: a node that
//! has just loaded its records knows none and decides the same. So the kept verdicts are not state, and
//! are written as nothing.

use std::io::{Read, Write};
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::Draft;
use gage_units::{AssetId, Timestamp};

use crate::counted::ClaimValue;
use crate::denial::Side;
use crate::engine::{self, Horizon};
use crate::rule::Topic;
use crate::state::{IDENTITIES, IdentityId, Rules, TRUST_VERSION, VERDICTS};

/// The most verdicts kept of one identity, each for one asset.
pub const VERDICTS_MAX: usize = 8;

/// What one asset's rules make of one identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    asset: AssetId,
    version: u64,
    trust: u64,
    epoch: u64,
    /// When it was found.
    pub since: Timestamp,
    /// From this instant on a claim counts that did not, or no longer counts.
    until: Option<Timestamp>,
    sender: u32,
    receiver: u32,
    /// Under which values of which topics the identity is counted.
    pub values: Arc<[(Topic, ClaimValue)]>,
}

/// The latest verdicts about one identity, the oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdicts(Vec<Verdict>);

impl BorshSerialize for Verdicts {
    fn serialize<W: Write>(&self, _writer: &mut W) -> std::io::Result<()> {
        Ok(())
    }
}

impl BorshDeserialize for Verdicts {
    fn deserialize_reader<R: Read>(_reader: &mut R) -> std::io::Result<Verdicts> {
        Ok(Verdicts::default())
    }
}

impl Verdict {
    /// The requirements met on one side: bit `i` for requirement `i`.
    pub fn met_as(&self, side: Side) -> u32 {
        match side {
            Side::Sender => self.sender,
            Side::Receiver => self.receiver,
        }
    }

    /// Asks every claim anew.
    pub fn find(draft: &Draft, time: Timestamp, asset: AssetId, rules: &Rules, id: IdentityId) -> Verdict {
        let mut horizon = Horizon::default();
        let mut met = |side| engine::met_by(draft, time, asset, &rules.requirements, side, Some(id), &mut horizon);
        let (sender, receiver) = (met(Side::Sender), met(Side::Receiver));
        let topics = rules.counted.as_ref().map_or(&[][..], |counted| &counted.topics);
        let mut values = Vec::new();
        for topic in topics {
            let of_topic = engine::values_of(draft, time, asset, *topic, id, &mut horizon);
            values.extend(of_topic.into_iter().map(|value| (*topic, value)));
        }
        let (version, trust, epoch) = (rules.version, trust_version(draft), epoch_of(draft, id));
        Verdict { asset, version, trust, epoch, since: time, until: horizon.0, sender, receiver, values: values.into() }
    }

    fn counts(&self, draft: &Draft, time: Timestamp, asset: AssetId, rules: &Rules, id: IdentityId) -> bool {
        self.asset == asset
            && self.version == rules.version
            && self.since <= time
            && self.until.is_none_or(|until| time < until)
            && self.epoch == epoch_of(draft, id)
            && self.trust == trust_version(draft)
    }
}

/// The kept verdict, if it still counts.
pub(crate) fn kept(draft: &Draft, time: Timestamp, asset: AssetId, rules: &Rules, id: IdentityId) -> Option<Verdict> {
    let verdicts = VERDICTS.peek(draft, &id)?;
    verdicts.0.iter().find(|verdict| verdict.counts(draft, time, asset, rules, id)).cloned()
}

/// Keeps a verdict in place of the last one for its asset, or of the oldest.
pub(crate) fn keep(draft: &mut Draft, id: IdentityId, verdict: Verdict) {
    // Every identity has a record from its opening, so that what is kept never changes how many there are.
    let Some(Verdicts(mut list)) = VERDICTS.get(draft, &id) else { return };
    list.retain(|other| other.asset != verdict.asset);
    if list.len() >= VERDICTS_MAX {
        list.remove(0);
    }
    list.push(verdict);
    VERDICTS.put(draft, id, Verdicts(list));
}

/// A kept verdict that stands on the present claims and rules and yet says what they do not.
pub(crate) fn wrong_one(
    draft: &Draft,
    id: IdentityId,
    rules_of: impl Fn(AssetId) -> Option<Arc<Rules>>,
) -> Option<AssetId> {
    let verdicts = VERDICTS.peek(draft, &id)?;
    let wrong = verdicts.0.iter().find(|verdict| {
        let Some(rules) = rules_of(verdict.asset) else { return true };
        let found = || Verdict::find(draft, verdict.since, verdict.asset, &rules, id);
        verdict.counts(draft, verdict.since, verdict.asset, &rules, id) && **verdict != found()
    });
    wrong.map(|verdict| verdict.asset)
}

fn trust_version(draft: &Draft) -> u64 {
    TRUST_VERSION.peek(draft, &()).copied().unwrap_or_default()
}

fn epoch_of(draft: &Draft, id: IdentityId) -> u64 {
    IDENTITIES.peek(draft, &id).map_or(0, |identity| identity.verdict_epoch)
}
