//! Baskets of credits: what must hold for any, and one worked by hand.

use gage_quant::Curve;
use gage_quant::credit::{CreditSwap, HazardCurve};
use gage_quant::credit_basket::{Basket, Copula, Law};

fn basket(groups: &[(f64, u32)], correlation: f64, common: Law, own: Law) -> Basket {
    let groups = groups.iter().map(|(rate, count)| (HazardCurve::flat(*rate), *count)).collect();
    Basket { groups, recovery: 0.4, copula: Copula { correlation, common, own } }
}

const LAWS: [(Law, Law); 4] = [
    (Law::Normal, Law::Normal),
    (Law::Student(5), Law::Normal),
    (Law::Normal, Law::Student(4)),
    (Law::Student(3), Law::Student(6)),
];

fn quarters(years: u32) -> Vec<f64> {
    (1..=4 * years).map(|n| 0.25 * f64::from(n)).collect()
}

#[test]
fn without_correlation_defaults_are_binomial() {
    let years = 3.0;
    let p = 1.0 - f64::exp(-0.05 * years);
    for (common, own) in LAWS {
        let law = basket(&[(0.05, 4)], 0.0, common, own).defaults_by(years).expect("a law");
        let choose = [1.0, 4.0, 6.0, 4.0, 1.0];
        for (k, (found, choose)) in law.iter().zip(choose).enumerate() {
            let k = i32::try_from(k).expect("small");
            let truth = choose * p.powi(k) * (1.0 - p).powi(4 - k);
            assert!((found - truth).abs() < 1e-9, "{common:?} {own:?} {k}: {found} {truth}");
        }
    }
}

#[test]
fn correlation_moves_defaults_together_and_not_their_mean() {
    let years = 5.0;
    let groups = [(0.01, 20), (0.03, 10)];
    let mean = 20.0 * (1.0 - f64::exp(-0.05)) + 10.0 * (1.0 - f64::exp(-0.15));
    for (common, own) in LAWS {
        let mut spread = 0.0;
        for correlation in [0.0, 0.2, 0.5, 0.8] {
            let law = basket(&groups, correlation, common, own).defaults_by(years).expect("a law");
            let moment = |power: i32| law.iter().enumerate().map(|(k, p)| p * (k as f64).powi(power)).sum::<f64>();
            assert!((moment(0) - 1.0).abs() < 1e-12 && law.iter().all(|p| *p >= 0.0), "{common:?} {own:?}");
            assert!((moment(1) - mean).abs() < 2e-4, "{common:?} {own:?} {correlation}: {} {mean}", moment(1));
            let variance = moment(2) - moment(1) * moment(1);
            assert!(variance > spread, "{common:?} {own:?} {correlation}: {variance} {spread}");
            spread = variance;
        }
    }
}

#[test]
fn many_degrees_of_freedom_are_normal() {
    let law = |common, own| basket(&[(0.02, 12)], 0.4, common, own).defaults_by(4.0).expect("a law");
    let normal = law(Law::Normal, Law::Normal);
    let student = law(Law::Student(1_000), Law::Student(999));
    assert!(normal.iter().zip(&student).all(|(a, b)| (a - b).abs() < 2e-3), "{normal:?} {student:?}");
}

#[test]
fn the_first_of_one_is_the_swap_of_one() {
    let money = Curve::flat(0.05);
    let one = basket(&[(0.03, 1)], 0.3, Law::Normal, Law::Normal);
    let swap = CreditSwap { day_count: 1.0, ..CreditSwap::quarterly(5.0, 0.4) };
    let truth = swap.par_spread(&money, &HazardCurve::flat(0.03), &[]).expect("a premium");
    let found = one.nth_to_default(1, &quarters(5), 1.0, &money).expect("a premium");
    assert!((found - truth).abs() < 1e-7, "{found} {truth}");
}

#[test]
fn tranches_together_lose_what_the_pool_loses() {
    // The premium of a tranche times what it is paid on is its loss; all losses are the pool's, whatever the law.
    let money = Curve::flat(0.03);
    for (common, own) in LAWS {
        let pool = basket(&[(0.02, 40)], 0.3, common, own);
        let years = 5.0;
        let law = pool.defaults_by(years).expect("a law");
        let lost = |from: f64, to: f64| {
            let part = |k: usize| (0.6 * k as f64 / 40.0).clamp(from, to) - from;
            law.iter().enumerate().map(|(k, p)| p * part(k)).sum::<f64>()
        };
        let bounds = [0.0, 0.03, 0.06, 0.1, 1.0];
        let sum: f64 = bounds.windows(2).map(|pair| lost(pair[0], pair[1])).sum();
        assert!((sum - lost(0.0, 1.0)).abs() < 1e-12, "{common:?} {own:?}");
        // A junior part pays more than a senior one.
        let premiums: Vec<f64> = bounds
            .windows(2)
            .map(|pair| pool.tranche((pair[0], pair[1]), &quarters(5), 1.0, &money).expect("a premium"))
            .collect();
        assert!(premiums.windows(2).all(|pair| pair[0] > pair[1] && pair[1] > 0.0), "{premiums:?}");
    }
}

#[test]
fn what_is_no_basket_is_an_error() {
    let good = basket(&[(0.02, 10)], 0.3, Law::Normal, Law::Normal);
    let money = Curve::flat(0.03);
    assert!(good.nth_to_default(1, &quarters(2), 1.0, &money).is_ok());
    for nth in [0, 11] {
        assert!(good.nth_to_default(nth, &quarters(2), 1.0, &money).is_err());
    }
    for bounds in [(0.1, 0.1), (-0.1, 0.1), (0.5, 1.1), (f64::NAN, 1.0)] {
        assert!(good.tranche(bounds, &quarters(2), 1.0, &money).is_err(), "{bounds:?}");
    }
    for payments in [vec![], vec![0.0, 1.0], vec![1.0, 0.5]] {
        assert!(good.nth_to_default(1, &payments, 1.0, &money).is_err(), "{payments:?}");
    }
    for (correlation, law) in [(1.0, Law::Normal), (-0.1, Law::Normal), (f64::NAN, Law::Normal), (0.3, Law::Student(2))]
    {
        assert!(basket(&[(0.02, 10)], correlation, law, Law::Normal).defaults_by(1.0).is_err(), "{correlation}");
    }
    assert!(basket(&[], 0.3, Law::Normal, Law::Normal).defaults_by(1.0).is_err());
    assert!(basket(&[(0.02, u32::MAX), (0.02, 9)], 0.3, Law::Normal, Law::Normal).defaults_by(1.0).is_err());
}
