//! Governance says what happens with surplus above a target.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Bps};
use serde::{Deserialize, Serialize};

use super::is_stable;
use crate::sales::{SurplusRule, SurplusTo};
use crate::state::SURPLUS_RULES;
use crate::{Error, Event, MODULE, WaterfallId, waterfall};

/// Sets the rule by which surplus of the stable above a target is distributed, period by period: to the
/// stability pool, or to an account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetSurplusRule {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// Its stable asset.
    pub asset: AssetId,
    /// What stays in the buffer.
    pub target: Amount,
    /// The part of what is above it that is distributed each time; zero ends the rule.
    pub share: Bps,
    /// How often, in milliseconds.
    pub period_ms: u64,
    /// To which account; none for the stability pool.
    pub to: Option<AccountId>,
}

impl SetSurplusRule {
    /// # Errors
    /// [`Error::RuleOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        if self.share == Bps(0) { Ok(()) } else { SurplusRule::validate(self.share, self.period_ms) }
    }

    /// # Errors
    /// `NotGovernance`, [`Error::UnknownWaterfall`], [`Error::WrongAsset`], an unknown account.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        is_stable(&waterfall(draft, self.waterfall)?, self.asset)?;
        let to = match &self.to {
            None => SurplusTo::Pool,
            Some(account) => SurplusTo::Account(gage_accounts::resolve(draft, account)?),
        };
        let next_at = ctx.time.plus_ms(self.period_ms)?;
        let rule = SurplusRule { target: self.target, share: self.share, period_ms: self.period_ms, to, next_at };

        // From here on nothing can fail.
        if self.share == Bps(0) {
            SURPLUS_RULES.remove(draft, &self.waterfall);
        } else {
            SURPLUS_RULES.put(draft, self.waterfall, rule);
        }
        draft.emit(MODULE, &Event::SurplusRuleSet { waterfall: self.waterfall, rule });
        Ok(())
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let (target, share) = (describe_amount(names, self.target, self.asset), self.share.0);
        let to = self.to.map_or_else(|| "the stability pool".to_owned(), |account| account.to_string());
        format!(
            "Distribute {share} bps of surplus of waterfall {} above {target} to {to} every {} ms",
            self.waterfall, self.period_ms
        )
    }
}
