//! Holders, caps and lots against books that recount everything from balances and claims after each act.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{ISSUED, MINTER, World};
use gage_accounts::{NewKey, Signer};
use gage_compliance::operations as rules;
use gage_compliance::rule::{Scope, Topic};
use gage_compliance::{Bearer, Caps, ClaimCap, ClaimValue, Group, IdentityId, Lot, query};
use gage_crypto::{Hash, Scheme, SecretKey};
use gage_ledger::operations::{
    Burn, CountHolders, ForcedTransfer, FreezePart, Mint, MintLocked, Transfer, TransferLocked, UnfreezePart,
};
use gage_ledger::{Beneficiary, Operation, Part};
use gage_units::{AccountNumber, Amount, Bps, Timestamp};
use proptest::prelude::*;

/// Accounts 0 to 6; 0 is the issuer, agent and notary. Accounts 1 and 2 are one identity.
const IDENTITY: [u32; 7] = [0, 1, 1, 2, 3, 4, 5];
/// The module's account in the model.
const MODULE: usize = 7;
const VAULT: Beneficiary = Beneficiary { module: MINTER, id: 1 };
const TOPICS: [Topic; 2] = [Topic::Accredited, Topic::Resident];

#[derive(Clone, Debug)]
enum Act {
    Mint(usize, u128),
    MintLocked(usize, u128, u64),
    Transfer(usize, usize, u128),
    TransferLocked(usize, u128, u64),
    Burn(u128),
    Force(usize, bool, usize, u128),
    FreezePart(usize, u128),
    UnfreezePart(usize, u128),
    Pledge(usize, u128),
    Unpledge(usize, u128),
    Seize(usize, usize, u128),
    FromModule(usize, u128),
    Vouch(u32, usize, usize, u64),
    Revoke(u32, usize, usize),
    Caps(usize),
    Refresh(u32),
    Pass(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let (user, n, ahead, who) = (0usize..7, 1u128..40, (1u64..6).prop_map(|step| step * 20), 0u32..6);
    let (topic, country) = (0usize..2, 0usize..3);
    prop_oneof![
        5 => (user.clone(), n.clone()).prop_map(|(u, n)| Act::Mint(u, n)),
        2 => (user.clone(), n.clone(), ahead.clone()).prop_map(|(u, n, a)| Act::MintLocked(u, n, a)),
        8 => (user.clone(), user.clone(), n.clone()).prop_map(|(f, t, n)| Act::Transfer(f, t, n)),
        2 => (user.clone(), n.clone(), ahead).prop_map(|(u, n, a)| Act::TransferLocked(u, n, a)),
        1 => n.clone().prop_map(Act::Burn),
        2 => (user.clone(), any::<bool>(), user.clone(), n.clone()).prop_map(|(f, p, t, n)| Act::Force(f, p, t, n)),
        1 => (user.clone(), n.clone()).prop_map(|(u, n)| Act::FreezePart(u, n)),
        1 => (user.clone(), n.clone()).prop_map(|(u, n)| Act::UnfreezePart(u, n)),
        2 => (user.clone(), n.clone()).prop_map(|(u, n)| Act::Pledge(u, n)),
        1 => (user.clone(), n.clone()).prop_map(|(u, n)| Act::Unpledge(u, n)),
        2 => (user.clone(), prop_oneof![Just(MODULE), user.clone()], n.clone()).prop_map(|(f, t, n)| Act::Seize(f, t, n)),
        2 => (user, n).prop_map(|(u, n)| Act::FromModule(u, n)),
        4 => (who.clone(), topic.clone(), country.clone(), 1u64..90).prop_map(|(w, t, c, e)| Act::Vouch(w, t, c, e)),
        1 => (who.clone(), topic, country).prop_map(|(w, t, c)| Act::Revoke(w, t, c)),
        2 => (0usize..6).prop_map(Act::Caps),
        1 => who.prop_map(Act::Refresh),
        3 => (1u64..30).prop_map(Act::Pass),
    ]
}

fn country(which: usize) -> Option<&'static str> {
    ["US", "DE"].get(which).copied()
}

