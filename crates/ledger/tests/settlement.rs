//! Settlement instructions by hand: things, due work, what is reserved, whose fault a fail is.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::settling::{DAY, affirm, due, leg, propose, status};
use common::{ISSUED, World};
use gage_accounts::Signer;
use gage_ledger::operations::{
    AffirmInstruction, CancelInstruction, ClaimBuyIn, ConfirmDelivery, CreateAsset, MintItem, NewDelivery, NewLeg,
    ProposeInstruction, ReleaseOwner, WithdrawHolding,
};
use gage_ledger::{InstructionId, Operation, Reserve, SettleAt, Status};
use gage_units::{Amount, AssetId, ItemId, Timestamp};

#[test]
fn things_settle_against_money() {
    let mut world = World::new();
    let create = CreateAsset { symbol: "DEED".to_owned(), decimals: 0, itemised: true };
    world.run(0, &Operation::CreateAsset(create)).unwrap();
    let (deed, item) = (AssetId(2), ItemId(7));
    let to = world.id(1);
    world.run(0, &Operation::MintItem(MintItem { asset: deed, item, to })).unwrap();
    world.mint(2, ISSUED, 500);
    let thing = NewLeg { from: world.id(1), to: world.id(2), delivery: NewDelivery::Item { asset: deed, item } };
    let legs = vec![thing, leg(&world, 2, 1, ISSUED, 500)];
    let proposal = propose(&world, legs.clone(), SettleAt::Affirmation);
    world.run(0, &Operation::ProposeInstruction(proposal)).unwrap();
    affirm(&mut world, 1, 0, &legs, Reserve::Now).unwrap();
    // The deed is set aside: it cannot be given away meanwhile.
    let away = gage_ledger::operations::TransferItem { asset: deed, item, to: world.id(0) };
    assert_eq!(world.run(1, &Operation::TransferItem(away)).unwrap_err().name(), "InsufficientBalance");
    affirm(&mut world, 2, 0, &legs, Reserve::AtSettlement).unwrap();
    assert_eq!((status(&world, 0), world.free(1, ISSUED)), (Status::Settled, 500));
    let away = gage_ledger::operations::TransferItem { asset: deed, item, to: world.id(0) };
    world.run(2, &Operation::TransferItem(away)).unwrap();
    // A fungible leg of an itemised asset is refused, and the other way round.
    let wrong = propose(&world, vec![leg(&world, 0, 1, deed, 1)], SettleAt::Affirmation);
    assert_eq!(world.run(0, &Operation::ProposeInstruction(wrong)).unwrap_err().name(), "ItemMismatch");
}

#[test]
fn things_are_pledged_and_seized_whole() {
    let mut world = World::new();
    let create = CreateAsset { symbol: "LOAN".to_owned(), decimals: 0, itemised: true };
    world.run(0, &Operation::CreateAsset(create)).unwrap();
    let (asset, item, of) = (AssetId(2), ItemId(1), gage_ledger::Beneficiary { module: 10, id: 4 });
    let (to, owner, other) = (world.id(1), world.users[1], world.users[2]);
    world.run(0, &Operation::MintItem(MintItem { asset, item, to })).unwrap();
    let ctx = world.ctx(Signer::Protocol);
    world.act(|draft| gage_ledger::pledge_item(draft, &ctx, owner, asset, item, of)).unwrap();
    assert!(gage_ledger::item_pledged(&world.draft, owner, asset, item, of));
    let twice = world.act(|draft| gage_ledger::pledge_item(draft, &ctx, owner, asset, item, of));
    assert_eq!(twice.unwrap_err().name(), "InsufficientBalance");
    world.act(|draft| gage_ledger::unpledge_item(draft, &ctx, owner, asset, item, of)).unwrap();
    let gone = world.act(|draft| gage_ledger::seize_item(draft, &ctx, owner, asset, item, of, other));
    assert_eq!(gone.unwrap_err().name(), "ExceedsRecord");
    world.act(|draft| gage_ledger::pledge_item(draft, &ctx, owner, asset, item, of)).unwrap();
    world.act(|draft| gage_ledger::seize_item(draft, &ctx, owner, asset, item, of, other)).unwrap();
    let away = gage_ledger::operations::TransferItem { asset, item, to: world.id(0) };
    world.run(2, &Operation::TransferItem(away)).unwrap();
}

#[test]
fn due_work_stops_at_its_budget_and_resumes() {
    let mut world = World::new();
    world.mint(0, ISSUED, 10);
    for id in 0..3 {
        let legs = vec![leg(&world, 0, 1, ISSUED, 1)];
        let proposal = propose(&world, legs.clone(), SettleAt::Block);
        world.run(2, &Operation::ProposeInstruction(proposal)).unwrap();
        affirm(&mut world, 0, id, &legs, Reserve::Now).unwrap();
        affirm(&mut world, 1, id, &legs, Reserve::AtSettlement).unwrap();
    }
    // One leg weighs 2,500.
    let ctx = world.ctx(Signer::Protocol);
    let mut budget = 5_000;
    world.act(|draft| gage_ledger::settle_due(draft, &ctx, &mut budget)).unwrap();
    assert_eq!((budget, world.free(1, ISSUED)), (0, 2));
    world.act(|draft| gage_ledger::settle_due(draft, &ctx, &mut budget)).unwrap();
    assert_eq!(world.free(1, ISSUED), 2);
    due(&mut world);
    assert_eq!(world.free(1, ISSUED), 3);
}

