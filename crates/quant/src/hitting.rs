//! When a price first reaches a level: the density of the time, and both law and density with jumps.

use crate::QuantError;
use crate::error::finite;
use crate::math::root;

/// The density of the first time at which a Brownian motion with drift has fallen by `distance` (inverse Gaussian):
/// b / (s sqrt(2 pi t^3)) e^(-(b + v t)^2 / (2 s^2 t)).
///
/// # Errors
/// [`QuantError::OutsideDomain`] for distances, volatilities or times of zero or less.
pub fn density(distance: f64, drift: f64, volatility: f64, years: f64) -> Result<f64, QuantError> {
    if !(distance > 0.0 && volatility > 0.0 && years > 0.0) {
        return Err(QuantError::OutsideDomain);
    }
    let variance = volatility * volatility;
    let fall = distance + drift * years;
    let size = distance / (2.0 * std::f64::consts::PI * variance * years.powi(3)).sqrt();
    finite(size * (-fall * fall / (2.0 * variance * years)).exp())
}

/// A logarithm of a price with exponential jumps (Kou and Wang, First passage times of a jump diffusion process,
/// Advances in Applied Probability 35, 2003).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JumpDiffusion {
    /// The drift of the logarithm per year.
    pub drift: f64,
    /// Volatility per square root of a year.
    pub volatility: f64,
    /// Jumps per year.
    pub intensity: f64,
    /// The part of them that goes up.
    pub up: f64,
    /// One over the mean jump up.
    pub up_rate: f64,
    /// One over the mean jump down.
    pub down_rate: f64,
}

/// Terms of the sum of Gaver and Stehfest; doubles bear no more.
const TERMS: u32 = 14;

impl JumpDiffusion {
    /// The exponent of the characteristic function at a real place.
    fn exponent(&self, x: f64) -> f64 {
        let jumps =
            self.up * self.up_rate / (self.up_rate - x) + (1.0 - self.up) * self.down_rate / (self.down_rate + x);
        x * self.drift + 0.5 * x * x * self.volatility * self.volatility + self.intensity * (jumps - 1.0)
    }

    /// E[e^(-a T)] for the first time T above `distance`: theorem 3.1 of the paper.
    fn transform(&self, distance: f64, a: f64) -> Result<f64, QuantError> {
        let eta = self.up_rate;
        let gap = |x: f64| self.exponent(x) - a;
        // One root on each side of the pole at the rate of jumps up.
        let below = root(0.0, eta * (1.0 - 1e-13), 1e-14, gap)?;
        let mut high = 2.0 * eta + 1.0;
        while gap(high) < 0.0 && high < 1e12 {
            high *= 2.0;
        }
        let above = root(eta * (1.0 + 1e-13), high, 1e-12, gap)?;
        let first = (eta - below) / eta * above / (above - below) * (-distance * below).exp();
        let second = (above - eta) / eta * below / (above - below) * (-distance * above).exp();
        Ok(first + second)
    }

    /// The probability that the logarithm rises by `distance` within `years`: the transform inverted by the sum of
    /// Gaver (1966) and Stehfest (1970), exact to about 1e-5.
    ///
    /// # Errors
    /// [`QuantError::OutsideDomain`] for distances, times, volatilities or jump rates of zero or less.
    pub fn rises_within(&self, distance: f64, years: f64) -> Result<f64, QuantError> {
        // The transform of what has happened by a time is that of when it happens, over a.
        let probability = self.invert(distance, years, |transform, a| transform / a)?;
        finite(probability.clamp(0.0, 1.0))
    }

    /// The density, per year, of the first time at which the logarithm has risen by `distance`: exact to about 1e-4 of
    /// its largest value.
    ///
    /// # Errors
    /// As [`JumpDiffusion::rises_within`].
    pub fn rise_density(&self, distance: f64, years: f64) -> Result<f64, QuantError> {
        let density = self.invert(distance, years, |transform, _| transform)?;
        finite(density.max(0.0))
    }

    fn invert(&self, distance: f64, years: f64, of: impl Fn(f64, f64) -> f64) -> Result<f64, QuantError> {
        let good = distance > 0.0 && years > 0.0 && self.volatility > 0.0 && self.intensity > 0.0;
        let jumps = self.up_rate > 0.0 && self.down_rate > 0.0 && self.up > 0.0 && self.up <= 1.0;
        if !(good && jumps) {
            return Err(QuantError::OutsideDomain);
        }
        let unit = std::f64::consts::LN_2 / years;
        let mut sum = 0.0;
        for (k, weight) in (1u32..).zip(stehfest(TERMS)) {
            let a = f64::from(k) * unit;
            sum += weight * of(self.transform(distance, a)?, a);
        }
        Ok(unit * sum)
    }

    /// The probability that it falls by `distance` within `years`: the rise of its mirror image.
    ///
    /// # Errors
    /// As [`JumpDiffusion::rises_within`].
    pub fn falls_within(&self, distance: f64, years: f64) -> Result<f64, QuantError> {
        self.mirrored().rises_within(distance, years)
    }

    /// The density of the first time at which it has fallen by `distance`.
    ///
    /// # Errors
    /// As [`JumpDiffusion::rises_within`].
    pub fn fall_density(&self, distance: f64, years: f64) -> Result<f64, QuantError> {
        self.mirrored().rise_density(distance, years)
    }

    fn mirrored(&self) -> JumpDiffusion {
        JumpDiffusion {
            drift: -self.drift,
            up: 1.0 - self.up,
            up_rate: self.down_rate,
            down_rate: self.up_rate,
            ..*self
        }
    }
}

/// The weights for an even number of terms.
fn stehfest(terms: u32) -> Vec<f64> {
    let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
    let half = terms / 2;
    let weight = |k: u32| {
        let parts = (k.div_ceil(2)..=k.min(half)).map(|j| {
            let power = f64::from(j).powi(half as i32) * factorial(2 * j);
            power / (factorial(half - j) * factorial(j) * factorial(j - 1) * factorial(k - j) * factorial(2 * j - k))
        });
        let sign = if (k + half).is_multiple_of(2) { 1.0 } else { -1.0 };
        sign * parts.sum::<f64>()
    };
    (1..=terms).map(weight).collect()
}
