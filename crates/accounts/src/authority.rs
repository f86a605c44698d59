//! Whether a transaction may act for an account, asked at the moment of execution.
//!
//! That the signatures are genuine was verified before, against [`crate::public_key`]. Here: are the
//! keys still keys of the account, do they weigh enough, does the session's scope cover the
//! operations, is the nonce fresh.

use gage_crypto::{AccountId, KeyId};
use gage_store::Draft;
use gage_units::AccountNumber;

use crate::state::{ACCOUNTS, KEY_NONCES, KEYS_MAX, NUMBERS, Permission, SESSIONS, SIGNERS, put_window, window};
use crate::{Class, Context, Error, MODULE, NonceWindow, judge, nonce, opening};

/// Whose word an operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// The account's threshold, or those whom a rule of its policy lets act in its place.
    Threshold,
    /// Owners who weigh the account's threshold.
    Owners,
    /// One key, which the operation names, with a right of its role.
    Key(KeyId, Permission),
}

/// An operation of a transaction, as authority is asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its module.
    pub module: u8,
    /// Its class.
    pub class: Class,
    /// Whose word it needs.
    pub demand: Demand,
}

/// Who a transaction acts for, and what must be looked at when it ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The account.
    pub account: AccountNumber,
    /// The key of the session that signed, if one did.
    pub session: Option<KeyId>,
    /// Whether a guard or a session's limits watch over what it does: then [`crate::judge`] must be asked.
    pub watched: bool,
}

/// What a transaction claims.
#[derive(Clone, Copy, Debug)]
pub struct Authority<'a> {
    /// For whom it acts.
    pub account: AccountId,
    /// The keys whose signatures it carries, each once.
    pub keys: &'a [KeyId],
    /// Its nonce; the lane is in the upper bits, see [`nonce`].
    pub nonce: u64,
    /// Each of its operations.
    pub operations: &'a [Asked],
}

/// Brings near what finds an account by its name; see [`gage_store::Table::touch`].
pub fn touch_name(draft: &Draft, id: &AccountId) {
    NUMBERS.touch(draft, id);
}

/// Brings near what says who signs for an account.
pub fn touch(draft: &Draft, account: AccountNumber) {
    ACCOUNTS.touch(draft, &account);
    SIGNERS.touch(draft, &account);
    KEY_NONCES.touch(draft, &account);
}

/// Passes if the transaction may run now, and uses up its nonce.
///
/// # Errors
/// As [`check_authority`].
pub fn authorise(draft: &mut Draft, ctx: &Context, authority: &Authority) -> Result<Granted, Error> {
    let number = opening::resolve(draft, &authority.account)?;
    authorise_for(draft, ctx, number, authority)
}

/// As [`authorise`], for the number that the account's name was found to have. A name keeps its number for ever.
///
/// # Errors
/// As [`check_authority`].
pub fn authorise_for(
    draft: &mut Draft,
    ctx: &Context,
    number: AccountNumber,
    authority: &Authority,
) -> Result<Granted, Error> {
    let (granted, lane, window) = decide(draft, ctx, number, authority)?;
    put_window(draft, granted.account, lane, window);
    Ok(granted)
}

/// Passes if the transaction could run now, without using up its nonce.
///
/// # Errors
/// In this order: [`Error::UnknownAccount`]; [`Error::TooManySigners`]; [`Error::KeyNamedTwice`];
/// [`Error::SessionSignsAlone`]; [`Error::UnknownKey`]; [`Error::KeyExpired`]; [`Error::OutsideSession`]; or
/// for its operations [`Error::BelowThreshold`], [`Error::NeedsOwners`], [`Error::KeyDoesNotSign`],
/// [`Error::NotPermitted`]; [`Error::WrongLane`]; [`Error::NonceTooFar`], [`Error::NonceTooOld`],
/// [`Error::NonceUsed`].
pub fn check_authority(draft: &Draft, ctx: &Context, authority: &Authority) -> Result<AccountNumber, Error> {
    let number = opening::resolve(draft, &authority.account)?;
    decide(draft, ctx, number, authority).map(|(granted, _, _)| granted.account)
}

