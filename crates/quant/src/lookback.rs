//! Rights on the highest or lowest price: Goldman, Sosin and Gatto (1979), Conze and Viswanathan (1991), Heynen and
//! Kat (1994), as in Haug (2007), chapter 4.

use gage_pricing::Kind;

use crate::error::finite;
use crate::math::{bivariate_normal, density, distribution};
use crate::{Market, QuantError};

/// Below this carry the limit is taken, where the formulas divide by it.
const CARRY_MIN: f64 = 1e-7;

struct Terms {
    spot: f64,
    discount: f64,
    asset: f64,
    carry: f64,
    deviation: f64,
    /// sigma^2 / 2b and its opposite inverse.
    ratio: f64,
    tilt: f64,
    growth: f64,
}

impl Terms {
    fn new(market: &Market, years: f64) -> Terms {
        let variance = market.volatility * market.volatility;
        let carry = market.carry();
        Terms {
            spot: market.spot,
            discount: market.discount(years),
            asset: market.spot * market.asset_discount(years),
            carry,
            deviation: market.deviation(years),
            ratio: variance / (2.0 * carry),
            tilt: 2.0 * carry / variance,
            growth: (carry * years).exp(),
        }
    }

    /// A vanilla right at `level` and what the moving extreme adds: sign +1 follows the highest price, -1 the lowest.
    fn extreme(&self, market: &Market, level: f64, years: f64, sign: f64) -> f64 {
        let d1 = ((self.spot / level).ln() + (self.carry + 0.5 * market.volatility * market.volatility) * years)
            / self.deviation;
        let right = sign
            * (self.asset * distribution(sign * d1)
                - level * self.discount * distribution(sign * (d1 - self.deviation)));
        let added = if self.carry.abs() < CARRY_MIN {
            self.deviation * (density(d1) + sign * d1 * distribution(sign * d1))
        } else {
            let shifted = d1 - self.tilt * self.deviation;
            let mirrored = (self.spot / level).powf(-self.tilt) * distribution(sign * shifted);
            sign * self.ratio * (self.growth * distribution(sign * d1) - mirrored)
        };
        right + self.spot * self.discount * added
    }
}

fn checked(market: &Market, levels: &[f64], years: f64) -> Result<Terms, QuantError> {
    market.check(years)?;
    let good = levels.iter().all(|level| *level > 0.0 && level.is_finite());
    if good { Ok(Terms::new(market, years)) } else { Err(QuantError::OutsideDomain) }
}

/// A call at the lowest price, or a put at the highest, of the life; `extreme` is what was reached so far.
///
/// # Errors
/// [`QuantError::OutsideDomain`] as [`Market::check`], or levels of zero or less.
pub fn floating(market: &Market, kind: Kind, extreme: f64, years: f64) -> Result<f64, QuantError> {
    let terms = checked(market, &[extreme], years)?;
    // The spot at the end less the lowest price is the forward less the level, and a right on a lower one.
    let follows = terms.extreme(market, extreme, years, -kind.sign());
    finite(kind.sign() * (terms.asset - extreme * terms.discount) + follows)
}

/// A call on the highest price, or a put on the lowest, of the life; `extreme` is what was reached so far.
///
/// # Errors
/// As [`floating`].
pub fn fixed(market: &Market, kind: Kind, strike: f64, extreme: f64, years: f64) -> Result<f64, QuantError> {
    let terms = checked(market, &[strike, extreme], years)?;
    let sign = kind.sign();
    // Where the extreme is beyond the strike already, the difference is certain.
    let level = if sign * (extreme - strike) > 0.0 { extreme } else { strike };
    finite(sign * (level - strike) * terms.discount + terms.extreme(market, level, years, sign))
}

