//! Random instructions against a book-keeping that a reader believes at sight: every settlement is
//! tried on a copy of the books, and the copy is kept only if nobody is below zero.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::settling::{DAY, affirm, due, leg, propose};
use common::{ISSUED, MODULE_MINTED, World};
use gage_ledger::operations::{
    CancelInstruction, ClaimBuyIn, MoveWithin, NewLeg, OwnerName, ProposeInstruction, RecordOwner, Transfer,
    WithdrawHolding,
};
use gage_ledger::{BuyIn, InstructionId, Operation, Reserve, SettleAt, Status, SubOwner, instruction, sub_holding};
use gage_store::Kind;
use gage_units::{Amount, AssetId, Timestamp};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Act {
    Mint(usize, u32, u128),
    Transfer(usize, usize, u32, u128),
    /// Legs, when (0 affirmation, 1 block, n - 1 days), partials, buy-in, the proposer's own word.
    Propose(usize, Vec<(usize, usize, u32, u128)>, u64, bool, bool, Option<bool>),
    /// The number [`LATEST`] is the last instruction.
    Affirm(usize, u64, bool),
    Cancel(usize, u64),
    Claim(usize, u64),
    Pass(u64),
    Record(usize, usize, u32, u128),
    Within(usize, usize, usize, u32, u128),
    TakeOut(usize, usize, u32, u128),
}

const LATEST: u64 = u64::MAX;

/// One act, or an instruction with the words of all.
fn acts() -> impl Strategy<Value = Vec<Act>> {
    let legs = prop::collection::vec((0usize..3, 0usize..3, 0u32..2, 1u128..40), 1..4);
    let deal = (legs, 1u64..4, any::<bool>(), any::<[bool; 3]>()).prop_map(|(legs, when, partials, reserve)| {
        let words = (0..3).map(|user| Act::Affirm(user, LATEST, reserve[user]));
        [Act::Propose(0, legs, when, partials, true, None)].into_iter().chain(words).collect()
    });
    let one = act().prop_map(|act| vec![act]);
    prop::collection::vec(prop_oneof![6 => one, 1 => deal], 1..70).prop_map(|acts| acts.concat())
}

fn act() -> impl Strategy<Value = Act> {
    let (user, asset, amount) = (0usize..3, 0u32..2, 0u128..40);
    let legs = prop::collection::vec((user.clone(), user.clone(), asset.clone(), 1u128..40), 1..4);
    prop_oneof![
        4 => (user.clone(), asset.clone(), amount.clone()).prop_map(|(u, a, n)| Act::Mint(u, a, n)),
        2 => (user.clone(), user.clone(), asset.clone(), amount.clone()).prop_map(|(f, t, a, n)| Act::Transfer(f, t, a, n)),
        4 => (user.clone(), legs, 0u64..4, any::<bool>(), any::<bool>(), prop::option::of(any::<bool>()))
            .prop_map(|(u, l, w, p, b, r)| Act::Propose(u, l, w, p, b, r)),
        9 => (user.clone(), 0u64..5, any::<bool>()).prop_map(|(u, i, r)| Act::Affirm(u, i, r)),
        1 => (user.clone(), 0u64..5).prop_map(|(u, i)| Act::Cancel(u, i)),
        2 => (user.clone(), 0u64..5).prop_map(|(u, i)| Act::Claim(u, i)),
        4 => (0u64..3).prop_map(Act::Pass),
        1 => (user.clone(), user.clone(), asset.clone(), amount.clone()).prop_map(|(h, o, a, n)| Act::Record(h, o, a, n)),
        1 => (user.clone(), user.clone(), user.clone(), asset.clone(), amount.clone())
            .prop_map(|(h, f, t, a, n)| Act::Within(h, f, t, a, n)),
        1 => (user.clone(), user, asset, amount).prop_map(|(o, h, a, n)| Act::TakeOut(o, h, a, n)),
    ]
}

/// From, to, asset, what is left, whether it is reserved.
type Owed = (usize, usize, u32, u128, bool);

