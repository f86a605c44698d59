//! Policies, bundles, breakers: what one account's rules let its keys do, worked by hand.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::operations::{
    AddKey, ExecuteBundle, FreezeSelf, RemoveKey, RotateKey, SetBreaker, SetGuardians, SetPolicy, SetThreshold, Thaw,
};
use gage_accounts::{
    BUNDLES_OF_KEY_MAX, Beyond, Bound, Breaker, Condition, Effects, Error, LOOSENING_FLOOR_MS, Limit, NewKey,
    Operation, OperationKind, Policy, Question, Role, Rule, Tripped, Verdict, policy_proof, prune_bundle, query,
};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, Bps, Timestamp};

const DAY: u64 = 86_400_000;
const HOUR: u64 = 3_600_000;

fn rule(number: u16, when: Condition, limit: Option<Limit>, then: Verdict) -> Rule {
    Rule { number, when, limit, then }
}

fn limit(amount: u128, window_ms: u64, beyond: Beyond) -> Option<Limit> {
    Some(Limit { amount: Amount(amount), window_ms, beyond })
}

fn set(rules: Vec<Rule>, delay_ms: u64) -> Operation {
    Operation::SetPolicy(SetPolicy { policy: Policy { delay_ms, rules } })
}

fn breaker(limit: u128, window_ms: u64, beyond: Tripped) -> Operation {
    let breaker = Some(Breaker { limit: Amount(limit), window_ms, beyond });
    Operation::SetBreaker(SetBreaker { asset: COIN, breaker })
}

/// Account 1: owners 1, 2 and 3 of threshold 2, operator 4, approver 5.
fn account() -> (Draft, AccountNumber) {
    let mut draft = draft();
    let approver = NewKey { role: Role::Approver, ..owner(5) };
    let number = open(&mut draft, 1, &[owner(1), owner(2), owner(3), operator(4), approver], 2).unwrap();
    (draft, number)
}

fn pays(draft: &mut Draft, time: u64, number: AccountNumber, keys: &[u8], to: u8, amount: u128) -> Result<(), Error> {
    let keys: Vec<_> = keys.iter().map(|n| id(*n)).collect();
    act(draft, time, number, &keys, &[], &effects(&[pay(to, amount, 1_000)], 0))
}

fn manage(draft: &mut Draft, time: u64, number: AccountNumber, operation: Operation) -> Result<(), Error> {
    act(draft, time, number, &[id(1), id(2)], &[operation], &Effects::default())
}

#[test]
fn the_first_rule_that_fits_decides() {
    let (mut draft, number) = account();
    let to = |n: u8| Condition { destinations: vec![name(n)], ..Condition::default() };
    let share = Condition { share_above: Some(Bps(5_000)), ..Condition::default() };
    let operator = Condition { signers: Some(group(&[4], 1)), at_most: Some(Amount(10)), ..to(8) };
    let rules = vec![
        rule(1, to(9), None, Verdict::Deny),
        rule(2, share, None, Verdict::Require { group: Some(group(&[3, 5], 2)), delay_ms: 0 }),
        rule(3, operator, limit(25, DAY, Beyond::NextRule), Verdict::Allow),
    ];
    manage(&mut draft, 1, number, set(rules, 0)).unwrap();
    assert_eq!(pays(&mut draft, 2, number, &[1, 2], 9, 1), Err(Error::DeniedByRule { rule: 1 }));
    assert_eq!(pays(&mut draft, 2, number, &[1, 2], 7, 501), Err(Error::NeedsApproval { rule: 2 }));
    assert_eq!(pays(&mut draft, 2, number, &[1, 2, 3, 5], 7, 501), Ok(()));
    assert_eq!(pays(&mut draft, 2, number, &[1, 2], 7, 500), Ok(()));
    assert_eq!(pays(&mut draft, 2, number, &[4], 8, 10), Ok(()));
    assert_eq!(pays(&mut draft, 2, number, &[4], 8, 11), Err(Error::BelowThreshold));
    assert_eq!(pays(&mut draft, 2, number, &[4], 7, 1), Err(Error::BelowThreshold));
    assert_eq!(pays(&mut draft, 2, number, &[4], 8, 10), Ok(()));
    // The window holds five more; what exceeds it is for the next rule, here the threshold.
    assert_eq!(pays(&mut draft, 2, number, &[4], 8, 6), Err(Error::BelowThreshold));
    assert_eq!(pays(&mut draft, 2, number, &[1, 4], 8, 6), Ok(()));
    assert_eq!(pays(&mut draft, 2, number, &[1], 8, 1), Err(Error::BelowThreshold));
}

