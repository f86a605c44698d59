//! What terms are worth: flows discounted, with survival of who owes them, and with liquidation of what backs them.

use gage_calendar::{Moment, SECONDS_PER_DAY};
use gage_pricing::Passage;
use gage_terms::{Name, Projection};

use crate::credit::HazardCurve;
use crate::error::finite;
use crate::{Curve, QuantError};

/// An amount in so many years.
pub type Flow = (f64, f64);

/// The flows of a projection to a party in an asset, in years of 365 days from a moment: what it gets above zero, what
/// it owes below; what lies before is left out.
pub fn flows_to(projection: &Projection, party: &Name, asset: &Name, from: Moment) -> Vec<Flow> {
    let signed = projection.flows.iter().filter(|flow| flow.asset == *asset).filter_map(|flow| {
        let sign = match (flow.to == *party, flow.from == *party) {
            (true, false) => 1.0,
            (false, true) => -1.0,
            _ => return None,
        };
        let seconds = flow.at.seconds().checked_sub(from.seconds())?;
        (seconds >= 0)
            .then(|| (seconds as f64 / (365.0 * f64::from(SECONDS_PER_DAY)), sign * flow.amount.0 as f64 / 1e18))
    });
    signed.collect()
}

/// What flows are worth without any doubt.
///
/// # Errors
/// [`QuantError::OutsideDomain`] for what is not finite.
pub fn riskless(flows: &[Flow], curve: &Curve) -> Result<f64, QuantError> {
    finite(flows.iter().map(|(years, amount)| amount * curve.discount(*years)).sum())
}

/// Steps per year of the integral over the time of default.
const STEPS_PER_YEAR: f64 = 52.0;

/// What flows are worth when they end at a default, where `recovery` of the riskless rest is paid.
///
/// # Errors
/// [`QuantError::OutsideDomain`] for a recovery outside nothing to one, or what is not finite.
pub fn with_survival(flows: &[Flow], curve: &Curve, hazard: &HazardCurve, recovery: f64) -> Result<f64, QuantError> {
    if !(0.0..=1.0).contains(&recovery) {
        return Err(QuantError::OutsideDomain);
    }
    let alive: f64 =
        flows.iter().map(|(years, amount)| amount * curve.discount(*years) * hazard.survival(*years)).sum();
    let end = flows.iter().map(|flow| flow.0).fold(0.0, f64::max);
    let steps = (end * STEPS_PER_YEAR).ceil().max(1.0);
    let length = end / steps;
    let mut recovered = 0.0;
    let mut from = 0.0;
    while from + 0.5 * length < end {
        let middle = from + 0.5 * length;
        let died = hazard.survival(from) - hazard.survival(from + length);
        let rest: f64 =
            flows.iter().filter(|flow| flow.0 > middle).map(|(years, amount)| amount * curve.discount(*years)).sum();
        recovered += died * recovery * rest;
        from += length;
    }
    finite(alive + recovered)
}

/// What flows are worth when pledged assets are sold once their worth falls to a barrier: each flow is paid in full if
/// that has not happened, and `recovery` of the riskless rest at the time of sale, in weekly steps.
///
/// # Errors
/// As [`with_survival`], and as [`Passage::probability`].
pub fn with_liquidation(flows: &[Flow], curve: &Curve, passage: &Passage, recovery: f64) -> Result<f64, QuantError> {
    // The law of the first passage becomes hazard rates, week by week.
    let end = flows.iter().map(|flow| flow.0).fold(0.0, f64::max);
    if end == 0.0 {
        // What is paid now is not waited for.
        return riskless(flows, curve);
    }
    let steps = (end * STEPS_PER_YEAR).ceil().max(1.0) as u32;
    let mut survival = 1.0f64;
    let mut rates = Vec::new();
    for n in 1..=steps {
        let years = end * f64::from(n) / f64::from(steps);
        let next = (1.0 - Passage { years, ..*passage }.probability()?).clamp(1e-300, survival);
        rates.push((years, (survival / next).ln() * f64::from(steps) / end));
        survival = next;
    }
    with_survival(flows, curve, &HazardCurve { steps: rates }, recovery)
}
