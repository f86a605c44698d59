//! Survival, and the swap that pays at default, by the standard model of ISDA (ISDA CDS Standard Model, 2009): hazard
//! and forward flat between nodes, both legs in closed form from node to node.

use crate::math::root;
use crate::{Curve, QuantError};

/// Hazard rates that are flat between nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct HazardCurve {
    /// Years to each node and the rate before it; the last holds on.
    pub steps: Vec<(f64, f64)>,
}

impl HazardCurve {
    /// One rate for all times.
    pub fn flat(rate: f64) -> HazardCurve {
        HazardCurve { steps: vec![(1.0, rate)] }
    }

    /// The probability of no default until then.
    pub fn survival(&self, years: f64) -> f64 {
        let (mut from, mut sum) = (0.0, 0.0);
        let last = self.steps.last().map_or(0.0, |step| step.1);
        for (end, rate) in &self.steps {
            sum += rate * (years.min(*end) - from).max(0.0);
            from = *end;
        }
        (-(sum + last * (years - from).max(0.0))).exp()
    }

    /// The rate at a time.
    pub fn hazard(&self, years: f64) -> f64 {
        let at = self.steps.partition_point(|step| step.0 < years);
        self.steps.get(at).or(self.steps.last()).map_or(0.0, |step| step.1)
    }
}

/// A credit default swap on one: quarterly premiums, protection until the end.
#[derive(Clone, Debug, PartialEq)]
pub struct CreditSwap {
    /// Years to the end of each premium period from now, rising; the first begins `accrued` years before now.
    pub payments: Vec<f64>,
    /// Years of premium that the seller of protection has earned already.
    pub accrued: f64,
    /// Years of premium in a year of time: 365/360 for the usual day count.
    pub day_count: f64,
    /// What is recovered of one.
    pub recovery: f64,
}

/// The worth of both sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Legs {
    /// One less recovery at default.
    pub protection: f64,
    /// Premiums at a rate of one, with what has accrued at default.
    pub annuity: f64,
}

/// (1 - e^-x) / x, also where x vanishes.
fn mean_decay(x: f64) -> f64 {
    if x.abs() < 1e-4 { 1.0 - x * (0.5 - x * (1.0 / 6.0 - x / 24.0)) } else { -(-x).exp_m1() / x }
}

/// The integral over 0..1 of t e^(-x t).
fn mean_ramp(x: f64) -> f64 {
    if x.abs() < 1e-3 { 0.5 - x * (1.0 / 3.0 - x * (0.125 - x / 30.0)) } else { (mean_decay(x) - (-x).exp()) / x }
}

impl CreditSwap {
    /// Quarters until the end, counted back from it, for a swap that begins today.
    pub fn quarterly(years: f64, recovery: f64) -> CreditSwap {
        let count = (4.0 * years - 1e-9).ceil().max(1.0) as u32;
        let payments: Vec<f64> = (0..count).rev().map(|n| years - 0.25 * f64::from(n)).collect();
        CreditSwap { payments, accrued: 0.0, day_count: 365.0 / 360.0, recovery }
    }

    fn check(&self) -> Result<(), QuantError> {
        let rises = self.payments.windows(2).all(|pair| pair[0] < pair[1]);
        let good = self.payments.first().is_some_and(|first| *first > 0.0) && (0.0..=1.0).contains(&self.recovery);
        if rises && good { Ok(()) } else { Err(QuantError::Contradiction("premium dates out of order")) }
    }

    /// Both sides on a curve of money and one of hazard, with `nodes` where either bends.
    ///
    /// # Errors
    /// [`QuantError::Contradiction`] for premium dates that do not rise from now, or recovery outside nothing to one.
    pub fn legs(&self, money: &Curve, hazard: &HazardCurve, nodes: &[f64]) -> Result<Legs, QuantError> {
        self.check()?;
        let mut legs = Legs { protection: 0.0, annuity: 0.0 };
        let mut start = 0.0;
        let mut earned = self.accrued;
        for end in &self.payments {
            let length = end - start + earned;
            legs.annuity += self.day_count * length * money.discount(*end) * hazard.survival(*end);
            let mut bends: Vec<f64> = nodes.iter().chain(hazard.steps.iter().map(|step| &step.0)).copied().collect();
            bends.retain(|time| *time > start && time < end);
            bends.push(*end);
            bends.sort_by(f64::total_cmp);
            let mut from = start;
            for to in bends {
                // Both flat from here to there: default comes at rate `lost` of `died + discounted`.
                let base = money.discount(from) * hazard.survival(from);
                let died = (hazard.survival(from) / hazard.survival(to)).ln();
                let total = died + (money.discount(from) / money.discount(to)).ln();
                legs.protection += (1.0 - self.recovery) * died * base * mean_decay(total);
                let before = from - start + earned;
                let ramp = before * mean_decay(total) + (to - from) * mean_ramp(total);
                legs.annuity += self.day_count * died * base * ramp;
                from = to;
            }
            start = *end;
            earned = 0.0;
        }
        Ok(legs)
    }

    /// The premium per year at which both sides are worth the same.
    ///
    /// # Errors
    /// As [`CreditSwap::legs`].
    pub fn par_spread(&self, money: &Curve, hazard: &HazardCurve, nodes: &[f64]) -> Result<f64, QuantError> {
        let legs = self.legs(money, hazard, nodes)?;
        crate::error::finite(legs.protection / (legs.annuity - self.accrued * self.day_count))
    }

    /// What the buyer of protection pays now, clean, for a running premium.
    ///
    /// # Errors
    /// As [`CreditSwap::legs`].
    pub fn upfront(&self, premium: f64, money: &Curve, hazard: &HazardCurve, nodes: &[f64]) -> Result<f64, QuantError> {
        let legs = self.legs(money, hazard, nodes)?;
        crate::error::finite(legs.protection - premium * (legs.annuity - self.accrued * self.day_count))
    }
}

/// Hazard rates that give every swap its par premium, one node for each.
///
/// # Errors
/// [`QuantError::Contradiction`] for swaps out of order; [`QuantError::NoConvergence`] if a rate between zero and 1000 %
/// does not do.
pub fn bootstrap_hazard(swaps: &[(CreditSwap, f64)], money: &Curve, nodes: &[f64]) -> Result<HazardCurve, QuantError> {
    let mut curve = HazardCurve { steps: Vec::new() };
    for (swap, premium) in swaps {
        let end = swap.payments.last().copied().unwrap_or(0.0);
        if curve.steps.last().is_some_and(|last| last.0 >= end) {
            return Err(QuantError::Contradiction("swaps out of order"));
        }
        let miss = |rate: f64| {
            let mut tried = curve.clone();
            tried.steps.push((end, rate));
            swap.upfront(*premium, money, &tried, nodes).unwrap_or(f64::NAN)
        };
        let rate = root(0.0, 10.0, 1e-16, miss)?;
        curve.steps.push((end, rate));
    }
    Ok(curve)
}
