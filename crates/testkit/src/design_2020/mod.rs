//! How collateral was liquidated in March 2020, as a small honest model, for comparison on the same
//! vaults, keepers, market and path of prices.
//!
//! Assumptions, all of them:
//! 1. Price: once per delay (an hour) the price of the last boundary becomes valid and the present one
//!    is queued, so the valid price is between one and two delays old. Vaults are judged by it alone.
//! 2. Liquidation is a transaction: a vault below the liquidation ratio at the valid price is cut into
//!    lots of at most `lot_max` collateral, each with its share of the debt, each its own auction that
//!    shall raise that debt and the penalty. The debt leaves the vault at once.
//! 3. English auction in two phases: bids rise by at least the least increase until the sum to be
//!    raised is bid; then bidders ask for less collateral, by the same step, for that sum; what they
//!    leave goes back to the vault's owner. A bid wins when none better came within the bid duration or
//!    when the auction's time is over. An auction without any bid starts anew. There is no reserve
//!    price: the only bid wins, be it zero.
//! 4. A keeper's money is locked while its bid stands, and comes back as stable some blocks after it
//!    won and sold the lot outside, at a cost that grows with what all keepers sold within the hour.
//!    It bids what leaves it its profit: first a part of it, then the least increase; the most
//!    profitable lots first, as far as its money goes.
//! 5. Some keepers bid zero on an auction that has been without a bid for a block.
//! 6. In congestion only so many transactions a block get in, drawn by lot among all that were sent:
//!    liquidations, bids and top-ups alike. Closing a finished auction is free.
//! 7. Owners who watch pledge spare collateral by the same rule as in the run beside. No interest, no
//!    other collateral, no auction of the protocol's own shares; durations round up to whole blocks.
//!
//! The model is a description of that design, not of that day: who held what is not known to it.

mod auction;
mod rules;

use auction::{Auction, Close};
pub use rules::{Keeper, Step, Terms, Vault};

use rules::{Bidder, Lottery, Market};

/// What came of it. Sums of money in whole units of the stable asset, collateral in whole units.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Outcome {
    /// Vaults of which at least one lot was auctioned.
    pub vaults_liquidated: u32,
    /// Debt taken out of vaults.
    pub debt_liquidated: f64,
    /// Auctions begun.
    pub auctions: u32,
    /// Auctions that ended by a winning bid.
    pub auctions_won: u32,
    /// Auctions won with a bid of zero.
    pub zero_bid_wins: u32,
    /// Collateral given away for nothing.
    pub zero_bid_collateral: f64,
    /// Its value at the market when it was given away.
    pub zero_bid_value: f64,
    /// Winning bids.
    pub raised: f64,
    /// Debt that winning bids did not cover: money in circulation with nothing behind it.
    pub bad_debt: f64,
    /// Winning bids above the debt: penalties taken.
    pub penalties: f64,
    /// Collateral that went back to owners.
    pub collateral_returned: f64,
    /// Mean seconds from the beginning of an auction to its end.
    pub seconds_to_clear_mean: f64,
    /// Debt in auctions without an end when the run ended.
    pub debt_unsettled: f64,
    /// Transactions left out by congestion.
    pub transactions_left_out: u64,
    /// Bad debt after each step.
    pub bad_debt_by_step: Vec<f64>,
}

impl Outcome {
    /// Debt covered by winning bids, as a share of the debt liquidated; one if none was.
    pub fn recovered_fraction(&self) -> f64 {
        if self.debt_liquidated > 0.0 {
            1.0 - (self.bad_debt + self.debt_unsettled) / self.debt_liquidated
        } else {
            1.0
        }
    }
}

/// A transaction that somebody sends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sent {
    Liquidate { vault: usize },
    TopUp { vault: usize, amount: f64 },
    Bid { auction: usize, bidder: usize, bid: f64, lot: f64 },
}

