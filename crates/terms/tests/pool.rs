//! Pools of loans against a published worked example and an independent model's tables (where the reference data is at
//! hand: `GAGE_REFERENCE_DATA`, or `../shared/data` beside the workspace; skipped loudly where not), and always against
//! well-known single numbers and properties.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions)]

use std::path::PathBuf;

use gage_terms::Number;
use gage_terms::pool::{Assumptions, Loan, Month, Order, Speed, project_pool, whole_units};
use proptest::prelude::*;
use serde_json::Value;

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

fn reference(file: &str) -> Option<String> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let folder = std::env::var_os("GAGE_REFERENCE_DATA").map_or(beside, PathBuf::from);
    let file = folder.join("structured_finance").join(file);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) => {
            eprintln!("SKIPPED: no reference at {} ({error}); set GAGE_REFERENCE_DATA", file.display());
            None
        }
    }
}

/// The pass-through of the worked example, in millionths of a dollar: 400 million, 8.125 % paid, 7.5 % passed on, 357
/// months left, three months old.
fn collateral() -> Loan {
    let (rate, net_rate) = (number("0.08125"), number("0.075"));
    Loan { balance: 400_000_000_000_000, rate, net_rate, months_left: 357, age: 3 }
}

fn at_psa(percent: u32) -> Assumptions {
    Assumptions {
        prepayment: Speed::Psa(Number(i128::from(percent) * 10_000_000_000_000_000)),
        default: Speed::None,
        severity: Number::ZERO,
        recovery_months: 0,
        order: Order::ScheduleFirst,
    }
}

/// An amount in units, rounded to nearest.
fn nearest(amount: u128) -> u64 {
    ((amount + (1 << 63)) >> 64) as u64
}

/// A decimal of dollars in millionths.
fn millionths(text: &str) -> u64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<6}").parse().unwrap()
}

#[test]
fn the_collateral_table_is_reproduced_to_the_unit() {
    let Some(table) = reference("collateral_165psa_computed.csv") else { return };
    let months = project_pool(&[collateral()], &at_psa(165)).unwrap();
    let (mut rows, mut worst) = (0, 0);
    for (month, row) in months.iter().zip(table.lines().skip(1)) {
        let cells: Vec<&str> = row.split(',').collect();
        let found = [
            month.begin,
            month.interest + month.scheduled,
            month.net_interest,
            month.scheduled,
            month.prepaid,
            month.scheduled + month.prepaid,
        ];
        for (column, found) in [1usize, 3, 4, 5, 6, 7].into_iter().zip(found) {
            // The table was calculated in doubles, whose own error reaches two millionths of a dollar.
            let difference = nearest(found).abs_diff(millionths(cells[column]));
            assert!(difference <= 2, "row {row}: column {column} is {}", nearest(found));
            worst = worst.max(difference);
        }
        rows += 1;
    }
    println!("largest difference: {worst} millionths of a dollar");
    assert_eq!((rows, months.len()), (357, 357));
}

/// The same pool calculated with fifty decimal digits: what is owed, interest, redemptions, prepayments.
#[test]
fn a_whole_life_is_right_to_the_unit() {
    let months = project_pool(&[collateral()], &at_psa(165)).unwrap();
    for (number, expected) in [
        (1, [400_000_000_000_000u64, 2_708_333_333_333, 267_534_908_478, 442_388_583_864]),
        (85, [197_790_910_767_337, 1_339_209_291_654, 252_183_503_396, 1_708_685_195_537]),
        (180, [71_990_875_866_072, 487_438_222_010, 209_747_764_863, 620_897_748_023]),
        (300, [11_758_141_276_012, 79_612_414_890, 166_195_894_133, 100_268_872_518]),
        (357, [148_801_973_465, 1_007_513_362, 148_801_973_465, 0]),
    ] {
        let month = months[number - 1];
        let found = [month.begin, month.interest, month.scheduled, month.prepaid].map(nearest);
        assert_eq!(found, expected, "month {number}");
    }
}

#[test]
fn the_published_principal_payments_are_reproduced_to_the_cent() {
    let Some(text) = reference("fabozzi_cmo1_published.json") else { return };
    let published: Value = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for speed in [90, 300] {
        let months = project_pool(&[collateral()], &at_psa(speed)).unwrap();
        for (month, amount) in published["principal_by_month"][format!("{speed}PSA")].as_object().unwrap() {
            let month: &Month = &months[month.parse::<usize>().unwrap() - 1];
            let cents = (nearest(month.scheduled + month.prepaid) + 5_000) / 10_000;
            assert_eq!(cents, millionths(&amount.to_string()) / 10_000, "{speed} PSA, month {month:?}");
            compared += 1;
        }
    }
    assert_eq!(compared, 76);
    // Average lives are published a hundredth or two below what the payments give.
    for (speed, years) in published["avg_life_collateral_years"].as_object().unwrap() {
        let months = project_pool(&[collateral()], &at_psa(speed.parse().unwrap())).unwrap();
        let weighted: u128 =
            (1u128..).zip(&months).map(|(n, m)| n * u128::from(nearest(m.scheduled + m.prepaid))).sum();
        let thousandths = weighted * 1_000 / 12 / u128::from(collateral().balance);
        let published: Number = Number::from_printed(&years.to_string()).unwrap();
        assert!(
            ((thousandths as i128) - published.0 / 1_000_000_000_000_000).abs() <= 25,
            "{speed} PSA: {thousandths}"
        );
    }
}

