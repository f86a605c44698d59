//! The one redemption queue: who waits, what a window pays, what is claimed.
//!
//! A request hands units over and joins the first window that closes after its notice. When a window
//! closes, as much as its gate, its price and its funds allow is redeemed, the same part of everybody
//! who waits; the money is set aside at that window's price, and whoever waits claims it. Nobody is
//! visited: a request unfolds the windows it took part in when it is claimed. What all who wait would get
//! less than the smallest unit of money for is redeemed for nothing, so that no dust keeps a queue busy.

use std::ops::Bound::Included;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Output};
use gage_oracle::Action;
use gage_store::{Column, Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId, Bps, MathError, Price, Rounding, Timestamp, pow10};
use serde::{Deserialize, Serialize};

use crate::distribution::take_back;
use crate::{Error, Event, MODULE};

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// The most windows that one claim unfolds; the next claim goes on.
pub const CLAIM_WINDOWS_MAX: usize = 64;
/// Weight of closing one window.
const CLOSE_WEIGHT: u64 = 5_000;
/// The module's own account: it keeps the units that wait and the money set aside for them.
pub const ACCOUNT: AccountNumber = AccountNumber(6);

/// Queues by the asset that is redeemed.
pub const QUEUES: Column<AssetId, Queue> = Column::authenticated(0x0610, "securities/queues");
/// Requests by number.
pub const REQUESTS: OrderedTable<RequestId, Request> = OrderedTable::authenticated(0x0611, "securities/requests");
/// What joins a window that has not closed yet.
pub const JOINING: OrderedTable<(AssetId, u64), Amount> = OrderedTable::authenticated(0x0612, "securities/joining");
/// What the windows redeemed, those that redeemed nothing left out.
pub const WINDOWS: OrderedTable<(AssetId, u64), Window> = OrderedTable::authenticated(0x0613, "securities/windows");
/// The windows that have somebody waiting, by the time they close.
pub const QUEUES_DUE: OrderedTable<(Timestamp, AssetId), ()> = OrderedTable::derived(0x0614, "securities/queues_due");
/// The next request (key 0), distribution (1) and retirement (2).
pub const COUNTERS: Column<u32, u64> = Column::authenticated(0x0615, "securities/counters");

/// The number of a request.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct RequestId(pub u64);

/// What is paid for a unit, as of the close of its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedemptionPrice {
    /// This much of the money asset, in its smallest unit, for one whole unit.
    Par(Amount),
    /// The oracle's price of the asset, low end, in the money asset at its high end (at one where it
    /// has no feed, being the numeraire).
    Nav,
}

/// The terms on which an asset is redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedemptionTerms {
    /// What is paid.
    pub cash: AssetId,
    /// How much of it.
    pub price: RedemptionPrice,
    /// How long before a close a request must have been made to take part; at most 400 days.
    pub notice_ms: u64,
    /// From one close to the next; 1 hour to 400 days.
    pub window_ms: u64,
    /// The most that one window redeems, as a part of the supply; above zero, 100% is no gate.
    pub gate: Bps,
}

/// A queue and its books. Every amount of units is in the asset's smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Queue {
    /// Its terms.
    pub terms: RedemptionTerms,
    /// The number of the window that closes next.
    pub window: u64,
    /// When it closes.
    pub closes_at: Timestamp,
    /// Units whose notice is over.
    pub waiting: Amount,
    /// Units whose notice still runs.
    pub joining: Amount,
    /// Money that no window has promised.
    pub funded: Amount,
    /// Money that closed windows promised and nobody has claimed yet.
    pub claimable: Amount,
}

/// One who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Request {
    /// What is redeemed.
    pub asset: AssetId,
    /// Whose.
    pub owner: AccountNumber,
    /// Units that still wait, as of window `unfolded`.
    pub remaining: Amount,
    /// Money that can be claimed, as of window `unfolded`.
    pub claimable: Amount,
    /// The first window it takes part in.
    pub joins: u64,
    /// All windows before this one are counted.
    pub unfolded: u64,
    /// When it was made.
    pub requested_at: Timestamp,
}

/// What one window redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Window {
    /// Units that waited.
    pub waiting: Amount,
    /// Units that it redeemed.
    pub redeemed: Amount,
    /// Money it set aside for them.
    pub cash: Amount,
    /// When it closed.
    pub closed_at: Timestamp,
}

impl RedemptionTerms {
    /// Passes if every number lies in its bounds.
    ///
    /// # Errors
    /// [`Error::TermsOutOfBounds`] naming the first that does not.
    pub fn check(&self) -> Result<(), Error> {
        let priced = !matches!(self.price, RedemptionPrice::Par(amount) if amount.is_zero());
        let checks = [
            ("price", priced),
            ("notice_ms", self.notice_ms <= 400 * DAY_MS),
            ("window_ms", (HOUR_MS..=400 * DAY_MS).contains(&self.window_ms)),
            ("gate", Bps(0) < self.gate && self.gate <= Bps::ONE),
        ];
        match checks.into_iter().find(|(_, holds)| !holds) {
            Some((term, _)) => Err(Error::TermsOutOfBounds { term }),
            None => Ok(()),
        }
    }
}

