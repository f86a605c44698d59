//! Properties of the contract language with random contracts and worlds.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions)]

use std::collections::BTreeMap;

use gage_calendar::{Date, DayCount, DayCountContext, Moment, Period, PeriodUnit};
use gage_terms::{
    Accrual, Bound, Claim, Contract, Election, Instant, Leg, Name, Number, Observable, Observations, Payment,
    Predicate, Relation, Repeat, check, from_bytes, needed_from, parse, print, project, step, to_bytes,
};
use gage_units::Rounding;
use proptest::prelude::*;

/// A day of the year 2026, by its number; the contract starts on the first.
fn day(number: i32) -> Moment {
    Moment::midnight(Date::new(2026, 1, 1).unwrap().plus_days(number).unwrap())
}

fn names(all: &'static [&'static str]) -> impl Strategy<Value = Name> {
    prop::sample::select(all).prop_map(|text| text.parse().unwrap())
}

fn moments() -> impl Strategy<Value = Moment> {
    (0i32..100).prop_map(day)
}

fn periods() -> impl Strategy<Value = Period> {
    let unit = prop::sample::select(vec![PeriodUnit::Day, PeriodUnit::Week, PeriodUnit::Month]);
    (1u16..40, unit).prop_map(|(count, unit)| Period { count, unit })
}

fn numbers() -> impl Strategy<Value = Number> {
    prop_oneof![
        (-50i32..50).prop_map(Number::whole),
        (-3_000_000_000_000_000_000i128..3_000_000_000_000_000_000).prop_map(Number)
    ]
}

/// `exact` instants are dates or the moment of acquisition: what they give does not depend on when a contract is
/// stepped.
fn instants() -> impl Strategy<Value = Instant> {
    prop_oneof![moments().prop_map(Instant::At), Just(Instant::Now), periods().prop_map(Instant::Before)]
}

fn observables() -> impl Strategy<Value = Observable> {
    let counts = prop::sample::select(vec![DayCount::Actual360, DayCount::ThirtyE360, DayCount::ActualActualIsda]);
    let leaf = prop_oneof![
        numbers().prop_map(Observable::Constant),
        (names(&["ETH", "SOFR", "share-value"]), instants()).prop_map(|(name, at)| Observable::Price(name, at)),
        (names(&["ETH", "SOFR", "share-value"]), instants()).prop_map(|(name, at)| Observable::Fixing(name, at)),
        (counts, instants(), instants()).prop_map(|(count, from, to)| Observable::Years(count, from, to)),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        let two = (inner.clone(), inner.clone()).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        prop_oneof![
            inner.prop_map(|a| Observable::Negate(Box::new(a))),
            two.clone().prop_map(|(a, b)| Observable::Add(a, b)),
            two.clone().prop_map(|(a, b)| Observable::Subtract(a, b)),
            two.clone().prop_map(|(a, b)| Observable::Multiply(a, b)),
            two.clone().prop_map(|(a, b)| Observable::Divide(a, b)),
            two.clone().prop_map(|(a, b)| Observable::Min(a, b)),
            two.prop_map(|(a, b)| Observable::Max(a, b)),
        ]
    })
}

/// Conditions; `exact` ones hold dates and elections only.
fn predicates(exact: bool) -> impl Strategy<Value = Predicate> {
    let relations = prop::sample::select(vec![
        Relation::Less,
        Relation::LessOrEqual,
        Relation::Equal,
        Relation::GreaterOrEqual,
        Relation::Greater,
    ]);
    let compare = (observables(), relations, observables()).prop_map(move |(a, relation, b)| match exact {
        true => Predicate::Elected("stop".parse().unwrap()),
        false => Predicate::Compare(a, relation, b),
    });
    let leaf = prop_oneof![
        3 => moments().prop_map(Predicate::At),
        2 => moments().prop_map(Predicate::Before),
        1 => names(&["stop", "go"]).prop_map(Predicate::Elected),
        1 => compare,
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        let two = (inner.clone(), inner.clone()).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        prop_oneof![
            two.clone().prop_map(|(a, b)| Predicate::Both(a, b)),
            two.prop_map(|(a, b)| Predicate::Either(a, b)),
            inner.prop_map(|a| Predicate::Not(Box::new(a))),
        ]
    })
}

