//! Why an act on bonds is refused. The numbers are fixed for ever; the order is the precedence.

use gage_units::MathError;
use strum::IntoStaticStr;
use thiserror::Error;

use crate::{BondId, Role, UNBONDINGS_MAX};

/// A refusal by this module.
#[derive(Clone, Debug, PartialEq, Eq, Error, IntoStaticStr)]
pub enum Error {
    /// Refused by accounts.
    #[error(transparent)]
    Accounts(#[from] gage_accounts::Error),
    /// Refused by the ledger, which also asks compliance.
    #[error(transparent)]
    Ledger(#[from] gage_ledger::Error),
    /// Zero.
    #[error("the amount is zero")]
    ZeroAmount,
    /// A number out of its bounds.
    #[error("the term {param} is out of bounds")]
    TermsOutOfBounds {
        /// Which one.
        param: &'static str,
    },
    /// Governance has set no terms for the role.
    #[error("nobody can bond as {} yet: the role has no terms", .0.name())]
    RoleNotOpen(Role),
    /// No such bond.
    #[error("there is no bond {0}")]
    UnknownBond(BondId),
    /// Another's bond.
    #[error("the bond is not the signer's")]
    NotOwner,
    /// Another asset.
    #[error("the bond or the terms of its role are in another asset")]
    NotBondAsset,
    /// The bond would be smaller than the terms allow.
    #[error("what is bonded would be above zero and below the least of the role's terms")]
    BelowMinimum,
    /// More than is bonded.
    #[error("the amount exceeds what is bonded")]
    ExceedsBond,
    /// A module needs the bond in place.
    #[error("the bond is reserved and cannot be unbonded yet")]
    BondReserved,
    /// Too many parts on their way out.
    #[error("a bond has at most {UNBONDINGS_MAX} parts that unbond at a time; claim first")]
    TooManyUnbondings,
    /// Nothing has waited long enough.
    #[error("nothing of the bond can be claimed yet")]
    NothingToClaim,
    /// Not a part.
    #[error("a slash takes more than nothing and at most all")]
    BadFraction,
    /// Evidence without a hash.
    #[error("a slash names its evidence")]
    NoEvidence,
    /// An offence later than this block.
    #[error("the offence would have happened later than this block")]
    EvidenceFromTheFuture,
    /// The window of evidence is past.
    #[error("the offence is older than the role's window of evidence")]
    EvidenceTooOld,
    /// The same evidence again.
    #[error("the bond was slashed for this evidence before")]
    AlreadySlashed,
    /// Arithmetic.
    #[error(transparent)]
    Math(#[from] MathError),
    /// All of it left before.
    #[error("nothing of the bond was bonded when the offence happened")]
    NothingAnswers,
    /// The network is told its validators from outside.
    #[error("this network's validators are not chosen by its state")]
    NoValidators,
    /// A key that no validator can have.
    #[error("a validator's key is one of ed25519")]
    BadValidatorKey,
    /// An address that no peer can reach.
    #[error("the address is not an IP address with a port, as 203.0.113.7:8800")]
    BadAddress,
    /// Another validator has it.
    #[error("the key is registered by another validator")]
    ValidatorKeyTaken,
    /// The key did not sign.
    #[error("the proof is not the key's signature of this network and account; make it with the key itself")]
    NoProofOfKey,
    /// No more room.
    #[error("as many validators are registered as there may be, all with at least this bond; bond more")]
    TooManyValidators,
    /// Neither registered nor in the set.
    #[error("there is no such validator")]
    NotAValidator,
    /// He orders, or is to.
    #[error(
        "the bond answers for a validator who orders in this epoch or the next; resign, and unbond once it has ended"
    )]
    StillServing,
    /// He offers to order.
    #[error("the account is registered as validator, which takes the least bond; resign first")]
    StillRegistered,
    /// He contradicted himself before.
    #[error("the account contradicted itself as validator and may not register again")]
    Barred,
    /// Two votes that one may cast.
    #[error("the votes do not contradict each other")]
    NoContradiction,
    /// A vote that the key did not sign.
    #[error("a vote is not signed by the validator")]
    VoteNotSigned,
}

impl Error {
    /// The stable number: module number times 1000, plus the reason.
    pub fn code(&self) -> u32 {
        match self {
            Error::Accounts(error) => error.code(),
            Error::Ledger(error) => error.code(),
            Error::ZeroAmount => 4001,
            Error::TermsOutOfBounds { .. } => 4002,
            Error::RoleNotOpen(_) => 4003,
            Error::UnknownBond(_) => 4004,
            Error::NotOwner => 4005,
            Error::NotBondAsset => 4006,
            Error::BelowMinimum => 4007,
            Error::ExceedsBond => 4008,
            Error::BondReserved => 4009,
            Error::TooManyUnbondings => 4010,
            Error::NothingToClaim => 4011,
            Error::BadFraction => 4012,
            Error::NoEvidence => 4013,
            Error::EvidenceFromTheFuture => 4014,
            Error::EvidenceTooOld => 4015,
            Error::AlreadySlashed => 4016,
            Error::NothingAnswers => 4017,
            Error::NoValidators => 4018,
            Error::BadValidatorKey => 4019,
            Error::BadAddress => 4020,
            Error::ValidatorKeyTaken => 4021,
            Error::NoProofOfKey => 4022,
            Error::TooManyValidators => 4023,
            Error::NotAValidator => 4024,
            Error::StillServing => 4025,
            Error::StillRegistered => 4026,
            Error::Barred => 4027,
            Error::NoContradiction => 4028,
            Error::VoteNotSigned => 4029,
            Error::Math(MathError::Overflow) => 4090,
            Error::Math(MathError::Underflow) => 4091,
            Error::Math(MathError::DivisionByZero) => 4092,
        }
    }

    /// The stable name of the reason.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Accounts(error) => error.name(),
            Error::Ledger(error) => error.name(),
            Error::Math(MathError::Overflow) => "Overflow",
            Error::Math(MathError::Underflow) => "Underflow",
            Error::Math(MathError::DivisionByZero) => "DivisionByZero",
            other => other.into(),
        }
    }
}
