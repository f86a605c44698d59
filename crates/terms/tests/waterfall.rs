//! Waterfalls: the published sequential deal, each kind of tranche by hand, and properties of random deals.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions)]

use std::path::PathBuf;

use gage_calendar::{Date, DayCount, Period};
use gage_terms::pool::{Assumptions, Loan, Order, Speed, project_pool, whole_units};
use gage_terms::waterfall::{
    Action, Collections, Coupon, Deal, Fee, FeeBasis, FlowKind, Limit, Pay, PaymentReport, Position, Sequence, Test,
    Tranche, When, run,
};
use gage_terms::{Name, Number};
use gage_units::Amount;
use proptest::prelude::*;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn names(all: &[&str]) -> Vec<Name> {
    all.iter().map(|text| name(text)).collect()
}

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn tranche(tranche: &str, balance: u128, coupon: Coupon) -> Tranche {
    Tranche {
        name: name(tranche),
        balance: Amount(balance),
        coupon,
        day_count: DayCount::ThirtyE360,
        notional_of: Vec::new(),
        interest_on_interest: false,
        plan: Vec::new(),
    }
}

fn fixed(rate: &str) -> Coupon {
    Coupon::Fixed(number(rate))
}

fn action(pay: Pay, from: &str, to: &[&str]) -> Action {
    let (sequence, limit, when) = (Sequence::InOrder, Limit::Available, When::Always);
    Action { pay, from: name(from), to: names(to), sequence, limit, when }
}

fn deal(tranches: Vec<Tranche>, actions: Vec<Action>) -> Deal {
    let accounts = names(&["interest", "principal", "reserve"]);
    let deal = Deal { name: name("deal"), accounts, fees: Vec::new(), tranches, tests: Vec::new(), actions };
    assert_eq!(deal.validate(), Ok(()));
    deal
}

fn collect(on: &str, interest: u128, principal: u128) -> Collections {
    let (date, losses, pool) = (date(on), Amount::ZERO, Amount::ZERO);
    Collections { date, interest: Amount(interest), principal: Amount(principal), losses, pool, rates: [].into() }
}

fn start(deal: &Deal) -> Position {
    Position::start(deal, date("2026-01-15"), Amount(1_000_000))
}

/// Payments of a date as `A interest 100`.
fn paid(report: &PaymentReport) -> Vec<String> {
    let kind = |kind: FlowKind| format!("{kind:?}").to_lowercase();
    report.flows.iter().map(|flow| format!("{} {} {}", flow.to, kind(flow.kind), flow.amount)).collect()
}

/// The worked example of the textbooks: 400 million of pass-through at 165 PSA, four tranches in order, in millionths of
/// a dollar.
fn cmo() -> (Deal, Vec<[u64; 2]>) {
    let million = 1_000_000_000_000u128;
    let sizes = [("A", 194_500_000), ("B", 36_000_000), ("C", 96_500_000), ("D", 73_000_000)];
    let tranches = sizes.map(|(name, size)| tranche(name, size * (million / 1_000_000), fixed("0.075"))).to_vec();
    let all = ["A", "B", "C", "D"];
    let actions = vec![
        Action { sequence: Sequence::ProRata, ..action(Pay::Interest, "interest", &all) },
        action(Pay::Principal, "principal", &all),
    ];
    let loan = Loan {
        balance: 400_000_000_000_000,
        rate: number("0.08125"),
        net_rate: number("0.075"),
        months_left: 357,
        age: 3,
    };
    let assumptions = Assumptions {
        prepayment: Speed::Psa(number("1.65")),
        default: Speed::None,
        severity: Number::ZERO,
        recovery_months: 0,
        order: Order::ScheduleFirst,
    };
    let months = project_pool(&[loan], &assumptions).unwrap();
    let interest = whole_units(months.iter().map(|month| month.net_interest));
    let principal = whole_units(months.iter().map(|month| month.scheduled + month.prepaid));
    (deal(tranches, actions), interest.into_iter().zip(principal).map(|(i, p)| [i, p]).collect())
}

/// Every month of the deal: (principal, interest, owed after) of each tranche.
fn cmo_months() -> Vec<[[u64; 3]; 4]> {
    let (deal, months) = cmo();
    let mut position = Position::start(&deal, date("2000-01-01"), Amount::ZERO);
    let month = Period::months(1);
    let mut rows = Vec::new();
    for (count, [interest, principal]) in (1..).zip(months) {
        let on = month.after(date("2000-01-01"), count).unwrap().to_string();
        let report = run(&deal, &position, &collect(&on, interest.into(), principal.into())).unwrap();
        let mut row = [[0u64; 3]; 4];
        for flow in &report.flows {
            let place = deal.tranche(&flow.to).unwrap();
            row[place][if flow.kind == FlowKind::Principal { 0 } else { 1 }] += flow.amount.0 as u64;
        }
        for (cells, owed) in row.iter_mut().zip(&report.position.tranches) {
            cells[2] = owed.balance.0 as u64;
        }
        rows.push(row);
        position = report.position;
    }
    assert!(position.tranches.iter().all(|owed| owed.balance.is_zero()), "every tranche is repaid");
    rows
}