#[test]
fn a_refusal_names_the_next_valid_time() {
    let (mut draft, number) = account();
    manage(
        &mut draft,
        1,
        number,
        set(vec![rule(1, Condition::default(), limit(100, DAY, Beyond::Refuse), Verdict::Allow)], 0),
    )
    .unwrap();
    assert_eq!(pays(&mut draft, 10, number, &[1, 2], 7, 70), Ok(()));
    let refused = pays(&mut draft, HOUR, number, &[1, 2], 7, 31);
    let Err(Error::OverLimit { rule: 1, next: Some(next) }) = refused else { panic!("{refused:?}") };
    // The slice of two hours in which 70 left is a day old then.
    assert_eq!(next, Timestamp(2 * HOUR - 1 + DAY));
    assert!(pays(&mut draft, next.0 - 1, number, &[1, 2], 7, 31).is_err());
    assert_eq!(pays(&mut draft, next.0, number, &[1, 2], 7, 31), Ok(()));
    assert_eq!(pays(&mut draft, next.0, number, &[1, 2], 7, 101), Err(Error::OverLimit { rule: 1, next: None }));
}

#[test]
fn operations_without_value_are_acts_too() {
    let (mut draft, number) = account();
    let kind = OperationKind { module: 10, verb: Some(3) };
    let when = Condition { operations: vec![kind], ..Condition::default() };
    let rules = vec![rule(1, when, None, Verdict::Require { group: Some(group(&[5], 1)), delay_ms: 0 })];
    manage(&mut draft, 1, number, set(rules, 0)).unwrap();
    let bare = |verb| Effects { acts: vec![gage_accounts::Act { module: 10, verb, flow: None }], ..Effects::default() };
    assert_eq!(act(&mut draft, 2, number, &[id(1), id(2)], &[], &bare(3)), Err(Error::NeedsApproval { rule: 1 }));
    assert_eq!(act(&mut draft, 2, number, &[id(1), id(2)], &[], &bare(4)), Ok(()));
    assert_eq!(act(&mut draft, 2, number, &[id(1), id(2), id(5)], &[], &bare(3)), Ok(()));
}

#[test]
fn what_restricts_is_immediate_and_what_loosens_waits() {
    let (mut draft, number) = account();
    let allow = |amount| rule(1, Condition::default(), limit(amount, DAY, Beyond::Refuse), Verdict::Allow);
    manage(&mut draft, 1, number, set(vec![allow(100)], HOUR)).unwrap();
    let wait = Err(Error::LooseningMustWait { wait_ms: HOUR + LOOSENING_FLOOR_MS });
    let deny = rule(2, Condition::default(), None, Verdict::Deny);
    let add = |n| Operation::AddKey(AddKey { key: owner(n) });
    let looser = [
        set(vec![allow(101)], HOUR),
        set(vec![allow(100)], HOUR - 1),
        set(vec![], HOUR),
        set(vec![allow(100), rule(2, Condition::default(), None, Verdict::Allow)], HOUR),
        set(vec![rule(1, Condition::default(), limit(100, DAY - 1, Beyond::Refuse), Verdict::Allow)], HOUR),
        set(vec![rule(1, Condition::default(), limit(100, DAY, Beyond::NextRule), Verdict::Allow)], HOUR),
        add(9),
        Operation::RotateKey(RotateKey { old: id(1), new: public(9), expires: None }),
        Operation::SetThreshold(SetThreshold { threshold: 1 }),
        Operation::SetGuardians(SetGuardians { guardians: vec![name(2)], threshold: 1, delay_ms: DAY }),
    ];
    open(&mut draft, 2, &[owner(1)], 1).unwrap();
    for operation in looser {
        assert_eq!(manage(&mut draft, 2, number, operation.clone()), wait, "{operation:?}");
        // Nor together with something that restricts.
        let both = [operation, Operation::RemoveKey(RemoveKey { key: id(5) })];
        assert_eq!(act(&mut draft, 2, number, &[id(1), id(2)], &both, &Effects::default()), wait);
    }
    for operation in [
        set(vec![deny.clone(), allow(100)], HOUR),
        set(vec![deny.clone(), allow(99)], HOUR + 1),
        breaker(50, DAY, Tripped::Queue { delay_ms: DAY }),
        breaker(40, DAY, Tripped::Refuse),
        Operation::RemoveKey(RemoveKey { key: id(5) }),
        Operation::SetThreshold(SetThreshold { threshold: 3 }),
    ] {
        manage(&mut draft, 3, number, operation).unwrap();
    }

    // As a bundle, once the owners' approvals have waited so long; one that is younger does not count.
    let keys = [id(1), id(2), id(3)];
    let operation = [add(9)];
    let bytes = borsh::to_vec(&operation[..]).unwrap();
    let bundle = propose_by(&mut draft, 10, number, id(1), &bytes, true, 30 * DAY).unwrap();
    for (key, time) in keys.iter().zip([10, 20, DAY]) {
        approve_by(&mut draft, time, bundle, *key).unwrap();
    }
    let ready = DAY + HOUR + 1 + LOOSENING_FLOOR_MS;
    let savepoint = draft.savepoint();
    let early = run_bundle(&mut draft, ready - 1, bundle, &operation, &Effects::default());
    assert_eq!(early, Err(Error::LooseningMustWait { wait_ms: HOUR + 1 + LOOSENING_FLOOR_MS }));
    draft.undo_to(savepoint);
    assert_eq!(run_bundle(&mut draft, ready, bundle, &operation, &Effects::default()), Ok(()));
    assert_eq!(query::account(&draft, &name(1)).unwrap().keys.len(), 5);
}

