//! Every refusal at its border: one unit inside passes, one unit outside does not.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::{Quantity, Signer};
use gage_oracle::{Action, PriceClass};
use gage_units::{Amount, AssetId, Bps, Price, RatePerSecond, Ratio};
use gage_vaults::operations::*;
use gage_vaults::{CollateralTerms, Error, FacilityId, FacilityParams, Operation, VaultId};

#[test]
fn borrowing_stops_at_loan_to_value() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 0);
    // 10 at 100, 75 %: 750.
    assert_eq!(world.run(ALICE, borrow(vault, 750 * ONE + 1)), Err(Error::AboveLoanToValue));
    assert_eq!(world.run(ALICE, borrow(vault, 750 * ONE)), Ok(()));
    assert_eq!(world.free(ALICE, GUSD), 750 * ONE);
    assert_eq!(world.run(ALICE, borrow(vault, 1)), Err(Error::AboveLoanToValue));
    assert_eq!(world.health(vault), Ratio(ONE * 800 / 750));
}

#[test]
fn borrowing_uses_the_low_end_of_the_quote() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 0);
    world.begin_without_reports(1_000);
    world.report(WETH, ONE);
    world.report(WBTC, 0);
    world.report(LOAN, 0);
    world.mark();
    // 100 +- 1: 10 * 99 * 75 % = 742.5.
    assert_eq!(world.run(ALICE, borrow(vault, 742 * ONE + ONE / 2 + 1)), Err(Error::AboveLoanToValue));
    assert_eq!(world.run(ALICE, borrow(vault, 742 * ONE + ONE / 2)), Ok(()));
    // Liquidation uses the high end, at most 1 % above mid: 10 * 101 * 80 % / 742.5.
    assert_eq!(world.health(vault), Ratio(808 * ONE * 10 / 7_425));
}

#[test]
fn withdrawing_stops_at_loan_to_value_and_is_free_without_debt() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 600 * ONE);
    // 600 / 75 % / 100 = 8 must stay.
    assert_eq!(world.run(ALICE, withdraw(vault, WETH, 2 * ONE + 1)), Err(Error::AboveLoanToValue));
    assert_eq!(world.run(ALICE, withdraw(vault, WETH, 2 * ONE)), Ok(()));
    assert_eq!(world.run(ALICE, repay(vault, 600 * ONE)), Ok(()));
    assert_eq!(world.run(ALICE, withdraw(vault, WETH, 8 * ONE + 1)), Err(Error::ExceedsPledge));
    assert_eq!(world.run(ALICE, withdraw(vault, WBTC, 1)), Err(Error::ExceedsPledge));
    assert_eq!(world.run(ALICE, withdraw(vault, WETH, 8 * ONE)), Ok(()));
    assert_eq!(world.free(ALICE, WETH), 10 * ONE);
}

#[test]
fn the_floor_holds_for_borrowing_and_repaying() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 0);
    assert_eq!(world.run(ALICE, borrow(vault, 100 * ONE - 1)), Err(Error::BelowDebtFloor));
    assert_eq!(world.run(ALICE, borrow(vault, 100 * ONE)), Ok(()));
    assert_eq!(world.run(ALICE, repay(vault, 1)), Err(Error::BelowDebtFloor));
    assert_eq!(world.run(ALICE, borrow(vault, 50 * ONE)), Ok(()));
    assert_eq!(world.run(ALICE, repay(vault, 50 * ONE + 1)), Err(Error::BelowDebtFloor));
    assert_eq!(world.run(ALICE, repay(vault, 50 * ONE)), Ok(()));
    // A raised floor does not forbid paying down what is below it.
    let raised = FacilityParams { debt_floor: Amount(500 * ONE), ..params() };
    let set = SetFacilityParams { facility: FACILITY, stable: GUSD, params: raised };
    assert_eq!(world.govern(Operation::SetFacilityParams(set)), Ok(()));
    assert_eq!(world.run(ALICE, repay(vault, 10 * ONE)), Ok(()));
    assert_eq!(world.run(ALICE, borrow(vault, 10 * ONE)), Err(Error::BelowDebtFloor));
    assert_eq!(world.run(ALICE, repay(vault, 1_000 * ONE)), Ok(()), "more than is owed is not taken");
    assert_eq!(world.free(ALICE, GUSD), 0);
    assert_eq!(world.run(ALICE, repay(vault, 1)), Err(Error::NoDebt));
}

