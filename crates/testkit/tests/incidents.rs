//! Incidents of other systems: what the design that failed came to in its model, and what the same acts come to
//! here in the scenario of the same name.
//! `cargo nextest run -p gage-testkit --test incidents --no-capture` prints the figures.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gage_oracle::growth::{GROWTH_CAP_STEP_MAX, GrowthCap};
use gage_oracle::jump::within;
use gage_testkit::incidents::figures::{Row, rows};
use gage_testkit::incidents::{
    aave_crv, black_thursday, capo, drift_presigned, erc4626_inflation, euler_donation, moonwell, pool_evasion,
    resolv_mint_key, rseth_authenticity, squads_stale_approval, stale_restart,
};
use gage_testkit::scenario;
use gage_units::{Bps, Price, Timestamp};

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// The steps of a scenario, without remarks.
fn steps(name: &str) -> Vec<String> {
    let text = fs::read_to_string(at(&format!("scenarios/incidents/{name}.gage"))).unwrap();
    text.lines().map(|line| line.split(" # ").next().unwrap_or_default().trim().to_owned()).collect()
}

/// Plays the scenario of an incident and prints its row of the table: what the scenario's lines say holds.
fn show(name: &str) {
    let Row { before, after, .. } = rows().into_iter().find(|row| row.name == name).unwrap();
    let text = steps(name).join("\n");
    let summary = scenario::play(&text).unwrap_or_else(|failure| panic!("{name}: {failure}"));
    println!("{name}\n  before: {before}");
    println!("  after: {} ({} steps held in {} blocks)", after.join("; "), summary.steps, summary.blocks);
}

