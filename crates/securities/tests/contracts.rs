//! Contracts that would stall the ledger, starve others, die of silence or pay in a namesake: what becomes of them.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod support;

use gage_accounts::Signer;
use gage_calendar::Moment;
use gage_crypto::hash::sha256;
use gage_ledger::AssetKind;
use gage_securities::contract::{CONTRACTS, FIXINGS, LEFT_BYTES_MAX};
use gage_securities::operations::{
    AttachContract, DeclareDistribution, FundContract, PublishFixing, RegisterInstrument, WithdrawReserve,
};
use gage_securities::query::contract_view;
use gage_securities::{AssetContract, Basis, Error, Event, Operation, Payout};
use gage_units::{Amount, AssetId, Ratio, Timestamp};
use support::{DAY, E18, World};

const ISSUER: usize = 0;
const AGENT: usize = 1;
const HOLDER: usize = 4;

/// An asset whose units the holder has, and the asset it pays in, of which the issuer has plenty.
fn desk() -> (World, AssetId, AssetId) {
    let mut world = World::new();
    let issuer = world.accounts[ISSUER];
    let cash = world.asset(AssetKind::Issued { issuer });
    let bond = bond(&mut world);
    mint(&mut world, cash, ISSUER);
    (world, bond, cash)
}

fn bond(world: &mut World) -> AssetId {
    let issuer = world.accounts[ISSUER];
    let bond = world.asset(AssetKind::Issued { issuer });
    mint(world, bond, HOLDER);
    bond
}

fn mint(world: &mut World, asset: AssetId, to: usize) {
    let ctx = world.context(Signer::Account(world.accounts[ISSUER]));
    let mint = gage_ledger::operations::Mint { asset, to: world.ids[to], amount: Amount(1_000_000_000_000) };
    gage_ledger::Operation::Mint(mint).apply(&mut world.draft, &ctx).unwrap();
}

/// The second in which the world is.
fn now(world: &World) -> Moment {
    Moment::from_timestamp(Timestamp(world.time)).unwrap()
}

/// Bytes of a contract from now on.
fn bytes(world: &World, claim: &str) -> Vec<u8> {
    let text = format!("contract \"Note\" from {} issuer owes holder {claim}", now(world));
    gage_terms::to_bytes(&gage_terms::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}")))
}

fn register(world: &mut World, asset: AssetId, contract: &[u8]) -> Result<(), Error> {
    let version = world.version_of(asset) + 1;
    let register = RegisterInstrument { terms: sha256(contract), ..world.instrument(asset, version) };
    world.act(ISSUER, Operation::RegisterInstrument(register)).map(|_| ())
}

fn attach(world: &mut World, asset: AssetId, cash: AssetId, claim: &str) -> Result<(), Error> {
    let contract = bytes(world, claim);
    register(world, asset, &contract)?;
    let attach = AttachContract { asset, cash, contract, claim_ms: 30 * DAY, steps: 500 };
    world.act(ISSUER, Operation::AttachContract(attach)).map(|_| ())
}

fn record(world: &World, asset: AssetId) -> AssetContract {
    CONTRACTS.get(&world.draft, &asset).unwrap()
}

fn fund(world: &mut World, asset: AssetId, amount: u128, steps: u32) -> Result<(), Error> {
    let fund = FundContract { asset, amount: Amount(amount), steps };
    world.act(ISSUER, Operation::FundContract(fund)).map(|_| ())
}

fn publish(world: &mut World, asset: AssetId, at: Moment) -> Result<(), Error> {
    let (name, value) = ("X".parse().unwrap(), "0.001".parse().unwrap());
    world.act(ISSUER, Operation::PublishFixing(PublishFixing { asset, name, at, value })).map(|_| ())
}

/// Due work of some blocks, a second from one to the next; steps are paid ahead where few are left.
fn blocks(world: &mut World, asset: AssetId) {
    for _ in 0..3 {
        if record(world, asset).steps < 50 {
            fund(world, asset, 0, 500).unwrap();
        }
        world.due();
        world.time += 1_000;
    }
}

