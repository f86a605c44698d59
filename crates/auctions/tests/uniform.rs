//! Uniform-price lots, step by step: open and sealed bids, who is passed over, what becomes of the rest.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{GUSD, ONE, OWNER, OWNER_MODULE, WETH, World};
use gage_accounts::{Class, Quantity};
use gage_auctions::operations::{CancelUniform, CommitBid, OpenUniform, PlaceBid, RevealBid, commitment};
use gage_auctions::params::{BIDS_MAX, COMMITMENTS_MAX};
use gage_auctions::{
    ACCOUNT, Bidding, Error, LotId, NewUniform, Operation, OwnerRef, Unsold, query, take_cleared, uniform_lot,
};
use gage_crypto::Hash;
use gage_ledger::AssetNames;
use gage_units::{Amount, Bps, Price};

const MINUTE: u64 = 60_000;

fn sealed() -> Bidding {
    Bidding::Sealed { reveal_ms: MINUTE, deposit: Amount(10 * ONE), forfeit: Bps(2_500) }
}

/// 100 WETH of user 0 for at least 8 GUSD each, bids of a minute.
fn open(bidding: Bidding, unsold: Unsold) -> Operation {
    Operation::OpenUniform(OpenUniform {
        asset: WETH,
        amount: Quantity::Exact(Amount(100 * ONE)),
        want: GUSD,
        floor: Price(8 * ONE),
        bidding,
        window_ms: MINUTE,
        unsold,
        bid_min: Amount(ONE),
    })
}

fn bid(lot: u64, amount: u128, limit: u128) -> Operation {
    let (amount, limit) = (Amount(amount * ONE), Price(limit * ONE));
    Operation::PlaceBid(PlaceBid { lot: LotId(lot), asset: WETH, amount, want: GUSD, limit })
}

/// Everybody has 10,000 GUSD and user 0 a lot of 100 WETH on sale.
fn sale(bidding: Bidding, unsold: Unsold) -> World {
    let mut world = World::new();
    for user in 0..6 {
        world.mint(world.users[user], GUSD, 10_000 * ONE);
    }
    world.mint(world.users[0], WETH, 100 * ONE);
    world.ask(0, open(bidding, unsold)).unwrap();
    world
}

#[track_caller]
fn refused(world: &mut World, user: usize, operation: Operation, name: &str, code: u32) {
    let records = world.draft.records();
    let error = world.ask(user, operation).expect_err(name);
    assert_eq!((error.name(), error.code(), world.draft.records()), (name, code, records), "{error}");
}

fn weth(world: &World, user: usize) -> u128 {
    world.free(world.users[user], WETH)
}

fn paid(world: &World, user: usize) -> u128 {
    10_000 * ONE - world.free(world.users[user], GUSD)
}

#[test]
fn all_pay_the_price_of_the_bid_that_completes_the_lot() {
    let mut world = sale(Bidding::Open, Unsold::Return);
    world.ask(1, bid(1, 60, 12)).unwrap();
    world.ask(2, bid(1, 30, 10)).unwrap();
    world.ask(3, bid(1, 50, 10)).unwrap();
    world.ask(4, bid(1, 40, 9)).unwrap();
    // A bid is wholly backed: 60 x 12 are set aside, and nothing moves before the window is over.
    assert_eq!((paid(&world, 1), weth(&world, 1)), (720 * ONE, 0));
    world.clear(u64::MAX);
    assert_eq!(weth(&world, 1), 0);
    let book: Vec<u32> =
        query::uniform_view(&world.draft, LotId(1)).unwrap().book.iter().map(|view| view.bid).collect();
    assert_eq!(book, [1, 2, 3, 4]);
    world.pass(MINUTE);
    world.clear(u64::MAX);
    // 60 at 12 get all, the 40 left go to 30 + 50 at 10 in proportion; all pay 10.
    assert_eq!([1, 2, 3, 4].map(|user| weth(&world, user)), [60 * ONE, 15 * ONE, 25 * ONE, 0]);
    assert_eq!([1, 2, 3, 4].map(|user| paid(&world, user)), [600 * ONE, 150 * ONE, 250 * ONE, 0]);
    assert_eq!(world.free(world.users[0], GUSD), 11_000 * ONE);
    assert_eq!(uniform_lot(&world.draft, LotId(1)), None);
    assert_eq!(world.free(ACCOUNT, WETH), 0);
}

