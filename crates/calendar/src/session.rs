//! Trading sessions: when a market is open, closed or halted.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{CalendarError, Date, Holiday, HolidayCalendar, HolidayRule, Moment, Observed, Weekday};

/// The most sessions of a week, halts and early closes of one market.
const PARTS_MAX: usize = 64;
/// The longest search for the next opening, in days.
const CLOSED_MAX: u16 = 40;
/// Minutes of a day.
const DAY_MINUTES: u16 = 1_440;

/// What a market does at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarketState {
    /// It trades, until that moment; `None` if it never closes.
    Open {
        /// The close.
        until: Option<Moment>,
    },
    /// It rests, until that moment; `None` if no opening is near.
    Closed {
        /// The next opening.
        until: Option<Moment>,
    },
    /// It is stopped inside its hours, until that moment.
    Halted {
        /// The end of the halt.
        until: Moment,
    },
}

/// Local time of a market, as minutes ahead of Universal Time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The same in summer and winter.
    Utc {
        /// Minutes ahead of Universal Time.
        offset_minutes: i16,
    },
    /// Summer time from the second Sunday of March to the first of November, changed at 2:00 local time.
    UnitedStates {
        /// Minutes ahead in winter.
        standard_minutes: i16,
    },
    /// Summer time from the last Sunday of March to the last of October, changed at 1:00 Universal Time.
    EuropeanUnion {
        /// Minutes ahead in winter.
        standard_minutes: i16,
    },
}

/// A session of a week, in local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Its day.
    pub weekday: Weekday,
    /// The first minute of the day.
    pub opens_minute: u16,
    /// The first minute after.
    pub closes_minute: u16,
}

/// A stop by decision of the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Halt {
    /// The first moment.
    pub from: Moment,
    /// The first moment after.
    pub until: Moment,
}

/// When a market trades.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradingHours {
    /// Its holidays.
    pub calendar: HolidayCalendar,
    /// Its local time.
    pub clock: Clock,
    /// Its sessions, in order; none means every minute of a business day.
    pub sessions: Vec<Session>,
    /// The local minute of an early close.
    pub early_close_minute: u16,
    /// Days of an early close.
    pub early_closes: Vec<HolidayRule>,
    /// Stops, in order.
    pub halts: Vec<Halt>,
}

impl Clock {
    /// Minutes ahead of Universal Time at a moment.
    pub fn minutes_ahead(self, moment: Moment) -> i16 {
        match self {
            Clock::Utc { offset_minutes } => offset_minutes,
            Clock::UnitedStates { standard_minutes } => {
                let first = sunday(moment, Holiday::Nth(3, Weekday::Sunday, 2));
                let last = sunday(moment, Holiday::Nth(11, Weekday::Sunday, 1));
                // 2:00 in winter time; 2:00 in summer time is 1:00 in winter time.
                let change = |date: Option<Date>, hours: i64| local_start(date, standard_minutes, hours);
                standard_minutes.saturating_add(summer(moment, change(first, 2), change(last, 1)))
            }
            Clock::EuropeanUnion { standard_minutes } => {
                let first = sunday(moment, Holiday::Last(3, Weekday::Sunday));
                let last = sunday(moment, Holiday::Last(10, Weekday::Sunday));
                let change = |date: Option<Date>| local_start(date, 0, 1);
                standard_minutes.saturating_add(summer(moment, change(first), change(last)))
            }
        }
    }
}

/// The day of a rule in the year of a moment.
fn sunday(moment: Moment, day: Holiday) -> Option<Date> {
    HolidayRule { day, observed: Observed::Same, from_year: 1, to_year: 9999 }.day_in(moment.date().year())
}

/// A whole hour of a day, local to `minutes` ahead.
fn local_start(date: Option<Date>, minutes: i16, hours: i64) -> Option<Moment> {
    let ahead = i64::from(minutes).checked_mul(60)?;
    Moment::midnight(date?).plus_seconds(hours.checked_mul(3600)?.checked_sub(ahead)?).ok()
}

