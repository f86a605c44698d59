//! Guardians replace the keys of an account, after a delay in which its owners can cancel.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::{AccountId, KeyId};
use gage_store::Draft;
use gage_units::AccountNumber;
use serde::{Deserialize, Serialize};

use super::{acting, describe_key, end_session, guard_of};
use crate::guard::check_guardian;
use crate::opening::{NewKey, resolve, validate_keys};
use crate::state::{ACCOUNTS, Account, RECOVERIES, Recovery, keys_of, put_key, recoveries_of, remove_key, sessions_of};
use crate::{Context, Error, Event, MODULE};

/// Proposes new keys for an account that the signer guards, in the place of what it proposed before.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartRecovery {
    /// The account.
    pub account: AccountId,
    /// The keys that would replace all others.
    pub keys: Vec<NewKey>,
    /// The weight an act would need.
    pub threshold: u16,
}

impl StartRecovery {
    /// # Errors
    /// As `OpenAccount`.
    pub fn validate(&self) -> Result<(), Error> {
        validate_keys(&self.keys, self.threshold)
    }

    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::NotGuardian`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let guardian = ctx.account()?;
        let account = resolve(draft, &self.account)?;
        check_guardian(draft, account, guardian)?;

        // From here on nothing can fail.
        let (keys, threshold) = (self.keys.clone(), self.threshold);
        let recovery = Recovery { keys: keys.clone(), threshold, started_at: ctx.time };
        RECOVERIES.put(draft, (account, guardian), recovery);
        draft.emit(MODULE, &Event::RecoveryStarted { account, guardian, keys, threshold });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(describe_key).collect();
        let (account, threshold) = (self.account, self.threshold);
        format!("replace the keys of {account} as its guardian, with threshold {threshold} and {}", keys.join(", "))
    }
}

/// Cancels what guardians proposed for the signing account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelRecovery {}

impl CancelRecovery {
    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::NoRecovery`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (number, _) = acting(draft, ctx)?;
        if recoveries_of(draft, number).next().is_none() {
            return Err(Error::NoRecovery);
        }

        // From here on nothing can fail.
        forget(draft, number);
        draft.emit(MODULE, &Event::RecoveryCancelled { account: number });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        "cancel the recovery of this account".to_owned()
    }
}

/// Replaces the keys of an account by those that the signer and enough other guardians have proposed for
/// as long as the account's owners decided.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinishRecovery {
    /// The account.
    pub account: AccountId,
}

impl FinishRecovery {
    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::NotGuardian`], [`Error::NoRecovery`],
    /// [`Error::RecoveryMustWait`], [`Error::ExpiryNotInFuture`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let guardian = ctx.account()?;
        let number = resolve(draft, &self.account)?;
        check_guardian(draft, number, guardian)?;
        let account = ACCOUNTS.get(draft, &number).ok_or(Error::UnknownAccount)?;
        let mine = RECOVERIES.get(draft, &(number, guardian)).ok_or(Error::NoRecovery)?;
        let guardians = guard_of(draft, number).guardians;
        let wait_ms = guardians.delay_ms;
        // Every proposal waits for itself, so that the owners have the delay to cancel the last of them.
        let counts = |proposal: &Recovery| {
            let waited = ctx.time.since_ms(proposal.started_at).is_ok_and(|waited| waited >= wait_ms);
            waited && proposal.keys == mine.keys && proposal.threshold == mine.threshold
        };
        let agree = recoveries_of(draft, number).filter(|(_, proposal)| counts(proposal)).count();
        if agree < usize::from(guardians.threshold) {
            return Err(Error::RecoveryMustWait { wait_ms });
        }
        mine.keys.iter().try_for_each(|key| key.check_time(ctx.time))?;

        // From here on nothing can fail.
        replace_keys(draft, ctx, number, account, mine);
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("finish the recovery of {} as its guardian", self.account)
    }
}

fn replace_keys(draft: &mut Draft, ctx: &Context, number: AccountNumber, account: Account, recovery: Recovery) {
    let Recovery { keys, threshold, .. } = recovery;
    let gone: Vec<KeyId> = keys_of(draft, number).map(|(id, _)| id).collect();
    let sessions: Vec<(KeyId, u32)> = sessions_of(draft, number).map(|(id, session)| (id, session.lane)).collect();
    for key in gone {
        remove_key(draft, number, key);
    }
    for (key, lane) in sessions {
        end_session(draft, number, key, lane);
    }
    for key in &keys {
        put_key(draft, number, key.at(ctx.time));
    }
    forget(draft, number);
    // One step each per recovery: 2^64 of them do not happen.
    let member_epoch = account.member_epoch.saturating_add(1);
    let policy_version = account.policy_version.saturating_add(1);
    ACCOUNTS.put(draft, number, Account { threshold, member_epoch, policy_version, ..account });
    draft.emit(MODULE, &Event::AccountRecovered { account: number, keys, threshold, member_epoch });
}

fn forget(draft: &mut Draft, number: AccountNumber) {
    let proposed: Vec<AccountNumber> = recoveries_of(draft, number).map(|(guardian, _)| guardian).collect();
    for guardian in proposed {
        RECOVERIES.remove(draft, &(number, guardian));
    }
}
