//! The rule engine against a naive evaluator that looks at all claims ever made.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use std::collections::BTreeMap;

use common::*;
use gage_compliance::operations::{IssueClaim, RevokeClaim};
use gage_compliance::rule::{ClaimMatch, Condition, Requirement, Scope, ScopeMatch, Test, Topic};
use gage_compliance::{Force, HolderChange, IdentityId, Jurisdiction, Operation, Side};
use gage_crypto::{AccountId, Hash};
use gage_units::Timestamp;
use proptest::prelude::*;

const TOPICS: [Topic; 3] = [Topic::Kyc, Topic::Resident, Topic::Custom(7)];
const COUNTRIES: [&str; 2] = ["US", "DE"];
const LABEL: Hash = Hash([8; 32]);

fn topic() -> impl Strategy<Value = Topic> {
    prop::sample::select(TOPICS.to_vec())
}

fn country() -> impl Strategy<Value = Option<Jurisdiction>> {
    prop::option::of(prop::sample::select(COUNTRIES.map(|text| text.parse().unwrap()).to_vec()))
}

fn claim_match() -> impl Strategy<Value = ClaimMatch> {
    let scope = prop_oneof![
        3 => Just(ScopeMatch::General),
        1 => Just(ScopeMatch::ThisAsset),
        1 => Just(ScopeMatch::Custom(LABEL)),
    ];
    (topic(), scope, country()).prop_map(|(topic, scope, jurisdiction)| ClaimMatch { topic, scope, jurisdiction })
}

fn condition() -> impl Strategy<Value = Condition<AccountId>> {
    let test = prop_oneof![
        4 => claim_match().prop_map(Test::Present),
        2 => claim_match().prop_map(Test::Absent),
        3 => prop::collection::vec(claim_match(), 1..4).prop_map(Test::AnyOf),
        2 => prop::collection::vec(claim_match(), 1..4).prop_map(Test::NoneOf),
        1 => (0u32..4).prop_map(|id| Test::Identity(IdentityId(id))),
    ];
    let issuers =
        prop::sample::subsequence(vec![0u8, 1, 2], 0..3).prop_map(|list| list.into_iter().map(name).collect());
    (test, prop_oneof![3 => Just(Vec::new()), 1 => issuers]).prop_map(|(test, issuers)| Condition { test, issuers })
}

fn requirement() -> impl Strategy<Value = Requirement<AccountId>> {
    let side = || prop::collection::vec(condition(), 0..3);
    (side(), side()).prop_map(|(sender, receiver)| Requirement { sender, receiver })
}

#[derive(Clone, Debug)]
struct ClaimStep {
    revoke: bool,
    issuer: u8,
    claim: IssueClaim,
}

fn claim_step() -> impl Strategy<Value = ClaimStep> {
    let scope = prop_oneof![
        3 => Just(Scope::Identity),
        2 => Just(Scope::Asset(BOND)),
        1 => Just(Scope::Asset(CASH)),
        1 => Just(Scope::Custom(LABEL)),
    ];
    let times = (900u64..1_500, prop::option::of(1_001u64..2_000));
    (prop::bool::weighted(0.2), 0u8..3, 0u32..4, topic(), scope, country(), times).prop_map(
        |(revoke, issuer, subject, topic, scope, jurisdiction, (issued, expires))| {
            let expires = expires.map(Timestamp);
            let subject = IdentityId(subject);
            let issued = Timestamp(issued);
            let claim = IssueClaim { subject, topic, scope, jurisdiction, issued, expires, evidence: None };
            ClaimStep { revoke, issuer, claim }
        },
    )
}

/// Every claim by its whole name: issuer, subject, topic, scope, jurisdiction.
type Book = BTreeMap<(u8, u32, Topic, Scope, Option<Jurisdiction>), (u64, Option<u64>, bool)>;
type Trusted = BTreeMap<(bool, Topic), Vec<u8>>;

struct Naive<'m> {
    book: &'m Book,
    trusted: &'m Trusted,
    now: u64,
}

