//! Each verb: what it does, and each refusal by name.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{ISSUED, MINTER, MODULE_MINTED, World};
use gage_accounts::{Output, Quantity, Signer};
use gage_compliance::Force;
use gage_ledger::operations::{
    Burn, BurnItem, Correct, CreateAsset, GiveHold, Mint, MintItem, Payment, PostingRef, ReleaseHold, SettleHold,
    Transfer, TransferItem, TransferMany,
};
use gage_ledger::{AssetKind, AssetNames, HoldId, Journal, Leg, NewAsset, Operation, Part, Purpose, post};
use gage_units::{Amount, AssetId, Height, ItemId, Timestamp};

fn transfer(world: &World, to: usize, asset: AssetId, amount: u128) -> Operation {
    Operation::Transfer(Transfer { to: world.id(to), asset, quantity: Quantity::Exact(Amount(amount)) })
}

#[track_caller]
fn refused(world: &mut World, user: usize, operation: &Operation, name: &str) {
    let before: Vec<_> = (0..3).map(|user| (world.free(user, ISSUED), world.free(user, MODULE_MINTED))).collect();
    let error = world.run(user, operation).expect_err(name);
    assert_eq!(error.name(), name, "{error}");
    assert!(error.code() / 1000 == 3 || error.code() / 1000 == 1, "{}", error.code());
    let after: Vec<_> = (0..3).map(|user| (world.free(user, ISSUED), world.free(user, MODULE_MINTED))).collect();
    assert_eq!(before, after);
}

#[test]
fn transfers_move_and_refuse() {
    let mut world = World::new();
    world.mint(0, ISSUED, 100);
    let to_two = transfer(&world, 1, ISSUED, 60);
    world.run(0, &to_two).unwrap();
    assert_eq!((world.free(0, ISSUED), world.free(1, ISSUED)), (40, 60));
    refused(&mut world, 0, &to_two, "InsufficientBalance");
    let zero = transfer(&world, 1, ISSUED, 0);
    refused(&mut world, 0, &zero, "ZeroAmount");
    let to_self = transfer(&world, 0, ISSUED, 1);
    refused(&mut world, 0, &to_self, "SameAccount");
    let unknown = transfer(&world, 1, AssetId(9), 1);
    refused(&mut world, 0, &unknown, "UnknownAsset");
    let nobody = Transfer { to: gage_crypto::AccountId([9; 32]), asset: ISSUED, quantity: Quantity::Exact(Amount(1)) };
    refused(&mut world, 0, &Operation::Transfer(nobody), "UnknownAccount");
    let all = transfer(&world, 1, ISSUED, u128::MAX);
    refused(&mut world, 0, &all, "InsufficientBalance");
}

#[test]
fn a_batch_is_all_or_nothing() {
    let mut world = World::new();
    world.mint(0, ISSUED, 100);
    let pay =
        |to: usize, amount: u128, world: &World| Payment { to: world.id(to), asset: ISSUED, amount: Amount(amount) };
    let good = TransferMany { payments: vec![pay(1, 30, &world), pay(2, 30, &world), pay(1, 40, &world)] };
    let bad = TransferMany { payments: vec![pay(1, 60, &world), pay(2, 60, &world)] };
    refused(&mut world, 0, &Operation::TransferMany(bad), "InsufficientBalance");
    refused(&mut world, 0, &Operation::TransferMany(TransferMany { payments: vec![] }), "BadLegCount");
    let many = TransferMany { payments: vec![pay(1, 1, &world); 1_001] };
    refused(&mut world, 0, &Operation::TransferMany(many), "BadLegCount");
    world.run(0, &Operation::TransferMany(good)).unwrap();
    assert_eq!((world.free(0, ISSUED), world.free(1, ISSUED), world.free(2, ISSUED)), (0, 70, 30));
}

