//! Jumps and moving variance against published numbers, series and each other.

use gage_pricing::{Kind, undiscounted};
use gage_quant::fourier::{Jumps, Model, Variance};
use gage_quant::{Market, european};

const HESTON: Variance = Variance::Heston { start: 0.04, speed: 4.0, mean: 0.25, volatility: 1.0, correlation: -0.5 };

fn call(model: &Model, strike: f64) -> f64 {
    // Spot 100, rate 1 %, yield 2 %, one year.
    let forward = 100.0 * (-0.01f64).exp();
    model.price(Kind::Call, forward, strike, 1.0, 0.01).expect("in the domain")
}

/// Alan Lewis, reference prices for the Heston model (2013), fifteen digits.
#[test]
fn heston_by_lewis() {
    let model = Model { variance: HESTON, jumps: Jumps::None };
    let published = [
        (80.0, 26.774_758_743_998_854),
        (90.0, 20.933_349_000_596_71),
        (100.0, 16.070_154_917_028_834),
        (110.0, 12.132_211_516_709_845),
        (120.0, 9.024_913_483_457_836),
    ];
    for (strike, price) in published {
        let found = call(&model, strike);
        assert!((found - price).abs() < 1e-12, "{strike}: {found} {price}");
    }
}

/// The same with jumps of 30 % a year, mean -10 %, deviation 15 %: QuantLib 1.44, BatesEngine at 1e-13.
#[test]
fn bates_by_quantlib() {
    let jumps = Jumps::Normal { intensity: 0.3, mean: -0.1, deviation: 0.15 };
    let model = Model { variance: HESTON, jumps };
    for (strike, price) in
        [(80.0, 27.075_354_991_920_925), (100.0, 16.469_532_591_207_59), (120.0, 9.426_825_778_281_376)]
    {
        let found = call(&model, strike);
        assert!((found - price).abs() < 1e-9, "{strike}: {found} {price}");
    }
}

/// Merton's own series: Black's price for every number of jumps, weighted by Poisson's law.
#[test]
fn merton_by_his_series() {
    let (volatility, intensity, mean, deviation) = (0.2f64, 0.8, -0.15, 0.25);
    let model =
        Model { variance: Variance::Constant { volatility }, jumps: Jumps::Normal { intensity, mean, deviation } };
    let drift = (mean + 0.5 * deviation * deviation).exp() - 1.0;
    for strike in [60.0, 95.0, 100.0, 140.0] {
        let mut weight = (-intensity).exp();
        let mut series = 0.0;
        for n in 0..60 {
            let jumps = f64::from(n);
            let forward = 100.0 * (jumps * (mean + 0.5 * deviation * deviation) - intensity * drift).exp();
            let variance = volatility * volatility + jumps * deviation * deviation;
            series += weight * undiscounted(1.0, forward, strike, variance.sqrt()).price;
            weight *= intensity / (jumps + 1.0);
        }
        let found = model.price(Kind::Call, 100.0, strike, 1.0, 0.0).expect("in the domain");
        assert!((found - series).abs() < 1e-11, "{strike}: {found} {series}");
    }
}

/// Kou, A jump-diffusion model for option pricing (2002), section 5.1: 9.14732.
#[test]
fn kou_by_his_example() {
    let jumps = Jumps::Exponential { intensity: 1.0, up: 0.4, up_rate: 10.0, down_rate: 5.0 };
    let model = Model { variance: Variance::Constant { volatility: 0.16 }, jumps };
    let found = model.price(Kind::Call, 100.0 * 0.025f64.exp(), 98.0, 0.5, 0.05).expect("in the domain");
    assert!((found - 9.147_32).abs() < 5e-6, "{found}");
}

#[test]
fn without_jumps_and_nearly_still_variance_it_is_black() {
    let variance = Variance::Heston { start: 0.09, speed: 1.0, mean: 0.09, volatility: 1e-4, correlation: 0.0 };
    for (strike, kind) in [(70.0, Kind::Put), (100.0, Kind::Call), (150.0, Kind::Call)] {
        let market = Market { spot: 100.0, rate: 0.03, dividend: 0.0, volatility: 0.3 };
        let black = european::price(&market, kind, strike, 2.0).expect("in the domain");
        let model = Model { variance, jumps: Jumps::None };
        let found = model.price(kind, market.forward(2.0), strike, 2.0, 0.03).expect("in the domain");
        assert!((found - black).abs() < 1e-6, "{strike}: {found} {black}");
    }
}

#[test]
fn parameters_outside_are_errors() {
    let good = Model { variance: HESTON, jumps: Jumps::None };
    assert!(good.price(Kind::Call, 0.0, 100.0, 1.0, 0.0).is_err());
    assert!(good.price(Kind::Call, 100.0, 100.0, f64::NAN, 0.0).is_err());
    let jumps = Jumps::Exponential { intensity: 1.0, up: 0.4, up_rate: 0.9, down_rate: 5.0 };
    assert!(Model { jumps, ..good }.price(Kind::Call, 100.0, 100.0, 1.0, 0.0).is_err());
}
