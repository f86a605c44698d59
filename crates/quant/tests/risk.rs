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
fn a_decay_is_found_again() {
    let truth = Decay { floor: 0.03, extra: 0.25, speed: 2.5, error: 0.0 };
    let observed: Vec<(f64, f64)> = (0..60).map(|n| f64::from(n) / 30.0).map(|t| (t, truth.at(t))).collect();
    let found = Decay::fit(&observed).expect("observations");
    assert!((found.floor - 0.03).abs() < 1e-6 && (found.speed - 2.5).abs() < 1e-5 && found.error < 1e-8, "{found:?}");
    let mean = found.mean_until(1.0);
    assert!((mean - (0.03 + 0.25 * (1.0 - (-2.5f64).exp()) / 2.5)).abs() < 1e-6);
    assert!(Decay::fit(&observed[..2]).is_err());
}