fn claims(exact: bool) -> impl Strategy<Value = Claim> {
    let leaf = prop_oneof![
        1 => Just(Claim::Zero),
        4 => names(&["USD", "ETH", "at", "US-91282XYZ"]).prop_map(Claim::One),
    ];
    leaf.prop_recursive(4, 24, 3, move |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let list = prop::collection::vec(inner, 1..4);
        let repeats = (moments(), periods(), prop::option::of(0i32..200)).prop_map(|(from, period, length)| Repeat {
            from,
            period,
            to: length.map(|length| from.plus_seconds(i64::from(length) * 86_400).unwrap()),
            done: 0,
        });
        prop_oneof![
            boxed.clone().prop_map(Claim::Give),
            list.clone().prop_map(Claim::And),
            (names(&["pick", "go"]), list).prop_map(|(name, claims)| Claim::Or(name, claims)),
            (predicates(exact), boxed.clone(), boxed.clone()).prop_map(|(p, a, b)| Claim::Cond(p, a, b)),
            (observables(), boxed.clone()).prop_map(|(factor, claim)| Claim::Scale(factor, claim)),
            (predicates(exact), boxed.clone()).prop_map(|(p, claim)| Claim::When(p, claim)),
            (names(&["stop", "go"]), predicates(exact), boxed.clone()).prop_map(|(n, p, c)| Claim::Anytime(n, p, c)),
            (predicates(exact), boxed.clone()).prop_map(|(p, claim)| Claim::Until(p, claim)),
            (repeats, boxed).prop_map(|(repeat, claim)| Claim::Every(repeat, claim)),
        ]
    })
}

fn contracts(exact: bool) -> impl Strategy<Value = Contract> {
    let leg = (names(&["issuer", "owes"]), names(&["holder", "trustee"]), claims(exact));
    let legs = prop::collection::vec(leg, 1..3);
    legs.prop_map(|legs| Contract {
        title: "A contract, at random".to_owned(),
        from: day(0),
        legs: legs.into_iter().map(|(obligor, holder, claim)| Leg { obligor, holder, claim }).collect(),
    })
}

fn worlds() -> impl Strategy<Value = Observations> {
    let rows = prop::collection::vec((names(&["ETH", "SOFR", "share-value"]), -40i32..100, numbers()), 0..12);
    let parties = names(&["issuer", "holder", "trustee", "owes"]);
    let elections = prop::collection::vec((names(&["stop", "go", "pick"]), parties, 0i32..100, 0u32..4), 0..5);
    (rows, elections).prop_map(|(rows, elections)| {
        let mut world = Observations::default();
        rows.into_iter().for_each(|(name, at, value)| world.observe(name, day(at), value));
        for (name, by, at, choice) in elections {
            world.elect(Election { name, by, at: day(at), choice });
        }
        world
    })
}

/// Numbers by name and day, each once.
fn series() -> impl Strategy<Value = Vec<(Name, i32, Number)>> {
    let keys = (names(&["ETH", "SOFR", "share-value"]), -40i32..100);
    prop::collection::btree_map(keys, numbers(), 0..12)
        .prop_map(|rows| rows.into_iter().map(|((name, at), value)| (name, at, value)).collect())
}