/// Sixty minutes in summer.
fn summer(moment: Moment, first: Option<Moment>, last: Option<Moment>) -> i16 {
    let inside = first.is_some_and(|first| first <= moment) && last.is_some_and(|last| moment < last);
    if inside { 60 } else { 0 }
}

impl TradingHours {
    /// What the market does at `moment`.
    pub fn state(&self, moment: Moment) -> MarketState {
        let open = self.open_session(moment);
        let halt = self.halts.iter().find(|halt| halt.from <= moment && moment < halt.until);
        match (open, halt) {
            (Some(_), Some(halt)) => MarketState::Halted { until: halt.until },
            (Some(until), None) => MarketState::Open { until },
            (None, _) => MarketState::Closed { until: self.next_opening(moment) },
        }
    }

    /// Whether sessions are in order and apart, rules good, and nothing too long.
    ///
    /// # Errors
    /// [`CalendarError::BadCalendar`].
    pub fn check(&self) -> Result<(), CalendarError> {
        self.calendar.check()?;
        let short = self.sessions.len() <= PARTS_MAX
            && self.halts.len() <= PARTS_MAX
            && self.early_closes.len() <= PARTS_MAX
            && self.early_closes.iter().all(HolidayRule::is_good);
        let inside =
            |session: &Session| session.opens_minute < session.closes_minute && session.closes_minute <= DAY_MINUTES;
        let before = |a: &Session, b: &Session| (a.weekday, a.closes_minute) <= (b.weekday, b.opens_minute);
        let apart = self.sessions.iter().zip(self.sessions.iter().skip(1)).all(|(a, b)| before(a, b));
        let halts = self.halts.iter().all(|halt| halt.from < halt.until);
        let good = short && self.sessions.iter().all(inside) && apart && halts;
        if good { Ok(()) } else { Err(CalendarError::BadCalendar) }
    }

    /// The close of the session that runs at `moment`, if one does; `Some(None)` if it runs for ever.
    fn open_session(&self, moment: Moment) -> Option<Option<Moment>> {
        let for_ever = self.sessions.is_empty() && self.calendar.rest_days == 0 && self.calendar.rules.is_empty();
        if for_ever {
            return Some(None);
        }
        // The local day may be the one before or after that of Universal Time.
        (-1..=1).find_map(|ahead| {
            let day = moment.date().plus_days(ahead).ok()?;
            let sessions = self.sessions_of(day);
            let (_, until) = sessions.into_iter().find(|(from, until)| *from <= moment && moment < *until)?;
            Some(Some(until))
        })
    }

    fn next_opening(&self, moment: Moment) -> Option<Moment> {
        let days =
            (0..=CLOSED_MAX).filter_map(|ahead| moment.date().plus_days(i32::from(ahead).saturating_sub(1)).ok());
        days.flat_map(|day| self.sessions_of(day)).map(|(from, _)| from).find(|from| *from > moment)
    }

    /// The sessions of a local day as moments.
    fn sessions_of(&self, day: Date) -> Vec<(Moment, Moment)> {
        if !self.calendar.is_business_day(day) {
            return Vec::new();
        }
        let early = self.early_closes.iter().any(|rule| rule.falls_on(day));
        let whole = [Session { weekday: day.weekday(), opens_minute: 0, closes_minute: DAY_MINUTES }];
        let sessions = if self.sessions.is_empty() { &whole[..] } else { &self.sessions[..] };
        let closes = |session: &Session| match early {
            true => session.closes_minute.min(self.early_close_minute),
            false => session.closes_minute,
        };
        sessions
            .iter()
            .filter(|session| session.weekday == day.weekday() && session.opens_minute < closes(session))
            .filter_map(|session| Some((self.at(day, session.opens_minute)?, self.at(day, closes(session))?)))
            .collect()
    }

