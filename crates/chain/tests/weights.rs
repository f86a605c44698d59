//! What an operation weighs follows its work: longer lists weigh more, and so does every movement of an asset
//! with rules.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{ALICE, BOB, ISSUER, Network, USD, id, keys};
use gage_accounts::Quantity;
use gage_auctions::operations::{CommitBid, OpenUniform, PlaceBid, RevealBid, Take};
use gage_auctions::{Bidding, LotId, Unsold};
use gage_chain::{BuyCredit, ChainOperation, Operation, Outcome, ProposeBundle, WithdrawCredit};
use gage_compliance::Reason;
use gage_compliance::operations::PauseAsset;
use gage_crypto::Hash;
use gage_ledger::operations::{
    AffirmInstruction, ClaimBuyIn, ConfirmDelivery, NewDelivery, NewLeg, Payment, ProposeInstruction, TransferMany,
};
use gage_ledger::{BuyIn, InstructionId, Reserve, SettleAt};
use gage_oracle::FeedId;
use gage_oracle::operations::{Report, ReportMany};
use gage_securities::operations::{
    ClaimRedemption, FundRedemptions, MintBacked, RequestRedemption, SetComposition, SetRedemptionTerms,
};
use gage_securities::{Part, RedemptionPrice, RedemptionTerms, RequestId};
use gage_units::{Amount, AssetId, Bps, Price, Ratio, Timestamp};
use gage_vaults::FacilityId;
use gage_vaults::operations::{Borrow, Supply, SwapIn};

fn legs(count: usize) -> Vec<NewLeg> {
    let delivery = NewDelivery::Amount { asset: USD, amount: Amount(1) };
    vec![NewLeg { from: id(ALICE), to: id(BOB), delivery }; count]
}

fn propose(count: usize) -> Operation {
    let buy_in = Some(BuyIn { after_days: 1, asset: USD, security: Amount(1) });
    let (at, expires) = (SettleAt::Block, Timestamp(2_000_000));
    let operation = ProposeInstruction { legs: legs(count), at, partials: false, buy_in, expires, affirm: None };
    Operation::Ledger(gage_ledger::Operation::ProposeInstruction(operation))
}

fn affirm(count: usize) -> Operation {
    let (instruction, reserve) = (InstructionId(0), Reserve::Now);
    let operation = AffirmInstruction { instruction, legs: legs(count), reserve };
    Operation::Ledger(gage_ledger::Operation::AffirmInstruction(operation))
}

/// An operation with a list of so many entries.
type WithList = fn(usize) -> Operation;

/// Each operation that holds a list, by its length.
fn with_list() -> Vec<(&'static str, WithList)> {
    vec![
        ("transfer many", |count| {
            let payments = vec![Payment { to: id(BOB), asset: USD, amount: Amount(1) }; count];
            Operation::Ledger(gage_ledger::Operation::TransferMany(TransferMany { payments }))
        }),
        ("propose", propose),
        ("affirm", affirm),
        ("report many", |count| {
            let report = Report {
                feed: FeedId(0),
                price: Price(1),
                confidence: Price(0),
                bid: None,
                ask: None,
                observed_at: Timestamp(0),
            };
            Operation::Oracle(gage_oracle::Operation::ReportMany(ReportMany { reports: vec![report; count] }))
        }),
        ("compose", |count| {
            let parts = vec![Part { asset: USD, weight: Ratio(1) }; count];
            Operation::Securities(gage_securities::Operation::SetComposition(SetComposition { asset: USD, parts }))
        }),
        ("open account", |count| {
            let keys = (0..count).flat_map(|_| keys(ALICE)).collect();
            let open = gage_accounts::operations::OpenAccount { keys, threshold: 1 };
            Operation::Accounts(gage_accounts::Operation::OpenAccount(open))
        }),
        ("refresh holders", |count| {
            let identities = vec![gage_compliance::IdentityId(0); count];
            let refresh = gage_compliance::operations::RefreshHolders { asset: USD, identities };
            Operation::Compliance(gage_compliance::Operation::RefreshHolders(refresh))
        }),
        ("bundle", |count| {
            let operations = borsh::to_vec(&vec![common::pay(BOB, 1); count]).unwrap();
            let (not_before, not_after) = (Timestamp(0), Timestamp(1));
            let key = common::secret(ALICE).public_key().id();
            Operation::Chain(ChainOperation::ProposeBundle(ProposeBundle { operations, not_before, not_after, key }))
        }),
    ]
}

#[test]
fn longer_lists_weigh_more() {
    for (name, of) in with_list() {
        let weights: Vec<u64> = [1, 2, 8, 16].into_iter().map(|count| of(count).weight()).collect();
        assert!(weights.is_sorted_by(|less, more| less < more), "{name}: {weights:?}");
        // By each entry alike.
        assert_eq!(weights[2] - weights[1], 6 * (weights[1] - weights[0]), "{name}: {weights:?}");
    }
}

