//! The peg: caps, decimals, fees, and that not a unit appears or is lost.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::{Quantity, Signer};
use gage_ledger::{AssetKind, NewAsset};
use gage_units::{Amount, AssetId, Bps, Price};
use gage_vaults::operations::{RestrictPeg, SetPeg, SwapIn, SwapOut};
use gage_vaults::peg::PegState;
use gage_vaults::{Error, Operation, PegTerms};
use proptest::prelude::*;

/// 6 decimals.
const USDC: AssetId = AssetId(4);
/// 18 decimals, like the stable.
const DAI: AssetId = AssetId(5);
const UNIT: u128 = 1_000_000;

fn peg_terms() -> PegTerms {
    PegTerms { cap: Amount(1_000 * ONE), fee_in: Bps(10), fee_out: Bps(20), price_min: None, state: PegState::Open }
}

fn set(asset: AssetId, terms: PegTerms) -> Operation {
    Operation::SetPeg(SetPeg { facility: FACILITY, stable: GUSD, asset, terms })
}

fn world() -> World {
    let mut world = World::new();
    let ctx = world.ctx(Signer::Protocol);
    let issuer = AssetKind::Issued { issuer: world.users[ISSUER] };
    for (symbol, decimals) in [("USDC", 6), ("DAI", 18)] {
        let new = NewAsset { symbol: symbol.to_owned(), decimals, kind: issuer, itemised: false };
        gage_ledger::create_asset(&mut world.draft, &ctx, new).unwrap();
    }
    for asset in [USDC, DAI] {
        world.govern(set(asset, peg_terms())).unwrap();
    }
    for user in [ALICE, BOB] {
        world.give(user, USDC, 10_000 * UNIT);
        world.give(user, DAI, 10_000 * ONE);
    }
    world
}

fn swap_in(asset: AssetId, amount: u128) -> Operation {
    let amount = Quantity::Exact(Amount(amount));
    Operation::SwapIn(SwapIn { facility: FACILITY, asset, amount, least: Amount(0) })
}

fn swap_out(asset: AssetId, amount: u128) -> Operation {
    let amount = Quantity::Exact(Amount(amount));
    Operation::SwapOut(SwapOut { facility: FACILITY, stable: GUSD, amount, asset, least: Amount(0) })
}

fn surplus(world: &World) -> u128 {
    gage_backstop::surplus(&world.draft, WATERFALL, GUSD).0
}

#[test]
fn in_and_out_at_par_less_the_fees() {
    let mut world = world();
    world.run(ALICE, swap_in(USDC, 500 * UNIT)).unwrap();
    assert_eq!(world.free(ALICE, GUSD), 499_500_000_000_000_000_000);
    assert_eq!(surplus(&world), ONE / 2);
    let peg = gage_vaults::peg::peg(&world.draft, FACILITY, USDC).unwrap();
    assert_eq!((peg.held, peg.issued), (Amount(500 * UNIT), Amount(500 * ONE)));
    assert_eq!(world.facility().totals.peg_issued, Amount(500 * ONE));
    // 100 less 0.2 is 99.8 of cash; the 0.2 goes to the surplus.
    world.run(ALICE, swap_out(USDC, 100 * ONE)).unwrap();
    assert_eq!(world.free(ALICE, USDC), 10_000 * UNIT - 500 * UNIT + 99_800_000);
    assert_eq!(surplus(&world), ONE / 2 + ONE / 5);
    assert_eq!(world.facility().identity.supply, Amount(500 * ONE - 99_800_000_000_000_000_000));
    // Less than a unit of cash buys none of it; what is beyond whole units is the surplus's.
    assert_eq!(world.run(ALICE, swap_out(USDC, 1_000_000_000_000)), Err(Error::ZeroResult));
    let before = surplus(&world);
    world.run(ALICE, swap_out(USDC, 3_999_999_999_999)).unwrap();
    assert_eq!(surplus(&world), before + 999_999_999_999);
}

#[test]
fn caps_and_cash_bind() {
    let mut world = world();
    assert_eq!(world.run(ALICE, swap_in(USDC, 1_000 * UNIT + 1)), Err(Error::AbovePegCap));
    world.run(ALICE, swap_in(USDC, 1_000 * UNIT)).unwrap();
    assert_eq!(world.run(BOB, swap_in(USDC, 1)), Err(Error::AbovePegCap), "the cap is of the asset");
    world.run(BOB, swap_in(DAI, 700 * ONE)).unwrap();
    // Alice may leave through the other cash, as far as it is there.
    world.run(ALICE, swap_out(DAI, 500 * ONE)).unwrap();
    let available = Amount(700 * ONE - 499 * ONE);
    assert_eq!(world.run(ALICE, swap_out(DAI, 300 * ONE)), Err(Error::InsufficientPegCash { available }));
    // A lower cap stops more, and takes nothing away.
    world.govern(set(USDC, PegTerms { cap: Amount(ONE), ..peg_terms() })).unwrap();
    assert_eq!(world.run(BOB, swap_in(USDC, UNIT)), Err(Error::AbovePegCap));
    world.run(ALICE, swap_out(USDC, 100 * ONE)).unwrap();
}

