//! Random management of an account against a naive book, with the audit after every step.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use std::collections::BTreeMap;

use common::*;
use gage_accounts::operations::{AddKey, CloseSession, OpenSession, RemoveKey, RotateKey, SetThreshold};
use gage_accounts::{Class, Grant, NewKey, Operation, Role, query};
use gage_crypto::KeyId;
use gage_store::Kind;
use gage_units::Timestamp;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Add { key: u8, weight: u16, operator: bool, mortal: bool },
    Rotate(u8, u8),
    Remove(u8),
    Threshold(u16),
    Open(u8, u64),
    Close(u8),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0u8..10;
    prop_oneof![
        3 => (key.clone(), 0u16..4, any::<bool>(), prop::bool::weighted(0.3))
            .prop_map(|(key, weight, operator, mortal)| Step::Add { key, weight, operator, mortal }),
        2 => (key.clone(), key.clone()).prop_map(|(old, new)| Step::Rotate(old, new)),
        3 => key.clone().prop_map(Step::Remove),
        2 => (0u16..6).prop_map(Step::Threshold),
        2 => (key.clone(), 1u64..60).prop_map(|(key, lasts)| Step::Open(key, lasts)),
        1 => key.prop_map(Step::Close),
        1 => (1u64..30).prop_map(Step::Wait),
    ]
}

/// The rules in the plainest words.
#[derive(Clone, Default)]
struct Model {
    keys: BTreeMap<KeyId, NewKey>,
    since: BTreeMap<KeyId, u64>,
    sessions: BTreeMap<KeyId, (u64, u64)>,
    threshold: u16,
}

impl Model {
    fn apply(&mut self, step: &Step, now: u64) -> bool {
        let before = self.clone();
        let done = self.attempt(step, now).is_some();
        if !done {
            *self = before;
        }
        done
    }

    fn attempt(&mut self, step: &Step, now: u64) -> Option<()> {
        let free =
            |model: &Model, key: u8| !model.keys.contains_key(&id(key)) && !model.sessions.contains_key(&id(key));
        match step {
            Step::Add { key, .. } => {
                if !free(self, *key) || self.keys.len() >= 16 || new_key(step, now).weight == 0 {
                    return None;
                }
                self.keys.insert(id(*key), new_key(step, now));
                self.since.insert(id(*key), now);
            }
            Step::Rotate(old, new) => {
                let key = *self.keys.get(&id(*old))?;
                if !free(self, *new) {
                    return None;
                }
                self.drop_key(id(*old));
                self.keys.insert(id(*new), NewKey { public_key: public(*new), expires: None, ..key });
                self.since.insert(id(*new), now);
            }
            Step::Remove(key) => {
                self.keys.get(&id(*key))?;
                self.drop_key(id(*key));
            }
            Step::Threshold(threshold) => self.threshold = *threshold,
            Step::Open(key, lasts) => {
                self.sessions.retain(|_, (_, ends)| *ends > now);
                if !free(self, *key) {
                    return None;
                }
                self.sessions.insert(id(*key), (now, now + lasts));
            }
            Step::Close(key) => {
                self.sessions.remove(&id(*key))?;
            }
            Step::Wait(_) => {}
        }
        let lasting = self.keys.values().filter(|key| key.role == Role::Owner && key.expires.is_none());
        let weight: u16 = lasting.map(|key| key.weight).sum();
        (self.threshold > 0 && weight >= self.threshold).then_some(())
    }

    fn drop_key(&mut self, key: KeyId) {
        let since = self.since.remove(&key).unwrap();
        if self.keys.remove(&key).unwrap().role == Role::Owner {
            self.sessions.retain(|_, (opened, _)| *opened < since);
        }
    }
}

fn new_key(step: &Step, now: u64) -> NewKey {
    let Step::Add { key, weight, operator, mortal } = step else { unreachable!() };
    let role = if *operator { Role::Operator } else { Role::Owner };
    NewKey { public_key: public(*key), weight: *weight, role, expires: mortal.then_some(Timestamp(now + 20)) }
}

fn operation(step: &Step, now: u64) -> Option<Operation> {
    Some(match step {
        Step::Add { .. } => Operation::AddKey(AddKey { key: new_key(step, now) }),
        Step::Rotate(old, new) => Operation::RotateKey(RotateKey { old: id(*old), new: public(*new), expires: None }),
        Step::Remove(key) => Operation::RemoveKey(RemoveKey { key: id(*key) }),
        Step::Threshold(threshold) => Operation::SetThreshold(SetThreshold { threshold: *threshold }),
        Step::Open(key, lasts) => Operation::OpenSession(OpenSession {
            key: public(*key),
            scope: vec![Grant { module: 10, classes: vec![Class::Reduce] }],
            expires: Timestamp(now + lasts),
            limits: vec![],
        }),
        Step::Close(key) => Operation::CloseSession(CloseSession { key: id(*key) }),
        Step::Wait(_) => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn an_account_follows_the_book(steps in prop::collection::vec(step(), 1..60)) {
        let mut draft = draft();
        let number = open(&mut draft, 1, &[owner(0), owner(1)], 1).unwrap();
        let mut model = Model { threshold: 1, ..Model::default() };
        for n in 0..2 {
            model.keys.insert(id(n), owner(n));
            model.since.insert(id(n), 0);
        }
        let mut now = 1;
        for step in steps {
            if let Step::Wait(ms) = step {
                now += ms;
            }
            let Some(operation) = operation(&step, now) else { continue };
            let epoch = query::account(&draft, &name(1)).unwrap().member_epoch;
            let before = content(&draft, Kind::Authenticated);
            let done = run(&mut draft, number, now, &operation).is_ok();
            prop_assert_eq!(done, model.apply(&step, now), "{:?}", step);
            let view = query::account(&draft, &name(1)).unwrap();
            if done {
                let members = matches!(step, Step::Add { .. } | Step::Rotate(..) | Step::Remove(_));
                prop_assert_eq!(view.member_epoch, epoch + u64::from(members));
            } else {
                prop_assert_eq!(content(&draft, Kind::Authenticated), before);
            }
            let keys: Vec<KeyId> = view.keys.iter().map(|key| key.id).collect();
            let sessions: Vec<KeyId> = view.sessions.iter().map(|session| session.id).collect();
            prop_assert_eq!(keys, model.keys.keys().copied().collect::<Vec<_>>());
            prop_assert_eq!(sessions, model.sessions.keys().copied().collect::<Vec<_>>());
            prop_assert_eq!(view.threshold, model.threshold);
        }
    }
}
