use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_crypto::Hash;
use gage_store::Draft;
use gage_units::Timestamp;
use serde::{Deserialize, Serialize};

use crate::state::{NAVS, Nav, REPORTS};
use crate::{Error, Event, FeedId, MODULE, feed};

/// Attaches evidence to the net asset value the signer last reported: whoever publishes the value
/// answers for its calculation. The documents stay outside; their hash is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachNav {
    /// The feed.
    pub feed: FeedId,
    /// The time of observation of the report meant.
    pub observed_at: Timestamp,
    /// The hash of the calculation and its documents.
    pub evidence: Hash,
    /// The version of the valuation policy it follows.
    pub policy_version: u32,
}

impl AttachNav {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.evidence == Hash::ZERO { Err(Error::ParamOutOfBounds { param: "evidence" }) } else { Ok(()) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let administrator = ctx.account()?;
        feed(draft, self.feed)?;
        let report = REPORTS.get(draft, &(self.feed, administrator));
        let report = report.filter(|report| report.observed_at == self.observed_at).ok_or(Error::NoSuchReport)?;

        // From here on nothing can fail.
        let AttachNav { feed, observed_at, evidence, policy_version } = *self;
        let price = report.price;
        NAVS.put(draft, feed, Nav { administrator, price, observed_at, evidence, policy_version });
        draft.emit(MODULE, &Event::NavAttached { feed, administrator, price, evidence });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let AttachNav { feed, observed_at, evidence, policy_version } = self;
        format!(
            "Attach evidence {evidence} under valuation policy {policy_version} to the value of feed {feed} observed at {observed_at}"
        )
    }
}
