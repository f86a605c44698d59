//! What publishers answer for: bonds that let reports count, statements outside transactions, and the
//! judgement of reports that were false.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod support;

use gage_accounts::Signer;
use gage_crypto::{PublicKey, Scheme, SecretKey, Signature, SigningPayload};
use gage_ledger::{AssetKind, NewAsset};
use gage_oracle::liability::{BAND_KEEP_MS, OffenceKind, offences_of};
use gage_oracle::operations::{
    Proof, RelayStatements, RemovePublisher, Report, ReportEvidence, SetFeedParams, SetReportKey, SetSlashing,
};
use gage_oracle::state::{BANDS, REPORTS, SUSPECTS};
use gage_oracle::statement::{SignedStatement, Statement};
use gage_oracle::{Error, FeedParams, Operation, Slashing, WHOLE_ORACLE};
use gage_staking::operations::{Bond, SetRoleTerms};
use gage_staking::{Role, RoleTerms};
use gage_store::Kind;
use gage_units::{Amount, AssetId, Bps, Price, Timestamp};
use support::{FEED, World, context, price};

const COIN: AssetId = AssetId(0);
const HOUR: u64 = 3_600_000;
const WEALTH: u128 = 10_000;

fn params() -> FeedParams {
    FeedParams { bond_min: Amount(500), max_age_ms: 60_000, jump_quorum: 3, ..FeedParams::default() }
}

/// Five publishers with money, the first `bonded` of them with a bond of 1,000 for the feed.
fn world(bonded: usize, params: FeedParams) -> World {
    let mut world = World::new(5, params);
    let ctx = context(&world, Signer::Governance);
    let kind = AssetKind::Module(4);
    let new = NewAsset { symbol: "COIN".to_owned(), decimals: 2, kind, itemised: false };
    gage_ledger::create_asset(&mut world.draft, &ctx, new).unwrap();
    for account in world.accounts.clone() {
        gage_ledger::mint(&mut world.draft, &ctx, 4, COIN, account, Amount(WEALTH)).unwrap();
    }
    let terms = RoleTerms { asset: COIN, amount_min: Amount(1), unbonding_ms: 48 * HOUR, evidence_ms: 24 * HOUR };
    let set = gage_staking::Operation::SetRoleTerms(SetRoleTerms { role: Role::Publisher, terms });
    set.apply(&mut world.draft, &ctx).unwrap();
    for place in 0..bonded {
        bond(&mut world, place, 0, 1_000);
    }
    world
}

fn bond(world: &mut World, place: usize, purpose: u64, amount: u128) {
    let ctx = context(world, Signer::Account(world.accounts[place]));
    let bond = Bond { role: Role::Publisher, purpose, asset: COIN, amount: Amount(amount) };
    gage_staking::Operation::Bond(bond).apply(&mut world.draft, &ctx).unwrap();
}

fn bonded(world: &World, place: usize) -> u128 {
    gage_staking::bonded(&world.draft, Role::Publisher, world.accounts[place], 0).0
}

fn offences(world: &World, place: usize) -> Vec<OffenceKind> {
    offences_of(&world.draft, world.accounts[place], 10).into_iter().map(|(_, offence)| offence.kind).collect()
}

fn report_key(place: usize) -> SecretKey {
    SecretKey::from_bytes(Scheme::P256, &[100 + place as u8; 32]).unwrap()
}

fn set_key(world: &mut World, place: usize, key: Option<PublicKey>) -> Result<(), Error> {
    world.act(place, Operation::SetReportKey(SetReportKey { key }))
}

fn statement(world: &World, place: usize, at: Price, observed_at: u64) -> SignedStatement {
    let report = Report { observed_at: Timestamp(observed_at), ..world.seen(at) };
    let statement = Statement { publisher: world.ids[place], report };
    let machine = statement.digest(&gage_accounts::network(&world.draft));
    let signature = report_key(place).sign(&SigningPayload { machine, wallet: None }).unwrap();
    SignedStatement { statement, key: report_key(place).public_key(), signature }
}

fn evidence(world: &mut World, proof: Proof) -> Result<(), Error> {
    world.act(4, Operation::ReportEvidence(ReportEvidence { proof: Box::new(proof) }))
}

