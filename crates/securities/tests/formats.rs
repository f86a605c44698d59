//! Wallet text and canonical bytes of redemption, listing and limits; broken books that are planted and found.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod support;

use gage_accounts::{Names, Quantity, Signer};
use gage_crypto::AccountId;
use gage_crypto::hash::sha256;
use gage_ledger::{AssetKind, Beneficiary};
use gage_securities::distribution::DISTRIBUTIONS;
use gage_securities::operations::{
    CancelRedemption, ClaimDistribution, ClaimRedemption, DeclareDistribution, ElectPayout, FundDistribution,
    FundRedemptions, List, RequestRedemption, Retire, ScopeName, SetExposureLimit, SetMintLimit, SetRedemptionTerms,
    Surrender, WithdrawFunds,
};
use gage_securities::redemption::{JOINING, QUEUES, REQUESTS};
use gage_securities::retirement::RETIRED;
use gage_securities::{
    Basis, DistributionId, Error, Operation, Payout, RedemptionPrice, RedemptionTerms, RequestId, check_invariants,
};
use gage_units::{Amount, AssetId, Bps, Ratio, Timestamp};
use support::{DAY, E18, World};

const FUND: AssetId = AssetId(0);
const MONEY: AssetId = AssetId(1);

struct Symbols;

impl Names for Symbols {
    fn asset(&self, asset: AssetId) -> Option<(String, u8)> {
        match asset {
            FUND => Some(("FUND".to_owned(), 6)),
            MONEY => Some(("USD".to_owned(), 2)),
            _ => None,
        }
    }
}

fn terms(price: RedemptionPrice) -> RedemptionTerms {
    RedemptionTerms { cash: MONEY, price, notice_ms: 5, window_ms: DAY, gate: Bps(1_000) }
}

/// What came after the first verbs, each with the words of a wallet.
fn newer() -> Vec<(Operation, String)> {
    let (asset, amount, request) = (FUND, Amount(2_500_000), RequestId(4));
    let curator = AccountId([9; 32]);
    let set = |price| Operation::SetRedemptionTerms(SetRedemptionTerms { asset, terms: terms(price) });
    let ends = "notice 5 ms, windows of 86400000 ms, gate";
    let gate = Bps(1_000);
    let limit = |scope, max| Operation::SetExposureLimit(SetExposureLimit { scope, base: asset, max });
    let record = ScopeName::Record(Beneficiary { module: 10, id: 3 });
    vec![
        (
            Operation::List(List {
                asset,
                tier: 2,
                curator: Some(curator),
                supply_cap: amount,
                collateral_cap: amount,
            }),
            format!("List FUND#0 in tier 2, curator {curator}, supply cap 2.5 FUND#0, collateral cap 2.5 FUND#0"),
        ),
        (set(RedemptionPrice::Par(Amount(150))), format!("Redeem FUND#0 at 1.5 USD#1 a unit, {ends} {gate}")),
        (set(RedemptionPrice::Nav), format!("Redeem FUND#0 at the oracle's price in USD#1, {ends} {gate}")),
        (
            Operation::FundRedemptions(FundRedemptions { asset, amount: Amount(7) }),
            "Fund redemptions of FUND#0 with 7 units of its money".to_owned(),
        ),
        (
            Operation::WithdrawFunds(WithdrawFunds { asset, amount: Amount(7) }),
            "Take back 7 units of money for FUND#0".to_owned(),
        ),
        (
            Operation::RequestRedemption(RequestRedemption { asset, quantity: Quantity::Exact(amount) }),
            "Request redemption of 2.5 FUND#0".to_owned(),
        ),
        (Operation::CancelRedemption(CancelRedemption { request }), "Cancel redemption request 4".to_owned()),
        (Operation::ClaimRedemption(ClaimRedemption { request }), "Claim redemption request 4".to_owned()),
        (limit(ScopeName::Account(curator), Some(amount)), format!("Limit exposure of {curator} to 2.5 FUND#0")),
        (limit(record, None), "Lift the limit on exposure of record 3 of module 10 to FUND#0".to_owned()),
        (
            Operation::SetMintLimit(SetMintLimit { asset, limit: Some((DAY, amount)) }),
            "Limit minting to 2.5 FUND#0 in 86400000 ms".to_owned(),
        ),
        (Operation::SetMintLimit(SetMintLimit { asset, limit: None }), "Lift the limit on minting FUND#0".to_owned()),
    ]
}