impl Window {
    /// What a holder of `remaining` waiting units gives up and gets: units rounded up, money rounded
    /// down, so that all together never give up less or get more than the window says.
    ///
    /// # Errors
    /// [`MathError`].
    pub fn share(&self, remaining: Amount) -> Result<(Amount, Amount), MathError> {
        let units = remaining.mul_div(self.redeemed.0, self.waiting.0, Rounding::Up)?;
        let cash = remaining.mul_div(self.cash.0, self.waiting.0, Rounding::Down)?;
        Ok((units, cash))
    }
}

impl Queue {
    /// Whether anybody waits.
    pub fn is_busy(&self) -> bool {
        !self.waiting.is_zero() || !self.joining.is_zero()
    }
}

/// The queue of an asset. # Errors [`Error::NoQueue`].
pub fn queue(draft: &Draft, asset: AssetId) -> Result<Queue, Error> {
    QUEUES.get(draft, &asset).ok_or(Error::NoQueue(asset))
}

/// Writes a queue and keeps the table of what is due in step.
pub(crate) fn write_queue(draft: &mut Draft, asset: AssetId, after: Queue) {
    if let Some(before) = QUEUES.get(draft, &asset).filter(Queue::is_busy) {
        QUEUES_DUE.remove(draft, &(before.closes_at, asset));
    }
    if after.is_busy() {
        QUEUES_DUE.put(draft, (after.closes_at, asset), ());
    }
    QUEUES.put(draft, asset, after);
}

/// Hands units of `owner` over to be redeemed; they wait on this module's account.
///
/// Modules to the right call this for the assets they mint; what is redeemed then goes to their account.
///
/// # Errors
/// [`Error::NoQueue`]; those of [`gage_ledger::transfer`].
pub fn request_redemption(
    draft: &mut Draft,
    ctx: &Context,
    owner: AccountNumber,
    asset: AssetId,
    amount: Amount,
) -> Result<RequestId, Error> {
    let mut queue = queue(draft, asset)?;
    if !queue.is_busy() {
        // Nobody waited for the window that would have closed: a whole one begins.
        queue.closes_at = ctx.time.plus_ms(queue.terms.window_ms)?;
    }
    let noticed = ctx.time.plus_ms(queue.terms.notice_ms)?;
    let late = noticed.0.saturating_sub(queue.closes_at.0);
    let windows = late.div_ceil(queue.terms.window_ms);
    let joins = queue.window.checked_add(windows).ok_or(MathError::Overflow)?;
    queue.joining = queue.joining.plus(amount)?;
    let joining = JOINING.get(draft, &(asset, joins)).unwrap_or_default().plus(amount)?;
    gage_ledger::transfer(draft, ctx, owner, ACCOUNT, asset, amount)?;

    // From here on nothing can fail.
    let id = COUNTERS.get(draft, &0).unwrap_or(0);
    COUNTERS.put(draft, 0, id.checked_add(1).expect("2^64 requests do not fit any memory"));
    let id = RequestId(id);
    let (remaining, claimable, requested_at) = (amount, Amount::ZERO, ctx.time);
    REQUESTS.put(draft, id, Request { asset, owner, remaining, claimable, joins, unfolded: joins, requested_at });
    JOINING.put(draft, (asset, joins), joining);
    write_queue(draft, asset, queue);
    draft.emit(MODULE, &Event::RedemptionRequested { request: id, asset, owner, amount, joins });
    Ok(id)
}

/// Adds money from which windows pay.
///
/// # Errors
/// [`Error::NoQueue`]; those of [`gage_ledger::transfer`].
pub fn fund_redemptions(
    draft: &mut Draft,
    ctx: &Context,
    from: AccountNumber,
    asset: AssetId,
    amount: Amount,
) -> Result<(), Error> {
    let mut queue = queue(draft, asset)?;
    queue.funded = queue.funded.plus(amount)?;
    gage_ledger::transfer(draft, ctx, from, ACCOUNT, queue.terms.cash, amount)?;

    // From here on nothing can fail.
    write_queue(draft, asset, queue);
    draft.emit(MODULE, &Event::RedemptionsFunded { asset, by: from, amount });
    Ok(())
}

