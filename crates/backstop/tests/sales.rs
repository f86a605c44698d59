//! What the backstop sells: surplus collateral for bad debt, gains nobody may hold, slashed bonds; and the rule
//! for surplus above a target.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::{Quantity, Signer};
use gage_auctions::operations::Take;
use gage_auctions::{Curve, LotId};
use gage_backstop::at_issuer::AT_ISSUER;
use gage_backstop::operations::{ClaimProceeds, ConvertGains, SetSaleTerms, SetSurplusRule};
use gage_backstop::sales::{BatchState, SaleTerms};
use gage_backstop::{ACCOUNT, Error, Operation, StepKind, Terms, WaterfallId, query};
use gage_oracle::FeedId;
use gage_securities::operations::SetRedemptionTerms;
use gage_securities::{RedemptionPrice, RedemptionTerms};
use gage_units::{Amount, Bps, Price, Ratio};

/// Lots start 10 % above the quote and never go below 80 % of it.
fn terms() -> SaleTerms {
    SaleTerms {
        feed: FeedId(0),
        par: Price::ONE,
        start_premium: Bps(1_000),
        floor: Bps(8_000),
        curve: Curve::Linear { duration_ms: HOUR },
        tail_ms: HOUR,
        cusp: Ratio(0),
        dust: Amount(ONE),
        lot_max: Amount(100 * ONE),
    }
}

fn govern(world: &mut World, operation: Operation) -> Result<(), Error> {
    let ctx = world.ctx(Signer::Governance);
    world.act(|draft| operation.validate().and_then(|()| operation.apply(draft, &ctx)).map(|_| ()))
}

/// A waterfall without capital in steps but the buffer, sales of WETH at a quote of 200 GUSD.
fn seller() -> (World, WaterfallId) {
    let mut world = World::priced();
    world.quote(200);
    let id = world.create(all_steps(), Terms::standard(Amount(ONE)));
    govern(&mut world, Operation::SetSaleTerms(SetSaleTerms { waterfall: id, asset: WETH, terms: terms() })).unwrap();
    for user in 0..USERS {
        world.mint(world.users[user], GUSD, 10_000 * ONE);
    }
    (world, id)
}

fn due(world: &mut World) {
    world.next_block(1_000);
    world.due();
}

fn take(world: &mut World, user: usize, lot: u64, amount: u128, price_max: u128) -> Result<(), gage_auctions::Error> {
    let amount = Quantity::Exact(Amount(amount));
    let take = Take { lot: LotId(lot), asset: WETH, amount, want: GUSD, price_max: Price(price_max * ONE) };
    let ctx = world.ctx(Signer::Account(world.users[user]));
    let savepoint = world.draft.savepoint();
    let done = take.apply(&mut world.draft, &ctx).map(|_| ());
    if done.is_err() {
        world.draft.undo_to(savepoint);
    }
    world.draft.commit();
    done
}

fn surplus(world: &World, id: WaterfallId, asset: gage_units::AssetId) -> u128 {
    gage_backstop::surplus(&world.draft, id, asset).0
}

#[test]
fn surplus_collateral_is_sold_and_bad_debt_comes_first() {
    let (mut world, id) = seller();
    // Nobody bore a loss of 500: its 3 WETH lie in the buffer, 500 are bad debt of the facility.
    let absorbed = world.absorb(id, 500 * ONE, &[(WETH, 3 * ONE)]).unwrap();
    assert_eq!(absorbed.uncovered, Amount(500 * ONE));
    due(&mut world);
    assert_eq!(surplus(&world, id, WETH), 0);
    let lot = gage_auctions::lot(&world.draft, LotId(1)).unwrap();
    assert_eq!((lot.remaining.0, lot.start.0, lot.floor.0), (3 * ONE, 220 * ONE, 160 * ONE));
    // Nobody gives it away: a bid near zero is below the floor, now and in an hour.
    assert_eq!(take(&mut world, 0, 1, ONE, 1).unwrap_err().name(), "PriceAboveLimit");
    take(&mut world, 0, 1, ONE, 220).unwrap();
    due(&mut world);
    // The facility's bad debt takes what the sale brought, as far as it goes.
    let ctx = world.protocol();
    let recovered = world.act(|draft| gage_backstop::recover(draft, &ctx, id, Amount(500 * ONE), FACILITY)).unwrap();
    assert_eq!((recovered.0, world.free(FACILITY, GUSD)), (220 * ONE, 220 * ONE));
    take(&mut world, 0, 1, 2 * ONE, 220).unwrap();
    world.due();
    assert!(gage_auctions::lot(&world.draft, LotId(1)).is_none(), "sold out");
    let ctx = world.protocol();
    let recovered = world.act(|draft| gage_backstop::recover(draft, &ctx, id, Amount(280 * ONE), FACILITY)).unwrap();
    assert_eq!(recovered, Amount(280 * ONE));
    // What bad debt did not need joins the buffer a block later.
    assert_eq!(surplus(&world, id, GUSD), 0);
    due(&mut world);
    assert_eq!(surplus(&world, id, GUSD), 439_877_777_777_777_777_778 - 280 * ONE);
    assert_eq!(world.act(|draft| gage_backstop::recover(draft, &ctx, id, Amount(1), FACILITY)).unwrap(), Amount(0));
}

