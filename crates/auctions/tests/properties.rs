//! Curves, plans and whole lives of lots against naive reckoning.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use std::collections::BTreeMap;

use common::{DEED, GUSD, OWNER, OWNER_MODULE, USDC, WETH, World};
use gage_accounts::Quantity;
use gage_auctions::operations::Take;
use gage_auctions::{ACCOUNT, Curve, Error, LotId, NewLot, OwnerRef, plan};
use gage_store::Kind;
use gage_units::{Amount, AssetId, Price, Ratio, Rounding, mul_div};
use proptest::prelude::*;
use ruint::Uint;

/// Room for a start price and the powers of 40 steps.
type Wide = Uint<4096, 64>;

fn curve() -> impl Strategy<Value = Curve> {
    let cut = prop_oneof![500_000u128..=999_999, 900_000u128..=999_999].prop_map(|ppm| Ratio(ppm * 1_000_000_000_000));
    prop_oneof![
        (1_000u64..=604_800_000).prop_map(|duration_ms| Curve::Linear { duration_ms }),
        (1_000u64..=604_800_000, cut.clone()).prop_map(|(step_ms, cut)| Curve::StairExponential { step_ms, cut }),
        cut.prop_map(|cut| Curve::Exponential { cut }),
    ]
}

fn start() -> impl Strategy<Value = Price> {
    prop_oneof![1u128..1_000, 1u128..1_000_000_000_000_000_000_000_000, any::<u128>().prop_map(|any| any.max(1))]
        .prop_map(Price)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// A price never rises, whatever the distance of two instants.
    #[test]
    fn curves_never_rise(curve in curve(), start in start(), first in 0u64..700_000_000, later in 0u64..5_000_000) {
        let before = curve.price(start, first).unwrap();
        let after = curve.price(start, first + later).unwrap();
        prop_assert!(after <= before, "{curve:?} from {start:?}: {before:?} at {first}, {after:?} {later} later");
        prop_assert!(before <= start);
        // The nearest instants, where rounding would show first.
        let step = match curve { Curve::Linear { .. } => 1, Curve::StairExponential { step_ms, .. } => step_ms, Curve::Exponential { .. } => 1_000 };
        let next = curve.price(start, first + step).unwrap();
        prop_assert!(next <= before, "{curve:?} from {start:?}: {before:?} at {first}, {next:?} at the next step");
    }

    /// The price is the exact one, rounded up, plus at most the stated error of powers.
    #[test]
    fn curves_are_exact_within_the_bound(curve in curve(), start in start(), steps in 0u64..=40, part in 0u64..1_000) {
        let (elapsed, numerator, denominator) = match curve {
            Curve::Linear { duration_ms } => {
                let elapsed = duration_ms / 40 * steps;
                (elapsed, Wide::from(duration_ms - elapsed), Wide::from(duration_ms))
            }
            Curve::StairExponential { step_ms, cut } => (steps * step_ms + part % step_ms, power(cut.0, steps), power(Ratio::SCALE, steps)),
            Curve::Exponential { cut } => (steps * 1_000 + part, power(cut.0, steps), power(Ratio::SCALE, steps)),
        };
        let price = Wide::from(curve.price(start, elapsed).unwrap().0) * denominator;
        let exact = Wide::from(start.0) * numerator;
        prop_assert!(price >= exact, "never below the exact price");
        // Above by less than one unit of rounding and start * (n + 1) / 1e27, or by the least factor of 1e-12.
        let error = (Wide::from(start.0) * Wide::from(steps + 1)).div_ceil(Wide::from(10u128.pow(27)));
        let least = Wide::from(start.0).div_ceil(Wide::from(10u128.pow(12)));
        let bound = (Wide::from(1) + error) * denominator;
        prop_assert!(price - exact <= bound || price <= (least + Wide::from(1)) * denominator, "{curve:?} {start:?} {steps}");
    }

    /// The plan of a take is the largest part that a reader would allow, found by trying all.
    #[test]
    fn plans_are_the_largest_allowed(
        remaining in 1u128..120, outstanding in prop_oneof![1u128..3_000, Just(u128::MAX)], dust in 0u128..200,
        wanted in 1u128..150, price in 1u128..60, scale in prop_oneof![Just(1u128), Just(7), Just(10), Just(100)],
    ) {
        let pays = |taken: u128| (taken * price).div_ceil(scale);
        let allowed = |taken: u128| {
            let needless = taken > 1 && pays(taken - 1) >= outstanding;
            let completes = taken == remaining || pays(taken) >= outstanding;
            let leaves_to_raise = || outstanding - pays(taken) >= dust;
            let leaves_to_sell = || (remaining - taken) * price / scale >= dust;
            !needless && (completes || (leaves_to_raise() && leaves_to_sell()))
        };
        let naive = (1..=wanted.min(remaining)).rev().find(|taken| allowed(*taken));
        let plan = plan::plan(Amount(remaining), Amount(outstanding), Amount(dust), Amount(wanted), Price(price), scale);
        match naive {
            Some(taken) => prop_assert_eq!(plan.map(|plan| (plan.taken.0, plan.payment.0)), Ok((taken, pays(taken)))),
            None => prop_assert_eq!(plan, Err(Error::LeavesDust)),
        }
    }

    /// What `affordable` says is paid for with the limit, and one unit more is not.
    #[test]
    fn affordable_is_tight(limit in any::<u64>(), price in 1u128..u128::from(u64::MAX), scale in 1u128..=10u128.pow(36)) {
        let amount = plan::affordable(Amount(limit.into()), Price(price), scale).unwrap();
        if let Ok(payment) = plan::payment(amount, Price(price), scale) {
            prop_assert!(payment.0 <= u128::from(limit));
        }
        if let Ok(payment) = plan::payment(Amount(amount.0.saturating_add(1)), Price(price), scale) {
            prop_assert!(payment.0 > u128::from(limit) || amount.0 == u128::MAX);
        }
    }
}

