//! What the model is given, and the people and the market in it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

const HOUR_S: u64 = 3_600;

/// The numbers of the design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// Seconds of one step, the block interval of the run beside.
    pub step_s: u64,
    /// Collateral value per debt below which a vault is liquidated, 1.5 then.
    pub liquidation_ratio: f64,
    /// Added to the debt to be raised, 0.13 then.
    pub penalty: f64,
    /// Between valid prices.
    pub price_delay_s: u64,
    /// Largest lot in whole units of collateral.
    pub lot_max: f64,
    /// Least raise of a bid, 0.03 then.
    pub bid_increase: f64,
    /// A bid wins when none better came for this long.
    pub bid_duration_s: u64,
    /// An auction ends after this long.
    pub auction_duration_s: u64,
    /// The first bid, as a share of what the lot is worth to the keeper.
    pub opening_bid: f64,
    /// How many of the keepers try bids of zero.
    pub zero_bidders: usize,
    /// The cost of selling anything, as a share.
    pub exit_base: f64,
    /// The further cost per share of the hour's volume sold in an hour.
    pub exit_slope: f64,
    /// Steps until sold collateral has come back as stable.
    pub return_steps: u64,
}

/// A vault and its owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vault {
    /// Pledged.
    pub collateral: f64,
    /// Borrowed.
    pub debt: f64,
    /// Spare collateral of an owner who watches.
    pub reserve: f64,
    /// He acts below this collateral value per debt.
    pub trigger: f64,
    /// And restores this.
    pub restore: f64,
}

/// A keeper at the start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keeper {
    /// Stable.
    pub inventory: f64,
    /// Least profit, as a share.
    pub profit: f64,
}

/// One block of the path.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Seconds.
    pub time_s: u64,
    /// Of the market.
    pub price: f64,
    /// Traded within the hour, in whole units of collateral.
    pub hour_volume: f64,
    /// How many transactions get in; nothing if all do.
    pub transactions_max: Option<usize>,
}

impl Vault {
    /// How much the owner wants to add at `price`.
    pub(super) fn wants(&self, price: f64) -> Option<f64> {
        if self.debt <= 0.0 || self.collateral <= 0.0 || self.reserve <= 0.0 {
            return None;
        }
        if self.collateral * price >= self.debt * self.trigger {
            return None;
        }
        Some((self.debt * self.restore / price - self.collateral).min(self.reserve))
    }

    pub(super) fn top_up(&mut self, amount: f64) {
        // The vault may have been liquidated within the same block.
        if self.debt > 0.0 {
            self.collateral += amount;
            self.reserve -= amount;
        }
    }
}

/// A keeper in the run.
#[derive(Clone, Debug)]
pub(super) struct Bidder {
    pub free: f64,
    pub profit: f64,
    pub tries_zero: bool,
    /// When stable comes back, and how much.
    pub returning: Vec<(u64, f64)>,
}

impl Bidder {
    pub fn new(keeper: &Keeper, tries_zero: bool) -> Bidder {
        Bidder { free: keeper.inventory, profit: keeper.profit, tries_zero, returning: Vec::new() }
    }

    pub fn collect(&mut self, now_s: u64) {
        let free = &mut self.free;
        self.returning.retain(|(back_at, amount)| {
            let back = *back_at <= now_s;
            if back {
                *free += amount;
            }
            !back
        });
    }
}

/// What keepers sold within the hour.
#[derive(Clone, Debug, Default)]
pub(super) struct Market {
    sold: VecDeque<(u64, f64)>,
}

impl Market {
    /// The share of the price that the next unit sold brings.
    pub fn left(&mut self, terms: &Terms, now: &Step) -> f64 {
        while self.sold.front().is_some_and(|(sold_at, _)| sold_at + HOUR_S <= now.time_s) {
            self.sold.pop_front();
        }
        let sold: f64 = self.sold.iter().map(|(_, amount)| amount).sum();
        (1.0 - terms.exit_base - terms.exit_slope * sold / now.hour_volume.max(1.0)).max(0.0)
    }

    /// Sells and returns the proceeds, at the mean of the first and the last unit's price.
    pub fn sell(&mut self, terms: &Terms, now: &Step, amount: f64) -> f64 {
        let first = self.left(terms, now);
        self.sold.push_back((now.time_s, amount));
        let last = self.left(terms, now);
        amount * now.price * (first + last) / 2.0
    }
}

/// A small generator (SplitMix64) for the order inside blocks.
#[derive(Clone, Debug)]
pub(super) struct Lottery(u64);

impl Lottery {
    pub fn new(seed: u64) -> Lottery {
        Lottery(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = (u128::from(self.next()) * (last as u128 + 1)) >> 64;
            items.swap(last, other as usize);
        }
    }
}
