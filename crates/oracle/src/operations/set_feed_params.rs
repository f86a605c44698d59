use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::state::{CELLS, FEEDS, JUMPS_DUE, jump_due, note_revised};
use crate::{Calendar, Error, Event, Feed, FeedId, FeedParams, MODULE, feed};

/// Sets the rules of a feed, all together.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetFeedParams {
    /// The feed.
    pub feed: FeedId,
    /// Its new rules.
    pub params: FeedParams,
}

impl SetFeedParams {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        self.params.check()
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        let before = feed(draft, self.feed)?;
        let after = Feed { params: self.params.clone(), ..before.clone() };

        // From here on nothing can fail.
        if let Some(cell) = CELLS.get(draft, &self.feed) {
            if let Some(due) = jump_due(&cell, &before) {
                JUMPS_DUE.remove(draft, &(due, self.feed));
            }
            if let Some(due) = jump_due(&cell, &after) {
                JUMPS_DUE.put(draft, (due, self.feed), ());
            }
        }
        FEEDS.put(draft, self.feed, after);
        note_revised(draft, self.feed, ctx.time);
        draft.emit(MODULE, &Event::FeedParamsSet { feed: self.feed, params: self.params.clone() });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("Set the rules of feed {}: {}", self.feed, describe_params(&self.params))
    }
}

/// All rules of a feed in words.
pub(super) fn describe_params(params: &FeedParams) -> String {
    let calendar = match &params.calendar {
        Calendar::Always => "always open".to_owned(),
        Calendar::Weekly(sessions) => {
            let session =
                |session: &crate::calendar::Session| format!("{}-{}", session.opens_minute, session.closes_minute);
            format!("open in minutes {} of the week", sessions.iter().map(session).collect::<Vec<_>>().join(" "))
        }
    };
    format!(
        "quorum {}, max age {} ms, max confidence {}, band max {}, band sigmas {}/10000, jump bound {}, jump quorum {}, \
         jump delay {} ms, ema {} ms, variance {} ms, twap step {} ms, price {} to {}, bond {} units, {calendar}",
        params.quorum,
        params.max_age_ms,
        params.max_confidence,
        params.band_max,
        params.band_sigmas.0,
        params.jump_bound,
        params.jump_quorum,
        params.jump_delay_ms,
        params.ema_ms,
        params.variance_ms,
        params.twap_step_ms,
        params.price_min,
        params.price_max,
        params.bond_min,
    )
}
