//! One function per invariant; the doc comment is the sentence.

use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::AccountNumber;

use crate::bundle::{BUNDLES_MAX, BUNDLES_OF_ACCOUNT_MAX};
use crate::guard::{BREAKERS_MAX, GUARDIANS_MAX};
use crate::opening::{check_threshold, is_module, network};
use crate::state::{
    ACCOUNTS, BUNDLES, BUNDLES_OF, EXPIRING, GUARDS, KEY_NONCES, KEYS, KEYS_MAX, METERS, Meter, NETWORK, NONCES,
    NUMBERS, QUEUED, RECOVERIES, SESSIONS, SESSIONS_MAX, bundles_of, keys_of, sessions_of,
};
use crate::window::SLOTS_MAX;
use crate::{Broken, MODULE_ACCOUNTS};

const NAME: &str = "accounts";

/// What is checked in every block: as many names as accounts.
///
/// # Errors
/// The invariant that is broken.
pub fn check_block(draft: &Draft) -> Result<(), Broken> {
    let network = NETWORK.get(draft, &());
    let users = network.map_or(0, |network| network.next_account.saturating_sub(MODULE_ACCOUNTS));
    let opened = users.saturating_add(network.map_or(0, |network| network.module_accounts));
    let names = NUMBERS.len(draft);
    Broken::unless(u32::try_from(names) == Ok(opened), NAME, "one_number_per_name", || {
        format!("{opened} accounts are open under {names} names")
    })
}

/// The full audit.
///
/// # Errors
/// The first invariant that is broken.
pub fn check_invariants(draft: &Draft) -> Result<(), Broken> {
    check_block(draft)?;
    numbers_are_dense(draft)?;
    one_number_per_name(draft)?;
    no_account_is_locked_out(draft)?;
    a_signer_has_one_part(draft)?;
    lanes_are_never_shared(draft)?;
    a_guard_stands_where_it_is_flagged(draft)?;
    meters_belong(draft)?;
    approvals_are_of_members(draft)?;
    recoveries_are_of_guardians(draft)
}

/// Accounts are numbered from 64 without gaps; below stand modules, without keys.
fn numbers_are_dense(draft: &Draft) -> Result<(), Broken> {
    let mut expected = MODULE_ACCOUNTS;
    for (number, account) in ACCOUNTS.iter(draft) {
        let holds = if is_module(number) {
            account.threshold == 0
                && keys_of(draft, number).next().is_none()
                && sessions_of(draft, number).next().is_none()
        } else {
            let dense = number.0 == expected;
            expected = expected.saturating_add(1);
            dense
        };
        Broken::unless(holds, NAME, "numbers_are_dense", || format!("account {number} stands at its number wrongly"))?;
    }
    let next = NETWORK.get(draft, &()).map_or(MODULE_ACCOUNTS, |network| network.next_account);
    Broken::unless(expected == next, NAME, "numbers_are_dense", || {
        format!("the accounts end at {expected} but the next is to be {next}")
    })
}

/// A name leads to the one account that bears it.
fn one_number_per_name(draft: &Draft) -> Result<(), Broken> {
    let mut borne: Vec<(AccountId, AccountNumber)> = ACCOUNTS.iter(draft).map(|(number, a)| (a.id, number)).collect();
    borne.sort_unstable();
    Broken::unless(borne == NUMBERS.sorted(draft), NAME, "one_number_per_name", || {
        "the names do not lead to the accounts that bear them".to_owned()
    })
}

/// The owner keys that never expire weigh at least the threshold.
fn no_account_is_locked_out(draft: &Draft) -> Result<(), Broken> {
    for (number, account) in ACCOUNTS.iter(draft).filter(|(number, _)| !is_module(*number)) {
        let keys = keys_of(draft, number).map(|(_, key)| (key.role, key.weight, key.expires));
        Broken::unless(check_threshold(keys, account.threshold).is_ok(), NAME, "no_account_is_locked_out", || {
            format!("account {number} has a threshold of {} that its owners do not reach", account.threshold)
        })?;
    }
    Ok(())
}

/// No key is both a key and a session of an account; each stands under its own identifier, for an
/// account that exists, within the limits.
fn a_signer_has_one_part(draft: &Draft) -> Result<(), Broken> {
    const INVARIANT: &str = "a_signer_has_one_part";
    for ((account, id), key) in &KEYS.sorted(draft) {
        let holds = ACCOUNTS.has(draft, account)
            && key.public_key.id() == *id
            && key.weight > 0
            && !SESSIONS.has(draft, &(*account, *id));
        Broken::unless(holds, NAME, INVARIANT, || format!("key {id} of account {account}"))?;
    }
    for ((account, id), session) in SESSIONS.iter(draft) {
        let holds = ACCOUNTS.has(draft, account) && session.public_key.id() == *id;
        Broken::unless(holds, NAME, INVARIANT, || format!("session {id} of account {account}"))?;
    }
    for (number, _) in ACCOUNTS.iter(draft) {
        let (keys, sessions) = (keys_of(draft, number).count(), sessions_of(draft, number).count());
        Broken::unless(keys <= KEYS_MAX && sessions <= SESSIONS_MAX, NAME, INVARIANT, || {
            format!("account {number} has {keys} keys and {sessions} sessions")
        })?;
    }
    Ok(())
}

