//! Blocks, freezes, pauses, venues, and who may set them.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::Error as AccountsError;
use gage_compliance::operations::{
    AppointAgent, Block, PauseAsset, ResumeAsset, SetRequirements, SetTrustedIssuers, SetVenues, Subject, Unblock,
    UnfreezeAccount,
};
use gage_compliance::rule::Topic;
use gage_compliance::{Clause, Error, Force, Operation, Side, Stops, eligible, venue_allowed};
use gage_units::{AssetId, Timestamp};

fn block(subject: Subject) -> Operation {
    Operation::Block(Block { subject, reason: reason() })
}

fn unblock(subject: Subject) -> Operation {
    Operation::Unblock(Unblock { subject, reason: reason() })
}

fn pause() -> Operation {
    Operation::PauseAsset(PauseAsset { asset: BOND, reason: reason() })
}

fn resume() -> Operation {
    Operation::ResumeAsset(ResumeAsset { asset: BOND, reason: reason() })
}

#[test]
fn a_blocked_account_moves_nothing_not_even_cash() {
    let mut world = World::new();
    let account = Subject::Account(name(5));
    assert_eq!(world.by(0, block(account)), Err(Error::Accounts(AccountsError::NotGovernance)));
    world.governance(block(account)).unwrap();
    for change in [sends(number(5), CASH), receives(number(5), CASH)] {
        assert_eq!(world.clauses(&[change], Force::Holder), [Clause::AccountBlocked]);
    }
    // A rule takes from it, and gives it nothing.
    assert!(world.check(&[sends(number(5), CASH)], Force::Protocol).is_ok());
    assert_eq!(world.clauses(&[receives(number(5), CASH)], Force::Protocol), [Clause::AccountBlocked]);
    // A holding that stays as it is does not ask.
    let same = gage_compliance::HolderChange { after: gage_units::Amount(10), ..sends(number(5), CASH) };
    assert!(world.check(&[same], Force::Holder).is_ok());
    world.governance(unblock(account)).unwrap();
    assert!(world.check(&[sends(number(5), CASH)], Force::Holder).is_ok());
    assert_eq!(world.governance(unblock(account)), Err(Error::NotBlocked));
}

#[test]
fn a_blocked_identity_takes_all_its_accounts_along() {
    let mut world = World::new();
    let id = world.identity(5);
    world.governance(block(Subject::Identity(id))).unwrap();
    assert_eq!(world.clauses(&[sends(number(5), CASH)], Force::Holder), [Clause::IdentityBlocked]);
    world.governance(block(Subject::Account(name(5)))).unwrap();
    let both = [Clause::AccountBlocked, Clause::IdentityBlocked];
    assert_eq!(world.clauses(&[sends(number(5), BOND)], Force::Holder), both);
    let unknown = Subject::Identity(gage_compliance::IdentityId(9));
    assert_eq!(world.governance(block(unknown)), Err(Error::UnknownIdentity));
    assert_eq!(
        world.governance(block(Subject::Account(gage_crypto::AccountId([0xff; 32])))),
        Err(Error::ModuleAccount)
    );
}

#[test]
fn a_freeze_in_one_asset_leaves_the_others() {
    let mut world = World::new();
    let freeze = world.freeze(5, Some(BOND), Stops::Sending, Some(5_000));
    assert_eq!(world.by(3, freeze.clone()), Err(Error::NotAgent));
    world.by(0, freeze).unwrap();
    let denial = world.check(&[sends(number(5), BOND)], Force::Holder).unwrap_err();
    assert_eq!((denial.name(), denial.clauses[0].earliest), ("HoldingFrozen", Some(Timestamp(5_000))));
    assert!(world.check(&[receives(number(5), BOND)], Force::Holder).is_ok());
    assert!(world.check(&[sends(number(5), CASH)], Force::Holder).is_ok());
    world.now = 5_000;
    assert!(world.check(&[sends(number(5), BOND)], Force::Holder).is_ok());
    // A new freeze takes the place of the old one and is counted once.
    let both = world.freeze(5, Some(BOND), Stops::Both, None);
    world.by(0, both).unwrap();
    assert_eq!(world.clauses(&[receives(number(5), BOND)], Force::Protocol), [Clause::HoldingFrozen]);
    let lift = UnfreezeAccount { account: name(5), asset: Some(BOND), reason: reason() };
    world.by(0, Operation::UnfreezeAccount(lift.clone())).unwrap();
    assert!(world.check(&[receives(number(5), BOND)], Force::Holder).is_ok());
    assert_eq!(world.by(0, Operation::UnfreezeAccount(lift)), Err(Error::NotFrozen));
}

