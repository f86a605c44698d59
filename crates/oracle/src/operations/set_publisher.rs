use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_crypto::AccountId;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::state::{
    FOREIGN_FEEDS_MAX, PUBLISHERS, Publisher, PublisherKind, REPORTS, note_revised, of_feed, put_publisher,
    put_suspect, pyth_publishers,
};
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
        let rights = Publisher { weight: self.weight, kind: PublisherKind::Account };
        admit(draft, ctx, self.feed, &self.publisher, rights)
    }

    pub(crate) fn describe(&self) -> String {
        let SetPublisher { feed, publisher, weight } = self;
        format!("Let {publisher} report feed {feed} with weight {weight}")
    }
}

/// Admits a publisher of either kind. What another kind had reported under the account counts no more.
pub(super) fn admit(
    draft: &mut Draft,
    ctx: &Context,
    id: FeedId,
    publisher: &AccountId,
    rights: Publisher,
) -> Result<(), Error> {
    ctx.require_governance()?;
    if feed(draft, id)?.source != Source::Reported {
        return Err(Error::ComposedFeed(id));
    }
    let publisher = gage_accounts::resolve(draft, publisher)?;
    let key = (id, publisher);
    let before = PUBLISHERS.get(draft, &key);
    if before.is_none() && PUBLISHERS.range(draft, of_feed(id)).count() >= PUBLISHERS_MAX {
        return Err(Error::TooManyPublishers(id));
    }
    if let PublisherKind::Pyth { price_id } = rights.kind
        && pyth_publishers(draft, price_id).len() >= FOREIGN_FEEDS_MAX
        && before != Some(rights)
    {
        return Err(Error::TooManyPublishers(id));
    }

    // From here on nothing can fail.
    if before.is_some_and(|before| before.kind != rights.kind) {
        REPORTS.remove(draft, &key);
        put_suspect(draft, key, None);
    }
    put_publisher(draft, key, Some(rights));
    note_revised(draft, id, ctx.time);
    draft.emit(MODULE, &Event::PublisherSet { feed: id, publisher, weight: rights.weight });
    if rights.kind != PublisherKind::Account {
        draft.emit(MODULE, &Event::PublisherKindSet { feed: id, publisher, kind: rights.kind });
    }
    Ok(())
}
