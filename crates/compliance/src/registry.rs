//! Which assets have rules, and what others may ask about holders.

use std::sync::Arc;

use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{AccountNumber, AssetId, Timestamp};

use crate::counted::{Caps, ClaimValue, Counted, check_topics};
use crate::engine::{Horizon, values_of};
use crate::operations::rules_to_change;
use crate::rule::{self, Topic};
use crate::state::{IdentityId, RULES, Rules, STANDINGS};
use crate::text::Jurisdiction;
use crate::{Error, Event, MODULE};

/// Lets an asset have rules, set by `agent` (its issuer) and governance. Called once for every asset
/// when it is created; an agent and rules that genesis set stay.
pub fn register(draft: &mut Draft, asset: AssetId, agent: Option<AccountNumber>) {
    let rules = RULES.peek(draft, &asset).map(|rules| Rules::clone(rules)).unwrap_or_default();
    let agent = rules.agent.or(agent);
    RULES.put(draft, asset, Arc::new(Rules { agent, ..rules }));
}

/// Whose account it is, if it belongs to an identity.
pub fn identity_of(draft: &Draft, account: AccountNumber) -> Option<IdentityId> {
    STANDINGS.peek(draft, &account).and_then(|standing| standing.identity)
}

/// The jurisdictions that live claims of issuers the asset trusts name for the holder of an account under a topic,
/// ascending and each once.
pub fn jurisdictions(
    draft: &Draft,
    time: Timestamp,
    asset: AssetId,
    topic: Topic,
    account: AccountNumber,
) -> Vec<Jurisdiction> {
    let Some(identity) = identity_of(draft, account) else { return Vec::new() };
    let values = values_of(draft, time, asset, topic, identity, &mut Horizon::default());
    values.into_iter().filter_map(|value| if let ClaimValue::Of(place) = value { Some(place) } else { None }).collect()
}

/// Whether the asset asks nothing of its holders.
pub fn is_open(draft: &Draft, asset: AssetId) -> bool {
    RULES.peek(draft, &asset).is_none_or(|rules| rules.are_open())
}

/// Counts the holders of an asset from now on, by the values of claims on `topics`, without caps yet. The
/// ledger calls it while none of the asset exists: who is counted from the first unit on need not be
/// recounted. Needs the asset's agent or governance.
///
/// # Errors
/// [`Error::BadTopics`], [`Error::UnknownAsset`], [`Error::NotAgent`].
pub fn count_holders(draft: &mut Draft, ctx: &Context, asset: AssetId, topics: &[Topic]) -> Result<(), Error> {
    check_topics(topics)?;
    let rules = rules_to_change(draft, ctx, asset)?;

    // From here on nothing can fail.
    let counted = Some(Counted { topics: topics.to_vec(), caps: Caps::default() });
    let (seeks, version) = (rule::seeks(&rules.requirements, topics), rules.next_version());
    RULES.put(draft, asset, Arc::new(Rules { counted, seeks, version, ..rules }));
    draft.emit(MODULE, &Event::HoldersCounted { asset, topics: topics.to_vec() });
    Ok(())
}

/// The work of asking an asset's rules about one movement between two holders, and of booking it, as
/// weight: nothing without rules. It does not depend on which verdicts are kept, which no other node knows.
///
/// Finding the verdicts of both parties takes a hundred for each place where a claim may stand; to look at
/// kept ones a few hundred; the books of counted holders two thousand.
pub fn movement_weight(draft: &Draft, asset: AssetId) -> u64 {
    let Some(rules) = RULES.peek(draft, &asset).filter(|rules| !rules.are_open()) else { return 0 };
    let booking = if rules.counted.is_some() { 2_000u64 } else { 0 };
    u64::from(rules.seeks).saturating_mul(100).saturating_add(300).saturating_add(booking)
}

/// Passes the asset's agent and governance: for issuers' powers that move value.
///
/// # Errors
/// [`Error::UnknownAsset`], [`Error::NotAgent`].
pub fn require_agent(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<(), Error> {
    rules_to_change(draft, ctx, asset).map(|_| ())
}

/// Whether the holders of the asset are counted.
pub fn is_counted(draft: &Draft, asset: AssetId) -> bool {
    RULES.peek(draft, &asset).is_some_and(|rules| rules.counted.is_some())
}

/// The assets whose holders are counted, by number: for audits.
pub fn counted_assets(draft: &Draft) -> impl Iterator<Item = AssetId> {
    RULES.iter(draft).filter(|(_, rules)| rules.counted.is_some()).map(|(asset, _)| asset)
}
