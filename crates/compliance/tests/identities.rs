//! Identities, invitations, claims and their limits.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_compliance::operations::{InviteAccount, IssueClaim, JoinIdentity, OpenIdentity};
use gage_compliance::rule::{Condition, Requirement, Scope, Test, Topic};
use gage_compliance::{
    CLAIMS_MAX, Error, Genesis, INVITATION_MS_MAX, IdentityId, Operation, genesis, identity_of, is_open, query,
};
use gage_crypto::Hash;
use gage_units::Timestamp;

fn invite(n: u8, expires: u64) -> Operation {
    Operation::InviteAccount(InviteAccount { account: name(n), expires: Timestamp(expires) })
}

fn join(identity: IdentityId) -> Operation {
    Operation::JoinIdentity(JoinIdentity { identity })
}

#[test]
fn an_account_joins_by_invitation_and_stays() {
    let mut world = World::new();
    let id = world.identity(3);
    assert_eq!(id, IdentityId(0));
    assert_eq!(world.by(4, join(id)), Err(Error::NotInvited));
    world.by(3, invite(4, 2_000)).unwrap();
    assert_eq!(world.by(5, join(id)), Err(Error::NotInvited));
    world.by(4, join(id)).unwrap();
    assert_eq!(identity_of(&world.draft, number(4)), Some(id));
    assert_eq!(query::identity(&world.draft, id).unwrap().accounts, [number(3), number(4)]);
    assert_eq!(world.by(4, join(id)), Err(Error::HasIdentity));
    assert_eq!(world.by(4, Operation::OpenIdentity(OpenIdentity {})), Err(Error::HasIdentity));
    assert_eq!(world.by(4, invite(5, 2_000)), Err(Error::NotFirstAccount));
    assert_eq!(world.by(3, invite(4, 2_000)), Err(Error::HasIdentity));
    assert_eq!(world.by(6, invite(5, 2_000)), Err(Error::WithoutIdentity));
    assert_eq!(world.by(6, join(IdentityId(7))), Err(Error::UnknownIdentity));
}

#[test]
fn an_invitation_runs_out() {
    let mut world = World::new();
    let id = world.identity(3);
    assert_eq!(world.by(3, invite(4, 1_000)), Err(Error::BadPeriod));
    assert_eq!(world.by(3, invite(4, 1_001 + INVITATION_MS_MAX)), Err(Error::BadPeriod));
    world.by(3, invite(4, 2_000)).unwrap();
    // A new invitation takes the place of the old one.
    world.by(3, invite(4, 1_500)).unwrap();
    world.now = 1_500;
    assert_eq!(world.by(4, join(id)), Err(Error::NotInvited));
}

#[test]
fn a_claim_is_renewed_revoked_and_renewed() {
    let mut world = World::new();
    world.identity(3);
    world.claim(3, Topic::Kyc, None, Some(2_000));
    assert_eq!(world.revoke(3, Topic::Kyc, Some("DE")), Err(Error::UnknownClaim));
    world.revoke(3, Topic::Kyc, None).unwrap();
    assert_eq!(world.revoke(3, Topic::Kyc, None), Err(Error::AlreadyRevoked));
    let live = |world: &World| query::claims(&world.draft, IdentityId(0), Timestamp(world.now), None, 10)[0].live;
    assert!(!live(&world));
    world.claim(3, Topic::Kyc, None, Some(3_000));
    assert!(live(&world));
    world.now = 3_000;
    assert!(!live(&world));
}

#[test]
fn refusals_of_claims() {
    let mut world = World::new();
    world.identity(3);
    let good = world.issue(3, Topic::Kyc, None, None);
    let mut refused = |claim: IssueClaim| world.by(1, Operation::IssueClaim(claim)).unwrap_err();
    assert_eq!(refused(IssueClaim { subject: IdentityId(1), ..good.clone() }), Error::UnknownIdentity);
    assert_eq!(refused(IssueClaim { expires: Some(Timestamp(1_000)), ..good.clone() }), Error::BadPeriod);
    let past = IssueClaim { issued: Timestamp(1), expires: Some(Timestamp(1_000)), ..good.clone() };
    assert_eq!(refused(past), Error::BadPeriod);
    for n in 0..CLAIMS_MAX {
        let scope = Scope::Custom(Hash([n as u8; 32]));
        world.by(1, Operation::IssueClaim(IssueClaim { scope, ..good.clone() })).unwrap();
    }
    assert_eq!(world.by(1, Operation::IssueClaim(good.clone())), Err(Error::TooManyClaims));
    // A renewal, another topic and another issuer are not concerned.
    let again = IssueClaim { scope: Scope::Custom(Hash([0; 32])), ..good.clone() };
    world.by(1, Operation::IssueClaim(again)).unwrap();
    world.by(1, Operation::IssueClaim(IssueClaim { topic: Topic::Accredited, ..good.clone() })).unwrap();
    world.by(2, Operation::IssueClaim(good)).unwrap();
    let all = query::claims(&world.draft, IdentityId(0), Timestamp(1_000), None, 100);
    assert_eq!(all.len(), CLAIMS_MAX + 2);
}