#[test]
fn ceilings_and_caps_hold() {
    let capped = CollateralTerms { debt_cap: Amount(300 * ONE), ..terms(0) };
    let limited = FacilityParams { debt_ceiling: Amount(1_000 * ONE), ..params() };
    let mut world = World::with(limited, [terms(0), capped, terms(0)], liquidation());
    let bitcoin = world.vault(BOB, WBTC, 100_000_000, 0);
    assert_eq!(world.run(BOB, borrow(bitcoin, 300 * ONE + 1)), Err(Error::AboveDepthCap(WBTC)));
    assert_eq!(world.run(BOB, borrow(bitcoin, 300 * ONE)), Ok(()));
    let ether = world.vault(ALICE, WETH, 100 * ONE, 0);
    assert_eq!(world.run(ALICE, borrow(ether, 700 * ONE + 1)), Err(Error::AboveCeiling));
    assert_eq!(world.run(ALICE, borrow(ether, 700 * ONE)), Ok(()));
    assert_eq!(world.run(ALICE, withdraw(ether, WETH, ONE)), Ok(()), "a ceiling does not forbid withdrawing");
}

#[test]
fn only_the_owner_and_only_known_things() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 500 * ONE);
    world.give(BOB, WETH, ONE);
    assert_eq!(world.run(BOB, deposit(vault, WETH, ONE)), Err(Error::NotVaultOwner));
    assert_eq!(world.run(BOB, withdraw(vault, WETH, ONE)), Err(Error::NotVaultOwner));
    assert_eq!(world.run(BOB, borrow(vault, 100 * ONE)), Err(Error::NotVaultOwner));
    assert_eq!(world.run(BOB, close(vault)), Err(Error::NotVaultOwner));
    assert_eq!(world.run(ALICE, close(vault)), Err(Error::StillOwes));
    assert_eq!(world.run(ALICE, borrow(VaultId(9), ONE)), Err(Error::UnknownVault(VaultId(9))));
    assert_eq!(world.run(ALICE, deposit(vault, GUSD, ONE)), Err(Error::NotCollateral(GUSD)));
    let other = Borrow { vault, asset: WETH, amount: Amount(ONE) };
    assert_eq!(world.run(ALICE, Operation::Borrow(other)), Err(Error::WrongAsset));
    let other = Repay { vault, asset: WETH, amount: Quantity::Exact(Amount(ONE)) };
    assert_eq!(world.run(ALICE, Operation::Repay(other)), Err(Error::WrongAsset));
    let nowhere = OpenVault { facility: FacilityId(2) };
    assert_eq!(world.run(ALICE, Operation::OpenVault(nowhere)), Err(Error::UnknownFacility(FacilityId(2))));
    assert_eq!(world.run(ALICE, deposit(vault, WETH, 0)).map_err(|error| error.name()), Err("ZeroAmount"));
    assert_eq!(world.run(ALICE, borrow(vault, 0)).map_err(|error| error.name()), Err("ZeroAmount"));
    assert_eq!(world.run(ALICE, deposit(vault, WETH, ONE)).map_err(|error| error.code()), Err(3007));
    // Anybody may repay.
    let gusd = world.vault(BOB, WETH, 10 * ONE, 500 * ONE);
    assert_eq!(world.run(BOB, repay(vault, 500 * ONE)), Ok(()));
    assert_eq!(world.debt(vault), 0);
    assert_eq!(world.run(ALICE, close(vault)), Ok(()));
    assert_eq!(world.free(ALICE, WETH), 10 * ONE);
    assert!(gage_vaults::query::vault(&world.draft, vault).is_err());
    assert_eq!(world.debt(gusd), 500 * ONE);
}

#[test]
fn an_empty_vault_borrows_nothing() {
    let mut world = World::new();
    let vault = world.open(ALICE);
    assert_eq!(world.run(ALICE, borrow(vault, 100 * ONE)), Err(Error::AboveLoanToValue));
    assert_eq!(world.run(ALICE, close(vault)), Ok(()));
}

