//! From one epoch to the next: the set is fixed some blocks before, and holds once its own epoch has published it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use gage_accounts::Context;
use gage_crypto::PublicKey;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, Height, Timestamp};

use crate::bonds::bonded;
use crate::params::EVIDENCE_MS_MAX;
use crate::state::terms;
use crate::validators::{
    EPOCH_ENDS, Member, ORDERING, VALIDATOR_SETS, VALIDATORS, ValidatorRules, ValidatorSet, remove_validator, rules,
    set_of,
};
use crate::{Event, MODULE, Role};

/// The end of every block: fixes the next set where it is time, and ends the epoch with its last block. `published` is
/// the height whose root this block's header carries.
///
/// A set that no header of the epoch before has published could not be proved to who knows only that epoch's
/// validators: it is dropped, and the old set goes on.
pub fn turn(draft: &mut Draft, ctx: &Context, published: Height) {
    let Some(rules) = rules(draft) else { return };
    let epoch = rules.epoch_of(ctx.height);
    let last = rules.last_of(epoch);
    let Some(next) = epoch.checked_add(1) else { return };
    if ctx.height.0.checked_add(rules.fixed_before) == Some(last.0) {
        fix(draft, ctx, &rules, next);
    }
    if ctx.height == last {
        if VALIDATOR_SETS.peek(draft, &next).is_some_and(|set| set.fixed_at > published) {
            VALIDATOR_SETS.remove(draft, &next);
            draft.emit(MODULE, &Event::ValidatorsKept { epoch: next });
        }
        end(draft, ctx.time, epoch);
    }
}

/// Chooses those who order from `epoch` on.
fn fix(draft: &mut Draft, ctx: &Context, rules: &ValidatorRules, epoch: u64) {
    strike_off_unbonded(draft);
    let before = set_of(draft, epoch).map(|set| set.members).unwrap_or_default();
    let members = take_over(&before, candidates(draft), rules);
    if members.len() < usize::from(rules.members_min) {
        draft.emit(MODULE, &Event::ValidatorsKept { epoch });
        return;
    }
    // Where one is reached is asked of the registered; a set is who signs, and who answers for it.
    let who = |members: &[Member]| members.iter().map(|it| (it.key, it.account)).collect::<Vec<_>>();
    if who(&before) == who(&members) {
        return;
    }
    let accounts = members.iter().map(|member| member.account).collect();
    let set = ValidatorSet { epoch, first: rules.first_of(epoch), fixed_at: ctx.height, members };
    VALIDATOR_SETS.put(draft, epoch, set);
    draft.emit(MODULE, &Event::ValidatorsFixed { epoch, accounts });
}

/// The next members, by key: of the candidates, the largest bonds first, those whose keys order already, and of those
/// whose keys are new at most a third less one of the members, but at least one. A network of four or more bears the
/// absence of so many, so that keys nobody runs do not halt it before there is another epoch. An account whose new key
/// finds no room goes on under the old one, unless somebody else has registered that. Beyond that as many new ones come
/// as others leave: a smaller set would bear less.
fn take_over(before: &[Member], candidates: Vec<Member>, rules: &ValidatorRules) -> Vec<Member> {
    let mut room = (before.len().saturating_sub(1) / 3).max(1);
    let mut members: Vec<Member> = Vec::new();
    let mut waiting = Vec::new();
    let taken: BTreeSet<PublicKey> = candidates.iter().map(|candidate| candidate.key).collect();
    let old_of = |account| before.iter().find(|it| it.account == account && !taken.contains(&it.key));
    for candidate in candidates {
        if members.len() >= usize::from(rules.members_max) {
            break;
        }
        if before.iter().any(|member| member.key == candidate.key) {
            members.push(candidate);
        } else if let Some(left) = room.checked_sub(1) {
            room = left;
            members.push(candidate);
        } else if let Some(old) = old_of(candidate.account) {
            members.push(old.clone());
        } else {
            waiting.push(candidate);
        }
    }
    let wanted = before.len().max(usize::from(rules.members_min)).min(usize::from(rules.members_max));
    let missing = wanted.saturating_sub(members.len());
    members.extend(waiting.into_iter().take(missing));
    members.sort_unstable_by_key(|member| member.key);
    members
}

/// Whoever has bonded less than the least is registered no more.
fn strike_off_unbonded(draft: &mut Draft) {
    let least = terms(draft, Role::Validator).map(|terms| terms.amount_min);
    let enough = |account: &AccountNumber| least.is_some_and(|least| stake(draft, *account) >= least);
    let unbonded: Vec<AccountNumber> =
        VALIDATORS.iter(draft).map(|(account, _)| *account).filter(|account| !enough(account)).collect();
    for account in unbonded {
        remove_validator(draft, account);
        draft.emit(MODULE, &Event::ValidatorStruckOff { account });
    }
}

/// The first of the candidates, as many as may order.
pub fn chosen(draft: &Draft) -> Vec<Member> {
    let Some(rules) = rules(draft) else { return Vec::new() };
    let mut first = candidates(draft);
    first.truncate(usize::from(rules.members_max));
    first
}

/// The registered, the largest bonds first, at equal bonds the lower number first. All of them: whoever is outbid leaves
/// only as new keys have room.
fn candidates(draft: &Draft) -> Vec<Member> {
    let mut candidates: Vec<(Reverse<Amount>, AccountNumber)> =
        VALIDATORS.iter(draft).map(|(account, _)| (Reverse(stake(draft, *account)), *account)).collect();
    candidates.sort_unstable();
    let member = |account| {
        let validator = VALIDATORS.get(draft, &account).expect("a candidate is registered");
        Member { key: validator.key, account, address: validator.address }
    };
    candidates.into_iter().map(|(_, account)| member(account)).collect()
}

/// Notes when the epoch ended, for evidence that comes later; forgets epochs of which none counts any more, and their
/// sets.
fn end(draft: &mut Draft, now: Timestamp, epoch: u64) {
    EPOCH_ENDS.put(draft, epoch, now);
    let old = |ended: Timestamp| now.since_ms(ended).is_ok_and(|age| age > EVIDENCE_MS_MAX);
    let forgotten: Vec<u64> =
        EPOCH_ENDS.iter(draft).take_while(|(_, ended)| old(**ended)).map(|(epoch, _)| *epoch).take(2).collect();
    for epoch in forgotten {
        EPOCH_ENDS.remove(draft, &epoch);
    }
    let oldest = EPOCH_ENDS.first(draft).and_then(|(epoch, _)| set_of(draft, epoch)).map_or(0, |set| set.epoch);
    let gone: Vec<u64> = VALIDATOR_SETS.iter(draft).map(|(epoch, _)| *epoch).take_while(|it| *it < oldest).collect();
    for epoch in gone {
        VALIDATOR_SETS.remove(draft, &epoch);
    }
    draft.emit(MODULE, &Event::EpochEnded { epoch });
}

/// What an account has at stake as a validator.
pub(crate) fn stake(draft: &Draft, account: AccountNumber) -> Amount {
    bonded(draft, Role::Validator, account, ORDERING)
}

/// The registered account with the smallest bond, of equal ones the youngest.
pub(crate) fn least_registered(draft: &Draft) -> AccountNumber {
    let stakes = VALIDATORS.iter(draft).map(|(account, _)| (stake(draft, *account), Reverse(*account)));
    let (_, Reverse(account)) = stakes.min().expect("as many are registered as may be");
    account
}
