//! Early exercise: three ways that must meet, and numbers of others.

use gage_pricing::Kind;
use gage_quant::american::{
    Boundary, Effort, Exercise, GridOption, GridSize, barone_adesi_whaley, bjerksund_stensland, grid_price, ju, price,
};
use gage_quant::{Market, european};

fn market(spot: f64, rate: f64, dividend: f64) -> Market {
    Market { spot, rate, dividend, volatility: 0.25 }
}

/// Puts struck at 100 (the third at 120) over one year (the third ten): QuantLib 1.44, QdFpAmericanEngine of high
/// precision.
#[test]
fn the_boundary_meets_quantlib() {
    let published = [
        (market(100.0, 0.05, 0.02), 100.0, 1.0, 8.565_228_845_432_978, 1e-8),
        (market(100.0, 0.05, 0.05), 100.0, 1.0, 9.569_445_298_914_017, 1e-8),
        (market(100.0, 0.10, 0.03), 120.0, 10.0, 23.000_293_541_286_037, 2e-5),
        (market(100.0, 0.025, 0.0), 100.0, 1.0, 8.865_365_196_673_144, 1e-8),
    ];
    for (market, strike, years, truth, bound) in published {
        let found = price(&market, Kind::Put, strike, years, &Effort::exact()).expect("in the domain");
        assert!((found - truth).abs() < bound, "{market:?}: {found} {truth}");
        let fast = price(&market, Kind::Put, strike, years, &Effort::fast()).expect("in the domain");
        assert!((fast - truth).abs() < 3e-5 * strike, "{market:?}: {fast} {truth}");
    }
}

/// The grid's error falls with the square of its steps.
#[test]
fn the_grid_converges_to_the_boundary() {
    let market = market(100.0, 0.05, 0.02);
    let truth = price(&market, Kind::Put, 100.0, 1.0, &Effort::exact()).expect("in the domain");
    let right = GridOption { kind: Kind::Put, strike: 100.0, exercise: Exercise::American, barrier: None };
    let error = |steps: usize| {
        let found = grid_price(&market, &right, 1.0, GridSize { prices: steps, times: steps }).expect("a grid");
        (found - truth).abs()
    };
    let errors = [100, 200, 400, 800].map(error);
    println!("errors of grids of 100 to 800 steps: {errors:?}");
    assert!(errors[0] < 1e-2 && errors[3] < 1e-4, "{errors:?}");
    assert!(
        errors[3] < errors[0] / 20.0,
        "eight times the steps must give well over eight times the digits: {errors:?}"
    );
    let european = GridOption { exercise: Exercise::European, ..right };
    let found = grid_price(&market, &european, 1.0, GridSize { prices: 800, times: 800 }).expect("a grid");
    let plain = european::price(&market, Kind::Put, 100.0, 1.0).expect("in the domain");
    assert!((found - plain).abs() < 1e-4, "{found} {plain}");
}

#[test]
fn approximations_are_near() {
    for spot in [80.0, 90.0, 100.0, 110.0, 120.0] {
        for (rate, dividend, kind) in [(0.08, 0.0, Kind::Put), (0.08, 0.04, Kind::Put), (0.05, 0.09, Kind::Call)] {
            let market = market(spot, rate, dividend);
            let truth = price(&market, kind, 100.0, 0.5, &Effort::exact()).expect("in the domain");
            let near = [
                (barone_adesi_whaley(&market, kind, 100.0, 0.5), 0.08),
                (ju(&market, kind, 100.0, 0.5), 0.03),
                (bjerksund_stensland(&market, kind, 100.0, 0.5), 0.1),
            ];
            for (found, bound) in near {
                let found = found.expect("in the domain");
                assert!((found - truth).abs() < bound, "{market:?} {kind:?}: {found} {truth}");
            }
        }
    }
}

#[test]
fn a_right_at_any_time_is_worth_more_and_never_less_than_its_use() {
    for spot in [60.0, 75.0, 90.0, 100.0, 130.0] {
        let market = market(spot, 0.06, 0.03);
        let american = price(&market, Kind::Put, 100.0, 1.0, &Effort::exact()).expect("in the domain");
        let european = european::price(&market, Kind::Put, 100.0, 1.0).expect("in the domain");
        assert!(american >= european && american >= 100.0 - spot);
    }
    let boundary = Boundary::of_put(&market(100.0, 0.06, 0.03), 100.0, 2.0, &Effort::fast()).expect("in the domain");
    let times = [0.0, 0.01, 0.1, 0.5, 1.0, 2.0];
    assert!(times.windows(2).all(|pair| boundary.at(pair[0]) > boundary.at(pair[1])), "later is lower");
    assert!(Boundary::of_put(&market(100.0, -0.01, 0.0), 100.0, 1.0, &Effort::fast()).is_err());
}
