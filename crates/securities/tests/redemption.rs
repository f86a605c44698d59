//! The redemption queue against a clerk who visits everybody at every close.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod support;

use gage_accounts::{Quantity, Signer};
use gage_ledger::AssetKind;
use gage_securities::operations::{
    CancelRedemption, ClaimRedemption, FundRedemptions, RequestRedemption, SetRedemptionTerms, WithdrawFunds,
};
use gage_securities::{Error, Operation, RedemptionPrice, RedemptionTerms, RequestId, query};
use gage_units::{Amount, AssetId, Bps, Timestamp};
use proptest::prelude::*;
use support::{DAY, World};

struct Desk {
    world: World,
    fund: AssetId,
    money: AssetId,
}

/// A fund whose units accounts 2 to 4 hold, 1,000 each, and money with the issuer, account 0. Neither
/// is backed by attestations; both have 6 decimals.
fn desk(notice_ms: u64, gate: u32, price: u128) -> Desk {
    let mut world = World::new();
    let issuer = world.accounts[0];
    let (fund, money) = (world.asset(AssetKind::Issued { issuer }), world.asset(AssetKind::Issued { issuer }));
    let ctx = world.context(Signer::Account(issuer));
    for (asset, place, amount) in [(fund, 2, 1_000), (fund, 3, 1_000), (fund, 4, 1_000), (money, 0, 1_000_000)] {
        let mint = gage_ledger::operations::Mint { asset, to: world.ids[place], amount: Amount(amount) };
        gage_ledger::Operation::Mint(mint).apply(&mut world.draft, &ctx).unwrap();
    }
    let price = RedemptionPrice::Par(Amount(price));
    let terms = RedemptionTerms { cash: money, price, notice_ms, window_ms: DAY, gate: Bps(gate) };
    world.act(0, Operation::SetRedemptionTerms(SetRedemptionTerms { asset: fund, terms })).unwrap();
    Desk { world, fund, money }
}

impl Desk {
    fn request(&mut self, place: usize, amount: u128) -> Result<(), Error> {
        let (asset, quantity) = (self.fund, Quantity::Exact(Amount(amount)));
        self.world.act(place, Operation::RequestRedemption(RequestRedemption { asset, quantity })).map(|_| ())
    }

    fn fund(&mut self, amount: u128) -> Result<(), Error> {
        let (asset, amount) = (self.fund, Amount(amount));
        self.world.act(0, Operation::FundRedemptions(FundRedemptions { asset, amount })).map(|_| ())
    }

    fn claim(&mut self, place: usize, request: u64) -> Result<u128, Error> {
        let claim = Operation::ClaimRedemption(ClaimRedemption { request: RequestId(request) });
        self.world.act(place, claim).map(|output| output.unwrap().amount.0)
    }

    fn cancel(&mut self, place: usize, request: u64) -> Result<u128, Error> {
        let cancel = Operation::CancelRedemption(CancelRedemption { request: RequestId(request) });
        self.world.act(place, cancel).map(|output| output.unwrap().amount.0)
    }

    fn pass(&mut self, ms: u64) {
        self.world.time += ms;
        self.world.due();
    }

    fn free(&self, place: usize, asset: AssetId) -> u128 {
        gage_ledger::balance(&self.world.draft, self.world.accounts[place], asset).free.0
    }

    /// What still waits and what can be claimed of a request.
    fn seen(&self, request: u64) -> Option<(u128, u128)> {
        let view = query::request(&self.world.draft, RequestId(request)).ok()?;
        Some((view.request.remaining.0, view.request.claimable.0))
    }
}

