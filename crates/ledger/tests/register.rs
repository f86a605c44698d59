//! Record dates against a reader who copies every holding down on the day.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{MINTER, MODULE_MINTED, World};
use gage_accounts::Signer;
use gage_ledger::{Beneficiary, check_invariants, held_at, supply_at, take_record};
use gage_units::Amount;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Act {
    Mint(usize, u128),
    Burn(usize, u128),
    Transfer(usize, usize, u128),
    Pledge(usize, u128),
    Seize(usize, usize, u128),
    Record,
}

fn act() -> impl Strategy<Value = Act> {
    let (user, amount) = (0usize..3, 1u128..50);
    prop_oneof![
        3 => (user.clone(), amount.clone()).prop_map(|(user, amount)| Act::Mint(user, amount)),
        1 => (user.clone(), amount.clone()).prop_map(|(user, amount)| Act::Burn(user, amount)),
        5 => (user.clone(), user.clone(), amount.clone()).prop_map(|(from, to, amount)| Act::Transfer(from, to, amount)),
        2 => (user.clone(), amount.clone()).prop_map(|(user, amount)| Act::Pledge(user, amount)),
        2 => (user.clone(), user, amount).prop_map(|(from, to, amount)| Act::Seize(from, to, amount)),
        2 => Just(Act::Record),
    ]
}

/// Does the act if the ledger lets it; a record date copies all holdings down.
fn run(world: &mut World, act: &Act, copies: &mut Vec<[Amount; 3]>) {
    let ctx = world.ctx(Signer::Protocol);
    let users = world.users.clone();
    let of = Beneficiary { module: MINTER, id: 1 };
    let asset = MODULE_MINTED;
    let _refused = world.act(|draft| match *act {
        Act::Mint(user, amount) => gage_ledger::mint(draft, &ctx, MINTER, asset, users[user], Amount(amount)),
        Act::Burn(user, amount) => gage_ledger::burn(draft, &ctx, MINTER, asset, users[user], Amount(amount)),
        Act::Transfer(from, to, amount) => {
            gage_ledger::transfer(draft, &ctx, users[from], users[to], asset, Amount(amount))
        }
        Act::Pledge(user, amount) => gage_ledger::pledge(draft, &ctx, users[user], asset, of, Amount(amount)),
        Act::Seize(from, to, amount) => {
            gage_ledger::seize(draft, &ctx, users[from], asset, of, users[to], Amount(amount))
        }
        Act::Record => {
            copies.push([0, 1, 2].map(|user| gage_ledger::balance(draft, users[user], asset).total().unwrap()));
            take_record(draft, asset).map(|_| ())
        }
    });
}

proptest! {
    #[test]
    fn every_record_date_is_remembered(acts in prop::collection::vec(act(), 1..60)) {
        let mut world = World::new();
        let mut copies = Vec::new();
        for act in &acts {
            run(&mut world, act, &mut copies);
        }
        for (number, copy) in (1u32..).zip(&copies) {
            for (user, held) in world.users.iter().zip(copy) {
                prop_assert_eq!(held_at(&world.draft, MODULE_MINTED, *user, number).unwrap(), *held);
            }
            let supply = copy.iter().map(|held| held.0).sum();
            prop_assert_eq!(supply_at(&world.draft, MODULE_MINTED, number), Some(Amount(supply)));
        }
        check_invariants(&world.draft).unwrap();
    }
}

#[test]
fn an_asset_without_record_dates_notes_nothing() {
    let mut world = World::new();
    let mut copies = Vec::new();
    run(&mut world, &Act::Mint(0, 10), &mut copies);
    run(&mut world, &Act::Transfer(0, 1, 4), &mut copies);
    assert_eq!(supply_at(&world.draft, MODULE_MINTED, 1), None);
    run(&mut world, &Act::Record, &mut copies);
    run(&mut world, &Act::Transfer(1, 2, 4), &mut copies);
    let held = |user: usize| held_at(&world.draft, MODULE_MINTED, world.users[user], 1).unwrap();
    assert_eq!([held(0), held(1), held(2)], [Amount(6), Amount(4), Amount(0)]);
}

/// Records are counted, for deposits and for the most there may be: a node that read a snapshot must count the same.
#[test]
fn a_burnt_supply_leaves_no_record_behind() {
    let mut world = World::new();
    run(&mut world, &Act::Mint(0, 10), &mut Vec::new());
    run(&mut world, &Act::Burn(0, 10), &mut Vec::new());
    let counted = world.draft.records();
    world.draft.clear_derived();
    gage_accounts::rebuild(&mut world.draft);
    gage_compliance::rebuild(&mut world.draft);
    gage_ledger::rebuild(&mut world.draft);
    assert_eq!(world.draft.records(), counted);
}
