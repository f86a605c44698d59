//! Every table of the QuantLib test suite in the reference data, against this crate: how many rows come out to the
//! printed digits, and how far the others are. The outcome is the table of `docs/pricing.md`; the test fails when both
//! differ (`GAGE_WRITE_DOCS=1` writes it). Skipped loudly where the data are not; the rows that `worked.rs` holds are
//! always checked.

mod american;
mod barriers;
mod baskets;
mod data;
mod exotic;
mod plain;
mod rates;

use std::path::Path;

use data::{Report, tables};

const BEGIN: &str = "<!-- tables: begin -->\n";
const END: &str = "<!-- tables: end -->";

#[test]
fn the_published_tables_are_as_the_document_says() {
    let Some(tables) = tables() else { return };
    let reports: Vec<Report> = tables.iter().map(report).collect();
    let document = write(&reports);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pricing.md");
    let text = std::fs::read_to_string(&path).expect("docs/pricing.md is there");
    let (before, rest) = text.split_once(BEGIN).expect("the document has its marks");
    let (found, after) = rest.split_once(END).expect("the document has its marks");
    println!("{document}");
    if std::env::var_os("GAGE_WRITE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{document}{END}{after}")).expect("the document is written");
    } else {
        assert_eq!(found, document, "docs/pricing.md is not what comes out; GAGE_WRITE_DOCS=1 writes it");
    }
}

fn report(table: &data::Table) -> Report {
    let name = (table.file.as_str(), table.index);
    plain::report(table, name)
        .or_else(|| american::report(table, name))
        .or_else(|| barriers::report(table, name))
        .or_else(|| exotic::report(table, name))
        .or_else(|| rates::report(table, name))
        .unwrap_or_else(|| Report::none(table, "NOT CLASSIFIED"))
}

fn write(reports: &[Report]) -> String {
    let mut out = String::from(
        "| table | rows | with a number | to the printed digits | within its tolerance | largest difference | |\n|---|---|---|---|---|---|---|\n",
    );
    let mut sums = [0usize; 4];
    for report in reports {
        let worst = if report.numbers == 0 { "-".to_owned() } else { format!("{:.1e}", report.worst) };
        out.push_str(&format!(
            "| {} {} | {} | {} | {} | {} | {worst} | {} |\n",
            report.file, report.test, report.rows, report.numbers, report.printed, report.close, report.note
        ));
        for (sum, part) in sums.iter_mut().zip([report.rows, report.numbers, report.printed, report.close]) {
            *sum += part;
        }
    }
    out.push_str(&format!("| all | {} | {} | {} | {} | | |\n", sums[0], sums[1], sums[2], sums[3]));
    out
}
