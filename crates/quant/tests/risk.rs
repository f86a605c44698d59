//! Paths, passages, volatility, covariance, adjustments, decay.

use gage_pricing::{Kind, Passage};
use gage_quant::adjustments::{Liquidity, execution_failure, oracle_latency};
use gage_quant::correlation::Shrunk;
use gage_quant::decay::Decay;
use gage_quant::hitting::{self, JumpDiffusion};
use gage_quant::volatility::{Garch, ewma};
use gage_quant::{Market, european, monte_carlo};

/// Normal numbers of a fixed seed: sums of twelve uniform ones would be too thin in the tails, so two by two.
fn normals(count: usize, mut state: u64) -> Vec<f64> {
    let mut uniform = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    };
    (0..count).map(|_| (-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos()).collect()
}

#[test]
fn paths_come_within_their_error_bars() {
    let market = Market { spot: 100.0, rate: 0.03, dividend: 0.01, volatility: 0.25 };
    for (kind, strike) in [(Kind::Call, 110.0), (Kind::Put, 100.0)] {
        let truth = european::price(&market, kind, strike, 1.0).expect("in the domain");
        let found = monte_carlo::european(&market, kind, strike, 1.0, 400_000, 7).expect("paths");
        assert!((found.value - truth).abs() < 4.0 * found.error && found.error < 0.05, "{found:?} {truth}");
        let again = monte_carlo::european(&market, kind, strike, 1.0, 400_000, 7).expect("paths");
        assert_eq!(found.value.to_bits(), again.value.to_bits());
        let centre = market.forward(1.0) * (-0.5f64 * 0.25 * 0.25).exp();
        let payoff =
            |z: &[f64]| market.discount(1.0) * (kind.sign() * (centre * (0.25 * z[0]).exp() - strike)).max(0.0);
        let quasi = monte_carlo::quasi(1, 4_096, 7, payoff).expect("points");
        assert!((quasi.value - truth).abs() < 5.0 * quasi.error + 1e-12, "{quasi:?} {truth}");
        assert!(quasi.error < found.error / 10.0, "even points are better: {quasi:?} {found:?}");
    }
    // Ten dimensions: the mean of a product of squares is one.
    let one = monte_carlo::quasi(10, 8_192, 3, |z| z.iter().map(|x| x * x).product()).expect("points");
    assert!((one.value - 1.0).abs() < 5.0 * one.error, "{one:?}");
    assert!(monte_carlo::quasi(11, 8, 3, |_| 0.0).is_err());
}

#[test]
fn the_density_of_the_first_passage_adds_up_to_its_probability() {
    let (distance, drift, volatility) = (0.2, -0.1, 0.5);
    let steps = 20_000;
    let sum: f64 = (0..steps)
        .map(|n| {
            let time = (f64::from(n) + 0.5) / f64::from(steps);
            hitting::density(distance, drift, volatility, time).expect("in the domain") / f64::from(steps)
        })
        .sum();
    let probability = Passage { distance, drift, volatility, years: 1.0 }.probability().expect("in the domain");
    assert!((sum - probability).abs() < 1e-6, "{sum} {probability}");
}

/// Kou and Wang (2003), section 4: drift 0.1, volatility 0.2, jumps both ways of mean 1/50 and 1/33.3 three times a year:
/// P(T <= 1 above 0.3) = 0.25584; without jumps 0.20966.
#[test]
fn jumps_bring_the_passage_nearer() {
    let base =
        JumpDiffusion { drift: 0.1, volatility: 0.2, intensity: 3.0, up: 0.5, up_rate: 50.0, down_rate: 100.0 / 3.0 };
    let found = base.rises_within(0.3, 1.0).expect("in the domain");
    assert!((found - 0.255_84).abs() < 2e-4, "{found}");
    let still = JumpDiffusion { intensity: 1e-9, ..base }.rises_within(0.3, 1.0).expect("in the domain");
    let passage = Passage { distance: 0.3, drift: -0.1, volatility: 0.2, years: 1.0 };
    let truth = passage.probability().expect("in the domain");
    assert!((still - truth).abs() < 2e-4, "{still} {truth}");
    let falls = JumpDiffusion { drift: -0.1, up: 0.5, up_rate: 100.0 / 3.0, down_rate: 50.0, ..base };
    assert!((falls.falls_within(0.3, 1.0).expect("in the domain") - found).abs() < 1e-12);
}

