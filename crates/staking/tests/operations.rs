//! Each verb, each refusal, slashes and proceeds, by hand.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{COIN, COLLECTOR, HOUR, OTHER, WEALTH, World, terms};
use gage_accounts::Signer;
use gage_compliance::{
    Operation as Compliance, Reason,
    operations::{Block, Subject},
};
use gage_staking::operations::{Bond, SetRoleTerms, Unbond};
use gage_staking::{BondId, Error, Operation, Role, RoleTerms, SlashId, query};
use gage_store::Kind;
use gage_units::{Amount, Timestamp};

#[test]
fn a_bond_is_held_and_comes_back_after_the_delay() {
    let mut world = World::new();
    world.bond(0, 7, 1_000).unwrap();
    world.bond(0, 7, 500).unwrap();
    assert_eq!((world.free(0), world.held(0), world.bonded(0, 7)), (WEALTH - 1_500, 1_500, 1_500));
    assert_eq!((world.bonded(0, 8), world.bonded(1, 7)), (0, 0));
    world.unbond(0, 0, 400).unwrap();
    assert_eq!((world.bonded(0, 7), world.held(0)), (1_100, 1_500));
    assert_eq!(world.claim(0, 0), Err(Error::NothingToClaim));
    world.time += 20 * HOUR - 1;
    assert_eq!(world.claim(0, 0), Err(Error::NothingToClaim));
    world.time += 1;
    world.claim(0, 0).unwrap();
    assert_eq!((world.free(0), world.held(0)), (WEALTH - 1_100, 1_100));
    world.unbond(0, 0, 1_100).unwrap();
    world.time += 20 * HOUR;
    world.claim(0, 0).unwrap();
    assert_eq!((world.free(0), world.held(0)), (WEALTH, 0));
    assert_eq!(gage_staking::bond_record(&world.draft, BondId(0)), None);
}

#[test]
fn every_refusal_has_its_reason() {
    let mut world = World::new();
    let bond = |role, asset, amount| Operation::Bond(Bond { role, purpose: 0, asset, amount: Amount(amount) });
    assert_eq!(world.run(0, bond(Role::Publisher, COIN, 0)), Err(Error::ZeroAmount));
    assert_eq!(world.run(0, bond(Role::Arbiter, COIN, 100)), Err(Error::RoleNotOpen(Role::Arbiter)));
    assert_eq!(world.run(0, bond(Role::Publisher, OTHER, 100)), Err(Error::NotBondAsset));
    assert_eq!(world.run(0, bond(Role::Publisher, COIN, 99)), Err(Error::BelowMinimum));
    let poor = world.run(0, bond(Role::Publisher, COIN, WEALTH + 1));
    assert_eq!(poor, Err(Error::Ledger(gage_ledger::Error::InsufficientBalance("free"))));
    world.bond(0, 0, 150).unwrap();
    assert_eq!(world.unbond(1, 0, 50), Err(Error::NotOwner));
    assert_eq!(world.claim(1, 0), Err(Error::NotOwner));
    assert_eq!(world.unbond(0, 1, 50), Err(Error::UnknownBond(BondId(1))));
    assert_eq!(world.unbond(0, 0, 151), Err(Error::ExceedsBond));
    assert_eq!(world.unbond(0, 0, 51), Err(Error::BelowMinimum));
    let other = Operation::Unbond(Unbond { bond: BondId(0), asset: OTHER, amount: Amount(50) });
    assert_eq!(world.run(0, other), Err(Error::NotBondAsset));
    let terms = SetRoleTerms { role: Role::Arbiter, terms: terms() };
    let refused = world.run(0, Operation::SetRoleTerms(terms));
    assert_eq!(refused, Err(Error::Accounts(gage_accounts::Error::NotGovernance)));
    for part in 0..8 {
        world.bond(1, 1, 100).unwrap();
        let done = world.unbond(1, 1, 100);
        assert_eq!(done, Ok(()), "part {part}");
    }
    world.bond(1, 1, 100).unwrap();
    assert_eq!(world.unbond(1, 1, 100), Err(Error::TooManyUnbondings));
}

#[test]
fn a_reserved_bond_stays() {
    let mut world = World::new();
    world.bond(0, 0, 1_000).unwrap();
    world.unbond(0, 0, 100).unwrap();
    let until = world.time + 30 * HOUR;
    world.act(|draft| gage_staking::reserve(draft, BondId(0), Timestamp(until))).unwrap();
    // An earlier time frees nothing.
    world.act(|draft| gage_staking::reserve(draft, BondId(0), Timestamp(until - HOUR))).unwrap();
    world.time = until - 1;
    assert_eq!(world.unbond(0, 0, 100), Err(Error::BondReserved));
    assert_eq!(world.claim(0, 0), Err(Error::NothingToClaim));
    world.time = until;
    world.claim(0, 0).unwrap();
    world.unbond(0, 0, 100).unwrap();
    let unknown = world.act(|draft| gage_staking::reserve(draft, BondId(9), Timestamp(until)));
    assert_eq!(unknown, Err(Error::UnknownBond(BondId(9))));
}