#[test]
fn an_ineligible_winner_is_passed_over_and_the_next_gets_it() {
    let mut world = sale(Bidding::Open, Unsold::Return);
    world.ask(1, bid(1, 60, 12)).unwrap();
    world.ask(2, bid(1, 100, 11)).unwrap();
    world.ask(3, bid(1, 50, 10)).unwrap();
    world.freeze(2);
    refused(&mut world, 2, bid(1, 5, 20), "Ineligible", 3001);
    world.pass(MINUTE);
    world.clear(u64::MAX);
    // Without the hundred of user 2 the price is 10, and user 3 gets the forty that are left.
    assert_eq!([1, 2, 3].map(|user| weth(&world, user)), [60 * ONE, 0, 40 * ONE]);
    assert_eq!([1, 2, 3].map(|user| paid(&world, user)), [600 * ONE, 0, 400 * ONE]);
    assert_eq!(gage_ledger::balance(&world.draft, world.users[2], GUSD).held, Amount(0), "and his money is free again");
}

#[test]
fn sealed_bids_count_when_they_are_revealed() {
    let mut world = sale(sealed(), Unsold::Return);
    let salt = |user: usize| Hash([user as u8; 32]);
    let reveal = |user: usize, amount: u128, limit: u128| {
        let (amount, limit) = (Amount(amount * ONE), Price(limit * ONE));
        Operation::RevealBid(RevealBid { lot: LotId(1), asset: WETH, amount, want: GUSD, limit, salt: salt(user) })
    };
    let commit = |world: &World, user: usize, amount: u128, limit: u128, deposit_max: u128| {
        let hidden = commitment(LotId(1), world.users[user], Amount(amount * ONE), Price(limit * ONE), &salt(user));
        let deposit_max = Amount(deposit_max * ONE);
        Operation::CommitBid(CommitBid { lot: LotId(1), want: GUSD, commitment: hidden, deposit_max })
    };
    refused(&mut world, 1, bid(1, 10, 10), "BiddingClosed", 7013);
    let cheap = commit(&world, 1, 80, 12, 9);
    refused(&mut world, 1, cheap, "BidOutOfBounds", 7015);
    for (user, amount, limit) in [(1, 80, 12), (2, 50, 9), (3, 30, 20)] {
        let commit = commit(&world, user, amount, limit, 10);
        world.ask(user, commit.clone()).unwrap();
        refused(&mut world, user, commit, "CommitmentTaken", 7017);
        refused(&mut world, user, reveal(user, amount, limit), "BiddingClosed", 7013);
        assert_eq!(paid(&world, user), 10 * ONE, "every deposit is the same");
    }
    world.pass(MINUTE);
    refused(&mut world, 1, reveal(1, 81, 12), "UnknownCommitment", 7018);
    refused(&mut world, 2, reveal(1, 80, 12), "UnknownCommitment", 7018);
    world.ask(1, reveal(1, 80, 12)).unwrap();
    world.ask(2, reveal(2, 50, 9)).unwrap();
    refused(&mut world, 1, reveal(1, 80, 12), "UnknownCommitment", 7018);
    world.pass(MINUTE);
    refused(&mut world, 3, reveal(3, 30, 20), "BiddingClosed", 7013);
    world.clear(u64::MAX);
    assert_eq!([1, 2, 3].map(|user| weth(&world, user)), [80 * ONE, 20 * ONE, 0]);
    // User 3 did not show his bid: a quarter of his deposit is the seller's, the rest is free.
    assert_eq!([1, 2, 3].map(|user| paid(&world, user)), [720 * ONE, 180 * ONE, 25 * ONE / 10]);
    assert_eq!(world.free(world.users[0], GUSD), 10_900 * ONE + 25 * ONE / 10);
}