#[test]
fn a_surrender_says_what_is_given_and_paid() {
    let mut world = World::new();
    let issuer = world.accounts[0];
    // Both have six decimals.
    let (bond, money) = (world.asset(AssetKind::Issued { issuer }), world.asset(AssetKind::Issued { issuer }));
    let ctx = world.context(Signer::Account(issuer));
    for (asset, place, amount) in [(bond, 2, 10), (money, 0, 20)] {
        let mint = gage_ledger::operations::Mint { asset, to: world.ids[place], amount: Amount(amount) };
        gage_ledger::Operation::Mint(mint).apply(&mut world.draft, &ctx).unwrap();
    }
    let (distribution, rate) = (DistributionId(0), Ratio(2 * E18));
    let payout = Payout { asset: money, rate };
    let pay_at = Timestamp(world.time + DAY);
    let declare = DeclareDistribution {
        asset: bond,
        basis: Basis::Surrender,
        payouts: vec![payout],
        elect_by: pay_at,
        pay_at,
        expires_at: Timestamp(world.time + 3 * DAY),
    };
    world.act(0, Operation::DeclareDistribution(declare)).unwrap();
    let bring =
        |asset| Operation::FundDistribution(FundDistribution { distribution, option: 0, asset, amount: Amount(20) });
    assert_eq!(world.act(0, bring(bond)), Err(Error::OtherPayout));
    world.act(0, bring(money)).unwrap();
    assert_eq!(bring(MONEY).describe(&Symbols), "Bring 0.2 USD#1 for payout 0 of distribution 0");
    world.time += DAY;
    world.due();

    let quantity = Quantity::Exact(Amount(10));
    let surrender = |asset, payout| Operation::Surrender(Surrender { distribution, asset, quantity, payout });
    let dearer = Payout { asset: money, rate: Ratio(3 * E18) };
    assert_eq!(world.act(2, surrender(bond, dearer)), Err(Error::OtherPayout));
    assert_eq!(world.act(2, surrender(money, payout)), Err(Error::OtherPayout));
    let output = world.act(2, surrender(bond, payout)).unwrap().unwrap();
    assert_eq!((output.asset, output.amount), (money, Amount(20)));
    assert_eq!(gage_ledger::supply(&world.draft, bond), Amount(0), "what is repaid is gone");
    let text = surrender(FUND, Payout { asset: MONEY, rate }).describe(&Symbols);
    assert_eq!(text, "Give 0.00001 FUND#0 back for 2 USD#1 a unit, of distribution 0");
}

#[test]
fn newer_verbs_say_everything_in_fixed_bytes() {
    for (operation, words) in newer() {
        assert_eq!(operation.describe(&Symbols), words);
        let json = serde_json::to_string(&operation).unwrap();
        assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), operation);
    }
    let operations: Vec<Operation> = newer().into_iter().map(|(operation, _)| operation).collect();
    // The verb is the first byte, as the table of formats has it.
    let verbs: Vec<u8> = operations.iter().map(|operation| borsh::to_vec(operation).unwrap()[0]).collect();
    assert_eq!(verbs, [6, 7, 7, 8, 9, 10, 11, 12, 13, 13, 14, 14]);
    assert_eq!(sha256(&borsh::to_vec(&operations).unwrap()).to_string(), GOLDEN);
}

const GOLDEN: &str = "da82b1248e951030f3ed68040dc08f683acde1a5fe6dd1dbff3180042cbbbf9d";

/// A queue in which one waits whose notice is over and one whose notice runs, and money is claimable.
fn desk() -> (World, AssetId, AssetId) {
    let mut world = World::new();
    let issuer = world.accounts[0];
    let (fund, money) = (world.asset(AssetKind::Issued { issuer }), world.asset(AssetKind::Issued { issuer }));
    let ctx = world.context(Signer::Account(issuer));
    for (asset, place) in [(fund, 2), (money, 0)] {
        let mint = gage_ledger::operations::Mint { asset, to: world.ids[place], amount: Amount(1_000) };
        gage_ledger::Operation::Mint(mint).apply(&mut world.draft, &ctx).unwrap();
    }
    let price = RedemptionPrice::Par(Amount(1_000_000));
    let terms = RedemptionTerms { cash: money, price, notice_ms: DAY, window_ms: DAY, gate: Bps(500) };
    world.act(0, Operation::SetRedemptionTerms(SetRedemptionTerms { asset: fund, terms })).unwrap();
    world.act(0, Operation::FundRedemptions(FundRedemptions { asset: fund, amount: Amount(500) })).unwrap();
    let request =
        Operation::RequestRedemption(RequestRedemption { asset: fund, quantity: Quantity::Exact(Amount(90)) });
    world.act(2, request.clone()).unwrap();
    world.time += DAY;
    world.due();
    world.act(2, request).unwrap();
    (world, fund, money)
}

#[track_caller]
fn finds(name: &str, plant: impl FnOnce(&mut World, AssetId)) {
    let (mut world, fund, _) = desk();
    check_invariants(&world.draft).unwrap();
    plant(&mut world, fund);
    let broken = check_invariants(&world.draft).unwrap_err();
    assert_eq!((broken.module, broken.invariant), ("securities", name), "{}", broken.detail);
}