#[derive(Clone, Debug)]
struct Deal {
    proposer: usize,
    legs: Vec<Owed>,
    when: u64,
    partials: bool,
    buy_in: bool,
    affirmed: BTreeMap<usize, bool>,
    cancels: BTreeSet<usize>,
    secured: BTreeSet<usize>,
    value: u64,
    next: u64,
    expires: u64,
    state: &'static str,
    since: u64,
    by: Option<usize>,
}

#[derive(Clone, Debug, Default)]
struct Model {
    free: BTreeMap<(usize, u32), i128>,
    /// Held for whom it belongs to: holder, owner, asset.
    omnibus: BTreeMap<(usize, usize, u32), i128>,
    deals: Vec<Deal>,
}

const SECURITY: i128 = 3;

impl Model {
    fn add(&mut self, user: usize, asset: u32, amount: i128) -> bool {
        let free = self.free.entry((user, asset)).or_default();
        *free += amount;
        *free >= 0
    }

    fn parties(&self, id: usize) -> BTreeSet<usize> {
        self.deals[id].legs.iter().flat_map(|leg| [leg.0, leg.1]).collect()
    }

    /// Gives the word of one party; `false` if that is refused.
    fn affirm(&mut self, user: usize, id: usize, reserve: bool) -> bool {
        let deal = self.deals[id].clone();
        if !self.parties(id).contains(&user) || deal.affirmed.contains_key(&user) {
            return false;
        }
        self.deals[id].affirmed.insert(user, reserve);
        for (index, leg) in deal.legs.iter().enumerate().filter(|(_, leg)| leg.0 == user) {
            if reserve {
                self.deals[id].legs[index].4 = true;
                if !self.add(user, leg.2, -(leg.3 as i128)) {
                    return false;
                }
            }
        }
        let delivers = deal.legs.iter().any(|leg| leg.0 == user);
        if deal.buy_in && delivers && !reserve {
            self.deals[id].secured.insert(user);
            return self.add(user, 0, -SECURITY);
        }
        true
    }

    /// After a word: settles at once, or gets its date; `false` if it cannot settle at once.
    fn advance(&mut self, id: usize, now: u64) -> bool {
        if self.parties(id).len() != self.deals[id].affirmed.len() {
            return true;
        }
        let deal = &mut self.deals[id];
        deal.state = "affirmed";
        match deal.when {
            0 => return self.settle(id, now),
            1 => deal.next = now,
            _ => deal.next = deal.value.max(now),
        }
        true
    }

    fn settle(&mut self, id: usize, now: u64) -> bool {
        let before = self.clone();
        for (from, to, asset, left, reserved) in self.deals[id].legs.clone() {
            self.add(to, asset, left as i128);
            if !reserved {
                self.add(from, asset, -(left as i128));
            }
        }
        let sound = self.free.values().all(|free| *free >= 0);
        if sound {
            self.deals[id].legs.iter_mut().for_each(|leg| leg.3 = 0);
            self.end(id, "settled", now);
        } else {
            *self = before;
        }
        sound
    }

    fn end(&mut self, id: usize, state: &'static str, now: u64) {
        let deal = self.deals[id].clone();
        for (from, _, asset, left, reserved) in deal.legs {
            if reserved {
                self.add(from, asset, left as i128);
            }
        }
        for user in deal.secured {
            self.add(user, 0, SECURITY);
        }
        let deal = &mut self.deals[id];
        deal.legs.iter_mut().for_each(|leg| leg.4 = false);
        (deal.state, deal.next, deal.secured) = (state, now + 30 * DAY, BTreeSet::new());
    }

    fn short(&self, id: usize) -> Option<usize> {
        let legs = &self.deals[id].legs;
        let sum = |of: &dyn Fn(&&Owed) -> bool| -> i128 { legs.iter().filter(of).map(|leg| leg.3 as i128).sum() };
        let short = |leg: &&Owed| {
            let free = self.free.get(&(leg.0, leg.2)).copied().unwrap_or(0);
            !leg.4
                && leg.3 > 0
                && free + sum(&|o| (o.1, o.2) == (leg.0, leg.2)) < sum(&|o| (o.0, o.2) == (leg.0, leg.2))
        };
        legs.iter().find(short).map(|leg| leg.0)
    }

