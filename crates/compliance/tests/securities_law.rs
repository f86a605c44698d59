//! Rules as offerings have them: who may sell to whom, and when.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::Signer;
use gage_compliance::rule::{Condition, Requirement, Test, Topic};
use gage_compliance::{Clause, Force, query};
use gage_units::Timestamp;

/// Kyc for everyone; 3 and 4 are known US persons, 5 and 6 known from Germany and France.
fn known_world() -> World {
    let mut world = World::new();
    for topic in [Topic::Kyc, Topic::Accredited, Topic::Resident, Topic::Sanctioned, Topic::SellLockup] {
        world.trust(None, topic, &[1]);
    }
    for (n, country) in [(3, "US"), (4, "US"), (5, "DE"), (6, "FR")] {
        world.identity(n);
        world.claim(n, Topic::Kyc, None, Some(50_000));
        world.claim(n, Topic::Resident, Some(country), None);
    }
    world
}

#[test]
fn reg_d_the_receiver_is_accredited() {
    let mut world = known_world();
    world.require(vec![Requirement { sender: vec![], receiver: vec![has(claim(Topic::Accredited))] }]);
    assert_eq!(world.transfer(3, 4), [Clause::ClaimMissing]);
    world.claim(4, Topic::Accredited, None, Some(20_000));
    assert_eq!(world.transfer(3, 4), []);
    // Not the other way round.
    assert_eq!(world.transfer(4, 3), [Clause::ClaimMissing]);
    world.now = 19_999;
    assert_eq!(world.transfer(3, 4), []);
    world.now = 20_000;
    assert_eq!(world.transfer(3, 4), [Clause::ClaimMissing]);
}

#[test]
fn reg_s_no_receiver_from_the_united_states() {
    let mut world = known_world();
    world.require(vec![Requirement {
        sender: vec![],
        receiver: vec![has(claim(Topic::Resident)), none_of(&[resident("US")])],
    }]);
    assert_eq!(world.transfer(5, 6), []);
    assert_eq!(world.transfer(5, 3), [Clause::ClaimPresent]);
    // A second residence does not wash off the first.
    world.claim(6, Topic::Resident, Some("US"), None);
    assert_eq!(world.transfer(5, 6), [Clause::ClaimPresent]);
    // Unknown persons are nobody's residents.
    assert_eq!(world.transfer(5, 7), [Clause::NoIdentity, Clause::NoIdentity]);
}

#[test]
fn an_expired_seller_cannot_sell() {
    let mut world = known_world();
    world.require(vec![Requirement { sender: vec![has(claim(Topic::Kyc))], receiver: vec![has(claim(Topic::Kyc))] }]);
    world.claim(6, Topic::Kyc, None, None);
    assert_eq!(world.transfer(5, 6), []);
    world.now = 50_000;
    assert_eq!(world.transfer(5, 6), [Clause::ClaimMissing]);
    let denial = world.check(&[sends(number(5), BOND), receives(number(6), BOND)], Force::Holder).unwrap_err();
    assert_eq!((denial.account, denial.code(), denial.name()), (number(5), 2109, "ClaimMissing"));
    // A rule still seizes what the expired holder pledged; the buyer is asked as ever.
    let seized = [sends(number(5), BOND), receives(AUCTIONS, BOND)];
    assert!(world.check(&seized, Force::Protocol).is_ok());
    assert_eq!(
        world.clauses(&[sends(AUCTIONS, BOND), receives(number(5), BOND)], Force::Protocol),
        [Clause::ClaimMissing]
    );
    assert!(world.check(&[sends(AUCTIONS, BOND), receives(number(6), BOND)], Force::Protocol).is_ok());
}