fn power(base: u128, exponent: u64) -> Wide {
    (0..exponent).fold(Wide::from(1), |product, _| product * Wide::from(base))
}

#[derive(Clone, Debug)]
enum Act {
    Open {
        asset: usize,
        amount: u128,
        start: u128,
        floor_pct: u128,
        curve: Curve,
        tail: u64,
        cusp_pct: u128,
        raise_pct: u128,
        dust: u128,
    },
    Take {
        lot: u64,
        user: usize,
        pct: u128,
        limit_pct: u128,
    },
    Pass(u64),
    Restart {
        lot: u64,
        start: u128,
    },
    Close(u64),
    AskTouched,
}

fn act() -> impl Strategy<Value = Act> {
    let open = (
        0usize..3,
        1u128..5_000,
        1u128..1_000_000,
        1u128..=100,
        curve(),
        1u64..20_000_000,
        0u128..100,
        1u128..150,
        0u128..50,
    )
        .prop_map(|(asset, amount, start, floor_pct, curve, tail, cusp_pct, raise_pct, dust)| Act::Open {
            asset,
            amount,
            start,
            floor_pct,
            curve,
            tail,
            cusp_pct,
            raise_pct,
            dust,
        });
    prop_oneof![
        2 => open,
        6 => (1u64..8, 1usize..3, 1u128..=110, 50u128..200).prop_map(|(lot, user, pct, limit_pct)| Act::Take { lot, user, pct, limit_pct }),
        3 => (1u64..8_000_000).prop_map(Act::Pass),
        1 => (1u64..8, 1u128..1_000_000).prop_map(|(lot, start)| Act::Restart { lot, start }),
        1 => (1u64..8).prop_map(Act::Close),
        1 => Just(Act::AskTouched),
    ]
}

/// What a reader would write down of a lot.
#[derive(Clone, Debug)]
struct Entry {
    asset: AssetId,
    amount: u128,
    sold: u128,
    raised: u128,
    raise_max: u128,
    lowest: u128,
}

