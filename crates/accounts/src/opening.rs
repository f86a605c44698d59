//! Opening accounts, and finding them.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::{AccountId, Hash, KeyId, PublicKey};
use gage_store::Draft;
use gage_units::{AccountNumber, Timestamp};
use serde::{Deserialize, Serialize};

use crate::state::{ACCOUNTS, Account, KEYS, KEYS_MAX, Key, NETWORK, NUMBERS, Network, Role, SESSIONS, put_key};
use crate::{Context, Error, Event, MODULE, MODULE_ACCOUNTS};

/// A key as its owner asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// The public half.
    pub public_key: PublicKey,
    /// What it counts towards the threshold; at least 1.
    pub weight: u16,
    /// What the weight is good for.
    pub role: Role,
    /// From this instant on it no longer counts.
    #[serde(default)]
    pub expires: Option<Timestamp>,
}

impl NewKey {
    /// An owner key of weight 1 that never expires.
    pub fn owner(public_key: PublicKey) -> NewKey {
        NewKey { public_key, weight: 1, role: Role::Owner, expires: None }
    }

    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.weight == 0 { Err(Error::ZeroWeight) } else { Ok(()) }
    }

    pub(crate) fn check_time(&self, time: Timestamp) -> Result<(), Error> {
        match self.expires {
            Some(expires) if expires <= time => Err(Error::ExpiryNotInFuture),
            _ => Ok(()),
        }
    }

    pub(crate) fn at(&self, time: Timestamp) -> Key {
        let NewKey { public_key, weight, role, expires } = *self;
        Key { public_key, weight, role, expires, added_at: time }
    }
}

/// Notes the network's name, the hash of its genesis file. Before any account is opened.
pub fn set_network(draft: &mut Draft, genesis: Hash) {
    let network = network_record(draft);
    NETWORK.put(draft, (), Network { genesis, ..network });
}

/// The network's name; zeros before [`set_network`].
pub fn network(draft: &Draft) -> Hash {
    network_record(draft).genesis
}

pub(crate) fn network_record(draft: &Draft) -> Network {
    let first = Network { genesis: Hash::ZERO, next_account: MODULE_ACCOUNTS, module_accounts: 0, next_bundle: 0 };
    NETWORK.get(draft, &()).unwrap_or(first)
}

/// The number of the account with this name.
///
/// # Errors
/// [`Error::UnknownAccount`].
pub fn resolve(draft: &Draft, id: &AccountId) -> Result<AccountNumber, Error> {
    NUMBERS.peek(draft, id).copied().ok_or(Error::UnknownAccount)
}

/// The name of the account with this number.
pub fn id_of(draft: &Draft, number: AccountNumber) -> Option<AccountId> {
    ACCOUNTS.peek(draft, &number).map(|account| account.id)
}

/// Whether there is an account with this number.
pub fn exists(draft: &Draft, number: AccountNumber) -> bool {
    ACCOUNTS.has(draft, &number)
}

/// Whether the account belongs to a module: value that rules keep, signed for by nobody.
pub const fn is_module(number: AccountNumber) -> bool {
    number.0 < MODULE_ACCOUNTS
}

/// The account's record.
///
/// # Errors
/// [`Error::UnknownAccount`].
pub fn account(draft: &Draft, number: AccountNumber) -> Result<Account, Error> {
    ACCOUNTS.get(draft, &number).ok_or(Error::UnknownAccount)
}

/// A key of an account, expired or not.
pub fn key(draft: &Draft, account: AccountNumber, key: KeyId) -> Option<Key> {
    KEYS.get(draft, &(account, key))
}

/// The public half of a key or a session's key, against which a signature is verified. Whether it may
/// sign is a matter of execution: [`crate::authorise`].
pub fn public_key(draft: &Draft, account: AccountNumber, key: KeyId) -> Option<PublicKey> {
    let place = (account, key);
    let of_key = KEYS.peek(draft, &place).map(|key| key.public_key);
    of_key.or_else(|| SESSIONS.peek(draft, &place).map(|session| session.public_key))
}

