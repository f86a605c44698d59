//! The module's section of the genesis file.

use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::operations::{List, RegisterInstrument, SetBackingTerms, SetComposition};

/// What is known of assets from the start: the operations governance would use, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Genesis {
    /// Instruments.
    pub instruments: Vec<RegisterInstrument>,
    /// Compositions.
    pub compositions: Vec<SetComposition>,
    /// Backing terms.
    pub backings: Vec<SetBackingTerms>,
    /// Listings.
    pub listings: Vec<List>,
}

/// Writes the section into an empty state.
///
/// # Errors
/// Those of the operations.
pub fn genesis(draft: &mut Draft, ctx: &Context, genesis: &Genesis) -> Result<(), Error> {
    for operation in &genesis.instruments {
        operation.validate()?;
        operation.apply(draft, ctx)?;
    }
    for operation in &genesis.compositions {
        operation.validate()?;
        operation.apply(draft, ctx)?;
    }
    for operation in &genesis.backings {
        operation.validate()?;
        operation.apply(draft, ctx)?;
    }
    for operation in &genesis.listings {
        operation.validate()?;
        operation.apply(draft, ctx)?;
    }
    Ok(())
}
