//! What publishers, governance and time do to a price.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod support;

use gage_accounts::Signer;
use gage_crypto::Hash;
use gage_oracle::operations::{
    AttachNav, RemovePublisher, Report, ReportMany, SetAssetFeed, SetFeedParams, SetGrowthCap, SetMarketState,
    SetMatrix,
};
use gage_oracle::state::{CELLS, CorporateAction, Side, Trading};
use gage_oracle::{
    Action, Calendar, Currency, Dimension, Error, FeedId, FeedParams, GrowthCap, Leg, Operation, Permission,
    PriceClass, Source, feeds_changed, query, twap,
};
use gage_units::{Amount, AssetId, Bps, Price, Timestamp};
use support::{E18, FEED, START, WETH, World, context, create, price};

fn params() -> FeedParams {
    FeedParams { max_age_ms: 60_000, jump_delay_ms: 120_000, jump_quorum: 4, ..FeedParams::default() }
}

#[test]
fn a_quorum_of_distinct_publishers_makes_a_price() {
    let mut world = World::new(5, params());
    let ctx = context(&world, Signer::Protocol);
    assert_eq!(gage_oracle::quote(&world.draft, &ctx, FEED), Err(Error::NeverPriced(FEED)));
    assert_eq!(gage_oracle::quote(&world.draft, &ctx, FeedId(9)), Err(Error::UnknownFeed(FeedId(9))));
    // Two publishers, one of them twice, are not three.
    world.block(1_000, |world| {
        world.report(0, price(200)).unwrap();
        world.report(1, price(200)).unwrap();
    });
    world.block(1_000, |world| world.report(0, price(201)).unwrap());
    assert!(CELLS.get(&world.draft, &FEED).is_none());
    world.block(1_000, |world| world.report(2, price(202)).unwrap());
    let quote = world.quote();
    // Votes 199.98 200 200.02 | 200.9799 201 201.0201 | 201.9798 202 202.0202.
    assert_eq!((quote.mid, quote.class), (price(201), PriceClass::Fresh));
    // The quorum is as old as its oldest member: publisher 1 reported two blocks ago.
    assert_eq!(quote.age_ms, 2_000);
    assert_eq!(feeds_changed(&world.draft), [FEED]);
    assert_eq!(gage_oracle::asset_feed(&world.draft, WETH), Some(FEED));
    world.block(1_000, |_| ());
    assert_eq!(feeds_changed(&world.draft), []);
}

#[test]
fn bad_reports_are_refused_and_change_nothing() {
    let mut world = World::new(5, FeedParams { price_max: price(1_000_000), ..params() });
    world.all_report(1_000, price(200));
    world.time += 1_000;
    let good = world.seen(price(200));
    let before = world.draft.records();
    let refused = |world: &mut World, report: Report| world.act(0, Operation::Report(report)).unwrap_err();
    let at = |ms: u64| Report { observed_at: Timestamp(ms), ..good };
    assert_eq!(refused(&mut world, at(good.observed_at.0 + 1)), Error::FromTheFuture);
    assert_eq!(refused(&mut world, at(good.observed_at.0 - 1_000)), Error::NotNewer);
    assert_eq!(refused(&mut world, at(good.observed_at.0 - 5_000)), Error::NotNewer);
    assert_eq!(refused(&mut world, Report { price: Price(0), ..good }), Error::PriceOutOfBounds(FEED));
    // One unit of the eighth decimal is 1e10; anything below is as good as zero.
    let dust = Report { price: Price(9_999_999_999), confidence: Price(0), ..good };
    assert_eq!(refused(&mut world, dust), Error::PriceOutOfBounds(FEED));
    let absurd = Report { price: Price(price(1_000_000).0 + 1), ..good };
    assert_eq!(refused(&mut world, absurd), Error::PriceOutOfBounds(FEED));
    let huge = Report { price: Price(u128::MAX), ..good };
    assert_eq!(refused(&mut world, huge), Error::PriceOutOfBounds(FEED));
    let vague = Report { confidence: Price(price(100).0 + 1), ..good };
    assert_eq!(refused(&mut world, vague), Error::ConfidenceTooWide);
    let side = |units: u64| Some(Side { price: price(units), size: Amount(5) });
    assert_eq!(refused(&mut world, Report { bid: side(201), ..good }), Error::CrossedQuote);
    assert_eq!(refused(&mut world, Report { ask: side(199), ..good }), Error::CrossedQuote);
    let no_size = Some(Side { price: price(199), size: Amount(0) });
    assert_eq!(refused(&mut world, Report { bid: no_size, ..good }), Error::CrossedQuote);
    assert_eq!(refused(&mut world, Report { feed: FeedId(8), ..good }), Error::UnknownFeed(FeedId(8)));
    assert_eq!(world.draft.records(), before);

    let remove = RemovePublisher { feed: FEED, publisher: world.ids[4] };
    world.govern(Operation::RemovePublisher(remove)).unwrap();
    assert_eq!(world.report(4, price(200)), Err(Error::NotPublisher(FEED)));
    // Too old: beyond the maximum age.
    world.time += 70_000;
    assert_eq!(world.act(1, Operation::Report(good)), Err(Error::TooOld));
    // Governance does not report.
    let governed = world.govern(Operation::Report(world.seen(price(200))));
    assert_eq!(governed, Err(Error::Accounts(gage_accounts::Error::NotAnAccount)));
}

