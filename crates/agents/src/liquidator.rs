//! A keeper: takes collateral from Dutch lots when the price asked is below what selling it outside
//! would bring, costs and wanted profit off; never more than it can pay.

use gage_units::{Amount, Price, Rounding, mul_div};

use crate::market::Depth;
use crate::population::Keeper;

/// A lot as a keeper sees it, at the price of the coming block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The lot.
    pub lot: u64,
    /// What is left of it.
    pub remaining: Amount,
    /// The price of the coming block.
    pub price: Price,
    /// What the lot still has to raise; the rest of it goes back when that is raised.
    pub to_raise: Option<Amount>,
}

/// A decision to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    /// The lot.
    pub lot: u64,
    /// At most so much of it.
    pub amount: Amount,
    /// At no more than this price.
    pub price_max: Price,
}

/// What the keeper takes now with `cash` to spend: the cheapest lot first, then the older. `dust` is
/// the least value that a partial take may leave, on either side.
pub fn decide(keeper: &Keeper, cash: Amount, offers: &[Offer], depth: &Depth, dust: Amount) -> Vec<Take> {
    let mut offers = offers.to_vec();
    offers.sort_by_key(|offer| (offer.price, offer.lot));
    let wanted = 1.0 - f64::from(keeper.profit_bps) / 10_000.0;
    let (mut cash, mut planned) = (cash.0, 0u128);
    let mut takes = Vec::new();
    for offer in offers {
        // The last unit sold must still bring the price asked and the profit.
        let least = offer.price.0 as f64 / (depth.price.0 as f64 * wanted);
        let worth = depth.amount_down_to(least).0.saturating_sub(planned);
        let payable = mul_div(cash, Price::ONE.0, offer.price.0, Rounding::Down).unwrap_or(0);
        let amount = sized(&offer, worth.min(payable), dust);
        if amount == 0 {
            continue;
        }
        cash = cash.saturating_sub(cost(amount, offer.price));
        planned += amount;
        takes.push(Take { lot: offer.lot, amount: Amount(amount), price_max: offer.price });
    }
    takes
}

/// The part of the lot to take, at most `most`, so that neither remainder is dust.
fn sized(offer: &Offer, most: u128, dust: Amount) -> u128 {
    let sellable = match offer.to_raise {
        Some(to_raise) => {
            let raising = mul_div(to_raise.0, Price::ONE.0, offer.price.0, Rounding::Up).unwrap_or(u128::MAX);
            offer.remaining.0.min(raising)
        }
        None => offer.remaining.0,
    };
    if most >= sellable {
        return sellable;
    }
    // A part: what it costs and what it leaves must both be above dust.
    let least = mul_div(dust.0, Price::ONE.0, offer.price.0, Rounding::Up).unwrap_or(u128::MAX);
    let room = sellable.saturating_sub(least.saturating_mul(2));
    let part = most.min(room);
    if part < least { 0 } else { part }
}

fn cost(amount: u128, price: Price) -> u128 {
    mul_div(amount, price.0, Price::ONE.0, Rounding::Up).unwrap_or(u128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Market;
    use crate::scenario::MarketRules;

    const ONE: u128 = Price::ONE.0;

    fn depth() -> Depth {
        let rules = MarketRules { exit_base_bps: 0, exit_bps_per_percent_of_volume: 100, volume_if_unknown: 10_000 };
        Market::new(rules).depth(0, Price(100 * ONE), 0)
    }

    fn offer(lot: u64, remaining: u128, price: u128) -> Offer {
        Offer { lot, remaining: Amount(remaining * ONE), price: Price(price * ONE), to_raise: None }
    }

    const KEEPER: Keeper = Keeper { inventory: Amount(0), profit_bps: 100 };
    const DUST: Amount = Amount(100 * ONE);

    #[test]
    fn it_waits_until_the_price_pays() {
        assert!(decide(&KEEPER, Amount(ONE << 40), &[offer(1, 50, 99)], &depth(), DUST).is_empty());
        let takes = decide(&KEEPER, Amount(ONE << 40), &[offer(1, 50, 97)], &depth(), DUST);
        assert_eq!(takes, [Take { lot: 1, amount: Amount(50 * ONE), price_max: Price(97 * ONE) }]);
    }

    #[test]
    fn it_takes_no_more_than_it_can_sell_or_pay() {
        // 97 / 99 of the price: about 2 % of 10,000 can be sold before the price asked is not met.
        let takes = decide(&KEEPER, Amount(ONE << 60), &[offer(1, 5_000, 97)], &depth(), DUST);
        assert!((takes[0].amount.0 as f64 / ONE as f64 - 202.0).abs() < 0.1, "{takes:?}");
        let poor = decide(&KEEPER, Amount(970 * ONE), &[offer(1, 5_000, 97)], &depth(), DUST);
        assert_eq!(poor[0].amount, Amount(10 * ONE));
    }

    #[test]
    fn the_cheapest_comes_first_and_the_sum_counts() {
        let takes = decide(&KEEPER, Amount(ONE << 60), &[offer(1, 150, 97), offer(2, 150, 96)], &depth(), DUST);
        assert_eq!(takes[0].lot, 2);
        assert_eq!(takes[1].lot, 1);
        assert!(takes[1].amount < Amount(60 * ONE), "{takes:?}");
    }

    #[test]
    fn no_part_leaves_dust() {
        let offer = offer(1, 10, 100);
        assert_eq!(sized(&offer, 10 * ONE, DUST), 10 * ONE);
        assert_eq!(sized(&offer, 10 * ONE - 1, DUST), 8 * ONE);
        assert_eq!(sized(&offer, ONE - 1, DUST), 0);
        let raising = Offer { to_raise: Some(Amount(500 * ONE)), ..offer };
        assert_eq!(sized(&raising, 10 * ONE, DUST), 5 * ONE);
    }
}