#[test]
fn a_lot_nobody_takes_restarts_at_the_fresh_quote_and_waits_while_there_is_none() {
    let (mut world, id) = seller();
    world.absorb(id, 1, &[(WETH, 3 * ONE)]).unwrap();
    due(&mut world);
    world.next_block(HOUR + 1);
    // The quote is an hour old: not usable, so nothing is sold at it.
    world.due();
    assert_eq!(take(&mut world, 0, 1, ONE, 220).unwrap_err().name(), "LotNeedsRestart");
    world.quote(100);
    world.due();
    let lot = gage_auctions::lot(&world.draft, LotId(1)).unwrap();
    assert_eq!((lot.restarts, lot.start.0, lot.floor.0), (1, 110 * ONE, 80 * ONE));
    // What is worth less than the dust waits for more.
    world.absorb(id, 1, &[(WETH, ONE / 100)]).unwrap();
    take(&mut world, 0, 1, 3 * ONE, 110).unwrap();
    due(&mut world);
    assert_eq!((surplus(&world, id, WETH), query::batches_of(&world.draft, world.users[0]).len()), (ONE / 100, 0));
    assert!(gage_auctions::lot(&world.draft, LotId(2)).is_none());
}

/// User 0, the issuer of WETH, redeems it for GUSD at `each`, every hour, all who wait at once.
fn open_queue(world: &mut World, each: u128) {
    let price = RedemptionPrice::Par(Amount(each * ONE));
    let terms = RedemptionTerms { cash: GUSD, price, notice_ms: 0, window_ms: HOUR, gate: Bps::ONE };
    let set = gage_securities::Operation::SetRedemptionTerms(SetRedemptionTerms { asset: WETH, terms });
    let issuer = world.ctx(Signer::Account(world.users[0]));
    set.apply(&mut world.draft, &issuer).unwrap();
    world.draft.commit();
}

fn fund(world: &mut World, amount: u128) {
    let issuer = world.ctx(Signer::Account(world.users[0]));
    gage_securities::fund_redemptions(&mut world.draft, &issuer, world.users[0], WETH, Amount(amount)).unwrap();
    world.draft.commit();
}

/// Half an hour later at the same quote: a round is over, a window closes.
fn half_an_hour(world: &mut World) {
    world.next_block(HOUR / 2);
    world.quote(200);
    let ctx = world.protocol();
    gage_securities::settle_due(&mut world.draft, &ctx, &mut 1_000_000).unwrap();
    world.due();
}

/// 3 WETH that nobody bids for, after the round of an hour.
fn unsold() -> (World, WaterfallId) {
    let (mut world, id) = seller();
    world.absorb(id, 1_000 * ONE, &[(WETH, 3 * ONE)]).unwrap();
    due(&mut world);
    (world, id)
}

fn at_issuer(world: &World) -> usize {
    AT_ISSUER.iter(&world.draft).count()
}

