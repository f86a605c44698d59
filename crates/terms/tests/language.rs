//! The contract language by hand: every example in `examples/`, and what each part does.
#![allow(clippy::unwrap_used)]

use gage_calendar::Moment;
use gage_terms::{
    Bound, Contract, Election, Name, Number, Observations, TermsError, Work, check, first_flows, from_bytes,
    needed_from, parse, print, project, step, step_within, to_bytes,
};

fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

fn example(file: &str) -> Contract {
    let path = format!("{}/examples/{file}.terms", env!("CARGO_MANIFEST_DIR"));
    parse(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn observe(rows: &[(&str, &str, &str)]) -> Observations {
    let mut observations = Observations::default();
    rows.iter().for_each(|(series, at, value)| observations.observe(name(series), moment(at), number(value)));
    observations
}

fn elect(observations: &mut Observations, under: &str, by: &str, at: &str, choice: u32) {
    observations.elect(Election { name: name(under), by: name(by), at: moment(at), choice });
}

/// Payments as lines: `2026-07-15 issuer -> holder 1000 USD`.
fn flows(contract: &Contract, observations: &Observations, until: &str) -> Vec<String> {
    let projection = project(contract, observations, moment(until)).unwrap();
    let line = |flow: &gage_terms::CashFlow| {
        format!("{} {} -> {} {} {}", flow.at, flow.from, flow.to, flow.amount, flow.asset)
    };
    projection.flows.iter().map(line).collect()
}

const EXAMPLES: [&str; 9] = [
    "note",
    "treasury_bill",
    "coupon_bond",
    "amortising_loan",
    "covered_call",
    "perpetual",
    "principal_yield_strip",
    "three_tranche_note",
    "collateralised_loan",
];

#[test]
fn every_example_is_one_contract_in_three_forms() {
    let files = std::fs::read_dir(format!("{}/examples", env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert_eq!(files.count(), EXAMPLES.len());
    for file in EXAMPLES {
        let contract = example(file);
        assert_eq!(parse(&print(&contract)).as_ref(), Ok(&contract), "{file}:\n{}", print(&contract));
        assert_eq!(print(&parse(&print(&contract)).unwrap()), print(&contract));
        let json = serde_json::to_string(&contract).unwrap();
        assert_eq!(serde_json::from_str::<Contract>(&json).unwrap(), contract);
        assert_eq!(from_bytes(&to_bytes(&contract)).as_ref(), Ok(&contract));
        assert!(check(&contract).is_ok());
    }
}

#[test]
fn a_treasury_bill_pays_twice() {
    assert_eq!(
        flows(&example("treasury_bill"), &Observations::default(), "2030-01-01"),
        ["2026-01-15 holder -> treasury 978.25 USD", "2026-07-15 treasury -> holder 1000 USD"]
    );
}

#[test]
fn a_coupon_bond_pays_half_of_its_rate() {
    let flows = flows(&example("coupon_bond"), &Observations::default(), "2040-01-01");
    assert_eq!(flows.len(), 12);
    assert_eq!(flows[1], "2026-07-15 issuer -> investor 22.5 USD");
    assert_eq!(flows[10..], ["2031-01-15 issuer -> investor 22.5 USD", "2031-01-15 issuer -> investor 1000 USD"]);
}

/// SOFR 4.30 % and 1.75 %: 6.05 % on a million for 90 days is 15,125; then 0.10 % and 1.75 % are below the floor.
#[test]
fn an_amortising_loan_pays_interest_on_what_is_left() {
    let fixings = observe(&[("SOFR", "2026-01-02", "0.043"), ("SOFR", "2026-04-02", "0.001")]);
    let flows = flows(&example("amortising_loan"), &fixings, "2027-12-31");
    assert_eq!(flows[0], "2026-01-02 lender -> borrower 1000000 USD");
    assert_eq!(flows[1], "2026-04-02 borrower -> lender 250000 USD");
    assert_eq!(flows[2], "2026-04-02 borrower -> lender 15125 USD");
    // 750,000 * 2 % * 91 / 360, with the part of the year cut at its eighteenth place.
    assert_eq!(flows[4], "2026-07-02 borrower -> lender 3791.666666666666655 USD");
    assert_eq!(flows.len(), 9);
}

#[test]
fn an_option_is_exercised_in_its_hour_or_not_at_all() {
    let contract = example("covered_call");
    let run = |at: &str, by: &str| {
        let mut observations = Observations::default();
        elect(&mut observations, "exercise", by, at, 0);
        flows(&contract, &observations, "2026-12-31")
    };
    assert_eq!(
        run("2026-06-26T08:30:00", "buyer"),
        [
            "2026-01-15 buyer -> writer 120 USD",
            "2026-06-26T08:30:00 writer -> buyer 1 ETH",
            "2026-06-26T08:30:00 buyer -> writer 4000 USD"
        ]
    );
    assert_eq!(run("2026-06-26T07:59:59", "buyer").len(), 1, "too early");
    assert_eq!(run("2026-06-26T09:00:00", "buyer").len(), 1, "too late");
    assert_eq!(run("2026-06-26T08:30:00", "writer").len(), 1, "not the holder's");
    let over = project(&contract, &Observations::default(), moment("2026-07-01")).unwrap();
    assert!(over.left.is_over(), "an option that can no longer be exercised is nothing");
}

/// Ten coins from 3,000 to 3,200: 2,000. Funding of 0.01 % and 0.02 % a day on 31,000 and 31,500.
#[test]
fn a_perpetual_runs_until_it_is_closed() {
    let mut world = observe(&[
        ("ETH-mark", "2026-01-15", "3000"),
        ("ETH-mark", "2026-01-16", "3100"),
        ("ETH-mark", "2026-01-17", "3150"),
        ("ETH-mark", "2026-01-17T12:00:00", "3200"),
        ("ETH-funding", "2026-01-16", "0.0001"),
        ("ETH-funding", "2026-01-17", "0.0002"),
    ]);
    elect(&mut world, "close", "long", "2026-01-17T18:00:00", 0);
    assert_eq!(
        flows(&example("perpetual"), &world, "2027-01-01"),
        [
            "2026-01-16 long -> short 3.1 USD",
            "2026-01-17 long -> short 6.3 USD",
            "2026-01-17T18:00:00 short -> long 2000 USD"
        ]
    );
}

#[test]
fn principal_and_yield_are_the_whole_share() {
    let split = |end: &str| {
        let values = observe(&[("share-value", "2026-01-15", "1.25"), ("share-value", "2027-01-15", end)]);
        flows(&example("principal_yield_strip"), &values, "2028-01-01")
    };
    assert_eq!(
        split("1.375"),
        ["2027-01-15 vault -> principal_holder 1.25 USD", "2027-01-15 vault -> yield_holder 0.125 USD"]
    );
    assert_eq!(split("1.1"), ["2027-01-15 vault -> principal_holder 1.1 USD"]);
}

/// 735,000 senior and 218,000 mezzanine are due; what the pool has paid is never more nor less than what is handed on.
#[test]
fn three_tranches_share_what_the_pool_has_paid() {
    let run = |paid: &str| {
        flows(&example("three_tranche_note"), &observe(&[("pool-paid", "2027-01-14", paid)]), "2027-01-15")
    };
    let line = |holder: &str, amount: &str| format!("2027-01-15 issuer -> {holder} {amount} USD");
    assert_eq!(run("500000"), [line("senior_holder", "500000")]);
    assert_eq!(run("800000"), [line("senior_holder", "735000"), line("mezzanine_holder", "65000")]);
    assert_eq!(
        run("1000000"),
        [line("senior_holder", "735000"), line("mezzanine_holder", "218000"), line("equity_holder", "47000")]
    );
    assert_eq!(run("0"), Vec::<String>::new());
}

#[test]
fn a_loan_ends_in_repayment_or_liquidation_never_both() {
    let contract = example("collateralised_loan");
    let lent = "2026-01-15 lender -> borrower 100000 USD".to_owned();
    let calm = observe(&[("ETH", "2026-01-15", "4000"), ("ETH", "2026-05-01", "3000")]);
    // 181 days at 8 %.
    let repaid = "2026-07-15 borrower -> lender 103967.12328767123";
    let all = flows(&contract, &calm, "2026-12-31");
    assert_eq!((all[0].clone(), all.len()), (lent.clone(), 2));
    assert!(all[1].starts_with(repaid), "{}", all[1]);

    let crash = observe(&[("ETH", "2026-01-15", "4000"), ("ETH", "2026-03-12", "2874.99")]);
    let liquidated = "2026-03-12 borrower -> lender 40 ETH".to_owned();
    assert_eq!(flows(&contract, &crash, "2026-12-31"), [lent.clone(), liquidated]);

    let mut early = crash.clone();
    elect(&mut early, "repay", "borrower", "2026-03-11", 0);
    let all = flows(&contract, &early, "2026-12-31");
    assert!(all[1].starts_with("2026-03-11 borrower -> lender 101205.47945205479") && all.len() == 2, "{all:?}");

    let mut late = crash;
    elect(&mut late, "repay", "borrower", "2026-03-13", 0);
    assert_eq!(flows(&contract, &late, "2026-12-31").len(), 2, "who was liquidated cannot repay");
}

fn contract(claim: &str) -> Contract {
    parse(&format!("contract \"test\" from 2026-01-01 a owes b {claim}")).unwrap()
}

#[test]
fn each_part_does_what_it_says() {
    let none = Observations::default();
    let run = |claim: &str| flows(&contract(claim), &none, "2027-01-01");
    assert_eq!(run("zero"), Vec::<String>::new());
    assert_eq!(run("one USD"), ["2026-01-01 a -> b 1 USD"]);
    assert_eq!(run("give 5 USD"), ["2026-01-01 b -> a 5 USD"]);
    assert_eq!(run("scale -2.5: one USD"), ["2026-01-01 b -> a 2.5 USD"]);
    assert_eq!(run("and { 1 USD 2 EUR }"), ["2026-01-01 a -> b 1 USD", "2026-01-01 a -> b 2 EUR"]);
    assert_eq!(run("cond before 2026-02-01: 1 USD else 2 USD"), ["2026-01-01 a -> b 1 USD"]);
    assert_eq!(run("when at 2026-03-01: 1 USD"), ["2026-03-01 a -> b 1 USD"]);
    assert_eq!(run("when before 2025-01-01: 1 USD"), Vec::<String>::new());
    assert_eq!(run("until at 2026-02-15: every P1M from 2026-01-31: 1 USD"), ["2026-01-31 a -> b 1 USD"]);
    assert_eq!(run("until at 2026-01-31: every P1M from 2026-01-31: 1 USD"), Vec::<String>::new());
    assert_eq!(run("when at 2026-03-15: every P1M from 2026-01-31 to 2026-04-30: 1 USD").len(), 2);
    assert_eq!(run("scale 1 / 0: one USD"), Vec::<String>::new());
    assert_eq!(run("scale fixing(X): one USD"), Vec::<String>::new());
}

#[test]
fn the_holder_chooses_and_the_rest_is_gone() {
    let contract = contract("or \"currency\" { 100 USD 90 EUR }");
    for (choice, paid) in [(0, "2026-02-01 a -> b 100 USD"), (1, "2026-02-01 a -> b 90 EUR")] {
        let mut world = Observations::default();
        elect(&mut world, "currency", "b", "2026-01-31", 2);
        elect(&mut world, "currency", "b", "2026-02-01", choice);
        elect(&mut world, "currency", "b", "2026-03-01", 1 - choice);
        assert_eq!(flows(&contract, &world, "2027-01-01"), [paid], "an alternative that is not there does not count");
    }
}

#[test]
fn a_claim_waits_for_its_fixing_and_keeps_its_moment() {
    let contract = contract("when at 2026-02-01: scale fixing(X): one USD");
    let none = Observations::default();
    let waiting = step(&contract, moment("2026-02-05"), &none).unwrap();
    assert_eq!(waiting.payments, []);
    let late = observe(&[("X", "2026-02-01", "7"), ("X", "2026-02-10", "9")]);
    let paid = step(&waiting.contract, moment("2026-02-20"), &late).unwrap();
    assert_eq!((paid.payments[0].at, paid.payments[0].amount), (moment("2026-02-01"), number("7")));
    assert!(paid.contract.is_over());
}

/// A row that waits for its fixings, stepped every day: what is left is read again from its bytes on each of them, lies no
/// deeper than after one step, and pays everything once the fixings are there.
#[test]
fn a_row_that_waits_does_not_sink() {
    let start = contract("every P1D from 2026-01-02: scale fixing(X): one USD");
    let none = Observations::default();
    let mut left = start.clone();
    let mut published = Observations::default();
    for day in 1..=120 {
        let now = moment("2026-01-01").plus_seconds(day * 86_400).unwrap();
        let stepped = step(&left, now, &none).unwrap();
        assert_eq!(stepped.payments, []);
        assert_eq!(from_bytes(&to_bytes(&stepped.contract)), Ok(stepped.contract.clone()), "day {day}");
        assert_eq!(stepped.contract, step(&start, now, &none).unwrap().contract, "day {day}");
        published.observe(name("X"), now, number("2"));
        left = stepped.contract;
    }
    let paid = step(&left, moment("2026-05-01T12:00:00"), &published).unwrap().payments;
    assert_eq!((paid.len(), paid[0].at, paid[119].at), (120, moment("2026-01-02"), moment("2026-05-01")));
}

/// More waits than a contract holds: the step says so and changes nothing, and a projection ends before it, with what it
/// knows.
#[test]
fn what_waits_is_bounded() {
    let start = contract("and { 5 USD every P1D from 2026-01-02: scale fixing(X): one USD }");
    let none = Observations::default();
    let full = step(&start, moment("2031-01-01"), &none).map(|_| ()).unwrap_err();
    assert!(matches!(full, TermsError::TooLarge | TermsError::BadList), "{full}");
    for unknown in [start, example("perpetual")] {
        let projection = project(&unknown, &none, moment("2100-01-01")).unwrap();
        assert!(projection.left.validate().is_ok() && !projection.left.is_over());
        assert!(projection.left.from > moment("2026-12-01") && projection.left.from < moment("2031-01-01"));
        assert!(projection.flows.len() <= 1);
    }
}

#[test]
fn steps_go_forward_only() {
    let contract = contract("when at 2026-02-01: 1 USD");
    let none = Observations::default();
    let after = step(&contract, moment("2026-01-15"), &none).unwrap().contract;
    assert_eq!(step(&after, moment("2026-01-15"), &none), Err(TermsError::Backward));
    assert_eq!(step(&contract, moment("2025-12-31"), &none), Err(TermsError::Backward));
}

#[test]
fn one_step_makes_so_many_payments_and_no_more() {
    let contract = contract("every P1D from 2026-01-01: 1 USD");
    let none = Observations::default();
    assert_eq!(step(&contract, moment("2036-01-01"), &none).unwrap().payments.len(), 3_653);
    assert_eq!(step(&contract, moment("2046-01-01"), &none), Err(TermsError::TooManyPayments));
}

/// Rows in rows, moments that lie before the beginning, a body that is copied while it waits, and conditions that ask
/// every date at every date: what they cost is counted, also where nothing is paid.
#[test]
fn work_is_counted_whatever_a_contract_says() {
    let dates: Vec<String> = (1..28).map(|day| format!("at 2026-02-{day:02}")).collect();
    let row = "every P1D from 2015-01-01";
    for (claim, units) in [
        (format!("when at 2026-06-01: {row}: {row}: {row}: zero"), 4_000),
        (format!("{row}: {row}: zero"), 4_000),
        (format!("{row}: zero"), 4_000),
        (format!("when at 2026-06-01: every P1D from 2026-01-01: {row}: scale fixing(X): one USD"), 100_000),
        (format!("every P1D from 2026-01-01: when [{}] and before 2026-01-01: zero", dates.join(" or ")), 100_000),
    ] {
        let contract = contract(&claim);
        let mut work = Work::new(units);
        let stepped = step_within(&contract, moment("2026-07-01"), &Observations::default(), &mut work);
        assert_eq!((stepped, work.left()), (Err(TermsError::TooMuchWork), 0), "{claim}");
        assert_eq!(
            first_flows(&contract, &Observations::default(), 10, u64::MAX, &mut Work::new(units)),
            Ok(Vec::new())
        );
    }
    let rows = contract(&format!("{row}: {row}: {row}: {row}: zero"));
    assert_eq!(step(&rows, moment("2026-07-01"), &Observations::default()), Err(TermsError::TooMuchWork));
    // Day by day what is left outgrows a contract: there the projection ends.
    assert!(project(&rows, &Observations::default(), Moment::MAX).is_ok_and(|found| found.flows.is_empty()));
    // A plain contract is far from it.
    let mut work = Work::new(1_000);
    step_within(&example("three_tranche_note"), moment("2036-01-01"), &Observations::default(), &mut work).unwrap();
}

#[test]
fn the_first_payments_of_a_contract_without_end() {
    let contract = contract("every P1M from 2026-02-01: 1 USD");
    let first = |flows_max, units| {
        let flows = first_flows(&contract, &Observations::default(), flows_max, 100, &mut Work::new(units)).unwrap();
        (flows.len(), flows.last().map(|flow| flow.at))
    };
    assert_eq!(first(3, 1_000_000), (3, Some(moment("2026-04-01"))));
    let (found, _) = first(1_000_000, 1_000);
    assert!((10..1_000).contains(&found), "{found}: as far as the work reaches");
    let none = first_flows(&contract, &Observations::default(), 10, 1, &mut Work::new(1_000_000));
    assert_eq!(none, Ok(Vec::new()), "one step takes more than it may");
}

/// One more row waits every day: what is left lies no deeper for it, is read back, and pays when the numbers come.
#[test]
fn rows_that_wait_for_late_numbers_do_not_nest() {
    let mut left = contract("until at 2028-01-01: every P1D from 2026-01-02: scale max(fixing(X), 0): one USD");
    let from = moment("2026-01-02");
    let day = |number: i64| from.plus_seconds(number * 86_400).unwrap();
    for number in 0..600 {
        let stepped = step(&left, day(number), &Observations::default()).unwrap();
        assert_eq!(stepped.payments, []);
        left = from_bytes(&to_bytes(&stepped.contract)).unwrap_or_else(|error| panic!("day {number}: {error}"));
        assert_eq!(left, stepped.contract);
        assert_eq!(needed_from(&left).get(&name("X")), Some(&from), "the first row waits still");
    }
    let mut late = Observations::default();
    (0..600).for_each(|number| late.observe(name("X"), day(number), Number::ONE));
    let paid = step(&left, day(600), &late).unwrap();
    assert_eq!(paid.payments.len(), 601, "with the row of this day, which has the number of the last");
    assert_eq!(needed_from(&paid.contract).get(&name("X")), Some(&paid.contract.from));
}

#[test]
fn the_worst_case_is_found_without_executing() {
    let worst = |claim: &str| {
        let report = check(&contract(claim)).unwrap();
        let line = |o: &gage_terms::Obligation| format!("{} {} {}", o.party, o.worst, o.asset);
        report.obligations.iter().map(line).collect::<Vec<String>>()
    };
    assert_eq!(worst("and { 5 USD give 3 USD 2 EUR }"), ["a 2 EUR", "a 5 USD", "b 3 USD"]);
    assert_eq!(worst("or \"x\" { 5 USD 7 USD }"), ["a 7 USD"]);
    assert_eq!(worst("cond at 2027-01-01: 5 USD else give 7 USD"), ["a 5 USD", "b 7 USD"]);
    assert_eq!(worst("scale price(X): one USD"), ["a unbounded USD"]);
    assert_eq!(worst("scale max(min(fixing(X), 10), -4): one USD"), ["a 10 USD", "b 4 USD"]);
    assert_eq!(worst("scale fixing(X) * 0: one USD"), Vec::<String>::new());
    assert_eq!(worst("every P1D from 2026-01-01 to 2026-01-10: 2 USD"), ["a 20 USD"]);
    assert_eq!(worst("every P1D from 2026-01-01: 2 USD"), ["a unbounded USD"]);
    assert_eq!(worst("scale 100 / price(X): one USD"), ["a unbounded USD", "b unbounded USD"]);
    assert_eq!(worst("scale 100 / max(price(X), 4): one USD"), ["a 25 USD"]);
    let call = check(&example("covered_call")).unwrap();
    let right = call.elections.iter().next().unwrap();
    assert_eq!((right.name.as_str(), right.by.as_str(), right.alternatives), ("exercise", "buyer", 1));
    assert_eq!(call.obligations.iter().filter(|o| o.worst == Bound::Unbounded).count(), 0);
    let loan = check(&example("amortising_loan")).unwrap();
    assert!(loan.fixings.contains(&(name("SOFR"), None)));
}

#[test]
fn errors_say_where_and_what() {
    let error = |text: &str| parse(text).unwrap_err().to_string();
    let head = "contract \"x\" from 2026-01-01\n";
    for (text, expected) in [
        ("", "line 1, column 1: expected `contract`, found the end of the text"),
        ("contract \"x\" from tomorrow", "line 1, column 19: expected a date like 2026-03-31, found `tomorrow`"),
        (&format!("{head}a owes b when at 2026-01-01 5 USD"), "line 2, column 29: expected `:`, found 5"),
        (&format!("{head}a owes b 5 when"), "line 2, column 12: expected an asset, found `when`"),
        (&format!("{head}a owes b scale rate: one USD"), "expected a number, or a name given with `let`, found `rate`"),
        (&format!("{head}a owes b and {{ }}"), "at least one claim is needed"),
        (&format!("{head}a owes b scale years(\"ACT/9\", now, now): one USD"), "\"ACT/9\" is none of 30/360 US"),
        (&format!("{head}a owes b every 3M from 2026-01-01: zero"), "expected a period like P3M, found 3"),
        (&format!("{head}a owes a one USD"), "a party owes itself"),
        (&format!("{head}a owes b \"USD\" ?"), "line 2, column 16: `?` has no meaning here"),
        (&format!("{head}a owes b when at 2026-13-01: zero"), "`2026-13-01` is no moment"),
        (&format!("{head}let x = 1\nlet x = 2"), "`x` is given twice"),
        (&format!("{head}# only a comment"), "a list of claims or legs is empty or too long"),
        (&format!("{head}a owes b {}one USD", "give ".repeat(200)), "nested deeper than the limit"),
    ] {
        assert!(error(text).contains(expected), "{text}\n -> {}\n -- {expected}", error(text));
    }
}

#[test]
fn the_encoding_is_fixed() {
    let bytes = to_bytes(&example("treasury_bill"));
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex,
        "676167652f7465726d732f311900000054726561737572792062696c6c2c20736978206d6f6e746873002e68690000000002000600000\
         0686f6c64657208000000747265617375727906000000e1650228f20735000000000000000103000000555344080000007472656173757\
         27906000000686f6c646572070080cd566a0000000006000000a0dec5adc93536000000000000000103000000555344"
    );
}