#[test]
fn books_beyond_what_is_kept_are_found() {
    finds("QueuesAreKept", |world, fund| {
        let mut queue = QUEUES.get(&world.draft, &fund).unwrap();
        queue.funded = Amount(queue.funded.0 + 1);
        QUEUES.put(&mut world.draft, fund, queue);
    });
    finds("QueuesAreKept", |world, fund| {
        let mut queue = QUEUES.get(&world.draft, &fund).unwrap();
        queue.waiting = Amount(queue.waiting.0 + 1);
        QUEUES.put(&mut world.draft, fund, queue);
    });
    finds("QueuesAreKept", |world, fund| {
        let mut queue = QUEUES.get(&world.draft, &fund).unwrap();
        queue.claimable = Amount::MAX;
        QUEUES.put(&mut world.draft, fund, queue);
    });
}

#[test]
fn requests_beyond_the_books_are_found() {
    finds("RequestsFitTheBooks", |world, _| {
        let mut request = REQUESTS.get(&world.draft, &RequestId(1)).unwrap();
        request.remaining = Amount(request.remaining.0 + 1);
        REQUESTS.put(&mut world.draft, RequestId(1), request);
    });
    finds("RequestsFitTheBooks", |world, _| {
        let mut request = REQUESTS.get(&world.draft, &RequestId(0)).unwrap();
        request.claimable = Amount(request.claimable.0 + 1);
        REQUESTS.put(&mut world.draft, RequestId(0), request);
    });
    // What joins a window that has closed would wait for ever.
    finds("RequestsFitTheBooks", |world, fund| JOINING.put(&mut world.draft, (fund, 0), Amount(1)));
    finds("RequestsFitTheBooks", |world, fund| {
        let window = QUEUES.get(&world.draft, &fund).unwrap().window;
        JOINING.put(&mut world.draft, (fund, window + 7), Amount(1));
    });
    // A request for which there is no queue.
    finds("RequestsFitTheBooks", |world, _| {
        let request = REQUESTS.get(&world.draft, &RequestId(1)).unwrap();
        let lost = gage_securities::redemption::Request { asset: AssetId(40), ..request };
        REQUESTS.put(&mut world.draft, RequestId(9), lost);
    });
}

/// A dividend of which a part was brought, and a retirement.
fn paying() -> (World, AssetId) {
    let (mut world, fund, money) = desk();
    let (issuer, now) = (0, Timestamp(world.time));
    let payouts = vec![Payout { asset: money, rate: Ratio(E18 / 100) }];
    let later = |days: u64| Timestamp(now.0 + days * DAY);
    let declare = DeclareDistribution {
        asset: fund,
        basis: Basis::Register { at: now },
        payouts,
        elect_by: later(1),
        pay_at: later(1),
        expires_at: later(9),
    };
    world.act(issuer, Operation::DeclareDistribution(declare)).unwrap();
    world.due();
    (world, fund)
}

#[test]
fn distributions_that_do_not_add_up_are_found() {
    let spoil = |change: fn(&mut gage_securities::distribution::Pot)| {
        let (mut world, _) = paying();
        check_invariants(&world.draft).unwrap();
        let mut record = DISTRIBUTIONS.get(&world.draft, &DistributionId(0)).unwrap();
        change(&mut record.pots[0]);
        DISTRIBUTIONS.put(&mut world.draft, DistributionId(0), record);
        check_invariants(&world.draft).unwrap_err().invariant
    };
    assert_eq!(spoil(|pot| pot.units = Amount(pot.units.0 + 1)), "DistributionsAddUp");
    assert_eq!(spoil(|pot| pot.funded = Amount(1)), "QueuesAreKept");
}

#[test]
fn retirements_with_a_gap_are_found() {
    let (mut world, fund) = paying();
    RETIRED.put(&mut world.draft, fund, Amount(1));
    assert_eq!(check_invariants(&world.draft).unwrap_err().invariant, "RetiredIsCounted");
}

#[test]
fn bytes_of_payments_are_fixed() {
    let distribution = DistributionId(7);
    let payout = Payout { asset: AssetId(3), rate: Ratio(5) };
    let hex_of = |operation: &Operation| hex::encode(borsh::to_vec(operation).unwrap());
    let declare = Operation::DeclareDistribution(DeclareDistribution {
        asset: AssetId(2),
        basis: Basis::Register { at: Timestamp(1) },
        payouts: vec![payout],
        elect_by: Timestamp(2),
        pay_at: Timestamp(3),
        expires_at: Timestamp(4),
    });
    assert_eq!(
        hex_of(&declare),
        concat!(
            "0f02000000000100000000000000010000000300000005000000000000000000000000000000",
            "020000000000000003000000000000000400000000000000"
        )
    );
    assert_eq!(hex_of(&Operation::ClaimDistribution(ClaimDistribution { distribution })), "120700000000000000");
    assert_eq!(hex_of(&Operation::ElectPayout(ElectPayout { distribution, option: 1 })), "11070000000000000001");
    let retire = Retire {
        asset: AssetId(2),
        quantity: Quantity::Exact(Amount(1)),
        beneficiary: "Acme".to_owned(),
        reason: "why".to_owned(),
    };
    assert_eq!(
        hex_of(&Operation::Retire(retire)),
        "1a0200000000010000000000000000000000000000000400000041636d6503000000776879"
    );
}
