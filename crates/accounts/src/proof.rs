//! Policy proof: the most of an asset that any set of keys can move within a time, and what bounds it.
//!
//! An upper bound over every sequence of permitted acts, found by looking at rules instead of acts. It
//! leans on three facts. First match decides, so an act passes under one rule or under none. A window lets
//! at most its limit pass in any span of its length, so in `time` at most once more than whole windows fit.
//! What loosens the account waits, so within less than that wait the rules are what they are now. Guardians
//! are taken to be asleep, and members of the set may sign or not sign as suits them.
//!
//! Approvals that have waited already count as having waited. It does not see what others send to the
//! account meanwhile, nor what the rules of modules do with pledges.

use std::collections::BTreeSet;

use gage_crypto::{AccountId, KeyId};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::guard::{Guard, Tripped, guard, satisfies, weigh};
use crate::policy::{Act, Beyond, Flow, Limit, Rule, Verdict};
use crate::state::{ACCOUNTS, Permission, Session, bundles_of, keys_of, sessions_of};
use crate::{Class, Error, opening};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Of what.
    pub asset: AssetId,
    /// How many keys act together; keys of sessions count too.
    pub keys: u8,
    /// Within which time.
    pub time_ms: u64,
}

/// What bounds the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// No set of so many keys may move any of it.
    Nobody,
    /// Limits of rules, by number, and of sessions, by lane.
    Limits {
        /// The rules.
        rules: Vec<u16>,
        /// The sessions.
        sessions: Vec<u32>,
    },
    /// The asset's breaker.
    Breaker,
    /// Nothing but what is there: so many keys weigh the threshold, and no rule stands in their way.
    Threshold,
    /// Nothing but what is there: a rule without a limit lets them.
    Rule(u16),
    /// Nothing but what is there: in that time the owners among them can loosen the rules.
    Loosening,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The most that can leave; none if only the balance bounds it.
    pub most: Option<Amount>,
    /// What bounds it.
    pub bound: Bound,
    /// A set of keys that has this power.
    pub keys: Vec<KeyId>,
}

/// The most acts, times sets of keys, that a proof looks at.
const WORK_MAX: usize = 2_000_000;

/// The most of an asset that any so many keys of an account can move within a time from `now` on.
///
/// # Errors
/// [`Error::UnknownAccount`]; [`Error::TooManySigners`] for more keys than the account has;
/// [`Error::ProofTooLarge`] if the policy tells more acts apart than can be looked at for every set.
pub fn policy_proof(draft: &Draft, now: Timestamp, id: &AccountId, question: Question) -> Result<Answer, Error> {
    let account = opening::resolve(draft, id)?;
    let size = usize::from(question.keys);
    let keys: Vec<KeyId> = keys_of(draft, account).map(|(id, _)| id).collect();
    let sessions: Vec<&Session> = sessions_of(draft, account).map(|(_, session)| session).collect();
    if size > keys.len().saturating_add(sessions.len()) {
        return Err(Error::TooManySigners);
    }
    let guard = guard(draft, account).cloned().unwrap_or_default();
    let acts = acts(&guard, question.asset)?;
    let sets = (0..=size).fold(0usize, |sum, size| sum.saturating_add(choices(keys.len(), size)));
    if sets.saturating_mul(acts.len()) > WORK_MAX {
        return Err(Error::ProofTooLarge);
    }
    let proof = Proof { draft, now, account, guard: &guard, question, acts, aged_ms: aged(draft, now, account) };
    let mut best = Answer { most: Some(Amount::ZERO), bound: Bound::Nobody, keys: Vec::new() };
    // Sessions add what they add whoever is with them: the more of them, the fewer keys.
    for with_sessions in 0..=size.min(sessions.len()) {
        let chosen = proof.strongest(&sessions, with_sessions);
        subsets(&keys, size.saturating_sub(with_sessions), &mut |set| {
            let (most, bound) = proof.of(set, &chosen);
            if exceeds(most, best.most) {
                let of_sessions = chosen.iter().map(|session| session.public_key.id());
                best = Answer { most, bound, keys: set.iter().copied().chain(of_sessions).collect() };
            }
        });
    }
    Ok(best)
}

/// How long the oldest approval of a bundle that may still run has waited: it need not wait again.
fn aged(draft: &Draft, now: Timestamp, account: AccountNumber) -> u64 {
    let current = bundles_of(draft, account).filter(|(_, bundle)| bundle.is_current(draft) && bundle.not_after >= now);
    let votes = current.flat_map(|(_, bundle)| &bundle.votes);
    votes.map(|vote| now.0.saturating_sub(vote.at.0)).max().unwrap_or(0)
}

/// How many sets of `size` there are among `all`.
fn choices(all: usize, size: usize) -> usize {
    let size = size.min(all);
    // Each step of the product divides without a remainder.
    (0..size).fold(1usize, |count, step| {
        let next = count.saturating_mul(all.saturating_sub(step));
        next.checked_div(step.saturating_add(1)).unwrap_or(usize::MAX)
    })
}

