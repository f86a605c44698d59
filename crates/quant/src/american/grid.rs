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
    /// A barrier, and what is paid when it ends the right, or at the end where it never began.
    pub barrier: Option<(Barrier, f64)>,
}

const PRICES_MAX: usize = 100_000;
const IMPLICIT_STEPS: usize = 4;

/// The price on a grid.
///
/// # Errors
/// [`QuantError::OutsideDomain`] as [`Market::check`], or for grids with less than eight steps or more than 100,000.
pub fn grid_price(market: &Market, option: &GridOption, years: f64, size: GridSize) -> Result<f64, QuantError> {
    market.check(years)?;
    let sizes = 8..=PRICES_MAX;
    if option.strike.is_nan() || option.strike <= 0.0 || !sizes.contains(&size.prices) || !sizes.contains(&size.times) {
        return Err(QuantError::OutsideDomain);
    }
    let plain = GridOption { barrier: None, ..*option };
    let on_grid = |market: &Market, option: &GridOption| {
        let grid = Grid::new(market, option, years, size);
        grid.solve(market, option, years, size)
    };
    let now = |values: Vec<f64>| finite(values.last().copied().unwrap_or(f64::NAN));
    match option.barrier {
        None => now(on_grid(market, &plain)),
        Some((Barrier { knock: Knock::Out, .. }, rebate)) if option.touched(market.spot) => finite(rebate),
        Some((Barrier { knock: Knock::Out, .. }, _)) => now(on_grid(market, option)),
        Some((Barrier { knock: Knock::In, .. }, _)) if option.touched(market.spot) => now(on_grid(market, &plain)),
        Some((barrier, rebate)) => {
            // At the barrier the right is worth what it is worth when it begins there, with the time then left.
            let begun = on_grid(&Market { spot: barrier.level, ..*market }, &plain);
            let grid = Grid::new(market, option, years, size);
            now(grid.wait(market, barrier.side, rebate, years, size, &begun))
        }
    }
}

impl GridOption {
    fn touched(&self, spot: f64) -> bool {
        self.barrier.is_some_and(|(barrier, _)| barrier.touched(spot))
    }
}

/// Steps of time with the implicit part of each, from the end on.
fn steps(years: f64, size: GridSize) -> impl Iterator<Item = (f64, f64)> {
    let length = years / size.times as f64;
    let first = (0..IMPLICIT_STEPS).map(move |_| (length / IMPLICIT_STEPS as f64, 1.0));
    first.chain((1..size.times).map(move |_| (length, 0.5)))
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

    /// The value at the spot after every step: the last is that of now.
    fn solve(&self, market: &Market, option: &GridOption, years: f64, size: GridSize) -> Vec<f64> {
        let payoff: Vec<f64> =
            self.prices.iter().map(|price| (option.kind.sign() * (price - option.strike)).max(0.0)).collect();
        let american = option.exercise == Exercise::American;
        let mut values = self.averaged(option);
        let mut slack = vec![0.0; values.len()];
        let mut left = 0.0;
        let mut seen = Vec::with_capacity(size.times + IMPLICIT_STEPS);
        for (step, implicit) in steps(years, size) {
            left += step;
            self.advance(market, &mut values, &slack, step, implicit, self.edges(market, option, &payoff, left));
            if american {
                for ((value, slack), payoff) in values.iter_mut().zip(&mut slack).zip(&payoff) {
                    let corrected = (*value - step * *slack).max(*payoff);
                    *slack = (*slack + (corrected - *value) / step).max(0.0);
                    *value = corrected;
                }
            }
            seen.push(self.at_spot(&values));
        }
        seen
    }

    /// A right that has not begun: worth `begun` at the barrier, step by step, and the rebate at the end.
    fn wait(&self, market: &Market, side: Side, rebate: f64, years: f64, size: GridSize, begun: &[f64]) -> Vec<f64> {
        let mut values = vec![rebate; self.prices.len()];
        let slack = vec![0.0; values.len()];
        let mut left = 0.0;
        let mut seen = Vec::with_capacity(begun.len());
        for ((step, implicit), begins) in steps(years, size).zip(begun) {
            left += step;
            let far = rebate * market.discount(left);
            let edges = if side == Side::Down { (*begins, far) } else { (far, *begins) };
            self.advance(market, &mut values, &slack, step, implicit, edges);
            seen.push(self.at_spot(&values));
        }
        seen
    }

    fn at_spot(&self, values: &[f64]) -> f64 {
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