/// The density is the slope of the law, adds up to it, and without jumps is the one in closed form.
#[test]
fn the_density_with_jumps_is_the_slope_of_its_law() {
    let base = JumpDiffusion { drift: -0.1, volatility: 0.3, intensity: 4.0, up: 0.4, up_rate: 30.0, down_rate: 10.0 };
    let (distance, h) = (0.15, 1e-3);
    let law = |years| base.falls_within(distance, years).expect("in the domain");
    let density = |years| base.fall_density(distance, years).expect("in the domain");
    for years in [0.1, 0.25, 0.5, 1.0] {
        let slope = (law(years + h) - law(years - h)) / (2.0 * h);
        assert!((density(years) - slope).abs() < 1e-2 * slope, "{years}: {} {slope}", density(years));
    }
    let parts = 200u32;
    let (from, to) = (0.05, 1.0);
    let length = (to - from) / f64::from(parts);
    let sum: f64 = (0..parts).map(|n| density(from + (f64::from(n) + 0.5) * length) * length).sum();
    assert!((sum - (law(to) - law(from))).abs() < 1e-3, "{sum} {}", law(to) - law(from));
    let still = JumpDiffusion { intensity: 1e-9, ..base };
    for years in [0.2, 0.7] {
        let found = still.rise_density(0.2, years).expect("in the domain");
        let truth = hitting::density(0.2, 0.1, 0.3, years).expect("in the domain");
        assert!((found - truth).abs() < 2e-3, "{years}: {found} {truth}");
    }
    assert!(base.fall_density(0.0, 1.0).is_err() && base.rise_density(0.1, f64::NAN).is_err());
}

#[test]
fn a_remembering_variance_is_found_again() {
    let truth = Garch { base: 2e-6, shock: 0.08, memory: 0.90, likelihood: 0.0 };
    let mut variance = truth.mean();
    let returns: Vec<f64> = normals(20_000, 11)
        .iter()
        .map(|z| {
            let r = z * variance.sqrt();
            variance = truth.base + truth.shock * r * r + truth.memory * variance;
            r
        })
        .collect();
    let found = Garch::fit(&returns).expect("enough returns");
    assert!((found.shock - 0.08).abs() < 0.02 && (found.memory - 0.90).abs() < 0.03, "{found:?}");
    assert!((found.mean() / truth.mean() - 1.0).abs() < 0.2, "{found:?}");
    let far = found.forecast(4.0 * found.mean(), 10_000);
    assert!((far / found.mean() - 1.0).abs() < 1e-6);
    assert!(Garch::fit(&returns[..10]).is_err());
}

/// 0.94 * 1e-4 + 0.06 * 4e-4 = 1.18e-4.
#[test]
fn a_fading_mean_by_hand() {
    let found = ewma(&[0.01, 0.02], 0.94).expect("returns");
    assert!((found[0] - 1e-4).abs() < 1e-18 && (found[1] - 1.18e-4).abs() < 1e-17, "{found:?}");
    assert!(ewma(&[], 0.94).is_err() && ewma(&[0.1], 1.0).is_err());
}

/// Forty observations of twenty independent returns: the sample sees correlations that are not there.
#[test]
fn shrinking_takes_noise_out() {
    let z = normals(40 * 20, 5);
    let rows: Vec<Vec<f64>> = z.chunks(20).map(<[f64]>::to_vec).collect();
    let shrunk = Shrunk::of(&rows).expect("rows");
    let miss = |f: &dyn Fn(usize, usize) -> f64| -> f64 {
        (0..20)
            .flat_map(|i| (0..20).map(move |j| (i, j)))
            .map(|(i, j)| (f(i, j) - f64::from(u8::from(i == j))).powi(2))
            .sum()
    };
    let mean = |i: usize| rows.iter().map(|row| row[i]).sum::<f64>() / 40.0;
    let sample =
        |i: usize, j: usize| rows.iter().map(|row| (row[i] - mean(i)) * (row[j] - mean(j))).sum::<f64>() / 40.0;
    assert!(shrunk.intensity > 0.5, "{}", shrunk.intensity);
    assert!(miss(&|i, j| shrunk.covariance[i][j]) < 0.3 * miss(&sample));
    assert!(shrunk.correlation(0, 1).is_some_and(|rho| rho.abs() < 0.2) && shrunk.correlation(0, 99).is_none());
    assert!(Shrunk::of(&rows[..1]).is_err());
}

