//! Random acts on the ledger against a book-keeping that a reader believes at sight.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use std::collections::BTreeMap;

use common::{ISSUED, MINTER, MODULE_MINTED, World};
use gage_accounts::Signer;
use gage_ledger::{Beneficiary, HoldId, NewHold};
use gage_store::Kind;
use gage_units::{Amount, AssetId, Timestamp};
use proptest::prelude::*;

/// (user, asset) -> [free, held, pledged], and what each hold and pledge holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Model {
    parts: BTreeMap<(usize, u32), [u128; 3]>,
    holds: BTreeMap<u64, (usize, u32, u128, u64)>,
    pledges: BTreeMap<(usize, u32, u64), u128>,
    next_hold: u64,
}

#[derive(Clone, Debug)]
enum Act {
    Mint(usize, u32, u128),
    Burn(usize, u32, u128),
    Transfer(usize, usize, u32, u128),
    Hold(usize, u32, u128, u64),
    Settle(u64, usize, u128),
    Release(u64),
    Pledge(usize, u32, u64, u128),
    Unpledge(usize, u32, u64, u128),
    Seize(usize, usize, u32, u64, u128),
    Pass(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let (user, asset, amount) = (0usize..3, 0u32..2, 0u128..60);
    let purpose = 0u64..2;
    prop_oneof![
        3 => (user.clone(), asset.clone(), amount.clone()).prop_map(|(u, a, n)| Act::Mint(u, a, n)),
        1 => (user.clone(), asset.clone(), amount.clone()).prop_map(|(u, a, n)| Act::Burn(u, a, n)),
        4 => (user.clone(), user.clone(), asset.clone(), amount.clone()).prop_map(|(f, t, a, n)| Act::Transfer(f, t, a, n)),
        3 => (user.clone(), asset.clone(), amount.clone(), 1u64..40).prop_map(|(u, a, n, e)| Act::Hold(u, a, n, e)),
        2 => (0u64..6, user.clone(), amount.clone()).prop_map(|(h, t, n)| Act::Settle(h, t, n)),
        1 => (0u64..6).prop_map(Act::Release),
        3 => (user.clone(), asset.clone(), purpose.clone(), amount.clone()).prop_map(|(u, a, p, n)| Act::Pledge(u, a, p, n)),
        2 => (user.clone(), asset.clone(), purpose.clone(), amount.clone()).prop_map(|(u, a, p, n)| Act::Unpledge(u, a, p, n)),
        2 => (user.clone(), user, asset, purpose, amount).prop_map(|(u, t, a, p, n)| Act::Seize(u, t, a, p, n)),
        1 => (0u64..25).prop_map(Act::Pass),
    ]
}

const FREE: usize = 0;
const HELD: usize = 1;
const PLEDGED: usize = 2;

impl Model {
    fn part(&mut self, user: usize, asset: u32, part: usize) -> &mut u128 {
        &mut self.parts.entry((user, asset)).or_default()[part]
    }

    fn take(&mut self, user: usize, asset: u32, part: usize, amount: u128) -> bool {
        let held = self.part(user, asset, part);
        let enough = amount > 0 && *held >= amount;
        if enough {
            *held -= amount;
        }
        enough
    }

    /// Does the act; `false` if it must be refused.
    fn apply(&mut self, act: &Act, now: u64) -> bool {
        let before = self.clone();
        let done = self.try_apply(act, now);
        if !done {
            *self = before;
        }
        done
    }

