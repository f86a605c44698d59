//! Whether a transaction may act for an account, asked at the moment of execution.
//!
//! That the signatures are genuine was verified before, against [`crate::public_key`]. Here: are the
//! keys still keys of the account, do they weigh enough, does the session's scope cover the
//! operations, is the nonce fresh.

use gage_crypto::{AccountId, KeyId};
use gage_store::Draft;
use gage_units::AccountNumber;

use crate::state::{ACCOUNTS, KEYS, KEYS_MAX, NONCES, Role, SESSIONS};
use crate::{Class, Context, Error, MODULE, NonceWindow, nonce, opening};

/// What a transaction claims.
#[derive(Clone, Copy, Debug)]
pub struct Authority<'a> {
    /// For whom it acts.
    pub account: AccountId,
    /// The keys whose signatures it carries, each once.
    pub keys: &'a [KeyId],
    /// Its nonce; the lane is in the upper bits, see [`nonce`].
    pub nonce: u64,
    /// Module and class of each of its operations.
    pub module_operations: &'a [(u8, Class)],
}

/// Passes if the transaction may run now, and uses up its nonce.
///
/// # Errors
/// As [`check_authority`].
pub fn authorise(draft: &mut Draft, ctx: &Context, authority: &Authority) -> Result<AccountNumber, Error> {
    let (number, lane, window) = decide(draft, ctx, authority)?;
    NONCES.put(draft, (number, lane), window);
    Ok(number)
}

/// Passes if the transaction could run now, without using up its nonce.
///
/// # Errors
/// In this order: [`Error::UnknownAccount`]; [`Error::TooManySigners`]; [`Error::KeyNamedTwice`];
/// [`Error::SessionSignsAlone`]; [`Error::UnknownKey`]; [`Error::KeyExpired`]; [`Error::OutsideSession`] or
/// [`Error::NeedsOwners`] or [`Error::BelowThreshold`]; [`Error::WrongLane`]; [`Error::NonceTooFar`],
/// [`Error::NonceTooOld`], [`Error::NonceUsed`].
pub fn check_authority(draft: &Draft, ctx: &Context, authority: &Authority) -> Result<AccountNumber, Error> {
    decide(draft, ctx, authority).map(|(number, _, _)| number)
}

fn decide(draft: &Draft, ctx: &Context, authority: &Authority) -> Result<(AccountNumber, u32, NonceWindow), Error> {
    let number = opening::resolve(draft, &authority.account)?;
    check_names(authority.keys)?;
    let lane = match session_key(draft, number, authority.keys)? {
        Some(key) => session_lane(draft, ctx, number, key, authority.module_operations)?,
        None => {
            check_weight(draft, ctx, number, authority)?;
            0
        }
    };
    if nonce::lane_of(authority.nonce) != lane {
        return Err(Error::WrongLane);
    }
    let window = NONCES.peek(draft, &(number, lane)).copied().unwrap_or_default();
    Ok((number, lane, window.with(nonce::count_of(authority.nonce))?))
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
    match keys.iter().copied().find(|key| SESSIONS.has(draft, &(number, *key))) {
        Some(_) if keys.len() > 1 => Err(Error::SessionSignsAlone),
        found => Ok(found),
    }
}

fn session_lane(
    draft: &Draft,
    ctx: &Context,
    number: AccountNumber,
    key: KeyId,
    operations: &[(u8, Class)],
) -> Result<u32, Error> {
    let session = SESSIONS.peek(draft, &(number, key)).ok_or(Error::UnknownKey)?;
    if !session.is_live(ctx.time) {
        return Err(Error::KeyExpired);
    }
    // The scope can hold any module but this one: a session never changes keys or sessions.
    let covered = operations.iter().all(|(module, class)| *module != MODULE && session.covers(*module, *class));
    if covered { Ok(session.lane) } else { Err(Error::OutsideSession) }
}

fn check_weight(draft: &Draft, ctx: &Context, number: AccountNumber, authority: &Authority) -> Result<(), Error> {
    let (mut owners, mut all) = (0u32, 0u32);
    for id in authority.keys {
        let key = KEYS.peek(draft, &(number, *id)).ok_or(Error::UnknownKey)?;
        if !key.is_live(ctx.time) {
            return Err(Error::KeyExpired);
        }
        // At most 16 weights of 16 bits: far from the end of 32.
        all = all.saturating_add(u32::from(key.weight));
        if key.role == Role::Owner {
            owners = owners.saturating_add(u32::from(key.weight));
        }
    }
    let account = ACCOUNTS.peek(draft, &number).ok_or(Error::UnknownAccount)?;
    let threshold = u32::from(account.threshold);
    // A threshold of zero is a module's: nobody signs for it.
    if threshold == 0 || all < threshold {
        return Err(Error::BelowThreshold);
    }
    let manages = authority.module_operations.iter().any(|(module, _)| *module == MODULE);
    if manages && owners < threshold { Err(Error::NeedsOwners) } else { Ok(()) }
}
