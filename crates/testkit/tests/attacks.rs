//! Attacks, each in the words of a scenario or through the chain itself: `docs/attacks.md` tells them.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use gage_accounts::{Names, Quantity};
use gage_chain::{ChainOperation, Operation, Schedule, operations_text};
use gage_compliance::operations::PauseAsset;
use gage_ledger::Operation as Ledger;
use gage_ledger::operations::{Correct, PostingRef, Transfer};
use gage_testkit::scenario::{play, stage};
use gage_units::{Amount, AssetId, Height, Timestamp};

/// Plays a scenario that must hold to its last line.
#[track_caller]
fn holds(text: &str) {
    if let Err(failure) = play(text) {
        panic!("{failure}");
    }
}

#[test]
fn a_gift_of_stable_freezes_the_vaults() {
    holds(
        "price ETH 200 BTC 20000
         open alice 10 ETH
         vault alice GUSD
         deposit alice vault-1 10 ETH + borrow alice vault-1 1000 GUSD
         transfer alice module-vaults 1 GUSD
         # Interest, liquidation and settlement go on.
         borrow alice vault-1 100 GUSD
         price ETH 171
         price ETH 150
         price ETH 130
         expect lots 1
         check",
    );
}

#[test]
fn a_gift_of_the_fee_asset_freezes_the_chain() {
    holds(
        "open alice 10 ETH
         mint bank alice 100 FEE
         transfer alice module-chain 1 FEE
         do alice {\"chain\":{\"buy_credit\":{\"asset\":$FEE,\"quantity\":{\"exact\":\"5\"}}}}
         do alice {\"chain\":{\"withdraw_credit\":{\"asset\":$FEE,\"amount\":\"5\"}}}
         # Governance can still decide.
         set GUSD floor 50
         check",
    );
}

#[test]
fn withdrawing_the_safe_collateral_evades_the_cap_of_the_risky_one() {
    holds(
        "price ETH 200 BTC 20000
         set GUSD BTC cap 500
         open alice 100 ETH 10 BTC
         vault alice GUSD
         deposit alice vault-1 1 BTC
         borrow alice vault-1 501 GUSD -> AboveDepthCap
         # ETH covers first; taken away again it would leave all of the debt to BTC.
         deposit alice vault-1 100 ETH + borrow alice vault-1 9000 GUSD
         withdraw alice vault-1 100 ETH -> AboveDepthCap
         # What stays covered by ETH may move.
         withdraw alice vault-1 20 ETH
         check",
    );
}

/// The texts that a wallet shows for two lists of operations.
fn texts(first: &[Operation], second: &[Operation]) -> (String, String) {
    let text = |operations| operations_text(operations, &[], &NoNames).unwrap();
    (text(first), text(second))
}

/// A wallet that knows no asset.
struct NoNames;

impl Names for NoNames {
    fn asset(&self, _: AssetId) -> Option<(String, u8)> {
        None
    }
}

fn pay(quantity: Quantity) -> Operation {
    let to = stage::genesis_account("bank");
    Operation::Ledger(Ledger::Transfer(Transfer { to, asset: AssetId(1), quantity }))
}

#[test]
fn a_reason_reads_like_a_further_operation() {
    let reason = |reason: &str| {
        let original = PostingRef { height: Height(1), transaction: 0, event: 0 };
        let (to, reason) = (stage::genesis_account("bank"), reason.to_owned());
        Operation::Ledger(Ledger::Correct(Correct { original, to, asset: AssetId(1), amount: Amount(1), reason }))
    };
    let stolen = pay(Quantity::Exact(Amount(500)));
    let (_, payment) = texts(&[], std::slice::from_ref(&stolen));
    let payment = payment.replacen("1. ", "2. ", 1);
    for (open, close) in [("", ""), ("\" ", " \""), ("\\\" ", "")] {
        let one = [reason(&format!("a mistake{open} {payment}{close}"))];
        let two = [reason(&format!("a mistake{close}")), stolen.clone()];
        let (one, two) = texts(&one, &two);
        assert_ne!(one, two);
    }
    let frozen = |reason: &str| {
        let (asset, reason) = (AssetId(1), reason.parse().unwrap());
        Operation::Compliance(gage_compliance::Operation::PauseAsset(PauseAsset { asset, reason }))
    };
    let (one, two) = texts(&[frozen("audit 2. pause asset #1 because: x")], &[frozen("audit"), frozen("x")]);
    assert_ne!(one, two);
}

#[test]
fn an_output_is_shown_under_the_number_of_another_line() {
    let lines = [
        pay(Quantity::Exact(Amount(1))),
        pay(Quantity::Exact(Amount(900))),
        pay(Quantity::OutputOf { operation: 1, minimum: Amount(1) }),
    ];
    let text = operations_text(&lines, &[], &NoNames).unwrap();
    let second = text.split("2. ").nth(1).unwrap();
    assert!(second.starts_with("Transfer 900 "), "{text}");
    assert!(text.contains("output of operation 2 "), "the output of the second line: {text}");
}

#[test]
fn a_paused_or_blocked_asset_stops_the_expiry_of_holds() {
    holds(
        "open alice 10 ETH
         open bob
         hold alice bob 5 ETH 10s
         do bank {\"compliance\":{\"pause_asset\":{\"asset\":$ETH,\"reason\":\"audit\"}}}
         do bank {\"compliance\":{\"freeze_account\":{\"account\":$alice,\"asset\":$ETH,\"stops\":\"both\",\"reason\":\"court\"}}}
         run 15s every 5s
         settle bob hold-0 5 ETH -> UnknownHold
         do bank {\"compliance\":{\"resume_asset\":{\"asset\":$ETH,\"reason\":\"over\"}}}
         do bank {\"compliance\":{\"unfreeze_account\":{\"account\":$alice,\"asset\":$ETH,\"reason\":\"over\"}}}
         transfer alice bob 10 ETH
         check",
    );
}

#[test]
fn a_frozen_owner_escapes_liquidation() {
    holds(
        "price ETH 200
         open alice 10 ETH
         open bob 1000 ETH
         vault bob GUSD
         deposit bob vault-1 1000 ETH + borrow bob vault-1 50000 GUSD
         vault alice GUSD
         deposit alice vault-2 10 ETH + borrow alice vault-2 1300 GUSD
         do bank {\"compliance\":{\"freeze_account\":{\"account\":$alice,\"asset\":$ETH,\"stops\":\"both\",\"reason\":\"court\"}}}
         do bank {\"compliance\":{\"set_venues\":{\"asset\":$ETH,\"venues\":[]}}}
         price ETH 171
         expect lots 1
         # What is not sold cannot return to its owner: it is kept, and nothing freezes.
         take bob lot-1 all ETH at 1000
         block
         check",
    );
}

#[test]
fn a_flash_mint_outlives_its_transaction() {
    holds(
        "price ETH 200
         open alice 10 ETH
         vault alice GUSD
         deposit alice vault-1 10 ETH
         # Within one transaction, more than the collateral carries may be borrowed if it is repaid.
         borrow alice vault-1 5000 GUSD + repay alice vault-1 5000 GUSD
         expect supply GUSD 0
         borrow alice vault-1 5000 GUSD + transfer alice bank 1 GUSD -> AboveLoanToValue
         borrow alice vault-1 1300 GUSD + withdraw alice vault-1 1 ETH -> AboveLoanToValue
         # A loan that is repaid down to dust is refused at its repayment.
         borrow alice vault-1 5000 GUSD + repay alice vault-1 4999 GUSD -> BelowDebtFloor
         expect supply GUSD 0
         check",
    );
}

#[test]
fn an_exit_beside_it_carries_a_loan_past_the_liquidations() {
    holds(
        "price ETH 200
         open alice 10 ETH
         mint bank alice 10 FEE
         do alice {\"chain\":{\"buy_credit\":{\"asset\":$FEE,\"quantity\":{\"exact\":\"5\"}}}}
         vault alice GUSD
         deposit alice vault-1 10 ETH + borrow alice vault-1 1300 GUSD
         # The whole transaction has the class of its latest operation; the new price holds for it too.
         begin
         price ETH 171
         withdraw alice vault-1 1 ETH + do alice {\"chain\":{\"withdraw_credit\":{\"asset\":$FEE,\"amount\":\"1\"}}} -> InLiquidation
         end
         expect lots 1
         check",
    );
}

#[test]
fn a_pool_depositor_leaves_between_a_price_and_its_liquidations() {
    holds(
        "price ETH 200
         open alice 20 ETH
         open bob 1000 ETH
         vault bob GUSD
         deposit bob vault-1 1000 ETH + borrow bob vault-1 5000 GUSD
         vault alice GUSD
         deposit alice vault-2 10 ETH + borrow alice vault-2 1300 GUSD
         vault alice GUSD
         deposit alice vault-3 10 ETH + borrow alice vault-3 1300 GUSD
         pool bob 1000 GUSD
         unpool bob 1000 GUSD
         run 61m every 5m ETH 200
         # One liquidation an hour: the second vault waits, and so does whoever would bear its loss.
         set GUSD ETH window 1
         begin
         price ETH 171
         leave bob 1000 GUSD -> ExitsClosed
         end
         expect lots 1
         check",
    );
}

#[test]
fn a_bundle_schedules_another() {
    let schedule = ChainOperation::Schedule(Schedule {
        operations: borsh::to_vec(&vec![pay(Quantity::Exact(Amount(1)))]).unwrap(),
        not_before: Timestamp(1),
        not_after: Timestamp(2),
    });
    let nested = borsh::to_vec(&vec![Operation::Chain(schedule)]).unwrap();
    let operation = Schedule { operations: nested, not_before: Timestamp(1), not_after: Timestamp(2) };
    let operation = Operation::Chain(ChainOperation::Schedule(operation));
    assert_eq!(operation.validate().unwrap_err().name, "NestedSchedule");
}

#[test]
fn dust_is_gained_by_repaying_one_unit_at_a_time() {
    let mut text = String::from(
        "price ETH 200
         set GUSD rate 50%
         open alice 10 ETH
         vault alice GUSD
         deposit alice vault-1 10 ETH + borrow alice vault-1 1000 GUSD
         ",
    );
    for _ in 0..40 {
        // One smallest unit, in blocks of a second each: every rounding is against the borrower.
        text.push_str("borrow alice vault-1 0.000000000000000001 GUSD\n");
        text.push_str("repay alice vault-1 0.000000000000000001 GUSD\n");
    }
    text.push_str("expect vault-1 debt above 1000\ncheck");
    holds(&text);
}

#[test]
fn a_thousand_lots_without_a_quote_hold_up_all_others() {
    let mut text = String::from(
        "price ETH 200 BTC 20000
         set GUSD floor 10
         set GUSD BTC window 1000000
         open alice 10 ETH
         open mallory 100 BTC
         open bob 1000 ETH
         vault bob GUSD
         deposit bob vault-1 1000 ETH + borrow bob vault-1 50000 GUSD
         vault alice GUSD
         deposit alice vault-2 10 ETH + borrow alice vault-2 1300 GUSD
         begin
         ",
    );
    for vault in 3..=1_003 {
        text.push_str("vault mallory GUSD + ");
        text.push_str(&format!("deposit mallory vault-{vault} 0.002 BTC + borrow mallory vault-{vault} 27 GUSD\n"));
    }
    text.push_str(
        "end
         price ETH 200 BTC 18000
         price ETH 200 BTC 16000
         expect lots above 999
         # From now on nobody publishes BTC; ETH falls a minute later.
         run 1m every 1m ETH 200
         price ETH 171
         # Past the tail of all: the lot of ETH has begun a new round.
         run 64m every 4m ETH 171
         take bob lot-1002 1 ETH at 1000
         check",
    );
    holds(&text);
}

#[test]
fn a_pool_depositor_leaves_while_a_lot_stands_that_nobody_buys() {
    holds(
        "price ETH 200
         open alice 10 ETH
         open bob 1000 ETH
         vault bob GUSD
         deposit bob vault-1 1000 ETH + borrow bob vault-1 5000 GUSD
         vault alice GUSD
         deposit alice vault-2 10 ETH + borrow alice vault-2 1300 GUSD
         pool bob 1000 GUSD
         unpool bob 1000 GUSD
         run 61m every 5m ETH 200
         price ETH 171
         expect lots 1
         # No vault waits any more, but the debt at auction may yet fall on the pool.
         leave bob 1000 GUSD -> CapitalReserved
         take bob lot-1 all ETH at 1000
         leave bob 1000 GUSD
         check",
    );
}