/// Runs the design over `steps`, then on at the last price until all auctions have ended, at most
/// `settle_steps_max` steps. The same arguments give the same outcome.
pub fn run(
    terms: &Terms,
    vaults: &[Vault],
    keepers: &[Keeper],
    steps: &[Step],
    settle_steps_max: usize,
    seed: u64,
) -> Outcome {
    let mut model = Model::new(terms, vaults, keepers, seed);
    for at in 0..steps.len() {
        model.step(&steps[at], valid_price(terms, &steps[..=at]));
    }
    if let Some(last) = steps.last() {
        let mut settled = steps.to_vec();
        for _ in 0..settle_steps_max {
            if model.auctions.iter().all(|auction| auction.ended) {
                break;
            }
            let before = settled.last().unwrap_or(last);
            settled.push(Step { time_s: before.time_s + terms.step_s, transactions_max: None, ..*last });
            let valid = valid_price(terms, &settled);
            let now = settled[settled.len() - 1];
            model.step(&now, valid);
        }
    }
    model.finish()
}

/// The price that counts at the last of `steps`: that of the boundary before the last boundary.
fn valid_price(terms: &Terms, steps: &[Step]) -> f64 {
    let (Some(first), Some(now)) = (steps.first(), steps.last()) else {
        return 0.0;
    };
    if terms.price_delay_s == 0 {
        return now.price;
    }
    let boundary = (now.time_s - first.time_s) / terms.price_delay_s;
    let valid_at = first.time_s + boundary.saturating_sub(1) * terms.price_delay_s;
    steps.iter().rev().find(|step| step.time_s <= valid_at).map_or(first.price, |step| step.price)
}

struct Model<'t> {
    terms: &'t Terms,
    vaults: Vec<Vault>,
    touched: Vec<bool>,
    bidders: Vec<Bidder>,
    auctions: Vec<Auction>,
    market: Market,
    lottery: Lottery,
    seconds_to_clear: f64,
    outcome: Outcome,
}