#[test]
fn the_rest_rolls_and_then_goes_back() {
    let mut world = sale(Bidding::Open, Unsold::Roll { rounds: 2 });
    world.ask(1, bid(1, 30, 12)).unwrap();
    world.ask(2, bid(1, 20, 9)).unwrap();
    world.pass(MINUTE);
    world.clear(u64::MAX);
    // Too little demand: all get what they asked, at the lowest limit.
    assert_eq!([1, 2].map(|user| paid(&world, user)), [270 * ONE, 180 * ONE]);
    let lot = uniform_lot(&world.draft, LotId(1)).unwrap();
    assert_eq!((lot.round, lot.remaining, lot.cleared), (2, Amount(50 * ONE), false));
    world.ask(3, bid(1, 10, 8)).unwrap();
    world.pass(MINUTE);
    world.clear(u64::MAX);
    assert_eq!((weth(&world, 3), weth(&world, 0), paid(&world, 3)), (10 * ONE, 40 * ONE, 80 * ONE));
    assert_eq!(uniform_lot(&world.draft, LotId(1)), None);
}

#[test]
fn a_seller_who_may_not_hold_the_rest_finds_it_later() {
    let mut world = sale(Bidding::Open, Unsold::Return);
    world.freeze(0);
    world.pass(MINUTE);
    world.clear(u64::MAX);
    let lot = uniform_lot(&world.draft, LotId(1)).unwrap();
    assert_eq!((lot.cleared, lot.remaining), (true, Amount(100 * ONE)));
    let cancel = Operation::CancelUniform(CancelUniform { lot: LotId(1), asset: WETH });
    refused(&mut world, 0, cancel.clone(), "Ineligible", 3001);
    refused(&mut world, 1, cancel.clone(), "NotSeller", 7019);
    refused(&mut world, 1, bid(1, 10, 10), "BiddingClosed", 7013);
    let account = gage_accounts::id_of(&world.draft, world.users[0]).unwrap();
    let unfreeze =
        gage_compliance::operations::UnfreezeAccount { account, asset: None, reason: "order lifted".parse().unwrap() };
    let governance = world.ctx(gage_accounts::Signer::Governance);
    unfreeze.apply(&mut world.draft, &governance).unwrap();
    world.draft.commit();
    world.ask(0, cancel).unwrap();
    assert_eq!(weth(&world, 0), 100 * ONE);
}

#[test]
fn a_module_opens_asks_and_closes() {
    let mut world = World::new();
    world.mint(OWNER, WETH, 100 * ONE);
    world.mint(world.users[1], GUSD, 10_000 * ONE);
    let ctx = world.protocol();
    let new = NewUniform {
        asset: WETH,
        amount: Amount(100 * ONE),
        seller: OWNER,
        want: GUSD,
        proceeds_to: OWNER,
        owner: OwnerRef { module: OWNER_MODULE, id: 3 },
        floor: Price(8 * ONE),
        bidding: Bidding::Open,
        window_ms: MINUTE,
        unsold: Unsold::Return,
        bid_min: Amount(ONE),
    };
    let undelivered = world.act(|draft| gage_auctions::open_uniform(draft, &ctx, new.clone()));
    assert_eq!(undelivered, Err(Error::LotNotDelivered));
    let lot = world.act(|draft| {
        gage_ledger::move_by_rule(draft, &ctx, OWNER, ACCOUNT, WETH, new.amount)?;
        gage_auctions::open_uniform(draft, &ctx, new)
    });
    let lot = lot.unwrap();
    world.ask(1, bid(lot.0, 25, 10)).unwrap();
    let early = world.act(|draft| gage_auctions::close_uniform(draft, &ctx, lot, OWNER));
    assert_eq!(early, Err(Error::NotCleared));
    world.pass(MINUTE);
    world.clear(u64::MAX);
    assert_eq!(take_cleared(&mut world.draft, OWNER_MODULE), [lot]);
    assert!(take_cleared(&mut world.draft, OWNER_MODULE).is_empty());
    world.draft.commit();
    let ctx = world.protocol();
    let result = world.act(|draft| gage_auctions::close_uniform(draft, &ctx, lot, OWNER)).unwrap();
    assert_eq!((result.remainder, result.raised), (Amount(75 * ONE), Amount(250 * ONE)));
    assert_eq!((world.free(OWNER, WETH), world.free(OWNER, GUSD)), (75 * ONE, 250 * ONE));
}

