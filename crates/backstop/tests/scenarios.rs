//! What the backstop does and refuses, step by step.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::{Class, Output, Quantity, Signer};
use gage_backstop::operations::{
    AddCollateral, CreateWaterfall, DepositStability, DistributeSurplus, SetTerms, Tranche,
};
use gage_backstop::{
    ACCOUNT, Error, Genesis, Holding, Loss, Operation, Reference, StepKind, Terms, WaterfallId, query,
};
use gage_ledger::AssetNames;
use gage_units::{Amount, AssetId, Ratio};

fn standard() -> Terms {
    Terms::standard(Amount(ONE))
}

/// 600 and 200 GUSD joined, every user has 10,000 GUSD more.
fn pool_of_800() -> (World, WaterfallId) {
    let mut world = World::new();
    let id = world.create(all_steps(), standard());
    for user in 0..USERS {
        world.mint(world.users[user], GUSD, 10_000 * ONE);
    }
    world.run(0, deposit(id, 600 * ONE)).unwrap();
    world.run(1, deposit(id, 200 * ONE)).unwrap();
    world.next_block(1_000);
    (world, id)
}

#[track_caller]
fn refused(world: &mut World, user: usize, operation: Operation, name: &str, code: u32) {
    let capital = (world.free(ACCOUNT, GUSD), world.free(ACCOUNT, WETH), world.draft.records());
    let error = world.run(user, operation).expect_err(name);
    assert_eq!((error.name(), error.code()), (name, code), "{error}");
    assert_eq!(capital, (world.free(ACCOUNT, GUSD), world.free(ACCOUNT, WETH), world.draft.records()), "undone");
}

#[test]
fn a_loss_is_shared_and_its_collateral_too() {
    let (mut world, id) = pool_of_800();
    let absorbed = world.absorb(id, 400 * ONE, &[(WETH, 4 * ONE), (DEED, 3)]).unwrap();
    assert_eq!((absorbed.covered, absorbed.uncovered), (Amount(400 * ONE), Amount(0)));
    assert_eq!(world.free(FACILITY, GUSD), 400 * ONE);
    assert_eq!(world.deposit(id, 0), (300 * ONE, 0, [0, 3 * ONE, 2]));
    // A quarter of three deeds is 0.75: rounded down to none, one deed stays unclaimed.
    assert_eq!(world.deposit(id, 1), (100 * ONE, 0, [0, ONE, 0]));
    assert_eq!(world.run(0, claim(id, WETH)).unwrap(), Some(Output { asset: WETH, amount: Amount(3 * ONE) }));
    world.run(0, claim(id, DEED)).unwrap();
    refused(&mut world, 0, claim(id, WETH), "NothingLeft", 9016);
    refused(&mut world, 1, claim(id, DEED), "NothingLeft", 9016);
    assert_eq!((world.free(world.users[0], WETH), world.free(world.users[0], DEED)), (3 * ONE, 2));
    assert_eq!(world.free(ACCOUNT, DEED), 1);
}

#[test]
fn steps_bear_in_order_and_the_receipt_says_so() {
    let (mut world, id) = pool_of_800();
    world.run(CURATOR, deposit_first_loss(id, 50 * ONE)).unwrap();
    let ctx = world.protocol();
    world.mint(FACILITY, GUSD, 30 * ONE);
    world.act(|draft| gage_backstop::add_surplus(draft, &ctx, id, FACILITY, Amount(30 * ONE))).unwrap();
    // 799 from the pool (one whole unit stays), 50 from the curator, 30 from the buffer, 121 from nobody.
    let absorbed = world.absorb(id, 1_000 * ONE, &[(WETH, 10 * ONE)]).unwrap();
    let borne: Vec<_> = absorbed.burned_from.iter().map(|(kind, amount)| (*kind, amount.0 / ONE)).collect();
    assert_eq!(
        borne,
        [(StepKind::StabilityPool, 799), (StepKind::CuratorFirstLoss, 50), (StepKind::SurplusBuffer, 30)]
    );
    assert_eq!((absorbed.covered, absorbed.uncovered), (Amount(879 * ONE), Amount(121 * ONE)));
    let receipt = query::receipt(&world.draft, absorbed.receipt).unwrap().receipt;
    // The pool paid 79.9% of the debt and got 79.9% of the collateral; the rest went to the buffer.
    assert_eq!(receipt.bearings[0].collateral, [Holding { asset: WETH, amount: Amount(799 * ONE / 100) }]);
    assert_eq!(receipt.to_surplus, [Holding { asset: WETH, amount: Amount(201 * ONE / 100) }]);
    assert_eq!(gage_backstop::surplus(&world.draft, id, WETH), Amount(201 * ONE / 100));
    assert_eq!(query::receipts(&world.draft, None, 10).len(), 1);
    // The pool was not emptied: 0.75 and 0.25 are left and go on.
    assert_eq!((world.deposit(id, 0).0, world.deposit(id, 1).0), (3 * ONE / 4, ONE / 4));
    let nothing = world.absorb(id, ONE, &[(WETH, ONE)]).unwrap();
    assert_eq!((nothing.covered, nothing.uncovered), (Amount(0), Amount(ONE)));
    assert_eq!(gage_backstop::surplus(&world.draft, id, WETH), Amount(301 * ONE / 100));
}

