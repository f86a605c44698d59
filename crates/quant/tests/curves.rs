//! Curves, bonds, credit: what goes in comes out, and numbers of others.

use gage_calendar::Date;
use gage_quant::Curve;
use gage_quant::bond::{Bond, ExCoupon};
use gage_quant::bootstrap::{Quoted, bootstrap};
use gage_quant::credit::{CreditSwap, HazardCurve, bootstrap_hazard};

/// Par yields of the US Treasury on 11 March 2022, and on 1 August 2000 when the curve was inverted: years and percent.
const PAR: [[(f64, f64); 11]; 2] = [
    [
        (1.0 / 12.0, 0.21),
        (0.25, 0.40),
        (0.5, 0.78),
        (1.0, 1.24),
        (2.0, 1.75),
        (3.0, 1.92),
        (5.0, 1.96),
        (7.0, 2.01),
        (10.0, 2.00),
        (20.0, 2.44),
        (30.0, 2.36),
    ],
    [
        (1.0 / 12.0, 6.09),
        (0.25, 6.24),
        (0.5, 6.40),
        (1.0, 6.18),
        (2.0, 6.27),
        (3.0, 6.25),
        (5.0, 6.15),
        (7.0, 6.16),
        (10.0, 6.00),
        (20.0, 6.12),
        (30.0, 5.78),
    ],
];

fn quotes(par: &[(f64, f64)]) -> Vec<Quoted> {
    let quote = |(years, percent): &(f64, f64)| {
        if *years < 1.0 {
            Quoted::deposit(*years, percent / 100.0)
        } else {
            Quoted::note(*years, percent / 100.0, 2, 1.0)
        }
    };
    par.iter().map(quote).collect()
}

#[test]
fn a_curve_of_deposits_and_notes_gives_their_prices_back() {
    for par in PAR {
        let quotes = quotes(&par);
        let curve = bootstrap(&quotes).expect("a curve");
        for quote in &quotes {
            assert!((quote.value(&curve) - quote.price).abs() < 1e-12, "{quote:?}");
        }
        // Forwards are above zero, and meet where two intervals do.
        assert!((0..10_950).all(|day| curve.forward(f64::from(day) / 365.0) > 0.0));
        for (years, _) in &par[..10] {
            let (before, after) = (curve.forward(years - 1e-9), curve.forward(years + 1e-9));
            assert!((before - after).abs() < 1e-5, "{years}: {before} {after}");
        }
    }
}

#[test]
fn bills_overnight_rates_and_swaps_meet_in_one_curve() {
    let quotes = [
        Quoted::deposit(1.0 / 365.0, 0.0531),
        Quoted::bill(28, 0.0524),
        Quoted::bill(91, 0.0522),
        Quoted::bill(182, 0.0509),
        Quoted::swap(1.0, 0.0501, 1),
        Quoted::swap(2.0, 0.0455, 1),
        Quoted::swap(5.0, 0.0395, 1),
        Quoted::swap(10.0, 0.0381, 1),
    ];
    let curve = bootstrap(&quotes).expect("a curve");
    assert!(quotes.iter().all(|quote| (quote.value(&curve) - quote.price).abs() < 1e-12));
    // A bill of 91 days at 5.22 % costs 1 - 0.0522 * 91 / 360.
    assert!((curve.discount(91.0 / 365.0) - 0.986_805).abs() < 1e-12);
    assert!(bootstrap(&[quotes[2].clone(), quotes[1].clone()]).is_err(), "out of order");
}

/// The discount factor is e to minus the integral of the forward, and the mean of every interval is kept.
#[test]
fn discounts_are_integrals_of_forwards() {
    let points = [(0.5, 0.98), (1.0, 0.955), (2.0, 0.93), (3.5, 0.85), (5.0, 0.845), (10.0, 0.60)];
    let curve = Curve::new(&points).expect("in order");
    for (time, factor) in points {
        assert!((curve.discount(time) - factor).abs() < 1e-15);
    }
    let step = 1e-5;
    for n in 1..2_400 {
        let time = 0.005 * f64::from(n) + 0.000_37;
        let slope = (curve.discount(time - step) / curve.discount(time + step)).ln() / (2.0 * step);
        assert!((slope - curve.forward(time)).abs() < 1e-5, "{time}: {slope} {}", curve.forward(time));
    }
    let shifted = curve.shifted(0.01);
    assert!((shifted.zero(4.2) - curve.zero(4.2) - 0.01).abs() < 1e-14);
    assert!(
        Curve::new(&[(1.0, 0.9), (1.0, 0.8)]).is_err()
            && Curve::new(&[(1.0, -0.1)]).is_err()
            && Curve::new(&[]).is_err()
    );
}

