//! Supplier pools: by hand, and against books that know neither shares nor accumulators.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::{Quantity, Signer};
use gage_auctions::operations::Take;
use gage_backstop::{NewWaterfall, Step, StepKind, Terms, WaterfallId};
use gage_ledger::{AssetKind, NewAsset};
use gage_units::{Accumulator, Amount, AssetId, Bps, MathError, Price, RatePerSecond, Ratio};
use gage_vaults::operations::{
    AddCollateral, Borrow, CreateFacility, CreatePool, OpenVault, Repay, SetFacilityParams, SetPoolTerms, Supply,
    WithdrawSupply,
};
use gage_vaults::pool::shares;
use gage_vaults::{Error, Event, FacilityId, FacilityParams, Operation, Pool, PoolTerms, RateCurve, VaultId};
use proptest::prelude::*;

const USDC: AssetId = AssetId(4);
const SHARES: AssetId = AssetId(5);
const POOL: FacilityId = FacilityId(2);
const UNIT: u128 = 1_000_000;

fn rate(interest: u128) -> RatePerSecond {
    RatePerSecond(Accumulator::SCALE + interest)
}

/// A tenth of the interest is reserved; a few percent a year, and more when all is lent.
fn pool_terms() -> PoolTerms {
    PoolTerms {
        curve: RateCurve {
            kink: Bps(8_000),
            at_zero: rate(0),
            at_kink: rate(2_000_000_000_000_000_000),
            at_full: rate(10_000_000_000_000_000_000),
        },
        reserve_factor: Bps(1_000),
        supply_cap: Amount(1_000_000_000 * UNIT),
        supply_min: Amount(1_000),
    }
}

struct Pools {
    world: World,
}

fn pools_with(steps: &[StepKind]) -> Pools {
    let mut world = World::new();
    let ctx = world.ctx(Signer::Protocol);
    let issuer = AssetKind::Issued { issuer: world.users[ISSUER] };
    let usdc = NewAsset { symbol: "USDC".to_owned(), decimals: 6, kind: issuer, itemised: false };
    assert_eq!(gage_ledger::create_asset(&mut world.draft, &ctx, usdc).unwrap(), USDC);
    let waterfall = NewWaterfall {
        stable: USDC,
        collateral: Vec::new(),
        curator: None,
        steps: steps.iter().map(|kind| Step { kind: *kind, cap: Amount::MAX }).collect(),
        terms: Terms::standard(Amount(UNIT)),
    };
    gage_backstop::create_waterfall(&mut world.draft, &ctx, waterfall).unwrap();
    let params =
        FacilityParams { debt_floor: Amount(100 * UNIT), debt_ceiling: Amount(1_000_000_000_000 * UNIT), ..params() };
    let create = CreatePool {
        asset: USDC,
        symbol: "P-USDC".to_owned(),
        par: Price::ONE,
        feed: None,
        waterfall: WaterfallId(2),
        params,
        terms: pool_terms(),
    };
    world.govern(Operation::CreatePool(create)).unwrap();
    let liquidation =
        gage_vaults::LiquidationTerms { dust: Amount(UNIT), window_max: Amount(1_000_000_000 * UNIT), ..liquidation() };
    let terms = gage_vaults::CollateralTerms { debt_cap: Amount(1_000_000_000_000 * UNIT), ..terms(0) };
    for asset in [WETH, WBTC] {
        world.govern(Operation::AddCollateral(AddCollateral { facility: POOL, asset, terms, liquidation })).unwrap();
    }
    for user in [ALICE, BOB, CAROL] {
        world.give(user, USDC, 1_000_000_000 * UNIT);
    }
    world.begin(0);
    Pools { world }
}

fn pools() -> Pools {
    pools_with(&[StepKind::SurplusBuffer])
}

fn supply(amount: u128) -> Operation {
    let amount = Quantity::Exact(Amount(amount));
    Operation::Supply(Supply { facility: POOL, asset: USDC, amount, least: Amount(0) })
}

fn unsupply(amount: u128) -> Operation {
    let amount = Quantity::Exact(Amount(amount));
    Operation::WithdrawSupply(WithdrawSupply { facility: POOL, shares: SHARES, amount, least: Amount(0) })
}

