//! Random members, policies, bundles and time against a naive book, and the policy proof against what
//! random sequences of permitted acts really move.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use std::collections::BTreeMap;

use common::*;
use gage_accounts::operations::{AddKey, RemoveKey, SetBreaker, SetPolicy, SetThreshold};
use gage_accounts::{
    Beyond, Breaker, Condition, Effects, Error, Limit, NewKey, Operation, Policy, Question, Role, Rule, Tripped,
    Verdict, account, policy_proof,
};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, Timestamp};
use proptest::prelude::*;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

#[derive(Clone, Debug)]
enum Step {
    Pay { signers: u8, to: u8, amount: u128 },
    Propose { key: u8, to: u8, amount: u128 },
    Approve { key: u8, bundle: usize },
    Run { bundle: usize },
    Remove(u8),
    Add(u8, Role),
    Threshold(u16),
    Wait(u64),
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Owner), Just(Role::Operator), Just(Role::Approver), Just(Role::Proposer)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1u8..32, 6u8..9, 1u128..60).prop_map(|(signers, to, amount)| Step::Pay { signers, to, amount }),
        3 => (0u8..5, 6u8..9, 1u128..60).prop_map(|(key, to, amount)| Step::Propose { key, to, amount }),
        5 => (0u8..5, 0usize..4).prop_map(|(key, bundle)| Step::Approve { key, bundle }),
        4 => (0usize..4).prop_map(|bundle| Step::Run { bundle }),
        1 => (0u8..5).prop_map(Step::Remove),
        1 => (0u8..5, role()).prop_map(|(key, role)| Step::Add(key, role)),
        1 => (1u16..4).prop_map(Step::Threshold),
        5 => (1u64..90).prop_map(|minutes| Step::Wait(minutes * MINUTE)),
    ]
}

fn rule(number: u16) -> impl Strategy<Value = Rule> {
    let keys = (1u8..32).prop_map(|bits| (0..5u8).filter(|n| bits >> n & 1 == 1).collect::<Vec<u8>>());
    let a_group = (keys, 1u16..3).prop_map(|(keys, weight)| group(&keys, weight));
    let when =
        (prop::option::of(a_group.clone()), prop::option::of(6u8..9), prop::option::of(1u128..60), any::<bool>())
            .prop_map(|(signers, to, edge, above)| Condition {
                signers,
                destinations: to.map(name).into_iter().collect(),
                above: edge.filter(|_| above).map(Amount),
                at_most: edge.filter(|_| !above).map(Amount),
                ..Condition::default()
            });
    let limit = (20u128..120, 1u64..180, any::<bool>()).prop_map(|(amount, minutes, next)| {
        let beyond = if next { Beyond::NextRule } else { Beyond::Refuse };
        Limit { amount: Amount(amount), window_ms: minutes * MINUTE, beyond }
    });
    let verdict = prop_oneof![
        3 => Just(Verdict::Allow),
        2 => (prop::option::of(a_group), 0u64..120)
            .prop_map(|(group, minutes)| Verdict::Require { group, delay_ms: minutes * MINUTE }),
        1 => Just(Verdict::Deny),
    ];
    (when, prop::option::weighted(0.8, limit), verdict).prop_map(move |(when, limit, then)| {
        let limit = limit.filter(|_| then != Verdict::Deny);
        Rule { number, when, limit, then }
    })
}

fn policy() -> impl Strategy<Value = Policy> {
    let rules = (rule(1), rule(2), rule(3), 1usize..4)
        .prop_map(|(a, b, c, count)| [a, b, c].into_iter().take(count).collect::<Vec<Rule>>());
    (rules, prop_oneof![Just(0), 1u64..60]).prop_map(|(rules, minutes)| Policy { delay_ms: minutes * MINUTE, rules })
}

fn breaker() -> impl Strategy<Value = Option<Breaker>> {
    let beyond = prop_oneof![Just(Tripped::Refuse), (1u64..120).prop_map(|m| Tripped::Queue { delay_ms: m * MINUTE })];
    prop::option::of((30u128..150, 1u64..180, beyond).prop_map(|(limit, minutes, beyond)| Breaker {
        limit: Amount(limit),
        window_ms: minutes * MINUTE,
        beyond,
    }))
}

/// One payment that passed, with the rule it passed under as the book sees it, and whether it had waited
/// for the breaker.
struct Paid {
    time: u64,
    amount: u128,
    rule: Option<u16>,
    waited: bool,
}