/// Published numbers of the sequential deal; small enough to stand here.
#[test]
fn the_sequential_deal_of_the_textbooks() {
    let rows = cmo_months();
    let dollars = |units: u64| (units + 500_000) / 1_000_000;
    let [a, ..] = rows[0];
    // The published balance is cut, not rounded.
    assert_eq!((dollars(a[0]), dollars(a[1]), a[2] / 1_000_000), (709_923, 1_215_625, 193_790_076));
    // The month in which A ends and B begins.
    let [a, b, ..] = rows[80];
    assert_eq!((dollars(rows[79][0][2]), dollars(a[0]), dollars(b[0]), a[2]), (311_926, 311_926, 1_720_271, 0));
    for (place, last) in [81, 100, 178, 357].into_iter().enumerate() {
        let paid: Vec<usize> = (1..).zip(&rows).filter(|(_, row)| row[place][0] > 0).map(|(month, _)| month).collect();
        assert_eq!(paid.last(), Some(&last), "the last month of tranche {place}");
    }
    for (place, years) in [(0, 3.48), (1, 7.49), (2, 11.19)] {
        let weighted: u128 = (1u128..).zip(&rows).map(|(month, row)| month * u128::from(row[place][0])).sum();
        let size: u128 = rows.iter().map(|row| u128::from(row[place][0])).sum();
        let found = (weighted * 100 / size) as f64 / 1_200.0;
        assert!((found - years).abs() < 0.025, "average life of tranche {place}: {found}");
    }
}

#[test]
fn the_computed_table_of_the_deal_is_reproduced_to_the_unit() {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let folder = std::env::var_os("GAGE_REFERENCE_DATA").map_or(beside, PathBuf::from);
    let file = folder.join("structured_finance/cmo1_165psa_computed.csv");
    let Ok(table) = std::fs::read_to_string(&file) else {
        eprintln!("SKIPPED: no reference at {}; set GAGE_REFERENCE_DATA", file.display());
        return;
    };
    let millionths = |text: &str| text.replace('.', "").parse::<u64>().unwrap();
    let mut worst = 0;
    for (row, months) in table.lines().skip(1).zip(cmo_months()) {
        let cells: Vec<&str> = row.split(',').collect();
        for (place, found) in months.into_iter().enumerate() {
            let expected = [2, 3, 4].map(|column| millionths(cells[1 + 4 * place + column - 1]));
            for (found, expected) in found.into_iter().zip(expected) {
                worst = worst.max(found.abs_diff(expected));
            }
        }
    }
    // The table was calculated in doubles, and rounded where a deal rounds down.
    println!("largest difference: {worst} millionths of a dollar");
    assert!(worst <= 3, "{worst}");
}

/// An accrual tranche hands its interest on as principal, and owes so much more.
#[test]
fn an_accrual_tranche_grows_while_others_are_paid() {
    let deal = deal(
        vec![tranche("A", 10_000, fixed("0.12")), tranche("Z", 5_000, fixed("0.12"))],
        vec![
            action(Pay::Interest, "interest", &["A"]),
            action(Pay::Accrue, "interest", &["Z", "principal"]),
            action(Pay::Principal, "principal", &["A", "Z"]),
        ],
    );
    let report = run(&deal, &start(&deal), &collect("2026-02-15", 150, 1_000)).unwrap();
    assert_eq!(paid(&report), ["A interest 100", "principal transfer 50", "A principal 1050"]);
    assert_eq!(
        (report.position.tranches[0].balance, report.position.tranches[1].balance),
        (Amount(8_950), Amount(5_050))
    );
    // Too little cash: the debt grows all the same.
    let short = run(&deal, &start(&deal), &collect("2026-02-15", 120, 0)).unwrap();
    assert_eq!(paid(&short), ["A interest 100", "principal transfer 20", "A principal 20"]);
    assert_eq!(short.position.tranches[1].balance, Amount(5_050));
}