#[test]
fn stale_prices_stop_borrowing_but_not_saving() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 500 * ONE);
    world.give(ALICE, WETH, ONE);
    world.begin_without_reports(HOUR + 1);
    world.mark();
    let stale = |action| {
        let error = gage_oracle::Error::PriceNotUsable { feed: feed(WETH), class: PriceClass::Stale, action };
        Err(Error::Oracle(error))
    };
    assert_eq!(world.run(ALICE, borrow(vault, ONE)), stale(Action::Borrow));
    assert_eq!(world.run(ALICE, withdraw(vault, WETH, 1)), stale(Action::Withdraw));
    assert_eq!(world.run(ALICE, deposit(vault, WETH, ONE)), Ok(()));
    assert_eq!(world.run(ALICE, repay(vault, 100 * ONE)), Ok(()));
    assert_eq!(world.run(ALICE, repay(vault, 400 * ONE)), Ok(()));
    assert_eq!(world.run(ALICE, withdraw(vault, WETH, 11 * ONE)), Ok(()), "without debt no price is asked");
}

#[test]
fn health_is_asked_once_at_the_end_of_the_transaction() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    world.give(ALICE, WETH, 10 * ONE);
    // Borrowing first is fine as long as the transaction ends well.
    let both = [borrow(vault, 600 * ONE), deposit(vault, WETH, 10 * ONE)];
    assert!(world.transact(ALICE, &both).is_ok());
    // Taking out first, then more than is left.
    let both = [withdraw(vault, WETH, 10 * ONE), repay(vault, 100 * ONE)];
    assert_eq!(world.transact(ALICE, &both), Err(Error::AboveLoanToValue));
    let both = [withdraw(vault, WETH, 10 * ONE), repay(vault, 550 * ONE)];
    assert!(world.transact(ALICE, &both).is_ok());
    assert_eq!(world.debt(vault), 750 * ONE);
    // An output feeds the next operation.
    let repay = Repay { vault, asset: GUSD, amount: Quantity::OutputOf { operation: 0, minimum: Amount(1) } };
    let other = world.vault(BOB, WETH, 100 * ONE, 0);
    let chained = [borrow(other, 200 * ONE), Operation::Repay(repay)];
    assert!(world.transact(BOB, &chained).is_ok());
    assert_eq!(world.debt(vault), 550 * ONE);
}

#[test]
fn a_closed_facility_takes_no_risk_and_lets_save() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 500 * ONE);
    let closed = FacilityParams { closed: true, ..params() };
    let set = SetFacilityParams { facility: FACILITY, stable: GUSD, params: closed };
    let by_user = world.run(ALICE, Operation::SetFacilityParams(set.clone()));
    assert_eq!(by_user.map_err(|error| error.name()), Err("NotGovernance"));
    world.govern(Operation::SetFacilityParams(set)).unwrap();
    assert_eq!(world.run(ALICE, borrow(vault, ONE)), Err(Error::FacilityClosed));
    assert_eq!(world.run(ALICE, withdraw(vault, WETH, 1)), Err(Error::FacilityClosed));
    assert_eq!(world.run(BOB, Operation::OpenVault(OpenVault { facility: FACILITY })), Err(Error::FacilityClosed));
    assert_eq!(world.run(ALICE, repay(vault, 500 * ONE)), Ok(()));
    assert_eq!(world.run(ALICE, close(vault)), Ok(()));
}

#[test]
fn a_vault_keeps_its_terms_until_it_takes_more_risk() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 600 * ONE);
    let stricter = CollateralTerms { loan_to_value: Bps(5_000), threshold: Bps(5_500), ..terms(0) };
    let set = SetCollateralTerms { facility: FACILITY, asset: WETH, terms: stricter };
    world.govern(Operation::SetCollateralTerms(set)).unwrap();
    // The old threshold still holds for what it holds, and for what saves it.
    assert_eq!(world.health(vault), Ratio(ONE * 800 / 600));
    world.give(ALICE, WETH, ONE);
    world.run(ALICE, deposit(vault, WETH, ONE)).unwrap();
    assert_eq!(world.health(vault), Ratio(ONE * 880 / 600));
    // More risk is at the new terms: 11 * 100 * 50 % = 550 is already exceeded.
    assert_eq!(world.run(ALICE, borrow(vault, 1)), Err(Error::AboveLoanToValue));
    assert_eq!(world.run(ALICE, withdraw(vault, WETH, 1)), Err(Error::AboveLoanToValue));
    world.run(ALICE, repay(vault, 200 * ONE)).unwrap();
    assert_eq!(world.run(ALICE, borrow(vault, 100 * ONE)), Ok(()));
    assert_eq!(world.health(vault), Ratio(ONE * 605 / 500), "now at 55 %");
    assert_eq!(world.facility().collaterals[0].versions.len(), 1, "the old version is gone with its last vault");
}

