//! Where vaults meet other modules: eligibility, backing, genesis and the views of the API.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::{Context, Signer};
use gage_compliance::operations::{FreezeAccount, UnfreezeAccount};
use gage_crypto::Hash;
use gage_securities::BackingStatus;
use gage_securities::operations::{Attest, NewBackingTerms, SetBackingTerms};
use gage_units::{Amount, Bps, Ratio};
use gage_vaults::operations::ClaimKept;
use gage_vaults::{Error, Event, Operation, VaultId};

fn freeze(world: &mut World, user: usize) {
    let freeze = FreezeAccount {
        account: world.ids[user],
        asset: None,
        stops: gage_compliance::Stops::Both,
        until: None,
        reason: "order of a court".to_owned().try_into().unwrap(),
    };
    let ctx = world.ctx(Signer::Governance);
    gage_compliance::Operation::FreezeAccount(freeze).apply(&mut world.draft, &ctx).unwrap();
    world.draft.commit();
}

fn unfreeze(world: &mut World, user: usize) {
    let reason = "order lifted".to_owned().try_into().unwrap();
    let unfreeze = UnfreezeAccount { account: world.ids[user], asset: None, reason };
    let ctx = world.ctx(Signer::Governance);
    gage_compliance::Operation::UnfreezeAccount(unfreeze).apply(&mut world.draft, &ctx).unwrap();
    world.draft.commit();
}

#[test]
fn a_frozen_owner_is_liquidated_and_his_remainder_is_kept_for_him() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    world.vault(BOB, WBTC, 1_000_000_000, 5_000 * ONE);
    freeze(&mut world, ALICE);
    assert_eq!(world.run(ALICE, borrow(vault, ONE)).map_err(|error| error.code()), Err(3001));
    world.block(60_000, [84, 1_000, 1]);
    let lot = world.lots()[0];
    world.begin(1_000);
    world.events();
    world.take(BOB, lot, 100 * ONE).unwrap();
    world.end();
    assert!(world.lots().is_empty());
    let kept = world.events().into_iter().find_map(|event| match event {
        Event::CollateralKept { amount, .. } => Some(amount.0),
        _ => None,
    });
    let kept = kept.unwrap();
    assert!(kept > 0);
    let claim = Operation::ClaimKept(ClaimKept { vault, asset: WETH });
    assert_eq!(world.run(BOB, claim.clone()), Err(Error::NotVaultOwner));
    assert_eq!(world.run(ALICE, claim.clone()).map_err(|error| error.code()), Err(3001), "still frozen");
    unfreeze(&mut world, ALICE);
    world.run(ALICE, repay(vault, 700 * ONE)).unwrap();
    assert_eq!(world.run(ALICE, close(vault)), Err(Error::InLiquidation), "something is kept");
    let free = world.free(ALICE, WETH);
    assert_eq!(world.run(ALICE, claim.clone()), Ok(()));
    assert_eq!(world.free(ALICE, WETH), free + kept);
    assert_eq!(world.run(ALICE, claim), Err(Error::NothingKept));
    assert_eq!(world.run(ALICE, close(vault)), Ok(()));
}

fn attest(world: &mut World, amount: u128, days: u64) {
    for user in [ISSUER, CAROL] {
        let attest = Attest {
            asset: LOAN,
            amount: Amount(amount),
            as_of: world.time,
            expires: gage_units::Timestamp(world.time.0 + days * DAY),
            evidence: Hash::ZERO,
        };
        let ctx = world.ctx(Signer::Account(world.users[user]));
        gage_securities::Operation::Attest(attest).apply(&mut world.draft, &ctx).unwrap();
    }
    world.draft.commit();
}

