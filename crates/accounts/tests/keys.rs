//! Keys, thresholds and who may sign what.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::operations::{AddKey, RemoveKey, RotateKey, SetThreshold};
use gage_accounts::{Error, NewKey, Operation, account, key};
use gage_units::Timestamp;

fn add(key: NewKey) -> Operation {
    Operation::AddKey(AddKey { key })
}

fn remove(n: u8) -> Operation {
    Operation::RemoveKey(RemoveKey { key: id(n) })
}

fn rotate(old: u8, new: u8) -> Operation {
    Operation::RotateKey(RotateKey { old: id(old), new: public(new), expires: None })
}

fn threshold(threshold: u16) -> Operation {
    Operation::SetThreshold(SetThreshold { threshold })
}

#[test]
fn weights_add_up_to_the_threshold() {
    let mut draft = draft();
    let keys = [owner(1), owner(2), NewKey { weight: 3, ..owner(3) }];
    let number = open(&mut draft, 1, &keys, 3).unwrap();
    assert_eq!(sign(&mut draft, 1, 1, &[], 0, &[TRANSFER]), Err(Error::BelowThreshold));
    assert_eq!(sign(&mut draft, 1, 1, &[id(1), id(2)], 0, &[TRANSFER]), Err(Error::BelowThreshold));
    assert_eq!(sign(&mut draft, 1, 1, &[id(1), id(1), id(1)], 0, &[TRANSFER]), Err(Error::KeyNamedTwice));
    assert_eq!(sign(&mut draft, 1, 1, &[id(3), id(4)], 0, &[TRANSFER]), Err(Error::UnknownKey));
    assert_eq!(sign(&mut draft, 1, 1, &[id(3)], 0, &[TRANSFER]), Ok(number));
    let many: Vec<_> = (0..17).map(id).collect();
    assert_eq!(sign(&mut draft, 1, 1, &many, 1, &[TRANSFER]), Err(Error::TooManySigners));
    assert_eq!(sign(&mut draft, 1, 9, &[id(3)], 1, &[TRANSFER]), Err(Error::UnknownAccount));
}

#[test]
fn a_refused_authority_uses_up_nothing() {
    let mut draft = draft();
    let number = open(&mut draft, 1, &[owner(1)], 1).unwrap();
    assert_eq!(sign(&mut draft, 1, 1, &[id(2)], 0, &[TRANSFER]), Err(Error::UnknownKey));
    assert_eq!(sign(&mut draft, 1, 1, &[id(1)], 0, &[TRANSFER]), Ok(number));
    assert_eq!(sign(&mut draft, 1, 1, &[id(1)], 0, &[TRANSFER]), Err(Error::NonceUsed));
}

#[test]
fn operators_act_but_do_not_manage() {
    let mut draft = draft();
    let number = open(&mut draft, 1, &[owner(1), operator(2)], 1).unwrap();
    assert_eq!(sign(&mut draft, 1, 1, &[id(2)], 0, &[TRANSFER]), Ok(number));
    assert_eq!(sign(&mut draft, 1, 1, &[id(2)], 1, &[TRANSFER, MANAGE]), Err(Error::NeedsOwners));
    assert_eq!(sign(&mut draft, 1, 1, &[id(1)], 1, &[TRANSFER, MANAGE]), Ok(number));
}

#[test]
fn an_expired_key_no_longer_signs() {
    let mut draft = draft();
    let mortal = NewKey { expires: Some(Timestamp(100)), ..owner(2) };
    let number = open(&mut draft, 1, &[owner(1), mortal], 1).unwrap();
    assert_eq!(sign(&mut draft, 99, 1, &[id(2)], 0, &[TRANSFER]), Ok(number));
    assert_eq!(sign(&mut draft, 100, 1, &[id(2)], 1, &[TRANSFER]), Err(Error::KeyExpired));
    assert_eq!(run(&mut draft, number, 100, &remove(1)), Err(Error::OwnersBelowThreshold));
}

#[test]
fn keys_come_and_go_and_the_epoch_rises() {
    let mut draft = draft();
    let number = open(&mut draft, 1, &[owner(1)], 1).unwrap();
    let epoch = |draft: &gage_store::Draft| account(draft, number).unwrap().member_epoch;
    assert_eq!(epoch(&draft), 1);
    run(&mut draft, number, 1, &add(owner(2))).unwrap();
    assert_eq!(epoch(&draft), 2);
    assert_eq!(run(&mut draft, number, 1, &add(operator(2))), Err(Error::DuplicateKey));
    assert_eq!(run(&mut draft, number, 1, &rotate(1, 2)), Err(Error::DuplicateKey));
    assert_eq!(run(&mut draft, number, 1, &rotate(9, 3)), Err(Error::UnknownKey));
    run(&mut draft, number, 1, &rotate(1, 3)).unwrap();
    assert_eq!(epoch(&draft), 3);
    assert!(key(&draft, number, id(1)).is_none() && key(&draft, number, id(3)).is_some());
    run(&mut draft, number, 1, &remove(2)).unwrap();
    assert_eq!(epoch(&draft), 4);
    assert_eq!(run(&mut draft, number, 1, &remove(2)), Err(Error::UnknownKey));
    assert_eq!(run(&mut draft, number, 1, &remove(3)), Err(Error::OwnersBelowThreshold));
    assert_eq!(sign(&mut draft, 1, 1, &[id(1)], 0, &[TRANSFER]), Err(Error::UnknownKey));
    assert_eq!(sign(&mut draft, 1, 1, &[id(3)], 0, &[TRANSFER]), Ok(number));
}

#[test]
fn the_last_weight_cannot_be_made_mortal() {
    let mut draft = draft();
    let number = open(&mut draft, 1, &[owner(1)], 1).unwrap();
    let mortal = RotateKey { old: id(1), new: public(2), expires: Some(Timestamp(1_000)) };
    assert_eq!(run(&mut draft, number, 1, &Operation::RotateKey(mortal)), Err(Error::OwnersBelowThreshold));
}

#[test]
fn the_threshold_stays_within_the_owners_weight() {
    let mut draft = draft();
    let number = open(&mut draft, 1, &[owner(1), owner(2), operator(3)], 1).unwrap();
    assert_eq!(run(&mut draft, number, 1, &threshold(0)), Err(Error::ZeroThreshold));
    assert_eq!(run(&mut draft, number, 1, &threshold(3)), Err(Error::OwnersBelowThreshold));
    run(&mut draft, number, 1, &threshold(2)).unwrap();
    assert_eq!(account(&draft, number).unwrap().policy_version, 2);
    assert_eq!(run(&mut draft, number, 1, &remove(2)), Err(Error::OwnersBelowThreshold));
    // The operator's weight counts where nothing is managed.
    assert_eq!(sign(&mut draft, 1, 1, &[id(1), id(3)], 0, &[TRANSFER]), Ok(number));
    assert_eq!(sign(&mut draft, 1, 1, &[id(1), id(3)], 1, &[MANAGE]), Err(Error::NeedsOwners));
}

#[test]
fn a_seventeenth_key_is_refused() {
    let mut draft = draft();
    let keys: Vec<NewKey> = (0..16).map(owner).collect();
    let number = open(&mut draft, 1, &keys, 1).unwrap();
    assert_eq!(run(&mut draft, number, 1, &add(owner(16))), Err(Error::TooManyKeys));
}