impl Pools {
    fn pool(&self) -> Pool {
        gage_vaults::pool::pool(&self.world.draft, POOL).unwrap()
    }

    fn shares(&self) -> u128 {
        gage_ledger::supply(&self.world.draft, SHARES).0
    }

    /// A vault of the pool with `amount` WETH and `debt` USDC.
    fn vault(&mut self, user: usize, amount: u128, debt: u128) -> VaultId {
        self.world.run(user, Operation::OpenVault(OpenVault { facility: POOL })).unwrap();
        let opened = self.world.events().into_iter().rev().find_map(|event| match event {
            Event::VaultOpened { vault, .. } => Some(vault),
            _ => None,
        });
        let vault = opened.unwrap();
        self.world.give(user, WETH, amount);
        self.world.run(user, deposit(vault, WETH, amount)).unwrap();
        if debt > 0 {
            self.borrow(user, vault, debt).unwrap();
        }
        vault
    }

    fn borrow(&mut self, user: usize, vault: VaultId, amount: u128) -> Result<(), Error> {
        self.world.run(user, Operation::Borrow(Borrow { vault, asset: USDC, amount: Amount(amount) }))
    }

    fn repay(&mut self, user: usize, vault: VaultId, amount: u128) -> Result<(), Error> {
        let amount = Quantity::Exact(Amount(amount));
        self.world.run(user, Operation::Repay(Repay { vault, asset: USDC, amount }))
    }

    /// What the module's account holds of it.
    fn held(&self) -> u128 {
        gage_ledger::balance(&self.world.draft, gage_vaults::ACCOUNT, USDC).free.0
    }

    /// Collateral falls to nothing and back; nobody bids.
    fn crash(&mut self, price: u128) {
        let before = self.world.prices;
        self.world.set_price(WETH, price);
        for _ in 0..4 {
            self.world.begin(HOUR + 60_000);
            self.world.end();
        }
        self.world.prices = before;
        self.world.begin(60_000);
        self.world.end();
    }
}

#[test]
fn a_year_of_a_pool_by_hand() {
    let mut p = pools();
    p.world.run(ALICE, supply(1_000 * UNIT)).unwrap();
    assert_eq!(p.world.free(ALICE, SHARES), 1_000 * UNIT, "one to one at first");
    // 800 of 1,000 lent: the kink, 2e-9 a second, 6.51 % a year compounded.
    let vault = p.vault(BOB, 100 * ONE, 800 * UNIT);
    assert_eq!(p.pool().cash, Amount(200 * UNIT));
    p.world.begin(31_536_000_000);
    let debt = p.world.debt(vault);
    assert!((852_000_000..853_000_000).contains(&debt), "{debt}");
    let interest = debt - 800 * UNIT;
    // A tenth is the surplus's and has reached it out of the cash; the rest is the suppliers'.
    let reserve = interest / 10;
    assert_eq!(gage_backstop::surplus(&p.world.draft, WaterfallId(2), USDC), Amount(reserve));
    assert_eq!(p.pool().claims, Amount(1_000 * UNIT + interest - reserve));
    assert_eq!(p.pool().cash, Amount(200 * UNIT - reserve));
    // The next supplier pays the new price, and what he gets for it is worth no more.
    p.world.run(CAROL, supply(1_000 * UNIT)).unwrap();
    let carol = p.world.free(CAROL, SHARES);
    let pool = p.pool();
    let worth = shares::amount_for(Amount(carol), pool.claims, Amount(p.shares())).unwrap();
    assert!(worth.0 <= 1_000 * UNIT && worth.0 >= 1_000 * UNIT - 100, "{worth}");
    // All is repaid; both leave with what is theirs, and next to nothing stays.
    p.repay(BOB, vault, 10_000 * UNIT).unwrap();
    let alice = p.world.free(ALICE, SHARES);
    p.world.run(ALICE, unsupply(alice)).unwrap();
    p.world.run(CAROL, unsupply(carol)).unwrap();
    assert_eq!(p.shares(), 0);
    assert!(p.pool().claims.0 <= 100, "what the virtual shares earned: {:?}", p.pool());
    assert_eq!(p.pool().cash, Amount(p.held()));
}

