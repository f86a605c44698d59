use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use gage_units::Price;
use serde::{Deserialize, Serialize};

use crate::growth::{GROWTH_CAP_STEP_MAX, GROWTH_PER_YEAR_MAX, GROWTH_REFERENCE_AGE_MAX_MS, GrowthCap};
use crate::jump::within;
use crate::quote::quote;
use crate::state::{GROWTH_CAPS, note_revised};
use crate::{Error, Event, FeedId, MODULE, feed};

/// Sets or lifts the growth cap of a feed: ratio and time together.
///
/// The reference lies at most 90 days back and not in the future. Afterwards the ceiling and the
/// price at this moment must lie within 0.25% of what they were, whichever existed before: a cap with a
/// new ratio and an old time would move prices by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetGrowthCap {
    /// The feed.
    pub feed: FeedId,
    /// The new cap; `None` lifts it.
    pub cap: Option<GrowthCap>,
}

impl SetGrowthCap {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let Some(cap) = self.cap else { return Ok(()) };
        if cap.ratio.0 == 0 || cap.ratio > crate::PRICE_MAX {
            return Err(Error::ParamOutOfBounds { param: "ratio" });
        }
        if cap.growth_per_year > GROWTH_PER_YEAR_MAX {
            return Err(Error::ParamOutOfBounds { param: "growth_per_year" });
        }
        Ok(())
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        feed(draft, self.feed)?;
        if let Some(cap) = self.cap
            && (cap.at > ctx.time || ctx.time.since_ms(cap.at)? > GROWTH_REFERENCE_AGE_MAX_MS)
        {
            return Err(Error::ParamOutOfBounds { param: "at" });
        }
        let ceiling = |cap: Option<GrowthCap>| cap.map(|cap| cap.ceiling(ctx.time)).transpose();
        let (before, after) = (ceiling(GROWTH_CAPS.get(draft, &self.feed))?, ceiling(self.cap)?);
        let price_before = price(draft, ctx, self.feed)?;

        match self.cap {
            Some(cap) => GROWTH_CAPS.put(draft, self.feed, cap),
            None => GROWTH_CAPS.remove(draft, &self.feed),
        }
        // The post-condition, on what was just written; an error undoes it.
        let price_after = price(draft, ctx, self.feed)?;
        for (before, after) in [(before, after), (price_before, price_after)] {
            if let (Some(before), Some(after)) = (before, after)
                && !within(after, before, GROWTH_CAP_STEP_MAX)?
            {
                return Err(Error::GrowthCapMovesPrice);
            }
        }
        note_revised(draft, self.feed, ctx.time);
        draft.emit(MODULE, &Event::GrowthCapSet { feed: self.feed, cap: self.cap });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        match self.cap {
            Some(GrowthCap { ratio, at, growth_per_year }) => {
                format!("Cap feed {} at {ratio} as of {at}, growing by {growth_per_year} a year", self.feed)
            }
            None => format!("Lift the growth cap of feed {}", self.feed),
        }
    }
}

fn price(draft: &Draft, ctx: &Context, feed: FeedId) -> Result<Option<Price>, Error> {
    match quote(draft, ctx, feed) {
        Ok(quote) => Ok(Some(quote.mid)),
        Err(Error::NeverPriced(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
