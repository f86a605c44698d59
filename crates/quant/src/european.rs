//! Rights at one date: Black-Scholes-Merton, Bachelier, digitals.

use gage_pricing::{Kind, Undiscounted, undiscounted};

use crate::error::finite;
use crate::math::{density, distribution};
use crate::{Market, QuantError};

/// A price and all its slopes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sensitivities {
    /// The price.
    pub price: f64,
    /// By spot.
    pub delta: f64,
    /// Delta by spot.
    pub gamma: f64,
    /// By volatility, per one.
    pub vega: f64,
    /// By time that passes, per year.
    pub theta: f64,
    /// By the rate, per one.
    pub rho: f64,
    /// By the dividend yield, per one.
    pub dividend_rho: f64,
    /// Delta by volatility.
    pub vanna: f64,
    /// Vega by volatility.
    pub volga: f64,
}

fn parts(market: &Market, kind: Kind, strike: f64, years: f64) -> Result<Undiscounted, QuantError> {
    market.check(years)?;
    if strike.is_nan() || strike <= 0.0 {
        return Err(QuantError::OutsideDomain);
    }
    Ok(undiscounted(kind.sign(), market.forward(years), strike, market.deviation(years)))
}

/// The price of a right at expiry.
///
/// # Errors
/// [`QuantError::OutsideDomain`] as [`Market::check`], or for a strike of zero or less.
pub fn price(market: &Market, kind: Kind, strike: f64, years: f64) -> Result<f64, QuantError> {
    finite(parts(market, kind, strike, years)?.price * market.discount(years))
}

/// The price without checks, for searches that call it often.
pub(crate) fn price_unchecked(market: &Market, kind: Kind, strike: f64, years: f64) -> f64 {
    undiscounted(kind.sign(), market.forward(years), strike, market.deviation(years)).price * market.discount(years)
}

/// The price and its slopes (Haug, The Complete Guide to Option Pricing Formulas, 2007, chapter 2).
///
/// # Errors
/// As [`price`].
pub fn sensitivities(market: &Market, kind: Kind, strike: f64, years: f64) -> Result<Sensitivities, QuantError> {
    let option = parts(market, kind, strike, years)?;
    let (discount, deviation, sign) = (market.discount(years), market.deviation(years), kind.sign());
    let (d1, d2) = (option.d1, option.d1 - deviation);
    // Spot e^(-qT) n(d1), and the values of the asset and of the money in the claim.
    let density = option.density * discount;
    let (asset, cash) = (sign * option.asset * discount, sign * option.cash * discount);
    let vega = density * years.sqrt();
    Ok(Sensitivities {
        price: finite(option.price * discount)?,
        delta: asset / market.spot,
        gamma: density / (market.spot * market.spot * deviation),
        vega,
        theta: market.dividend * asset - market.rate * cash - 0.5 * vega * market.volatility / years,
        rho: years * cash,
        dividend_rho: -years * asset,
        vanna: -density * d2 / (market.spot * market.volatility),
        volga: vega * d1 * d2 / market.volatility,
    })
}

/// A right where the price moves by amounts, not by parts (Bachelier 1900): `volatility` in money per square root of a
/// year, the forward may be negative.
///
/// # Errors
/// [`QuantError::OutsideDomain`] for what is not finite, or deviations of zero or less.
pub fn bachelier(
    kind: Kind,
    forward: f64,
    strike: f64,
    volatility: f64,
    years: f64,
    rate: f64,
) -> Result<f64, QuantError> {
    let deviation = volatility * years.sqrt();
    if deviation.is_nan() || deviation <= 0.0 {
        return Err(QuantError::OutsideDomain);
    }
    let distance = kind.sign() * (forward - strike);
    let d = distance / deviation;
    finite((-rate * years).exp() * (distance * distribution(d) + deviation * density(d)))
}

/// A unit of money at expiry if the right ends in the money.
///
/// # Errors
/// As [`price`].
pub fn cash_or_nothing(market: &Market, kind: Kind, strike: f64, years: f64) -> Result<f64, QuantError> {
    finite(parts(market, kind, strike, years)?.cash * market.discount(years) / strike)
}

/// The asset at expiry if the right ends in the money.
///
/// # Errors
/// As [`price`].
pub fn asset_or_nothing(market: &Market, kind: Kind, strike: f64, years: f64) -> Result<f64, QuantError> {
    finite(parts(market, kind, strike, years)?.asset * market.discount(years))
}

/// A right whose strike is set later, at a part of the price then: Rubinstein (1990).
///
/// # Errors
/// As [`price`], or a start outside the life.
pub fn forward_start(market: &Market, kind: Kind, part: f64, start: f64, years: f64) -> Result<f64, QuantError> {
    if !(0.0..years).contains(&start) {
        return Err(QuantError::OutsideDomain);
    }
    let at_start = price(&Market { spot: 1.0, ..*market }, kind, part, years - start)?;
    Ok(market.spot * market.asset_discount(start) * at_start)
}

/// A right on a foreign asset at a fixed exchange rate of one: `rate` of the market is that of the payment,
/// `foreign_rate` that of the asset's money (Reiner 1992).
///
/// # Errors
/// As [`price`].
pub fn quanto(
    market: &Market,
    kind: Kind,
    strike: f64,
    years: f64,
    foreign_rate: f64,
    exchange_volatility: f64,
    correlation: f64,
) -> Result<f64, QuantError> {
    price(&quanto_market(market, foreign_rate, exchange_volatility, correlation), kind, strike, years)
}

/// The market as seen by a payment at a fixed exchange rate: the asset drifts at its own money's rate less the
/// covariance with the exchange rate.
pub fn quanto_market(market: &Market, foreign_rate: f64, exchange_volatility: f64, correlation: f64) -> Market {
    let covariance = correlation * market.volatility * exchange_volatility;
    Market { dividend: market.dividend + market.rate - foreign_rate + covariance, ..*market }
}
