use crate::PricingError;
use crate::kernel::{density, distribution, exp, mills};

/// The first passage of a price that moves by geometric Brownian motion through a barrier below or above it: the
/// probability of a liquidation. Harrison, Brownian Motion and Stochastic Flow Systems (1985), 1.8.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passage {
    /// The logarithm of spot over barrier (barrier over spot for one above): how far it is, zero or more.
    pub distance: f64,
    /// The drift of that distance per year: mu - sigma^2/2 for a barrier below, its opposite for one above.
    pub drift: f64,
    /// Volatility per square root of a year.
    pub volatility: f64,
    /// Years ahead.
    pub years: f64,
}

const DISTANCE_MAX: f64 = 20.0;
const DEVIATION_MIN: f64 = 1.0e-6;
const DEVIATION_MAX: f64 = 10.0;
const DRIFTED_MAX: f64 = 20.0;

impl Passage {
    /// How far [`Passage::probability`] may be off, with distance and drift known within 2^-52: large only where the
    /// standard deviation is tiny against them.
    pub fn error(&self) -> f64 {
        let deviation = self.volatility * self.years.sqrt();
        let sizes = 1.0 + self.distance + (self.drift * self.years).abs();
        (8.0 + sizes / deviation) * f64::EPSILON
    }

    /// The probability that the barrier is reached in time:
    /// N((-b - vT) / (s sqrt T)) + e^(-2vb/s^2) N((-b + vT) / (s sqrt T)).
    ///
    /// # Errors
    /// [`PricingError::OutsideDomain`] for what is not finite, distances beyond e^20, standard deviations over the
    /// time outside 1e-6 to 10, drifts over the time beyond 20.
    pub fn probability(&self) -> Result<f64, PricingError> {
        let deviation = self.volatility * self.years.sqrt();
        let drifted = self.drift * self.years;
        let fits = (self.distance >= 0.0)
            & (self.distance <= DISTANCE_MAX)
            & (self.years > 0.0)
            & (deviation >= DEVIATION_MIN)
            & (deviation <= DEVIATION_MAX)
            & (drifted.abs() <= DRIFTED_MAX);
        if !fits {
            return Err(PricingError::OutsideDomain);
        }
        let straight = distribution((-self.distance - drifted) / deviation);
        let back = (self.distance - drifted) / deviation;
        let reflected = if back >= 0.0 {
            // e^(-2vb/s^2) n(back) = n((b + vT) / (s sqrt T)): no exponential that could overflow.
            density((self.distance + drifted) / deviation) * mills(back)
        } else {
            // Here vT > b >= 0: the exponent is at most zero.
            exp(-2.0 * drifted * self.distance / (deviation * deviation)) * distribution(-back)
        };
        Ok((straight + reflected).clamp(0.0, 1.0))
    }
}