#[test]
fn nobody_settles_or_releases_what_an_instruction_reserved() {
    let mut world = World::new();
    world.mint(0, ISSUED, 10);
    let legs = vec![leg(&world, 0, 1, ISSUED, 10)];
    let proposal = ProposeInstruction { affirm: Some(Reserve::Now), ..propose(&world, legs, SettleAt::Block) };
    world.run(0, &Operation::ProposeInstruction(proposal)).unwrap();
    let hold = gage_ledger::HoldId(0);
    for user in 0..3 {
        let release = Operation::ReleaseHold(gage_ledger::operations::ReleaseHold { hold });
        assert_eq!(world.run(user, &release).unwrap_err().name(), "NotBeneficiary");
        let settle = gage_ledger::operations::SettleHold { hold, asset: ISSUED, amount: Amount(1) };
        assert_eq!(world.run(user, &Operation::SettleHold(settle)).unwrap_err().name(), "NotBeneficiary");
    }
}

#[test]
fn verbs_have_golden_bytes() {
    let hex = |operation: &Operation| {
        let bytes = borsh::to_vec(operation).unwrap();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let instruction = InstructionId(5);
    let hash = gage_crypto::Hash([1; 32]);
    let (one, holder) = ("01".repeat(32), gage_crypto::AccountId([2; 32]));
    assert_eq!(hex(&Operation::CancelInstruction(CancelInstruction { instruction })), "0f0500000000000000");
    assert_eq!(hex(&Operation::ClaimBuyIn(ClaimBuyIn { instruction })), "100500000000000000");
    let confirm = ConfirmDelivery { instruction, leg: 3, reference: hash, receipt: hash };
    assert_eq!(hex(&Operation::ConfirmDelivery(confirm)), format!("0e050000000000000003{one}{one}"));
    let release = ReleaseOwner { asset: AssetId(4), reference: hash, amount: Amount(6) };
    assert_eq!(hex(&Operation::ReleaseOwner(release)), format!("1304000000{one}06{}", "00".repeat(15)));
    let take = WithdrawHolding { holder, asset: AssetId(4), amount: Amount(6) };
    assert_eq!(hex(&Operation::WithdrawHolding(take)), format!("14{}0400000006{}", "02".repeat(32), "00".repeat(15)));
    let affirm = AffirmInstruction {
        instruction,
        legs: vec![NewLeg {
            from: gage_crypto::AccountId([1; 32]),
            to: holder,
            delivery: NewDelivery::Amount { asset: AssetId(4), amount: Amount(6) },
        }],
        reserve: Reserve::Now,
    };
    let two = "02".repeat(32);
    let expected = format!("0d050000000000000001000000{one}{two}000400000006{}00", "00".repeat(15));
    assert_eq!(hex(&Operation::AffirmInstruction(affirm)), expected);
}

/// Who passes on what it was to receive is not to blame when nothing came.
#[test]
fn the_blame_is_on_the_side_that_has_nothing_to_pass_on() {
    let mut world = World::new();
    let legs = vec![leg(&world, 1, 2, ISSUED, 5), leg(&world, 0, 1, ISSUED, 5)];
    let proposal = propose(&world, legs.clone(), SettleAt::Block);
    world.run(0, &Operation::ProposeInstruction(proposal)).unwrap();
    for user in 0..3 {
        affirm(&mut world, user, 0, &legs, Reserve::AtSettlement).unwrap();
    }
    due(&mut world);
    let Status::Failed(fail) = status(&world, 0) else { panic!("{:?}", status(&world, 0)) };
    assert_eq!((fail.by, fail.attempts), (Some(world.users[0]), 1));
    world.mint(0, ISSUED, 5);
    world.time = Timestamp(world.time.0 + DAY);
    due(&mut world);
    assert_eq!((status(&world, 0), world.free(2, ISSUED)), (Status::Settled, 5));
}

/// An instruction whose side never delivers costs a few attempts, not one for each day of its year.
#[test]
fn a_fail_is_tried_daily_for_two_weeks_and_weekly_afterwards() {
    let mut world = World::new();
    let legs = vec![leg(&world, 0, 1, ISSUED, 5)];
    let expires = Timestamp(world.time.0 + 365 * DAY);
    let proposal = ProposeInstruction { expires, ..propose(&world, legs.clone(), SettleAt::Block) };
    world.run(0, &Operation::ProposeInstruction(proposal)).unwrap();
    for user in 0..2 {
        affirm(&mut world, user, 0, &legs, Reserve::AtSettlement).unwrap();
    }
    let mut attempts = Vec::new();
    for day in 0..60 {
        due(&mut world);
        let Status::Failed(fail) = status(&world, 0) else { panic!("{:?}", status(&world, 0)) };
        if attempts.len() < fail.attempts as usize {
            attempts.push(day);
        }
        world.time = Timestamp(world.time.0 + DAY);
    }
    assert_eq!(attempts[..14], (0..14).collect::<Vec<u64>>()[..]);
    assert_eq!(attempts[14..], [20, 27, 34, 41, 48, 55]);
}