#[test]
fn half_the_weight_alone_cannot_move_the_price() {
    let mut world = World::new(3, params());
    world.publish(FEED, 2, 1_000_000).unwrap();
    world.all_report(1_000, price(200));
    for absurd in [1, 150, 199, 201, 400, 1_000_000] {
        world.block(1_000, |world| {
            world.report(0, price(200)).unwrap();
            world.report(1, price(200)).unwrap();
            world.report(2, price(absurd)).unwrap();
        });
        // Within the confidence of the others, 0.01%; and liquidation stays possible.
        assert!(world.quote().mid.0.abs_diff(price(200).0) <= price(200).0 / 10_000, "{absurd}");
        assert!(world.may(Action::Liquidate));
    }
}

#[test]
fn a_jump_is_used_up_to_the_bound_until_a_quorum_confirms_it() {
    let mut world = World::new(5, params());
    world.all_report(1_000, price(200));
    // Three publishers say 120 (-40%), two have not looked yet: the median moves, four would confirm.
    world.block(1_000, |world| (0..3).for_each(|place| world.report(place, price(120)).unwrap()));
    let quote = world.quote();
    assert_eq!((quote.mid, quote.class), (price(170), PriceClass::Jumped));
    assert!(world.may(Action::Liquidate));
    for action in [Action::Borrow, Action::Withdraw, Action::Mint, Action::Fill, Action::Settle, Action::Redeem] {
        assert!(!world.may(action), "{action:?}");
    }
    // The fourth confirms.
    world.block(1_000, |world| world.report(3, price(121)).unwrap());
    let quote = world.quote();
    assert!(quote.mid < price(122) && quote.mid >= price(120), "{quote:?}");
    assert!(quote.class < PriceClass::Jumped && world.may(Action::Borrow), "{quote:?}");
}

#[test]
fn a_jump_that_lasts_is_believed_after_the_delay_without_new_reports_in_that_block() {
    let mut world = World::new(3, FeedParams { max_age_ms: 600_000, ..params() });
    world.all_report(1_000, price(200));
    world.all_report(1_000, price(120));
    assert_eq!((world.quote().mid, world.quote().class), (price(170), PriceClass::Jumped));
    world.block(119_000, |_| ());
    assert_eq!(world.quote().class, PriceClass::Jumped);
    world.block(1_000, |_| ());
    assert_eq!(world.quote().mid, price(120));
    assert!(world.quote().class < PriceClass::Jumped);
    assert_eq!(feeds_changed(&world.draft), [FEED]);
}

