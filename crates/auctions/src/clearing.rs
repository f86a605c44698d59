//! The one price of a uniform-price lot: pure arithmetic on bids.
//!
//! The clearing price is the highest of the prices at which the most is sold: with more demand than
//! lot the limit of the bid that completes the lot, with less the lowest limit of all. Whoever bid
//! more gets what he asked; those at the price share what is left in proportion to their amounts,
//! each part rounded down, and the units left over go to the largest remainders, among equals to the
//! bid that came first ([`gage_units::allocate`]). Bids are numbered in the order of their coming, so
//! the number decides between bids of one block as well.

use gage_units::{Amount, MathError, Price, allocate};

/// A bid as the arithmetic sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// At most this much.
    pub amount: Amount,
    /// At no more than this price.
    pub limit: Price,
}

/// What a clearing comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clearing {
    /// What all pay.
    pub price: Price,
    /// What each offer gets, in the order of the offers.
    pub allocations: Vec<Amount>,
}

/// Clears `lot` among `offers`, the best first and among equals the earliest. None without offers.
///
/// # Errors
/// [`MathError`] never for a book of bids: what they ask for in sum may be more than an amount.
pub fn clear(lot: Amount, offers: &[Offer]) -> Result<Option<Clearing>, MathError> {
    let Some(price) = marginal_limit(lot, offers) else { return Ok(None) };
    let mut left = lot;
    let mut allocations = vec![Amount::ZERO; offers.len()];
    for (offer, part) in offers.iter().zip(&mut allocations).filter(|(offer, _)| offer.limit > price) {
        *part = offer.amount;
        left = left.minus(offer.amount)?;
    }
    let at_margin: Vec<usize> =
        offers.iter().enumerate().filter(|(_, offer)| offer.limit == price).map(|(index, _)| index).collect();
    let weights: Vec<u128> =
        at_margin.iter().filter_map(|index| offers.get(*index)).map(|offer| offer.amount.0).collect();
    // Beyond an amount it is more than is left.
    let asked = weights.iter().fold(0u128, |sum, weight| sum.saturating_add(*weight));
    // Below what is asked a part is below its weight or equal to it exactly, so no bid gets more than it asked.
    let parts = if asked <= left.0 { weights.into_iter().map(Amount).collect() } else { allocate(left, &weights)? };
    for (index, part) in at_margin.into_iter().zip(parts) {
        if let Some(allocation) = allocations.get_mut(index) {
            *allocation = part;
        }
    }
    Ok(Some(Clearing { price, allocations }))
}

/// The limit of the offer that completes the lot, or of the last one.
fn marginal_limit(lot: Amount, offers: &[Offer]) -> Option<Price> {
    let mut left = lot.0;
    for offer in offers {
        match left.checked_sub(offer.amount.0) {
            Some(rest) if rest > 0 => left = rest,
            _ => return Some(offer.limit),
        }
    }
    offers.last().map(|offer| offer.limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleared(lot: u128, offers: &[(u128, u128)]) -> (u128, Vec<u128>) {
        let offers: Vec<Offer> =
            offers.iter().map(|(amount, limit)| Offer { amount: Amount(*amount), limit: Price(*limit) }).collect();
        let clearing = clear(Amount(lot), &offers).unwrap().unwrap();
        (clearing.price.0, clearing.allocations.iter().map(|amount| amount.0).collect())
    }

    #[test]
    fn the_bid_that_completes_the_lot_sets_the_price() {
        // 60 at 12 and 30 at 11 leave 10 of the 100 for the 50 at 10; the 40 at 9 get nothing.
        assert_eq!(cleared(100, &[(60, 12), (30, 11), (50, 10), (40, 9)]), (10, vec![60, 30, 10, 0]));
        // Exactly complete: the price is that of the last one served, not of the first one refused.
        assert_eq!(cleared(90, &[(60, 12), (30, 11), (50, 10)]), (11, vec![60, 30, 0]));
    }

    #[test]
    fn those_at_the_price_share_in_proportion() {
        // 60 are gone at 12; 40 are left for 30 + 50 + 20 at 10: 12, 20, 8.
        assert_eq!(cleared(100, &[(60, 12), (30, 10), (50, 10), (20, 10)]), (10, vec![60, 12, 20, 8]));
        // 10 for three equal bids: 3.33 each; the unit left over is the first's, who came earliest.
        assert_eq!(cleared(10, &[(7, 5), (7, 5), (7, 5)]), (5, vec![4, 3, 3]));
        // 5 for 1 + 9: 0.5 and 4.5, equal remainders: the unit left over is the first's.
        assert_eq!(cleared(5, &[(1, 5), (9, 5)]), (5, vec![1, 4]));
    }

    #[test]
    fn what_is_asked_for_may_exceed_an_amount() {
        let huge = 1u128 << 127;
        assert_eq!(cleared(100, &[(huge, 10), (huge, 10), (huge, 10), (huge, 10)]), (10, vec![25; 4]));
        let (price, parts) = cleared(huge, &[(huge, 10), (huge, 10), (1, 10)]);
        assert_eq!((price, parts[0], parts[1]), (10, huge >> 1, huge >> 1));
    }

    #[test]
    fn too_little_demand_pays_the_lowest_limit() {
        assert_eq!(cleared(100, &[(60, 12), (30, 11)]), (11, vec![60, 30]));
        assert_eq!(clear(Amount(100), &[]), Ok(None));
    }
}
