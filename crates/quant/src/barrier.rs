//! Rights that appear or vanish when a price is touched: Reiner and Rubinstein (1991), as in Haug (2007), chapter 4.

use gage_pricing::Kind;

use crate::error::finite;
use crate::math::distribution;
use crate::{Market, QuantError, european};

/// On which side of the spot the barrier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Touched by a fall.
    Down,
    /// Touched by a rise.
    Up,
}

/// What touching does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knock {
    /// The right begins.
    In,
    /// The right ends.
    Out,
}

/// A barrier that is watched over the whole life.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Barrier {
    /// On which side.
    pub side: Side,
    /// What touching does.
    pub knock: Knock,
    /// The price.
    pub level: f64,
}

impl Barrier {
    /// Whether a spot is at or beyond it.
    pub fn touched(&self, spot: f64) -> bool {
        match self.side {
            Side::Down => spot <= self.level,
            Side::Up => spot >= self.level,
        }
    }

    fn sign(&self) -> f64 {
        match self.side {
            Side::Down => 1.0,
            Side::Up => -1.0,
        }
    }
}

/// The asset, and a unit of money, at expiry, if the right then exists and is in the money.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryLegs {
    /// The asset's worth now.
    pub asset: f64,
    /// The unit's worth now.
    pub cash: f64,
}

/// Distances in standard deviations and powers of the barrier over the spot.
struct Terms {
    market: Market,
    years: f64,
    deviation: f64,
    mu: f64,
    log: f64,
}

impl Terms {
    fn new(market: &Market, level: f64, years: f64) -> Terms {
        let variance = market.volatility * market.volatility;
        let mu = (market.carry() - 0.5 * variance) / variance;
        let deviation = market.deviation(years);
        Terms { market: *market, years, deviation, mu, log: (level / market.spot).ln() }
    }

    /// Paid where the price ends beyond `x` on the side of `sign`; `reflected` for the path mirrored at the barrier.
    fn legs(&self, sign: f64, x: f64, reflected: bool) -> (f64, f64) {
        let d = x / self.deviation + (1.0 + self.mu) * self.deviation;
        let (by_asset, by_cash) = if reflected {
            ((2.0 * (self.mu + 1.0) * self.log).exp(), (2.0 * self.mu * self.log).exp())
        } else {
            (1.0, 1.0)
        };
        let asset = self.market.spot * self.market.asset_discount(self.years) * by_asset * distribution(sign * d);
        let cash = self.market.discount(self.years) * by_cash * distribution(sign * (d - self.deviation));
        (asset, cash)
    }
}

/// The legs of a right with a barrier; a vanilla right is the asset less strike units of money.
///
/// # Errors
/// [`QuantError::OutsideDomain`] as [`Market::check`], or for a strike or barrier of zero or less.
pub fn binary_legs(
    market: &Market,
    kind: Kind,
    strike: f64,
    years: f64,
    barrier: &Barrier,
) -> Result<BinaryLegs, QuantError> {
    market.check(years)?;
    if !(strike > 0.0 && barrier.level > 0.0) {
        return Err(QuantError::OutsideDomain);
    }
    let plain = || {
        let asset = european::asset_or_nothing(market, kind, strike, years)?;
        Ok(BinaryLegs { asset, cash: european::cash_or_nothing(market, kind, strike, years)? })
    };
    if barrier.touched(market.spot) {
        return if barrier.knock == Knock::In { plain() } else { Ok(BinaryLegs { asset: 0.0, cash: 0.0 }) };
    }
    let terms = Terms::new(market, barrier.level, years);
    let (phi, eta) = (kind.sign(), barrier.sign());
    let to_strike = (market.spot / strike).ln();
    // The four building blocks: beyond the strike, beyond the barrier, and both mirrored.
    let one = terms.legs(phi, to_strike, false);
    let two = terms.legs(phi, -terms.log, false);
    let three = terms.legs(eta, to_strike + 2.0 * terms.log, true);
    let four = terms.legs(eta, terms.log, true);
    let above = strike > barrier.level;
    let sum = |parts: &[(f64, (f64, f64))]| {
        let asset = parts.iter().map(|(by, part)| by * part.0).sum();
        BinaryLegs { asset, cash: parts.iter().map(|(by, part)| by * part.1).sum() }
    };
    // Which pieces of the line the price may end in, by side and place of the strike.
    let outside = matches!((barrier.side, kind, above), (Side::Down, Kind::Call, true) | (Side::Up, Kind::Put, false));
    let within = matches!((barrier.side, kind, above), (Side::Up, Kind::Call, true) | (Side::Down, Kind::Put, false));
    let across = matches!((barrier.side, kind), (Side::Down, Kind::Call) | (Side::Up, Kind::Put));
    Ok(match (barrier.knock, outside, within, across) {
        (Knock::In, true, _, _) => sum(&[(1.0, three)]),
        (Knock::In, _, true, _) => sum(&[(1.0, one)]),
        (Knock::In, _, _, true) => sum(&[(1.0, one), (-1.0, two), (1.0, four)]),
        (Knock::In, ..) => sum(&[(1.0, two), (-1.0, three), (1.0, four)]),
        (Knock::Out, true, _, _) => sum(&[(1.0, one), (-1.0, three)]),
        (Knock::Out, _, true, _) => sum(&[]),
        (Knock::Out, _, _, true) => sum(&[(1.0, two), (-1.0, four)]),
        (Knock::Out, ..) => sum(&[(1.0, one), (-1.0, two), (1.0, three), (-1.0, four)]),
    })
}