    /// A part: tries every whole amount of the shortest side's duty; one leg per side and asset.
    fn settle_part(&mut self, id: usize) {
        let legs = self.deals[id].legs.clone();
        let has = |leg: &Owed| match leg.4 {
            true => leg.3,
            false => (self.free.get(&(leg.0, leg.2)).copied().unwrap_or(0) as u128).min(leg.3),
        };
        let Some(worst) = legs.iter().filter(|leg| has(leg) < leg.3).min_by(|a, b| (has(a) * b.3).cmp(&(has(b) * a.3)))
        else {
            return;
        };
        let (have, need) = (has(worst), worst.3);
        let parts: Vec<u128> = legs
            .iter()
            .map(|leg| {
                let fails = legs.iter().any(|other| other.0 == leg.0 && has(other) * need == have * other.3);
                // Up for the failing side, down for the others.
                (0..=leg.3)
                    .filter(|part| if fails { part * need < have * leg.3 + need } else { part * need <= have * leg.3 })
                    .max()
                    .unwrap()
            })
            .collect();
        if parts.contains(&0) {
            return;
        }
        let before = self.clone();
        for (index, part) in parts.into_iter().enumerate() {
            let (from, to, asset, _, reserved) = legs[index];
            self.add(to, asset, part as i128);
            if !reserved {
                self.add(from, asset, -(part as i128));
            }
            self.deals[id].legs[index].3 -= part;
        }
        if self.free.values().any(|free| *free < 0) {
            *self = before;
        }
    }

    fn due(&mut self, now: u64) {
        loop {
            let due = (0..self.deals.len()).filter(|id| self.deals[*id].next <= now && self.deals[*id].state != "gone");
            let Some(id) = due.min_by_key(|id| (self.deals[*id].next, *id)) else { return };
            match self.deals[id].state {
                "pending" => self.end(id, "expired", now),
                "affirmed" | "failed" => {
                    if self.settle(id, now) {
                        continue;
                    }
                    let by = self.short(id);
                    if self.deals[id].partials && by.is_some() {
                        self.settle_part(id);
                    }
                    let deal = &mut self.deals[id];
                    if deal.state == "affirmed" || deal.by != by {
                        deal.since = now;
                    }
                    (deal.state, deal.by, deal.next) = ("failed", by, (now + DAY).min(deal.expires));
                    if deal.expires <= now {
                        self.end(id, "expired", now);
                    }
                }
                _ => self.deals[id].state = "gone",
            }
        }
    }

