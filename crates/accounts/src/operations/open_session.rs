use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::{KeyId, PublicKey};
use gage_store::Draft;
use gage_units::Timestamp;
use serde::{Deserialize, Serialize};

use super::{acting, end_session};
use crate::nonce::LANE_MAX;
use crate::state::{
    ACCOUNTS, Account, GRANTS_MAX, Grant, KEYS, SESSION_LIMITS_MAX, SESSION_MS_MAX, SESSIONS, SESSIONS_MAX, Session,
    SessionLimit, sessions_of,
};
use crate::window::{WINDOW_MS_MAX, WINDOW_MS_MIN};
use crate::{Class, Context, Error, Event, MODULE, Names, describe_amount};

/// Lets a key sign alone, within a scope, until it expires or is closed: trade, but not transfer.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenSession {
    /// The session's key, which is no key of the account.
    pub key: PublicKey,
    /// What it may sign, by ascending module; never this module's operations.
    pub scope: Vec<Grant>,
    /// When it ends by itself, at most 366 days from now.
    pub expires: Timestamp,
    /// The most that may leave the account through it, by ascending asset. Without any, only scope and
    /// policy bound it; with some, an asset that is not named does not leave.
    #[serde(default)]
    pub limits: Vec<SessionLimit>,
}

impl OpenSession {
    /// # Errors
    /// [`Error::BadScope`], [`Error::ScopeHoldsAccounts`], [`Error::BadSessionLimits`].
    pub fn validate(&self) -> Result<(), Error> {
        if self.scope.is_empty() || self.scope.len() > GRANTS_MAX {
            return Err(Error::BadScope);
        }
        let ascending = self.scope.is_sorted_by(|left, right| left.module < right.module);
        // Strictly ascending classes are at most five.
        let classes =
            |grant: &Grant| !grant.classes.is_empty() && grant.classes.is_sorted_by(|left, right| left < right);
        if !ascending || !self.scope.iter().all(classes) {
            return Err(Error::BadScope);
        }
        if self.scope.iter().any(|grant| grant.module == MODULE) {
            return Err(Error::ScopeHoldsAccounts);
        }
        let assets = self.limits.is_sorted_by(|left, right| left.asset < right.asset);
        let windows = self.limits.iter().all(|limit| (WINDOW_MS_MIN..=WINDOW_MS_MAX).contains(&limit.window_ms));
        let holds = self.limits.len() <= SESSION_LIMITS_MAX && assets && windows;
        if holds { Ok(()) } else { Err(Error::BadSessionLimits) }
    }

    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::ExpiryNotInFuture`], [`Error::SessionTooLong`],
    /// [`Error::DuplicateKey`], [`Error::TooManySessions`], [`Error::LanesUsedUp`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (number, account) = acting(draft, ctx)?;
        let id = self.key.id();
        if self.expires <= ctx.time {
            return Err(Error::ExpiryNotInFuture);
        }
        if self.expires.0.saturating_sub(ctx.time.0) > SESSION_MS_MAX {
            return Err(Error::SessionTooLong);
        }
        // Expired sessions make room, also for a new one of the same key.
        let (live, expired): (Vec<_>, Vec<_>) = sessions_of(draft, number)
            .map(|(id, session)| (id, session.lane, session.is_live(ctx.time)))
            .partition(|s| s.2);
        if KEYS.has(draft, &(number, id)) || live.iter().any(|(open, _, _)| *open == id) {
            return Err(Error::DuplicateKey);
        }
        if live.len() >= SESSIONS_MAX {
            return Err(Error::TooManySessions);
        }
        let lane = account.last_lane.saturating_add(1);
        if lane > LANE_MAX {
            return Err(Error::LanesUsedUp);
        }

        // From here on nothing can fail.
        for (expired, lane, _) in expired {
            end_session(draft, number, expired, lane);
        }
        self.write(draft, ctx, number, account, id, lane);
        Ok(())
    }

    fn write(
        &self,
        draft: &mut Draft,
        ctx: &Context,
        number: gage_units::AccountNumber,
        account: Account,
        id: KeyId,
        lane: u32,
    ) {
        let (scope, expires) = (self.scope.clone(), self.expires);
        let session = Session {
            public_key: self.key,
            lane,
            scope: scope.clone(),
            opened_at: ctx.time,
            expires,
            limits: self.limits.clone(),
        };
        SESSIONS.put(draft, (number, id), session);
        ACCOUNTS.put(draft, number, Account { last_lane: lane, ..account });
        draft.emit(MODULE, &Event::SessionOpened { account: number, key: id, lane, scope, expires });
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let scope: Vec<String> = self.scope.iter().map(describe_grant).collect();
        let limit = |limit: &SessionLimit| {
            let amount = describe_amount(names, limit.amount, limit.asset);
            format!(", at most {amount} leaves in {} ms", limit.window_ms)
        };
        let limits: String = self.limits.iter().map(limit).collect();
        format!("open session for key {} until {} ms to sign {}{limits}", self.key, self.expires, scope.join(", "))
    }
}

fn describe_grant(grant: &Grant) -> String {
    let classes: Vec<&str> = grant.classes.iter().map(|class| class_name(*class)).collect();
    format!("module {} ({})", grant.module, classes.join(" "))
}

const fn class_name(class: Class) -> &'static str {
    match class {
        Class::Report => "report",
        Class::Reduce => "reduce",
        Class::Rest => "rest",
        Class::General => "general",
        Class::Exit => "exit",
    }
}
