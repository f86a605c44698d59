//! Genesis text, wallet text, canonical bytes, rebuild and error numbers.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod support;

use gage_accounts::{Names, Signer};
use gage_crypto::hash::sha256;
use gage_crypto::{AccountId, Hash, Scheme, SecretKey, SigningPayload};
use gage_oracle::operations::{
    Proof, RelayStatements, Report, ReportEvidence, SetGuardianSet, SetMarketState, SetPythEmitter, SetPythPublisher,
    SetReportKey, SetSlashing, SubmitPythUpdate,
};
use gage_oracle::state::{CorporateAction, Side, Trading};
use gage_oracle::statement::{SignedStatement, Statement};
use gage_oracle::wormhole::{Emitter, GuardianSet};
use gage_oracle::{Dimension, FeedId, FeedParams, Genesis, Operation, PriceClass, Slashing, Source, query};
use gage_store::Kind;
use gage_units::{Amount, AssetId, Price, Timestamp};
use support::{E18, FEED, World, context, create, price};

struct Symbols;

impl Names for Symbols {
    fn asset(&self, asset: AssetId) -> Option<(String, u8)> {
        (asset == AssetId(7)).then(|| ("WETH".to_owned(), 18))
    }
}

fn report() -> Report {
    Report {
        feed: FEED,
        price: Price(19_502 * E18 / 100),
        confidence: Price(5 * E18 / 100),
        bid: Some(Side { price: price(195), size: Amount(1_000) }),
        ask: None,
        observed_at: Timestamp(1_583_971_200_000),
    }
}

#[test]
fn a_wallet_shows_everything() {
    let text = |operation: Operation| {
        let text = operation.describe(&Symbols);
        assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{text:?}");
        text
    };
    assert_eq!(
        text(Operation::Report(report())),
        "Report feed 0: 195.02 +- 0.05 bid 195 for 1000 units observed at 1583971200000"
    );
    let action = Some(CorporateAction { numerator: 1, denominator: 4, activates_at: Timestamp(5) });
    let halt = SetMarketState { feed: FEED, trading: Trading::Halted, action };
    assert_eq!(
        text(Operation::SetMarketState(halt)),
        "Halt the market of feed 0; corporate action: prices times 1/4 from 5"
    );
    let feed = create(Dimension::Asset(AssetId(7)), Dimension::Numeraire, Source::Reported, FeedParams::default());
    assert!(text(feed).starts_with("Create feed WETH#7 in numeraire with 8 decimals, reported; quorum 3, max age"));
}

#[test]
fn canonical_bytes_are_pinned() {
    let bytes = borsh::to_vec(&Operation::Report(report())).unwrap();
    assert_eq!(bytes.len(), 1 + 4 + 16 + 16 + 33 + 1 + 8);
    assert_eq!(sha256(&bytes).to_string(), GOLDEN);
    let json = serde_json::to_string(&Operation::Report(report())).unwrap();
    assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), Operation::Report(report()));
    assert!(json.contains("\"price\":\"195020000000000000000\""), "{json}");
}

const GOLDEN: &str = "5049f737de5035139d2575cf9fa04e6f6d805a4fbf65e0d4a4846b9aa5a353d3";

fn statement(price: Price) -> SignedStatement {
    let secret = SecretKey::from_bytes(Scheme::Ed25519, &[7; 32]).unwrap();
    let statement = Statement { publisher: AccountId([9; 32]), report: Report { price, bid: None, ..report() } };
    let payload = SigningPayload { machine: statement.digest(&Hash([3; 32])), wallet: None };
    SignedStatement { statement, key: secret.public_key(), signature: secret.sign(&payload).unwrap() }
}

/// What came after the first verbs, each with the words of a wallet.
fn newer() -> Vec<(Operation, String)> {
    let key = SecretKey::from_bytes(Scheme::Ed25519, &[7; 32]).unwrap().public_key();
    let (publisher, hash) = (AccountId([9; 32]), Hash([5; 32]));
    let guardians = vec![gage_crypto::key::EthereumAddress([1; 20]), gage_crypto::key::EthereumAddress([2; 20])];
    let (one, two) = (guardians[0], guardians[1]);
    let said = format!("feed 0: 195 +- 0.05 observed at 1583971200000 of {publisher}");
    let prove = |proof| Operation::ReportEvidence(ReportEvidence { proof: Box::new(proof) });
    let rules = Slashing::default();
    let Slashing { equivocation, deviation, deviation_bound, window_ms, waterfall } = rules;
    vec![
        (
            Operation::RelayStatements(RelayStatements { statements: vec![statement(price(195))] }),
            format!("Bring the signed report {said}"),
        ),
        (
            prove(Proof::Equivocation { first: statement(price(195)), second: Box::new(statement(price(196))) }),
            format!("Prove that {said} was also signed as feed 0: 196 +- 0.05 observed at 1583971200000"),
        ),
        (
            prove(Proof::Contradiction { statement: statement(price(195)) }),
            format!("Prove that {said} contradicts what was reported here"),
        ),
        (
            prove(Proof::Deviation { statement: statement(price(195)) }),
            format!("Prove that {said} lies outside the confirmed price"),
        ),
        (
            Operation::SetReportKey(SetReportKey { key: Some(key) }),
            format!("Sign reports outside transactions with key {key}"),
        ),
        (Operation::SetReportKey(SetReportKey { key: None }), "Sign no reports outside transactions".to_owned()),
        (
            Operation::SetSlashing(SetSlashing { rules }),
            format!(
                "Slash publishers by {equivocation} for two reports of one instant, by {deviation} for a report \
                 outside the price by {deviation_bound} for {window_ms} ms; to waterfall {waterfall}"
            ),
        ),
        (
            Operation::SubmitPythUpdate(SubmitPythUpdate { update: vec![1, 2] }),
            "Bring an update of Pyth that cannot be read: ".to_owned(),
        ),
        (
            Operation::SetPythPublisher(SetPythPublisher { feed: FEED, publisher, weight: 4, price_id: hash }),
            format!("Let Pyth's price {hash} count for feed 0 as {publisher} with weight 4"),
        ),
        (
            Operation::SetGuardianSet(SetGuardianSet { number: 6, set: GuardianSet { guardians, expires: None } }),
            format!("Take guardian set 6 without end: {one} {two}"),
        ),
        (
            Operation::SetPythEmitter(SetPythEmitter { emitter: Some(Emitter { chain: 26, address: hash }) }),
            format!("Take Pyth's prices of {hash} on chain 26"),
        ),
        (Operation::SetPythEmitter(SetPythEmitter { emitter: None }), "Take no prices of Pyth".to_owned()),
    ]
}

