use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_crypto::Hash;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::announce::announce;
use crate::state::{ATTESTATIONS, Attestation, backing};
use crate::{Error, Event, MODULE};

/// Confirms, as a verifier, how much of an asset its backing covers; replaces the verifier's last
/// statement. An amount of zero withdraws the confirmation.
///
/// Precedence: terms; verifier; date (future, order); expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attest {
    /// The asset.
    pub asset: AssetId,
    /// How much of it is covered, in its smallest unit.
    pub amount: Amount,
    /// The date of the statement: not after this block, later than the last one's.
    pub as_of: Timestamp,
    /// From when it no longer counts: after this block, and within the validity of the terms.
    pub expires: Timestamp,
    /// The hash of the evidence.
    pub evidence: Hash,
}

impl Attest {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.expires <= self.as_of { Err(Error::BadExpiry) } else { Ok(()) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let verifier = ctx.account()?;
        let terms = backing(draft, self.asset)?.terms;
        if !terms.verifiers.contains(&verifier) {
            return Err(Error::NotVerifier(self.asset));
        }
        if self.as_of > ctx.time {
            return Err(Error::FromTheFuture);
        }
        let key = (self.asset, verifier);
        if ATTESTATIONS.peek(draft, &key).is_some_and(|last| self.as_of <= last.as_of) {
            return Err(Error::NotNewer);
        }
        if self.expires <= ctx.time || self.expires.since_ms(self.as_of)? > terms.validity_ms {
            return Err(Error::BadExpiry);
        }

        // From here on only figures out of bounds can fail.
        let Attest { asset, amount, as_of, expires, evidence } = *self;
        ATTESTATIONS.put(draft, key, Attestation { amount, as_of, expires, evidence, received_at: ctx.time });
        draft.emit(MODULE, &Event::Attested { asset, verifier, amount, as_of, expires, evidence });
        announce(draft, ctx, asset)
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_amount(names, self.amount, self.asset);
        let Attest { as_of, expires, evidence, .. } = self;
        format!("Attest backing for {amount} as of {as_of} until {expires}, evidence {evidence}")
    }
}