#[test]
fn no_bundle_executes_with_an_approval_of_another_epoch() {
    let changes = [
        Operation::RemoveKey(RemoveKey { key: id(5) }),
        Operation::AddKey(AddKey { key: owner(9) }),
        Operation::RotateKey(RotateKey { old: id(3), new: public(9), expires: None }),
        Operation::SetThreshold(SetThreshold { threshold: 3 }),
        set(vec![], 1),
        breaker(1_000, DAY, Tripped::Refuse),
        Operation::SetGuardians(SetGuardians { guardians: vec![name(2)], threshold: 1, delay_ms: DAY }),
    ];
    for change in changes {
        let (mut draft, number) = account();
        open(&mut draft, 2, &[owner(1)], 1).unwrap();
        let bundle = propose_by(&mut draft, 1, number, id(1), b"x", false, DAY).unwrap();
        approve_by(&mut draft, 1, bundle, id(1)).unwrap();
        approve_by(&mut draft, 1, bundle, id(2)).unwrap();
        manage(&mut draft, 2, number, change.clone()).unwrap();
        let execute = Operation::ExecuteBundle(ExecuteBundle { bundle, key: id(1) });
        let refused = act(&mut draft, 3, number, &[id(1)], &[execute], &Effects::default());
        assert_eq!(refused, Err(Error::StaleApproval), "{change:?}");
        assert_eq!(approve_by(&mut draft, 3, bundle, id(3)), Err(Error::StaleApproval));
        let ran = run_bundle(&mut draft, 3, bundle, &[], &effects(&[pay(7, 1, 10)], 0));
        assert_eq!(ran, Err(Error::StaleApproval), "{change:?}");
    }
}

#[test]
fn an_approval_is_of_one_content() {
    let (mut draft, number) = account();
    let first = propose_by(&mut draft, 1, number, id(1), b"pay one", false, DAY).unwrap();
    let second = propose_by(&mut draft, 1, number, id(1), b"pay one", false, DAY).unwrap();
    let (one, two) =
        (gage_accounts::bundle(&draft, first).unwrap().clone(), gage_accounts::bundle(&draft, second).unwrap().clone());
    assert_ne!(one.hash, two.hash);
    let ctx = at(2, gage_accounts::Signer::Account(number));
    let mut approve =
        |bundle, hash, bytes: &[u8]| gage_accounts::approve(&mut draft, &ctx, number, bundle, hash, bytes, id(1));
    assert_eq!(approve(second, one.hash, b"pay one"), Err(Error::OtherContent));
    assert_eq!(approve(second, two.hash, b"pay all"), Err(Error::OtherContent));
    assert_eq!(approve(second, two.hash, b"pay one"), Ok(()));
    assert_eq!(approve(second, two.hash, b"pay one"), Err(Error::AlreadyApproved));
    // Everything that is bound changes the hash.
    let genesis = GENESIS;
    let same = two.hash_of(&genesis, second);
    let changed = [
        gage_accounts::Bundle { policy_version: 9, ..two.clone() },
        gage_accounts::Bundle { member_epoch: 9, ..two.clone() },
        gage_accounts::Bundle { not_before: Timestamp(9), ..two.clone() },
        gage_accounts::Bundle { not_after: Timestamp(9), ..two.clone() },
        gage_accounts::Bundle { account: AccountNumber(99), ..two.clone() },
        gage_accounts::Bundle { version: 9, ..two.clone() },
    ];
    assert!(changed.iter().all(|bundle| bundle.hash_of(&genesis, second) != same));
    assert_ne!(two.hash_of(&gage_crypto::Hash([1; 32]), second), same);
}

