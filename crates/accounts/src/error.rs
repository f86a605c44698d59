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
        }
    }

    /// The stable name of the reason.
    pub fn name(&self) -> &'static str {
        self.into()
    }
}
