//! What bars a movement whatever its parties' claims say: blocks, freezes, pauses, venues.

use gage_accounts::{Context, is_module};
use gage_store::Draft;
use gage_units::{AccountNumber, AssetId};

use crate::HolderChange;
use crate::denial::{Clause, FailedClause, Side};
use crate::engine::Party;
use crate::state::{FREEZES, IDENTITIES, Rules, Standing, Stops};

/// Blocks and freezes: the bars on an account whatever the asset's rules are.
pub(crate) fn find_bars(
    draft: &Draft,
    ctx: &Context,
    asset: AssetId,
    party: &Party,
    standing: &Standing,
    clauses: &mut Vec<FailedClause>,
) {
    // Written out only for a bar that stands: this is asked of every account with a standing in every posting.
    let who = || party.describe(draft);
    if let Some(block) = &standing.blocked {
        let text = format!("{} is blocked: {}", who(), block.reason);
        clauses.push(party.failed(Clause::AccountBlocked, text, "governance can lift the block", None));
    }
    let identity = standing.identity.and_then(|id| Some((id, IDENTITIES.peek(draft, &id)?)));
    if let Some((id, block)) = identity.and_then(|(id, identity)| Some((id, identity.blocked.as_ref()?))) {
        let text = format!("{} belongs to identity {}, which is blocked: {}", who(), id.0, block.reason);
        clauses.push(party.failed(Clause::IdentityBlocked, text, "governance can lift the block", None));
    }
    let stops = |stops: Stops| stops == Stops::Both || party.side == Side::Sender;
    let everywhere = standing.frozen.as_ref().filter(|freeze| freeze.is_live(ctx.time) && stops(freeze.stops));
    if let Some(freeze) = everywhere {
        let text = format!("{} is frozen in all assets: {}", who(), freeze.reason);
        clauses.push(party.failed(Clause::AccountFrozen, text, "governance can lift the freeze", freeze.until));
    }
    if standing.frozen_assets == 0 {
        return;
    }
    let here = FREEZES.peek(draft, &(asset, party.account));
    if let Some(freeze) = here.filter(|freeze| freeze.is_live(ctx.time) && stops(freeze.stops)) {
        let text = format!("{} is frozen in this asset: {}", who(), freeze.reason);
        let remedy = "the asset's agent can lift the freeze";
        clauses.push(party.failed(Clause::HoldingFrozen, text, remedy, freeze.until));
    }
}

pub(crate) fn find_pause(rules: &Rules, party: &Party, clauses: &mut Vec<FailedClause>) {
    // Once per asset: it concerns everyone alike.
    let told = clauses.iter().any(|clause| clause.clause == Clause::AssetPaused);
    if let Some(pause) = rules.paused.as_ref().filter(|_| !told) {
        let text = format!("the asset is paused: {}", pause.reason);
        clauses.push(party.failed(Clause::AssetPaused, text, "the asset's agent can end the pause", None));
    }
}

pub(crate) fn find_venue(
    rules: &Rules,
    asset: AssetId,
    changes: &[HolderChange],
    sender: &Party,
    clauses: &mut Vec<FailedClause>,
) {
    let Some(venues) = &rules.venues else { return };
    let receives = |change: &&HolderChange| change.asset == asset && change.side() == Some(Side::Receiver);
    let modules = changes.iter().filter(receives).filter_map(|change| module_of(change.account));
    for module in modules.filter(|module| !venues.contains(module)) {
        let text = format!("holders may not put the asset into module {module}");
        let remedy = "the asset's agent can allow the venue";
        clauses.push(sender.failed(Clause::VenueNotAllowed, text, remedy, None));
    }
}

/// The module whose account this is.
pub(crate) fn module_of(account: AccountNumber) -> Option<u8> {
    u8::try_from(account.0).ok().filter(|_| is_module(account))
}