#[test]
fn reports_of_the_under_bonded_do_not_count() {
    let mut world = world(2, params());
    world.block(1_000, |world| {
        world.report(0, price(200)).unwrap();
        world.report(1, price(200)).unwrap();
        assert_eq!(world.report(2, price(200)), Err(Error::UnderBonded(FEED)));
    });
    assert!(gage_oracle::state::CELLS.get(&world.draft, &FEED).is_none());
    // A bond for another feed is not one for this; a bond for the whole oracle is.
    bond(&mut world, 2, 7, 1_000);
    assert_eq!(world.report(2, price(200)), Err(Error::UnderBonded(FEED)));
    bond(&mut world, 3, WHOLE_ORACLE, 499);
    assert_eq!(world.report(3, price(200)), Err(Error::UnderBonded(FEED)));
    bond(&mut world, 3, WHOLE_ORACLE, 1);
    world.block(1_000, |world| world.report(3, price(200)).unwrap());
    assert_eq!(world.quote().mid, price(200));
    // Nothing asked, nothing needed.
    let none = SetFeedParams { feed: FEED, params: FeedParams { bond_min: Amount::ZERO, ..params() } };
    world.govern(Operation::SetFeedParams(none)).unwrap();
    world.block(1_000, |world| world.report(2, price(200)).unwrap());
}

#[test]
fn a_report_outside_the_price_of_its_time_is_slashed_by_itself() {
    let mut world = world(5, params());
    world.all_report(1_000, price(200));
    world.block(1_000, |world| {
        for (place, at) in [(0, 200), (1, 201), (2, 199), (3, 200), (4, 150)] {
            world.report(place, price(at)).unwrap();
        }
    });
    assert!(SUSPECTS.has(&world.draft, &(FEED, world.accounts[4])));
    // A minute must pass in which it could have been right.
    for _ in 0..6 {
        world.block(10_000, |world| (0..4).for_each(|place| world.report(place, price(200)).unwrap()));
        assert_eq!(bonded(&world, 4), 1_000);
    }
    world.block(1_000, |_| ());
    assert_eq!((bonded(&world, 4), offences(&world, 4)), (900, vec![OffenceKind::Deviation]));
    assert_eq!(gage_staking::proceeds(&world.draft, 9), [(1, COIN, Amount(100))]);
    // Its report counts no more, and the others lost nothing.
    assert!(REPORTS.get(&world.draft, &(FEED, world.accounts[4])).is_none());
    assert_eq!((0..4).map(|place| bonded(&world, place)).sum::<u128>(), 4_000);
    world.block(61_000, |_| ());
    assert_eq!(bonded(&world, 4), 900);
}

/// Among three, one false report widens the aggregate's confidence as far as itself: it is judged by the
/// width that the publishers state, not by the one it causes.
#[test]
fn one_of_three_does_not_hide_in_the_width_it_causes() {
    let mut world = world(3, params());
    world.block(1_000, |world| (0..3).for_each(|place| world.report(place, price(200)).unwrap()));
    world.block(1_000, |world| {
        (0..2).for_each(|place| world.report(place, price(200)).unwrap());
        world.report(2, price(150)).unwrap();
    });
    let cell = gage_oracle::state::CELLS.get(&world.draft, &FEED).unwrap();
    assert!(cell.price.0 - cell.confidence.0 <= price(150).0 + price(1).0);
    for _ in 0..7 {
        world.block(10_000, |world| (0..2).for_each(|place| world.report(place, price(200)).unwrap()));
    }
    assert_eq!((bonded(&world, 2), offences(&world, 2)), (900, vec![OffenceKind::Deviation]));
}

#[test]
fn whoever_sees_a_move_first_is_not_punished() {
    let mut world = world(5, params());
    world.all_report(1_000, price(200));
    // Publisher 4 sees the crash a few seconds before the others.
    world.block(1_000, |world| {
        world.report(4, price(150)).unwrap();
        (0..4).for_each(|place| world.report(place, price(200)).unwrap());
    });
    assert!(SUSPECTS.has(&world.draft, &(FEED, world.accounts[4])));
    world.all_report(5_000, price(150));
    world.block(70_000, |_| ());
    assert!(!SUSPECTS.has(&world.draft, &(FEED, world.accounts[4])));
    assert_eq!((bonded(&world, 4), offences(&world, 4)), (1_000, vec![]));
}

