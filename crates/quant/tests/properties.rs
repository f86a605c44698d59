//! What holds of every right: parities, bounds, limits, slopes against differences, errors in place of NaN.

use gage_pricing::Kind;
use gage_quant::barrier::{self, Barrier, Knock, Side};
use gage_quant::compound::Compound;
use gage_quant::double_barrier::{self, Corridor};
use gage_quant::two_assets::{self, Choice, Pair};
use gage_quant::vanna_volga::{self, Smile};
use gage_quant::{Market, asian, bivariate_normal, european, lookback, partial_barrier};
use proptest::prelude::*;

fn market() -> impl Strategy<Value = Market> {
    (50.0f64..150.0, -0.02f64..0.12, -0.02f64..0.10, 0.05f64..0.9)
        .prop_map(|(spot, rate, dividend, volatility)| Market { spot, rate, dividend, volatility })
}

fn kind() -> impl Strategy<Value = Kind> {
    any::<bool>().prop_map(|call| if call { Kind::Call } else { Kind::Put })
}

proptest! {
    #[test]
    fn slopes_are_slopes(market in market(), kind in kind(), strike in 60.0f64..140.0, years in 0.1f64..3.0) {
        prop_assume!((market.forward(years) / strike).ln().abs() < 2.5 * market.deviation(years));
        let at = european::sensitivities(&market, kind, strike, years).expect("in the domain");
        let price = |market: Market, years: f64| european::price(&market, kind, strike, years).expect("in the domain");
        let all = |market: Market| european::sensitivities(&market, kind, strike, years).expect("in the domain");
        let near = |found: f64, slope: f64, scale: f64| (found - slope).abs() < 1e-5 * scale + 1e-5 * slope.abs();
        let h = 1e-4;
        let spot = |by: f64| Market { spot: market.spot * (1.0 + by), ..market };
        let by_spot = |f: &dyn Fn(Market) -> f64| (f(spot(h)) - f(spot(-h))) / (2.0 * h * market.spot);
        let vol = |by: f64| Market { volatility: market.volatility + by, ..market };
        let by_vol = |f: &dyn Fn(Market) -> f64| (f(vol(h)) - f(vol(-h))) / (2.0 * h);
        prop_assert!(near(at.delta, by_spot(&|m| price(m, years)), 1.0));
        prop_assert!(near(at.gamma, by_spot(&|m| all(m).delta), 1.0));
        prop_assert!(near(at.vega, by_vol(&|m| price(m, years)), 100.0));
        prop_assert!(near(at.vanna, by_vol(&|m| all(m).delta), 10.0));
        prop_assert!(near(at.volga, by_vol(&|m| all(m).vega), 1e4));
        let theta = (price(market, years - h) - price(market, years + h)) / (2.0 * h);
        prop_assert!(near(at.theta, theta, 100.0), "{} {theta}", at.theta);
        let rate = |by: f64| price(Market { rate: market.rate + by, ..market }, years);
        prop_assert!(near(at.rho, (rate(h) - rate(-h)) / (2.0 * h), 100.0));
        let dividend = |by: f64| price(Market { dividend: market.dividend + by, ..market }, years);
        prop_assert!(near(at.dividend_rho, (dividend(h) - dividend(-h)) / (2.0 * h), 100.0));
    }

    #[test]
    fn what_begins_and_what_ends_are_the_whole(
        market in market(), kind in kind(), strike in 60.0f64..140.0, level in 60.0f64..140.0, up in any::<bool>(), years in 0.1f64..2.0
    ) {
        let side = if up { Side::Up } else { Side::Down };
        let price = |knock| barrier::price(&market, kind, strike, years, &Barrier { side, knock, level }, 0.0).expect("in the domain");
        let plain = european::price(&market, kind, strike, years).expect("in the domain");
        let (begins, ends) = (price(Knock::In), price(Knock::Out));
        prop_assert!((begins + ends - plain).abs() < 1e-9 * market.spot, "{begins} {ends} {plain}");
        prop_assert!(begins > -1e-9 && ends > -1e-9);
    }

    #[test]
    fn a_far_second_barrier_changes_nothing(market in market(), kind in kind(), strike in 60.0f64..140.0, part in 0.5f64..0.95, years in 0.1f64..1.0) {
        let low = part * market.spot;
        let far = market.spot * (12.0 * market.deviation(years) + 2.0).exp();
        let double = double_barrier::price(&market, kind, strike, years, &Corridor { low, high: far }, Knock::Out).expect("in the domain");
        let single = barrier::price(&market, kind, strike, years, &Barrier { side: Side::Down, knock: Knock::Out, level: low }, 0.0).expect("in the domain");
        prop_assert!((double - single).abs() < 1e-7 * market.spot, "{double} {single}");
    }

    #[test]
    fn touching_one_or_the_other_first_or_none_is_certain_without_rates(spot in 85.0f64..115.0, volatility in 0.05f64..0.8, years in 0.05f64..2.0) {
        let market = Market { spot, rate: 0.0, dividend: 0.0, volatility };
        let low = double_barrier::first_touch(&market, years, 80.0, 120.0).expect("in the domain");
        let high = double_barrier::first_touch(&market, years, 120.0, 80.0).expect("in the domain");
        let none = double_barrier::binary(&market, years, &Corridor { low: 80.0, high: 120.0 }, Knock::Out).expect("in the domain");
        prop_assert!((low + high + none - 1.0).abs() < 1e-5, "{low} {high} {none}");
    }

    #[test]
    fn rights_to_rights_differ_by_the_right(market in market(), inner in kind(), years in 0.2f64..1.0) {
        let price = |outer| Compound { outer, outer_strike: 6.0, outer_years: years, inner, inner_strike: 100.0, inner_years: 2.0 * years };
        let (call, put) = (price(Kind::Call).price(&market), price(Kind::Put).price(&market));
        prop_assume!(call.is_ok());
        let whole = price(Kind::Call).inner_price(&market).expect("in the domain") - 6.0 * market.discount(years);
        prop_assert!((call.expect("checked") - put.expect("as the call") - whole).abs() < 1e-8 * market.spot);
    }

    #[test]
    fn extremes_are_worth_more_than_the_end(market in market(), kind in kind(), years in 0.1f64..2.0) {
        prop_assume!(market.carry().abs() > 1e-3);
        let plain = european::price(&market, kind, market.spot, years).expect("in the domain");
        let floating = lookback::floating(&market, kind, market.spot, years).expect("in the domain");
        let fixed = lookback::fixed(&market, kind, market.spot, market.spot, years).expect("in the domain");
        prop_assert!(floating > plain && fixed > plain);
        let part = lookback::partial_floating(&market, kind, 0.5 * years, years).expect("in the domain");
        prop_assert!(part <= floating + 1e-9 * market.spot && part >= plain - 1e-9 * market.spot);
        let late = lookback::partial_fixed(&market, kind, market.spot, 0.5 * years, years).expect("in the domain");
        prop_assert!(late <= fixed + 1e-9 * market.spot && late >= plain - 1e-9 * market.spot);
        // The limit of no carry is continuous.
        let still = |dividend: f64| lookback::floating(&Market { rate: 0.03, dividend, ..market }, kind, market.spot, years).expect("in the domain");
        prop_assert!((still(0.03) - still(0.03 + 2e-6)).abs() < 1e-3 * market.spot * (1.0 + years));
    }

    #[test]
    fn better_and_worse_are_both(first in market(), second in market(), kind in kind(), rho in -0.95f64..0.95, years in 0.1f64..2.0) {
        let pair = Pair { first, second: Market { rate: first.rate, ..second }, correlation: rho };
        let price = |choice| two_assets::best_or_worst(&pair, kind, choice, 100.0, years).expect("in the domain");
        let plain = |market: &Market| european::price(market, kind, 100.0, years).expect("in the domain");
        let sum = plain(&pair.first) + plain(&pair.second);
        prop_assert!((price(Choice::Least) + price(Choice::Most) - sum).abs() < 1e-8 * sum + 1e-8);
        // A spread struck at nothing is an exchange.
        let spread = two_assets::spread(&pair, Kind::Call, 0.0, years).expect("in the domain");
        let exchange = two_assets::exchange(&pair, (1.0, 1.0), years).expect("in the domain").price;
        prop_assert!((spread - exchange).abs() < 1e-6 * pair.first.spot, "{spread} {exchange}");
    }

    #[test]
    fn two_normals_are_one_where_they_must_be(h in -4.0f64..4.0, k in -4.0f64..4.0, rho in -0.999f64..0.999) {
        let n = |x: f64| bivariate_normal(x, f64::INFINITY, 0.0);
        prop_assert!((bivariate_normal(h, k, rho) + bivariate_normal(h, -k, -rho) - n(h)).abs() < 1e-11);
        prop_assert!((bivariate_normal(h, k, 0.0) - n(h) * n(k)).abs() < 1e-15);
        prop_assert!((bivariate_normal(h, k, 1.0) - n(h.min(k))).abs() < 1e-7);
    }
}