#[test]
fn the_document_says_what_comes_out() {
    let document = fs::read_to_string(at("docs/incidents.md")).unwrap();
    let source = include_str!("incidents.rs");
    let mut wrong = Vec::new();
    for row in rows() {
        let link = format!("(../scenarios/incidents/{}.gage)", row.name);
        let line = document.lines().find(|line| line.contains(&link)).unwrap_or_default();
        let cells: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let after = row.after.iter().map(|step| format!("`{step}`")).collect::<Vec<_>>().join(", ");
        let found = (cells.get(2).copied(), cells.get(3).copied());
        if found != (Some(row.before.as_str()), Some(after.as_str())) {
            wrong.push(format!(
                "{}: the run gives\n  {} | {after}\nthe document says\n  {found:?}",
                row.name, row.before
            ));
        }
        if !line.contains(&format!("`{}`", row.test)) || !source.contains(&format!("fn {}()", row.test)) {
            wrong.push(format!("{}: its test is `{}`", row.name, row.test));
        }
        let steps = steps(row.name);
        for wanted in row.after {
            let stands = |step: &String| step == wanted || wanted.starts_with("->") && step.ends_with(wanted);
            if !steps.iter().any(stands) {
                wrong.push(format!("{}: its scenario has no line `{wanted}`", row.name));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_scenario_has_its_row() {
    let files = fs::read_dir(at("scenarios/incidents")).unwrap();
    let names = files.map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned());
    let listed: BTreeSet<String> = rows().iter().map(|row| row.name.to_owned()).collect();
    assert_eq!(names.collect::<BTreeSet<String>>(), listed);
}

#[test]
fn black_thursday_zero_bids() {
    let (calm, jammed) = (black_thursday::old_design(false), black_thursday::old_design(true));
    println!("without congestion: {calm:?}");
    assert_eq!(jammed.vaults_liquidated, 3);
    assert!(jammed.zero_bid_wins > 0 && jammed.zero_bid_value > 0.0, "{jammed:?}");
    assert!(jammed.bad_debt > 900.0, "a lot won with nothing leaves its whole debt: {jammed:?}");
    assert!(jammed.bad_debt > calm.bad_debt, "{calm:?}");
    // After: every bid near zero is below the floor, and no debt is left uncovered.
    show("black-thursday");
}

#[test]
fn stability_pool_loss_evasion() {
    let (before, fair) = (pool_evasion::old_design(true), pool_evasion::fair());
    // Ninety per cent of the loss were his; he bears nothing, the other all the pool can bear, the rest is bad debt.
    assert_eq!((before.evader_change, before.other_change, before.uncovered), (0.0, -20.0, 80.0));
    assert_eq!((fair.evader_change, fair.other_change, fair.uncovered), (-90.0, -10.0, 0.0));
    // After: he bears his ninety per cent.
    show("pool-evasion");
}

/// Collateral beyond the depth of its market.
#[test]
fn aave_crv_stays_within_depth() {
    let before = aave_crv::as_it_was();
    assert!(before.bad_debt > before.lent / 2, "most of the loan is lost: {before:?}");
    assert!(before.price_fall > 2_500, "and its liquidation takes a quarter off the price: {before:?}");
    let capped = aave_crv::capped_by_depth();
    println!("the same market with debt capped by depth: {capped:?}");
    assert!(capped.lent > 0 && capped.bad_debt == 0, "{capped:?}");
    assert!(capped.price_fall < before.price_fall / 2, "{capped:?}");
    show("aave-crv");
}

/// A gift that makes the giver's loan unsafe.
#[test]
fn euler_donation_is_no_way_out() {
    let before = euler_donation::attack(false);
    assert_eq!(before.taken_out - before.paid_in, 8_900, "all that others had deposited: {before:?}");
    let asked = euler_donation::attack(true);
    assert_eq!((asked.taken_out, asked.bad_debt), (0, 0));
    show("euler-donation");
}

#[test]
fn erc4626_inflation_gains_nothing() {
    const UNIT: u128 = 1_000_000;
    let before = erc4626_inflation::attack(1, 10_000 * UNIT, 10_000 * UNIT);
    assert_eq!((before.attacker, before.victim), (10_000_000_000, -10_000_000_000), "all of the deposit");
    // After: the attacker loses his gift of 10,000, the victim nothing.
    show("erc4626-inflation");
}

#[test]
fn stale_oracle_after_restart() {
    use stale_restart::{Rule, loans, resume};
    // The last price before the halt was 165; when the network goes on the market is at 190.
    let before = resume(&loans(), Rule::LastWritten, 165, 190);
    // Unsafe at 165 above 1,237.5; each loses about 28 % of what it owed.
    assert_eq!(before.0, 31);
    assert!((10_900..11_100).contains(&before.1), "{}", before.1);
    assert_eq!(resume(&loans(), Rule::SinceRestart, 165, 190), (0, 0), "at the market all of them are safe");
    show("stale-oracle-after-restart");
}

#[test]
fn moonwell_missing_leg() {
    use moonwell::{Outcome, RATIO_ALONE, TRUE_PRICE, liquidate, loans};
    let loans = loans(TRUE_PRICE);
    let before = liquidate(&loans, RATIO_ALONE);
    let lent: u64 = loans.iter().map(|loan| loan.debt).sum();
    assert_eq!((before.liquidated, before.taken), (100, 10_000_000));
    // Ten wrappers of 1.12 pay 10.18 dollars.
    assert_eq!((before.repaid, before.bad_debt), (100 * 1_018, lent - 100 * 1_018));
    assert_eq!(liquidate(&loans, TRUE_PRICE), Outcome::default(), "with both legs all of them are safe");
    show("moonwell-missing-leg");
}

#[test]
fn capo_coupled_fields() {
    use capo::{MARKET, Reference, STORED, TODAY, WANTED};
    const DAY_MS: u64 = 86_400_000;
    assert!(STORED.ceiling(TODAY) >= MARKET, "nothing is capped before the update");
    let moved = capo::moved_apart();
    let loans = capo::loans(MARKET);
    assert_eq!(capo::liquidated(&loans, MARKET.min(STORED.ceiling(TODAY))), 0);
    assert_eq!(capo::liquidated(&loans, MARKET.min(moved.ceiling(TODAY))), 24);

    // The same step, asked of this ledger's own rule: refused. What was wanted continues the line, and passes.
    let cap = |reference: Reference| GrowthCap {
        ratio: Price(u128::from(reference.ratio) * 1_000_000_000_000),
        at: Timestamp(reference.day * DAY_MS),
        growth_per_year: Bps(968),
    };
    let ceiling = |reference| cap(reference).ceiling(Timestamp(TODAY * DAY_MS)).unwrap();
    assert_eq!(within(ceiling(moved), ceiling(STORED), GROWTH_CAP_STEP_MAX), Ok(false));
    assert_eq!(within(ceiling(WANTED), ceiling(STORED), GROWTH_CAP_STEP_MAX), Ok(true));
    show("capo-coupled-fields");
}

/// A stolen mint key.
#[test]
fn resolv_mint_key() {
    use resolv_mint_key::stolen_key;
    let before = stolen_key(None, None);
    assert_eq!((before.minted, before.taken), (80, 24));
    assert!(before.backing_percent < 60, "{before:?}");
    // The same model with each bound: ten proven beyond the supply, and a window of one a day.
    let (proven, windowed) = (stolen_key(Some(10), None), stolen_key(Some(10), Some(1)));
    println!("bounded by proof: {proven:?}; and by a window: {windowed:?} (millions)");
    assert_eq!((proven.minted, proven.backing_percent), (10, 100));
    assert_eq!((windowed.minted, windowed.taken), (1, 0));
    show("resolv-mint-key");
}

#[test]
fn drift_presigned_approvals() {
    use drift_presigned::{AS_IT_WAS, Design, attack};
    // Any one of the rules that were missing bounds it.
    let guarded = attack(Design { guard_can_be_lifted: false, ..AS_IT_WAS });
    let ended = attack(Design { signature_life_s: Some(90), ..AS_IT_WAS });
    let delayed = attack(Design { delay_s: 86_400, ..AS_IT_WAS });
    println!(
        "with a guard that stays: {guarded:?}; with signatures that end: {ended:?}; with a day's delay: {delayed:?}"
    );
    assert_eq!((attack(AS_IT_WAS).taken, guarded.taken, ended.taken, delayed.taken), (309, 77, 0, 0));
    show("drift-presigned-approvals");
}

/// Collateral that nothing stands behind.
#[test]
fn rseth_authenticity() {
    use rseth_authenticity::forged_lock;
    let before = forged_lock(1, 1, 1, false);
    assert_eq!((before.unbacked, before.bad_debt), (292, 230));
    // Two of three, one deceived: nothing is minted. All deceived, looked through: nothing is lent.
    let (two, seen) = (forged_lock(3, 2, 1, false), forged_lock(3, 2, 3, true));
    println!("two of three: {two:?}; all deceived, looked through: {seen:?} (millions)");
    assert_eq!((two.unbacked, seen.unbacked, seen.lent), (0, 292, 0));
    show("rseth-authenticity");
}

#[test]
fn squads_stale_approval() {
    use squads_stale_approval::{Rule, voted_out};
    let (before, bound) = (voted_out(Rule::OnceApproved), voted_out(Rule::SameMembers));
    // The old rule stops what lacked a vote, and pays what did not.
    assert_eq!((before.approved, before.unfinished), (900, 0));
    assert_eq!((bound.approved, bound.unfinished), (0, 0));
    show("squads-stale-approval");
}