fn caps(which: usize) -> Caps {
    let cap = |topic, group| ClaimCap { topic, group, holders_max: None, owned_max: None, share_max: None };
    let us = ClaimValue::Of("US".parse().unwrap());
    let caps = Caps { exempt: vec![IdentityId(0)], ..Caps::default() };
    match which {
        0 => Caps::default(),
        1 => Caps { holders_max: Some(3), holding_max: Some(Amount(60)), ..caps },
        2 => Caps { share_max: Some(Bps(2_500)), holding_min: Some(Amount(10)), ..caps },
        3 => Caps {
            by_claim: vec![ClaimCap { share_max: Some(Bps(4_900)), ..cap(Topic::Resident, Group::NotOf(us)) }],
            ..caps
        },
        4 => Caps {
            by_claim: vec![
                ClaimCap { holders_max: Some(1), ..cap(Topic::Accredited, Group::NotOf(ClaimValue::Present)) },
                ClaimCap { owned_max: Some(Amount(50)), ..cap(Topic::Resident, Group::Of(us)) },
            ],
            ..Caps::default()
        },
        _ => Caps { holders_max: Some(2), holding_min: Some(Amount(5)), share_max: Some(Bps(6_000)), ..caps },
    }
}

type Values = BTreeSet<(Topic, ClaimValue)>;

/// What a reader believes at sight.
#[derive(Clone, Debug, Default)]
struct Model {
    now: u64,
    /// By account: free, pledged, frozen. The last account is the module's.
    parts: BTreeMap<usize, [u128; 3]>,
    /// By identity, topic and country: ends, unless revoked.
    claims: BTreeMap<(u32, usize, usize), u64>,
    /// As what each holder was counted when its holding last changed.
    counted: BTreeMap<u32, Values>,
    /// By identity, or the module: release and amount.
    lots: BTreeMap<Option<u32>, BTreeMap<u64, u128>>,
    caps: Caps,
}

const FREE: usize = 0;
const PLEDGED: usize = 1;
const FROZEN: usize = 2;

impl Model {
    fn part(&self, account: usize, part: usize) -> u128 {
        self.parts.get(&account).map_or(0, |parts| parts[part])
    }

    fn total(&self, identity: u32) -> u128 {
        let all = self.parts.iter().filter(|(account, _)| **account < MODULE && IDENTITY[**account] == identity);
        all.map(|(_, parts)| parts.iter().sum::<u128>()).sum()
    }

    fn supply(&self) -> u128 {
        self.parts.values().flatten().sum()
    }

    /// What all claims ever made say now.
    fn values(&self, identity: u32) -> Values {
        let mut values = Values::new();
        for (place, topic) in TOPICS.into_iter().enumerate() {
            let live = |claim: &(&(u32, usize, usize), &u64)| claim.0.0 == identity && claim.0.1 == place;
            let live: Vec<usize> =
                self.claims.iter().filter(live).filter(|claim| self.now < *claim.1).map(|claim| claim.0.2).collect();
            values.insert((topic, if live.is_empty() { ClaimValue::Absent } else { ClaimValue::Present }));
            values.extend(live.iter().filter_map(|c| Some((topic, ClaimValue::Of(country(*c)?.parse().unwrap())))));
        }
        values
    }

    fn locked(&self, bearer: Option<u32>) -> u128 {
        let lots = self.lots.get(&bearer).into_iter().flatten();
        lots.filter(|(release, _)| self.now < **release).map(|(_, amount)| amount).sum()
    }

    fn has(&self, bearer: Option<u32>) -> u128 {
        bearer.map_or(self.parts.get(&MODULE).map_or(0, |parts| parts.iter().sum()), |identity| self.total(identity))
    }

