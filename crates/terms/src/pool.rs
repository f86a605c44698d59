//! A pool of level-payment loans under prepayment and default: what it collects, month by month.
//!
//! Every loan runs its own schedule; what survives of it is a factor. Amounts are smallest units with 64 binary places
//! more, factors have 63 binary places, every product is rounded down. An amount of month `m` of a loan of `b` units is
//! off by less than `m * b / 2^61` units: below a hundredth of a cent over forty years for a loan of a hundred billion
//! cents. The bits are the same on every machine.

use gage_units::MathError;
use serde::{Deserialize, Serialize};

use crate::power::{FACTOR_BITS, level_payment, monthly_factor, power, rate_factor, to_factor};
use crate::{Number, TermsError};

/// The longest life of a loan, in months.
pub const MONTHS_MAX: u16 = 600;
/// The longest vector of speeds.
pub const SPEEDS_MAX: usize = 600;

/// A loan, or a pool of loans alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loan {
    /// What is owed, in smallest units.
    pub balance: u64,
    /// What the borrower pays a year.
    pub rate: Number,
    /// What of it reaches the investors a year, after servicing and guarantee.
    pub net_rate: Number,
    /// Months until it is repaid by schedule.
    pub months_left: u16,
    /// Months since it was made.
    pub age: u16,
}

/// How fast something happens, by the age of a loan in months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speed {
    /// Never.
    None,
    /// The same part of what is left every year.
    Yearly(Number),
    /// Prepayment standard: 0.2 % a year more every month up to 6 % in the thirtieth; so many times.
    Psa(Number),
    /// Default standard: 0.02 % a year more every month up to 0.6 % in the thirtieth, until the sixtieth, falling to
    /// 0.03 % in the hundred and twentieth; so many times.
    Sda(Number),
    /// A part a year for each month of age, the last for all after.
    Vector(Vec<Number>),
}

/// What is assumed of a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumptions {
    /// Prepayment.
    pub prepayment: Speed,
    /// Default.
    pub default: Speed,
    /// The part of a defaulted balance that is lost.
    pub severity: Number,
    /// Months from default to what is recovered.
    pub recovery_months: u16,
    /// Which comes first of what survives default.
    pub order: Order,
}

/// Prepayment and redemption by schedule both reduce the same balance: together they are the same either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Loans prepay what is left after the month's redemption (mortgage markets).
    ScheduleFirst,
    /// Loans prepay, and the rest is redeemed by schedule (asset-backed deals).
    PrepaymentFirst,
}

/// One month of a pool. Amounts are 2^-64 of smallest units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Month {
    /// Owed at the start.
    pub begin: u128,
    /// Defaulted at the start.
    pub defaulted: u128,
    /// Interest that borrowers pay.
    pub interest: u128,
    /// Interest that investors get.
    pub net_interest: u128,
    /// Principal by schedule.
    pub scheduled: u128,
    /// Principal before its time.
    pub prepaid: u128,
    /// Recovered of what defaulted before.
    pub recovered: u128,
    /// Lost of what defaulted before.
    pub lost: u128,
}

/// Monthly factors of assumptions, made once for all loans.
#[derive(Clone, Debug)]
pub struct Curves {
    prepayment: Vec<u64>,
    default: Vec<u64>,
    severity: u64,
    recovery_months: usize,
    order: Order,
}

impl Speed {
    /// The part of what is left that goes in a year, at an age from 1.
    ///
    /// # Errors
    /// [`TermsError::Math`] outside nothing to one.
    pub fn yearly(&self, age: u16) -> Result<Number, TermsError> {
        use gage_units::Rounding::Down;
        let percent = |hundredths: i32| Number(i128::from(hundredths).saturating_mul(100_000_000_000_000));
        let month = i32::from(age.max(1));
        let yearly = match self {
            Speed::None => Number::ZERO,
            Speed::Yearly(part) => *part,
            Speed::Psa(times) => percent(month.min(30).saturating_mul(20)).times(*times, Down)?,
            Speed::Sda(times) => {
                // In ten-thousandths of a percent: up by 200, flat at 6,000, down by 95 to 300.
                let standard = match month {
                    ..=30 => month.saturating_mul(200),
                    31..=60 => 6_000,
                    61..=120 => 6_000i32.saturating_sub(month.saturating_sub(60).saturating_mul(95)),
                    _ => 300,
                };
                Number(i128::from(standard).saturating_mul(1_000_000_000_000)).times(*times, Down)?
            }
            Speed::Vector(parts) => {
                let at = usize::from(age.max(1)).saturating_sub(1);
                parts.get(at).or(parts.last()).copied().unwrap_or(Number::ZERO)
            }
        };
        let in_range = yearly >= Number::ZERO && yearly <= Number::ONE;
        if in_range { Ok(yearly) } else { Err(TermsError::Math(MathError::Overflow)) }
    }

