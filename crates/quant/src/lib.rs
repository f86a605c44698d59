//! Models, curves and values (floor 5): what the ledger's terms and risks are worth, by whoever asks.
//!
//! ```text
//!  quotes --bootstrap, calibrate--> curves, surfaces --+--> prices and slopes (one, or rows of them)
//!  terms of gage-terms --project----------------------+--> value with survival, delay and exit cost
//! ```
//! Rights: [`european`], [`barrier`], [`double_barrier`], [`partial_barrier`], [`american`], [`asian`],
//! [`asian_moments`], [`lookback`], [`two_assets`], [`three_assets`], [`compound`], [`fourier`] (jumps, Heston, Bates),
//! [`variance_swap`], [`ssvi`], [`vanna_volga`], [`currency_delta`]. Money: [`Curve`], [`bootstrap`], [`bond`],
//! [`credit`], [`credit_basket`], [`compounding`]. Risk: [`hitting`], [`volatility`], [`correlation`], [`adjustments`],
//! [`decay`]. What terms are worth: [`valuation`].
//!
//! Numbers are `f64` here and for people; only `gage-pricing` may be called by consensus, and the rows of [`batch`] are
//! its kernels. Every function gives a number or an error, never NaN. How exact each is against published tables is in
//! `docs/pricing.md`, which a test writes.

pub mod adjustments;
pub mod american;
pub mod asian;
pub mod asian_moments;
pub mod barrier;
pub mod batch;
pub mod bond;
pub mod bootstrap;
pub mod compound;
pub mod compounding;
pub mod correlation;
pub mod credit;
pub mod credit_basket;
pub mod currency_delta;
mod curve;
pub mod decay;
pub mod double_barrier;
mod error;
pub mod european;
pub mod fourier;
pub mod hitting;
pub mod loans;
pub mod lookback;
mod market;
mod math;
mod minimum;
pub mod monte_carlo;
pub mod partial_barrier;
mod sobol;
pub mod ssvi;
pub mod three_assets;
pub mod two_assets;
pub mod valuation;
pub mod vanna_volga;
pub mod variance_swap;
pub mod volatility;
mod widest;

pub use curve::Curve;
pub use error::QuantError;
pub use market::Market;
pub use math::{bivariate_normal, root};