    fn try_apply(&mut self, act: &Act, now: u64) -> bool {
        match *act {
            Act::Mint(user, asset, amount) => {
                *self.part(user, asset, FREE) += amount;
                amount > 0
            }
            Act::Burn(user, asset, amount) => self.take(user, asset, FREE, amount),
            Act::Transfer(from, to, asset, amount) => {
                let done = from != to && self.take(from, asset, FREE, amount);
                *self.part(to, asset, FREE) += amount;
                done
            }
            Act::Hold(user, asset, amount, ahead) => {
                let done = self.take(user, asset, FREE, amount);
                *self.part(user, asset, HELD) += amount;
                self.holds.insert(self.next_hold, (user, asset, amount, now + ahead));
                self.next_hold += 1;
                done
            }
            Act::Settle(hold, to, amount) => {
                let Some((owner, asset, left, _)) = self.holds.get_mut(&hold) else { return false };
                if amount == 0 || *left < amount {
                    return false;
                }
                *left -= amount;
                let (owner, asset, left) = (*owner, *asset, *left);
                if left == 0 {
                    self.holds.remove(&hold);
                }
                let done = self.take(owner, asset, HELD, amount);
                *self.part(to, asset, FREE) += amount;
                done
            }
            Act::Release(hold) => {
                let Some((owner, asset, left, _)) = self.holds.remove(&hold) else { return false };
                *self.part(owner, asset, FREE) += left;
                self.take(owner, asset, HELD, left)
            }
            Act::Pledge(user, asset, purpose, amount) => {
                *self.pledges.entry((user, asset, purpose)).or_default() += amount;
                *self.part(user, asset, PLEDGED) += amount;
                self.take(user, asset, FREE, amount)
            }
            Act::Unpledge(user, asset, purpose, amount) => self.unmark(user, user, asset, purpose, amount),
            Act::Seize(user, to, asset, purpose, amount) => self.unmark(user, to, asset, purpose, amount),
            Act::Pass(_) => unreachable!("time passes in the test itself"),
        }
    }

    fn unmark(&mut self, user: usize, to: usize, asset: u32, purpose: u64, amount: u128) -> bool {
        let marked = self.pledges.entry((user, asset, purpose)).or_default();
        if *marked < amount {
            return false;
        }
        *marked -= amount;
        *self.part(to, asset, FREE) += amount;
        self.take(user, asset, PLEDGED, amount)
    }

