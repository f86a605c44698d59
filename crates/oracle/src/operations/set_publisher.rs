use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_crypto::AccountId;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::state::{PUBLISHERS, Publisher, note_revised, of_feed};
use crate::{Error, Event, FeedId, MODULE, PUBLISHERS_MAX, Source, feed};

/// The largest weight of one publisher.
pub const WEIGHT_MAX: u32 = 1_000_000;

/// Lets an account report a feed, or changes the weight of its votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPublisher {
    /// The feed.
    pub feed: FeedId,
    /// The publisher.
    pub publisher: AccountId,
    /// The weight of its votes; 1 to [`WEIGHT_MAX`].
    pub weight: u32,
}

impl SetPublisher {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if (1..=WEIGHT_MAX).contains(&self.weight) { Ok(()) } else { Err(Error::ParamOutOfBounds { param: "weight" }) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        if feed(draft, self.feed)?.source != Source::Reported {
            return Err(Error::ComposedFeed(self.feed));
        }
        let publisher = gage_accounts::resolve(draft, &self.publisher)?;
        let key = (self.feed, publisher);
        let full = PUBLISHERS.range(draft, of_feed(self.feed)).count() >= PUBLISHERS_MAX;
        if full && !PUBLISHERS.has(draft, &key) {
            return Err(Error::TooManyPublishers(self.feed));
        }

        // From here on nothing can fail.
        let SetPublisher { feed, weight, .. } = *self;
        PUBLISHERS.put(draft, key, Publisher { weight });
        note_revised(draft, feed, ctx.time);
        draft.emit(MODULE, &Event::PublisherSet { feed, publisher, weight });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let SetPublisher { feed, publisher, weight } = self;
        format!("Let {publisher} report feed {feed} with weight {weight}")
    }
}
