//! The exercise boundary as the fixed point of an integral equation: Andersen, Lake and Offengenden, High-performance
//! American option pricing (Journal of Computational Finance 20, 2016).

use gage_pricing::Kind;

use super::approximations::{critical, never_early};
use crate::error::finite;
use crate::math::{density, distribution, gauss_legendre, tanh_sinh};
use crate::{Market, QuantError, european};

/// How much is spent.
#[derive(Clone, Debug)]
pub struct Effort {
    /// Points of the boundary less one.
    points: usize,
    /// Turns of the fixed point.
    turns: usize,
    /// Points of the integrals within the fixed point, and of the last one for the premium.
    inner: Vec<(f64, f64)>,
    outer: Vec<(f64, f64)>,
}

impl Effort {
    /// Points of the boundary, turns, and points of both integrals.
    pub fn new(points: usize, turns: usize, inner: usize, outer: usize) -> Effort {
        let (points, turns) = (points.clamp(2, 64), turns.clamp(1, 64));
        Effort { points, turns, inner: gauss_legendre(inner.max(2)), outer: gauss_legendre(outer.max(2)) }
    }

    /// Errors near 1e-5 of the strike.
    pub fn fast() -> Effort {
        Effort::new(6, 2, 7, 15)
    }

    /// Errors near 1e-8 of the strike: the integrals take the root at both ends, and more points where it bends.
    pub fn exact() -> Effort {
        let nodes = tanh_sinh(30, 0.1);
        Effort { points: 32, turns: 40, inner: nodes.clone(), outer: nodes }
    }
}

/// The boundary of a put, below which it is exercised: by the root of the time left, between zero and the whole life.
#[derive(Clone, Debug)]
pub struct Boundary {
    /// The boundary an instant before the end.
    start: f64,
    /// The root of the whole life.
    span: f64,
    /// Coefficients in Chebyshev polynomials of ln(boundary / start)^2, which is smooth by the root of time.
    coefficients: Vec<f64>,
}

/// Rate and yield are close below this difference.
const CLOSE: f64 = 1e-3;

impl Boundary {
    /// The boundary with so many years left.
    pub fn at(&self, years: f64) -> f64 {
        let x = 2.0 * years.max(0.0).sqrt() / self.span - 1.0;
        let (mut b1, mut b2) = (0.0, 0.0);
        for c in self.coefficients.iter().skip(1).rev() {
            (b1, b2) = (2.0 * x * b1 - b2 + c, b1);
        }
        let square = x * b1 - b2 + self.coefficients.first().copied().unwrap_or(0.0);
        self.start * (-square.max(0.0).sqrt()).exp()
    }

    fn fit(&mut self, values: &[f64]) {
        let n = values.len().saturating_sub(1);
        let squares: Vec<f64> = values.iter().map(|value| (value / self.start).ln().powi(2)).collect();
        let end = |i: usize| if i == 0 || i == n { 0.5 } else { 1.0 };
        let wave = |i: usize, k: usize| (std::f64::consts::PI * (i * k) as f64 / n as f64).cos();
        self.coefficients = (0..=n)
            .map(|k| {
                let sum: f64 = squares.iter().enumerate().map(|(i, square)| end(i) * square * wave(i, k)).sum();
                end(k) * 2.0 / n as f64 * sum
            })
            .collect();
    }

    /// The boundary of a put.
    ///
    /// # Errors
    /// [`QuantError::OutsideDomain`] for a rate of zero or less, where it does not exist or has two sides;
    /// [`QuantError::NoConvergence`] if the first guess fails.
    pub fn of_put(market: &Market, strike: f64, years: f64, effort: &Effort) -> Result<Boundary, QuantError> {
        market.check(years)?;
        if market.rate <= 0.0 {
            return Err(QuantError::OutsideDomain);
        }
        let start = if market.dividend > market.rate { strike * market.rate / market.dividend } else { strike };
        let span = years.sqrt();
        let n = effort.points;
        // Chebyshev points of the root of time, from the whole life down to zero.
        let times: Vec<f64> = (0..=n)
            .map(|i| (0.5 * span * (1.0 + (std::f64::consts::PI * i as f64 / n as f64).cos())).powi(2))
            .collect();
        let mut values = Vec::with_capacity(n + 1);
        for time in &times {
            let guess = if *time < 1e-12 { start } else { critical(market, Kind::Put, strike, *time)?.min(start) };
            values.push(guess);
        }
        let mut boundary = Boundary { start, span, coefficients: Vec::new() };
        boundary.fit(&values);
        for _ in 0..effort.turns {
            for (value, time) in values.iter_mut().zip(&times).take(n) {
                let next = boundary.next(market, strike, *time, *value, &effort.inner);
                if next.is_finite() && next > 0.0 {
                    *value = next.min(start);
                }
            }
            boundary.fit(&values);
        }
        Ok(boundary)
    }