#[test]
fn bundles_are_bounded_and_pruned() {
    let (mut draft, number) = account();
    for _ in 0..BUNDLES_OF_KEY_MAX {
        propose_by(&mut draft, 1, number, id(4), b"x", false, HOUR).unwrap();
    }
    assert_eq!(propose_by(&mut draft, 1, number, id(4), b"x", false, HOUR), Err(Error::TooManyBundles));
    for key in [1, 2, 3] {
        for _ in 0..BUNDLES_OF_KEY_MAX {
            propose_by(&mut draft, 1, number, id(key), b"x", false, HOUR).unwrap();
        }
    }
    assert_eq!(propose_by(&mut draft, 1, number, id(5), b"x", false, HOUR), Err(Error::TooManyBundles));
    let window = |draft: &mut Draft, lasts| propose_by(draft, 1, number, id(5), b"x", false, lasts);
    assert_eq!(window(&mut draft, 0), Err(Error::BadWindow));
    assert_eq!(window(&mut draft, 91 * DAY), Err(Error::BadWindow));
    // The dead make room; what stays is swept.
    assert!(propose_by(&mut draft, HOUR + 2, number, id(5), b"x", false, HOUR).is_ok());
    assert_eq!(query::bundles(&draft, &name(1)).unwrap().len(), 1);
    let later = at(3 * HOUR, gage_accounts::Signer::Protocol);
    assert_eq!(prune_bundle(&mut draft, &later), Some(number));
    assert_eq!(prune_bundle(&mut draft, &later), None);
    assert!(query::bundles(&draft, &name(1)).unwrap().is_empty());
}

#[test]
fn removing_a_member_removes_every_power() {
    let (mut draft, number) = account();
    let by_three = Condition { signers: Some(group(&[3, 4], 1)), ..Condition::default() };
    manage(&mut draft, 1, number, set(vec![rule(1, by_three, None, Verdict::Allow)], 0)).unwrap();
    assert_eq!(pays(&mut draft, 1, number, &[3], 7, 5), Ok(()));
    manage(&mut draft, 2, number, Operation::RemoveKey(RemoveKey { key: id(3) })).unwrap();
    assert_eq!(pays(&mut draft, 3, number, &[3], 7, 5), Err(Error::UnknownKey));
    assert_eq!(pays(&mut draft, 3, number, &[1, 3], 7, 5), Err(Error::UnknownKey));
    for operation in [
        Operation::FreezeSelf(FreezeSelf { key: id(3) }),
        Operation::ExecuteBundle(ExecuteBundle { bundle: 0, key: id(3) }),
    ] {
        let refused = act(&mut draft, 3, number, &[id(3)], &[operation], &Effects::default());
        assert_eq!(refused, Err(Error::UnknownKey));
    }
    // The rule still names it; the others in the group keep their power.
    assert_eq!(pays(&mut draft, 3, number, &[4], 7, 5), Ok(()));
}

