//! The stability pool and the waterfall against naive books: every depositor's part written out and
//! divided loss by loss, in numbers with 40 decimals.
//!
//! The books also carry, per depositor, what rounding may have cost him so far: a unit whenever his
//! deposit is brought up to date, a unit in 1e27 per loss or gain, and the gains missed on that. The
//! pool must never give more than the books, and never less by more than that.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions, clippy::needless_range_loop)]

mod common;

use common::*;
use gage_backstop::operations::Tranche;
use gage_backstop::product_sum::SCALE_SPAN;
use gage_backstop::{ACCOUNT, Error, StepKind, Terms, WaterfallId, query};
use gage_units::{Amount, AssetId};
use proptest::prelude::*;
use ruint::aliases::U512;

const ASSETS: [AssetId; 3] = [GUSD, WETH, DEED];

/// Smallest units with 40 decimals.
fn fine(units: u128) -> U512 {
    U512::from(units) * scale()
}

fn scale() -> U512 {
    U512::from(10u128.pow(38)) * U512::from(100u128)
}

fn part(of: U512, numerator: u128, denominator: u128) -> U512 {
    of * U512::from(numerator) / U512::from(denominator)
}

/// One depositor in the books.
#[derive(Clone, Debug, Default)]
struct Member {
    amount: U512,
    pending: u128,
    pending_height: u64,
    gains: [U512; 3],
    /// What rounding may have cost of the amount and the gains.
    lost: U512,
    lost_gains: [U512; 3],
    /// The amount, and the scale of the pool, when it was last brought up to date.
    base: U512,
    base_scale: u32,
}

impl Member {
    /// The deposit is brought up to date: three divisions for what it was and what joined.
    fn touch(&mut self, scale: u32) {
        self.lost += fine(2);
        for lost in &mut self.lost_gains {
            *lost += fine(2);
        }
        (self.base, self.base_scale) = (self.amount, scale);
    }

    /// A unit in 1e27 of what it was at the last touch.
    fn grain(&self) -> U512 {
        self.base / U512::from(10u128.pow(27)) + U512::from(1)
    }
}

#[derive(Clone, Debug, Default)]
struct Books {
    members: Vec<Member>,
    /// What rounding kept of those who left; it goes on bearing and earning.
    residue: U512,
    pool: u128,
    pending: u128,
    first_loss: u128,
    surplus: [u128; 3],
    /// The two insurance tiers: what has joined, what joins above a height, premiums.
    tiers: [(u128, u128, u64, u128); 2],
    gains_given: [u128; 3],
    gains_paid: [u128; 3],
    receipts: usize,
}

impl Books {
    /// What was deposited in lower blocks joins.
    fn join(&mut self, height: u64, scale: u32) {
        for member in &mut self.members {
            if member.pending > 0 && member.pending_height < height {
                member.amount += fine(member.pending);
                member.base = member.base.max(member.amount);
                if member.base_scale < scale && member.amount == fine(member.pending) {
                    member.base_scale = scale;
                }
                self.pool += std::mem::take(&mut member.pending);
            }
        }
        for (joined, pending, since, _) in &mut self.tiers {
            if *since < height {
                *joined += std::mem::take(pending);
            }
        }
        self.pending = self.members.iter().map(|member| member.pending).sum();
    }

    /// Fees: premiums first, the buffer gets the rest.
    fn fees(&mut self, amount: u128) {
        let mut left = amount;
        for ((joined, _, _, premiums), bps) in self.tiers.iter_mut().zip(PREMIUMS) {
            if *joined > 0 {
                let part = part(U512::from(amount), bps.into(), 10_000);
                let part = u128::try_from(part).unwrap();
                *premiums += part;
                left -= part;
            }
        }
        self.surplus[0] += left;
    }

    fn gain(&mut self, asset: usize, gain: u128) {
        for member in &mut self.members {
            member.gains[asset] += part(member.amount, gain, self.pool);
            member.lost_gains[asset] += part(member.lost, gain, self.pool) + member.grain() * U512::from(2);
        }
        self.gains_given[asset] += gain;
    }

    fn lose(&mut self, loss: u128, scale_after: u32) {
        let left = self.pool - loss;
        for member in &mut self.members {
            member.amount = part(member.amount, left, self.pool);
            member.lost = part(member.lost, left, self.pool) + member.grain();
            if scale_after > member.base_scale + SCALE_SPAN {
                // Shrunk by 1e27 and more since the last touch, it counts as nothing.
                member.lost = member.amount;
            }
        }
        self.residue = part(self.residue, left, self.pool);
        self.pool = left;
    }
}