#[test]
fn caps_and_order_are_data() {
    let mut world = World::new();
    let steps = vec![
        step(StepKind::CuratorFirstLoss, 20 * ONE),
        step(StepKind::SurplusBuffer, u128::MAX),
        step(StepKind::StabilityPool, 100 * ONE),
    ];
    let id = world.create(steps, standard());
    for user in [0, CURATOR] {
        world.mint(world.users[user], GUSD, 1_000 * ONE);
    }
    world.run(0, deposit(id, 500 * ONE)).unwrap();
    world.run(CURATOR, deposit_first_loss(id, 500 * ONE)).unwrap();
    world.next_block(1_000);
    let absorbed = world.absorb(id, 200 * ONE, &[]).unwrap();
    let borne: Vec<_> = absorbed.burned_from.iter().map(|(_, amount)| amount.0 / ONE).collect();
    assert_eq!((borne, absorbed.uncovered), (vec![20, 0, 100], Amount(80 * ONE)));
    let coverage = query::coverage(&world.draft, id, Amount(240 * ONE)).unwrap();
    assert_eq!((coverage.covered, coverage.ratio), (Amount(120 * ONE), Ratio(ONE / 2)));
}

#[test]
fn waterfalls_do_not_share_capital() {
    let (mut world, first) = pool_of_800();
    let second = world.create(all_steps(), standard());
    let absorbed = world.absorb(second, 100 * ONE, &[]).unwrap();
    assert_eq!(absorbed.uncovered, Amount(100 * ONE));
    assert_eq!(world.deposit(first, 0).0, 600 * ONE);
    let views = query::waterfalls(&world.draft, None, 10, world.height).unwrap();
    assert_eq!(views.iter().map(|view| view.pool.deposits.0 / ONE).collect::<Vec<_>>(), [800, 0]);
}

#[test]
fn a_deposit_joins_in_the_next_block() {
    let (mut world, id) = pool_of_800();
    world.run(2, deposit(id, 800 * ONE)).unwrap();
    assert_eq!(world.deposit(id, 2), (0, 800 * ONE, [0; 3]));
    // A loss of the same block: the late deposit neither bears nor earns.
    world.absorb(id, 400 * ONE, &[(WETH, 4 * ONE)]).unwrap();
    assert_eq!(world.deposit(id, 2), (0, 800 * ONE, [0; 3]));
    assert_eq!(world.deposit(id, 0), (300 * ONE, 0, [0, 3 * ONE, 0]));
    world.next_block(1_000);
    assert_eq!(world.deposit(id, 2), (800 * ONE, 0, [0; 3]));
    world.absorb(id, 600 * ONE, &[(WETH, 12 * ONE)]).unwrap();
    assert_eq!(world.deposit(id, 2), (400 * ONE, 0, [0, 8 * ONE, 0]));
    assert_eq!(query::deposits_of(&world.draft, world.users[2], world.height).unwrap().len(), 1);
    // A deposit on top of one that bore losses: the old part goes on beside the new one.
    world.run(2, deposit(id, 100 * ONE)).unwrap();
    assert_eq!(world.deposit(id, 2), (400 * ONE, 100 * ONE, [0, 8 * ONE, 0]));
    world.next_block(1_000);
    assert_eq!(world.deposit(id, 2), (500 * ONE, 0, [0, 8 * ONE, 0]));
    // What joined since the last act on the pool counts at this height.
    let capital = |coverage: query::Coverage| coverage.steps[0].capital.0 / ONE;
    let stressed = Amount(ONE);
    let at = query::coverage_at(&world.draft, id, stressed, world.height).unwrap();
    assert_eq!((capital(query::coverage(&world.draft, id, stressed).unwrap()), capital(at)), (599, 699));
}