#[test]
fn exits_are_bounded_by_cash_and_say_what_there_is() {
    let mut p = pools();
    p.world.run(ALICE, supply(1_000 * UNIT)).unwrap();
    let vault = p.vault(BOB, 100 * ONE, 700 * UNIT);
    assert_eq!(
        p.world.run(ALICE, unsupply(301 * UNIT)),
        Err(Error::InsufficientCash { available: Amount(300 * UNIT) })
    );
    assert_eq!(p.borrow(BOB, vault, 301 * UNIT), Err(Error::InsufficientCash { available: Amount(300 * UNIT) }));
    p.world.run(ALICE, unsupply(300 * UNIT)).unwrap();
    assert_eq!(p.pool().cash, Amount(0));
    assert_eq!(gage_vaults::pool::utilisation(&p.pool(), &totals(&p)), Ok(Ratio::ONE));
    p.repay(BOB, vault, 700 * UNIT).unwrap();
    p.world.run(ALICE, unsupply(700 * UNIT)).unwrap();
    assert_eq!((p.shares(), p.pool().claims), (0, Amount(0)));
}

fn totals(p: &Pools) -> gage_vaults::Totals {
    gage_vaults::query::facility(&p.world.draft, POOL).unwrap().totals
}

#[test]
fn refusals_in_their_order() {
    let mut p = pools();
    let ask = |facility, asset, amount: u128, least: u128| {
        let amount = Quantity::Exact(Amount(amount));
        Operation::Supply(Supply { facility, asset, amount, least: Amount(least) })
    };
    assert_eq!(p.world.run(ALICE, ask(FacilityId(9), USDC, 1, 0)), Err(Error::UnknownFacility(FacilityId(9))));
    assert_eq!(p.world.run(ALICE, ask(FACILITY, GUSD, 1, 0)), Err(Error::NotPool));
    assert_eq!(p.world.run(ALICE, ask(POOL, GUSD, 1, 0)), Err(Error::WrongAsset));
    assert_eq!(p.world.run(ALICE, supply(999)), Err(Error::BelowSupplyMin));
    assert_eq!(p.world.run(ALICE, supply(2_000_000_000 * UNIT)), Err(Error::AboveSupplyCap));
    let below = Err(Error::Accounts(gage_accounts::Error::OutputBelowMinimum));
    assert_eq!(p.world.run(ALICE, ask(POOL, USDC, 5_000, 5_001)), below);
    p.world.run(ALICE, supply(5_000)).unwrap();
    assert_eq!(p.world.run(ALICE, unsupply(4_500)), Err(Error::BelowSupplyMin), "no handful stays");
    assert!(matches!(p.world.run(BOB, unsupply(10)), Err(Error::Ledger(_))), "he has no shares");
    p.world.run(ALICE, unsupply(5_000)).unwrap();

    // Governance: no two facilities share capital, and shares are nobody's stable.
    let facility = CreateFacility { stable: SHARES, par: Price::ONE, waterfall: WaterfallId(2), params: params() };
    assert_eq!(p.world.govern(Operation::CreateFacility(facility)), Err(Error::StableInUse));
    let again = CreatePool {
        asset: USDC,
        symbol: "Q-USDC".to_owned(),
        par: Price::ONE,
        feed: None,
        waterfall: WaterfallId(2),
        params: params(),
        terms: pool_terms(),
    };
    assert_eq!(p.world.govern(Operation::CreatePool(again.clone())), Err(Error::WaterfallInUse));
    let other = CreatePool { waterfall: WATERFALL, ..again };
    assert_eq!(p.world.govern(Operation::CreatePool(other)), Err(Error::WaterfallMismatch));
    let terms = PoolTerms { reserve_factor: Bps(5_001), ..pool_terms() };
    let set = SetPoolTerms { facility: POOL, asset: USDC, terms };
    assert_eq!(p.world.govern(Operation::SetPoolTerms(set)), Err(Error::ParamOutOfBounds { param: "reserve_factor" }));
    let set = SetPoolTerms { facility: FACILITY, asset: GUSD, terms: pool_terms() };
    assert_eq!(p.world.govern(Operation::SetPoolTerms(set)), Err(Error::NotPool));
}