#[test]
fn a_watch_that_hardly_begins_is_no_watch_and_one_from_the_start_is_whole() {
    let market = Market { spot: 110.0, rate: 0.1, dividend: 0.02, volatility: 0.25 };
    let plain = european::price(&market, Kind::Call, 90.0, 1.0).expect("in the domain");
    let late = partial_barrier::out_from(&market, Kind::Call, 90.0, 100.0, 1.0 - 1e-9, 1.0).expect("in the domain");
    assert!((late - plain).abs() < 2e-2, "{late} {plain}");
    let whole = Barrier { side: Side::Down, knock: Knock::Out, level: 100.0 };
    let always = barrier::price(&market, Kind::Call, 90.0, 1.0, &whole, 0.0).expect("in the domain");
    let early = partial_barrier::out_from(&market, Kind::Call, 90.0, 100.0, 1e-9, 1.0).expect("in the domain");
    assert!((early - always).abs() < 1e-6, "{early} {always}");
}

/// Where the smile is flat nothing is added; a vanilla at the quoted straddle has its quote.
#[test]
fn a_flat_smile_adds_nothing() {
    let market = Market { spot: 1.30, rate: 0.02, dividend: 0.01, volatility: 0.1 };
    let flat = Smile { middle: 0.1, put: 0.1, call: 0.1 };
    let up = Barrier { side: Side::Up, knock: Knock::Out, level: 1.5 };
    for kind in [Kind::Call, Kind::Put] {
        let plain = barrier::price(&market, kind, 1.28, 0.7, &up, 0.0).expect("in the domain");
        let found = vanna_volga::single(&market, kind, 1.28, 0.7, &up, &flat, None).expect("in the domain");
        assert!((found - plain).abs() < 1e-12, "{found} {plain}");
        let corridor = Corridor { low: 1.1, high: 1.5 };
        let plain = double_barrier::price(&market, kind, 1.28, 0.7, &corridor, Knock::In).expect("in the domain");
        let found = vanna_volga::double(&market, kind, 1.28, 0.7, &corridor, Knock::In, &flat, None);
        assert!((found.expect("in the domain") - plain).abs() < 1e-12);
    }
    let smile = Smile { middle: 0.1, put: 0.12, call: 0.11 };
    let deviation = 0.1 * 0.7f64.sqrt();
    let straddle = market.forward(0.7) * (0.5 * deviation * deviation).exp();
    let quoted = european::price(&market, Kind::Call, straddle, 0.7).expect("in the domain");
    let found = vanna_volga::vanilla(&market, Kind::Call, straddle, 0.7, &smile).expect("in the domain");
    assert!((found - quoted).abs() < 1e-14);
    // The quoted put: its strike is where the forward delta is a quarter.
    let deviation = 0.12 * 0.7f64.sqrt();
    let strike = market.forward(0.7) * (-0.674_489_750_196_081_7 * deviation + 0.5 * deviation * deviation).exp();
    let quoted =
        european::price(&Market { volatility: 0.12, ..market }, Kind::Put, strike, 0.7).expect("in the domain");
    let found = vanna_volga::vanilla(&market, Kind::Put, strike, 0.7, &smile).expect("in the domain");
    assert!((found - quoted).abs() < 1e-12, "{found} {quoted}");
}

