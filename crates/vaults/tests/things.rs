//! Single things as collateral: pledged, valued as their class, auctioned one by one, never divided.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::Signer;
use gage_compliance::Operation as Compliance;
use gage_compliance::operations::{FreezeAccount, UnfreezeAccount};
use gage_ledger::operations::{MintItem, TransferItem};
use gage_ledger::{AssetKind, NewAsset, item_balance};
use gage_oracle::operations::{CreateFeed, Report, SetPublisher};
use gage_oracle::{Dimension, FeedId, Source};
use gage_units::{Amount, AssetId, Bps, ItemId, Price, Ratio};
use gage_vaults::operations::{AddCollateral, ClaimKept, DepositItem, SetRedemption, ShutDown, WithdrawItem};
use gage_vaults::things::things;
use gage_vaults::{Error, Event, Operation, RedemptionTerms, VaultId};
use proptest::prelude::*;

/// Single things, feed 3; the collateral after those of the common world.
const DEED: AssetId = AssetId(4);
const DEED_FEED: FeedId = FeedId(3);

struct Deeds {
    world: World,
    price: u128,
}

impl Deeds {
    /// Deeds stand at 1,000; alice has numbers 1 to 8.
    fn new() -> Deeds {
        let mut world = World::new();
        let ctx = world.ctx(Signer::Governance);
        let kind = AssetKind::Issued { issuer: world.users[ISSUER] };
        let new = NewAsset { symbol: "DEED".to_owned(), decimals: 0, kind, itemised: true };
        assert_eq!(gage_ledger::create_asset(&mut world.draft, &ctx, new).unwrap(), DEED);
        let feed = CreateFeed {
            base: Dimension::Asset(DEED),
            quote: Dimension::Numeraire,
            decimals: 8,
            source: Source::Reported,
            params: feed_params(),
        };
        gage_oracle::Operation::CreateFeed(feed).apply(&mut world.draft, &ctx).unwrap();
        let publisher = SetPublisher { feed: DEED_FEED, publisher: world.ids[ISSUER], weight: 1 };
        gage_oracle::Operation::SetPublisher(publisher).apply(&mut world.draft, &ctx).unwrap();
        let add = AddCollateral { facility: FACILITY, asset: DEED, terms: terms(0), liquidation: liquidation() };
        world.govern(Operation::AddCollateral(add)).unwrap();
        let mut deeds = Deeds { world, price: 1_000 * ONE };
        for item in 1..=8 {
            deeds.mint(ALICE, item);
        }
        deeds.block(1_000, 1_000);
        deeds
    }

    fn mint(&mut self, user: usize, item: u64) {
        let ctx = self.world.ctx(Signer::Account(self.world.users[ISSUER]));
        let mint = MintItem { asset: DEED, item: ItemId(item), to: self.world.ids[user] };
        gage_ledger::Operation::MintItem(mint).apply(&mut self.world.draft, &ctx).unwrap();
        self.world.draft.commit();
    }

    fn begin(&mut self, ms: u64) {
        self.world.begin_without_reports(ms);
        for asset in COLLATERALS {
            self.world.report(asset, 0);
        }
        let price = Price(self.price);
        let observed_at = self.world.time;
        let report = Report { feed: DEED_FEED, price, confidence: Price(0), bid: None, ask: None, observed_at };
        let ctx = self.world.ctx(Signer::Account(self.world.users[ISSUER]));
        gage_oracle::Operation::Report(report).apply(&mut self.world.draft, &ctx).unwrap();
        self.world.mark();
    }

    /// A whole block with a new price of deeds and no users.
    fn block(&mut self, ms: u64, price: u128) {
        self.price = price * ONE;
        self.begin(ms);
        self.world.end();
    }

    /// A vault of alice's with these deeds and this debt, in whole units.
    fn vault(&mut self, items: std::ops::RangeInclusive<u64>, debt: u128) -> VaultId {
        let vault = self.world.open(ALICE);
        for item in items {
            self.world.run(ALICE, deposit_item(vault, item)).unwrap();
        }
        if debt > 0 {
            self.world.run(ALICE, borrow(vault, debt * ONE)).unwrap();
        }
        vault
    }

