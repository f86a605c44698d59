//! The records of this module and where they live.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::{AccountId, Hash, KeyId, PublicKey};
use gage_store::{Column, Draft, OrderedTable, Table};
use gage_units::{AccountNumber, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Class, NonceWindow};

/// The most keys an account may have.
pub const KEYS_MAX: usize = 16;
/// The most sessions an account may have open.
pub const SESSIONS_MAX: usize = 16;
/// The most modules a session may reach.
pub const GRANTS_MAX: usize = 16;
/// The longest a session may last: 366 days.
pub const SESSION_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1000;

/// The network and the numbers given out so far. One record.
pub(crate) const NETWORK: Table<(), Network> = Table::authenticated(0x0101, "accounts/network");
/// Accounts by number.
pub(crate) const ACCOUNTS: Column<AccountNumber, Account> = Column::authenticated(0x0102, "accounts/accounts");
/// Keys, those of one account side by side.
pub(crate) const KEYS: OrderedTable<(AccountNumber, KeyId), Key> = OrderedTable::authenticated(0x0103, "accounts/keys");
/// Sessions, those of one account side by side, by the session's key.
pub(crate) const SESSIONS: OrderedTable<(AccountNumber, KeyId), Session> =
    OrderedTable::authenticated(0x0104, "accounts/sessions");
/// Used nonces by account and lane. A lane without a record has used none.
pub(crate) const NONCES: Table<(AccountNumber, u32), NonceWindow> = Table::authenticated(0x0105, "accounts/nonces");
/// The number of an account, by its name.
pub(crate) const NUMBERS: Table<AccountId, AccountNumber> = Table::derived(0x0106, "accounts/numbers");

/// The network's name and its count of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Network {
    /// The hash of the genesis file, which is the network's name in every signature.
    pub genesis: Hash,
    /// The number the next account gets.
    pub next_account: u32,
    /// How many accounts belong to modules.
    pub module_accounts: u32,
}

/// Who holds: fixed for ever, while keys come and go.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Account {
    /// The account's name.
    pub id: AccountId,
    /// The account that paid for the opening; `None` at genesis.
    pub opened_by: Option<AccountNumber>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The weight of keys that an act needs. Zero only for the accounts of modules, which nobody can sign for.
    pub threshold: u16,
    /// Rises with every key added, rotated or removed; approvals bind to it.
    pub member_epoch: u64,
    /// Rises with every change of the threshold; approvals bind to it.
    pub policy_version: u64,
    /// The lane of the last session opened; no lane is given out twice.
    pub last_lane: u32,
}

/// What a key may do with its weight.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, including keys, thresholds and sessions.
    Owner,
    /// Everything but the operations of this module.
    Operator,
}

/// A key of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Key {
    /// The public half.
    pub public_key: PublicKey,
    /// What it counts towards the threshold.
    pub weight: u16,
    /// What the weight is good for.
    pub role: Role,
    /// From this instant on it no longer counts.
    pub expires: Option<Timestamp>,
    /// Since when it is a key of this account.
    pub added_at: Timestamp,
}

/// The classes of operations of one module that a session may sign.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Grant {
    /// The module's number.
    pub module: u8,
    /// The classes, ascending.
    pub classes: Vec<Class>,
}

/// A key that may sign alone, within a scope, until it expires or is closed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Session {
    /// The session's key.
    pub public_key: PublicKey,
    /// The session's own lane of nonces.
    pub lane: u32,
    /// What it may sign, by ascending module.
    pub scope: Vec<Grant>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// From this instant on it is dead.
    pub expires: Timestamp,
}

impl Key {
    /// Whether the key counts at `time`.
    pub fn is_live(&self, time: Timestamp) -> bool {
        self.expires.is_none_or(|expires| time < expires)
    }
}

impl Session {
    /// Whether the session may sign at `time`.
    pub fn is_live(&self, time: Timestamp) -> bool {
        time < self.expires
    }

    /// Whether the scope covers an operation of `module` and `class`.
    pub fn covers(&self, module: u8, class: Class) -> bool {
        self.scope.iter().any(|grant| grant.module == module && grant.classes.contains(&class))
    }
}

/// Makes room for the tables of this module.
pub fn create_tables(draft: &mut Draft) {
    NETWORK.create(draft);
    ACCOUNTS.create(draft);
    KEYS.create(draft);
    SESSIONS.create(draft);
    NONCES.create(draft);
    NUMBERS.create(draft);
}

/// Fills the derived tables from the authenticated ones, after a load.
pub fn rebuild(draft: &mut Draft) {
    let numbers: Vec<(AccountId, AccountNumber)> =
        ACCOUNTS.iter(draft).map(|(number, account)| (account.id, number)).collect();
    for (id, number) in numbers {
        NUMBERS.put(draft, id, number);
    }
}

/// The keys of an account in the order of their identifiers.
pub(crate) fn keys_of(draft: &Draft, account: AccountNumber) -> impl Iterator<Item = (KeyId, &Key)> {
    KEYS.range(draft, span(account)).map(|((_, id), key)| (*id, key))
}

/// The sessions of an account in the order of their keys' identifiers.
pub(crate) fn sessions_of(draft: &Draft, account: AccountNumber) -> impl Iterator<Item = (KeyId, &Session)> {
    SESSIONS.range(draft, span(account)).map(|((_, id), session)| (*id, session))
}

type Span = (std::ops::Bound<(AccountNumber, KeyId)>, std::ops::Bound<(AccountNumber, KeyId)>);

fn span(account: AccountNumber) -> Span {
    use std::ops::Bound::Included;
    (Included((account, KeyId([0; 20]))), Included((account, KeyId([u8::MAX; 20]))))
}