/// Every operation that moves the asset between accounts.
fn moving() -> Vec<(&'static str, Operation)> {
    let (asset, lot, amount, limit) = (USD, LotId(0), Amount(1), Price(1));
    let (want, quantity, hash) = (AssetId(7), Quantity::Exact(amount), Hash([1; 32]));
    let auctions = Operation::Auctions;
    let securities = Operation::Securities;
    let vaults = Operation::Vaults;
    use gage_auctions::Operation as A;
    use gage_securities::Operation as S;
    use gage_vaults::Operation as V;
    vec![
        ("transfer", common::pay(BOB, 1)),
        ("propose", propose(2)),
        ("affirm", affirm(2)),
        ("take", auctions(A::Take(Take { lot, asset, amount: quantity, want, price_max: limit }))),
        ("take for it", auctions(A::Take(Take { lot, asset: want, amount: quantity, want: asset, price_max: limit }))),
        ("bid", auctions(A::PlaceBid(PlaceBid { lot, asset: want, amount, want: asset, limit }))),
        ("reveal", auctions(A::RevealBid(RevealBid { lot, asset, amount, want, limit, salt: hash }))),
        ("commit", auctions(A::CommitBid(CommitBid { lot, want: asset, commitment: hash, deposit_max: amount }))),
        (
            "sell",
            auctions(A::OpenUniform(OpenUniform {
                asset,
                amount: quantity,
                want,
                floor: limit,
                bidding: Bidding::Open,
                window_ms: 1_000,
                unsold: Unsold::Return,
                bid_min: amount,
            })),
        ),
        ("mint backed", securities(S::MintBacked(MintBacked { asset, amount }))),
        ("request", securities(S::RequestRedemption(RequestRedemption { asset, quantity }))),
        ("borrow", vaults(V::Borrow(Borrow { vault: gage_vaults::VaultId(1), asset, amount }))),
        ("supply", vaults(V::Supply(Supply { facility: FacilityId(1), asset, amount: quantity, least: amount }))),
        ("swap in", vaults(V::SwapIn(SwapIn { facility: FacilityId(1), asset, amount: quantity, least: amount }))),
        ("credit", Operation::Chain(ChainOperation::BuyCredit(BuyCredit { asset, quantity }))),
        ("credit back", Operation::Chain(ChainOperation::WithdrawCredit(WithdrawCredit { asset, amount }))),
    ]
}

/// What the rules of assets add to an operation now.
fn added(network: &mut Network, operation: &Operation) -> u64 {
    let transaction = network.transaction(ALICE, vec![operation.clone()]);
    transaction.weight_in(network.chain.draft()) - transaction.weight()
}

fn pause(network: &mut Network) {
    let pause = PauseAsset { asset: USD, reason: Reason::try_from("an order".to_owned()).unwrap() };
    let pause = Operation::Compliance(gage_compliance::Operation::PauseAsset(pause));
    assert_eq!(network.run(ISSUER, vec![pause]).outcome, Outcome::Done);
}

#[test]
fn what_moves_an_asset_with_rules_weighs_more() {
    let mut network = Network::new();
    for (name, operation) in moving() {
        assert_eq!(added(&mut network, &operation), 0, "{name}");
    }
    pause(&mut network);
    let one = gage_compliance::movement_weight(network.chain.draft(), USD);
    assert!(one > 0);
    for (name, operation) in moving() {
        assert!(added(&mut network, &operation) >= one, "{name}");
    }
    assert_eq!(added(&mut network, &propose(3)), 3 * one);
    // What only manages pays nothing for it.
    let schedule = with_list().into_iter().find(|(name, _)| *name == "open account").unwrap().1(1);
    assert_eq!(added(&mut network, &schedule), 0);
}

/// What an operation moves may stand in a record only.
#[test]
fn records_tell_what_is_moved() {
    let mut network = Network::new();
    assert_eq!(network.run(ALICE, vec![propose(2)]).outcome, Outcome::Done);
    let terms = RedemptionTerms {
        cash: USD,
        price: RedemptionPrice::Par(Amount(1)),
        notice_ms: 0,
        window_ms: 3_600_000,
        gate: Bps::ONE,
    };
    let create = gage_ledger::operations::CreateAsset { symbol: "FUND".to_owned(), decimals: 0, itemised: false };
    let create = Operation::Ledger(gage_ledger::Operation::CreateAsset(create));
    let fund = AssetId(1);
    let set = SetRedemptionTerms { asset: fund, terms };
    let set = Operation::Securities(gage_securities::Operation::SetRedemptionTerms(set));
    assert_eq!(network.run(ISSUER, vec![create, set]).outcome, Outcome::Done);
    let mint = gage_ledger::operations::Mint { asset: fund, to: id(BOB), amount: Amount(9) };
    let mint = Operation::Ledger(gage_ledger::Operation::Mint(mint));
    assert_eq!(network.run(ISSUER, vec![mint]).outcome, Outcome::Done);
    let request = RequestRedemption { asset: fund, quantity: Quantity::Exact(Amount(9)) };
    let request = Operation::Securities(gage_securities::Operation::RequestRedemption(request));
    assert_eq!(network.run(BOB, vec![request]).outcome, Outcome::Done);
    pause(&mut network);
    let one = gage_compliance::movement_weight(network.chain.draft(), USD);

    let ledger = Operation::Ledger;
    let securities = Operation::Securities;
    let (instruction, hash) = (InstructionId(0), Hash([1; 32]));
    let buy_in = ledger(gage_ledger::Operation::ClaimBuyIn(ClaimBuyIn { instruction }));
    let confirm = ConfirmDelivery { instruction, leg: 0, reference: hash, receipt: hash };
    let confirm = ledger(gage_ledger::Operation::ConfirmDelivery(confirm));
    let claim = ClaimRedemption { request: RequestId(0) };
    let claim = securities(gage_securities::Operation::ClaimRedemption(claim));
    let funds = FundRedemptions { asset: fund, amount: Amount(1) };
    let funds = securities(gage_securities::Operation::FundRedemptions(funds));
    let found = [buy_in, confirm, claim, funds].map(|operation| added(&mut network, &operation));
    assert_eq!(found, [2 * one, 2 * one, one, one]);
}
