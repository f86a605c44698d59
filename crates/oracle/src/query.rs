//! Reads for the API.

use gage_accounts::{Context, id_of};
use gage_crypto::{AccountId, Hash};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Price, Timestamp};
use serde::Serialize;
use std::ops::Bound;

use crate::averages::Variance;
use crate::liability::{Band, Offence, bond_of};
use crate::quote::quote_at;
use crate::state::{
    BANDS, CELLS, Cell, CorporateAction, FEEDS, GROWTH_CAPS, NAVS, OFFENCES, Publisher, PublisherKind, REPORT_KEYS,
    Report, SUSPECTS, Side, Trading, asset_feed, market, params, reports,
};
use crate::statement::ReportKey;
use crate::{Action, Dimension, Error, Feed, FeedId, FeedParams, GrowthCap, Permission, Quote, Source, feed};
use strum::IntoEnumIterator;

/// The most feeds of one page.
pub const PAGE_MAX: usize = 100;

/// A feed as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedView {
    /// Its number.
    pub feed: FeedId,
    /// What is priced.
    pub base: Dimension,
    /// In what.
    pub quote: Dimension,
    /// Decimal places the price means something to.
    pub decimals: u8,
    /// Where the price comes from.
    pub source: Source,
    /// The feed's rules.
    pub params: FeedParams,
    /// Whether its market trades.
    pub trading: Trading,
    /// An announced change of units.
    pub corporate_action: Option<CorporateAction>,
    /// Its growth cap.
    pub growth_cap: Option<GrowthCap>,
}

/// A price with everything it stands on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PriceView {
    /// The feed.
    pub feed: FeedView,
    /// The quote as of the time asked, or `None` if the feed never had a price.
    pub price: Option<Quote>,
    /// What this price may be used for now.
    pub permits: Vec<Action>,
    /// What the publishers agree on, for a reported feed.
    pub cell: Option<CellView>,
    /// The prices it is composed of, for a composed feed.
    pub legs: Vec<LegView>,
    /// What each publisher last saw.
    pub reports: Vec<ReportView>,
    /// The evidence behind a net asset value.
    pub nav: Option<NavView>,
}

/// A cell as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CellView {
    /// The weighted median.
    pub price: Price,
    /// Its confidence.
    pub confidence: Price,
    /// How many publishers it stands on.
    pub publishers: u8,
    /// When a quorum had seen it.
    pub observed_at: Timestamp,
    /// When it was aggregated.
    pub updated_at: Timestamp,
    /// The last confirmed price.
    pub confirmed: Price,
    /// Since when a move beyond the bound waits for confirmation.
    pub jump_since: Option<Timestamp>,
    /// The exponential average.
    pub ema: Price,
    /// The exponential average of the confidence.
    pub ema_confidence: Price,
    /// Variance of relative moves per second, in 1e-36.
    pub variance: Variance,
}

/// One factor of a composed price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LegView {
    /// The feed.
    pub feed: FeedId,
    /// Whether one over its price is taken.
    pub inverse: bool,
    /// Its quote.
    pub price: Option<Quote>,
}

/// A publisher with its last report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportView {
    /// Who.
    pub publisher: Option<AccountId>,
    /// The weight of its votes.
    pub weight: u32,
    /// What it saw, if it reported.
    pub report: Option<Observed>,
}

/// What a publisher saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Observed {
    /// The price.
    pub price: Price,
    /// Its half-width.
    pub confidence: Price,
    /// The best bid.
    pub bid: Option<Side>,
    /// The best ask.
    pub ask: Option<Side>,
    /// When it was seen.
    pub observed_at: Timestamp,
    /// When it arrived.
    pub received_at: Timestamp,
}

/// The evidence behind a net asset value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NavView {
    /// Who answers for it.
    pub administrator: Option<AccountId>,
    /// The value.
    pub price: Price,
    /// When it was seen.
    pub observed_at: Timestamp,
    /// The hash of the evidence.
    pub evidence: Hash,
    /// The version of the valuation policy.
    pub policy_version: u32,
}

