//! The error of every kernel over its whole domain, against numbers of 192 bits. A bound that is stated in the crate is
//! asserted here; the largest error found is printed (`cargo nextest run -p gage-pricing --no-capture`).
#![allow(clippy::float_arithmetic, clippy::as_conversions, clippy::arithmetic_side_effects, clippy::disallowed_methods)]

mod reference;

use gage_pricing::kernel::{density, distribution, exp, inverse_distribution, ln, ln_ratio, mills};
use gage_pricing::{Black, Kind, Passage, implied_deviation};
use reference::{Big, absolute, relative, spread};

const EPSILON: f64 = f64::EPSILON;

fn largest(what: &str, errors: impl Iterator<Item = f64>, bound: f64) {
    let (mut worst, mut count) = (0.0f64, 0);
    for error in errors {
        assert!(error.is_finite(), "{what}: an error that is no number");
        worst = worst.max(error);
        count += 1;
    }
    println!("{what}: {count} points, largest error {worst:.3e}, bound {bound:.3e}");
    assert!(worst <= bound, "{what}: {worst:e} is above {bound:e}");
    // A bound far above what is found says nothing.
    assert!(worst > bound / 64.0, "{what}: the bound {bound:e} is loose against {worst:e}");
}

#[test]
fn exp_on_its_domain() {
    let points = spread(4_000, -708.0, 709.0).chain(spread(2_000, -1.0, 1.0)).chain([-708.0, 709.0, 0.0, 1e-300]);
    largest("exp", points.map(|x| relative(exp(x), &Big::of(x).exp())), EPSILON);
    assert_eq!((exp(-708.5), exp(f64::NEG_INFINITY)), (0.0, 0.0));
    assert_eq!((exp(709.5), exp(f64::INFINITY)), (f64::INFINITY, f64::INFINITY));
    assert!(exp(f64::NAN).is_nan());
    assert_eq!(exp(0.0), 1.0);
}

#[test]
fn ln_on_its_domain() {
    let wide = spread(4_000, -1_021.0, 1_023.0).map(f64::exp2);
    let near = spread(2_000, 0.5, 2.0);
    let close = spread(500, -40.0, -1.0).flat_map(|e| [1.0 + e.exp2(), 1.0 - e.exp2()]);
    let edges = [f64::MIN_POSITIVE, f64::MAX, 1.0f64.next_up(), 1.0f64.next_down(), std::f64::consts::SQRT_2];
    let points = wide.chain(near).chain(close).chain(edges).filter(|x| *x != 1.0);
    largest("ln", points.map(|x| relative(ln(x), &Big::of(x).ln())), EPSILON);
    assert_eq!(ln(1.0), 0.0);
    for x in [0.0, -1.0, f64::MIN_POSITIVE / 2.0, f64::INFINITY, f64::NAN] {
        assert!(ln(x).is_nan(), "ln({x})");
    }
}

#[test]
fn ln_of_a_ratio_keeps_its_digits() {
    let near = spread(2_000, -50.0, 0.0).map(|e| (100.0, 100.0 * (1.0 + e.exp2())));
    let far = spread(2_000, -900.0, 900.0).map(|e| (3.0, 3.7 * e.exp2()));
    let pairs = near.chain(far).flat_map(|(a, b)| [(a, b), (b, a)]).filter(|(a, b)| a != b);
    let truth = |a: f64, b: f64| (&Big::of(a) / &Big::of(b)).ln();
    largest("ln of a ratio", pairs.map(|(a, b)| relative(ln_ratio(a, b), &truth(a, b))), 2.0 * EPSILON);
    assert_eq!(ln_ratio(7.0, 7.0), 0.0);
    assert!(ln_ratio(1.0, 0.0).is_nan() && ln_ratio(-1.0, 1.0).is_nan() && ln_ratio(f64::NAN, 1.0).is_nan());
}