fn decide(
    draft: &Draft,
    ctx: &Context,
    number: AccountNumber,
    authority: &Authority,
) -> Result<(Granted, u32, NonceWindow), Error> {
    check_names(authority.keys)?;
    let session = session_key(draft, number, authority.keys)?;
    let (lane, watched) = match session {
        Some(key) => check_session(draft, ctx, number, key, authority.operations)?,
        None => (0, check_keys(draft, ctx, number, authority)?),
    };
    if nonce::lane_of(authority.nonce) != lane {
        return Err(Error::WrongLane);
    }
    let window = window(draft, number, lane).with(nonce::count_of(authority.nonce))?;
    Ok((Granted { account: number, session, watched }, lane, window))
}

fn check_names(keys: &[KeyId]) -> Result<(), Error> {
    if keys.len() > KEYS_MAX {
        return Err(Error::TooManySigners);
    }
    let twice = keys.iter().enumerate().any(|(index, key)| keys.iter().skip(index.saturating_add(1)).any(|k| k == key));
    if twice { Err(Error::KeyNamedTwice) } else { Ok(()) }
}

/// The key of the session that signs, if it is a session that signs.
fn session_key(draft: &Draft, number: AccountNumber, keys: &[KeyId]) -> Result<Option<KeyId>, Error> {
    // Lanes are given out in order: without a first one there never was a session.
    if ACCOUNTS.peek(draft, &number).is_none_or(|account| account.last_lane == 0) {
        return Ok(None);
    }
    match keys.iter().copied().find(|key| SESSIONS.has(draft, &(number, *key))) {
        Some(_) if keys.len() > 1 => Err(Error::SessionSignsAlone),
        found => Ok(found),
    }
}

/// The lane of a session that may sign this, and whether its acts are watched.
fn check_session(
    draft: &Draft,
    ctx: &Context,
    number: AccountNumber,
    key: KeyId,
    operations: &[Asked],
) -> Result<(u32, bool), Error> {
    let session = SESSIONS.peek(draft, &(number, key)).ok_or(Error::UnknownKey)?;
    if !session.is_live(ctx.time) {
        return Err(Error::KeyExpired);
    }
    // The scope can hold any module but this one, and nothing that asks for keys: a session never changes
    // keys or sessions, and neither proposes nor approves.
    let covered = operations.iter().all(|asked| {
        asked.module != MODULE && asked.demand == Demand::Threshold && session.covers(asked.module, asked.class)
    });
    if !covered {
        return Err(Error::OutsideSession);
    }
    let guarded = ACCOUNTS.peek(draft, &number).is_some_and(|account| account.guarded);
    Ok((session.lane, guarded || !session.limits.is_empty()))
}

/// Passes if the keys that signed carry every operation; tells whether the account is guarded.
fn check_keys(draft: &Draft, ctx: &Context, number: AccountNumber, authority: &Authority) -> Result<bool, Error> {
    let find = |id: KeyId| SIGNERS.peek(draft, &number).and_then(|all| all.find(id)).ok_or(Error::UnknownKey);
    let (mut owners, mut signers) = (0u32, 0u32);
    for id in authority.keys {
        let key = find(*id)?;
        if !key.is_live(ctx.time) {
            return Err(Error::KeyExpired);
        }
        // At most 16 weights of 16 bits: far from the end of 32.
        if key.role.permits(Permission::Sign) {
            signers = signers.saturating_add(u32::from(key.weight));
        }
        if key.role.permits(Permission::Manage) {
            owners = owners.saturating_add(u32::from(key.weight));
        }
    }
    let account = ACCOUNTS.peek(draft, &number).ok_or(Error::UnknownAccount)?;
    let threshold = u32::from(account.threshold);
    // A threshold of zero is a module's: nobody signs for it.
    if threshold == 0 {
        return Err(Error::BelowThreshold);
    }
    for asked in authority.operations {
        match asked.demand {
            Demand::Threshold if signers >= threshold => {}
            // What they do is judged when it is done.
            Demand::Threshold if judge::a_rule_may_let(draft, ctx.time, number, authority.keys) => {}
            Demand::Threshold => return Err(Error::BelowThreshold),
            Demand::Owners if owners >= threshold => {}
            Demand::Owners if signers >= threshold => return Err(Error::NeedsOwners),
            Demand::Owners => return Err(Error::BelowThreshold),
            Demand::Key(key, permission) => {
                if !authority.keys.contains(&key) {
                    return Err(Error::KeyDoesNotSign);
                }
                let role = find(key)?.role;
                if !role.permits(permission) {
                    return Err(Error::NotPermitted);
                }
            }
        }
    }
    Ok(account.guarded)
}