#[test]
fn a_slash_reaches_what_unbonds_and_waits_for_its_waterfall() {
    let mut world = World::new();
    world.bond(0, 7, 1_000).unwrap();
    world.unbond(0, 0, 301).unwrap();
    let now = world.time;
    // A tenth of 699 and of 301, each rounded up.
    let slashed = world.slash(0, 1_000, 1, now).unwrap();
    assert_eq!((slashed.slash, slashed.amount), (SlashId(0), Amount(70 + 31)));
    assert_eq!((world.bonded(0, 7), world.held(0)), (629, 899));
    assert_eq!(world.slash(0, 1_000, 1, now), Err(Error::AlreadySlashed));
    world.slash(0, 10_000, 2, now).unwrap();
    assert_eq!((world.bonded(0, 7), world.held(0), world.free(0)), (0, 0, WEALTH - 1_000));
    assert_eq!(world.slash(0, 10_000, 3, now), Err(Error::UnknownBond(BondId(0))));

    assert_eq!(gage_staking::proceeds(&world.draft, 9), [(1, COIN, Amount(1_000))]);
    let ctx = world.ctx(Signer::Protocol);
    let none = world.act(|draft| gage_staking::hand_over(draft, &ctx, 2, COLLECTOR)).unwrap();
    let some = world.act(|draft| gage_staking::hand_over(draft, &ctx, 1, COLLECTOR)).unwrap();
    assert_eq!((none, some), (vec![], vec![(COIN, Amount(1_000))]));
    assert_eq!(gage_ledger::balance(&world.draft, COLLECTOR, COIN).free, Amount(1_000));
    assert_eq!(gage_staking::proceeds(&world.draft, 9), []);
    let view = &query::slashes(&world.draft, SlashId(0))[0];
    assert_eq!((view.purpose, view.amount, view.waterfall, view.module), (7, Amount(101), 1, 5));
}

#[test]
fn evidence_is_dated_and_named() {
    let mut world = World::new();
    world.time += 100 * HOUR;
    world.bond(0, 0, 1_000).unwrap();
    let now = world.time;
    assert_eq!(world.slash(0, 0, 1, now), Err(Error::BadFraction));
    assert_eq!(world.slash(0, 10_001, 1, now), Err(Error::BadFraction));
    assert_eq!(world.slash(0, 1, 1, now + 1), Err(Error::EvidenceFromTheFuture));
    assert_eq!(world.slash(0, 1, 1, now - 10 * HOUR - 1), Err(Error::EvidenceTooOld));
    assert_eq!(world.slash(0, 1, 1, now - 10 * HOUR).unwrap().amount, Amount(1));
}

/// A part that left the bond before the offence does not answer for it; one that left after does.
#[test]
fn what_left_before_the_offence_does_not_answer() {
    let mut world = World::new();
    world.bond(0, 0, 1_000).unwrap();
    world.unbond(0, 0, 400).unwrap();
    world.time += HOUR;
    let offence = world.time;
    world.time += HOUR;
    world.unbond(0, 0, 200).unwrap();
    // Half of 400 bonded and of the 200 that left an hour later.
    assert_eq!(world.slash(0, 5_000, 1, offence).unwrap().amount, Amount(300));
    assert_eq!((world.bonded(0, 0), world.held(0)), (200, 700));
    world.unbond(0, 0, 200).unwrap();
    world.time += HOUR;
    let now = world.time;
    assert_eq!(world.slash(0, 10_000, 2, now), Err(Error::NothingAnswers));
    // Of what nobody answers for nothing is noted: earlier evidence still counts.
    assert_eq!(world.slash(0, 10_000, 2, offence).unwrap().amount, Amount(300));
    assert_eq!(world.held(0), 400);
}

/// Whoever may not send any more still answers with the bond.
#[test]
fn a_blocked_owner_is_slashed_all_the_same() {
    let mut world = World::new();
    world.bond(0, 0, 1_000).unwrap();
    let account = gage_accounts::id_of(&world.draft, world.owners[0]).unwrap();
    let ctx = world.ctx(Signer::Governance);
    let block = Compliance::Block(Block {
        subject: Subject::Account(account),
        reason: Reason::try_from("order 7".to_owned()).unwrap(),
    });
    block.apply(&mut world.draft, &ctx).unwrap();
    let now = world.time;
    assert_eq!(world.slash(0, 5_000, 1, now).unwrap().amount, Amount(500));
}

#[test]
fn terms_in_another_asset_leave_old_bonds_to_their_owners() {
    let mut world = World::new();
    world.bond(0, 0, 1_000).unwrap();
    let terms = RoleTerms { asset: OTHER, unbonding_ms: 40 * HOUR, ..terms() };
    world.govern(Operation::SetRoleTerms(SetRoleTerms { role: Role::Publisher, terms })).unwrap();
    assert_eq!(world.bonded(0, 0), 0);
    let now = world.time;
    assert_eq!(world.slash(0, 1_000, 1, now).unwrap().amount, Amount(100));
    world.unbond(0, 0, 899).unwrap();
    world.time += 40 * HOUR;
    world.claim(0, 0).unwrap();
    assert_eq!((world.free(0), world.held(0)), (WEALTH - 101, 1));
}

#[test]
fn derived_tables_are_what_a_rebuild_makes() {
    let mut world = World::new();
    for (owner, purpose) in [(0, 1), (1, 1), (1, 2)] {
        world.bond(owner, purpose, 300).unwrap();
    }
    let now = world.time;
    world.slash(1, 1_000, 1, now).unwrap();
    let derived = |world: &World| {
        let mut records = Vec::new();
        world.draft.visit(Kind::Derived, |key, value| records.push((key.to_vec(), value.to_vec())));
        records.retain(|(key, _)| key[0] == gage_staking::MODULE);
        records.sort();
        records
    };
    let before = derived(&world);
    assert_eq!(before.len(), 3 + 3 + 1);
    world.draft.clear_derived();
    gage_staking::rebuild(&mut world.draft);
    assert_eq!(derived(&world), before);
    assert_eq!(query::bonds_of_owner(&world.draft, world.owners[1], Some(BondId(1)))[0].purpose, 2);
    assert_eq!(query::bonds_of_purpose(&world.draft, Role::Publisher, 1).len(), 2);
    assert_eq!(gage_staking::bonds_for(&world.draft, Role::Publisher, 1, 1).len(), 1);
}