#[test]
fn a_price_ages_until_it_is_stale() {
    let mut world = World::new(3, params());
    world.all_report(1_000, price(200));
    // A little volatility, so that the band widens with age.
    world.all_report(1_000, price(201));
    world.all_report(1_000, price(200));
    let young = world.quote();
    world.block(60_000, |_| ());
    let old = world.quote();
    assert!(old.high.0 - old.low.0 > young.high.0 - young.low.0);
    assert!(old.class < PriceClass::Stale);
    world.block(1, |_| ());
    assert_eq!(world.quote().class, PriceClass::Stale);
    assert!(!world.may(Action::Liquidate) && !world.may(Action::Borrow));
    // The band never exceeds its bound, however old.
    world.block(30_000_000, |_| ());
    let quote = world.quote();
    assert_eq!(quote.high.0 - quote.mid.0, price(200).0 / 20);
}

#[test]
fn nothing_observed_before_a_restart_counts() {
    let mut world = World::new(4, FeedParams { max_age_ms: 86_400_000, ..params() });
    world.all_report(1_000, price(200));
    let seen_before = world.seen(price(90));
    // An hour and a bit without a block: younger than the maximum age, but from before.
    world.block(3_600_001, |_| ());
    assert_eq!(world.quote().class, PriceClass::Stale);
    let late = Report { observed_at: Timestamp(seen_before.observed_at.0 + 1_000), ..seen_before };
    assert_eq!(world.act(0, Operation::Report(late)), Err(Error::TooOld));
    world.block(1_000, |world| (0..2).for_each(|place| world.report(place, price(199)).unwrap()));
    assert_eq!(world.quote().class, PriceClass::Stale);
    world.block(1_000, |world| world.report(2, price(199)).unwrap());
    assert_eq!((world.quote().class, world.quote().mid), (PriceClass::Fresh, price(199)));
    // The fourth still says 200 from before the restart, and has no vote.
    assert_eq!(CELLS.get(&world.draft, &FEED).unwrap().publishers, 3);
}

#[test]
fn a_closed_or_halted_market_is_reported_anew_when_it_opens() {
    let mut world = World::new(3, params());
    world.all_report(1_000, price(200));
    let set = |trading| Operation::SetMarketState(SetMarketState { feed: FEED, trading, action: None });
    for trading in [Trading::Closed, Trading::Halted] {
        world.govern(set(trading)).unwrap();
        assert_eq!(world.quote().class, PriceClass::Closed);
        // Reports are taken, but the last price stands.
        world.all_report(1_000, price(150));
        assert_eq!((world.quote().class, world.quote().mid), (PriceClass::Closed, price(200)));
        assert!(!world.may(Action::Liquidate));
        world.time += 1;
        world.govern(set(Trading::Open)).unwrap();
        world.block(1_000, |_| ());
        assert_eq!(world.quote().class, PriceClass::Stale);
        world.all_report(1_000, price(200));
        assert_eq!(world.quote().class, PriceClass::Fresh);
    }
}

#[test]
fn a_calendar_closes_the_market_by_itself() {
    // The start is a Thursday at 00:00 UTC; open from 00:00 to 00:01.
    let minute = 3 * 1_440;
    let session = gage_oracle::calendar::Session { opens_minute: minute, closes_minute: minute + 1 };
    let calendar = Calendar::Weekly(vec![session]);
    let mut world = World::new(3, FeedParams { calendar, max_age_ms: 86_400_000 * 8, ..params() });
    assert_eq!(START % 60_000, 0);
    world.all_report(1_000, price(200));
    assert_eq!(world.quote().class, PriceClass::Fresh);
    world.block(58_000, |_| ());
    assert_eq!(world.quote().class, PriceClass::Closed);
    // A week later it is open, and last week's price is stale.
    world.block(604_800_000 - 58_000, |_| ());
    assert_eq!(world.quote().class, PriceClass::Stale);
}