impl Naive<'_> {
    fn trusted_on(&self, condition: &Condition<AccountId>, topic: Topic) -> Vec<u8> {
        if !condition.issuers.is_empty() {
            return condition.issuers.iter().map(|id| id.0[0]).collect();
        }
        let own = self.trusted.get(&(true, topic)).filter(|list| !list.is_empty());
        own.or_else(|| self.trusted.get(&(false, topic))).cloned().unwrap_or_default()
    }

    /// Whether the identity has the claim from someone trusted; `None` if nobody is.
    fn holds(&self, condition: &Condition<AccountId>, wanted: &ClaimMatch, identity: u32) -> Option<bool> {
        let trusted = self.trusted_on(condition, wanted.topic);
        if trusted.is_empty() {
            return None;
        }
        Some(self.book.iter().any(|((issuer, subject, topic, scope, country), (issued, expires, revoked))| {
            let scope_fits = match wanted.scope {
                ScopeMatch::General => *scope == Scope::Identity || *scope == Scope::Asset(BOND),
                ScopeMatch::ThisAsset => *scope == Scope::Asset(BOND),
                ScopeMatch::Custom(label) => *scope == Scope::Custom(label),
            };
            trusted.contains(issuer)
                && *subject == identity
                && *topic == wanted.topic
                && scope_fits
                && (wanted.jurisdiction.is_none() || wanted.jurisdiction == *country)
                && !revoked
                && *issued <= self.now
                && expires.is_none_or(|expires| self.now < expires)
        }))
    }

    fn meets(&self, condition: &Condition<AccountId>, identity: Option<u32>) -> bool {
        let Some(identity) = identity else { return false };
        let holds = |wanted: &ClaimMatch| self.holds(condition, wanted, identity);
        match &condition.test {
            Test::Present(wanted) => holds(wanted) == Some(true),
            Test::Absent(wanted) => holds(wanted) == Some(false),
            Test::AnyOf(list) => list.iter().any(|wanted| holds(wanted) == Some(true)),
            Test::NoneOf(list) => list.iter().all(|wanted| holds(wanted) == Some(false)),
            Test::Identity(wanted) => wanted.0 == identity,
        }
    }

    /// Every sender and receiver have a requirement in common; a missing side meets everything.
    fn allows(&self, requirements: &[Requirement<AccountId>], parties: &[(Side, Option<u32>)]) -> bool {
        let side = |wanted: Side| {
            let found: Vec<Option<u32>> =
                parties.iter().filter(|party| party.0 == wanted).map(|party| party.1).collect();
            if found.is_empty() { vec![Err(())] } else { found.into_iter().map(Ok).collect() }
        };
        let passes = |conditions: &[Condition<AccountId>], party: &Result<Option<u32>, ()>| {
            party.is_err() || conditions.iter().all(|condition| self.meets(condition, party.unwrap()))
        };
        requirements.is_empty()
            || side(Side::Sender).iter().all(|from| {
                side(Side::Receiver)
                    .iter()
                    .all(|to| requirements.iter().any(|one| passes(&one.sender, from) && passes(&one.receiver, to)))
            })
    }
}

fn trusted() -> impl Strategy<Value = Trusted> {
    let list = prop::sample::subsequence(vec![0u8, 1, 2], 0..3);
    prop::collection::btree_map((any::<bool>(), topic()), list, 2..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn the_engine_agrees_with_the_naive_evaluator(
        requirements in prop::collection::vec(requirement(), 0..4),
        steps in prop::collection::vec(claim_step(), 0..40),
        trusted in trusted(),
        // Accounts 3 to 6 have the identities 0 to 3, account 7 has none, and there is the module.
        parties in prop::collection::btree_map(3u8..9, any::<bool>(), 1..4),
        protocol in prop::bool::weighted(0.2),
        now in 1_000u64..2_100,
    ) {
        let mut world = World::new();
        for n in 3..7 {
            world.identity(n);
        }
        for ((own, topic), issuers) in &trusted {
            world.trust(own.then_some(BOND), *topic, issuers);
        }
        let mut book = Book::new();
        for ClaimStep { revoke, issuer, claim } in steps {
            let IssueClaim { subject, topic, scope, jurisdiction, issued, expires, .. } = claim.clone();
            let name = (issuer, subject.0, topic, scope, jurisdiction);
            if revoke {
                let done = world.by(issuer, Operation::RevokeClaim(RevokeClaim { subject, topic, scope, jurisdiction }));
                let found = book.get_mut(&name).filter(|claim| !claim.2);
                prop_assert_eq!(done.is_ok(), found.is_some());
                if let Some(claim) = found {
                    claim.2 = true;
                }
            } else if world.by(issuer, Operation::IssueClaim(claim)).is_ok() {
                book.insert(name, (issued.0, expires.map(|time| time.0), false));
            }
        }
        world.require(requirements.clone());
        world.now = now;

        let account = |n: u8| if n == 8 { AUCTIONS } else { number(n) };
        let change = |n: u8, sending: bool| if sending { sends(account(n), BOND) } else { receives(account(n), BOND) };
        let changes: Vec<HolderChange> = parties.iter().map(|(n, sending)| change(*n, *sending)).collect();
        let asked = parties.iter().filter(|(n, sending)| **n != 8 && !(protocol && **sending));
        let asked: Vec<(Side, Option<u32>)> = asked
            .map(|(n, sending)| {
                let side = if *sending { Side::Sender } else { Side::Receiver };
                (side, (*n < 7).then(|| u32::from(*n) - 3))
            })
            .collect();
        let force = if protocol { Force::Protocol } else { Force::Holder };
        let naive = Naive { book: &book, trusted: &trusted, now };
        let outcome = world.check(&changes, force);
        // Without anyone asked nothing is denied.
        let expected = asked.is_empty() || naive.allows(&requirements, &asked);
        prop_assert_eq!(outcome.is_ok(), expected, "{:?}", outcome);
        if let Err(denial) = outcome {
            prop_assert!(!denial.clauses.is_empty());
            prop_assert!(denial.to_string().bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        }
    }
}
