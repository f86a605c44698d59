//! What is fixed for ever: numbers of refusals and clauses, canonical bytes, the words of a wallet.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::{Class, Names};
use gage_compliance::operations::{
    AppointAgent, Block, InviteAccount, JoinIdentity, OpenIdentity, PauseAsset, RefreshHolders, RevokeClaim, SetCaps,
    SetRequirements, SetTrustedIssuers, SetVenues, Subject,
};
use gage_compliance::rule::{Condition, Requirement, Scope, Test, Topic};
use gage_compliance::{
    Caps, ClaimCap, ClaimValue, Clause, Error, Group, IdentityId, Jurisdiction, Operation, REASON_MAX, Reason, Stops,
    count_holders, movement_weight,
};
use gage_units::{Amount, AssetId, Bps, Timestamp};

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
        (Error::BadCaps, 2023, "BadCaps"),
        (Error::BadHolders, 2028, "BadHolders"),
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
        (Clause::TooManyHolders, 2113, "TooManyHolders"),
        (Clause::LockedUp, 2118, "LockedUp"),
        (Clause::HoldingTooSmall, 2119, "HoldingTooSmall"),
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
fn caps_in_bytes_json_and_words() {
    let us = ClaimValue::Of("US".parse().unwrap());
    let foreign = ClaimCap {
        topic: Topic::Resident,
        group: Group::NotOf(us),
        holders_max: None,
        owned_max: None,
        share_max: Some(Bps(4_900)),
    };
    let caps = Caps {
        holders_max: Some(99),
        holding_max: Some(Amount(500)),
        by_claim: vec![foreign],
        exempt: vec![IdentityId(0)],
        ..Caps::default()
    };
    let operation = Operation::SetCaps(SetCaps { asset: BOND, caps: caps.clone() });
    let bytes = borsh::to_vec(&operation).unwrap();
    let mut golden = vec![15, 3, 0, 0, 0, 1, 99, 0, 0, 0, 0, 0, 0, 0, 0, 1, 244, 1];
    golden.extend([0; 14]);
    golden.extend([0, 1, 0, 0, 0, 3, 1, 2, b'U', b'S', 0, 0, 1, 36, 19, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(bytes, golden);
    assert_eq!(borsh::from_slice::<Operation>(&bytes).unwrap(), operation);
    let json = serde_json::to_string(&operation).unwrap();
    assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), operation);
    let words = "set caps of BOND#3 to at most 99 holders, each at most 5 BOND#3, those that are not resident US at \
                 most 49 % of the supply, not binding identity 0";
    assert_eq!(operation.describe(&Symbols), words);

    // Lists have limits, shares are at most the whole, and the least is not above the largest.
    let refused = |caps: Caps| Operation::SetCaps(SetCaps { asset: BOND, caps }).validate() == Err(Error::BadCaps);
    assert!(refused(Caps { share_max: Some(Bps(10_001)), ..Caps::default() }));
    assert!(refused(Caps { holding_min: Some(Amount(501)), ..caps.clone() }));
    assert!(refused(Caps { exempt: vec![IdentityId(1), IdentityId(1)], ..caps.clone() }));
    assert!(refused(Caps { by_claim: vec![caps.by_claim[0].clone(); 17], ..caps }));
    let many =
        |count| Operation::RefreshHolders(RefreshHolders { asset: BOND, identities: vec![IdentityId(0); count] });
    assert_eq!((many(0).validate(), many(65).validate()), (Err(Error::BadHolders), Err(Error::BadHolders)));
    assert_eq!((many(1).validate(), many(64).weight()), (Ok(()), 321_000));
}

#[test]
fn rules_weigh_on_who_moves_the_asset() {
    let mut world = World::new();
    assert_eq!(movement_weight(&world.draft, BOND), 0);
    // Two topics of eight trusted issuers each; naming one issuer costs one place.
    world.require(vec![Requirement { sender: vec![has(claim(Topic::Kyc))], receiver: vec![has(claim(Topic::Kyc))] }]);
    assert_eq!(movement_weight(&world.draft, BOND), 300 + 1_600);
    let named = Condition { test: Test::Present(claim(Topic::Kyc)), issuers: vec![name(1)] };
    world.require(vec![Requirement { sender: vec![named.clone()], receiver: vec![named] }]);
    assert_eq!(movement_weight(&world.draft, BOND), 300 + 200);
    let ctx = world.ctx(gage_accounts::Signer::Governance);
    count_holders(&mut world.draft, &ctx, BOND, &[Topic::Resident]).unwrap();
    assert_eq!(movement_weight(&world.draft, BOND), 300 + 200 + 800 + 2_000);
}

#[test]
fn restrictions_run_early() {
    let world = World::new();
    assert_eq!(world.freeze(1, None, Stops::Both, None).class(), Class::Reduce);
    assert_eq!(Operation::OpenIdentity(OpenIdentity {}).class(), Class::General);
    assert_eq!(Operation::OpenIdentity(OpenIdentity {}).weight(), 1_000);
}
