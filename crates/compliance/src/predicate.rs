//! The whole question for one asset that has rules, and what is booked if the answer is yes.

use gage_accounts::{Context, is_module};
use gage_store::Draft;
use gage_units::{AccountNumber, AssetId};

use crate::bars::{find_bars, find_pause, find_venue};
use crate::check::{Force, HolderChange, asked};
use crate::denial::{Clause, Denial, FailedClause, Side};
use crate::engine::{self, Horizon, Party};
use crate::plan::{self, Plan};
use crate::state::{IdentityId, Rules, STANDINGS};
use crate::verdict::{self, Verdict};
use crate::{caps, holders, lots};

/// What was found on the way to a yes.
pub(crate) struct Passed {
    /// Verdicts that were not kept.
    found: Vec<(IdentityId, Verdict)>,
    /// What becomes of the holders, if they are counted.
    plan: Option<Plan>,
}

/// Asks everything of one asset that its rules ask.
///
/// # Errors
/// The denial, with every clause that failed.
pub(crate) fn ask(
    draft: &Draft,
    ctx: &Context,
    asset: AssetId,
    rules: &Rules,
    changes: &[HolderChange],
    force: Force,
) -> Result<Passed, Box<Denial>> {
    let mut clauses = Vec::new();
    let mut met: Vec<(Party, u32)> = Vec::new();
    let mut found: Vec<(IdentityId, Verdict)> = Vec::new();
    for change in changes.iter().filter(|change| change.asset == asset) {
        let Some(side) = asked(change, force) else { continue };
        let standing = STANDINGS.get(draft, &change.account).unwrap_or_default();
        let party = Party { account: change.account, side, identity: standing.identity };
        find_bars(draft, ctx, asset, &party, &standing, &mut clauses);
        find_pause(rules, &party, &mut clauses);
        if side == Side::Sender {
            find_venue(rules, asset, changes, &party, &mut clauses);
        }
        if !rules.requirements.is_empty() {
            met.push((party, met_by(draft, ctx, asset, rules, &party, &mut found)));
        }
    }
    engine::check(draft, ctx, asset, &rules.requirements, &met, &mut clauses);
    let mut plan = None;
    if let Some(counted) = &rules.counted {
        let values = |id| verdict_of(draft, ctx, asset, rules, id, &mut found).values;
        let planned = plan::plan(draft, asset, changes, values);
        let checked = planned.and_then(|planned| {
            caps::check(draft, ctx, asset, counted, &planned, force, &mut clauses)?;
            Ok(planned)
        });
        match checked {
            Ok(planned) => plan = Some(planned),
            Err(_) => clauses.extend(too_much(draft, asset, changes)),
        }
    }
    Denial::of(asset, clauses).map_or(Ok(Passed { found, plan }), Err)
}

/// Books what passed: holders, statistics, lots, and the verdicts for the next time.
pub(crate) fn book(draft: &mut Draft, ctx: &Context, asset: AssetId, passed: Passed) {
    if let Some(plan) = &passed.plan {
        for movement in &plan.movements {
            holders::record(draft, asset, movement.identity, movement.after, &movement.values);
        }
        holders::record_supply(draft, asset, plan.supply);
        lots::carry(draft, ctx, asset, plan);
    }
    for (identity, verdict) in passed.found {
        verdict::keep(draft, identity, verdict);
    }
}

fn met_by(
    draft: &Draft,
    ctx: &Context,
    asset: AssetId,
    rules: &Rules,
    party: &Party,
    found: &mut Vec<(IdentityId, Verdict)>,
) -> u32 {
    match party.identity {
        Some(id) => verdict_of(draft, ctx, asset, rules, id, found).met_as(party.side),
        // Without an identity no claim is looked for, and nothing need be kept.
        None => engine::met_by(draft, ctx.time, asset, &rules.requirements, party.side, None, &mut Horizon::default()),
    }
}

/// The verdict that is kept, or was found a moment ago, or is found now.
fn verdict_of(
    draft: &Draft,
    ctx: &Context,
    asset: AssetId,
    rules: &Rules,
    id: IdentityId,
    found: &mut Vec<(IdentityId, Verdict)>,
) -> Verdict {
    if let Some(kept) = verdict::kept(draft, ctx.time, asset, rules, id) {
        return kept;
    }
    if let Some((_, verdict)) = found.iter().find(|(identity, _)| *identity == id) {
        return verdict.clone();
    }
    let verdict = Verdict::find(draft, ctx.time, asset, rules, id);
    found.push((id, verdict.clone()));
    verdict
}

/// More is asked about than anybody holds or could hold. No posting gets here: the ledger has refused it.
fn too_much(draft: &Draft, asset: AssetId, changes: &[HolderChange]) -> Option<FailedClause> {
    let user = |account: &AccountNumber| !is_module(*account);
    let changes = || changes.iter().filter(|change| change.asset == asset);
    let sender = changes().find(|change| change.side() == Some(Side::Sender) && user(&change.account));
    let change = sender.or_else(|| changes().next())?;
    let (account, side) = (change.account, change.side().unwrap_or(Side::Sender));
    let party = Party { account, side, identity: None };
    let text = format!("{} does not hold that much", party.describe(draft));
    Some(party.failed(Clause::HoldingTooSmall, text, "a smaller amount may pass", None))
}