/// One feed.
///
/// # Errors
/// [`Error::UnknownFeed`].
pub fn feed_view(draft: &Draft, id: FeedId) -> Result<FeedView, Error> {
    Ok(view(draft, id, feed(draft, id)?))
}

/// Feeds from number `from` on, at most [`PAGE_MAX`].
pub fn feeds(draft: &Draft, from: FeedId, limit: usize) -> Vec<FeedView> {
    let page = FEEDS.iter(draft).filter(|(id, _)| *id >= from).take(limit.min(PAGE_MAX));
    page.map(|(id, feed)| view(draft, id, feed.clone())).collect()
}

/// The price of a feed as of the context's time, with all it stands on.
///
/// # Errors
/// [`Error::UnknownFeed`], or [`Error::Math`] if a composed price does not fit.
pub fn price(draft: &Draft, ctx: &Context, id: FeedId) -> Result<PriceView, Error> {
    let feed = feed_view(draft, id)?;
    let price = quote_or_none(draft, ctx, id)?;
    let matrix = params(draft).matrix;
    let permits = |action: &Action| price.is_some_and(|price| matrix.permits(*action, price.class));
    let legs = match &feed.source {
        Source::Reported => Vec::new(),
        Source::Composed(legs) => {
            let leg = |leg: &crate::Leg| {
                let price = quote_or_none(draft, ctx, leg.feed)?;
                Ok(LegView { feed: leg.feed, inverse: leg.inverse, price })
            };
            legs.iter().map(leg).collect::<Result<Vec<_>, Error>>()?
        }
    };
    let report = |(publisher, rights, report): (_, Publisher, Option<Report>)| ReportView {
        publisher: id_of(draft, publisher),
        weight: rights.weight,
        report: report.map(observed),
    };
    Ok(PriceView {
        price,
        permits: Action::iter().filter(permits).collect(),
        cell: CELLS.peek(draft, &id).map(cell_view),
        legs,
        reports: reports(draft, id).into_iter().map(report).collect(),
        nav: NAVS.get(draft, &id).map(|nav| NavView {
            administrator: id_of(draft, nav.administrator),
            price: nav.price,
            observed_at: nav.observed_at,
            evidence: nav.evidence,
            policy_version: nav.policy_version,
        }),
        feed,
    })
}

/// The price of an asset by its default feed, or `None` if it has none.
///
/// # Errors
/// Those of [`price`].
pub fn asset_price(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<Option<PriceView>, Error> {
    asset_feed(draft, asset).map(|feed| price(draft, ctx, feed)).transpose()
}

/// How low and how high the believed price of a bonded feed was in one step of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BandView {
    /// When the step began.
    pub from: Timestamp,
    /// The lowest low end.
    pub low: Price,
    /// The highest high end.
    pub high: Price,
}

/// A publisher of a feed with what it answers with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublisherView {
    /// Who.
    pub publisher: Option<AccountId>,
    /// The weight of its votes.
    pub weight: u32,
    /// Where its reports come from.
    pub kind: PublisherKind,
    /// What it has bonded that stands for the feed.
    pub bonded: Amount,
    /// The keys that sign its statements outside transactions.
    pub statement_keys: Vec<ReportKey>,
    /// What it last saw, if it reported.
    pub report: Option<Observed>,
    /// A report of it that waits for its judgement.
    pub suspect: Option<SuspectView>,
}

/// A report that waits for its judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SuspectView {
    /// What was reported.
    pub price: Price,
    /// For which instant.
    pub observed_at: Timestamp,
    /// When it is judged.
    pub judge_at: Timestamp,
}

/// A proven offence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OffenceView {
    /// Whose.
    pub publisher: Option<AccountId>,
    /// Its number, as pages go on from it.
    pub number: AccountNumber,
    /// The hash of the evidence.
    pub evidence: Hash,
    /// The record.
    #[serde(flatten)]
    pub offence: Offence,
}

