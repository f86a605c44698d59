//! Whether what a transaction did is what the account's rules let its signers do.
//!
//! Rules bind on effects: the chain runs the operations first and hands over what left the account; a
//! breach undoes the transaction. Changes of the account's own rules are effects too.

use std::collections::BTreeMap;

use gage_crypto::KeyId;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};

use crate::bundle::Bundle;
use crate::guard::{Guard, Standing, Tripped, check_loosening, guard, satisfies, weigh};
use crate::policy::{Act, Beyond, Flow, Group, Rule, Verdict};
use crate::state::{ACCOUNTS, METERS, Meter, Permission, SESSIONS};
use crate::window::{Spent, Window};
use crate::{Context, Error, MODULE_ACCOUNTS, opening};

/// On whose word an account acts.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// Keys that signed the transaction.
    Keys(&'a [KeyId]),
    /// A session.
    Session(KeyId),
    /// The approvals of a bundle.
    Bundle(&'a Bundle),
}

/// What a transaction did to an account's holding of one asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Of what.
    pub asset: AssetId,
    /// What left.
    pub out: Amount,
    /// What came in.
    pub into: Amount,
}

/// What a transaction did, as its account's rules see it.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// The operations, each with what left by it for each destination. One entry per module, verb, asset
    /// and destination: an act does not get smaller by being repeated.
    pub acts: Vec<Act>,
    /// What left and came in all, per asset.
    pub changes: Vec<Change>,
    /// Whether all operations are of this module or reduce a risk.
    pub reduces: bool,
}

/// Whether keys below the threshold may try, because some rule lets a group of them act. What they did is
/// judged afterwards.
pub(crate) fn a_rule_may_let(draft: &Draft, time: Timestamp, account: AccountNumber, keys: &[KeyId]) -> bool {
    let Some(guard) = guard(draft, account) else { return false };
    guard.policy.rules.iter().filter_map(empowered).any(|group| satisfies(draft, time, account, group, keys))
}

/// The group that a rule lets act in the threshold's place.
pub(crate) fn empowered(rule: &Rule) -> Option<&Group> {
    match &rule.then {
        Verdict::Allow => rule.when.signers.as_ref(),
        Verdict::Require { group, .. } => group.as_ref(),
        Verdict::Deny => None,
    }
}

/// Passes if the account's rules let `by` have these effects; counts what left in the windows.
///
/// # Errors
/// In this order: [`Error::AccountFrozen`]; [`Error::LooseningMustWait`]; [`Error::OverSessionLimit`]; then
/// for each act the first rule that fits it: [`Error::DeniedByRule`], [`Error::OverLimit`],
/// [`Error::MustWait`], [`Error::NeedsApproval`], or without one [`Error::BelowThreshold`]; then
/// [`Error::OverBreaker`].
pub fn judge(
    draft: &mut Draft,
    ctx: &Context,
    account: AccountNumber,
    by: By,
    before: Option<&Standing>,
    effects: &Effects,
) -> Result<(), Error> {
    let guard = guard(draft, account).cloned().unwrap_or_default();
    let mut judge = Judge { draft, time: ctx.time, account, by, guard: &guard, spent: BTreeMap::new() };
    judge.check_frozen(effects)?;
    if let Some(before) = before {
        check_loosening(draft, account, before, |wait_ms| judge.threshold_met(wait_ms, Permission::Manage))?;
    }
    judge.check_session(effects)?;
    for act in &effects.acts {
        judge.check_rules(act)?;
    }
    for change in &effects.changes {
        judge.check_breaker(change)?;
    }
    let spent = judge.spent;

    // From here on nothing can fail.
    for (meter, window) in spent {
        if window.slots.is_empty() {
            METERS.remove(draft, &(account, meter));
        } else {
            METERS.put(draft, (account, meter), window);
        }
    }
    Ok(())
}

struct Judge<'a> {
    draft: &'a Draft,
    time: Timestamp,
    account: AccountNumber,
    by: By<'a>,
    guard: &'a Guard,
    /// The windows as they are with what was judged so far.
    spent: BTreeMap<Meter, Window>,
}

