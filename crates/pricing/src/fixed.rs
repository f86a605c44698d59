use gage_units::{Price, Ratio, Rounding, Value, mul_div};

use crate::{Black, Kind, PricingError};

/// 1e18, the fixed point of prices and ratios.
const UNIT: u128 = 1_000_000_000_000_000_000;
const SECONDS_PER_YEAR: f64 = 31_536_000.0;
const MANTISSA_BITS: i32 = 52;

/// A number and how far the truth may be from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded {
    value: f64,
    error: f64,
}

impl Bounded {
    /// # Errors
    /// [`PricingError::OutsideDomain`] if either is not finite or the error is below zero.
    pub fn new(value: f64, error: f64) -> Result<Bounded, PricingError> {
        let good = value.is_finite() && error.is_finite() && error >= 0.0;
        if good { Ok(Bounded { value, error }) } else { Err(PricingError::OutsideDomain) }
    }

    /// Fixed point on the stated side of the truth: `Down` is never more than it, `Up` never less. The caller takes
    /// the side that is against the actor.
    ///
    /// # Errors
    /// [`PricingError::Overflow`] beyond `i128`.
    pub fn to_value(self, side: Rounding) -> Result<Value, PricingError> {
        // The sum itself is rounded by at most 2^-53 of it; one more step of the last bit covers that.
        match side {
            Rounding::Down => to_fixed((self.value - self.error).next_down(), Rounding::Down),
            Rounding::Up => to_fixed((self.value + self.error).next_up(), Rounding::Up),
        }
    }

    /// As [`Bounded::to_value`] for what cannot be negative, such as probabilities: not below zero.
    ///
    /// # Errors
    /// [`PricingError::Overflow`] beyond `u128`.
    pub fn to_ratio(self, side: Rounding) -> Result<Ratio, PricingError> {
        let value = self.to_value(side)?;
        u128::try_from(value.0.max(0)).map(Ratio).map_err(|_| PricingError::Overflow)
    }
}

/// The number times 1e18, rounded toward minus infinity (`Down`) or plus infinity (`Up`): exact until the rounding.
fn to_fixed(x: f64, side: Rounding) -> Result<Value, PricingError> {
    if !x.is_finite() {
        return Err(PricingError::Overflow);
    }
    let bits = x.abs().to_bits();
    let field = i32::try_from(bits >> 52).map_err(|_| PricingError::Overflow)?;
    let fraction = u128::from(bits & 0x000f_ffff_ffff_ffff);
    let mantissa = if field == 0 { fraction } else { fraction | (1 << 52) };
    // The number is mantissa * 2^power.
    let power = field.max(1).saturating_sub(1_023).saturating_sub(MANTISSA_BITS);
    // Away from zero for a negative number is down.
    let outward = matches!((side, x < 0.0), (Rounding::Up, false) | (Rounding::Down, true));
    let rounding = if outward { Rounding::Up } else { Rounding::Down };
    let magnitude = if power >= 0 {
        let scale = u32::try_from(power).ok().and_then(|power| 1u128.checked_shl(power));
        let whole = scale.and_then(|scale| mantissa.checked_mul(scale));
        whole.and_then(|whole| whole.checked_mul(UNIT)).ok_or(PricingError::Overflow)?
    } else if power > -128 {
        let divisor = 1u128.checked_shl(power.unsigned_abs()).ok_or(PricingError::Overflow)?;
        mul_div(mantissa, UNIT, divisor, rounding).map_err(|_| PricingError::Overflow)?
    } else {
        // Below 2^-75 of a unit of 1e-18.
        u128::from(mantissa != 0 && outward)
    };
    let signed = i128::try_from(magnitude).map_err(|_| PricingError::Overflow)?;
    Ok(Value(if x < 0.0 { signed.saturating_neg() } else { signed }))
}

/// The price as a number, within 2^-52 of it.
#[allow(clippy::as_conversions, reason = "rounds to nearest on every machine; there is no checked form")]
pub fn from_price(price: Price) -> f64 {
    price.0 as f64 / UNIT as f64
}

/// The ratio as a number, within 2^-52 of it.
#[allow(clippy::as_conversions, reason = "rounds to nearest on every machine; there is no checked form")]
pub fn from_ratio(ratio: Ratio) -> f64 {
    ratio.0 as f64 / UNIT as f64
}

/// The premium of an option on one unit, in fixed point on the stated side of the truth: `Up` for who pays it, `Down`
/// for who gets it. The forward is undiscounted; `discount` is what one at expiry is worth now.
///
/// # Errors
/// [`PricingError::OutsideDomain`] as [`Black::check`], or a discount of nothing; [`PricingError::Overflow`].
pub fn premium(
    kind: Kind,
    forward: Price,
    strike: Price,
    volatility: Ratio,
    seconds: u32,
    discount: Ratio,
    side: Rounding,
) -> Result<Value, PricingError> {
    let years = f64::from(seconds) / SECONDS_PER_YEAR;
    let (forward, strike, volatility) = (from_price(forward), from_price(strike), from_ratio(volatility));
    let option = Black { kind, forward, strike, years, volatility, rate: 0.0 };
    let discount = from_ratio(discount);
    if discount <= 0.0 {
        return Err(PricingError::OutsideDomain);
    }
    let value = Bounded::new(option.price()? * discount, option.price_error() * discount)?.to_value(side)?;
    // A premium is not below zero, whatever the error.
    Ok(Value(value.0.max(0)))
}