/// The request with the windows counted that closed since, at most `most` of them.
///
/// # Errors
/// [`Error::Math`].
pub fn unfold(draft: &Draft, mut request: Request, most: usize) -> Result<Request, Error> {
    let range = (Included((request.asset, request.unfolded)), Included((request.asset, u64::MAX)));
    for ((_, index), window) in WINDOWS.range(draft, range).take(most) {
        if request.remaining.is_zero() {
            break;
        }
        let (units, cash) = window.share(request.remaining)?;
        request.remaining = request.remaining.minus(units)?;
        request.claimable = request.claimable.plus(cash)?;
        request.unfolded = index.checked_add(1).ok_or(MathError::Overflow)?;
    }
    Ok(request)
}

/// The request of `owner`. # Errors [`Error::UnknownRequest`], [`Error::NotRequestOwner`].
fn own(draft: &Draft, owner: AccountNumber, id: RequestId) -> Result<Request, Error> {
    let request = REQUESTS.get(draft, &id).ok_or(Error::UnknownRequest)?;
    if request.owner == owner { Ok(request) } else { Err(Error::NotRequestOwner) }
}

/// Whether windows have closed that the request does not count yet.
fn has_more_windows(draft: &Draft, request: &Request) -> bool {
    let later = (Included((request.asset, request.unfolded)), Included((request.asset, u64::MAX)));
    WINDOWS.range(draft, later).next().is_some()
}

/// Writes a request, or forgets one that has nothing left.
fn write_request(draft: &mut Draft, id: RequestId, request: Request) {
    if request.remaining.is_zero() && request.claimable.is_zero() {
        REQUESTS.remove(draft, &id);
    } else {
        REQUESTS.put(draft, id, request);
    }
}

/// Pays `owner` what closed windows set aside for a request; see [`crate::operations::ClaimRedemption`].
///
/// # Errors
/// [`Error::UnknownRequest`], [`Error::NotRequestOwner`], [`Error::NothingToClaim`], the ledger's.
pub fn claim_redemption(
    draft: &mut Draft,
    ctx: &Context,
    owner: AccountNumber,
    id: RequestId,
) -> Result<Output, Error> {
    let request = unfold(draft, own(draft, owner, id)?, CLAIM_WINDOWS_MAX)?;
    let amount = request.claimable;
    if amount.is_zero() && !request.remaining.is_zero() && !has_more_windows(draft, &request) {
        return Err(Error::NothingToClaim);
    }
    let mut record = queue(draft, request.asset)?;
    record.claimable = record.claimable.minus(amount)?;
    let cash = record.terms.cash;
    if !amount.is_zero() {
        gage_ledger::move_by_rule(draft, ctx, ACCOUNT, owner, cash, amount)?;
    }

    // From here on nothing can fail.
    write_queue(draft, request.asset, record);
    write_request(draft, id, Request { claimable: Amount::ZERO, ..request });
    draft.emit(MODULE, &Event::RedemptionClaimed { request: id, cash, amount });
    Ok(Output { asset: cash, amount })
}

/// Gives `owner` the units back that still wait; see [`crate::operations::CancelRedemption`].
///
/// # Errors
/// [`Error::UnknownRequest`], [`Error::NotRequestOwner`], [`Error::WindowsNotUnfolded`], [`Error::NothingWaits`], the
/// ledger's.
pub fn cancel_redemption(
    draft: &mut Draft,
    ctx: &Context,
    owner: AccountNumber,
    id: RequestId,
) -> Result<Output, Error> {
    let request = unfold(draft, own(draft, owner, id)?, CLAIM_WINDOWS_MAX)?;
    let Request { asset, remaining: amount, joins, .. } = request;
    if !amount.is_zero() && has_more_windows(draft, &request) {
        // More windows than one act unfolds: a claim goes on first.
        return Err(Error::WindowsNotUnfolded);
    }
    if amount.is_zero() {
        return Err(Error::NothingWaits);
    }
    let mut record = queue(draft, asset)?;
    let joining = if joins >= record.window {
        record.joining = record.joining.minus(amount)?;
        Some(JOINING.get(draft, &(asset, joins)).unwrap_or_default().minus(amount)?)
    } else {
        record.waiting = record.waiting.minus(amount)?;
        None
    };
    gage_ledger::move_by_rule(draft, ctx, ACCOUNT, owner, asset, amount)?;

    // From here on nothing can fail.
    match joining {
        Some(Amount::ZERO) => JOINING.remove(draft, &(asset, joins)),
        Some(left) => JOINING.put(draft, (asset, joins), left),
        None => {}
    }
    write_queue(draft, asset, record);
    write_request(draft, id, Request { remaining: Amount::ZERO, ..request });
    draft.emit(MODULE, &Event::RedemptionCancelled { request: id, amount });
    Ok(Output { asset, amount })
}