/// As [`floating`], where the extreme is watched for the first `watched` years only, from now on.
///
/// # Errors
/// As [`floating`], a watch that is not shorter than the life, or no carry.
pub fn partial_floating(market: &Market, kind: Kind, watched: f64, years: f64) -> Result<f64, QuantError> {
    let terms = checked(market, &[], years)?;
    if !(watched > 0.0 && watched < years) || terms.carry.abs() < CARRY_MIN {
        return Err(QuantError::OutsideDomain);
    }
    let (sign, sigma, b) = (kind.sign(), market.volatility, terms.carry);
    let variance = sigma * sigma;
    let d1 = (b + 0.5 * variance) * years / terms.deviation;
    let d2 = d1 - terms.deviation;
    let rest = years - watched;
    let e1 = (b + 0.5 * variance) * rest.sqrt() / sigma;
    let e2 = e1 - sigma * rest.sqrt();
    let f1 = (b + 0.5 * variance) * watched.sqrt() / sigma;
    let f2 = f1 - sigma * watched.sqrt();
    let (whole, tail) = ((watched / years).sqrt(), (1.0 - watched / years).sqrt());
    let m = |x: f64, y: f64, rho: f64| bivariate_normal(x, y, rho);
    let n = |x: f64| distribution(sign * x);
    let cash = terms.spot * terms.discount;
    let shift = |time: f64| 2.0 * b * time.sqrt() / sigma;
    let mirrored = m(sign * (shift(watched) - f1), sign * (shift(years) - d1), whole);
    let drifted = terms.growth * m(-sign * d1, sign * e1, -tail);
    let value = terms.asset * n(d1) - cash * n(d2)
        + cash * terms.ratio * (mirrored - drifted)
        + terms.asset * m(-sign * d1, sign * e1, -tail)
        + cash * m(-sign * f2, sign * d2, -whole)
        - (-b * rest).exp() * (1.0 + terms.ratio) * terms.asset * n(e2) * n(-f1);
    finite(sign * value)
}

/// As [`fixed`], where the extreme is watched from `start` on only.
///
/// # Errors
/// As [`partial_floating`].
pub fn partial_fixed(market: &Market, kind: Kind, strike: f64, start: f64, years: f64) -> Result<f64, QuantError> {
    let terms = checked(market, &[strike], years)?;
    if !(start > 0.0 && start < years) || terms.carry.abs() < CARRY_MIN {
        return Err(QuantError::OutsideDomain);
    }
    let (sign, sigma, b) = (kind.sign(), market.volatility, terms.carry);
    let variance = sigma * sigma;
    let log = (terms.spot / strike).ln();
    let d1 = (log + (b + 0.5 * variance) * years) / terms.deviation;
    let d2 = d1 - terms.deviation;
    let rest = years - start;
    let e1 = (b + 0.5 * variance) * rest.sqrt() / sigma;
    let e2 = e1 - sigma * rest.sqrt();
    let f1 = (log + (b + 0.5 * variance) * start) / (sigma * start.sqrt());
    let f2 = f1 - sigma * start.sqrt();
    let (whole, tail) = ((start / years).sqrt(), (1.0 - start / years).sqrt());
    let m = |x: f64, y: f64, rho: f64| bivariate_normal(x, y, rho);
    let n = |x: f64| distribution(sign * x);
    let cash = strike * terms.discount;
    let shift = |time: f64| 2.0 * b * time.sqrt() / sigma;
    let mirrored =
        (terms.spot / strike).powf(-terms.tilt) * m(sign * (d1 - shift(years)), sign * (shift(start) - f1), -whole);
    let drifted = terms.growth * m(sign * e1, sign * d1, tail);
    let value = terms.asset * n(d1) - cash * n(d2) + terms.spot * terms.discount * terms.ratio * (drifted - mirrored)
        - terms.asset * m(-sign * e1, sign * d1, -tail)
        - cash * m(sign * f2, -sign * d2, -whole)
        + (-b * rest).exp() * (1.0 - terms.ratio) * terms.asset * n(f1) * n(-e2);
    finite(sign * value)
}
