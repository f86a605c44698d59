//! Means over paths, with error bars: pseudo-random in rows, or quasi-random (Sobol) in shifted sets.

use gage_pricing::kernel::{exp, inverse_distribution};

use crate::asian::geometric_law;
use crate::error::finite;
use crate::sobol::{DIMENSIONS_MAX, Sobol, mix};
use crate::widest::widest;
use crate::{Market, QuantError, asian};
use gage_pricing::Kind;

/// A mean and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
}

/// Paths of a row: their payoffs stay in the first cache.
const ROW: usize = 512;
/// Sets of shifted points.
const SETS: usize = 16;
/// The step of SplitMix64.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A normal number from a place in the stream of a seed.
#[inline(always)]
fn normal(seed: u64, place: u64) -> f64 {
    let bits = mix(seed.wrapping_add(place.wrapping_mul(GOLDEN)));
    // Fifty-two bits between one and two, and half a step, so that neither zero nor one comes out.
    let uniform = f64::from_bits((bits >> 12) | 0x3ff0_0000_0000_0000) - (1.0 - f64::EPSILON / 2.0);
    inverse_distribution(uniform)
}

/// A European right by paths of one step. The same paths, in the same order, give the same bits on every machine.
///
/// # Errors
/// [`QuantError::OutsideDomain`] as [`Market::check`], or for fewer than two paths.
pub fn european(
    market: &Market,
    kind: Kind,
    strike: f64,
    years: f64,
    paths: usize,
    seed: u64,
) -> Result<Estimate, QuantError> {
    market.check(years)?;
    if paths < 2 || strike.is_nan() {
        return Err(QuantError::OutsideDomain);
    }
    let deviation = market.deviation(years);
    let centre = market.forward(years) * (-0.5 * deviation * deviation).exp();
    let sign = kind.sign();
    let mut sums = Sums::default();
    let mut row = [0.0; ROW];
    let mut place = 0;
    while place < paths {
        let count = ROW.min(paths - place);
        let at = place as u64;
        widest(
            #[inline(always)]
            || {
                for (i, payoff) in row.iter_mut().enumerate() {
                    let price = centre * exp(deviation * normal(seed, at.wrapping_add(i as u64)));
                    let gain = sign * (price - strike);
                    *payoff = if gain > 0.0 { gain } else { 0.0 };
                }
            },
        );
        sums.add(&row[..count]);
        place += count;
    }
    sums.estimate(market.discount(years))
}

/// Sums in eight lanes, so that rows are added as vectors in one fixed order.
#[derive(Default)]
struct Sums {
    sum: [f64; 8],
    squares: [f64; 8],
    count: f64,
}

impl Sums {
    fn add(&mut self, payoffs: &[f64]) {
        let (eights, rest) = payoffs.as_chunks::<8>();
        for eight in eights {
            for ((sum, squares), payoff) in self.sum.iter_mut().zip(&mut self.squares).zip(eight) {
                *sum += payoff;
                *squares += payoff * payoff;
            }
        }
        for (lane, payoff) in rest.iter().enumerate() {
            self.sum[lane] += payoff;
            self.squares[lane] += payoff * payoff;
        }
        self.count += payoffs.len() as f64;
    }

    fn estimate(&self, discount: f64) -> Result<Estimate, QuantError> {
        let (sum, squares): (f64, f64) = (self.sum.iter().sum(), self.squares.iter().sum());
        let mean = sum / self.count;
        let variance = (squares / self.count - mean * mean).max(0.0) / (self.count - 1.0);
        Ok(Estimate { value: finite(discount * mean)?, error: discount * variance.sqrt() })
    }
}

/// Any payoff of up to ten normal numbers, by `points` points in each of sixteen shifted sets of Sobol: the error is
/// from the spread of the sets.
///
/// # Errors
/// [`QuantError::OutsideDomain`] for no dimension or more than ten, or payoffs that are not finite.
pub fn quasi(
    dimensions: usize,
    points: u32,
    seed: u64,
    payoff: impl Fn(&[f64]) -> f64,
) -> Result<Estimate, QuantError> {
    if !(1..=DIMENSIONS_MAX).contains(&dimensions) || points == 0 {
        return Err(QuantError::OutsideDomain);
    }
    let mut means = Vec::with_capacity(SETS);
    let mut point = vec![0.0; dimensions];
    for set in 0..SETS as u64 {
        let mut sobol = Sobol::new(dimensions, mix(seed.wrapping_add(set.wrapping_mul(GOLDEN))));
        let mut sum = 0.0;
        for _ in 0..points {
            sobol.next(&mut point);
            for x in &mut point {
                *x = inverse_distribution(*x);
            }
            sum += payoff(&point);
        }
        means.push(sum / f64::from(points));
    }
    let count = means.len() as f64;
    let value = means.iter().sum::<f64>() / count;
    let variance = means.iter().map(|mean| (mean - value).powi(2)).sum::<f64>() / (count * (count - 1.0));
    Ok(Estimate { value: finite(value)?, error: variance.sqrt() })
}

/// A right on the arithmetic mean of fixings, with the geometric mean as control (Kemna and Vorst 1990).
///
/// # Errors
/// As [`asian::geometric_of_fixings`], or for fewer than two paths.
pub fn asian_of_fixings(
    market: &Market,
    kind: Kind,
    strike: f64,
    fixings: &[f64],
    paths: u32,
    seed: u64,
) -> Result<Estimate, QuantError> {
    let (_, _, years) = geometric_law(market, fixings)?;
    if paths < 2 {
        return Err(QuantError::OutsideDomain);
    }
    let control = asian::geometric_of_fixings(market, kind, strike, fixings)?;
    let drift = market.carry() - 0.5 * market.volatility * market.volatility;
    let mut before = 0.0;
    let steps: Vec<(f64, f64)> = fixings
        .iter()
        .map(|time| {
            let length = time - before;
            before = *time;
            (drift * length, market.volatility * length.sqrt())
        })
        .collect();
    let count = fixings.len() as f64;
    let discount = market.discount(years);
    let right = |mean: f64| discount * (kind.sign() * (mean - strike)).max(0.0);
    let mut sums = Sums::default();
    let mut place = 0u64;
    for _ in 0..paths {
        let mut log = market.spot.ln();
        let (mut sum, mut logs) = (0.0, 0.0);
        for (mean, deviation) in &steps {
            log += mean + if *deviation > 0.0 { deviation * normal(seed, place) } else { 0.0 };
            place += 1;
            sum += exp(log);
            logs += log;
        }
        sums.add(&[right(sum / count) - right(exp(logs / count)) + control]);
    }
    sums.estimate(1.0)
}