#[test]
fn a_split_is_not_a_crash() {
    let mut world = World::new(3, params());
    world.all_report(1_000, price(200));
    let activates_at = Timestamp(world.time + 5_000);
    let action = CorporateAction { numerator: 1, denominator: 4, activates_at };
    let announce = SetMarketState { feed: FEED, trading: Trading::Open, action: Some(action) };
    world.govern(Operation::SetMarketState(announce)).unwrap();
    world.all_report(4_000, price(204));
    assert_eq!((world.quote().mid, world.quote().class), (price(204), PriceClass::Fresh));
    let in_old_units = world.seen(price(204));
    // The block after the activation: the price is in new units and waits for reports.
    world.block(2_000, |world| {
        let late = Report { observed_at: Timestamp(world.time - 1_500), ..in_old_units };
        assert_eq!(world.act(0, Operation::Report(late)), Err(Error::TooOld));
    });
    assert_eq!((world.quote().mid, world.quote().class), (price(51), PriceClass::Stale));
    let view = query::price(&world.draft, &context(&world, Signer::Protocol), FEED).unwrap();
    assert!(view.reports.iter().all(|publisher| publisher.report.is_none()));
    world.all_report(1_000, price(52));
    assert_eq!((world.quote().mid, world.quote().class), (price(52), PriceClass::Fresh));
    // One that is past, or of zero, is refused.
    let past = SetMarketState { action: Some(CorporateAction { activates_at, ..action }), ..announce };
    assert_eq!(world.govern(Operation::SetMarketState(past)), Err(Error::BadCorporateAction));
    let zero = SetMarketState { action: Some(CorporateAction { numerator: 0, ..action }), ..announce };
    assert_eq!(world.govern(Operation::SetMarketState(zero)), Err(Error::BadCorporateAction));
}

#[test]
fn composed_feeds_multiply_dimensions() {
    let mut world = World::new(3, params());
    let (wsteth, eur) = (Dimension::Asset(AssetId(8)), Dimension::Currency(Currency(*b"EUR")));
    let weth = Dimension::Asset(WETH);
    let mut add = |operation| world.govern(operation);
    // Feed 1: WETH per WSTETH. Feed 2: numeraire per EUR.
    add(create(wsteth, weth, Source::Reported, params())).unwrap();
    add(create(eur, Dimension::Numeraire, Source::Reported, params())).unwrap();
    let leg = |feed, inverse| Leg { feed: FeedId(feed), inverse };
    let composed = |legs: &[Leg]| Source::Composed(legs.to_vec());
    // Feed 3: WSTETH in the numeraire; feed 4: WSTETH in EUR, through the inverse of EUR in USD.
    add(create(wsteth, Dimension::Numeraire, composed(&[leg(1, false), leg(0, false)]), params())).unwrap();
    add(create(wsteth, eur, composed(&[leg(3, false), leg(2, true)]), params())).unwrap();
    let missing = create(wsteth, Dimension::Numeraire, composed(&[leg(1, false)]), params());
    assert_eq!(add(missing), Err(Error::LegsDoNotChain));
    let wrong_way = create(wsteth, eur, composed(&[leg(3, false), leg(2, false)]), params());
    assert_eq!(add(wrong_way), Err(Error::LegsDoNotChain));
    let unknown = create(wsteth, weth, composed(&[leg(9, false)]), params());
    assert_eq!(add(unknown), Err(Error::UnknownFeed(FeedId(9))));
    assert_eq!(add(create(weth, weth, Source::Reported, params())), Err(Error::SameDimension));
    assert_eq!(add(create(wsteth, weth, composed(&[]), params())), Err(Error::EmptyList));
    // No deeper than three layers.
    add(create(wsteth, Dimension::Numeraire, composed(&[leg(4, false), leg(2, false)]), params())).unwrap();
    let deep = create(wsteth, eur, composed(&[leg(5, false), leg(2, true)]), params());
    assert_eq!(add(deep), Err(Error::TooDeep));

    for feed in [1, 2] {
        (0..3).for_each(|place| world.publish(FeedId(feed), place, 1).unwrap());
    }
    world.block(1_000, |world| {
        for place in 0..3 {
            let report = |feed, at| Report { feed: FeedId(feed), ..world.seen(at) };
            let reports = vec![report(0, price(200)), report(1, Price(11 * E18 / 10)), report(2, Price(5 * E18 / 4))];
            world.act(place, Operation::ReportMany(ReportMany { reports })).unwrap();
        }
    });
    assert_eq!(world.quote_of(FeedId(3)).mid, price(220));
    assert_eq!(world.quote_of(FeedId(4)).mid, price(176));
    assert_eq!(world.quote_of(FeedId(3)).class, PriceClass::Fresh);
    assert_eq!(feeds_changed(&world.draft), [0, 1, 2, 3, 4, 5].map(FeedId));
    assert_eq!(gage_oracle::asset_feed(&world.draft, AssetId(8)), Some(FeedId(3)));
    let quote = world.quote_of(FeedId(4));
    assert!(quote.low < quote.mid && quote.mid < quote.high);
    // A leg that goes stale makes the product stale; one change reaches all that stand on it.
    world.block(50_000, |world| (0..3).for_each(|place| world.report(place, price(100)).unwrap()));
    assert_eq!(feeds_changed(&world.draft), [0, 3, 4, 5].map(FeedId));
    world.block(11_000, |_| ());
    assert!(world.quote().class < PriceClass::Stale);
    assert_eq!(world.quote_of(FeedId(3)).class, PriceClass::Stale);
    // A composed feed takes neither reports nor publishers.
    let report = Report { feed: FeedId(3), ..world.seen(price(1)) };
    assert_eq!(world.act(0, Operation::Report(report)), Err(Error::ComposedFeed(FeedId(3))));
    assert_eq!(world.publish(FeedId(3), 0, 1), Err(Error::ComposedFeed(FeedId(3))));
    // Another feed of the asset may become its default, one of another asset may not.
    let default = |asset, feed| Operation::SetAssetFeed(SetAssetFeed { asset, feed });
    world.govern(default(AssetId(8), FeedId(5))).unwrap();
    assert_eq!(world.govern(default(AssetId(8), FEED)), Err(Error::NotAPriceOfAsset));
    assert_eq!(world.govern(default(AssetId(8), FeedId(4))), Err(Error::NotAPriceOfAsset));
}

