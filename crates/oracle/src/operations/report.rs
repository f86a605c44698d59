use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{AccountNumber, Price, Timestamp};
use serde::{Deserialize, Serialize};

use crate::liability::{bond_of, is_convicted};
use crate::quote::valid_from;
use crate::state::{self, CELLS, PUBLISHERS, PublisherKind, REPORTS, Side, TOUCHED, global, market, note_revised};
use crate::{Error, Feed, FeedId, Source, feed};

/// Says what a publisher saw; counts from this block's aggregation on.
///
/// Precedence: confidence, bid and ask; feed; reported feed; publisher; bond; offence proven of that instant;
/// time (future, order, age); bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The feed.
    pub feed: FeedId,
    /// The price, in 1e-18 of the quote per whole unit of the base.
    pub price: Price,
    /// Half of the width in which the true price is expected; below half of the price.
    pub confidence: Price,
    /// The best bid with its size, if seen.
    #[serde(default)]
    pub bid: Option<Side>,
    /// The best ask with its size, if seen.
    #[serde(default)]
    pub ask: Option<Side>,
    /// When it was seen: not after this block, and later than the publisher's last report.
    pub observed_at: Timestamp,
}

impl Report {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.price.0 == 0 {
            return Err(Error::PriceOutOfBounds(self.feed));
        }
        if self.confidence.0 > self.price.0 >> 1 {
            return Err(Error::ConfidenceTooWide);
        }
        let sized = |side: &Side| !side.size.is_zero();
        let bid = self.bid.is_none_or(|bid| sized(&bid) && bid.price.0 > 0 && bid.price <= self.price);
        let ask = self.ask.is_none_or(|ask| sized(&ask) && ask.price >= self.price);
        if bid && ask { Ok(()) } else { Err(Error::CrossedQuote) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let publisher = ctx.account()?;
        self.apply_by(draft, ctx, publisher)
    }

    /// As a report of the account `publisher`, whether it signed the transaction or a statement.
    pub(crate) fn apply_by(&self, draft: &mut Draft, ctx: &Context, publisher: AccountNumber) -> Result<(), Error> {
        let feed = feed(draft, self.feed)?;
        if feed.source != Source::Reported {
            return Err(Error::ComposedFeed(self.feed));
        }
        match PUBLISHERS.peek(draft, &(self.feed, publisher)).map(|rights| rights.kind) {
            None => return Err(Error::NotPublisher(self.feed)),
            Some(PublisherKind::Pyth { .. }) => return Err(Error::ForeignPublisher(self.feed)),
            Some(PublisherKind::Account) => (),
        }
        // Asked when the report comes: what unbonds later is slashed for it all the same.
        let bond_min = feed.params.bond_min;
        if !bond_min.is_zero() {
            if bond_of(draft, self.feed, publisher) < bond_min {
                return Err(Error::UnderBonded(self.feed));
            }
            // A proven offence took the report away; what was said of that instant does not count once more.
            if is_convicted(draft, self.feed, publisher, self.observed_at) {
                return Err(Error::AlreadyProven);
            }
        }
        self.take(draft, ctx, publisher, &feed)
    }

    /// As a report of a foreign publisher, whose signatures are verified; it has no bond here.
    pub(crate) fn apply_foreign(
        &self,
        draft: &mut Draft,
        ctx: &Context,
        publisher: AccountNumber,
    ) -> Result<(), Error> {
        let feed = feed(draft, self.feed)?;
        self.take(draft, ctx, publisher, &feed)
    }

    fn take(&self, draft: &mut Draft, ctx: &Context, publisher: AccountNumber, feed: &Feed) -> Result<(), Error> {
        let key = (self.feed, publisher);
        if self.observed_at > ctx.time {
            return Err(Error::FromTheFuture);
        }
        if REPORTS.peek(draft, &key).is_some_and(|last| self.observed_at <= last.observed_at) {
            return Err(Error::NotNewer);
        }
        // While the market is closed reports are kept but do not count.
        let from = valid_from(&global(draft), &market(draft, self.feed), feed, ctx.time);
        let age = ctx.time.since_ms(self.observed_at)?;
        if age > feed.params.max_age_ms || from.is_some_and(|from| self.observed_at < from) {
            return Err(Error::TooOld);
        }
        let admitted = |price: Price| feed.params.admits(price, feed.decimals);
        let sides = [self.bid, self.ask].into_iter().flatten().all(|side| admitted(side.price));
        if !admitted(self.price) || !sides {
            return Err(Error::PriceOutOfBounds(self.feed));
        }

        // From here on nothing can fail.
        let Report { price, confidence, bid, ask, observed_at, .. } = *self;
        let report = state::Report { price, confidence, bid, ask, observed_at, received_at: ctx.time };
        REPORTS.put(draft, key, report);
        if CELLS.peek(draft, &self.feed).is_some_and(|cell| cell.updated_at == ctx.time) {
            // This block's aggregation is past: a transaction with a later operation runs in its class.
            note_revised(draft, self.feed, ctx.time);
        } else if !TOUCHED.has(draft, &self.feed) {
            TOUCHED.put(draft, self.feed, ());
        }
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("Report {}", self.text())
    }

    /// The report without its verb: `feed 3: 195.02 +- 0.05 observed at 1583971200000`.
    pub(crate) fn text(&self) -> String {
        let side = |name: &str, side: Option<Side>| match side {
            Some(side) => format!(" {name} {} for {} units", side.price, side.size),
            None => String::new(),
        };
        let (bid, ask) = (side("bid", self.bid), side("ask", self.ask));
        let Report { feed, price, confidence, observed_at, .. } = self;
        format!("feed {feed}: {price} +- {confidence}{bid}{ask} observed at {observed_at}")
    }
}