#[test]
fn leaving_takes_a_request_a_cooldown_and_a_window() {
    let (mut world, id) = pool_of_800();
    refused(&mut world, 0, withdraw(id, ONE), "NotRequested", 9013);
    refused(&mut world, 3, request(id, Tranche::Stability, ONE), "NoDeposit", 9011);
    world.run(0, request(id, Tranche::Stability, 500 * ONE)).unwrap();
    world.next_block(HOUR - 1);
    refused(&mut world, 0, withdraw(id, ONE), "CoolingDown", 9014);
    // The cooldown evades no loss: half of the deposit goes.
    world.absorb(id, 400 * ONE, &[(WETH, 4 * ONE)]).unwrap();
    world.next_block(1);
    refused(&mut world, 0, withdraw(id, 300 * ONE - ONE / 2), "LeavesDust", 9010);
    let ctx = world.protocol();
    world.act(|draft| gage_backstop::close_exits(draft, id, true)).unwrap();
    refused(&mut world, 0, withdraw(id, ONE), "ExitsClosed", 9012);
    world.act(|draft| gage_backstop::close_exits(draft, id, false)).unwrap();
    assert_eq!(world.run(0, withdraw(id, 100 * ONE)).unwrap(), Some(Output { asset: GUSD, amount: Amount(100 * ONE) }));
    // 400 are still requested, but only 200 are left.
    assert_eq!(world.run(0, withdraw(id, 999 * ONE)).unwrap(), Some(Output { asset: GUSD, amount: Amount(200 * ONE) }));
    refused(&mut world, 0, withdraw(id, ONE), "NothingLeft", 9016);
    assert_eq!(world.deposit(id, 0), (0, 0, [0, 3 * ONE, 0]));
    world.run(0, claim(id, WETH)).unwrap();
    let view = query::deposit_view(&world.draft, id, world.users[0], world.height).unwrap();
    assert_eq!(view, None, "nothing is kept for nobody");
    world.run(1, request(id, Tranche::Stability, 500 * ONE)).unwrap();
    world.next_block(25 * HOUR + 1);
    refused(&mut world, 1, withdraw(id, ONE), "RequestExpired", 9015);
    assert!(ctx.time < world.time);
}

#[test]
fn what_lots_may_need_does_not_leave() {
    let (mut world, id) = pool_of_800();
    world.run(CURATOR, deposit_first_loss(id, 50 * ONE)).unwrap();
    world.run(0, request(id, Tranche::Stability, 600 * ONE)).unwrap();
    world.run(CURATOR, request(id, Tranche::FirstLoss, 50 * ONE)).unwrap();
    world.next_block(HOUR);
    // Of 800 one always stays: 299 are more than what 500 at auction may need.
    world.act(|draft| gage_backstop::reserve(draft, id, Amount(50 * ONE))).unwrap();
    refused(&mut world, 0, withdraw(id, 299 * ONE + 1), "CapitalReserved", 9019);
    world.run(0, withdraw(id, 299 * ONE)).unwrap();
    refused(&mut world, 0, withdraw(id, 1), "CapitalReserved", 9019);
    // The pool alone covers them, so the curator's capital behind it is free; behind 520 it is not all.
    world.act(|draft| gage_backstop::reserve(draft, id, Amount(520 * ONE))).unwrap();
    refused(&mut world, CURATOR, withdraw_first_loss(id, 30 * ONE + 1), "CapitalReserved", 9019);
    world.run(CURATOR, withdraw_first_loss(id, 30 * ONE)).unwrap();
    world.act(|draft| gage_backstop::reserve(draft, id, Amount(0))).unwrap();
    world.run(0, withdraw(id, 100 * ONE)).unwrap();
    world.run(CURATOR, withdraw_first_loss(id, 20 * ONE)).unwrap();
}

