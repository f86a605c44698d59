//! Finite differences in the logarithm of the price: Crank and Nicolson, four first steps fully implicit (Rannacher
//! 1984), exercise by the splitting of Ikonen and Toivanen (2004).

use gage_pricing::Kind;

use crate::barrier::{Barrier, Knock, Side};
use crate::error::finite;
use crate::{Market, QuantError};

/// When a right may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exercise {
    /// At the end.
    European,
    /// At any time.
    American,
}

/// How fine the grid is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GridSize {
    /// Steps of the price.
    pub prices: usize,
    /// Steps of time.
    pub times: usize,
}

/// A right on a grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GridOption {
    /// To buy or to sell.
    pub kind: Kind,
    /// The strike.
    pub strike: f64,
    /// When it may be used.
    pub exercise: Exercise,
    /// A barrier that ends it, and what is then paid.
    pub barrier: Option<(Barrier, f64)>,
}

const PRICES_MAX: usize = 100_000;
const IMPLICIT_STEPS: usize = 4;

/// The price on a grid.
///
/// # Errors
/// [`QuantError::OutsideDomain`] as [`Market::check`], for grids with less than eight steps or more than 100,000, or a
/// barrier that begins a right.
pub fn grid_price(market: &Market, option: &GridOption, years: f64, size: GridSize) -> Result<f64, QuantError> {
    market.check(years)?;
    let sizes = 8..=PRICES_MAX;
    if option.strike.is_nan() || option.strike <= 0.0 || !sizes.contains(&size.prices) || !sizes.contains(&size.times) {
        return Err(QuantError::OutsideDomain);
    }
    if let Some((barrier, rebate)) = option.barrier {
        if barrier.knock == Knock::In {
            return Err(QuantError::OutsideDomain);
        }
        if barrier.touched(market.spot) {
            return Ok(rebate);
        }
    }
    let grid = Grid::new(market, option, years, size);
    finite(grid.solve(market, option, years, size))
}

struct Grid {
    /// The spot is on the grid, at this step.
    spot: usize,
    step: f64,
    prices: Vec<f64>,
}

impl Grid {
    fn new(market: &Market, option: &GridOption, years: f64, size: GridSize) -> Grid {
        let centre = market.spot.ln();
        let reach = 6.0 * market.deviation(years) + (market.carry() * years).abs();
        let distance = (option.strike / market.spot).ln();
        let (mut low, mut high) = (distance.min(0.0) - reach, distance.max(0.0) + reach);
        // A barrier is a node, and so is the spot.
        let fixed = option.barrier.map(|(barrier, _)| (barrier.side, (barrier.level / market.spot).ln()));
        match fixed {
            Some((Side::Down, level)) => low = level,
            Some((Side::Up, level)) => high = level,
            None => {}
        }
        let rough = (high - low) / size.prices as f64;
        let (step, spot) = match fixed {
            Some((Side::Up, level)) => {
                let steps = (level / rough).ceil().max(1.0);
                (level / steps, ((0.0 - low) / (level / steps)).ceil() as usize)
            }
            _ => {
                let steps = (-low / rough).ceil().max(1.0);
                (-low / steps, steps as usize)
            }
        };
        let above = match fixed {
            Some((Side::Up, level)) => (level / step).round() as usize,
            _ => (high / step).ceil() as usize,
        };
        let node = |i: usize| (centre + (i as f64 - spot as f64) * step).exp();
        Grid { spot, step, prices: (0..=spot + above).map(node).collect() }
    }

    fn solve(&self, market: &Market, option: &GridOption, years: f64, size: GridSize) -> f64 {
        let payoff: Vec<f64> =
            self.prices.iter().map(|price| (option.kind.sign() * (price - option.strike)).max(0.0)).collect();
        let american = option.exercise == Exercise::American;
        let mut values = self.averaged(option);
        let mut slack = vec![0.0; values.len()];
        let length = years / size.times as f64;
        let mut left = 0.0;
        let quarter = length / IMPLICIT_STEPS as f64;
        let first = (0..IMPLICIT_STEPS).map(|_| (quarter, 1.0));
        for (step, implicit) in first.chain((1..size.times).map(|_| (length, 0.5))) {
            left += step;
            self.advance(market, &mut values, &slack, step, implicit, self.edges(market, option, &payoff, left));
            if american {
                for ((value, slack), payoff) in values.iter_mut().zip(&mut slack).zip(&payoff) {
                    let corrected = (*value - step * *slack).max(*payoff);
                    *slack = (*slack + (corrected - *value) / step).max(0.0);
                    *value = corrected;
                }
            }
        }
        values.get(self.spot).copied().unwrap_or(f64::NAN)
    }