/// Codes of halts, assets that were stepped, and how many payments were declared, since the last call.
fn told(world: &mut World) -> (Vec<u32>, Vec<AssetId>, usize) {
    let (mut halts, mut steps, mut payments) = (Vec::new(), Vec::new(), 0);
    for event in world.events() {
        match event {
            Event::ContractHalted { code, reason, .. } => {
                assert!(!reason.is_empty());
                halts.push(code);
            }
            Event::ContractStepped { asset, .. } => steps.push(asset),
            Event::DistributionDeclared { .. } => payments += 1,
            _ => {}
        }
    }
    (halts, steps, payments)
}

const ROWS: &str = "every P1D from 2012-01-01: every P1D from 2012-01-01: every P1D from 2012-01-01";

#[test]
fn rows_in_rows_never_run() {
    let (mut world, asset, cash) = desk();
    // The last one: a row of many days, each of which would keep a copy of a large body.
    let body = format!("scale max(fixing(\"X\"), 0): and {{ {} }}", "when at 2030-01-01: one TBILL_0 ".repeat(100));
    for claim in [
        format!("{ROWS}: zero"),
        format!("{ROWS}: scale max(fixing(\"X\"), 0): one TBILL_0"),
        format!("every P1D from 2012-01-01: {body}"),
    ] {
        let text = format!("contract \"Note\" from 2012-01-01 issuer owes holder {claim}");
        let contract = gage_terms::to_bytes(&gage_terms::parse(&text).unwrap());
        register(&mut world, asset, &contract).unwrap();
        let attach = AttachContract { asset, cash, contract, claim_ms: 30 * DAY, steps: 500 };
        assert_eq!(world.act(ISSUER, Operation::AttachContract(attach)), Err(Error::ContractTooLarge), "{claim}");
    }
}

/// What attaching cannot see comes to its bound when it is due: the contract stands still, at a bounded price.
#[test]
fn rows_in_rows_that_begin_later_halt() {
    let (mut world, asset, cash) = desk();
    attach(&mut world, asset, cash, &format!("when at 2024-01-01: {ROWS}: {ROWS}: one TBILL_0")).unwrap();
    world.due();
    assert_eq!(told(&mut world), (vec![], vec![asset], 0));
    let before = record(&world, asset);
    world.time += 90 * DAY;
    let ctx = world.context(Signer::Protocol);
    let mut budget = 10_000_000;
    gage_securities::settle_due(&mut world.draft, &ctx, &mut budget).unwrap();
    assert_eq!(told(&mut world), (vec![6055], vec![], 0));
    assert_eq!(10_000_000 - budget, 20_000 + 10 * 20_000, "a step of the most work");
    let after = record(&world, asset);
    assert_eq!((after.left, after.next, after.steps), (before.left, None, before.steps - 11));
    // What is still to come is answered from a bounded look.
    assert_eq!(contract_view(&world.draft, asset).unwrap().flows, []);
}

#[test]
fn the_payments_of_a_contract_without_end_are_listed() {
    let (mut world, asset, cash) = desk();
    attach(&mut world, asset, cash, "every P1D from 2023-12-01: 0.001 TBILL_0").unwrap();
    assert_eq!(contract_view(&world.draft, asset).unwrap().flows.len(), 400);
}