    /// The part of what is left that goes in a month: `1 - (1 - yearly)^(1/12)`.
    ///
    /// # Errors
    /// As [`Speed::yearly`].
    pub fn monthly(&self, age: u16) -> Result<Number, TermsError> {
        let survives = Number::ONE.minus(self.yearly(age)?)?;
        Ok(Number::ONE.minus(power(survives, 1, 12)?)?)
    }

    /// The part that goes in so many days of a year of 365: `1 - (1 - yearly)^(days/365)`.
    ///
    /// # Errors
    /// As [`Speed::yearly`].
    pub fn over_days(&self, age: u16, days: u16) -> Result<Number, TermsError> {
        let survives = Number::ONE.minus(self.yearly(age)?)?;
        Ok(Number::ONE.minus(power(survives, days, 365)?)?)
    }
}

impl Curves {
    /// The monthly factors for every age that a loan can reach.
    ///
    /// # Errors
    /// [`TermsError::BadList`] for a vector that is too long, [`TermsError::Math`] for parts outside nothing to one.
    pub fn new(assumptions: &Assumptions) -> Result<Curves, TermsError> {
        let factors = |speed: &Speed| {
            if let Speed::Vector(parts) = speed
                && (parts.is_empty() || parts.len() > SPEEDS_MAX)
            {
                return Err(TermsError::BadList);
            }
            let ages = 1..=MONTHS_MAX.saturating_mul(2);
            let mut last: Option<(Number, u64)> = None;
            ages.map(|age| {
                // Speeds mostly stay as they are from month to month.
                let yearly = speed.yearly(age)?;
                let factor = match last {
                    Some((same, factor)) if same == yearly => factor,
                    _ => monthly_factor(yearly)?,
                };
                last = Some((yearly, factor));
                Ok(factor)
            })
            .collect::<Result<Vec<u64>, TermsError>>()
        };
        let recovery_months = usize::from(assumptions.recovery_months);
        Ok(Curves {
            prepayment: factors(&assumptions.prepayment)?,
            default: factors(&assumptions.default)?,
            severity: to_factor(assumptions.severity)?,
            recovery_months: recovery_months.min(usize::from(MONTHS_MAX)),
            order: assumptions.order,
        })
    }
}

/// One as a factor.
const ONE: u64 = 1 << FACTOR_BITS;

/// The part of an amount that a factor of at most one is, rounded down to 2^-64 of a unit: two products of machine
/// words.
#[allow(
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    reason = "halves of 128 bits are 64 bits; the upper half times at most 2^63, doubled, is at most 2^128 - 2^64, and the lower part is below 2^64"
)]
#[inline]
fn part(amount: u128, factor: u64) -> u128 {
    let (high, low) = ((amount >> 64) as u64, amount as u64);
    ((high as u128 * factor as u128) << 1) + ((low as u128 * factor as u128) >> 63)
}

/// The same for a rate with a second word of places.
#[allow(clippy::as_conversions, clippy::arithmetic_side_effects, reason = "a product of two words fits two words")]
#[inline]
fn interest_on(amount: u128, (rate, rest): (u64, u64)) -> u128 {
    part(amount, rate) + (((amount >> 64) as u64 as u128 * rest as u128) >> 62)
}

/// The product of two factors, rounded down.
#[allow(
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    reason = "both are at most 2^63, so that their product is at most 2^126"
)]
#[inline]
fn factor_part(whole: u64, factor: u64) -> u64 {
    ((whole as u128 * factor as u128) >> FACTOR_BITS) as u64
}

/// A loan ready to run.
struct Running {
    /// What one loan owes by its schedule.
    scheduled_balance: u128,
    /// What one loan pays a month.
    payment: u128,
    /// A month's interest on one, to borrowers and to investors.
    rate: (u64, u64),
    net_rate: (u64, u64),
    /// What is left of the loans.
    survival: u64,
}

