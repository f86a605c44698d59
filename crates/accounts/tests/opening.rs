//! Opening: names, first keys, thresholds.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::operations::OpenAccount;
use gage_accounts::{
    Context, Error, Genesis, GenesisAccount, NewKey, Operation, Signer, check_block, check_invariants, derive_id,
    exists, genesis, id_of, query, rebuild, resolve,
};
use gage_crypto::AccountId;
use gage_store::Kind;
use gage_units::{AccountNumber, Timestamp};

fn open_op(keys: &[NewKey], threshold: u16) -> Operation {
    Operation::OpenAccount(OpenAccount { keys: keys.to_vec(), threshold })
}

#[test]
fn numbers_start_at_64_and_are_dense() {
    let mut draft = draft();
    assert_eq!(open(&mut draft, 1, &[owner(1)], 1), Ok(AccountNumber(64)));
    assert_eq!(open(&mut draft, 2, &[owner(1)], 1), Ok(AccountNumber(65)));
    assert_eq!(open(&mut draft, 2, &[owner(1)], 1), Err(Error::AccountExists));
    assert_eq!(resolve(&draft, &name(2)), Ok(AccountNumber(65)));
    assert_eq!(resolve(&draft, &name(3)), Err(Error::UnknownAccount));
    assert_eq!(id_of(&draft, AccountNumber(64)), Some(name(1)));
    assert!(!exists(&draft, AccountNumber(66)));
    check_block(&draft).unwrap();
}

#[test]
fn one_lasting_key_is_the_name() {
    let mut draft = draft();
    let sponsor = open(&mut draft, 1, &[owner(1)], 1).unwrap();
    run(&mut draft, sponsor, 5, &open_op(&[owner(2)], 1)).unwrap();
    let id = AccountId::derive(&GENESIS, public(2).scheme(), public(2).as_bytes());
    let view = query::account(&draft, &id).unwrap();
    assert_eq!((view.number, view.opened_by, view.opened_at), (AccountNumber(65), Some(name(1)), Timestamp(5)));
    assert_eq!(run(&mut draft, sponsor, 5, &open_op(&[owner(2)], 1)), Err(Error::AccountExists));
}

#[test]
fn nobody_opens_the_name_of_one_key_with_keys_beside_it() {
    // Otherwise a stranger could open a victim's account first, with a heavier key of his own.
    let victim = derive_id(&GENESIS, &[owner(2)], 1).unwrap();
    let stranger = NewKey { weight: 100, ..owner(3) };
    assert_ne!(derive_id(&GENESIS, &[owner(2), stranger], 100).unwrap(), victim);
    let soon_gone = NewKey { expires: Some(Timestamp(1)), ..owner(2) };
    assert_ne!(derive_id(&GENESIS, &[soon_gone], 1).unwrap(), victim);
    let pair = [owner(2), owner(3)];
    assert_ne!(derive_id(&GENESIS, &pair, 1).unwrap(), derive_id(&GENESIS, &pair, 2).unwrap());
}

#[test]
fn refusals_of_opening() {
    let mut draft = draft();
    let sponsor = open(&mut draft, 1, &[owner(1)], 1).unwrap();
    let mut refused = |keys: &[NewKey], threshold| run(&mut draft, sponsor, 10, &open_op(keys, threshold)).unwrap_err();
    assert_eq!(refused(&[], 1), Error::NoKeys);
    let many: Vec<NewKey> = (0..17).map(owner).collect();
    assert_eq!(refused(&many, 1), Error::TooManyKeys);
    assert_eq!(refused(&[NewKey { weight: 0, ..owner(2) }], 1), Error::ZeroWeight);
    assert_eq!(refused(&[owner(2), operator(2)], 1), Error::DuplicateKey);
    assert_eq!(refused(&[owner(2)], 0), Error::ZeroThreshold);
    assert_eq!(refused(&[owner(2)], 2), Error::OwnersBelowThreshold);
    assert_eq!(refused(&[operator(2)], 1), Error::OwnersBelowThreshold);
    let mortal = NewKey { expires: Some(Timestamp(1_000)), ..owner(2) };
    assert_eq!(refused(&[mortal], 1), Error::OwnersBelowThreshold);
    let dead = NewKey { expires: Some(Timestamp(10)), ..owner(3) };
    assert_eq!(refused(&[owner(2), dead], 1), Error::ExpiryNotInFuture);
    let governance = at(10, Signer::Governance);
    assert_eq!(open_op(&[owner(2)], 1).apply(&mut draft, &governance), Err(Error::NotAnAccount));
}

#[test]
fn all_schemes_open_and_sixteen_keys_fit() {
    let mut draft = draft();
    let keys: Vec<NewKey> = (0..16).map(owner).collect();
    let account = open(&mut draft, 1, &keys, 16).unwrap();
    let all: Vec<_> = (0..16).map(id).collect();
    assert_eq!(sign(&mut draft, 1, 1, &all, 0, &[MANAGE]), Ok(account));
    assert_eq!(sign(&mut draft, 1, 1, &all[1..], 1, &[MANAGE]), Err(Error::BelowThreshold));
}

#[test]
fn genesis_opens_in_order_and_a_load_rebuilds_the_names() {
    let mut draft = draft();
    let accounts = vec![
        GenesisAccount { id: Some(name(1)), keys: vec![owner(1)], threshold: 1 },
        GenesisAccount { id: None, keys: vec![owner(2), operator(3)], threshold: 1 },
    ];
    let section = Genesis { accounts };
    genesis(&mut draft, &at(0, Signer::Protocol), &section).unwrap();
    let derived = derive_id(&GENESIS, &[owner(2), operator(3)], 1).unwrap();
    assert_eq!(resolve(&draft, &derived), Ok(AccountNumber(65)));

    let before = content(&draft, Kind::Derived);
    draft.commit();
    draft.clear_derived();
    assert!(check_invariants(&draft).is_err());
    rebuild(&mut draft);
    assert_eq!(content(&draft, Kind::Derived), before);
    check_invariants(&draft).unwrap();
}

#[test]
fn a_module_account_is_nobodys() {
    let mut draft = draft();
    let module = AccountId::module(&GENESIS, "auctions");
    let operations = [asked(TRANSFER.0, TRANSFER.1)];
    let authority = gage_accounts::Authority { account: module, keys: &[], nonce: 0, operations: &operations };
    let ctx: Context = at(1, Signer::Protocol);
    assert_eq!(gage_accounts::authorise(&mut draft, &ctx, &authority), Err(Error::BelowThreshold));
}
