use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::rule::{Scope, Topic};
use crate::state::{CLAIMS, ClaimKey, IdentityId, next_epoch};
use crate::text::Jurisdiction;
use crate::{Error, Event, MODULE};

/// Revokes a claim that the signing account issued, at once.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokeClaim {
    /// About whom.
    pub subject: IdentityId,
    /// On what.
    pub topic: Topic,
    /// For what.
    pub scope: Scope,
    /// Under which law, or of which country.
    #[serde(default)]
    pub jurisdiction: Option<Jurisdiction>,
}

impl RevokeClaim {
    /// # Errors
    /// Not signed by an account; [`Error::UnknownClaim`], [`Error::AlreadyRevoked`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let issuer = ctx.account()?;
        let RevokeClaim { subject, topic, scope, jurisdiction } = *self;
        let key = ClaimKey { subject, topic, issuer, scope, jurisdiction };
        let mut claim = CLAIMS.get(draft, &key).ok_or(Error::UnknownClaim)?;
        if claim.revoked.is_some() {
            return Err(Error::AlreadyRevoked);
        }

        // From here on nothing can fail.
        claim.revoked = Some(ctx.time);
        CLAIMS.put(draft, key.clone(), claim);
        next_epoch(draft, subject);
        draft.emit(MODULE, &Event::ClaimRevoked { key });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let jurisdiction = self.jurisdiction.map_or(String::new(), |jurisdiction| format!(" {jurisdiction}"));
        format!("revoke claim {}{jurisdiction} about identity {} for {}", self.topic, self.subject.0, self.scope)
    }
}
