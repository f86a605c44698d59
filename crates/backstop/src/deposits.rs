//! Members of a pool: how deposits join, what they are worth, how they leave.

use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Height, MathError, Timestamp};

use crate::product_sum::{Product, SCALE_SPAN};
use crate::state::{DEPOSITS, JOINS, Join, Mark, POOLS, SUMS, SURPLUS};
use crate::{Deposit, Error, Event, Holding, MODULE, Pool, PoolId, Request, Waterfall, custody, unclaimable};

/// A pool with the deposits of lower heights joined, before anything else happens to it in a block.
/// Every act on a pool begins here, so the point of joining is the pool as the earlier block left it.
///
/// # Errors
/// [`Error::UnknownWaterfall`].
pub(crate) fn pool_at(draft: &mut Draft, id: PoolId, record: &Waterfall, height: Height) -> Result<Pool, Error> {
    let mut pool = POOLS.get(draft, &id).ok_or(Error::UnknownWaterfall)?;
    if let Some(untouched) = join(&mut pool, height)? {
        let mark = mark(draft, id, record, pool.product);
        JOINS.put(draft, (id, pool.pending_since), Join { mark, untouched });
        POOLS.put(draft, id, pool);
    }
    Ok(pool)
}

/// Lets pending deposits join, if any may at `height`, and says how many did.
fn join(pool: &mut Pool, height: Height) -> Result<Option<u64>, MathError> {
    if pool.pending.is_zero() || pool.pending_since >= height {
        return Ok(None);
    }
    let untouched = pool.pending_members;
    pool.deposits = pool.deposits.plus(pool.pending)?;
    pool.members = pool.members.checked_add(untouched).ok_or(MathError::Overflow)?;
    pool.pending = Amount::ZERO;
    pool.pending_members = 0;
    Ok(Some(untouched))
}

/// The point at which the pool stands.
fn mark(draft: &Draft, id: PoolId, record: &Waterfall, product: Product) -> Mark {
    let sum = |asset| SUMS.get(draft, &(id, product.epoch, product.scale, asset)).map(|sum| (asset, sum));
    Mark { product, sums: record.gain_assets(id).filter_map(sum).collect() }
}

/// What `amount` from the point `from` gained of `asset`, rounded down.
fn gain(draft: &Draft, id: PoolId, now: Product, amount: Amount, from: &Mark, asset: AssetId) -> Result<Amount, Error> {
    let Product { epoch, scale, .. } = from.product;
    // In an epoch that has ended, all its scales exist up to the last; later ones hold no sum.
    let last = if now.epoch == epoch { now.scale } else { u32::MAX };
    let scales = (scale..=last).take(usize::try_from(SCALE_SPAN).unwrap_or(0).saturating_add(1));
    let sums = scales.map(|scale| SUMS.get(draft, &(id, epoch, scale, asset)).unwrap_or_default());
    Ok(from.product.gain(amount, from.sum(asset), sums)?)
}

/// A deposit brought to the point where the pool stands, and what that changes beside it.
pub(crate) struct Settled {
    /// The deposit at the pool's point.
    pub deposit: Deposit,
    /// The pool with its members counted anew.
    pub pool: Pool,
    /// The join of the deposit's pending part, one less untouched, if it joined.
    pub join: Option<(Height, Join)>,
}

/// Brings a deposit to the point where the pool stands; reads only. `pool` has joined up to `height`.
///
/// # Errors
/// [`Error::Math`] never for records of one pool.
pub(crate) fn settle(
    draft: &Draft,
    id: PoolId,
    record: &Waterfall,
    mut pool: Pool,
    deposit: &Deposit,
    height: Height,
) -> Result<Settled, Error> {
    let mut after = deposit.clone();
    after.mark = mark(draft, id, record, pool.product);
    after.amount = pool.product.worth(deposit.amount, deposit.mark.product)?;
    add_gains(draft, id, record, pool.product, deposit.amount, &deposit.mark, &mut after.gains)?;
    let mut parts_before = u64::from(!deposit.amount.is_zero());

    let mut joined = None;
    if !deposit.pending.is_zero() && deposit.pending_since < height {
        // Without a record of the join nothing has touched the pool since: it joined where the pool stands.
        let stands = || Join { mark: after.mark.clone(), untouched: 1 };
        let mut join = JOINS.get(draft, &(id, deposit.pending_since)).unwrap_or_else(stands);
        after.amount = after.amount.plus(pool.product.worth(deposit.pending, join.mark.product)?)?;
        add_gains(draft, id, record, pool.product, deposit.pending, &join.mark, &mut after.gains)?;
        after.pending = Amount::ZERO;
        parts_before = parts_before.saturating_add(1);
        join.untouched = join.untouched.checked_sub(1).ok_or(MathError::Underflow)?;
        joined = Some((deposit.pending_since, join));
    }
    let parts_after = u64::from(!after.amount.is_zero());
    let others = pool.members.checked_sub(parts_before).ok_or(MathError::Underflow)?;
    pool.members = others.checked_add(parts_after).ok_or(MathError::Overflow)?;
    Ok(Settled { deposit: after, pool, join: joined })
}

fn add_gains(
    draft: &Draft,
    id: PoolId,
    record: &Waterfall,
    now: Product,
    amount: Amount,
    from: &Mark,
    gains: &mut Vec<Holding>,
) -> Result<(), Error> {
    for asset in record.gain_assets(id) {
        let gained = gain(draft, id, now, amount, from, asset)?;
        match gains.iter_mut().find(|held| held.asset == asset) {
            Some(held) => held.amount = held.amount.plus(gained)?,
            None if gained.is_zero() => {}
            None => gains.push(Holding { asset, amount: gained }),
        }
    }
    Ok(())
}