/// A right with a barrier, and a rebate: paid when a right ends early, or at expiry where it never began.
///
/// # Errors
/// As [`binary_legs`].
pub fn price(
    market: &Market,
    kind: Kind,
    strike: f64,
    years: f64,
    barrier: &Barrier,
    rebate: f64,
) -> Result<f64, QuantError> {
    let legs = binary_legs(market, kind, strike, years, barrier)?;
    let right = kind.sign() * (legs.asset - strike * legs.cash);
    let paid = match barrier.knock {
        Knock::In if rebate != 0.0 => rebate * no_touch(market, years, barrier.side, barrier.level)?,
        Knock::Out if rebate != 0.0 => rebate * one_touch(market, years, barrier.side, barrier.level)?,
        _ => 0.0,
    };
    finite(right + paid)
}

/// A unit of money when the level is touched.
///
/// # Errors
/// As [`binary_legs`]; [`QuantError::OutsideDomain`] also for negative rates so large that the formula has no root.
pub fn one_touch(market: &Market, years: f64, side: Side, level: f64) -> Result<f64, QuantError> {
    market.check(years)?;
    let barrier = Barrier { side, knock: Knock::In, level };
    if barrier.touched(market.spot) {
        return Ok(1.0);
    }
    let terms = Terms::new(market, level, years);
    let variance = market.volatility * market.volatility;
    let lambda = (terms.mu * terms.mu + 2.0 * market.rate / variance).sqrt();
    let (eta, deviation) = (barrier.sign(), terms.deviation);
    let z = terms.log / deviation + lambda * deviation;
    let power = |exponent: f64| (exponent * terms.log).exp();
    finite(
        power(terms.mu + lambda) * distribution(eta * z)
            + power(terms.mu - lambda) * distribution(eta * (z - 2.0 * lambda * deviation)),
    )
}

/// What is paid at expiry if the level was touched: a unit of money, and the asset.
///
/// # Errors
/// As [`binary_legs`].
pub fn touch_at_expiry(market: &Market, years: f64, side: Side, level: f64) -> Result<BinaryLegs, QuantError> {
    market.check(years)?;
    let barrier = Barrier { side, knock: Knock::In, level };
    let all = BinaryLegs { asset: market.spot * market.asset_discount(years), cash: market.discount(years) };
    if barrier.touched(market.spot) {
        return Ok(all);
    }
    let terms = Terms::new(market, level, years);
    let eta = barrier.sign();
    let beyond = terms.legs(-eta, -terms.log, false);
    let mirrored = terms.legs(eta, terms.log, true);
    Ok(BinaryLegs { asset: finite(beyond.0 + mirrored.0)?, cash: finite(beyond.1 + mirrored.1)? })
}

/// A unit of money at expiry if the level was never touched.
///
/// # Errors
/// As [`binary_legs`].
pub fn no_touch(market: &Market, years: f64, side: Side, level: f64) -> Result<f64, QuantError> {
    Ok(market.discount(years) - touch_at_expiry(market, years, side, level)?.cash)
}
