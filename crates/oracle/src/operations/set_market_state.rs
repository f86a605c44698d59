use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::state::{ACTIONS_DUE, CorporateAction, MARKETS, Trading, market, note_revised};
use crate::{Error, Event, FeedId, MODULE, Source, feed};

/// Opens, closes or halts a market, and announces or takes back a corporate action.
///
/// After a reopening nothing observed before it counts. A corporate action needs an activation in
/// the future and a reported feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetMarketState {
    /// The feed.
    pub feed: FeedId,
    /// Whether it trades.
    pub trading: Trading,
    /// The corporate action that is announced; `None` takes an announced one back.
    #[serde(default)]
    pub action: Option<CorporateAction>,
}

impl SetMarketState {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        match self.action {
            Some(action) if action.numerator == 0 || action.denominator == 0 => Err(Error::BadCorporateAction),
            _ => Ok(()),
        }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        let feed = feed(draft, self.feed)?;
        if let Some(action) = self.action {
            if feed.source != Source::Reported {
                return Err(Error::ComposedFeed(self.feed));
            }
            if action.activates_at <= ctx.time {
                return Err(Error::BadCorporateAction);
            }
        }

        // From here on nothing can fail.
        let mut state = market(draft, self.feed);
        if state.trading != Trading::Open && self.trading == Trading::Open {
            state.valid_from = ctx.time;
        }
        if let Some(action) = state.action {
            ACTIONS_DUE.remove(draft, &(action.activates_at, self.feed));
        }
        if let Some(action) = self.action {
            ACTIONS_DUE.put(draft, (action.activates_at, self.feed), ());
        }
        (state.trading, state.action) = (self.trading, self.action);
        MARKETS.put(draft, self.feed, state);
        note_revised(draft, self.feed, ctx.time);
        draft.emit(MODULE, &Event::MarketStateSet { feed: self.feed, trading: self.trading, action: self.action });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let verb = match self.trading {
            Trading::Open => "Open",
            Trading::Closed => "Close",
            Trading::Halted => "Halt",
        };
        let action = match self.action {
            Some(CorporateAction { numerator, denominator, activates_at }) => {
                format!("corporate action: prices times {numerator}/{denominator} from {activates_at}")
            }
            None => "no corporate action".to_owned(),
        };
        format!("{verb} the market of feed {}; {action}", self.feed)
    }
}
