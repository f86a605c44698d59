//! One price from many reports: each publisher votes for p - c, p and p + c with its weight; the
//! price is the weighted median of the votes, its confidence the larger distance to the weighted
//! quartiles (the aggregation Pyth publishes, with the weights bounded as below).

use gage_units::{MathError, Price};

/// One report as the aggregation sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The price.
    pub price: Price,
    /// Its half-width; below the price.
    pub confidence: Price,
    /// The publisher's weight, above zero.
    pub weight: u32,
}

/// What the publishers agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consensus {
    /// The weighted median of the votes.
    pub price: Price,
    /// The larger distance from it to the 25th and 75th weighted percentiles.
    pub confidence: Price,
}

/// The weights that count: none reaches half of the sum, so that one publisher alone moves the
/// median no further than the votes of the others reach. With fewer than three there is no such
/// bound to give, and the two count alike.
pub fn bounded_weights(weights: &[u32]) -> Vec<u64> {
    let sum = weights.iter().fold(0u64, |sum, weight| sum.saturating_add(u64::from(*weight)));
    let bounded = |weight: &u32| {
        let others = sum.saturating_sub(u64::from(*weight));
        u64::from(*weight).min(others.saturating_sub(1)).max(1)
    };
    weights.iter().map(bounded).collect()
}

/// The consensus of `observations`, or `None` of none.
///
/// # Errors
/// [`MathError`] if a confidence is above its price or a vote does not fit.
pub fn consensus(observations: &[Observation]) -> Result<Option<Consensus>, MathError> {
    let weights: Vec<u32> = observations.iter().map(|observation| observation.weight).collect();
    let mut votes: Vec<(u128, u64)> = Vec::with_capacity(observations.len().saturating_mul(3));
    for (observation, weight) in observations.iter().zip(bounded_weights(&weights)) {
        let (price, confidence) = (observation.price.0, observation.confidence.0);
        votes.push((price.checked_sub(confidence).ok_or(MathError::Underflow)?, weight));
        votes.push((price, weight));
        votes.push((price.checked_add(confidence).ok_or(MathError::Overflow)?, weight));
    }
    votes.sort_unstable();
    let Some(median) = median(&votes) else { return Ok(None) };
    let low = votes_at(votes.iter(), &votes, 1, 4).unwrap_or(median);
    let high = votes_at(votes.iter().rev(), &votes, 1, 4).unwrap_or(median);
    let confidence = median.saturating_sub(low).max(high.saturating_sub(median));
    Ok(Some(Consensus { price: Price(median), confidence: Price(confidence) }))
}

/// The first vote, counted in the direction of `order`, at which the share `numerator / denominator`
/// of the weight is reached: the upper quartile is the lower one of the mirrored list.
fn votes_at<'v>(
    order: impl Iterator<Item = &'v (u128, u64)>,
    votes: &[(u128, u64)],
    numerator: u128,
    denominator: u128,
) -> Option<u128> {
    let total = votes.iter().fold(0u128, |sum, (_, weight)| sum.saturating_add(u128::from(*weight)));
    let wanted = total.saturating_mul(numerator);
    let mut reached = 0u128;
    for (price, weight) in order {
        reached = reached.saturating_add(u128::from(*weight));
        if reached.saturating_mul(denominator) >= wanted {
            return Some(*price);
        }
    }
    None
}

/// The vote in the middle of the weight, or the middle of the two that share it, rounded down.
fn median(votes: &[(u128, u64)]) -> Option<u128> {
    let low = votes_at(votes.iter(), votes, 1, 2)?;
    let high = votes_at(votes.iter().rev(), votes, 1, 2)?;
    let apart = high.saturating_sub(low);
    Some(low.saturating_add(apart >> 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(observations: &[(u128, u128, u32)]) -> (u128, u128) {
        let observation = |(price, confidence, weight): &(u128, u128, u32)| Observation {
            price: Price(*price),
            confidence: Price(*confidence),
            weight: *weight,
        };
        let observations: Vec<Observation> = observations.iter().map(observation).collect();
        let consensus = consensus(&observations).unwrap().unwrap();
        (consensus.price.0, consensus.confidence.0)
    }

    #[test]
    fn worked_by_hand() {
        // Votes 99 100 101 | 100 102 104 | 101 101 101: sorted 99 100 100 101 101 101 101 102 104.
        // Median (5th) 101; a quarter of 9 is reached at the 3rd from each end: 100 and 101.
        assert_eq!(of(&[(100, 1, 1), (102, 2, 1), (101, 0, 1)]), (101, 1));
        // One publisher: its own price and confidence.
        assert_eq!(of(&[(100, 7, 5)]), (100, 7));
        // Two that disagree: the middle, and the confidence says so.
        assert_eq!(of(&[(100, 1, 1), (110, 1, 1)]), (105, 5));
        assert_eq!(consensus(&[]), Ok(None));
    }

    #[test]
    fn half_the_weight_cannot_move_the_price_alone() {
        let honest = [(100, 1, 25), (100, 1, 25)];
        for absurd in [1, 50, 1_000_000_000] {
            for weight in [50, 99, u32::MAX] {
                let (price, _) = of(&[honest[0], honest[1], (absurd, 0, weight)]);
                assert!((99..=101).contains(&price), "{absurd} with weight {weight} moved the price to {price}");
            }
        }
    }

    #[test]
    fn weights_stay_below_half() {
        assert_eq!(bounded_weights(&[50, 25, 25]), [49, 25, 25]);
        assert_eq!(bounded_weights(&[10, 20, 30]), [10, 20, 29]);
        assert_eq!(bounded_weights(&[1, 1, 1]), [1, 1, 1]);
        assert_eq!(bounded_weights(&[9]), [1]);
        assert_eq!(bounded_weights(&[9, 2]), [1, 2]);
    }
}