    /// Gives bob stable that carol borrowed.
    fn fund(&mut self, amount: u128) {
        self.world.vault(CAROL, WETH, 1_000 * ONE, 20_000 * ONE);
        let ctx = self.world.ctx(Signer::Protocol);
        let (from, to) = (self.world.users[CAROL], self.world.users[BOB]);
        gage_ledger::transfer(&mut self.world.draft, &ctx, from, to, GUSD, Amount(amount * ONE)).unwrap();
        self.world.draft.commit();
    }

    /// Whether the user holds the thing freely.
    fn has(&self, user: usize, item: u64) -> bool {
        item_balance(&self.world.draft, self.world.users[user], DEED, ItemId(item)).free == Amount(1)
    }

    fn pledged(&self, vault: VaultId) -> Vec<u64> {
        things(&self.world.draft, vault).into_iter().map(|(_, item)| item.0).collect()
    }

    fn auctioned(&self) -> u128 {
        self.world.facility().totals.auctioned.0
    }
}

fn deposit_item(vault: VaultId, item: u64) -> Operation {
    Operation::DepositItem(DepositItem { vault, asset: DEED, item: ItemId(item) })
}

fn withdraw_item(vault: VaultId, item: u64) -> Operation {
    Operation::WithdrawItem(WithdrawItem { vault, asset: DEED, item: ItemId(item) })
}

/// To the last unit or two of rounding.
#[track_caller]
fn near(found: u128, expected: u128) {
    assert!(found.abs_diff(expected) <= 10, "{found} is not {expected}");
}

#[test]
fn a_thing_is_pledged_counts_as_its_class_and_is_freed() {
    let mut deeds = Deeds::new();
    let vault = deeds.vault(1..=2, 0);
    assert_eq!((deeds.pledged(vault), deeds.has(ALICE, 1)), (vec![1, 2], false));
    // Two deeds at 1,000 carry three quarters of it.
    assert_eq!(deeds.world.run(ALICE, borrow(vault, 1_501 * ONE)), Err(Error::AboveLoanToValue));
    deeds.world.run(ALICE, borrow(vault, 1_500 * ONE)).unwrap();
    assert_eq!(deeds.world.run(ALICE, withdraw_item(vault, 1)), Err(Error::AboveLoanToValue));
    assert_eq!(deeds.world.run(ALICE, withdraw_item(vault, 3)), Err(Error::ExceedsPledge));
    assert_eq!(deeds.world.run(BOB, withdraw_item(vault, 1)), Err(Error::NotVaultOwner));
    // What is pledged is not pledged again, nor given away; what one has not is not pledged; amounts are none.
    assert!(matches!(deeds.world.run(ALICE, deposit_item(vault, 1)), Err(Error::Ledger(_))));
    let give = TransferItem { asset: DEED, item: ItemId(1), to: deeds.world.ids[BOB] };
    let ctx = deeds.world.ctx(Signer::Account(deeds.world.users[ALICE]));
    assert!(gage_ledger::Operation::TransferItem(give).apply(&mut deeds.world.draft, &ctx).is_err());
    let other = deeds.world.open(BOB);
    assert!(matches!(deeds.world.run(BOB, deposit_item(other, 3)), Err(Error::Ledger(_))));
    assert!(deeds.world.run(ALICE, deposit(vault, DEED, 1)).is_err());
    assert!(deeds.world.run(ALICE, withdraw(vault, DEED, 1)).is_err());
    deeds.world.run(ALICE, repay(vault, 1_000 * ONE)).unwrap();
    deeds.world.run(ALICE, withdraw_item(vault, 2)).unwrap();
    assert!(deeds.has(ALICE, 2));
    deeds.world.run(ALICE, repay(vault, 500 * ONE)).unwrap();
    deeds.world.run(ALICE, close(vault)).unwrap();
    assert!(deeds.has(ALICE, 1));
}

#[test]
fn a_vault_holds_sixteen_things() {
    let mut deeds = Deeds::new();
    for item in 9..=17 {
        deeds.mint(ALICE, item);
    }
    let vault = deeds.vault(1..=16, 0);
    assert_eq!(deeds.world.run(ALICE, deposit_item(vault, 17)), Err(Error::TooManyThings));
    deeds.world.run(ALICE, close(vault)).unwrap();
    assert!((1..=17).all(|item| deeds.has(ALICE, item)));
}