#[test]
fn what_nobody_bids_for_is_redeemed_by_its_issuer() {
    let (mut world, id) = unsold();
    open_queue(&mut world, 170);
    fund(&mut world, 340 * ONE);
    half_an_hour(&mut world);
    assert_eq!(at_issuer(&world), 0, "the lot's round is not over");
    half_an_hour(&mut world);
    half_an_hour(&mut world);
    assert_eq!(at_issuer(&world), 1);
    assert!(gage_auctions::lot(&world.draft, LotId(1)).is_none());
    // The funds are two thirds of what waits: as much is paid, and covers bad debt before it joins the buffer.
    half_an_hour(&mut world);
    let ctx = world.protocol();
    let recovered = world.act(|draft| gage_backstop::recover(draft, &ctx, id, Amount(300 * ONE), FACILITY)).unwrap();
    assert_eq!((recovered.0, at_issuer(&world)), (300 * ONE, 1));
    fund(&mut world, 200 * ONE);
    half_an_hour(&mut world);
    half_an_hour(&mut world);
    half_an_hour(&mut world);
    assert_eq!((at_issuer(&world), surplus(&world, id, GUSD)), (0, 3 * 170 * ONE - 300 * ONE));
    assert_eq!(world.free(world.users[0], WETH), 3 * ONE, "the issuer has its units back");
}

#[test]
fn a_queue_that_fetches_less_than_the_floor_gets_nothing() {
    let (mut world, _) = unsold();
    // 160 at once is the floor; an hour's wait makes it less.
    open_queue(&mut world, 160);
    fund(&mut world, 1_000 * ONE);
    (0..3).for_each(|_| half_an_hour(&mut world));
    assert_eq!(at_issuer(&world), 0);
    assert_eq!(gage_auctions::lot(&world.draft, LotId(1)).unwrap().restarts, 1);
}

#[test]
fn an_issuer_who_does_not_pay_gives_the_units_back() {
    let (mut world, id) = unsold();
    open_queue(&mut world, 170);
    (0..3).for_each(|_| half_an_hour(&mut world));
    assert_eq!(at_issuer(&world), 1);
    // Two windows are the wait to be expected, four are waited for.
    (0..6).for_each(|_| half_an_hour(&mut world));
    assert_eq!((at_issuer(&world), surplus(&world, id, WETH)), (1, 0));
    half_an_hour(&mut world);
    assert_eq!((at_issuer(&world), surplus(&world, id, WETH)), (0, 0));
    let lot = gage_auctions::lot(&world.draft, LotId(2)).unwrap();
    assert_eq!(lot.remaining, Amount(3 * ONE), "on sale again");
}

#[test]
fn gains_one_may_not_hold_are_sold_and_their_proceeds_claimed() {
    let (mut world, id) = seller();
    world.run(0, deposit(id, 300 * ONE)).unwrap();
    world.run(1, deposit(id, 100 * ONE)).unwrap();
    world.next_block(1_000);
    world.absorb(id, 200 * ONE, &[(WETH, 4 * ONE), (DEED, 4)]).unwrap();
    world.freeze(0, WETH);
    assert_eq!(world.run(0, claim(id, WETH)).unwrap_err().name(), "Ineligible");
    let convert = |asset| Operation::ConvertGains(ConvertGains { waterfall: id, asset });
    assert_eq!(world.run(0, convert(DEED)).unwrap_err(), Error::NotForSale);
    assert_eq!(world.run(2, convert(WETH)).unwrap_err(), Error::NothingLeft);
    world.run(0, convert(WETH)).unwrap();
    world.run(1, convert(WETH)).unwrap();
    let mine = query::batches_of(&world.draft, world.users[0]);
    assert_eq!((mine[0].id, mine[0].entry, mine[0].batch.amount), (1, Amount(3 * ONE), Amount(4 * ONE)));
    let proceeds = Operation::ClaimProceeds(ClaimProceeds { batch: 1, asset: GUSD });
    assert_eq!(world.run(0, proceeds.clone()).unwrap_err(), Error::BatchNotSold);
    world.quote(200);
    world.due();
    // Only who may hold it buys it.
    assert_eq!(take(&mut world, 0, 1, ONE, 220).unwrap_err().name(), "Ineligible");
    take(&mut world, 3, 1, 4 * ONE, 220).unwrap();
    due(&mut world);
    assert_eq!(query::batches_of(&world.draft, world.users[0])[0].batch.state, BatchState::Sold);
    let before = [0, 1].map(|user| world.free(world.users[user], GUSD));
    world.run(0, proceeds.clone()).unwrap();
    assert_eq!(world.run(0, proceeds.clone()).unwrap_err(), Error::NothingLeft);
    world.run(1, proceeds.clone()).unwrap();
    let after = [0, 1].map(|user| world.free(world.users[user], GUSD));
    assert_eq!([after[0] - before[0], after[1] - before[1]], [660 * ONE, 220 * ONE]);
    assert_eq!(world.run(1, proceeds).unwrap_err(), Error::UnknownBatch);
}

