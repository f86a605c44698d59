//! The path in doubles against the exact path in integers, within the stated bound.

use gage_quant::loans::{Curves, Month, RELATIVE_ERROR, project_pool};
use gage_terms::Number;
use gage_terms::pool::{self, Assumptions, Loan, Order, Speed};

const BASIS_POINT: i128 = 100_000_000_000_000;

fn loans() -> Vec<Loan> {
    (0..500u64)
        .map(|n| {
            let rate = Number(i128::from(n * 37 % 900) * BASIS_POINT);
            Loan {
                balance: 1_000_000 + n * 7_919 % 100_000_000,
                rate,
                net_rate: Number((rate.0 - 40 * BASIS_POINT).max(0)),
                months_left: 12 + (n * 13 % 349) as u16,
                age: (n * 17 % 200) as u16,
            }
        })
        .collect()
}

fn assumptions(order: Order, prepayment: Speed, default: Speed) -> Assumptions {
    Assumptions { prepayment, default, severity: Number(3_500 * BASIS_POINT), recovery_months: 9, order }
}

fn sums(month: &Month) -> [f64; 8] {
    let Month { begin, defaulted, interest, net_interest, scheduled, prepaid, recovered, lost } = *month;
    [begin, defaulted, interest, net_interest, scheduled, prepaid, recovered, lost]
}

#[test]
fn doubles_stay_within_the_bound_of_the_exact_path() {
    let percent = |n: i128| Number(n * 100 * BASIS_POINT);
    let cases = [
        assumptions(Order::ScheduleFirst, Speed::Psa(Number(165 * 100 * BASIS_POINT)), Speed::Sda(Number::ONE)),
        assumptions(Order::PrepaymentFirst, Speed::Yearly(percent(18)), Speed::Yearly(percent(4))),
        assumptions(Order::ScheduleFirst, Speed::None, Speed::None),
        assumptions(Order::PrepaymentFirst, Speed::Vector(vec![percent(1), percent(30), percent(5)]), Speed::None),
    ];
    let loans = loans();
    for case in cases {
        let exact = pool::project_pool(&loans, &case).expect("within the limits");
        let fast = project_pool(&loans, &Curves::new(&case).expect("speeds")).expect("within the limits");
        assert_eq!(exact.len(), fast.len());
        let mut worst: f64 = 0.0;
        for (exact, fast) in exact.iter().zip(&fast) {
            let unit = |amount: u128| amount as f64 / 18_446_744_073_709_551_616.0;
            let exact = [
                exact.begin,
                exact.defaulted,
                exact.interest,
                exact.net_interest,
                exact.scheduled,
                exact.prepaid,
                exact.recovered,
                exact.lost,
            ]
            .map(unit);
            for (exact, fast) in exact.iter().zip(sums(fast)) {
                worst = worst.max((exact - fast).abs() / exact.max(1.0));
            }
        }
        println!("{case:?}: {worst:e}");
        assert!(worst < RELATIVE_ERROR, "{case:?}: {worst:e}");
    }
}

/// Everything owed at the start is redeemed, prepaid, recovered or lost.
#[test]
fn principal_goes_somewhere() {
    let loans = loans();
    let case = assumptions(Order::ScheduleFirst, Speed::Psa(Number::ONE), Speed::Sda(Number::ONE));
    let months = project_pool(&loans, &Curves::new(&case).expect("speeds")).expect("within the limits");
    let gone: f64 = months.iter().map(|month| month.scheduled + month.prepaid + month.recovered + month.lost).sum();
    let owed: f64 = loans.iter().map(|loan| loan.balance as f64).sum();
    assert!((gone / owed - 1.0).abs() < 1e-12, "{gone} of {owed}");
}