#[test]
fn as_many_things_go_to_auction_as_are_needed_each_in_a_lot_of_its_own() {
    let mut deeds = Deeds::new();
    let vault = deeds.vault(1..=3, 2_200);
    deeds.fund(10_000);
    // H = 0.8 * 2,700 / 2,200 = 0.98. To 1.1 miss (2,420 - 2,160) / (1.1 - 0.88) = 1,181.8, which 1.44 deeds
    // are sure to raise at 900 / 1.1: two, for all that they are sure to raise.
    deeds.block(60_000, 900);
    let lots = deeds.world.lots();
    assert_eq!((lots.len(), deeds.pledged(vault)), (2, vec![3]));
    let raised = 2 * 900 * ONE * 10 / 11;
    near(deeds.auctioned(), raised);
    near(deeds.world.debt(vault), 2_200 * ONE - raised);
    assert!(deeds.world.health(vault) > Ratio(ONE / 10 * 12));
    // Bob takes the first at 990: what is beyond its share pays the second's.
    assert_eq!(deeds.world.take(BOB, lots[0], 1), Ok(1));
    deeds.world.end();
    assert!(deeds.has(BOB, 1));
    near(deeds.auctioned(), raised - 990 * ONE);
    // And the second at 990 pays the rest, then what the vault owes.
    assert_eq!(deeds.world.take(BOB, lots[1], 1), Ok(1));
    deeds.world.end();
    assert_eq!(deeds.auctioned(), 0);
    near(deeds.world.debt(vault), 2_200 * ONE - 2 * 990 * ONE);
    assert_eq!((deeds.pledged(vault), deeds.world.lots().len()), (vec![3], 0));
}

#[test]
fn what_one_brings_beyond_all_that_is_owed_is_the_owners() {
    let mut deeds = Deeds::new();
    let vault = deeds.vault(1..=1, 700);
    deeds.fund(10_000);
    let before = deeds.world.free(ALICE, GUSD);
    // H = 0.8 * 860 / 700: the one deed goes for all that is owed, and brings 946.
    deeds.block(60_000, 860);
    let lots = deeds.world.lots();
    assert_eq!(deeds.auctioned(), 700 * ONE);
    deeds.world.take(BOB, lots[0], 1).unwrap();
    deeds.world.end();
    assert_eq!((deeds.world.debt(vault), deeds.auctioned()), (0, 0));
    assert_eq!(deeds.world.free(ALICE, GUSD) - before, 246 * ONE);
    assert_eq!(deeds.world.facility().totals.bad_debt, Amount(0));
    deeds.world.run(ALICE, close(vault)).unwrap();
}

#[test]
fn what_one_brings_too_much_another_need_not_bring() {
    let mut deeds = Deeds::new();
    // At 850 H = 1,360 / 1,450; (1,595 - 1,360) / 0.22 is what 1.4 deeds are sure to raise: both, for all.
    let vault = deeds.vault(1..=2, 1_450);
    deeds.fund(10_000);
    deeds.block(60_000, 850);
    let lots = deeds.world.lots();
    assert_eq!((lots.len(), deeds.auctioned(), deeds.world.debt(vault)), (2, 1_450 * ONE, 0));
    deeds.world.take(BOB, lots[0], 1).unwrap();
    deeds.world.end();
    assert_eq!(deeds.auctioned(), 1_450 * ONE - 935 * ONE);
    assert_eq!(deeds.world.lots(), [lots[1]]);
    // The owner gets nothing while anything is owed.
    assert_eq!(deeds.world.free(ALICE, GUSD), 1_450 * ONE);
}