#[test]
fn a_growth_cap_bounds_the_ratio_and_moves_only_as_a_whole() {
    let mut world = World::new(3, params());
    world.all_report(1_000, Price(12 * E18 / 10));
    let now = world.time;
    let day = 86_400_000;
    let cap = |ratio: u128, at, bps| SetGrowthCap {
        feed: FEED,
        cap: Some(GrowthCap { ratio: Price(ratio), at: Timestamp(at), growth_per_year: Bps(bps) }),
    };
    let mut set = |operation| world.govern(Operation::SetGrowthCap(operation));
    // A cap 2.85% below the market liquidates whoever borrows close to it.
    assert_eq!(set(cap(12 * E18 / 10 * 9_715 / 10_000, now, 1_000)), Err(Error::GrowthCapMovesPrice));
    assert_eq!(set(cap(12 * E18 / 10 * 9_974 / 10_000, now, 1_000)), Err(Error::GrowthCapMovesPrice));
    set(cap(12 * E18 / 10, now - 7 * day, 1_000)).unwrap();
    // Ratio forward without its time, or time forward without its ratio: refused beyond 0.25%.
    assert_eq!(set(cap(13 * E18 / 10, now - 7 * day, 1_000)), Err(Error::GrowthCapMovesPrice));
    assert_eq!(set(cap(11 * E18 / 10, now, 1_000)), Err(Error::GrowthCapMovesPrice));
    set(cap(1_202 * E18 / 1_000, now, 1_000)).unwrap();
    let out = |param| Err(Error::ParamOutOfBounds { param });
    assert_eq!(set(cap(12 * E18 / 10, now + 1, 1_000)), out("at"));
    assert_eq!(set(cap(12 * E18 / 10, now - 91 * day, 1_000)), out("at"));
    assert_eq!(set(cap(12 * E18 / 10, now, 10_001)), out("growth_per_year"));
    assert_eq!(set(cap(0, now, 1_000)), out("ratio"));
    // A donation that doubles the ratio reaches the cap and no further.
    world.all_report(1_000, Price(24 * E18 / 10));
    let quote = world.quote();
    let ceiling = 1_202 * E18 / 1_000;
    assert!(quote.mid.0 >= ceiling && quote.mid.0 < ceiling + E18 / 1_000, "{quote:?}");
    assert!(quote.low <= quote.mid && quote.mid <= quote.high);
}