    /// A local minute of a day as a moment.
    fn at(&self, day: Date, minute: u16) -> Option<Moment> {
        let local = Moment::midnight(day).plus_seconds(i64::from(minute).checked_mul(60)?).ok()?;
        // Summer time is judged at the local minute itself, which is right but for the hour of the change.
        let ahead = i64::from(self.clock.minutes_ahead(local)).checked_mul(60)?;
        local.plus_seconds(ahead.checked_neg()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markets;

    fn state(hours: &TradingHours, moment: &str) -> String {
        match hours.state(moment.parse().expect("a moment")) {
            MarketState::Open { until } => {
                until.map_or("open for ever".to_owned(), |until| format!("open until {until}"))
            }
            MarketState::Closed { until } => until.map_or("closed".to_owned(), |until| format!("closed until {until}")),
            MarketState::Halted { until } => format!("halted until {until}"),
        }
    }

    #[test]
    fn new_york_in_summer_and_winter() {
        let mut hours = markets::nyse_hours();
        assert_eq!(hours.check(), Ok(()));
        // Thursday 12 March 2020: summer time since Sunday. The circuit breaker stopped trading at 9:35.
        let halt = |from: &str, until: &str| Halt {
            from: from.parse().expect("a moment"),
            until: until.parse().expect("a moment"),
        };
        hours.halts.push(halt("2020-03-12T13:35:44", "2020-03-12T13:50:44"));
        for (moment, expected) in [
            ("2020-03-12T13:29:59", "closed until 2020-03-12T13:30:00"),
            ("2020-03-12T13:30:00", "open until 2020-03-12T20:00:00"),
            ("2020-03-12T13:40:00", "halted until 2020-03-12T13:50:44"),
            ("2020-03-12T20:00:00", "closed until 2020-03-13T13:30:00"),
            ("2020-03-06T14:30:00", "open until 2020-03-06T21:00:00"), // winter
            ("2026-11-26T15:00:00", "closed until 2026-11-27T14:30:00"), // Thanksgiving
            ("2026-11-27T17:59:59", "open until 2026-11-27T18:00:00"), // 13:00 in New York
            ("2026-11-27T18:00:00", "closed until 2026-11-30T14:30:00"),
            ("2012-10-26T20:00:00", "closed until 2012-10-31T13:30:00"), // hurricane Sandy
        ] {
            assert_eq!(state(&hours, moment), expected, "{moment}");
        }
    }

    #[test]
    fn clocks_change_when_they_change() {
        let ahead = |clock: Clock, moment: &str| clock.minutes_ahead(moment.parse().expect("a moment"));
        let new_york = Clock::UnitedStates { standard_minutes: -300 };
        assert_eq!((ahead(new_york, "2026-03-08T06:59:59"), ahead(new_york, "2026-03-08T07:00:00")), (-300, -240));
        assert_eq!((ahead(new_york, "2026-11-01T05:59:59"), ahead(new_york, "2026-11-01T06:00:00")), (-240, -300));
        let frankfurt = Clock::EuropeanUnion { standard_minutes: 60 };
        assert_eq!((ahead(frankfurt, "2026-03-29T00:59:59"), ahead(frankfurt, "2026-03-29T01:00:00")), (60, 120));
        assert_eq!((ahead(frankfurt, "2026-10-25T00:59:59"), ahead(frankfurt, "2026-10-25T01:00:00")), (120, 60));
    }

    #[test]
    fn some_markets_never_close() {
        let mut hours = markets::always_open();
        assert_eq!(state(&hours, "2026-12-25T03:00:00"), "open for ever");
        let from = "2026-12-25".parse().expect("a moment");
        hours.halts.push(Halt { from, until: from });
        assert_eq!(hours.check(), Err(CalendarError::BadCalendar));
        // Days without sessions of their own are open from midnight to midnight.
        let days = TradingHours { calendar: markets::weekdays(), halts: Vec::new(), ..hours };
        assert_eq!(state(&days, "2026-11-20T12:00:00"), "open until 2026-11-21");
        assert_eq!(state(&days, "2026-11-21T12:00:00"), "closed until 2026-11-23");
    }
}
