//! Terms: schedules of the ACTUS generators, and live claims stepped.

use anyhow::{Result, ensure};
use gage_calendar::{Date, Moment};
use gage_terms::actus::{Observed, Terms, events};
use gage_terms::{Contract, Observations, parse, step, to_bytes};
use serde_json::json;

use super::Scale;
use super::measure::{Random, cpu, rate};
use super::table::Table;

pub(crate) fn run(scale: Scale) -> Result<Table> {
    let claims = scale.of(100_000);
    let mut table = Table::new(
        "terms",
        format!(
            "ACTUS: a bullet loan and an annuity of thirty years, paid monthly, terms read once. Claims: {claims} coupon \
             bonds of five years in the contract language, one in a hundred of them with a coupon due on the day. One \
             core. Not durable, no signatures."
        ),
    );
    schedules(&mut table, scale)?;
    live_claims(&mut table, claims)?;
    Ok(table)
}

fn schedules(table: &mut Table, scale: Scale) -> Result<()> {
    let loan = |kind: &str| {
        json!({
            "contractType": kind, "contractID": kind, "contractRole": "RPA", "currency": "USD",
            "statusDate": "2025-12-31T00:00:00", "contractDealDate": "2025-12-31T00:00:00",
            "initialExchangeDate": "2026-01-01T00:00:00", "maturityDate": "2056-01-01T00:00:00",
            "notionalPrincipal": "500000", "nominalInterestRate": "0.06", "dayCountConvention": "30E360",
            "cycleAnchorDateOfInterestPayment": "2026-02-01T00:00:00", "cycleOfInterestPayment": "P1ML1",
            "cycleAnchorDateOfPrincipalRedemption": "2026-02-01T00:00:00", "cycleOfPrincipalRedemption": "P1ML1",
        })
    };
    for (kind, what) in [("PAM", "bullet loan"), ("ANN", "annuity")] {
        let terms = Terms::read(&loan(kind))?;
        let observed = Observed::default();
        let count = scale.of(2_000);
        let (made, time) = cpu(|| {
            (0..count).map(|_| events(&terms, &observed, None).map(|events| events.len())).sum::<Result<usize, _>>()
        });
        let made = made?;
        ensure!(made >= 361 * count, "every month has an event");
        table.per_second(format!("{what}: schedules with payoffs and states"), rate(count, time));
        table.per_second(format!("{what}: events"), rate(made, time));
    }
    Ok(())
}

fn live_claims(table: &mut Table, count: usize) -> Result<()> {
    let mut random = Random::new();
    let today: Date = "2026-07-15".parse()?;
    let contracts: Vec<Contract> = (0..count)
        .map(|number| {
            // One in a hundred has its coupon today, the others on another day of the month.
            let ahead = if number % 100 == 0 { 0 } else { 1 + random.below(150) as i32 };
            let first = today.plus_days(ahead)?;
            let text = format!(
                "contract \"Coupon bond\" from 2026-01-15 issuer owes investor and {{ \
                 every P6M from {first} to 2031-01-15: scale 1000 * 4.5% * years(\"30/360\", now - P6M, now): one USD \
                 when at 2031-01-15: 1000 USD }}"
            );
            Ok(parse(&text)?)
        })
        .collect::<Result<_>>()?;
    let none = Observations::default();
    // Stepped to the day before, as claims that live are.
    let eve = Moment::midnight(today.plus_days(-1)?);
    let contracts: Vec<Contract> =
        contracts.iter().map(|contract| Ok(step(contract, eve, &none)?.contract)).collect::<Result<_>>()?;
    let now = Moment::midnight(today);
    let (stepped, time) = cpu(|| {
        contracts
            .iter()
            .map(|contract| step(contract, now, &none).map(|done| done.payments.len()))
            .sum::<Result<usize, _>>()
    });
    let paid = stepped?;
    ensure!(paid == count.div_ceil(100), "one in a hundred pays: {paid}");
    table.per_second("live claims stepped, 1 % of them due", rate(count, time));
    let (bytes, time) = cpu(|| contracts.iter().map(|contract| to_bytes(contract).len()).sum::<usize>());
    table.number("canonical bytes of a claim", bytes as f64 / count as f64, "bytes");
    table.per_second("claims encoded", rate(count, time));
    Ok(())
}