#[test]
fn density_on_its_domain() {
    let points = spread(3_000, -37.6, 37.6).chain(spread(1_000, -1.0, 1.0));
    largest("density", points.map(|x| relative(density(x), &reference::density(&Big::of(x)))), 2.0 * EPSILON);
    assert_eq!(density(38.0), 0.0);
    assert!(density(f64::NAN).is_nan());
}

#[test]
fn mills_ratio_on_its_domain() {
    let points = spread(3_000, 0.0, 40.0).chain(spread(1_000, 0.0, 3.0)).chain([0.0, 40.0]);
    let truth = |x: f64| &reference::upper_tail(&Big::of(x)) / &reference::density(&Big::of(x));
    largest("mills", points.map(|x| relative(mills(x), &truth(x))), 4.0 * EPSILON);
}

#[test]
fn distribution_on_its_domain() {
    let below = spread(3_000, -37.5, 0.0).chain(spread(1_000, -2.0, 0.0));
    let truth = |x: f64| reference::distribution(&Big::of(x));
    largest("distribution below zero", below.map(|x| relative(distribution(x), &truth(x))), 8.0 * EPSILON);
    let above = spread(1_000, 0.0, 40.0).chain(spread(1_000, 0.0, 2.0));
    largest("distribution above zero", above.map(|x| absolute(distribution(x), &truth(x))), 2.0 * EPSILON);
    assert_eq!((distribution(-50.0), distribution(50.0), distribution(0.0)), (0.0, 1.0, 0.5));
    assert_eq!((distribution(f64::NEG_INFINITY), distribution(f64::INFINITY)), (0.0, 1.0));
    assert!(distribution(f64::NAN).is_nan());
}

/// The inverse is judged by going back: N(x) - p over n(x) is the error of x.
#[test]
fn inverse_distribution_on_its_domain() {
    let error = |p: f64| {
        let x = inverse_distribution(p);
        let back = reference::distribution(&Big::of(x));
        let error = (&(&back - &Big::of(p)) / &reference::density(&Big::of(x))).to_f64().abs();
        error / x.abs().max(0.25)
    };
    let points = spread(2_000, -1_020.0, -1.0).map(f64::exp2).chain(spread(2_000, 0.0, 1.0));
    largest("inverse distribution", points.map(error), 16.0 * EPSILON);
    for p in [0.0, 1.0, -0.5, 1.5, f64::NAN] {
        assert!(inverse_distribution(p).is_nan(), "{p}");
    }
}

/// Black's formula in 192 bits, undiscounted.
fn black(kind: Kind, forward: f64, strike: f64, deviation: &Big) -> Big {
    let (f, k) = (Big::of(forward), Big::of(strike));
    let d1 = &(&(&f / &k).ln() / deviation) + &(deviation * &Big::of(0.5));
    let d2 = &d1 - deviation;
    let sign = Big::of(kind.sign());
    let asset = &f * &reference::distribution(&(&sign * &d1));
    let cash = &k * &reference::distribution(&(&sign * &d2));
    &sign * &(&asset - &cash)
}

fn options() -> impl Iterator<Item = Black> {
    let moneyness = spread(900, -8.0, 8.0).chain(spread(900, -0.5, 0.5)).chain(spread(200, -1e-3, 1e-3));
    let deviations = spread(2_000, -20.0, 3.0).map(f64::exp2);
    moneyness.zip(deviations).enumerate().map(|(n, (moneyness, deviation))| Black {
        kind: if n % 2 == 0 { Kind::Call } else { Kind::Put },
        forward: 100.0 * moneyness.exp(),
        strike: 100.0,
        years: 1.0,
        volatility: deviation.clamp(1e-6, 8.0),
        rate: 0.0,
    })
}

#[test]
fn black_prices_within_the_stated_part() {
    let errors = options().map(|option| {
        let truth = black(option.kind, option.forward, option.strike, &Big::of(option.deviation()));
        absolute(option.price().expect("in the domain"), &truth) / (option.forward + option.strike)
    });
    largest("Black, of forward plus strike", errors, 4.0 * EPSILON);
}

