//! Which assets have rules, and what others may ask about holders.

use std::sync::Arc;

use gage_store::Draft;
use gage_units::{AccountNumber, AssetId};

use crate::state::{IdentityId, RULES, Rules, STANDINGS};

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

/// Whether the asset asks nothing of its holders.
pub fn is_open(draft: &Draft, asset: AssetId) -> bool {
    RULES.peek(draft, &asset).is_none_or(|rules| rules.are_open())
}
