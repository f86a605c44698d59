use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_crypto::AccountId;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::state::{PUBLISHERS, REPORTS, note_revised, put_publisher, put_suspect};
use crate::{Error, Event, FeedId, MODULE, feed};

/// Takes an account the right to report a feed; its last report counts no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemovePublisher {
    /// The feed.
    pub feed: FeedId,
    /// The publisher.
    pub publisher: AccountId,
}

impl RemovePublisher {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        feed(draft, self.feed)?;
        let publisher = gage_accounts::resolve(draft, &self.publisher)?;
        let key = (self.feed, publisher);
        if !PUBLISHERS.has(draft, &key) {
            return Err(Error::NotPublisher(self.feed));
        }

        // From here on nothing can fail.
        put_publisher(draft, key, None);
        // What it said before still binds its bond: evidence can be brought. What waits is dropped.
        put_suspect(draft, key, None);
        REPORTS.remove(draft, &key);
        note_revised(draft, self.feed, ctx.time);
        draft.emit(MODULE, &Event::PublisherRemoved { feed: self.feed, publisher });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("Remove {} from the publishers of feed {}", self.publisher, self.feed)
    }
}