    fn try_apply(&mut self, act: &Act, now: u64) -> bool {
        match act.clone() {
            Act::Mint(user, asset, amount) => self.add(user, asset, amount as i128) && amount > 0,
            Act::Transfer(from, to, asset, amount) => {
                self.add(to, asset, amount as i128);
                self.add(from, asset, -(amount as i128)) && from != to && amount > 0
            }
            Act::Propose(proposer, legs, when, partials, buy_in, word) => {
                let id = self.deals.len();
                let sound = legs.iter().all(|leg| leg.0 != leg.1) && (when > 0 || (!partials && !buy_in));
                if !sound {
                    return false;
                }
                let legs = legs.iter().map(|leg| (leg.0, leg.1, leg.2, leg.3, false)).collect();
                let (value, expires) = (now + when.saturating_sub(1) * DAY, now + 10 * DAY);
                self.deals.push(Deal {
                    proposer,
                    legs,
                    when,
                    partials,
                    buy_in,
                    affirmed: BTreeMap::new(),
                    cancels: BTreeSet::new(),
                    secured: BTreeSet::new(),
                    value,
                    next: expires,
                    expires,
                    state: "pending",
                    since: 0,
                    by: None,
                });
                word.is_none_or(|reserve| self.affirm(proposer, id, reserve)) && self.advance(id, now)
            }
            Act::Affirm(user, id, reserve) => {
                let id = id as usize;
                self.deals.get(id).is_some_and(|deal| deal.state == "pending")
                    && self.affirm(user, id, reserve)
                    && self.advance(id, now)
            }
            Act::Cancel(user, id) => {
                let id = id as usize;
                let Some(deal) = self.deals.get(id).cloned() else { return false };
                let party = self.parties(id).contains(&user);
                match deal.state {
                    "pending" if party || user == deal.proposer => self.end(id, "cancelled", now),
                    "affirmed" | "failed" if party => {
                        self.deals[id].cancels.insert(user);
                        if self.deals[id].cancels == self.parties(id) {
                            self.end(id, "cancelled", now);
                        }
                    }
                    _ => return false,
                }
                true
            }
            Act::Claim(user, id) => {
                let id = id as usize;
                let Some(deal) = self.deals.get(id).cloned() else { return false };
                let Some(by) = deal.by.filter(|by| deal.state == "failed" && deal.secured.contains(by)) else {
                    return false;
                };
                let mut receivers: Vec<usize> = Vec::new();
                for leg in deal.legs.iter().filter(|leg| leg.0 == by && leg.3 > 0) {
                    if !receivers.contains(&leg.1) {
                        receivers.push(leg.1);
                    }
                }
                if !receivers.contains(&user) || now < deal.since + 2 * DAY {
                    return false;
                }
                let each = [vec![3], vec![2, 1]][receivers.len() - 1].clone();
                for (receiver, share) in receivers.iter().zip(each) {
                    self.add(*receiver, 0, share);
                }
                self.deals[id].secured.remove(&by);
                self.end(id, "bought in", now);
                true
            }
            Act::Pass(_) => unreachable!("time passes in the test itself"),
            Act::Record(holder, owner, asset, amount) => {
                *self.omnibus.entry((holder, owner, asset)).or_default() += amount as i128;
                self.add(holder, asset, -(amount as i128)) && holder != owner && amount > 0
            }
            Act::Within(holder, from, to, asset, amount) => {
                *self.omnibus.entry((holder, to, asset)).or_default() += amount as i128;
                let left = self.omnibus.entry((holder, from, asset)).or_default();
                *left -= amount as i128;
                *left >= 0 && from != to && to != holder && amount > 0
            }
            Act::TakeOut(owner, holder, asset, amount) => {
                self.add(owner, asset, amount as i128);
                let left = self.omnibus.entry((holder, owner, asset)).or_default();
                *left -= amount as i128;
                *left >= 0 && amount > 0
            }
        }
    }
}

fn run(world: &mut World, act: &Act, proposals: &mut Vec<Vec<NewLeg>>) -> bool {
    let operation = match act.clone() {
        Act::Mint(user, asset, amount) => {
            if amount > 0 {
                world.mint(user, AssetId(asset), amount);
            }
            return amount > 0;
        }
        Act::Transfer(from, to, asset, amount) => {
            let quantity = gage_accounts::Quantity::Exact(Amount(amount));
            (from, Operation::Transfer(Transfer { to: world.id(to), asset: AssetId(asset), quantity }))
        }
        Act::Propose(user, legs, when, partials, buy_in, word) => {
            let legs: Vec<NewLeg> =
                legs.iter().map(|(from, to, asset, amount)| leg(world, *from, *to, AssetId(*asset), *amount)).collect();
            let at = match when {
                0 => SettleAt::Affirmation,
                1 => SettleAt::Block,
                days => SettleAt::ValueDate(Timestamp(world.time.0 + (days - 1) * DAY)),
            };
            let terms = BuyIn { after_days: 2, asset: ISSUED, security: Amount(SECURITY as u128) };
            let affirm = word.map(|reserve| if reserve { Reserve::Now } else { Reserve::AtSettlement });
            let proposal = ProposeInstruction {
                partials,
                buy_in: buy_in.then_some(terms),
                affirm,
                ..propose(world, legs.clone(), at)
            };
            let done = world.run(user, &Operation::ProposeInstruction(proposal)).is_ok();
            if done {
                proposals.push(legs);
            }
            return done;
        }
        Act::Affirm(user, id, reserve) => {
            let Some(legs) = proposals.get(id as usize).cloned() else { return false };
            let reserve = if reserve { Reserve::Now } else { Reserve::AtSettlement };
            return affirm(world, user, id, &legs, reserve).is_ok();
        }
        Act::Cancel(user, id) => {
            (user, Operation::CancelInstruction(CancelInstruction { instruction: InstructionId(id) }))
        }
        Act::Claim(user, id) => (user, Operation::ClaimBuyIn(ClaimBuyIn { instruction: InstructionId(id) })),
        Act::Pass(days) => {
            world.time = Timestamp(world.time.0 + days * DAY);
            due(world);
            return true;
        }
        Act::Record(holder, owner, asset, amount) => {
            let owner = OwnerName::Account(world.id(owner));
            (holder, Operation::RecordOwner(RecordOwner { asset: AssetId(asset), owner, amount: Amount(amount) }))
        }
        Act::Within(holder, from, to, asset, amount) => {
            let (by, holder) = (from, world.id(holder));
            let (from, to) = (OwnerName::Account(world.id(from)), OwnerName::Account(world.id(to)));
            let (asset, amount) = (AssetId(asset), Amount(amount));
            (by, Operation::MoveWithin(MoveWithin { holder, asset, from, to, amount }))
        }
        Act::TakeOut(owner, holder, asset, amount) => {
            let (holder, asset, amount) = (world.id(holder), AssetId(asset), Amount(amount));
            (owner, Operation::WithdrawHolding(WithdrawHolding { holder, asset, amount }))
        }
    };
    let bytes = borsh::to_vec(&operation.1).unwrap();
    assert_eq!(borsh::from_slice::<Operation>(&bytes).unwrap(), operation.1);
    world.run(operation.0, &operation.1).is_ok()
}