#[test]
fn requirements_have_limits() {
    let mut world = World::new();
    let set = |requirements| {
        Operation::SetRequirements(gage_compliance::operations::SetRequirements { asset: BOND, requirements })
    };
    let one = |receiver: Vec<Condition<_>>| Requirement { sender: vec![], receiver };
    let bad = [
        vec![one(vec![any_of(&[])])],
        vec![one(vec![any_of(&vec![claim(Topic::Kyc); 33])])],
        vec![one(vec![has(claim(Topic::Kyc)); 17])],
        vec![one(vec![]); 17],
        vec![one(vec![has(claim(Topic::Kyc)); 11]); 3],
        vec![one(vec![any_of(&vec![claim(Topic::Kyc); 32]); 9])],
    ];
    for requirements in bad {
        assert_eq!(world.by(0, set(requirements)), Err(Error::BadRequirement));
    }
    let twice = Condition { test: Test::Present(claim(Topic::Kyc)), issuers: vec![name(1), name(1)] };
    assert_eq!(world.by(0, set(vec![one(vec![twice])])), Err(Error::BadIssuers));
    world.by(0, set(vec![one(vec![has(claim(Topic::Kyc)); 16]); 2])).unwrap();
    world.by(0, set(vec![one(vec![any_of(&vec![claim(Topic::Kyc); 32]); 8])])).unwrap();
}

#[test]
fn the_genesis_file_sets_up_identities_claims_and_rules() {
    let text = format!(
        r#"{{
            "identities": [{{
                "accounts": ["{}", "{}"],
                "claims": [{{"issuer": "{}", "topic": "resident", "scope": "identity", "jurisdiction": "DE"}}]
            }}],
            "trusted_issuers": [{{"topic": "resident", "issuers": ["{}"]}}],
            "rules": [{{
                "asset": 4, "agent": "{}",
                "requirements": [{{"receiver": [{{"test": {{"present": {{"topic": "resident", "jurisdiction": "DE"}}}}}}]}}]
            }}]
        }}"#,
        name(3),
        name(4),
        name(1),
        name(1),
        name(0)
    );
    let section: Genesis = serde_json::from_str(&text).unwrap();
    let mut world = World::new();
    let ctx = world.ctx(gage_accounts::Signer::Protocol);
    genesis(&mut world.draft, &ctx, &section).unwrap();
    gage_compliance::check_invariants(&world.draft).unwrap();
    let asset = gage_units::AssetId(4);
    assert_eq!(identity_of(&world.draft, number(4)), Some(IdentityId(0)));
    assert!(!is_open(&world.draft, asset));
    // The ledger registers the asset after genesis set its rules: they stay.
    gage_compliance::register(&mut world.draft, asset, Some(number(9)));
    assert_eq!(query::rules(&world.draft, asset).unwrap().agent, Some(number(0)));
    assert_eq!(world.clauses(&[receives(number(4), asset)], gage_compliance::Force::Holder), []);
    assert_eq!(world.clauses(&[receives(number(5), asset)], gage_compliance::Force::Holder).len(), 1);
}

#[test]
fn open_invitations_hold_places_and_run_out() {
    let mut world = World::new();
    let id = world.identity(3);
    let ctx = world.ctx(gage_accounts::Signer::Protocol);
    let key = gage_crypto::SecretKey::from_bytes(gage_crypto::Scheme::Ed25519, &[1; 32]).unwrap().public_key();
    for n in 100..200 {
        let keys = [gage_accounts::NewKey::owner(key)];
        gage_accounts::open_for_genesis(&mut world.draft, &ctx, name(n), &keys, 1).unwrap();
    }
    for n in 100..163 {
        world.by(3, invite(n, 2_000 + u64::from(n))).unwrap();
    }
    assert_eq!(world.by(3, invite(163, 9_000)), Err(Error::TooManyAccounts));
    // A change of an open invitation takes no further place; a joined account keeps its place.
    world.by(3, invite(162, 9_000)).unwrap();
    let joining = gage_accounts::Signer::Account(gage_units::AccountNumber(64 + 10));
    world.run(joining, join(id)).unwrap();
    assert_eq!(world.by(3, invite(163, 9_000)), Err(Error::TooManyAccounts));
    // At 2,101 the invitation of account 101 has run out.
    world.now = 2_101;
    world.by(3, invite(163, 9_000)).unwrap();
}
