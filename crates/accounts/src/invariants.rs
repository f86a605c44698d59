//! One function per invariant; the doc comment is the sentence.

use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::AccountNumber;

use crate::opening::{check_threshold, is_module};
use crate::state::{ACCOUNTS, KEYS, KEYS_MAX, NETWORK, NONCES, NUMBERS, SESSIONS, SESSIONS_MAX, keys_of, sessions_of};
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
    lanes_are_never_shared(draft)
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
    for ((account, id), key) in KEYS.iter(draft) {
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
        let kept = lane == 0 || sessions_of(draft, account).any(|(_, session)| session.lane == lane);
        Broken::unless(kept && ACCOUNTS.has(draft, &account), NAME, INVARIANT, || {
            format!("account {account} keeps nonces of lane {lane} without a session")
        })?;
    }
    Ok(())
}
