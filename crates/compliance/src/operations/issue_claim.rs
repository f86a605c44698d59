use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_crypto::Hash;
use gage_store::Draft;
use gage_units::Timestamp;
use serde::{Deserialize, Serialize};

use super::describe_until;
use crate::engine::claims_by;
use crate::rule::{Scope, Topic};
use crate::state::{CLAIMS, CLAIMS_MAX, Claim, ClaimKey, IDENTITIES, IdentityId, next_epoch};
use crate::text::Jurisdiction;
use crate::{Error, Event, MODULE};

/// Makes a claim about an identity, or renews one, also a revoked one. The signing account is the
/// issuer; whether its claims count is for assets and governance to say.
///
/// The transaction's signature binds the claim to this network, its subject and its scope.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueClaim {
    /// About whom.
    pub subject: IdentityId,
    /// On what.
    pub topic: Topic,
    /// For what.
    pub scope: Scope,
    /// Under which law, or of which country.
    #[serde(default)]
    pub jurisdiction: Option<Jurisdiction>,
    /// From this instant on it counts; may lie ahead.
    pub issued: Timestamp,
    /// From this instant on it no longer counts.
    #[serde(default)]
    pub expires: Option<Timestamp>,
    /// A salted commitment to the evidence, which stays outside.
    #[serde(default)]
    pub evidence: Option<Hash>,
}

impl IssueClaim {
    /// # Errors
    /// [`Error::BadPeriod`].
    pub fn validate(&self) -> Result<(), Error> {
        match self.expires {
            Some(expires) if expires <= self.issued => Err(Error::BadPeriod),
            _ => Ok(()),
        }
    }

    /// # Errors
    /// Not signed by an account; [`Error::UnknownIdentity`], [`Error::BadPeriod`], [`Error::TooManyClaims`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let issuer = ctx.account()?;
        if !IDENTITIES.has(draft, &self.subject) {
            return Err(Error::UnknownIdentity);
        }
        if self.expires.is_some_and(|expires| expires <= ctx.time) {
            return Err(Error::BadPeriod);
        }
        let IssueClaim { subject, topic, scope, jurisdiction, issued, expires, evidence } = *self;
        let key = ClaimKey { subject, topic, issuer, scope, jurisdiction };
        if !CLAIMS.has(draft, &key) && claims_by(draft, subject, topic, issuer).count() >= CLAIMS_MAX {
            return Err(Error::TooManyClaims);
        }

        // From here on nothing can fail.
        let claim = Claim { issued, expires, revoked: None, evidence };
        CLAIMS.put(draft, key.clone(), claim.clone());
        next_epoch(draft, subject);
        draft.emit(MODULE, &Event::ClaimIssued { key, claim });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let jurisdiction = self.jurisdiction.map_or(String::new(), |jurisdiction| format!(" {jurisdiction}"));
        let evidence = self.evidence.map_or(String::new(), |evidence| format!(" on evidence {evidence}"));
        format!(
            "claim {}{jurisdiction} about identity {} for {} from {} ms {}{evidence}",
            self.topic,
            self.subject.0,
            self.scope,
            self.issued,
            describe_until(self.expires)
        )
    }
}