    /// The right side of the fixed point at a time: system A of the paper where rate and yield are close, where it
    /// contracts faster, system B elsewhere, where A may not.
    fn next(&self, market: &Market, strike: f64, time: f64, value: f64, points: &[(f64, f64)]) -> f64 {
        let (sigma, rate, dividend) = (market.volatility, market.rate, market.dividend);
        let half = 0.5 * sigma * sigma;
        let by_density = (rate - dividend).abs() < CLOSE;
        let (mut by_money, mut by_asset) = (0.0, 0.0);
        for (y, weight) in points {
            // The time between, as a square, so that the root in the denominator goes.
            let between = 0.25 * time * (1.0 + y) * (1.0 + y);
            let deviation = sigma * between.sqrt();
            let drift = (value / self.at(time - between)).ln() + (rate - dividend) * between;
            let (plus, minus) = ((drift + half * between) / deviation, (drift - half * between) / deviation);
            let (paid, held) = (weight * (-rate * between).exp(), weight * (-dividend * between).exp());
            let length = 0.5 * time * (1.0 + y);
            if by_density {
                by_money += paid * density(minus) * time.sqrt() / sigma;
                by_asset += held * (density(plus) * time.sqrt() / sigma + length * distribution(plus));
            } else {
                by_money += paid * length * distribution(minus);
                by_asset += held * length * distribution(plus);
            }
        }
        let deviation = sigma * time.sqrt();
        let plus = ((value / strike).ln() + (rate - dividend + half) * time) / deviation;
        let minus = plus - deviation;
        // Both sides are divided by e^(rt) and e^(qt), which are in front of their quotient.
        let (paid, held) = ((-rate * time).exp(), (-dividend * time).exp());
        let (above, below) = if by_density {
            (paid * density(minus) / deviation, held * (density(plus) / deviation + distribution(plus)))
        } else {
            (paid * distribution(minus), held * distribution(plus))
        };
        strike * (above + rate * by_money) / (below + dividend * by_asset)
    }

    /// What the right to exercise early is worth.
    fn premium(&self, market: &Market, strike: f64, years: f64, points: &[(f64, f64)]) -> f64 {
        let (sigma, rate, dividend) = (market.volatility, market.rate, market.dividend);
        let half = 0.5 * sigma * sigma;
        let sum: f64 = points
            .iter()
            .map(|(y, weight)| {
                let between = 0.25 * years * (1.0 + y) * (1.0 + y);
                let deviation = sigma * between.sqrt();
                let drift = (market.spot / self.at(years - between)).ln() + (rate - dividend) * between;
                let (plus, minus) = ((drift + half * between) / deviation, (drift - half * between) / deviation);
                let money = rate * strike * (-rate * between).exp() * distribution(-minus);
                let asset = dividend * market.spot * (-dividend * between).exp() * distribution(-plus);
                weight * (1.0 + y) * (money - asset)
            })
            .sum();
        0.5 * years * sum
    }
}

/// A right that may be exercised at any time.
///
/// # Errors
/// As [`Boundary::of_put`]; a call is a put on money paid in the asset.
pub fn price(market: &Market, kind: Kind, strike: f64, years: f64, effort: &Effort) -> Result<f64, QuantError> {
    let european = european::price(market, kind, strike, years)?;
    if never_early(market, kind) {
        return Ok(european);
    }
    if kind == Kind::Call {
        let mirrored =
            Market { spot: strike, rate: market.dividend, dividend: market.rate, volatility: market.volatility };
        return price(&mirrored, Kind::Put, market.spot, years, effort);
    }
    let boundary = Boundary::of_put(market, strike, years, effort)?;
    if market.spot <= boundary.at(years) {
        return Ok(strike - market.spot);
    }
    let early = boundary.premium(market, strike, years, &effort.outer);
    finite((european + early.max(0.0)).max(strike - market.spot))
}