#[test]
fn no_more_leaves_than_was_requested() {
    let (mut world, id) = pool_of_800();
    world.run(0, request(id, Tranche::Stability, 100 * ONE)).unwrap();
    world.run(CURATOR, deposit_first_loss(id, 50 * ONE)).unwrap();
    world.run(CURATOR, request(id, Tranche::FirstLoss, 20 * ONE)).unwrap();
    world.next_block(HOUR);
    let paid = |amount: u128| Some(Output { asset: GUSD, amount: Amount(amount) });
    assert_eq!(world.run(0, withdraw(id, 30 * ONE)).unwrap(), paid(30 * ONE));
    assert_eq!(world.run(0, withdraw(id, 500 * ONE)).unwrap(), paid(70 * ONE));
    refused(&mut world, 0, withdraw(id, ONE), "NotRequested", 9013);
    assert_eq!(world.run(CURATOR, withdraw_first_loss(id, 50 * ONE)).unwrap(), paid(20 * ONE));
    refused(&mut world, CURATOR, withdraw_first_loss(id, ONE), "NotRequested", 9013);
    assert_eq!(world.deposit(id, 0).0, 500 * ONE);
    // A second request starts the cooldown anew and takes the place of the first.
    world.run(0, request(id, Tranche::Stability, 50 * ONE)).unwrap();
    world.next_block(HOUR - 1);
    world.run(0, request(id, Tranche::Stability, 60 * ONE)).unwrap();
    world.next_block(1);
    refused(&mut world, 0, withdraw(id, ONE), "CoolingDown", 9014);
}

#[test]
fn a_pool_that_all_left_begins_anew() {
    let (mut world, id) = pool_of_800();
    // A third of 800 whole units leaves digits that nobody can withdraw.
    world.absorb(id, 800 * ONE / 3, &[]).unwrap();
    for user in [0, 1] {
        world.run(user, request(id, Tranche::Stability, u128::MAX)).unwrap();
    }
    world.next_block(HOUR);
    for user in [0, 1] {
        world.run(user, withdraw(id, u128::MAX)).unwrap();
    }
    let view = query::waterfall_view(&world.draft, id, world.height).unwrap();
    assert_eq!((view.pool.product.epoch, view.pool.deposits, view.pool.members), (1, Amount(0), 0));
    assert!(gage_backstop::surplus(&world.draft, id, GUSD).0 <= 2, "what rounding kept went to the buffer");
    assert_eq!(world.absorb(id, ONE, &[]).unwrap().uncovered.0, ONE - world_surplus_before(&world));
    world.run(2, deposit(id, 100 * ONE)).unwrap();
    world.next_block(1_000);
    world.absorb(id, 50 * ONE, &[(WETH, ONE)]).unwrap();
    assert_eq!(world.deposit(id, 2), (50 * ONE, 0, [0, ONE, 0]));
}

/// What the buffer had given in the last receipt.
fn world_surplus_before(world: &World) -> u128 {
    let receipts = query::receipts(&world.draft, None, 10);
    receipts.last().unwrap().receipt.bearings.last().unwrap().amount.0
}

#[test]
fn the_curator_leaves_like_everybody_else() {
    let (mut world, id) = pool_of_800();
    refused(&mut world, 0, deposit_first_loss(id, ONE), "NotCurator", 9008);
    refused(&mut world, 0, request(id, Tranche::FirstLoss, ONE), "NotCurator", 9008);
    refused(&mut world, 0, withdraw_first_loss(id, ONE), "NotCurator", 9008);
    world.run(CURATOR, deposit_first_loss(id, 100 * ONE)).unwrap();
    refused(&mut world, CURATOR, withdraw_first_loss(id, ONE), "NotRequested", 9013);
    let terms = Terms { first_loss_min: Amount(40 * ONE), ..standard() };
    world.act(|draft| gage_backstop::set_terms(draft, id, all_steps(), terms)).unwrap();
    world.run(CURATOR, request(id, Tranche::FirstLoss, 100 * ONE)).unwrap();
    world.next_block(HOUR);
    refused(&mut world, CURATOR, withdraw_first_loss(id, 61 * ONE), "BelowFirstLossMinimum", 9017);
    world.run(CURATOR, withdraw_first_loss(id, 60 * ONE)).unwrap();
    assert_eq!(world.free(world.users[CURATOR], GUSD), 9_960 * ONE);
    refused(&mut world, CURATOR, withdraw_first_loss(id, 1), "BelowFirstLossMinimum", 9017);
}

