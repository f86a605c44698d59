//! What the depositors of a stability pool and of an insurance tier do alike: deposit, withdraw, claim.

use gage_accounts::{Context, Quantity};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, MathError};

use crate::deposits::{bounded, may_leave, request, request_after, touch, write};
use crate::state::GAINS;
use crate::waterfalls::check_reserved;
use crate::{Error, PoolId, Request, StepKind, Waterfall, custody};

/// Adds a deposit, which joins in the next block.
///
/// # Errors
/// Those of the quantity, [`Error::DepositTooSmall`], the ledger's.
pub(crate) fn deposit(
    draft: &mut Draft,
    ctx: &Context,
    id: PoolId,
    record: &Waterfall,
    account: AccountNumber,
    amount: Quantity,
) -> Result<Amount, Error> {
    let amount = ctx.resolve(amount, record.stable)?;
    if amount < record.terms.deposit_min {
        return Err(Error::DepositTooSmall);
    }
    let mut settled = touch(draft, ctx, id, record, account)?;
    let (deposit, pool) = (&mut settled.deposit, &mut settled.pool);
    // A cooldown was served by what was here: what comes now does not leave on it, losses since or not.
    deposit.request = bounded(deposit.request, deposit.amount.plus(deposit.pending)?);
    if deposit.pending.is_zero() {
        pool.pending_members = pool.pending_members.checked_add(1).ok_or(MathError::Overflow)?;
    }
    deposit.pending = deposit.pending.plus(amount)?;
    deposit.pending_since = ctx.height;
    pool.pending = pool.pending.plus(amount)?;
    pool.pending_since = ctx.height;
    custody::take(draft, ctx, account, record.stable, amount)?;

    // From here on nothing can fail.
    write(draft, id, record, account, settled);
    Ok(amount)
}

/// Starts the cooldown of a withdrawal of at most what is deposited now.
///
/// # Errors
/// [`Error::NoDeposit`].
pub(crate) fn ask_to_leave(
    draft: &mut Draft,
    ctx: &Context,
    id: PoolId,
    record: &Waterfall,
    account: AccountNumber,
    cooldown_ms: u64,
    amount: Amount,
) -> Result<Request, Error> {
    let mut settled = touch(draft, ctx, id, record, account)?;
    let deposited = settled.deposit.amount.plus(settled.deposit.pending)?;
    if deposited.is_zero() {
        return Err(Error::NoDeposit);
    }
    let request = request(record, cooldown_ms, ctx.time, amount.min(deposited))?;
    settled.deposit.request = Some(request);
    write(draft, id, record, account, settled);
    Ok(request)
}

/// Pays a deposit out on a request whose cooldown has passed; after losses there may be less than asked.
///
/// # Errors
/// Those of the quantity, [`Error::ExitsClosed`], [`Error::NotRequested`], [`Error::CoolingDown`],
/// [`Error::RequestExpired`], [`Error::NothingLeft`], [`Error::CapitalReserved`], [`Error::LeavesDust`],
/// the ledger's.
pub(crate) fn withdraw(
    draft: &mut Draft,
    ctx: &Context,
    id: PoolId,
    record: &Waterfall,
    account: AccountNumber,
    wanted: Quantity,
) -> Result<Amount, Error> {
    let wanted = ctx.resolve(wanted, record.stable)?;
    let mut settled = touch(draft, ctx, id, record, account)?;
    let (deposit, pool) = (&mut settled.deposit, &mut settled.pool);
    let amount = may_leave(record, ctx.time, deposit.request, wanted, deposit.amount)?;
    let kind = if id.is_stability() { StepKind::StabilityPool } else { StepKind::Insurance { tier: id.tier } };
    check_reserved(draft, id.waterfall, record, ctx.height, kind, amount)?;
    let rest = deposit.amount.minus(amount)?;
    if !rest.is_zero() && rest < record.terms.deposit_min {
        return Err(Error::LeavesDust);
    }
    deposit.amount = rest;
    deposit.request = request_after(deposit.request, amount);
    pool.deposits = pool.deposits.minus(amount)?;
    if rest.is_zero() {
        pool.members = pool.members.checked_sub(1).ok_or(MathError::Underflow)?;
    }
    custody::pay(draft, ctx, account, record.stable, amount)?;

    // From here on nothing can fail.
    write(draft, id, record, account, settled);
    Ok(amount)
}

/// Takes all gains in one asset out of a deposit; where they go is the caller's business.
///
/// # Errors
/// [`Error::NothingLeft`].
pub(crate) fn take_gain(
    draft: &mut Draft,
    ctx: &Context,
    id: PoolId,
    record: &Waterfall,
    account: AccountNumber,
    asset: AssetId,
) -> Result<Amount, Error> {
    let mut settled = touch(draft, ctx, id, record, account)?;
    let gain = settled.deposit.gains.iter_mut().find(|gain| gain.asset == asset && !gain.amount.is_zero());
    let gain = gain.ok_or(Error::NothingLeft)?;
    let amount = std::mem::replace(&mut gain.amount, Amount::ZERO);
    let left = custody::amount(draft, &GAINS, id, asset).minus(amount)?;

    // From here on nothing can fail.
    custody::set(draft, &GAINS, id, asset, left);
    write(draft, id, record, account, settled);
    Ok(amount)
}