#[derive(Clone, Debug)]
enum Act {
    Deposit(usize, u128),
    Request(usize),
    Withdraw(usize, u128),
    Claim(usize, usize),
    /// Leaves the pool a `10^-digits` part, or takes a percentage, or asks for more than there is.
    Loss {
        digits: u8,
        pct: u128,
        collateral: [u128; 2],
    },
    Reward(u128),
    AddSurplus(u128),
    Insure(usize, u128),
    FirstLoss(u128),
    LeaveFirstLoss(u128),
    Block(u64),
    CloseExits(bool),
}

fn size() -> impl Strategy<Value = u128> {
    prop_oneof![1u128..10, 1u128..1_000_000, (0u32..27, 1u128..10).prop_map(|(digits, lead)| lead * 10u128.pow(digits))]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0usize..4, size()).prop_map(|(user, amount)| Act::Deposit(user, amount)),
        3 => (0usize..4).prop_map(Act::Request),
        4 => (0usize..4, 1u128..=100).prop_map(|(user, pct)| Act::Withdraw(user, pct)),
        3 => (0usize..4, 0usize..3).prop_map(|(user, asset)| Act::Claim(user, asset)),
        6 => (0u8..30, 0u128..120, [0u128..1_000_000_000, 0u128..50], 0u32..16).prop_map(|(digits, pct, collateral, more)| {
            Act::Loss { digits, pct, collateral: [collateral[0] * 10u128.pow(more), collateral[1]] }
        }),
        1 => size().prop_map(Act::Reward),
        1 => size().prop_map(Act::AddSurplus),
        2 => (0usize..2, size()).prop_map(|(tier, amount)| Act::Insure(tier, amount)),
        1 => size().prop_map(Act::FirstLoss),
        1 => (1u128..=100).prop_map(Act::LeaveFirstLoss),
        6 => prop_oneof![Just(1_000u64), Just(HOUR)].prop_map(Act::Block),
        1 => any::<bool>().prop_map(Act::CloseExits),
    ]
}

fn kinds() -> impl Strategy<Value = Vec<(StepKind, u128)>> {
    let kinds = vec![
        StepKind::StabilityPool,
        StepKind::CuratorFirstLoss,
        StepKind::SurplusBuffer,
        StepKind::Insurance { tier: 1 },
        StepKind::Insurance { tier: 2 },
        StepKind::ShareHaircut,
    ];
    let cap = || prop_oneof![3 => Just(u128::MAX), 1 => size()];
    let caps = proptest::collection::vec(cap(), 6);
    (Just(kinds).prop_shuffle(), caps, 1usize..=6).prop_map(|(mut kinds, caps, count)| {
        // Junior insurance stands before senior, wherever the two stand.
        let tiers: Vec<usize> = (0..6).filter(|at| matches!(kinds[*at], StepKind::Insurance { .. })).collect();
        for (at, tier) in tiers.into_iter().zip(1u8..) {
            kinds[at] = StepKind::Insurance { tier };
        }
        kinds.into_iter().zip(caps).take(count).collect()
    })
}

/// What the tiers get of fees.
const PREMIUMS: [u32; 2] = [3_333, 1_000];

