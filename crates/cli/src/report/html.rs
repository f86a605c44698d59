//! The report as one self-contained HTML file: no script, no font, no picture from elsewhere.

use std::fmt::Write as _;

use super::published::FIGURES;
use super::{RunRecord, duration, grouped, percent, plots, price, utc};

/// The most auctions listed one by one; the rest is in the sums.
const AUCTIONS_LISTED_MAX: usize = 3_000;

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c1c1c; --ground: #ffffff; --faint: #8882; --ok: #2b8a55; --bad: #d64545; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --ground: #16181b; } }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif;
       color: var(--ink); background: var(--ground); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid var(--faint); }
th:first-child, td:first-child { text-align: left; }
td.words, th.words { text-align: left; }
.scroll { max-height: 26rem; overflow: auto; } .scroll th { position: sticky; top: 0; background: var(--ground); }
.big td { font-weight: 600; } .ok { color: var(--ok); } .bad { color: var(--bad); }
figure { margin: 1rem 0; } figcaption { opacity: .75; font-size: .9rem; } svg { max-width: 100%; height: auto; }
svg text { fill: var(--ink); } svg [stroke='#7F7F7F'] { stroke: var(--ink); }
code { overflow-wrap: anywhere; }
";

/// The report as HTML text.
///
/// # Errors
/// If a plot cannot be drawn.
pub fn html(run: &RunRecord) -> Result<String, Box<dyn std::error::Error>> {
    let mut page = String::new();
    let name = escaped(&run.name);
    writeln!(page, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(page, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(page, "<title>Gage: {name}</title>\n<style>{STYLE}</style>\n</head>\n<body>")?;
    writeln!(page, "<h1>{name}</h1>\n<p>{}</p>", escaped(run.about.trim()))?;
    head(&mut page, run)?;
    comparison(&mut page, run)?;
    bearers(&mut page, run)?;
    checks(&mut page, run)?;
    writeln!(page, "<h2>Over time (UTC)</h2>")?;
    for plot in plots::plots(run)? {
        writeln!(page, "<h3>{}</h3>\n<figure>{}", plot.title, plot.svg)?;
        writeln!(page, "<figcaption>{}</figcaption></figure>", plot.caption)?;
    }
    sensitivity(&mut page, run)?;
    if run.published {
        published(&mut page)?;
    }
    list(&mut page, "How this was made", &run.assumptions)?;
    list(&mut page, "Findings in the price file", &run.findings)?;
    auctions(&mut page, run)?;
    writeln!(page, "</body>\n</html>")?;
    Ok(page)
}

type Written = Result<(), std::fmt::Error>;

fn head(page: &mut String, run: &RunRecord) -> Written {
    let totals = &run.totals;
    let [collateral, stable] = &run.symbols;
    writeln!(page, "<table>")?;
    if let (Some(first), Some(last)) = (run.points.first(), run.points.last()) {
        let when = format!("{} to {} UTC", utc(first.time_ms), utc(last.time_ms));
        pair(page, "Ledger time", &when)?;
        let lowest = run.points.iter().map(|point| point.market).fold(f64::INFINITY, f64::min);
        pair(
            page,
            "Market",
            &format!("{}, lowest {}, last {}", price(first.market), price(lowest), price(last.market)),
        )?;
    }
    pair(page, "Prices", &run.price_source)?;
    pair(page, "Blocks", &format!("{} of {} s, seed {}", run.blocks, run.block_interval_s, run.seed))?;
    pair(page, "Vaults", &totals.vaults.to_string())?;
    pair(page, "Debt at start", &format!("{} {stable}", grouped(totals.debt_at_start)))?;
    pair(page, "Collateral at start", &format!("{} {collateral}", grouped(totals.collateral_at_start)))?;
    let transactions = &run.transactions;
    let sent = format!(
        "{} executed, {} refused by a rule, {} left out by congestion",
        transactions.executed, transactions.refused, transactions.left_out
    );
    pair(page, "Transactions", &sent)?;
    let refusals: Vec<String> = run.refusals.iter().map(|(reason, count)| format!("{count} x {reason}")).collect();
    if !refusals.is_empty() {
        pair(page, "Refused", &refusals.join(", "))?;
    }
    writeln!(page, "</table>")
}

fn comparison(page: &mut String, run: &RunRecord) -> Written {
    let (totals, design) = (&run.totals, &run.design_2020);
    let [per_debt, per_debt_2020] = run.bad_debt_per_debt();
    writeln!(page, "<h2>This ledger and the 2020 design</h2>")?;
    writeln!(page, "<p>The same vaults, owners, keepers, costs of selling, congestion and path of prices.</p>")?;
    writeln!(page, "<table><tr><th></th><th>this ledger</th><th>2020 design (model)</th></tr>")?;
    let mut row = |what: &str, ours: String, theirs: String, class: &str| {
        writeln!(page, "<tr class=\"{class}\"><td>{what}</td><td>{ours}</td><td>{theirs}</td></tr>")
    };
    row("Vaults liquidated", totals.vaults_liquidated.to_string(), design.vaults_liquidated.to_string(), "")?;
    row("Debt liquidated", grouped(totals.debt_liquidated), grouped(design.debt_liquidated), "")?;
    row("Auctions", run.auctions.len().to_string(), design.auctions.to_string(), "")?;
    row("Won with a bid of zero", "not possible".to_owned(), design.zero_bid_wins.to_string(), "")?;
    row("Collateral given away, at the market", "0".to_owned(), grouped(design.zero_bid_value), "")?;
    row("Recovered by auctions", percent(run.recovered_fraction()), percent(design.recovered_fraction()), "")?;
    if let Some((median, longest)) = run.seconds_to_clear() {
        let ours = format!("median {}, longest {}", duration(median), duration(longest));
        row("Time to clear", ours, format!("mean {}", duration(design.seconds_to_clear_mean as u64)), "")?;
    }
    row("Bad debt", grouped(totals.bad_debt), grouped(design.bad_debt), "big")?;
    row("Bad debt per debt liquidated", percent(per_debt), percent(per_debt_2020), "big")?;
    writeln!(page, "</table>")
}

fn bearers(page: &mut String, run: &RunRecord) -> Written {
    let stable = escaped(&run.symbols[1]);
    writeln!(page, "<h2>Who bore what auctions did not raise</h2>")?;
    writeln!(page, "<table><tr><th>Bearer, in order</th><th>{stable}</th><th class=\"words\"></th></tr>")?;
    for bearer in &run.bearers {
        let (who, note) = (escaped(&bearer.who), escaped(&bearer.note));
        let amount = grouped(bearer.amount);
        writeln!(page, "<tr><td>{who}</td><td>{amount}</td><td class=\"words\">{note}</td></tr>")?;
    }
    writeln!(page, "</table>")?;
    let (loss, profit) = (grouped(run.totals.pool_loss), grouped(run.totals.keeper_profit));
    writeln!(
        page,
        "<p>Loss of the stability pool's depositors, collateral received at the last price: {loss} {stable}"
    )?;
    writeln!(page, "(below zero: gain). Keepers' profit after costs of selling: {profit} {stable}.</p>")
}

fn checks(page: &mut String, run: &RunRecord) -> Written {
    let checks = &run.checks;
    writeln!(page, "<h2>Checks</h2>\n<table>")?;
    let mut row = |what: &str, ok: bool, words: String| {
        let (class, verdict) = if ok { ("ok", "ok") } else { ("bad", "FAILED") };
        writeln!(
            page,
            "<tr><td>{what}</td><td class=\"{class}\">{verdict}</td><td class=\"words\">{}</td></tr>",
            escaped(&words)
        )
    };
    row("Conservation", checks.conservation_ok, checks.conservation.join("; "))?;
    let proofs = format!("{} proofs verified. {}", checks.proofs_verified, checks.proofs_failed.join("; "));
    row("Proofs", checks.proofs_ok, proofs)?;
    row(
        "Completeness",
        checks.unsafe_left_ok,
        "every vault read after every block: none unsafe that neither was at auction nor waited".to_owned(),
    )?;
    writeln!(page, "</table>\n<p>State root <code>{}</code></p>", escaped(&run.root))
}

fn sensitivity(page: &mut String, run: &RunRecord) -> Written {
    if run.design_2020_sensitivity.is_empty() {
        return Ok(());
    }
    writeln!(page, "<h2>The 2020 design with other keepers' money</h2>")?;
    writeln!(page, "<p>How much money keepers had is the assumption that moves that design most.</p>")?;
    writeln!(page, "<table><tr><th>Keepers' money</th><th>won with zero</th><th>recovered</th><th>bad debt</th></tr>")?;
    for (factor, outcome) in &run.design_2020_sensitivity {
        let zero = f64::from(outcome.zero_bid_wins) / f64::from(outcome.auctions.max(1));
        writeln!(
            page,
            "<tr><td>x {factor}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            percent(zero),
            percent(outcome.recovered_fraction()),
            grouped(outcome.bad_debt)
        )?;
    }
    writeln!(page, "</table>")
}

fn published(page: &mut String) -> Written {
    writeln!(page, "<h2>Published about 12 and 13 March 2020</h2>")?;
    writeln!(page, "<p>Another book of vaults: compare shares, not sums.</p><table>")?;
    for figure in FIGURES {
        writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td class=\"words\">{}</td></tr>",
            figure.what, figure.figure, figure.source
        )?;
    }
    writeln!(page, "</table>")
}

fn list(page: &mut String, title: &str, lines: &[String]) -> Written {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(page, "<h2>{title}</h2>\n<ul>")?;
    for line in lines {
        writeln!(page, "<li>{}</li>", escaped(line))?;
    }
    writeln!(page, "</ul>")
}

fn auctions(page: &mut String, run: &RunRecord) -> Written {
    writeln!(page, "<h2>Auctions</h2>\n<div class=\"scroll\"><table><tr><th>lot</th><th>vault</th><th>began</th>")?;
    writeln!(page, "<th>lasted</th><th>collateral</th><th>left over</th><th>debt</th><th>raised</th><th>takes</th>")?;
    writeln!(page, "<th>restarts</th><th>backstop</th><th>bad debt</th></tr>")?;
    for row in run.auctions.iter().take(AUCTIONS_LISTED_MAX) {
        let lasted = row
            .closed_ms
            .map_or_else(|| "open".to_owned(), |closed| duration(closed.saturating_sub(row.opened_ms) / 1_000));
        writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{lasted}</td><td>{:.3}</td><td>{:.3}</td><td>{:.2}</td>\
             <td>{:.2}</td><td>{}</td><td>{}</td><td>{:.2}</td><td>{:.2}</td></tr>",
            row.lot,
            row.vault,
            utc(row.opened_ms),
            row.collateral,
            row.collateral_left,
            row.debt,
            row.raised,
            row.takes,
            row.restarts,
            row.covered,
            row.bad_debt
        )?;
    }
    writeln!(page, "</table></div>")?;
    if run.auctions.len() > AUCTIONS_LISTED_MAX {
        writeln!(page, "<p>{} further auctions are not listed.</p>", run.auctions.len() - AUCTIONS_LISTED_MAX)?;
    }
    Ok(())
}

fn pair(page: &mut String, what: &str, words: &str) -> Written {
    writeln!(page, "<tr><td>{what}</td><td class=\"words\">{}</td></tr>", escaped(words))
}

/// Scenario and price files are other people's texts.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
