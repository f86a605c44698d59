//! The identities, claims and rules of the genesis file.

use gage_accounts::{Context, Signer};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::counted::Counted;
use crate::operations::{
    AppointAgent, InviteAccount, IssueClaim, JoinIdentity, OpenIdentity, SetCaps, SetRequirements, SetTrustedIssuers,
    SetVenues,
};
use crate::rule::{Requirement, Scope, Topic};
use crate::state::{IDENTITY_ACCOUNTS_MAX, IdentityId};
use crate::text::Jurisdiction;
use crate::{Error, count_holders, identity_of, register};

/// This module's section of the genesis file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Genesis {
    /// The first identities, numbered from zero in this order.
    pub identities: Vec<GenesisIdentity>,
    /// Whose claims count.
    pub trusted_issuers: Vec<SetTrustedIssuers>,
    /// What assets ask of their holders.
    pub rules: Vec<GenesisRules>,
}

/// One identity of the genesis file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisIdentity {
    /// Its accounts, the first of which may invite more.
    pub accounts: Vec<AccountId>,
    /// What is claimed about it.
    #[serde(default)]
    pub claims: Vec<GenesisClaim>,
}

/// One claim of the genesis file; it counts from genesis on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisClaim {
    /// By whom.
    pub issuer: AccountId,
    /// On what.
    pub topic: Topic,
    /// For what.
    pub scope: Scope,
    /// Under which law, or of which country.
    #[serde(default)]
    pub jurisdiction: Option<Jurisdiction>,
    /// From this instant on it no longer counts.
    #[serde(default)]
    pub expires: Option<Timestamp>,
}

/// The rules of one asset of the genesis file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisRules {
    /// Which asset.
    pub asset: AssetId,
    /// Who sets the rules beside governance.
    #[serde(default)]
    pub agent: Option<AccountId>,
    /// What it asks of both sides.
    #[serde(default)]
    pub requirements: Vec<Requirement<AccountId>>,
    /// Into which modules it may go.
    #[serde(default)]
    pub venues: Option<Vec<u8>>,
    /// Whether and how its holders are counted, from the first balance on, and the caps on them.
    #[serde(default)]
    pub counted: Option<Counted>,
}

/// Sets up what the genesis file says, by the ordinary operations.
///
/// # Errors
/// As those operations.
pub fn genesis(draft: &mut Draft, ctx: &Context, genesis: &Genesis) -> Result<(), Error> {
    for GenesisRules { asset, .. } in &genesis.rules {
        register(draft, *asset, None);
    }
    for identity in &genesis.identities {
        open_identity(draft, ctx, identity)?;
    }
    for trusted in &genesis.trusted_issuers {
        trusted.validate()?;
        trusted.apply(draft, ctx)?;
    }
    for GenesisRules { asset, agent, requirements, venues, counted } in &genesis.rules {
        AppointAgent { asset: *asset, agent: *agent }.apply(draft, ctx)?;
        let requirements = SetRequirements { asset: *asset, requirements: requirements.clone() };
        requirements.validate()?;
        requirements.apply(draft, ctx)?;
        let venues = SetVenues { asset: *asset, venues: venues.clone() };
        venues.validate()?;
        venues.apply(draft, ctx)?;
        if let Some(Counted { topics, caps }) = counted {
            count_holders(draft, ctx, *asset, topics)?;
            let caps = SetCaps { asset: *asset, caps: caps.clone() };
            caps.validate()?;
            caps.apply(draft, ctx)?;
        }
    }
    Ok(())
}

fn open_identity(draft: &mut Draft, ctx: &Context, identity: &GenesisIdentity) -> Result<(), Error> {
    let Some((first, others)) = identity.accounts.split_first() else { return Ok(()) };
    if identity.accounts.len() > IDENTITY_ACCOUNTS_MAX {
        return Err(Error::TooManyAccounts);
    }
    let first = signed_by(draft, ctx, first)?;
    OpenIdentity {}.apply(draft, &first)?;
    let number: IdentityId = identity_of(draft, first.account()?).ok_or(Error::WithoutIdentity)?;
    for other in others {
        InviteAccount { account: *other, expires: ctx.time.plus_ms(1).map_err(|_| Error::BadPeriod)? }
            .apply(draft, &first)?;
        let other = signed_by(draft, ctx, other)?;
        JoinIdentity { identity: number }.apply(draft, &other)?;
    }
    for claim in &identity.claims {
        let GenesisClaim { topic, scope, jurisdiction, expires, .. } = *claim;
        let issue =
            IssueClaim { subject: number, topic, scope, jurisdiction, issued: ctx.time, expires, evidence: None };
        issue.validate()?;
        issue.apply(draft, &signed_by(draft, ctx, &claim.issuer)?)?;
    }
    Ok(())
}

/// The surroundings in which that account would act.
fn signed_by(draft: &Draft, ctx: &Context, account: &AccountId) -> Result<Context<'static>, Error> {
    let signer = Signer::Account(gage_accounts::resolve(draft, account)?);
    Ok(Context { signer, ..ctx.as_protocol() })
}
