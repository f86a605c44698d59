//! One English auction: first the bid rises to the sum to be raised, then the lot shrinks.

use super::rules::Terms;

/// A lot on sale.
#[derive(Clone, Debug)]
pub(super) struct Auction {
    /// Collateral that the standing bid would get.
    pub lot: f64,
    /// Collateral at the beginning.
    lot_at_start: f64,
    /// The debt behind the lot.
    pub debt: f64,
    /// Debt and penalty.
    to_raise: f64,
    /// The standing bid.
    standing: Option<Standing>,
    pub began_s: u64,
    restarted_s: u64,
    pub ended: bool,
}

#[derive(Clone, Copy, Debug)]
struct Standing {
    bidder: usize,
    bid: f64,
    at_s: u64,
}

/// What a look at the clock does.
pub(super) enum Close {
    Open,
    Restarted,
    Won { bidder: usize, bid: f64, lot: f64, debt: f64, left_over: f64 },
}

impl Auction {
    pub fn begin(terms: &Terms, lot: f64, debt: f64, now_s: u64) -> Auction {
        Auction {
            lot,
            lot_at_start: lot,
            debt,
            to_raise: debt * (1.0 + terms.penalty),
            standing: None,
            began_s: now_s,
            restarted_s: now_s,
            ended: false,
        }
    }

    /// Whether it has been without a bid for at least `step_s`.
    pub fn nobody_since(&self, now_s: u64, step_s: u64) -> bool {
        self.standing.is_none() && self.began_s + step_s <= now_s
    }

    /// The bid and lot that a keeper offers, to whom a unit of collateral is worth `unit_worth`.
    pub fn next_bid(&self, terms: &Terms, bidder: usize, unit_worth: f64) -> Option<(f64, f64)> {
        let most = (self.lot * unit_worth).min(self.to_raise);
        let bid = match self.standing {
            Some(standing) if standing.bidder == bidder => return None,
            Some(standing) if standing.bid >= self.to_raise => {
                let lot = self.lot / (1.0 + terms.bid_increase);
                return (lot * unit_worth >= self.to_raise).then_some((self.to_raise, lot));
            }
            // From a bid of zero every bid is a raise, so the first real one is an opening bid.
            Some(standing) if standing.bid > 0.0 => (standing.bid * (1.0 + terms.bid_increase)).min(self.to_raise),
            _ => (self.lot * unit_worth * terms.opening_bid).min(self.to_raise),
        };
        (bid > 0.0 && bid <= most).then_some((bid, self.lot))
    }

    /// Whether a bid beats what stands by the least increase.
    pub fn accepts(&self, terms: &Terms, bid: f64, lot: f64) -> bool {
        // A millionth of slack for binary fractions.
        let increase = (1.0 + terms.bid_increase) * (1.0 - 1e-6);
        match self.standing {
            _ if self.ended || bid > self.to_raise || lot > self.lot => false,
            None => true,
            Some(standing) if standing.bid >= self.to_raise => bid >= self.to_raise && lot * increase <= self.lot,
            Some(standing) => {
                lot >= self.lot && bid > standing.bid && (bid >= standing.bid * increase || bid >= self.to_raise)
            }
        }
    }

    /// Puts a bid in place; returns who is outbid and what is unlocked for him.
    pub fn place(&mut self, bidder: usize, bid: f64, lot: f64, now_s: u64) -> Option<(usize, f64)> {
        let outbid = self.standing.map(|standing| (standing.bidder, standing.bid));
        self.standing = Some(Standing { bidder, bid, at_s: now_s });
        self.lot = lot;
        outbid
    }

    /// Ends it if its time has come.
    pub fn close(&mut self, terms: &Terms, now_s: u64) -> Close {
        let time_over = self.restarted_s + terms.auction_duration_s <= now_s;
        match self.standing {
            Some(standing) if time_over || standing.at_s + terms.bid_duration_s <= now_s => {
                self.ended = true;
                Close::Won {
                    bidder: standing.bidder,
                    bid: standing.bid,
                    lot: self.lot,
                    debt: self.debt,
                    left_over: self.lot_at_start - self.lot,
                }
            }
            None if time_over => {
                self.restarted_s = now_s;
                Close::Restarted
            }
            _ => Close::Open,
        }
    }
}