/// Payments in an order that does not depend on how they came about.
fn sorted(mut payments: Vec<Payment>) -> Vec<Payment> {
    let key = |p: &Payment| (p.at, p.from.clone(), p.to.clone(), p.asset.clone(), p.amount);
    payments.sort_by_key(key);
    payments
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn text_json_and_bytes_come_back(contract in contracts(false)) {
        prop_assume!(contract.validate().is_ok());
        let text = print(&contract);
        prop_assert_eq!(parse(&text), Ok(contract.clone()), "{}", text);
        let json = serde_json::to_string(&contract).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Contract>(&json).unwrap(), &contract);
        prop_assert_eq!(from_bytes(&to_bytes(&contract)), Ok(contract));
    }

    /// One byte changed gives another contract or none; never the same, and never a panic.
    #[test]
    fn bytes_are_canonical(contract in contracts(false), at in any::<prop::sample::Index>(), flip in 1u8..=255) {
        prop_assume!(contract.validate().is_ok());
        let mut bytes = to_bytes(&contract);
        let place = at.index(bytes.len());
        bytes[place] ^= flip;
        if let Ok(other) = from_bytes(&bytes) {
            prop_assert_ne!(&other, &contract);
            prop_assert_eq!(to_bytes(&other), bytes);
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(words in prop::collection::vec(prop::sample::select(vec![
        "contract", "\"x\"", "from", "2026-01-01", "a", "owes", "b", "and", "{", "}", "(", ")", "[", "]", "when", "at", ":",
        "scale", "1", "5%", "price", "years", "not", "-", "*", "every", "P1M", "to", "done", "let", "=", "\n", "#", "\"", "<",
        "2026-", "..", "cond", "else", "min", ",",
    ]), 0..40)) {
        let text = format!("contract \"x\" from 2026-01-01 a owes b {}", words.join(" "));
        if let Ok(contract) = parse(&text) {
            prop_assert_eq!(parse(&print(&contract)), Ok(contract));
        }
        if let Err(error) = parse(&words.join("")) {
            prop_assert!(error.line > 0 && error.column > 0 && !error.reason.is_empty());
        }
    }

    /// What depends on dates, dated fixings and elections alone does not depend on when it is stepped.
    #[test]
    fn steps_between_change_nothing(contract in contracts(true), world in worlds(), stops in prop::collection::btree_set(0i32..120, 0..6)) {
        let end = day(120);
        let Ok(once) = step(&contract, end, &world) else { return Ok(()) };
        let mut left = contract;
        let mut payments = Vec::new();
        for stop in stops {
            let Ok(stepped) = step(&left, day(stop), &world) else { return Ok(()) };
            payments.extend(stepped.payments);
            left = stepped.contract;
        }
        let last = step(&left, end, &world).unwrap();
        payments.extend(last.payments);
        prop_assert_eq!(sorted(payments), sorted(once.payments));
    }

    /// A projection is steps at the right moments: in an exact contract it pays what one step to the end pays.
    #[test]
    fn projecting_is_executing(contract in contracts(true), world in worlds()) {
        let end = day(120);
        if let (Ok(once), Ok(projected)) = (step(&contract, end, &world), project(&contract, &world, end)) {
            prop_assert_eq!(sorted(projected.flows), sorted(once.payments));
        }
    }

    /// Of the numbers before the moment from which a name is needed only the last one matters, and none of a name that
    /// is not needed.
    #[test]
    fn numbers_that_no_longer_matter_can_be_forgotten(contract in contracts(false), rows in series(), stop in 0i32..110) {
        let world = |rows: &[(Name, i32, Number)]| {
            let mut world = Observations::default();
            rows.iter().for_each(|(name, at, value)| world.observe(name.clone(), day(*at), *value));
            world
        };
        let Ok(stepped) = step(&contract, day(stop), &world(&rows)) else { return Ok(()) };
        let needed = needed_from(&stepped.contract);
        let kept: Vec<_> = rows.iter().filter(|(name, at, _)| {
            let Some(from) = needed.get(name) else { return false };
            let superseded = rows.iter().any(|(other, later, _)| other == name && at < later && day(*later) <= *from);
            !superseded
        }).cloned().collect();
        for end in [stop + 1, 120] {
            let (all, some) = (step(&stepped.contract, day(end), &world(&rows)), step(&stepped.contract, day(end), &world(&kept)));
            prop_assert_eq!(all, some, "{:?} of {:?}\n{}", kept, rows, print(&stepped.contract));
        }
    }

    /// No party pays more than the worst case that was found beforehand; and no claim, however odd, breaks a step.
    #[test]
    fn nobody_pays_more_than_the_worst_case(contract in contracts(false), world in worlds()) {
        let Ok(report) = check(&contract) else { return Ok(()) };
        let Ok(projected) = project(&contract, &world, day(150)) else { return Ok(()) };
        let mut paid: BTreeMap<(Name, Name), Number> = BTreeMap::new();
        for flow in projected.flows {
            prop_assert!(flow.amount > Number::ZERO && flow.from != flow.to);
            let sum = paid.entry((flow.from, flow.asset)).or_default();
            *sum = sum.plus(flow.amount).unwrap();
        }
        for ((party, asset), sum) in paid {
            let worst = report.obligations.iter().find(|o| o.party == party && o.asset == asset);
            let worst = worst.map_or(Bound::ZERO, |o| o.worst);
            prop_assert!(Bound::Finite(sum) <= worst, "{party} pays {sum} {asset}, at most {worst}\n{}", print(&contract));
        }
    }

    /// Interest in parts is interest at once, and is what a pencil says to the unit of the eighteenth place.
    #[test]
    fn accruing_twice_is_accruing_once(
        principal in 0i64..1_000_000_000_000, rate in 0i64..1_000_000_000_000_000_000,
        start in 0i32..40_000, stops in prop::collection::btree_set(0i32..4_000, 1..8),
        count in prop::sample::select(vec![DayCount::Actual360, DayCount::Actual365Fixed, DayCount::ActualActualIsda, DayCount::ThirtyE360]),
    ) {
        let start = Date::from_days(start).unwrap();
        let principal = Number(i128::from(principal) * 1_000_000_000_000_000);
        let rate = Number(i128::from(rate));
        let once = Accrual::new(principal, rate, count, start);
        let mut parts = once;
        let mut sum = Number::ZERO;
        for stop in &stops {
            sum = sum.plus(parts.pay(start.plus_days(*stop).unwrap()).unwrap()).unwrap();
        }
        let end = start.plus_days(*stops.last().unwrap()).unwrap();
        prop_assert_eq!(sum, once.due(end).unwrap());
        let fraction = count.year_fraction(start, end, &DayCountContext::default()).unwrap();
        let yearly = principal.times(rate, Rounding::Down).unwrap().0 as u128;
        let by_hand = fraction.of(yearly, Rounding::Down).unwrap();
        prop_assert_eq!(sum.0 as u128, by_hand);
    }
}