    /// The payoff averaged over each cell, so that the corner at the strike does not depend on where it falls.
    fn averaged(&self, option: &GridOption) -> Vec<f64> {
        let half = 0.5 * self.step;
        let cell = |price: &f64| {
            let x = price.ln();
            let parts = 16u32;
            let mean = (0..parts).map(|n| {
                let at = (x - half + (f64::from(n) + 0.5) * self.step / f64::from(parts)).exp();
                (option.kind.sign() * (at - option.strike)).max(0.0)
            });
            mean.sum::<f64>() / f64::from(parts)
        };
        let mut values: Vec<f64> = self.prices.iter().map(cell).collect();
        if let Some((barrier, rebate)) = option.barrier {
            let last = values.len().saturating_sub(1);
            let at = if barrier.side == Side::Down { 0 } else { last };
            if let Some(value) = values.get_mut(at) {
                *value = rebate;
            }
        }
        values
    }

    /// Values at both ends of the grid with so much time left.
    fn edges(&self, market: &Market, option: &GridOption, payoff: &[f64], left: f64) -> (f64, f64) {
        let end = |price: f64, payoff: f64| {
            let forward = price * market.asset_discount(left) - option.strike * market.discount(left);
            let held = (option.kind.sign() * forward).max(0.0);
            if option.exercise == Exercise::American { held.max(payoff) } else { held }
        };
        let low = self.prices.first().zip(payoff.first()).map_or(0.0, |(price, payoff)| end(*price, *payoff));
        let high = self.prices.last().zip(payoff.last()).map_or(0.0, |(price, payoff)| end(*price, *payoff));
        // Who may exercise does so just before the barrier, if that is worth more than the rebate.
        let touched = |rebate: f64, payoff: Option<&f64>| {
            if option.exercise == Exercise::American { rebate.max(payoff.copied().unwrap_or(0.0)) } else { rebate }
        };
        match option.barrier {
            Some((Barrier { side: Side::Down, .. }, rebate)) => (touched(rebate, payoff.first()), high),
            Some((Barrier { side: Side::Up, .. }, rebate)) => (low, touched(rebate, payoff.last())),
            None => (low, high),
        }
    }

    /// One step back in time: a tridiagonal system, eliminated from below.
    fn advance(&self, market: &Market, values: &mut [f64], slack: &[f64], dt: f64, implicit: f64, edges: (f64, f64)) {
        let variance = market.volatility * market.volatility;
        let diffusion = 0.5 * variance / (self.step * self.step);
        let drift = 0.5 * (market.carry() - 0.5 * variance) / self.step;
        let (down, up) = (diffusion - drift, diffusion + drift);
        let middle = -2.0 * diffusion - market.rate;
        let explicit = (1.0 - implicit) * dt;
        let (a, b, c) = (-implicit * dt * down, 1.0 - implicit * dt * middle, -implicit * dt * up);
        let count = values.len();
        let mut right: Vec<f64> = values
            .windows(3)
            .zip(slack.iter().skip(1))
            .map(|(v, slack)| v[1] + explicit * (down * v[0] + middle * v[1] + up * v[2]) + dt * slack)
            .collect();
        if let Some(first) = right.first_mut() {
            *first -= a * edges.0;
        }
        if let Some(last) = right.last_mut() {
            *last -= c * edges.1;
        }
        let mut pivots = Vec::with_capacity(right.len());
        let (mut pivot, mut before) = (b, 0.0);
        for (i, value) in right.iter_mut().enumerate() {
            if i > 0 {
                let factor = a / pivot;
                pivot = b - factor * c;
                *value -= factor * before;
            }
            pivots.push(pivot);
            before = *value;
        }
        let mut after = 0.0;
        for ((value, pivot), target) in right.iter().zip(&pivots).zip(values.iter_mut().skip(1)).rev() {
            after = (value - c * after) / pivot;
            *target = after;
        }
        if let [first, .., last] = values {
            (*first, *last) = edges;
        }
        debug_assert_eq!(values.len(), count, "a step keeps the grid");
    }
}