#[test]
fn rewards_are_shared_and_go_to_the_buffer_without_members() {
    let (mut world, id) = pool_of_800();
    world.mint(FACILITY, GUSD, 100 * ONE);
    let ctx = world.protocol();
    world.act(|draft| gage_backstop::reward(draft, &ctx, id, FACILITY, Amount(8 * ONE))).unwrap();
    assert_eq!((world.deposit(id, 0).2[0], world.deposit(id, 1).2[0]), (6 * ONE, 2 * ONE));
    assert_eq!(world.run(1, claim(id, GUSD)).unwrap(), Some(Output { asset: GUSD, amount: Amount(2 * ONE) }));
    let empty = world.create(all_steps(), standard());
    world.act(|draft| gage_backstop::reward(draft, &ctx, empty, FACILITY, Amount(5 * ONE))).unwrap();
    assert_eq!(gage_backstop::surplus(&world.draft, empty, GUSD), Amount(5 * ONE));
}

#[test]
fn surplus_above_the_buffer_is_distributed() {
    let (mut world, id) = pool_of_800();
    world.mint(FACILITY, GUSD, 100 * ONE);
    let ctx = world.protocol();
    world.act(|draft| gage_backstop::add_surplus(draft, &ctx, id, FACILITY, Amount(100 * ONE))).unwrap();
    let terms = Terms { buffer_min: Amount(70 * ONE), ..standard() };
    let governance = world.ctx(Signer::Governance);
    let set = Operation::SetTerms(SetTerms { waterfall: id, asset: GUSD, steps: all_steps(), terms });
    refused(&mut world, 0, set.clone(), "NotGovernance", 1002);
    world.act(|draft| set.apply(draft, &governance)).unwrap();
    let to = world.id(2);
    let pay = |amount| DistributeSurplus { waterfall: id, asset: GUSD, amount: Amount(amount), to };
    refused(&mut world, 0, Operation::DistributeSurplus(pay(ONE)), "NotGovernance", 1002);
    let error = world.act(|draft| pay(30 * ONE + 1).apply(draft, &governance)).unwrap_err();
    assert_eq!(error, Error::InsufficientSurplus);
    world.act(|draft| pay(30 * ONE).apply(draft, &governance)).unwrap();
    assert_eq!(world.free(world.users[2], GUSD), 10_030 * ONE);
    // A module that covers bad debt may use the buffer whole, but no more.
    let error = world.act(|draft| gage_backstop::spend_surplus(draft, &ctx, id, GUSD, Amount(71 * ONE), FACILITY));
    assert_eq!(error, Err(Error::InsufficientSurplus));
    world.act(|draft| gage_backstop::spend_surplus(draft, &ctx, id, GUSD, Amount(70 * ONE), FACILITY)).unwrap();
}

#[test]
fn gains_wait_for_who_may_not_hold_them() {
    let (mut world, id) = pool_of_800();
    world.absorb(id, 400 * ONE, &[(WETH, 4 * ONE)]).unwrap();
    let (account, governance) = (world.id(0), world.ctx(Signer::Governance));
    let reason: gage_compliance::Reason = "court order".parse().unwrap();
    let freeze = gage_compliance::operations::FreezeAccount {
        account,
        asset: None,
        stops: gage_compliance::Stops::Both,
        until: None,
        reason: reason.clone(),
    };
    freeze.apply(&mut world.draft, &governance).unwrap();
    refused(&mut world, 0, claim(id, WETH), "Ineligible", 3001);
    let unfreeze = gage_compliance::operations::UnfreezeAccount { account, asset: None, reason };
    unfreeze.apply(&mut world.draft, &governance).unwrap();
    world.run(0, claim(id, WETH)).unwrap();
    assert_eq!(world.free(world.users[0], WETH), 3 * ONE);
}

