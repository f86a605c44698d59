//! Sessions: scope, end, lanes.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::nonce::nonce;
use gage_accounts::operations::{AddKey, CloseSession, OpenSession, RemoveKey, RotateKey};
use gage_accounts::{Class, Error, Grant, Operation, SESSION_MS_MAX, SESSIONS_MAX, public_key, query};
use gage_store::Draft;
use gage_units::{AccountNumber, Timestamp};

fn grant(module: u8, classes: &[Class]) -> Grant {
    Grant { module, classes: classes.to_vec() }
}

fn session(n: u8, scope: &[Grant], expires: u64) -> Operation {
    Operation::OpenSession(OpenSession {
        key: public(n),
        scope: scope.to_vec(),
        expires: Timestamp(expires),
        limits: vec![],
    })
}

fn close(n: u8) -> Operation {
    Operation::CloseSession(CloseSession { key: id(n) })
}

/// Account 1 with owner keys 1 and 2 of threshold 1.
fn account() -> (Draft, AccountNumber) {
    let mut draft = draft();
    let number = open(&mut draft, 1, &[owner(1), owner(2)], 1).unwrap();
    (draft, number)
}

#[test]
fn a_session_signs_within_its_scope_only() {
    let (mut draft, number) = account();
    run(&mut draft, number, 1, &session(5, &[grant(10, &[Class::Reduce])], 100)).unwrap();
    assert_eq!(public_key(&draft, number, id(5)), Some(public(5)));
    let lane = |count| nonce(1, count);
    assert_eq!(sign(&mut draft, 2, 1, &[id(5)], lane(0), &[REPAY]), Ok(number));
    assert_eq!(sign(&mut draft, 2, 1, &[id(5)], lane(0), &[REPAY]), Err(Error::NonceUsed));
    assert_eq!(sign(&mut draft, 2, 1, &[id(5)], lane(1), &[TRANSFER]), Err(Error::OutsideSession));
    assert_eq!(sign(&mut draft, 2, 1, &[id(5)], lane(1), &[REPAY, (10, Class::General)]), Err(Error::OutsideSession));
    assert_eq!(sign(&mut draft, 2, 1, &[id(5)], lane(1), &[REPAY, MANAGE]), Err(Error::OutsideSession));
    assert_eq!(sign(&mut draft, 2, 1, &[id(5), id(1)], lane(1), &[REPAY]), Err(Error::SessionSignsAlone));
    assert_eq!(sign(&mut draft, 100, 1, &[id(5)], lane(1), &[REPAY]), Err(Error::KeyExpired));
}

#[test]
fn nonces_of_one_lane_do_not_fit_another() {
    let (mut draft, number) = account();
    run(&mut draft, number, 1, &session(5, &[grant(10, &[Class::Reduce])], 100)).unwrap();
    assert_eq!(sign(&mut draft, 2, 1, &[id(5)], 0, &[REPAY]), Err(Error::WrongLane));
    assert_eq!(sign(&mut draft, 2, 1, &[id(1)], nonce(1, 0), &[REPAY]), Err(Error::WrongLane));
    assert_eq!(sign(&mut draft, 2, 1, &[id(5)], nonce(1, 7), &[REPAY]), Ok(number));
    assert_eq!(sign(&mut draft, 2, 1, &[id(1)], 7, &[REPAY]), Ok(number));
    let view = query::account(&draft, &name(1)).unwrap();
    assert_eq!((view.next_nonce, view.sessions[0].next_nonce), (8, nonce(1, 8)));
}

#[test]
fn what_a_closed_session_signed_never_runs_again() {
    let (mut draft, number) = account();
    let scope = [grant(10, &[Class::Reduce])];
    run(&mut draft, number, 1, &session(5, &scope, 100)).unwrap();
    let old = nonce(1, 0);
    sign(&mut draft, 2, 1, &[id(5)], old, &[REPAY]).unwrap();
    run(&mut draft, number, 3, &close(5)).unwrap();
    assert_eq!(sign(&mut draft, 3, 1, &[id(5)], nonce(1, 1), &[REPAY]), Err(Error::UnknownKey));
    // The same key in a new session, then as a key of the account: the old signature fits neither.
    run(&mut draft, number, 4, &session(5, &scope, 100)).unwrap();
    assert_eq!(sign(&mut draft, 4, 1, &[id(5)], old, &[REPAY]), Err(Error::WrongLane));
    assert_eq!(sign(&mut draft, 4, 1, &[id(5)], nonce(2, 0), &[REPAY]), Ok(number));
    run(&mut draft, number, 5, &close(5)).unwrap();
    run(&mut draft, number, 5, &Operation::AddKey(AddKey { key: owner(5) })).unwrap();
    assert_eq!(sign(&mut draft, 5, 1, &[id(5)], old, &[REPAY]), Err(Error::WrongLane));
}

