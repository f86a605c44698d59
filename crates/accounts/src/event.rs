//! What happened to accounts.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::{AccountId, Hash, KeyId};
use gage_units::{AccountNumber, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::guard::{Breaker, Guardians};
use crate::opening::NewKey;
use crate::policy::Policy;
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
    /// The rules of an account were set.
    PolicySet {
        /// Of which account.
        account: AccountNumber,
        /// All its rules now.
        policy: Policy,
        /// The account's policy version since then.
        policy_version: u64,
    },
    /// A breaker was set or taken away.
    BreakerSet {
        /// Of which account.
        account: AccountNumber,
        /// Of which asset.
        asset: AssetId,
        /// The breaker now.
        breaker: Option<Breaker>,
        /// The account's policy version since then.
        policy_version: u64,
    },
    /// The guardians of an account were set.
    GuardiansSet {
        /// Of which account.
        account: AccountNumber,
        /// The guardians now.
        guardians: Guardians,
        /// The account's policy version since then.
        policy_version: u64,
    },
    /// An account was frozen.
    Frozen {
        /// Which.
        account: AccountNumber,
        /// The guardian that froze it; none if it was one of its own keys.
        by: Option<AccountNumber>,
    },
    /// The owners asked for an account to be thawed.
    Thawing {
        /// Which.
        account: AccountNumber,
        /// From this instant on it is frozen no more.
        until: Timestamp,
    },
    /// Operations were proposed and wait for approval.
    BundleProposed {
        /// Of which account.
        account: AccountNumber,
        /// The bundle.
        bundle: u64,
        /// What approvals bind.
        hash: Hash,
        /// By which key.
        proposer: KeyId,
        /// Not executed before this time.
        not_before: Timestamp,
        /// Nor after this one.
        not_after: Timestamp,
    },
    /// A key approved a bundle.
    BundleApproved {
        /// Of which account.
        account: AccountNumber,
        /// The bundle.
        bundle: u64,
        /// Which key.
        key: KeyId,
    },
    /// A bundle runs in the next block.
    BundleQueued {
        /// Of which account.
        account: AccountNumber,
        /// The bundle.
        bundle: u64,
    },
    /// A bundle was taken out to run; what became of it is in the receipt under its hash.
    BundleTaken {
        /// Of which account.
        account: AccountNumber,
        /// The bundle.
        bundle: u64,
        /// Its hash.
        hash: Hash,
    },
    /// A bundle was stopped: by its proposer, by an owner's key or by a guardian.
    BundleRejected {
        /// Of which account.
        account: AccountNumber,
        /// The bundle.
        bundle: u64,
        /// The guardian; none if it was one of the account's own keys.
        guardian: Option<AccountNumber>,
    },
    /// A bundle's window passed, or it was void and made room.
    BundleExpired {
        /// Of which account.
        account: AccountNumber,
        /// The bundle.
        bundle: u64,
    },
    /// A guardian proposed new keys for an account.
    RecoveryStarted {
        /// For which account.
        account: AccountNumber,
        /// Which guardian.
        guardian: AccountNumber,
        /// The keys.
        keys: Vec<NewKey>,
        /// The weight an act would need.
        threshold: u16,
    },
    /// The owners cancelled what guardians proposed.
    RecoveryCancelled {
        /// For which account.
        account: AccountNumber,
    },
    /// Guardians replaced all keys of an account.
    AccountRecovered {
        /// Which account.
        account: AccountNumber,
        /// Its keys now.
        keys: Vec<NewKey>,
        /// The weight an act needs now.
        threshold: u16,
        /// The account's member epoch since then.
        member_epoch: u64,
    },
}
