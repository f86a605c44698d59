//! Reads for the API.

use gage_crypto::{AccountId, KeyId};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::bundle::{self, Bundle};
use crate::guard::{self, Breaker, Freeze};
use crate::nonce::nonce;
use crate::opening::{self};
use crate::policy::Policy;
use crate::state::{
    ACCOUNTS, Key, METERS, Meter, Recovery, Session, bundles_of, keys_of, meters_of, recoveries_of, sessions_of, window,
};

/// An account with everything that signs for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Its name.
    pub id: AccountId,
    /// Its number.
    pub number: AccountNumber,
    /// The name of the account that paid for the opening.
    pub opened_by: Option<AccountId>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The weight an act needs.
    pub threshold: u16,
    /// Rises with every change of keys.
    pub member_epoch: u64,
    /// Rises with every change of the threshold.
    pub policy_version: u64,
    /// The least nonce above all that its keys used.
    pub next_nonce: u64,
    /// Its keys.
    pub keys: Vec<KeyView>,
    /// Its sessions.
    pub sessions: Vec<SessionView>,
}

/// A key with its identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    /// Its identifier.
    pub id: KeyId,
    /// The record.
    #[serde(flatten)]
    pub key: Key,
}

/// A session with its identifier and nonce.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// The identifier of its key.
    pub id: KeyId,
    /// The record.
    #[serde(flatten)]
    pub session: Session,
    /// The least nonce above all it used, its lane included.
    pub next_nonce: u64,
}

/// The account with this name.
///
/// # Errors
/// [`Error::UnknownAccount`].
pub fn account(draft: &Draft, id: &AccountId) -> Result<AccountView, Error> {
    let number = opening::resolve(draft, id)?;
    let account = ACCOUNTS.peek(draft, &number).ok_or(Error::UnknownAccount)?;
    let session_view = |(id, session): (KeyId, &Session)| {
        let next_nonce = next_nonce(draft, number, session.lane);
        SessionView { id, session: session.clone(), next_nonce }
    };
    Ok(AccountView {
        id: *id,
        number,
        opened_by: account.opened_by.and_then(|sponsor| opening::id_of(draft, sponsor)),
        opened_at: account.opened_at,
        threshold: account.threshold,
        member_epoch: account.member_epoch,
        policy_version: account.policy_version,
        next_nonce: next_nonce(draft, number, 0),
        keys: keys_of(draft, number).map(|(id, key)| KeyView { id, key: *key }).collect(),
        sessions: sessions_of(draft, number).map(session_view).collect(),
    })
}

/// The least nonce above all used in a lane of an account.
pub fn next_nonce(draft: &Draft, account: AccountNumber, lane: u32) -> u64 {
    let window = window(draft, account, lane);
    nonce(lane, window.next)
}

/// A bundle with its number and the name of its account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleView {
    /// Its number.
    pub number: u64,
    /// Whose it is.
    pub account_id: AccountId,
    /// Whether members and policy are still those it was proposed under; otherwise it is void.
    pub current: bool,
    /// The record.
    #[serde(flatten)]
    pub bundle: Bundle,
}

/// The bundle of this number.
///
/// # Errors
/// [`Error::UnknownBundle`].
pub fn bundle(draft: &Draft, number: u64) -> Result<BundleView, Error> {
    let bundle = bundle::bundle(draft, number)?;
    bundle_view(draft, number, bundle).ok_or(Error::UnknownBundle)
}

/// The bundles of an account that wait, in the order of their numbers.
///
/// # Errors
/// [`Error::UnknownAccount`].
pub fn bundles(draft: &Draft, id: &AccountId) -> Result<Vec<BundleView>, Error> {
    let account = opening::resolve(draft, id)?;
    Ok(bundles_of(draft, account).filter_map(|(number, bundle)| bundle_view(draft, number, bundle)).collect())
}

fn bundle_view(draft: &Draft, number: u64, bundle: &Bundle) -> Option<BundleView> {
    let account_id = opening::id_of(draft, bundle.account)?;
    Some(BundleView { number, account_id, current: bundle.is_current(draft), bundle: bundle.clone() })
}

/// What watches over an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardView {
    /// The rules.
    pub policy: Policy,
    /// The breakers.
    pub breakers: Vec<BreakerView>,
    /// What was spent under limits lately.
    pub spent: Vec<SpentView>,
    /// The guardians.
    pub guardians: Vec<AccountId>,
    /// How many of them replace the keys.
    pub guardian_threshold: u8,
    /// How long their proposals must have waited.
    pub guardian_delay_ms: u64,
    /// What they propose.
    pub recoveries: Vec<RecoveryView>,
    /// The freeze, if it was frozen; whether it still is, its end tells.
    pub frozen: Option<Freeze>,
    /// How long a loosening must have waited; none if nothing watches over the account.
    pub loosening_ms: Option<u64>,
}

/// A breaker with what counts in its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakerView {
    /// Of which asset.
    pub asset: AssetId,
    /// The breaker.
    #[serde(flatten)]
    pub breaker: Breaker,
    /// What counts in its window now.
    pub used: Amount,
}

/// What counts in the window of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpentView {
    /// Of which limit.
    pub meter: Meter,
    /// How much; slots that the limit no longer counts are in it until something leaves again.
    pub amount: Amount,
}

/// What a guardian proposes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryView {
    /// Which guardian.
    pub guardian: Option<AccountId>,
    /// The proposal.
    #[serde(flatten)]
    pub recovery: Recovery,
}

/// What watches over an account at a time.
///
/// # Errors
/// [`Error::UnknownAccount`], [`Error::Math`] if a sum does not fit.
pub fn guard(draft: &Draft, id: &AccountId, time: Timestamp) -> Result<GuardView, Error> {
    let account = opening::resolve(draft, id)?;
    let Some(guard) = guard::guard(draft, account) else { return Ok(GuardView::default()) };
    let breaker = |&(asset, breaker): &(AssetId, Breaker)| -> Result<BreakerView, Error> {
        let window = METERS.peek(draft, &(account, Meter::Breaker(asset)));
        let used = window.map_or(Ok(Amount::ZERO), |window| window.used(time, breaker.window_ms))?;
        Ok(BreakerView { asset, breaker, used })
    };
    let spent = |(meter, window): (Meter, &crate::Window)| -> Result<SpentView, Error> {
        let amount = window.slots.iter().try_fold(Amount::ZERO, |sum, slot| sum.plus(slot.amount))?;
        Ok(SpentView { meter, amount })
    };
    let recovery = |(guardian, recovery): (AccountNumber, &Recovery)| RecoveryView {
        guardian: opening::id_of(draft, guardian),
        recovery: recovery.clone(),
    };
    Ok(GuardView {
        policy: guard.policy.clone(),
        breakers: guard.breakers.iter().map(breaker).collect::<Result<_, _>>()?,
        spent: meters_of(draft, account).map(spent).collect::<Result<_, _>>()?,
        guardians: guard.guardians.accounts.iter().filter_map(|number| opening::id_of(draft, *number)).collect(),
        guardian_threshold: guard.guardians.threshold,
        guardian_delay_ms: guard.guardians.delay_ms,
        recoveries: recoveries_of(draft, account).map(recovery).collect(),
        frozen: guard.frozen,
        loosening_ms: Some(guard.loosening_ms()),
    })
}