    /// Moves out of a part (or nowhere) into the free part (or nowhere). `false` if it must be refused.
    fn post(&mut self, from: Option<(usize, usize)>, to: Option<usize>, amount: u128, will: bool) -> bool {
        let old = self.clone();
        if let Some((account, part)) = from {
            if self.part(account, part) < amount {
                return false;
            }
            self.parts.entry(account).or_default()[part] -= amount;
        }
        if let Some(account) = to {
            self.parts.entry(account).or_default()[FREE] += amount;
        }
        let all = 0..6u32;
        let moved: Vec<u32> = all.clone().filter(|id| old.total(*id) != self.total(*id)).collect();
        for id in &moved {
            self.counted.insert(*id, self.values(*id));
        }
        if !self.caps_hold(&old, &moved, will) {
            return false;
        }
        self.counted.retain(|id, _| moved.contains(id) || old.counted.contains_key(id));
        let counted: BTreeMap<u32, Values> =
            self.counted.iter().filter(|(id, _)| self.total(**id) > 0).map(|(id, v)| (*id, v.clone())).collect();
        self.counted = counted;
        self.carry(&old);
        true
    }

    fn caps_hold(&self, old: &Model, moved: &[u32], will: bool) -> bool {
        let caps = &self.caps;
        let bound = |id: &u32| !caps.exempt.contains(&IdentityId(*id));
        let grew = |id: &u32| self.total(*id) > old.total(*id);
        let share = |bps: Option<Bps>| bps.map(|bps| self.supply() * u128::from(bps.0) / 10_000);
        let min = caps.holding_min.map_or(0, |min| min.0);
        for id in moved {
            let after = self.total(*id);
            if grew(id) && bound(id) {
                let above = |max: Option<u128>| max.is_some_and(|max| after > max);
                if above(caps.holding_max.map(|max| max.0)) || above(share(caps.share_max)) || after < min {
                    return false;
                }
            }
            let cut_short = bound(id) && after > 0 && after < min && min <= old.total(*id);
            if !grew(id) && will && (self.locked(Some(*id)) > after || cut_short) {
                return false;
            }
        }
        let receivers = || moved.iter().filter(|id| grew(id) && bound(id));
        let count = |model: &Model| (0..6).filter(|id| model.total(*id) > 0).count() as u64;
        if receivers().next().is_some()
            && count(self) > count(old)
            && caps.holders_max.is_some_and(|max| count(self) > max)
        {
            return false;
        }
        caps.by_claim.iter().all(|cap| {
            let member = |id: &u32| {
                let values = self.counted.get(id).cloned().unwrap_or_default();
                let under = values.contains(&(cap.topic, cap.group.value()));
                under == matches!(cap.group, Group::Of(_))
            };
            let group: Vec<u32> = (0..6).filter(|id| self.total(*id) + old.total(*id) > 0).filter(member).collect();
            let owned = |model: &Model| group.iter().map(|id| model.total(*id)).sum::<u128>();
            let count = |model: &Model| group.iter().filter(|id| model.total(**id) > 0).count() as u64;
            let joins = receivers().any(|id| group.contains(id));
            let over = |max: Option<u128>| max.is_some_and(|max| owned(self) > max);
            let too_much =
                owned(self) > owned(old) && (over(cap.owned_max.map(|max| max.0)) || over(share(cap.share_max)));
            let too_many = count(self) > count(old) && cap.holders_max.is_some_and(|max| count(self) > max);
            !(joins && (too_much || too_many))
        })
    }

    /// Who has less than is locked up with him passes the first released on to who has more.
    fn carry(&mut self, old: &Model) {
        let bearers: Vec<Option<u32>> = (0..6).map(Some).chain([None]).collect();
        let mut carried: BTreeMap<u64, u128> = BTreeMap::new();
        let losers: Vec<_> = bearers.iter().filter(|bearer| self.has(**bearer) < old.has(**bearer)).collect();
        for bearer in losers {
            let mut excess = self.locked(*bearer).saturating_sub(self.has(*bearer));
            let now = self.now;
            for (release, amount) in self.lots.entry(*bearer).or_default().iter_mut().filter(|lot| now < *lot.0) {
                let part = excess.min(*amount);
                *amount -= part;
                excess -= part;
                *carried.entry(*release).or_default() += part;
            }
        }
        let receiver = bearers.iter().find(|bearer| self.has(**bearer) > old.has(**bearer));
        if let Some(receiver) = receiver {
            for (release, amount) in carried {
                *self.lots.entry(*receiver).or_default().entry(release).or_default() += amount;
            }
        }
    }