/// A planned tranche is paid down to its plan, the support takes what comes above, and gives way below.
#[test]
fn a_support_tranche_keeps_the_plan() {
    let plan = [9_000u128, 8_000, 7_000].map(Amount).to_vec();
    let pac = Tranche { plan, ..tranche("PAC", 10_000, Coupon::None) };
    let deal = deal(
        vec![pac, tranche("S", 4_000, Coupon::None)],
        vec![action(Pay::PlannedPrincipal, "principal", &["PAC"]), action(Pay::Principal, "principal", &["S", "PAC"])],
    );
    let fast = run(&deal, &start(&deal), &collect("2026-02-15", 0, 2_500)).unwrap();
    assert_eq!(paid(&fast), ["PAC principal 1000", "S principal 1500"]);
    let slow = run(&deal, &fast.position, &collect("2026-03-15", 0, 400)).unwrap();
    assert_eq!(paid(&slow), ["PAC principal 400"]);
    let caught_up = run(&deal, &slow.position, &collect("2026-04-15", 0, 1_700)).unwrap();
    assert_eq!(paid(&caught_up), ["PAC principal 1600", "S principal 100"], "what was missed is made up first");
    let busted = run(&deal, &caught_up.position, &collect("2026-05-15", 0, 9_400)).unwrap();
    assert_eq!(paid(&busted), ["PAC principal 7000", "S principal 2400"]);
}

#[test]
fn interest_only_and_principal_only_split_one_claim() {
    let io = Tranche { notional_of: names(&["PO"]), ..tranche("IO", 0, fixed("0.06")) };
    let deal = deal(
        vec![tranche("PO", 10_000, Coupon::None), io],
        vec![action(Pay::Interest, "interest", &["IO"]), action(Pay::Principal, "principal", &["PO"])],
    );
    let first = run(&deal, &start(&deal), &collect("2026-02-15", 50, 4_000)).unwrap();
    assert_eq!(paid(&first), ["IO interest 50", "PO principal 4000"]);
    let second = run(&deal, &first.position, &collect("2026-03-15", 50, 0)).unwrap();
    assert_eq!(paid(&second), ["IO interest 30"], "half a percent of what is left");
}

#[test]
fn floating_and_step_coupons_keep_their_bounds() {
    let floating = Coupon::Floating {
        index: name("SOFR"),
        margin: number("0.02"),
        cap: Some(number("0.07")),
        floor: Some(number("0.03")),
    };
    let step = Coupon::Step(vec![(1, number("0.06")), (3, number("0.12"))]);
    let deal = deal(
        vec![tranche("F", 12_000, floating), tranche("S", 12_000, step)],
        vec![action(Pay::Interest, "interest", &["F", "S"])],
    );
    let mut position = start(&deal);
    for (month, sofr, f, s) in [(2, "0.04", 60, 60), (3, "0.09", 70, 60), (4, "0", 30, 120)] {
        let mut collections = collect(&format!("2026-{month:02}-15"), 1_000, 0);
        collections.rates.insert(name("SOFR"), number(sofr));
        let report = run(&deal, &position, &collections).unwrap();
        assert_eq!(paid(&report), [format!("F interest {f}"), format!("S interest {s}")]);
        position = report.position;
    }
    assert!(run(&deal, &position, &collect("2026-05-15", 0, 0)).is_err(), "a rate that is not published");
}