#[test]
fn what_one_did_not_raise_is_reserved_while_the_other_stands() {
    let mut deeds = Deeds::new();
    let vault = deeds.vault(1..=2, 1_450);
    deeds.fund(10_000);
    deeds.block(60_000, 850);
    let lots = deeds.world.lots();
    // Two rounds with a floor, then one without: the first goes for half.
    for _ in 0..2 {
        deeds.block(HOUR + 1_000, 850);
    }
    deeds.block(58 * 60_000, 850);
    deeds.world.take(BOB, lots[0], 1).unwrap();
    deeds.world.end();
    deeds.block(60_000, 850);
    let debt = deeds.world.debt(vault);
    assert!(debt > 100 * ONE, "{debt}");
    assert_eq!(deeds.auctioned(), 725 * ONE);
    // Nothing is left to sell but what is at auction; all of it is reserved, and it is no loss yet.
    assert_eq!(gage_vaults::calls::waiting(&deeds.world.draft, FACILITY), Amount(debt));
    let reserved = gage_backstop::waterfall(&deeds.world.draft, WATERFALL).unwrap().reserved;
    assert_eq!(reserved, Amount(725 * ONE + debt));
    assert_eq!(deeds.world.facility().totals.bad_debt, Amount(0));
    // The second brings more than its share: what the first missed is paid from it, as far as it goes.
    let again = lots[1];
    let price = loop {
        deeds.block(60_000, 850);
        let ctx = deeds.world.ctx(Signer::Protocol);
        let price = gage_auctions::price_now(&deeds.world.draft, &ctx, again).unwrap();
        if price < Price(725 * ONE + debt / 2) && price > Price(725 * ONE) {
            break price;
        }
    };
    deeds.world.take(BOB, again, 1).unwrap();
    deeds.world.end();
    deeds.block(60_000, 850);
    near(deeds.world.facility().totals.bad_debt.0, 725 * ONE + debt - price.0);
    let receipts = gage_backstop::query::receipts(&deeds.world.draft, None, 10);
    let receipt = &receipts.last().unwrap().receipt;
    // The receipt is of all that was owed, what both auctions brought first.
    assert_eq!(receipt.bearings[0].kind, gage_backstop::StepKind::AuctionProceeds);
    near(receipt.bearings[0].amount.0, 1_450 * ONE - receipt.uncovered.0);
    near(receipt.debt.0, 1_450 * ONE);
}

#[test]
fn a_thing_nobody_wants_stands_and_is_sold_for_what_it_brings() {
    let mut deeds = Deeds::new();
    let vault = deeds.vault(1..=1, 700);
    deeds.fund(10_000);
    deeds.block(60_000, 860);
    let lot = deeds.world.lots()[0];
    // Two rounds have a floor of 860 / 1.1; the backstop never gets a thing, so it is offered again.
    for _ in 0..5 {
        deeds.block(HOUR + 1_000, 860);
        assert_eq!(deeds.world.lots(), [lot]);
    }
    assert_eq!(deeds.auctioned(), 700 * ONE);
    // 50 steps of one percent below 946, in a round without floor.
    deeds.block(50 * 60_000, 860);
    let price = gage_auctions::price_now(&deeds.world.draft, &deeds.world.ctx(Signer::Protocol), lot).unwrap();
    assert!(price < Price(600 * ONE), "{price:?}");
    deeds.world.take(BOB, lot, 1).unwrap();
    deeds.world.end();
    deeds.block(60_000, 860);
    // What it did not raise is a loss, with nobody to bear it.
    assert_eq!((deeds.world.debt(vault), deeds.auctioned()), (0, 0));
    near(deeds.world.facility().totals.bad_debt.0, 700 * ONE - price.0);
    assert!(deeds.has(BOB, 1));
}

#[test]
fn throughput_takes_whole_things() {
    let mut deeds = Deeds::new();
    let liquidation = gage_vaults::LiquidationTerms { window_max: Amount(500 * ONE), ..liquidation() };
    let set = gage_vaults::operations::SetLiquidationTerms { facility: FACILITY, asset: DEED, terms: liquidation };
    deeds.world.govern(Operation::SetLiquidationTerms(set)).unwrap();
    let vault = deeds.vault(1..=3, 2_200);
    // One deed is sure to raise 818, more than fits: an unused window takes one, and the vault is safe.
    deeds.block(60_000, 900);
    assert_eq!((deeds.world.lots().len(), deeds.pledged(vault)), (1, vec![2, 3]));
    assert!(!deeds.world.facility().totals.unfinished);
    // It falls again within the hour: the next one waits for the next window.
    deeds.block(60_000, 830);
    assert_eq!(deeds.world.lots().len(), 1);
    assert!(deeds.world.facility().totals.unfinished);
    deeds.block(HOUR, 830);
    assert_eq!(deeds.world.lots().len(), 2);
}