    fn lock(&mut self, account: usize, amount: u128, release: u64) -> bool {
        let id = IDENTITY[account];
        let fits = self.locked(Some(id)) + amount <= self.total(id);
        *self.lots.entry(Some(id)).or_default().entry(release).or_default() += amount;
        fits
    }

    fn shift(&mut self, account: usize, from: usize, to: usize, amount: u128) -> bool {
        let enough = self.part(account, from) >= amount;
        if enough {
            let parts = self.parts.entry(account).or_default();
            parts[from] -= amount;
            parts[to] += amount;
        }
        enough
    }

    fn try_apply(&mut self, act: &Act) -> bool {
        match *act {
            Act::Mint(to, n) => self.post(None, Some(to), n, true),
            Act::MintLocked(to, n, ahead) => self.post(None, Some(to), n, true) && self.lock(to, n, self.now + ahead),
            Act::Transfer(from, to, n) => from != to && self.post(Some((from, FREE)), Some(to), n, true),
            Act::TransferLocked(to, n, ahead) => {
                to != 0 && self.post(Some((0, FREE)), Some(to), n, true) && self.lock(to, n, self.now + ahead)
            }
            Act::Burn(n) => self.post(Some((0, FREE)), None, n, false),
            Act::Force(from, frozen, to, n) => {
                let part = if frozen { FROZEN } else { FREE };
                from != to && self.post(Some((from, part)), Some(to), n, false)
            }
            Act::FreezePart(user, n) => self.shift(user, FREE, FROZEN, n),
            Act::UnfreezePart(user, n) => self.shift(user, FROZEN, FREE, n),
            Act::Pledge(user, n) => self.shift(user, FREE, PLEDGED, n),
            Act::Unpledge(user, n) => self.shift(user, PLEDGED, FREE, n),
            Act::Seize(from, to, n) => self.post(Some((from, PLEDGED)), Some(to), n, false),
            Act::FromModule(to, n) => self.post(Some((MODULE, FREE)), Some(to), n, false),
            Act::Vouch(who, topic, place, ends) => {
                self.claims.insert((who, topic, place), self.now + ends);
                true
            }
            Act::Revoke(who, topic, place) => {
                // Revoked claims stay on the books as ended long ago.
                let standing = self.claims.get(&(who, topic, place)).is_some_and(|ends| *ends > 0);
                self.claims.entry((who, topic, place)).and_modify(|ends| *ends = 0);
                standing
            }
            Act::Caps(which) => {
                self.caps = caps(which);
                true
            }
            Act::Refresh(who) => {
                if self.total(who) > 0 {
                    self.counted.insert(who, self.values(who));
                }
                true
            }
            Act::Pass(ms) => {
                self.now += ms;
                true
            }
        }
    }
}

struct Books {
    world: World,
    accounts: Vec<AccountNumber>,
}

impl Books {
    fn new() -> Books {
        let mut world = World::new();
        let ctx = world.ctx(Signer::Protocol);
        let mut accounts = world.users.clone();
        for n in 4u8..8 {
            let keys = [NewKey::owner(SecretKey::from_bytes(Scheme::Ed25519, &[n; 32]).unwrap().public_key())];
            let id = gage_accounts::derive_id(&Hash::ZERO, &keys, 1).unwrap();
            accounts.push(gage_accounts::open_for_genesis(&mut world.draft, &ctx, id, &keys, 1).unwrap());
        }
        world.users = accounts.clone();
        let mut books = Books { world, accounts };
        for n in [0, 1, 3, 4, 5, 6] {
            books.rule(n, gage_compliance::Operation::OpenIdentity(rules::OpenIdentity {}));
        }
        let (account, expires) = (books.world.id(2), Timestamp(books.world.time.0 + 1));
        books.rule(1, gage_compliance::Operation::InviteAccount(rules::InviteAccount { account, expires }));
        books.rule(2, gage_compliance::Operation::JoinIdentity(rules::JoinIdentity { identity: IdentityId(1) }));
        for topic in TOPICS {
            let trust = rules::SetTrustedIssuers { asset: Some(ISSUED), topic, issuers: vec![books.world.id(0)] };
            assert!(books.rule(0, gage_compliance::Operation::SetTrustedIssuers(trust)));
        }
        let count = CountHolders { asset: ISSUED, topics: TOPICS.to_vec() };
        books.world.run(0, &Operation::CountHolders(count)).unwrap();
        books
    }

