//! Price files as they come: broken, doubled, out of order, absurd.

use gage_agents::bars::{self, BarsError, Defect};
use gage_units::Price;

const HEAD: &str = "timestamp_ms,open,high,low,close,volume\n";
const HOUR: u64 = 3_600_000;
const START: u64 = 1_583_971_200_000;

fn whole(units: u64) -> Price {
    Price(u128::from(units) * Price::ONE.0)
}

fn line(hour: u64, rest: &str) -> String {
    format!("{},{rest}\n", START + hour * HOUR)
}

fn read(body: &str) -> bars::Bars {
    bars::read(format!("{HEAD}{body}").as_bytes()).expect("a file with two usable bars")
}

fn defects(file: &bars::Bars) -> Vec<(u64, Defect)> {
    file.findings.iter().map(|finding| (finding.line, finding.defect.clone())).collect()
}

#[test]
fn a_clean_file_is_exact_and_without_findings() {
    let file = read(&(line(0, "194.61,195.55,192.22,193.31,43682.10572") + &line(1, "193.3,193.73,184.23,185.03,1")));
    assert_eq!(file.bars.len(), 2);
    assert_eq!(file.bars[0].open, Price(194_610_000_000_000_000_000));
    assert_eq!(file.bars[0].volume, Some(43_682_105_720_000_000_000_000));
    assert_eq!(file.interval_ms, HOUR);
    assert!(file.findings.is_empty(), "{:?}", file.findings);
}

#[test]
fn the_date_column_any_order_of_columns_and_a_byte_order_mark_are_read() {
    let text = "\u{feff}close,date,volume,low,high,open\r\n2,1000,5,1.5,2.5,1.75\r\n2,2000,5,1.5,2.5,2\r\n";
    let file = bars::read(text.as_bytes()).expect("readable");
    assert_eq!(file.interval_ms, 1000);
    assert_eq!(file.bars[0].open, Price(1_750_000_000_000_000_000));
}

#[test]
fn what_is_no_price_is_skipped_and_named() {
    let nasty = ["NaN", "inf", "-5", "0", "0.0", "abc", "", "1,5", "+5", "0x10", "1e999", "9999999999999999999", " "];
    for text in nasty {
        let quoted = format!("\"{text}\",195,190,193,5");
        let good = "190,195,190,193,5";
        let file = read(&(line(0, good) + &line(1, &quoted) + &line(2, good) + &line(3, good)));
        assert_eq!(file.bars.len(), 3, "{text:?}");
        let expected = Defect::NotAPrice { column: "open".to_owned(), text: text.trim().to_owned() };
        assert_eq!(file.findings[0].line, 3);
        assert_eq!(file.findings[0].defect, expected);
        // The hole that the skipped line leaves is told as well.
        assert_eq!(file.findings[1].defect, Defect::Gap { missing: 1 });
    }
}

#[test]
fn short_lines_text_times_and_odd_bytes_are_findings() {
    let mut bytes = HEAD.as_bytes().to_vec();
    bytes.extend_from_slice(line(0, "190,195,190,193,5").as_bytes());
    bytes.extend_from_slice(b"yesterday,1,1,1,1,1\n");
    bytes.extend_from_slice(line(1, "190").as_bytes());
    bytes.extend_from_slice(b"\xff\xfe\xff,1,1,1,1,1\n");
    bytes.extend_from_slice(line(1, "190,195,190,193,much").as_bytes());
    bytes.extend_from_slice(b"99999999999999999999999,1,1,1,1,1\n-1,1,1,1,1,1\n");
    let file = bars::read(bytes.as_slice()).expect("two usable bars");
    assert_eq!(file.bars.len(), 2);
    let lines: Vec<u64> = file.findings.iter().map(|finding| finding.line).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7, 8]);
    assert!(matches!(file.findings[0].defect, Defect::NotATime(_)));
    assert!(matches!(file.findings[1].defect, Defect::Unreadable(_)));
    assert_eq!(file.findings[3].defect, Defect::NoVolume);
    assert_eq!(file.bars[1].volume, None);
}

