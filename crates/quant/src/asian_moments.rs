//! Rights on an arithmetic mean taken as lognormal with the mean's own two moments: of fixings to come, each with its
//! forward and variance (Turnbull and Wakeman 1991; Haug, The Complete Guide to Option Pricing Formulas, 2007, 4.20.3),
//! and over the whole time (Levy 1992). In closed form; [`crate::asian::arithmetic`] and paths say how far it is off.

use gage_pricing::{Kind, undiscounted};

use crate::error::finite;
use crate::math::integral;
use crate::{Market, QuantError};

/// A price that will count in the mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fixing {
    /// The price for delivery then.
    pub forward: f64,
    /// The variance of its logarithm: volatility squared times years. Two fixings covary by that of the earlier.
    pub variance: f64,
}

/// On the mean of fixings, in their order; `discount` is what one at expiry is worth now.
///
/// # Errors
/// [`QuantError::OutsideDomain`] for no fixings, forwards, discounts or strikes of zero or less, variances below zero,
/// or none above it.
pub fn of_fixings(kind: Kind, strike: f64, fixings: &[Fixing], discount: f64) -> Result<f64, QuantError> {
    let good = |fixing: &Fixing| fixing.forward > 0.0 && fixing.variance >= 0.0;
    if !(strike > 0.0 && discount > 0.0 && !fixings.is_empty() && fixings.iter().all(good)) {
        return Err(QuantError::OutsideDomain);
    }
    let count = fixings.len() as f64;
    // From the last fixing to the first: each meets the sum of those after it, and itself.
    let (mut after, mut squares) = (0.0, 0.0);
    for fixing in fixings.iter().rev() {
        squares += fixing.forward * (fixing.forward + 2.0 * after) * fixing.variance.exp();
        after += fixing.forward;
    }
    let mean = after / count;
    lognormal(kind, strike, mean, squares / (count * count), discount)
}

/// On the mean of all prices of a time that may have begun: `average` so far over `elapsed` years, and `years` left.
///
/// # Errors
/// [`QuantError::OutsideDomain`] as [`Market::check`], for strikes of zero or less, or a past below zero.
pub fn of_the_whole_time(
    market: &Market,
    kind: Kind,
    strike: f64,
    average: f64,
    elapsed: f64,
    years: f64,
) -> Result<f64, QuantError> {
    market.check(years)?;
    if !(strike > 0.0 && average >= 0.0 && elapsed >= 0.0) {
        return Err(QuantError::OutsideDomain);
    }
    let whole = elapsed + years;
    let (carry, variance) = (market.carry(), market.volatility * market.volatility);
    let (mean, discount) = (market.spot * growth(carry, years) / whole, market.discount(years));
    // What is known counts against the strike.
    let left = strike - average * elapsed / whole;
    if left <= 0.0 {
        return finite(if kind == Kind::Call { discount * (mean - left) } else { 0.0 });
    }
    let to_then = |time: f64| (carry * time).exp() * growth(carry + variance, time);
    let squares = 2.0 * market.spot * market.spot * integral(0.0, years, to_then);
    lognormal(kind, left, mean, squares / (whole * whole), discount)
}

/// (e^(rate years) - 1) / rate, also where the rate vanishes.
fn growth(rate: f64, years: f64) -> f64 {
    let x = rate * years;
    if x.abs() < 1e-9 { years * (1.0 + 0.5 * x) } else { x.exp_m1() / rate }
}

fn lognormal(kind: Kind, strike: f64, mean: f64, square: f64, discount: f64) -> Result<f64, QuantError> {
    let deviation = (square / (mean * mean)).ln().sqrt();
    if deviation.is_nan() || deviation <= 0.0 {
        return Err(QuantError::OutsideDomain);
    }
    finite(discount * undiscounted(kind.sign(), mean, strike, deviation).price)
}
