use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{acting, guard_of};
use crate::guard::{BREAKERS_MAX, Breaker, Tripped, put_guard};
use crate::policy::DELAY_MS_MAX;
use crate::window::{WINDOW_MS_MAX, WINDOW_MS_MIN};
use crate::{Context, Error, Event, MODULE, Names, describe_amount};

/// Sets or takes away the signing account's breaker of an asset. A stricter one acts at once.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetBreaker {
    /// The asset.
    pub asset: AssetId,
    /// The breaker, or none.
    #[serde(default)]
    pub breaker: Option<Breaker>,
}

impl SetBreaker {
    /// # Errors
    /// [`Error::BadBreaker`].
    pub fn validate(&self) -> Result<(), Error> {
        let Some(breaker) = &self.breaker else { return Ok(()) };
        let delay = match breaker.beyond {
            Tripped::Refuse => true,
            Tripped::Queue { delay_ms } => (1..=DELAY_MS_MAX).contains(&delay_ms),
        };
        let window = (WINDOW_MS_MIN..=WINDOW_MS_MAX).contains(&breaker.window_ms);
        if delay && window { Ok(()) } else { Err(Error::BadBreaker) }
    }

    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::BadBreaker`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (number, account) = acting(draft, ctx)?;
        let mut guard = guard_of(draft, number);
        guard.breakers.retain(|(asset, _)| *asset != self.asset);
        if let Some(breaker) = self.breaker {
            guard.breakers.push((self.asset, breaker));
            guard.breakers.sort_unstable_by_key(|(asset, _)| *asset);
        }
        if guard.breakers.len() > BREAKERS_MAX {
            return Err(Error::BadBreaker);
        }

        // From here on nothing can fail.
        let policy_version = put_guard(draft, number, account, guard, ctx.time);
        let (asset, breaker) = (self.asset, self.breaker);
        draft.emit(MODULE, &Event::BreakerSet { account: number, asset, breaker, policy_version });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let Some(breaker) = &self.breaker else { return format!("take away the breaker of asset #{}", self.asset) };
        let beyond = match breaker.beyond {
            Tripped::Refuse => "refuse more".to_owned(),
            Tripped::Queue { delay_ms } => format!("let more wait {delay_ms} ms"),
        };
        let limit = describe_amount(names, breaker.limit, self.asset);
        format!("set breaker: at most {limit} leaves in {} ms, {beyond}", breaker.window_ms)
    }
}
