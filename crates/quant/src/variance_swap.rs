//! The fair variance from a strip of options: Demeterfi, Derman, Kamal and Zou, A guide to volatility and variance swaps
//! (1999), appendix A.

use gage_pricing::Kind;

use crate::error::finite;
use crate::european;
use crate::{Market, QuantError};

/// A quoted strike and its volatility.
pub type StrikeVolatility = (f64, f64);

/// The fair variance per year. `puts` fall and `calls` rise from the strike nearest to the forward, which is first in
/// both; the last strike on either side only ends the strip.
///
/// # Errors
/// [`QuantError::Contradiction`] for strips shorter than two or not in order.
pub fn fair_variance(
    market: &Market,
    years: f64,
    puts: &[StrikeVolatility],
    calls: &[StrikeVolatility],
) -> Result<f64, QuantError> {
    let falls = puts.windows(2).all(|pair| pair[0].0 > pair[1].0);
    let rises = calls.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let (Some((middle, _)), Some((same, _))) = (puts.first(), calls.first()) else {
        return Err(QuantError::Contradiction("no strikes"));
    };
    if !(falls && rises && middle == same && puts.len() > 1 && calls.len() > 1) {
        return Err(QuantError::Contradiction("strikes out of order"));
    }
    let payoff = |strike: f64| 2.0 / years * ((strike - middle) / middle - (strike / middle).ln());
    let strip = |quotes: &[StrikeVolatility], kind: Kind| -> Result<f64, QuantError> {
        let (mut held, mut sum) = (0.0, 0.0);
        for pair in quotes.windows(2) {
            let [(strike, volatility), (next, _)] = [pair[0], pair[1]];
            // So many options that the strip follows the logarithm from strike to strike.
            let slope = (payoff(next) - payoff(strike)) / (next - strike).abs();
            let at = Market { volatility, ..*market };
            sum += (slope - held) * european::price(&at, kind, strike, years)?;
            held = slope;
        }
        Ok(sum)
    };
    let options = strip(puts, Kind::Put)? + strip(calls, Kind::Call)?;
    let (growth, spot) = (1.0 / market.discount(years), market.spot);
    let forward = market.rate * years - (spot / middle * growth - 1.0) - (middle / spot).ln();
    finite(2.0 / years * forward + growth * options)
}
