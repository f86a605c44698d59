//! Pools of loans: the exact path in integers, the path in doubles, and a plain loop beside them.

use anyhow::{Result, ensure};
use gage_terms::Number;
use gage_terms::pool::{Assumptions, Curves, Loan, Month, Order, Speed, project_loan};

use super::Scale;
use super::measure::{Random, cpu, rate};
use super::table::Table;

/// The life of every loan.
const MONTHS: u16 = 360;
/// A hundredth of a percent.
const BASIS_POINT: i128 = 100_000_000_000_000;

pub(crate) fn run(scale: Scale) -> Result<Table> {
    let count = scale.of(10_000);
    let mut table = Table::new(
        "loans",
        format!(
            "{count} level-payment loans of 360 months, balances of 50,000 to 1,050,000 in cents and rates of 2 to 10 % \
             drawn with seed 42, at 165 PSA and 100 SDA, 40 % lost twelve months later; seven sums a month over the \
             pool. One core. Not durable, no signatures."
        ),
    );
    let loans = loans(count)?;
    let assumptions = Assumptions {
        prepayment: Speed::Psa(Number(165 * 100 * BASIS_POINT)),
        default: Speed::Sda(Number::ONE),
        severity: Number(4_000 * BASIS_POINT),
        recovery_months: 12,
        order: Order::ScheduleFirst,
    };
    let (curves, made) = cpu(|| Curves::new(&assumptions));
    let curves = curves?;
    table.time("monthly factors of the assumptions, once", made);

    let mut exact = vec![Month::default(); usize::from(MONTHS) + 12];
    let (done, time) = cpu(|| loans.iter().try_for_each(|loan| project_loan(loan, &curves, &mut exact)));
    done?;
    let loan_months = count * usize::from(MONTHS);
    table.per_second("exact, in integers: loan-months", rate(loan_months, time));

    let curves = gage_quant::loans::Curves::new(&assumptions)?;
    let (fast, time) = cpu(|| gage_quant::loans::project_pool(&loans, &curves));
    let fast = fast?;
    table.per_second("in doubles, for exploration: loan-months", rate(loan_months, time));
    let unit = |amount: u128| amount as f64 / 18_446_744_073_709_551_616.0;
    let apart = |exact: u128, found: f64| (unit(exact) - found).abs() / unit(exact).max(1.0);
    let sums = |month: &Month, found: &gage_quant::loans::Month| {
        [
            apart(month.begin, found.begin),
            apart(month.defaulted, found.defaulted),
            apart(month.interest, found.interest),
            apart(month.net_interest, found.net_interest),
            apart(month.scheduled, found.scheduled),
            apart(month.prepaid, found.prepaid),
            apart(month.recovered, found.recovered),
            apart(month.lost, found.lost),
        ]
    };
    let largest = exact.iter().zip(&fast).flat_map(|(month, found)| sums(month, found)).fold(0.0, f64::max);
    ensure!(largest < gage_quant::loans::RELATIVE_ERROR, "both paths agree: {largest}");
    table.number("largest difference from the exact path, of a month's sum", largest * 1e15, "x 1e-15");

    let speeds: Vec<(f64, f64)> = (1..=MONTHS)
        .map(|age| Ok((to_f64(assumptions.prepayment.monthly(age)?), to_f64(assumptions.default.monthly(age)?))))
        .collect::<Result<_>>()?;
    let mut doubles = vec![0.0; usize::from(MONTHS)];
    let ((), time) = cpu(|| loans.iter().for_each(|loan| in_doubles(loan, &speeds, &mut doubles)));
    table.per_second(
        "peer: the same recursion in doubles, one loan after the other, principal only",
        rate(loan_months, time),
    );
    let principal = fast.iter().zip(&doubles).map(|(month, sum)| (month.scheduled + month.prepaid, sum));
    let largest = principal.map(|(ours, sum)| (ours - sum).abs() / ours.max(1.0)).fold(0.0, f64::max);
    ensure!(largest < 1e-10, "the peer pays the same: {largest}");

    // The pool of the published figures: lives of ten to thirty years, 6 % prepaid and 1 % lost a year.
    let assumptions = Assumptions {
        prepayment: Speed::Yearly(Number(600 * BASIS_POINT)),
        default: Speed::Yearly(Number(100 * BASIS_POINT)),
        recovery_months: 0,
        ..assumptions
    };
    let mut random = Random::new();
    let mixed: Vec<Loan> =
        loans.iter().map(|loan| Loan { months_left: 120 + random.below(241) as u16, ..*loan }).collect();
    let live = mixed.iter().map(|loan| usize::from(loan.months_left)).sum();
    let curves = gage_quant::loans::Curves::new(&assumptions)?;
    let (done, time) = cpu(|| gage_quant::loans::project_pool(&mixed, &curves));
    done?;
    table.per_second("in doubles, lives of 120 to 360 months: live loan-months", rate(live, time));
    Ok(table)
}

fn loans(count: usize) -> Result<Vec<Loan>> {
    let mut random = Random::new();
    (0..count)
        .map(|_| {
            let balance = 5_000_000 + random.below(100_000_000) as u64;
            let rate = Number((200 + i128::try_from(random.below(800))?) * BASIS_POINT);
            let net_rate = Number(rate.0 - 50 * BASIS_POINT);
            Ok(Loan { balance, rate, net_rate, months_left: MONTHS, age: 0 })
        })
        .collect()
}

fn to_f64(number: Number) -> f64 {
    number.0 as f64 / 1e18
}

/// Adds a loan's principal, month by month, to the sums.
fn in_doubles(loan: &Loan, speeds: &[(f64, f64)], sums: &mut [f64]) {
    let rate = to_f64(loan.rate) / 12.0;
    let mut owed = loan.balance as f64;
    let payment = owed * rate / (1.0 - (1.0 + rate).powi(-i32::from(loan.months_left)));
    let mut survival = 1.0;
    for (sum, (prepayment, default)) in sums.iter_mut().zip(speeds) {
        let redeemed = payment - owed * rate;
        let left = owed - redeemed;
        let paying = survival * (1.0 - default);
        *sum += paying * (redeemed + left * prepayment);
        survival = paying * (1.0 - prepayment);
        owed = left;
    }
}
