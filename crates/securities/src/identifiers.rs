//! Identifiers of instruments and parties, with their check digits.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $length:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize,
            Deserialize,
        )]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub [u8; $length]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{}", char::from(*byte).escape_default()))
            }
        }

        impl From<$name> for String {
            fn from(identifier: $name) -> String {
                identifier.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<$name, String> {
                let identifier = text.as_bytes().try_into().map($name).ok();
                identifier.filter($name::is_valid).ok_or_else(|| $expected.to_owned())
            }
        }
    };
}

identifier! {
    /// An International Securities Identification Number (ISO 6166).
    Isin, 12, "expected an ISIN: two letters, nine letters or digits, and the right check digit"
}
identifier! {
    /// A Legal Entity Identifier (ISO 17442).
    Lei, 20, "expected an LEI: eighteen letters or digits and the right two check digits"
}
identifier! {
    /// A Classification of Financial Instruments code (ISO 10962).
    Cfi, 6, "expected a CFI code: six letters, the first one of its categories"
}

/// The value of a digit or upper-case letter: `0` is 0, `A` is 10, `Z` is 35.
fn value(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(36).filter(|_| !byte.is_ascii_lowercase())
}

impl Isin {
    /// Country letters, nine letters or digits, and the check digit: letters become two digits, and
    /// over all digits the sum with every second one doubled from the right (Luhn) ends in zero.
    pub fn is_valid(&self) -> bool {
        let country = self.0.iter().take(2).all(u8::is_ascii_uppercase);
        let check = self.0.last().is_some_and(u8::is_ascii_digit);
        let Some(values) = self.0.iter().map(|byte| value(*byte)).collect::<Option<Vec<u32>>>() else { return false };
        let mut sum = 0u32;
        let mut doubled = false;
        let mut add = |digit: u32| {
            let digit = if doubled { digit.saturating_mul(2) } else { digit };
            // The digits of a number below 20 sum to it, less nine from ten on.
            sum = sum.saturating_add(if digit > 9 { digit.saturating_sub(9) } else { digit });
            doubled = !doubled;
        };
        for value in values.iter().rev() {
            add(value.checked_rem(10).unwrap_or(0));
            if *value > 9 {
                add(value.checked_div(10).unwrap_or(0));
            }
        }
        country && check && sum.checked_rem(10) == Some(0)
    }
}

impl Lei {
    /// Letters and digits, two check digits at the end: the whole, letters as two digits, is 1
    /// modulo 97 (ISO 7064, MOD 97-10).
    pub fn is_valid(&self) -> bool {
        let checks = self.0.iter().rev().take(2).all(u8::is_ascii_digit);
        let mut remainder = 0u32;
        for byte in self.0 {
            let Some(value) = value(byte) else { return false };
            let shift = if value > 9 { 100 } else { 10 };
            let next = remainder.saturating_mul(shift).saturating_add(value);
            remainder = next.checked_rem(97).unwrap_or(0);
        }
        checks && remainder == 1
    }
}

impl Cfi {
    /// Six upper-case letters of which the first is a category of the standard. It has no check digit.
    pub fn is_valid(&self) -> bool {
        let category = self.0.first().is_some_and(|byte| b"ECDRSOFHIJKLTM".contains(byte));
        category && self.0.iter().all(u8::is_ascii_uppercase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_numbers_pass_and_every_changed_digit_fails() {
        let isins = ["US0378331005", "GB0002634946", "US5949181045", "DE000BAY0017", "AU0000XVGZA3", "XS2021448886"];
        for text in isins {
            assert!(Isin::try_from(text.to_owned()).is_ok(), "{text}");
            for place in 2..12 {
                let mut bytes: [u8; 12] = text.as_bytes().try_into().unwrap();
                if bytes[place].is_ascii_digit() {
                    bytes[place] = b'0' + (bytes[place] - b'0' + 1) % 10;
                    assert!(!Isin(bytes).is_valid(), "{text} with place {place} changed");
                }
            }
        }
        for text in ["7LTWFZYICNSX8D621K86", "5493001KJTIIGC8Y1R12", "HWUPKR0MPOU8FGXBT394"] {
            assert!(Lei::try_from(text.to_owned()).is_ok(), "{text}");
            for place in 0..20 {
                let mut bytes: [u8; 20] = text.as_bytes().try_into().unwrap();
                bytes[place] = if bytes[place] == b'9' { b'8' } else { b'9' };
                assert!(!Lei(bytes).is_valid(), "{text} with place {place} changed");
            }
        }
        for (text, valid) in [("ESVUFR", true), ("DBFTFB", true), ("XSVUFR", false), ("ESVUF1", false)] {
            assert_eq!(Cfi::try_from(text.to_owned()).is_ok(), valid, "{text}");
        }
        for text in ["us0378331005", "US037833100", "US03783310055", "1S0378331005", "US037833100A", ""] {
            assert!(Isin::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
