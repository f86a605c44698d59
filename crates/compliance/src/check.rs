//! The door's question: may these holdings change so.
//!
//! A movement passes if nothing bars either side and, for every sender and receiver, one and the same
//! requirement of the asset is met by both. The accounts of modules are never asked: eligibility is
//! asked of whoever put value in and of whoever takes it out.

use gage_accounts::{Context, is_module};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId};

use crate::denial::{Clause, Denial, FailedClause, Side};
use crate::engine::{self, Party};
use crate::state::{FREEZES, IDENTITIES, RULES, Rules, STANDINGS, Standing, Stops};

/// The net change of one holding over a whole journal, all parts of the balance together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HolderChange {
    /// Whose.
    pub account: AccountNumber,
    /// Of which asset.
    pub asset: AssetId,
    /// Before the journal.
    pub before: Amount,
    /// After the journal.
    pub after: Amount,
}

/// On whose will value moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// The holder's: both sides are asked.
    Holder,
    /// A rule's (seizure, liquidation, due work): the sender is not asked, the receiver always is.
    Protocol,
}

impl HolderChange {
    /// On which side the account stands; `None` if its holding stays as it is.
    pub fn side(&self) -> Option<Side> {
        match self.after.cmp(&self.before) {
            std::cmp::Ordering::Less => Some(Side::Sender),
            std::cmp::Ordering::Greater => Some(Side::Receiver),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// Passes if all these holdings may change so.
///
/// For an asset without rules this costs one read of a dense table per change for the asset and one
/// for the account.
///
/// # Errors
/// The [`Denial`] of the first asset that does not move, with every clause that failed.
pub fn check(draft: &Draft, ctx: &Context, changes: &[HolderChange], force: Force) -> Result<(), Box<Denial>> {
    for (index, change) in changes.iter().enumerate() {
        let open = RULES.peek(draft, &change.asset).is_none_or(|rules| rules.are_open());
        if open {
            // Without rules each account stands for itself.
            check_bars(draft, ctx, change, force)?;
        } else if changes.iter().take(index).all(|earlier| earlier.asset != change.asset) {
            check_asset(draft, ctx, change.asset, changes, force)?;
        }
    }
    Ok(())
}

/// Passes if the account may stand on this side of a movement of the asset, whoever is on the other.
///
/// # Errors
/// The [`Denial`] with every clause that failed.
pub fn eligible(
    draft: &Draft,
    ctx: &Context,
    account: AccountNumber,
    asset: AssetId,
    side: Side,
) -> Result<(), Box<Denial>> {
    let (before, after) = match side {
        Side::Sender => (Amount(1), Amount::ZERO),
        Side::Receiver => (Amount::ZERO, Amount(1)),
    };
    check(draft, ctx, &[HolderChange { account, asset, before, after }], Force::Holder)
}

/// Whether holders may put the asset into a module; for a module that takes it without moving it
/// (a pledge).
pub fn venue_allowed(draft: &Draft, asset: AssetId, module: u8) -> bool {
    let venues = RULES.peek(draft, &asset).and_then(|rules| rules.venues.as_ref());
    venues.is_none_or(|venues| venues.contains(&module))
}

/// Whom the door asks: no module, nobody whose holding stays, no sender where a rule moves value.
fn asked(change: &HolderChange, force: Force) -> Option<Side> {
    let side = change.side().filter(|_| !is_module(change.account))?;
    if force == Force::Protocol && side == Side::Sender { None } else { Some(side) }
}

fn check_bars(draft: &Draft, ctx: &Context, change: &HolderChange, force: Force) -> Result<(), Box<Denial>> {
    let Some(standing) = STANDINGS.peek(draft, &change.account) else { return Ok(()) };
    let Some(side) = asked(change, force) else { return Ok(()) };
    let party = Party { account: change.account, side, identity: standing.identity };
    let mut clauses = Vec::new();
    find_bars(draft, ctx, change.asset, &party, standing, &mut clauses);
    Denial::of(change.asset, clauses).map_or(Ok(()), Err)
}

/// The whole question for one asset that has rules.
fn check_asset(
    draft: &Draft,
    ctx: &Context,
    asset: AssetId,
    changes: &[HolderChange],
    force: Force,
) -> Result<(), Box<Denial>> {
    let Some(rules) = RULES.peek(draft, &asset) else { return Ok(()) };
    let mut clauses = Vec::new();
    let mut parties = Vec::new();
    for change in changes.iter().filter(|change| change.asset == asset) {
        let Some(side) = asked(change, force) else { continue };
        let standing = STANDINGS.get(draft, &change.account).unwrap_or_default();
        let party = Party { account: change.account, side, identity: standing.identity };
        find_bars(draft, ctx, asset, &party, &standing, &mut clauses);
        find_pause(rules, &party, &mut clauses);
        if side == Side::Sender {
            find_venue(rules, asset, changes, &party, &mut clauses);
        }
        parties.push(party);
    }
    engine::check(draft, ctx, asset, &rules.requirements, &parties, &mut clauses);
    Denial::of(asset, clauses).map_or(Ok(()), Err)
}

/// Blocks and freezes: the bars on an account whatever the asset's rules are.
fn find_bars(
    draft: &Draft,
    ctx: &Context,
    asset: AssetId,
    party: &Party,
    standing: &Standing,
    clauses: &mut Vec<FailedClause>,
) {
    let who = party.describe(draft);
    if let Some(block) = &standing.blocked {
        let text = format!("{who} is blocked: {}", block.reason);
        clauses.push(party.failed(Clause::AccountBlocked, text, "governance can lift the block", None));
    }
    let identity = standing.identity.and_then(|id| Some((id, IDENTITIES.peek(draft, &id)?)));
    if let Some((id, block)) = identity.and_then(|(id, identity)| Some((id, identity.blocked.as_ref()?))) {
        let text = format!("{who} belongs to identity {}, which is blocked: {}", id.0, block.reason);
        clauses.push(party.failed(Clause::IdentityBlocked, text, "governance can lift the block", None));
    }
    let stops = |stops: Stops| stops == Stops::Both || party.side == Side::Sender;
    let everywhere = standing.frozen.as_ref().filter(|freeze| freeze.is_live(ctx.time) && stops(freeze.stops));
    if let Some(freeze) = everywhere {
        let text = format!("{who} is frozen in all assets: {}", freeze.reason);
        clauses.push(party.failed(Clause::AccountFrozen, text, "governance can lift the freeze", freeze.until));
    }
    if standing.frozen_assets == 0 {
        return;
    }
    let here = FREEZES.peek(draft, &(asset, party.account));
    if let Some(freeze) = here.filter(|freeze| freeze.is_live(ctx.time) && stops(freeze.stops)) {
        let text = format!("{who} is frozen in this asset: {}", freeze.reason);
        let remedy = "the asset's agent can lift the freeze";
        clauses.push(party.failed(Clause::HoldingFrozen, text, remedy, freeze.until));
    }
}

fn find_pause(rules: &Rules, party: &Party, clauses: &mut Vec<FailedClause>) {
    // Once per asset: it concerns everyone alike.
    let told = clauses.iter().any(|clause| clause.clause == Clause::AssetPaused);
    if let Some(pause) = rules.paused.as_ref().filter(|_| !told) {
        let text = format!("the asset is paused: {}", pause.reason);
        clauses.push(party.failed(Clause::AssetPaused, text, "the asset's agent can end the pause", None));
    }
}

fn find_venue(
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
fn module_of(account: AccountNumber) -> Option<u8> {
    u8::try_from(account.0).ok().filter(|_| is_module(account))
}
