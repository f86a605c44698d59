use gage_units::{MathError, Rounding, mul_div};

use crate::CalendarError;

/// A part of a year as an exact fraction, never negative: what a day count gives. It is rounded only where it
/// meets an amount, by the one who knows in whose favour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct YearFraction {
    numerator: u128,
    denominator: u128,
}

impl YearFraction {
    /// No time.
    pub const ZERO: YearFraction = YearFraction { numerator: 0, denominator: 1 };

    /// The fraction in lowest terms.
    ///
    /// # Errors
    /// [`CalendarError::Overflow`] for a denominator of zero.
    pub fn new(numerator: u128, denominator: u128) -> Result<YearFraction, CalendarError> {
        let divisor = gcd(numerator, denominator);
        let (numerator, denominator) = (numerator.checked_div(divisor), denominator.checked_div(divisor));
        match (numerator, denominator) {
            (Some(numerator), Some(denominator)) if denominator > 0 => Ok(YearFraction { numerator, denominator }),
            _ => Err(CalendarError::Overflow),
        }
    }

    /// Above the line.
    pub const fn numerator(self) -> u128 {
        self.numerator
    }

    /// Below the line; never zero.
    pub const fn denominator(self) -> u128 {
        self.denominator
    }

    /// The sum.
    ///
    /// # Errors
    /// [`CalendarError::Overflow`] if a denominator in common does not fit.
    pub fn plus(self, other: YearFraction) -> Result<YearFraction, CalendarError> {
        let overflow = CalendarError::Overflow;
        let shared = gcd(self.denominator, other.denominator);
        let left = other.denominator.checked_div(shared).ok_or(overflow)?;
        let right = self.denominator.checked_div(shared).ok_or(overflow)?;
        let a = self.numerator.checked_mul(left).ok_or(overflow)?;
        let b = other.numerator.checked_mul(right).ok_or(overflow)?;
        let denominator = self.denominator.checked_mul(left).ok_or(overflow)?;
        YearFraction::new(a.checked_add(b).ok_or(overflow)?, denominator)
    }

    /// `amount` times this part of a year, rounded as told.
    ///
    /// # Errors
    /// [`MathError::Overflow`].
    pub fn of(self, amount: u128, rounding: Rounding) -> Result<u128, MathError> {
        mul_div(amount, self.numerator, self.denominator, rounding)
    }
}

/// The greatest common divisor; one for two zeros.
fn gcd(a: u128, b: u128) -> u128 {
    let (mut a, mut b) = (a, b);
    while b > 0 {
        let rest = a.checked_rem(b).unwrap_or(0);
        (a, b) = (b, rest);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_add_exactly() {
        let part = |numerator, denominator| YearFraction::new(numerator, denominator).expect("a fraction");
        assert_eq!(part(61, 365).plus(part(121, 366)), Ok(part(61 * 366 + 121 * 365, 365 * 366)));
        assert_eq!(part(180, 360), part(1, 2));
        assert_eq!(part(0, 7), YearFraction::ZERO);
        assert_eq!(part(31, 365).of(1_000_000, Rounding::Down), Ok(84_931));
        assert_eq!(part(31, 365).of(1_000_000, Rounding::Up), Ok(84_932));
        assert_eq!(YearFraction::new(1, 0), Err(CalendarError::Overflow));
    }
}
