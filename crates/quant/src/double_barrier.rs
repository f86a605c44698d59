//! Two barriers, one on each side: sums over mirror images (Ikeda and Kunitomo 1992) and over waves (Hui 1996).

use gage_pricing::Kind;

use crate::barrier::{BinaryLegs, Knock};
use crate::error::finite;
use crate::math::distribution;
use crate::{Market, QuantError, european};

/// So far, in standard deviations, an image still counts.
const REACH: f64 = 39.0;
const IMAGES_MIN: f64 = 12.0;
/// In a corridor so many times narrower than a standard deviation nothing stays: of e^(-pi^2/2 4^2) is less than 1e-34
/// left.
const NARROW: f64 = 4.0;
const IMAGES_MAX: f64 = 10_000.0;
/// Waves beyond have died by e^(-39).
const WAVE_REACH: f64 = 8.9;
const WAVES_MAX: f64 = 1e6;

/// The corridor between two prices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corridor {
    /// The lower barrier.
    pub low: f64,
    /// The upper barrier.
    pub high: f64,
}

impl Corridor {
    fn check(&self) -> Result<(), QuantError> {
        let good = self.low > 0.0 && self.high > self.low && self.high.is_finite();
        if good { Ok(()) } else { Err(QuantError::OutsideDomain) }
    }

    /// Whether a spot is strictly between.
    pub fn holds(&self, spot: f64) -> bool {
        spot > self.low && spot < self.high
    }
}

/// The asset, and a unit of money, at expiry, where the price never left the corridor and ends between two prices.
fn legs(market: &Market, years: f64, corridor: &Corridor, from: f64, to: f64) -> Result<BinaryLegs, QuantError> {
    let (deviation, variance) = (market.deviation(years), market.volatility * market.volatility);
    let drift = (market.carry() + 0.5 * variance) * years;
    let power = 2.0 * market.carry() / variance + 1.0;
    let width = (corridor.high / corridor.low).ln();
    if deviation > NARROW * width {
        return Ok(BinaryLegs { asset: 0.0, cash: 0.0 });
    }
    // Two images a width apart on each side, until the drift and all deviations are behind.
    let images = ((REACH * deviation + drift.abs()) / (2.0 * width)).ceil().max(IMAGES_MIN);
    if images.is_nan() || images > IMAGES_MAX {
        return Err(QuantError::NoConvergence);
    }
    let images = images as i32;
    let mut sums = (0.0, 0.0);
    let mut add = |log_weight: f64, log_spot: f64, sign: f64| {
        let between = |shift: f64| {
            let d = |x: f64| (log_spot - x.ln() + drift) / deviation - shift;
            distribution(d(from)) - distribution(d(to))
        };
        // An image that is out of reach counts nothing, however large its weight.
        let weighted = |exponent: f64, part: f64| if part == 0.0 { 0.0 } else { (exponent * log_weight).exp() * part };
        sums.0 += sign * weighted(power, between(0.0));
        sums.1 += sign * weighted(power - 2.0, between(deviation));
    };
    let spot = market.spot.ln();
    for n in -images..=images {
        let shift = f64::from(n) * width;
        add(shift, spot + 2.0 * shift, 1.0);
        add(corridor.low.ln() - shift - spot, 2.0 * corridor.low.ln() - 2.0 * shift - spot, -1.0);
    }
    let asset = market.spot * market.asset_discount(years) * sums.0;
    Ok(BinaryLegs { asset, cash: market.discount(years) * sums.1 })
}

/// A right that begins or ends when either barrier is touched.
///
/// # Errors
/// [`QuantError::OutsideDomain`] as [`Market::check`], or for barriers or strikes that are not above zero and in order;
/// [`QuantError::NoConvergence`] for drifts, or corridors in standard deviations, beyond ten thousand times the usual.
pub fn price(
    market: &Market,
    kind: Kind,
    strike: f64,
    years: f64,
    corridor: &Corridor,
    knock: Knock,
) -> Result<f64, QuantError> {
    corridor.check()?;
    let plain = european::price(market, kind, strike, years)?;
    let inside = strike.clamp(corridor.low, corridor.high);
    let out = if corridor.holds(market.spot) {
        let legs = match kind {
            Kind::Call => legs(market, years, corridor, inside, corridor.high)?,
            Kind::Put => legs(market, years, corridor, corridor.low, inside)?,
        };
        // Images cancel to their last digits: what is left of nothing is not below it.
        (kind.sign() * (legs.asset - strike * legs.cash)).max(0.0)
    } else {
        0.0
    };
    finite(if knock == Knock::Out { out } else { plain - out })
}

/// A unit of money at expiry if the corridor was never left (`Out`), or if it was (`In`).
///
/// # Errors
/// As [`price`].
pub fn binary(market: &Market, years: f64, corridor: &Corridor, knock: Knock) -> Result<f64, QuantError> {
    corridor.check()?;
    market.check(years)?;
    let stayed = if corridor.holds(market.spot) {
        legs(market, years, corridor, corridor.low, corridor.high)?.cash.max(0.0)
    } else {
        0.0
    };
    finite(if knock == Knock::Out { stayed } else { market.discount(years) - stayed })
}

/// A unit of money when the first barrier is touched, unless the other is touched before.
///
/// # Errors
/// As [`price`].
pub fn first_touch(market: &Market, years: f64, pays: f64, ends: f64) -> Result<f64, QuantError> {
    Corridor { low: pays.min(ends), high: pays.max(ends) }.check()?;
    market.check(years)?;
    let touches = |level: f64, other: f64| if level < other { market.spot <= level } else { market.spot >= level };
    if touches(pays, ends) {
        return Ok(1.0);
    }
    if touches(ends, pays) {
        return Ok(0.0);
    }
    let variance = market.volatility * market.volatility;
    let tilt = 2.0 * market.carry() / variance - 1.0;
    let beta = -0.25 * tilt * tilt - 2.0 * market.rate / variance;
    let (width, place) = ((ends / pays).ln().abs(), (market.spot / pays).ln());
    let (weight, place) = (-0.5 * tilt * place, place.abs());
    let waves = (WAVE_REACH * width / (std::f64::consts::PI * market.deviation(years))).ceil();
    if waves.is_nan() || waves > WAVES_MAX {
        return Err(QuantError::NoConvergence);
    }
    // Without an end of time in closed form; waves take off what comes after.
    let mut sum = without_end(weight, place, width, beta);
    for n in 1..=waves as u32 {
        let wave = f64::from(n) * std::f64::consts::PI;
        let square = (wave / width) * (wave / width);
        let later = (weight - 0.5 * (square - beta) * variance * years).exp();
        sum -= 2.0 / wave * square * later / (square - beta) * (wave * place / width).sin();
    }
    finite(sum.max(0.0))
}

/// sinh(k (width - place)) / sinh(k width) for k^2 = -beta, with a weight in the exponent.
fn without_end(weight: f64, place: f64, width: f64, beta: f64) -> f64 {
    let k = beta.abs().sqrt();
    if k * width < 1e-6 {
        weight.exp() * (1.0 - place / width)
    } else if beta < 0.0 {
        let rest = |length: f64| -(-2.0 * k * length).exp_m1();
        (weight - k * place).exp() * rest(width - place) / rest(width)
    } else {
        weight.exp() * (k * (width - place)).sin() / (k * width).sin()
    }
}