/// One act for each way in which rules tell acts apart: by operation, destination, amount and share.
fn acts(guard: &Guard, asset: AssetId) -> Result<Vec<Act>, Error> {
    let mut kinds: BTreeSet<(u8, u8)> = BTreeSet::from([(u8::MAX, u8::MAX)]);
    let mut places: BTreeSet<Option<AccountId>> = BTreeSet::from([None]);
    let mut amounts: BTreeSet<u128> = BTreeSet::from([1, u128::MAX]);
    for condition in guard.policy.rules.iter().map(|rule| &rule.when) {
        kinds.extend(condition.operations.iter().map(|kind| (kind.module, kind.verb.unwrap_or(u8::MAX))));
        places.extend(condition.destinations.iter().map(|to| Some(*to)));
        let edges = [condition.above, condition.at_most].into_iter().flatten();
        amounts.extend(edges.flat_map(|edge| [edge.0, edge.0.saturating_add(1)]));
    }
    amounts.remove(&0);
    if kinds.len().saturating_mul(places.len()).saturating_mul(amounts.len()) > WORK_MAX {
        return Err(Error::ProofTooLarge);
    }
    let mut acts = Vec::new();
    for (module, verb) in &kinds {
        for to in &places {
            for amount in &amounts {
                // A balance so large that no share is exceeded, and one that the act empties.
                for before in [u128::MAX, *amount] {
                    let flow = Some(Flow { asset, to: *to, amount: Amount(*amount), before: Amount(before) });
                    acts.push(Act { module: *module, verb: *verb, flow });
                }
            }
        }
    }
    Ok(acts)
}

/// Whether one bound is above another; none is above all.
fn exceeds(left: Option<Amount>, right: Option<Amount>) -> bool {
    match (left, right) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(left), Some(right)) => left > right,
    }
}

/// Calls `with` for every choice of at most `size` of `all`; a set holds all the power of those in it, so
/// only the largest are looked at.
fn subsets(all: &[KeyId], size: usize, with: &mut impl FnMut(&[KeyId])) {
    fn choose(rest: &[KeyId], left: usize, set: &mut Vec<KeyId>, with: &mut impl FnMut(&[KeyId])) {
        if left == 0 || rest.is_empty() {
            return with(set);
        }
        let Some((first, rest)) = rest.split_first() else { return };
        set.push(*first);
        choose(rest, left.saturating_sub(1), set, with);
        set.pop();
        // Without the first, if enough others are left.
        if rest.len() >= left {
            choose(rest, left, set, with);
        }
    }
    choose(all, size, &mut Vec::new(), with);
}

struct Proof<'a> {
    draft: &'a Draft,
    now: Timestamp,
    account: AccountNumber,
    guard: &'a Guard,
    question: Question,
    /// What rules tell apart.
    acts: Vec<Act>,
    /// How long approvals that are there have waited.
    aged_ms: u64,
}

/// What a set may move: without bound and why, or under these limits.
enum Power {
    Free(Bound),
    Limited { most: Amount, rules: BTreeSet<u16>, sessions: BTreeSet<u32> },
}