#[test]
fn a_full_book_gives_up_its_worst_bid_for_a_better_one() {
    let mut world = sale(Bidding::Open, Unsold::Return);
    for number in 0..BIDS_MAX {
        let user = 1 + number as usize % 4;
        world.ask(user, bid(1, 1, 8 + u128::from(number % 2))).unwrap();
    }
    refused(&mut world, 5, bid(1, 1, 8), "BookFull", 7016);
    world.ask(5, bid(1, 90, 9)).unwrap();
    let view = query::uniform_view(&world.draft, LotId(1)).unwrap();
    assert_eq!((view.lot.bids, view.lot.last_bid), (BIDS_MAX, BIDS_MAX + 1));
    // The latest of the worst is gone: number 127, of user 3.
    assert!(view.book.iter().all(|bid| bid.bid != BIDS_MAX - 1));
    assert_eq!(gage_ledger::balance(&world.draft, world.users[3], GUSD).held, Amount(31 * 8 * ONE));
    world.pass(MINUTE);
    // With no budget nothing is cleared; with any, one lot is, whatever it weighs.
    world.clear(0);
    assert_eq!(weth(&world, 5), 0);
    assert_eq!(world.clear(1), 0);
    assert!(weth(&world, 5) > 0);
}

#[test]
fn small_bids_at_a_high_limit_do_not_keep_a_large_one_out() {
    let mut world = sale(Bidding::Open, Unsold::Return);
    // 128 bids of one each would buy a fifth more than the lot at 20, but for 28 that are cut off.
    for number in 0..BIDS_MAX {
        world.ask(1 + number as usize % 4, bid(1, 1, 20)).unwrap();
    }
    refused(&mut world, 5, bid(1, 2, 10), "BookFull", 7016);
    world.ask(5, bid(1, 100, 9)).unwrap();
    let view = query::uniform_view(&world.draft, LotId(1)).unwrap();
    assert_eq!(view.lot.bids, BIDS_MAX);
    assert!(view.book.iter().any(|bid| bid.record.amount == Amount(100 * ONE)));
    // A bid for the whole lot at the floor is not driven out by a small one at any limit.
    refused(&mut world, 1, bid(1, 1, 20), "BookFull", 7016);
}

#[test]
fn a_full_list_of_commitments_gives_up_its_smallest_deposit() {
    let mut world = sale(sealed(), Unsold::Return);
    let commit = |world: &mut World, user: usize, number: u32, deposit_max: u128| {
        let mut salt = [0; 32];
        salt[..4].copy_from_slice(&number.to_le_bytes());
        let deposit_max = Amount(deposit_max);
        world.ask(
            user,
            Operation::CommitBid(CommitBid { lot: LotId(1), want: GUSD, commitment: Hash(salt), deposit_max }),
        )
    };
    for number in 0..COMMITMENTS_MAX {
        commit(&mut world, 1, number, 10 * ONE).unwrap();
    }
    assert_eq!(commit(&mut world, 2, 200, 11 * ONE - 1).unwrap_err().name(), "BookFull");
    commit(&mut world, 2, 200, Amount::MAX.0).unwrap();
    assert_eq!(paid(&world, 2), 11 * ONE, "a tenth more than the smallest, and not what he would have given");
    assert_eq!(paid(&world, 1), 10 * ONE * u128::from(COMMITMENTS_MAX - 1), "one deposit is free again");
    // Nobody reveals: each loses a quarter of his own deposit.
    world.pass(2 * MINUTE);
    world.clear(u64::MAX);
    assert_eq!(paid(&world, 2), 11 * ONE / 4);
    assert_eq!(paid(&world, 1), 10 * ONE / 4 * u128::from(COMMITMENTS_MAX - 1));
}