/// Closes the windows whose time has come, earliest first, as far as the budget reaches.
///
/// # Errors
/// Only those that the invariants exclude.
pub(crate) fn close_due(draft: &mut Draft, ctx: &Context, budget: &mut u64) -> Result<(), Error> {
    while let Some(((closes_at, asset), ())) = QUEUES_DUE.first(draft) {
        if closes_at > ctx.time {
            break;
        }
        let Some(left) = budget.checked_sub(CLOSE_WEIGHT) else { break };
        *budget = left;
        close(draft, &ctx.as_protocol(), asset)?;
    }
    Ok(())
}

/// Closes one window: whoever's notice is over waits, and what can be redeemed is. A window that has
/// no price, no funds or an issuer who may not receive redeems nothing, and all wait for the next.
fn close(draft: &mut Draft, ctx: &Context, asset: AssetId) -> Result<(), Error> {
    let mut queue = queue(draft, asset)?;
    let index = queue.window;
    let joins = JOINING.get(draft, &(asset, index)).unwrap_or_default();
    queue.joining = queue.joining.minus(joins)?;
    queue.waiting = queue.waiting.plus(joins)?;
    JOINING.remove(draft, &(asset, index));

    let savepoint = draft.savepoint();
    let window = match redeem(draft, ctx, asset, &queue) {
        Ok(window) => window,
        Err(_) => {
            draft.undo_to(savepoint);
            None
        }
    };
    if let Some(window) = window {
        queue.waiting = queue.waiting.minus(window.redeemed)?;
        queue.funded = queue.funded.minus(window.cash)?;
        queue.claimable = queue.claimable.plus(window.cash)?;
        WINDOWS.put(draft, (asset, index), window);
    }
    queue.window = index.checked_add(1).ok_or(MathError::Overflow)?;
    let next = queue.closes_at.plus_ms(queue.terms.window_ms)?;
    // Windows that were missed are not made up for: each asks its own price and gate.
    queue.closes_at = if next > ctx.time { next } else { ctx.time.plus_ms(queue.terms.window_ms)? };
    write_queue(draft, asset, queue);
    let (redeemed, cash) = window.map_or((Amount::ZERO, Amount::ZERO), |window| (window.redeemed, window.cash));
    draft.emit(MODULE, &Event::WindowClosed { asset, window: index, waiting: queue.waiting, redeemed, cash });
    Ok(())
}

/// Redeems what gate, price and funds allow, out of this module's account; `None` if that is nothing.
fn redeem(draft: &mut Draft, ctx: &Context, asset: AssetId, queue: &Queue) -> Result<Option<Window>, Error> {
    let supply = gage_ledger::supply(draft, asset);
    // The gate is rounded down: it never lets more out than it says.
    let gate = Amount(queue.terms.gate.apply(supply.0, Rounding::Down)?);
    let mut redeemed = queue.waiting.min(gate);
    let mut cash = price(draft, ctx, asset, &queue.terms, redeemed)?;
    if cash > queue.funded {
        redeemed = redeemed.mul_div(queue.funded.0, cash.0, Rounding::Down)?;
        cash = price(draft, ctx, asset, &queue.terms, redeemed)?;
    }
    // Tiny requests, and what rounding left of requests that are done: no window would ever pay them, and
    // they would bar the issuer from its terms and its funds for ever. No gate is asked: nothing is paid.
    let dust = cash.is_zero() && price(draft, ctx, asset, &queue.terms, queue.waiting)?.is_zero();
    if dust {
        redeemed = queue.waiting;
    }
    if redeemed.is_zero() || (cash.is_zero() && !dust) || cash > queue.funded {
        return Ok(None);
    }
    take_back(draft, ctx, asset, redeemed)?;
    Ok(Some(Window { waiting: queue.waiting, redeemed, cash, closed_at: ctx.time }))
}

/// What `amount` units are paid at; rounded down, against whoever redeems.
fn price(
    draft: &Draft,
    ctx: &Context,
    asset: AssetId,
    terms: &RedemptionTerms,
    amount: Amount,
) -> Result<Amount, Error> {
    let decimals = gage_ledger::decimals(draft, asset)?;
    match terms.price {
        RedemptionPrice::Par(each) => Ok(amount.mul_div(each.0, pow10(decimals)?, Rounding::Down)?),
        RedemptionPrice::Nav => {
            let feed = gage_oracle::state::asset_feed(draft, asset).ok_or(Error::NoPrice(asset))?;
            let unit = gage_oracle::quote_for(draft, ctx, feed, Action::Redeem)?.low;
            let money = match gage_oracle::state::asset_feed(draft, terms.cash) {
                Some(feed) => gage_oracle::quote_for(draft, ctx, feed, Action::Redeem)?.high,
                None => Price::ONE,
            };
            let value = unit.value_of(amount, decimals, Rounding::Down)?;
            Ok(money.amount_for(value, gage_ledger::decimals(draft, terms.cash)?, Rounding::Down)?)
        }
    }
}
