use crate::PricingError;

/// A slice of a volatility surface, raw SVI (Gatheral 2004; Gatheral and Jacquier, Quantitative Finance 14, 2014):
/// total variance w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)) by k = ln(strike / forward).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Svi {
    /// Level.
    pub a: f64,
    /// Slope of the wings, zero or more.
    pub b: f64,
    /// Tilt, between -1 and 1.
    pub rho: f64,
    /// Place of the middle.
    pub m: f64,
    /// Roundness of the middle, above zero.
    pub sigma: f64,
}

/// What is wrong with a slice or a pair of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SviFault {
    /// A parameter is outside its range, or not finite.
    Parameter,
    /// The least variance is not above zero.
    NegativeVariance,
    /// A wing is steeper than 2: a moment of the price that must exist would not (Lee 2004).
    Wing,
    /// The density of the price is negative at this k: a butterfly that costs less than nothing.
    Butterfly(f64),
    /// The later slice is below the earlier at this k: a calendar spread that costs less than nothing.
    Calendar(f64),
}

/// Points of the line on which the checks look, over the middle and as far as the parameters put them.
pub const ARBITRAGE_STEPS: u16 = 512;
const PARAMETER_MAX: f64 = 100.0;

impl Svi {
    /// Total variance at k.
    #[inline(always)]
    pub fn variance(&self, k: f64) -> f64 {
        let x = k - self.m;
        self.a + self.b * (self.rho * x + (x * x + self.sigma * self.sigma).sqrt())
    }

    /// Volatility at k for years to expiry.
    ///
    /// # Errors
    /// [`PricingError::OutsideDomain`] if the variance or the time is not above zero.
    pub fn volatility(&self, k: f64, years: f64) -> Result<f64, PricingError> {
        let volatility = (self.variance(k) / years).sqrt();
        let good = volatility.is_finite() && volatility > 0.0 && years > 0.0;
        if good { Ok(volatility) } else { Err(PricingError::OutsideDomain) }
    }

    /// Durrleman's g: the density of the price has its sign (Gatheral and Jacquier, lemma 2.2).
    pub fn durrleman(&self, k: f64) -> f64 {
        let x = k - self.m;
        let root = (x * x + self.sigma * self.sigma).sqrt();
        let w = self.variance(k);
        let slope = self.b * (self.rho + x / root);
        let bend = self.b * self.sigma * self.sigma / (root * root * root);
        let bracket = 1.0 - k * slope / (2.0 * w);
        bracket * bracket - 0.25 * slope * slope * (1.0 / w + 0.25) + 0.5 * bend
    }

    /// Parameters, least variance, wings, and butterflies on a line of [`ARBITRAGE_STEPS`] points: dense around the
    /// middle, out to a thousand times its roundness. The wings decide beyond.
    ///
    /// # Errors
    /// The first [`SviFault`].
    pub fn check(&self) -> Result<(), SviFault> {
        let sizes = [self.a, self.b, self.m, self.sigma];
        let good = sizes.iter().all(|size| size.abs() <= PARAMETER_MAX)
            && self.b >= 0.0
            && self.rho.abs() < 1.0
            && self.sigma >= 1.0e-6;
        if !good {
            return Err(SviFault::Parameter);
        }
        let least = self.a + self.b * self.sigma * (1.0 - self.rho * self.rho).sqrt();
        if least <= 0.0 {
            return Err(SviFault::NegativeVariance);
        }
        if self.b * (1.0 + self.rho.abs()) > 2.0 {
            return Err(SviFault::Wing);
        }
        match self.line().find(|k| self.durrleman(*k) < 0.0) {
            Some(k) => Err(SviFault::Butterfly(k)),
            None => Ok(()),
        }
    }

    /// Points around the middle: x = sigma (u / (1 - u^2)) with u even over (-1, 1).
    fn line(&self) -> impl Iterator<Item = f64> + use<> {
        let Svi { m, sigma, .. } = *self;
        (1..ARBITRAGE_STEPS).map(move |step| {
            let u = f64::from(step) / f64::from(ARBITRAGE_STEPS / 2) - 1.0;
            m + 4.0 * sigma * u / (1.0 - u * u)
        })
    }

    /// The slopes of total variance far below and far above the forward.
    fn wings(&self) -> (f64, f64) {
        (self.b * (1.0 - self.rho), self.b * (1.0 + self.rho))
    }
}

/// Whether total variance does not fall from the earlier slice to the later: on the lines of both, and in the wings.
///
/// # Errors
/// [`SviFault::Calendar`] at the first place where it falls.
pub fn check_calendar(earlier: &Svi, later: &Svi) -> Result<(), SviFault> {
    let fall = |k: &f64| later.variance(*k) < earlier.variance(*k);
    if let Some(k) = earlier.line().chain(later.line()).find(fall) {
        return Err(SviFault::Calendar(k));
    }
    let ((low, high), (later_low, later_high)) = (earlier.wings(), later.wings());
    match (later_low < low, later_high < high) {
        (true, _) => Err(SviFault::Calendar(f64::NEG_INFINITY)),
        (_, true) => Err(SviFault::Calendar(f64::INFINITY)),
        _ => Ok(()),
    }
}
