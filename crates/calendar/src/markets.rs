//! The calendars of markets, as data. Sources: the ECB's TARGET closing days; 5 U.S.C. 6103 and the Federal
//! Reserve's holiday schedule; SIFMA's recommended closings for US dollar securities; NYSE rule 7.2 and its
//! notices of special closings; the Banking and Financial Dealings Act 1971 and royal proclamations.

use crate::{Clock, Date, Holiday, HolidayCalendar, HolidayRule, Observed, Session, TradingHours, Weekday};

/// Saturday and Sunday.
const WEEKEND: u8 = 0b110_0000;
/// A rule that holds for ever.
const FOR_EVER: u16 = 9999;

const NEW_YEAR: Holiday = Holiday::Fixed(1, 1);
const CHRISTMAS: Holiday = Holiday::Fixed(12, 25);
const INDEPENDENCE: Holiday = Holiday::Fixed(7, 4);
const JUNETEENTH: Holiday = Holiday::Fixed(6, 19);
const VETERANS: Holiday = Holiday::Fixed(11, 11);
const KING: Holiday = Holiday::Nth(1, Weekday::Monday, 3);
const WASHINGTON: Holiday = Holiday::Nth(2, Weekday::Monday, 3);
const MEMORIAL: Holiday = Holiday::Last(5, Weekday::Monday);
const LABOR: Holiday = Holiday::Nth(9, Weekday::Monday, 1);
const COLUMBUS: Holiday = Holiday::Nth(10, Weekday::Monday, 2);
const THANKSGIVING: Holiday = Holiday::Nth(11, Weekday::Thursday, 4);
const GOOD_FRIDAY: Holiday = Holiday::Easter(-2);
const EASTER_MONDAY: Holiday = Holiday::Easter(1);

const fn rule(day: Holiday, observed: Observed, from_year: u16, to_year: u16) -> HolidayRule {
    HolidayRule { day, observed, from_year, to_year }
}

/// Kept where it falls, since a year.
const fn same(day: Holiday, from_year: u16) -> HolidayRule {
    rule(day, Observed::Same, from_year, FOR_EVER)
}

fn calendar(name: &str, rest_days: u8, rules: Vec<HolidayRule>) -> HolidayCalendar {
    HolidayCalendar { name: name.to_owned(), rest_days, rules }
}

/// Days in history, written as year, month, day.
fn once(days: &[(i32, u8, u8)]) -> impl Iterator<Item = HolidayRule> {
    days.iter()
        .filter_map(|(year, month, day)| Date::new(*year, *month, *day).ok().map(|date| same(Holiday::Once(date), 1)))
}

/// Every day and night.
pub fn every_day() -> HolidayCalendar {
    calendar("24/7", 0, Vec::new())
}

/// Monday to Friday.
pub fn weekdays() -> HolidayCalendar {
    calendar("Monday to Friday", WEEKEND, Vec::new())
}

/// TARGET, the settlement system of the euro, since 1999.
pub fn target() -> HolidayCalendar {
    let mut rules = vec![
        same(NEW_YEAR, 1999),
        same(GOOD_FRIDAY, 2000),
        same(EASTER_MONDAY, 2000),
        same(Holiday::Fixed(5, 1), 2000),
        same(CHRISTMAS, 1999),
        same(Holiday::Fixed(12, 26), 2000),
    ];
    rules.extend(once(&[(1999, 12, 31), (2001, 12, 31)]));
    calendar("TARGET", WEEKEND, rules)
}

/// The holidays that all American calendars here share, with the years since which they are kept.
fn american(king_since: u16, juneteenth_since: u16, fixed: Observed) -> Vec<HolidayRule> {
    vec![
        same(KING, king_since),
        same(WASHINGTON, 1971),
        same(MEMORIAL, 1971),
        rule(JUNETEENTH, fixed, juneteenth_since, FOR_EVER),
        rule(INDEPENDENCE, fixed, 1, FOR_EVER),
        same(LABOR, 1),
        same(THANKSGIVING, 1),
        rule(CHRISTMAS, fixed, 1, FOR_EVER),
    ]
}

/// Offices of the United States: holidays on a Saturday are kept on Friday.
pub fn us_federal() -> HolidayCalendar {
    let mut rules = american(1986, 2021, Observed::Nearest);
    rules.extend([
        rule(NEW_YEAR, Observed::Nearest, 1, FOR_EVER),
        same(COLUMBUS, 1971),
        rule(VETERANS, Observed::Nearest, 1978, FOR_EVER),
    ]);
    calendar("US federal", WEEKEND, rules)
}

