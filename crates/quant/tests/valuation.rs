//! What terms are worth: the flows that the ledger would execute, discounted.

use gage_calendar::Moment;
use gage_pricing::Passage;
use gage_quant::Curve;
use gage_quant::credit::HazardCurve;
use gage_quant::valuation::{flows_to, riskless, with_liquidation, with_survival};
use gage_terms::{Observations, parse, project};

const BOND: &str = "contract \"Coupon bond\" from 2026-01-15 issuer owes investor and { \
    every P6M from 2026-07-15 to 2028-01-15: scale 1000 * 4% * years(\"30/360\", now - P6M, now): one USD \
    when at 2028-01-15: 1000 USD }";

fn flows() -> Vec<(f64, f64)> {
    let contract = parse(BOND).expect("terms");
    let from = Moment::midnight("2026-01-15".parse().expect("a date"));
    let until = Moment::midnight("2028-02-01".parse().expect("a date"));
    let projection = project(&contract, &Observations::default(), until).expect("flows");
    let name = |text: &str| text.parse().expect("a name");
    let flows = flows_to(&projection, &name("investor"), &name("USD"), from);
    let owed = flows_to(&projection, &name("issuer"), &name("USD"), from);
    assert!(flows.iter().zip(&owed).all(|(got, owes)| got.0 == owes.0 && got.1 == -owes.1));
    flows
}

/// 20, 20, 20, 20 and 1000, after 181, 365, 546 and 730 days at 3 %.
#[test]
fn a_bond_of_the_ledger_by_hand() {
    let flows = flows();
    let sum: f64 = flows.iter().map(|flow| flow.1).sum();
    assert_eq!(sum, 1_080.0);
    let at = |days: f64, amount: f64| amount * (-0.03 * days / 365.0).exp();
    let by_hand = at(181.0, 20.0) + at(365.0, 20.0) + at(546.0, 20.0) + at(730.0, 1_020.0);
    let found = riskless(&flows, &Curve::flat(0.03)).expect("finite");
    assert!((found - by_hand).abs() < 1e-10, "{found} {by_hand}");
}

#[test]
fn survival_takes_and_recovery_gives_back() {
    let (flows, curve) = (flows(), Curve::flat(0.03));
    let sure = riskless(&flows, &curve).expect("finite");
    let hazard = HazardCurve::flat(0.05);
    let none = with_survival(&flows, &curve, &hazard, 0.0).expect("finite");
    // Without recovery a hazard is a rate.
    let as_rate = riskless(&flows, &Curve::flat(0.08)).expect("finite");
    assert!((none - as_rate).abs() < 1e-9, "{none} {as_rate}");
    let half = with_survival(&flows, &curve, &hazard, 0.5).expect("finite");
    let all = with_survival(&flows, &curve, &hazard, 1.0).expect("finite");
    assert!(none < half && half < all && (all - sure).abs() < 0.02, "{none} {half} {all} {sure}");
    assert!(with_survival(&flows, &curve, &hazard, 1.5).is_err());
}

#[test]
fn a_thin_margin_is_worth_less_than_a_wide_one() {
    let (flows, curve) = (flows(), Curve::flat(0.03));
    let worth = |distance: f64| {
        let passage = Passage { distance, drift: 0.0, volatility: 0.6, years: 1.0 };
        with_liquidation(&flows, &curve, &passage, 0.4).expect("finite")
    };
    let sure = riskless(&flows, &curve).expect("finite");
    assert!(worth(0.2) < worth(0.8) && worth(0.8) < worth(3.0) && worth(3.0) < sure);
    // Nothing to come is worth nothing, and what is paid now is not at risk.
    let passage = Passage { distance: 0.5, drift: 0.1, volatility: 0.6, years: 1.0 };
    assert_eq!(with_liquidation(&[], &curve, &passage, 0.4), Ok(0.0));
    assert_eq!(with_liquidation(&[(0.0, 7.0)], &curve, &passage, 0.4), Ok(7.0));
    // One flow and no recovery: what it is worth times the probability that nothing happened.
    let one = with_liquidation(&[(1.0, 100.0)], &Curve::flat(0.0), &passage, 0.0).expect("finite");
    let truth = 100.0 * (1.0 - passage.probability().expect("in the domain"));
    assert!((one - truth).abs() < 1e-9, "{one} {truth}");
}