#[test]
fn bad_input_has_its_name() {
    let (mut world, id) = pool_of_800();
    refused(&mut world, 0, deposit(WaterfallId(9), ONE), "UnknownWaterfall", 9004);
    refused(&mut world, 0, deposit(id, 0), "ZeroAmount", 1003);
    refused(&mut world, 0, deposit(id, ONE - 1), "DepositTooSmall", 9009);
    refused(&mut world, 0, deposit(id, 10_000 * ONE), "InsufficientBalance", 3007);
    let wrong = DepositStability { waterfall: id, asset: WETH, amount: Quantity::Exact(Amount(ONE)) };
    refused(&mut world, 0, Operation::DepositStability(wrong), "WrongAsset", 9005);
    refused(&mut world, 0, request(id, Tranche::Stability, 0), "ZeroAmount", 1003);
    let add = AddCollateral { waterfall: id, asset: AssetId(9) };
    refused(&mut world, 0, Operation::AddCollateral(add.clone()), "NotGovernance", 1002);
    let governance = world.ctx(Signer::Governance);
    assert_eq!(world.act(|draft| add.apply(draft, &governance)).unwrap_err().name(), "UnknownAsset");
    let itself = AddCollateral { waterfall: id, asset: GUSD };
    assert_eq!(world.act(|draft| itself.apply(draft, &governance)), Err(Error::CollateralOutOfBounds));

    let steps = all_steps;
    let twice = [steps(), steps()].concat();
    for (steps, terms, collateral, error) in [
        (vec![], standard(), vec![WETH], Error::StepsOutOfBounds),
        (twice, standard(), vec![WETH], Error::StepsOutOfBounds),
        (steps(), Terms { cooldown_ms: 0, ..standard() }, vec![WETH], Error::TermsOutOfBounds),
        (steps(), Terms { window_ms: u64::MAX, ..standard() }, vec![WETH], Error::TermsOutOfBounds),
        (steps(), Terms { remaining_min: Amount(0), ..standard() }, vec![WETH], Error::TermsOutOfBounds),
        (steps(), standard(), vec![WETH, WETH], Error::CollateralOutOfBounds),
        (steps(), standard(), vec![GUSD], Error::CollateralOutOfBounds),
        (steps(), standard(), (100..133).map(AssetId).collect(), Error::CollateralOutOfBounds),
    ] {
        let create = CreateWaterfall { stable: GUSD, collateral, curator: None, steps, terms };
        assert_eq!(create.validate(), Err(error.clone()));
        assert_eq!(world.act(|draft| create.apply(draft, &governance)), Err(error));
    }
}

#[test]
fn losses_that_do_not_add_up_are_refused() {
    let (mut world, id) = pool_of_800();
    assert_eq!(world.absorb(id, 0, &[]).unwrap_err().name(), "ZeroAmount");
    assert_eq!(world.absorb(WaterfallId(7), 1, &[]).unwrap_err(), Error::UnknownWaterfall);
    assert_eq!(world.absorb(id, 1, &[(WETH, 1), (WETH, 1)]).unwrap_err(), Error::CollateralOutOfBounds);
    let third = world.absorb(id, 1, &[(GUSD, 1)]).unwrap_err();
    assert_eq!(third, Error::NotCollateral);
    let ctx = world.protocol();
    let loss = Loss {
        debt: Amount(1),
        // Two lie there from the refused losses above, not three.
        collateral: vec![Holding { asset: WETH, amount: Amount(3) }],
        reference: Reference { module: FACILITY_MODULE, id: 1 },
        pay_to: FACILITY,
    };
    let error = world.act(|draft| gage_backstop::absorb(draft, &ctx, id, loss.clone()));
    assert_eq!(error, Err(Error::CollateralNotDelivered));
    // What one loss brought and the pool holds since does not serve another.
    world.absorb(id, 4 * ONE, &[(WETH, 4 * ONE)]).unwrap();
    let loss = Loss { collateral: vec![Holding { asset: WETH, amount: Amount(4 * ONE) }], ..loss };
    let error = world.act(|draft| gage_backstop::absorb(draft, &ctx, id, loss));
    assert_eq!(error, Err(Error::CollateralNotDelivered));
}

