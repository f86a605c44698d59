//! The door's question: may these holdings change so.
//!
//! A movement passes if nothing bars either side and, for every sender and receiver, one and the same
//! requirement of the asset is met by both. The accounts of modules are never asked: eligibility is
//! asked of whoever put value in and of whoever takes it out.

use std::sync::Arc;

use gage_accounts::{Context, is_module};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId};

use crate::bars::{find_bars, find_pause};
use crate::denial::{Clause, Denial, Side};
use crate::engine::Party;
use crate::predicate;
use crate::state::{RULES, Rules, STANDINGS};

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
        match restricted(draft, change.asset) {
            // Without rules each account stands for itself.
            None => check_bars(draft, ctx, change, force)?,
            Some(rules) if is_first(changes, index, change) => {
                predicate::ask(draft, ctx, change.asset, rules, changes, force).map(|_| ())?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// As [`check`], and books what passed: who holds how much of counted assets, and whose lots go where.
/// The ledger's question; nobody else changes holdings.
///
/// # Errors
/// As [`check`]. What was booked of assets before the one that does not move is undone with the posting.
pub fn admit(draft: &mut Draft, ctx: &Context, changes: &[HolderChange], force: Force) -> Result<(), Box<Denial>> {
    for (index, change) in changes.iter().enumerate() {
        match restricted(draft, change.asset) {
            None => check_bars(draft, ctx, change, force)?,
            Some(rules) if is_first(changes, index, change) => {
                let rules = Arc::clone(rules);
                let passed = predicate::ask(draft, ctx, change.asset, &rules, changes, force)?;
                predicate::book(draft, ctx, change.asset, passed);
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The rules of an asset, if it asks anything of anyone.
fn restricted(draft: &Draft, asset: AssetId) -> Option<&Arc<Rules>> {
    RULES.peek(draft, &asset).filter(|rules| !rules.are_open())
}

/// Whether this is the asset's first change of the journal; the others are asked with it.
fn is_first(changes: &[HolderChange], index: usize, change: &HolderChange) -> bool {
    changes.iter().take(index).all(|earlier| earlier.asset != change.asset)
}

/// Passes if the account may stand on this side of a movement of the asset, whoever is on the other. Caps and
/// lots are asked about the smallest unit of it.
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

/// Passes if the account may pledge the asset to a module's record. A pledge made after a freeze, a block
/// or a pause would rank before it, so none is; nor one to a module that is no venue of the asset.
///
/// For an asset and an account without rules this costs two reads of dense tables.
///
/// # Errors
/// The [`Denial`] with every clause that failed.
pub fn check_pledge(
    draft: &Draft,
    ctx: &Context,
    account: AccountNumber,
    asset: AssetId,
    module: u8,
) -> Result<(), Box<Denial>> {
    let rules = restricted(draft, asset);
    let standing = STANDINGS.peek(draft, &account);
    if rules.is_none() && standing.is_none() || is_module(account) {
        return Ok(());
    }
    let mut clauses = Vec::new();
    let identity = standing.and_then(|standing| standing.identity);
    let party = Party { account, side: Side::Sender, identity };
    if let Some(standing) = standing {
        find_bars(draft, ctx, asset, &party, standing, &mut clauses);
    }
    if let Some(rules) = rules {
        find_pause(rules, &party, &mut clauses);
    }
    if !venue_allowed(draft, asset, module) {
        let text = format!("holders may not pledge the asset to module {module}");
        clauses.push(party.failed(Clause::VenueNotAllowed, text, "the asset's agent can allow the venue", None));
    }
    Denial::of(asset, clauses).map_or(Ok(()), Err)
}

/// Whom the door asks: no module, nobody whose holding stays, no sender where a rule moves value.
pub(crate) fn asked(change: &HolderChange, force: Force) -> Option<Side> {
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