/// One leg per side and asset, so that the naive part needs no division among legs.
fn simple(legs: Vec<(usize, usize, u32, u128)>) -> Vec<(usize, usize, u32, u128)> {
    let mut seen = BTreeSet::new();
    legs.into_iter().filter(|leg| seen.insert((leg.0, leg.2))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(240))]

    #[test]
    fn settlement_agrees_with_the_model(acts in acts()) {
        let mut world = World::new();
        let mut model = Model::default();
        let mut proposals = Vec::new();
        for act in acts {
            let act = match act {
                Act::Propose(user, legs, when, partials, buy_in, word) => {
                    Act::Propose(user, simple(legs), when, partials, buy_in, word)
                }
                Act::Affirm(user, LATEST, reserve) => Act::Affirm(user, proposals.len().saturating_sub(1) as u64, reserve),
                other => other,
            };
            let done = run(&mut world, &act, &mut proposals);
            let expected = if let Act::Pass(_) = act {
                model.due(world.time.0);
                true
            } else {
                let before = model.clone();
                let done = model.try_apply(&act, world.time.0);
                if !done {
                    model = before;
                }
                done
            };
            prop_assert_eq!(done, expected, "{:?}", act);
            for user in 0..3 {
                for asset in [ISSUED, MODULE_MINTED] {
                    let free = model.free.get(&(user, asset.0)).copied().unwrap_or(0);
                    prop_assert_eq!(world.free(user, asset) as i128, free, "user {} asset {} after {:?}", user, asset, act);
                    for owner in 0..3 {
                        let held = model.omnibus.get(&(user, owner, asset.0)).copied().unwrap_or(0);
                        let owner = SubOwner::Account(world.users[owner]);
                        prop_assert_eq!(sub_holding(&world.draft, world.users[user], asset, owner).0 as i128, held);
                    }
                }
            }
            for (id, deal) in model.deals.iter().enumerate() {
                let found = instruction(&world.draft, InstructionId(id as u64)).ok();
                let word = match found.as_ref().map(|record| record.status) {
                    None => "gone",
                    Some(Status::Pending) => "pending",
                    Some(Status::Affirmed) => "affirmed",
                    Some(Status::Failed(_)) => "failed",
                    Some(Status::Settled) => "settled",
                    Some(Status::Cancelled) => "cancelled",
                    Some(Status::Expired) => "expired",
                    Some(Status::BoughtIn(_)) => "bought in",
                };
                prop_assert_eq!(word, deal.state, "instruction {}", id);
            }
        }

        // What is due is what a rebuild gives.
        let derived = |world: &World| {
            let mut records = Vec::new();
            world.draft.visit(Kind::Derived, |key, value| records.push((key.to_vec(), value.to_vec())));
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