    fn expire(&mut self, now: u64) {
        let due: Vec<u64> = self.holds.iter().filter(|(_, hold)| hold.3 <= now).map(|(id, _)| *id).collect();
        for hold in due {
            assert!(self.apply(&Act::Release(hold), now));
        }
    }
}

fn run(world: &mut World, act: &Act) -> bool {
    let of = |purpose| Beneficiary { module: MINTER, id: purpose };
    let ctx = world.ctx(Signer::Protocol);
    let users = world.users.clone();
    let issuer_act = |user: usize, asset: u32, amount: u128, world: &mut World, mint: bool| {
        let (to, amount, asset) = (users[user], Amount(amount), AssetId(asset));
        if asset == MODULE_MINTED {
            world.act(|draft| {
                if mint {
                    gage_ledger::mint(draft, &ctx, MINTER, asset, to, amount)
                } else {
                    gage_ledger::burn(draft, &ctx, MINTER, asset, to, amount)
                }
            })
        } else {
            assert_eq!(asset, ISSUED);
            let to = world.id(user);
            // Only the issuer burns, on his own account: others hand it to him first.
            let operation = if mint {
                gage_ledger::Operation::Mint(gage_ledger::operations::Mint { asset, to, amount })
            } else {
                if user != 0 && gage_ledger::balance(&world.draft, users[user], asset).free < amount {
                    return Err(gage_ledger::Error::InsufficientBalance("free"));
                }
                if user != 0 && !amount.is_zero() {
                    world.act(|draft| gage_ledger::transfer(draft, &ctx, users[user], users[0], asset, amount))?;
                }
                gage_ledger::Operation::Burn(gage_ledger::operations::Burn { asset, amount })
            };
            world.run(0, &operation)
        }
    };
    let result = match *act {
        Act::Mint(user, asset, amount) => issuer_act(user, asset, amount, world, true),
        Act::Burn(user, asset, amount) => issuer_act(user, asset, amount, world, false),
        Act::Transfer(from, to, asset, amount) => world
            .act(|draft| gage_ledger::transfer(draft, &ctx, users[from], users[to], AssetId(asset), Amount(amount))),
        Act::Hold(user, asset, amount, ahead) => world.act(|draft| {
            let new = NewHold {
                owner: users[user],
                asset: AssetId(asset),
                amount: Amount(amount),
                purpose: of(0),
                beneficiary: users[0],
                expires: Timestamp(ctx.time.0 + ahead),
            };
            gage_ledger::hold(draft, &ctx, &new).map(|_| ())
        }),
        Act::Settle(hold, to, amount) => {
            world.act(|draft| gage_ledger::settle(draft, &ctx, HoldId(hold), users[to], Amount(amount)))
        }
        Act::Release(hold) => world.act(|draft| gage_ledger::release(draft, &ctx, HoldId(hold))),
        Act::Pledge(user, asset, purpose, amount) => world
            .act(|draft| gage_ledger::pledge(draft, &ctx, users[user], AssetId(asset), of(purpose), Amount(amount))),
        Act::Unpledge(user, asset, purpose, amount) => world
            .act(|draft| gage_ledger::unpledge(draft, &ctx, users[user], AssetId(asset), of(purpose), Amount(amount))),
        Act::Seize(user, to, asset, purpose, amount) => world.act(|draft| {
            gage_ledger::seize(draft, &ctx, users[user], AssetId(asset), of(purpose), users[to], Amount(amount))
        }),
        Act::Pass(ms) => {
            world.time = Timestamp(world.time.0 + ms);
            let ctx = world.ctx(Signer::Protocol);
            world.act(|draft| gage_ledger::expire_holds(draft, &ctx, &mut 1_000_000))
        }
    };
    result.is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn ledger_agrees_with_the_model(acts in prop::collection::vec(act(), 1..80)) {
        let mut world = World::new();
        let mut model = Model::default();
        for act in &acts {
            let done = run(&mut world, act);
            let expected = match act {
                Act::Pass(_) => {
                    model.expire(world.time.0);
                    true
                }
                act => model.apply(act, world.time.0),
            };
            prop_assert_eq!(done, expected, "{:?}", act);
            for user in 0..3 {
                for asset in 0..2 {
                    let balance = gage_ledger::balance(&world.draft, world.users[user], AssetId(asset));
                    let parts = model.parts.get(&(user, asset)).copied().unwrap_or_default();
                    prop_assert_eq!([balance.free.0, balance.held.0, balance.pledged.0], parts, "{:?}", act);
                    for purpose in 0..2 {
                        let of = Beneficiary { module: MINTER, id: purpose };
                        let pledged = gage_ledger::pledged(&world.draft, world.users[user], AssetId(asset), of);
                        prop_assert_eq!(pledged.0, model.pledges.get(&(user, asset, purpose)).copied().unwrap_or(0));
                    }
                }
            }
            for asset in 0..2 {
                let sum: u128 = model.parts.iter().filter(|(key, _)| key.1 == asset).map(|(_, p)| p.iter().sum::<u128>()).sum();
                prop_assert_eq!(gage_ledger::supply(&world.draft, AssetId(asset)).0, sum);
            }
        }

        // The derived tables are what a rebuild gives.
        let derived = |world: &World| {
            let mut records = Vec::new();
            world.draft.visit(Kind::Derived, |key, value| records.push((key.to_vec(), value.to_vec())));
            // Running totals of zero are the same as none.
            records.retain(|(key, value)| key[..2] != [0x03, 0x08] || value.iter().any(|byte| *byte != 0));
            records
        };
        let kept = derived(&world);
        world.draft.clear_derived();
        gage_accounts::rebuild(&mut world.draft);
        gage_compliance::rebuild(&mut world.draft);
        gage_ledger::rebuild(&mut world.draft);
        prop_assert_eq!(derived(&world), kept);
    }
}