/// The bands of a feed from `from` on, at most `limit` (and [`PAGE_MAX`]).
///
/// # Errors
/// [`Error::UnknownFeed`].
pub fn bands(draft: &Draft, id: FeedId, from: Timestamp, limit: usize) -> Result<Vec<BandView>, Error> {
    feed(draft, id)?;
    let range = (Bound::Included((id, from)), Bound::Included((id, Timestamp(u64::MAX))));
    let view =
        |((_, from), band): (&(FeedId, Timestamp), &Band)| BandView { from: *from, low: band.low, high: band.high };
    Ok(BANDS.range(draft, range).take(limit.min(PAGE_MAX)).map(view).collect())
}

/// The publishers of a feed; there are at most [`crate::PUBLISHERS_MAX`].
///
/// # Errors
/// [`Error::UnknownFeed`].
pub fn publishers(draft: &Draft, id: FeedId) -> Result<Vec<PublisherView>, Error> {
    feed(draft, id)?;
    let view = |(publisher, rights, report): (AccountNumber, Publisher, Option<Report>)| PublisherView {
        publisher: id_of(draft, publisher),
        weight: rights.weight,
        kind: rights.kind,
        bonded: bond_of(draft, id, publisher),
        statement_keys: REPORT_KEYS.get(draft, &publisher).unwrap_or_default().keys,
        report: report.map(observed),
        suspect: SUSPECTS.get(draft, &(id, publisher)).map(|suspect| SuspectView {
            price: suspect.price,
            observed_at: suspect.observed_at,
            judge_at: suspect.judge_at,
        }),
    };
    Ok(reports(draft, id).into_iter().map(view).collect())
}

/// Proven offences behind `after`, by publisher and evidence, at most `limit` (and [`PAGE_MAX`]).
pub fn offences(draft: &Draft, after: Option<(AccountNumber, Hash)>, limit: usize) -> Vec<OffenceView> {
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let page = OFFENCES.range(draft, (from, Bound::Unbounded)).take(limit.min(PAGE_MAX));
    page.map(|((number, evidence), offence)| OffenceView {
        publisher: id_of(draft, *number),
        number: *number,
        evidence: *evidence,
        offence: offence.clone(),
    })
    .collect()
}

/// Which price permits what.
pub fn matrix(draft: &Draft) -> Vec<Permission> {
    params(draft).matrix.rows()
}

fn observed(report: Report) -> Observed {
    Observed {
        price: report.price,
        confidence: report.confidence,
        bid: report.bid,
        ask: report.ask,
        observed_at: report.observed_at,
        received_at: report.received_at,
    }
}

fn quote_or_none(draft: &Draft, ctx: &Context, id: FeedId) -> Result<Option<Quote>, Error> {
    match quote_at(draft, ctx.time, id) {
        Ok(quote) => Ok(Some(quote)),
        Err(Error::NeverPriced(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn view(draft: &Draft, id: FeedId, feed: Feed) -> FeedView {
    let market = market(draft, id);
    FeedView {
        feed: id,
        base: feed.base,
        quote: feed.quote,
        decimals: feed.decimals,
        source: feed.source,
        params: feed.params,
        trading: market.trading,
        corporate_action: market.action,
        growth_cap: GROWTH_CAPS.get(draft, &id),
    }
}

fn cell_view(cell: &Cell) -> CellView {
    CellView {
        price: cell.price,
        confidence: cell.confidence,
        publishers: cell.publishers,
        observed_at: cell.observed_at,
        updated_at: cell.updated_at,
        confirmed: cell.belief.confirmed,
        jump_since: cell.belief.jump.map(|jump| jump.since),
        ema: cell.averages.ema,
        ema_confidence: cell.averages.ema_confidence,
        variance: cell.averages.variance,
    }
}
