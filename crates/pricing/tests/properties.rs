//! What holds of every option, barrier and surface; worked values; domain errors.
#![allow(clippy::float_arithmetic, clippy::as_conversions, clippy::arithmetic_side_effects, clippy::disallowed_methods)]

use gage_pricing::{
    Black, Bounded, Kind, Passage, PricingError, Svi, SviFault, check_calendar, implied_deviation, premium,
};
use gage_units::{Price, Ratio, Rounding, Value};
use proptest::prelude::*;

fn option() -> impl Strategy<Value = Black> {
    (-1.5f64..1.5, 0.01f64..1.5, 0.003f64..5.0, -0.1f64..0.2, any::<bool>()).prop_map(
        |(moneyness, volatility, years, rate, call)| Black {
            kind: if call { Kind::Call } else { Kind::Put },
            forward: 100.0,
            strike: 100.0 * moneyness.exp(),
            years,
            volatility,
            rate,
        },
    )
}

proptest! {
    #[test]
    fn call_minus_put_is_the_forward(option in option()) {
        let call = Black { kind: Kind::Call, ..option }.price().expect("in the domain");
        let put = Black { kind: Kind::Put, ..option }.price().expect("in the domain");
        let forward = (option.forward - option.strike) * option.discount();
        prop_assert!((call - put - forward).abs() <= 2.0 * option.price_error());
    }

    #[test]
    fn prices_are_between_intrinsic_value_and_limit(option in option()) {
        let price = option.price().expect("in the domain");
        let intrinsic = (option.kind.sign() * (option.forward - option.strike)).max(0.0) * option.discount();
        let limit = option.discount() * if option.kind == Kind::Call { option.forward } else { option.strike };
        prop_assert!(price >= intrinsic - option.price_error() && price <= limit);
    }

    #[test]
    fn prices_grow_with_volatility_and_bend_upward_by_strike(option in option()) {
        let price = |strike: f64, volatility: f64| Black { strike, volatility, ..option }.price().expect("in the domain");
        let (k, v) = (option.strike, option.volatility);
        prop_assert!(price(k, v * 1.01) >= price(k, v) - option.price_error());
        let butterfly = price(k * 0.99, v) - 2.0 * price(k, v) + price(k * 1.01, v);
        prop_assert!(butterfly >= -4.0 * option.price_error());
    }

    #[test]
    fn greeks_are_the_slopes(option in option()) {
        prop_assume!((option.strike / option.forward).ln().abs() < 3.0 * option.deviation());
        let greeks = option.greeks().expect("in the domain");
        let price = |change: fn(&mut Black, f64), by: f64| {
            let mut moved = option;
            change(&mut moved, by);
            moved.price().expect("in the domain")
        };
        let slope = |change: fn(&mut Black, f64), step: f64| (price(change, step) - price(change, -step)) / (2.0 * step);
        let step = 1e-4 * option.forward * option.deviation().min(0.5);
        let delta = slope(|o, by| o.forward += by, step);
        prop_assert!((delta - greeks.delta).abs() < 1e-6, "delta {delta} {}", greeks.delta);
        let wide = 50.0 * step;
        let bend = (price(|o, by| o.forward += by, wide) - 2.0 * greeks.price + price(|o, by| o.forward += by, -wide)) / (wide * wide);
        prop_assert!((bend - greeks.gamma).abs() < 1e-3 * greeks.gamma + 1e-6, "gamma {bend} {}", greeks.gamma);
        let vega = slope(|o, by| o.volatility += by, 1e-5 * option.volatility);
        prop_assert!((vega - greeks.vega).abs() < 1e-5 * greeks.vega + 1e-4, "vega {vega} {}", greeks.vega);
        let theta = -slope(|o, by| o.years += by, 1e-5 * option.years);
        prop_assert!((theta - greeks.theta).abs() < 1e-5 * greeks.theta.abs() + 1e-2, "theta {theta} {}", greeks.theta);
    }

    #[test]
    fn fixed_point_is_on_the_stated_side(value in -1e15f64..1e15, scale in -60i32..0, error in 0.0f64..1.0) {
        let value = value * f64::from(scale).exp2();
        let bounded = Bounded::new(value, error).expect("finite");
        let (low, high) = (bounded.to_value(Rounding::Down).expect("fits"), bounded.to_value(Rounding::Up).expect("fits"));
        prop_assert!(low < high);
        // Exact comparison: the number times 2^60 is whole where the scale allows; here by the middle of the bracket.
        let exact = Bounded::new(value, 0.0).expect("finite");
        prop_assert!(low <= exact.to_value(Rounding::Down).expect("fits"));
        prop_assert!(high >= exact.to_value(Rounding::Up).expect("fits"));
        let width = (high.0 - low.0) as f64 / 1e18;
        prop_assert!(width >= 2.0 * error && width <= (2.0 * error) * (1.0 + 1e-12) + value.abs() * 1e-15 + 3e-18);
    }

    #[test]
    fn reaching_is_likelier_nearer_and_later(distance in 0.001f64..3.0, drift in -2.0f64..2.0, volatility in 0.05f64..2.0, years in 0.01f64..3.0) {
        let passage = Passage { distance, drift, volatility, years };
        let probability = passage.probability().expect("in the domain");
        let later = Passage { years: years * 1.1, ..passage }.probability().expect("in the domain");
        let nearer = Passage { distance: distance * 0.9, ..passage }.probability().expect("in the domain");
        prop_assert!((0.0..=1.0).contains(&probability));
        prop_assert!(later >= probability - passage.error() && nearer >= probability - passage.error());
        let at_the_barrier = Passage { distance: 0.0, ..passage }.probability().expect("in the domain");
        prop_assert!((at_the_barrier - 1.0).abs() < 1e-12);
    }
}