/// The price of the time is known only once a waiting move is believed, or the market trades again.
#[test]
fn judgement_waits_for_a_confirmed_price() {
    let mut world = world(5, FeedParams { jump_quorum: 6, jump_delay_ms: 300_000, ..params() });
    world.all_report(1_000, price(200));
    world.all_report(20_000, price(100));
    // Publisher 4 stays at the old price while the move waits.
    for _ in 0..20 {
        world.block(20_000, |world| {
            (0..4).for_each(|place| world.report(place, price(100)).unwrap());
            world.report(4, price(200)).unwrap();
        });
    }
    world.block(61_000, |_| ());
    // The reports of the first minute lie in the band of the old price; later ones do not.
    assert_eq!(offences(&world, 4), [OffenceKind::Deviation]);
    assert_eq!((0..4).map(|place| bonded(&world, place)).sum::<u128>(), 4_000);
}

#[test]
fn statements_bind_their_publisher() {
    let mut world = world(5, params());
    let key = report_key(0).public_key();
    let now = world.time;
    let signed = statement(&world, 0, price(200), now);
    let relay =
        |signed: &SignedStatement| Operation::RelayStatements(RelayStatements { statements: vec![signed.clone()] });
    assert_eq!(world.act(3, relay(&signed)), Err(Error::NotReportKey));
    set_key(&mut world, 0, Some(key)).unwrap();
    assert_eq!(set_key(&mut world, 0, Some(key)), Err(Error::SameReportKey));
    let wallet = SecretKey::from_bytes(Scheme::Secp256k1Eip712, &[9; 32]).unwrap().public_key();
    assert_eq!(set_key(&mut world, 0, Some(wallet)), Err(Error::NotReportKey));
    // Anybody brings it; it counts as the publisher's.
    world.act(3, relay(&signed)).unwrap();
    assert_eq!(REPORTS.get(&world.draft, &(FEED, world.accounts[0])).unwrap().price, price(200));
    assert_eq!(world.act(3, relay(&signed)), Err(Error::NotNewer));
    world.block(1_000, |_| ());
    let now = world.time;
    let good = statement(&world, 0, price(200), now);
    let mut forged = good.clone();
    forged.statement.report.price = price(201);
    assert_eq!(world.act(3, relay(&forged)), Err(Error::BadStatementSignature));
    let other = SignedStatement { statement: good.statement, ..statement(&world, 1, price(200), now) };
    assert_eq!(world.act(3, relay(&other)), Err(Error::NotReportKey));
    let Signature::P256(bytes) = good.signature.clone() else { panic!("{good:?}") };
    let scheme = SignedStatement { signature: Signature::Ed25519(bytes), ..good.clone() };
    assert_eq!(world.act(3, relay(&scheme)), Err(Error::BadStatementSignature));
    // The statement of a publisher that was removed counts no more.
    world.govern(Operation::RemovePublisher(RemovePublisher { feed: FEED, publisher: world.ids[0] })).unwrap();
    assert_eq!(world.act(3, relay(&good)), Err(Error::NotPublisher(FEED)));
}

#[test]
fn a_former_key_binds_for_its_time_and_no_longer() {
    let mut world = world(5, params());
    set_key(&mut world, 0, Some(report_key(0).public_key())).unwrap();
    world.block(1_000, |_| ());
    let before = world.time;
    world.block(1_000, |_| ());
    set_key(&mut world, 0, Some(report_key(1).public_key())).unwrap();
    let after = world.time;
    let first = statement(&world, 0, price(200), before);
    let second = statement(&world, 0, price(210), before);
    let late = statement(&world, 0, price(200), after);
    assert_eq!(late.verify(&world.draft), Err(Error::NotReportKey));
    evidence(&mut world, Proof::Equivocation { first, second: Box::new(second) }).unwrap();
    assert_eq!(bonded(&world, 0), 500);
    // Keys do not vanish by being changed often: their time must have passed first.
    for place in 2..4 {
        set_key(&mut world, 0, Some(report_key(place).public_key())).unwrap();
    }
    assert_eq!(set_key(&mut world, 0, Some(report_key(4).public_key())), Err(Error::TooManyReportKeys));
    world.block(25 * HOUR, |_| ());
    set_key(&mut world, 0, Some(report_key(4).public_key())).unwrap();
    set_key(&mut world, 0, None).unwrap();
}

