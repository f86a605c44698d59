//! When the market of a feed trades: always, or in weekly sessions (UTC). Holidays and halts are
//! the market's state, set by governance.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::Timestamp;
use serde::{Deserialize, Serialize};

/// The most sessions a week may have.
pub const SESSIONS_MAX: usize = 21;
/// Minutes of a week.
pub const WEEK_MINUTES: u32 = 10_080;

const MINUTE_MS: u64 = 60_000;
const WEEK_MS: u64 = 604_800_000;
/// From Monday 00:00 to Thursday 00:00: 1970-01-01 was a Thursday.
const EPOCH_OFFSET_MS: u64 = 259_200_000;

/// One trading session, in minutes since Monday 00:00 UTC; the end is outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// First minute.
    pub opens_minute: u32,
    /// First minute after.
    pub closes_minute: u32,
}

/// When a market trades.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    /// Day and night.
    #[default]
    Always,
    /// In these sessions of every week, in order.
    Weekly(Vec<Session>),
}

impl Calendar {
    /// Whether sessions are in order, apart and inside the week.
    pub fn is_valid(&self) -> bool {
        let Calendar::Weekly(sessions) = self else { return true };
        let inside =
            |session: &Session| session.opens_minute < session.closes_minute && session.closes_minute <= WEEK_MINUTES;
        let apart = sessions.iter().zip(sessions.iter().skip(1)).all(|(a, b)| a.closes_minute < b.opens_minute);
        !sessions.is_empty() && sessions.len() <= SESSIONS_MAX && sessions.iter().all(inside) && apart
    }

    /// Since when the market trades, or `None` while it does not. A session that runs to the end of
    /// the week and one from its start are two sessions: the price of Monday is reported anew.
    pub fn open_since(&self, now: Timestamp) -> Option<Timestamp> {
        let Calendar::Weekly(sessions) = self else { return Some(Timestamp(0)) };
        let into_week = now.0.saturating_add(EPOCH_OFFSET_MS).checked_rem(WEEK_MS)?;
        let opens_ms = |session: &Session| u64::from(session.opens_minute).saturating_mul(MINUTE_MS);
        let closes_ms = |session: &Session| u64::from(session.closes_minute).saturating_mul(MINUTE_MS);
        let session = sessions.iter().find(|session| (opens_ms(session)..closes_ms(session)).contains(&into_week))?;
        let elapsed = into_week.saturating_sub(opens_ms(session));
        Some(Timestamp(now.0.saturating_sub(elapsed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_york_trades_on_thursday_the_twelfth_of_march_2020() {
        // 13:30 to 20:00 UTC, Monday to Friday, while New York keeps summer time.
        let day = |day: u32| Session { opens_minute: day * 1440 + 810, closes_minute: day * 1440 + 1200 };
        let calendar = Calendar::Weekly((0..5).map(day).collect());
        assert!(calendar.is_valid());
        let midnight = 1_583_971_200_000u64; // 2020-03-12T00:00:00Z, a Thursday
        let at = |minute: u64| calendar.open_since(Timestamp(midnight + minute * MINUTE_MS));
        let open = Some(Timestamp(midnight + 810 * MINUTE_MS));
        assert_eq!((at(809), at(810), at(1199), at(1200)), (None, open, open, None));
        assert_eq!(at(2 * 1440 + 900), None); // Saturday
        assert_eq!(Calendar::Always.open_since(Timestamp(5)), Some(Timestamp(0)));
    }

    #[test]
    fn sessions_that_overlap_or_leave_the_week_are_refused() {
        let weekly = |pairs: &[(u32, u32)]| {
            let session = |(opens_minute, closes_minute): &(u32, u32)| Session {
                opens_minute: *opens_minute,
                closes_minute: *closes_minute,
            };
            Calendar::Weekly(pairs.iter().map(session).collect()).is_valid()
        };
        assert!(weekly(&[(0, 10), (20, WEEK_MINUTES)]));
        for wrong in [&[][..], &[(5, 5)], &[(0, 10), (10, 20)], &[(20, 30), (0, 10)], &[(0, WEEK_MINUTES + 1)]] {
            assert!(!weekly(wrong), "{wrong:?}");
        }
    }
}