#[test]
fn a_window_lets_out_its_gate_the_same_part_of_everybody() {
    // A tenth of 3,000 a day, at half the money's unit.
    let mut desk = desk(0, 1_000, 500_000);
    desk.fund(1_000).unwrap();
    desk.request(2, 600).unwrap();
    desk.request(3, 200).unwrap();
    assert_eq!((desk.free(2, desk.fund), desk.free(3, desk.fund)), (400, 800));
    assert_eq!(desk.claim(2, 0), Err(Error::NothingToClaim));
    let ctx = desk.world.context(Signer::Protocol);
    let wait = query::expected_wait(&desk.world.draft, &ctx, desk.fund, Amount(100)).unwrap();
    assert_eq!((wait.windows, wait.first), (3, Timestamp(desk.world.time + DAY)));
    assert_eq!(wait.last, Timestamp(desk.world.time + 3 * DAY));
    desk.pass(DAY - 1);
    assert_eq!(desk.seen(0), Some((600, 0)));
    desk.pass(1);
    // 300 of 800: 225 and 75 units, 112.5 and 37.5 of money, rounded down.
    assert_eq!((desk.seen(0), desk.seen(1)), (Some((375, 112)), Some((125, 37))));
    assert_eq!(desk.claim(3, 0), Err(Error::NotRequestOwner));
    assert_eq!((desk.claim(2, 0), desk.free(2, desk.money)), (Ok(112), 112));
    assert_eq!(desk.claim(2, 0), Err(Error::NothingToClaim));
    // The issuer got the units; nothing of the funds leaves while others wait.
    assert_eq!(desk.free(0, desk.fund), 300);
    let withdraw = |asset, amount| Operation::WithdrawFunds(WithdrawFunds { asset, amount: Amount(amount) });
    let fund = desk.fund;
    assert_eq!(desk.world.act(0, withdraw(fund, 1)), Err(Error::RequestsWaiting(fund)));
    assert_eq!(desk.cancel(3, 1), Ok(125));
    assert_eq!(desk.cancel(3, 1), Err(Error::NothingWaits));
    assert_eq!((desk.claim(3, 1), desk.seen(1)), (Ok(37), None));
    desk.pass(DAY);
    desk.pass(DAY);
    assert_eq!(desk.claim(2, 0), Ok(187));
    assert_eq!((desk.seen(0), desk.claim(2, 0)), (None, Err(Error::UnknownRequest)));
    // Idle: the rest of the money is the issuer's. 1,000 less 150, 150 and 37.
    assert_eq!(desk.world.act(4, withdraw(fund, 1)), Err(Error::NotIssuer(fund)));
    assert_eq!(desk.world.act(0, withdraw(fund, 664)), Err(Error::ExceedsFunds(fund)));
    desk.world.act(0, withdraw(fund, 663)).unwrap();
}

#[test]
fn notice_runs_before_a_window_is_joined_and_terms_stay_while_somebody_waits() {
    let mut desk = desk(2 * DAY + 1, 10_000, 1_000_000);
    desk.fund(10_000).unwrap();
    desk.request(2, 100).unwrap();
    let fund = desk.fund;
    let queue = query::queue(&desk.world.draft, fund).unwrap();
    let mut terms = queue.terms;
    terms.notice_ms = 0;
    let change = Operation::SetRedemptionTerms(SetRedemptionTerms { asset: fund, terms });
    assert_eq!(desk.world.act(0, change.clone()), Err(Error::RequestsWaiting(fund)));
    assert_eq!(desk.world.act(4, change.clone()), Err(Error::NotIssuer(fund)));
    desk.pass(DAY);
    desk.pass(DAY);
    assert_eq!(desk.seen(0), Some((100, 0)));
    desk.world.govern(change).unwrap();
    desk.request(3, 50).unwrap();
    desk.pass(DAY);
    assert_eq!((desk.seen(0), desk.seen(1)), (Some((0, 100)), Some((0, 50))));
    let mut other = terms;
    other.cash = fund;
    let refused = SetRedemptionTerms { asset: fund, terms: other };
    assert_eq!(
        desk.world.act(0, Operation::SetRedemptionTerms(refused)),
        Err(Error::TermsOutOfBounds { term: "cash" })
    );
    terms.gate = Bps(0);
    assert_eq!(terms.check(), Err(Error::TermsOutOfBounds { term: "gate" }));
}

#[test]
fn a_window_without_funds_or_price_redeems_nothing_and_holds_nobody_up() {
    let mut desk = desk(0, 10_000, 1_000_000);
    desk.request(2, 100).unwrap();
    desk.pass(DAY);
    assert_eq!(desk.seen(0), Some((100, 0)));
    // 40 of money redeem 40 units.
    desk.fund(40).unwrap();
    desk.pass(DAY);
    assert_eq!(desk.seen(0), Some((60, 40)));
    // A price that nobody reports: all wait.
    let fund = desk.fund;
    let mut terms = query::queue(&desk.world.draft, fund).unwrap().terms;
    terms.price = RedemptionPrice::Nav;
    desk.world.govern(Operation::SetRedemptionTerms(SetRedemptionTerms { asset: fund, terms })).unwrap();
    desk.fund(1_000).unwrap();
    desk.pass(DAY);
    assert_eq!(desk.seen(0), Some((60, 40)));
    // Windows that were missed are not made up for: one close, then the next a window later.
    desk.pass(9 * DAY);
    let queue = query::queue(&desk.world.draft, fund).unwrap();
    assert_eq!((queue.window, queue.closes_at), (4, Timestamp(desk.world.time + DAY)));
}