#[test]
fn gains_denied_for_a_month_are_sold_by_rule() {
    const DAY: u64 = 24 * HOUR;
    let (mut world, id) = seller();
    for user in 0..2 {
        world.run(user, deposit(id, 100 * ONE)).unwrap();
    }
    world.next_block(1_000);
    world.absorb(id, 100 * ONE, &[(WETH, 4 * ONE)]).unwrap();
    due(&mut world);
    // From the second day on user 0 may not hold what he gained.
    world.freeze(0, WETH);
    for day in 1..=30 {
        world.next_block(DAY);
        world.due();
        assert!(query::batches_of(&world.draft, world.users[0]).is_empty(), "day {day}");
    }
    // Noted on day 1, it is thirty days old on day 31.
    world.quote(200);
    world.next_block(DAY);
    world.due();
    world.quote(200);
    world.due();
    let mine = query::batches_of(&world.draft, world.users[0]);
    assert_eq!((mine.len(), mine[0].entry), (1, Amount(2 * ONE)));
    // Who may hold it keeps it, however long he waits.
    assert!(query::batches_of(&world.draft, world.users[1]).is_empty());
    take(&mut world, 3, 1, 2 * ONE, 220).unwrap();
    due(&mut world);
    let before = world.free(world.users[0], GUSD);
    world.run(0, Operation::ClaimProceeds(ClaimProceeds { batch: 1, asset: GUSD })).unwrap();
    assert!(world.free(world.users[0], GUSD) > before);
    world.run(1, claim(id, WETH)).unwrap();
}

#[test]
fn a_round_goes_on_in_the_next_block_and_a_gain_that_is_claimed_is_forgotten() {
    use gage_backstop::unclaimable::{SWEEPS, UNCLAIMABLE};
    let (mut world, id) = seller();
    for user in 0..3 {
        world.run(user, deposit(id, 100 * ONE)).unwrap();
    }
    world.next_block(1_000);
    world.absorb(id, 90 * ONE, &[(WETH, 3 * ONE)]).unwrap();
    for user in 0..3 {
        world.freeze(user, WETH);
    }
    // Work for one look a block: the depositors are looked at one after the other.
    for expected in 1..=3 {
        world.next_block(1_000);
        let ctx = world.protocol();
        world.act(|draft| gage_backstop::sell_due(draft, &ctx, &mut 3_000)).unwrap();
        assert_eq!(UNCLAIMABLE.len(&world.draft), expected);
    }
    assert!(SWEEPS.get(&world.draft, &id).unwrap().after.is_some());
    world.run(0, Operation::ConvertGains(ConvertGains { waterfall: id, asset: WETH })).unwrap();
    for _ in 0..3 {
        world.next_block(24 * HOUR);
        world.due();
    }
    assert_eq!(UNCLAIMABLE.len(&world.draft), 2);
}

#[test]
fn slashed_bonds_reach_the_waterfall_they_were_slashed_for() {
    let (mut world, id) = seller();
    // Two WETH and five GUSD wait on the account of staking for this waterfall, three for one that does not exist.
    for (waterfall, asset, amount) in [(id.0, WETH, 2 * ONE), (id.0, GUSD, 5 * ONE), (99, GUSD, 3 * ONE)] {
        world.mint(gage_staking::ACCOUNT, asset, amount);
        gage_staking::state::PROCEEDS.put(&mut world.draft, (waterfall, asset), Amount(amount));
    }
    world.draft.commit();
    due(&mut world);
    assert_eq!(surplus(&world, id, GUSD), 5 * ONE);
    // The bond's asset is on sale at once, like any other surplus.
    assert_eq!(gage_auctions::lot(&world.draft, LotId(1)).unwrap().remaining, Amount(2 * ONE));
    assert_eq!(gage_staking::proceeds(&world.draft, 9), [(99, GUSD, Amount(3 * ONE))]);
    assert_eq!(world.free(ACCOUNT, GUSD), 5 * ONE);
}

