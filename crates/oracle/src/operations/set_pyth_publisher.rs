use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_crypto::{AccountId, Hash};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::set_publisher::{WEIGHT_MAX, admit};
use crate::state::{Publisher, PublisherKind};
use crate::{Error, FeedId};

/// Lets Pyth's price of that name count as the report of an account, which then cannot report the feed
/// itself: what comes in is what the guardians signed, whoever brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPythPublisher {
    /// The feed.
    pub feed: FeedId,
    /// The account under which the price counts.
    pub publisher: AccountId,
    /// The weight of its votes; 1 to [`WEIGHT_MAX`].
    pub weight: u32,
    /// Pyth's name of the price.
    pub price_id: Hash,
}

impl SetPythPublisher {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if (1..=WEIGHT_MAX).contains(&self.weight) { Ok(()) } else { Err(Error::ParamOutOfBounds { param: "weight" }) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let SetPythPublisher { feed, weight, price_id, .. } = *self;
        admit(draft, ctx, feed, &self.publisher, Publisher { weight, kind: PublisherKind::Pyth { price_id } })
    }

    pub(crate) fn describe(&self) -> String {
        let SetPythPublisher { feed, publisher, weight, price_id } = self;
        format!("Let Pyth's price {price_id} count for feed {feed} as {publisher} with weight {weight}")
    }
}
