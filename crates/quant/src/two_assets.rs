//! Rights on two prices: Margrabe (1978), Stulz (1982), Kirk (1995), Pearson (1995), Heynen and Kat (1994).

use gage_pricing::{Kind, undiscounted};

use crate::barrier::Side;
use crate::error::finite;
use crate::math::{bivariate_normal, distribution, integral_in_panels};
use crate::{Market, QuantError, european};

/// Two assets in one money, and how they move together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The first.
    pub first: Market,
    /// The second, with the same rate.
    pub second: Market,
    /// The correlation of their logarithms.
    pub correlation: f64,
}

/// The better or the worse of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The lower price.
    Least,
    /// The higher price.
    Most,
}

/// The value of an exchange and its slopes by both prices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exchange {
    /// The price.
    pub price: f64,
    /// By the first price and by the second.
    pub delta: (f64, f64),
    /// The deltas by the same.
    pub gamma: (f64, f64),
    /// By time that passes, per year.
    pub theta: f64,
}

impl Pair {
    fn check(&self, years: f64) -> Result<(), QuantError> {
        self.first.check(years)?;
        self.second.check(years)?;
        let good = self.first.rate == self.second.rate && (-1.0..=1.0).contains(&self.correlation);
        if good { Ok(()) } else { Err(QuantError::OutsideDomain) }
    }

    /// Volatility of the quotient of both prices.
    fn relative_volatility(&self) -> f64 {
        let (one, two) = (self.first.volatility, self.second.volatility);
        (one * one + two * two - 2.0 * self.correlation * one * two).sqrt()
    }
}

/// Gives an amount of the second asset for an amount of the first.
///
/// # Errors
/// [`QuantError::OutsideDomain`] as [`Market::check`], for different rates, or a correlation outside -1 to 1.
pub fn exchange(pair: &Pair, amounts: (f64, f64), years: f64) -> Result<Exchange, QuantError> {
    pair.check(years)?;
    let deviation = pair.relative_volatility() * years.sqrt();
    let (one, two) = (&pair.first, &pair.second);
    let (held, given) = (one.asset_discount(years) * amounts.0, two.asset_discount(years) * amounts.1);
    // A right on the first, counted in the second.
    let option = undiscounted(1.0, one.spot * held, two.spot * given, deviation);
    let delta = (option.asset / one.spot, -option.cash / two.spot);
    let half = 0.5 * option.density * deviation / years;
    Ok(Exchange {
        price: finite(option.price)?,
        delta,
        gamma: (option.density / (one.spot * one.spot * deviation), option.density / (two.spot * two.spot * deviation)),
        theta: one.dividend * option.asset - two.dividend * option.cash - half,
    })
}

/// The same exchange as a call on the first asset, counted in the second: the strike is the amount that is given, the rate
/// the second's yield. So what is known of rights at any time on one asset holds for exchanges at any time (Bjerksund and
/// Stensland 1993).
///
/// # Errors
/// As [`exchange`]; [`QuantError::OutsideDomain`] also for amounts of zero or less.
pub fn exchange_as_call(pair: &Pair, amounts: (f64, f64)) -> Result<(Market, f64), QuantError> {
    // Any time will do: only the assets are looked at.
    pair.check(1.0)?;
    if !(amounts.0 > 0.0 && amounts.1 > 0.0) {
        return Err(QuantError::OutsideDomain);
    }
    let (one, two) = (&pair.first, &pair.second);
    let market = Market {
        spot: one.spot * amounts.0,
        rate: two.dividend,
        dividend: one.dividend,
        volatility: pair.relative_volatility(),
    };
    Ok((market, two.spot * amounts.1))
}

/// A call or a put on the better or the worse of two prices.
///
/// # Errors
/// As [`exchange`].
pub fn best_or_worst(pair: &Pair, kind: Kind, choice: Choice, strike: f64, years: f64) -> Result<f64, QuantError> {
    pair.check(years)?;
    let call = |strike: f64| rainbow_call(pair, choice, strike, years);
    finite(match kind {
        Kind::Call => call(strike),
        Kind::Put => strike * pair.first.discount(years) - call(0.0) + call(strike),
    })
}

