//! A barrier that is watched over the last part of the life only: Heynen and Kat (1994), type B1, as in Haug (2007).

use gage_pricing::Kind;

use crate::error::finite;
use crate::math::bivariate_normal;
use crate::{Market, QuantError};

/// A right that ends when the level is crossed, from either side, after the first `start` years.
///
/// # Errors
/// [`QuantError::OutsideDomain`] as [`Market::check`], a start outside the life, or levels of zero or less.
pub fn out_from(
    market: &Market,
    kind: Kind,
    strike: f64,
    level: f64,
    start: f64,
    years: f64,
) -> Result<f64, QuantError> {
    market.check(years)?;
    if !(start > 0.0 && start < years && strike > 0.0 && level > 0.0) {
        return Err(QuantError::OutsideDomain);
    }
    let terms = Terms::new(market, level, start, years);
    // The price is on one side when the watch begins, stays there, and ends above or below `from`.
    let above = |from: f64| money(terms.legs(from, 1.0), strike);
    let below = |from: f64| money(terms.legs(from, -1.0), strike);
    finite(match kind {
        Kind::Call if strike > level => above(strike),
        Kind::Call => above(level) + below(level) - below(strike),
        Kind::Put if strike <= level => -below(strike),
        Kind::Put => -(below(level) + above(level) - above(strike)),
    })
}

fn money((asset, cash): (f64, f64), strike: f64) -> f64 {
    asset - strike * cash
}

struct Terms {
    market: Market,
    start: f64,
    years: f64,
    log: f64,
    mu: f64,
    rho: f64,
}

impl Terms {
    fn new(market: &Market, level: f64, start: f64, years: f64) -> Terms {
        let variance = market.volatility * market.volatility;
        let mu = (market.carry() - 0.5 * variance) / variance;
        Terms { market: *market, start, years, log: (level / market.spot).ln(), mu, rho: (start / years).sqrt() }
    }

    /// Asset and unit of money at the end, where the price stays on one side of the level and ends beyond `from`
    /// (above it for +1, below it for -1).
    fn legs(&self, from: f64, side: f64) -> (f64, f64) {
        let (whole, first) = (self.market.deviation(self.years), self.market.deviation(self.start));
        let lift = 1.0 + self.mu;
        let d = (self.market.spot / from).ln() / whole + lift * whole;
        let f = d + 2.0 * self.log / whole;
        let e = -self.log / first + lift * first;
        let mirrored = e + 2.0 * self.log / first;
        let pair = |shift: (f64, f64), power: f64| {
            let (whole, first) = shift;
            let straight = bivariate_normal(side * (d - whole), side * (e - first), self.rho);
            let back = bivariate_normal(side * (f - whole), -side * (mirrored - first), -self.rho);
            straight - (power * self.log).exp() * back
        };
        let asset = self.market.spot * self.market.asset_discount(self.years) * pair((0.0, 0.0), 2.0 * lift);
        let cash = self.market.discount(self.years) * pair((whole, first), 2.0 * self.mu);
        (asset, cash)
    }
}