#[test]
fn a_deposit_that_hurts_nobody_is_refused() {
    let mut world = World::new();
    world.mint(world.users[0], WETH, 100 * ONE);
    // A thousandth of 100 at 8 is 0.8.
    let with = |deposit: u128| Bidding::Sealed { reveal_ms: MINUTE, deposit: Amount(deposit), forfeit: Bps(10_000) };
    refused(&mut world, 0, open(with(ONE / 10 * 8 - 1), Unsold::Return), "UniformOutOfBounds", 7011);
    world.ask(0, open(with(ONE / 10 * 8), Unsold::Return)).unwrap();
}

#[test]
fn what_is_out_of_bounds_is_refused() {
    let mut world = sale(Bidding::Open, Unsold::Return);
    refused(&mut world, 0, bid(1, 10, 10), "OwnLot", 7014);
    refused(&mut world, 1, bid(1, 0, 10), "ZeroAmount", 1003);
    refused(&mut world, 1, bid(2, 1, 10), "UnknownUniformLot", 7012);
    refused(&mut world, 1, bid(1, 1, 7), "BidOutOfBounds", 7015);
    refused(&mut world, 1, bid(1, 101, 10), "BidOutOfBounds", 7015);
    refused(&mut world, 1, bid(1, 100, 101), "InsufficientBalance", 3007);
    let small = PlaceBid { lot: LotId(1), asset: WETH, amount: Amount(ONE - 1), want: GUSD, limit: Price(9 * ONE) };
    refused(&mut world, 1, Operation::PlaceBid(small.clone()), "BidOutOfBounds", 7015);
    refused(&mut world, 1, Operation::PlaceBid(PlaceBid { asset: GUSD, ..small }), "WrongAsset", 7006);
    let cancel = Operation::CancelUniform(CancelUniform { lot: LotId(1), asset: WETH });
    world.ask(1, bid(1, 10, 10)).unwrap();
    refused(&mut world, 0, cancel, "HasBids", 7020);
    let Operation::OpenUniform(good) = open(Bidding::Open, Unsold::Return) else { unreachable!() };
    for (name, code, bad) in [
        ("SameAsset", 7003, OpenUniform { want: WETH, ..good.clone() }),
        ("UniformOutOfBounds", 7011, OpenUniform { floor: Price(0), ..good.clone() }),
        ("UniformOutOfBounds", 7011, OpenUniform { window_ms: 999, ..good.clone() }),
        ("UniformOutOfBounds", 7011, OpenUniform { bid_min: Amount(0), ..good.clone() }),
        ("UniformOutOfBounds", 7011, OpenUniform { unsold: Unsold::Roll { rounds: 11 }, ..good.clone() }),
        (
            "UniformOutOfBounds",
            7011,
            OpenUniform {
                bidding: Bidding::Sealed { reveal_ms: MINUTE, deposit: Amount(1), forfeit: Bps(10_001) },
                ..good.clone()
            },
        ),
        ("InsufficientBalance", 3007, good.clone()),
    ] {
        refused(&mut world, 0, Operation::OpenUniform(bad), name, code);
    }
}

