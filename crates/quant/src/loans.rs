//! Pools of loans in doubles, for looking around: the recursion of `gage_terms::pool`, thirty-two loans at a time. What
//! is paid is decided by the exact path; both agree within [`RELATIVE_ERROR`] (`tests/loans.rs`).

use gage_terms::pool::{Assumptions, Loan, MONTHS_MAX, Order, Speed};
use gage_terms::{Number, TermsError};

use crate::QuantError;
use crate::widest::widest;

/// How far a month's sum may be from the exact one, as a part of it, with one unit to spare.
pub const RELATIVE_ERROR: f64 = 1e-11;

/// One month of a pool, in smallest units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Month {
    /// Owed at the start.
    pub begin: f64,
    /// Defaulted at the start.
    pub defaulted: f64,
    /// Interest that borrowers pay.
    pub interest: f64,
    /// Interest that investors get.
    pub net_interest: f64,
    /// Principal by schedule.
    pub scheduled: f64,
    /// Principal before its time.
    pub prepaid: f64,
    /// Recovered of what defaulted before.
    pub recovered: f64,
    /// Lost of what defaulted before.
    pub lost: f64,
}

/// Monthly factors of assumptions, made once for all loans.
#[derive(Clone, Debug)]
pub struct Curves {
    /// Prepayment and default by age.
    speeds: Vec<(f64, f64)>,
    severity: f64,
    recovery_months: usize,
    order: Order,
}

const LANES: usize = 32;
/// Sums of a month: begin, defaulted, interest, net interest, scheduled, prepaid.
const SUMS: usize = 6;

fn to_f64(number: Number) -> f64 {
    number.0 as f64 / 1e18
}

impl Curves {
    /// The monthly factors.
    ///
    /// # Errors
    /// [`QuantError::OutsideDomain`] for speeds outside nothing to one.
    pub fn new(assumptions: &Assumptions) -> Result<Curves, QuantError> {
        let outside = |_: TermsError| QuantError::OutsideDomain;
        let monthly = |speed: &Speed, age: u16| speed.monthly(age).map(to_f64).map_err(outside);
        let ages = 1..=2 * MONTHS_MAX;
        let speeds = ages
            .map(|age| Ok((monthly(&assumptions.prepayment, age)?, monthly(&assumptions.default, age)?)))
            .collect::<Result<_, QuantError>>()?;
        Ok(Curves {
            speeds,
            severity: to_f64(assumptions.severity),
            recovery_months: usize::from(assumptions.recovery_months.min(MONTHS_MAX)),
            order: assumptions.order,
        })
    }
}

/// Loans of one age and life, side by side; empty places owe nothing.
struct Side {
    owed: [f64; LANES],
    rate: [f64; LANES],
    net_rate: [f64; LANES],
    payment: [f64; LANES],
}

/// What a pool pays, month by month, to the last payment or recovery.
///
/// # Errors
/// [`QuantError::OutsideDomain`] for lives or ages beyond `MONTHS_MAX`, or rates below zero.
pub fn project_pool(loans: &[Loan], curves: &Curves) -> Result<Vec<Month>, QuantError> {
    let good = |loan: &Loan| loan.months_left <= MONTHS_MAX && loan.age <= MONTHS_MAX && loan.rate.0 >= 0;
    if !loans.iter().all(good) {
        return Err(QuantError::OutsideDomain);
    }
    let longest = loans.iter().map(|loan| usize::from(loan.months_left)).max().unwrap_or(0);
    let mut sums = vec![[0.0; SUMS]; longest];
    let alike = |loan: &Loan| (loan.age, loan.months_left);
    let mut sorted: Vec<&Loan>;
    let ordered: &mut dyn Iterator<Item = &Loan> = if loans.windows(2).all(|pair| alike(&pair[0]) == alike(&pair[1])) {
        &mut loans.iter()
    } else {
        sorted = loans.iter().collect();
        sorted.sort_by_key(|loan| alike(loan));
        &mut sorted.into_iter()
    };
    let mut group: Vec<&Loan> = Vec::with_capacity(LANES);
    for loan in ordered {
        if group.len() == LANES || group.first().is_some_and(|first| alike(first) != alike(loan)) {
            run(&group, curves, &mut sums);
            group.clear();
        }
        group.push(loan);
    }
    run(&group, curves, &mut sums);
    Ok(months(&sums, curves))
}

