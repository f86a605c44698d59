//! Why an act on accounts is refused. The numbers are fixed for ever; the order is the precedence.

use strum::IntoStaticStr;
use thiserror::Error;

/// A refusal by this module.
#[derive(Clone, Debug, PartialEq, Eq, Error, IntoStaticStr)]
pub enum Error {
    /// An account must act.
    #[error("this operation must be signed by an account")]
    NotAnAccount,
    /// Governance must act.
    #[error("only governance may do this")]
    NotGovernance,
    /// Zero.
    #[error("the amount is zero")]
    ZeroAmount,
    /// No earlier operation yields that output.
    #[error("the operation refers to an output that no earlier operation of this transaction yields")]
    NoSuchOutput,
    /// The output is in another asset.
    #[error("the output referred to is in another asset")]
    OutputInOtherAsset,
    /// The output is too small.
    #[error("the output referred to is below the minimum stated")]
    OutputBelowMinimum,
    /// No such account.
    #[error("no account has that identifier")]
    UnknownAccount,
    /// That name is taken.
    #[error("an account of that name exists already")]
    AccountExists,
    /// All numbers are given out.
    #[error("no account number is left")]
    AccountsUsedUp,
    /// An account needs a key.
    #[error("an account needs at least one key")]
    NoKeys,
    /// Too many keys.
    #[error("an account has at most 16 keys")]
    TooManyKeys,
    /// The key is there already.
    #[error("the key is already a key or a session of this account, or is listed twice")]
    DuplicateKey,
    /// A key without weight.
    #[error("a key weighs at least 1")]
    ZeroWeight,
    /// A threshold of zero.
    #[error("a threshold is at least 1")]
    ZeroThreshold,
    /// The owners would be locked out.
    #[error("the owner keys that never expire would weigh less than the threshold")]
    OwnersBelowThreshold,
    /// It would be expired already.
    #[error("the expiry is not in the future")]
    ExpiryNotInFuture,
    /// No such key.
    #[error("the account has no such key or session")]
    UnknownKey,
    /// The key no longer counts.
    #[error("the key or session has expired")]
    KeyExpired,
    /// Too many signatures.
    #[error("a transaction carries at most 16 signatures")]
    TooManySigners,
    /// One key, two signatures.
    #[error("a key signs only once")]
    KeyNamedTwice,
    /// A session among other signers.
    #[error("a session's key signs alone")]
    SessionSignsAlone,
    /// The scope does not cover it.
    #[error("an operation lies outside the session's scope")]
    OutsideSession,
    /// Too little weight.
    #[error("the signing keys weigh less than the account's threshold")]
    BelowThreshold,
    /// Operators cannot do this.
    #[error(
        "the signing owner keys weigh less than the threshold, which operations on accounts, keys and sessions need"
    )]
    NeedsOwners,
    /// The nonce belongs to other signers.
    #[error("the nonce is of another lane than the signing key")]
    WrongLane,
    /// The nonce leaps.
    #[error("the nonce is too far ahead of those used")]
    NonceTooFar,
    /// The nonce lies before the window.
    #[error("the nonce lies before the window of those that can still be used")]
    NonceTooOld,
    /// A replay.
    #[error("the nonce is used")]
    NonceUsed,
    /// No such session.
    #[error("the account has no session with that key")]
    UnknownSession,
    /// Too many sessions.
    #[error("an account has at most 16 open sessions")]
    TooManySessions,
    /// It would last too long.
    #[error("a session lasts at most 366 days")]
    SessionTooLong,
    /// The scope is not well formed.
    #[error("a scope names 1 to 16 modules, ascending, each with 1 to 5 classes, ascending")]
    BadScope,
    /// A session may not manage.
    #[error("a session cannot be given the operations of the accounts module")]
    ScopeHoldsAccounts,
    /// All lanes are given out.
    #[error("the account has opened all the sessions it ever can")]
    LanesUsedUp,
}

impl Error {
    /// The stable number: module number times 1000, plus the reason.
    pub const fn code(&self) -> u32 {
        match self {
            Error::NotAnAccount => 1001,
            Error::NotGovernance => 1002,
            Error::ZeroAmount => 1003,
            Error::NoSuchOutput => 1004,
            Error::OutputInOtherAsset => 1005,
            Error::OutputBelowMinimum => 1006,
            Error::UnknownAccount => 1007,
            Error::AccountExists => 1008,
            Error::AccountsUsedUp => 1009,
            Error::NoKeys => 1010,
            Error::TooManyKeys => 1011,
            Error::DuplicateKey => 1012,
            Error::ZeroWeight => 1013,
            Error::ZeroThreshold => 1014,
            Error::OwnersBelowThreshold => 1015,
            Error::ExpiryNotInFuture => 1016,
            Error::UnknownKey => 1017,
            Error::KeyExpired => 1018,
            Error::TooManySigners => 1019,
            Error::KeyNamedTwice => 1020,
            Error::SessionSignsAlone => 1021,
            Error::OutsideSession => 1022,
            Error::BelowThreshold => 1023,
            Error::NeedsOwners => 1024,
            Error::WrongLane => 1025,
            Error::NonceTooFar => 1026,
            Error::NonceTooOld => 1027,
            Error::NonceUsed => 1028,
            Error::UnknownSession => 1029,
            Error::TooManySessions => 1030,
            Error::SessionTooLong => 1031,
            Error::BadScope => 1032,
            Error::ScopeHoldsAccounts => 1033,
            Error::LanesUsedUp => 1034,
        }
    }

    /// The stable name of the reason.
    pub fn name(&self) -> &'static str {
        self.into()
    }
}
