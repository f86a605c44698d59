use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use crate::state::{ASSET_FEEDS, note_revised};
use crate::{Dimension, Error, Event, FeedId, MODULE, feed};

/// Sets the feed that prices an asset by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAssetFeed {
    /// The asset.
    pub asset: AssetId,
    /// A feed of this asset in the numeraire.
    pub feed: FeedId,
}

impl SetAssetFeed {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        let feed = feed(draft, self.feed)?;
        if (feed.base, feed.quote) != (Dimension::Asset(self.asset), Dimension::Numeraire) {
            return Err(Error::NotAPriceOfAsset);
        }

        // From here on nothing can fail.
        ASSET_FEEDS.put(draft, self.asset, self.feed);
        note_revised(draft, self.feed, ctx.time);
        draft.emit(MODULE, &Event::AssetFeedSet { asset: self.asset, feed: self.feed });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Price {} by feed {}", Dimension::Asset(self.asset).describe(names), self.feed)
    }
}