fn asset(index: usize) -> (AssetId, u128, u128) {
    // The asset, smallest units per lot unit of the test, and the price unit that makes payments small numbers.
    [(WETH, 10u128.pow(15), 10u128.pow(18)), (DEED, 1, 10u128.pow(18)), (USDC, 1_000, 10u128.pow(15))][index]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whole lives of lots. After every act all invariants hold and the books of a reader agree.
    #[test]
    fn lots_follow_the_books(acts in proptest::collection::vec(act(), 1..60)) {
        let mut world = World::new();
        for user in 0..3 {
            world.mint(world.users[user], GUSD, 10u128.pow(36));
        }
        let mut books: BTreeMap<u64, Entry> = BTreeMap::new();
        let mut touched: Vec<LotId> = Vec::new();
        let (mut opened, mut proceeds) = (0u64, 0u128);
        for act in acts {
            match act {
                Act::Open { asset: index, amount, start, floor_pct, curve, tail, cusp_pct, raise_pct, dust } => {
                    let (id, unit, price_unit) = asset(index);
                    let (amount, start) = (amount * unit, start * price_unit);
                    let value = plan::payment(Amount(amount), Price(start), plan::scale([18, 0, 6][index], 18).unwrap()).unwrap();
                    let raise_max = if raise_pct > 120 { u128::MAX } else { (value.0 / 100 * raise_pct).max(1) };
                    let floor = (start / 100 * floor_pct).max(1);
                    let new = NewLot {
                        asset: id, amount: Amount(amount), seller: OWNER, want: GUSD, raise_max: Amount(raise_max),
                        proceeds_to: OWNER, owner: OwnerRef { module: OWNER_MODULE, id: opened },
                        start: Price(start), floor: Price(floor), curve, tail_ms: tail,
                        cusp: Ratio(cusp_pct * 10u128.pow(16)), dust: Amount(dust * value.0 / 1_000), item: None,
                    };
                    let lot = world.open(new).unwrap();
                    opened += 1;
                    prop_assert_eq!(lot, LotId(opened));
                    books.insert(opened, Entry { asset: id, amount, sold: 0, raised: 0, raise_max, lowest: floor });
                }
                Act::Take { lot, user, pct, limit_pct } => {
                    let Some(record) = gage_auctions::lot(&world.draft, LotId(lot)) else {
                        let take = Take { lot: LotId(lot), asset: WETH, amount: Quantity::Exact(Amount(1)), want: GUSD, price_max: Price(1) };
                        prop_assert_eq!(world.run(user, take), Err(Error::UnknownLot));
                        continue;
                    };
                    let entry = books.get_mut(&lot).unwrap();
                    let price = record.price_at(world.time).unwrap();
                    let limit = (price.0 / 100 * limit_pct).max(1);
                    let wanted = (record.remaining.0 / 100 * pct).max(1);
                    let account = world.users[user];
                    let before = (world.free(account, entry.asset), world.free(account, GUSD));
                    let take = Take { lot: LotId(lot), asset: entry.asset, amount: Quantity::Exact(Amount(wanted)), want: GUSD, price_max: Price(limit) };
                    let late = world.time >= record.restart_at;
                    match world.run(user, take) {
                        Ok(output) => {
                            let got = world.free(account, entry.asset) - before.0;
                            let paid = before.1 - world.free(account, GUSD);
                            prop_assert_eq!(output.unwrap().amount.0, got);
                            prop_assert!(got > 0 && got <= wanted && price.0 <= limit && price.0 >= entry.lowest && !late);
                            // price x taken, rounded up, in wide numbers.
                            let exact = Wide::from(got) * Wide::from(price.0);
                            prop_assert_eq!(Wide::from(paid), exact.div_ceil(Wide::from(record.scale)));
                            prop_assert!(entry.raised < entry.raise_max, "no take after the raise is complete");
                            entry.sold += got;
                            entry.raised += paid;
                            proceeds += paid;
                            if entry.raised > entry.raise_max {
                                prop_assert!(Wide::from(entry.raised - entry.raise_max) * Wide::from(record.scale) < Wide::from(price.0) + Wide::from(record.scale));
                            }
                            touched.push(LotId(lot));
                        }
                        Err(Error::LotFinished) => prop_assert!(entry.sold == entry.amount || entry.raised >= entry.raise_max),
                        Err(Error::LotNeedsRestart) => prop_assert!(late),
                        Err(Error::PriceAboveLimit) => prop_assert!(price.0 > limit),
                        Err(error) => prop_assert_eq!(error, Error::LeavesDust),
                    }
                }
                Act::Pass(ms) => world.pass(ms),
                Act::Restart { lot, start } => {
                    let Some(entry) = books.get_mut(&lot) else { continue };
                    if gage_auctions::lot(&world.draft, LotId(lot)).is_none() { continue }
                    let start = start * 10u128.pow(15);
                    let ctx = world.protocol();
                    let done = world.act(|draft| gage_auctions::restart(draft, &ctx, LotId(lot), Price(start), Price(start / 2)));
                    let finished = entry.sold == entry.amount || entry.raised >= entry.raise_max;
                    prop_assert_eq!(done, if finished { Err(Error::LotFinished) } else { Ok(()) });
                    if !finished { entry.lowest = entry.lowest.min(start / 2) }
                }
                Act::Close(lot) => {
                    let ctx = world.protocol();
                    let before = books.get(&lot).map_or(0, |entry| world.free(OWNER, entry.asset));
                    let open = gage_auctions::lot(&world.draft, LotId(lot)).is_some();
                    match world.act(|draft| gage_auctions::close(draft, &ctx, LotId(lot), OWNER)) {
                        Ok(remainder) => {
                            let entry = &books[&lot];
                            prop_assert_eq!((remainder.amount.0, remainder.raised.0), (entry.amount - entry.sold, entry.raised));
                            prop_assert_eq!(world.free(OWNER, entry.asset) - before, remainder.amount.0);
                            touched.retain(|touched| *touched != LotId(lot));
                        }
                        Err(error) => { prop_assert_eq!(error, Error::UnknownLot); prop_assert!(!open) }
                    }
                }
                Act::AskTouched => {
                    touched.sort_unstable();
                    touched.dedup();
                    prop_assert_eq!(gage_auctions::take_touched(&mut world.draft, OWNER_MODULE), std::mem::take(&mut touched));
                    prop_assert!(gage_auctions::take_touched(&mut world.draft, OWNER_MODULE).is_empty());
                    world.draft.commit();
                }
            }
            // Exactly the remainders lie on the account, per asset.
            for index in 0..3 {
                let (id, ..) = asset(index);
                let open = |lot: &u64| gage_auctions::lot(&world.draft, LotId(*lot)).is_some();
                let sum: u128 = books.iter().filter(|(lot, entry)| entry.asset == id && open(lot)).map(|(_, entry)| entry.amount - entry.sold).sum();
                prop_assert_eq!(world.free(ACCOUNT, id), sum);
            }
            prop_assert_eq!(world.free(OWNER, GUSD), proceeds);
            due_is_what_a_scan_finds(&world)?;
            derived_is_rebuilt(&mut world)?;
        }
    }
}

