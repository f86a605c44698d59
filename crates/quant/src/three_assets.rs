//! Rights on the best or the worst of three prices: in closed form at one date (Johnson, Options on the maximum or the
//! minimum of several assets, Journal of Financial and Quantitative Analysis 22, 1987), on a lattice at any time (equal
//! steps of independent factors: Chen, Chung and Yang 2002), which the closed form corrects.

use gage_pricing::Kind;

use crate::error::finite;
use crate::math::{bivariate_normal, density, integral_in_panels};
use crate::two_assets::Choice;
use crate::{Market, QuantError};

/// Three assets in one money, and how they move together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trio {
    /// The assets, with the same rate.
    pub assets: [Market; 3],
    /// The correlations of the logarithms of the first and second, first and third, second and third.
    pub correlations: [f64; 3],
}

/// The most steps of a lattice.
pub const STEPS_MAX: u16 = 200;
/// What is left of a factor, below which it counts as none.
const NOTHING: f64 = 1e-12;

/// P(X < a, Y < b, Z < c): over the first, the other two are a pair.
fn trivariate_normal([a, b, c]: [f64; 3], [ab, ac, bc]: [f64; 3]) -> f64 {
    let (rest_b, rest_c) = ((1.0 - ab * ab).sqrt(), (1.0 - ac * ac).sqrt());
    let rho = ((bc - ab * ac) / (rest_b * rest_c)).clamp(-1.0, 1.0);
    let given = |z: f64| density(z) * bivariate_normal((b - ab * z) / rest_b, (c - ac * z) / rest_c, rho);
    let end = a.min(9.0);
    if end <= -9.0 { 0.0 } else { integral_in_panels(-9.0, end, 12, given) }
}

impl Trio {
    fn correlation(&self, i: usize, j: usize) -> f64 {
        if i == j { 1.0 } else { self.correlations[i + j - 1] }
    }

    fn check(&self, years: f64) -> Result<(), QuantError> {
        for asset in &self.assets {
            asset.check(years)?;
        }
        let [ab, ac, bc] = self.correlations;
        let one_rate = self.assets.iter().all(|asset| asset.rate == self.assets[0].rate);
        let ranges = self.correlations.iter().all(|rho| rho.abs() <= 1.0);
        // No three prices move so if this is below zero.
        let determinant = 1.0 + 2.0 * ab * ac * bc - ab * ab - ac * ac - bc * bc;
        if one_rate && ranges && determinant >= -NOTHING { Ok(()) } else { Err(QuantError::OutsideDomain) }
    }

    /// The volatility of the quotient of two.
    fn relative(&self, i: usize, j: usize) -> f64 {
        let (one, two) = (self.assets[i].volatility, self.assets[j].volatility);
        (one * one + two * two - 2.0 * self.correlation(i, j) * one * two).sqrt()
    }

    /// A right at one date.
    ///
    /// # Errors
    /// [`QuantError::OutsideDomain`] as [`Market::check`], for different rates, strikes of zero or less, correlations
    /// that no three prices have, or where two of them move as one.
    pub fn price(&self, kind: Kind, choice: Choice, strike: f64, years: f64) -> Result<f64, QuantError> {
        self.check(years)?;
        if strike.is_nan() || strike <= 0.0 {
            return Err(QuantError::OutsideDomain);
        }
        let call = self.call(choice, Some(strike), years);
        finite(match kind {
            Kind::Call => call,
            Kind::Put => strike * self.assets[0].discount(years) - self.call(choice, None, years) + call,
        })
    }

    /// A call; without a strike, the best or the worst itself.
    fn call(&self, choice: Choice, strike: Option<f64>, years: f64) -> f64 {
        let side = if choice == Choice::Most { 1.0 } else { -1.0 };
        let d1 = |market: &Market, strike: f64| {
            let drift = (market.carry() + 0.5 * market.volatility * market.volatility) * years;
            ((market.spot / strike).ln() + drift) / market.deviation(years)
        };
        let held = |i: usize| {
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            let one = &self.assets[i];
            // How far it is ahead of another, counted in itself, and how that moves with it.
            let ahead = |other: usize| {
                let (two, sigma) = (&self.assets[other], self.relative(i, other));
                let drift = (two.dividend - one.dividend + 0.5 * sigma * sigma) * years;
                side * ((one.spot / two.spot).ln() + drift) / (sigma * years.sqrt())
            };
            let with = |other: usize| {
                let rest = one.volatility - self.correlation(i, other) * self.assets[other].volatility;
                side * rest / self.relative(i, other)
            };
            let both = {
                let (s, sj, sk) = (one.volatility, self.assets[j].volatility, self.assets[k].volatility);
                let covariance = s * s - self.correlation(i, j) * s * sj - self.correlation(i, k) * s * sk
                    + self.correlation(j, k) * sj * sk;
                covariance / (self.relative(i, j) * self.relative(i, k))
            };
            let chance = match strike {
                Some(strike) => trivariate_normal([d1(one, strike), ahead(j), ahead(k)], [with(j), with(k), both]),
                None => bivariate_normal(ahead(j), ahead(k), both),
            };
            one.spot * one.asset_discount(years) * chance
        };
        let asset = held(0) + held(1) + held(2);
        let Some(strike) = strike else { return asset };
        let d2 = |i: usize| -side * (d1(&self.assets[i], strike) - self.assets[i].deviation(years));
        let none = trivariate_normal([d2(0), d2(1), d2(2)], self.correlations);
        let paid = if choice == Choice::Most { 1.0 - none } else { none };
        asset - strike * self.assets[0].discount(years) * paid
    }

