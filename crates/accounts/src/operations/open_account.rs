use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::describe_key;
use crate::opening::{NewKey, derive_id, network, open, validate_keys};
use crate::{Context, Error};

/// Opens an account for whoever holds the keys. The signer pays and gets no power over it.
///
/// The account's name follows from the keys: see [`crate::derive_id`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenAccount {
    /// The first keys, 1 to 16.
    pub keys: Vec<NewKey>,
    /// The weight an act needs.
    pub threshold: u16,
}

impl OpenAccount {
    /// # Errors
    /// [`Error::NoKeys`], [`Error::TooManyKeys`], [`Error::ZeroWeight`], [`Error::DuplicateKey`],
    /// [`Error::ZeroThreshold`], [`Error::OwnersBelowThreshold`].
    pub fn validate(&self) -> Result<(), Error> {
        validate_keys(&self.keys, self.threshold)
    }

    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::ExpiryNotInFuture`], [`Error::AccountExists`], [`Error::AccountsUsedUp`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let sponsor = ctx.account()?;
        let id = derive_id(&network(draft), &self.keys, self.threshold)?;
        open(draft, ctx, id, Some(sponsor), &self.keys, self.threshold)?;
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(describe_key).collect();
        format!("open account with threshold {} and {}", self.threshold, keys.join(", "))
    }
}
