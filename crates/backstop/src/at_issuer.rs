//! Surplus that nobody bought at its floor is redeemed by its issuer, where the issuer's queue fetches the floor.
//!
//! The units wait in the queue like everybody's; what its windows pay covers bad debt like what a lot raises. An
//! issuer who has not paid after twice the wait that was to be expected gives them back, to be sold anew.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_auctions::LotId;
use gage_oracle::Action;
use gage_securities::queue_value::{expected_wait_ms, fetches};
use gage_securities::redemption::{QUEUES, REQUESTS};
use gage_securities::{RequestId, cancel_redemption, claim_redemption, request_redemption};
use gage_store::{Draft, OrderedTable};
use gage_units::{AssetId, Price, Rounding, Timestamp};
use serde::{Deserialize, Serialize};

use crate::block::{LOOK_WEIGHT, STEP_WEIGHT, attempt};
use crate::sales::{Sale, SaleTerms};
use crate::sell::recover_later;
use crate::state::{SALES, SELLING, table};
use crate::surplus::credit;
use crate::{ACCOUNT, Error, Event, Holding, MODULE, WaterfallId, custody, waterfall};

/// What of a waterfall waits in an issuer's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct AtIssuer {
    /// Whose.
    pub waterfall: WaterfallId,
    /// What.
    pub asset: AssetId,
    /// When what still waits is taken back.
    pub until: Timestamp,
}

/// What waits, by request.
pub const AT_ISSUER: OrderedTable<RequestId, AtIssuer> = OrderedTable::authenticated(table(25), "backstop/at_issuer");

/// Ends a lot of surplus whose round is over and hands what is left of it to the issuer, if the queue pays the
/// stable and would fetch `floor` or more after its wait. Returns whether it did.
///
/// # Errors
/// [`Error::Oracle`] while the price is not usable, those of the redemption; then the caller undoes.
pub(crate) fn hand_over(
    draft: &mut Draft,
    ctx: &Context,
    id: LotId,
    sale: &Sale,
    terms: &SaleTerms,
    floor: Price,
) -> Result<bool, Error> {
    let (asset, stable) = (sale.asset, waterfall(draft, sale.waterfall)?.stable);
    let Some(queue) = QUEUES.get(draft, &asset).filter(|queue| queue.terms.cash == stable) else { return Ok(false) };
    let lot = gage_auctions::lot(draft, id).ok_or(gage_auctions::Error::UnknownLot)?;
    if lot.raised != sale.booked {
        // What it raised in this block is booked first.
        return Ok(false);
    }
    let low = gage_oracle::quote_for(draft, ctx, terms.feed, Action::Liquidate)?.low;
    let wait = expected_wait_ms(draft, asset, &queue, lot.remaining)?;
    let fetched = fetches(draft, ctx, &queue, low, wait)?;
    if fetched.mul_div(Price::ONE.0, terms.par.0, Rounding::Down)? < floor {
        return Ok(false);
    }
    let until = ctx.time.plus_ms(wait.saturating_mul(2))?;
    let amount = gage_auctions::close(draft, ctx, id, ACCOUNT)?.amount;
    let request = request_redemption(draft, ctx, ACCOUNT, asset, amount)?;

    // From here on nothing can fail.
    SALES.remove(draft, &id);
    SELLING.remove(draft, &(sale.waterfall, asset));
    AT_ISSUER.put(draft, request, AtIssuer { waterfall: sale.waterfall, asset, until });
    let holding = Holding { asset, amount };
    draft.emit(MODULE, &Event::HandedToIssuer { waterfall: sale.waterfall, request, holding });
    Ok(true)
}

/// Collects what issuers' windows paid, and takes back what waits for too long. Each block begins one request
/// further on, so that a small budget serves all in turn.
pub(crate) fn collect(draft: &mut Draft, ctx: &Context, budget: &mut u64) {
    let mut waiting: Vec<(RequestId, AtIssuer)> = AT_ISSUER.iter(draft).map(|(id, at)| (*id, *at)).collect();
    let turn = u64::try_from(waiting.len()).ok().and_then(|count| ctx.height.0.checked_rem(count));
    waiting.rotate_left(turn.and_then(|turn| usize::try_from(turn).ok()).unwrap_or(0));
    for (id, at) in waiting {
        if *budget < STEP_WEIGHT {
            break;
        }
        let paid = attempt(draft, |draft| claim(draft, ctx, id, &at));
        let back = ctx.time > at.until && attempt(draft, |draft| take_back(draft, ctx, id, &at));
        *budget = budget.saturating_sub(if paid || back { STEP_WEIGHT } else { LOOK_WEIGHT });
    }
}

fn claim(draft: &mut Draft, ctx: &Context, id: RequestId, at: &AtIssuer) -> Result<(), Error> {
    let paid = claim_redemption(draft, ctx, ACCOUNT, id)?;
    forget_if_done(draft, id);
    if paid.amount.is_zero() {
        return Ok(());
    }
    custody::count(draft, paid.asset, paid.amount)?;
    recover_later(draft, ctx, at.waterfall, paid.amount)?;
    let holding = Holding { asset: paid.asset, amount: paid.amount };
    draft.emit(MODULE, &Event::IssuerPaid { waterfall: at.waterfall, request: id, holding });
    Ok(())
}

fn take_back(draft: &mut Draft, ctx: &Context, id: RequestId, at: &AtIssuer) -> Result<(), Error> {
    let units = cancel_redemption(draft, ctx, ACCOUNT, id)?;
    forget_if_done(draft, id);
    custody::count(draft, units.asset, units.amount)?;
    credit(draft, at.waterfall, units.asset, units.amount)?;
    let holding = Holding { asset: units.asset, amount: units.amount };
    draft.emit(MODULE, &Event::TakenBackFromIssuer { waterfall: at.waterfall, request: id, holding });
    Ok(())
}

/// A request of which nothing is left is forgotten with it.
fn forget_if_done(draft: &mut Draft, id: RequestId) {
    if !REQUESTS.has(draft, &id) {
        AT_ISSUER.remove(draft, &id);
    }
}
