//! Who takes part: drawn from the scenario and its seed.

use gage_units::{Amount, Price, Rounding, mul_div};
use serde::{Deserialize, Serialize};

use crate::random::{Stream, exp};
use crate::scenario::{Scenario, whole};

/// Amounts are drawn in steps of this: people deal in millionths, not in 1e-18.
const STEP: u128 = 1_000_000_000_000;
/// And collateral, a unit of which may be worth millions, in steps of this.
const FINE_STEP: u128 = 1_000_000;

/// One vault and its owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Borrower {
    /// Pledged at the start, in 1e-18 of the collateral.
    pub collateral: Amount,
    /// Borrowed at the start, in 1e-18 of the stable asset.
    pub debt: Amount,
    /// Spare collateral; nothing for owners who do not watch.
    pub reserve: Amount,
    /// He acts below this collateral value per debt, in bps.
    pub trigger_bps: u32,
    /// And restores it to this.
    pub restore_bps: u32,
}

/// One keeper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keeper {
    /// Stable to start with.
    pub inventory: Amount,
    /// The least profit wanted.
    pub profit_bps: u32,
}

/// One publisher.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Publisher {
    /// Standard deviation of its reports.
    pub noise_bps: u32,
    /// The confidence it states at least.
    pub confidence_bps: u32,
    /// How many blocks it lags.
    pub lag_blocks: u32,
    /// Whether it signs what the file's venue prints, absurd or not.
    pub follows_venue: bool,
    /// When it is silent: from and to, milliseconds from the first bar.
    pub outages_ms: Vec<(u64, u64)>,
}

/// One depositor of the stability pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Depositor {
    /// Deposited at the start.
    pub deposit: Amount,
    /// Whether he asks for his money back in a crash.
    pub flees: bool,
}

/// Everyone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Population {
    /// One vault each.
    pub borrowers: Vec<Borrower>,
    /// In fixed order.
    pub keepers: Vec<Keeper>,
    /// In fixed order.
    pub publishers: Vec<Publisher>,
    /// In fixed order.
    pub depositors: Vec<Depositor>,
    /// First-loss capital of the curator.
    pub first_loss: Amount,
    /// All debt at the start.
    pub debt: Amount,
}

/// Draws everyone, for a market that opens at `price`.
pub fn make(scenario: &Scenario, price: Price) -> Population {
    let borrowers: Vec<Borrower> =
        (0..u64::from(scenario.vaults.count)).map(|index| borrower(scenario, price, index)).collect();
    let debt = Amount(borrowers.iter().map(|borrower| borrower.debt.0).sum());
    let share = |bps: u32| Amount(debt.0 / 10_000 * u128::from(bps) / STEP * STEP);
    Population {
        keepers: (0..u64::from(scenario.keepers.count)).map(|index| keeper(scenario, index)).collect(),
        publishers: (0..scenario.publishers.count).map(|index| publisher(scenario, index)).collect(),
        depositors: depositors(scenario, share(scenario.backstop.pool_bps)),
        first_loss: share(scenario.backstop.first_loss_bps),
        borrowers,
        debt,
    }
}

fn borrower(scenario: &Scenario, price: Price, index: u64) -> Borrower {
    let rules = &scenario.vaults;
    let mut stream = Stream::new(scenario.seed, "borrower", index);
    let debt = stepped(stream.heavy_tailed(rules.debt_min as f64, rules.debt_max as f64)).max(whole(rules.debt_min));
    let spread = f64::from(rules.ratio_spread_median_bps) * exp(rules.ratio_spread_sigma * stream.normal());
    let ratio = (f64::from(rules.ratio_min_bps) + spread).min(f64::from(rules.ratio_max_bps));
    // Millionths of a ratio are enough; up, so that nobody starts below the least ratio.
    let ratio = (ratio * 100.0) as u128;
    let value = debt / 1_000_000 * ratio;
    let collateral = mul_div(value, Price::ONE.0, price.0, Rounding::Up).unwrap_or(0).div_ceil(FINE_STEP) * FINE_STEP;

    let people = &scenario.borrowers;
    let attentive = stream.chance(people.attentive_share);
    let reserve_share = stream.between(0.0, people.reserve_share_max);
    let trigger = stream.between(f64::from(people.trigger_bps[0]), f64::from(people.trigger_bps[1]));
    let trigger_bps = trigger as u32;
    let reserve = if attentive { collateral / FINE_STEP * ((reserve_share * 1_000_000.0) as u128) } else { 0 };
    Borrower {
        collateral: Amount(collateral),
        debt: Amount(debt),
        reserve: Amount(reserve / FINE_STEP * FINE_STEP),
        trigger_bps,
        restore_bps: trigger_bps + people.restore_bps,
    }
}

fn keeper(scenario: &Scenario, index: u64) -> Keeper {
    let rules = &scenario.keepers;
    let mut stream = Stream::new(scenario.seed, "keeper", index);
    let width = u64::from(rules.profit_bps[1] - rules.profit_bps[0]) + 1;
    let profit_bps = rules.profit_bps[0] + stream.below(width) as u32;
    Keeper { inventory: Amount(whole(rules.inventory)), profit_bps }
}

fn publisher(scenario: &Scenario, index: u32) -> Publisher {
    let rules = &scenario.publishers;
    let mut stream = Stream::new(scenario.seed, "publisher", u64::from(index));
    let outages = rules.outages.iter().filter(|outage| outage.publisher == index);
    Publisher {
        noise_bps: rules.noise_bps,
        confidence_bps: rules.confidence_bps,
        lag_blocks: stream.below(u64::from(rules.lag_blocks_max) + 1) as u32,
        follows_venue: index < rules.venue_followers,
        outages_ms: outages
            .map(|outage| (outage.from_minute * 60_000, (outage.from_minute + outage.minutes) * 60_000))
            .collect(),
    }
}

fn depositors(scenario: &Scenario, together: Amount) -> Vec<Depositor> {
    let mut stream = Stream::new(scenario.seed, "depositors", 0);
    let drawn: Vec<(u128, bool)> = (0..scenario.backstop.depositors)
        .map(|_| ((stream.heavy_tailed(1.0, 50.0) * 1e6) as u128, stream.chance(scenario.backstop.flight_share)))
        .collect();
    let sum: u128 = drawn.iter().map(|(weight, _)| weight).sum();
    let deposit = |weight: u128| Amount(together.0 / sum.max(1) * weight / STEP * STEP);
    drawn.into_iter().map(|(weight, flees)| Depositor { deposit: deposit(weight), flees }).collect()
}

/// A number of whole units as an amount, in millionths.
fn stepped(units: f64) -> u128 {
    (units * 1_000_000.0) as u128 * STEP
}
