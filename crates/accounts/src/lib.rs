//! Who may sign, how much, how soon (floor 2, module 1).
//!
//! Nouns: [`Account`] (who holds: its name never changes), [`Key`] (who signs: weight, [`Role`], expiry),
//! threshold (the weight an act needs), [`Session`] (a key that signs alone, within scope and limits, until
//! it ends), [`NonceWindow`] (each signature runs at most once), [`Guard`] ([`Policy`], [`Breaker`]s,
//! [`Guardians`], freeze), [`Bundle`] (operations that wait for approval), and what every module uses:
//! [`Context`], [`Quantity`], [`Class`], [`Broken`].
//!
//! ```text
//!   transaction ─► authorise ─► operations run ─► effects ─► judge: frozen, loosening, session, rules, breakers
//!   propose ─► approve ─► (delay, veto) ─► execute ─► next block: check_ready ─► operations run ─► judge
//! ```
//!
//! Invariants:
//! - `no_account_is_locked_out`: the owner keys that never expire weigh at least the threshold.
//! - `numbers_are_dense`: accounts are numbered from 64 without gaps; below stand modules, without keys.
//! - `one_number_per_name`: a name leads to the one account that bears it.
//! - `a_signer_has_one_part`: no key is both a key and a session of an account; each stands under its own identifier.
//! - `lanes_are_never_shared`: each session has a lane of its own, and only lane 0 and open sessions keep nonces.
//! - `a_guard_stands_where_it_is_flagged`: an account is flagged as guarded if and only if it has a guard.
//! - `meters_belong`: a window is kept only for a rule, a breaker or a session that is there.
//! - `approvals_are_of_members`: every approval of a current bundle is of a key that its account has.
//! - `recoveries_are_of_guardians`: new keys are proposed by guardians only.
//!
//! Removing a key ends every session opened while it was a key: its owner may have signed for it.

mod authority;
mod broken;
mod bundle;
mod context;
mod describe;
mod error;
mod event;
mod genesis;
mod guard;
mod invariants;
mod judge;
pub mod nonce;
mod opening;
mod operation;
pub mod operations;
mod policy;
mod proof;
pub mod query;
mod signers;
mod state;
mod window;

pub use authority::{Asked, Authority, Demand, Granted, authorise, authorise_for, check_authority, touch, touch_name};
pub use broken::Broken;
pub use bundle::{
    BUNDLE_BYTES_MAX, BUNDLE_WINDOW_MS_MAX, BUNDLES_MAX, BUNDLES_OF_ACCOUNT_MAX, BUNDLES_OF_KEY_MAX, Bundle, Proposal,
    Vote, approve, bundle, check_ready, next_queued, propose, prune_bundle, take,
};
pub use context::{Class, Context, Output, Quantity, Signer};
pub use describe::{Names, describe_amount, describe_quantity};
pub use error::Error;
pub use event::Event;
pub use genesis::{Genesis, GenesisAccount, genesis};
pub use guard::{
    BREAKERS_MAX, Breaker, Freeze, GUARDIANS_MAX, Guard, Guardians, LOOSENING_FLOOR_MS, Standing, Tripped,
    check_guardian, guard, standing,
};
pub use invariants::{check_block, check_invariants};
pub use judge::{By, Change, Effects, judge};
pub use nonce::NonceWindow;
pub use opening::{
    NewKey, account, derive_id, exists, id_of, is_module, key, network, open_for_genesis, open_module, public_key,
    resolve, set_network,
};
pub use operation::Operation;
pub use policy::{
    Act, Beyond, Condition, DELAY_MS_MAX, DESTINATIONS_MAX, Flow, Group, Limit, NAMED_MAX, OperationKind, Policy,
    RULES_MAX, Rule, Verdict,
};
pub use proof::{Answer, Bound, Question, policy_proof};
pub use state::{
    Account, GRANTS_MAX, Grant, KEYS_MAX, Key, Meter, Network, Permission, Recovery, Role, SESSION_LIMITS_MAX,
    SESSION_MS_MAX, SESSIONS_MAX, Session, SessionLimit, create_tables, rebuild,
};
pub use window::{Slot, WINDOW_MS_MAX, WINDOW_MS_MIN, Window};

/// The number of this module: the high byte of its tables, the thousands of its errors.
pub const MODULE: u8 = 1;
/// Account numbers below this belong to modules (account number = module number) and have no keys.
pub const MODULE_ACCOUNTS: u32 = 64;
