//! Text form of accounts, and what their errors say.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use bech32::{Bech32, Bech32m, ByteIterExt, Fe32, Fe32IterExt, Hrp};
use gage_crypto::{
    AccountId, Scheme,
    account_id::AccountIdError::{self, BadCharacter, BadChecksum, MixedCase, WrongLength, WrongPrefix},
    hash::sha256,
};
use proptest::prelude::*;

fn sample() -> AccountId {
    AccountId(sha256(b"sample").0)
}

fn parse(text: &str) -> Result<AccountId, AccountIdError> {
    text.parse()
}

#[test]
fn text_has_prefix_and_reads_back() {
    let text = sample().to_string();
    assert!(text.starts_with("gage1"));
    assert_eq!(text.len(), 63);
    assert_eq!(parse(&text), Ok(sample()));
    assert_eq!(parse(&text.to_uppercase()), Ok(sample()));
    assert_eq!(serde_json::to_string(&sample()).unwrap(), format!("\"{text}\""));
    assert_eq!(serde_json::from_str::<AccountId>(&format!("\"{text}\"")).unwrap(), sample());
    assert_eq!(format!("{:?}", sample()), format!("{}..", &text[..13]));
}

#[test]
fn each_error_is_the_sentence_that_is_true() {
    let text = sample().to_string();
    let (prefix, gage) = (Hrp::parse_unchecked("cosmos"), Hrp::parse_unchecked("gage"));
    let foreign = bech32::encode::<Bech32m>(prefix, &sample().0).unwrap();
    let old_checksum = bech32::encode::<Bech32>(gage, &sample().0).unwrap();
    let short = bech32::encode::<Bech32m>(gage, &sample().0[..31]).unwrap();
    let long = bech32::encode::<Bech32m>(gage, &[7; 33]).unwrap();
    let empty = bech32::encode::<Bech32m>(gage, &[]).unwrap();
    let table = [
        (foreign, WrongPrefix),
        ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed".to_owned(), WrongPrefix),
        (String::new(), WrongPrefix),
        ("gage".to_owned(), WrongPrefix),
        ("\u{e9}1".to_owned(), WrongPrefix),
        (old_checksum, BadChecksum),
        (text.replacen("gage1", "Gage1", 1), MixedCase),
        (text[..62].to_owned() + "b", BadCharacter),
        (text[..62].to_owned(), BadChecksum),
        ("gage1".to_owned(), BadChecksum),
        (short, WrongLength),
        (long, WrongLength),
        (empty, WrongLength),
        ("gage1".to_owned() + &"q".repeat(5000), BadChecksum),
    ];
    for (text, error) in table {
        assert_eq!(parse(&text), Err(error), "{text}");
    }
    let message = serde_json::from_str::<AccountId>("\"gold1abc\"").unwrap_err().to_string();
    assert!(message.contains("an account starts with `gage1`"), "{message}");
}

/// 52 characters carry 260 bits for 256: the four spare ones must be zero.
#[test]
fn one_account_has_one_text() {
    let gage = Hrp::parse_unchecked("gage");
    let encode = |last: u8| -> String {
        let fives = sample().0.into_iter().bytes_to_fes().take(51);
        let last = Fe32::try_from(last).unwrap();
        fives.chain([last]).with_checksum::<Bech32m>(&gage).chars().collect()
    };
    let bits_of_last = sample().0[31] << 4 & 0x10;
    for spare in 0..16 {
        let expected = if spare == 0 { Ok(sample()) } else { Err(WrongLength) };
        assert_eq!(parse(&encode(bits_of_last | spare)), expected);
    }
}

#[test]
fn derivation_depends_on_every_part() {
    let (a, b) = (sha256(b"a"), sha256(b"b"));
    let mut all = vec![
        AccountId::derive(&a, Scheme::Ed25519, b"key"),
        AccountId::derive(&b, Scheme::Ed25519, b"key"),
        AccountId::derive(&a, Scheme::P256, b"key"),
        AccountId::derive(&a, Scheme::Ed25519, b"yek"),
        AccountId::module(&a, "key"),
        AccountId::module(&b, "key"),
        AccountId::module(&a, "fees"),
    ];
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 7);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_account_reads_back(bytes in any::<[u8; 32]>()) {
        let account = AccountId(bytes);
        prop_assert_eq!(parse(&account.to_string()), Ok(account));
        prop_assert_eq!(borsh::to_vec(&account).unwrap(), bytes);
    }

    #[test]
    fn one_wrong_character_is_detected(bytes in any::<[u8; 32]>(), at in 5_usize..63, by in 1_usize..32) {
        let alphabet = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
        let mut text = AccountId(bytes).to_string().into_bytes();
        let old = alphabet.iter().position(|c| *c == text[at]).unwrap();
        text[at] = alphabet[(old + by) % 32];
        prop_assert_eq!(parse(std::str::from_utf8(&text).unwrap()), Err(BadChecksum));
    }

    #[test]
    fn any_text_is_answered(text in ".{0,80}") {
        prop_assert!(parse(&text).is_err());
        let prefixed = "gage1".to_owned() + &text;
        prop_assert!(parse(&prefixed).is_err());
    }
}