#[test]
fn a_redemption_is_not_paid_in_things() {
    let mut deeds = Deeds::new();
    let riskiest = deeds.vault(1..=1, 740);
    deeds.fund(1_000);
    let set = RedemptionTerms {
        fee_min: Bps(50),
        fee_max: Bps(5_000),
        decay: gage_units::RatePerSecond(999_967_910_367_635_122_012_970_996),
        amount_min: Amount(ONE),
    };
    let set = SetRedemption { facility: FACILITY, stable: GUSD, terms: Some(set) };
    deeds.world.govern(Operation::SetRedemption(set)).unwrap();
    let redeem = gage_vaults::operations::Redeem {
        facility: FACILITY,
        asset: GUSD,
        amount: gage_accounts::Quantity::Exact(Amount(100 * ONE)),
        least: Amount(100 * ONE),
        fee_max: Bps(5_000),
        vaults_max: 1,
    };
    deeds.world.run(BOB, Operation::Redeem(redeem)).unwrap();
    assert_eq!(deeds.world.debt(riskiest), 740 * ONE);
    assert!(deeds.world.free(BOB, WETH) > 0);
}

#[test]
fn after_a_shutdown_things_are_sold_before_anybody_is_paid() {
    let mut deeds = Deeds::new();
    // A deed and one WETH (100) for 800; carol's 20,000 are covered by WETH.
    let vault = deeds.vault(1..=1, 0);
    deeds.world.give(ALICE, WETH, ONE);
    deeds.world.run(ALICE, deposit(vault, WETH, ONE)).unwrap();
    deeds.world.run(ALICE, borrow(vault, 800 * ONE)).unwrap();
    deeds.fund(10_000);
    let shut = ShutDown { facility: FACILITY, asset: GUSD, window_ms: HOUR };
    deeds.world.govern(Operation::ShutDown(shut)).unwrap();
    for _ in 0..3 {
        deeds.block(HOUR, 1_000);
    }
    // The WETH is in the basket; the deed stands for the 700 that are left, and holders wait.
    let lots = deeds.world.lots();
    assert_eq!((lots.len(), deeds.auctioned()), (1, 700 * ONE), "{:?}", deeds.world.events());
    let stage = |deeds: &Deeds| gage_vaults::shutdown::shutdown(&deeds.world.draft, FACILITY).unwrap().stage;
    assert_eq!(stage(&deeds), gage_vaults::shutdown::Stage::Settling);
    deeds.world.take(BOB, lots[0], 1).unwrap();
    deeds.world.end();
    deeds.block(60_000, 1_000);
    assert_eq!(deeds.auctioned(), 0);
    assert_eq!(stage(&deeds), gage_vaults::shutdown::Stage::Paying);
    assert!(deeds.has(BOB, 1));
}

#[derive(Clone, Debug)]
enum Act {
    Deposit(usize, u64),
    Withdraw(usize, u64),
    Borrow(usize, u128),
    Repay(usize, u128),
    Take(usize),
    Block(u64, u128),
}

