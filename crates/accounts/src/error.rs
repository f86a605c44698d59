//! Why an act on accounts is refused. The numbers are fixed for ever; the order is the precedence.

use gage_units::{AssetId, MathError, Timestamp};
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
    /// Frozen.
    #[error("the account is frozen: nothing leaves it but what reduces a risk; its owners can thaw it")]
    AccountFrozen,
    /// The role does not go that far.
    #[error("the key's role does not permit this")]
    NotPermitted,
    /// The key named is not among the signers.
    #[error("the operation names a key that has not signed the transaction")]
    KeyDoesNotSign,
    /// The policy is not well formed.
    #[error("the policy is not well formed: {0}")]
    BadPolicy(&'static str),
    /// A rule forbids it.
    #[error("rule {rule} of the account's policy denies this")]
    DeniedByRule {
        /// The rule.
        rule: u16,
    },
    /// A rule asks for others.
    #[error("rule {rule} of the account's policy requires the approval of its group")]
    NeedsApproval {
        /// The rule.
        rule: u16,
    },
    /// It must wait.
    #[error("this passes only as a bundle whose approvals have waited {wait_ms} ms")]
    MustWait {
        /// How long.
        wait_ms: u64,
    },
    /// A rule's window is used up.
    #[error("rule {rule} of the account's policy has used up its limit; {}", valid(*next))]
    OverLimit {
        /// The rule.
        rule: u16,
        /// When it would pass.
        next: Option<Timestamp>,
    },
    /// A breaker trips.
    #[error("the breaker of asset {asset} would trip; {}", valid(*next))]
    OverBreaker {
        /// Of what.
        asset: AssetId,
        /// When it would pass.
        next: Option<Timestamp>,
        /// How long it waits as a bundle, if it becomes one.
        queue_ms: Option<u64>,
    },
    /// It waits.
    #[error("a breaker would trip: nothing was done, and it waits as bundle {bundle}, to execute from {from} ms on")]
    QueuedByBreaker {
        /// As which bundle.
        bundle: u64,
        /// From when on it may execute.
        from: Timestamp,
    },
    /// The session's window is used up.
    #[error("the session's limit is used up or does not name the asset; {}", valid(*next))]
    OverSessionLimit {
        /// When it would pass.
        next: Option<Timestamp>,
    },
    /// The account would allow more than before.
    #[error("this loosens what the account allows: only a bundle whose approvals have waited {wait_ms} ms may")]
    LooseningMustWait {
        /// How long.
        wait_ms: u64,
    },
    /// No such bundle.
    #[error("the account has no bundle of that number")]
    UnknownBundle,
    /// Members or policy changed.
    #[error("members or policy of the account have changed since the bundle was proposed: it is void")]
    StaleApproval,
    /// Too many bundles.
    #[error("an account has at most 32 bundles, 8 of one key, and all accounts together 100,000")]
    TooManyBundles,
    /// Too large, or empty.
    #[error("a bundle has between 1 and 64 operations in at most 65,536 bytes")]
    BundleTooLarge,
    /// The window is not one.
    #[error("a bundle runs from a time to a later one, within 90 days")]
    BadWindow,
    /// Not the bundle's bytes.
    #[error("the approval does not repeat what was proposed: hash or operations differ")]
    OtherContent,
    /// Approved twice.
    #[error("the key has approved the bundle already")]
    AlreadyApproved,
    /// Too few approvals.
    #[error("the bundle's approvals weigh too little")]
    NotApproved,
    /// Too early or too late.
    #[error("the bundle's window has not begun or is over")]
    OutsideWindow,
    /// It runs already.
    #[error("the bundle runs in the next block already")]
    AlreadyQueued,
    /// Not a guardian.
    #[error("the signer is no guardian of that account")]
    NotGuardian,
    /// Guardians are not well formed.
    #[error(
        "an account has at most 8 guardians, others than itself, each once, a threshold among them, and a delay of \
         a day to 30 days"
    )]
    BadGuardians,
    /// Nothing to finish or cancel.
    #[error("no recovery of that account is under way, or not by this guardian")]
    NoRecovery,
    /// The guardians do not agree yet.
    #[error("too few guardians propose these keys since {wait_ms} ms")]
    RecoveryMustWait {
        /// How long each proposal must have waited.
        wait_ms: u64,
    },
    /// Not frozen.
    #[error("the account is not frozen, or thaws already")]
    NotFrozen,
    /// A session's limits are not well formed.
    #[error("a session names at most 16 assets, ascending, with windows from a minute to 366 days")]
    BadSessionLimits,
    /// A breaker is not well formed.
    #[error("an account has at most 16 breakers, with windows from a minute to 366 days and delays up to 30 days")]
    BadBreaker,
    /// Too much to look at.
    #[error("the policy tells more acts apart than can be looked at for every set of so many keys")]
    ProofTooLarge,
    /// A result does not fit.
    #[error(transparent)]
    Math(#[from] MathError),
}

/// When an act would pass, in words.
fn valid(next: Option<Timestamp>) -> String {
    next.map_or("it is never valid like this".to_owned(), |next| format!("it is valid from {next} ms on"))
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
            Error::AccountFrozen => 1035,
            Error::NotPermitted => 1036,
            Error::KeyDoesNotSign => 1037,
            Error::BadPolicy(_) => 1038,
            Error::DeniedByRule { .. } => 1039,
            Error::NeedsApproval { .. } => 1040,
            Error::MustWait { .. } => 1041,
            Error::OverLimit { .. } => 1042,
            Error::OverBreaker { .. } => 1043,
            Error::QueuedByBreaker { .. } => 1044,
            Error::OverSessionLimit { .. } => 1045,
            Error::LooseningMustWait { .. } => 1046,
            Error::UnknownBundle => 1047,
            Error::StaleApproval => 1048,
            Error::TooManyBundles => 1049,
            Error::BundleTooLarge => 1050,
            Error::BadWindow => 1051,
            Error::OtherContent => 1052,
            Error::AlreadyApproved => 1053,
            Error::NotApproved => 1054,
            Error::OutsideWindow => 1055,
            Error::AlreadyQueued => 1056,
            Error::NotGuardian => 1057,
            Error::BadGuardians => 1058,
            Error::NoRecovery => 1059,
            Error::RecoveryMustWait { .. } => 1060,
            Error::NotFrozen => 1061,
            Error::BadSessionLimits => 1062,
            Error::BadBreaker => 1063,
            Error::ProofTooLarge => 1064,
            Error::Math(MathError::Overflow) => 1065,
            Error::Math(MathError::Underflow) => 1066,
            Error::Math(MathError::DivisionByZero) => 1067,
        }
    }

    /// The stable name of the reason.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Math(MathError::Overflow) => "Overflow",
            Error::Math(MathError::Underflow) => "Underflow",
            Error::Math(MathError::DivisionByZero) => "DivisionByZero",
            other => other.into(),
        }
    }
}
