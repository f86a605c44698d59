//! Why an act on eligibility is refused. The numbers are fixed for ever; the order is the precedence.

use strum::IntoStaticStr;
use thiserror::Error;

use crate::Denial;

/// A refusal by this module.
#[derive(Clone, Debug, PartialEq, Eq, Error, IntoStaticStr)]
pub enum Error {
    /// A refusal by accounts.
    #[error(transparent)]
    Accounts(#[from] gage_accounts::Error),
    /// The movement is refused, with the report.
    #[error(transparent)]
    Denied(#[from] Box<Denial>),
    /// A requirement beyond its limits.
    #[error("a requirement lists at most 16 conditions a side, each with 1 to 32 claims and at most 16 issuers")]
    BadRequirement,
}

impl Error {
    /// The stable number: module number times 1000, plus the reason. A denial has the number of its
    /// first clause.
    pub fn code(&self) -> u32 {
        match self {
            Error::Accounts(error) => error.code(),
            Error::Denied(denial) => denial.code(),
            Error::BadRequirement => 2001,
        }
    }

    /// The stable name of the reason. A denial has the name of its first clause.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Accounts(error) => error.name(),
            Error::Denied(denial) => denial.name(),
            _ => self.into(),
        }
    }
}
