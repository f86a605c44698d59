//! What an asset is (floor 2, module 6).
//!
//! Nouns: [`Instrument`](state::Instrument) (identifiers, documents, agents, version),
//! [`Composition`](state::Composition) (what one unit is made of), [`BackingTerms`] (who must attest,
//! how many, for how long), [`Attestation`](state::Attestation) (what a verifier confirmed),
//! [`Listing`](state::Listing) (tier, curator, bond, caps).
//!
//! Facts flow left as data: this module says what an asset is, modules to its right read it, and
//! report here what backs the assets they mint ([`set_backing_by_module`]).
//!
//! ```text
//!   Attest (k of n verifiers) --> proof(records, time) --> Proven | Late | Quarantined, haircut
//!   MintBacked -- never above what is proven --> ledger::mint        RedeemBacked --> ledger::burn
//! ```
//!
//! Invariants:
//! - `NoCycle`: no asset is part of itself, and no composition is deeper than the cap.
//! - `ExpansionFollows`: the expansion of every composition is what its parts make of it.
//! - `SupplyIsMintedLessRedeemed`: the supply of an attested asset is what was minted here less what
//!   was redeemed.
//! - `SupplyWasProven`: the supply of an attested asset is at most what was proven at its last
//!   mint (or what genesis gave it, which stays in quarantine until proven).
//! - `AttestationsHaveVerifiers`: every attestation is by a verifier of the terms, and none is from
//!   the future or outlasts its validity.
//! - `IsinIsUnique`: an ISIN names one asset, and the index agrees with the instruments.

pub mod backing;
pub mod composition;
mod error;
mod event;
mod genesis;
mod identifiers;
mod invariants;
mod operation;
pub mod operations;
pub mod query;
pub mod state;
mod status;

pub use backing::{BackingStatus, BackingTerms, Proof, VERIFIERS_MAX};
pub use composition::{PARTS_MAX, Part, WRAP_DEPTH_MAX, composition};
pub use error::Error;
pub use event::Event;
pub use genesis::{Genesis, genesis};
pub use identifiers::{Cfi, Isin, Lei};
pub use invariants::{check_block, check_invariants};
pub use operation::Operation;
pub use state::{TIER_MAX, create_tables, rebuild};
pub use status::{AssetStatus, Coverage, asset_status, coverage, proof, set_backing_by_module};

/// The number of this module: the high byte of its tables, the thousands of its errors.
pub const MODULE: u8 = 6;