/// 100 PSA, month 100: known by heart in every course on mortgages.
#[test]
fn well_known_numbers_of_one_month() {
    let months = project_pool(&[collateral()], &at_psa(100)).unwrap();
    let month = months[99];
    let dollars = |amount: u128| (nearest(amount) + 500_000) / 1_000_000;
    assert_eq!(dollars(month.begin), 231_249_776);
    assert_eq!((dollars(month.scheduled), dollars(month.prepaid)), (332_928, 1_187_608));
    assert_eq!(Speed::Psa(Number::ONE).monthly(103).unwrap().to_string(), "0.005143012831822947");
}

#[test]
fn speeds_are_those_of_the_standards() {
    let yearly = |speed: &Speed, age: u16| speed.yearly(age).unwrap().to_string();
    let psa = Speed::Psa(number("1.65"));
    assert_eq!([1, 4, 30, 200].map(|age| yearly(&psa, age)), ["0.0033", "0.0132", "0.099", "0.099"]);
    let sda = Speed::Sda(Number::ONE);
    assert_eq!(
        [1, 30, 60, 61, 119, 120, 360].map(|age| yearly(&sda, age)),
        ["0.0002", "0.006", "0.006", "0.005905", "0.000395", "0.0003", "0.0003"]
    );
    let vector = Speed::Vector(vec![number("0.01"), number("0.02")]);
    assert_eq!([1, 2, 3].map(|age| yearly(&vector, age)), ["0.01", "0.02", "0.02"]);
    assert!(Speed::Psa(Number::whole(20)).yearly(30).is_err());
    assert_eq!(Speed::Yearly(number("0.06")).over_days(1, 365).unwrap().to_string(), "0.06");
}

fn assumptions() -> impl Strategy<Value = Assumptions> {
    let part = || (0i128..=1_000).prop_map(|thousandths| Number(thousandths * 1_000_000_000_000_000));
    let order = prop::sample::select(vec![Order::ScheduleFirst, Order::PrepaymentFirst]);
    (part(), part(), part(), 0u16..24, order).prop_map(|(prepays, defaults, severity, recovery_months, order)| {
        Assumptions {
            prepayment: Speed::Yearly(prepays),
            default: Speed::Yearly(defaults),
            severity,
            recovery_months,
            order,
        }
    })
}

fn loans() -> impl Strategy<Value = Loan> {
    (1u64..10_000_000_000_000, 0i128..2_000, 1u16..481, 0u16..481).prop_map(|(balance, rate, months_left, age)| {
        let rate = Number(rate * 100_000_000_000_000);
        Loan { balance, rate, net_rate: rate, months_left, age }
    })
}

proptest! {
    /// Every unit lent is repaid, or lost; nothing is made on the way, and order does not change the balance.
    #[test]
    fn what_was_lent_comes_back_or_is_lost(loan in loans(), assumptions in assumptions()) {
        let months = project_pool(&[loan], &assumptions).unwrap();
        let sum = |field: fn(&Month) -> u128| months.iter().map(field).sum::<u128>();
        let back = sum(|m| m.scheduled + m.prepaid + m.recovered + m.lost);
        let lent = u128::from(loan.balance) << 64;
        // A month can hide as much as its roundings, 2^-62 of the balance.
        let hidden = (u128::from(loan.balance) << 4) * months.len() as u128;
        prop_assert!(back <= lent && lent - back <= hidden, "{} of {}", back, lent);
        prop_assert_eq!(sum(|m| m.defaulted), sum(|m| m.recovered + m.lost));
        let other = match assumptions.order {
            Order::ScheduleFirst => Order::PrepaymentFirst,
            Order::PrepaymentFirst => Order::ScheduleFirst,
        };
        let swapped = project_pool(&[loan], &Assumptions { order: other, ..assumptions }).unwrap();
        for (a, b) in months.iter().zip(&swapped) {
            prop_assert_eq!((a.begin, a.defaulted), (b.begin, b.defaulted));
            prop_assert_eq!(a.scheduled + a.prepaid, b.scheduled + b.prepaid);
        }
    }

    /// A pool is its loans, one by one.
    #[test]
    fn a_pool_is_the_sum_of_its_loans(pool in prop::collection::vec(loans(), 1..5), assumptions in assumptions()) {
        let together = project_pool(&pool, &assumptions).unwrap();
        let mut apart = vec![0u128; together.len()];
        for loan in &pool {
            for (sum, month) in apart.iter_mut().zip(project_pool(&[*loan], &assumptions).unwrap()) {
                *sum += month.scheduled + month.prepaid + month.interest;
            }
        }
        let sums: Vec<u128> = together.iter().map(|m| m.scheduled + m.prepaid + m.interest).collect();
        prop_assert_eq!(sums, apart);
    }

    /// Without prepayment and default a loan pays the same every month, and nothing is left.
    #[test]
    fn a_lone_loan_is_level(loan in loans()) {
        let assumptions = Assumptions { prepayment: Speed::None, ..at_psa(0) };
        let months = project_pool(&[loan], &assumptions).unwrap();
        let payments: Vec<u128> = months.iter().map(|m| m.interest + m.scheduled).collect();
        let (first, last) = (payments[0], payments[payments.len() - 1]);
        prop_assert!(payments.iter().rev().skip(1).all(|payment| payment.abs_diff(first) <= 2));
        prop_assert!(last.abs_diff(first) < u128::from(loan.balance.max(1 << 20)) << 24, "{} {}", first, last);
        let principal = whole_units(months.iter().map(|m| m.scheduled + m.prepaid));
        prop_assert_eq!(principal.iter().sum::<u64>(), loan.balance);
    }
}