#[test]
fn a_loss_that_no_step_bears_lowers_the_share_price_for_all_alike() {
    let mut p = pools();
    p.world.run(ALICE, supply(3_000 * UNIT)).unwrap();
    p.world.run(CAROL, supply(1_000 * UNIT)).unwrap();
    let vault = p.vault(BOB, 10 * ONE, 700 * UNIT);
    p.crash(ONE / 100);
    assert!(p.world.lots().is_empty());
    assert_eq!(p.world.debt(vault), 0);
    let pool = p.pool();
    // Interest since the beginning went to the surplus in part, which bears first; the rest is theirs.
    assert_eq!(totals(&p).bad_debt, Amount(0));
    assert!(pool.written_off.0 > 699 * UNIT && pool.written_off.0 <= 701 * UNIT, "{pool:?}");
    let of = |user| {
        let held = Amount(p.world.free(user, SHARES));
        shares::amount_for(held, pool.claims, Amount(p.shares())).unwrap().0
    };
    let (alice, carol) = (of(ALICE), of(CAROL));
    assert!(alice.abs_diff(3 * carol) <= 3, "{alice} is three times {carol}");
    assert!(alice + carol <= pool.claims.0 && pool.claims.0 - alice - carol <= 2);
    // The collateral nobody bought lies in the surplus of the same waterfall.
    assert_eq!(gage_backstop::surplus(&p.world.draft, WaterfallId(2), WETH), Amount(10 * ONE));
}

#[test]
fn the_waterfall_bears_before_suppliers() {
    let mut p = pools_with(&[StepKind::StabilityPool, StepKind::SurplusBuffer]);
    p.world.run(ALICE, supply(3_000 * UNIT)).unwrap();
    let deposit = gage_backstop::operations::DepositStability {
        waterfall: WaterfallId(2),
        asset: USDC,
        amount: Quantity::Exact(Amount(5_000 * UNIT)),
    };
    let ctx = p.world.ctx(Signer::Account(p.world.users[CAROL]));
    gage_backstop::Operation::DepositStability(deposit).apply(&mut p.world.draft, &ctx).unwrap();
    p.world.draft.commit();
    p.vault(BOB, 10 * ONE, 700 * UNIT);
    p.crash(ONE / 100);
    assert_eq!(p.pool().written_off, Amount(0));
    assert!(p.pool().claims.0 > 3_000 * UNIT, "interest and no loss");
    assert_eq!(p.pool().cash, Amount(p.held()));
}

#[test]
fn nobody_leaves_between_a_price_and_its_loss() {
    let mut p = pools();
    p.world.run(ALICE, supply(1_000 * UNIT)).unwrap();
    p.world.run(CAROL, supply(1_000 * UNIT)).unwrap();
    p.vault(BOB, 10 * ONE, 700 * UNIT);
    // Worth 400 at auction for a debt of 700: 300 are in sight to be lost, half of them Alice's.
    p.world.set_price(WETH, 40 * ONE);
    p.world.begin(60_000);
    assert!(totals(&p).auctioned.is_zero());
    p.world.end();
    assert!(totals(&p).auctioned.0 >= 700 * UNIT);
    let before = p.world.free(ALICE, USDC);
    p.world.run(ALICE, unsupply(1_000 * UNIT)).unwrap();
    let got = p.world.free(ALICE, USDC) - before;
    assert!((849 * UNIT..=850 * UNIT).contains(&got), "{got}");
}

#[test]
fn an_auction_of_a_pool_returns_cash() {
    let mut p = pools();
    p.world.run(ALICE, supply(1_000 * UNIT)).unwrap();
    let vault = p.vault(BOB, 10 * ONE, 700 * UNIT);
    p.world.set_price(WETH, 84 * ONE);
    p.world.begin(60_000);
    p.world.end();
    let lot = p.world.lots()[0];
    let cash = p.pool().cash;
    p.world.begin(1_000);
    let record = gage_auctions::lot(&p.world.draft, lot).unwrap();
    let take =
        Take { lot, asset: WETH, amount: Quantity::Exact(record.remaining), want: USDC, price_max: Price(u128::MAX) };
    let ctx = p.world.ctx(Signer::Account(p.world.users[CAROL]));
    gage_auctions::Operation::Take(take).apply(&mut p.world.draft, &ctx).unwrap();
    p.world.end();
    assert!(p.world.lots().is_empty());
    assert!(p.pool().cash.0 >= cash.0 + record.raise_max.0);
    assert!(p.world.debt(vault) < 300 * UNIT);
    assert_eq!(p.pool().cash, Amount(p.held()));
}