#[test]
fn what_is_redeemed_of_a_backed_asset_is_burned() {
    let mut world = World::new();
    let backed = world.backed();
    let issuer = world.accounts[0];
    let money = world.asset(AssetKind::Issued { issuer });
    (1..=2).for_each(|place| world.attest(place, backed, 500).unwrap());
    world.mint(backed, 500).unwrap();
    let ctx = world.context(Signer::Account(issuer));
    let mint = gage_ledger::operations::Mint { asset: money, to: world.ids[0], amount: Amount(900) };
    gage_ledger::Operation::Mint(mint).apply(&mut world.draft, &ctx).unwrap();
    let terms = RedemptionTerms {
        cash: money,
        price: RedemptionPrice::Par(Amount(1_000_000)),
        notice_ms: 0,
        window_ms: DAY,
        gate: Bps::ONE,
    };
    world.act(0, Operation::SetRedemptionTerms(SetRedemptionTerms { asset: backed, terms })).unwrap();
    let mut desk = Desk { world, fund: backed, money };
    desk.fund(900).unwrap();
    desk.request(0, 200).unwrap();
    desk.pass(DAY);
    assert_eq!(gage_ledger::supply(&desk.world.draft, backed), Amount(300));
    assert_eq!(desk.claim(0, 0), Ok(200));
}

/// More windows than one act counts: the claim goes on, a cancel says so.
#[test]
fn a_long_wait_is_counted_in_parts() {
    let mut desk = desk(0, 10, 1_000_000);
    desk.fund(1_000).unwrap();
    desk.request(2, 300).unwrap();
    (0..70).for_each(|_| desk.pass(DAY));
    assert_eq!(desk.seen(0), Some((90, 210)));
    assert_eq!(desk.cancel(2, 0), Err(Error::WindowsNotUnfolded));
    assert_eq!(desk.claim(2, 0), Ok(192));
    assert_eq!(desk.cancel(2, 0), Ok(90));
    assert_eq!(desk.claim(2, 0), Ok(18));
}

/// A holder whose every window comes to nothing for him is not stuck behind more windows than one act counts:
/// each claim gets him further, until he can take his units back.
#[test]
fn claims_that_come_to_nothing_go_on() {
    let mut desk = desk(0, 10, 500_000);
    desk.fund(1_000).unwrap();
    desk.request(2, 1_000).unwrap();
    desk.request(3, 70).unwrap();
    // Three units of 1,070 a day, for one of money: a fifth of a unit, rounded up to one, and nothing for it.
    (0..66).for_each(|_| desk.pass(DAY));
    assert_eq!(desk.seen(1), Some((4, 0)));
    assert_eq!(desk.cancel(3, 1), Err(Error::WindowsNotUnfolded));
    assert_eq!(desk.claim(3, 1), Ok(0));
    assert_eq!(desk.claim(3, 1), Err(Error::NothingToClaim));
    assert_eq!(desk.cancel(3, 1), Ok(4));
    assert_eq!(desk.seen(1), None);
}

/// Units that rounding left to nobody do not keep the queue busy when all requests are done.
#[test]
fn what_rounding_left_is_swept_with_the_last_window() {
    let mut desk = desk(0, 1_000, 400_000);
    desk.fund(10_000).unwrap();
    for _ in 0..5 {
        desk.request(2, 100).unwrap();
        desk.request(3, 33).unwrap();
        desk.request(4, 1).unwrap();
    }
    (0..10).for_each(|_| desk.pass(DAY));
    let queue = query::queue(&desk.world.draft, desk.fund).unwrap();
    assert!(!queue.is_busy(), "{queue:?}");
    assert!((0..15).all(|request| desk.seen(request).unwrap().0 == 0));
}

#[derive(Clone, Debug)]
enum Step {
    Request(usize, u128),
    Fund(u128),
    Claim(u64),
    Cancel(u64),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (2usize..5, 1u128..300).prop_map(|(place, amount)| Step::Request(place, amount)),
        2 => (1u128..400).prop_map(Step::Fund),
        2 => (0u64..8).prop_map(Step::Claim),
        1 => (0u64..8).prop_map(Step::Cancel),
        5 => (1u64..30).prop_map(Step::Pass),
    ]
}