#[test]
fn words_and_bytes_of_the_operations() {
    let world = sale(sealed(), Unsold::Return);
    let names = AssetNames(&world.draft);
    let words = [
        (
            open(sealed(), Unsold::Roll { rounds: 3 }),
            "Sell 100 WETH#0 at one price of at least 8 GUSD#1 per whole unit: sealed bids revealed within 60000 ms, deposit 10 GUSD#1, unrevealed ones lose 2500 bps for 60000 ms, of at least 1 WETH#0; the rest is offered in up to 3 rounds",
        ),
        (bid(1, 5, 9), "Bid for up to 5 WETH#0 of lot 1 at no more than 9 GUSD#1 per whole unit"),
    ];
    for (operation, expected) in words {
        assert_eq!(operation.describe(&names), expected);
        assert_eq!(operation.class(), Class::General);
        let json = serde_json::to_string(&operation).unwrap();
        assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), operation);
        let bytes = borsh::to_vec(&operation).unwrap();
        assert_eq!(borsh::from_slice::<Operation>(&bytes).unwrap(), operation);
    }
    // The golden bytes of a bid: verb 3, lot, asset, amount, want, limit, little-endian.
    let bytes = borsh::to_vec(&bid(1, 5, 9)).unwrap();
    let expected =
        [&[3u8][..], &1u64.to_le_bytes(), &0u32.to_le_bytes(), &(5 * ONE).to_le_bytes(), &1u32.to_le_bytes()];
    assert_eq!(bytes, [expected.concat(), (9 * ONE).to_le_bytes().to_vec()].concat());
    // The commitment of a bid, from its parts.
    let hidden = commitment(LotId(1), world.users[1], Amount(5), Price(9), &Hash([7; 32]));
    let parts = [
        &b"gage/bid/1"[..],
        &1u64.to_le_bytes(),
        &world.users[1].0.to_le_bytes(),
        &5u128.to_le_bytes(),
        &9u128.to_le_bytes(),
        &[7; 32],
    ];
    assert_eq!(hidden, gage_crypto::hash::sha256_parts(&[&parts.concat()]));
}

/// Bids that together ask for more than there are numbers: two for all of a lot of 2^127 units.
#[test]
fn bids_beyond_all_numbers_are_cleared() {
    let mut world = World::new();
    let huge = 1u128 << 127;
    world.mint(world.users[0], WETH, huge);
    for user in 1..4 {
        world.mint(world.users[user], GUSD, huge / ONE + 1);
    }
    let sell = OpenUniform {
        asset: WETH,
        amount: Quantity::Exact(Amount(huge)),
        want: GUSD,
        floor: Price(1),
        bidding: Bidding::Open,
        window_ms: MINUTE,
        unsold: Unsold::Return,
        bid_min: Amount(1),
    };
    world.ask(0, Operation::OpenUniform(sell)).unwrap();
    let place = |amount| {
        let (lot, amount, limit) = (LotId(1), Amount(amount), Price(1));
        Operation::PlaceBid(PlaceBid { lot, asset: WETH, amount, want: GUSD, limit })
    };
    for user in 1..3 {
        world.ask(user, place(huge)).unwrap();
    }
    world.ask(3, place(1)).unwrap();
    world.pass(MINUTE);
    world.clear(u64::MAX);
    assert!(uniform_lot(&world.draft, LotId(1)).is_none());
    assert_eq!((weth(&world, 1), weth(&world, 2)), (huge / 2, huge / 2));
}

/// A clearing that fails, here because no time is left for its next round, does not stand before all others in
/// every block: it is tried again later, each time twice as much.
#[test]
fn a_clearing_that_fails_is_put_off() {
    let mut world = sale(Bidding::Open, Unsold::Roll { rounds: 2 });
    let lot = uniform_lot(&world.draft, LotId(1)).unwrap();
    world.time = gage_units::Timestamp(u64::MAX - 30_000);
    assert!(world.clear(1_000_000) < 1_000_000, "it was tried");
    assert_eq!(uniform_lot(&world.draft, LotId(1)), Some(lot), "and left as it was");
    for _ in 0..3 {
        assert_eq!(world.clear(1_000_000), 1_000_000, "nothing is due");
    }
    let waits = gage_auctions::state::RETRIES.get(&world.draft, &LotId(1)).unwrap();
    assert_eq!((waits.tries, waits.at), (1, gage_units::Timestamp(u64::MAX)));
}

/// Rounds and bids pay for the clearings they cause.
#[test]
fn clearings_are_paid_for_beforehand() {
    let rounds = |rounds| open(Bidding::Open, Unsold::Roll { rounds }).weight();
    assert_eq!(rounds(10) - rounds(1), 9 * 2_000);
    assert!(bid(1, 1, 8).weight() >= 3 * (4_000 + 2_000));
}
