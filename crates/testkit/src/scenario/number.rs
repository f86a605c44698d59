//! Numbers as people write them.

use gage_units::parse_decimal;

/// `1,500.25` with that many decimals, in smallest units; `max` is the most that can be written.
pub fn amount(text: &str, decimals: u8) -> Result<u128, String> {
    if text == "max" {
        return Ok(u128::MAX);
    }
    if let Some(units) = text.strip_suffix("u") {
        return units.replace(',', "").parse().map_err(|_| format!("`{text}` is no count of smallest units"));
    }
    parse_decimal(&text.replace(',', ""), decimals).map_err(|error| format!("`{text}`: {error}"))
}

/// `250ms`, `30s`, `10m`, `2h`, `7d` in milliseconds.
pub fn duration_ms(text: &str) -> Result<u64, String> {
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    let bad = || format!("`{text}` is no duration: 250ms, 30s, 10m, 2h or 7d");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = &text[digits.len()..];
    let (_, ms) = units.iter().find(|(name, _)| *name == unit).ok_or_else(bad)?;
    digits.parse::<u64>().ok().and_then(|count| count.checked_mul(*ms)).ok_or_else(bad)
}

/// `7` of `vault-7`.
pub fn numbered(text: &str, noun: &str) -> Result<u64, String> {
    let number = text.strip_prefix(noun).and_then(|rest| rest.strip_prefix('-'));
    number.and_then(|number| number.parse().ok()).ok_or_else(|| format!("`{text}` is not of the form {noun}-1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read() {
        assert_eq!(amount("1,500.25", 2), Ok(150_025));
        assert_eq!(amount("3u", 18), Ok(3));
        assert_eq!(amount("max", 18), Ok(u128::MAX));
        assert!(amount("1.5", 0).is_err() && amount("-1", 2).is_err() && amount("", 2).is_err());
        assert_eq!(duration_ms("90s"), Ok(90_000));
        assert_eq!(duration_ms("250ms"), Ok(250));
        assert!(duration_ms("5").is_err() && duration_ms("h").is_err() && duration_ms("5y").is_err());
        assert_eq!(numbered("vault-12", "vault"), Ok(12));
        assert!(numbered("vault12", "vault").is_err() && numbered("lot-1", "vault").is_err());
    }
}