/// Losses are booked from below; interest makes them good while there is any; a failed test turns interest to principal.
#[test]
fn losses_are_booked_and_cured_and_tests_divert() {
    let mut deal = deal(
        vec![tranche("A", 8_000, fixed("0.06")), tranche("B", 1_500, fixed("0.12")), tranche("E", 500, Coupon::None)],
        vec![
            action(Pay::Fee, "interest", &["servicer"]),
            action(Pay::Interest, "interest", &["A"]),
            action(Pay::CureDeficiency, "interest", &["A", "B", "principal"]),
            Action { when: When::Passes(name("cover")), ..action(Pay::Interest, "interest", &["B"]) },
            Action { when: When::Fails(name("cover")), ..action(Pay::Transfer, "interest", &["principal"]) },
            Action { limit: Limit::FillTo(Amount(30)), ..action(Pay::Transfer, "interest", &["reserve"]) },
            action(Pay::Residual, "interest", &["E"]),
            action(Pay::Principal, "principal", &["A", "B"]),
        ]
        .into_iter()
        .filter(|action| !matches!(action.pay, Pay::Fee) && action.when == When::Always)
        .collect(),
    );
    deal.fees = vec![Fee { name: name("servicer"), basis: FeeBasis::OfPool(number("0.012"), DayCount::ThirtyE360) }];
    deal.tests = vec![Test::Overcollateralisation { name: name("cover"), down_to: name("A"), minimum: number("1.1") }];
    deal.actions.insert(0, action(Pay::Fee, "interest", &["servicer"]));
    deal.actions.insert(3, Action { when: When::Passes(name("cover")), ..action(Pay::Interest, "interest", &["B"]) });
    deal.actions
        .insert(4, Action { when: When::Fails(name("cover")), ..action(Pay::Transfer, "interest", &["principal"]) });
    assert_eq!(deal.validate(), Ok(()));
    let mut calm = collect("2026-02-15", 120, 0);
    calm.pool = Amount(10_000);
    let at = Position { pool: Amount(10_000), ..start(&deal) };
    let report = run(&deal, &at, &calm).unwrap();
    assert_eq!(
        paid(&report),
        ["servicer fee 10", "A interest 40", "B interest 15", "reserve transfer 30", "E residual 25"]
    );
    assert!(report.tests[0].passes, "10,000 over 8,000");

    // 700 lost: 500 from the equity, 200 from B. Cover falls to 9,300 / 8,000: still above 1.1, so B is paid if it can.
    let mut bad = collect("2026-03-15", 100, 0);
    (bad.losses, bad.pool) = (Amount(700), Amount(9_300));
    let report = run(&deal, &report.position, &bad).unwrap();
    assert_eq!(report.losses_booked, [Amount(0), Amount(200), Amount(500)]);
    assert_eq!(
        paid(&report),
        ["servicer fee 10", "A interest 40", "principal transfer 50", "A principal 50"],
        "what would have been B's makes B's loss good"
    );
    assert_eq!(report.position.tranches[1].deficiency, Amount(150));
    assert_eq!(report.position.tranches[1].interest_due, Amount(15));

    let mut worse = collect("2026-04-15", 400, 0);
    (worse.losses, worse.pool) = (Amount(800), Amount(8_500));
    let report = run(&deal, &report.position, &worse).unwrap();
    assert!(!report.tests[0].passes, "8,500 over 7,950");
    assert_eq!(
        paid(&report),
        ["servicer fee 9", "A interest 39", "principal transfer 352", "A principal 352"],
        "all that is left is principal"
    );
}

#[test]
fn deals_that_lead_nowhere_are_refused() {
    let good = deal(vec![tranche("A", 1, fixed("0.1"))], vec![action(Pay::Principal, "principal", &["A"])]);
    let with = |change: &dyn Fn(&mut Deal)| {
        let mut deal = good.clone();
        change(&mut deal);
        deal.validate().is_err()
    };
    assert!(with(&|deal| deal.tranches.push(tranche("A", 1, Coupon::None))));
    assert!(with(&|deal| deal.actions[0].to = names(&["B"])));
    assert!(with(&|deal| deal.actions[0].from = name("cash")));
    assert!(with(&|deal| deal.actions[0].to.clear()));
    assert!(with(&|deal| deal.actions[0].when = When::Passes(name("none"))));
    assert!(with(&|deal| deal.actions[0].limit = Limit::PartOf(number("1.01"))));
    assert!(with(&|deal| deal.tranches[0].coupon = fixed("-0.1")));
    assert!(with(&|deal| deal.tranches[0].plan = vec![Amount(1), Amount(2)]));
    assert!(with(&|deal| deal.actions[0].pay = Pay::Accrue));
    let json = serde_json::to_string_pretty(&good).unwrap();
    assert_eq!(serde_json::from_str::<Deal>(&json).unwrap(), good, "a deal is a document");
}

fn random_deals() -> impl Strategy<Value = Deal> {
    let rates = (0i128..150).prop_map(|thousandths| Number(thousandths * 1_000_000_000_000_000));
    let tranches = prop::collection::vec((1u128..100_000, rates, any::<bool>()), 1..5);
    let order = prop::sample::select(vec![Sequence::InOrder, Sequence::ProRata]);
    let limits = prop_oneof![
        Just(Limit::Available),
        (0u128..5_000).prop_map(|most| Limit::AtMost(Amount(most))),
        (0u128..5_000).prop_map(|kept| Limit::Leave(Amount(kept))),
        (0i128..=100).prop_map(|part| Limit::PartOf(Number(part * 10_000_000_000_000_000))),
    ];
    let actions = prop::collection::vec((0usize..6, order, limits, any::<bool>()), 1..8);
    (tranches, actions).prop_map(|(tranches, actions)| {
        let labels = ["A", "B", "C", "D"];
        let tranches: Vec<Tranche> = (labels.iter().zip(tranches))
            .map(|(label, (balance, rate, deferred))| Tranche {
                interest_on_interest: deferred,
                ..tranche(label, balance, Coupon::Fixed(rate))
            })
            .collect();
        let all: Vec<&str> = labels[..tranches.len()].to_vec();
        let with_account: Vec<&str> = all.iter().copied().chain(["principal"]).collect();
        let actions = actions
            .into_iter()
            .map(|(kind, sequence, limit, from_interest)| {
                let from = if from_interest { "interest" } else { "principal" };
                let base = match kind {
                    0 => action(Pay::Interest, from, &all),
                    1 => action(Pay::Principal, from, &all),
                    2 => action(Pay::CureDeficiency, "interest", &with_account),
                    3 => action(Pay::Transfer, from, &["reserve"]),
                    4 => action(Pay::Accrue, "interest", &with_account),
                    _ => action(Pay::Residual, from, &all),
                };
                Action { sequence, limit, ..base }
            })
            .collect();
        deal(tranches, actions)
    })
}

