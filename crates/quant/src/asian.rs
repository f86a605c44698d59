//! Rights on an average.

use gage_pricing::{Kind, undiscounted};

use crate::error::finite;
use crate::{Market, QuantError};

/// On the geometric mean over the whole life: Kemna and Vorst (1990).
///
/// # Errors
/// [`QuantError::OutsideDomain`] as [`Market::check`], or a strike of zero or less.
pub fn geometric(market: &Market, kind: Kind, strike: f64, years: f64) -> Result<f64, QuantError> {
    market.check(years)?;
    let variance = market.volatility * market.volatility;
    let carry = 0.5 * (market.carry() - variance / 6.0);
    let forward = market.spot * (carry * years).exp();
    let deviation = market.deviation(years) / 3f64.sqrt();
    finite(undiscounted(kind.sign(), forward, strike, deviation).price * market.discount(years))
}

/// On the geometric mean of fixings at the given years, the last at expiry.
///
/// # Errors
/// As [`geometric`], or fixings that are none or go back.
pub fn geometric_of_fixings(market: &Market, kind: Kind, strike: f64, fixings: &[f64]) -> Result<f64, QuantError> {
    let (forward, deviation, years) = geometric_law(market, fixings)?;
    finite(undiscounted(kind.sign(), forward, strike, deviation).price * market.discount(years))
}

/// Mean and deviation of the geometric mean, and the last fixing.
pub(crate) fn geometric_law(market: &Market, fixings: &[f64]) -> Result<(f64, f64, f64), QuantError> {
    let years = fixings.last().copied().unwrap_or(f64::NAN);
    market.check(years)?;
    let ordered =
        fixings.windows(2).all(|pair| pair[0] <= pair[1]) && fixings.first().is_some_and(|first| *first >= 0.0);
    if !ordered {
        return Err(QuantError::Contradiction("fixings go back"));
    }
    let n = fixings.len() as f64;
    let variance = market.volatility * market.volatility;
    let mean_time = fixings.iter().sum::<f64>() / n;
    // Sum over pairs of the earlier time: the i-th from the end is the earlier of 2 i - 1 pairs.
    let pairs: f64 = fixings.iter().rev().enumerate().map(|(i, time)| (2.0 * i as f64 + 1.0) * time).sum();
    let total = variance * pairs / (n * n);
    let mean = (market.carry() - 0.5 * variance) * mean_time + 0.5 * total;
    Ok((market.spot * mean.exp(), total.sqrt(), years))
}

/// On the arithmetic mean over the whole life of an asset without yield: the equation of Vecer (2001) in one variable.
///
/// # Errors
/// As [`geometric`]; [`QuantError::OutsideDomain`] with a yield or at a rate of zero.
pub fn arithmetic(market: &Market, kind: Kind, strike: f64, years: f64) -> Result<f64, QuantError> {
    market.check(years)?;
    if market.dividend != 0.0 || market.rate == 0.0 || strike.is_nan() || strike <= 0.0 {
        return Err(QuantError::OutsideDomain);
    }
    let holding = |left: f64| (1.0 - (-market.rate * left).exp()) / (market.rate * years);
    let start = holding(years) - market.discount(years) * strike / market.spot;
    let call = market.spot * vecer(market.volatility, years, start, &holding);
    // The mean itself is worth the first holding.
    let put = call - market.spot * start;
    finite(if kind == Kind::Call { call } else { put })
}

/// Steps of Vecer's grid.
const PLACES: usize = 2_000;
const TIMES: usize = 1_000;

/// u(0, start) where u_t + sigma^2 (q - z)^2 u_zz / 2 = 0 and u = max(z, 0) at the end; implicit in time, of second
/// order by two levels back.
fn vecer(volatility: f64, years: f64, start: f64, holding: &impl Fn(f64) -> f64) -> f64 {
    let reach = 1.0f64.max(start.abs() + 6.0 * volatility * years.sqrt() * 0.6);
    let step = 2.0 * reach / PLACES as f64;
    // The start is a node: no interpolation.
    let offset = start - (start / step).round() * step;
    let place = |i: usize| -reach + offset + step * i as f64;
    let dt = years / TIMES as f64;
    let mut now: Vec<f64> = (0..=PLACES).map(|i| place(i).max(0.0)).collect();
    let mut before = now.clone();
    for n in 1..=TIMES {
        let q = holding(dt * n as f64);
        let (lead, right): (f64, Vec<f64>) = if n == 1 {
            (1.0, now.clone())
        } else {
            (1.5, now.iter().zip(&before).map(|(now, before)| 2.0 * now - 0.5 * before).collect())
        };
        let mut next = now.clone();
        let rate = |i: usize| {
            let gap = volatility * (q - place(i)) / step;
            0.5 * gap * gap * dt
        };
        let mut pivots = vec![lead; PLACES + 1];
        let mut sums = right;
        for i in 1..PLACES {
            let r = rate(i);
            let (mut pivot, mut sum) = (lead + 2.0 * r, sums[i]);
            if i == 1 {
                sum += r * now[0];
            } else {
                let factor = -r / pivots[i - 1];
                pivot += factor * rate(i - 1);
                sum -= factor * sums[i - 1];
            }
            pivots[i] = pivot;
            sums[i] = sum;
        }
        for i in (1..PLACES).rev() {
            let after = if i + 1 == PLACES { now[PLACES] } else { next[i + 1] };
            next[i] = (sums[i] + rate(i) * after) / pivots[i];
        }
        before = std::mem::replace(&mut now, next);
    }
    let at = ((start + reach - offset) / step).round() as usize;
    now[at.min(PLACES)]
}