fn run(kinds: &[(StepKind, u128)], remaining_min: u128, acts: Vec<Act>) -> Result<(u32, u32), TestCaseError> {
    let mut world = World::new();
    let terms = Terms { deposit_min: Amount(1), remaining_min: Amount(remaining_min), ..Terms::standard(Amount(1)) };
    let id = world.create(kinds.iter().map(|(kind, cap)| step(*kind, *cap)).collect(), terms);
    world.set_insurance(id, 1, PREMIUMS[0]).unwrap();
    world.set_insurance(id, 2, PREMIUMS[1]).unwrap();
    for user in 0..USERS {
        world.mint(world.users[user], GUSD, 10u128.pow(33));
    }
    world.mint(FACILITY, GUSD, 10u128.pow(33));
    let mut books = Books { members: vec![Member::default(); 4], ..Books::default() };
    let mut requested = [None::<u64>; USERS];
    // The most that may leave on a request: what was there when it was made, or before a later deposit.
    let mut most = [0u128; USERS];
    let mut closed = false;
    let mut scales = 0;
    for act in acts {
        let pool = query::waterfall_view(&world.draft, id, world.height).unwrap().pool;
        let scale_now = pool.product.scale;
        books.join(world.height.0, scale_now);
        match act {
            Act::Deposit(user, amount) => {
                let (worth, pending, _) = world.deposit(id, user);
                most[user] = most[user].min(worth + pending);
                world.run(user, deposit(id, amount)).unwrap();
                books.members[user].touch(scale_now);
                books.members[user].pending += amount;
                books.members[user].pending_height = world.height.0;
                books.pending += amount;
            }
            Act::Request(user) => {
                let has = world.deposit(id, user);
                match world.run(user, request(id, Tranche::Stability, u128::MAX)) {
                    Ok(_) => {
                        requested[user] = Some(world.time.0);
                        most[user] = has.0 + has.1;
                        books.members[user].touch(scale_now);
                    }
                    Err(error) => prop_assert_eq!((error, has.0, has.1), (Error::NoDeposit, 0, 0)),
                }
            }
            Act::Withdraw(user, pct) => {
                let (worth, ..) = world.deposit(id, user);
                let amount = if pct == 100 { u128::MAX } else { (worth / 100 * pct).max(1) };
                match world.run(user, withdraw(id, amount)) {
                    Ok(output) => {
                        let paid = output.unwrap().amount.0;
                        let at = requested[user].unwrap();
                        prop_assert!(!closed && world.time.0 >= at + HOUR && world.time.0 <= at + 25 * HOUR);
                        prop_assert_eq!(paid, amount.min(worth).min(most[user]));
                        most[user] -= paid;
                        let member = &mut books.members[user];
                        // What the books cut of a share may be missing from it: see `compare`.
                        member.amount = member.amount.saturating_sub(fine(paid));
                        books.pool -= paid;
                        member.touch(scale_now);
                        if paid == worth {
                            // He leaves; what rounding kept of his part stays with the pool.
                            books.residue += std::mem::take(&mut member.amount);
                            member.lost = U512::ZERO;
                            member.base = U512::ZERO;
                        }
                    }
                    Err(Error::ExitsClosed) => prop_assert!(closed),
                    Err(Error::NotRequested) => {}
                    Err(Error::CoolingDown) => prop_assert!(world.time.0 < requested[user].unwrap() + HOUR),
                    Err(Error::RequestExpired) => prop_assert!(world.time.0 > requested[user].unwrap() + 25 * HOUR),
                    Err(error) => prop_assert_eq!((error, worth), (Error::NothingLeft, 0)),
                }
            }
            Act::Claim(user, asset) => {
                let (_, _, gains) = world.deposit(id, user);
                match world.run(user, claim(id, ASSETS[asset])) {
                    Ok(output) => {
                        let paid = output.unwrap().amount.0;
                        prop_assert_eq!(paid, gains[asset]);
                        let member = &mut books.members[user];
                        member.gains[asset] = member.gains[asset].saturating_sub(fine(paid));
                        member.touch(scale_now);
                        books.gains_paid[asset] += paid;
                    }
                    Err(error) => prop_assert_eq!((error, gains[asset]), (Error::NothingLeft, 0)),
                }
            }
            Act::Loss { digits, pct, collateral } => {
                let deep = books.pool - books.pool / 10u128.pow(digits.into());
                let debt = if pct < 20 { deep } else { books.pool / 100 * (pct - 19) + pct };
                let debt = debt.max(1);
                let absorbed = world.absorb(id, debt, &[(WETH, collateral[0]), (DEED, collateral[1])]).unwrap();
                let scale_after = query::waterfall_view(&world.draft, id, world.height).unwrap().pool.product.scale;
                scales = scales.max(scale_after);
                naive_loss(&mut books, kinds, remaining_min, debt, collateral, &absorbed, scale_after)?;
                books.receipts += 1;
                prop_assert_eq!(query::receipts(&world.draft, None, usize::MAX).len(), books.receipts.min(1_000));
            }
            Act::Reward(amount) => {
                let ctx = world.protocol();
                let members = pool.members;
                world.act(|draft| gage_backstop::reward(draft, &ctx, id, FACILITY, Amount(amount))).unwrap();
                if members == 0 { books.fees(amount) } else { books.gain(0, amount) }
            }
            Act::Insure(tier, amount) => {
                let (worth, ..) = world.insured(id, tier as u8 + 1, tier);
                if worth == 0 {
                    // What a deep loss left is less than a unit for the one member: he begins anew.
                    books.surplus[0] += std::mem::take(&mut books.tiers[tier].0);
                }
                world.run(tier, insure(id, tier as u8 + 1, amount)).unwrap();
                books.tiers[tier].1 += amount;
                books.tiers[tier].2 = world.height.0;
            }
            Act::AddSurplus(amount) => {
                let ctx = world.protocol();
                world.act(|draft| gage_backstop::add_surplus(draft, &ctx, id, FACILITY, Amount(amount))).unwrap();
                books.fees(amount);
            }
            Act::FirstLoss(amount) => {
                world.run(CURATOR, deposit_first_loss(id, amount)).unwrap();
                world.run(CURATOR, request(id, Tranche::FirstLoss, amount)).unwrap();
                requested[CURATOR] = Some(world.time.0);
                books.first_loss += amount;
            }
            Act::LeaveFirstLoss(pct) => {
                let amount = (books.first_loss / 100 * pct).max(1);
                if let Ok(output) = world.run(CURATOR, withdraw_first_loss(id, amount)) {
                    prop_assert!(!closed && world.time.0 >= requested[CURATOR].unwrap() + HOUR);
                    books.first_loss -= output.unwrap().amount.0;
                }
            }
            Act::Block(ms) => world.next_block(ms),
            Act::CloseExits(close) => {
                closed = close;
                world.act(|draft| gage_backstop::close_exits(draft, id, close)).unwrap();
            }
        }
        compare(&world, id, &mut books)?;
    }
    let epoch = query::waterfall_view(&world.draft, id, world.height).unwrap().pool.product.epoch;
    Ok((scales, epoch))
}