#[test]
fn a_gift_changes_nothing() {
    let mut p = pools();
    p.world.run(ALICE, supply(1_000)).unwrap();
    let ctx = p.world.ctx(Signer::Account(p.world.users[ALICE]));
    let (from, gift) = (p.world.users[ALICE], Amount(1_000_000 * UNIT));
    gage_ledger::transfer(&mut p.world.draft, &ctx, from, gage_vaults::ACCOUNT, USDC, gift).unwrap();
    p.world.check();
    p.world.run(BOB, supply(500_000 * UNIT)).unwrap();
    assert_eq!(p.world.free(BOB, SHARES), 500_000 * UNIT);
    p.world.run(BOB, unsupply(500_000 * UNIT)).unwrap();
    assert_eq!(p.world.free(BOB, USDC), 1_000_000_000 * UNIT);
    p.world.run(ALICE, unsupply(1_000)).unwrap();
    assert_eq!(p.pool().cash, Amount(0));
}

/// The pool of a priced asset.
const LENDING: FacilityId = FacilityId(3);

/// WBTC at 1,000 is lent against WETH at 100: 7.5 of it against 100, all that they carry.
fn priced_pool() -> (Pools, VaultId) {
    let mut p = pools();
    let ctx = p.world.ctx(Signer::Protocol);
    let waterfall = NewWaterfall {
        stable: WBTC,
        collateral: Vec::new(),
        curator: None,
        steps: vec![Step { kind: StepKind::SurplusBuffer, cap: Amount::MAX }],
        terms: Terms::standard(Amount(1)),
    };
    gage_backstop::create_waterfall(&mut p.world.draft, &ctx, waterfall).unwrap();
    let create = CreatePool {
        asset: WBTC,
        symbol: "P-WBTC".to_owned(),
        par: Price(1_000 * ONE),
        feed: Some(feed(WBTC)),
        waterfall: WaterfallId(3),
        params: FacilityParams { debt_floor: Amount(1_000), ..params() },
        terms: pool_terms(),
    };
    p.world.govern(Operation::CreatePool(create)).unwrap();
    let liquidation = gage_vaults::LiquidationTerms { dust: Amount(0), ..liquidation() };
    let add = AddCollateral { facility: LENDING, asset: WETH, terms: terms(0), liquidation };
    p.world.govern(Operation::AddCollateral(add)).unwrap();
    p.world.begin(1_000);
    p.world.give(ALICE, WBTC, 100_000_000_000);
    let amount = Quantity::Exact(Amount(100_000_000_000));
    let give = Supply { facility: LENDING, asset: WBTC, amount, least: Amount(0) };
    p.world.run(ALICE, Operation::Supply(give)).unwrap();
    // 100 WETH at 100 borrow at most 7.5 WBTC at 1,000.
    p.world.run(BOB, Operation::OpenVault(OpenVault { facility: LENDING })).unwrap();
    let vault = VaultId(1);
    p.world.give(BOB, WETH, 100 * ONE);
    p.world.run(BOB, deposit(vault, WETH, 100 * ONE)).unwrap();
    let ask = |amount: u128| Operation::Borrow(Borrow { vault, asset: WBTC, amount: Amount(amount) });
    assert_eq!(p.world.run(BOB, ask(750_000_001)), Err(Error::AboveLoanToValue));
    p.world.run(BOB, ask(750_000_000)).unwrap();
    (p, vault)
}

#[test]
fn a_pool_of_a_priced_asset_values_its_debt_at_the_feed() {
    let (mut p, vault) = priced_pool();
    // The debt's price rises by a tenth: 8,000 of weight against 8,250 owed. The index finds it.
    p.world.set_price(WBTC, 1_100 * ONE);
    p.world.begin(60_000);
    assert!(p.world.health(vault).0 < ONE);
    p.world.end();
    assert_eq!(p.world.lots().len(), 1);
    // And a debt that gets cheaper makes vaults safer.
    p.world.set_price(WBTC, 500 * ONE);
    p.world.begin(60_000);
    assert!(p.world.health(vault).0 > 2 * ONE);
    p.world.end();
}