#[test]
fn permissions_are_data_within_bounds() {
    let mut world = World::new(3, params());
    world.all_report(1_000, price(200));
    world.block(61_000, |_| ());
    assert!(!world.may(Action::Redeem));
    let row = |action, classes: &[PriceClass]| Permission { action, classes: classes.to_vec() };
    let redeem = row(Action::Redeem, &[PriceClass::Fresh, PriceClass::Stale]);
    let set = |rows: &[Permission]| Operation::SetMatrix(SetMatrix { rows: rows.to_vec() });
    world.govern(set(std::slice::from_ref(&redeem))).unwrap();
    assert!(world.may(Action::Redeem) && !world.may(Action::Settle));
    let off = row(Action::Liquidate, &[PriceClass::Fresh]);
    let refused = world.govern(set(&[redeem, off]));
    assert_eq!(refused, Err(Error::MatrixOutOfBounds { action: Action::Liquidate }));
    assert_eq!(world.govern(set(&[])), Err(Error::EmptyList));
}

#[test]
fn rules_have_bounds_and_only_governance_sets_them() {
    let mut world = World::new(3, params());
    let set = |params| Operation::SetFeedParams(SetFeedParams { feed: FEED, params });
    let wrong: [(&'static str, FeedParams); 8] = [
        ("quorum", FeedParams { quorum: 0, ..params() }),
        ("jump_quorum", FeedParams { jump_quorum: 2, ..params() }),
        ("max_age_ms", FeedParams { max_age_ms: 999, ..params() }),
        ("band_max", FeedParams { band_max: Bps(3_001), ..params() }),
        ("max_confidence", FeedParams { max_confidence: Bps(501), ..params() }),
        ("jump_bound", FeedParams { jump_bound: Bps(5_001), ..params() }),
        ("price_min", FeedParams { price_min: price(5), price_max: price(5), ..params() }),
        ("calendar", FeedParams { calendar: Calendar::Weekly(Vec::new()), ..params() }),
    ];
    for (param, params) in wrong {
        assert_eq!(world.govern(set(params)), Err(Error::ParamOutOfBounds { param }));
    }
    let publisher = world.ids[0];
    let matrix = SetMatrix { rows: vec![Permission { action: Action::Fill, classes: vec![PriceClass::Fresh] }] };
    let governed = [
        set(params()),
        create(Dimension::Asset(AssetId(1)), Dimension::Numeraire, Source::Reported, params()),
        Operation::SetPublisher(gage_oracle::operations::SetPublisher { feed: FEED, publisher, weight: 1 }),
        Operation::RemovePublisher(RemovePublisher { feed: FEED, publisher }),
        Operation::SetMarketState(SetMarketState { feed: FEED, trading: Trading::Open, action: None }),
        Operation::SetGrowthCap(SetGrowthCap { feed: FEED, cap: None }),
        Operation::SetMatrix(matrix),
        Operation::SetAssetFeed(SetAssetFeed { asset: WETH, feed: FEED }),
    ];
    for operation in governed {
        let refused = world.act(0, operation.clone());
        assert_eq!(refused, Err(Error::Accounts(gage_accounts::Error::NotGovernance)), "{operation:?}");
    }
}

#[test]
fn tightened_rules_do_not_break_the_price_that_stands() {
    let mut world = World::new(5, params());
    world.all_report(1_000, price(200));
    world.block(30_000, |world| (0..2).for_each(|place| world.report(place, price(201)).unwrap()));
    // A shorter age leaves two fresh reports: the price stands and is stale.
    let tight = FeedParams { max_age_ms: 10_000, ..params() };
    world.govern(Operation::SetFeedParams(SetFeedParams { feed: FEED, params: tight })).unwrap();
    world.block(1_000, |_| ());
    assert_eq!(world.quote().class, PriceClass::Stale);
    assert_eq!(feeds_changed(&world.draft), [FEED]);
    // The newest publishers go: the price does not go back in time.
    let before = CELLS.get(&world.draft, &FEED).unwrap();
    for place in 0..2 {
        let publisher = world.ids[place];
        world.govern(Operation::RemovePublisher(RemovePublisher { feed: FEED, publisher })).unwrap();
    }
    world.block(1_000, |_| ());
    assert_eq!(CELLS.get(&world.draft, &FEED).unwrap(), before);
}

#[test]
fn evidence_belongs_to_the_publishers_own_report() {
    let mut world = World::new(3, params());
    world.all_report(1_000, price(200));
    let observed_at = Timestamp(world.time);
    let attach = AttachNav { feed: FEED, observed_at, evidence: Hash([7; 32]), policy_version: 3 };
    world.act(1, Operation::AttachNav(attach)).unwrap();
    let wrong_time = AttachNav { observed_at: Timestamp(observed_at.0 - 1), ..attach };
    assert_eq!(world.act(1, Operation::AttachNav(wrong_time)), Err(Error::NoSuchReport));
    let view = query::price(&world.draft, &context(&world, Signer::Protocol), FEED).unwrap();
    let nav = view.nav.unwrap();
    assert_eq!((nav.administrator, nav.price, nav.policy_version), (Some(world.ids[1]), price(200), 3));
    assert_eq!(view.reports.len(), 3);
    assert!(view.permits.contains(&Action::Borrow));
}

#[test]
fn the_average_weighs_prices_by_time() {
    let mut world = World::new(3, FeedParams { max_age_ms: 3_600_000, ..params() });
    let average = |world: &World, window| twap(&world.draft, &context(world, Signer::Protocol), FEED, window);
    world.all_report(1_000, price(200));
    assert_eq!(average(&world, 60_000), Err(Error::NoAverageYet));
    world.all_report(60_000, price(210));
    world.all_report(60_000, price(205));
    // 200 for a minute, 210 for a minute.
    assert_eq!(average(&world, 120_000), Ok(price(205)));
    assert_eq!(average(&world, 60_000), Ok(price(210)));
    world.block(60_000, |_| ());
    assert_eq!(average(&world, 180_000), Ok(price(205)));
}

#[test]
fn lists_are_bounded_and_ordered() {
    let mut world = World::new(3, params());
    let many = |feeds: &[u32], world: &World| {
        let report = |feed: &u32| Report { feed: FeedId(*feed), ..world.seen(price(200)) };
        Operation::ReportMany(ReportMany { reports: feeds.iter().map(report).collect() })
    };
    let operation = many(&[], &world);
    assert_eq!(world.act(0, operation), Err(Error::EmptyList));
    let operation = many(&[0, 0], &world);
    assert_eq!(world.act(0, operation), Err(Error::NamedTwice(FEED)));
    let operation = many(&(0..65).collect::<Vec<u32>>(), &world);
    assert_eq!(world.act(0, operation), Err(Error::ListTooLong));
    // All or nothing.
    let operation = many(&[0, 1], &world);
    assert_eq!(world.act(0, operation), Err(Error::UnknownFeed(FeedId(1))));
    assert_eq!(world.report(0, price(200)), Ok(()));
}

#[test]
fn a_report_after_the_aggregation_counts_in_the_next_block() {
    let mut world = World::new(4, params());
    world.block(1_000, |world| (0..3).for_each(|place| world.report(place, price(200)).unwrap()));
    // A report in one transaction with a later operation runs after the aggregation of its block.
    world.report(3, price(204)).unwrap();
    gage_oracle::check_block(&world.draft).unwrap();
    gage_oracle::check_invariants(&world.draft).unwrap();
    assert_eq!(world.quote().mid, price(200));
    let mut late = World::new(4, params());
    late.block(1_000, |world| (0..3).for_each(|place| world.report(place, price(200)).unwrap()));
    late.report(3, price(204)).unwrap();
    world.block(1_000, |_| ());
    assert_eq!(CELLS.get(&world.draft, &FEED).unwrap().publishers, 4);
    // The same, but by the next block no quorum is fresh: the price stands, and the audit holds.
    late.block(61_000, |_| ());
    assert_eq!((late.quote().mid, late.quote().class), (price(200), PriceClass::Stale));
}