/// The number of each day comes a hundred days late: nothing halts, nothing is lost, and silence frees no reserve.
#[test]
fn a_contract_outlives_late_numbers() {
    let (mut world, asset, cash) = desk();
    attach(&mut world, asset, cash, "every P1D from 2023-11-15: scale max(fixing(X), 0): one TBILL_0").unwrap();
    fund(&mut world, asset, 1_000_000, 0).unwrap();
    blocks(&mut world, asset);
    let first: Moment = "2023-11-15".parse().unwrap();
    let day = |number: i64| first.plus_seconds(number * 86_400).unwrap();
    let withdraw = |world: &mut World| world.act(ISSUER, Operation::WithdrawReserve(WithdrawReserve { asset }));
    for _ in 0..100 {
        world.time += DAY;
        blocks(&mut world, asset);
        assert_eq!(withdraw(&mut world), Err(Error::StillClaimable));
    }
    let (halts, steps, payments) = told(&mut world);
    assert_eq!((halts, steps.len(), payments), (vec![], 101, 0));
    for number in 0..100 {
        publish(&mut world, asset, day(number)).unwrap();
    }
    blocks(&mut world, asset);
    let (halts, _, payments) = told(&mut world);
    assert_eq!((halts, payments), (vec![], 1), "a hundred days in one payment, by the register of this block");
    assert_eq!(FIXINGS.len(&world.draft), 1, "of what was used only the last can count again");
}

/// Beyond what is kept of it a contract stands still as it was, until its numbers come.
#[test]
fn a_contract_that_stood_still_is_revived() {
    let (mut world, asset, cash) = desk();
    attach(
        &mut world,
        asset,
        cash,
        "until at 2026-01-01: every P1D from 2023-11-15: scale max(fixing(X), 0): one TBILL_0",
    )
    .unwrap();
    let mut halts = Vec::new();
    let mut silent = 0;
    while halts.is_empty() {
        blocks(&mut world, asset);
        halts = told(&mut world).0;
        world.time += DAY;
        silent += 1;
        assert!(silent < 1_000 && record(&world, asset).left.len() <= LEFT_BYTES_MAX);
    }
    assert!((600..700).contains(&silent) && halts == [6055], "after {silent} days: {halts:?}");
    // Numbers of the first days: fewer rows wait, and it goes on.
    let first: Moment = "2023-11-15".parse().unwrap();
    for number in 0..100 {
        publish(&mut world, asset, first.plus_seconds(number * 86_400).unwrap()).unwrap();
    }
    blocks(&mut world, asset);
    let (halts, steps, payments) = told(&mut world);
    assert_eq!((halts, steps, payments), (vec![], vec![asset], 1));
    assert!(record(&world, asset).next.is_some());
}

/// A note with a rate of every day publishes more numbers in its life than wait at once.
#[test]
fn used_numbers_make_room() {
    let (mut world, asset, cash) = desk();
    attach(&mut world, asset, cash, "every P1D from 2023-11-15: scale max(fixing(X), 0): one TBILL_0").unwrap();
    let first: Moment = "2023-11-15".parse().unwrap();
    for number in 0..600 {
        world.time += DAY;
        publish(&mut world, asset, first.plus_seconds(number * 86_400).unwrap()).unwrap();
        blocks(&mut world, asset);
        assert!(FIXINGS.len(&world.draft) <= 2);
    }
    let (halts, _, payments) = told(&mut world);
    assert_eq!((halts, payments), (vec![], 600));
    // A number once used is not published again as another, nor one that nobody asks for.
    let day = |number: i64| first.plus_seconds(number * 86_400).unwrap();
    assert_eq!(publish(&mut world, asset, day(599)), Err(Error::NotNewer));
    assert_eq!(publish(&mut world, asset, day(598)), Err(Error::NotAwaited(asset)));
    let other = PublishFixing { asset, name: "Y".parse().unwrap(), at: day(599), value: "1".parse().unwrap() };
    assert_eq!(world.act(ISSUER, Operation::PublishFixing(other)), Err(Error::NotAwaited(asset)));
}