impl Judge<'_> {
    /// The keys on whose word it stands, once that word has waited `delay_ms`.
    fn keys(&self, delay_ms: u64) -> Vec<KeyId> {
        match self.by {
            // What is signed now has not waited.
            By::Keys(keys) if delay_ms == 0 => keys.to_vec(),
            By::Keys(_) | By::Session(_) => Vec::new(),
            By::Bundle(bundle) => bundle.aged(self.time, delay_ms.max(self.guard.policy.delay_ms)),
        }
    }

    /// Whether the account's threshold is behind it, having waited `delay_ms`.
    fn threshold_met(&self, delay_ms: u64, permission: Permission) -> bool {
        if let By::Session(_) = self.by {
            // The owners gave the session its scope with their threshold; what waits, it cannot do.
            return delay_ms == 0 && permission != Permission::Manage;
        }
        let permission = match self.by {
            By::Bundle(_) if permission == Permission::Sign => Permission::Approve,
            _ => permission,
        };
        let threshold = ACCOUNTS.peek(self.draft, &self.account).map_or(u32::MAX, |a| u32::from(a.threshold));
        let keys = self.keys(delay_ms);
        weigh(self.draft, self.time, self.account, keys.iter(), permission) >= threshold
    }

    fn satisfied(&self, group: &Group, delay_ms: u64) -> bool {
        satisfies(self.draft, self.time, self.account, group, &self.keys(delay_ms))
    }

    /// From a frozen account value leaves only to modules, by acts that reduce a risk, or ceases to exist.
    fn check_frozen(&self, effects: &Effects) -> Result<(), Error> {
        if !self.guard.is_frozen(self.time) {
            return Ok(());
        }
        let to_account = |flow: &Flow| {
            let number = flow.to.and_then(|to| opening::resolve(self.draft, &to).ok());
            number.is_some_and(|number| number.0 >= MODULE_ACCOUNTS)
        };
        let leaves = effects.acts.iter().filter_map(|act| act.flow.as_ref()).any(to_account);
        if leaves || !effects.reduces { Err(Error::AccountFrozen) } else { Ok(()) }
    }

    /// What counts in a window, with what was judged so far.
    fn window(&self, meter: Meter) -> Window {
        let kept = || METERS.get(self.draft, &(self.account, meter)).unwrap_or_default();
        self.spent.get(&meter).cloned().unwrap_or_else(kept)
    }

    fn check_session(&mut self, effects: &Effects) -> Result<(), Error> {
        let By::Session(key) = self.by else { return Ok(()) };
        let session = SESSIONS.peek(self.draft, &(self.account, key)).ok_or(Error::UnknownSession)?;
        if session.limits.is_empty() {
            return Ok(());
        }
        for change in &effects.changes {
            let Ok(net) = change.out.minus(change.into) else { continue };
            if net.is_zero() {
                continue;
            }
            let limit = session.limits.iter().find(|limit| limit.asset == change.asset);
            let limit = limit.ok_or(Error::OverSessionLimit { next: None })?;
            let meter = Meter::Session(session.lane, change.asset);
            match self.window(meter).spend(self.time, limit.window_ms, limit.amount, net)? {
                Spent::Fits(window) => self.spent.insert(meter, window),
                Spent::Over(next) => return Err(Error::OverSessionLimit { next }),
            };
        }
        Ok(())
    }

    /// The first rule that fits decides.
    fn check_rules(&mut self, act: &Act) -> Result<(), Error> {
        for rule in &self.guard.policy.rules {
            let signed = |group: &Group| self.satisfied(group, 0);
            if !rule.when.fits(act) || !rule.when.signers.as_ref().is_none_or(signed) {
                continue;
            }
            if rule.then == Verdict::Deny {
                return Err(Error::DeniedByRule { rule: rule.number });
            }
            let spent = self.spend(rule, act)?;
            match (spent, rule.limit.map(|limit| limit.beyond)) {
                (Some((_, Spent::Over(_))), Some(Beyond::NextRule)) => continue,
                (Some((_, Spent::Over(next))), _) => return Err(Error::OverLimit { rule: rule.number, next }),
                (Some((meter, Spent::Fits(window))), _) => {
                    self.check_verdict(rule)?;
                    self.spent.insert(meter, window);
                    return Ok(());
                }
                (None, _) => return self.check_verdict(rule),
            }
        }
        if self.threshold_met(0, Permission::Sign) { Ok(()) } else { Err(Error::BelowThreshold) }
    }

    /// What a rule's limit says of an act that takes something.
    fn spend(&self, rule: &Rule, act: &Act) -> Result<Option<(Meter, Spent)>, Error> {
        let (Some(limit), Some(flow)) = (rule.limit, act.flow) else { return Ok(None) };
        let meter = Meter::Rule(rule.number, flow.asset);
        let spent = self.window(meter).spend(self.time, limit.window_ms, limit.amount, flow.amount)?;
        Ok(Some((meter, spent)))
    }

    fn check_verdict(&self, rule: &Rule) -> Result<(), Error> {
        let number = rule.number;
        match &rule.then {
            Verdict::Deny => Err(Error::DeniedByRule { rule: number }),
            // That the signers the rule names are there was asked before.
            Verdict::Allow if rule.when.signers.is_some() || self.threshold_met(0, Permission::Sign) => Ok(()),
            Verdict::Allow => Err(Error::BelowThreshold),
            Verdict::Require { group, delay_ms } => {
                let approved = |delay_ms| match group {
                    Some(group) => self.satisfied(group, delay_ms),
                    None => self.threshold_met(delay_ms, Permission::Sign),
                };
                match (approved(*delay_ms), approved(0)) {
                    (true, _) => Ok(()),
                    (false, true) => Err(Error::MustWait { wait_ms: *delay_ms }),
                    (false, false) => Err(Error::NeedsApproval { rule: number }),
                }
            }
        }
    }

    /// What left in all, less what came in, within the asset's breaker. What came in cancels what left before.
    fn check_breaker(&mut self, change: &Change) -> Result<(), Error> {
        let Some(breaker) = self.guard.breaker(change.asset) else { return Ok(()) };
        let meter = Meter::Breaker(change.asset);
        let window = self.window(meter);
        let net = match change.out.minus(change.into) {
            Ok(net) if !net.is_zero() => net,
            _ => {
                let back = change.into.minus(change.out)?;
                self.spent.insert(meter, window.credit(self.time, breaker.window_ms, back));
                return Ok(());
            }
        };
        if let (Tripped::Queue { delay_ms }, By::Bundle(_)) = (breaker.beyond, self.by) {
            // It waited in the open, as the breaker asks of what exceeds it.
            if self.threshold_met(delay_ms, Permission::Sign) {
                return Ok(());
            }
        }
        match window.spend(self.time, breaker.window_ms, breaker.limit, net)? {
            Spent::Fits(window) => {
                self.spent.insert(meter, window);
                Ok(())
            }
            Spent::Over(next) => {
                let queue_ms = match (breaker.beyond, self.by) {
                    (Tripped::Queue { delay_ms }, By::Keys(_)) => Some(delay_ms),
                    _ => None,
                };
                Err(Error::OverBreaker { asset: change.asset, next, queue_ms })
            }
        }
    }
}