#[test]
fn only_tighter_at_once_and_only_by_who_bears_the_first_loss() {
    let mut world = world();
    world.run(ALICE, swap_in(USDC, 500 * UNIT)).unwrap();
    let restrict = |state| Operation::RestrictPeg(RestrictPeg { facility: FACILITY, asset: USDC, state });
    assert_eq!(world.run(ALICE, restrict(PegState::Closed)), Err(Error::NotRestricting));
    world.run(CAROL, restrict(PegState::OutOnly)).unwrap();
    assert_eq!(world.run(ALICE, swap_in(USDC, UNIT)), Err(Error::PegClosed));
    world.run(ALICE, swap_out(USDC, ONE)).unwrap();
    world.run(CAROL, restrict(PegState::Closed)).unwrap();
    assert_eq!(world.run(ALICE, swap_out(USDC, ONE)), Err(Error::PegClosed));
    assert_eq!(world.run(CAROL, restrict(PegState::Open)), Err(Error::NotRestricting));
    world.govern(set(USDC, peg_terms())).unwrap();
    world.run(ALICE, swap_out(USDC, ONE)).unwrap();
}

#[test]
fn cash_below_its_least_price_is_not_taken() {
    let mut world = world();
    // WETH stands for a cash with a feed: at 100 it is above 99 and below 101.
    let terms = PegTerms { price_min: Some(Price(99 * ONE)), ..peg_terms() };
    world.govern(set(WETH, terms)).unwrap();
    world.give(ALICE, WETH, 100 * ONE);
    world.run(ALICE, swap_in(WETH, ONE)).unwrap();
    world.govern(set(WETH, PegTerms { price_min: Some(Price(101 * ONE)), ..terms })).unwrap();
    assert_eq!(world.run(ALICE, swap_in(WETH, ONE)), Err(Error::CashBelowPar));
    world.begin_without_reports(30 * DAY);
    world.mark();
    assert!(matches!(world.run(ALICE, swap_in(WETH, ONE)), Err(Error::Oracle(_))));
    // Out needs no price.
    world.run(ALICE, swap_out(WETH, ONE / 2)).unwrap();
}

#[test]
fn refusals_of_governance() {
    let mut world = world();
    assert_eq!(world.run(ALICE, set(DAI, peg_terms())), Err(Error::Accounts(gage_accounts::Error::NotGovernance)));
    assert_eq!(world.govern(set(GUSD, peg_terms())), Err(Error::NotCash(GUSD)));
    let priced = PegTerms { price_min: Some(Price(1)), ..peg_terms() };
    assert_eq!(world.govern(set(DAI, priced)), Err(Error::NoFeed(DAI)));
    let dear = PegTerms { fee_in: Bps(1_001), ..peg_terms() };
    assert_eq!(world.govern(set(DAI, dear)), Err(Error::ParamOutOfBounds { param: "fee_in" }));
    assert_eq!(world.run(ALICE, swap_in(WBTC, 1)), Err(Error::UnknownPeg(WBTC)));
}

#[derive(Clone, Debug)]
enum Act {
    In { user: usize, cash: usize, amount: u128 },
    Out { user: usize, cash: usize, amount: u128 },
    Gift { cash: usize, amount: u128 },
    Fees { cash: usize, fee_in: u32, fee_out: u32 },
}

fn act() -> impl Strategy<Value = Act> {
    let amount = prop_oneof![1u128..1_000, 1u128..500 * ONE, (1u128..500).prop_map(|n| n * ONE)];
    prop_oneof![
        4 => (0usize..2, 0usize..2, amount.clone()).prop_map(|(user, cash, amount)| Act::In { user, cash, amount }),
        4 => (0usize..2, 0usize..2, amount.clone()).prop_map(|(user, cash, amount)| Act::Out { user, cash, amount }),
        1 => (0usize..2, 1u128..1_000_000).prop_map(|(cash, amount)| Act::Gift { cash, amount }),
        1 => (0usize..2, 0u32..=1_000, 0u32..=1_000)
            .prop_map(|(cash, fee_in, fee_out)| Act::Fees { cash, fee_in, fee_out }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// The naive books: cash in less cash out is held, at par it is the supply; what users put in beyond
    /// what they took out is the surplus, and never negative.
    #[test]
    fn swaps_conserve(acts in prop::collection::vec(act(), 1..40)) {
        let mut world = world();
        let mut held = [0u128; 2];
        for act in acts {
            match act {
                Act::In { user, cash, amount } => {
                    let (asset, amount) = ([USDC, DAI][cash], if cash == 0 { amount / 1_000_000_000_000 } else { amount });
                    let had = world.free(user, asset);
                    if amount > 0 && world.run(user, swap_in(asset, amount)).is_ok() {
                        held[cash] += had - world.free(user, asset);
                    }
                }
                Act::Out { user, cash, amount } => {
                    let asset = [USDC, DAI][cash];
                    let had = world.free(user, asset);
                    if world.run(user, swap_out(asset, amount)).is_ok() {
                        held[cash] -= world.free(user, asset) - had;
                    }
                }
                Act::Gift { cash, amount } => {
                    let asset = [USDC, DAI][cash];
                    let ctx = world.ctx(Signer::Protocol);
                    let (from, to) = (world.users[ALICE], gage_vaults::ACCOUNT);
                    gage_ledger::transfer(&mut world.draft, &ctx, from, to, asset, Amount(amount)).unwrap();
                }
                Act::Fees { cash, fee_in, fee_out } => {
                    let terms = PegTerms { fee_in: Bps(fee_in), fee_out: Bps(fee_out), ..peg_terms() };
                    world.govern(set([USDC, DAI][cash], terms)).unwrap();
                }
            }
            world.check();
            for (asset, held) in [USDC, DAI].into_iter().zip(held) {
                prop_assert_eq!(gage_vaults::peg::peg(&world.draft, FACILITY, asset).unwrap().held, Amount(held));
            }
            let supply = world.facility().identity.supply.0;
            prop_assert_eq!(supply, held[0] * 1_000_000_000_000 + held[1]);
            let users = world.free(ALICE, GUSD) + world.free(BOB, GUSD);
            prop_assert_eq!(supply, users + surplus(&world));
        }
    }
}
