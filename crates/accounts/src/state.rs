//! The records of this module and where they live.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::{AccountId, Hash, KeyId, PublicKey};
use gage_store::{Column, Draft, OrderedTable, Table};
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::bundle::Bundle;
use crate::guard::Guard;
use crate::opening::NewKey;
use crate::signers::Signers;
use crate::window::Window;
use crate::{Class, NonceWindow};

/// The most keys an account may have.
pub const KEYS_MAX: usize = 16;
/// The most sessions an account may have open.
pub const SESSIONS_MAX: usize = 16;
/// The most modules a session may reach.
pub const GRANTS_MAX: usize = 16;
/// The most assets a session's limits may name.
pub const SESSION_LIMITS_MAX: usize = 16;
/// The longest a session may last: 366 days.
pub const SESSION_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1000;

/// The network and the numbers given out so far. One record.
pub(crate) const NETWORK: Table<(), Network> = Table::authenticated(0x0101, "accounts/network");
/// Accounts by number.
pub(crate) const ACCOUNTS: Column<AccountNumber, Account> = Column::authenticated(0x0102, "accounts/accounts");
/// Keys. Written through [`put_key`] and [`remove_key`], which keep [`SIGNERS`].
pub(crate) const KEYS: Table<(AccountNumber, KeyId), Key> = Table::authenticated(0x0103, "accounts/keys");
/// Sessions, those of one account side by side, by the session's key.
pub(crate) const SESSIONS: OrderedTable<(AccountNumber, KeyId), Session> =
    OrderedTable::authenticated(0x0104, "accounts/sessions");
/// Used nonces of sessions by account and lane. A lane without a record has used none.
pub(crate) const NONCES: Table<(AccountNumber, u32), NonceWindow> = Table::authenticated(0x0105, "accounts/nonces");
/// The number of an account, by its name.
pub(crate) const NUMBERS: Table<AccountId, AccountNumber> = Table::derived(0x0106, "accounts/numbers");

/// What watches over an account: policy, breakers, guardians, freeze. Accounts without any have no record.
pub(crate) const GUARDS: Table<AccountNumber, Guard> = Table::authenticated(0x0107, "accounts/guards");
/// What was spent under each limit, those of one account side by side.
pub(crate) const METERS: OrderedTable<(AccountNumber, Meter), Window> =
    OrderedTable::authenticated(0x0108, "accounts/meters");
/// Bundles that wait for approval, their time or their turn, by number.
pub(crate) const BUNDLES: OrderedTable<u64, Bundle> = OrderedTable::authenticated(0x0109, "accounts/bundles");
/// What each guardian proposes as the new keys of an account: account, then guardian.
pub(crate) const RECOVERIES: OrderedTable<(AccountNumber, AccountNumber), Recovery> =
    OrderedTable::authenticated(0x010A, "accounts/recoveries");
/// The bundles of each account.
pub(crate) const BUNDLES_OF: OrderedTable<(AccountNumber, u64), ()> =
    OrderedTable::derived(0x010B, "accounts/bundles_of");
/// The bundles by the end of their window.
pub(crate) const EXPIRING: OrderedTable<(Timestamp, u64), ()> = OrderedTable::derived(0x010C, "accounts/expiring");
/// The bundles that run in the next block.
pub(crate) const QUEUED: OrderedTable<u64, ()> = OrderedTable::derived(0x010D, "accounts/queued");
/// What every transaction asks of its account's keys, in one place near the account's other records.
pub(crate) const SIGNERS: Column<AccountNumber, Signers> = Column::derived(0x010E, "accounts/signers");
/// Used nonces of the keys, which share lane 0. An account without a record has used none.
pub(crate) const KEY_NONCES: Column<AccountNumber, NonceWindow> = Column::authenticated(0x010F, "accounts/key_nonces");

/// The network's name and its count of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Network {
    /// The hash of the genesis file, which is the network's name in every signature.
    pub genesis: Hash,
    /// The number the next account gets.
    pub next_account: u32,
    /// How many accounts belong to modules.
    pub module_accounts: u32,
    /// The number the next bundle gets.
    pub next_bundle: u64,
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
    /// Rises with every change of threshold, policy, breakers and guardians; approvals bind to it.
    pub policy_version: u64,
    /// The lane of the last session opened; no lane is given out twice.
    pub last_lane: u32,
    /// Whether a guard watches over it. Without one, its acts cost no look at any.
    pub guarded: bool,
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
    /// Only to propose bundles; its weight approves nothing.
    Proposer,
    /// Only to approve bundles, and to sign beside others as a member of a rule's group.
    Approver,
    /// Only to execute bundles that others approved.
    Executor,
}

/// A right that a [`Role`] gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// To count towards the threshold of what is signed directly.
    Sign,
    /// To propose bundles.
    Propose,
    /// To approve bundles.
    Approve,
    /// To execute approved bundles.
    Execute,
    /// To change keys, thresholds, policy and sessions.
    Manage,
    /// To stop what others proposed, and to freeze the account.
    Stop,
}

impl Role {
    /// Whether the role gives the right.
    pub fn permits(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Role::Owner => true,
            Role::Operator => matches!(permission, P::Sign | P::Propose | P::Approve | P::Execute),
            Role::Proposer => permission == P::Propose,
            Role::Approver => permission == P::Approve,
            Role::Executor => permission == P::Execute,
        }
    }
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
    /// The most that may leave the account through it. Without any, only scope and policy bound it; with
    /// some, an asset that is not named does not leave.
    pub limits: Vec<SessionLimit>,
}

/// The most of one asset that may leave in any window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionLimit {
    /// Of what.
    pub asset: AssetId,
    /// How much in any window.
    pub amount: Amount,
    /// The window's length.
    pub window_ms: u64,
}