#[test]
fn a_freeze_in_all_assets_is_governances() {
    let mut world = World::new();
    let freeze = world.freeze(5, None, Stops::Both, None);
    assert_eq!(world.by(0, freeze.clone()), Err(Error::Accounts(AccountsError::NotGovernance)));
    world.governance(freeze).unwrap();
    assert_eq!(world.clauses(&[sends(number(5), CASH)], Force::Holder), [Clause::AccountFrozen]);
    let past = world.freeze(6, None, Stops::Both, Some(1_000));
    assert_eq!(world.governance(past), Err(Error::BadPeriod));
    let lift = UnfreezeAccount { account: name(5), asset: None, reason: reason() };
    world.governance(Operation::UnfreezeAccount(lift)).unwrap();
    assert!(world.check(&[sends(number(5), CASH)], Force::Holder).is_ok());
}

#[test]
fn a_pause_stops_holders_and_buyers_but_no_seizure() {
    let mut world = World::new();
    assert_eq!(world.by(3, pause()), Err(Error::NotAgent));
    world.by(0, pause()).unwrap();
    assert_eq!(world.by(0, pause()), Err(Error::AlreadyPaused));
    assert_eq!(world.transfer(5, 6), [Clause::AssetPaused]);
    assert!(world.check(&[sends(number(5), BOND), receives(AUCTIONS, BOND)], Force::Protocol).is_ok());
    let bought = [sends(AUCTIONS, BOND), receives(number(6), BOND)];
    assert_eq!(world.clauses(&bought, Force::Protocol), [Clause::AssetPaused]);
    world.governance(resume()).unwrap();
    assert_eq!(world.transfer(5, 6), []);
    assert_eq!(world.by(0, resume()), Err(Error::NotPaused));
}

#[test]
fn venues_bind_those_who_put_in_not_those_who_take_out() {
    let mut world = World::new();
    world.venues(Some(vec![10]));
    let into = [sends(number(5), BOND), receives(AUCTIONS, BOND)];
    assert_eq!(world.clauses(&into, Force::Holder), [Clause::VenueNotAllowed]);
    assert!(world.check(&into, Force::Protocol).is_ok());
    assert!(world.check(&[sends(AUCTIONS, BOND), receives(number(5), BOND)], Force::Holder).is_ok());
    assert_eq!(world.transfer(5, 6), []);
    assert!(venue_allowed(&world.draft, BOND, 10) && !venue_allowed(&world.draft, BOND, 7));
    world.venues(Some(vec![7]));
    assert!(world.check(&into, Force::Holder).is_ok());
    let set = |venues| Operation::SetVenues(SetVenues { asset: BOND, venues: Some(venues) });
    for bad in [vec![7, 7], vec![9, 7], vec![64]] {
        assert_eq!(world.by(0, set(bad)), Err(Error::BadVenues));
    }
}

