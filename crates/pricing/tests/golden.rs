//! The bits of the kernels. A change of any of these is a new version of the protocol.
#![allow(clippy::float_arithmetic, clippy::as_conversions, clippy::arithmetic_side_effects, clippy::disallowed_methods)]

use gage_pricing::kernel::{density, distribution, exp, inverse_distribution, ln, ln_ratio, mills};
use gage_pricing::{Black, Kind, Passage, Svi, check_environment, implied_deviation};

/// FNV-1a over the bits of the values.
fn digest(values: impl Iterator<Item = f64>) -> u64 {
    values
        .flat_map(|value| value.to_bits().to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Numbers between `low` and `high` from whole numbers alone.
fn line(low: f64, high: f64) -> impl Iterator<Item = f64> {
    (0..4_096u32).map(move |n| low + (high - low) * (f64::from(n.wrapping_mul(2_654_435_769)) / 4_294_967_296.0))
}

#[test]
fn bits_of_the_kernels() {
    assert_eq!(check_environment(), Ok(()));
    let found = [
        ("exp", digest(line(-720.0, 720.0).map(exp))),
        ("ln", digest(line(0.0, 50.0).map(ln))),
        ("ln_ratio", digest(line(50.0, 150.0).map(|x| ln_ratio(x, 100.0)))),
        ("density", digest(line(-40.0, 40.0).map(density))),
        ("mills", digest(line(0.0, 45.0).map(mills))),
        ("distribution", digest(line(-40.0, 40.0).map(distribution))),
        ("inverse_distribution", digest(line(0.0, 1.0).map(inverse_distribution))),
    ];
    let golden = [
        ("exp", 0xaacb_2d6e_f18b_c89b),
        ("ln", 0x68bc_01c7_0aba_4452),
        ("ln_ratio", 0x7ea5_ef1d_7d14_bc16),
        ("density", 0xc4f7_d371_10e2_8b29),
        ("mills", 0x0e34_794d_89ef_accb),
        ("distribution", 0x7848_2956_40e9_fa3f),
        ("inverse_distribution", 0x2c1e_3f75_f3f4_176d),
    ];
    assert_eq!(found, golden, "{found:#x?}");
}

#[test]
fn bits_of_the_formulas() {
    let option =
        |strike: f64, kind: Kind| Black { kind, forward: 100.0, strike, years: 0.7, volatility: 0.35, rate: 0.03 };
    let greeks = line(20.0, 400.0).flat_map(|strike| {
        [Kind::Call, Kind::Put].into_iter().flat_map(move |kind| {
            let greeks = option(strike, kind).greeks().expect("in the domain");
            [greeks.price, greeks.delta, greeks.gamma, greeks.vega, greeks.theta]
        })
    });
    let implied =
        line(0.001, 99.9).map(|price| implied_deviation(Kind::Call, 100.0, 105.0, price).expect("there is one"));
    let passages = line(0.0, 3.0).map(|distance| {
        Passage { distance, drift: -0.2, volatility: 0.8, years: 0.25 }.probability().expect("in the domain")
    });
    let slice = Svi { a: 0.01, b: 0.1, rho: -0.4, m: 0.05, sigma: 0.2 };
    let svi = line(-2.0, 2.0).flat_map(|k| [slice.variance(k), slice.durrleman(k)]);
    let found = [
        ("Black", digest(greeks)),
        ("implied deviation", digest(implied)),
        ("first passage", digest(passages)),
        ("SVI", digest(svi)),
    ];
    let golden = [
        ("Black", 0xbdb0_1ca8_7336_a739),
        ("implied deviation", 0xa4e2_4f5d_83ca_0c64),
        ("first passage", 0x670e_2251_14b5_2c67),
        ("SVI", 0xcad1_3d48_4441_0b02),
    ];
    assert_eq!(found, golden, "{found:#x?}");
}
