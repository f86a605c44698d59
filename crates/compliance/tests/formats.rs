//! What is fixed for ever: numbers of refusals and clauses, canonical bytes, the words of a wallet.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::{Class, Names};
use gage_compliance::operations::{
    AppointAgent, Block, InviteAccount, JoinIdentity, OpenIdentity, PauseAsset, RevokeClaim, SetRequirements,
    SetTrustedIssuers, SetVenues, Subject,
};
use gage_compliance::rule::{Condition, Requirement, Scope, Test, Topic};
use gage_compliance::{Clause, Error, IdentityId, Jurisdiction, Operation, REASON_MAX, Reason, Stops};
use gage_units::{AssetId, Timestamp};

struct Symbols;

impl Names for Symbols {
    fn asset(&self, asset: AssetId) -> Option<(String, u8)> {
        (asset == BOND).then(|| ("BOND".to_owned(), 2))
    }
}

#[test]
fn numbers_and_names() {
    let pinned = [
        (Error::BadRequirement, 2001, "BadRequirement"),
        (Error::NotAgent, 2005, "NotAgent"),
        (Error::HasIdentity, 2008, "HasIdentity"),
        (Error::TooManyClaims, 2014, "TooManyClaims"),
        (Error::IdentitiesUsedUp, 2021, "IdentitiesUsedUp"),
        (Error::Accounts(gage_accounts::Error::UnknownAccount), 1007, "UnknownAccount"),
    ];
    for (error, code, name) in pinned {
        assert_eq!((error.code(), error.name()), (code, name));
    }
    let clauses = [
        (Clause::AccountBlocked, 2101, "AccountBlocked"),
        (Clause::HoldingFrozen, 2104, "HoldingFrozen"),
        (Clause::NoTrustedIssuer, 2108, "NoTrustedIssuer"),
        (Clause::ClaimMissing, 2109, "ClaimMissing"),
        (Clause::NoCommonRequirement, 2112, "NoCommonRequirement"),
    ];
    for (clause, code, name) in clauses {
        assert_eq!((clause.code(), clause.name()), (code, name));
    }
}

#[test]
fn canonical_bytes_and_json() {
    let condition = Condition { test: Test::NoneOf(vec![resident("US"), resident("CA")]), issuers: vec![name(1)] };
    let requirements = vec![Requirement { sender: vec![condition], receiver: vec![has(claim(Topic::Custom(9)))] }];
    let operation = Operation::SetRequirements(SetRequirements { asset: BOND, requirements });
    let bytes = borsh::to_vec(&operation).unwrap();
    assert_eq!(borsh::from_slice::<Operation>(&bytes).unwrap(), operation);
    let json = serde_json::to_string(&operation).unwrap();
    assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), operation);
    let claim = RevokeClaim {
        subject: IdentityId(5),
        topic: Topic::Kyc,
        scope: Scope::Asset(BOND),
        jurisdiction: Some("DE".parse().unwrap()),
    };
    let bytes = borsh::to_vec(&Operation::RevokeClaim(claim)).unwrap();
    assert_eq!(bytes, [4, 5, 0, 0, 0, 0, 1, 3, 0, 0, 0, 1, b'D', b'E']);
}

#[test]
fn bad_bytes_and_texts_are_refused() {
    // SetRequirements with 2^32 - 1 requirements announced and none given; a small letter in a country.
    assert!(borsh::from_slice::<Operation>(&[6, 0, 0, 0, 0, 255, 255, 255, 255]).is_err());
    assert!(borsh::from_slice::<Operation>(&[4, 5, 0, 0, 0, 0, 1, 3, 0, 0, 0, 1, b'D', b'e']).is_err());
    for bad in ["", "de", "DEU", "D1"] {
        assert!(bad.parse::<Jurisdiction>().is_err());
    }
    let long = "a".repeat(REASON_MAX + 1);
    for bad in ["", "tab\t", "\u{fc}ber", long.as_str()] {
        assert!(bad.parse::<Reason>().is_err());
        assert!(borsh::from_slice::<Reason>(&borsh::to_vec(bad).unwrap()).is_err());
    }
}

#[test]
fn the_words_of_a_wallet() {
    let world = World::new();
    let (a, b) = (name(1), name(2));
    let condition = Condition { test: Test::AnyOf(vec![resident("US"), resident("CA")]), issuers: vec![a, b] };
    let requirement = Requirement { sender: vec![], receiver: vec![condition, lacks(claim(Topic::Sanctioned))] };
    let rules = |requirements| Operation::SetRequirements(SetRequirements { asset: BOND, requirements });
    let trust = SetTrustedIssuers { asset: None, topic: Topic::SellLockup, issuers: vec![a] };
    let revoke =
        RevokeClaim { subject: IdentityId(5), topic: Topic::Kyc, scope: Scope::Asset(BOND), jurisdiction: None };
    let words = [
        (Operation::OpenIdentity(OpenIdentity {}), "open identity for this account for ever".to_owned()),
        (
            Operation::InviteAccount(InviteAccount { account: a, expires: Timestamp(7) }),
            format!("invite {a} into the identity of this account until 7 ms"),
        ),
        (
            Operation::JoinIdentity(JoinIdentity { identity: IdentityId(4) }),
            "join identity 4 with this account for ever".to_owned(),
        ),
        (Operation::RevokeClaim(revoke), "revoke claim kyc about identity 5 for asset #3".to_owned()),
        (
            rules(vec![requirement.clone(), requirement]),
            format!(
                "set requirements of BOND#3 to from anyone to any of (resident US, resident CA) by {a} or {b} and not \
                 sanctioned; or from anyone to any of (resident US, resident CA) by {a} or {b} and not sanctioned"
            ),
        ),
        (rules(vec![]), "set requirements of BOND#3 to none".to_owned()),
        (Operation::SetTrustedIssuers(trust), format!("set issuers trusted on sell lock-up in all assets to {a}")),
        (
            Operation::SetVenues(SetVenues { asset: AssetId(9), venues: Some(vec![7, 10]) }),
            "set venues of asset #9 to modules 7 10".to_owned(),
        ),
        (
            Operation::AppointAgent(AppointAgent { asset: BOND, agent: None }),
            "appoint nobody as agent of BOND#3".to_owned(),
        ),
        (
            Operation::PauseAsset(PauseAsset { asset: BOND, reason: reason() }),
            "pause BOND#3 because: \"court order 7\"".to_owned(),
        ),
        (
            world.freeze(1, Some(BOND), Stops::Both, Some(9)),
            format!("freeze {a} in BOND#3 against sending and receiving until 9 ms because: \"court order 7\""),
        ),
        (
            Operation::Block(Block { subject: Subject::Identity(IdentityId(2)), reason: reason() }),
            "block identity 2 in all assets because: \"court order 7\"".to_owned(),
        ),
    ];
    for (operation, text) in words {
        assert_eq!(operation.describe(&Symbols), text);
    }
}

#[test]
fn restrictions_run_early() {
    let world = World::new();
    assert_eq!(world.freeze(1, None, Stops::Both, None).class(), Class::Reduce);
    assert_eq!(Operation::OpenIdentity(OpenIdentity {}).class(), Class::General);
    assert_eq!(Operation::OpenIdentity(OpenIdentity {}).weight(), 1_000);
}
