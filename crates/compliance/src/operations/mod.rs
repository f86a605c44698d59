//! One file per verb.

mod appoint_agent;
mod block;
mod freeze_account;
mod invite_account;
mod issue_claim;
mod join_identity;
mod open_identity;
mod pause_asset;
mod recover_identity;
mod refresh_holders;
mod resume_asset;
mod revoke_claim;
mod set_caps;
mod set_requirements;
mod set_trusted_issuers;
mod set_venues;
mod unblock;
mod unfreeze_account;

pub use appoint_agent::AppointAgent;
pub use block::{Block, Subject};
pub use freeze_account::FreezeAccount;
pub use invite_account::InviteAccount;
pub use issue_claim::IssueClaim;
pub use join_identity::JoinIdentity;
pub use open_identity::OpenIdentity;
pub use pause_asset::PauseAsset;
pub use recover_identity::RecoverIdentity;
pub use refresh_holders::{REFRESH_MAX, RefreshHolders};
pub use resume_asset::ResumeAsset;
pub use revoke_claim::RevokeClaim;
pub use set_caps::SetCaps;
pub use set_requirements::SetRequirements;
pub use set_trusted_issuers::SetTrustedIssuers;
pub use set_venues::SetVenues;
pub use unblock::Unblock;
pub use unfreeze_account::UnfreezeAccount;

use gage_accounts::{Context, Names, Signer, is_module};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{AccountNumber, AssetId, Timestamp};

use crate::Error;
use crate::state::{IdentityId, RULES, Rules, STANDINGS, Standing};

/// The rules of an asset, for its agent or governance to change.
pub(crate) fn rules_to_change(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<Rules, Error> {
    let rules = RULES.peek(draft, &asset).ok_or(Error::UnknownAsset)?;
    match ctx.signer {
        Signer::Account(account) if rules.agent != Some(account) => Err(Error::NotAgent),
        Signer::Account(_) | Signer::Governance | Signer::Protocol => Ok(Rules::clone(rules)),
    }
}

/// The number of an account that rules may restrict, by its name.
fn resolve_user(draft: &Draft, id: &AccountId) -> Result<AccountNumber, Error> {
    let number = gage_accounts::resolve(draft, id)?;
    if is_module(number) { Err(Error::ModuleAccount) } else { Ok(number) }
}

fn standing(draft: &Draft, account: AccountNumber) -> Standing {
    STANDINGS.get(draft, &account).unwrap_or_default()
}

/// The identity of an account.
fn identity_of(draft: &Draft, account: AccountNumber) -> Option<IdentityId> {
    STANDINGS.peek(draft, &account).and_then(|standing| standing.identity)
}

fn describe_asset(names: &dyn Names, asset: AssetId) -> String {
    names.asset(asset).map_or(format!("asset #{asset}"), |(symbol, _)| format!("{symbol}#{asset}"))
}

/// ` in WETH#7`, or ` in all assets`.
fn describe_where(names: &dyn Names, asset: Option<AssetId>) -> String {
    asset.map_or("in all assets".to_owned(), |asset| format!("in {}", describe_asset(names, asset)))
}

fn describe_until(until: Option<Timestamp>) -> String {
    until.map_or("without end".to_owned(), |until| format!("until {until} ms"))
}