fn bond() -> (Bond, Date) {
    let last: Date = "2034-05-15".parse().expect("a date");
    let dates = (0..=20).rev().map(|n| last.plus_months(-6 * n).expect("a date")).collect();
    (Bond { dates, coupon: 4.375, frequency: 2 }, "2024-07-01".parse().expect("a date"))
}

#[test]
fn price_and_yield_are_inverse_and_slopes_are_slopes() {
    let (bond, settlement) = bond();
    for yield_ in [-0.005, 0.0, 0.02, 0.043_75, 0.12] {
        let at = bond.at_yield(settlement, yield_, &ExCoupon::None).expect("a yield");
        let back = bond.yield_at(settlement, at.clean(), &ExCoupon::None).expect("a price");
        assert!((back - yield_).abs() < 1e-13, "{yield_} {back}");
        let h = 1e-4;
        let dirty = |y: f64| bond.at_yield(settlement, y, &ExCoupon::None).expect("a yield").dirty;
        let slope = (dirty(yield_ - h) - dirty(yield_ + h)) / (2.0 * h * at.dirty);
        assert!((slope - at.modified_duration).abs() < 1e-5, "{slope} {}", at.modified_duration);
        let bend = (dirty(yield_ - h) - 2.0 * at.dirty + dirty(yield_ + h)) / (h * h * at.dirty);
        assert!((bend - at.convexity).abs() < 1e-3, "{bend} {}", at.convexity);
    }
    let on_coupon_date = "2024-05-15".parse().expect("a date");
    let at_par = bond.at_yield(on_coupon_date, 0.043_75, &ExCoupon::None).expect("a yield");
    assert!((at_par.clean() - 100.0).abs() < 1e-12 && at_par.accrued == 0.0);
}

#[test]
fn the_spread_over_a_curve_is_what_was_added() {
    let (bond, settlement) = bond();
    let curve = Curve::new(&[(1.0, 0.95), (5.0, 0.80), (12.0, 0.60)]).expect("in order");
    let dirty = bond.on_curve(settlement, &curve, 0.012_5, &ExCoupon::None).expect("a price");
    let clean = dirty - bond.accrued(settlement, &ExCoupon::None).expect("inside");
    let spread = bond.z_spread(settlement, &curve, clean, &ExCoupon::None).expect("a spread");
    assert!((spread - 0.012_5).abs() < 1e-13);
    let shifted = bond.on_curve(settlement, &curve.shifted(0.012_5), 0.0, &ExCoupon::None).expect("a price");
    assert!((shifted - dirty).abs() < 1e-11);
}

/// Payments after so many days, rates, and what QuantLib 1.44 (IsdaCdsEngine) gives for the worth of protection; its
/// protection begins a day earlier and ends a day later than ours, which is the bound.
#[test]
fn protection_is_worth_what_the_standard_model_says() {
    let published = [
        (0.03, 0.02, 0.4, 5u32, 0.053_087_812, 0.011_879_42),
        (0.05, 0.10, 0.25, 7, 0.325_031_125, 0.074_414_41),
        (0.0, 0.01, 0.4, 1, 0.005_970_100, 0.005_917_65),
    ];
    for (rate, hazard, recovery, years, protection, par) in published {
        let payments = (1..=4 * years).map(|n| (365.0 * f64::from(n) / 4.0).round() / 365.0).collect();
        let swap = CreditSwap { payments, accrued: 0.0, day_count: 365.0 / 360.0, recovery };
        let (money, curve) = (Curve::flat(rate), HazardCurve::flat(hazard));
        let legs = swap.legs(&money, &curve, &[]).expect("in order");
        let day = (1.0 - recovery) * hazard / 365.0;
        assert!((legs.protection - protection).abs() < 1.01 * day, "{} {protection}", legs.protection);
        let found = swap.par_spread(&money, &curve, &[]).expect("in order");
        assert!((found / par - 1.0).abs() < 4e-3, "{found} {par}");
    }
}