fn run(group: &[&Loan], curves: &Curves, sums: &mut [[f64; SUMS]]) {
    let Some(first) = group.first() else { return };
    let life = usize::from(first.months_left);
    let mut side = Side { owed: [0.0; LANES], rate: [0.0; LANES], net_rate: [0.0; LANES], payment: [0.0; LANES] };
    for (lane, loan) in group.iter().enumerate() {
        let (owed, rate) = (loan.balance as f64, to_f64(loan.rate) / 12.0);
        side.owed[lane] = owed;
        side.rate[lane] = rate;
        side.net_rate[lane] = to_f64(loan.net_rate) / 12.0;
        let decay = -(-(life as f64) * rate.ln_1p()).exp_m1();
        side.payment[lane] = if rate == 0.0 { owed / life as f64 } else { owed * rate / decay };
    }
    let speeds = curves.speeds.get(usize::from(first.age)..).unwrap_or(&[]);
    let first_order = curves.order == Order::ScheduleFirst;
    widest(
        #[inline(always)]
        || advance(&mut side, &speeds[..life.min(speeds.len())], first_order, &mut sums[..life]),
    );
}

/// All months of a group. Loans of one age survive alike: survival is one number.
#[inline(always)]
fn advance(side: &mut Side, speeds: &[(f64, f64)], schedule_first: bool, sums: &mut [[f64; SUMS]]) {
    let mut survival = 1.0;
    let last = speeds.len().saturating_sub(1);
    for (month, (sum, (prepayment, default))) in sums.iter_mut().zip(speeds).enumerate() {
        let (mut owed_sum, mut interest_sum, mut net_sum, mut redeemed_sum) = ([0.0; 8], [0.0; 8], [0.0; 8], [0.0; 8]);
        for lane in 0..LANES {
            let owed = side.owed[lane];
            let interest = owed * side.rate[lane];
            let redeemed = if month == last { owed } else { side.payment[lane] - interest };
            owed_sum[lane % 8] += owed;
            interest_sum[lane % 8] += interest;
            net_sum[lane % 8] += owed * side.net_rate[lane];
            redeemed_sum[lane % 8] += redeemed;
            side.owed[lane] = owed - redeemed;
        }
        let all = |lanes: [f64; 8]| lanes.iter().sum::<f64>();
        let (owed, redeemed) = (all(owed_sum), all(redeemed_sum));
        let paying = survival * (1.0 - default);
        let staying = paying * (1.0 - prepayment);
        let scheduled = redeemed * if schedule_first { paying } else { staying };
        let parts = [
            owed * survival,
            owed * survival * default,
            all(interest_sum) * paying,
            all(net_sum) * paying,
            scheduled,
            owed * paying - scheduled - (owed - redeemed) * staying,
        ];
        for (sum, part) in sum.iter_mut().zip(parts) {
            *sum += part;
        }
        survival = staying;
    }
}

fn months(sums: &[[f64; SUMS]], curves: &Curves) -> Vec<Month> {
    let mut months = vec![Month::default(); sums.len() + curves.recovery_months];
    for (month, [begin, defaulted, interest, net_interest, scheduled, prepaid]) in months.iter_mut().zip(sums) {
        *month = Month {
            begin: *begin,
            defaulted: *defaulted,
            interest: *interest,
            net_interest: *net_interest,
            scheduled: *scheduled,
            prepaid: *prepaid,
            ..*month
        };
    }
    for (later, [_, defaulted, ..]) in months.iter_mut().skip(curves.recovery_months).zip(sums) {
        later.lost = defaulted * curves.severity;
        later.recovered = defaulted - later.lost;
    }
    months
}
