//! Everything that can be asked of this module.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Context, Names, Output};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::operations::{
    Bond, Claim, RegisterValidator, ReportEquivocation, ResignValidator, SetRoleTerms, SetValidatorRules, Unbond,
};

/// One request. Evidence against publishers, arbiters and others is brought to the module of the role, which verifies
/// it; validators have no other module than this one.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// See [`Bond`].
    Bond(Bond),
    /// See [`Unbond`].
    Unbond(Unbond),
    /// See [`Claim`].
    Claim(Claim),
    /// See [`SetRoleTerms`].
    SetRoleTerms(SetRoleTerms),
    /// See [`RegisterValidator`].
    RegisterValidator(RegisterValidator),
    /// See [`ResignValidator`].
    ResignValidator(ResignValidator),
    /// See [`ReportEquivocation`].
    ReportEquivocation(ReportEquivocation),
    /// See [`SetValidatorRules`].
    SetValidatorRules(SetValidatorRules),
}

impl Operation {
    /// Checks what needs no state.
    ///
    /// # Errors
    /// The first check that fails, in the order each operation documents.
    pub fn validate(&self) -> Result<(), Error> {
        match self {
            Operation::Bond(operation) => operation.validate(),
            Operation::Unbond(operation) => operation.validate(),
            Operation::Claim(_) => Ok(()),
            Operation::SetRoleTerms(operation) => operation.validate(),
            Operation::RegisterValidator(operation) => operation.validate(),
            Operation::ReportEquivocation(operation) => operation.validate(),
            Operation::ResignValidator(_) | Operation::SetValidatorRules(_) => Ok(()),
        }
    }

    /// Does it, and says what it yielded to its account.
    ///
    /// # Errors
    /// The first check that fails; the caller undoes what was written.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        match self {
            Operation::Bond(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::Unbond(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::Claim(operation) => operation.apply(draft, ctx).map(Some),
            Operation::SetRoleTerms(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::RegisterValidator(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::ResignValidator(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::ReportEquivocation(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetValidatorRules(operation) => operation.apply(draft, ctx).map(|()| None),
        }
    }

    /// The order of execution: claims come last, after the evidence of the same block.
    pub fn class(&self) -> Class {
        match self {
            Operation::Claim(_) => Class::Exit,
            _ => Class::General,
        }
    }

    /// The work it causes; 1,000 is one simple operation.
    pub fn weight(&self) -> u64 {
        match self {
            // A hold is released and a new one made.
            Operation::Bond(_) | Operation::Claim(_) => 2_000,
            Operation::Unbond(_)
            | Operation::SetRoleTerms(_)
            | Operation::ResignValidator(_)
            | Operation::SetValidatorRules(_) => 1_000,
            // Each signature is checked here, by one thread; and the registered may be gone through for the least.
            Operation::RegisterValidator(_) => 351_000,
            Operation::ReportEquivocation(_) => 102_000,
        }
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        match self {
            Operation::Bond(operation) => operation.describe(names),
            Operation::Unbond(operation) => operation.describe(names),
            Operation::Claim(operation) => operation.describe(),
            Operation::SetRoleTerms(operation) => operation.describe(names),
            Operation::RegisterValidator(operation) => operation.describe(),
            Operation::ResignValidator(operation) => operation.describe(),
            Operation::ReportEquivocation(operation) => operation.describe(),
            Operation::SetValidatorRules(operation) => operation.describe(),
        }
    }
}