#[test]
fn new_parameters_leave_the_price_where_the_accrual_put_it() {
    let (mut p, vault) = priced_pool();
    let par = |p: &Pools| gage_vaults::query::facility(&p.world.draft, LENDING).unwrap().record.par;
    let before = par(&p);
    // The price is reported, and governance decides before the block's mark.
    p.world.set_price(WBTC, 1_100 * ONE);
    p.world.begin_without_reports(60_000);
    for asset in COLLATERALS {
        p.world.report(asset, 0);
    }
    let ctx = p.world.ctx(Signer::Protocol);
    gage_oracle::aggregate(&mut p.world.draft, &ctx);
    let params = FacilityParams { debt_floor: Amount(2_000), ..params() };
    let set = SetFacilityParams { facility: LENDING, stable: WBTC, params };
    p.world.govern(Operation::SetFacilityParams(set)).unwrap();
    let accrued = par(&p);
    assert!(accrued > before, "{before:?} {accrued:?}");
    // The mark finds nothing to move, and the vault that fell below one is a candidate: the audit says so.
    gage_vaults::mark(&mut p.world.draft, &ctx);
    p.world.check();
    assert_eq!(par(&p), accrued);
    assert!(p.world.health(vault).0 < ONE);
    p.world.end();
    assert_eq!(p.world.lots().len(), 1);
}

#[derive(Clone, Debug)]
enum Act {
    Supply { user: usize, amount: u128 },
    Withdraw { user: usize, part: u128 },
    Borrow { vault: usize, amount: u128 },
    Repay { vault: usize, part: u128 },
    Pass { seconds: u64 },
    Gift { amount: u128 },
    Crash { price: u128 },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => (0usize..3, 1u128..10_000_000).prop_map(|(user, amount)| Act::Supply { user, amount }),
        4 => (0usize..3, 1u128..1_000_000_000).prop_map(|(user, amount)| Act::Supply { user, amount }),
        4 => (0usize..3, 1u128..=100).prop_map(|(user, part)| Act::Withdraw { user, part }),
        4 => (0usize..3, 1u128..500_000_000).prop_map(|(vault, amount)| Act::Borrow { vault, amount }),
        3 => (0usize..3, 1u128..=110).prop_map(|(vault, part)| Act::Repay { vault, part }),
        4 => (1u64..40_000_000).prop_map(|seconds| Act::Pass { seconds }),
        1 => (1u128..1_000_000_000).prop_map(|amount| Act::Gift { amount }),
        1 => (1u128..60).prop_map(|price| Act::Crash { price }),
    ]
}

/// What each supplier has, in 1e-18 of a unit: interest is shared by size, losses too. No shares.
struct Naive {
    suppliers: [u128; 3],
}

const FINE: u128 = 1_000_000_000_000;

impl Naive {
    fn sum(&self) -> u128 {
        self.suppliers.iter().sum()
    }

    /// All that suppliers have becomes `to` units, each in proportion.
    fn scale(&mut self, to: u128) {
        let sum = self.sum();
        if sum > 0 {
            for one in &mut self.suppliers {
                *one = gage_units::mul_div(*one, to * FINE, sum, gage_units::Rounding::Down).unwrap();
            }
        }
    }
}

fn compare_prices(before: (Pool, u128), after: (Pool, u128), lost: bool) -> Result<(), TestCaseError> {
    let (was, is) = (before.0.claims.0, after.0.claims.0);
    let (s_was, s_is) = (before.1, after.1);
    if lost || s_was == 0 || s_is == 0 {
        return Ok(());
    }
    // C'/S' >= C/S and the same with the virtual units, compared crosswise and exactly.
    prop_assert!(is * s_was >= was * s_is, "real price fell: {was}/{s_was} -> {is}/{s_is}");
    let v = shares::VIRTUAL;
    prop_assert!((is + v) * (s_was + v) >= (was + v) * (s_is + v), "virtual price fell: {was}/{s_was} -> {is}/{s_is}");
    Ok(())
}

