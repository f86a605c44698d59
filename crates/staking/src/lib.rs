//! Every bond, unbonding and slash (floor 2, module 4).
//!
//! Nouns: [`Bond`] (what an owner has at stake in one [`Role`] for one purpose), [`Unbonding`] (a part
//! on its way out), [`Slash`] (a part that was taken, with its [`Evidence`]), [`RoleTerms`] (the asset,
//! the least amount, the delay and the window of evidence of a role), proceeds (what slashes took and
//! a loss waterfall has not collected yet); [`Validator`] (who offers to order blocks), [`ValidatorSet`] (who
//! orders from an epoch on), [`Equivocation`] (what proves that one contradicted himself).
//!
//! ```text
//! owner's free --bond--> held for the bond --claim--> owner's free
//!                              |
//!                            slash --> this module's account, booked per waterfall --hand_over--> who pays losses
//! ```
//!
//! Validators are chosen by their bonds, epoch by epoch; whoever serves cannot unbond, so that his bond
//! answers for every vote.
//!
//! A bond is a record; the movement is a ledger hold on the owner's account that stands until this
//! module ends it. What a purpose means, and what is an offence, the module of the role knows: it
//! checks [`bonded`], keeps a bond in place with [`reserve`], verifies the evidence and calls [`slash`].
//! A bond covers one purpose. What unbonds does not count as bonded and is slashed all the same.
//!
//! Invariants:
//! - `BondsAreHeld`: every bond is held by one hold of this module, of the same owner, asset and sum;
//!   and this module has no other hold.
//! - `SlashesHaveEvidence`: every slash names its evidence and took something; none of a bond twice for
//!   the same evidence.
//! - `UnbondingOutlastsEvidence`: nothing that unbonds can be claimed before the window of evidence of
//!   its last moment as a bond has passed, nor before the bond's reservation ends.
//! - `ProceedsAreHeld`: the module's account holds what slashes took and nobody collected; a gift lies
//!   beside it and counts for nothing.
//! - `TermsInBounds`: the terms of every role lie in the bounds fixed in code.
//! - `IndexesFollowBonds`: the derived tables are what a rebuild makes of the records.
//! - `SetsAreSound`: where the rules of validators stand, every epoch for which evidence counts has a set; its members
//!   are ordered by key, each once, and no more than the engine carries.

mod bonds;
mod epochs;
mod equivocation;
mod error;
mod event;
mod genesis;
mod invariants;
mod operation;
pub mod operations;
mod params;
mod proceeds;
pub mod query;
mod slash;
pub mod state;
mod validators;

pub use bonds::{bonded, bonds_for, bonds_of, reserve};
pub use epochs::{chosen, turn};
pub use equivocation::{Equivocation, SignedVote, is_punished};
pub use error::Error;
pub use event::Event;
pub use genesis::{Founder, Genesis, GenesisBond, GenesisRole, GenesisValidators, genesis};
pub use invariants::{check_block, check_invariants};
pub use operation::Operation;
pub use params::{EVIDENCE_MS_MAX, EVIDENCE_MS_MIN, RoleTerms, UNBONDING_MS_MAX, UNBONDINGS_MAX};
pub use proceeds::{COLLECT_MAX, hand_over, proceeds};
pub use slash::{NewSlash, Slashed, slash};
pub use state::{
    Bond, BondId, Destination, Evidence, Role, Slash, SlashId, Unbonding, bond_record, create_tables, rebuild, terms,
};

pub use validators::{
    ADDRESS_BYTES_MAX, EPOCH_BLOCKS_MAX, EPOCH_ENDS, MEMBERS_MAX, Member, ORDERING, REGISTERED_MAX, VALIDATOR_SETS,
    Validator, ValidatorRules, ValidatorSet, registered, rules, set_of, sets_after,
};

use gage_units::AccountNumber;

/// The number of this module: the high byte of its tables, the thousands of its errors.
pub const MODULE: u8 = 4;
/// The module's own account: it holds what slashes took until a loss waterfall collects it.
pub const ACCOUNT: AccountNumber = AccountNumber(4);
