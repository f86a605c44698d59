use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::equivocation::{Equivocation, punish};

/// Brings the evidence that a validator contradicted himself. Anyone may: the votes prove it. He is barred, and loses
/// the part of his bond that the rules name.
///
/// Precedence: contradiction; validators; epoch; member; signatures; offence not punished yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportEquivocation {
    /// The two votes.
    pub equivocation: Equivocation,
}

impl ReportEquivocation {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.equivocation.contradicts() { Ok(()) } else { Err(Error::NoContradiction) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        punish(draft, ctx, &self.equivocation)
    }

    pub(crate) fn describe(&self) -> String {
        let Equivocation { round, validator, .. } = &self.equivocation;
        format!(
            "Report that the validator {validator} contradicted itself in view {} of epoch {}",
            round.view, round.epoch
        )
    }
}