/// The silent issuer gets his reserve back only after holders could see it for as long as they could claim.
#[test]
fn a_reserve_is_not_freed_by_silence() {
    let (mut world, asset, cash) = desk();
    attach(&mut world, asset, cash, "when at 2023-11-15: scale max(fixing(X), 0): one TBILL_0").unwrap();
    fund(&mut world, asset, 1_000, 0).unwrap();
    world.due();
    world.time += DAY;
    world.due();
    assert_eq!(record(&world, asset).next, None);
    let withdraw = |world: &mut World| world.act(ISSUER, Operation::WithdrawReserve(WithdrawReserve { asset }));
    world.time += 30 * DAY - 1;
    assert_eq!(withdraw(&mut world), Err(Error::StillClaimable));
    world.time += 1;
    withdraw(&mut world).unwrap();
}

#[test]
fn contracts_hold_up_neither_registers_nor_each_other() {
    let (mut world, busy, cash) = desk();
    // One payment a day, of which ten are overdue; and contracts that are due after them.
    attach(&mut world, busy, cash, "every P1D from 2023-11-15: 0.001 TBILL_0").unwrap();
    world.due();
    let (first, second) = (bond(&mut world), bond(&mut world));
    for asset in [first, second] {
        attach(&mut world, asset, cash, "when at 2023-11-25: 0.001 TBILL_0").unwrap();
    }
    world.due();
    let at = Timestamp(world.time + 11 * DAY);
    let payouts = vec![Payout { asset: cash, rate: Ratio(E18) }];
    let (basis, expires_at) = (Basis::Register { at }, Timestamp(at.0 + DAY));
    let declare = DeclareDistribution { asset: first, basis, payouts, elect_by: at, pay_at: at, expires_at };
    world.act(ISSUER, Operation::DeclareDistribution(declare)).unwrap();
    world.events();
    world.time += 11 * DAY;
    let mut served = Vec::new();
    for block in 0..4 {
        let ctx = world.context(Signer::Protocol);
        let mut budget = 30_000;
        gage_securities::settle_due(&mut world.draft, &ctx, &mut budget).unwrap();
        let events = world.events();
        let taken = |event: &Event| matches!(event, Event::RegisterTaken { distribution, .. } if distribution.0 == 0);
        assert_eq!(events.iter().any(taken), block == 0, "the register is taken on its day");
        served.extend(events.into_iter().filter_map(|event| match event {
            Event::ContractStepped { asset, .. } => Some(asset),
            _ => None,
        }));
        world.time += 1_000;
    }
    assert_eq!(served, [busy, first, second, busy], "one step each, in turn");
    // A large budget: still one step of each in a block, and contracts take a quarter of it.
    world.time += 10 * DAY;
    let others: Vec<AssetId> = (0..10).map(|_| bond(&mut world)).collect();
    for asset in &others {
        attach(&mut world, *asset, cash, "every P1D from 2023-11-15: 0.001 TBILL_0").unwrap();
    }
    world.events();
    let ctx = world.context(Signer::Protocol);
    let mut budget = 400_000;
    gage_securities::settle_due(&mut world.draft, &ctx, &mut budget).unwrap();
    let steps = told(&mut world).1.len();
    assert!((1..=5).contains(&steps), "{steps} steps of 20,000 and their work are a quarter of 400,000");
}

/// Every step was paid for by somebody before it is made.
#[test]
fn steps_are_paid_ahead() {
    let (mut world, asset, cash) = desk();
    let contract = bytes(&world, "every P1D from 2023-11-15: 0.001 TBILL_0");
    register(&mut world, asset, &contract).unwrap();
    let attach = |steps| {
        let contract = contract.clone();
        Operation::AttachContract(AttachContract { asset, cash, contract, claim_ms: 30 * DAY, steps })
    };
    for steps in [0, 501] {
        assert_eq!(world.act(ISSUER, attach(steps)), Err(Error::TermsOutOfBounds { term: "steps" }));
    }
    assert_eq!(attach(7).weight() - attach(3).weight(), 4 * 20_000);
    assert_eq!((attach(7).records_ahead(), attach(7).weight() > 200_000), (21, true));
    let more = |amount, steps| Operation::FundContract(FundContract { asset, amount: Amount(amount), steps });
    assert_eq!((more(5, 3).weight() - more(5, 0).weight(), more(5, 3).records_ahead()), (3 * 20_000, 9));
    world.act(ISSUER, attach(3)).unwrap();
    for _ in 0..5 {
        world.due();
        world.time += DAY;
    }
    let (halts, steps, payments) = told(&mut world);
    assert_eq!((halts, steps.len(), payments), (vec![6056], 3, 2));
    assert_eq!(world.act(ISSUER, more(0, 0)), Err(gage_accounts::Error::ZeroAmount.into()));
    assert_eq!(world.act(ISSUER, more(0, 501)), Err(Error::TermsOutOfBounds { term: "steps" }));
    world.act(ISSUER, more(0, 5)).unwrap();
    world.due();
    let (halts, steps, payments) = told(&mut world);
    assert_eq!((halts, steps.len(), payments), (vec![], 1, 1), "what was missed is paid");
}