#[test]
fn two_reports_of_one_instant_cost_half_the_bond() {
    let mut world = world(5, params());
    bond(&mut world, 0, WHOLE_ORACLE, 2_000);
    set_key(&mut world, 0, Some(report_key(0).public_key())).unwrap();
    world.all_report(1_000, price(200));
    let now = world.time;
    let (first, second) = (statement(&world, 0, price(200), now), statement(&world, 0, price(202), now));
    let two = |first: &SignedStatement, second: &SignedStatement| Proof::Equivocation {
        first: first.clone(),
        second: Box::new(second.clone()),
    };
    assert_eq!(evidence(&mut world, two(&first, &first)), Err(Error::NoOffence));
    let later = statement(&world, 0, price(202), now + 1);
    assert_eq!(evidence(&mut world, two(&first, &later)), Err(Error::NotSameInstant));
    let mut forged = second.clone();
    forged.statement.report.price = price(203);
    assert_eq!(evidence(&mut world, two(&first, &forged)), Err(Error::BadStatementSignature));
    evidence(&mut world, two(&first, &second)).unwrap();
    // Both bonds that stand for the feed, and once only, whatever proves it.
    let whole = gage_staking::bonded(&world.draft, Role::Publisher, world.accounts[0], WHOLE_ORACLE);
    assert_eq!((bonded(&world, 0), whole.0), (500, 1_000));
    assert_eq!(evidence(&mut world, two(&second, &first)), Err(Error::AlreadyProven));
    let contradiction = Proof::Contradiction { statement: second };
    assert_eq!(evidence(&mut world, contradiction), Err(Error::AlreadyProven));
    assert_eq!(offences(&world, 0), [OffenceKind::Equivocation]);
    assert!(REPORTS.get(&world.draft, &(FEED, world.accounts[0])).is_none());
    world.block(1_000, |_| ());
}

#[test]
fn a_statement_that_contradicts_the_report_made_here_is_proof() {
    let mut world = world(5, params());
    set_key(&mut world, 1, Some(report_key(1).public_key())).unwrap();
    world.all_report(1_000, price(200));
    let now = world.time;
    let same = Proof::Contradiction { statement: statement(&world, 1, price(200), now) };
    assert_eq!(evidence(&mut world, same), Err(Error::NoOffence));
    let elsewhen = Proof::Contradiction { statement: statement(&world, 1, price(190), now - 1) };
    assert_eq!(evidence(&mut world, elsewhen), Err(Error::NoSuchReport));
    let other = Proof::Contradiction { statement: statement(&world, 1, price(190), now) };
    evidence(&mut world, other).unwrap();
    assert_eq!((bonded(&world, 1), offences(&world, 1)), (500, vec![OffenceKind::Equivocation]));
}

#[test]
fn a_signed_price_far_from_the_confirmed_one_is_proof_once_its_time_is_known() {
    let mut world = world(4, params());
    set_key(&mut world, 0, Some(report_key(0).public_key())).unwrap();
    set_key(&mut world, 4, Some(report_key(4).public_key())).unwrap();
    let everybody = |world: &mut World, later: u64, at: u64| {
        world.block(later, |world| (0..4).for_each(|place| world.report(place, price(at)).unwrap()));
    };
    everybody(&mut world, 1_000, 200);
    let now = world.time;
    let false_price = Proof::Deviation { statement: statement(&world, 0, price(150), now) };
    assert_eq!(evidence(&mut world, false_price.clone()), Err(Error::TooEarlyToJudge));
    for _ in 0..7 {
        everybody(&mut world, 10_000, 200);
    }
    // Within a tenth of the band it is an opinion.
    let opinion = Proof::Deviation { statement: statement(&world, 0, price(181), now) };
    assert_eq!(evidence(&mut world, opinion), Err(Error::NoOffence));
    let unbonded = Proof::Deviation { statement: statement(&world, 4, price(150), now) };
    assert_eq!(evidence(&mut world, unbonded), Err(Error::NothingBonded));
    evidence(&mut world, false_price.clone()).unwrap();
    assert_eq!((bonded(&world, 0), offences(&world, 0)), (900, vec![OffenceKind::Deviation]));
    assert_eq!(evidence(&mut world, false_price), Err(Error::AlreadyProven));
    let old = statement(&world, 0, price(150), now + 1);
    world.block(BAND_KEEP_MS, |_| ());
    assert_eq!(evidence(&mut world, Proof::Deviation { statement: old }), Err(Error::TooOld));
}

