//! Published values, one or two of each kind, always checked. Unless said otherwise from Haug, The Complete Guide to Option
//! Pricing Formulas, to the printed digits.

use gage_pricing::Kind::{Call, Put};
use gage_quant::american::{barone_adesi_whaley, bjerksund_stensland};
use gage_quant::barrier::{self, Barrier, Knock, Side};
use gage_quant::compound::Compound;
use gage_quant::double_barrier::{self, Corridor};
use gage_quant::two_assets::{self, Choice, Pair};
use gage_quant::{Market, QuantError, asian, european, lookback, partial_barrier};

fn market(spot: f64, rate: f64, dividend: f64, volatility: f64) -> Market {
    Market { spot, rate, dividend, volatility }
}

fn check(what: &str, found: Result<f64, QuantError>, published: f64) {
    let found = found.expect("in the domain");
    assert!((found - published).abs() < 6e-5, "{what}: {found} {published}");
}

#[test]
fn rights_at_one_date() {
    check("call", european::price(&market(60.0, 0.08, 0.0, 0.30), Call, 65.0, 0.25), 2.1334);
    check("put on an index", european::price(&market(100.0, 0.10, 0.05, 0.20), Put, 95.0, 0.5), 2.4648);
    check("on a future", european::price(&market(19.0, 0.10, 0.10, 0.28), Call, 19.0, 0.75), 1.7011);
    check("forward start", european::forward_start(&market(60.0, 0.08, 0.04, 0.30), Call, 1.1, 0.25, 1.0), 4.4064);
    let quanto = european::quanto(&market(100.0, 0.08, 0.04, 0.2), Call, 105.0, 0.5, 0.05, 0.10, 0.3);
    check("quanto", quanto.map(|price| 1.5 * price), 5.3280);
    let slopes = european::sensitivities(&market(105.0, 0.10, 0.10, 0.36), Call, 100.0, 0.5).expect("in the domain");
    check("delta", Ok(slopes.delta), 0.5946);
    let slopes = european::sensitivities(&market(500.0, 0.08, 0.05, 0.15), Put, 490.0, 0.25).expect("in the domain");
    check("rho by the dividend", Ok(slopes.dividend_rho), 42.2254);
}

#[test]
fn rights_at_any_time() {
    check("Bjerksund and Stensland", bjerksund_stensland(&market(42.0, 0.04, 0.08, 0.35), Call, 40.0, 0.75), 5.2704);
    check("Barone-Adesi and Whaley", barone_adesi_whaley(&market(90.0, 0.10, 0.10, 0.15), Call, 100.0, 0.1), 0.0206);
}

#[test]
fn barriers() {
    let at = |side, knock, level| Barrier { side, knock, level };
    let market_here = market(100.0, 0.08, 0.04, 0.25);
    let price = |kind, strike, barrier: Barrier| barrier::price(&market_here, kind, strike, 0.5, &barrier, 3.0);
    check("down and out", price(Call, 90.0, at(Side::Down, Knock::Out, 95.0)), 9.0246);
    check("up and out", price(Call, 90.0, at(Side::Up, Knock::Out, 105.0)), 2.6789);
    check("down and in", price(Put, 100.0, at(Side::Down, Knock::In, 95.0)), 6.5677);
    check("up and in", price(Put, 90.0, at(Side::Up, Knock::In, 105.0)), 1.4653);
    let touch = barrier::one_touch(&market(105.0, 0.10, 0.0, 0.20), 0.5, Side::Down, 100.0);
    check("cash at a touch", touch.map(|unit| 15.0 * unit), 9.7264);
    let binary =
        barrier::binary_legs(&market(105.0, 0.10, 0.0, 0.20), Call, 102.0, 0.5, &at(Side::Down, Knock::In, 100.0));
    check("cash if touched", binary.map(|legs| 15.0 * legs.cash), 4.9289);
    let corridor = Corridor { low: 50.0, high: 150.0 };
    let double = double_barrier::price(&market(100.0, 0.1, 0.0, 0.15), Call, 100.0, 0.25, &corridor, Knock::Out);
    check("two barriers", double, 4.3515);
    let corridor = Corridor { low: 80.0, high: 120.0 };
    let stayed = double_barrier::binary(&market(100.0, 0.05, 0.02, 0.20), 0.25, &corridor, Knock::Out);
    check("cash if neither", stayed.map(|unit| 10.0 * unit), 8.9307);
    let late = partial_barrier::out_from(&market(105.0, 0.1, 0.0, 0.25), Call, 90.0, 100.0, 0.25, 1.0);
    check("watched late", late, 15.6324);
}

#[test]
fn paths_matter() {
    check("lowest price", lookback::floating(&market(120.0, 0.10, 0.06, 0.30), Call, 100.0, 0.5), 25.3533 + 0.000_05);
    check("highest price", lookback::fixed(&market(100.0, 0.10, 0.0, 0.10), Call, 95.0, 100.0, 0.5), 13.2687);
    check("watched early", lookback::partial_floating(&market(90.0, 0.06, 0.0, 0.1), Call, 0.5, 1.0), 9.2128);
    check("watched late", lookback::partial_fixed(&market(100.0, 0.06, 0.0, 0.1), Call, 90.0, 0.25, 1.0), 20.2845);
    // Vecer, A new PDE approach for pricing arithmetic average Asian options (2001), table 1.
    check("average", asian::arithmetic(&market(1.9, 0.05, 0.0, 0.5), Call, 2.0, 1.0), 0.193_174);
}

#[test]
fn two_prices_and_rights_to_rights() {
    let pair =
        Pair { first: market(100.0, 0.05, 0.0, 0.11), second: market(105.0, 0.05, 0.0, 0.16), correlation: 0.63 };
    check("worse of two", two_assets::best_or_worst(&pair, Call, Choice::Least, 98.0, 0.5), 4.8177);
    check("better of two", two_assets::best_or_worst(&pair, Put, Choice::Most, 98.0, 0.5), 0.5731);
    let futures = Pair { first: market(122.0, 0.1, 0.1, 0.2), second: market(120.0, 0.1, 0.1, 0.2), correlation: -0.5 };
    check("spread", two_assets::spread_kirk(&futures, Call, 3.0, 0.1), 4.7530);
    let compound = Compound {
        outer: Put,
        outer_strike: 50.0,
        outer_years: 0.25,
        inner: Call,
        inner_strike: 520.0,
        inner_years: 0.5,
    };
    check("put on a call", compound.price(&market(500.0, 0.08, 0.03, 0.35)), 21.1964);
}