#[test]
fn only_the_minter_mints_and_burns() {
    let mut world = World::new();
    world.mint(0, MODULE_MINTED, 50);
    for asset in [ISSUED, MODULE_MINTED] {
        let to = world.id(1);
        refused(&mut world, 1, &Operation::Mint(Mint { asset, to, amount: Amount(5) }), "NotMinter");
    }
    refused(&mut world, 0, &Operation::Burn(Burn { asset: MODULE_MINTED, amount: Amount(5) }), "NotMinter");
    let (ctx, holder) = (world.ctx(Signer::Protocol), world.users[0]);
    let other = world.act(|draft| gage_ledger::mint(draft, &ctx, MINTER + 1, MODULE_MINTED, holder, Amount(1)));
    assert_eq!(other.unwrap_err().name(), "NotMinter");
    let to = world.id(0);
    let above = Mint { asset: ISSUED, to, amount: Amount((1 << 127) + 1) };
    refused(&mut world, 0, &Operation::Mint(above), "SupplyTooLarge");
    world.mint(0, ISSUED, 1 << 127);
    refused(&mut world, 0, &Operation::Mint(Mint { asset: ISSUED, to, amount: Amount(1) }), "SupplyTooLarge");
}

#[test]
fn journals_balance_or_are_refused() {
    let mut world = World::new();
    world.mint(0, ISSUED, 100);
    world.mint(0, MODULE_MINTED, 100);
    let (a, b) = (world.users[0], world.users[1]);
    let ctx = world.ctx(Signer::Protocol);
    let try_post = |world: &mut World, legs: &[Leg]| {
        let journal = Journal { legs, supply: None, force: Force::Protocol, purpose: Purpose::Rule };
        world.act(|draft| post(draft, &ctx, &journal)).map_err(|error| error.name())
    };
    let credit = |asset, amount| Leg::credit(b, asset, Part::Free, Amount(amount));
    let debit = |asset, amount| Leg::debit(a, asset, Part::Free, Amount(amount));
    assert_eq!(try_post(&mut world, &[]), Err("BadLegCount"));
    assert_eq!(try_post(&mut world, &[debit(ISSUED, 5)]), Err("Unbalanced"));
    assert_eq!(try_post(&mut world, &[credit(ISSUED, 5)]), Err("Unbalanced"));
    assert_eq!(try_post(&mut world, &[debit(ISSUED, 5), credit(ISSUED, 6)]), Err("Unbalanced"));
    // Equal figures of two assets are not a balance.
    assert_eq!(try_post(&mut world, &[debit(ISSUED, 5), credit(MODULE_MINTED, 5)]), Err("Unbalanced"));
    assert_eq!(try_post(&mut world, &[debit(ISSUED, 5), credit(ISSUED, 5)]), Ok(()));
    // Two assets at once: delivery against payment.
    let exchange = [debit(ISSUED, 5), credit(ISSUED, 5), debit(MODULE_MINTED, 7), credit(MODULE_MINTED, 7)];
    assert_eq!(try_post(&mut world, &exchange), Ok(()));
    let huge = [debit(ISSUED, u128::MAX), debit(ISSUED, u128::MAX), credit(ISSUED, 5)];
    assert_eq!(try_post(&mut world, &huge), Err("Overflow"));
}

#[test]
fn things_move_whole() {
    let mut world = World::new();
    let (a, b) = (world.users[0], world.users[1]);
    let ctx = world.ctx(Signer::Account(a));
    let kind = AssetKind::Issued { issuer: a };
    let deed = NewAsset { symbol: "DEED".to_owned(), decimals: 0, kind, itemised: true };
    let deed = world.act(|draft| gage_ledger::create_asset(draft, &ctx, deed)).unwrap();
    let leg = |account, side, amount, item| Leg {
        account,
        asset: deed,
        item,
        part: Part::Free,
        side,
        amount: Amount(amount),
    };
    let supply =
        gage_ledger::SupplyChange { asset: deed, by: kind, side: gage_ledger::Side::Credit, amount: Amount(1) };
    let item = Some(ItemId(77));
    let mint = [leg(a, gage_ledger::Side::Credit, 1, item)];
    let journal = Journal { legs: &mint, supply: Some(supply), force: Force::Holder, purpose: Purpose::Mint };
    world.act(|draft| post(draft, &ctx, &journal)).unwrap();
    let give = |amount, item| {
        [leg(a, gage_ledger::Side::Debit, amount, item), leg(b, gage_ledger::Side::Credit, amount, item)]
    };
    for (legs, refusal) in [
        (give(1, None), "ItemMismatch"),
        (give(2, item), "ItemNotWhole"),
        (give(1, Some(ItemId(78))), "InsufficientBalance"),
    ] {
        let journal = Journal { legs: &legs, supply: None, force: Force::Holder, purpose: Purpose::Transfer };
        assert_eq!(world.act(|draft| post(draft, &ctx, &journal)).unwrap_err().name(), refusal);
    }
    let legs = give(1, item);
    let journal = Journal { legs: &legs, supply: None, force: Force::Holder, purpose: Purpose::Transfer };
    world.act(|draft| post(draft, &ctx, &journal)).unwrap();
}

