use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::set_feed_params::describe_params;
use crate::feed::check_chain;
use crate::state::{ASSET_FEEDS, FEEDS, GLOBAL, global, note_dependents};
use crate::{
    DEPTH_MAX, Dimension, Error, Event, FEED_DECIMALS_MAX, FEEDS_MAX, Feed, FeedId, FeedParams, LEGS_MAX, MODULE,
    Source, feed,
};

/// Creates a feed. Its number is the next; the first that prices an asset in the numeraire becomes
/// that asset's default.
///
/// Precedence: dimensions, decimals, legs, parameters; governance; number of feeds; legs exist,
/// chain and are shallow enough.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateFeed {
    /// What is priced.
    pub base: Dimension,
    /// In what.
    pub quote: Dimension,
    /// Decimal places the price means something to, at most 18.
    pub decimals: u8,
    /// Where the price comes from.
    pub source: Source,
    /// The feed's rules.
    pub params: FeedParams,
}

impl CreateFeed {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.base == self.quote {
            return Err(Error::SameDimension);
        }
        let currency = |dimension| match dimension {
            Dimension::Currency(currency) => currency.is_valid(),
            Dimension::Numeraire | Dimension::Asset(_) => true,
        };
        if !currency(self.base) || !currency(self.quote) {
            return Err(Error::UnknownDimension);
        }
        if self.decimals > FEED_DECIMALS_MAX {
            return Err(Error::ParamOutOfBounds { param: "decimals" });
        }
        if let Source::Composed(legs) = &self.source {
            match legs.len() {
                0 => return Err(Error::EmptyList),
                1..=LEGS_MAX => (),
                _ => return Err(Error::ListTooLong),
            }
        }
        self.params.check()
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        let mut state = global(draft);
        if state.next_feed >= FEEDS_MAX {
            return Err(Error::TooManyFeeds);
        }
        // Legs are older feeds, so a feed never stands on itself.
        let id = FeedId(state.next_feed);
        let mut depth = 0u8;
        if let Source::Composed(legs) = &self.source {
            let mut chain = Vec::with_capacity(legs.len());
            for leg in legs {
                let factor = feed(draft, leg.feed)?;
                let (from, to) = (factor.base, factor.quote);
                chain.push(if leg.inverse { (to, from) } else { (from, to) });
                depth = depth.max(factor.depth.saturating_add(1));
            }
            check_chain(self.base, self.quote, chain)?;
        }
        if depth > DEPTH_MAX {
            return Err(Error::TooDeep);
        }
        let next_feed = state.next_feed.checked_add(1).ok_or(Error::TooManyFeeds)?;

        // From here on nothing can fail.
        let CreateFeed { base, quote, decimals, source, params } = self.clone();
        state.next_feed = next_feed;
        GLOBAL.put(draft, 0, state);
        note_dependents(draft, id, &source);
        draft.emit(MODULE, &Event::FeedCreated { feed: id, base, quote, source: source.clone() });
        FEEDS.put(draft, id, Feed { base, quote, decimals, source, depth, revised_at: ctx.time, params });
        if let (Dimension::Asset(asset), Dimension::Numeraire) = (base, quote)
            && !ASSET_FEEDS.has(draft, &asset)
        {
            ASSET_FEEDS.put(draft, asset, id);
            draft.emit(MODULE, &Event::AssetFeedSet { asset, feed: id });
        }
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let source = match &self.source {
            Source::Reported => "reported".to_owned(),
            Source::Composed(legs) => {
                let leg = |leg: &crate::Leg| format!("{}feed {}", if leg.inverse { "1 / " } else { "" }, leg.feed);
                format!("composed of {}", legs.iter().map(leg).collect::<Vec<_>>().join(" * "))
            }
        };
        let (base, quote) = (self.base.describe(names), self.quote.describe(names));
        let params = describe_params(&self.params);
        format!("Create feed {base} in {quote} with {} decimals, {source}; {params}", self.decimals)
    }
}
