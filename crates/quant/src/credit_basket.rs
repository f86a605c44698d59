//! Many credits that fall together: what protection costs against the nth default of a basket, or against the losses of
//! a pool between two bounds. One factor moves all of them: Vasicek (1987); Hull and White, Valuation of a CDO and an
//! nth to default CDS without Monte Carlo simulation (Journal of Derivatives 12, 2004).

use std::f64::consts::{FRAC_PI_2, PI};

use gage_pricing::kernel::inverse_distribution;

use crate::credit::HazardCurve;
use crate::error::finite;
use crate::math::{density, distribution, gauss_legendre, root};
use crate::{Curve, QuantError};

/// The law of a factor, scaled to a variance of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// Normal.
    Normal,
    /// Student's with so many degrees of freedom, three or more: fatter tails.
    Student(u32),
}

/// How credits fall together: each is sqrt(correlation) times the common factor and the rest its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Copula {
    /// Of two credits, from zero to below one.
    pub correlation: f64,
    /// Of the common factor.
    pub common: Law,
    /// Of each credit's own.
    pub own: Law,
}

/// Credits of equal size.
#[derive(Clone, Debug, PartialEq)]
pub struct Basket {
    /// Hazards, and how many credits have each.
    pub groups: Vec<(HazardCurve, u32)>,
    /// What is recovered of one.
    pub recovery: f64,
    /// How they fall together.
    pub copula: Copula,
}

/// The most credits of a basket.
pub const CREDITS_MAX: u32 = 1_000;
const DEGREES_MAX: u32 = 1_000;
/// Defaults come in the middle of steps; a premium period has so many.
const STEPS: u32 = 3;
/// Panels of twenty points over the common factor.
const PANELS: u32 = 16;
/// Normal numbers beyond have no weight.
const NORMAL_REACH: f64 = 9.0;

impl Law {
    fn check(self) -> Result<(), QuantError> {
        match self {
            Law::Student(degrees) if !(3..=DEGREES_MAX).contains(&degrees) => Err(QuantError::OutsideDomain),
            _ => Ok(()),
        }
    }

    /// The probability below `x`: Student's as the finite sums of Abramowitz and Stegun, 26.7.3 and 26.7.4.
    fn distribution(self, x: f64) -> f64 {
        let Law::Student(degrees) = self else { return distribution(x) };
        let n = f64::from(degrees);
        let angle = (x / (n - 2.0).sqrt()).atan();
        let (sine, cosine) = angle.sin_cos();
        let odd = degrees % 2 == 1;
        let mut term = if odd { cosine } else { 1.0 };
        let mut sum = term;
        let mut k = if odd { 1.0 } else { 0.0 };
        while k + 2.0 <= n - 2.0 {
            term *= (k + 1.0) / (k + 2.0) * cosine * cosine;
            sum += term;
            k += 2.0;
        }
        let middle = if odd { 2.0 / PI * (angle + sine * sum) } else { sine * sum };
        0.5 * (1.0 + middle)
    }

    /// Places of the factor and their weights, which sum to one.
    fn places(self) -> Vec<(f64, f64)> {
        let reach = if self == Law::Normal { NORMAL_REACH } else { FRAC_PI_2 };
        let (points, width) = (gauss_legendre(20), 2.0 * reach / f64::from(PANELS));
        let mut places: Vec<(f64, f64)> = (0..PANELS)
            .flat_map(|panel| {
                let middle = -reach + width * (f64::from(panel) + 0.5);
                points.iter().map(move |(x, weight)| (middle + 0.5 * width * x, *weight))
            })
            .collect();
        for (place, weight) in &mut places {
            match self {
                Law::Normal => *weight *= density(*place),
                Law::Student(degrees) => {
                    // By the angle, the density is a power of the cosine.
                    let n = f64::from(degrees);
                    *weight *= ((n - 1.0) * place.cos().ln()).exp();
                    *place = (n - 2.0).sqrt() * place.tan();
                }
            }
        }
        let sum: f64 = places.iter().map(|(_, weight)| weight).sum();
        places.iter_mut().for_each(|(_, weight)| *weight /= sum);
        places
    }
}

impl Copula {
    fn check(&self) -> Result<(), QuantError> {
        self.common.check()?;
        self.own.check()?;
        if (0.0..1.0).contains(&self.correlation) { Ok(()) } else { Err(QuantError::OutsideDomain) }
    }

    /// The probability of a default where the common factor is given and defaults have `level` without it.
    fn given(&self, level: f64, factor: f64) -> f64 {
        let own = (1.0 - self.correlation).sqrt();
        self.own.distribution((level - self.correlation.sqrt() * factor) / own)
    }

    /// Below which a credit falls with a probability.
    fn level(&self, probability: f64, places: &[(f64, f64)]) -> Result<f64, QuantError> {
        if self.common == Law::Normal && self.own == Law::Normal {
            return Ok(inverse_distribution(probability));
        }
        let miss = |level: f64| {
            places.iter().map(|(factor, weight)| weight * self.given(level, *factor)).sum::<f64>() - probability
        };
        root(-1e5, 1e5, 1e-12, miss)
    }
}

