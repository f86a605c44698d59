//! Genesis text, wallet text, canonical bytes, rebuild and error numbers.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod support;

use gage_accounts::{Names, Signer};
use gage_crypto::hash::sha256;
use gage_oracle::operations::{Report, SetMarketState};
use gage_oracle::state::{CorporateAction, Side, Trading};
use gage_oracle::{Dimension, FeedId, FeedParams, Genesis, Operation, PriceClass, Source, query};
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
