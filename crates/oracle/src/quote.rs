//! The price others use: a middle, a low and a high end, an age and a class.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{MathError, Price, Rounding, Timestamp};
use serde::{Deserialize, Serialize};

use crate::band::band;
use crate::state::{CELLS, Cell, FEEDS, GROWTH_CAPS, Global, Market, Trading, global, market, params};
use crate::{Action, Error, Feed, FeedId, Leg, PriceClass, Source};

/// A price as of now, in 1e-18 of the quote dimension per whole unit of the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Quote {
    /// The middle.
    pub mid: Price,
    /// The low end: what an asset is worth to whoever lends against it. Above zero.
    pub low: Price,
    /// The high end: what a debt costs at worst.
    pub high: Price,
    /// Milliseconds since a quorum saw the price.
    pub age_ms: u64,
    /// How good it is.
    pub class: PriceClass,
}

/// The price of `feed` as of now, whatever its class.
///
/// # Errors
/// [`Error::UnknownFeed`], [`Error::NeverPriced`], or [`Error::Math`] if a composed price does not fit.
pub fn quote(draft: &Draft, ctx: &Context, id: FeedId) -> Result<Quote, Error> {
    quote_at(draft, ctx.time, id)
}

/// The price of `feed` as of now, if its class permits `action`.
///
/// # Errors
/// [`Error::PriceNotUsable`] and those of [`quote`].
pub fn quote_for(draft: &Draft, ctx: &Context, id: FeedId, action: Action) -> Result<Quote, Error> {
    let quote = quote_at(draft, ctx.time, id)?;
    if params(draft).matrix.permits(action, quote.class) {
        return Ok(quote);
    }
    Err(Error::PriceNotUsable { feed: id, class: quote.class, action })
}

pub(crate) fn quote_at(draft: &Draft, now: Timestamp, id: FeedId) -> Result<Quote, Error> {
    let feed = FEEDS.peek(draft, &id).ok_or(Error::UnknownFeed(id))?;
    let from = valid_from(&global(draft), &market(draft, id), feed, now);
    let quote = match &feed.source {
        Source::Reported => {
            let cell = CELLS.get(draft, &id).ok_or(Error::NeverPriced(id))?;
            reported(feed, &cell, from, now)?
        }
        Source::Composed(legs) => composed(draft, now, feed, legs)?,
    };
    let quote = match GROWTH_CAPS.get(draft, &id) {
        Some(cap) => capped(quote, cap.ceiling(now)?),
        None => quote,
    };
    let mut class = quote.class;
    if from.is_none() {
        class = class.max(PriceClass::Closed);
    }
    if !feed.params.admits(quote.mid, feed.decimals) {
        class = PriceClass::Invalid;
    }
    Ok(Quote { class, ..quote })
}

/// The instant from which observations count, or `None` while the market does not trade: the latest
/// of restart, reopening, change of units and begin of the session.
pub(crate) fn valid_from(global: &Global, market: &Market, feed: &Feed, now: Timestamp) -> Option<Timestamp> {
    let session = feed.params.calendar.open_since(now)?;
    let open = market.trading == Trading::Open;
    open.then(|| session.max(global.restarted_at).max(market.valid_from))
}

/// The quote of a cell. Its class follows from the records and the time alone.
fn reported(feed: &Feed, cell: &Cell, from: Option<Timestamp>, now: Timestamp) -> Result<Quote, MathError> {
    let params = &feed.params;
    let mid = cell.belief.used(params.jump_bound)?;
    let age_ms = now.0.saturating_sub(cell.observed_at.0);
    let variance = cell.averages.variance;
    let band = band(mid, cell.confidence, variance, age_ms, params.band_sigmas, params.band_max)?;
    let mut class = PriceClass::Fresh;
    if band.wanted.0 > params.max_confidence.apply(mid.0, Rounding::Down)? {
        class = PriceClass::Uncertain;
    }
    if cell.belief.jump.is_some() {
        class = PriceClass::Jumped;
    }
    if age_ms > params.max_age_ms || from.is_some_and(|from| cell.observed_at < from) {
        class = PriceClass::Stale;
    }
    let low = mid.0.checked_sub(band.used.0).ok_or(MathError::Underflow)?;
    let high = mid.0.checked_add(band.used.0).ok_or(MathError::Overflow)?;
    Ok(Quote { mid, low: Price(low), high: Price(high), age_ms, class })
}

/// The product of the legs: the low ends make the low end, the worst class and the oldest age hold.
/// The band stays inside the feed's own bound.
fn composed(draft: &Draft, now: Timestamp, feed: &Feed, legs: &[Leg]) -> Result<Quote, Error> {
    let one = Price::ONE;
    let mut product = Quote { mid: one, low: one, high: one, age_ms: 0, class: PriceClass::Fresh };
    for leg in legs {
        let quote = quote_at(draft, now, leg.feed)?;
        let quote = if leg.inverse { inverse(quote)? } else { quote };
        product = Quote {
            mid: product.mid.mul_div(quote.mid.0, one.0, Rounding::Down)?,
            low: product.low.mul_div(quote.low.0, one.0, Rounding::Down)?,
            high: product.high.mul_div(quote.high.0, one.0, Rounding::Up)?,
            age_ms: product.age_ms.max(quote.age_ms),
            class: product.class.max(quote.class),
        };
    }
    let wide = product.mid.0.saturating_sub(product.low.0).max(product.high.0.saturating_sub(product.mid.0));
    if wide > feed.params.max_confidence.apply(product.mid.0, Rounding::Down)? {
        product.class = product.class.max(PriceClass::Uncertain);
    }
    let bound = feed.params.band_max.apply(product.mid.0, Rounding::Down)?;
    product.low = product.low.max(Price(product.mid.0.saturating_sub(bound)));
    product.high = product.high.min(Price(product.mid.0.checked_add(bound).ok_or(MathError::Overflow)?));
    Ok(product)
}

/// One over a quote; its ends change places.
fn inverse(quote: Quote) -> Result<Quote, MathError> {
    let over = |price: Price, rounding| Price::ONE.mul_div(Price::ONE.0, price.0, rounding);
    Ok(Quote {
        mid: over(quote.mid, Rounding::Down)?,
        low: over(quote.high, Rounding::Down)?,
        high: over(quote.low, Rounding::Up)?,
        ..quote
    })
}

fn capped(quote: Quote, ceiling: Price) -> Quote {
    Quote { mid: quote.mid.min(ceiling), low: quote.low.min(ceiling), high: quote.high.min(ceiling), ..quote }
}
