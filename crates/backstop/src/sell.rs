//! Lots of this module: opened at the quote, restarted at a fresh one, their proceeds booked.

use gage_accounts::Context;
use gage_auctions::{LotId, NewLot, OwnerRef};
use gage_oracle::Action;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Bps, Price, Rounding};

use crate::sales::{Batch, BatchState, Recovery, Sale, SaleTerms};
use crate::state::{BATCHES, GATHERING, RECOVERIES, SALE_TERMS, SALES, SELLING, SURPLUS};
use crate::{ACCOUNT, Error, Event, Holding, MODULE, WaterfallId, at_issuer, custody, surplus, waterfall};

/// Books what a lot raised since the last time, and ends it when it is sold out.
///
/// # Errors
/// Only a fault of the records.
pub(crate) fn book_takes(draft: &mut Draft, ctx: &Context, id: LotId) -> Result<(), Error> {
    let sale = SALES.get(draft, &id).ok_or(gage_auctions::Error::UnknownLot)?;
    let lot = gage_auctions::lot(draft, id).ok_or(gage_auctions::Error::UnknownLot)?;
    let amount = lot.raised.minus(sale.booked)?;
    if !amount.is_zero() {
        custody::count(draft, lot.want, amount)?;
        match sale.batch {
            Some(number) => {
                let batch = BATCHES.get(draft, &number).ok_or(Error::UnknownBatch)?;
                let (raised, left) = (batch.raised.plus(amount)?, batch.left.plus(amount)?);
                BATCHES.put(draft, number, Batch { raised, left, ..batch });
            }
            None => recover_later(draft, ctx, sale.waterfall, amount)?,
        }
        let holding = Holding { asset: lot.want, amount };
        draft.emit(MODULE, &Event::SaleRaised { waterfall: sale.waterfall, lot: id, holding });
    }
    if !lot.finished() {
        SALES.put(draft, id, Sale { booked: lot.raised, ..sale });
        return Ok(());
    }
    // Sold out: a lot without a bound on what it raises ends in no other way.
    gage_auctions::close(draft, ctx, id, ACCOUNT)?;
    SALES.remove(draft, &id);
    match sale.batch {
        Some(number) => {
            let batch = BATCHES.get(draft, &number).ok_or(Error::UnknownBatch)?;
            BATCHES.put(draft, number, Batch { state: BatchState::Sold, ..batch });
            draft.emit(MODULE, &Event::BatchSold { batch: number, raised: batch.raised });
        }
        None => SELLING.remove(draft, &(sale.waterfall, sale.asset)),
    }
    Ok(())
}

/// Keeps what surplus brought for the facility's bad debt.
pub(crate) fn recover_later(draft: &mut Draft, ctx: &Context, id: WaterfallId, amount: Amount) -> Result<(), Error> {
    let waits = RECOVERIES.get(draft, &id).map_or(Amount::ZERO, |recovery| recovery.amount);
    RECOVERIES.put(draft, id, Recovery { amount: waits.plus(amount)?, since: ctx.height });
    Ok(())
}

/// Starts a lot anew at the quote of the moment; surplus that its issuer redeems goes there instead.
///
/// # Errors
/// [`Error::Oracle`] while the price is not usable.
pub(crate) fn restart(draft: &mut Draft, ctx: &Context, id: LotId) -> Result<(), Error> {
    let sale = SALES.get(draft, &id).ok_or(gage_auctions::Error::UnknownLot)?;
    let terms = SALE_TERMS.get(draft, &(sale.waterfall, sale.asset)).ok_or(Error::NotForSale)?;
    let (start, floor) = prices(draft, ctx, &terms)?;
    if sale.batch.is_none() {
        let savepoint = draft.savepoint();
        match at_issuer::hand_over(draft, ctx, id, &sale, &terms, floor) {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            // The queue does not take it: bidders may.
            Err(_) => draft.undo_to(savepoint),
        }
    }
    Ok(gage_auctions::restart(draft, ctx, id, start, floor)?)
}

