//! The market outside the ledger, where keepers sell what they took: at a cost that grows with what
//! all of them together sold within the hour.

use std::collections::VecDeque;

use gage_units::{Amount, Price};

use crate::scenario::MarketRules;

const HOUR_MS: u64 = 3_600_000;

/// What keepers sold lately, and what selling costs.
#[derive(Clone, Debug)]
pub struct Market {
    rules: MarketRules,
    sold: VecDeque<(u64, u128)>,
}

/// The state of the market at one block, as a keeper sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Depth {
    /// The price for the smallest sale, before costs.
    pub price: Price,
    /// Sold by keepers in the last hour, as a share of the hour's traded volume.
    pub sold_share: f64,
    /// The hour's traded volume in 1e-18 of the base.
    pub volume: u128,
    base: f64,
    slope: f64,
}

impl Market {
    /// A market in which no keeper has sold.
    pub fn new(rules: MarketRules) -> Market {
        Market { rules, sold: VecDeque::new() }
    }

    /// What a keeper sees at `time_ms`.
    pub fn depth(&mut self, time_ms: u64, price: Price, hour_volume: u128) -> Depth {
        while self.sold.front().is_some_and(|(sold_at, _)| sold_at + HOUR_MS <= time_ms) {
            self.sold.pop_front();
        }
        let sold: u128 = self.sold.iter().map(|(_, amount)| amount).sum();
        let volume = if hour_volume == 0 { crate::scenario::whole(self.rules.volume_if_unknown) } else { hour_volume };
        Depth {
            price,
            sold_share: sold as f64 / volume as f64,
            volume,
            base: f64::from(self.rules.exit_base_bps) / 10_000.0,
            // Per percent of the volume, so a hundredfold per the whole of it.
            slope: f64::from(self.rules.exit_bps_per_percent_of_volume) / 100.0,
        }
    }

    /// Sells `amount` and returns what comes in, costs off, rounded down.
    pub fn sell(&mut self, depth: &Depth, time_ms: u64, amount: Amount) -> Amount {
        let received = depth.proceeds(amount);
        self.sold.push_back((time_ms, amount.0));
        received
    }
}

impl Depth {
    /// The share of the price that is left for the next unit after `more` were sold as well.
    pub fn left_after(&self, more: Amount) -> f64 {
        let share = self.sold_share + more.0 as f64 / self.volume as f64;
        (1.0 - self.base - self.slope * share).max(0.0)
    }

    /// The same market once `more` were sold: what the next keeper sees who watches the others.
    #[must_use]
    pub fn after(self, more: Amount) -> Depth {
        Depth { sold_share: self.sold_share + more.0 as f64 / self.volume as f64, ..self }
    }

    /// How much may be sold until the next unit fetches less than `least` of the price (0 to 1).
    pub fn amount_down_to(&self, least: f64) -> Amount {
        let room = 1.0 - self.base - least;
        if room <= 0.0 {
            return Amount::ZERO;
        }
        if self.slope <= 0.0 {
            return Amount::MAX;
        }
        let share = room / self.slope - self.sold_share;
        Amount((share.max(0.0) * self.volume as f64) as u128)
    }

    /// What selling `amount` brings: the mean of the first and the last unit's price.
    pub fn proceeds(&self, amount: Amount) -> Amount {
        let left = (self.left_after(Amount::ZERO) + self.left_after(amount)) / 2.0;
        let millionths = (left * 1_000_000.0) as u128;
        let gross = gage_units::mul_div(amount.0, self.price.0, Price::ONE.0, gage_units::Rounding::Down);
        Amount(gross.unwrap_or(0) / 1_000_000 * millionths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> MarketRules {
        MarketRules { exit_base_bps: 50, exit_bps_per_percent_of_volume: 100, volume_if_unknown: 1_000 }
    }

    const ETH: u128 = Price::ONE.0;

    #[test]
    fn costs_grow_with_what_was_sold_and_fade_after_an_hour() {
        let mut market = Market::new(rules());
        let price = Price(100 * ETH);
        let fresh = market.depth(0, price, 1_000 * ETH);
        // 10 of 1,000 are one percent: the last unit costs 50 + 100 bps, the mean one 100 bps.
        assert_eq!(market.sell(&fresh, 0, Amount(10 * ETH)), Amount(990 * ETH));
        let later = market.depth(1_000, price, 1_000 * ETH);
        assert_eq!(market.sell(&later, 1_000, Amount(10 * ETH)), Amount(980 * ETH));
        let next_day = market.depth(HOUR_MS * 24, price, 1_000 * ETH);
        assert_eq!(next_day.proceeds(Amount(10 * ETH)), Amount(990 * ETH));
    }

    #[test]
    fn the_amount_down_to_a_limit_is_the_inverse() {
        let mut market = Market::new(rules());
        let depth = market.depth(0, Price(100 * ETH), 0);
        let amount = depth.amount_down_to(0.985);
        assert!((depth.left_after(amount) - 0.985).abs() < 1e-9);
        assert_eq!(depth.amount_down_to(0.9999), Amount::ZERO);
    }
}
