//! What an asset is (floor 2, module 6).
//!
//! Nouns: [`Instrument`](state::Instrument) (identifiers, documents, agents, version),
//! [`Composition`](state::Composition) (what one unit is made of), [`BackingTerms`] (who must attest,
//! how many, for how long), [`Attestation`](state::Attestation) (what a verifier confirmed),
//! [`Listing`](state::Listing) (tier, curator, caps), [`Queue`] and [`Request`] (who waits to be redeemed).
//!
//! Facts flow left as data: this module says what an asset is, modules to its right read it, and
//! report here what backs the assets they mint ([`set_backing_by_module`]).
//!
//! ```text
//!   Attest (k of n verifiers) --> proof(records, time) --> Proven | Late | Quarantined, haircut
//!   MintBacked -- never above what is proven --> ledger::mint        RedeemBacked --> ledger::burn
//!   RequestRedemption: units --> module's account -- window closes --> burned, or to the issuer
//!   FundRedemptions:   money --> module's account -- window closes --> set aside -- claim --> owner
//! ```
//!
//! Invariants:
//! - `NoCycle`: no asset is part of itself.
//! - `SupplyIsMintedLessRedeemed`: the supply of an attested asset is what was minted here less what
//!   was redeemed.
//! - `SupplyWasProven`: the supply of an attested asset is at most what was proven at its last
//!   mint (or what genesis gave it, which stays in quarantine until proven).
//! - `AttestationsHaveVerifiers`: every attestation is by a verifier of the terms, and none is from
//!   the future or outlasts its validity.
//! - `QueuesAreKept`: this module's account holds at least the units that wait and the money of every queue.
//! - `RequestsFitTheBooks`: all that requests wait for and can claim is at most what the books say.
//! - `IsinIsUnique`: an ISIN names one asset, and the index agrees with the instruments.

mod announce;
pub mod backing;
mod block;
pub mod composition;
mod error;
mod event;
pub mod exposure;
mod genesis;
mod identifiers;
mod invariants;
mod listing;
mod mint_limit;
mod operation;
pub mod operations;
pub mod query;
pub mod redemption;
pub mod state;
mod status;

pub use backing::{BackingStatus, BackingTerms, Proof, VERIFIERS_MAX};
pub use block::settle_due;
pub use composition::{PARTS_MAX, Part, WRAP_DEPTH_MAX, composition};
pub use error::Error;
pub use event::Event;
pub use exposure::{Scope, check_exposure, exposure};
pub use genesis::{Genesis, genesis};
pub use identifiers::{Cfi, Isin, Lei};
pub use invariants::{check_block, check_invariants};
pub use listing::{GROWN_MS, LOOSEN_MS, collateral_cap, depth, has_bond, probation_cap, set_depth};
pub use operation::Operation;
pub use redemption::{
    Queue, RedemptionPrice, RedemptionTerms, Request, RequestId, fund_redemptions, request_redemption,
};
pub use state::{TIER_MAX, create_tables, rebuild};
pub use status::{AssetStatus, Coverage, asset_status, coverage, proof, set_backing_by_module};

/// The number of this module: the high byte of its tables, the thousands of its errors.
pub const MODULE: u8 = 6;