#[test]
fn a_haircut_applies_at_once_and_quarantined_collateral_is_refused() {
    let mut world = World::new();
    let terms = NewBackingTerms {
        description: "auto loans".to_owned(),
        verifiers: vec![world.ids[ISSUER], world.ids[CAROL]],
        threshold: 2,
        validity_ms: 30 * DAY,
        grace_ms: 10 * DAY,
        haircut: Bps(0),
        late_haircut: Bps(2_000),
        quarantine_haircut: Bps(6_000),
    };
    let set = SetBackingTerms { asset: LOAN, terms: Some(terms) };
    let ctx = world.ctx(Signer::Governance);
    gage_securities::Operation::SetBackingTerms(set).apply(&mut world.draft, &ctx).unwrap();
    let vault = world.open(ALICE);
    world.give(ALICE, LOAN, 1_000_000_000);
    assert_eq!(world.run(ALICE, deposit(vault, LOAN, 1_000_000_000)), Err(Error::QuarantinedCollateral(LOAN)));
    attest(&mut world, 2_000_000_000, 30);
    world.begin(1_000);
    assert_eq!(world.run(ALICE, deposit(vault, LOAN, 1_000_000_000)), Ok(()));
    assert_eq!(world.run(ALICE, borrow(vault, 700 * ONE)), Ok(()));
    assert_eq!(world.health(vault), Ratio(ONE * 800 / 700));
    world.end();
    // Half of the grace: 10 % off, 720 / 700.
    world.begin(30 * DAY + 5 * DAY - 1_000);
    assert_eq!(world.health(vault), Ratio(ONE * 720 / 700));
    assert_eq!(world.run(ALICE, borrow(vault, ONE)), Err(Error::AboveLoanToValue));
    world.end();
    assert!(world.lots().is_empty());
    // Quarantine: 60 % off at once; nothing of it counts for borrowing, and it is liquidated.
    world.begin(5 * DAY);
    assert_eq!(world.health(vault), Ratio(ONE * 320 / 700));
    assert_eq!(world.run(ALICE, deposit(vault, LOAN, 1)), Err(Error::QuarantinedCollateral(LOAN)));
    assert_eq!(world.run(ALICE, withdraw(vault, LOAN, 1)), Err(Error::AboveLoanToValue));
    world.end();
    assert_eq!(world.lots().len(), 1);
}

#[test]
fn the_stable_asset_reports_what_backs_it() {
    let mut world = World::new();
    world.vault(ALICE, WETH, 10 * ONE, 500 * ONE);
    world.vault(BOB, WBTC, 100_000_000, 300 * ONE);
    world.end();
    let coverage = |world: &World| {
        let ctx: Context = world.ctx(Signer::Protocol);
        gage_securities::coverage(&world.draft, &ctx, GUSD).unwrap().unwrap()
    };
    let all = coverage(&world);
    assert_eq!((all.backing.0, all.claims.0, all.status), (2_000 * ONE, 800 * ONE, BackingStatus::Proven));
    // Collateral in lots still backs it.
    world.block(60_000, [60, 1_000, 1]);
    assert_eq!(world.lots().len(), 1);
    let all = coverage(&world);
    assert_eq!((all.backing.0, all.claims.0), (1_600 * ONE, 800 * ONE));
    assert_eq!(world.facility().coverage, Some(Ratio(ONE * 2)));
}

#[test]
fn views_say_what_the_records_say() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 500 * ONE);
    world.give(ALICE, WBTC, 10_000_000);
    world.run(ALICE, deposit(vault, WBTC, 10_000_000)).unwrap();
    let other = world.vault(BOB, WETH, 10 * ONE, 700 * ONE);
    let view = gage_vaults::query::vault(&world.draft, vault).unwrap();
    assert_eq!(view.owner, Some(world.ids[ALICE]));
    assert_eq!(view.collateral_value, Amount(1_100 * ONE));
    assert_eq!(view.health, Some(Ratio(ONE * 880 / 500)));
    // 500 = 10 p 80 % + 80; 500 are covered by WETH alone.
    assert_eq!(view.positions[0].liquidation_price.unwrap().0, 52 * ONE + ONE / 2);
    assert_eq!(view.positions[1].liquidation_price, None);
    // At that price health is one; one unit below it is not.
    let alone = gage_vaults::query::vault(&world.draft, other).unwrap();
    assert_eq!(alone.positions[0].liquidation_price.unwrap().0, 87 * ONE + ONE / 2);
    world.set_price(WETH, 87 * ONE + ONE / 2);
    world.begin(1_000);
    assert_eq!(world.health(other), Ratio::ONE);
    assert_eq!(gage_vaults::query::vaults(&world.draft, None, 10).unwrap().len(), 2);
    assert_eq!(gage_vaults::query::vaults(&world.draft, Some(vault), 10).unwrap()[0].id, other);
    assert_eq!(gage_vaults::query::vaults(&world.draft, None, 1).unwrap()[0].id, vault);
    assert_eq!(gage_vaults::query::vaults_of(&world.draft, world.users[BOB], None, 10).unwrap()[0].id, other);
    assert!(gage_vaults::query::vaults_of(&world.draft, world.users[CAROL], None, 10).unwrap().is_empty());
    let facility = world.facility();
    assert_eq!(facility.totals.bucket_debt, Amount(1_200 * ONE));
    assert_eq!(facility.room.0, 1_000_000_000 * ONE - 1_200 * ONE);
    assert_eq!(facility.collaterals.len(), 3);
    let json = serde_json::to_value(&facility).unwrap();
    assert_eq!(json["identity"]["supply"], "1200000000000000000000");
    assert_eq!(json["collaterals"][0]["versions"][0]["positions"], 2);
    let json = serde_json::to_value(view).unwrap();
    assert_eq!(json["positions"][0]["debt"], "500000000000000000000");
    assert_eq!(gage_vaults::query::vault(&world.draft, VaultId(9)), Err(Error::UnknownVault(VaultId(9))));
}