/// Adds what a loan pays to the months of a pool, which must be enough for its life and recoveries.
///
/// # Errors
/// [`TermsError::Math`] for a rate or life outside the limits; [`TermsError::BadList`] for too few months.
pub fn project_loan(loan: &Loan, curves: &Curves, months: &mut [Month]) -> Result<(), TermsError> {
    if loan.months_left > MONTHS_MAX || loan.age > MONTHS_MAX {
        return Err(TermsError::Math(MathError::Overflow));
    }
    let mut running = Running {
        scheduled_balance: u128::from(loan.balance) << 64,
        payment: level_payment(loan.balance, loan.rate, loan.months_left)?,
        rate: rate_factor(loan.rate)?,
        net_rate: rate_factor(loan.net_rate)?,
        survival: ONE,
    };
    let life = usize::from(loan.months_left);
    if months.len() < life.saturating_add(curves.recovery_months) {
        return Err(TermsError::BadList);
    }
    let speeds = curves.prepayment.iter().zip(&curves.default).skip(usize::from(loan.age));
    for (month, (prepayment, default)) in (0..life).zip(speeds) {
        let last = month.saturating_add(1) == life;
        let defaulted = run_month(&mut running, (*prepayment, *default), curves.order, last, months.get_mut(month));
        if defaulted == 0 {
            continue;
        }
        if let Some(recovery) = months.get_mut(month.saturating_add(curves.recovery_months)) {
            let lost = part(defaulted, curves.severity);
            recovery.lost = recovery.lost.saturating_add(lost);
            recovery.recovered = recovery.recovered.saturating_add(defaulted.saturating_sub(lost));
        }
    }
    Ok(())
}

/// One month of one loan; gives what defaulted. Sums of amounts below 2^64 units cannot pass 2^128, and a part is never
/// more than the whole: the saturating operations never saturate.
#[inline]
fn run_month(
    running: &mut Running,
    (prepayment, default): (u64, u64),
    order: Order,
    last: bool,
    month: Option<&mut Month>,
) -> u128 {
    let Some(month) = month else { return 0 };
    let owed = running.scheduled_balance;
    let interest = interest_on(owed, running.rate);
    // The last payment takes what rounding has left.
    let redeemed = if last { owed } else { running.payment.saturating_sub(interest).min(owed) };
    let left = owed.saturating_sub(redeemed);
    let failing = factor_part(running.survival, default);
    let paying = running.survival.saturating_sub(failing);
    let staying = paying.saturating_sub(factor_part(paying, prepayment));
    let defaulted = if failing == 0 { 0 } else { part(owed, failing) };
    let begin = part(owed, running.survival);
    // What is owed goes somewhere, whole: prepaid is what neither defaults, nor is redeemed, nor stays.
    let (scheduled, stays) = match order {
        Order::ScheduleFirst => (part(redeemed, paying), part(left, staying)),
        Order::PrepaymentFirst => (part(redeemed, staying), part(left, staying)),
    };
    let prepaid = begin.saturating_sub(defaulted).saturating_sub(scheduled).saturating_sub(stays);
    month.begin = month.begin.saturating_add(begin);
    month.defaulted = month.defaulted.saturating_add(defaulted);
    month.interest = month.interest.saturating_add(part(interest, paying));
    month.net_interest = month.net_interest.saturating_add(part(interest_on(owed, running.net_rate), paying));
    month.scheduled = month.scheduled.saturating_add(scheduled);
    month.prepaid = month.prepaid.saturating_add(prepaid);
    running.scheduled_balance = left;
    running.survival = staying;
    defaulted
}

/// The months of a pool of loans, to the last payment or recovery.
///
/// # Errors
/// As [`project_loan`].
pub fn project_pool(loans: &[Loan], assumptions: &Assumptions) -> Result<Vec<Month>, TermsError> {
    let curves = Curves::new(assumptions)?;
    let longest = loans.iter().map(|loan| loan.months_left).max().unwrap_or(0);
    let length = usize::from(longest).saturating_add(curves.recovery_months);
    let mut months = vec![Month::default(); length];
    loans.iter().try_for_each(|loan| project_loan(loan, &curves, &mut months))?;
    Ok(months)
}

/// Whole units of amounts that follow one another: the sums are rounded down, not the amounts, so that nothing is lost
/// on the way.
pub fn whole_units(amounts: impl Iterator<Item = u128>) -> Vec<u64> {
    let mut sum = 0u128;
    let mut given = 0u64;
    amounts
        .map(|amount| {
            sum = sum.saturating_add(amount);
            // A sum of amounts below 2^64 units.
            let whole = u64::try_from(sum >> 64).unwrap_or(u64::MAX);
            let unit = whole.saturating_sub(given);
            given = whole;
            unit
        })
        .collect()
}
