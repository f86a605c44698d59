//! The operations of this module.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Context, Names, Output};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::operations::Take;

/// An operation of this module, one variant per verb.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Take a part of a lot.
    Take(Take),
}

impl Operation {
    /// Checks what needs no state.
    ///
    /// # Errors
    /// See the operation.
    pub fn validate(&self) -> Result<(), Error> {
        match self {
            Operation::Take(take) => take.validate(),
        }
    }

    /// Acts, or fails and leaves writes to be undone.
    ///
    /// # Errors
    /// See the operation.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        match self {
            Operation::Take(take) => take.apply(draft, ctx),
        }
    }

    /// The class of execution inside a block.
    pub fn class(&self) -> Class {
        match self {
            Operation::Take(_) => Class::General,
        }
    }

    /// The work, in thousandths of a simple operation.
    pub fn weight(&self) -> u64 {
        match self {
            Operation::Take(_) => 2_000,
        }
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        match self {
            Operation::Take(take) => take.describe(names),
        }
    }
}