/// The loss, step by step as a reader of the terms would pass it down.
fn naive_loss(
    books: &mut Books,
    kinds: &[(StepKind, u128)],
    remaining_min: u128,
    debt: u128,
    collateral: [u128; 2],
    absorbed: &gage_backstop::Absorbed,
    scale_after: u32,
) -> Result<(), TestCaseError> {
    let mut left = debt;
    let mut given = [0u128; 2];
    let mut borne = Vec::new();
    let members = books.pool > 0;
    let mut socialised = 0;
    for (kind, cap) in kinds {
        if left == 0 {
            break;
        }
        let has = match kind {
            StepKind::StabilityPool if !members => 0,
            StepKind::StabilityPool => books.pool.saturating_sub(remaining_min),
            StepKind::CuratorFirstLoss => books.first_loss,
            StepKind::SurplusBuffer => books.surplus[0],
            StepKind::Insurance { tier } => books.tiers[usize::from(*tier) - 1].0.saturating_sub(remaining_min),
            StepKind::ShareHaircut => u128::MAX,
            StepKind::SelfDeleverage | StepKind::AuctionProceeds => unreachable!("no step"),
        };
        let pays = left.min(*cap).min(has);
        borne.push((*kind, Amount(pays)));
        left -= pays;
        match kind {
            StepKind::StabilityPool if pays > 0 => {
                for asset in 0..2 {
                    let wide = U512::from(collateral[asset]) * U512::from(pays) / U512::from(debt);
                    given[asset] = u128::try_from(wide).unwrap();
                    books.gain(asset + 1, given[asset]);
                }
                books.lose(pays, scale_after);
            }
            StepKind::StabilityPool => {}
            StepKind::CuratorFirstLoss => books.first_loss -= pays,
            StepKind::SurplusBuffer => books.surplus[0] -= pays,
            StepKind::Insurance { tier } => books.tiers[usize::from(*tier) - 1].0 -= pays,
            _ => socialised += pays,
        }
    }
    for asset in 0..2 {
        books.surplus[asset + 1] += collateral[asset] - given[asset];
    }
    prop_assert_eq!(&absorbed.burned_from, &borne);
    let became = (absorbed.covered.0, absorbed.socialised.0, absorbed.uncovered.0);
    prop_assert_eq!(became, (debt - left - socialised, socialised, left));
    Ok(())
}