/// Each session has a lane of its own, and only lane 0 and open sessions keep nonces.
fn lanes_are_never_shared(draft: &Draft) -> Result<(), Broken> {
    const INVARIANT: &str = "lanes_are_never_shared";
    for (number, account) in ACCOUNTS.iter(draft) {
        let mut lanes: Vec<u32> = sessions_of(draft, number).map(|(_, session)| session.lane).collect();
        lanes.sort_unstable();
        let distinct = lanes.is_sorted_by(|left, right| left < right);
        let given_out = lanes.iter().all(|lane| (1..=account.last_lane).contains(lane));
        Broken::unless(distinct && given_out, NAME, INVARIANT, || format!("account {number} has the lanes {lanes:?}"))?;
    }
    for ((account, lane), _) in NONCES.sorted(draft) {
        let kept = sessions_of(draft, account).any(|(_, session)| session.lane == lane);
        Broken::unless(kept && ACCOUNTS.has(draft, &account), NAME, INVARIANT, || {
            format!("account {account} keeps nonces of lane {lane} without a session")
        })?;
    }
    for (account, _) in KEY_NONCES.iter(draft) {
        Broken::unless(ACCOUNTS.has(draft, &account), NAME, INVARIANT, || format!("nonces of no account {account}"))?;
    }
    Ok(())
}

/// An account is flagged as guarded if and only if it has a guard, which is well formed.
fn a_guard_stands_where_it_is_flagged(draft: &Draft) -> Result<(), Broken> {
    const INVARIANT: &str = "a_guard_stands_where_it_is_flagged";
    let flagged = ACCOUNTS.iter(draft).filter(|(_, account)| account.guarded).count();
    let guards = GUARDS.sorted(draft);
    Broken::unless(flagged == guards.len(), NAME, INVARIANT, || {
        format!("{flagged} accounts are flagged, {} have a guard", guards.len())
    })?;
    for (number, guard) in guards {
        let holds = ACCOUNTS.peek(draft, &number).is_some_and(|account| account.guarded)
            && guard.policy.validate().is_ok()
            && guard.breakers.len() <= BREAKERS_MAX
            && guard.breakers.is_sorted_by(|left, right| left.0 < right.0)
            && guard.guardians.accounts.len() <= GUARDIANS_MAX
            && !guard.guardians.accounts.contains(&number);
        Broken::unless(holds, NAME, INVARIANT, || format!("the guard of account {number}"))?;
    }
    Ok(())
}

/// A window is kept only for a rule, a breaker or a session that is there; its slots are few and in order.
fn meters_belong(draft: &Draft) -> Result<(), Broken> {
    for ((account, meter), window) in METERS.iter(draft) {
        let guard = GUARDS.peek(draft, account);
        let owned = match *meter {
            Meter::Rule(number, _) => guard.is_some_and(|guard| {
                guard.policy.rules.iter().any(|rule| rule.number == number && rule.limit.is_some())
            }),
            Meter::Breaker(asset) => guard.is_some_and(|guard| guard.breaker(asset).is_some()),
            Meter::Session(lane, asset) => sessions_of(draft, *account)
                .any(|(_, session)| session.lane == lane && session.limits.iter().any(|limit| limit.asset == asset)),
        };
        let ordered = window.slots.is_sorted_by(|left, right| left.end < right.end);
        let holds = owned && ordered && !window.slots.is_empty() && window.slots.len() <= SLOTS_MAX;
        Broken::unless(holds, NAME, "meters_belong", || format!("{meter:?} of account {account} keeps {window:?}"))?;
    }
    Ok(())
}

/// A bundle bears its hash, stands in its indexes, and while it is current, every approval of it is of a key
/// that its account has.
fn approvals_are_of_members(draft: &Draft) -> Result<(), Broken> {
    const INVARIANT: &str = "approvals_are_of_members";
    let (genesis, mut queued) = (network(draft), 0usize);
    for (number, bundle) in BUNDLES.iter(draft) {
        let of_members = bundle.votes.iter().enumerate().all(|(index, vote)| {
            let once = !bundle.votes.iter().skip(index.saturating_add(1)).any(|other| other.key == vote.key);
            once && (!bundle.is_current(draft) || KEYS.has(draft, &(bundle.account, vote.key)))
        });
        let indexed = BUNDLES_OF.has(draft, &(bundle.account, *number))
            && EXPIRING.has(draft, &(bundle.not_after, *number))
            && QUEUED.has(draft, number) == bundle.queued.is_some();
        queued = queued.saturating_add(usize::from(bundle.queued.is_some()));
        let holds = of_members
            && indexed
            && ACCOUNTS.has(draft, &bundle.account)
            && bundle.hash == bundle.hash_of(&genesis, *number)
            && bundles_of(draft, bundle.account).count() <= BUNDLES_OF_ACCOUNT_MAX;
        Broken::unless(holds, NAME, INVARIANT, || format!("bundle {number} of account {}", bundle.account))?;
    }
    let all = BUNDLES.len(draft);
    let indexes = (BUNDLES_OF.len(draft), EXPIRING.len(draft), QUEUED.len(draft));
    Broken::unless(all <= BUNDLES_MAX && indexes == (all, all, queued), NAME, INVARIANT, || {
        format!("{all} bundles, of which {queued} are queued, are indexed as {indexes:?}")
    })
}

/// New keys are proposed by guardians only.
fn recoveries_are_of_guardians(draft: &Draft) -> Result<(), Broken> {
    for ((account, guardian), _) in RECOVERIES.iter(draft) {
        let guards = GUARDS.peek(draft, account).is_some_and(|guard| guard.guardians.accounts.contains(guardian));
        Broken::unless(guards, NAME, "recoveries_are_of_guardians", || {
            format!("account {guardian} proposes keys for account {account} without guarding it")
        })?;
    }
    Ok(())
}