#[test]
fn a_breaker_counts_net_and_a_freeze_stops_all() {
    let (mut draft, number) = account();
    manage(&mut draft, 1, number, breaker(100, DAY, Tripped::Refuse)).unwrap();
    let keys = [id(1), id(2)];
    let pays = |draft: &mut Draft, out, into| act(draft, 2, number, &keys, &[], &effects(&[pay(7, out, 1_000)], into));
    assert_eq!(pays(&mut draft, 150, 50), Ok(()));
    assert!(matches!(pays(&mut draft, 1, 0), Err(Error::OverBreaker { queue_ms: None, .. })));
    assert_eq!(pays(&mut draft, 10, 40), Ok(()));
    assert_eq!(pays(&mut draft, 30, 0), Ok(()));
    assert!(matches!(pays(&mut draft, 1, 0), Err(Error::OverBreaker { .. })));

    let freeze = Operation::FreezeSelf(FreezeSelf { key: id(3) });
    assert_eq!(
        act(&mut draft, 3, number, &[id(4)], std::slice::from_ref(&freeze), &Effects::default()),
        Err(Error::KeyDoesNotSign)
    );
    act(&mut draft, 3, number, &[id(3)], &[freeze], &Effects::default()).unwrap();
    assert_eq!(pays(&mut draft, 1, 100), Err(Error::AccountFrozen));
    manage(&mut draft, 4, number, Operation::Thaw(Thaw {})).unwrap();
    assert_eq!(manage(&mut draft, 4, number, Operation::Thaw(Thaw {})), Err(Error::NotFrozen));
    let later = 4 + LOOSENING_FLOOR_MS;
    let paid = effects(&[pay(7, 1, 9)], 1);
    assert_eq!(act(&mut draft, later - 1, number, &keys, &[], &paid), Err(Error::AccountFrozen));
    assert_eq!(act(&mut draft, later, number, &keys, &[], &paid), Ok(()));
}

#[test]
fn the_proof_names_what_bounds() {
    let (mut draft, number) = account();
    let proof = |draft: &Draft, keys, time_ms| {
        let question = Question { asset: COIN, keys, time_ms };
        let answer = policy_proof(draft, Timestamp(5), &name(1), question).unwrap();
        (answer.most.map(|most| most.0), answer.bound)
    };
    assert_eq!(proof(&draft, 1, DAY), (Some(0), Bound::Nobody));
    assert_eq!(proof(&draft, 2, 0), (None, Bound::Threshold));

    let by_operator = Condition { signers: Some(group(&[4], 1)), ..Condition::default() };
    let delayed = Verdict::Require { group: None, delay_ms: 2 * HOUR };
    let rules = vec![
        rule(1, by_operator, limit(25, DAY, Beyond::NextRule), Verdict::Allow),
        rule(2, Condition { above: Some(Amount(50)), ..Condition::default() }, None, delayed),
        rule(3, Condition::default(), limit(40, HOUR, Beyond::Refuse), Verdict::Allow),
    ];
    manage(&mut draft, 1, number, set(rules, 0)).unwrap();
    let limits = |rules: &[u16]| Bound::Limits { rules: rules.to_vec(), sessions: vec![] };
    assert_eq!(proof(&draft, 1, HOUR - 1), (Some(25), limits(&[1])));
    assert_eq!(proof(&draft, 1, DAY), (Some(50), limits(&[1])));
    assert_eq!(proof(&draft, 2, HOUR - 1), (Some(65), limits(&[1, 3])));
    assert_eq!(proof(&draft, 2, HOUR), (Some(105), limits(&[1, 3])));
    assert_eq!(proof(&draft, 2, 2 * HOUR), (None, Bound::Rule(2)));
    assert_eq!(proof(&draft, 2, LOOSENING_FLOOR_MS).0, None);
    manage(&mut draft, 2, number, breaker(30, DAY, Tripped::Refuse)).unwrap();
    assert_eq!(proof(&draft, 2, 2 * HOUR), (Some(30), Bound::Breaker));
    assert_eq!(proof(&draft, 1, HOUR - 1), (Some(25), limits(&[1])));
    // What the owners can change is as free as they are, once it has waited.
    let (mut draft, number) = self::account();
    let rules = vec![rule(1, Condition::default(), limit(10, DAY, Beyond::Refuse), Verdict::Allow)];
    manage(&mut draft, 1, number, set(rules, HOUR)).unwrap();
    let loosening = HOUR + LOOSENING_FLOOR_MS;
    assert_eq!(proof(&draft, 2, loosening - 1), (Some(20), limits(&[1])));
    assert_eq!(proof(&draft, 2, loosening), (None, Bound::Loosening));
    // An approval that waits already shortens what is left to wait.
    let bundle = propose_by(&mut draft, 2, number, id(1), b"x", true, 30 * DAY).unwrap();
    approve_by(&mut draft, 2, bundle, id(1)).unwrap();
    assert_eq!(proof(&draft, 2, loosening - 4), (Some(20), limits(&[1])));
    assert_eq!(proof(&draft, 2, loosening - 3), (None, Bound::Loosening));
    let question = Question { asset: COIN, keys: 6, time_ms: 0 };
    assert_eq!(policy_proof(&draft, Timestamp(5), &name(1), question), Err(Error::TooManySigners));
}
