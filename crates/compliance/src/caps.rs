//! Whether every cap of a counted asset holds after a movement.
//!
//! Caps are asked of what grows. A holding, a group or the count of holders that is beyond its cap
//! already (because the supply shrank, a claim changed or the cap was lowered) keeps nobody from
//! selling; it only takes nobody and nothing in. Shares of the supply are rounded down, against who buys.

use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Bps, MathError, Rounding};

use crate::check::Force;
use crate::counted::{ClaimCap, Counted, Group, ValueStatistics};
use crate::denial::{Clause, FailedClause};
use crate::lots::{self, Bearer};
use crate::plan::{Movement, Plan};
use crate::state::{HOLDERS, STATISTICS, VALUES};

/// Adds to `clauses` every cap that the plan breaks, and every holder who would send what is locked up.
///
/// # Errors
/// Sums that do not fit: only of what is merely asked about.
pub(crate) fn check(
    draft: &Draft,
    ctx: &Context,
    asset: AssetId,
    counted: &Counted,
    plan: &Plan,
    force: Force,
    clauses: &mut Vec<FailedClause>,
) -> Result<(), MathError> {
    for party in &plan.strangers {
        let text =
            format!("{} belongs to no identity, by which holders of the asset are counted", party.describe(draft));
        let remedy = "the account can open an identity or join one";
        clauses.push(party.failed(Clause::NoIdentity, text, remedy, None));
    }
    let bound = |movement: &&Movement| movement.grows() && counted.caps.bind(movement.identity);
    for movement in plan.movements.iter().filter(bound) {
        check_holding(draft, counted, plan, movement, clauses)?;
    }
    for movement in plan.movements.iter().filter(|movement| !movement.grows() && force == Force::Holder) {
        check_rest(draft, ctx, asset, counted, movement, clauses);
    }
    let first_bound = plan.movements.iter().find(bound);
    if let Some(receiver) = first_bound {
        check_count(draft, asset, counted, plan, receiver, clauses);
    }
    counted.caps.by_claim.iter().try_for_each(|cap| check_group(draft, asset, counted, cap, plan, clauses))
}

/// One holder's holding after it grew.
fn check_holding(
    draft: &Draft,
    counted: &Counted,
    plan: &Plan,
    movement: &Movement,
    clauses: &mut Vec<FailedClause>,
) -> Result<(), MathError> {
    let (party, caps) = (movement.party(), &counted.caps);
    let who = || party.describe(draft);
    if let Some(max) = smaller(caps.holding_max, caps.share_max, plan.supply)?.filter(|max| movement.after > *max) {
        let text = format!("{} would hold {} smallest units, of at most {max}", who(), movement.after);
        clauses.push(party.failed(Clause::HoldingAboveMax, text, "a smaller amount may pass", None));
    }
    if let Some(min) = caps.holding_min.filter(|min| movement.after < *min) {
        let text = format!("{} would hold {} smallest units, of at least {min}", who(), movement.after);
        clauses.push(party.failed(Clause::HoldingBelowMin, text, "a larger amount may pass", None));
    }
    Ok(())
}

/// What a holder keeps who sends by his own will.
fn check_rest(
    draft: &Draft,
    ctx: &Context,
    asset: AssetId,
    counted: &Counted,
    movement: &Movement,
    clauses: &mut Vec<FailedClause>,
) {
    let (party, caps) = (movement.party(), &counted.caps);
    // Who holds less than the least already may sell any part of it.
    let broken = |min: &Amount| !movement.after.is_zero() && movement.after < *min && *min <= movement.before;
    if let Some(min) = caps.holding_min.filter(broken).filter(|_| caps.bind(movement.identity)) {
        let text = format!("{} would keep {} smallest units, of at least {min}", party.describe(draft), movement.after);
        clauses.push(party.failed(Clause::HoldingBelowMin, text, "all of it, or less, may be sent", None));
    }
    let bearer = Bearer::Identity(movement.identity);
    if let Some(release) = lots::room_at(draft, asset, bearer, ctx.time, movement.after) {
        let locked = lots::locked(draft, asset, bearer, ctx.time);
        let text = format!(
            "{} would keep {} smallest units, of which {locked} are locked up",
            party.describe(draft),
            movement.after
        );
        let remedy = "what is not locked up may be sent, the rest from its release on";
        clauses.push(party.failed(Clause::LockedUp, text, remedy, Some(release)));
    }
}