    fn rule(&mut self, user: usize, operation: gage_compliance::Operation) -> bool {
        let ctx = self.world.ctx(Signer::Account(self.accounts[user]));
        let done = operation.validate().and_then(|()| operation.apply(&mut self.world.draft, &ctx)).is_ok();
        self.world.draft.commit();
        done
    }

    fn ledger(&mut self, user: usize, operation: Operation) -> bool {
        self.world.run(user, &operation).is_ok()
    }

    fn account(&self, place: usize) -> AccountNumber {
        self.accounts.get(place).copied().unwrap_or(AccountNumber(u32::from(MINTER)))
    }

    fn run(&mut self, act: &Act) -> bool {
        let (asset, now, item) = (ISSUED, self.world.time.0, None);
        let release = |ahead: u64| Timestamp(now + ahead);
        let reason = || "order 7".parse().unwrap();
        let id = |books: &Books, n: usize| books.world.id(n);
        let ctx = self.world.ctx(Signer::Protocol);
        match *act {
            Act::Mint(to, n) => self.ledger(0, Operation::Mint(Mint { asset, to: id(self, to), amount: Amount(n) })),
            Act::MintLocked(to, n, ahead) => {
                let (to, amount) = (id(self, to), Amount(n));
                self.ledger(0, Operation::MintLocked(MintLocked { asset, to, amount, release: release(ahead) }))
            }
            Act::Transfer(from, to, n) => {
                let quantity = gage_accounts::Quantity::Exact(Amount(n));
                self.ledger(from, Operation::Transfer(Transfer { to: id(self, to), asset, quantity }))
            }
            Act::TransferLocked(to, n, ahead) => {
                let (to, amount) = (id(self, to), Amount(n));
                self.ledger(0, Operation::TransferLocked(TransferLocked { asset, to, amount, release: release(ahead) }))
            }
            Act::Burn(n) => self.ledger(0, Operation::Burn(Burn { asset, amount: Amount(n) })),
            Act::Force(from, frozen, to, n) => {
                let part = if frozen { Part::Frozen } else { Part::Free };
                let (from, to, amount) = (id(self, from), id(self, to), Amount(n));
                let force = ForcedTransfer { asset, item, from, part, to, amount, reason: reason() };
                self.ledger(0, Operation::ForcedTransfer(force))
            }
            Act::FreezePart(user, n) => {
                let (account, amount) = (id(self, user), Amount(n));
                self.ledger(0, Operation::FreezePart(FreezePart { account, asset, item, amount, reason: reason() }))
            }
            Act::UnfreezePart(user, n) => {
                let (account, amount) = (id(self, user), Amount(n));
                self.ledger(0, Operation::UnfreezePart(UnfreezePart { account, asset, item, amount, reason: reason() }))
            }
            Act::Pledge(user, n) => {
                let user = self.account(user);
                self.world.act(|draft| gage_ledger::pledge(draft, &ctx, user, asset, VAULT, Amount(n))).is_ok()
            }
            Act::Unpledge(user, n) => {
                let user = self.account(user);
                self.world.act(|draft| gage_ledger::unpledge(draft, &ctx, user, asset, VAULT, Amount(n))).is_ok()
            }
            Act::Seize(from, to, n) => {
                let (from, to) = (self.account(from), self.account(to));
                self.world.act(|draft| gage_ledger::seize(draft, &ctx, from, asset, VAULT, to, Amount(n))).is_ok()
            }
            Act::FromModule(to, n) => {
                let (from, to) = (self.account(MODULE), self.account(to));
                self.world.act(|draft| gage_ledger::move_by_rule(draft, &ctx, from, to, asset, Amount(n))).is_ok()
            }
            Act::Vouch(who, topic, place, ends) => {
                let issue = rules::IssueClaim {
                    subject: IdentityId(who),
                    topic: TOPICS[topic],
                    scope: Scope::Identity,
                    jurisdiction: country(place).map(|text| text.parse().unwrap()),
                    issued: Timestamp(now),
                    expires: Some(release(ends)),
                    evidence: None,
                };
                self.rule(0, gage_compliance::Operation::IssueClaim(issue))
            }
            Act::Revoke(who, topic, place) => {
                let revoke = rules::RevokeClaim {
                    subject: IdentityId(who),
                    topic: TOPICS[topic],
                    scope: Scope::Identity,
                    jurisdiction: country(place).map(|text| text.parse().unwrap()),
                };
                self.rule(0, gage_compliance::Operation::RevokeClaim(revoke))
            }
            Act::Caps(which) => {
                self.rule(0, gage_compliance::Operation::SetCaps(rules::SetCaps { asset, caps: caps(which) }))
            }
            Act::Refresh(who) => {
                let identities = vec![IdentityId(who)];
                self.rule(1, gage_compliance::Operation::RefreshHolders(rules::RefreshHolders { asset, identities }))
            }
            Act::Pass(ms) => {
                self.world.time = release(ms);
                true
            }
        }
    }