#[test]
fn both_sides_meet_the_same_requirement() {
    // Reg D among Americans, Reg S among others; nothing across.
    let mut world = known_world();
    world.claim(4, Topic::Accredited, None, None);
    let reg_d = Requirement { sender: vec![has(resident("US"))], receiver: vec![has(claim(Topic::Accredited))] };
    let abroad = [has(claim(Topic::Resident)), none_of(&[resident("US")])];
    let reg_s = Requirement { sender: abroad.to_vec(), receiver: abroad.to_vec() };
    world.require(vec![reg_d, reg_s]);
    assert_eq!(world.transfer(3, 4), []);
    assert_eq!(world.transfer(5, 6), []);
    assert_eq!(world.transfer(5, 4), [Clause::NoCommonRequirement]);
    // From one American and one German to an accredited American: the German's part could flow there.
    let changes = [sends(number(3), BOND), sends(number(5), BOND), receives(number(4), BOND)];
    assert_eq!(world.clauses(&changes, Force::Holder), [Clause::NoCommonRequirement]);
    // A module's part is nobody's: whoever put it there was asked then.
    assert!(world.check(&[sends(AUCTIONS, BOND), receives(number(4), BOND)], Force::Holder).is_ok());
    assert!(world.check(&[sends(number(5), BOND), receives(AUCTIONS, BOND)], Force::Holder).is_ok());
}

#[test]
fn a_sanctioned_holder_is_told_so_and_a_revocation_works_at_once() {
    let mut world = known_world();
    let clean = [has(claim(Topic::Kyc)), lacks(claim(Topic::Sanctioned))];
    world.require(vec![Requirement { sender: clean.to_vec(), receiver: clean.to_vec() }]);
    assert_eq!(world.transfer(5, 6), []);
    world.claim(5, Topic::Sanctioned, None, None);
    assert_eq!(world.transfer(5, 6), [Clause::ClaimPresent]);
    assert_eq!(world.transfer(6, 5), [Clause::ClaimPresent]);
    world.revoke(5, Topic::Sanctioned, None).unwrap();
    assert_eq!(world.transfer(5, 6), []);
    world.revoke(6, Topic::Kyc, None).unwrap();
    assert_eq!(world.transfer(5, 6), [Clause::ClaimMissing]);
}

#[test]
fn a_lock_up_names_the_day_it_ends() {
    let mut world = known_world();
    world.require(vec![Requirement { sender: vec![lacks(claim(Topic::SellLockup))], receiver: vec![] }]);
    world.claim(5, Topic::SellLockup, None, Some(9_000));
    let denial = world.check(&[sends(number(5), BOND), receives(number(6), BOND)], Force::Holder).unwrap_err();
    assert_eq!(denial.clauses[0].earliest, Some(Timestamp(9_000)));
    // Of two the later one counts, and one without end leaves no day to name.
    world.claim(5, Topic::SellLockup, Some("DE"), Some(11_000));
    let earliest =
        |world: &World| world.check(&[sends(number(5), BOND)], Force::Holder).unwrap_err().clauses[0].earliest;
    assert_eq!(earliest(&world), Some(Timestamp(11_000)));
    world.claim(5, Topic::SellLockup, Some("FR"), None);
    assert_eq!(earliest(&world), None);
    world.revoke(5, Topic::SellLockup, Some("FR")).unwrap();
    world.now = 11_000;
    assert_eq!(world.transfer(5, 6), []);
}

#[test]
fn a_claim_that_begins_later_names_its_day() {
    let mut world = known_world();
    world.require(vec![Requirement { sender: vec![], receiver: vec![has(claim(Topic::Accredited))] }]);
    let later = gage_compliance::operations::IssueClaim {
        issued: Timestamp(7_000),
        ..world.issue(6, Topic::Accredited, None, None)
    };
    world.by(1, gage_compliance::Operation::IssueClaim(later)).unwrap();
    let denial = world.check(&[receives(number(6), BOND)], Force::Holder).unwrap_err();
    assert_eq!(denial.clauses[0].earliest, Some(Timestamp(7_000)));
    world.now = 7_000;
    assert_eq!(world.transfer(5, 6), []);
}