/// The lots due are those a scan over all lots finds by the words of the rule.
fn due_is_what_a_scan_finds(world: &World) -> Result<(), TestCaseError> {
    let mut scan = Vec::new();
    for view in gage_auctions::query::lots(&world.draft, None, usize::MAX, world.time).unwrap() {
        let lot = &view.lot;
        let age = world.time.0 - lot.started_at.0;
        // In whole numbers: price / start < cusp, with the bar rounded down.
        let bar = mul_div(lot.start.0, lot.cusp.0, Ratio::SCALE, Rounding::Down).unwrap();
        let below = lot.price_at(world.time).unwrap().0 < bar;
        let needs = !lot.finished() && (age > lot.tail_ms || below);
        prop_assert_eq!(needs, view.needs_restart, "{:?}", lot);
        prop_assert_eq!(needs, gage_auctions::needs_restart(&world.draft, &world.protocol(), view.id));
        if needs {
            scan.push((lot.restart_at, view.id));
        }
    }
    scan.sort_unstable();
    let due = gage_auctions::due_for_restart(&world.draft, &world.protocol(), OWNER_MODULE, usize::MAX);
    prop_assert_eq!(due, scan.iter().map(|(_, id)| *id).collect::<Vec<_>>());
    prop_assert!(gage_auctions::due_for_restart(&world.draft, &world.protocol(), OWNER_MODULE + 1, 9).is_empty());
    Ok(())
}

/// Derived tables are what the authenticated ones say.
fn derived_is_rebuilt(world: &mut World) -> Result<(), TestCaseError> {
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
