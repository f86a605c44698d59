//! Reads for the API.

use gage_crypto::{AccountId, KeyId};
use gage_store::Draft;
use gage_units::{AccountNumber, Timestamp};
use serde::{Deserialize, Serialize};

use crate::nonce::nonce;
use crate::opening::{self};
use crate::state::{ACCOUNTS, Key, NONCES, Session, keys_of, sessions_of};
use crate::{Error, NonceWindow};

/// An account with everything that signs for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Its name.
    pub id: AccountId,
    /// Its number.
    pub number: AccountNumber,
    /// The name of the account that paid for the opening.
    pub opened_by: Option<AccountId>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The weight an act needs.
    pub threshold: u16,
    /// Rises with every change of keys.
    pub member_epoch: u64,
    /// Rises with every change of the threshold.
    pub policy_version: u64,
    /// The least nonce above all that its keys used.
    pub next_nonce: u64,
    /// Its keys.
    pub keys: Vec<KeyView>,
    /// Its sessions.
    pub sessions: Vec<SessionView>,
}

/// A key with its identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    /// Its identifier.
    pub id: KeyId,
    /// The record.
    #[serde(flatten)]
    pub key: Key,
}

/// A session with its identifier and nonce.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// The identifier of its key.
    pub id: KeyId,
    /// The record.
    #[serde(flatten)]
    pub session: Session,
    /// The least nonce above all it used, its lane included.
    pub next_nonce: u64,
}

/// The account with this name.
///
/// # Errors
/// [`Error::UnknownAccount`].
pub fn account(draft: &Draft, id: &AccountId) -> Result<AccountView, Error> {
    let number = opening::resolve(draft, id)?;
    let account = ACCOUNTS.peek(draft, &number).ok_or(Error::UnknownAccount)?;
    let session_view = |(id, session): (KeyId, &Session)| {
        let next_nonce = next_nonce(draft, number, session.lane);
        SessionView { id, session: session.clone(), next_nonce }
    };
    Ok(AccountView {
        id: *id,
        number,
        opened_by: account.opened_by.and_then(|sponsor| opening::id_of(draft, sponsor)),
        opened_at: account.opened_at,
        threshold: account.threshold,
        member_epoch: account.member_epoch,
        policy_version: account.policy_version,
        next_nonce: next_nonce(draft, number, 0),
        keys: keys_of(draft, number).map(|(id, key)| KeyView { id, key: *key }).collect(),
        sessions: sessions_of(draft, number).map(session_view).collect(),
    })
}

/// The least nonce above all used in a lane of an account.
pub fn next_nonce(draft: &Draft, account: AccountNumber, lane: u32) -> u64 {
    let window: NonceWindow = NONCES.peek(draft, &(account, lane)).copied().unwrap_or_default();
    nonce(lane, window.next)
}