/// Where success is rare the sum has more terms than there is time: the expansion meets it and goes on.
#[test]
fn sales_that_nearly_always_fail_have_a_price() {
    let cost = |failure: f64| execution_failure(failure, 1.0, 1.0).expect("in the domain");
    let (below, above) = (cost(0.99), cost(0.990_000_001));
    assert!((above / below - 1.0).abs() < 1e-6 && above > below, "{below} {above}");
    // Added up term by term.
    let mut sum = 0.0;
    let mut weight = 0.005 * 0.995;
    for n in 1..20_000 {
        sum += weight * f64::from(n).sqrt();
        weight *= 0.995;
    }
    let density = 0.398_942_280_401_432_7;
    assert!((cost(0.995) / (density * sum) - 1.0).abs() < 1e-9, "{} {}", cost(0.995), density * sum);
    // A geometric time is nearly exponential: its root is sqrt(pi) / 2 times the root of its mean.
    let rare = 1e-12;
    let limit = density * 0.5 * (std::f64::consts::PI / rare).sqrt();
    assert!((cost(1.0 - rare) / limit - 1.0).abs() < 1e-4, "{} {limit}", cost(1.0 - rare));
}

#[test]
fn adjustments_by_hand() {
    // 80 % a year, three seconds late: 0.8 sqrt(3 / 31,536,000) 0.3989 = 0.98 basis points.
    let late = oracle_latency(0.8, 3.0 / 31_536_000.0).expect("above zero");
    assert!((late - 9.843e-5).abs() < 1e-8, "{late}");
    let liquidity = Liquidity { spread: 0.001, spread_deviation: 0.0005, bad: 2.0, daily_volatility: 0.04, kappa: 1.0 };
    let cost = liquidity.cost(0.04).expect("above zero");
    assert!((cost - (0.001 + 0.04 * 0.2)).abs() < 1e-15, "{cost}");
    assert_eq!(execution_failure(0.0, 1e-5, 0.8), Ok(0.0));
    // One failure in two: sum of sqrt(n) / 2^(n + 1) is 0.67363...
    let failed = execution_failure(0.5, 1.0, 1.0).expect("above zero");
    assert!((failed / 0.398_942_280_401_432_7 - 0.673_629).abs() < 1e-5, "{failed}");
    assert!(oracle_latency(-0.1, 1.0).is_err() && execution_failure(1.0, 1.0, 1.0).is_err());
}

#[test]
fn what_is_not_a_number_is_an_error() {
    let nan = f64::NAN;
    assert!(Decay::fit(&[(0.0, 0.1), (1.0, nan), (2.0, 0.05)]).is_err());
    assert!(ewma(&[0.01, nan], 0.94).is_err() && ewma(&[0.01, f64::INFINITY], 0.94).is_err());
    assert!(Garch::fit(&[f64::INFINITY; 60]).is_err());
    // Of three prices the second does not move: it moves with none.
    let rows: Vec<Vec<f64>> = [0.01, -0.02, 0.03, 0.0].iter().map(|x| vec![*x, 0.0, 0.5 * x]).collect();
    let still = Shrunk { intensity: 0.0, covariance: vec![vec![1e-4, 0.0], vec![0.0, 0.0]] };
    assert_eq!(still.correlation(0, 1), None);
    assert!(Shrunk::of(&rows).expect("rows").correlation(0, 2).is_some_and(|rho| rho > 0.0 && rho <= 1.0));
}

#[test]
fn a_decay_is_found_again() {
    let truth = Decay { floor: 0.03, extra: 0.25, speed: 2.5, error: 0.0 };
    let observed: Vec<(f64, f64)> = (0..60).map(|n| f64::from(n) / 30.0).map(|t| (t, truth.at(t))).collect();
    let found = Decay::fit(&observed).expect("observations");
    assert!((found.floor - 0.03).abs() < 1e-6 && (found.speed - 2.5).abs() < 1e-5 && found.error < 1e-8, "{found:?}");
    let mean = found.mean_until(1.0);
    assert!((mean - (0.03 + 0.25 * (1.0 - (-2.5f64).exp()) / 2.5)).abs() < 1e-6);
    assert!(Decay::fit(&observed[..2]).is_err());
}
