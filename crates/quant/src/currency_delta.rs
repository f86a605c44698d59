//! The words of foreign exchange: a right is named by its delta, of the spot or the forward, with or without the premium
//! that is paid in the foreign money. Castagna, FX Options and Smile Risk (2009), chapter 1; Reiswich and Wystup, FX
//! volatility smile construction (Wilmott 60, 2012).

use gage_pricing::kernel::inverse_distribution;
use gage_pricing::{Kind, undiscounted};

use crate::QuantError;
use crate::error::finite;
use crate::math::{density, distribution, root};

/// What a delta counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeltaOf {
    /// The spot.
    Spot,
    /// The forward.
    Forward,
    /// The spot, less the premium in foreign money.
    SpotLessPremium,
    /// The forward, less the same.
    ForwardLessPremium,
}

/// A pair of moneys and the time of a right, without its strike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurrencyPair {
    /// The price of one unit of foreign money.
    pub spot: f64,
    /// What one of domestic money at expiry is worth now.
    pub domestic_discount: f64,
    /// What one of foreign money at expiry is worth now, in foreign money.
    pub foreign_discount: f64,
    /// The standard deviation of the logarithm of the price over the life.
    pub deviation: f64,
}

/// As far as a strike is looked for, in standard deviations.
const REACH: f64 = 12.0;

impl CurrencyPair {
    fn check(&self) -> Result<(), QuantError> {
        let sizes = [self.spot, self.domestic_discount, self.foreign_discount, self.deviation];
        let good = sizes.iter().all(|size| *size > 0.0 && size.is_finite());
        if good { Ok(()) } else { Err(QuantError::OutsideDomain) }
    }

    /// The price for delivery at expiry.
    pub fn forward(&self) -> f64 {
        self.spot * self.foreign_discount / self.domestic_discount
    }

    /// The delta of a right.
    ///
    /// # Errors
    /// [`QuantError::OutsideDomain`] for numbers that are not above zero.
    pub fn delta(&self, kind: Kind, strike: f64, of: DeltaOf) -> Result<f64, QuantError> {
        self.check()?;
        if strike.is_nan() || strike <= 0.0 {
            return Err(QuantError::OutsideDomain);
        }
        let forward = self.forward();
        let option = undiscounted(kind.sign(), forward, strike, self.deviation);
        let whole = match of {
            DeltaOf::Spot | DeltaOf::Forward => option.asset,
            // Delta less premium over spot leaves the money that is paid for the asset.
            DeltaOf::SpotLessPremium | DeltaOf::ForwardLessPremium => option.cash,
        };
        finite(kind.sign() * self.unit(of) * whole / forward)
    }

    /// The largest delta of a call that is nearly sure.
    fn unit(&self, of: DeltaOf) -> f64 {
        match of {
            DeltaOf::Spot | DeltaOf::SpotLessPremium => self.foreign_discount,
            DeltaOf::Forward | DeltaOf::ForwardLessPremium => 1.0,
        }
    }

    /// The strike of a right with a delta (below zero for a put). Less the premium, a call has two strikes for a delta:
    /// the higher is meant, as the market does.
    ///
    /// # Errors
    /// [`QuantError::OutsideDomain`] as [`CurrencyPair::delta`], or for a delta that no strike has.
    pub fn strike(&self, kind: Kind, delta: f64, of: DeltaOf) -> Result<f64, QuantError> {
        self.check()?;
        let part = kind.sign() * delta / self.unit(of);
        if part.is_nan() || part <= 0.0 {
            return Err(QuantError::OutsideDomain);
        }
        match of {
            DeltaOf::Spot | DeltaOf::Forward if part < 1.0 => {
                let d1 = kind.sign() * inverse_distribution(part);
                Ok(self.at_distance(0.5 * self.deviation - d1))
            }
            DeltaOf::Spot | DeltaOf::Forward => Err(QuantError::OutsideDomain),
            DeltaOf::SpotLessPremium | DeltaOf::ForwardLessPremium => self.strike_less_premium(kind, delta, of),
        }
    }

    fn strike_less_premium(&self, kind: Kind, delta: f64, of: DeltaOf) -> Result<f64, QuantError> {
        // In standard deviations from the forward, the delta falls from here on.
        let from = match kind {
            Kind::Put => -REACH - self.deviation,
            Kind::Call => {
                // At the top the strike gains as much as the chance loses: s N(d2) = n(d2).
                let slope = |d2: f64| self.deviation * distribution(d2) - density(d2);
                let top = root(-1.0 - self.deviation, REACH, 1e-14, slope)?;
                -0.5 * self.deviation - top
            }
        };
        let miss = |distance: f64| {
            let found = self.delta(kind, self.at_distance(distance), of);
            found.map_or(f64::NAN, |found| found - delta)
        };
        let at = root(from, REACH + self.deviation, 1e-14, miss).map_err(|_| QuantError::OutsideDomain)?;
        Ok(self.at_distance(at))
    }

    /// The strike of a call and a put whose deltas cancel.
    ///
    /// # Errors
    /// As [`CurrencyPair::delta`].
    pub fn straddle_strike(&self, of: DeltaOf) -> Result<f64, QuantError> {
        self.check()?;
        let half = 0.5 * self.deviation;
        Ok(self.at_distance(match of {
            DeltaOf::Spot | DeltaOf::Forward => half,
            DeltaOf::SpotLessPremium | DeltaOf::ForwardLessPremium => -half,
        }))
    }

    fn at_distance(&self, deviations: f64) -> f64 {
        self.forward() * (self.deviation * deviations).exp()
    }
}
