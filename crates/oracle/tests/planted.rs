//! Broken records that are planted: each check of what publishers answer for finds its fault.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod support;

use gage_crypto::Hash;
use gage_oracle::liability::{BAND_KEEP_MS, Offence, OffenceKind, Suspect};
use gage_oracle::state::{OFFENCES, SUSPECTS, SUSPECTS_DUE};
use gage_oracle::{FeedParams, check_invariants};
use gage_staking::SlashId;
use gage_units::{AccountNumber, Timestamp};
use support::{FEED, World, price};

#[track_caller]
fn finds(name: &str, plant: impl FnOnce(&mut World)) {
    let mut world = World::new(3, FeedParams::default());
    world.all_report(1_000, price(200));
    check_invariants(&world.draft).unwrap();
    plant(&mut world);
    let broken = check_invariants(&world.draft).unwrap_err();
    assert_eq!((broken.module, broken.invariant), ("oracle", name), "{}", broken.detail);
}

fn suspect(world: &World, wait_ms: u64) -> Suspect {
    let observed_at = Timestamp(world.time);
    Suspect { price: price(150), observed_at, judge_at: Timestamp(world.time + wait_ms) }
}

fn wait(world: &mut World, publisher: AccountNumber, suspect: Suspect) {
    SUSPECTS.put(&mut world.draft, (FEED, publisher), suspect);
    SUSPECTS_DUE.put(&mut world.draft, (suspect.judge_at, FEED, publisher), ());
}

#[test]
fn an_offence_names_slashes_that_there_are() {
    finds("OffencesHaveSlashes", |world| {
        let at = Timestamp(world.time);
        let offence =
            Offence { kind: OffenceKind::Deviation, feed: FEED, observed_at: at, at, slashes: vec![SlashId(0)] };
        OFFENCES.put(&mut world.draft, (world.accounts[0], Hash([1; 32])), offence);
    });
}

#[test]
fn whoever_waits_for_judgement_publishes_and_waits_no_longer_than_bands_are_kept() {
    finds("SuspectsAreBounded", |world| {
        let suspect = suspect(world, BAND_KEEP_MS + 3_600_001);
        wait(world, world.accounts[0], suspect);
    });
    finds("SuspectsAreBounded", |world| {
        let suspect = suspect(world, 60_000);
        wait(world, AccountNumber(9_999), suspect);
    });
}

#[test]
fn judgements_are_due_when_their_records_say() {
    finds("DueFollowsRecords", |world| {
        let suspect = suspect(world, 60_000);
        SUSPECTS.put(&mut world.draft, (FEED, world.accounts[0]), suspect);
    });
    finds("DueFollowsRecords", |world| {
        let at = Timestamp(world.time);
        SUSPECTS_DUE.put(&mut world.draft, (at, FEED, world.accounts[0]), ());
    });
}