#[test]
fn surplus_above_the_target_is_distributed_by_rule() {
    let (mut world, id) = seller();
    world.mint(FACILITY, GUSD, 300 * ONE);
    let ctx = world.protocol();
    world.act(|draft| gage_backstop::add_surplus(draft, &ctx, id, FACILITY, Amount(300 * ONE))).unwrap();
    let rule = |share: u32, to| SetSurplusRule {
        waterfall: id,
        asset: GUSD,
        target: Amount(100 * ONE),
        share: Bps(share),
        period_ms: HOUR,
        to,
    };
    assert_eq!(govern(&mut world, Operation::SetSurplusRule(rule(10_001, None))).unwrap_err(), Error::RuleOutOfBounds);
    govern(&mut world, Operation::SetSurplusRule(rule(5_000, None))).unwrap();
    world.run(0, deposit(id, 10 * ONE)).unwrap();
    due(&mut world);
    assert_eq!(surplus(&world, id, GUSD), 300 * ONE, "the period is not over");
    world.next_block(HOUR);
    world.due();
    assert_eq!((surplus(&world, id, GUSD), world.deposit(id, 0).2[0]), (200 * ONE, 100 * ONE));
    // While losses are unfinished, or lots may need it, nothing leaves; the period stays due.
    let carol = Some(world.id(2));
    govern(&mut world, Operation::SetSurplusRule(rule(10_000, carol))).unwrap();
    world.act(|draft| gage_backstop::close_exits(draft, id, true)).unwrap();
    world.next_block(HOUR);
    world.due();
    world.act(|draft| gage_backstop::close_exits(draft, id, false)).unwrap();
    world.act(|draft| gage_backstop::reserve(draft, id, Amount(150 * ONE))).unwrap();
    due(&mut world);
    assert_eq!(surplus(&world, id, GUSD), 200 * ONE);
    world.act(|draft| gage_backstop::reserve(draft, id, Amount(109 * ONE))).unwrap();
    due(&mut world);
    assert_eq!((surplus(&world, id, GUSD), world.free(world.users[2], GUSD)), (100 * ONE, 10_100 * ONE));
    govern(&mut world, Operation::SetSurplusRule(rule(0, None))).unwrap();
}

#[test]
fn nothing_is_sold_far_below_the_quote() {
    let (mut world, id) = seller();
    for bad in [
        SaleTerms { floor: Bps(4_999), ..terms() },
        SaleTerms { floor: Bps(10_001), ..terms() },
        SaleTerms { par: Price(0), ..terms() },
        SaleTerms { start_premium: Bps(10_001), ..terms() },
        SaleTerms { lot_max: Amount(0), ..terms() },
    ] {
        let set = SetSaleTerms { waterfall: id, asset: WETH, terms: bad };
        assert_eq!(govern(&mut world, Operation::SetSaleTerms(set)).unwrap_err(), Error::SaleOutOfBounds);
    }
    let set = SetSaleTerms { waterfall: id, asset: GUSD, terms: terms() };
    assert_eq!(govern(&mut world, Operation::SetSaleTerms(set)).unwrap_err(), Error::NotForSale);
}

/// A fall of 40 %: 100 owed on 150 leaves 10, 80 on 200 nothing, 50 on nothing all of it.
#[test]
fn coverage_tells_the_keys_it_comes_from() {
    let debts = [(100, 150), (80, 200), (50, 0)].map(|(debt, value)| (Amount(debt * ONE), Amount(value * ONE)));
    let loss = query::stressed_loss(debts, Bps(4_000)).unwrap();
    assert_eq!(loss, Amount(60 * ONE));
    assert!(query::stressed_loss(debts, Bps(10_001)).is_err());
    let (mut world, id) = seller();
    world.run(0, deposit(id, 31 * ONE)).unwrap();
    world.next_block(1_000);
    let proof = query::coverage_proof(&world.draft, id, loss, world.height).unwrap();
    assert_eq!((proof.coverage.ratio, proof.coverage.covered), (Ratio(ONE / 2), Amount(30 * ONE)));
    assert_eq!(proof.coverage.steps[0].kind, StepKind::StabilityPool);
    assert_eq!(proof.keys, ["090101000000", "09020100000000", "090701000000", "09080100000001000000"]);
    for key in &proof.keys[..2] {
        let bytes: Vec<u8> =
            (0..key.len()).step_by(2).map(|at| u8::from_str_radix(&key[at..at + 2], 16).unwrap()).collect();
        assert!(world.draft.record(&bytes).unwrap().is_some(), "{key} is a record");
    }
}