/// Puts surplus in an asset up for sale, if there is none on sale and enough to be worth a lot.
///
/// # Errors
/// [`Error::Oracle`] while the price is not usable.
pub(crate) fn open_surplus(
    draft: &mut Draft,
    ctx: &Context,
    id: WaterfallId,
    asset: AssetId,
    terms: &SaleTerms,
) -> Result<(), Error> {
    let all = surplus(draft, id, asset);
    if all.is_zero() || SELLING.has(draft, &(id, asset)) {
        return Ok(());
    }
    let amount = all.min(terms.lot_max);
    let Some(lot) = open(draft, ctx, id, asset, amount, terms, None)? else { return Ok(()) };
    custody::set(draft, &SURPLUS, id, asset, all.minus(amount)?);
    SELLING.put(draft, (id, asset), lot);
    Ok(())
}

/// Puts a batch of gains up for sale, if it is worth a lot.
///
/// # Errors
/// [`Error::Oracle`] while the price is not usable.
pub(crate) fn open_batch(draft: &mut Draft, ctx: &Context, number: u64) -> Result<(), Error> {
    let batch = BATCHES.get(draft, &number).ok_or(Error::UnknownBatch)?;
    let key = (batch.waterfall, batch.asset);
    let terms = SALE_TERMS.get(draft, &key).ok_or(Error::NotForSale)?;
    let opened = open(draft, ctx, batch.waterfall, batch.asset, batch.amount, &terms, Some(number))?;
    let Some(lot) = opened else { return Ok(()) };
    BATCHES.put(draft, number, Batch { state: BatchState::Selling { lot }, ..batch });
    GATHERING.remove(draft, &key);
    Ok(())
}

/// Opens a lot of `amount`; none if it is worth less than the dust at its floor.
fn open(
    draft: &mut Draft,
    ctx: &Context,
    id: WaterfallId,
    asset: AssetId,
    amount: Amount,
    terms: &SaleTerms,
    batch: Option<u64>,
) -> Result<Option<LotId>, Error> {
    let want = waterfall(draft, id)?.stable;
    let (start, floor) = prices(draft, ctx, terms)?;
    let scale = gage_auctions::plan::scale(gage_ledger::decimals(draft, asset)?, gage_ledger::decimals(draft, want)?)?;
    if gage_auctions::plan::payment(amount, floor, scale)? < terms.dust {
        return Ok(None);
    }
    custody::pay(draft, ctx, gage_auctions::ACCOUNT, asset, amount)?;
    let new = NewLot {
        asset,
        amount,
        seller: ACCOUNT,
        want,
        raise_max: Amount::MAX,
        proceeds_to: ACCOUNT,
        owner: OwnerRef { module: MODULE, id: u64::from(id.0) },
        start,
        floor,
        curve: terms.curve,
        tail_ms: terms.tail_ms,
        cusp: terms.cusp,
        dust: terms.dust,
        item: None,
    };
    let lot = gage_auctions::open(draft, ctx, new)?;
    SALES.put(draft, lot, Sale { waterfall: id, asset, batch, booked: Amount::ZERO });
    draft.emit(MODULE, &Event::SaleOpened { waterfall: id, lot, holding: Holding { asset, amount }, batch });
    Ok(Some(lot))
}

/// Start and floor in the stable at the quote of the moment, both rounded up: nothing is sold too cheap.
fn prices(draft: &Draft, ctx: &Context, terms: &SaleTerms) -> Result<(Price, Price), Error> {
    let quote = gage_oracle::quote_for(draft, ctx, terms.feed, Action::Liquidate)?;
    let of = |part: u128| {
        let price = quote.mid.mul_div(Price::ONE.0, terms.par.0, Rounding::Up)?;
        price.mul_div(part, Bps::SCALE, Rounding::Up)
    };
    let premium = Bps::SCALE.saturating_add(u128::from(terms.start_premium.0));
    Ok((of(premium)?, of(u128::from(terms.floor.0))?))
}
