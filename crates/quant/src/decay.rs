//! A yield that falls toward a floor: y(t) = floor + extra e^(-speed t), as rewards do when more capital shares them.

use crate::QuantError;

/// A fitted decay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decay {
    /// Where it ends.
    pub floor: f64,
    /// What is above it at the start.
    pub extra: f64,
    /// How fast that goes, per year.
    pub speed: f64,
    /// The root of the mean squared miss.
    pub error: f64,
}

impl Decay {
    /// The yield at a time.
    pub fn at(&self, years: f64) -> f64 {
        self.floor + self.extra * (-self.speed * years).exp()
    }

    /// The mean yield until a time.
    pub fn mean_until(&self, years: f64) -> f64 {
        let x = self.speed * years;
        self.floor + if x.abs() < 1e-12 { self.extra } else { self.extra * -(-x).exp_m1() / x }
    }

    /// The nearest decay to observed yields: for each speed, floor and extra are a line; the speed is searched by thirds
    /// of its logarithm.
    ///
    /// # Errors
    /// [`QuantError::Contradiction`] for fewer than three observations, or all at one time; [`QuantError::OutsideDomain`]
    /// for what is not finite.
    pub fn fit(observed: &[(f64, f64)]) -> Result<Decay, QuantError> {
        if !observed.iter().all(|(years, value)| years.is_finite() && value.is_finite()) {
            return Err(QuantError::OutsideDomain);
        }
        let span = observed.iter().map(|point| point.0).fold(0.0, f64::max);
        let first = observed.first().map_or(0.0, |point| point.0);
        if observed.len() < 3 || observed.iter().all(|point| point.0 == first) || !span.is_finite() || span <= 0.0 {
            return Err(QuantError::Contradiction("three observations at different times are needed"));
        }
        let at = |speed: f64| {
            let n = observed.len() as f64;
            let x = |years: f64| (-speed * years).exp();
            let (mx, my) = (
                observed.iter().map(|point| x(point.0)).sum::<f64>() / n,
                observed.iter().map(|point| point.1).sum::<f64>() / n,
            );
            let covariance: f64 = observed.iter().map(|(t, y)| (x(*t) - mx) * (y - my)).sum();
            let variance: f64 = observed.iter().map(|(t, _)| (x(*t) - mx).powi(2)).sum();
            let extra = covariance / variance;
            let floor = my - extra * mx;
            let error = observed.iter().map(|(t, y)| (floor + extra * x(*t) - y).powi(2)).sum::<f64>() / n;
            Decay { floor, extra, speed, error: error.sqrt() }
        };
        let (mut low, mut high) = ((1e-3 / span).ln(), (1e3 / span).ln());
        // A coarse look first, since the miss may have more than one valley.
        let coarse = (0..200).map(|n| low + (high - low) * f64::from(n) / 199.0);
        let best = coarse.min_by(|a, b| at(a.exp()).error.total_cmp(&at(b.exp()).error)).unwrap_or(0.0);
        let width = (high - low) / 199.0;
        (low, high) = (best - width, best + width);
        for _ in 0..100 {
            let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
            if at(a.exp()).error < at(b.exp()).error { high = b } else { low = a }
        }
        Ok(at((0.5 * (low + high)).exp()))
    }
}