#[test]
fn versions_in_use_are_bounded() {
    let mut world = World::new();
    for version in 1..=8 {
        world.vault(ALICE, WETH, 10 * ONE, 100 * ONE);
        let set = SetCollateralTerms { facility: FACILITY, asset: WETH, terms: terms(0) };
        let expected = if version < 8 { Ok(()) } else { Err(Error::TooManyVersions) };
        assert_eq!(world.govern(Operation::SetCollateralTerms(set)), expected);
    }
}

#[test]
fn parameters_outside_their_bounds_are_refused() {
    let mut world = World::new();
    let set = |terms| Operation::SetCollateralTerms(SetCollateralTerms { facility: FACILITY, asset: WETH, terms });
    let out = |param| Err(Error::ParamOutOfBounds { param });
    let wrong = CollateralTerms { loan_to_value: Bps(7_901), ..terms(0) };
    assert_eq!(world.govern(set(wrong)), out("threshold"));
    // 90 % * 1.1 = 99 % is the most.
    let border = CollateralTerms { threshold: Bps(9_000), ..terms(0) };
    assert_eq!(world.govern(set(border)), Ok(()));
    let wrong = CollateralTerms { threshold: Bps(9_001), ..terms(0) };
    assert_eq!(world.govern(set(wrong)), out("bonus"));
    let wrong = CollateralTerms { premium: RatePerSecond(1), ..terms(0) };
    assert_eq!(world.govern(set(wrong)), out("premium"));
    let params = |params| Operation::SetFacilityParams(SetFacilityParams { facility: FACILITY, stable: GUSD, params });
    let wrong = FacilityParams { target_health: Ratio::ONE, ..common::params() };
    assert_eq!(world.govern(params(wrong)), out("target_health"));
    let wrong = FacilityParams { debt_floor: Amount(0), ..common::params() };
    assert_eq!(world.govern(params(wrong)), out("debt_floor"));
    let wrong = FacilityParams { base_rate: RatePerSecond(gage_vaults::params::RATE_MAX.0 + 1), ..common::params() };
    assert_eq!(world.govern(params(wrong)), out("base_rate"));
    let again = CreateFacility { stable: GUSD, par: Price::ONE, waterfall: WATERFALL, params: common::params() };
    assert_eq!(world.govern(Operation::CreateFacility(again.clone())), Err(Error::StableInUse));
    let foreign = CreateFacility { stable: WETH, ..again };
    assert_eq!(world.govern(Operation::CreateFacility(foreign)), Err(Error::NotMintedHere));
    let twice = AddCollateral { facility: FACILITY, asset: WETH, terms: terms(0), liquidation: common::liquidation() };
    assert_eq!(world.govern(Operation::AddCollateral(twice.clone())), Err(Error::AlreadyCollateral(WETH)));
    let unknown = AddCollateral { asset: AssetId(77), ..twice.clone() };
    assert_eq!(world.govern(Operation::AddCollateral(unknown)).map_err(|error| error.code()), Err(3002));
    let unpriced = AddCollateral { asset: GUSD, ..twice };
    assert_eq!(world.govern(Operation::AddCollateral(unpriced)), Err(Error::NoFeed(GUSD)));
}

