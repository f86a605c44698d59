use crate::{CalendarError, Date};

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm, as in Meeus, Astronomical Algorithms, 8).
///
/// # Errors
/// [`CalendarError::NoSuchDay`] outside the years 1583 to 9999.
#[allow(clippy::arithmetic_side_effects, reason = "a year of four digits: every value stays below ten thousand")]
pub fn easter_sunday(year: i32) -> Result<Date, CalendarError> {
    if !(1583..=9999).contains(&year) {
        return Err(CalendarError::NoSuchDay);
    }
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let month_and_day = h + l - 7 * m + 114;
    let narrow = |number: i32| u8::try_from(number).map_err(|_| CalendarError::NoSuchDay);
    Date::new(year, narrow(month_and_day / 31)?, narrow(month_and_day % 31 + 1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easters_of_the_almanac() {
        for (year, day) in [
            (1818, "1818-03-22"),
            (1943, "1943-04-25"),
            (2000, "2000-04-23"),
            (2008, "2008-03-23"),
            (2011, "2011-04-24"),
            (2024, "2024-03-31"),
            (2025, "2025-04-20"),
            (2026, "2026-04-05"),
            (2038, "2038-04-25"),
        ] {
            assert_eq!(easter_sunday(year).map(|date| date.to_string()), Ok(day.to_owned()));
        }
        assert_eq!(easter_sunday(1582), Err(CalendarError::NoSuchDay));
    }
}