#[test]
fn genesis_reads_from_json_and_knows_its_fields() {
    let text = r#"{"facilities":[{"stable":1,"par":"1000000000000000000","waterfall":1,
        "params":{"debt_ceiling":"1000","debt_floor":"10","base_rate":"1000000000000000000000000000",
                  "target_health":"1100000000000000000","closed":false},
        "collaterals":[{"asset":0,
            "terms":{"loan_to_value":7500,"threshold":8000,"bonus":1000,
                     "premium":"1000000000000000000000000000","debt_cap":"1000"},
            "liquidation":{"quote_bound":100,"window_ms":3600000,"window_max":"1000","start_premium":500,
                "curve":{"stair_exponential":{"step_ms":90000,"cut":"990000000000000000"}},
                "tail_ms":3600000,"cusp":"0","dust":"10","rounds_max":3}}]}]}"#;
    let genesis: gage_vaults::Genesis = serde_json::from_str(text).unwrap();
    genesis.facilities[0].params.check().unwrap();
    genesis.facilities[0].collaterals[0].terms.check().unwrap();
    genesis.facilities[0].collaterals[0].liquidation.check().unwrap();
    assert_eq!(serde_json::from_str::<gage_vaults::Genesis>("{}").unwrap(), gage_vaults::Genesis::default());
    assert!(serde_json::from_str::<gage_vaults::Genesis>(r#"{"facility":[]}"#).is_err());
}

/// The books are checked by a check that can fail.
#[test]
fn a_planted_fault_is_named() {
    let mut world = World::new();
    world.vault(ALICE, WETH, 10 * ONE, 500 * ONE);
    let ctx = world.ctx(Signer::Protocol);
    // A unit of stable that no debt stands for.
    gage_ledger::mint(&mut world.draft, &ctx, gage_vaults::MODULE, GUSD, world.users[BOB], Amount(1)).unwrap();
    assert_eq!(gage_vaults::check_block(&world.draft).unwrap_err().invariant, "identity");
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 500 * ONE);
    let of = gage_vaults::state::beneficiary(vault);
    gage_ledger::unpledge(&mut world.draft, &ctx, world.users[ALICE], WETH, of, Amount(1)).unwrap();
    assert_eq!(gage_vaults::check_invariants(&world.draft).unwrap_err().invariant, "pledges_match");
    // A transaction that was not rechecked.
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 0);
    let ctx = world.ctx(Signer::Account(world.users[ALICE]));
    borrow(vault, 500 * ONE).apply(&mut world.draft, &ctx).unwrap();
    assert_eq!(gage_vaults::check_block(&world.draft).unwrap_err().invariant, "transactions_are_rechecked");
}

/// What a vault holds can be evaluated at any price: no vault makes the liquidations of all others fail.
#[test]
fn a_pledge_beyond_all_figures_is_refused() {
    let mut world = World::new();
    let most = (1u128 << 110) / 1_000_000_000_000;
    world.give(ALICE, LOAN, most + 1);
    let vault = world.open(ALICE);
    assert_eq!(world.run(ALICE, deposit(vault, LOAN, most + 1)), Err(Error::AboveCollateralCap(LOAN)));
    world.run(ALICE, deposit(vault, LOAN, most)).unwrap();
    assert_eq!(world.run(ALICE, deposit(vault, LOAN, 1)), Err(Error::AboveCollateralCap(LOAN)));
    world.run(ALICE, borrow(vault, 100 * ONE)).unwrap();
    for price in [100, 1_000_000, 1_000_000_000_000] {
        world.block(60_000, [100, 1_000, price]);
    }
    let failed = |event: &Event| matches!(event, Event::LiquidationFailed { .. });
    assert!(world.lots().is_empty() && !world.events().iter().any(failed));
    assert!(!gage_backstop::waterfall(&world.draft, WATERFALL).unwrap().exits_closed);
}
