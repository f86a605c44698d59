//! Rows have the bits of single options, on whatever vectors this processor has.

use gage_pricing::{Black, Kind, implied_deviation};
use gage_quant::batch::{self, Columns, Outputs};

/// Numbers between `low` and `high` that are not round.
fn column(count: u32, low: f64, high: f64, step: f64) -> Vec<f64> {
    (0..count).map(|n| low + (high - low) * (f64::from(n) * step).fract()).collect()
}

#[test]
fn rows_have_the_bits_of_single_options() {
    let n = 10_007;
    let sign: Vec<f64> = (0..n).map(|i| if i % 3 == 0 { -1.0 } else { 1.0 }).collect();
    let (spot, strike) = (column(n, 20.0, 400.0, 0.618_034), column(n, 20.0, 400.0, 0.414_214));
    let (years, volatility) = (column(n, 0.001, 30.0, 0.732_051), column(n, 0.01, 2.0, 0.236_068));
    let (rate, dividend) = (column(n, -0.02, 0.15, 0.645_751), column(n, 0.0, 0.1, 0.316_625));
    let mut out: [Vec<f64>; 5] = std::array::from_fn(|_| vec![0.0; n as usize]);
    let [price, delta, gamma, vega, theta] = &mut out;
    let options = Columns {
        sign: &sign,
        spot: &spot,
        strike: &strike,
        years: &years,
        volatility: &volatility,
        rate: &rate,
        dividend: &dividend,
    };
    batch::greeks(&options, &mut Outputs { price, delta, gamma, vega, theta }).expect("columns of one length");
    for i in 0..n as usize {
        let one = batch::black_scholes(sign[i], spot[i], strike[i], years[i], volatility[i], rate[i], dividend[i]);
        let rows = [0, 1, 2, 3, 4].map(|at: usize| out[at][i].to_bits());
        assert_eq!(rows, [one.price, one.delta, one.gamma, one.vega, one.theta].map(f64::to_bits), "row {i}");
    }
}

#[test]
fn rows_of_implied_deviations_have_the_bits_of_single_ones() {
    let n = 5_003;
    let forward = vec![100.0; n];
    let strike = column(n as u32, 40.0, 250.0, 0.618_034);
    let deviation = column(n as u32, 0.01, 3.0, 0.414_214);
    let sign: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { -1.0 } else { 1.0 }).collect();
    let kind = |i: usize| if i.is_multiple_of(2) { Kind::Put } else { Kind::Call };
    let price: Vec<f64> = (0..n)
        .map(|i| {
            let option = Black {
                kind: kind(i),
                forward: 100.0,
                strike: strike[i],
                years: 1.0,
                volatility: deviation[i],
                rate: 0.0,
            };
            // Every seventh price is below the intrinsic value.
            option.price().expect("in the domain") - if i % 7 == 0 { 300.0 } else { 0.0 }
        })
        .collect();
    let mut found = vec![0.0; n];
    batch::implied(&sign, &forward, &strike, &price, &mut found).expect("columns of one length");
    for i in 0..n {
        match implied_deviation(kind(i), forward[i], strike[i], price[i]) {
            Ok(one) => assert_eq!(one.to_bits(), found[i].to_bits(), "row {i}"),
            Err(_) => assert!(found[i].is_nan(), "row {i}"),
        }
    }
    assert!(found.iter().step_by(7).all(|x| x.is_nan()));
}

#[test]
fn columns_of_different_length_are_refused() {
    let mut out = [0.0; 2];
    assert!(batch::implied(&[1.0], &[1.0, 1.0], &[1.0, 1.0], &[0.1, 0.1], &mut out).is_err());
}
