//! A surface free of arbitrage through quotes: made-up ones that it must find again, and the options on bitcoin of one
//! evening, with their errors shown.

use std::path::PathBuf;

use gage_pricing::{Black, Kind, check_calendar, implied_deviation};
use gage_quant::ssvi::{SmileQuote, Surface};

fn truth() -> Surface {
    let terms = vec![(0.1, 0.006), (0.25, 0.016), (0.5, 0.034), (1.0, 0.075), (2.0, 0.16)];
    Surface { rho: -0.35, eta: 0.9, gamma: 0.4, terms }
}

#[test]
fn a_surface_is_found_again() {
    let truth = truth();
    let quotes: Vec<SmileQuote> = truth
        .terms
        .iter()
        .flat_map(|(years, theta)| {
            (-4..=4).map(|n| {
                let k = f64::from(n) * 0.6 * theta.sqrt();
                SmileQuote { years: *years, k, variance: truth.variance(k, *theta), weight: 1.0 }
            })
        })
        .collect();
    let found = Surface::calibrate(&quotes).expect("quotes");
    for quote in &quotes {
        let volatility = found.volatility(quote.k, quote.years).expect("inside");
        assert!((volatility - (quote.variance / quote.years).sqrt()).abs() < 1e-4, "{quote:?} {volatility}");
    }
    assert!(found.is_free_of_arbitrage());
}

/// The conditions of the theorem and the checks of the kernel agree.
#[test]
fn slices_of_a_surface_pass_the_checks_of_the_kernel() {
    let surface = truth();
    assert!(surface.is_free_of_arbitrage());
    let slices: Vec<_> = surface.terms.iter().map(|(_, theta)| surface.slice(*theta)).collect();
    for (slice, (_, theta)) in slices.iter().zip(&surface.terms) {
        assert_eq!(slice.check(), Ok(()));
        for k in [-1.0, -0.2, 0.0, 0.3, 1.5] {
            assert!((slice.variance(k) - surface.variance(k, *theta)).abs() < 1e-15);
        }
    }
    assert!(slices.windows(2).all(|pair| check_calendar(&pair[0], &pair[1]).is_ok()));
    let steep = Surface { eta: 8.0, gamma: 0.0, rho: -0.9, ..surface };
    assert!(!steep.is_free_of_arbitrage() && steep.slice(0.5).check().is_err());
}

#[test]
fn quotes_that_are_none_are_refused() {
    assert!(Surface::calibrate(&[]).is_err());
    let bad = SmileQuote { years: 1.0, k: 0.0, variance: -0.1, weight: 1.0 };
    assert!(Surface::calibrate(&[bad]).is_err());
}

struct Listed {
    kind: Kind,
    years: f64,
    strike: f64,
    forward: f64,
    price: f64,
    volatility: f64,
    delta: f64,
}

/// The chain of 21 May 2020, where the reference data are.
fn chain() -> Option<Vec<Listed>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var("GAGE_REFERENCE_DATA").unwrap_or_else(|_| beside.to_owned());
    let file = PathBuf::from(folder).join("deribit_options/options_data.csv");
    let Ok(mut reader) = csv::Reader::from_path(&file) else {
        println!("SKIPPED: no {}; set GAGE_REFERENCE_DATA to the folder of the reference data", file.display());
        return None;
    };
    let headers = reader.headers().expect("headers").clone();
    let column = |name: &str| headers.iter().position(|header| header == name).expect("a column");
    let names = ["expiration_timestamp", "timestamp", "strike", "underlying_price", "mark_price", "mark_iv"];
    let at = names.map(column);
    let (kind, greeks) = (column("option_type"), column("greeks"));
    let listed = reader.records().map(|record| {
        let record = record.expect("a row");
        let [expiry, now, strike, forward, price, volatility] =
            at.map(|at| record[at].parse::<f64>().expect("a number"));
        let delta = record[greeks].split("'delta':").nth(1).expect("a delta").trim_end_matches('}').trim();
        Listed {
            kind: if &record[kind] == "call" { Kind::Call } else { Kind::Put },
            years: (expiry - now) / (365.0 * 86_400_000.0),
            strike,
            forward,
            price,
            volatility: volatility / 100.0,
            delta: delta.parse().expect("a number"),
        }
    });
    Some(listed.collect())
}

/// Marks are in bitcoin: Black's price over the forward. The volatility has two decimals of a percent, so that the price
/// is known to half of that times vega; deltas have five decimals.
#[test]
fn the_listed_chain_is_repriced() {
    let Some(chain) = chain() else { return };
    let (mut prices, mut deltas) = (Vec::new(), Vec::new());
    for listed in &chain {
        let Listed { kind, years, strike, forward, volatility, .. } = *listed;
        let greeks = Black { kind, forward, strike, years, volatility, rate: 0.0 }.greeks().expect("in the domain");
        prices.push((greeks.price / forward - listed.price).abs());
        deltas.push((greeks.delta - listed.delta).abs());
    }
    prices.sort_by(f64::total_cmp);
    deltas.sort_by(f64::total_cmp);
    let (middle, last) = (prices.len() / 2, prices.len() - 1);
    println!(
        "{} options: price off by {:.1e} (middle), {:.1e} (largest) bitcoin; delta by {:.1e}, {:.1e}",
        chain.len(),
        prices[middle],
        prices[last],
        deltas[middle],
        deltas[last]
    );
    assert!(chain.len() >= 100);
    assert!(prices[middle] < 1e-5 && prices[last] < 3e-4 && deltas[last] < 2e-4);
}

#[test]
fn a_surface_goes_through_the_listed_chain() {
    let Some(chain) = chain() else { return };
    // Out of the money, where a volatility is in the price; a term is the expiry to the hour.
    let mut quotes = Vec::new();
    for listed in &chain {
        let k = (listed.strike / listed.forward).ln();
        let out = matches!(listed.kind, Kind::Call) == (k >= 0.0);
        if !out || listed.price < 2e-4 {
            continue;
        }
        let found = implied_deviation(listed.kind, listed.forward, listed.strike, listed.price * listed.forward);
        let deviation = found.expect("a volatility");
        let years = (listed.years * 8_760.0).round() / 8_760.0;
        let volatility = deviation / listed.years.sqrt();
        // The mark's volatility comes back from its price as far as the price has digits.
        assert!((volatility - listed.volatility).abs() < 0.03, "{} {volatility} {}", listed.strike, listed.volatility);
        let weight = (-0.5 * (k / deviation) * (k / deviation)).exp();
        quotes.push(SmileQuote { years, k, variance: volatility * volatility * years, weight });
    }
    let surface = Surface::calibrate(&quotes).expect("quotes");
    let misses = quotes.iter().map(|quote| {
        let found = surface.volatility(quote.k, quote.years).expect("inside");
        (quote.weight, found - (quote.variance / quote.years).sqrt())
    });
    let (mut weights, mut squares, mut worst) = (0.0, 0.0, 0.0f64);
    for (weight, miss) in misses {
        weights += weight;
        squares += weight * miss * miss;
        worst = worst.max(miss.abs());
    }
    let mean = (squares / weights).sqrt();
    println!(
        "{} quotes, {} terms: rho {:.3}, eta {:.3}, gamma {:.3}; off by {:.2} points of volatility (weighted mean), {:.2} (largest)",
        quotes.len(),
        surface.terms.len(),
        surface.rho,
        surface.eta,
        surface.gamma,
        100.0 * mean,
        100.0 * worst
    );
    assert!(surface.is_free_of_arbitrage());
    assert!(mean < 0.035, "{mean}");
}
