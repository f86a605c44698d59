//! Who may sign, how much, how soon (floor 2, module 1).
//!
//! Nouns: [`Account`] (who holds: its name never changes), [`Key`] (who signs: weight, [`Role`], expiry),
//! threshold (the weight an act needs), [`Session`] (a key that signs alone, within a scope, until it
//! ends), [`NonceWindow`] (each signature runs at most once), and what every module uses:
//! [`Context`], [`Quantity`], [`Class`], [`Broken`].
//!
//! Flow: a transaction names its account, keys and nonce; [`authorise`] decides; its operations then
//! run with the account as [`Signer`]. Keys change by operations that the owner keys sign.
//!
//! Invariants:
//! - `no_account_is_locked_out`: the owner keys that never expire weigh at least the threshold.
//! - `numbers_are_dense`: accounts are numbered from 64 without gaps; below stand modules, without keys.
//! - `one_number_per_name`: a name leads to the one account that bears it.
//! - `a_signer_has_one_part`: no key is both a key and a session of an account; each stands under its own identifier.
//! - `lanes_are_never_shared`: each session has a lane of its own, and only lane 0 and open sessions keep nonces.
//!
//! Removing a key ends every session opened while it was a key: its owner may have signed for it.

mod authority;
mod broken;
mod context;
mod describe;
mod error;
mod event;
mod genesis;
mod invariants;
pub mod nonce;
mod opening;
mod operation;
pub mod operations;
pub mod query;
mod state;

pub use authority::{Authority, authorise, check_authority};
pub use broken::Broken;
pub use context::{Class, Context, Output, Quantity, Signer};
pub use describe::{Names, describe_amount, describe_quantity};
pub use error::Error;
pub use event::Event;
pub use genesis::{Genesis, GenesisAccount, genesis};
pub use invariants::{check_block, check_invariants};
pub use nonce::NonceWindow;
pub use opening::{
    NewKey, account, derive_id, exists, id_of, is_module, key, network, open_for_genesis, open_module, public_key,
    resolve, set_network,
};
pub use operation::Operation;
pub use state::{
    Account, GRANTS_MAX, Grant, KEYS_MAX, Key, Network, Role, SESSION_MS_MAX, SESSIONS_MAX, Session, create_tables,
    rebuild,
};

/// The number of this module: the high byte of its tables, the thousands of its errors.
pub const MODULE: u8 = 1;
/// Account numbers below this belong to modules (account number = module number) and have no keys.
pub const MODULE_ACCOUNTS: u32 = 64;