#[test]
fn fixed_point_by_hand() {
    let at = |value: f64, side| Bounded::new(value, 0.0).and_then(|bounded| bounded.to_value(side));
    // One last bit of 1.5 is 2.2e-16, 222 units.
    assert_eq!(at(1.5, Rounding::Down), Ok(Value(1_499_999_999_999_999_777)));
    assert_eq!(at(1.5, Rounding::Up), Ok(Value(1_500_000_000_000_000_223)));
    assert_eq!(at(-1.5, Rounding::Down), Ok(Value(-1_500_000_000_000_000_223)));
    assert_eq!(at(0.0, Rounding::Up), Ok(Value(1)));
    assert_eq!(at(0.0, Rounding::Down), Ok(Value(-1)));
    assert_eq!(at(2.0e20, Rounding::Up), Err(PricingError::Overflow));
    assert_eq!(Bounded::new(f64::NAN, 0.0), Err(PricingError::OutsideDomain));
    assert_eq!(Bounded::new(1.0, f64::INFINITY), Err(PricingError::OutsideDomain));
    assert_eq!(Bounded::new(-0.25, 0.0).and_then(|bounded| bounded.to_ratio(Rounding::Down)), Ok(Ratio(0)));
}

/// Forward 100, strike 100, volatility 20 %, one year: 100 (2 N(0.1) - 1) = 7.96556745540580...
#[test]
fn a_premium_is_paid_up_and_received_down() {
    let quote = |side| {
        let (price, one) = (Price(100 * Price::ONE.0), Ratio(1_000_000_000_000_000_000));
        premium(Kind::Call, price, price, Ratio(200_000_000_000_000_000), 31_536_000, one, side).map(|value| value.0)
    };
    let truth = 7_965_567_455_405_798_000i128;
    let (paid, received) = (quote(Rounding::Up).expect("a premium"), quote(Rounding::Down).expect("a premium"));
    assert!(received < truth && truth < paid, "{received} {paid}");
    assert!(paid - received < 4_000_000, "the bracket is {} units of 1e-18 wide", paid - received);
}

#[test]
fn what_is_outside_is_an_error() {
    let good = Black { kind: Kind::Put, forward: 1.0, strike: 1.0, years: 1.0, volatility: 0.2, rate: 0.0 };
    assert!(good.price().is_ok());
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0, 1e300] {
        for change in [
            Black { forward: bad, ..good },
            Black { strike: bad, ..good },
            Black { years: bad, ..good },
            Black { volatility: bad, ..good },
        ] {
            assert_eq!(change.price(), Err(PricingError::OutsideDomain), "{change:?}");
        }
    }
    assert_eq!(Black { rate: f64::NAN, ..good }.price(), Err(PricingError::OutsideDomain));
    assert_eq!(implied_deviation(Kind::Call, 100.0, 90.0, 9.0), Err(PricingError::NoVolatility));
    assert_eq!(implied_deviation(Kind::Call, 100.0, 90.0, 100.0), Err(PricingError::NoVolatility));
    assert_eq!(implied_deviation(Kind::Call, 100.0, 90.0, f64::NAN), Err(PricingError::OutsideDomain));
    assert_eq!(implied_deviation(Kind::Call, 0.0, 90.0, 1.0), Err(PricingError::OutsideDomain));
    let passage = Passage { distance: 0.1, drift: 0.0, volatility: 0.5, years: 1.0 };
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        assert!(Passage { distance: bad, ..passage }.probability().is_err());
        assert!(Passage { volatility: bad, ..passage }.probability().is_err());
        assert!(Passage { years: bad, ..passage }.probability().is_err());
    }
}

/// Without drift the reflection principle gives 2 N(-b / (s sqrt T)): a health factor of 1.05 at 80 % volatility over
/// a day is reached with 2 N(-1.1652) = 24.4 %; with the exponent 2 mu / sigma^2 + 1 in place of minus one, as is
/// sometimes printed, it would not be.
#[test]
fn a_health_factor_is_not_a_probability() {
    let (distance, volatility, years) = (1.05f64.ln(), 0.8, 1.0 / 365.0);
    let passage = Passage { distance, drift: 0.0, volatility, years };
    let probability = passage.probability().expect("in the domain");
    assert!((probability - 0.243_93).abs() < 2e-4, "{probability}");
}

/// The example of Gatheral and Jacquier, section 2.2, after Axel Vogt: a slice that looks smooth and is not free of
/// butterflies; and a slice that is.
#[test]
fn butterflies_and_calendars_are_found() {
    let vogt = Svi { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 };
    assert!(matches!(vogt.check(), Err(SviFault::Butterfly(k)) if k > 0.5 && k < 1.3), "{:?}", vogt.check());
    let good = Svi { a: 0.02, b: 0.1, rho: -0.3, m: 0.0, sigma: 0.2 };
    assert_eq!(good.check(), Ok(()));
    assert_eq!(check_calendar(&good, &Svi { a: 0.03, ..good }), Ok(()));
    assert!(matches!(check_calendar(&good, &Svi { a: 0.019, ..good }), Err(SviFault::Calendar(_))));
    // Higher in the middle, lower far out: the wings tell.
    assert!(matches!(check_calendar(&good, &Svi { a: 0.5, b: 0.09, ..good }), Err(SviFault::Calendar(_))));
    assert_eq!(Svi { b: 1.9, rho: 0.5, ..good }.check(), Err(SviFault::Wing));
    assert_eq!(Svi { a: -0.1, ..good }.check(), Err(SviFault::NegativeVariance));
    assert_eq!(Svi { rho: 1.0, ..good }.check(), Err(SviFault::Parameter));
    assert_eq!(Svi { sigma: f64::NAN, ..good }.check(), Err(SviFault::Parameter));
}