impl Proof<'_> {
    /// The most in the time asked that a limit lets pass: it may be spent at once, and once more whenever a
    /// whole window has gone by.
    fn in_time(&self, amount: Amount, window_ms: u64) -> Amount {
        let windows = self.question.time_ms.checked_div(window_ms).unwrap_or(0).saturating_add(1);
        // Beyond the largest amount it is no bound that any balance reaches.
        Amount(amount.0.saturating_mul(u128::from(windows)))
    }

    /// Whether an approval can have waited so long within the time asked.
    fn can_wait(&self, delay_ms: u64) -> bool {
        self.question.time_ms.saturating_add(self.aged_ms) >= delay_ms
    }

    /// The sessions that may move most of the asset.
    fn strongest<'s>(&self, sessions: &[&'s Session], count: usize) -> Vec<&'s Session> {
        let mut live: Vec<&Session> = sessions.iter().copied().filter(|session| session.is_live(self.now)).collect();
        let most = |session: &Session| {
            if session.limits.is_empty() {
                return Amount::MAX;
            }
            let limit = session.limits.iter().find(|limit| limit.asset == self.question.asset);
            limit.map_or(Amount::ZERO, |limit| self.in_time(limit.amount, limit.window_ms))
        };
        live.sort_by_key(|session| std::cmp::Reverse(most(session)));
        live.truncate(count);
        live
    }

    /// What these keys and sessions can move.
    fn of(&self, keys: &[KeyId], sessions: &[&Session]) -> (Option<Amount>, Bound) {
        let threshold = ACCOUNTS.peek(self.draft, &self.account).map_or(u32::MAX, |a| u32::from(a.threshold));
        let weight = |permission| weigh(self.draft, self.now, self.account, keys.iter(), permission);
        let watched = !self.guard.is_idle(self.now);
        let loosening_ms = if watched { self.guard.loosening_ms() } else { 0 };
        if watched && weight(Permission::Manage) >= threshold && self.can_wait(loosening_ms) {
            return (None, Bound::Loosening);
        }
        let signed = weight(Permission::Sign) >= threshold;
        // In a bundle the weight of approvers counts too, once it has waited.
        let approved = weight(Permission::Approve) >= threshold && self.can_wait(self.guard.policy.delay_ms);
        let mut power = self.power(signed || approved, keys);
        for session in sessions {
            power = join(power, self.session_power(session));
        }
        self.bounded(power, approved)
    }

    /// What the rules let a set do in all.
    fn power(&self, base: bool, keys: &[KeyId]) -> Power {
        let (mut most, mut rules) = (Amount::ZERO, BTreeSet::new());
        for act in &self.acts {
            if let Some(bound) = self.decide(act, base, keys, &mut rules, &mut most) {
                return Power::Free(bound);
            }
        }
        Power::Limited { most, rules, sessions: BTreeSet::new() }
    }

    /// Walks the rules for one act; tells what frees it of all limits.
    fn decide(
        &self,
        act: &Act,
        base: bool,
        keys: &[KeyId],
        rules: &mut BTreeSet<u16>,
        most: &mut Amount,
    ) -> Option<Bound> {
        for rule in &self.guard.policy.rules {
            if !rule.when.fits(act) {
                continue;
            }
            let asks_signers = rule.when.signers.as_ref();
            if asks_signers.is_some_and(|group| !satisfies(self.draft, self.now, self.account, group, keys)) {
                continue;
            }
            if self.lets(rule, base, keys) {
                match rule.limit {
                    None => return Some(Bound::Rule(rule.number)),
                    Some(Limit { amount, window_ms, .. }) => {
                        if rules.insert(rule.number) {
                            *most = Amount(most.0.saturating_add(self.in_time(amount, window_ms).0));
                        }
                    }
                }
            }
            let goes_on = rule.limit.is_some_and(|limit| limit.beyond == Beyond::NextRule);
            // Those the rule names may leave their signature away, and are then judged by the next.
            if asks_signers.is_none() && !goes_on {
                return None;
            }
        }
        base.then_some(Bound::Threshold)
    }

    /// Whether a rule that fits can let the set act within the time.
    fn lets(&self, rule: &Rule, base: bool, keys: &[KeyId]) -> bool {
        match &rule.then {
            Verdict::Deny => false,
            Verdict::Allow => rule.when.signers.is_some() || base,
            Verdict::Require { group, delay_ms } => {
                let who = match group {
                    Some(group) => satisfies(self.draft, self.now, self.account, group, keys),
                    None => base,
                };
                who && self.can_wait(*delay_ms)
            }
        }
    }

    /// A session acts as the threshold does, within its limits.
    fn session_power(&self, session: &Session) -> Power {
        let acts = session.scope.iter().any(|grant| grant.classes.iter().any(|class| *class > Class::Report));
        let none = Power::Limited { most: Amount::ZERO, rules: BTreeSet::new(), sessions: BTreeSet::new() };
        if !acts {
            return none;
        }
        let by_rules = self.power(true, &[]);
        if session.limits.is_empty() {
            return by_rules;
        }
        let limit = session.limits.iter().find(|limit| limit.asset == self.question.asset);
        let Some(limit) = limit else { return none };
        let own = self.in_time(limit.amount, limit.window_ms);
        match by_rules {
            Power::Limited { most, .. } if most <= own => by_rules,
            _ => Power::Limited { most: own, rules: BTreeSet::new(), sessions: BTreeSet::from([session.lane]) },
        }
    }

    /// The breaker bounds whatever the rules allow, unless what exceeds it can wait its delay.
    fn bounded(&self, power: Power, approved: bool) -> (Option<Amount>, Bound) {
        let (most, bound) = match power {
            Power::Free(bound) => (None, bound),
            Power::Limited { most, rules, sessions } => {
                let bound = match (rules.is_empty(), sessions.is_empty()) {
                    (true, true) => Bound::Nobody,
                    _ => Bound::Limits { rules: rules.into_iter().collect(), sessions: sessions.into_iter().collect() },
                };
                (Some(most), bound)
            }
        };
        let Some(breaker) = self.guard.breaker(self.question.asset) else { return (most, bound) };
        let waits = match breaker.beyond {
            Tripped::Refuse => false,
            Tripped::Queue { delay_ms } => approved && self.can_wait(delay_ms),
        };
        let broken = self.in_time(breaker.limit, breaker.window_ms);
        if !waits && exceeds(most, Some(broken)) { (Some(broken), Bound::Breaker) } else { (most, bound) }
    }
}

/// What two can do together, each in its own way.
fn join(left: Power, right: Power) -> Power {
    match (left, right) {
        (Power::Free(bound), _) | (_, Power::Free(bound)) => Power::Free(bound),
        (
            Power::Limited { most, mut rules, mut sessions },
            Power::Limited { most: more, rules: others, sessions: more_sessions },
        ) => {
            // Rules that both act under are one window; counting it twice bounds them all the same.
            rules.extend(others);
            sessions.extend(more_sessions);
            Power::Limited { most: Amount(most.0.saturating_add(more.0)), rules, sessions }
        }
    }
}