#[test]
fn averages_order_themselves() {
    let market = Market { spot: 100.0, rate: 0.06, dividend: 0.0, volatility: 0.3 };
    let geometric = asian::geometric(&market, Kind::Call, 100.0, 1.0).expect("in the domain");
    let arithmetic = asian::arithmetic(&market, Kind::Call, 100.0, 1.0).expect("in the domain");
    let plain = european::price(&market, Kind::Call, 100.0, 1.0).expect("in the domain");
    assert!(geometric < arithmetic && arithmetic < plain);
    // Many fixings become the whole life.
    let fixings: Vec<f64> = (1..=2_000).map(|n| f64::from(n) / 2_000.0).collect();
    let many = asian::geometric_of_fixings(&market, Kind::Call, 100.0, &fixings).expect("in the domain");
    assert!((many - geometric).abs() < 1e-2, "{many} {geometric}");
    assert!(asian::geometric_of_fixings(&market, Kind::Call, 100.0, &[0.5, 0.2]).is_err());
}

/// Bachelier's price is Black's where the deviation is small against the forward; and a digital is minus the slope of a
/// call by its strike.
#[test]
fn plain_rights_meet() {
    let normal = european::bachelier(Kind::Call, 100.0, 100.0, 0.5, 1.0, 0.0).expect("in the domain");
    let market = Market { spot: 100.0, rate: 0.0, dividend: 0.0, volatility: 0.005 };
    let black = european::price(&market, Kind::Call, 100.0, 1.0).expect("in the domain");
    assert!((normal - black).abs() < 1e-5 && (normal - 0.5 * 0.398_942_280_401_432_7).abs() < 1e-15);
    let market = Market { spot: 100.0, rate: 0.05, dividend: 0.01, volatility: 0.3 };
    let call = |strike: f64| european::price(&market, Kind::Call, strike, 1.0).expect("in the domain");
    let digital = european::cash_or_nothing(&market, Kind::Call, 105.0, 1.0).expect("in the domain");
    assert!((digital - (call(104.999) - call(105.001)) / 0.002).abs() < 1e-8);
}

