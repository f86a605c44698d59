//! The section of the genesis file: lots are opened by other modules, so nothing is set here.

use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;

/// What the genesis file says about auctions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Genesis {}

/// Sets the first state.
///
/// # Errors
/// None; the signature is that of every module.
pub fn genesis(_draft: &mut Draft, _ctx: &Context, _genesis: &Genesis) -> Result<(), Error> {
    Ok(())
}
