//! What happened to accounts.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::{AccountId, KeyId};
use gage_units::{AccountNumber, Timestamp};
use serde::{Deserialize, Serialize};

use crate::opening::NewKey;
use crate::state::Grant;

/// An event of this module.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An account was opened.
    AccountOpened {
        /// Its number.
        account: AccountNumber,
        /// Its name.
        id: AccountId,
        /// Who paid; `None` at genesis.
        opened_by: Option<AccountNumber>,
        /// Its first keys.
        keys: Vec<NewKey>,
        /// The weight an act needs.
        threshold: u16,
    },
    /// A key was added.
    KeyAdded {
        /// To which account.
        account: AccountNumber,
        /// The key.
        key: NewKey,
        /// The account's member epoch since then.
        member_epoch: u64,
    },
    /// A key took another's place.
    KeyRotated {
        /// Of which account.
        account: AccountNumber,
        /// The key that went.
        old: KeyId,
        /// The key that came.
        key: NewKey,
        /// The account's member epoch since then.
        member_epoch: u64,
    },
    /// A key was removed.
    KeyRemoved {
        /// From which account.
        account: AccountNumber,
        /// The key that went.
        key: KeyId,
        /// The account's member epoch since then.
        member_epoch: u64,
    },
    /// The weight an act needs was set.
    ThresholdSet {
        /// Of which account.
        account: AccountNumber,
        /// Before.
        before: u16,
        /// After.
        after: u16,
        /// The account's policy version since then.
        policy_version: u64,
    },
    /// A session was opened.
    SessionOpened {
        /// Of which account.
        account: AccountNumber,
        /// The session's key.
        key: KeyId,
        /// Its lane of nonces.
        lane: u32,
        /// What it may sign.
        scope: Vec<Grant>,
        /// When it ends by itself.
        expires: Timestamp,
    },
    /// A session ended: by its account, with a key that was removed, or swept after its expiry.
    SessionClosed {
        /// Of which account.
        account: AccountNumber,
        /// The session's key.
        key: KeyId,
        /// Its lane, never used again.
        lane: u32,
    },
}