#[test]
fn what_is_outside_is_an_error() {
    let good = Market { spot: 100.0, rate: 0.05, dividend: 0.0, volatility: 0.2 };
    let bad = [
        Market { spot: f64::NAN, ..good },
        Market { spot: -1.0, ..good },
        Market { volatility: 0.0, ..good },
        Market { rate: f64::INFINITY, ..good },
    ];
    let corridor = Corridor { low: 80.0, high: 120.0 };
    let barrier = Barrier { side: Side::Down, knock: Knock::Out, level: 90.0 };
    for market in bad {
        assert!(european::price(&market, Kind::Call, 100.0, 1.0).is_err());
        assert!(barrier::price(&market, Kind::Call, 100.0, 1.0, &barrier, 1.0).is_err());
        assert!(double_barrier::price(&market, Kind::Call, 100.0, 1.0, &corridor, Knock::Out).is_err());
        assert!(lookback::floating(&market, Kind::Call, 100.0, 1.0).is_err());
        assert!(asian::arithmetic(&market, Kind::Call, 100.0, 1.0).is_err());
    }
    assert!(european::price(&good, Kind::Call, 0.0, 1.0).is_err());
    assert!(european::price(&good, Kind::Call, 100.0, 0.0).is_err());
    assert!(
        double_barrier::price(&good, Kind::Call, 100.0, 1.0, &Corridor { low: 120.0, high: 80.0 }, Knock::In).is_err()
    );
    // A rate so far below zero that the price of a touch has no root.
    let steep = Market { rate: -0.5, dividend: -0.5, volatility: 0.1, ..good };
    assert!(barrier::one_touch(&steep, 1.0, Side::Down, 90.0).is_err());
}
