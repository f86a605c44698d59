//! What an asset is (floor 2, module 6).
//!
//! Nouns: [`Instrument`](state::Instrument) (identifiers, documents, agents, version),
//! [`Composition`](state::Composition) (what one unit is made of), [`BackingTerms`] (who must attest,
//! how many, for how long), [`Attestation`](state::Attestation) (what a verifier confirmed),
//! [`Listing`](state::Listing) (tier, curator, caps), [`Queue`] and [`Request`] (who waits to be redeemed),
//! [`Distribution`] (what it pays, to whom), [`AssetContract`] (its terms, executed),
//! [`Retirement`](retirement::Retirement) (what was used up).
//!
//! Facts flow left as data: this module says what an asset is, modules to its right read it, and
//! report here what backs the assets they mint ([`set_backing_by_module`]).
//!
//! ```text
//!   Attest (k of n verifiers) --> proof(records, time) --> Proven | Late | Quarantined, haircut
//!   MintBacked -- never above what is proven --> ledger::mint        RedeemBacked --> ledger::burn
//!   RequestRedemption: units --> module's account -- window closes --> burned, or to the issuer
//!   FundRedemptions:   money --> module's account -- window closes --> set aside -- claim --> owner
//!   contract, or DeclareDistribution --> FundDistribution: money --> module's account
//!     by the register:  ledger::take_record -- claim --> who held then, less what is withheld --> agent
//!     by surrender:     units --> burned, or to the issuer; money --> who gave them
//!     what is left when its time is over --> who brought it
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
//! - `QueuesAreKept`: this module's account holds at least the units that wait, the money of every queue, what is left
//!   of every distribution, and the reserves of contracts.
//! - `RequestsFitTheBooks`: all that requests wait for and can claim is at most what the books say.
//! - `DistributionsAddUp`: what was brought for a payout is what was paid, withheld, reclaimed and is left; and the
//!   units entitled to the payouts of a register are the supply of its date but for the issuer's.
//! - `RetiredIsCounted`: the retirements of an asset follow each other without gap up to what was retired of it.
//! - `IsinIsUnique`: an ISIN names one asset, and the index agrees with the instruments.

mod announce;
pub mod backing;
mod block;
pub mod composition;
pub mod contract;
pub mod distribution;
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
pub mod queue_value;
pub mod redemption;
pub mod retirement;
pub mod state;
mod status;
pub mod withholding;

pub use backing::{BackingStatus, BackingTerms, Proof, VERIFIERS_MAX};
pub use block::settle_due;
pub use composition::{PARTS_MAX, Part, WRAP_DEPTH_MAX, composition};
pub use contract::AssetContract;
pub use distribution::{Basis, Distribution, DistributionId, Payout};
pub use error::Error;
pub use event::Event;
pub use exposure::{Scope, check_exposure, exposure};
pub use genesis::{Genesis, genesis};
pub use identifiers::{Cfi, Isin, Lei};
pub use invariants::{check_block, check_invariants};
pub use listing::{GROWN_MS, LOOSEN_MS, collateral_cap, depth, has_bond, probation_cap, set_depth};
pub use operation::Operation;
pub use redemption::{
    Queue, RedemptionPrice, RedemptionTerms, Request, RequestId, cancel_redemption, claim_redemption, fund_redemptions,
    request_redemption,
};
pub use state::{TIER_MAX, create_tables, rebuild};
pub use status::{AssetStatus, Coverage, asset_status, coverage, proof, set_backing_by_module};

/// The number of this module: the high byte of its tables, the thousands of its errors.
pub const MODULE: u8 = 6;