/// Opens the account of a module at genesis: it has no keys and nobody can sign for it.
///
/// # Panics
/// If the number or the name is taken or is no module's: a fault of the program that builds the genesis state.
pub fn open_module(draft: &mut Draft, number: AccountNumber, id: AccountId) {
    assert!(is_module(number), "modules have the account numbers below {MODULE_ACCOUNTS}");
    assert!(!exists(draft, number) && !NUMBERS.has(draft, &id), "a module's account is opened once");
    let mut network = network_record(draft);
    network.module_accounts = network.module_accounts.saturating_add(1);
    NETWORK.put(draft, (), network);
    let account = Account {
        id,
        opened_by: None,
        opened_at: Timestamp(0),
        threshold: 0,
        member_epoch: 0,
        policy_version: 0,
        last_lane: 0,
        guarded: false,
    };
    ACCOUNTS.put(draft, number, account);
    NUMBERS.put(draft, id, number);
}

/// Opens an account at genesis under a name of the caller's choice.
///
/// # Errors
/// As `OpenAccount`.
pub fn open_for_genesis(
    draft: &mut Draft,
    ctx: &Context,
    id: AccountId,
    keys: &[NewKey],
    threshold: u16,
) -> Result<AccountNumber, Error> {
    validate_keys(keys, threshold)?;
    open(draft, ctx, id, None, keys, threshold)
}

/// The name of the account that opens with these keys and this threshold.
///
/// One key that never expires gives the name by itself. Several keys give it together with their
/// weights and the threshold: whoever opens the account, a name never stands for other keys than
/// those it was computed from.
pub fn derive_id(genesis: &Hash, keys: &[NewKey], threshold: u16) -> Result<AccountId, Error> {
    let first = keys.first().ok_or(Error::NoKeys)?;
    let scheme = first.public_key.scheme();
    if keys.len() == 1 && first.expires.is_none() {
        return Ok(AccountId::derive(genesis, scheme, first.public_key.as_bytes()));
    }
    let policy = borsh::to_vec(&(keys, threshold)).expect("writing to memory cannot fail");
    Ok(AccountId::derive(genesis, scheme, &policy))
}

/// What can be said about a set of first keys without state.
pub(crate) fn validate_keys(keys: &[NewKey], threshold: u16) -> Result<(), Error> {
    if keys.is_empty() {
        return Err(Error::NoKeys);
    }
    if keys.len() > KEYS_MAX {
        return Err(Error::TooManyKeys);
    }
    keys.iter().try_for_each(NewKey::validate)?;
    let mut ids: Vec<KeyId> = keys.iter().map(|key| key.public_key.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() != keys.len() {
        return Err(Error::DuplicateKey);
    }
    check_threshold(keys.iter().map(|key| (key.role, key.weight, key.expires)), threshold)
}

/// Passes if the owner keys that never expire carry the threshold, so that neither a removal nor the
/// clock can lock the owner out.
pub(crate) fn check_threshold(
    keys: impl Iterator<Item = (Role, u16, Option<Timestamp>)>,
    threshold: u16,
) -> Result<(), Error> {
    if threshold == 0 {
        return Err(Error::ZeroThreshold);
    }
    let lasting = keys.filter(|(role, _, expires)| *role == Role::Owner && expires.is_none());
    let weight: u32 = lasting.map(|(_, weight, _)| u32::from(weight)).sum();
    if weight < u32::from(threshold) { Err(Error::OwnersBelowThreshold) } else { Ok(()) }
}

/// Opens an account whose keys were validated.
pub(crate) fn open(
    draft: &mut Draft,
    ctx: &Context,
    id: AccountId,
    opened_by: Option<AccountNumber>,
    keys: &[NewKey],
    threshold: u16,
) -> Result<AccountNumber, Error> {
    keys.iter().try_for_each(|key| key.check_time(ctx.time))?;
    if NUMBERS.has(draft, &id) {
        return Err(Error::AccountExists);
    }
    let mut network = network_record(draft);
    let number = AccountNumber(network.next_account);
    network.next_account = network.next_account.checked_add(1).ok_or(Error::AccountsUsedUp)?;

    // From here on nothing can fail.
    NETWORK.put(draft, (), network);
    let account = Account {
        id,
        opened_by,
        opened_at: ctx.time,
        threshold,
        member_epoch: 1,
        policy_version: 1,
        last_lane: 0,
        guarded: false,
    };
    ACCOUNTS.put(draft, number, account);
    NUMBERS.put(draft, id, number);
    for key in keys {
        put_key(draft, number, key.at(ctx.time));
    }
    draft.emit(MODULE, &Event::AccountOpened { account: number, id, opened_by, keys: keys.to_vec(), threshold });
    Ok(number)
}
