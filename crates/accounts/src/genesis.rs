//! The accounts of the genesis file.

use gage_crypto::AccountId;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::opening::{NewKey, derive_id, network, open_for_genesis};
use crate::{Context, Error};

/// This module's section of the genesis file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Genesis {
    /// The first accounts, numbered from 64 in this order.
    pub accounts: Vec<GenesisAccount>,
}

/// One account of the genesis file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisAccount {
    /// Its name. Without one it gets the name that its keys give on this network.
    #[serde(default)]
    pub id: Option<AccountId>,
    /// Its keys.
    pub keys: Vec<NewKey>,
    /// The weight an act needs.
    pub threshold: u16,
}

/// Opens the accounts of the genesis file, after [`crate::set_network`].
///
/// # Errors
/// As `OpenAccount`.
pub fn genesis(draft: &mut Draft, ctx: &Context, genesis: &Genesis) -> Result<(), Error> {
    for GenesisAccount { id, keys, threshold } in &genesis.accounts {
        let id = match id {
            Some(id) => *id,
            None => derive_id(&network(draft), keys, *threshold)?,
        };
        open_for_genesis(draft, ctx, id, keys, *threshold)?;
    }
    Ok(())
}
