//! The same by others, in the same run: plain code with the platform's functions, and a crate.

use anyhow::{Context, Result};
use gage_pricing::Kind;
use gage_quant::Market;
use implied_vol::{DefaultSpecialFn, ImpliedBlackVolatility};

use crate::bench::measure::Random;

/// Price, delta, gamma, vega, theta as one writes them down.
pub(super) fn black_scholes((market, kind, strike, years): &(Market, Kind, f64, f64)) -> [f64; 5] {
    let Market { spot, rate, dividend, volatility } = *market;
    let sign = if *kind == Kind::Call { 1.0 } else { -1.0 };
    let root = years.sqrt();
    let (discount, held) = ((-rate * years).exp(), (-dividend * years).exp());
    let d1 = ((spot / strike).ln() + (rate - dividend + 0.5 * volatility * volatility) * years) / (volatility * root);
    let d2 = d1 - volatility * root;
    let normal = |x: f64| 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
    let (n1, n2) = (normal(sign * d1), normal(sign * d2));
    let density = held * 0.398_942_280_401_432_7 * (-0.5 * d1 * d1).exp();
    let (asset, cash) = (spot * held * n1, strike * discount * n2);
    [
        sign * (asset - cash),
        sign * held * n1,
        density / (spot * volatility * root),
        spot * density * root,
        -0.5 * spot * density * volatility / root + sign * (dividend * asset - rate * cash),
    ]
}

/// The deviation over the life.
pub(super) fn implied(forward: f64, strike: f64, price: f64, is_call: bool) -> Result<f64> {
    let option = ImpliedBlackVolatility::builder()
        .option_price(price)
        .forward(forward)
        .strike(strike)
        .expiry(1.0)
        .is_call(is_call)
        .build()
        .context("the peer refuses")?;
    option.calculate::<DefaultSpecialFn>().context("the peer finds none")
}

/// A call by paths of one step, two normal numbers from two uniform ones.
pub(super) fn paths(market: &Market, strike: f64, years: f64, count: usize) -> f64 {
    let mut random = Random::new();
    let mut uniform = || ((random.next() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0;
    let deviation = market.volatility * years.sqrt();
    let centre = market.forward(years) * (-0.5 * deviation * deviation).exp();
    let gain = |z: f64| (centre * (deviation * z).exp() - strike).max(0.0);
    let mut sum = 0.0;
    for _ in 0..count / 2 {
        let (radius, angle) = ((-2.0 * uniform().ln()).sqrt(), std::f64::consts::TAU * uniform());
        let (sine, cosine) = angle.sin_cos();
        sum += gain(radius * cosine) + gain(radius * sine);
    }
    market.discount(years) * sum / (count / 2 * 2) as f64
}
