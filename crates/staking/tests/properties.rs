//! Random acts on bonds against a book-keeping that a reader believes at sight.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use std::collections::BTreeMap;

use common::{COIN, COLLECTOR, HOUR, WEALTH, World};
use gage_accounts::Signer;
use gage_staking::BondId;
use gage_units::{Amount, Timestamp};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Act {
    Bond(usize, u64, u128),
    Unbond(usize, u64, u128),
    Claim(usize, u64),
    Reserve(u64, u64),
    Slash(u64, u32, u8, u64),
    Collect,
    Pass(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let (owner, bond) = (0usize..3, 0u64..4);
    prop_oneof![
        4 => (owner.clone(), 0u64..2, 0u128..800).prop_map(|(o, p, n)| Act::Bond(o, p, n)),
        4 => (owner.clone(), bond.clone(), 0u128..500).prop_map(|(o, b, n)| Act::Unbond(o, b, n)),
        3 => (owner, bond.clone()).prop_map(|(o, b)| Act::Claim(o, b)),
        1 => (bond.clone(), 0u64..40).prop_map(|(b, h)| Act::Reserve(b, h)),
        3 => (bond, 0u32..10_500, 0u8..6, 0u64..14).prop_map(|(b, f, e, h)| Act::Slash(b, f, e, h)),
        1 => Just(Act::Collect),
        3 => (1u64..25).prop_map(Act::Pass),
    ]
}

/// One bond: whose, for what, how much, the parts on their way out (amount, claimable from when, left when),
/// reserved until.
#[derive(Clone, Debug)]
struct Stake {
    owner: usize,
    purpose: u64,
    active: u128,
    leaving: Vec<(u128, u64, u64)>,
    reserved: u64,
}

#[derive(Clone, Debug, Default)]
struct Model {
    stakes: BTreeMap<u64, Stake>,
    next: u64,
    free: [u128; 3],
    offences: Vec<(u64, u8)>,
    taken: u128,
    collected: u128,
}

impl Model {
    /// Does the act; `false` if it must be refused.
    fn apply(&mut self, act: &Act, now: u64) -> bool {
        match *act {
            Act::Bond(owner, purpose, amount) => {
                let known = self.stakes.iter().find(|(_, stake)| (stake.owner, stake.purpose) == (owner, purpose));
                let known = known.map(|(id, _)| *id);
                let active = known.map_or(0, |id| self.stakes[&id].active) + amount;
                if amount == 0 || active < 100 || self.free[owner] < amount {
                    return false;
                }
                self.free[owner] -= amount;
                if let Some(id) = known {
                    self.stakes.get_mut(&id).unwrap().active = active;
                } else {
                    self.stakes.insert(self.next, Stake { owner, purpose, active, leaving: vec![], reserved: 0 });
                    self.next += 1;
                }
                true
            }
            Act::Unbond(owner, bond, amount) => {
                let Some(stake) = self.stakes.get_mut(&bond) else { return false };
                let left = stake.active.checked_sub(amount);
                let enough = left.is_some_and(|left| left == 0 || left >= 100);
                if stake.owner != owner || amount == 0 || !enough || now < stake.reserved || stake.leaving.len() >= 8 {
                    return false;
                }
                stake.active -= amount;
                stake.leaving.push((amount, now + 20 * HOUR, now));
                true
            }
            Act::Claim(owner, bond) => {
                let Some(stake) = self.stakes.get_mut(&bond) else { return false };
                let due: u128 = stake.leaving.iter().filter(|part| part.1 <= now).map(|part| part.0).sum();
                if stake.owner != owner || due == 0 {
                    return false;
                }
                stake.leaving.retain(|part| part.1 > now);
                self.free[owner] += due;
                self.forget(bond);
                true
            }
            Act::Reserve(bond, hours) => {
                let Some(stake) = self.stakes.get_mut(&bond) else { return false };
                let until = now + hours * HOUR;
                if until > stake.reserved {
                    stake.reserved = until;
                    stake.leaving.iter_mut().for_each(|part| part.1 = part.1.max(until));
                }
                true
            }
            Act::Slash(bond, fraction, offence, ago) => {
                let Some(stake) = self.stakes.get_mut(&bond) else { return false };
                if fraction == 0 || fraction > 10_000 || ago > 10 || self.offences.contains(&(bond, offence)) {
                    return false;
                }
                let cut = |amount: u128| (amount * u128::from(fraction)).div_ceil(10_000);
                // The window of evidence is that of the offence: what was bonded then answers, however it left.
                let answers = |part: &&mut (u128, u64, u64)| now - ago * HOUR <= part.2;
                let leaving: u128 = stake.leaving.iter_mut().filter(answers).map(|part| cut(part.0)).sum();
                if cut(stake.active) + leaving == 0 {
                    return false;
                }
                self.taken += cut(stake.active) + leaving;
                stake.active -= cut(stake.active);
                stake.leaving.iter_mut().filter(answers).for_each(|part| part.0 -= cut(part.0));
                stake.leaving.retain(|part| part.0 > 0);
                self.offences.push((bond, offence));
                self.forget(bond);
                true
            }
            Act::Collect => {
                self.collected += std::mem::take(&mut self.taken);
                true
            }
            Act::Pass(_) => true,
        }
    }

    fn forget(&mut self, bond: u64) {
        if self.stakes.get(&bond).is_some_and(|stake| stake.active == 0 && stake.leaving.is_empty()) {
            self.stakes.remove(&bond);
        }
    }
}

fn run(world: &mut World, act: &Act) -> bool {
    match *act {
        Act::Bond(owner, purpose, amount) => world.bond(owner, purpose, amount).is_ok(),
        Act::Unbond(owner, bond, amount) => world.unbond(owner, bond, amount).is_ok(),
        Act::Claim(owner, bond) => world.claim(owner, bond).is_ok(),
        Act::Reserve(bond, hours) => {
            let until = Timestamp(world.time + hours * HOUR);
            world.act(|draft| gage_staking::reserve(draft, BondId(bond), until)).is_ok()
        }
        Act::Slash(bond, fraction, offence, ago) => {
            let occurred_at = world.time - ago * HOUR;
            world.slash(bond, fraction, offence, occurred_at).is_ok()
        }
        Act::Collect => {
            let ctx = world.ctx(Signer::Protocol);
            world.act(|draft| gage_staking::hand_over(draft, &ctx, 1, COLLECTOR)).is_ok()
        }
        Act::Pass(hours) => {
            world.time += hours * HOUR;
            true
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn bonds_agree_with_the_model(acts in prop::collection::vec(act(), 1..80)) {
        let mut world = World::new();
        world.time += 1_000 * HOUR;
        let mut model = Model { free: [WEALTH; 3], ..Model::default() };
        for act in &acts {
            let done = run(&mut world, act);
            prop_assert_eq!(done, model.apply(act, world.time), "{:?}", act);
            for owner in 0..3 {
                prop_assert_eq!(world.free(owner), model.free[owner]);
                let of = |stake: &&Stake| stake.owner == owner;
                let leaving = |stake: &Stake| stake.leaving.iter().map(|part| part.0).sum::<u128>();
                let held: u128 = model.stakes.values().filter(of).map(|stake| stake.active + leaving(stake)).sum();
                prop_assert_eq!(world.held(owner), held);
                for purpose in 0..2 {
                    let stake = model.stakes.values().find(|stake| (stake.owner, stake.purpose) == (owner, purpose));
                    prop_assert_eq!(world.bonded(owner, purpose), stake.map_or(0, |stake| stake.active));
                }
            }
            let waiting = gage_staking::proceeds(&world.draft, 1).first().map_or(0, |waiting| waiting.2.0);
            prop_assert_eq!(waiting, model.taken);
            prop_assert_eq!(gage_ledger::balance(&world.draft, COLLECTOR, COIN).free, Amount(model.collected));
        }
    }
}