/// What a limit's window counts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Meter {
    /// What left under a rule of the policy, by the rule's number.
    Rule(u16, AssetId),
    /// What left in all, for the asset's breaker.
    Breaker(AssetId),
    /// What left through a session, by its lane.
    Session(u32, AssetId),
}

/// The new keys that one guardian proposes for an account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Recovery {
    /// The keys that replace all others.
    pub keys: Vec<NewKey>,
    /// The weight an act needs then.
    pub threshold: u16,
    /// Since when this guardian proposes it; it counts once it has waited the guardians' delay.
    pub started_at: Timestamp,
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
    GUARDS.create(draft);
    METERS.create(draft);
    BUNDLES.create(draft);
    RECOVERIES.create(draft);
    BUNDLES_OF.create(draft);
    EXPIRING.create(draft);
    QUEUED.create(draft);
    SIGNERS.create(draft);
    KEY_NONCES.create(draft);
}

/// Fills the derived tables from the authenticated ones, after a load.
pub fn rebuild(draft: &mut Draft) {
    let numbers: Vec<(AccountId, AccountNumber)> =
        ACCOUNTS.iter(draft).map(|(number, account)| (account.id, number)).collect();
    for (id, number) in numbers {
        NUMBERS.put(draft, id, number);
    }
    for ((account, id), key) in KEYS.sorted(draft) {
        SIGNERS.put(draft, account, signers(draft, account).with(id, &key));
    }
    let bundles: Vec<(u64, Bundle)> = BUNDLES.iter(draft).map(|(number, bundle)| (*number, bundle.clone())).collect();
    for (number, bundle) in bundles {
        index_bundle(draft, number, &bundle);
    }
}

/// Enters a bundle into the derived tables.
pub(crate) fn index_bundle(draft: &mut Draft, number: u64, bundle: &Bundle) {
    BUNDLES_OF.put(draft, (bundle.account, number), ());
    EXPIRING.put(draft, (bundle.not_after, number), ());
    if bundle.queued.is_some() {
        QUEUED.put(draft, number, ());
    }
}

/// Removes a bundle with its places in the derived tables.
pub(crate) fn remove_bundle(draft: &mut Draft, number: u64, bundle: &Bundle) {
    BUNDLES.remove(draft, &number);
    BUNDLES_OF.remove(draft, &(bundle.account, number));
    EXPIRING.remove(draft, &(bundle.not_after, number));
    QUEUED.remove(draft, &number);
}

/// The bundles of an account in the order of their numbers.
pub(crate) fn bundles_of(draft: &Draft, account: AccountNumber) -> impl Iterator<Item = (u64, &Bundle)> {
    use std::ops::Bound::Included;
    let places = BUNDLES_OF.range(draft, (Included((account, 0)), Included((account, u64::MAX))));
    places.filter_map(|((_, number), ())| Some((*number, BUNDLES.peek(draft, number)?)))
}

/// The meters of an account.
pub(crate) fn meters_of(draft: &Draft, account: AccountNumber) -> impl Iterator<Item = (Meter, &Window)> {
    use std::ops::Bound::Included;
    let (first, last) = (Meter::Rule(0, AssetId(0)), Meter::Session(u32::MAX, AssetId(u32::MAX)));
    METERS.range(draft, (Included((account, first)), Included((account, last)))).map(|((_, meter), w)| (*meter, w))
}

/// What the guardians of an account propose.
pub(crate) fn recoveries_of(draft: &Draft, account: AccountNumber) -> impl Iterator<Item = (AccountNumber, &Recovery)> {
    use std::ops::Bound::Included;
    let (first, last) = ((account, AccountNumber(0)), (account, AccountNumber(u32::MAX)));
    RECOVERIES.range(draft, (Included(first), Included(last))).map(|((_, guardian), recovery)| (*guardian, recovery))
}

/// Gives an account a key, or writes one anew.
pub(crate) fn put_key(draft: &mut Draft, account: AccountNumber, key: Key) {
    let id = key.public_key.id();
    SIGNERS.put(draft, account, signers(draft, account).with(id, &key));
    KEYS.put(draft, (account, id), key);
}

/// Takes a key from an account.
pub(crate) fn remove_key(draft: &mut Draft, account: AccountNumber, id: KeyId) {
    KEYS.remove(draft, &(account, id));
    SIGNERS.put(draft, account, signers(draft, account).without(id));
}

fn signers(draft: &Draft, account: AccountNumber) -> Signers {
    SIGNERS.get(draft, &account).unwrap_or_default()
}

/// The keys of an account in the order of their identifiers.
pub(crate) fn keys_of(draft: &Draft, account: AccountNumber) -> impl Iterator<Item = (KeyId, &Key)> {
    let listed = SIGNERS.peek(draft, &account).map(Signers::as_slice).unwrap_or_default();
    listed.iter().filter_map(move |signer| Some((signer.id, KEYS.peek(draft, &(account, signer.id))?)))
}

/// What a lane has used.
pub(crate) fn window(draft: &Draft, account: AccountNumber, lane: u32) -> NonceWindow {
    let window = match lane {
        0 => KEY_NONCES.peek(draft, &account),
        lane => NONCES.peek(draft, &(account, lane)),
    };
    window.copied().unwrap_or_default()
}

/// Writes what a lane has used.
pub(crate) fn put_window(draft: &mut Draft, account: AccountNumber, lane: u32, window: NonceWindow) {
    match lane {
        0 => KEY_NONCES.put(draft, account, window),
        lane => NONCES.put(draft, (account, lane), window),
    }
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
