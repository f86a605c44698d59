//! The same growth, said in other words.

use crate::QuantError;
use crate::error::finite;

/// How a rate is meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Compounding {
    /// 1 + r t.
    Simple,
    /// (1 + r / n)^(n t), n times a year.
    Periodic(f64),
    /// e^(r t).
    Continuous,
    /// Simple for the first period, periodic after.
    SimpleThenPeriodic(f64),
}

impl Compounding {
    /// What one becomes.
    ///
    /// # Errors
    /// [`QuantError::OutsideDomain`] for growth to zero or less, or periods of zero or less.
    pub fn growth(self, rate: f64, years: f64) -> Result<f64, QuantError> {
        let growth = match self {
            Compounding::Simple => 1.0 + rate * years,
            Compounding::Periodic(n) => (1.0 + rate / n).powf(n * years),
            Compounding::Continuous => (rate * years).exp(),
            Compounding::SimpleThenPeriodic(n) if years <= 1.0 / n => 1.0 + rate * years,
            Compounding::SimpleThenPeriodic(n) => (1.0 + rate / n).powf(n * years),
        };
        if growth > 0.0 { finite(growth) } else { Err(QuantError::OutsideDomain) }
    }

    /// The rate that makes one grow so.
    ///
    /// # Errors
    /// [`QuantError::OutsideDomain`] for growth or times of zero or less.
    pub fn rate(self, growth: f64, years: f64) -> Result<f64, QuantError> {
        if !(growth > 0.0 && years > 0.0) {
            return Err(QuantError::OutsideDomain);
        }
        let periodic = |n: f64| (growth.powf(1.0 / (n * years)) - 1.0) * n;
        finite(match self {
            Compounding::Simple => (growth - 1.0) / years,
            Compounding::Periodic(n) => periodic(n),
            Compounding::Continuous => growth.ln() / years,
            Compounding::SimpleThenPeriodic(n) if years <= 1.0 / n => (growth - 1.0) / years,
            Compounding::SimpleThenPeriodic(n) => periodic(n),
        })
    }
}