#[test]
fn a_topic_that_nobody_is_trusted_on_fails_closed() {
    let mut world = known_world();
    world.require(vec![Requirement { sender: vec![], receiver: vec![lacks(claim(Topic::Affiliate))] }]);
    assert_eq!(world.transfer(5, 6), [Clause::NoTrustedIssuer]);
    world.trust(Some(BOND), Topic::Affiliate, &[2]);
    assert_eq!(world.transfer(5, 6), []);
    // The asset's own list stands in place of the network's.
    world.trust(None, Topic::Affiliate, &[1]);
    world.claim(6, Topic::Affiliate, None, None);
    assert_eq!(world.transfer(5, 6), []);
    world.trust(Some(BOND), Topic::Affiliate, &[]);
    assert_eq!(world.transfer(5, 6), [Clause::ClaimPresent]);
}

#[test]
fn a_claim_of_someone_else_counts_for_nothing() {
    let mut world = known_world();
    world.require(vec![Requirement { sender: vec![], receiver: vec![has(claim(Topic::Accredited))] }]);
    let own = world.issue(6, Topic::Accredited, None, None);
    world.by(6, gage_compliance::Operation::IssueClaim(own.clone())).unwrap();
    assert_eq!(world.transfer(5, 6), [Clause::ClaimMissing]);
    // Unless the condition names that issuer.
    let condition = Condition { test: Test::Present(claim(Topic::Accredited)), issuers: vec![name(6)] };
    world.require(vec![Requirement { sender: vec![], receiver: vec![condition] }]);
    assert_eq!(world.transfer(5, 6), []);
}

#[test]
fn a_claim_for_another_asset_counts_for_nothing() {
    let mut world = known_world();
    world.require(vec![Requirement { sender: vec![], receiver: vec![has(claim(Topic::Accredited))] }]);
    let mut scoped = world.issue(6, Topic::Accredited, None, None);
    scoped.scope = gage_compliance::rule::Scope::Asset(CASH);
    world.by(1, gage_compliance::Operation::IssueClaim(scoped.clone())).unwrap();
    assert_eq!(world.transfer(5, 6), [Clause::ClaimMissing]);
    scoped.scope = gage_compliance::rule::Scope::Asset(BOND);
    world.by(1, gage_compliance::Operation::IssueClaim(scoped)).unwrap();
    assert_eq!(world.transfer(5, 6), []);
}

#[test]
fn the_dry_run_says_what_the_door_says() {
    let mut world = known_world();
    let both = vec![has(claim(Topic::Accredited)), any_of(&[resident("US"), resident("CA")])];
    world.require(vec![
        Requirement { sender: vec![], receiver: both },
        Requirement {
            sender: vec![],
            receiver: vec![Condition { test: Test::Identity(gage_compliance::IdentityId(0)), issuers: vec![] }],
        },
    ]);
    let ctx = world.ctx(Signer::Protocol);
    let report = query::transfer(&world.draft, &ctx, BOND, &name(3), &name(6)).unwrap();
    let denial = world.check(&[sends(number(3), BOND), receives(number(6), BOND)], Force::Holder).unwrap_err();
    assert_eq!(query::report(&world.draft, &denial), report);
    let told: Vec<_> = report.clauses.iter().map(|clause| (clause.code, clause.requirement)).collect();
    assert_eq!(told, [(2109, Some(0)), (2109, Some(0)), (2111, Some(1))]);
    assert!(report.clauses.iter().all(|clause| clause.account == Some(name(6)) && !clause.remedy.is_empty()));
    let text = denial.to_string();
    assert_eq!(
        text,
        format!(
            "asset #3 does not move: the receiver {0} has no valid claim accredited of a trusted issuer (requirement 0); \
             the receiver {0} has no valid claim resident US or resident CA of a trusted issuer (requirement 0); \
             the receiver {0} is not identity 0 (requirement 1)",
            name(6)
        )
    );
    let allowed = query::transfer(&world.draft, &ctx, CASH, &name(3), &name(7)).unwrap();
    assert!(allowed.allowed && allowed.clauses.is_empty());
}