#[test]
fn every_failed_clause_is_told_at_once() {
    let mut world = World::new();
    world.by(0, pause()).unwrap();
    let freeze = world.freeze(5, Some(BOND), Stops::Sending, None);
    world.by(0, freeze).unwrap();
    world.governance(block(Subject::Account(name(6)))).unwrap();
    world.require(vec![gage_compliance::rule::Requirement { sender: vec![], receiver: vec![has(claim(Topic::Kyc))] }]);
    let expected = [Clause::HoldingFrozen, Clause::AssetPaused, Clause::AccountBlocked, Clause::NoIdentity];
    assert_eq!(world.transfer(5, 6), expected);
    let changes: Vec<_> = (2..10).cycle().take(200).map(|n| receives(number(n), BOND)).collect();
    let denial = world.check(&changes, Force::Holder).unwrap_err();
    assert!(!denial.complete && denial.clauses.len() == gage_compliance::CLAUSES_MAX);
    assert!(denial.to_string().ends_with("; and more"));
}

#[test]
fn eligibility_of_one_side() {
    let mut world = World::new();
    world.require(vec![gage_compliance::rule::Requirement { sender: vec![], receiver: vec![has(claim(Topic::Kyc))] }]);
    let ctx = world.ctx(gage_accounts::Signer::Protocol);
    assert!(eligible(&world.draft, &ctx, number(5), BOND, Side::Sender).is_ok());
    assert!(eligible(&world.draft, &ctx, number(5), BOND, Side::Receiver).is_err());
    assert!(eligible(&world.draft, &ctx, number(5), CASH, Side::Receiver).is_ok());
    assert!(eligible(&world.draft, &ctx, AUCTIONS, BOND, Side::Receiver).is_ok());
}

#[test]
fn who_sets_the_rules() {
    let mut world = World::new();
    let rules = |asset| Operation::SetRequirements(SetRequirements { asset, requirements: vec![] });
    assert_eq!(world.by(3, rules(BOND)), Err(Error::NotAgent));
    assert_eq!(world.by(3, rules(CASH)), Err(Error::NotAgent));
    assert_eq!(world.governance(rules(AssetId(u32::MAX))), Err(Error::UnknownAsset));
    let appoint = |agent| Operation::AppointAgent(AppointAgent { asset: BOND, agent });
    world.by(0, appoint(Some(name(3)))).unwrap();
    assert_eq!(world.by(0, rules(BOND)), Err(Error::NotAgent));
    world.by(3, rules(BOND)).unwrap();
    world.by(3, appoint(None)).unwrap();
    assert_eq!(world.by(3, rules(BOND)), Err(Error::NotAgent));
    world.governance(rules(BOND)).unwrap();
    let trust = |asset, issuers| Operation::SetTrustedIssuers(SetTrustedIssuers { asset, topic: Topic::Kyc, issuers });
    assert_eq!(world.by(0, trust(None, vec![name(1)])), Err(Error::Accounts(AccountsError::NotGovernance)));
    assert_eq!(world.governance(trust(None, vec![name(1), name(1)])), Err(Error::BadIssuers));
    assert_eq!(world.governance(trust(None, vec![name(99)])), Err(Error::Accounts(AccountsError::UnknownAccount)));
    assert_eq!(world.governance(trust(None, (0..9).map(name).collect())), Err(Error::BadIssuers));
}

#[test]
fn each_asset_of_a_journal_is_asked_for() {
    let mut world = World::new();
    let other = AssetId(5);
    gage_compliance::register(&mut world.draft, other, Some(number(0)));
    let kyc = vec![gage_compliance::rule::Requirement { sender: vec![], receiver: vec![has(claim(Topic::Kyc))] }];
    let set = SetRequirements { asset: other, requirements: kyc };
    world.by(0, Operation::SetRequirements(set)).unwrap();
    world.venues(Some(vec![10]));
    // Delivery of the other asset against the bond, with cash on top: the other asset does not move.
    let exchange = |asset| [sends(number(5), asset), receives(number(6), asset)];
    let changes = [exchange(CASH), exchange(BOND), exchange(other)].concat();
    let denial = world.check(&changes, Force::Holder).unwrap_err();
    assert_eq!((denial.asset, denial.account, denial.side), (other, number(6), Side::Receiver));
    assert!(world.check(&[exchange(CASH), exchange(BOND)].concat(), Force::Holder).is_ok());
}
