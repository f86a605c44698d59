//! Random acts of everyone, with the audit after each, and a load of what they leave.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::Signer;
use gage_compliance::operations::{
    AppointAgent, Block, InviteAccount, IssueClaim, JoinIdentity, OpenIdentity, PauseAsset, ResumeAsset, RevokeClaim,
    SetTrustedIssuers, SetVenues, Subject, Unblock, UnfreezeAccount,
};
use gage_compliance::rule::{Scope, Topic};
use gage_compliance::{IdentityId, Operation, Stops, check_invariants, create_tables, rebuild};
use gage_store::{Draft, Kind};
use gage_units::Timestamp;
use proptest::prelude::*;

/// A verb, who signs it (10 is governance), whom it concerns, and a number to vary it.
type Act = (u8, u8, u8, u32);

fn operation(world: &World, (verb, _, whom, vary): Act) -> Operation {
    let asset = if vary % 2 == 0 { BOND } else { CASH };
    let place = (vary % 3 > 0).then_some(asset);
    let (account, identity, reason) = (name(whom), IdentityId(vary % 5), reason());
    let subject = if vary % 2 == 0 { Subject::Account(account) } else { Subject::Identity(identity) };
    let topic = if vary % 4 == 0 { Topic::Kyc } else { Topic::Resident };
    let scope = if vary % 3 == 0 { Scope::Identity } else { Scope::Asset(asset) };
    let stops = if vary % 5 == 0 { Stops::Both } else { Stops::Sending };
    let later = world.now + u64::from(vary);
    match verb {
        0 => Operation::OpenIdentity(OpenIdentity {}),
        1 => Operation::InviteAccount(InviteAccount { account, expires: Timestamp(later) }),
        2 => Operation::JoinIdentity(JoinIdentity { identity }),
        3 => Operation::IssueClaim(IssueClaim {
            subject: identity,
            topic,
            scope,
            jurisdiction: None,
            issued: Timestamp(world.now),
            expires: (vary % 2 == 0).then_some(Timestamp(later)),
            evidence: None,
        }),
        4 => Operation::RevokeClaim(RevokeClaim { subject: identity, topic, scope, jurisdiction: None }),
        5 => world.freeze(whom, place, stops, (vary % 2 == 0).then_some(later)),
        6 => Operation::UnfreezeAccount(UnfreezeAccount { account, asset: place, reason }),
        7 => Operation::Block(Block { subject, reason }),
        8 => Operation::Unblock(Unblock { subject, reason }),
        9 => Operation::PauseAsset(PauseAsset { asset, reason }),
        10 => Operation::ResumeAsset(ResumeAsset { asset, reason }),
        11 => Operation::AppointAgent(AppointAgent { asset, agent: (vary % 4 > 0).then_some(account) }),
        12 => Operation::SetVenues(SetVenues { asset, venues: (vary % 2 == 0).then_some(vec![7]) }),
        _ => {
            let issuers = if vary % 3 == 0 { vec![] } else { vec![account] };
            Operation::SetTrustedIssuers(SetTrustedIssuers { asset: place, topic, issuers })
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn nothing_breaks_an_invariant(acts in prop::collection::vec((0u8..14, 0u8..11, 0u8..10, 0u32..200), 1..120)) {
        let mut world = World::new();
        let mut done = 0;
        for act in acts {
            world.now += 3;
            let operation = operation(&world, act);
            let signer = if act.1 == 10 { Signer::Governance } else { Signer::Account(number(act.1)) };
            let before = content(&world.draft, Kind::Authenticated);
            let bytes = borsh::to_vec(&operation).unwrap();
            prop_assert_eq!(borsh::from_slice::<Operation>(&bytes).unwrap(), operation.clone());
            match world.run(signer, operation) {
                Ok(()) => done += 1,
                Err(error) => {
                    prop_assert!((1_000..2_100).contains(&error.code()));
                    prop_assert_eq!(content(&world.draft, Kind::Authenticated), before);
                }
            }
        }
        prop_assert!(done <= world.draft.events().len());

        let records = content(&world.draft, Kind::Authenticated);
        let mut loaded = Draft::new(77);
        gage_accounts::create_tables(&mut loaded);
        create_tables(&mut loaded);
        for (key, value) in &records {
            loaded.load(key, value).unwrap();
        }
        gage_accounts::rebuild(&mut loaded);
        rebuild(&mut loaded);
        check_invariants(&loaded).unwrap();
        gage_accounts::check_invariants(&loaded).unwrap();
        prop_assert_eq!(content(&loaded, Kind::Authenticated), records);
        prop_assert_eq!(content(&loaded, Kind::Derived), content(&world.draft, Kind::Derived));
    }
}