impl<'t> Model<'t> {
    fn new(terms: &'t Terms, vaults: &[Vault], keepers: &[Keeper], seed: u64) -> Model<'t> {
        // The last ones try zero bids, so that the first ones are the same with and without them.
        let honest = keepers.len().saturating_sub(terms.zero_bidders);
        let bidder = |(index, keeper): (usize, &Keeper)| Bidder::new(keeper, index >= honest);
        Model {
            terms,
            vaults: vaults.to_vec(),
            touched: vec![false; vaults.len()],
            bidders: keepers.iter().enumerate().map(bidder).collect(),
            auctions: Vec::new(),
            market: Market::default(),
            lottery: Lottery::new(seed),
            seconds_to_clear: 0.0,
            outcome: Outcome::default(),
        }
    }

    fn step(&mut self, now: &Step, valid_price: f64) {
        for bidder in &mut self.bidders {
            bidder.collect(now.time_s);
        }
        self.close_finished(now);
        let mut sent = self.liquidations(valid_price);
        sent.extend(self.top_ups(now));
        sent.extend(self.bids(now));
        // The order inside a block is by fee, which is to say by lot.
        self.lottery.shuffle(&mut sent);
        if let Some(most) = now.transactions_max {
            self.outcome.transactions_left_out += sent.len().saturating_sub(most) as u64;
            sent.truncate(most);
        }
        for transaction in sent {
            match transaction {
                Sent::Liquidate { vault } => self.liquidate(vault, now),
                Sent::TopUp { vault, amount } => self.vaults[vault].top_up(amount),
                Sent::Bid { auction, bidder, bid, lot } => self.bid(auction, bidder, bid, lot, now),
            }
        }
        self.outcome.bad_debt_by_step.push(self.outcome.bad_debt);
    }

    fn close_finished(&mut self, now: &Step) {
        for auction in self.auctions.iter_mut().filter(|auction| !auction.ended) {
            match auction.close(self.terms, now.time_s) {
                Close::Open => {}
                Close::Restarted => {}
                Close::Won { bidder, bid, lot, debt, left_over } => {
                    let outcome = &mut self.outcome;
                    outcome.auctions_won += 1;
                    outcome.raised += bid;
                    outcome.bad_debt += (debt - bid).max(0.0);
                    outcome.penalties += (bid - debt).max(0.0);
                    outcome.collateral_returned += left_over;
                    if bid <= 0.0 {
                        outcome.zero_bid_wins += 1;
                        outcome.zero_bid_collateral += lot;
                        outcome.zero_bid_value += lot * now.price;
                    }
                    self.seconds_to_clear += (now.time_s - auction.began_s) as f64;
                    let proceeds = self.market.sell(self.terms, now, lot);
                    let back_at = now.time_s + self.terms.return_steps * self.terms.step_s;
                    self.bidders[bidder].returning.push((back_at, proceeds));
                }
            }
        }
    }

    /// One transaction per lot of every vault that is unsafe at the valid price.
    fn liquidations(&self, valid_price: f64) -> Vec<Sent> {
        let mut sent = Vec::new();
        for (vault, record) in self.vaults.iter().enumerate() {
            if record.debt > 0.0 && record.collateral * valid_price < record.debt * self.terms.liquidation_ratio {
                let lots = (record.collateral / self.terms.lot_max).ceil().max(1.0) as usize;
                sent.extend(std::iter::repeat_n(Sent::Liquidate { vault }, lots));
            }
        }
        sent
    }

    fn top_ups(&self, now: &Step) -> Vec<Sent> {
        let wanted =
            |(vault, record): (usize, &Vault)| record.wants(now.price).map(|amount| Sent::TopUp { vault, amount });
        self.vaults.iter().enumerate().filter_map(wanted).collect()
    }

    fn bids(&mut self, now: &Step) -> Vec<Sent> {
        let left = self.market.left(self.terms, now);
        let open: Vec<usize> = (0..self.auctions.len()).filter(|number| !self.auctions[*number].ended).collect();
        let mut sent = Vec::new();
        for (index, bidder) in self.bidders.iter().enumerate() {
            let unit_worth = now.price * left * (1.0 - bidder.profit);
            let mut offers = Vec::new();
            for (place, number) in open.iter().copied().enumerate() {
                let auction = &self.auctions[number];
                if bidder.tries_zero && auction.nobody_since(now.time_s, self.terms.step_s) {
                    sent.push(Sent::Bid { auction: number, bidder: index, bid: 0.0, lot: auction.lot });
                } else if let Some((bid, lot)) = auction.next_bid(self.terms, index, unit_worth) {
                    // Every keeper begins at another lot, so that they do not all outbid each other at one.
                    let turn = (place + open.len() * index / self.bidders.len()) % open.len();
                    offers.push((bid / (lot * unit_worth), turn, number, bid, lot));
                }
            }
            // The most profitable bids first, as far as the money goes.
            offers.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
            let mut free = bidder.free;
            for (_, _, auction, bid, lot) in offers {
                if bid <= free {
                    free -= bid;
                    sent.push(Sent::Bid { auction, bidder: index, bid, lot });
                }
            }
        }
        sent
    }

    fn liquidate(&mut self, vault: usize, now: &Step) {
        let record = &mut self.vaults[vault];
        if record.collateral <= 0.0 || record.debt <= 0.0 {
            return;
        }
        let lot = record.collateral.min(self.terms.lot_max);
        let debt = record.debt * lot / record.collateral;
        record.collateral -= lot;
        record.debt -= debt;
        // The last lot takes everything, so that no speck of debt stays without collateral.
        if record.collateral <= 1e-9 {
            record.collateral = 0.0;
            record.debt = 0.0;
        }
        self.touched[vault] = true;
        self.outcome.debt_liquidated += debt;
        self.outcome.auctions += 1;
        self.auctions.push(Auction::begin(self.terms, lot, debt, now.time_s));
    }

    /// Applies a bid if it still beats what stands, and the bidder still has the money.
    fn bid(&mut self, auction: usize, bidder: usize, bid: f64, lot: f64, now: &Step) {
        if self.bidders[bidder].free < bid || !self.auctions[auction].accepts(self.terms, bid, lot) {
            return;
        }
        if let Some((outbid, locked)) = self.auctions[auction].place(bidder, bid, lot, now.time_s) {
            self.bidders[outbid].free += locked;
        }
        self.bidders[bidder].free -= bid;
    }

    fn finish(mut self) -> Outcome {
        let outcome = &mut self.outcome;
        outcome.vaults_liquidated = self.touched.iter().filter(|touched| **touched).count() as u32;
        outcome.seconds_to_clear_mean = self.seconds_to_clear / f64::from(outcome.auctions_won.max(1));
        outcome.debt_unsettled = self.auctions.iter().filter(|auction| !auction.ended).map(|open| open.debt).sum();
        self.outcome
    }
}

#[cfg(test)]
mod tests;
