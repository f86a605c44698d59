//! What watches over an account: its policy, its breakers, its guardians, and whether it is frozen.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::KeyId;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::policy::Policy;
use crate::state::{ACCOUNTS, Account, GUARDS, KEYS, Key, METERS, Meter, Permission, keys_of, meters_of};
use crate::{Error, policy::Group};

/// The most breakers of an account.
pub const BREAKERS_MAX: usize = 16;
/// The most guardians of an account.
pub const GUARDIANS_MAX: usize = 8;
/// What a loosening waits beyond the account's own delay, so that a delay of nothing is none: a day.
pub const LOOSENING_FLOOR_MS: u64 = 24 * 60 * 60 * 1000;

/// What becomes of an act that trips a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tripped {
    /// It is refused, with the time at which it would pass.
    Refuse,
    /// It becomes a bundle, which may execute once its approvals have waited so long.
    Queue {
        /// How long.
        delay_ms: u64,
    },
}

/// The most of an asset that may leave an account net in any window of time, whoever signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breaker {
    /// How much, less what the account's own acts brought in.
    pub limit: Amount,
    /// The window's length, from a minute to 366 days.
    pub window_ms: u64,
    /// What becomes of more.
    pub beyond: Tripped,
}

/// Accounts that may veto and freeze, each alone, and together rotate the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Guardians {
    /// The guardians, at most 8, ascending.
    pub accounts: Vec<AccountNumber>,
    /// How many must propose the same keys.
    pub threshold: u8,
    /// How long their proposals must have waited, so that the owner can cancel them.
    pub delay_ms: u64,
}

/// A frozen account lets nothing leave but what reduces a risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Freeze {
    /// Since when.
    pub since: Timestamp,
    /// From this instant on it is over; none if nobody asked for it yet.
    pub until: Option<Timestamp>,
}

/// What watches over an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Guard {
    /// The rules.
    pub policy: Policy,
    /// The breakers by ascending asset, at most 16.
    pub breakers: Vec<(AssetId, Breaker)>,
    /// The guardians.
    pub guardians: Guardians,
    /// Whether it is frozen.
    pub frozen: Option<Freeze>,
}

impl Guard {
    /// Whether the account is frozen at `time`.
    pub fn is_frozen(&self, time: Timestamp) -> bool {
        self.frozen.is_some_and(|freeze| freeze.until.is_none_or(|until| time < until))
    }

    /// Whether it watches over nothing at `time`.
    pub(crate) fn is_idle(&self, time: Timestamp) -> bool {
        let idle = Guard { frozen: self.frozen, ..Guard::default() };
        *self == idle && !self.is_frozen(time)
    }

    /// How long a loosening must have waited.
    pub fn loosening_ms(&self) -> u64 {
        // Both are bounded far below the end of 64 bits.
        self.policy.delay_ms.saturating_add(LOOSENING_FLOOR_MS)
    }

    /// The breaker of an asset.
    pub fn breaker(&self, asset: AssetId) -> Option<Breaker> {
        self.breakers.iter().find(|(of, _)| *of == asset).map(|(_, breaker)| *breaker)
    }
}

/// What watches over an account, if anything does.
pub fn guard(draft: &Draft, account: AccountNumber) -> Option<&Guard> {
    if ACCOUNTS.peek(draft, &account)?.guarded { GUARDS.peek(draft, &account) } else { None }
}

/// Passes a guardian of the account.
///
/// # Errors
/// [`Error::NotGuardian`].
pub fn check_guardian(draft: &Draft, account: AccountNumber, guardian: AccountNumber) -> Result<(), Error> {
    let is_guardian = guard(draft, account).is_some_and(|guard| guard.guardians.accounts.contains(&guardian));
    if is_guardian { Ok(()) } else { Err(Error::NotGuardian) }
}

/// Writes the guard of an account with the next policy version, which voids what was approved under the
/// last.
pub(crate) fn put_guard(
    draft: &mut Draft,
    account: AccountNumber,
    record: Account,
    guard: Guard,
    time: Timestamp,
) -> u64 {
    // One step per operation: 2^64 of them do not happen.
    let policy_version = record.policy_version.saturating_add(1);
    ACCOUNTS.put(draft, account, Account { policy_version, ..record });
    write_guard(draft, account, guard, time);
    policy_version
}