#[test]
fn words_views_and_genesis() {
    let (mut world, id) = pool_of_800();
    let names = AssetNames(&world.draft);
    let describe = |operation: &Operation| operation.describe(&names);
    let set = SetTerms { waterfall: id, asset: GUSD, steps: all_steps(), terms: standard() };
    assert!(describe(&Operation::SetTerms(set)).contains("least deposit 1 GUSD#1, pool keeps 1 GUSD#1"));
    let words: Vec<String> =
        [deposit(id, 25 * ONE / 2), request(id, Tranche::FirstLoss, ONE), withdraw(id, ONE), claim(id, WETH)]
            .iter()
            .map(|operation| operation.describe(&names))
            .collect();
    assert_eq!(
        words,
        [
            "Deposit 12.5 GUSD#1 into the stability pool of waterfall 1",
            "Request withdrawal of up to 1 GUSD#1 from the first-loss capital of waterfall 1",
            "Withdraw up to 1 GUSD#1 from the stability pool of waterfall 1",
            "Claim all gains in WETH#0 from waterfall 1",
        ]
    );
    let curator = Some(world.id(CURATOR));
    let create = CreateWaterfall {
        stable: GUSD,
        collateral: vec![WETH],
        curator,
        steps: vec![step(StepKind::StabilityPool, u128::MAX), step(StepKind::SurplusBuffer, 5)],
        terms: standard(),
    };
    let create = Operation::CreateWaterfall(create);
    let words = create.describe(&names);
    assert!(
        words.is_ascii()
            && words
                .contains("stability pool without cap, then surplus buffer up to 0.000000000000000005 GUSD#1 per loss")
    );
    for operation in [create, deposit(id, ONE), request(id, Tranche::Stability, ONE), withdraw_first_loss(id, ONE)] {
        let json = serde_json::to_string(&operation).unwrap();
        assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), operation);
        assert_eq!(borsh::from_slice::<Operation>(&borsh::to_vec(&operation).unwrap()).unwrap(), operation);
    }
    assert_eq!((withdraw(id, 1).class(), deposit(id, 1).class()), (Class::Exit, Class::General));

    let view = serde_json::to_value(query::waterfall_view(&world.draft, id, world.height).unwrap()).unwrap();
    assert_eq!(view["pool"]["deposits"], "800000000000000000000");
    assert_eq!(view["pool"]["product"]["value"], "1000000000000000000000000000000000000");
    assert_eq!(view["steps"][0]["kind"], "stability_pool");
    world.absorb(id, 400 * ONE, &[(WETH, 4 * ONE)]).unwrap();
    world.run(0, request(id, Tranche::Stability, ONE)).unwrap();
    let record = gage_backstop::state::DEPOSITS
        .get(&world.draft, &(gage_backstop::PoolId::stability(id), world.users[0]))
        .unwrap();
    let json = serde_json::to_value(&record).unwrap();
    // 4 WETH on 800 GUSD at the product of one: 0.005 x 1e36.
    assert_eq!(json["mark"]["sums"][0][1], "5000000000000000000000000000000000");
    assert_eq!(serde_json::from_value::<gage_backstop::Deposit>(json).unwrap(), record);

    let genesis: Genesis = serde_json::from_value(serde_json::json!({"waterfalls": [{
        "stable": 1, "collateral": [0], "curator": curator,
        "steps": [{"kind": "stability_pool", "cap": "340282366920938463463374607431768211455"}],
        "terms": {"cooldown_ms": 3600000, "window_ms": 86400000, "deposit_min": "1", "remaining_min": "1",
                  "first_loss_min": "0", "buffer_min": "0"},
    }]}))
    .unwrap();
    let ctx = world.protocol();
    world.act(|draft| gage_backstop::genesis(draft, &ctx, &genesis)).unwrap();
    assert_eq!(query::waterfalls(&world.draft, Some(id), 10, world.height).unwrap()[0].id, WaterfallId(2));
    assert!(serde_json::from_str::<Genesis>("{\"pools\": []}").is_err());
}