#[test]
fn gaps_duplicates_and_disorder() {
    let body = line(2, "3,3,3,3,1")
        + &line(0, "1,1,1,1,1")
        + &line(1, "2,2,2,2,1")
        + &line(1, "2,2,2,2,1")
        + &line(0, "9,9,9,9,9")
        + &line(6, "3,3,3,3,1");
    let file = read(&body);
    let times: Vec<u64> = file.bars.iter().map(|bar| (bar.time_ms - START) / HOUR).collect();
    assert_eq!(times, [0, 1, 2, 6]);
    assert_eq!(file.bars[0].open, whole(1), "the first line of a time stays");
    let found = defects(&file);
    assert!(found.contains(&(3, Defect::OutOfOrder)));
    assert!(found.contains(&(5, Defect::Duplicate { of_line: 4, same: true })));
    assert!(found.contains(&(6, Defect::Duplicate { of_line: 3, same: false })));
    assert!(found.contains(&(7, Defect::Gap { missing: 3 })));
}

#[test]
fn absurd_prices_stay_and_are_reported() {
    let file = read(
        &(line(0, "100,101,99,100,1")
            + &line(1, "100,101,0.0001,100,1")
            + &line(2, "100,900,99,100,1")
            + &line(3, "100,90,110,100,1")),
    );
    assert_eq!(file.bars.len(), 4);
    assert_eq!(file.bars[1].low, Price(100_000_000_000_000));
    let found = defects(&file);
    let absurd = |column: &str, price| Defect::Absurd { column: column.to_owned(), price, around: whole(100) };
    assert!(found.contains(&(3, absurd("low", Price(100_000_000_000_000)))));
    assert!(found.contains(&(4, absurd("high", whole(900)))));
    assert!(found.contains(&(5, Defect::Contradiction)));
    assert_eq!(bars::believable(file.bars[1].low, whole(100)), whole(100));
    assert_eq!(bars::believable(whole(50), whole(100)), whole(50));
    assert_eq!(bars::believable(whole(151), whole(100)), whole(100));
}

#[test]
fn a_real_crash_is_not_absurd() {
    // A fall by half within one bar that the following bars confirm.
    let file = read(&(line(0, "168,170,165,168,1") + &line(1, "168,169,82,84,1") + &line(2, "84,90,80,86,1")));
    assert!(file.findings.is_empty(), "{:?}", file.findings);
}

#[test]
fn exponents_are_exact() {
    assert_eq!(bars::price_of("1.5e-3"), Some(Price(1_500_000_000_000_000)));
    assert_eq!(bars::price_of("2E2"), Some(whole(200)));
    assert_eq!(bars::price_of("1e-18"), Some(Price(1)));
    assert_eq!(bars::price_of("1e-19"), None);
    assert_eq!(bars::price_of("0.1234567890123456789"), Some(Price(123_456_789_012_345_678)));
    assert_eq!(bars::price_of("1e13"), None, "above any believable price");
    assert_eq!(bars::price_of("5."), None);
    assert_eq!(bars::price_of("e5"), None);
}

#[test]
fn a_file_without_bars_says_why() {
    assert!(matches!(bars::read("".as_bytes()), Err(BarsError::NoColumn("timestamp_ms"))));
    assert!(matches!(bars::read("date,open,high,low\n".as_bytes()), Err(BarsError::NoColumn("close"))));
    let error = bars::read(format!("{HEAD}x,1,1,1,1,1\n").as_bytes()).expect_err("no bars");
    assert!(error.to_string().contains("line 2"), "{error}");
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let mut file = HEAD.as_bytes().to_vec();
        file.extend_from_slice(&bytes);
        drop(bars::read(file.as_slice()));
    }

    #[test]
    fn no_text_of_number_characters_makes_the_reader_panic(text in "[0-9eE.+,\n\"-]{0,200}") {
        drop(bars::read(format!("{HEAD}{text}").as_bytes()));
        let _ = bars::price_of(&text);
    }
}