/// A bundle as the book sees it.
struct Waiting {
    number: u64,
    epoch: u32,
    to: u8,
    amount: u128,
    votes: BTreeMap<u8, u64>,
}

/// The rules in the plainest words: exact windows, epochs as a plain counter.
struct Book {
    keys: BTreeMap<u8, Role>,
    threshold: u32,
    epoch: u32,
    policy: Policy,
    breaker: Option<Breaker>,
    paid: Vec<Paid>,
    bundles: Vec<Waiting>,
}

impl Book {
    fn weight(&self, signers: &[u8], counts: fn(Role) -> bool) -> u32 {
        signers.iter().filter(|key| self.keys.get(key).is_some_and(|role| counts(*role))).count() as u32
    }

    fn in_window(&self, time: u64, window: u64, of: impl Fn(&Paid) -> bool) -> u128 {
        self.paid.iter().filter(|paid| paid.time + window > time && of(paid)).map(|paid| paid.amount).sum()
    }

    /// Under which rule the payment passes; `votes` tells since when each signer's word stands, `direct`
    /// whether it is signed now.
    fn passes(&self, time: u64, votes: &BTreeMap<u8, u64>, direct: bool, to: u8, amount: u128) -> Option<Paid> {
        let aged = |delay: u64| -> Vec<u8> {
            let delay = if direct { delay } else { delay.max(self.policy.delay_ms) };
            votes.iter().filter(|(_, at)| *at + delay <= time).map(|(key, _)| *key).collect()
        };
        let counts = if direct { signs } else { approves };
        let base = |delay| self.weight(&aged(delay), counts) >= self.threshold;
        let in_group = |group: &gage_accounts::Group, delay| {
            let members: Vec<u8> = aged(delay).into_iter().filter(|n| group.keys.contains(&id(*n))).collect();
            self.weight(&members, approves) >= u32::from(group.weight)
        };
        let mut passed = None;
        let mut decided = false;
        for rule in &self.policy.rules {
            let when = &rule.when;
            let fits = when.signers.as_ref().is_none_or(|group| in_group(group, 0))
                && (when.destinations.is_empty() || when.destinations.contains(&name(to)))
                && when.above.is_none_or(|above| amount > above.0)
                && when.at_most.is_none_or(|at_most| amount <= at_most.0);
            if !fits {
                continue;
            }
            if let Some(limit) = rule.limit {
                let used = self.in_window(time, limit.window_ms, |paid| paid.rule == Some(rule.number));
                if used + amount > limit.amount.0 {
                    if limit.beyond == Beyond::NextRule {
                        continue;
                    }
                    return None;
                }
            }
            let good = match &rule.then {
                Verdict::Deny => false,
                Verdict::Allow => when.signers.is_some() || base(0),
                Verdict::Require { group: Some(group), delay_ms } => in_group(group, *delay_ms),
                Verdict::Require { group: None, delay_ms } => base(*delay_ms),
            };
            if !good {
                return None;
            }
            passed = Some(rule.number);
            decided = true;
            break;
        }
        if !decided && !base(0) {
            return None;
        }
        let waited = match self.breaker {
            Some(Breaker { beyond: Tripped::Queue { delay_ms }, .. }) => !direct && base(delay_ms),
            _ => false,
        };
        if let Some(breaker) = self.breaker.filter(|_| !waited) {
            let used = self.in_window(time, breaker.window_ms, |paid| !paid.waited);
            if used + amount > breaker.limit.0 {
                return None;
            }
        }
        Some(Paid { time, amount, rule: passed, waited })
    }

    /// No window's outflow exceeds its limit, seen from now.
    fn holds(&self, time: u64) -> bool {
        let rules = self.policy.rules.iter().filter_map(|rule| Some((rule.number, rule.limit?)));
        let rules_hold = rules.into_iter().all(|(number, limit)| {
            self.in_window(time, limit.window_ms, |paid| paid.rule == Some(number)) <= limit.amount.0
        });
        let breaker_holds = self
            .breaker
            .is_none_or(|breaker| self.in_window(time, breaker.window_ms, |paid| !paid.waited) <= breaker.limit.0);
        rules_hold && breaker_holds
    }
}

fn signs(role: Role) -> bool {
    matches!(role, Role::Owner | Role::Operator)
}

fn approves(role: Role) -> bool {
    matches!(role, Role::Owner | Role::Operator | Role::Approver)
}