/// The number of holders, if it grows.
fn check_count(
    draft: &Draft,
    asset: AssetId,
    counted: &Counted,
    plan: &Plan,
    receiver: &Movement,
    clauses: &mut Vec<FailedClause>,
) {
    let Some(max) = counted.caps.holders_max else { return };
    let present = STATISTICS.peek(draft, &asset).map_or(0, |statistics| statistics.holders);
    let all = || plan.movements.iter();
    let Some(after) = grown(present, entering(all()), leaving(all())).filter(|after| *after > max) else { return };
    let text = format!("the asset would have {after} holders, of at most {max}");
    let remedy = "the receiver passes when a holder has sold out, or the agent raises the cap";
    clauses.push(receiver.party().failed(Clause::TooManyHolders, text, remedy, None));
}

/// The holders and the holdings of one group, if they grow.
fn check_group(
    draft: &Draft,
    asset: AssetId,
    counted: &Counted,
    cap: &ClaimCap,
    plan: &Plan,
    clauses: &mut Vec<FailedClause>,
) -> Result<(), MathError> {
    let members = || plan.movements.iter().filter(|movement| cap.group.has(cap.topic, &movement.values));
    let bound = |movement: &&Movement| movement.grows() && counted.caps.bind(movement.identity);
    let Some(receiver) = members().find(bound) else { return Ok(()) };
    let others = others_in(draft, asset, cap, plan)?;
    let owned = |of: fn(&Movement) -> Amount| members().try_fold(Amount::ZERO, |sum, movement| sum.plus(of(movement)));
    let (before, after) = (owned(|movement| movement.before)?, owned(|movement| movement.after)?);
    let party = receiver.party();
    let whom = cap.describe_group();

    let present = members().filter(|movement| !movement.before.is_zero()).count();
    let present = others.holders.checked_add(u64::try_from(present).unwrap_or(u64::MAX)).ok_or(MathError::Overflow)?;
    let count = grown(present, entering(members()), leaving(members()));
    if let (Some(max), Some(count)) = (cap.holders_max, count)
        && count > max
    {
        let text = format!("{count} holders would be {whom}, of at most {max}");
        let remedy = "the receiver passes when one of them has sold out, or the agent raises the cap";
        clauses.push(party.failed(Clause::TooManyOfClaim, text, remedy, None));
    }
    let owned = others.owned.plus(after)?;
    let max = smaller(cap.owned_max, cap.share_max, plan.supply)?;
    if let Some(max) = max.filter(|max| after > before && owned > *max) {
        let text = format!("holders that are {whom} would hold {owned} smallest units, of at most {max}");
        let remedy = "a smaller amount may pass, or a receiver outside the group";
        clauses.push(party.failed(Clause::ClaimOwnershipAboveMax, text, remedy, None));
    }
    Ok(())
}

/// The group as it is recorded, without those whom the plan moves.
fn others_in(draft: &Draft, asset: AssetId, cap: &ClaimCap, plan: &Plan) -> Result<ValueStatistics, MathError> {
    let under = VALUES.get(draft, &(asset, cap.topic, cap.group.value())).unwrap_or_default();
    let mut group = match cap.group {
        Group::Of(_) => under,
        Group::NotOf(_) => {
            let all = STATISTICS.get(draft, &asset).unwrap_or_default();
            let holders = all.holders.checked_sub(under.holders).ok_or(MathError::Underflow)?;
            ValueStatistics { holders, owned: all.owned.minus(under.owned)? }
        }
    };
    for movement in &plan.movements {
        let recorded = HOLDERS.peek(draft, &(asset, movement.identity));
        if let Some(holder) = recorded.filter(|holder| cap.group.has(cap.topic, &holder.values)) {
            group.holders = group.holders.checked_sub(1).ok_or(MathError::Underflow)?;
            group.owned = group.owned.minus(holder.total)?;
        }
    }
    Ok(group)
}

fn entering<'m>(movements: impl Iterator<Item = &'m Movement>) -> usize {
    movements.filter(|movement| movement.before.is_zero()).count()
}

fn leaving<'m>(movements: impl Iterator<Item = &'m Movement>) -> usize {
    movements.filter(|movement| movement.after.is_zero()).count()
}

/// The count after some enter and others leave; `None` if it does not grow.
fn grown(present: u64, entering: usize, leaving: usize) -> Option<u64> {
    let more = u64::try_from(entering.checked_sub(leaving)?).ok().filter(|more| *more > 0)?;
    present.checked_add(more)
}

/// The smaller of an amount and a share of the supply.
fn smaller(amount: Option<Amount>, share: Option<Bps>, supply: Amount) -> Result<Option<Amount>, MathError> {
    // Down: the largest holding that is within the share.
    let share = share.map(|share| supply.mul_div(u128::from(share.0), 10_000, Rounding::Down)).transpose()?;
    Ok([amount, share].into_iter().flatten().min())
}