/// Options within six deviations of the forward, over all deviations.
fn near_options() -> impl Iterator<Item = Black> {
    let deviations = spread(1_500, -19.9, 3.0).map(f64::exp2);
    let distances = spread(1_499, -6.0, 6.0);
    deviations.zip(distances).enumerate().filter_map(|(n, (volatility, distance))| {
        let kind = if n % 2 == 0 { Kind::Call } else { Kind::Put };
        let forward = 100.0 * (distance * volatility).exp();
        let option = Black { kind, forward, strike: 100.0, years: 1.0, volatility, rate: 0.0 };
        option.check().is_ok().then_some(option)
    })
}

#[test]
fn black_greeks_within_the_stated_part() {
    let d1 = |option: &Black| {
        let (f, k, s) = (Big::of(option.forward), Big::of(option.strike), Big::of(option.deviation()));
        &(&(&f / &k).ln() / &s) + &(&s * &Big::of(0.5))
    };
    let delta = |option: Black| {
        let sign = Big::of(option.kind.sign());
        let truth = &sign * &reference::distribution(&(&sign * &d1(&option)));
        absolute(option.greeks().expect("in the domain").delta, &truth)
            / (1.0 + d1(&option).to_f64().abs() / 8.0)
            / (4.0 * EPSILON)
    };
    largest("delta, of its stated error", near_options().map(delta), 1.0);
    let vega = |option: Black| {
        let d1 = d1(&option);
        let truth = &Big::of(option.forward) * &reference::density(&d1);
        let stated = (1.0 + d1.to_f64() * d1.to_f64()) * 4.0 * EPSILON;
        relative(option.greeks().expect("in the domain").vega, &truth) / stated
    };
    largest("vega, of its stated error", near_options().map(vega), 1.0);
}

/// The volatility is as exact as the price says: the error of the price that the found one gives, against the last bit
/// of the price and of the intrinsic value taken from it.
#[test]
fn implied_deviation_gives_the_price_back() {
    let errors = options().chain(near_options()).filter_map(|option| {
        let (f, k, s) = (option.forward, option.strike, option.deviation());
        let price = black(option.kind, f, k, &Big::of(s)).to_f64();
        let beyond = price - (option.kind.sign() * (f - k)).max(0.0);
        if beyond < 1e-290 * f.min(k) || beyond >= f.min(k) * (1.0 - 1e-9) || beyond < 1e-9 * price {
            return None;
        }
        let found = implied_deviation(option.kind, f, k, price).expect("there is one");
        // What a step of the last bit of the price does to the deviation.
        let d1 = (f / k).ln() / s + s / 2.0;
        let vega = f * (-0.5 * d1 * d1).exp() * 0.398_942_280_401_432_7;
        let step = price * EPSILON / vega / s;
        Some((found / s - 1.0).abs() / (step + (1.0 + (f / k).ln().abs()) * EPSILON))
    });
    largest("implied deviation, in last bits of price and deviation", errors, 16.0);
}

#[test]
fn first_passage_within_the_stated_bound() {
    let distances = spread(2_000, -12.0, 3.0).map(|e| e.exp2());
    let deviations = spread(2_000, -12.0, 2.0).map(|e| (e + 0.37).exp2().clamp(1e-4, 8.0));
    let drifts = spread(1_999, -3.0, 3.0);
    let errors = distances.zip(deviations).zip(drifts).map(|((distance, deviation), drift)| {
        let passage = Passage { distance, drift, volatility: deviation, years: 1.0 };
        let (b, v, s) = (Big::of(distance), Big::of(drift), Big::of(deviation));
        let zero = Big::of(0.0);
        let straight = reference::distribution(&(&(&(&zero - &b) - &v) / &s));
        let exponent = &(&(&Big::of(-2.0) * &v) * &b) / &(&s * &s);
        let back = reference::distribution(&(&(&v - &b) / &s));
        let truth = &straight + &(&exponent.exp() * &back);
        absolute(passage.probability().expect("in the domain"), &truth) / passage.error()
    });
    largest("first passage, of its stated error", errors, 1.0);
}