fn setup(policy: &Policy, breaker: Option<Breaker>) -> (Draft, AccountNumber, Book) {
    let mut draft = draft();
    let roles = [Role::Owner, Role::Owner, Role::Owner, Role::Operator, Role::Approver];
    let keys: Vec<NewKey> = roles.iter().zip(0u8..).map(|(role, n)| NewKey { role: *role, ..owner(n) }).collect();
    let number = open(&mut draft, 1, &keys, 2).unwrap();
    let mut operations = vec![Operation::SetPolicy(SetPolicy { policy: policy.clone() })];
    if breaker.is_some() {
        operations.push(Operation::SetBreaker(SetBreaker { asset: COIN, breaker }));
    }
    act(&mut draft, 0, number, &[id(0), id(1)], &operations, &Effects::default()).unwrap();
    let keys = roles.iter().zip(0u8..).map(|(role, n)| (n, *role)).collect();
    let (policy, paid, bundles) = (policy.clone(), Vec::new(), Vec::new());
    (draft, number, Book { keys, threshold: 2, epoch: 0, policy, breaker, paid, bundles })
}

fn signers_of(bits: u8) -> Vec<u8> {
    (0..5u8).filter(|n| bits >> n & 1 == 1).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever passes, passes in the book; whatever the book refuses, is refused: windows, epochs, removed
    /// members.
    #[test]
    fn no_window_exceeds_its_limit_and_no_approval_outlives_its_epoch(
        policy in policy(),
        breaker in breaker(),
        steps in prop::collection::vec(step(), 1..50),
    ) {
        let (mut draft, number, mut book) = setup(&policy, breaker);
        let mut now = 1u64;
        for step in steps {
            match step {
                Step::Wait(ms) => now += ms,
                Step::Pay { signers, to, amount } => {
                    let signers = signers_of(signers);
                    let keys: Vec<_> = signers.iter().map(|n| id(*n)).collect();
                    let outcome = act(&mut draft, now, number, &keys, &[], &effects(&[pay(to, amount, 9_999)], 0));
                    let known = signers.iter().all(|n| book.keys.contains_key(n));
                    let votes = signers.iter().map(|n| (*n, now)).collect();
                    let expected = book.passes(now, &votes, true, to, amount).filter(|_| known);
                    if outcome.is_ok() {
                        prop_assert!(expected.is_some(), "the book refuses {signers:?} {to} {amount}");
                    }
                    // Windows are counted a slice longer than they must: only there may it be stricter.
                    let by_slices = matches!(outcome, Err(Error::OverLimit { .. } | Error::OverBreaker { .. }));
                    let next = book.policy.rules.iter().any(|r| r.limit.is_some_and(|l| l.beyond == Beyond::NextRule));
                    if outcome.is_err() && !by_slices && !next {
                        prop_assert!(expected.is_none(), "{outcome:?} where the book lets pass");
                    }
                    book.paid.extend(expected.filter(|_| outcome.is_ok()));
                }
                Step::Propose { key, to, amount } => {
                    let Some(role) = book.keys.get(&key) else { continue };
                    if *role == Role::Approver { continue }
                    if let Ok(bundle) = propose_by(&mut draft, now, number, id(key), b"pay", false, 12 * HOUR) {
                        let (epoch, votes) = (book.epoch, BTreeMap::new());
                        book.bundles.push(Waiting { number: bundle, epoch, to, amount, votes });
                    }
                }
                Step::Approve { key, bundle } => {
                    let Some(waiting) = book.bundles.get_mut(bundle) else { continue };
                    if !book.keys.get(&key).is_some_and(|role| approves(*role)) { continue }
                    let outcome = approve_by(&mut draft, now, waiting.number, id(key));
                    if waiting.epoch != book.epoch {
                        prop_assert!(outcome.is_err());
                    } else if outcome.is_ok() {
                        prop_assert!(waiting.votes.insert(key, now).is_none());
                    }
                }
                Step::Run { bundle } => {
                    if bundle >= book.bundles.len() { continue }
                    let waiting = book.bundles.remove(bundle);
                    let paid = effects(&[pay(waiting.to, waiting.amount, 9_999)], 0);
                    let outcome = run_bundle(&mut draft, now, waiting.number, &[], &paid);
                    let expected = book.passes(now, &waiting.votes, false, waiting.to, waiting.amount);
                    if outcome.is_ok() {
                        prop_assert_eq!(waiting.epoch, book.epoch, "an approval of another epoch");
                        prop_assert!(expected.is_some(), "the book refuses the bundle");
                        book.paid.extend(expected);
                    }
                }
                Step::Remove(key) => {
                    let remove = Operation::RemoveKey(RemoveKey { key: id(key) });
                    if run(&mut draft, number, now, &remove).is_ok() {
                        book.keys.remove(&key);
                        book.epoch += 1;
                    }
                }
                // What waiting it needs is shown elsewhere: here members come as they please.
                Step::Add(key, role) => {
                    let add = Operation::AddKey(AddKey { key: NewKey { role, ..owner(key) } });
                    if run(&mut draft, number, now, &add).is_ok() {
                        book.keys.insert(key, role);
                        book.epoch += 1;
                    }
                }
                Step::Threshold(threshold) => {
                    let set = Operation::SetThreshold(SetThreshold { threshold });
                    if run(&mut draft, number, now, &set).is_ok() {
                        book.threshold = u32::from(threshold);
                        book.epoch += 1;
                    }
                }
            }
            prop_assert!(book.holds(now), "a window's outflow exceeds its limit");
        }
    }

    /// What any set of keys moves by random permitted acts stays within what the proof says; and a set that
    /// spends whatever it may as soon as it may comes as near as its windows let it.
    #[test]
    fn the_policy_proof_bounds_what_is_moved(
        policy in policy(),
        breaker in breaker(),
        set in 1u8..32,
        hours in 0u64..8,
        acts in prop::collection::vec((1u8..32, 6u8..9, 1u128..60, 0u64..40, any::<bool>()), 1..60),
    ) {
        let (mut draft, number, _) = setup(&policy, breaker);
        let size = set.count_ones() as u8;
        let question = Question { asset: COIN, keys: size, time_ms: hours * HOUR };
        let answer = policy_proof(&draft, Timestamp(1), &name(1), question).unwrap();
        let Some(most) = answer.most else { return Ok(()) };
        let (mut now, end, mut moved) = (1u64, 1 + hours * HOUR, 0u128);
        let mut waiting: Vec<(u64, u8, u128)> = Vec::new();
        for (signers, to, amount, minutes, bundled) in acts {
            now = (now + minutes * MINUTE).min(end);
            let signers = signers_of(signers & set);
            let keys: Vec<_> = signers.iter().map(|n| id(*n)).collect();
            let paid = effects(&[pay(to, amount, 9_999)], 0);
            if bundled && !signers.is_empty() {
                if let Ok(bundle) = propose_by(&mut draft, now, number, keys[0], b"pay", false, 30 * HOUR) {
                    for key in &keys {
                        approve_by(&mut draft, now, bundle, *key).unwrap();
                    }
                    waiting.push((bundle, to, amount));
                }
            } else if act(&mut draft, now, number, &keys, &[], &paid).is_ok() {
                moved += amount;
            }
            if waiting.len() > 3 {
                let (bundle, to, amount) = waiting.remove(0);
                if run_bundle(&mut draft, now, bundle, &[], &effects(&[pay(to, amount, 9_999)], 0)).is_ok() {
                    moved += amount;
                }
            }
        }
        for (bundle, to, amount) in waiting {
            if run_bundle(&mut draft, end, bundle, &[], &effects(&[pay(to, amount, 9_999)], 0)).is_ok() {
                moved += amount;
            }
        }
        prop_assert!(moved <= most.0, "{moved} moved by {set:b}, proved {answer:?}");
        prop_assert!(account(&draft, number).is_ok());
    }

    /// Within less than a window the proof of one limit is exact: it can be reached.
    #[test]
    fn the_policy_proof_is_reached(amount in 1u128..1_000, minutes in 2u64..600, breaks in 1u128..1_000) {
        let window_ms = minutes * MINUTE;
        let limit = Some(Limit { amount: Amount(amount), window_ms, beyond: Beyond::Refuse });
        let rule = Rule { number: 1, when: Condition::default(), limit, then: Verdict::Allow };
        let policy = Policy { delay_ms: 0, rules: vec![rule] };
        let breaker = Some(Breaker { limit: Amount(breaks), window_ms, beyond: Tripped::Refuse });
        let (mut draft, number, _) = setup(&policy, breaker);
        let question = Question { asset: COIN, keys: 2, time_ms: window_ms - 1 };
        let most = policy_proof(&draft, Timestamp(1), &name(1), question).unwrap().most.unwrap().0;
        prop_assert_eq!(most, amount.min(breaks));
        let keys = [id(0), id(1)];
        prop_assert!(act(&mut draft, 1, number, &keys, &[], &effects(&[pay(7, most, 9_999)], 0)).is_ok());
        prop_assert!(act(&mut draft, 2, number, &keys, &[], &effects(&[pay(7, 1, 9_999)], 0)).is_err());
    }
}
