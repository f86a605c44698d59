//! Curves from what is quoted: overnight and term deposits, bills, notes, swaps against an overnight rate.

use crate::math::root;
use crate::{Curve, QuantError};

/// What is paid in the future for a price now.
#[derive(Clone, Debug, PartialEq)]
pub struct Quoted {
    /// Years and amounts; the last is the quote's own node.
    pub flows: Vec<(f64, f64)>,
    /// The price now.
    pub price: f64,
}

/// Rounds over all nodes; each moves its neighbours a little less.
const ROUNDS: usize = 60;
const CLOSE: f64 = 1e-14;

impl Quoted {
    /// A deposit of one at a simple rate.
    pub fn deposit(years: f64, rate: f64) -> Quoted {
        Quoted { flows: vec![(years, 1.0 + rate * years)], price: 1.0 }
    }

    /// A bill at a bank discount: one less the discount for days of a year of 360.
    pub fn bill(days: u32, discount: f64) -> Quoted {
        let days = f64::from(days);
        Quoted { flows: vec![(days / 365.0, 1.0)], price: 1.0 - discount * days / 360.0 }
    }

    /// A note of one with a coupon, so many times a year, at a price.
    pub fn note(years: f64, coupon: f64, frequency: u32, price: f64) -> Quoted {
        let times = payment_times(years, frequency);
        let mut flows: Vec<(f64, f64)> = times.iter().map(|time| (*time, coupon / f64::from(frequency))).collect();
        if let Some(last) = flows.last_mut() {
            last.1 += 1.0;
        }
        Quoted { flows, price }
    }

    /// A swap of a fixed rate against a compounded overnight rate: the fixed side with the notional costs one.
    pub fn swap(years: f64, rate: f64, frequency: u32) -> Quoted {
        if years * f64::from(frequency) <= 1.0 {
            Quoted::deposit(years, rate)
        } else {
            Quoted::note(years, rate, frequency, 1.0)
        }
    }

    /// What it costs on a curve.
    pub fn value(&self, curve: &Curve) -> f64 {
        self.flows.iter().map(|(time, amount)| amount * curve.discount(*time)).sum()
    }

    fn end(&self) -> f64 {
        self.flows.last().map_or(0.0, |flow| flow.0)
    }
}

/// Times of payments counted back from the end.
fn payment_times(years: f64, frequency: u32) -> Vec<f64> {
    let step = 1.0 / f64::from(frequency.max(1));
    let count = (years / step - 1e-9).ceil().max(1.0) as u32;
    (0..count).rev().map(|n| years - step * f64::from(n)).collect()
}

/// The curve that gives every quote its price, to 1e-12 of it.
///
/// # Errors
/// [`QuantError::Contradiction`] for quotes without flows, of the same end, or out of order; [`QuantError::NoConvergence`]
/// if no curve with rates between -100 % and 1000 % does.
pub fn bootstrap(quotes: &[Quoted]) -> Result<Curve, QuantError> {
    let ends: Vec<f64> = quotes.iter().map(Quoted::end).collect();
    if !(ends.first().is_some_and(|first| *first > 0.0) && ends.windows(2).all(|pair| pair[0] < pair[1])) {
        return Err(QuantError::Contradiction("quotes without order"));
    }
    let mut points: Vec<(f64, f64)> = ends.iter().map(|end| (*end, (-0.03 * end).exp())).collect();
    for round in 0..ROUNDS {
        let mut moved: f64 = 0.0;
        for (i, quote) in quotes.iter().enumerate() {
            // Only nodes that are known count in the first round.
            let known = if round == 0 { i + 1 } else { points.len() };
            let miss = |log: f64| {
                let mut tried = points.clone();
                tried.truncate(known);
                tried[i].1 = log.exp();
                Curve::new(&tried).map_or(f64::NAN, |curve| quote.value(&curve) - quote.price)
            };
            let end = ends[i];
            let log = root(-10.0 * end, 1.0 * end, 1e-15, miss)?;
            moved = moved.max((log.exp() / points[i].1 - 1.0).abs());
            points[i].1 = log.exp();
        }
        if round > 0 && moved < CLOSE {
            break;
        }
    }
    let curve = Curve::new(&points)?;
    let miss = |quote: &Quoted| (quote.value(&curve) - quote.price).abs() / quote.price.abs().max(1.0);
    if quotes.iter().map(miss).all(|miss| miss < 1e-12) { Ok(curve) } else { Err(QuantError::NoConvergence) }
}
