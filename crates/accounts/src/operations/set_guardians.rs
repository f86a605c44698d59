use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::AccountNumber;
use serde::{Deserialize, Serialize};

use super::{acting, guard_of};
use crate::guard::{GUARDIANS_MAX, Guard, Guardians, LOOSENING_FLOOR_MS, put_guard};
use crate::opening::{is_module, resolve};
use crate::policy::DELAY_MS_MAX;
use crate::state::{RECOVERIES, recoveries_of};
use crate::{Context, Error, Event, MODULE};

/// Sets who watches over the signing account: each guardian may veto bundles and freeze the account at
/// once; enough of them together may replace its keys, after a delay in which the owners can cancel.
/// What the guardians before have proposed is void.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetGuardians {
    /// The guardians, at most 8; none takes the guard away.
    pub guardians: Vec<AccountId>,
    /// How many must propose the same keys.
    pub threshold: u8,
    /// How long their proposals must have waited: a day to 30 days.
    pub delay_ms: u64,
}

impl SetGuardians {
    /// # Errors
    /// [`Error::BadGuardians`].
    pub fn validate(&self) -> Result<(), Error> {
        let count = self.guardians.len();
        if count == 0 {
            return if self.threshold == 0 && self.delay_ms == 0 { Ok(()) } else { Err(Error::BadGuardians) };
        }
        let threshold = (1..=count).contains(&usize::from(self.threshold));
        let delay = (LOOSENING_FLOOR_MS..=DELAY_MS_MAX).contains(&self.delay_ms);
        if count <= GUARDIANS_MAX && threshold && delay { Ok(()) } else { Err(Error::BadGuardians) }
    }

    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::BadGuardians`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (number, account) = acting(draft, ctx)?;
        let accounts = self.guardians.iter().map(|id| resolve(draft, id)).collect::<Result<Vec<_>, _>>();
        let mut accounts: Vec<AccountNumber> = accounts?;
        accounts.sort_unstable();
        let once = accounts.is_sorted_by(|left, right| left < right);
        if !once || accounts.contains(&number) || accounts.iter().any(|guardian| is_module(*guardian)) {
            return Err(Error::BadGuardians);
        }
        let guardians = Guardians { accounts, threshold: self.threshold, delay_ms: self.delay_ms };
        let guard = Guard { guardians: guardians.clone(), ..guard_of(draft, number) };

        // From here on nothing can fail.
        let proposed: Vec<AccountNumber> = recoveries_of(draft, number).map(|(guardian, _)| guardian).collect();
        for guardian in proposed {
            RECOVERIES.remove(draft, &(number, guardian));
        }
        let policy_version = put_guard(draft, number, account, guard, ctx.time);
        draft.emit(MODULE, &Event::GuardiansSet { account: number, guardians, policy_version });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let guardians: Vec<String> = self.guardians.iter().map(AccountId::to_string).collect();
        let (threshold, delay) = (self.threshold, self.delay_ms);
        format!("set guardians {} of whom {threshold} may replace keys after {delay} ms", guardians.join(" "))
    }
}
