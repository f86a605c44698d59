use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::statement::SignedStatement;

/// The most statements of one operation.
pub const STATEMENTS_MAX: usize = 16;

/// Brings reports that their publishers signed outside transactions; all are taken or none. Anybody may.
///
/// Precedence per statement: signature, then as a report of its publisher.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayStatements {
    /// The statements, at most [`STATEMENTS_MAX`].
    pub statements: Vec<SignedStatement>,
}

impl RelayStatements {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        match self.statements.len() {
            0 => Err(Error::EmptyList),
            1..=STATEMENTS_MAX => self.statements.iter().try_for_each(|signed| signed.statement.report.validate()),
            _ => Err(Error::ListTooLong),
        }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.account()?;
        for signed in &self.statements {
            let publisher = signed.verify(draft)?;
            signed.statement.report.apply_by(draft, ctx, publisher)?;
        }
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let texts: Vec<String> = self.statements.iter().map(|signed| signed.statement.text()).collect();
        format!("Bring the signed report {}", texts.join("; "))
    }
}
