//! Approximations in closed form, for what they are worth: their errors are in docs/pricing.md.

use gage_pricing::Kind;

use crate::error::finite;
use crate::european::{self, price_unchecked};
use crate::math::{density, distribution, root};
use crate::{Market, QuantError};

/// Whether waiting is always better: a call on an asset that pays nothing beyond a rate, a put at no rate.
pub(super) fn never_early(market: &Market, kind: Kind) -> bool {
    match kind {
        Kind::Call => market.dividend <= 0.0 && market.rate >= market.dividend,
        Kind::Put => market.rate <= 0.0 && market.dividend >= market.rate,
    }
}

fn d1(market: &Market, spot: f64, strike: f64, years: f64) -> f64 {
    let drift = (market.carry() + 0.5 * market.volatility * market.volatility) * years;
    ((spot / strike).ln() + drift) / market.deviation(years)
}

/// The exponent of the early part, as Barone-Adesi and Whaley and Ju have it.
fn exponent(market: &Market, kind: Kind, years: f64) -> f64 {
    let variance = market.volatility * market.volatility;
    let n = 2.0 * market.carry() / variance - 1.0;
    let waiting = if market.rate == 0.0 { years } else { (1.0 - market.discount(years)) / market.rate };
    0.5 * (-n + kind.sign() * (n * n + 8.0 / (variance * waiting)).sqrt())
}

/// The price at which exercise begins, where value and slope of both parts meet.
pub(super) fn critical(market: &Market, kind: Kind, strike: f64, years: f64) -> Result<f64, QuantError> {
    let (sign, q) = (kind.sign(), exponent(market, kind, years));
    let gap = |spot: f64| {
        let at = Market { spot, ..*market };
        let held = market.asset_discount(years) * distribution(sign * d1(market, spot, strike, years));
        let early = sign * (1.0 - held) * spot / q;
        sign * (spot - strike) - price_unchecked(&at, kind, strike, years) - early
    };
    match kind {
        Kind::Call => {
            let mut high = 2.0 * strike;
            while gap(high) < 0.0 {
                high *= 2.0;
                if high > 1e12 * strike {
                    return Err(QuantError::NoConvergence);
                }
            }
            root(strike, high, 1e-13 * strike, gap)
        }
        Kind::Put => root(1e-9 * strike, strike, 1e-13 * strike, gap),
    }
}

/// Barone-Adesi and Whaley (1987).
///
/// # Errors
/// [`QuantError::OutsideDomain`] as [`Market::check`]; [`QuantError::NoConvergence`] where no boundary exists.
pub fn barone_adesi_whaley(market: &Market, kind: Kind, strike: f64, years: f64) -> Result<f64, QuantError> {
    let european = european::price(market, kind, strike, years)?;
    if never_early(market, kind) {
        return Ok(european);
    }
    let (sign, q) = (kind.sign(), exponent(market, kind, years));
    let boundary = critical(market, kind, strike, years)?;
    if sign * (market.spot - boundary) >= 0.0 {
        return Ok(sign * (market.spot - strike));
    }
    let held = market.asset_discount(years) * distribution(sign * d1(market, boundary, strike, years));
    finite(european + sign * boundary / q * (1.0 - held) * (market.spot / boundary).powf(q))
}

/// Ju and Zhong (1999): the former with a second-order correction.
///
/// # Errors
/// As [`barone_adesi_whaley`]; [`QuantError::OutsideDomain`] also at a rate of zero.
pub fn ju(market: &Market, kind: Kind, strike: f64, years: f64) -> Result<f64, QuantError> {
    let european = european::price(market, kind, strike, years)?;
    if never_early(market, kind) {
        return Ok(european);
    }
    let sign = kind.sign();
    let boundary = critical(market, kind, strike, years)?;
    if sign * (market.spot - boundary) >= 0.0 {
        return Ok(sign * (market.spot - strike));
    }
    let variance = market.volatility * market.volatility;
    let (alpha, beta) = (2.0 * market.rate / variance, 2.0 * market.carry() / variance);
    let h = 1.0 - market.discount(years);
    let lambda = exponent(market, kind, years);
    let slope = -sign * alpha / (h * h * ((beta - 1.0) * (beta - 1.0) + 4.0 * alpha / h).sqrt());
    let at = Market { spot: boundary, ..*market };
    let gain = sign * (boundary - strike) - european::price(&at, kind, strike, years)?;
    let d1 = d1(market, boundary, strike, years);
    let d2 = d1 - market.deviation(years);
    let growth = (market.carry() * years).exp();
    let by_h = boundary * density(d1) * market.volatility * growth / (2.0 * market.rate * years.sqrt())
        - sign * market.dividend * boundary * distribution(sign * d1) * growth / market.rate
        + sign * strike * distribution(sign * d2);
    let steep = 2.0 * lambda + beta - 1.0;
    let b = (1.0 - h) * alpha * slope / (2.0 * steep);
    let c = -(1.0 - h) * alpha / steep * (by_h / gain + 1.0 / h + slope / steep);
    let log = (market.spot / boundary).ln();
    finite(european + gain * (market.spot / boundary).powf(lambda) / (1.0 - log * (b * log + c)))
}

/// Bjerksund and Stensland (1993): exercise at one flat boundary, a lower bound.
///
/// # Errors
/// As [`barone_adesi_whaley`].
pub fn bjerksund_stensland(market: &Market, kind: Kind, strike: f64, years: f64) -> Result<f64, QuantError> {
    if kind == Kind::Put {
        // A put is a call on money paid in the asset.
        let mirrored =
            Market { spot: strike, rate: market.dividend, dividend: market.rate, volatility: market.volatility };
        return bjerksund_stensland(&mirrored, Kind::Call, market.spot, years);
    }
    let european = european::price(market, kind, strike, years)?;
    if market.dividend <= 0.0 {
        return Ok(european);
    }
    let variance = market.volatility * market.volatility;
    let (b, r, deviation) = (market.carry(), market.rate, market.deviation(years));
    let beta = 0.5 - b / variance + ((b / variance - 0.5) * (b / variance - 0.5) + 2.0 * r / variance).sqrt();
    let forever = beta / (beta - 1.0) * strike;
    let start = strike.max(r / (r - b) * strike);
    let speed = -(b * years + 2.0 * deviation) * start / (forever - start);
    let flat = start + (forever - start) * (1.0 - speed.exp());
    if market.spot >= flat {
        return Ok(market.spot - strike);
    }
    // Powers of the spot over the boundary, so that large exponents stay small numbers.
    let phi = |gamma: f64, from: f64| {
        let lambda = (-r + gamma * b + 0.5 * gamma * (gamma - 1.0) * variance) * years;
        let kappa = 2.0 * b / variance + 2.0 * gamma - 1.0;
        let d = -((market.spot / from).ln() + (b + (gamma - 0.5) * variance) * years) / deviation;
        let log = (flat / market.spot).ln();
        let mirrored = (kappa * log).exp() * distribution(d - 2.0 * log / deviation);
        lambda.exp() * (distribution(d) - mirrored)
    };
    let power = (market.spot / flat).powf(beta);
    let value = (flat - strike) * power * (1.0 - phi(beta, flat)) + market.spot * (phi(1.0, flat) - phi(1.0, strike))
        - strike * (phi(0.0, flat) - phi(0.0, strike));
    finite(value.max(european))
}
