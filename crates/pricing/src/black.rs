use crate::PricingError;
use crate::kernel::{density, exp, ln_ratio, mills};

/// Right to buy or to sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To buy at the strike.
    Call,
    /// To sell at the strike.
    Put,
}

impl Kind {
    /// One for a call, minus one for a put.
    #[inline(always)]
    pub fn sign(self) -> f64 {
        match self {
            Kind::Call => 1.0,
            Kind::Put => -1.0,
        }
    }
}

/// An option on a forward price: Black (1976).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Black {
    /// Right to buy or to sell.
    pub kind: Kind,
    /// The forward price.
    pub forward: f64,
    /// The strike.
    pub strike: f64,
    /// Years to expiry.
    pub years: f64,
    /// Volatility per square root of a year.
    pub volatility: f64,
    /// The continuous rate per year at which the premium is discounted.
    pub rate: f64,
}

/// A price and how it moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Greeks {
    /// The price.
    pub price: f64,
    /// By the forward, or by the spot where there is one.
    pub delta: f64,
    /// Delta by the same.
    pub gamma: f64,
    /// By volatility, per one (100 %).
    pub vega: f64,
    /// By time that passes, per year.
    pub theta: f64,
}

/// The parts of an option before discounting, in money of expiry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Undiscounted {
    /// The price.
    pub price: f64,
    /// The forward times N(d1) of a call, N(-d1) of a put.
    pub asset: f64,
    /// The strike times N(d2) of a call, N(-d2) of a put.
    pub cash: f64,
    /// The forward times n(d1), which is the strike times n(d2).
    pub density: f64,
    /// The forward's distance from the strike in standard deviations, plus half of one.
    pub d1: f64,
}

/// Largest distance of forward and strike: a factor of e^8, near 3,000.
const LOG_MONEYNESS_MAX: f64 = 8.0;
/// Standard deviations over the life: from a millionth to eight.
const DEVIATION_MIN: f64 = 1.0e-6;
const DEVIATION_MAX: f64 = 8.0;
const PRICE_MIN: f64 = 1.0e-30;
const PRICE_MAX: f64 = 1.0e30;
const YEARS_MIN: f64 = 1.0e-10;
const YEARS_MAX: f64 = 200.0;
const DISCOUNT_EXPONENT_MAX: f64 = 8.0;

/// The option with sign +1 (call) or -1 (put) and standard deviation over its life. Unchecked and without branches;
/// within 2^-50 of forward plus strike for the domain of [`Black::check`].
#[inline(always)]
pub fn undiscounted(sign: f64, forward: f64, strike: f64, deviation: f64) -> Undiscounted {
    let d1 = ln_ratio(forward, strike) / deviation + 0.5 * deviation;
    let d2 = d1 - deviation;
    // One density serves both tails, since forward n(d1) = strike n(d2); their difference keeps its digits far out of
    // the money.
    let density = forward * density(d1);
    let forward_tail = density * mills(d1.abs());
    let strike_tail = density * mills(d2.abs());
    let asset = if sign * d1 < 0.0 { forward_tail } else { forward - forward_tail };
    let cash = if sign * d2 < 0.0 { strike_tail } else { strike - strike_tail };
    Undiscounted { price: sign * (asset - cash), asset, cash, density, d1 }
}

impl Black {
    /// The standard deviation of the logarithm of the price over the life.
    pub fn deviation(&self) -> f64 {
        self.volatility * self.years.sqrt()
    }

    /// What a unit of money at expiry is worth now.
    pub fn discount(&self) -> f64 {
        exp(-self.rate * self.years)
    }

    /// # Errors
    /// [`PricingError::OutsideDomain`] for what is not finite; prices outside 1e-30 to 1e30 or a factor of e^8 from
    /// the strike; more than 200 years or less than three milliseconds; standard deviations over the life outside
    /// 1e-6 to 8; discounting by more than e^8.
    pub fn check(&self) -> Result<(), PricingError> {
        let within = |x: f64, low: f64, high: f64| (x >= low) & (x <= high);
        let prices = within(self.forward, PRICE_MIN, PRICE_MAX) & within(self.strike, PRICE_MIN, PRICE_MAX);
        let times = within(self.years, YEARS_MIN, YEARS_MAX);
        if !(prices & times) {
            return Err(PricingError::OutsideDomain);
        }
        let moneyness = ln_ratio(self.forward, self.strike);
        let fits = within(moneyness, -LOG_MONEYNESS_MAX, LOG_MONEYNESS_MAX)
            & within(self.deviation(), DEVIATION_MIN, DEVIATION_MAX)
            & within(self.rate * self.years, -DISCOUNT_EXPONENT_MAX, DISCOUNT_EXPONENT_MAX);
        if fits { Ok(()) } else { Err(PricingError::OutsideDomain) }
    }

    /// The price, within [`Black::price_error`].
    ///
    /// # Errors
    /// As [`Black::check`].
    pub fn price(&self) -> Result<f64, PricingError> {
        self.check()?;
        let option = undiscounted(self.kind.sign(), self.forward, self.strike, self.deviation());
        Ok(option.price * self.discount())
    }

    /// How far the price may be off: 2^-47 of forward plus strike, discounted: 2^-50 of the formula, and inputs that
    /// are themselves rounded from fixed point by 2^-52.
    pub fn price_error(&self) -> f64 {
        const PART: f64 = 1.0 / 140_737_488_355_328.0;
        (self.forward + self.strike) * self.discount() * PART
    }

    /// The price and its Greeks by the forward; theta at a constant forward. Delta within 2^-50 (one plus |d1| / 8),
    /// gamma and vega within 2^-50 (1 + d1^2) of themselves.
    ///
    /// # Errors
    /// As [`Black::check`].
    pub fn greeks(&self) -> Result<Greeks, PricingError> {
        self.check()?;
        let (sign, deviation, discount) = (self.kind.sign(), self.deviation(), self.discount());
        let option = undiscounted(sign, self.forward, self.strike, deviation);
        let price = option.price * discount;
        let vega = discount * option.density * self.years.sqrt();
        Ok(Greeks {
            price,
            delta: sign * discount * (option.asset / self.forward),
            gamma: discount * option.density / (self.forward * self.forward * deviation),
            vega,
            theta: self.rate * price - 0.5 * vega * self.volatility / self.years,
        })
    }
}