proptest! {
    /// Over several dates: cash in is cash paid and cash kept; nobody but by residual gets more than is due; principal
    /// falls by what is paid and grows by what is accrued; losses are booked in full or named as unborne.
    #[test]
    fn a_waterfall_neither_makes_nor_loses_cash(
        deal in random_deals(),
        dates in prop::collection::vec((0u128..20_000, 0u128..50_000, 0u128..5_000), 1..6),
    ) {
        let mut position = start(&deal);
        for (month, (interest, principal, losses)) in (2..).zip(dates) {
            let mut collections = collect(&format!("2026-{month:02}-15"), interest, principal);
            collections.losses = Amount(losses);
            let report = run(&deal, &position, &collections).unwrap();
            let sum = |kinds: &[FlowKind]| -> u128 {
                report.flows.iter().filter(|flow| kinds.contains(&flow.kind)).map(|flow| flow.amount.0).sum()
            };
            let cash = |position: &Position| -> u128 { position.cash.iter().map(|cash| cash.0).sum() };
            let out = sum(&[FlowKind::Fee, FlowKind::Interest, FlowKind::Principal, FlowKind::Residual]);
            prop_assert_eq!(cash(&position) + interest + principal, cash(&report.position) + out);
            let booked: u128 = report.losses_booked.iter().map(|loss| loss.0).sum();
            prop_assert_eq!(booked + report.losses_unborne.0, losses);
            for (place, (before, after)) in position.tranches.iter().zip(&report.position.tranches).enumerate() {
                let got = |kind: FlowKind| -> u128 {
                    let name = &deal.tranches[place].name;
                    report.flows.iter().filter(|flow| flow.to == *name && flow.kind == kind).map(|flow| flow.amount.0).sum()
                };
                let due = before.interest_due.0 + report.interest_accrued[place].0;
                prop_assert!(got(FlowKind::Interest) <= due);
                // What was due is paid, still due, or owed as principal.
                let capitalised = due - got(FlowKind::Interest) - after.interest_due.0;
                prop_assert_eq!(before.balance.0 + capitalised - got(FlowKind::Principal), after.balance.0);
            }
            // In order: who comes later is paid only when those before have nothing due any more, or the limit is met.
            for (number, action) in deal.actions.iter().enumerate() {
                if action.pay == Pay::Principal && action.sequence == Sequence::InOrder {
                    let flows: Vec<_> = report.flows.iter().filter(|flow| flow.action as usize == number).collect();
                    let places: Vec<usize> = flows.iter().map(|flow| deal.tranche(&flow.to).unwrap()).collect();
                    prop_assert!(places.is_sorted());
                }
            }
            // The same collections give the same report.
            prop_assert_eq!(run(&deal, &position, &collections).unwrap(), report.clone());
            position = report.position;
        }
    }

    #[test]
    fn the_junior_gets_no_principal_while_the_senior_is_owed(
        sizes in prop::collection::vec(1u128..10_000, 2..4), payments in prop::collection::vec(0u128..4_000, 1..8),
    ) {
        let labels = ["A", "B", "C"];
        let tranches = labels.iter().zip(&sizes).map(|(label, size)| tranche(label, *size, Coupon::None)).collect();
        let all: Vec<&str> = labels[..sizes.len()].to_vec();
        let deal = deal(tranches, vec![action(Pay::Principal, "principal", &all)]);
        let mut position = start(&deal);
        for (month, payment) in (2..).zip(payments) {
            let report = run(&deal, &position, &collect(&format!("2026-{month:02}-15"), 0, payment)).unwrap();
            for flow in &report.flows {
                let place = deal.tranche(&flow.to).unwrap();
                prop_assert!(report.position.tranches[..place].iter().all(|owed| owed.balance.is_zero()));
            }
            position = report.position;
        }
    }
}