    fn compare(&self, model: &Model) {
        let draft = &self.world.draft;
        gage_compliance::check_invariants(draft).unwrap();
        gage_ledger::check_invariants(draft).unwrap();
        let view = query::statistics(draft, ISSUED).unwrap();
        let totals: Vec<u128> = (0..6).map(|id| model.total(id)).filter(|total| *total > 0).collect();
        assert_eq!(view.statistics.holders, totals.len() as u64);
        assert_eq!(view.statistics.owned.0, totals.iter().sum::<u128>());
        assert_eq!(view.statistics.supply.0, model.supply());
        assert_eq!(view.holding_max.0, totals.iter().max().copied().unwrap_or_default());
        let mut values: BTreeMap<(Topic, ClaimValue), (u64, u128)> = BTreeMap::new();
        for (id, under) in &model.counted {
            for value in under {
                let sums = values.entry(*value).or_default();
                *sums = (sums.0 + 1, sums.1 + model.total(*id));
            }
        }
        let kept: BTreeMap<_, _> = view
            .values
            .iter()
            .map(|view| ((view.topic, view.value), (view.statistics.holders, view.statistics.owned.0)))
            .collect();
        assert_eq!(kept, values);
        for bearer in (0..6).map(Some).chain([None]) {
            let place = bearer.map_or(Bearer::Module(self.account(MODULE)), |id| Bearer::Identity(IdentityId(id)));
            let live: BTreeMap<u64, u128> = gage_compliance::lots(draft, ISSUED, place)
                .into_iter()
                .filter(|lot: &Lot| self.world.time < lot.release)
                .map(|lot| (lot.release.0, lot.amount.0))
                .collect();
            let expected = model.lots.get(&bearer).cloned().unwrap_or_default();
            let expected: BTreeMap<u64, u128> =
                expected.into_iter().filter(|(release, amount)| model.now < *release && *amount > 0).collect();
            assert_eq!(live, expected, "{bearer:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn holders_caps_and_lots_agree_with_a_recount(acts in prop::collection::vec(act(), 1..90)) {
        let mut books = Books::new();
        let mut model = Model { now: books.world.time.0, ..Model::default() };
        for act in &acts {
            let before = model.clone();
            let allowed = model.try_apply(act);
            if !allowed {
                model = before;
            }
            prop_assert_eq!(books.run(act), allowed, "{:?}", act);
            books.compare(&model);
        }
    }
}
