//! Coins minted against nothing, before and after: a small model of the design that failed, and the
//! same attempt on this ledger as a scenario.

use std::fs;
use std::path::Path;

use gage_testkit::{incidents, scenario};

/// Plays `scenarios/incidents/NAME.gage`: every line of it must come out as written.
fn plays(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/incidents").join(format!("{name}.gage"));
    let text = fs::read_to_string(&path).unwrap();
    match scenario::play(&text) {
        Ok(summary) => println!("after, {name}: {} blocks, every line as written", summary.blocks),
        Err(failure) => panic!("{}: {failure}", path.display()),
    }
}

/// A stolen mint key.
#[test]
fn resolv_mint_key() {
    use incidents::resolv_mint_key::stolen_key;
    let before = stolen_key(None, None);
    println!("before: {before:?} (millions)");
    assert_eq!((before.minted, before.taken), (80, 24));
    assert!(before.backing_percent < 60, "{before:?}");
    // Ten were proven beyond the supply, and the window takes one a day.
    let proven = stolen_key(Some(10), None);
    let windowed = stolen_key(Some(10), Some(1));
    println!("bounded by proof: {proven:?}; and by its window: {windowed:?} (millions)");
    assert_eq!((proven.minted, proven.backing_percent), (10, 100));
    assert_eq!((windowed.minted, windowed.taken), (1, 0));
    plays("resolv-mint-key");
}

/// Collateral that nothing stands behind.
#[test]
fn rseth_authenticity() {
    use incidents::rseth_authenticity::forged_lock;
    let before = forged_lock(1, 1, 1, false);
    println!("before: {before:?} (millions)");
    assert_eq!((before.unbacked, before.bad_debt), (292, 230));
    // Two of three, one deceived: nothing is minted. All deceived, looked through: nothing is lent.
    let two = forged_lock(3, 2, 1, false);
    let seen = forged_lock(3, 2, 3, true);
    println!("two of three: {two:?}; all deceived, looked through: {seen:?} (millions)");
    assert_eq!((two.unbacked, seen.lent), (0, 0));
    plays("rseth-authenticity");
}
