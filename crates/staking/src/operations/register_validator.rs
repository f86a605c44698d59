use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_crypto::vote::possession_message;
use gage_crypto::{PublicKey, SignatureBytes, verify_message};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::epochs::{least_registered, stake};
use crate::state::terms;
use crate::validators::{
    BARRED, BY_KEY, REGISTERED_MAX, VALIDATORS, Validator, check_offer, put_validator, remove_validator, rules,
};
use crate::{Error, Event, MODULE, Role};

/// Offers to order blocks under a key and at an address, from the next epoch that counts the signer's bond among the
/// largest; or gives another key or address from then on.
///
/// A new key is a new node: the old one orders until its epoch ends. Where as many are registered as may be, a larger
/// bond takes the place of the smallest.
///
/// Precedence: key and address; validators; not barred; bond; number of the registered; key; proof.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterValidator {
    /// The node's Ed25519 key.
    pub node_key: PublicKey,
    /// Where its peers reach it: an IP address and a port, as `203.0.113.7:8800`.
    pub address: String,
    /// The key's signature of network and account: nobody registers another's key.
    pub proof: SignatureBytes,
}

impl RegisterValidator {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        check_offer(&self.node_key, &self.address)
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let account = ctx.account()?;
        rules(draft).ok_or(Error::NoValidators)?;
        if BARRED.has(draft, &account) {
            return Err(Error::Barred);
        }
        let terms = terms(draft, Role::Validator).ok_or(Error::RoleNotOpen(Role::Validator))?;
        if stake(draft, account) < terms.amount_min {
            return Err(Error::BelowMinimum);
        }
        let full = !VALIDATORS.has(draft, &account) && VALIDATORS.len(draft) >= REGISTERED_MAX;
        let displaced = full.then(|| least_registered(draft));
        if displaced.is_some_and(|least| stake(draft, least) >= stake(draft, account)) {
            return Err(Error::TooManyValidators);
        }
        if BY_KEY.get(draft, &self.node_key.id()).is_some_and(|holder| holder != account) {
            return Err(Error::ValidatorKeyTaken);
        }
        let id = gage_accounts::id_of(draft, account).ok_or(Error::NotOwner)?;
        let message = possession_message(&gage_accounts::network(draft), &id);
        verify_message(&self.node_key, &message, &self.proof).map_err(|_| Error::NoProofOfKey)?;

        // From here on nothing can fail.
        if let Some(least) = displaced {
            remove_validator(draft, least);
            draft.emit(MODULE, &Event::ValidatorStruckOff { account: least });
        }
        let Self { node_key: key, address, .. } = self.clone();
        put_validator(draft, account, Validator { key, address: address.clone() });
        draft.emit(MODULE, &Event::ValidatorRegistered { account, key, address });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("Register as validator with the key {} at {}", self.node_key, self.address)
    }
}
