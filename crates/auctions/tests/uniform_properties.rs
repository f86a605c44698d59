//! Uniform-price lots against naive reckoning: the arithmetic unit by unit, and whole lives of lots.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{GUSD, ONE, USDC, WETH, World};
use gage_accounts::Quantity;
use gage_auctions::clearing::{Offer, clear};
use gage_auctions::operations::{CommitBid, OpenUniform, PlaceBid, RevealBid, commitment};
use gage_auctions::{ACCOUNT, Bidding, LotId, Operation, Unsold, query, uniform_lot};
use gage_crypto::Hash;
use gage_store::Kind;
use gage_units::{Amount, AssetId, Bps, Price};
use proptest::prelude::*;

/// What a reader of the rule would do: try every limit as the price, keep the highest that sells most.
fn naive_price(lot: u128, offers: &[(u128, u128)]) -> Option<u128> {
    let sold_at = |price: u128| {
        offers.iter().filter(|(_, limit)| *limit >= price).map(|(amount, _)| amount).sum::<u128>().min(lot)
    };
    let most = offers.iter().map(|(_, limit)| sold_at(*limit)).max()?;
    offers.iter().map(|(_, limit)| *limit).filter(|limit| sold_at(*limit) == most).max()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn the_price_sells_the_most_and_nobody_pays_above_his_limit(
        lot in 1u128..200, mut offers in proptest::collection::vec((1u128..60, 1u128..8), 0..12),
    ) {
        offers.sort_by_key(|(_, limit)| std::cmp::Reverse(*limit));
        let list: Vec<Offer> = offers.iter().map(|(amount, limit)| Offer { amount: Amount(*amount), limit: Price(*limit) }).collect();
        let Some(clearing) = clear(Amount(lot), &list).unwrap() else { prop_assert!(offers.is_empty()); return Ok(()) };
        let price = clearing.price.0;
        prop_assert_eq!(Some(price), naive_price(lot, &offers));
        let sold: u128 = clearing.allocations.iter().map(|amount| amount.0).sum();
        let demand: u128 = offers.iter().map(|(amount, _)| amount).sum();
        prop_assert_eq!(sold, lot.min(demand), "the lot, or all demand");
        let at: u128 = offers.iter().filter(|(_, limit)| *limit == price).map(|(amount, _)| amount).sum();
        let above: u128 = offers.iter().filter(|(_, limit)| *limit > price).map(|(amount, _)| amount).sum();
        let rest = (lot - above.min(lot)).min(at);
        for ((amount, limit), got) in offers.iter().zip(&clearing.allocations) {
            prop_assert!(got.0 <= *amount);
            match limit.cmp(&price) {
                std::cmp::Ordering::Greater => prop_assert_eq!(got.0, *amount),
                std::cmp::Ordering::Less => prop_assert_eq!(got.0, 0),
                // In proportion, within one unit.
                std::cmp::Ordering::Equal => prop_assert!(got.0 * at + at > amount * rest && got.0 * at < amount * rest + at),
            }
        }
        // Among equal bids at the margin the earlier never gets less.
        for (first, second) in (0..offers.len()).zip(1..offers.len()) {
            if offers[first] == offers[second] {
                prop_assert!(clearing.allocations[first] >= clearing.allocations[second]);
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    Bid { user: usize, amount: u128, limit: u128 },
    Commit { user: usize, amount: u128, limit: u128 },
    Reveal(usize),
    Freeze(usize),
    Pass(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let size = || (1usize..6, 1u128..120, 7u128..14);
    prop_oneof![
        6 => size().prop_map(|(user, amount, limit)| Act::Bid { user, amount, limit }),
        6 => size().prop_map(|(user, amount, limit)| Act::Commit { user, amount, limit }),
        6 => (0usize..10).prop_map(Act::Reveal),
        1 => (1usize..6).prop_map(Act::Freeze),
        3 => prop_oneof![Just(1_000u64), Just(61_000)].prop_map(Act::Pass),
    ]
}

/// A bid in the naive books: bidder, amount, limit.
type Booked = (usize, u128, u128);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whole_lives_follow_naive_books(
        is_sealed in any::<bool>(), rounds in 1u8..3, forfeit in prop_oneof![Just(0u32), Just(3_333), Just(10_000)],
        asset in prop_oneof![Just(WETH), Just(USDC)], acts in proptest::collection::vec(act(), 1..50),
    ) {
        let mut world = World::new();
        let unit = if asset == USDC { 1_000_000 } else { ONE };
        for user in 0..6 {
            world.mint(world.users[user], GUSD, 5_000 * ONE);
        }
        world.mint(world.users[0], asset, 100 * unit);
        let bidding = Bidding::Sealed { reveal_ms: 60_000, deposit: Amount(7 * ONE + 1), forfeit: Bps(forfeit) };
        let bidding = if is_sealed { bidding } else { Bidding::Open };
        world.ask(0, Operation::OpenUniform(OpenUniform {
            asset, amount: Quantity::Exact(Amount(100 * unit)), want: GUSD, floor: Price(8 * ONE), bidding,
            window_ms: 60_000, unsold: Unsold::Roll { rounds }, bid_min: Amount(2),
        })).unwrap();
        let (mut free, mut got, mut frozen) = ([5_000 * ONE; 6], [0u128; 6], [false; 6]);
        let (mut held, mut left) = ([0u128; 6], 100 * unit);
        let (mut booked, mut hidden): (Vec<Booked>, Vec<Option<Booked>>) = (Vec::new(), Vec::new());
        let (mut round, mut opened, mut over) = (1u8, world.time.0, false);
        let lost = (7 * ONE + 1) * u128::from(forfeit) / 10_000;
        for act in acts {
            let age = world.time.0 - opened;
            match act {
                Act::Bid { user, amount, limit } => {
                    let amount = amount * unit + 1;
                    let cost = price_of(amount, limit, unit);
                    let place = PlaceBid { lot: LotId(1), asset, amount: Amount(amount), want: GUSD, limit: Price(limit * ONE) };
                    let done = world.ask(user, Operation::PlaceBid(place)).is_ok();
                    let fits = !is_sealed && !over && age < 60_000 && !frozen[user] && limit >= 8 && amount <= left && cost <= free[user];
                    prop_assert_eq!(done, fits);
                    if done {
                        (free[user], held[user]) = (free[user] - cost, held[user] + cost);
                        booked.push((user, amount, limit));
                    }
                }
                Act::Commit { user, amount, limit } => {
                    let salt = Hash([hidden.len() as u8; 32]);
                    let commitment = commitment(LotId(1), world.users[user], Amount(amount * unit), Price(limit * ONE), &salt);
                    let commit = CommitBid { lot: LotId(1), want: GUSD, commitment, deposit_max: Amount(8 * ONE) };
                    let done = world.ask(user, Operation::CommitBid(commit)).is_ok();
                    prop_assert_eq!(done, is_sealed && !over && age < 60_000 && !frozen[user] && free[user] > 7 * ONE);
                    if done {
                        (free[user], held[user]) = (free[user] - 7 * ONE - 1, held[user] + 7 * ONE + 1);
                        hidden.push(Some((user, amount * unit, limit)));
                    }
                }
                Act::Reveal(index) => {
                    let Some(Some((user, amount, limit))) = hidden.get(index).copied() else { continue };
                    let reveal = RevealBid { lot: LotId(1), asset, amount: Amount(amount), want: GUSD, limit: Price(limit * ONE), salt: Hash([index as u8; 32]) };
                    let done = world.ask(user, Operation::RevealBid(reveal)).is_ok();
                    let cost = amount / unit * limit * ONE;
                    let fits = !over && (60_000..120_000).contains(&age) && !frozen[user] && limit >= 8 && amount <= left && cost <= free[user] + 7 * ONE + 1;
                    prop_assert_eq!(done, fits);
                    if done {
                        (free[user], held[user]) = (free[user] + 7 * ONE + 1 - cost, held[user] + cost - 7 * ONE - 1);
                        hidden[index] = None;
                        booked.push((user, amount, limit));
                    }
                }
                Act::Freeze(user) => {
                    if !frozen[user] {
                        world.freeze(user);
                        frozen[user] = true;
                    }
                }
                Act::Pass(ms) => world.pass(ms),
            }
            world.clear(u64::MAX);
            let length = if is_sealed { 120_000 } else { 60_000 };
            if !over && world.time.0 - opened >= length {
                let mut seller_gets = 0;
                for (user, ..) in hidden.drain(..).flatten() {
                    // Who may not send keeps his deposit; the next round's salts begin anew.
                    let loses = if frozen[user] { 0 } else { lost };
                    free[user] += 7 * ONE + 1 - loses;
                    held[user] -= 7 * ONE + 1;
                    seller_gets += loses;
                }
                for (user, amount, limit) in &booked {
                    let cost = price_of(*amount, *limit, unit);
                    (free[*user], held[*user]) = (free[*user] + cost, held[*user] - cost);
                }
                let mut eligible: Vec<Booked> = booked.drain(..).filter(|(user, ..)| !frozen[*user]).collect();
                eligible.sort_by_key(|(_, _, limit)| std::cmp::Reverse(*limit));
                let flat: Vec<(u128, u128)> = eligible.iter().map(|(_, amount, limit)| (*amount, *limit)).collect();
                if let Some(price) = naive_price(left, &flat) {
                    for (bidder, got_now) in naive_shares(left, price, &eligible) {
                        let payment = price_of(got_now, price, unit);
                        free[bidder] -= payment;
                        got[bidder] += got_now;
                        left -= got_now;
                        seller_gets += payment;
                    }
                }
                free[0] += seller_gets;
                over = left == 0 || round == rounds;
                round += 1;
                opened = world.time.0;
                if over {
                    got[0] = left;
                    left = 0;
                }
            }
            for user in 0..6 {
                let balance = gage_ledger::balance(&world.draft, world.users[user], GUSD);
                prop_assert_eq!((balance.free.0, balance.held.0), (free[user], held[user]), "user {}", user);
                prop_assert_eq!(world.free(world.users[user], asset), got[user]);
            }
            prop_assert_eq!(world.free(ACCOUNT, asset), left);
            prop_assert_eq!(uniform_lot(&world.draft, LotId(1)).is_none(), over);
            book_is_sorted(&world)?;
            derived_is_rebuilt(&mut world, asset)?;
        }
    }
}

/// Full amounts above the price; at it one unit after the other by the largest remainder, the earlier first.
fn naive_shares(lot: u128, price: u128, sorted: &[Booked]) -> Vec<(usize, u128)> {
    let mut shares: Vec<(usize, u128)> = Vec::new();
    let above: u128 = sorted.iter().filter(|(_, _, limit)| *limit > price).map(|(_, amount, _)| amount).sum();
    let margin: Vec<&Booked> = sorted.iter().filter(|(_, _, limit)| *limit == price).collect();
    let at: u128 = margin.iter().map(|(_, amount, _)| amount).sum();
    let rest = (lot - above).min(at);
    shares.extend(sorted.iter().filter(|(_, _, limit)| *limit > price).map(|(user, amount, _)| (*user, *amount)));
    let mut parts: Vec<u128> = margin.iter().map(|(_, amount, _)| muldiv(*amount, rest, at).0).collect();
    let mut order: Vec<usize> = (0..margin.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(muldiv(margin[*index].1, rest, at).1));
    let missing = rest - parts.iter().sum::<u128>();
    for index in order.into_iter().take(missing as usize) {
        parts[index] += 1;
    }
    shares.extend(margin.iter().zip(parts).map(|((user, ..), part)| (*user, part)));
    shares
}

/// `amount` of an asset whose whole unit is `unit` at `price` whole GUSD, rounded up.
fn price_of(amount: u128, price: u128, unit: u128) -> u128 {
    let (paid, rest) = muldiv(amount, price * ONE, unit);
    paid + u128::from(rest > 0)
}

/// Quotient and remainder in wide numbers.
fn muldiv(a: u128, b: u128, c: u128) -> (u128, u128) {
    use ruint::aliases::U256;
    let product = U256::from(a) * U256::from(b);
    (u128::try_from(product / U256::from(c)).unwrap(), u128::try_from(product % U256::from(c)).unwrap())
}

fn book_is_sorted(world: &World) -> Result<(), TestCaseError> {
    let Ok(view) = query::uniform_view(&world.draft, LotId(1)) else { return Ok(()) };
    let keys: Vec<_> = view.book.iter().map(|bid| (std::cmp::Reverse(bid.record.limit), bid.bid)).collect();
    prop_assert!(keys.is_sorted());
    prop_assert_eq!(view.book.len(), view.lot.bids as usize);
    Ok(())
}

/// Derived tables are what the authenticated ones say.
fn derived_is_rebuilt(world: &mut World, _asset: AssetId) -> Result<(), TestCaseError> {
    let derived = |world: &World| {
        let mut records = Vec::new();
        world.draft.visit(Kind::Derived, |key, value| records.push((key.to_vec(), value.to_vec())));
        records.retain(|(key, _)| key[0] == gage_auctions::MODULE);
        records
    };
    let before = derived(world);
    world.draft.clear_derived();
    gage_accounts::rebuild(&mut world.draft);
    gage_compliance::rebuild(&mut world.draft);
    gage_ledger::rebuild(&mut world.draft);
    gage_auctions::rebuild(&mut world.draft);
    world.draft.commit();
    prop_assert_eq!(before, derived(world));
    Ok(())
}