    /// A right at any time, by a lattice of so many steps; the same lattice's error at one date, where the price is
    /// known, is taken off.
    ///
    /// # Errors
    /// As [`Trio::price`]; [`QuantError::OutsideDomain`] also for no steps or more than [`STEPS_MAX`].
    pub fn american(&self, kind: Kind, choice: Choice, strike: f64, years: f64, steps: u16) -> Result<f64, QuantError> {
        let known = self.price(kind, choice, strike, years)?;
        if steps == 0 || steps > STEPS_MAX {
            return Err(QuantError::OutsideDomain);
        }
        let lattice = Lattice::new(self, years, steps);
        let payoff = |prices: [f64; 3]| {
            let [a, b, c] = prices;
            let chosen = if choice == Choice::Most { a.max(b).max(c) } else { a.min(b).min(c) };
            (kind.sign() * (chosen - strike)).max(0.0)
        };
        let at_end = lattice.value(false, payoff);
        let at_any = lattice.value(true, payoff);
        let now = payoff(self.assets.map(|asset| asset.spot));
        if at_any <= now {
            return finite(now);
        }
        finite((at_any + known - at_end).max(known).max(now))
    }
}

/// Three independent factors that move by one step up or down.
struct Lattice {
    steps: usize,
    discount: f64,
    /// Logarithms at the start, their drift per step, and how each factor moves them (Cholesky).
    logs: [f64; 3],
    drifts: [f64; 3],
    moves: [[f64; 3]; 3],
}

impl Lattice {
    fn new(trio: &Trio, years: f64, steps: u16) -> Lattice {
        let step = years / f64::from(steps);
        let [ab, ac, bc] = trio.correlations;
        let rest = (1.0 - ab * ab).max(0.0).sqrt();
        let second = if rest > NOTHING { (bc - ab * ac) / rest } else { 0.0 };
        let third = (1.0 - ac * ac - second * second).max(0.0).sqrt();
        let rows = [[1.0, 0.0, 0.0], [ab, rest, 0.0], [ac, second, third]];
        let moves: [[f64; 3]; 3] =
            std::array::from_fn(|i| rows[i].map(|part| part * trio.assets[i].volatility * step.sqrt()));
        // The drift that keeps the forward exactly: the mean of e^(+-x) is cosh x.
        let drifts = std::array::from_fn(|i| {
            let spread: f64 = moves[i].iter().map(|x| x.cosh().ln()).sum();
            trio.assets[i].carry() * step - spread
        });
        let logs = trio.assets.map(|asset| asset.spot.ln());
        Lattice { steps: usize::from(steps), discount: trio.assets[0].discount(step), logs, drifts, moves }
    }

    fn value(&self, any_time: bool, payoff: impl Fn([f64; 3]) -> f64) -> f64 {
        let side = self.steps + 1;
        let mut values = vec![0.0; side * side * side];
        for step in (0..=self.steps).rev() {
            // Prices are products over the factors.
            let factor = |asset: usize, factor: usize| -> Vec<f64> {
                let at = |n: usize| (self.moves[asset][factor] * (2.0 * n as f64 - step as f64)).exp();
                (0..=step).map(at).collect()
            };
            let factors: [[Vec<f64>; 3]; 3] = std::array::from_fn(|i| std::array::from_fn(|j| factor(i, j)));
            let starts: [f64; 3] = std::array::from_fn(|i| (self.logs[i] + self.drifts[i] * step as f64).exp());
            for a in 0..=step {
                for b in 0..=step {
                    for c in 0..=step {
                        let at = (a * side + b) * side + c;
                        let held = if step == self.steps { 0.0 } else { self.held(&values, at, side) };
                        values[at] = if step == self.steps || any_time {
                            let price = |i: usize| starts[i] * factors[i][0][a] * factors[i][1][b] * factors[i][2][c];
                            held.max(payoff([price(0), price(1), price(2)]))
                        } else {
                            held
                        };
                    }
                }
            }
        }
        values[0]
    }

    /// The mean of the eight corners ahead. They are ahead in the order of the walk too, so that values are replaced in
    /// their place.
    fn held(&self, values: &[f64], at: usize, side: usize) -> f64 {
        let row = |from: usize| values[from] + values[from + 1];
        let plane = |from: usize| row(from) + row(from + side);
        self.discount * 0.125 * (plane(at) + plane(at + side * side))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::distribution;

    #[test]
    fn three_that_do_not_move_together_are_a_product() {
        let product = distribution(0.3) * distribution(-0.7) * distribution(1.1);
        let found = trivariate_normal([0.3, -0.7, 1.1], [0.0, 0.0, 0.0]);
        assert!((found - product).abs() < 1e-13, "{found} {product}");
    }

    #[test]
    fn the_corner_at_zero_is_a_sum_of_angles() {
        // P(all below zero) = 1/8 + (asin ab + asin ac + asin bc) / (4 pi).
        let [ab, ac, bc] = [0.5, -0.2, 0.3];
        let angles = f64::asin(ab) + f64::asin(ac) + f64::asin(bc);
        let truth = 0.125 + angles / (4.0 * std::f64::consts::PI);
        let found = trivariate_normal([0.0; 3], [ab, ac, bc]);
        assert!((found - truth).abs() < 1e-12, "{found} {truth}");
    }
}