#[test]
fn newer_verbs_say_everything_in_fixed_bytes() {
    for (operation, words) in newer() {
        let text = operation.describe(&Symbols);
        let unreadable = matches!(operation, Operation::SubmitPythUpdate(_));
        assert!(if unreadable { text.starts_with(&words) } else { text == words }, "{text}\n{words}");
        assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{text:?}");
        let json = serde_json::to_string(&operation).unwrap();
        assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), operation);
    }
    let operations: Vec<Operation> = newer().into_iter().map(|(operation, _)| operation).collect();
    // The verb is the first byte, as the table of formats has it.
    let verbs: Vec<u8> = operations.iter().map(|operation| borsh::to_vec(operation).unwrap()[0]).collect();
    assert_eq!(verbs, [11, 12, 12, 12, 13, 13, 14, 15, 16, 17, 18, 18]);
    assert_eq!(sha256(&borsh::to_vec(&operations).unwrap()).to_string(), GOLDEN_NEWER);
}

const GOLDEN_NEWER: &str = "2a03c2e2e050f5a3cc9699f1506bee59ca33b4f018e59b5be49d0c8d7ebd0658";

#[test]
fn genesis_is_readable_text() {
    let text = r#"{
        "params": { "halt_gap_ms": 600000 },
        "feeds": [
            { "base": { "asset": 7 }, "quote": "numeraire", "params": { "quorum": 2, "jump_quorum": 2 } },
            { "base": { "asset": 8 }, "quote": { "asset": 7 } },
            { "base": { "asset": 8 }, "quote": "numeraire",
              "source": { "composed": [ { "feed": 1 }, { "feed": 0 } ] } }
        ]
    }"#;
    let genesis: Genesis = serde_json::from_str(text).unwrap();
    let mut world = World::empty(0);
    let ctx = context(&world, Signer::Protocol);
    gage_oracle::genesis(&mut world.draft, &ctx, &genesis).unwrap();
    gage_oracle::check_invariants(&world.draft).unwrap();
    assert_eq!(gage_oracle::asset_feed(&world.draft, AssetId(8)), Some(FeedId(2)));
    assert_eq!(query::feeds(&world.draft, FeedId(1), 10).len(), 2);
    let again: Genesis = serde_json::from_str(&serde_json::to_string(&genesis).unwrap()).unwrap();
    assert_eq!(again, genesis);
    for wrong in [
        r#"{"feed": []}"#,
        r#"{"feeds": [{"base": "numeraire"}]}"#,
        r#"{"params": {"matrix": [{"action": "liquidate", "classes": ["fresh"]}]}}"#,
    ] {
        assert!(serde_json::from_str::<Genesis>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn derived_tables_are_what_a_rebuild_makes() {
    let mut world = World::new(3, FeedParams { jump_quorum: 4, max_age_ms: 600_000, ..FeedParams::default() });
    let leg = gage_oracle::Leg { feed: FEED, inverse: true };
    let inverse =
        create(Dimension::Numeraire, Dimension::Asset(AssetId(7)), Source::Composed(vec![leg]), FeedParams::default());
    world.govern(inverse).unwrap();
    let action = Some(CorporateAction { numerator: 1, denominator: 2, activates_at: Timestamp(world.time + 900_000) });
    world.govern(Operation::SetMarketState(SetMarketState { feed: FEED, trading: Trading::Open, action })).unwrap();
    world.all_report(1_000, price(200));
    world.all_report(1_000, price(100));
    assert_eq!(world.quote().class, PriceClass::Jumped);
    assert_eq!(world.quote_of(FeedId(1)).class, PriceClass::Jumped);

    let derived = |world: &World| {
        let mut records = Vec::new();
        world.draft.visit(Kind::Derived, |key, value| records.push((key.to_vec(), value.to_vec())));
        records
    };
    let before = derived(&world);
    assert!(before.iter().filter(|(key, _)| key[0] == gage_oracle::MODULE).count() == 3);
    world.draft.clear_derived();
    gage_oracle::rebuild(&mut world.draft);
    gage_accounts::rebuild(&mut world.draft);
    assert_eq!(derived(&world), before);
}

#[test]
fn views_become_json() {
    let mut world = World::new(3, FeedParams::default());
    world.all_report(1_000, price(200));
    let view = query::asset_price(&world.draft, &context(&world, Signer::Protocol), AssetId(7)).unwrap().unwrap();
    let json = serde_json::to_value(&view).unwrap();
    assert_eq!(json["price"]["mid"], "200000000000000000000");
    assert_eq!(json["price"]["class"], "fresh");
    assert_eq!(json["cell"]["publishers"], 3);
    assert_eq!(json["feed"]["base"]["asset"], 7);
    assert!(query::asset_price(&world.draft, &context(&world, Signer::Protocol), AssetId(1)).unwrap().is_none());
}