/// Brings the account's deposit to where the pool stands, or begins an empty one.
///
/// # Errors
/// [`Error::UnknownWaterfall`].
pub(crate) fn touch(
    draft: &mut Draft,
    ctx: &Context,
    id: PoolId,
    record: &Waterfall,
    account: AccountNumber,
) -> Result<Settled, Error> {
    let pool = pool_at(draft, id, record, ctx.height)?;
    let deposit = DEPOSITS.get(draft, &(id, account)).unwrap_or_else(|| empty(mark(draft, id, record, pool.product)));
    settle(draft, id, record, pool, &deposit, ctx.height)
}

fn empty(mark: Mark) -> Deposit {
    Deposit {
        amount: Amount::ZERO,
        mark,
        pending: Amount::ZERO,
        pending_since: Height::GENESIS,
        gains: Vec::new(),
        request: None,
    }
}

/// Writes a settled deposit and what it changes; renews a pool that all have left. Cannot fail.
pub(crate) fn write(draft: &mut Draft, id: PoolId, record: &Waterfall, account: AccountNumber, settled: Settled) {
    let Settled { mut deposit, mut pool, join } = settled;
    deposit.gains.retain(|gain| !gain.amount.is_zero());
    if let Some((height, join)) = join {
        if join.untouched == 0 {
            JOINS.remove(draft, &(id, height));
        } else {
            JOINS.put(draft, (id, height), join);
        }
    }
    if pool.members == 0 && !pool.deposits.is_zero() {
        renew(draft, id, record, &mut pool);
    }
    POOLS.put(draft, id, pool);
    let stands = !deposit.amount.is_zero() || !deposit.pending.is_zero() || !deposit.gains.is_empty();
    unclaimable::follow(draft, id, account, stands);
    if !stands {
        DEPOSITS.remove(draft, &(id, account));
    } else {
        DEPOSITS.put(draft, (id, account), deposit);
    }
}

/// What rounding kept when the last member left goes to the surplus, and the pool begins anew.
fn renew(draft: &mut Draft, id: PoolId, record: &Waterfall, pool: &mut Pool) {
    let residue = pool.deposits;
    let surplus = custody::amount(draft, &SURPLUS, id.waterfall, record.stable);
    let total = surplus.plus(residue).expect("both lie on the module's account, so their sum is at most the supply");
    custody::set(draft, &SURPLUS, id.waterfall, record.stable, total);
    pool.deposits = Amount::ZERO;
    pool.product = Product::start(pool.product.epoch.wrapping_add(1));
    let (waterfall, epoch) = (id.waterfall, pool.product.epoch);
    let event = match id.tier {
        0 => Event::PoolRenewed { waterfall, epoch, residue },
        tier => Event::InsuranceRenewed { waterfall, tier, epoch, residue },
    };
    draft.emit(MODULE, &event);
}

/// The times of a request made now.
///
/// # Errors
/// [`Error::Math`] if a time does not fit.
pub(crate) fn request(record: &Waterfall, cooldown_ms: u64, time: Timestamp, amount: Amount) -> Result<Request, Error> {
    let ready_at = time.plus_ms(cooldown_ms)?;
    Ok(Request { amount, ready_at, expires_at: ready_at.plus_ms(record.terms.window_ms)? })
}

/// A request for at most `capital`; none for nothing.
pub(crate) fn bounded(request: Option<Request>, capital: Amount) -> Option<Request> {
    let request = request.map(|request| Request { amount: request.amount.min(capital), ..request });
    request.filter(|request| !request.amount.is_zero())
}

/// How much of `wanted` may leave on a request now, out of `capital`.
///
/// # Errors
/// [`Error::ExitsClosed`], [`Error::NotRequested`], [`Error::CoolingDown`], [`Error::RequestExpired`],
/// [`Error::NothingLeft`].
pub(crate) fn may_leave(
    record: &Waterfall,
    time: Timestamp,
    request: Option<Request>,
    wanted: Amount,
    capital: Amount,
) -> Result<Amount, Error> {
    if record.exits_closed {
        return Err(Error::ExitsClosed);
    }
    let request = request.ok_or(Error::NotRequested)?;
    if time < request.ready_at {
        return Err(Error::CoolingDown);
    }
    if time > request.expires_at {
        return Err(Error::RequestExpired);
    }
    let amount = wanted.min(request.amount).min(capital);
    if amount.is_zero() { Err(Error::NothingLeft) } else { Ok(amount) }
}

/// The request after `amount` of it has left.
pub(crate) fn request_after(request: Option<Request>, amount: Amount) -> Option<Request> {
    let request = request?;
    let left = Amount(request.amount.0.saturating_sub(amount.0));
    (!left.is_zero()).then_some(Request { amount: left, ..request })
}

/// The pool as it stands at `height`, for queries: pending deposits joined, nothing written.
///
/// # Errors
/// [`Error::UnknownWaterfall`].
pub(crate) fn pool_view(draft: &Draft, id: PoolId, height: Height) -> Result<Pool, Error> {
    let mut pool = POOLS.get(draft, &id).ok_or(Error::UnknownWaterfall)?;
    join(&mut pool, height)?;
    Ok(pool)
}
