//! The report says what the record holds, and nothing a file says becomes markup.

use super::*;

pub fn sample() -> RunRecord {
    let points = (0..50u64)
        .map(|block| Point {
            time_ms: 1_583_971_200_000 + block * 240_000,
            market: 200.0 - block as f64,
            mid: 200.5 - block as f64,
            low: 199.0 - block as f64,
            high: 202.0 - block as f64,
            class: "fresh".to_owned(),
            debt: 1e6 - block as f64 * 1e3,
            congested: (20..30).contains(&block),
            bad_debt_2020: block as f64 * 100.0,
            ..Point::default()
        })
        .collect();
    let auction = AuctionRow {
        lot: 1,
        vault: 7,
        opened_ms: 1_583_971_440_000,
        closed_ms: Some(1_583_972_040_000),
        collateral: 10.0,
        debt: 1_000.0,
        raised: 990.0,
        takes: 2,
        covered: 10.0,
        ..AuctionRow::default()
    };
    RunRecord {
        name: "A <script>alert(1)</script> & co".to_owned(),
        about: "About".to_owned(),
        price_source: "nowhere".to_owned(),
        seed: 7,
        symbols: ["WETH".to_owned(), "GUSD".to_owned()],
        findings: vec!["line 3: <b>".to_owned()],
        assumptions: vec!["one".to_owned()],
        blocks: 50,
        block_interval_s: 240,
        transactions: Transactions { executed: 5, refused: 1, left_out: 2 },
        refusals: vec![("LotFinished (7005)".to_owned(), 1)],
        points,
        auctions: vec![auction],
        totals: Totals { vaults: 3, vaults_liquidated: 1, debt_liquidated: 1_000.0, ..Totals::default() },
        bearers: vec![Bearer { who: "Stability pool".to_owned(), amount: 10.0, note: String::new() }],
        checks: Checks { conservation_ok: true, proofs_ok: true, unsafe_left_ok: true, ..Checks::default() },
        design_2020: Outcome { bad_debt: 400.0, debt_liquidated: 1_000.0, ..Outcome::default() },
        design_2020_sensitivity: vec![(0.5, Outcome::default())],
        published: true,
        root: "ab".repeat(32),
        wall_s: 1.0,
    }
}

#[test]
fn the_summary_has_every_promised_key() {
    let summary = summary(&sample());
    for key in [
        "conservation_ok",
        "proofs_ok",
        "vaults",
        "liquidated",
        "auctions",
        "recovered_fraction",
        "bad_debt",
        "bad_debt_2020_design",
        "root",
    ] {
        assert!(summary.get(key).is_some_and(|value| !value.is_null()), "{key}");
    }
    assert_eq!(summary["recovered_fraction"], 0.99);
    assert_eq!(summary["bad_debt_per_debt_liquidated_2020_design"], 0.4);
    assert!(!summary.to_string().contains('\n'));
}

#[test]
fn the_page_is_whole_and_loads_nothing() {
    let page = html(&sample()).expect("plots are drawn");
    assert!(page.ends_with("</html>\n"));
    assert_eq!(page.matches("<svg").count(), 6);
    assert!(!page.contains("<script") && !page.contains("<b>"));
    assert!(page.contains("&lt;script&gt;"));
    for absent in ["src=", "href=", "@import", "url("] {
        assert!(!page.contains(absent), "{absent}");
    }
}

#[test]
fn a_run_without_anything_still_makes_a_report() {
    let empty = RunRecord { points: Vec::new(), auctions: Vec::new(), ..sample() };
    assert!(html(&empty).is_ok());
    assert!(terminal(&empty).contains("Conservation     ok"));
}

#[test]
fn numbers_read_well() {
    assert_eq!(grouped(1_234_567.8), "1,234,568");
    assert_eq!(grouped(999.0), "999");
    assert_eq!(grouped(-1_000.0), "-1,000");
    assert_eq!(grouped(-0.2), "0");
    assert_eq!(utc(1_583_971_200_000), "2020-03-12 00:00");
    assert_eq!(utc(951_782_340_000), "2000-02-28 23:59");
    assert_eq!(utc(951_782_400_000), "2000-02-29 00:00");
    assert_eq!(duration(3_725), "1 h 02 min");
    assert_eq!((price(194.614), price(0.0), price(0.000_012_34)), ("194.61".into(), "0.00".into(), "1.234e-5".into()));
    assert_eq!(duration(59), "0 min 59 s");
}

#[test]
fn a_failed_check_fails_the_run() {
    let mut run = sample();
    assert!(run.ok());
    run.checks.proofs_ok = false;
    assert!(!run.ok());
    assert!(terminal(&run).contains("Proofs           FAILED"));
}
