//! A right to a right: Geske (1979), Rubinstein (1991).

use gage_pricing::Kind;

use crate::error::finite;
use crate::european::{self, price_unchecked};
use crate::math::{bivariate_normal, distribution, root};
use crate::{Market, QuantError};

/// A right at `first_years` to buy or sell, at `first_strike`, a right at `years`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compound {
    /// To buy or to sell the right.
    pub outer: Kind,
    /// At this price.
    pub outer_strike: f64,
    /// In so many years.
    pub outer_years: f64,
    /// The right itself.
    pub inner: Kind,
    /// Its strike.
    pub inner_strike: f64,
    /// Its end, in years from now.
    pub inner_years: f64,
}

impl Compound {
    /// The price.
    ///
    /// # Errors
    /// [`QuantError::OutsideDomain`] as [`Market::check`], for times out of order or strikes of zero or less, or a put
    /// that can never be worth the outer strike.
    pub fn price(&self, market: &Market) -> Result<f64, QuantError> {
        let (t1, t2) = (self.outer_years, self.inner_years);
        market.check(t1)?;
        if !(t2 > t1 && self.outer_strike > 0.0 && self.inner_strike > 0.0) {
            return Err(QuantError::OutsideDomain);
        }
        let (outer, inner) = (self.outer.sign(), self.inner.sign());
        // Where the inner right is worth the outer strike at the first date.
        let gap = |log: f64| {
            let at = Market { spot: log.exp(), ..*market };
            price_unchecked(&at, self.inner, self.inner_strike, t2 - t1) - self.outer_strike
        };
        let middle = self.inner_strike.ln();
        let width = 12.0 * market.deviation(t2) + 5.0;
        let indifferent = root(middle - width, middle + width, 1e-13, gap).map_err(|_| QuantError::OutsideDomain)?;
        let drift = |time: f64| (market.carry() + 0.5 * market.volatility * market.volatility) * time;
        let y1 = (market.spot.ln() - indifferent + drift(t1)) / market.deviation(t1);
        let z1 = ((market.spot / self.inner_strike).ln() + drift(t2)) / market.deviation(t2);
        let (y2, z2) = (y1 - market.deviation(t1), z1 - market.deviation(t2));
        let rho = outer * (t1 / t2).sqrt();
        let m = |z: f64, y: f64| bivariate_normal(inner * z, outer * inner * y, rho);
        let asset = market.spot * market.asset_discount(t2) * m(z1, y1);
        let cash = self.inner_strike * market.discount(t2) * m(z2, y2);
        let paid = self.outer_strike * market.discount(t1) * distribution(outer * inner * y2);
        finite(outer * (inner * (asset - cash) - paid))
    }

    /// The price of the inner right alone.
    ///
    /// # Errors
    /// As [`european::price`].
    pub fn inner_price(&self, market: &Market) -> Result<f64, QuantError> {
        european::price(market, self.inner, self.inner_strike, self.inner_years)
    }
}