/// One who waits, as the clerk writes him down: owner, units, money, when his notice is over.
#[derive(Clone, Debug)]
struct Line {
    owner: usize,
    units: u128,
    money: u128,
    noticed: u64,
    joined: bool,
    done: bool,
}

#[derive(Clone, Debug, Default)]
struct Clerk {
    lines: Vec<Line>,
    waiting: u128,
    funded: u128,
    closes_at: u64,
}

impl Clerk {
    fn busy(&self) -> bool {
        self.waiting > 0 || self.lines.iter().any(|line| !line.joined && line.units > 0)
    }

    /// Visits everybody: whoever's notice is over joins, and all who joined are redeemed the same part.
    fn close(&mut self, now: u64, gate: u32, price: u128) {
        for line in self.lines.iter_mut().filter(|line| !line.joined && line.noticed <= self.closes_at) {
            line.joined = true;
            self.waiting += line.units;
        }
        let mut units = self.waiting.min(3_000 * u128::from(gate) / 10_000);
        if units * price / 1_000_000 > self.funded {
            units = units * self.funded / (units * price / 1_000_000);
        }
        let cash = units * price / 1_000_000;
        // What all of them together would get nothing for is not kept waiting.
        let dust = cash == 0 && self.waiting * price / 1_000_000 == 0;
        if dust {
            units = self.waiting;
        }
        if units > 0 && (cash > 0 || dust) && cash <= self.funded {
            for line in self.lines.iter_mut().filter(|line| line.joined) {
                line.money += line.units * cash / self.waiting;
                line.units -= (line.units * units).div_ceil(self.waiting);
            }
            self.waiting -= units;
            self.funded -= cash;
        }
        self.closes_at = if self.closes_at + DAY > now { self.closes_at + DAY } else { now + DAY };
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_queue_agrees_with_the_clerk(
        steps in prop::collection::vec(step(), 1..60),
        notice in 0u64..3,
        gate in prop_oneof![Just(10_000u32), 10u32..3_000],
        price in 200_000u128..3_000_000,
    ) {
        let mut desk = desk(notice * DAY / 2, gate, price);
        let mut clerk = Clerk::default();
        for step in steps {
            match step.clone() {
                Step::Request(place, amount) => {
                    let done = desk.free(place, desk.fund) >= amount;
                    prop_assert_eq!(desk.request(place, amount).is_ok(), done);
                    if done {
                        if !clerk.busy() {
                            clerk.closes_at = desk.world.time + DAY;
                        }
                        let noticed = desk.world.time + notice * DAY / 2;
                        clerk.lines.push(Line { owner: place, units: amount, money: 0, noticed, joined: false, done: false });
                    }
                }
                Step::Fund(amount) => {
                    desk.fund(amount).unwrap();
                    clerk.funded += amount;
                }
                Step::Claim(id) => {
                    let Some(line) = clerk.lines.get_mut(id as usize).filter(|line| !line.done) else { continue };
                    let result = desk.claim(line.owner, id);
                    prop_assert_eq!(result.ok(), (line.money > 0 || line.units == 0).then_some(line.money));
                    line.money = 0;
                    line.done = line.units == 0;
                }
                Step::Cancel(id) => {
                    let Some(line) = clerk.lines.get_mut(id as usize).filter(|line| !line.done) else { continue };
                    let result = desk.cancel(line.owner, id);
                    prop_assert_eq!(result.ok(), (line.units > 0).then_some(line.units));
                    if line.joined {
                        clerk.waiting -= line.units;
                    }
                    line.units = 0;
                    line.done = line.money == 0;
                }
                Step::Pass(hours) => {
                    let now = desk.world.time + hours * DAY / 24;
                    while clerk.busy() && clerk.closes_at <= now {
                        clerk.close(now, gate, price);
                    }
                    desk.pass(hours * DAY / 24);
                }
            }
            for (id, line) in clerk.lines.iter().enumerate() {
                let seen = desk.seen(id as u64).unwrap_or((0, 0));
                prop_assert_eq!(seen, (line.units, line.money), "request {} after {:?}", id, step);
            }
            let queue = query::queue(&desk.world.draft, desk.fund).unwrap();
            prop_assert_eq!((queue.waiting.0, queue.funded.0), (clerk.waiting, clerk.funded));
        }
    }
}
