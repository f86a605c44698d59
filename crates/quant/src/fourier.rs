//! Models known by the characteristic function of the logarithm of the price: Merton and Kou jumps, Heston, Bates.

use gage_pricing::{Kind, undiscounted};
use num_complex::Complex64;

use crate::QuantError;
use crate::error::finite;
use crate::math::gauss_legendre;

/// Jumps that come at random times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Jumps {
    /// None.
    None,
    /// Normal jumps of the logarithm: Merton (1976).
    Normal {
        /// Jumps per year.
        intensity: f64,
        /// Their mean.
        mean: f64,
        /// Their standard deviation.
        deviation: f64,
    },
    /// Exponential jumps, up or down: Kou (2002).
    Exponential {
        /// Jumps per year.
        intensity: f64,
        /// The part that goes up.
        up: f64,
        /// One over the mean jump up, above one.
        up_rate: f64,
        /// One over the mean jump down.
        down_rate: f64,
    },
}

/// How the variance moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Variance {
    /// Not at all.
    Constant {
        /// Volatility per square root of a year.
        volatility: f64,
    },
    /// Back to a mean: Heston (1993).
    Heston {
        /// The variance now.
        start: f64,
        /// How fast it returns, per year.
        speed: f64,
        /// To where.
        mean: f64,
        /// The volatility of the variance.
        volatility: f64,
        /// The correlation with the price.
        correlation: f64,
    },
}

/// A model of one price: Bates (1996) with normal jumps and moving variance; the others are its parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    /// How the variance moves.
    pub variance: Variance,
    /// What jumps.
    pub jumps: Jumps,
}

const I: Complex64 = Complex64::new(0.0, 1.0);

impl Model {
    fn check(&self) -> Result<(), QuantError> {
        let variance = match self.variance {
            Variance::Constant { volatility } => volatility > 0.0,
            Variance::Heston { start, speed, mean, volatility, correlation } => {
                start > 0.0 && speed > 0.0 && mean > 0.0 && volatility > 0.0 && correlation.abs() <= 1.0
            }
        };
        let jumps = match self.jumps {
            Jumps::None => true,
            Jumps::Normal { intensity, mean, deviation } => intensity >= 0.0 && mean.is_finite() && deviation >= 0.0,
            Jumps::Exponential { intensity, up, up_rate, down_rate } => {
                intensity >= 0.0 && (0.0..=1.0).contains(&up) && up_rate > 1.0 && down_rate > 0.0
            }
        };
        if variance && jumps { Ok(()) } else { Err(QuantError::OutsideDomain) }
    }

    /// E[(S_T / F)^(iu)]: its value at minus i is one.
    fn characteristic(&self, u: Complex64, years: f64) -> Complex64 {
        let moving = match self.variance {
            Variance::Constant { volatility } => -0.5 * volatility * volatility * years * (u * u + I * u),
            Variance::Heston { start, speed, mean, volatility, correlation } => {
                // The form of Albrecher and others (2007), whose logarithm does not jump.
                let square = volatility * volatility;
                let beta = speed - correlation * volatility * I * u;
                let d = (beta * beta + square * (I * u + u * u)).sqrt();
                let g = (beta - d) / (beta + d);
                let decay = (-d * years).exp();
                let level = (beta - d) * years - 2.0 * ((1.0 - g * decay) / (1.0 - g)).ln();
                let pull = (beta - d) / square * (1.0 - decay) / (1.0 - g * decay);
                speed * mean / square * level + start * pull
            }
        };
        let jumping = match self.jumps {
            Jumps::None => Complex64::new(0.0, 0.0),
            Jumps::Normal { intensity, mean, deviation } => {
                let square = deviation * deviation;
                let drift = (mean + 0.5 * square).exp() - 1.0;
                intensity * years * ((I * u * mean - 0.5 * square * u * u).exp() - 1.0 - I * u * drift)
            }
            Jumps::Exponential { intensity, up, up_rate, down_rate } => {
                let law = |z: Complex64| up * up_rate / (up_rate - z) + (1.0 - up) * down_rate / (down_rate + z);
                let drift = law(Complex64::new(1.0, 0.0)) - 1.0;
                intensity * years * (law(I * u) - 1.0 - I * u * drift)
            }
        };
        (moving + jumping).exp()
    }

    /// The variance of the logarithm, which the control variate takes.
    fn total_variance(&self, years: f64) -> f64 {
        let moving = match self.variance {
            Variance::Constant { volatility } => volatility * volatility * years,
            Variance::Heston { start, speed, mean, .. } => {
                mean * years + (start - mean) * (1.0 - (-speed * years).exp()) / speed
            }
        };
        let jumping = match self.jumps {
            Jumps::None => 0.0,
            Jumps::Normal { intensity, mean, deviation } => intensity * (mean * mean + deviation * deviation),
            Jumps::Exponential { intensity, up, up_rate, down_rate } => {
                2.0 * intensity * (up / (up_rate * up_rate) + (1.0 - up) / (down_rate * down_rate))
            }
        };
        moving + jumping * years
    }

    /// A right at expiry: the integral of Lewis (2000) for its difference from Black's price at the same variance.
    /// `forward` is undiscounted.
    ///
    /// # Errors
    /// [`QuantError::OutsideDomain`] for parameters outside their ranges, or prices and times of zero or less.
    pub fn price(&self, kind: Kind, forward: f64, strike: f64, years: f64, rate: f64) -> Result<f64, QuantError> {
        self.check()?;
        if !(forward > 0.0 && strike > 0.0 && years > 0.0) {
            return Err(QuantError::OutsideDomain);
        }
        let k = (forward / strike).ln();
        let variance = self.total_variance(years);
        let black = undiscounted(kind.sign(), forward, strike, variance.sqrt()).price;
        let half = Complex64::new(0.0, -0.5);
        let difference = |u: f64| {
            let at = u + half;
            let gauss = (-0.5 * variance * (at * at + I * at)).exp();
            let wave = (I * u * k).exp();
            (wave * (gauss - self.characteristic(at, years))).re / (u * u + 0.25)
        };
        // Beyond `end` both functions have died; the panels double in length.
        let nodes = gauss_legendre(32);
        let (mut from, mut length, mut sum) = (0.0, 1.0 / (1.0 + variance.sqrt()), 0.0);
        for _ in 0..60 {
            let panel: f64 =
                nodes.iter().map(|(x, w)| 0.5 * length * w * difference(from + 0.5 * length * (1.0 + x))).sum();
            sum += panel;
            from += length;
            // A wave must not outrun the nodes of a panel.
            length = (1.5 * length).min(20.0 / (k.abs() + 0.05));
            let size = self.characteristic(from + half, years).norm() + (-0.5 * variance * from * from).exp();
            if size / (from * from) < 1e-17 {
                break;
            }
        }
        let price = black + (forward * strike).sqrt() / std::f64::consts::PI * sum;
        finite((-rate * years).exp() * price)
    }
}
