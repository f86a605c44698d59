//! Why a transaction as a whole is refused, and the one form in which every module's refusal leaves.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::MathError;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;
use thiserror::Error;

/// A refusal by the chain itself. The numbers are fixed for ever; the order is the precedence.
#[derive(Clone, Debug, PartialEq, Eq, Error, IntoStaticStr)]
pub enum Error {
    /// Not the bytes of a transaction or block.
    #[error("the bytes do not decode; encode with borsh exactly as docs/formats.md says")]
    Malformed,
    /// Too many bytes.
    #[error("the bytes exceed the largest size")]
    TooLarge,
    /// No operations, or too many.
    #[error("a transaction has between 1 and 64 operations")]
    BadOperationCount,
    /// Too many effects.
    #[error("a transaction declares at most 16 expected effects")]
    TooManyEffects,
    /// Too late.
    #[error("the transaction was valid until an earlier time; sign it again with a later valid_until")]
    Expired,
    /// Too heavy.
    #[error("the transaction's weight exceeds what one block may carry; split it")]
    TooHeavy,
    /// The fee asked is above what the signer allows.
    #[error("the fee exceeds max_fee; sign again with a higher max_fee or wait for a lower base fee")]
    FeeAboveMaximum,
    /// Not enough credit.
    #[error("the account's fee credit does not cover the fee; buy credit first")]
    InsufficientCredit,
    /// The module is restricted.
    #[error("the module is frozen after a fault: only acts that reduce risk are accepted")]
    ModuleFrozen,
    /// The ceiling on records.
    #[error("the ledger holds the most records it may; remove records or wait")]
    StateFull,
    /// A declared effect does not hold.
    #[error("the transaction would have an effect that its signer did not expect")]
    UnexpectedEffect,
    /// Not the fee asset.
    #[error("fee credit is bought and withdrawn in the fee asset")]
    NotFeeAsset,
    /// Nobody schedules, or another.
    #[error("only the governing account schedules operations")]
    NotGovernor,
    /// A bundle inside a bundle.
    #[error("a scheduled operation cannot schedule another")]
    NestedSchedule,
    /// The bundle's window.
    #[error("a bundle runs from a time to a later one, within 90 days")]
    BadWindow,
    /// No such bundle.
    #[error("no scheduled bundle has that number")]
    UnknownBundle,
    /// The bundle is too large or empty.
    #[error("a bundle has between 1 and 64 operations in at most 65,536 bytes")]
    BadBundle,
    /// A result does not fit.
    #[error(transparent)]
    Math(#[from] MathError),
    /// The governing account's delay.
    #[error("the governing account decides with a delay: schedule it for no earlier than its policy's delay from now")]
    DecisionMustWait,
}

impl Error {
    /// The stable number.
    pub fn code(&self) -> u32 {
        match self {
            Error::Malformed => 32_001,
            Error::TooLarge => 32_002,
            Error::BadOperationCount => 32_003,
            Error::TooManyEffects => 32_004,
            Error::Expired => 32_005,
            Error::TooHeavy => 32_006,
            Error::FeeAboveMaximum => 32_007,
            Error::InsufficientCredit => 32_008,
            Error::ModuleFrozen => 32_009,
            Error::StateFull => 32_010,
            Error::UnexpectedEffect => 32_011,
            Error::NotFeeAsset => 32_012,
            Error::NotGovernor => 32_013,
            Error::NestedSchedule => 32_014,
            Error::BadWindow => 32_015,
            Error::UnknownBundle => 32_016,
            Error::BadBundle => 32_017,
            Error::Math(MathError::Overflow) => 32_018,
            Error::Math(MathError::Underflow) => 32_019,
            Error::Math(MathError::DivisionByZero) => 32_020,
            Error::DecisionMustWait => 32_021,
        }
    }

    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Math(MathError::Overflow) => "Overflow",
            Error::Math(MathError::Underflow) => "Underflow",
            Error::Math(MathError::DivisionByZero) => "DivisionByZero",
            other => other.into(),
        }
    }
}

/// A refusal as it stands in a receipt: stable number and name, and the sentence with its facts.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Rejection {
    /// The stable number.
    pub code: u32,
    /// The stable name.
    pub name: String,
    /// What is true, and what to do.
    pub sentence: String,
}

/// The longest sentence in a receipt.
const SENTENCE_MAX: usize = 1_024;

impl Rejection {
    fn new(code: u32, name: &str, sentence: String) -> Rejection {
        let sentence = sentence.chars().take(SENTENCE_MAX).collect();
        Rejection { code, name: name.to_owned(), sentence }
    }
}

macro_rules! rejection_from {
    ($($module:ident),*) => {
        $(impl From<$module::Error> for Rejection {
            fn from(error: $module::Error) -> Rejection {
                Rejection::new(error.code(), error.name(), error.to_string())
            }
        })*
    };
}

rejection_from!(
    gage_accounts,
    gage_compliance,
    gage_ledger,
    gage_staking,
    gage_oracle,
    gage_securities,
    gage_auctions,
    gage_backstop,
    gage_vaults
);

impl From<Error> for Rejection {
    fn from(error: Error) -> Rejection {
        Rejection::new(error.code(), error.name(), error.to_string())
    }
}
