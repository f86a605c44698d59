use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::class::{Permission, PriceClass};
use crate::state::{GLOBAL, global};
use crate::{Error, Event, MODULE};

/// The most rows: one per action.
pub const ROWS_MAX: usize = 7;
/// The most classes of a row.
pub const CLASSES_MAX: usize = 6;

/// Sets which price permits what, for the actions named; the others keep their permissions.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetMatrix {
    /// The rows, at most one per action.
    pub rows: Vec<Permission>,
}

impl SetMatrix {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.rows.is_empty() {
            return Err(Error::EmptyList);
        }
        if self.rows.len() > ROWS_MAX || self.rows.iter().any(|row| row.classes.len() > CLASSES_MAX) {
            return Err(Error::ListTooLong);
        }
        Ok(())
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        let mut state = global(draft);
        state.params.matrix = self.rows.iter().fold(state.params.matrix, crate::Matrix::with);
        state.params.check()?;

        // From here on nothing can fail.
        let rows = state.params.matrix.rows();
        GLOBAL.put(draft, 0, state);
        draft.emit(MODULE, &Event::MatrixSet { rows });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let row = |row: &Permission| {
            let classes: Vec<&str> = row.classes.iter().map(|class: &PriceClass| class.name()).collect();
            format!("{} on {}", row.action.name(), classes.join(", "))
        };
        format!("Permit {}", self.rows.iter().map(row).collect::<Vec<_>>().join("; "))
    }
}
