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