/// The pool gives no more than the books and less by no more than rounding may have cost.
fn compare(world: &World, id: WaterfallId, books: &mut Books) -> Result<(), TestCaseError> {
    let view = query::waterfall_view(&world.draft, id, world.height).unwrap();
    let mut read = books.clone();
    read.join(world.height.0, view.pool.product.scale);
    if view.pool.members == 0 && read.pool > 0 && view.pool.deposits.is_zero() {
        // All have left and the pool was renewed: what rounding kept is surplus now.
        books.surplus[0] += books.pool;
        (books.pool, books.residue) = (0, U512::ZERO);
        for member in &mut books.members {
            (member.amount, member.lost, member.base_scale) = (U512::ZERO, U512::ZERO, 0);
        }
        return compare(world, id, books);
    }
    prop_assert_eq!((view.pool.deposits.0, view.pool.pending.0), (read.pool, read.pending));
    prop_assert_eq!(view.first_loss.amount.0, books.first_loss);
    for (index, member) in read.members.iter().enumerate() {
        let (worth, pending, gains) = world.deposit(id, index);
        let slack = member.lost + fine(3);
        prop_assert!(
            fine(worth) <= member.amount + U512::from(1_000),
            "worth {worth} above {:?}",
            member.amount / scale()
        );
        prop_assert!(
            fine(worth) + slack >= member.amount,
            "worth {worth} far below {:?}: {member:?}",
            member.amount / scale()
        );
        prop_assert_eq!(pending, member.pending);
        for asset in 0..3 {
            let slack = member.lost_gains[asset] + fine(3);
            let (gain, fair) = (fine(gains[asset]), member.gains[asset]);
            // The books cut each share below its last digit, and a gain multiplies what was cut.
            let cut = (U512::from(books.gains_given[asset]) + U512::from(1)) * U512::from(1_000);
            prop_assert!(gain <= fair + cut, "gain {} above {:?}", gains[asset], fair / scale());
            prop_assert!(gain + slack >= fair, "gain {} far below {:?}: {member:?}", gains[asset], fair / scale());
        }
    }
    let amount = |list: &[gage_backstop::Holding], asset| {
        list.iter().find(|holding| holding.asset == asset).map_or(0, |holding| holding.amount.0)
    };
    for asset in 0..3 {
        prop_assert_eq!(amount(&view.surplus, ASSETS[asset]), books.surplus[asset]);
        prop_assert_eq!(amount(&view.gains, ASSETS[asset]), books.gains_given[asset] - books.gains_paid[asset]);
    }
    for (tier, (joined, pending, _, premiums)) in read.tiers.iter().enumerate() {
        let view = &view.insurance[tier];
        prop_assert_eq!((view.pool.deposits.0, view.pool.pending.0, view.premiums.0), (*joined, *pending, *premiums));
        // One depositor: what he has is the tier, but for what rounding keeps.
        let (worth, waits, earned) = world.insured(id, tier as u8 + 1, tier);
        prop_assert!(worth <= *joined && waits == *pending && earned <= *premiums);
    }
    let insured: u128 = read.tiers.iter().map(|(joined, pending, _, premiums)| joined + pending + premiums).sum();
    let stable = insured + read.pool + read.pending + books.first_loss + books.surplus[0] + books.gains_given[0]
        - books.gains_paid[0];
    prop_assert_eq!(world.free(ACCOUNT, GUSD), stable, "the account holds exactly what the books say");
    for asset in 1..3 {
        let held = books.surplus[asset] + books.gains_given[asset] - books.gains_paid[asset];
        prop_assert_eq!(world.free(ACCOUNT, ASSETS[asset]), held);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_pool_follows_naive_books(
        kinds in kinds(), remaining_min in prop_oneof![Just(1u128), 1u128..1_000_000],
        acts in proptest::collection::vec(act(), 1..120),
    ) {
        run(&kinds, remaining_min, acts)?;
    }

    /// Long lives with little but deposits and deep losses: many scales.
    #[test]
    fn many_scales_and_epochs(acts in proptest::collection::vec(deep_act(), 60..160)) {
        run(&[(StepKind::StabilityPool, u128::MAX)], 1, acts)?;
    }
}

fn deep_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (0usize..4, 20u32..28, 1u128..10).prop_map(|(user, digits, lead)| Act::Deposit(user, lead * 10u128.pow(digits))),
        3 => (1u8..28, 0u128..1_000).prop_map(|(digits, collateral)| Act::Loss {
            digits, pct: 0, collateral: [collateral * 10u128.pow(15), 0],
        }),
        4 => prop_oneof![Just(1_000u64), Just(HOUR)].prop_map(Act::Block),
        1 => (0usize..4).prop_map(Act::Request),
        2 => (0usize..4).prop_map(|user| Act::Withdraw(user, 100)),
        1 => (0usize..4).prop_map(|user| Act::Claim(user, 1)),
    ]
}

/// The sequences above do reach what they are for.
#[test]
fn a_long_life_crosses_many_scales_and_epochs() {
    let mut acts = Vec::new();
    for round in 0..3 {
        for loss in 0..6u128 {
            acts.push(Act::Deposit(loss as usize % 3, 7 * 10u128.pow(26) + loss));
            acts.push(Act::Block(1_000));
            acts.push(Act::Loss { digits: 20 + round, pct: 0, collateral: [123_456_789 * (loss + 1), 7] });
        }
        acts.extend((0..3).flat_map(|user| [Act::Claim(user, 1), Act::Request(user)]));
        acts.push(Act::Block(HOUR));
        acts.extend((0..3).map(|user| Act::Withdraw(user, 100)));
    }
    let (scales, epochs) = run(&[(StepKind::StabilityPool, u128::MAX)], 1, acts).unwrap();
    assert!(scales >= 10 && epochs == 3, "{scales} scales, {epochs} epochs");
}
