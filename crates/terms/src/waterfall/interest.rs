//! Interest and fees that fall due.

use gage_calendar::{Date, DayCount, DayCountContext};
use gage_units::{Amount, MathError, Rounding, mul_div};

use super::{Collections, Coupon, Deal, FeeBasis, Position, Tranche};
use crate::{Number, TermsError};

/// Interest of a period on an amount: one product and one rounding, down, against who receives.
pub(super) fn simple(
    amount: Amount,
    rate: Number,
    day_count: DayCount,
    from: Date,
    to: Date,
) -> Result<Amount, TermsError> {
    let year = day_count.year_fraction(from, to, &DayCountContext::default())?;
    let rate = u128::try_from(rate.0).map_err(|_| TermsError::Math(MathError::Underflow))?;
    let overflow = TermsError::Math(MathError::Overflow);
    let above = rate.checked_mul(year.numerator()).ok_or(overflow)?;
    let below = Number::ONE.0.unsigned_abs().checked_mul(year.denominator()).ok_or(overflow)?;
    Ok(Amount(mul_div(amount.0, above, below, Rounding::Down)?))
}

/// The yearly rate of a tranche on a date with a number from 1.
pub(super) fn rate_of(tranche: &Tranche, period: u32, collections: &Collections) -> Result<Number, TermsError> {
    Ok(match &tranche.coupon {
        Coupon::None => Number::ZERO,
        Coupon::Fixed(rate) => *rate,
        Coupon::Floating { index, margin, cap, floor } => {
            let published = collections.rates.get(index).copied();
            let rate = published.ok_or(TermsError::NotPublished)?.plus(*margin)?;
            let rate = floor.map_or(rate, |floor| rate.max(floor));
            cap.map_or(rate, |cap| rate.min(cap))
        }
        Coupon::Step(steps) => {
            let step = steps.iter().take_while(|step| step.0 <= period).last();
            step.map_or(Number::ZERO, |step| step.1)
        }
    })
}

/// What interest a tranche earns from where the deal stands to the payment date.
pub(super) fn accrued(
    deal: &Deal,
    position: &Position,
    place: usize,
    collections: &Collections,
) -> Result<Amount, TermsError> {
    let (Some(tranche), Some(owed)) = (deal.tranches.get(place), position.tranches.get(place)) else {
        return Err(TermsError::BadList);
    };
    let mut base = owed.balance;
    if !tranche.notional_of.is_empty() {
        base = Amount::ZERO;
        for name in &tranche.notional_of {
            let other = deal.tranche(name).and_then(|place| position.tranches.get(place)).ok_or(TermsError::BadList)?;
            base = base.plus(other.balance)?;
        }
    }
    if tranche.interest_on_interest {
        base = base.plus(owed.interest_due)?;
    }
    let rate = rate_of(tranche, position.period.saturating_add(1), collections)?;
    simple(base, rate, tranche.day_count, position.date, collections.date)
}

/// What a fee comes to.
pub(super) fn fee(basis: &FeeBasis, position: &Position, collections: &Collections) -> Result<Amount, TermsError> {
    match basis {
        FeeBasis::Fixed(amount) => Ok(*amount),
        FeeBasis::OfPool(rate, day_count) => simple(position.pool, *rate, *day_count, position.date, collections.date),
    }
}