#[test]
fn every_thing_has_its_number_once() {
    let mut world = World::new();
    let create = CreateAsset { symbol: "DEED".to_owned(), decimals: 0, itemised: true };
    world.run(0, &Operation::CreateAsset(create)).unwrap();
    let (asset, item) = (AssetId(2), ItemId(7));
    let mint = |to: usize, world: &World| Operation::MintItem(MintItem { asset, item, to: world.id(to) });
    let give = |to: usize, world: &World| Operation::TransferItem(TransferItem { asset, item, to: world.id(to) });
    let burn = Operation::BurnItem(BurnItem { asset, item });
    let by_other = mint(1, &world);
    refused(&mut world, 1, &by_other, "NotMinter");
    let early = give(1, &world);
    refused(&mut world, 0, &early, "InsufficientBalance");
    refused(&mut world, 0, &burn, "UnknownItem");
    let to_one = mint(1, &world);
    world.run(0, &to_one).unwrap();
    refused(&mut world, 0, &to_one, "ItemExists");
    let to_two = give(2, &world);
    world.run(1, &to_two).unwrap();
    refused(&mut world, 1, &to_two, "InsufficientBalance");
    // Fungible verbs do not move things, and things are no units.
    let plain = transfer(&world, 0, asset, 1);
    refused(&mut world, 2, &plain, "ItemMismatch");
    refused(&mut world, 0, &burn, "InsufficientBalance");
    let home = give(0, &world);
    world.run(2, &home).unwrap();
    world.run(0, &burn).unwrap();
    assert_eq!(gage_ledger::supply(&world.draft, asset), Amount(0));
    refused(&mut world, 0, &to_one, "ItemExists");
    let names = AssetNames(&world.draft);
    assert_eq!(home.describe(&names), format!("Transfer item 7 of DEED#2 to {}", world.id(0)));
}

#[test]
fn holds_are_settled_released_and_expire() {
    let mut world = World::new();
    world.mint(1, ISSUED, 100);
    let give = |amount: u128, ahead: u64, world: &World| {
        Operation::GiveHold(GiveHold {
            beneficiary: world.id(2),
            asset: ISSUED,
            amount: Amount(amount),
            expires: Timestamp(world.time.0 + ahead),
        })
    };
    let never = give(10, 0, &world);
    refused(&mut world, 1, &never, "BadExpiry");
    let too_long = give(10, 11 * 365 * 86_400_000, &world);
    refused(&mut world, 1, &too_long, "BadExpiry");
    let hold = give(70, 1_000, &world);
    world.run(1, &hold).unwrap();
    refused(&mut world, 1, &hold, "InsufficientBalance");
    let settle = |hold: u64, amount: u128| {
        Operation::SettleHold(SettleHold { hold: HoldId(hold), asset: ISSUED, amount: Amount(amount) })
    };
    refused(&mut world, 1, &settle(0, 10), "NotBeneficiary");
    refused(&mut world, 2, &settle(5, 10), "UnknownHold");
    refused(&mut world, 2, &settle(0, 71), "ExceedsRecord");
    world.run(2, &settle(0, 50)).unwrap();
    assert_eq!((world.free(1, ISSUED), world.free(2, ISSUED)), (30, 50));
    refused(&mut world, 1, &Operation::ReleaseHold(ReleaseHold { hold: HoldId(0) }), "NotBeneficiary");
    world.run(2, &Operation::ReleaseHold(ReleaseHold { hold: HoldId(0) })).unwrap();
    assert_eq!(world.free(1, ISSUED), 50);

    // Two more expire by themselves, as far as the budget reaches.
    for _ in 0..2 {
        let hold = give(20, 1_000, &world);
        world.run(1, &hold).unwrap();
    }
    world.time = Timestamp(world.time.0 + 1_000);
    let ctx = world.ctx(Signer::Protocol);
    let mut budget = 700;
    world.act(|draft| gage_ledger::expire_holds(draft, &ctx, &mut budget)).unwrap();
    assert_eq!((world.free(1, ISSUED), budget), (30, 200));
    world.act(|draft| gage_ledger::expire_holds(draft, &ctx, &mut 10_000)).unwrap();
    assert_eq!(world.free(1, ISSUED), 50);
}