/// Premiums without end at a flat hazard are the hazard times what is lost; with premiums paid all the time the spread
/// is exactly that.
#[test]
fn the_spread_is_nearly_hazard_times_loss() {
    let payments = (1..=5_000).map(|n| f64::from(n) / 1_000.0).collect();
    let swap = CreditSwap { payments, accrued: 0.0, day_count: 1.0, recovery: 0.4 };
    let spread = swap.par_spread(&Curve::flat(0.04), &HazardCurve::flat(0.03), &[]).expect("in order");
    assert!((spread - 0.6 * 0.03).abs() < 1e-6, "{spread}");
}

#[test]
fn hazard_rates_give_spreads_back() {
    let money = Curve::new(&[(1.0, 0.96), (5.0, 0.82), (10.0, 0.66)]).expect("in order");
    let spreads = [(1.0, 0.005), (3.0, 0.009), (5.0, 0.013), (7.0, 0.015), (10.0, 0.016)];
    let swaps: Vec<(CreditSwap, f64)> =
        spreads.iter().map(|(years, spread)| (CreditSwap::quarterly(*years, 0.4), *spread)).collect();
    let curve = bootstrap_hazard(&swaps, &money, &[]).expect("a curve");
    for (swap, spread) in &swaps {
        let found = swap.par_spread(&money, &curve, &[]).expect("in order");
        assert!((found - spread).abs() < 1e-12, "{found} {spread}");
    }
    assert!(curve.survival(1.0) > curve.survival(5.0) && curve.survival(0.0) == 1.0);
    assert!(CreditSwap::quarterly(5.0, 1.5).legs(&money, &curve, &[]).is_err());
}

/// Par yields of the US Treasury since 1990, every fortieth day: every quote of a day comes back from its curve, from one
/// month to thirty years, in inversions and near zero.
#[test]
fn thirty_years_of_treasury_yields_become_curves() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var("GAGE_REFERENCE_DATA").unwrap_or_else(|_| beside.to_owned());
    let file = std::path::Path::new(&folder).join("rates/ust_par_yields_1990_2022-03-11.csv");
    let Ok(mut reader) = csv::Reader::from_path(&file) else {
        println!("SKIPPED: no {}; set GAGE_REFERENCE_DATA to the folder of the reference data", file.display());
        return;
    };
    let years: Vec<Option<f64>> = reader.headers().expect("headers").iter().map(tenor).collect();
    let (mut days, mut worst) = (0, 0.0f64);
    for record in reader.records().step_by(40) {
        let record = record.expect("a row");
        let cell = |(years, text): (&Option<f64>, &str)| {
            let percent: f64 = text.parse().ok()?;
            // Zero means not quoted.
            (percent != 0.0).then_some((*years)?).map(|years| (years, percent))
        };
        let mut par: Vec<(f64, f64)> = years.iter().zip(record.iter()).filter_map(cell).collect();
        par.sort_by(|a, b| a.0.total_cmp(&b.0));
        let quotes = quotes(&par);
        let curve = bootstrap(&quotes).expect("a curve");
        let miss = |quote: &Quoted| (quote.value(&curve) - quote.price).abs();
        worst = worst.max(quotes.iter().map(miss).fold(0.0, f64::max));
        days += 1;
    }
    println!("{days} days, largest miss of a price {worst:e}");
    assert!(days > 150 && worst < 1e-12);
}

/// Years of a column such as `BC_3MONTH` or `BC_10YEAR`.
fn tenor(header: &str) -> Option<f64> {
    let name = header.strip_prefix("BC_")?;
    let number = |unit: &str| name.strip_suffix(unit)?.parse::<f64>().ok();
    number("YEAR").or_else(|| number("MONTH").map(|months| months / 12.0))
}
