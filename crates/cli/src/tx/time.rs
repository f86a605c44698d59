//! Moments and durations as people write them.

use anyhow::{Context, Result, bail};
use gage_calendar::Moment;
use gage_units::Timestamp;

/// Milliseconds: `90s`, `30m`, `12h`, `7d`, or the number itself.
pub fn duration(text: &str) -> Result<u64> {
    let wrong = || format!("{text:?} is no duration; write 90s, 30m, 12h, 7d, or milliseconds");
    let (number, unit) = match text.char_indices().find(|(_, letter)| !letter.is_ascii_digit()) {
        Some((at, _)) => text.split_at(at),
        None => (text, "ms"),
    };
    let scale: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => bail!(wrong()),
    };
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(scale)).with_context(wrong)
}

/// A moment: `now`, `+1h`, `2026-12-31`, `2026-12-31T16:00:00`, or milliseconds since 1970.
pub fn moment(text: &str, now: Timestamp) -> Result<u64> {
    if text == "now" {
        return Ok(now.0);
    }
    if let Some(later) = text.strip_prefix('+') {
        return now.0.checked_add(duration(later)?).with_context(|| format!("{text:?} is too late"));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().with_context(|| format!("{text:?} is no moment"));
    }
    let wrong = || format!("{text:?} is no moment; write now, +1h, 2026-12-31, 2026-12-31T16:00:00 or milliseconds");
    let moment: Moment = text.trim_end_matches('Z').parse().with_context(wrong)?;
    let midnight = Moment::midnight(gage_calendar::Date::new(1970, 1, 1)?);
    let days = u64::try_from(midnight.date().days_until(moment.date())).ok().with_context(wrong)?;
    let seconds = days.saturating_mul(86_400).saturating_add(moment.second_of_day().into());
    Ok(seconds.saturating_mul(1_000))
}

/// A moment as people read it, in UTC: `2026-12-31T16:00:00.250Z`; what no calendar has stays a number.
pub fn text(ms: u64) -> String {
    match Moment::from_timestamp(Timestamp(ms)) {
        Ok(moment) => {
            let (seconds, rest) = (moment.second_of_day(), ms % 1_000);
            let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
            let rest = if rest == 0 { String::new() } else { format!(".{rest:03}") };
            format!("{}T{hours:02}:{minutes:02}:{seconds:02}{rest}Z", moment.date())
        }
        Err(_) => ms.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_durations_read() {
        let now = Timestamp(1_000);
        assert_eq!(moment("now", now).unwrap(), 1_000);
        assert_eq!(moment("+2h", now).unwrap(), 7_201_000);
        assert_eq!(moment("1970-01-02", now).unwrap(), 86_400_000);
        assert_eq!(moment("2020-03-12T10:00:00Z", now).unwrap(), 1_584_007_200_000);
        assert_eq!(moment("77", now).unwrap(), 77);
        for (ms, said) in [(1_584_007_200_000, "2020-03-12T10:00:00Z"), (61_005, "1970-01-01T00:01:01.005Z")] {
            assert_eq!(text(ms), said);
        }
        assert_eq!(text(u64::MAX), u64::MAX.to_string());
        assert_eq!((duration("90s").unwrap(), duration("5").unwrap()), (90_000, 5));
        for wrong in ["tomorrow", "+", "2020-13-01", "+1w"] {
            assert!(moment(wrong, now).is_err(), "{wrong}");
        }
    }
}
