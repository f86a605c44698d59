use gage_calendar::{Date, DayCount, DayCountContext};
use gage_units::Rounding;

use crate::{Number, TermsError};

/// Interest that does not depend on how often it is looked at: what has accrued by a day is a function of the anchor
/// and that day alone, and what is paid on the way is subtracted. So accruing twice is accruing once, to the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accrual {
    /// On what.
    pub principal: Number,
    /// At which yearly rate.
    pub rate: Number,
    /// By which day count; one that needs dates only.
    pub day_count: DayCount,
    /// From which day.
    pub from: Date,
    /// What was paid already.
    pub paid: Number,
}

impl Accrual {
    /// From a day on, nothing paid.
    pub fn new(principal: Number, rate: Number, day_count: DayCount, from: Date) -> Accrual {
        Accrual { principal, rate, day_count, from, paid: Number::ZERO }
    }

    /// What has accrued by `to` and is not paid. Rounded toward zero, once: the obligor never pays ahead.
    ///
    /// # Errors
    /// [`TermsError::Calendar`] before the anchor, [`TermsError::Math`].
    pub fn due(&self, to: Date) -> Result<Number, TermsError> {
        let fraction = self.day_count.year_fraction(self.from, to, &DayCountContext::default())?;
        let yearly = self.principal.times(self.rate, Rounding::Down)?;
        Ok(yearly.for_year_fraction(fraction, Rounding::Down)?.minus(self.paid)?)
    }

    /// Pays what is due by `to`, and says how much that is.
    ///
    /// # Errors
    /// As [`Accrual::due`].
    pub fn pay(&mut self, to: Date) -> Result<Number, TermsError> {
        let due = self.due(to)?;
        self.paid = self.paid.plus(due)?;
        Ok(due)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn daily_payments_add_up_to_one() {
        let start: Date = "2024-01-01".parse().unwrap();
        let end = start.plus_days(200).unwrap();
        let once =
            Accrual::new("1000.07".parse().unwrap(), "0.0431".parse().unwrap(), DayCount::ActualActualIsda, start);
        let mut daily = once;
        let mut sum = Number::ZERO;
        for day in 0..=200 {
            sum = sum.plus(daily.pay(start.plus_days(day).unwrap()).unwrap()).unwrap();
        }
        assert_eq!(sum, once.due(end).unwrap());
        // By hand: 1000.07 * 0.0431 * 200 / 366 = 23.553...
        assert!(sum > "23.5535".parse().unwrap() && sum < "23.5536".parse().unwrap(), "{sum}");
    }
}