/// Federal Reserve banks: they are open on the Friday before a holiday on Saturday.
pub fn us_federal_reserve() -> HolidayCalendar {
    let mut rules = american(1986, 2021, Observed::SundayToMonday);
    rules.extend([
        rule(NEW_YEAR, Observed::SundayToMonday, 1, FOR_EVER),
        same(COLUMBUS, 1971),
        rule(VETERANS, Observed::SundayToMonday, 1978, FOR_EVER),
    ]);
    calendar("US Federal Reserve", WEEKEND, rules)
}

/// SIFMA's full closes for US government securities. On a Good Friday with the employment report the market
/// closes at noon only.
pub fn sifma() -> HolidayCalendar {
    let mut rules = american(1986, 2022, Observed::Nearest);
    rules.extend([
        rule(NEW_YEAR, Observed::SundayToMonday, 1, FOR_EVER),
        same(COLUMBUS, 1971),
        rule(VETERANS, Observed::SundayToMonday, 1978, FOR_EVER),
    ]);
    // In the first week of April the employment report keeps the market open till noon.
    rules.extend([rule(GOOD_FRIDAY, Observed::Same, 1, 1995), same(Holiday::EasterAfterDay(-2, 7), 1996)]);
    rules.extend(once(&[(2001, 9, 11), (2001, 9, 12), (2004, 6, 11), (2012, 10, 30)]));
    calendar("SIFMA", WEEKEND, rules)
}

/// New York Stock Exchange, with its special closings since 2001.
pub fn nyse() -> HolidayCalendar {
    let mut rules = american(1998, 2022, Observed::Nearest);
    rules.extend([rule(NEW_YEAR, Observed::SundayToMonday, 1, FOR_EVER), same(GOOD_FRIDAY, 1)]);
    rules.extend(once(&[
        (2001, 9, 11),
        (2001, 9, 12),
        (2001, 9, 13),
        (2001, 9, 14),
        (2004, 6, 11),
        (2007, 1, 2),
        (2012, 10, 29),
        (2012, 10, 30),
        (2018, 12, 5),
        (2025, 1, 9),
    ]));
    calendar("NYSE", WEEKEND, rules)
}

/// Bank holidays of England and Wales since 1978, with the proclaimed ones since 1995.
pub fn england_and_wales() -> HolidayCalendar {
    let early_may = Holiday::Nth(5, Weekday::Monday, 1);
    let spring = Holiday::Last(5, Weekday::Monday);
    let span = |day: Holiday, from: u16, to: u16| rule(day, Observed::Same, from, to);
    let mut rules = vec![
        rule(NEW_YEAR, Observed::Monday, 1974, FOR_EVER),
        same(GOOD_FRIDAY, 1),
        same(EASTER_MONDAY, 1),
        // The early May holiday was moved to 8 May in 1995 and 2020; the spring holiday into June for jubilees.
        span(early_may, 1978, 1994),
        span(early_may, 1996, 2019),
        span(early_may, 2021, FOR_EVER),
        span(spring, 1971, 2001),
        span(spring, 2003, 2011),
        span(spring, 2013, 2021),
        span(spring, 2023, FOR_EVER),
        same(Holiday::Last(8, Weekday::Monday), 1971),
        // On a weekend they move to Monday and Tuesday. A Boxing Day on Monday is kept together with the
        // Christmas of the Sunday before: Monday and Tuesday again.
        rule(CHRISTMAS, Observed::Monday, 1, FOR_EVER),
        rule(Holiday::Fixed(12, 26), Observed::AfterMonday, 1, FOR_EVER),
    ];
    rules.extend(once(&[
        (1995, 5, 8),
        (1999, 12, 31),
        (2002, 6, 3),
        (2002, 6, 4),
        (2011, 4, 29),
        (2012, 6, 4),
        (2012, 6, 5),
        (2020, 5, 8),
        (2022, 6, 2),
        (2022, 6, 3),
        (2022, 9, 19),
        (2023, 5, 8),
    ]));
    calendar("England and Wales", WEEKEND, rules)
}

/// The core session of the New York Stock Exchange: 9:30 to 16:00 in New York, to 13:00 before some holidays.
pub fn nyse_hours() -> TradingHours {
    let days = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    TradingHours {
        calendar: nyse(),
        clock: Clock::UnitedStates { standard_minutes: -300 },
        sessions: days.map(|weekday| Session { weekday, opens_minute: 570, closes_minute: 960 }).to_vec(),
        early_close_minute: 780,
        early_closes: vec![
            same(Holiday::Fixed(7, 3), 1),
            same(Holiday::AfterNth(11, Weekday::Thursday, 4, 1), 1),
            same(Holiday::Fixed(12, 24), 1),
        ],
        halts: Vec::new(),
    }
}

/// A market that never closes, but may be halted.
pub fn always_open() -> TradingHours {
    TradingHours {
        calendar: every_day(),
        clock: Clock::Utc { offset_minutes: 0 },
        sessions: Vec::new(),
        early_close_minute: 0,
        early_closes: Vec::new(),
        halts: Vec::new(),
    }
}
