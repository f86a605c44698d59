//! Kept verdicts against none: two books with the same acts, one of which forgets everything before each
//! question. Whatever is asked, both say the same and write the same.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use std::collections::BTreeMap;

use common::*;
use gage_accounts::Signer;
use gage_compliance::operations::{IssueClaim, RevokeClaim, SetRequirements, SetTrustedIssuers};
use gage_compliance::rule::{Requirement, Scope, Topic};
use gage_compliance::{Force, HolderChange, IdentityId, Operation, admit, count_holders, rebuild};
use gage_crypto::AccountId;
use gage_store::Kind;
use gage_units::{Amount, Timestamp};
use proptest::prelude::*;

const TOPICS: [Topic; 3] = [Topic::Kyc, Topic::Resident, Topic::Sanctioned];

#[derive(Clone, Debug)]
enum Act {
    /// Issuer, identity, topic, country or none, begins in, ends in.
    Issue(u8, u32, usize, u8, u64, Option<u64>),
    Revoke(u8, u32, usize, u8),
    /// For the asset or the network, topic, issuers.
    Trust(bool, usize, Vec<u8>),
    Require(usize),
    /// From account to account; the unit is minted if both are one.
    Move(u8, u8),
    Pass(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let (issuer, who, topic, country) = (1u8..3, 0u32..4, 0usize..3, 0u8..3);
    let ends = prop::option::of(1u64..60);
    let issuers = prop::sample::subsequence(vec![1u8, 2], 0..3);
    prop_oneof![
        6 => (issuer.clone(), who.clone(), topic.clone(), country.clone(), 0u64..30, ends)
            .prop_map(|(i, w, t, c, b, e)| Act::Issue(i, w, t, c, b, e)),
        2 => (issuer, who, topic.clone(), country).prop_map(|(i, w, t, c)| Act::Revoke(i, w, t, c)),
        2 => (any::<bool>(), topic, issuers).prop_map(|(own, t, i)| Act::Trust(own, t, i)),
        1 => (0usize..4).prop_map(Act::Require),
        9 => (3u8..7, 3u8..7).prop_map(|(from, to)| Act::Move(from, to)),
        3 => (1u64..25).prop_map(Act::Pass),
    ]
}

fn requirements(which: usize) -> Vec<Requirement<AccountId>> {
    let one = |sender, receiver| Requirement { sender, receiver };
    match which {
        0 => vec![],
        1 => vec![one(vec![has(claim(Topic::Kyc))], vec![has(claim(Topic::Kyc))])],
        2 => vec![
            one(vec![], vec![any_of(&[resident("US"), claim(Topic::Kyc)])]),
            one(vec![lacks(claim(Topic::Sanctioned))], vec![has(resident("DE"))]),
        ],
        _ => vec![one(vec![none_of(&[resident("US"), claim(Topic::Sanctioned)])], vec![lacks(resident("DE"))])],
    }
}

fn country(which: u8) -> Option<gage_compliance::Jurisdiction> {
    ["US", "DE"].get(usize::from(which)).map(|text| text.parse().unwrap())
}

struct Books {
    world: World,
    forgets: bool,
    held: BTreeMap<u8, u128>,
}

impl Books {
    fn new(forgets: bool) -> Books {
        let mut world = World::new();
        for n in 3..7 {
            world.identity(n);
        }
        let ctx = world.ctx(Signer::Governance);
        count_holders(&mut world.draft, &ctx, BOND, &[Topic::Kyc, Topic::Resident]).unwrap();
        world.draft.commit();
        Books { world, forgets, held: BTreeMap::new() }
    }

    fn run(&mut self, act: &Act) -> String {
        let now = self.world.now;
        match act {
            Act::Issue(issuer, who, topic, place, begins, ends) => {
                let (subject, topic, jurisdiction) = (IdentityId(*who), TOPICS[*topic], country(*place));
                let issued = Timestamp(now + begins);
                let expires = ends.map(|ends| Timestamp(now + begins + ends));
                let scope = Scope::Identity;
                let issue = IssueClaim { subject, topic, scope, jurisdiction, issued, expires, evidence: None };
                format!("{:?}", self.world.by(*issuer, Operation::IssueClaim(issue)))
            }
            Act::Revoke(issuer, who, topic, place) => {
                let (subject, topic, jurisdiction) = (IdentityId(*who), TOPICS[*topic], country(*place));
                let revoke = RevokeClaim { subject, topic, scope: Scope::Identity, jurisdiction };
                format!("{:?}", self.world.by(*issuer, Operation::RevokeClaim(revoke)))
            }
            Act::Trust(own, topic, issuers) => {
                let issuers = issuers.iter().map(|n| name(*n)).collect();
                let trust = SetTrustedIssuers { asset: own.then_some(BOND), topic: TOPICS[*topic], issuers };
                format!("{:?}", self.world.governance(Operation::SetTrustedIssuers(trust)))
            }
            Act::Require(which) => {
                let set = SetRequirements { asset: BOND, requirements: requirements(*which) };
                format!("{:?}", self.world.governance(Operation::SetRequirements(set)))
            }
            Act::Move(from, to) => self.transfer(*from, *to),
            Act::Pass(ms) => {
                self.world.now += ms;
                String::new()
            }
        }
    }

    fn transfer(&mut self, from: u8, to: u8) -> String {
        if self.forgets {
            self.world.draft.clear_derived();
            gage_accounts::rebuild(&mut self.world.draft);
            rebuild(&mut self.world.draft);
            self.world.draft.commit();
        }
        let held = |books: &BTreeMap<u8, u128>, n: u8| books.get(&n).copied().unwrap_or_default();
        let (mut changes, mut after) = (Vec::new(), self.held.clone());
        if from != to {
            if held(&after, from) == 0 {
                return String::new();
            }
            let before = held(&after, from);
            after.insert(from, before - 1);
            changes.push(change(from, before, before - 1));
        }
        let before = held(&after, to);
        after.insert(to, before + 1);
        changes.push(change(to, before, before + 1));
        let (savepoint, ctx) = (self.world.draft.savepoint(), self.world.ctx(Signer::Protocol));
        let outcome = admit(&mut self.world.draft, &ctx, &changes, Force::Holder);
        match outcome {
            Ok(()) => self.held = after,
            Err(_) => self.world.draft.undo_to(savepoint),
        }
        self.world.draft.commit();
        gage_compliance::check_invariants(&self.world.draft).unwrap();
        format!("{outcome:?}")
    }
}

fn change(n: u8, before: u128, after: u128) -> HolderChange {
    HolderChange { account: number(n), asset: BOND, before: Amount(before), after: Amount(after) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn what_is_kept_decides_nothing(acts in prop::collection::vec(act(), 1..120)) {
        let (mut kept, mut forgetful) = (Books::new(false), Books::new(true));
        for act in &acts {
            prop_assert_eq!(kept.run(act), forgetful.run(act), "{:?}", act);
        }
        let records = |books: &Books| content(&books.world.draft, Kind::Authenticated);
        prop_assert_eq!(records(&kept), records(&forgetful));
        // Not even the number of records tells what is kept: deposits are paid by it.
        prop_assert_eq!(kept.world.draft.records(), forgetful.world.draft.records());
    }
}