impl Basket {
    fn check(&self) -> Result<u32, QuantError> {
        self.copula.check()?;
        let count = self.groups.iter().fold(0u32, |sum, group| sum.saturating_add(group.1));
        let good = (1..=CREDITS_MAX).contains(&count) && (0.0..=1.0).contains(&self.recovery);
        if good { Ok(count) } else { Err(QuantError::OutsideDomain) }
    }

    /// The probabilities of no default until then, of one, and so on to all.
    ///
    /// # Errors
    /// [`QuantError::OutsideDomain`] for correlations outside zero to below one, laws of less than three degrees,
    /// recoveries outside nothing to one, or more than [`CREDITS_MAX`] credits.
    pub fn defaults_by(&self, years: f64) -> Result<Vec<f64>, QuantError> {
        self.law_of_defaults(years, &self.copula.common.places())
    }

    fn law_of_defaults(&self, years: f64, places: &[(f64, f64)]) -> Result<Vec<f64>, QuantError> {
        let count = self.check()? as usize;
        let mut levels = Vec::with_capacity(self.groups.len());
        for (hazard, number) in &self.groups {
            let probability = 1.0 - hazard.survival(years);
            if !(0.0..1.0).contains(&probability) {
                return Err(QuantError::OutsideDomain);
            }
            if probability > 0.0 {
                levels.push((self.copula.level(probability, places)?, *number));
            }
        }
        let mut all = vec![0.0; count + 1];
        for (factor, weight) in places {
            // Credit by credit: given the factor they are independent (Andersen, Sidenius and Basu 2003).
            let mut law = vec![0.0; count + 1];
            law[0] = 1.0;
            let mut seen = 0;
            for (level, number) in &levels {
                let probability = self.copula.given(*level, *factor);
                for _ in 0..*number {
                    seen += 1;
                    for k in (1..=seen).rev() {
                        law[k] += probability * (law[k - 1] - law[k]);
                    }
                    law[0] *= 1.0 - probability;
                }
            }
            all.iter_mut().zip(&law).for_each(|(sum, part)| *sum += weight * part);
        }
        Ok(all)
    }

    /// The premium per year, paid until the nth default, for the loss of one credit at it. `payments` are the years to
    /// the end of each premium period, rising; `day_count` as in [`crate::credit::CreditSwap`].
    ///
    /// # Errors
    /// As [`Basket::defaults_by`]; [`QuantError::OutsideDomain`] also for an nth of zero or beyond the basket;
    /// [`QuantError::Contradiction`] for payments out of order.
    pub fn nth_to_default(&self, nth: u32, payments: &[f64], day_count: f64, money: &Curve) -> Result<f64, QuantError> {
        if nth == 0 || nth > self.check()? {
            return Err(QuantError::OutsideDomain);
        }
        let (loss, paid) = self.legs(payments, money, |law| law.iter().skip(nth as usize).sum())?;
        finite((1.0 - self.recovery) * loss / (day_count * paid))
    }

    /// The premium per year, on what is left, for the losses of the pool from one part of it to another.
    ///
    /// # Errors
    /// As [`Basket::nth_to_default`]; [`QuantError::OutsideDomain`] also for bounds outside nothing to one or out of
    /// order.
    pub fn tranche(
        &self,
        (from, to): (f64, f64),
        payments: &[f64],
        day_count: f64,
        money: &Curve,
    ) -> Result<f64, QuantError> {
        if !(from >= 0.0 && from < to && to <= 1.0) {
            return Err(QuantError::OutsideDomain);
        }
        let unit = (1.0 - self.recovery) / f64::from(self.check()?);
        let part = |defaults: usize| (unit * defaults as f64).clamp(from, to) - from;
        let gone = |law: &[f64]| law.iter().enumerate().map(|(k, p)| p * part(k) / (to - from)).sum();
        let (loss, paid) = self.legs(payments, money, gone)?;
        finite(loss / (day_count * paid))
    }

    /// What is lost, discounted, and the years of premium on what is left, with what is due at each loss.
    fn legs(&self, payments: &[f64], money: &Curve, gone: impl Fn(&[f64]) -> f64) -> Result<(f64, f64), QuantError> {
        let rises = payments.first().is_some_and(|first| *first > 0.0) && payments.windows(2).all(|p| p[0] < p[1]);
        if !rises {
            return Err(QuantError::Contradiction("premium dates out of order"));
        }
        let places = self.copula.common.places();
        let (mut loss, mut paid) = (0.0, 0.0);
        let (mut start, mut before) = (0.0, 0.0);
        for end in payments {
            let step = (end - start) / f64::from(STEPS);
            for n in 1..=STEPS {
                let now = gone(&self.law_of_defaults(start + step * f64::from(n), &places)?);
                let middle = step * (f64::from(n) - 0.5);
                let worth = (now - before) * money.discount(start + middle);
                loss += worth;
                paid += worth * middle;
                before = now;
            }
            paid += (end - start) * (1.0 - before) * money.discount(*end);
            start = *end;
        }
        Ok((loss, paid))
    }
}