/// Writes the guard of an account and forgets the windows of rules and breakers that are no more.
pub(crate) fn write_guard(draft: &mut Draft, account: AccountNumber, guard: Guard, time: Timestamp) {
    let stands = |meter: &Meter| match *meter {
        Meter::Rule(number, _) => guard.policy.rules.iter().any(|rule| rule.number == number && rule.limit.is_some()),
        Meter::Breaker(asset) => guard.breaker(asset).is_some(),
        Meter::Session(..) => true,
    };
    let gone: Vec<Meter> = meters_of(draft, account).map(|(meter, _)| meter).filter(|meter| !stands(meter)).collect();
    for meter in gone {
        METERS.remove(draft, &(account, meter));
    }
    let guarded = !guard.is_idle(time);
    if let Some(record) = ACCOUNTS.get(draft, &account).filter(|record| record.guarded != guarded) {
        ACCOUNTS.put(draft, account, Account { guarded, ..record });
    }
    if guarded {
        GUARDS.put(draft, account, guard);
    } else {
        GUARDS.remove(draft, &account);
    }
}

/// What a set of keys weighs, each counted if it is live and its role permits.
pub(crate) fn weigh<'k>(
    draft: &Draft,
    time: Timestamp,
    account: AccountNumber,
    keys: impl Iterator<Item = &'k KeyId>,
    permission: Permission,
) -> u32 {
    let counted = keys.filter_map(|id| KEYS.peek(draft, &(account, *id)));
    let counted = counted.filter(|key| key.is_live(time) && key.role.permits(permission));
    counted.map(|key| u32::from(key.weight)).fold(0, u32::saturating_add)
}

/// Whether the members of a group among `keys` weigh enough. Membership is asked now: a key that is no
/// longer the account's counts nothing, whatever the policy still lists.
pub(crate) fn satisfies(draft: &Draft, time: Timestamp, account: AccountNumber, group: &Group, keys: &[KeyId]) -> bool {
    let members = keys.iter().filter(|key| group.keys.contains(key));
    weigh(draft, time, account, members, Permission::Approve) >= u32::from(group.weight)
}

/// What an account allowed before a transaction that manages it.
#[derive(Clone, Debug)]
pub struct Standing {
    threshold: u16,
    keys: Vec<(KeyId, Key)>,
    guard: Guard,
}

/// What the account allows now; none if nothing watches over it, for then whoever can loosen it could
/// as well empty it.
pub fn standing(draft: &Draft, account: AccountNumber, time: Timestamp) -> Option<Standing> {
    let guard = guard(draft, account).filter(|guard| !guard.is_idle(time))?;
    standing_under(draft, account, guard.clone())
}

fn standing_under(draft: &Draft, account: AccountNumber, guard: Guard) -> Option<Standing> {
    let threshold = ACCOUNTS.peek(draft, &account)?.threshold;
    let keys = keys_of(draft, account).map(|(id, key)| (id, *key)).collect();
    Some(Standing { threshold, keys, guard })
}

/// What waiting a loosening since `before` asks for.
///
/// # Errors
/// [`Error::LooseningMustWait`] if the account allows more than `before` and the change has not waited.
pub(crate) fn check_loosening(
    draft: &Draft,
    account: AccountNumber,
    before: &Standing,
    waited: impl FnOnce(u64) -> bool,
) -> Result<(), Error> {
    let guard = guard(draft, account).cloned().unwrap_or_default();
    let after = standing_under(draft, account, guard).ok_or(Error::UnknownAccount)?;
    let wait_ms = before.guard.loosening_ms();
    if before.allows_all_of(&after) || waited(wait_ms) { Ok(()) } else { Err(Error::LooseningMustWait { wait_ms }) }
}

impl Standing {
    /// Whether everything that `after` allows was allowed already.
    fn allows_all_of(&self, after: &Standing) -> bool {
        let key_was_there = |(id, key): &(KeyId, Key)| {
            let before = self.keys.iter().find(|(other, _)| other == id).map(|(_, key)| key);
            before.is_some_and(|before| {
                let lasts = match (before.expires, key.expires) {
                    (None, _) => true,
                    (Some(before), Some(after)) => after <= before,
                    (Some(_), None) => false,
                };
                key.role == before.role && key.weight <= before.weight && lasts
            })
        };
        let breaker_stands =
            |(asset, old): &(AssetId, Breaker)| after.guard.breaker(*asset).is_some_and(|new| new.is_as_strict_as(old));
        after.threshold >= self.threshold
            && after.keys.iter().all(key_was_there)
            && after.guard.policy.is_as_strict_as(&self.guard.policy)
            && self.guard.breakers.iter().all(breaker_stands)
            // Guardians can stop, but they can also rotate keys: any change of them may give power.
            && after.guard.guardians == self.guard.guardians
    }
}

impl Breaker {
    fn is_as_strict_as(&self, old: &Breaker) -> bool {
        let beyond = match (self.beyond, old.beyond) {
            (Tripped::Refuse, _) => true,
            (Tripped::Queue { delay_ms }, Tripped::Queue { delay_ms: old }) => delay_ms >= old,
            (Tripped::Queue { .. }, Tripped::Refuse) => false,
        };
        self.limit <= old.limit && self.window_ms >= old.window_ms && beyond
    }
}