fn rainbow_call(pair: &Pair, choice: Choice, strike: f64, years: f64) -> f64 {
    let (one, two, rho) = (&pair.first, &pair.second, pair.correlation);
    let sigma = pair.relative_volatility();
    let deviation = sigma * years.sqrt();
    let d = ((one.spot / two.spot).ln() + (two.dividend - one.dividend + 0.5 * sigma * sigma) * years) / deviation;
    let held = (one.spot * one.asset_discount(years), two.spot * two.asset_discount(years));
    if strike == 0.0 {
        let least = held.0 * distribution(-d) + held.1 * distribution(d - deviation);
        return if choice == Choice::Least { least } else { held.0 + held.1 - least };
    }
    let y = |market: &Market| {
        let drift = (market.carry() + 0.5 * market.volatility * market.volatility) * years;
        ((market.spot / strike).ln() + drift) / market.deviation(years)
    };
    let (y1, y2) = (y(one), y(two));
    let rho1 = (one.volatility - rho * two.volatility) / sigma;
    let rho2 = (two.volatility - rho * one.volatility) / sigma;
    let (s1, s2) = (one.deviation(years), two.deviation(years));
    let m = bivariate_normal;
    let money = strike * one.discount(years);
    match choice {
        Choice::Least => {
            held.0 * m(y1, -d, -rho1) + held.1 * m(y2, d - deviation, -rho2) - money * m(y1 - s1, y2 - s2, rho)
        }
        Choice::Most => {
            let none = m(s1 - y1, s2 - y2, rho);
            held.0 * m(y1, d, rho1) + held.1 * m(y2, deviation - d, rho2) - money * (1.0 - none)
        }
    }
}

/// A call on the difference of two forward prices, by Kirk's approximation.
///
/// # Errors
/// As [`exchange`]; [`QuantError::OutsideDomain`] also if the second price and the strike are not above zero together.
pub fn spread_kirk(pair: &Pair, kind: Kind, strike: f64, years: f64) -> Result<f64, QuantError> {
    pair.check(years)?;
    let (forward, other) = (pair.first.forward(years), pair.second.forward(years));
    let base = other + strike;
    if base.is_nan() || base <= 0.0 {
        return Err(QuantError::OutsideDomain);
    }
    let (one, two) = (pair.first.volatility, pair.second.volatility * other / base);
    let sigma = (one * one + two * two - 2.0 * pair.correlation * one * two).sqrt();
    let option = undiscounted(kind.sign(), forward, base, sigma * years.sqrt());
    finite(option.price * pair.first.discount(years))
}

/// The same exactly: over what the second price may be, the first has a price in closed form.
///
/// # Errors
/// As [`exchange`], and for a correlation of one or minus one.
pub fn spread(pair: &Pair, kind: Kind, strike: f64, years: f64) -> Result<f64, QuantError> {
    pair.check(years)?;
    let rho = pair.correlation;
    let rest = (1.0 - rho * rho).sqrt();
    if rest == 0.0 {
        return Err(QuantError::OutsideDomain);
    }
    let (s1, s2) = (pair.first.deviation(years), pair.second.deviation(years));
    let (f1, f2) = (pair.first.forward(years), pair.second.forward(years));
    let sign = kind.sign();
    let given = |z: f64| {
        let second = f2 * (s2 * z - 0.5 * s2 * s2).exp();
        let first = f1 * (rho * s1 * z - 0.5 * rho * rho * s1 * s1).exp();
        let level = second + strike;
        let right = if level > 0.0 {
            undiscounted(sign, first, level, s1 * rest).price
        } else {
            (sign * (first - level)).max(0.0)
        };
        right * crate::math::density(z)
    };
    finite(integral_in_panels(-9.0, 9.0, 24, given) * pair.first.discount(years))
}

/// A right on the first price that ends when the second touches a level.
///
/// # Errors
/// As [`exchange`].
pub fn outside_barrier(
    pair: &Pair,
    kind: Kind,
    strike: f64,
    years: f64,
    side: Side,
    level: f64,
) -> Result<f64, QuantError> {
    pair.check(years)?;
    let (one, two, rho) = (&pair.first, &pair.second, pair.correlation);
    let touched = if side == Side::Down { two.spot <= level } else { two.spot >= level };
    if touched {
        return Ok(0.0);
    }
    let (eta, phi) = (kind.sign(), if side == Side::Up { 1.0 } else { -1.0 });
    let (s1, s2) = (one.deviation(years), two.deviation(years));
    let mu = |market: &Market| market.carry() - 0.5 * market.volatility * market.volatility;
    let (mu1, mu2) = (mu(one), mu(two));
    let covariance = rho * one.volatility * two.volatility;
    let log = (level / two.spot).ln();
    let d1 = ((one.spot / strike).ln() + (mu1 + one.volatility * one.volatility) * years) / s1;
    let e1 = (log - (mu2 + covariance) * years) / s2;
    let (d2, e2) = (d1 - s1, e1 + rho * s1);
    let mirror = 2.0 * log / s2;
    let square = two.volatility * two.volatility;
    let m = |d: f64, e: f64| bivariate_normal(eta * d, phi * e, -eta * phi * rho);
    let asset = m(d1, e1) - (2.0 * (mu2 + covariance) * log / square).exp() * m(d1 + rho * mirror, e1 - mirror);
    let cash = m(d2, e2) - (2.0 * mu2 * log / square).exp() * m(d2 + rho * mirror, e2 - mirror);
    let value = one.spot * one.asset_discount(years) * asset - strike * one.discount(years) * cash;
    let plain = european::price(one, kind, strike, years)?;
    // Rounding must not take it outside what a right can be worth.
    finite((eta * value).clamp(0.0, plain))
}
