use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{describe_where, rules_to_change};
use crate::rule::{Topic, check_issuers, resolve_issuers};
use crate::state::{RULES, Rules, TRUST_VERSION, TRUSTED};
use crate::{Error, Event, MODULE};

/// Sets whose claims on a topic count for an asset, or for all assets that have no list of their own.
/// The former needs the asset's agent or governance, the latter governance.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetTrustedIssuers {
    /// For which asset; none for all without a list of their own.
    #[serde(default)]
    pub asset: Option<AssetId>,
    /// On what.
    pub topic: Topic,
    /// Whose, at most 8; none takes the list away.
    pub issuers: Vec<AccountId>,
}

impl SetTrustedIssuers {
    /// # Errors
    /// [`Error::BadIssuers`].
    pub fn validate(&self) -> Result<(), Error> {
        check_issuers(&self.issuers)
    }

    /// # Errors
    /// Not governance; [`Error::UnknownAsset`], [`Error::NotAgent`]; unknown account.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let rules = match self.asset {
            Some(asset) => Some((asset, rules_to_change(draft, ctx, asset)?)),
            None => ctx.require_governance().map(|()| None)?,
        };
        let issuers = resolve_issuers(draft, &self.issuers)?;

        // From here on nothing can fail.
        let place = (self.asset, self.topic);
        if issuers.is_empty() {
            TRUSTED.remove(draft, &place);
        } else {
            TRUSTED.put(draft, place, issuers.clone());
        }
        match rules {
            Some((asset, rules)) => RULES.put(draft, asset, Arc::new(Rules { version: rules.next_version(), ..rules })),
            None => {
                let version = TRUST_VERSION.get(draft, &()).unwrap_or_default().checked_add(1);
                TRUST_VERSION.put(draft, (), version.expect("2^64 decisions of governance are not made"));
            }
        }
        draft.emit(MODULE, &Event::TrustedIssuersSet { asset: self.asset, topic: self.topic, issuers });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let place = describe_where(names, self.asset);
        let issuers: Vec<String> = self.issuers.iter().map(AccountId::to_string).collect();
        let whose = if issuers.is_empty() { "no list".to_owned() } else { issuers.join(" and ") };
        format!("set issuers trusted on {} {place} to {whose}", self.topic)
    }
}