fn play(acts: Vec<Act>) -> Result<(), TestCaseError> {
    let mut p = pools();
    p.world.audit = false;
    let vaults: Vec<VaultId> = (0..3).map(|user| p.vault(user, 1_000 * ONE, 0)).collect();
    let mut naive = Naive { suppliers: [0; 3] };
    let mut steps = 0u128;
    for act in acts {
        steps += 1;
        let before = (p.pool(), p.shares());
        match act {
            Act::Supply { user, amount } => {
                if p.world.run(user, supply(amount)).is_ok() {
                    naive.suppliers[user] += amount * FINE;
                }
            }
            Act::Withdraw { user, part } => {
                let amount = p.world.free(user, SHARES) * part / 100;
                let had = p.world.free(user, USDC);
                if amount > 0 && p.world.run(user, unsupply(amount)).is_ok() {
                    let got = (p.world.free(user, USDC) - had) * FINE;
                    let all = naive.suppliers[user];
                    // Never more than his part by the naive books, and a few units.
                    prop_assert!(got <= all + steps * 3 * FINE, "{got} of {all}");
                    naive.suppliers[user] = if p.world.free(user, SHARES) == 0 { 0 } else { all.saturating_sub(got) };
                }
            }
            Act::Borrow { vault, amount } => {
                p.borrow(vault, vaults[vault], amount.max(100 * UNIT)).ok();
            }
            Act::Repay { vault, part } => {
                let owed = p.world.debt(vaults[vault]);
                p.repay(vault, vaults[vault], owed * part / 100 + 1).ok();
            }
            Act::Pass { seconds } => p.world.begin(seconds * 1_000),
            Act::Gift { amount } => {
                let ctx = p.world.ctx(Signer::Account(p.world.users[BOB]));
                let from = p.world.users[BOB];
                gage_ledger::transfer(&mut p.world.draft, &ctx, from, gage_vaults::ACCOUNT, USDC, Amount(amount))
                    .unwrap();
                prop_assert_eq!(before, (p.pool(), p.shares()));
            }
            Act::Crash { price } => p.crash(price * ONE),
        }
        let after = (p.pool(), p.shares());
        compare_prices(before, after, after.0.written_off > before.0.written_off)?;
        // Interest and losses reach the naive books as one figure.
        if !matches!(act, Act::Supply { .. } | Act::Withdraw { .. }) {
            naive.scale(after.0.claims.0);
        }
        // The module's account has all the cash, and the suppliers have no more than the claims.
        prop_assert!(p.held() >= after.0.cash.0);
        let mut sum = 0;
        for user in 0..3 {
            let held = Amount(p.world.free(user, SHARES));
            if held.0 > 0 {
                sum += shares::amount_for(held, after.0.claims, Amount(after.1)).unwrap().0;
            }
        }
        prop_assert!(sum <= after.0.claims.0, "{sum} of {}", after.0.claims);
    }
    p.world.audit = true;
    p.world.check();
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn the_share_price_falls_by_booked_losses_alone(acts in prop::collection::vec(act(), 1..40)) {
        play(acts)?;
    }

    /// Whatever someone does with a few units against a pool of a few units, he never gains.
    #[test]
    fn round_trips_of_shares_never_gain(
        claims in 0u128..1_000_000,
        supply in 0u128..1_000_000,
        amount in 1u128..1_000_000,
        parts in 1u128..10,
    ) {
        let given = shares::shares_for(Amount(amount), Amount(claims), Amount(supply)).unwrap().0;
        let (mut c, mut s, mut left, mut got) = (claims + amount, supply + given, given, 0);
        for part in (1..=parts).rev() {
            let now = left / part;
            if now > 0 {
                let paid = shares::amount_for(Amount(now), Amount(c), Amount(s)).unwrap().0;
                (c, s, left, got) = (c - paid, s - now, left - now, got + paid);
            }
        }
        // A wiped-out or empty pool's crumbs of claims may fall to the only holder; else never a unit more.
        let crumbs = if supply == 0 { claims } else { 0 };
        prop_assert!(got <= amount + crumbs, "{got} for {amount}");
    }
}

#[test]
fn shares_of_nothing_divide_by_nothing() {
    assert_eq!(shares::amount_for(Amount(1), Amount(0), Amount(0)), Err(MathError::DivisionByZero));
}