#[test]
fn removing_or_rotating_a_key_ends_the_sessions_it_may_have_signed_for() {
    let (mut draft, number) = account();
    let scope = [grant(10, &[Class::Reduce])];
    run(&mut draft, number, 10, &session(5, &scope, 100)).unwrap();
    run(&mut draft, number, 20, &Operation::AddKey(AddKey { key: owner(3) })).unwrap();
    run(&mut draft, number, 30, &session(6, &scope, 100)).unwrap();
    // Key 3 came after session 5, so only session 6 can be its work.
    run(&mut draft, number, 40, &Operation::RemoveKey(RemoveKey { key: id(3) })).unwrap();
    assert_eq!(sign(&mut draft, 41, 1, &[id(6)], nonce(2, 0), &[REPAY]), Err(Error::UnknownKey));
    assert_eq!(sign(&mut draft, 41, 1, &[id(5)], nonce(1, 0), &[REPAY]), Ok(number));
    let rotate = RotateKey { old: id(2), new: public(7), expires: None };
    run(&mut draft, number, 42, &Operation::RotateKey(rotate)).unwrap();
    assert_eq!(sign(&mut draft, 43, 1, &[id(5)], nonce(1, 1), &[REPAY]), Err(Error::UnknownKey));
}

#[test]
fn refusals_of_sessions() {
    let (mut draft, number) = account();
    let scope = [grant(10, &[Class::Reduce])];
    let mut refused = |operation: Operation| run(&mut draft, number, 10, &operation).unwrap_err();
    assert_eq!(refused(session(5, &[], 100)), Error::BadScope);
    assert_eq!(refused(session(5, &[grant(10, &[])], 100)), Error::BadScope);
    assert_eq!(refused(session(5, &[grant(10, &[Class::Exit, Class::Rest])], 100)), Error::BadScope);
    assert_eq!(refused(session(5, &[grant(10, &[Class::Rest]), grant(8, &[Class::Rest])], 100)), Error::BadScope);
    assert_eq!(refused(session(5, &[grant(10, &[Class::Rest, Class::Rest])], 100)), Error::BadScope);
    assert_eq!(refused(session(5, &[grant(1, &[Class::General])], 100)), Error::ScopeHoldsAccounts);
    assert_eq!(refused(session(5, &scope, 10)), Error::ExpiryNotInFuture);
    assert_eq!(refused(session(5, &scope, 11 + SESSION_MS_MAX)), Error::SessionTooLong);
    assert_eq!(refused(session(1, &scope, 100)), Error::DuplicateKey);
    assert_eq!(refused(close(5)), Error::UnknownSession);
    run(&mut draft, number, 10, &session(5, &scope, 10 + SESSION_MS_MAX)).unwrap();
    assert_eq!(run(&mut draft, number, 10, &session(5, &scope, 100)), Err(Error::DuplicateKey));
    assert_eq!(run(&mut draft, number, 10, &Operation::AddKey(AddKey { key: owner(5) })), Err(Error::DuplicateKey));
}

#[test]
fn expired_sessions_make_room() {
    let (mut draft, number) = account();
    let scope = [grant(10, &[Class::Reduce])];
    for n in 0..SESSIONS_MAX {
        run(&mut draft, number, 1, &session(20 + n as u8, &scope, 50 + n as u64)).unwrap();
    }
    assert_eq!(run(&mut draft, number, 49, &session(60, &scope, 500)), Err(Error::TooManySessions));
    run(&mut draft, number, 51, &session(20, &scope, 500)).unwrap();
    let view = query::account(&draft, &name(1)).unwrap();
    assert_eq!(view.sessions.len(), SESSIONS_MAX - 1);
    assert!(view.sessions.iter().any(|session| session.session.lane == 17));
}

#[test]
fn a_session_manages_nothing_even_if_its_scope_said_so() {
    let (mut draft, number) = account();
    // Past validation, which refuses such a scope.
    let ctx = at(1, gage_accounts::Signer::Account(number));
    session(5, &[grant(1, &[Class::General])], 100).apply(&mut draft, &ctx).unwrap();
    assert_eq!(sign(&mut draft, 2, 1, &[id(5)], nonce(1, 0), &[MANAGE]), Err(Error::OutsideSession));
}
