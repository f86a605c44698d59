use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_crypto::AccountId;
use gage_ledger::{AssetKind, Beneficiary};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::{asset_text, require_issuer};
use crate::exposure::{LIMITS, LIMITS_MAX, Scope, limits};
use crate::mint_limit::{MINT_LIMITS, MintLimit, WINDOW_MS};
use crate::{Error, Event, MODULE};

/// A scope as it is written in an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeName {
    /// An account's exposure.
    Account(AccountId),
    /// That of a record of a module.
    Record(Beneficiary),
}

/// Limits the exposure of a scope to a base asset, all holdings looked through; `None` lifts the limit.
/// Governance sets any, an account its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetExposureLimit {
    /// Whose exposure.
    pub scope: ScopeName,
    /// To what.
    pub base: AssetId,
    /// The most, in the base asset's smallest unit.
    pub max: Option<Amount>,
}

/// Limits how fast an asset of this module may be minted; `None` lifts the limit. Governance sets any,
/// the issuer a tighter one: less at once, over no shorter a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetMintLimit {
    /// The asset.
    pub asset: AssetId,
    /// Window in milliseconds (1 hour to 31 days) and amount.
    pub limit: Option<(u64, Amount)>,
}

impl SetExposureLimit {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let scope = match self.scope {
            ScopeName::Account(id) => Scope::Account(gage_accounts::resolve(draft, &id)?),
            ScopeName::Record(record) => Scope::Record(record),
        };
        if let Ok(signer) = ctx.account()
            && scope != Scope::Account(signer)
        {
            ctx.require_governance()?;
        }
        gage_ledger::asset(draft, self.base)?;
        let key = (scope, self.base);
        if self.max.is_some() && !LIMITS.has(draft, &key) && limits(draft, scope).len() >= LIMITS_MAX {
            return Err(Error::ListTooLong);
        }

        // From here on nothing can fail.
        match self.max {
            Some(max) => LIMITS.put(draft, key, max),
            None => LIMITS.remove(draft, &key),
        }
        draft.emit(MODULE, &Event::ExposureLimitSet { scope, base: self.base, max: self.max });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let scope = match self.scope {
            ScopeName::Account(id) => id.to_string(),
            ScopeName::Record(Beneficiary { module, id }) => format!("record {id} of module {module}"),
        };
        match self.max {
            Some(max) => format!("Limit exposure of {scope} to {}", describe_amount(names, max, self.base)),
            None => format!("Lift the limit on exposure of {scope} to {}", asset_text(names, self.base)),
        }
    }
}

impl SetMintLimit {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        match self.limit {
            Some((window_ms, max)) if !WINDOW_MS.contains(&window_ms) || max.is_zero() => {
                Err(Error::TermsOutOfBounds { term: "mint_limit" })
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let SetMintLimit { asset, limit } = *self;
        if gage_ledger::asset(draft, asset)?.kind != AssetKind::Module(MODULE) {
            return Err(Error::NotMintedHere(asset));
        }
        require_issuer(draft, ctx, asset)?;
        let before = MINT_LIMITS.get(draft, &asset);
        if ctx.require_governance().is_err() {
            let tighter = limit.is_some_and(|(window_ms, max)| {
                before.is_none_or(|before| max <= before.max && window_ms >= before.window_ms)
            });
            if !tighter {
                return Err(Error::LoosensTooFast);
            }
        }
        // What was minted of late counts on, under the new limit.
        let used = before.map_or(Ok(Amount::ZERO), |before| before.level(ctx.time))?;

        // From here on nothing can fail.
        match limit {
            Some((window_ms, max)) => MINT_LIMITS.put(draft, asset, MintLimit { window_ms, max, used, at: ctx.time }),
            None => MINT_LIMITS.remove(draft, &asset),
        }
        draft.emit(MODULE, &Event::MintLimitSet { asset, limit });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        match self.limit {
            Some((window_ms, max)) => {
                format!("Limit minting to {} in {window_ms} ms", describe_amount(names, max, self.asset))
            }
            None => format!("Lift the limit on minting {}", asset_text(names, self.asset)),
        }
    }
}