#[test]
fn bands_are_forgotten_and_rebuilt_tables_are_the_same() {
    let mut world = world(5, params());
    for _ in 0..10 {
        world.all_report(10_000, price(200));
    }
    assert_eq!(BANDS.len(&world.draft), 10);
    world.block(BAND_KEEP_MS + 100_000, |_| ());
    for _ in 0..2 {
        world.all_report(10_000, price(200));
    }
    assert_eq!(BANDS.len(&world.draft), 2);
    world.block(1_000, |world| {
        (0..4).for_each(|place| world.report(place, price(200)).unwrap());
        world.report(4, price(100)).unwrap();
    });
    let derived = |world: &World| {
        let mut records = Vec::new();
        world.draft.visit(Kind::Derived, |key, value| records.push((key.to_vec(), value.to_vec())));
        records.retain(|(key, _)| key[0] == gage_oracle::MODULE);
        records.sort();
        records
    };
    let before = derived(&world);
    assert_eq!(before.len(), 1);
    world.draft.clear_derived();
    gage_oracle::rebuild(&mut world.draft);
    gage_accounts::rebuild(&mut world.draft);
    gage_staking::rebuild(&mut world.draft);
    gage_ledger::rebuild(&mut world.draft);
    assert_eq!(derived(&world), before);
}

#[test]
fn rules_of_slashing_have_bounds() {
    let mut world = world(0, params());
    let set = |rules| Operation::SetSlashing(SetSlashing { rules });
    world.govern(set(Slashing { waterfall: 2, ..Slashing::default() })).unwrap();
    assert_eq!(gage_oracle::params(&world.draft).slashing.waterfall, 2);
    for (rules, param) in [
        (Slashing { equivocation: Bps(0), ..Slashing::default() }, "equivocation"),
        (Slashing { deviation: Bps(10_001), ..Slashing::default() }, "deviation"),
        (Slashing { deviation_bound: Bps(99), ..Slashing::default() }, "deviation_bound"),
        (Slashing { window_ms: 9_999, ..Slashing::default() }, "window_ms"),
    ] {
        assert_eq!(world.govern(set(rules)), Err(Error::ParamOutOfBounds { param }));
    }
    let refused = world.act(0, set(Slashing::default()));
    assert_eq!(refused, Err(Error::Accounts(gage_accounts::Error::NotGovernance)));
}

/// The window of evidence became shorter while a report waited: nothing is left to judge it by, and the
/// others are judged all the same.
#[test]
fn an_offence_that_is_too_old_is_dropped_and_stops_nobody() {
    let mut world = world(5, FeedParams { max_age_ms: 600_000, ..params() });
    let rules = Slashing { window_ms: HOUR, ..Slashing::default() };
    world.govern(Operation::SetSlashing(SetSlashing { rules })).unwrap();
    world.all_report(1_000, price(200));
    world.block(1_000, |world| {
        (0..4).for_each(|place| world.report(place, price(200)).unwrap());
        world.report(4, price(150)).unwrap();
    });
    assert!(SUSPECTS.has(&world.draft, &(FEED, world.accounts[4])));
    let terms = RoleTerms { asset: COIN, amount_min: Amount(1), unbonding_ms: 48 * HOUR, evidence_ms: HOUR };
    let set = gage_staking::Operation::SetRoleTerms(SetRoleTerms { role: Role::Publisher, terms });
    let ctx = context(&world, Signer::Governance);
    set.apply(&mut world.draft, &ctx).unwrap();
    for _ in 0..14 {
        world.block(600_000, |world| (0..4).for_each(|place| world.report(place, price(200)).unwrap()));
    }
    assert!(!SUSPECTS.has(&world.draft, &(FEED, world.accounts[4])));
    assert_eq!((bonded(&world, 4), offences(&world, 4)), (1_000, vec![]));
}

#[test]
fn a_convicted_statement_does_not_count_once_more() {
    let mut world = world(5, params());
    set_key(&mut world, 0, Some(report_key(0).public_key())).unwrap();
    world.all_report(1_000, price(200));
    let now = world.time;
    let (first, second) = (statement(&world, 0, price(200), now), statement(&world, 0, price(202), now));
    let proof = Proof::Equivocation { first, second: Box::new(second.clone()) };
    evidence(&mut world, proof).unwrap();
    assert!(REPORTS.get(&world.draft, &(FEED, world.accounts[0])).is_none());
    let relay = Operation::RelayStatements(RelayStatements { statements: vec![second] });
    assert_eq!(world.act(3, relay), Err(Error::AlreadyProven));
    // What it says of another instant counts.
    world.block(1_000, |_| ());
    let now = world.time;
    let next = statement(&world, 0, price(200), now);
    world.act(3, Operation::RelayStatements(RelayStatements { statements: vec![next] })).unwrap();
}
