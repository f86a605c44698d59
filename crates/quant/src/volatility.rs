//! Volatility from returns: a fading mean of squares, and GARCH(1, 1) (Bollerslev 1986).

use crate::QuantError;
use crate::minimum::minimum;

/// The variance after each return, by a fading mean of squares with the weight `keep` for the past (RiskMetrics 1996 has
/// 0.94 for days).
///
/// # Errors
/// [`QuantError::OutsideDomain`] for a weight outside zero to one, or returns that are not finite;
/// [`QuantError::Contradiction`] without returns.
pub fn ewma(returns: &[f64], keep: f64) -> Result<Vec<f64>, QuantError> {
    if !(0.0..1.0).contains(&keep) || !returns.iter().all(|r| r.is_finite()) {
        return Err(QuantError::OutsideDomain);
    }
    let first = returns.first().ok_or(QuantError::Contradiction("no returns"))?;
    let mut variance = first * first;
    let mut step = |r: &f64| {
        variance = keep * variance + (1.0 - keep) * r * r;
        variance
    };
    Ok(returns.iter().map(&mut step).collect())
}

/// A variance that remembers: v' = base + shock r^2 + memory v.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Garch {
    /// What comes every time.
    pub base: f64,
    /// The weight of the last squared return.
    pub shock: f64,
    /// The weight of the last variance.
    pub memory: f64,
    /// The logarithm of the likelihood of the returns.
    pub likelihood: f64,
}

/// Calls of the likelihood in a fit.
const CALLS: usize = 4_000;

impl Garch {
    /// The mean variance.
    pub fn mean(&self) -> f64 {
        self.base / (1.0 - self.shock - self.memory)
    }

    /// The variances of the returns, each as known before its return; one more at the end, for the next.
    pub fn variances(&self, returns: &[f64]) -> Vec<f64> {
        let mut variance = self.mean();
        let mut out = vec![variance];
        for r in returns {
            variance = self.base + self.shock * r * r + self.memory * variance;
            out.push(variance);
        }
        out
    }

    /// The expected variance so many steps after the next.
    pub fn forecast(&self, next: f64, steps: u32) -> f64 {
        self.mean() + (self.shock + self.memory).powf(f64::from(steps)) * (next - self.mean())
    }

    /// The likeliest for normal returns around zero, among those with a mean.
    ///
    /// # Errors
    /// [`QuantError::Contradiction`] for fewer than fifty returns, or returns that are all zero or not finite.
    pub fn fit(returns: &[f64]) -> Result<Garch, QuantError> {
        let sample = returns.iter().map(|r| r * r).sum::<f64>() / returns.len().max(1) as f64;
        if returns.len() < 50 || !sample.is_finite() || sample <= 0.0 {
            return Err(QuantError::Contradiction("fifty returns are needed"));
        }
        // Free numbers: the mean, the persistence below one, and the part of it that is shock.
        let model = |x: &[f64]| {
            let [mean, persistence, part] = [0, 1, 2].map(|i| x.get(i).copied().unwrap_or(0.0));
            let persistence = 0.9999 / (1.0 + (-persistence).exp());
            let shock = persistence / (1.0 + (-part).exp());
            let mean = sample * mean.clamp(-20.0, 20.0).exp();
            Garch { base: mean * (1.0 - persistence), shock, memory: persistence - shock, likelihood: 0.0 }
        };
        let likelihood = |model: &Garch| {
            let variances = model.variances(returns);
            let one = |(r, v): (&f64, &f64)| -0.5 * ((2.0 * std::f64::consts::PI * v).ln() + r * r / v);
            returns.iter().zip(&variances).map(one).sum::<f64>()
        };
        let best = model(&minimum(&[0.0, 3.0, -2.0], 0.5, CALLS, |x| -likelihood(&model(x))));
        Ok(Garch { likelihood: likelihood(&best), ..best })
    }
}