fn act() -> impl Strategy<Value = Act> {
    let vault = || 0usize..2;
    prop_oneof![
        3 => (vault(), 1u64..=8).prop_map(|(vault, item)| Act::Deposit(vault, item)),
        2 => (vault(), 1u64..=8).prop_map(|(vault, item)| Act::Withdraw(vault, item)),
        3 => (vault(), 100u128..2_500).prop_map(|(vault, amount)| Act::Borrow(vault, amount)),
        1 => (vault(), 1u128..2_500).prop_map(|(vault, amount)| Act::Repay(vault, amount)),
        2 => (0usize..4).prop_map(Act::Take),
        4 => (60_000u64..4_000_000, 88u128..108).prop_map(|(ms, percent)| Act::Block(ms, percent)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever happens, every thing is in one place: free with somebody, pledged to one vault, in one lot or
    /// kept; all invariants hold after every act; no liquidation lowers health; every unsafe vault is found.
    #[test]
    fn every_thing_is_in_one_place(acts in prop::collection::vec(act(), 1..40)) {
        let mut deeds = Deeds::new();
        deeds.fund(15_000);
        let vaults = [deeds.world.open(ALICE), deeds.world.open(ALICE)];
        for act in acts {
            match act {
                Act::Deposit(vault, item) => drop(deeds.world.run(ALICE, deposit_item(vaults[vault], item))),
                Act::Withdraw(vault, item) => drop(deeds.world.run(ALICE, withdraw_item(vaults[vault], item))),
                Act::Borrow(vault, amount) => drop(deeds.world.run(ALICE, borrow(vaults[vault], amount * ONE))),
                Act::Repay(vault, amount) => drop(deeds.world.run(ALICE, repay(vaults[vault], amount * ONE))),
                Act::Take(place) => {
                    if let Some(lot) = deeds.world.lots().get(place) {
                        drop(deeds.world.take(BOB, *lot, 1));
                    }
                }
                Act::Block(ms, percent) => {
                    let price = (deeds.price / ONE * percent / 100).max(10);
                    deeds.world.events();
                    deeds.block(ms, price);
                    for event in deeds.world.events() {
                        if let Event::Liquidated { health, health_after, amount, .. } = event {
                            prop_assert!(health_after >= health && amount == Amount(1));
                        }
                    }
                }
            }
            for item in 1..=8 {
                let free = [ALICE, BOB].into_iter().filter(|user| deeds.has(*user, item)).count();
                let pledged = vaults.into_iter().filter(|vault| deeds.pledged(*vault).contains(&item)).count();
                let lots = deeds.world.lots().into_iter().filter_map(|lot| gage_auctions::lot(&deeds.world.draft, lot));
                let offered = lots.filter(|lot| lot.item == Some(ItemId(item)) && lot.remaining == Amount(1)).count();
                prop_assert_eq!(free + pledged + offered, 1, "item {}", item);
            }
        }
    }
}

#[test]
fn what_cannot_return_is_kept_and_fetched() {
    // Two deeds of different shares: the first brings so much that the second's debt is paid by it.
    let mut deeds = Deeds::new();
    let vault = deeds.vault(1..=2, 400);
    deeds.fund(10_000);
    // Deep: 0.8 * 2 * 240 = 384 below 400. Both go (1.1 * 400 / 240 = 1.83), 200 each.
    for price in [800, 640, 512, 410, 328, 262, 240] {
        deeds.block(60_000, price);
    }
    let lots = deeds.world.lots();
    assert_eq!(lots.len(), 2);
    // A fresh round begins far above their share.
    deeds.block(HOUR + 1_000, 300);
    deeds.block(HOUR + 1_000, 380);
    deeds.block(60_000, 380);
    let ctx = deeds.world.ctx(Signer::Protocol);
    let price = gage_auctions::price_now(&deeds.world.draft, &ctx, lots[0]).unwrap();
    assert!(price > Price(400 * ONE), "{price:?}");
    let reason = || "order of a court".to_owned().try_into().unwrap();
    let bar = |deeds: &mut Deeds, barred: bool| {
        let (account, asset, stops, until) = (deeds.world.ids[ALICE], None, gage_compliance::Stops::Both, None);
        let operation = match barred {
            true => Compliance::FreezeAccount(FreezeAccount { account, asset, stops, until, reason: reason() }),
            false => Compliance::UnfreezeAccount(UnfreezeAccount { account, asset, reason: reason() }),
        };
        let ctx = deeds.world.ctx(Signer::Governance);
        operation.apply(&mut deeds.world.draft, &ctx).unwrap();
        deeds.world.draft.commit();
    };
    deeds.world.take(BOB, lots[0], 1).unwrap();
    // She is frozen before the block ends: the second deed cannot reach her.
    bar(&mut deeds, true);
    deeds.world.end();
    assert_eq!((deeds.auctioned(), deeds.world.lots().len()), (0, 0));
    let claim = Operation::ClaimKept(ClaimKept { vault, asset: DEED });
    assert!(deeds.world.run(ALICE, claim.clone()).is_err());
    assert_eq!(deeds.world.run(ALICE, close(vault)), Err(Error::InLiquidation));
    bar(&mut deeds, false);
    deeds.world.run(ALICE, claim.clone()).unwrap();
    assert!(deeds.has(ALICE, 2) && deeds.has(BOB, 1));
    assert_eq!(deeds.world.run(ALICE, claim), Err(Error::NothingKept));
    deeds.world.run(ALICE, close(vault)).unwrap();
}