#[test]
fn the_safest_collateral_covers_first_and_pays_its_own_premium() {
    // WETH pays nothing, WBTC 5 % a year.
    let premium = FIVE_PERCENT.0 - 1_000_000_000_000_000_000_000_000_000;
    let mut world = World::with(params(), [terms(0), terms(premium), terms(0)], liquidation());
    let vault = world.vault(ALICE, WETH, 10 * ONE, 0);
    world.give(ALICE, WBTC, 100_000_000);
    world.run(ALICE, deposit(vault, WBTC, 100_000_000)).unwrap();
    // WETH covers 800 at its threshold, WBTC the other 200.
    world.run(ALICE, borrow(vault, 1_000 * ONE)).unwrap();
    let view = gage_vaults::query::vault(&world.draft, vault).unwrap();
    let debts: Vec<_> = view.positions.iter().map(|position| (position.asset, position.debt.0)).collect();
    assert_eq!(debts, [(WETH, 800 * ONE), (WBTC, 200 * ONE)]);
    world.end();
    world.begin(365 * DAY);
    // 200 * 5 % = 10 of interest, within rounding of the tabulated rate.
    let debt = world.debt(vault);
    assert!(debt.abs_diff(1_010 * ONE) < ONE / 1_000_000, "{debt}");
    let facility = world.facility();
    assert_eq!(facility.totals.fees_minted.0, debt - 1_000 * ONE);
    assert_eq!(facility.identity.supply.0, debt);
    assert_eq!(facility.identity.rounding.0, 0);
    assert_eq!(gage_backstop::surplus(&world.draft, WATERFALL, GUSD).0, debt - 1_000 * ONE);
    // WETH falls: it covers less, the next touch moves debt to WBTC.
    world.set_price(WETH, 90 * ONE);
    world.begin(1_000);
    world.give(ALICE, WETH, 1);
    world.run(ALICE, deposit(vault, WETH, 1)).unwrap();
    let view = gage_vaults::query::vault(&world.draft, vault).unwrap();
    assert_eq!(view.positions[0].debt.0, 720 * ONE + 72);
}

#[test]
fn a_new_rate_does_not_reach_back() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 100 * ONE, 1_000 * ONE);
    world.end();
    // A year later governance acts before the block's mark: the year was free of interest.
    world.begin_without_reports(365 * DAY);
    let dear = FacilityParams { base_rate: FIVE_PERCENT, ..params() };
    world
        .govern(Operation::SetFacilityParams(SetFacilityParams { facility: FACILITY, stable: GUSD, params: dear }))
        .unwrap();
    world.mark();
    assert_eq!(world.debt(vault), 1_000 * ONE);
    world.end();
    world.begin(365 * DAY);
    assert!(world.debt(vault).abs_diff(1_050 * ONE) < ONE / 1_000_000);
}

#[test]
fn derived_tables_follow_from_records() {
    let mut world = World::new();
    world.vault(ALICE, WETH, 10 * ONE, 500 * ONE);
    let both = world.vault(BOB, WBTC, 100_000_000, 500 * ONE);
    world.give(BOB, LOAN, 5_000_000);
    world.run(BOB, deposit(both, LOAN, 5_000_000)).unwrap();
    world.block(60_000, [90, 800, 1]);
    let derived = |draft: &gage_store::Draft| {
        let mut rows = Vec::new();
        draft.visit(gage_store::Kind::Derived, |key, value| {
            if key[0] == gage_vaults::MODULE {
                rows.push((key.to_vec(), value.to_vec()));
            }
        });
        rows
    };
    let before = derived(&world.draft);
    assert!(before.len() >= 6);
    world.draft.clear_derived();
    gage_vaults::rebuild(&mut world.draft);
    assert_eq!(derived(&world.draft), before);
}

#[test]
fn codes_and_words_are_stable() {
    assert_eq!((Error::AboveLoanToValue.code(), Error::AboveLoanToValue.name()), (10_017, "AboveLoanToValue"));
    assert_eq!(Error::UnknownVault(VaultId(3)).to_string(), "there is no vault 3");
    let world = World::new();
    let names = gage_ledger::AssetNames(&world.draft);
    let text = deposit(VaultId(3), WETH, 12 * ONE + ONE / 2).describe(&names);
    assert_eq!(text, "Deposit 12.5 WETH#0 to vault 3");
    assert_eq!(borrow(VaultId(3), 100 * ONE).describe(&names), "Borrow 100 GUSD#1 against vault 3");
    let every = [
        Operation::SetCollateralTerms(SetCollateralTerms { facility: FACILITY, asset: WETH, terms: terms(0) }),
        Operation::SetLiquidationTerms(SetLiquidationTerms {
            facility: FACILITY,
            asset: WETH,
            terms: common::liquidation(),
        }),
        Operation::CreateFacility(CreateFacility {
            stable: GUSD,
            par: Price::ONE,
            waterfall: WATERFALL,
            params: params(),
        }),
    ];
    for operation in every {
        let text = operation.describe(&names);
        assert!(text.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{text}");
        let json = serde_json::to_string(&operation).unwrap();
        assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), operation);
        let bytes = borsh::to_vec(&operation).unwrap();
        assert_eq!(borsh::from_slice::<Operation>(&bytes).unwrap(), operation);
    }
    let _ = Signer::Governance;
}
