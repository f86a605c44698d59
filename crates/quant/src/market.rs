use crate::QuantError;

/// One asset and money, both at constant rates: Black, Scholes (1973) and Merton (1973).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Market {
    /// The price now.
    pub spot: f64,
    /// The continuous rate of money per year.
    pub rate: f64,
    /// The continuous yield of the asset per year.
    pub dividend: f64,
    /// Volatility per square root of a year.
    pub volatility: f64,
}

impl Market {
    /// What the asset costs to carry: rate less yield.
    pub fn carry(&self) -> f64 {
        self.rate - self.dividend
    }

    /// A unit of money in so many years, now.
    pub fn discount(&self, years: f64) -> f64 {
        (-self.rate * years).exp()
    }

    /// A unit of the asset in so many years, as a part of one now.
    pub fn asset_discount(&self, years: f64) -> f64 {
        (-self.dividend * years).exp()
    }

    /// The price for delivery in so many years.
    pub fn forward(&self, years: f64) -> f64 {
        self.spot * (self.carry() * years).exp()
    }

    /// The standard deviation of the logarithm of the price.
    pub fn deviation(&self, years: f64) -> f64 {
        self.volatility * years.sqrt()
    }

    /// # Errors
    /// [`QuantError::OutsideDomain`] unless spot, volatility and time are above zero and all is finite.
    pub fn check(&self, years: f64) -> Result<(), QuantError> {
        let positive = self.spot > 0.0 && self.volatility > 0.0 && years > 0.0;
        let finite = [self.spot, self.rate, self.dividend, self.volatility, years].iter().all(|x| x.is_finite());
        if positive && finite { Ok(()) } else { Err(QuantError::OutsideDomain) }
    }
}