/// All assets here have one symbol: a contract names the one it pays in by its number, and the issuer alone binds it.
#[test]
fn a_namesake_is_not_what_holders_read() {
    let (mut world, asset, cash) = desk();
    let namesake = bond(&mut world);
    let act = |world: &mut World, by: usize, cash: AssetId, claim: &str| {
        let contract = bytes(world, claim);
        let version = world.version_of(asset) + 1;
        let agent = Some(world.ids[AGENT]);
        let instrument =
            RegisterInstrument { terms: sha256(&contract), paying_agent: agent, ..world.instrument(asset, version) };
        world.act(ISSUER, Operation::RegisterInstrument(instrument)).unwrap();
        let attach = AttachContract { asset, cash, contract, claim_ms: 30 * DAY, steps: 3 };
        world.act(by, Operation::AttachContract(attach)).map(|_| ())
    };
    let by_symbol = "when at 2024-01-01: 1 TBILL";
    let by_number = "when at 2024-01-01: 1 TBILL_0";
    assert_eq!(cash, AssetId(0));
    assert_eq!(act(&mut world, ISSUER, cash, by_symbol), Err(Error::BadContract { reason: "assets" }));
    assert_eq!(act(&mut world, ISSUER, namesake, by_number), Err(Error::BadContract { reason: "assets" }));
    assert_eq!(act(&mut world, AGENT, cash, by_number), Err(Error::NotIssuer(asset)));
    act(&mut world, ISSUER, cash, by_number).unwrap();
    assert_eq!(record(&world, asset).payer, world.accounts[AGENT], "the agent pays; it does not decide");
}

#[test]
fn terms_that_are_executed_stay() {
    let (mut world, asset, cash) = desk();
    let claim = "when at 2023-11-16: 1 TBILL_0";
    let (contract, other) = (bytes(&world, claim), bytes(&world, "zero"));
    attach(&mut world, asset, cash, claim).unwrap();
    register(&mut world, asset, &contract).unwrap();
    assert_eq!(register(&mut world, asset, &other), Err(Error::TermsBound(asset)));
    assert_eq!(Error::TermsBound(asset).code(), 6057);
    for _ in 0..3 {
        world.due();
        world.time += DAY;
    }
    register(&mut world, asset, &other).unwrap();
}

#[test]
fn what_is_no_contract_is_refused_before_anything_is_asked() {
    let (world, asset, cash) = desk();
    let validate = |contract: Vec<u8>| {
        Operation::AttachContract(AttachContract { asset, cash, contract, claim_ms: 30 * DAY, steps: 1 }).validate()
    };
    let contract = bytes(&world, "when at 2024-01-01: 1 TBILL_0");
    assert_eq!(validate(contract.clone()), Ok(()));
    let bad = Err(Error::BadContract { reason: "bytes" });
    assert_eq!(validate(Vec::new()), bad);
    assert_eq!(validate(contract[1..].to_vec()), bad);
    assert_eq!(validate([contract, vec![0]].concat()), bad);
}
