//! One file per verb.

mod add_key;
mod close_session;
mod execute_bundle;
mod freeze_self;
mod open_account;
mod open_session;
mod recovery;
mod remove_key;
mod rotate_key;
mod set_breaker;
mod set_guardians;
mod set_policy;
mod set_threshold;
mod stop_bundle;
mod thaw;

pub use add_key::AddKey;
pub use close_session::CloseSession;
pub use execute_bundle::ExecuteBundle;
pub use freeze_self::{FreezeSelf, FreezeWard};
pub use open_account::OpenAccount;
pub use open_session::OpenSession;
pub use recovery::{CancelRecovery, FinishRecovery, StartRecovery};
pub use remove_key::RemoveKey;
pub use rotate_key::RotateKey;
pub use set_breaker::SetBreaker;
pub use set_guardians::SetGuardians;
pub use set_policy::SetPolicy;
pub use set_threshold::SetThreshold;
pub use stop_bundle::{RejectBundle, VetoBundle};
pub use thaw::Thaw;

use gage_crypto::KeyId;
use gage_store::Draft;
use gage_units::{AccountNumber, Timestamp};

use crate::guard::{Guard, guard};
use crate::opening::NewKey;
use crate::state::{
    ACCOUNTS, Account, KEYS, Key, METERS, Meter, NONCES, Role, SESSIONS, keys_of, meters_of, sessions_of,
};
use crate::{Context, Error, Event, MODULE};

/// The acting account with its record.
fn acting(draft: &Draft, ctx: &Context) -> Result<(AccountNumber, Account), Error> {
    let number = ctx.account()?;
    let account = ACCOUNTS.get(draft, &number).ok_or(Error::UnknownAccount)?;
    Ok((number, account))
}

/// What watches over an account; nothing if there is no record.
fn guard_of(draft: &Draft, account: AccountNumber) -> Guard {
    guard(draft, account).cloned().unwrap_or_default()
}

/// Passes if the key is neither a key nor an open session of the account.
fn check_unused(draft: &Draft, account: AccountNumber, key: KeyId) -> Result<(), Error> {
    let place = (account, key);
    if KEYS.has(draft, &place) || SESSIONS.has(draft, &place) { Err(Error::DuplicateKey) } else { Ok(()) }
}

/// The roles, weights and expiries of the account's keys without one of them.
fn others(
    draft: &Draft,
    account: AccountNumber,
    without: KeyId,
) -> impl Iterator<Item = (Role, u16, Option<Timestamp>)> {
    keys_of(draft, account).filter(move |(id, _)| *id != without).map(|(_, key)| (key.role, key.weight, key.expires))
}

/// Writes the account with the next member epoch, which voids what was approved under the last.
fn put_with_new_members(draft: &mut Draft, number: AccountNumber, account: Account) -> u64 {
    // One step per key operation: 2^64 of them do not happen.
    let member_epoch = account.member_epoch.saturating_add(1);
    ACCOUNTS.put(draft, number, Account { member_epoch, ..account });
    member_epoch
}

/// Ends a session and forgets its nonces and windows: its lane never comes back.
fn end_session(draft: &mut Draft, account: AccountNumber, key: KeyId, lane: u32) {
    let of_lane = |meter: &Meter| matches!(meter, Meter::Session(of, _) if *of == lane);
    let meters: Vec<Meter> = meters_of(draft, account).map(|(meter, _)| meter).filter(of_lane).collect();
    for meter in meters {
        METERS.remove(draft, &(account, meter));
    }
    SESSIONS.remove(draft, &(account, key));
    NONCES.remove(draft, &(account, lane));
    draft.emit(MODULE, &Event::SessionClosed { account, key, lane });
}

/// Ends the sessions that an owner key may have signed for: those opened while it was a key.
fn end_sessions_of(draft: &mut Draft, account: AccountNumber, key: &Key) {
    if key.role != Role::Owner {
        return;
    }
    let ended: Vec<(KeyId, u32)> = sessions_of(draft, account)
        .filter(|(_, session)| session.opened_at >= key.added_at)
        .map(|(id, session)| (id, session.lane))
        .collect();
    for (id, lane) in ended {
        end_session(draft, account, id, lane);
    }
}

fn describe_key(key: &NewKey) -> String {
    let role = match key.role {
        Role::Owner => "owner",
        Role::Operator => "operator",
        Role::Proposer => "proposer",
        Role::Approver => "approver",
        Role::Executor => "executor",
    };
    let expires = key.expires.map_or("never".to_owned(), |time| format!("at {time} ms"));
    format!("{role} key {} of weight {} expiring {expires}", key.public_key, key.weight)
}