#[test]
fn a_posting_is_reversed_once_with_its_reason() {
    let mut world = World::new();
    world.mint(0, ISSUED, 100);
    let paid = transfer(&world, 1, ISSUED, 60);
    world.run(0, &paid).unwrap();
    let correct = |reason: &str, world: &World| {
        Operation::Correct(Correct {
            original: PostingRef { height: Height(1), transaction: 0, event: 0 },
            to: world.id(0),
            asset: ISSUED,
            amount: Amount(60),
            reason: reason.to_owned(),
        })
    };
    let empty = correct("", &world);
    refused(&mut world, 1, &empty, "BadReason");
    let unprintable = correct("line\nbreak", &world);
    refused(&mut world, 1, &unprintable, "BadReason");
    let good = correct("paid to the wrong account", &world);
    world.run(1, &good).unwrap();
    assert_eq!((world.free(0, ISSUED), world.free(1, ISSUED)), (100, 0));
    world.run(0, &paid).unwrap();
    refused(&mut world, 1, &good, "AlreadyCorrected");
}

#[test]
fn names_of_assets_are_checked() {
    let mut world = World::new();
    let create = |symbol: &str, decimals: u8| {
        Operation::CreateAsset(CreateAsset { symbol: symbol.to_owned(), decimals, itemised: false })
    };
    for symbol in ["", "usd", "US D", "ABCDEFGHIJKLMNOPQ", "US\u{202e}D"] {
        refused(&mut world, 2, &create(symbol, 2), "BadSymbol");
    }
    refused(&mut world, 2, &create("EUR", 19), "TooManyDecimals");
    world.run(2, &create("EUR", 18)).unwrap();
    assert_eq!(gage_ledger::asset(&world.draft, AssetId(2)).unwrap().symbol, "EUR");
}

#[test]
fn an_output_of_an_earlier_operation_is_an_amount() {
    let mut world = World::new();
    world.mint(0, ISSUED, 100);
    let outputs = [Some(Output { asset: ISSUED, amount: Amount(40) }), None];
    let ctx = gage_accounts::Context { outputs: &outputs, ..world.ctx(Signer::Account(world.users[0])) };
    let of = |operation: u8, minimum: u128, asset: AssetId, world: &World| {
        let quantity = Quantity::OutputOf { operation, minimum: Amount(minimum) };
        Operation::Transfer(Transfer { to: world.id(1), asset, quantity })
    };
    for (operation, minimum, asset, refusal) in [
        (0, 41, ISSUED, "OutputBelowMinimum"),
        (1, 1, ISSUED, "NoSuchOutput"),
        (2, 1, ISSUED, "NoSuchOutput"),
        (0, 1, MODULE_MINTED, "OutputInOtherAsset"),
    ] {
        let operation = of(operation, minimum, asset, &world);
        assert_eq!(world.act(|draft| operation.apply(draft, &ctx)).unwrap_err().name(), refusal);
    }
    let good = of(0, 40, ISSUED, &world);
    world.act(|draft| good.apply(draft, &ctx)).unwrap();
    assert_eq!(world.free(1, ISSUED), 40);
}

#[test]
fn a_wallet_shows_what_is_signed() {
    let world = World::new();
    let names = AssetNames(&world.draft);
    let to = world.id(1);
    let operation = transfer(&world, 1, ISSUED, 1_250);
    assert_eq!(operation.describe(&names), format!("Transfer 12.5 USD#0 to {to}"));
    let operation = transfer(&world, 1, AssetId(9), 1_250);
    assert_eq!(operation.describe(&names), format!("Transfer 1250 units of #9 to {to}"));
}
