//! Random reports and blocks against naive models.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod support;

use gage_oracle::consensus::{Observation, bounded_weights, consensus};
use gage_oracle::operations::{RemovePublisher, Report, SetMarketState};
use gage_oracle::state::{CELLS, Trading};
use gage_oracle::{Action, FeedParams, Operation, PriceClass};
use gage_units::{Bps, Price, Timestamp};
use proptest::prelude::*;
use support::{E18, FEED, World};

/// The votes written out one by one, as often as they weigh.
fn by_expansion(observations: &[Observation]) -> (u128, u128) {
    let weights: Vec<u32> = observations.iter().map(|observation| observation.weight).collect();
    let mut votes = Vec::new();
    for (observation, weight) in observations.iter().zip(bounded_weights(&weights)) {
        for _ in 0..weight {
            let (price, confidence) = (observation.price.0, observation.confidence.0);
            votes.extend([price - confidence, price, price + confidence]);
        }
    }
    votes.sort_unstable();
    let count = votes.len();
    let (low, high) = (votes[(count - 1) / 2], votes[count / 2]);
    let median = low + (high - low) / 2;
    let quarter = count.div_ceil(4);
    (median, (median - votes[quarter - 1]).max(votes[count - quarter] - median))
}

fn observations(most: usize) -> impl Strategy<Value = Vec<Observation>> {
    let observation = (1u128..400, 0u128..100, 1u32..12).prop_map(|(price, share, weight)| Observation {
        price: Price(price),
        confidence: Price(price * share / 200),
        weight,
    });
    prop::collection::vec(observation, 1..most)
}

#[derive(Clone, Debug)]
enum Step {
    Report { place: usize, bps: i64, lag: u64, wide: bool },
    Block { later: u64 },
    Market { open: bool },
    Remove { place: usize },
    Admit { place: usize, weight: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => (0usize..5, -2_000i64..2_000, 0u64..20_000, any::<bool>())
            .prop_map(|(place, bps, lag, wide)| Step::Report { place, bps, lag, wide }),
        6 => (1u64..25_000).prop_map(|later| Step::Block { later }),
        1 => any::<bool>().prop_map(|open| Step::Market { open }),
        1 => (0usize..5).prop_map(|place| Step::Remove { place }),
        1 => (0usize..5, 1u32..30).prop_map(|(place, weight)| Step::Admit { place, weight }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn the_weighted_median_is_that_of_the_votes_written_out(observations in observations(9)) {
        let found = consensus(&observations).unwrap().unwrap();
        prop_assert_eq!((found.price.0, found.confidence.0), by_expansion(&observations));
    }

    #[test]
    fn the_order_of_reports_and_the_scale_of_prices_do_not_matter(observations in observations(9)) {
        let found = consensus(&observations).unwrap().unwrap();
        let mut turned = observations.clone();
        turned.reverse();
        prop_assert_eq!(consensus(&turned).unwrap().unwrap(), found);
    }

    /// Whatever one publisher of three or more says, and however much it weighs, the price stays
    /// within what the others vote for.
    #[test]
    fn one_publisher_stays_within_the_votes_of_the_others(
        mut observations in observations(9),
        loud in (1u128..1_000_000, 0u128..100, any::<u32>()),
    ) {
        prop_assume!(observations.len() >= 2);
        let votes = |of: &[Observation]| {
            let low = of.iter().map(|seen| seen.price.0 - seen.confidence.0).min().unwrap();
            let high = of.iter().map(|seen| seen.price.0 + seen.confidence.0).max().unwrap();
            (low, high)
        };
        let (low, high) = votes(&observations);
        let (price, share, weight) = loud;
        let confidence = Price(price * share / 200);
        observations.push(Observation { price: Price(price), confidence, weight: weight.max(1) });
        let found = consensus(&observations).unwrap().unwrap().price.0;
        prop_assert!((low..=high).contains(&found), "{} outside {}..={}", found, low, high);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Random work over many blocks: the invariants hold in every block (the world checks them), a
    /// cell never goes back, the price in use stays within the bound of the last confirmed one, and
    /// the quote is ordered, bounded and of the class the records say.
    #[test]
    fn cells_and_quotes_keep_their_promises(steps in prop::collection::vec(step(), 1..80)) {
        let params = FeedParams {
            quorum: 3,
            max_age_ms: 40_000,
            jump_bound: Bps(1_000),
            jump_quorum: 4,
            jump_delay_ms: 30_000,
            ..FeedParams::default()
        };
        let mut world = World::new(5, params.clone());
        let mut pending: Vec<Step> = Vec::new();
        let mut reference = 200 * E18;
        for step in steps {
            let Step::Block { later } = step else {
                pending.push(step);
                continue;
            };
            let before = CELLS.get(&world.draft, &FEED);
            let work = std::mem::take(&mut pending);
            world.block(later, |world| work.iter().for_each(|step| run(world, step, &mut reference)));
            let Some(cell) = CELLS.get(&world.draft, &FEED) else { continue };
            if let Some(before) = before {
                prop_assert!(cell.observed_at >= before.observed_at && cell.updated_at >= before.updated_at);
                prop_assert!(cell.averages.variance.0 <= gage_oracle::averages::VARIANCE_MAX.0);
            }
            let quote = world.quote();
            prop_assert!(quote.low <= quote.mid && quote.mid <= quote.high && quote.low > Price(0));
            let bound = params.band_max.apply(quote.mid.0, gage_units::Rounding::Down).unwrap();
            prop_assert!(quote.mid.0 - quote.low.0 <= bound && quote.high.0 - quote.mid.0 <= bound);
            let moved = quote.mid.0.abs_diff(cell.belief.confirmed.0);
            prop_assert!(moved <= cell.belief.confirmed.0 / 10);
            prop_assert_eq!(quote.class == PriceClass::Jumped, cell.belief.jump.is_some()
                && !matches!(quote.class, PriceClass::Stale | PriceClass::Closed));
            if quote.age_ms > params.max_age_ms {
                prop_assert!(quote.class >= PriceClass::Stale);
            }
            prop_assert_eq!(world.may(Action::Liquidate), quote.class <= PriceClass::Jumped);
            prop_assert_eq!(world.may(Action::Borrow), quote.class <= PriceClass::Uncertain);
            // The same question at the same time has the same answer.
            prop_assert_eq!(world.quote(), quote);
        }
    }
}

fn run(world: &mut World, step: &Step, reference: &mut u128) {
    match *step {
        Step::Report { place, bps, lag, wide } => {
            let price = reference.checked_add_signed(*reference as i128 * i128::from(bps) / 10_000).unwrap();
            if bps % 7 == 0 {
                *reference = price.clamp(E18, 1_000_000 * E18);
            }
            let confidence = Price(if wide { price / 20 } else { price / 5_000 });
            let observed_at = Timestamp(world.time - lag);
            let report = Report { feed: FEED, price: Price(price), confidence, bid: None, ask: None, observed_at };
            // Refusals (older than the last, not a publisher, before a reopening) are part of the run.
            drop(world.act(place, Operation::Report(report)));
        }
        Step::Market { open } => {
            let trading = if open { Trading::Open } else { Trading::Halted };
            let set = SetMarketState { feed: FEED, trading, action: None };
            world.govern(Operation::SetMarketState(set)).unwrap();
        }
        Step::Remove { place } => {
            let publisher = world.ids[place];
            drop(world.govern(Operation::RemovePublisher(RemovePublisher { feed: FEED, publisher })));
        }
        Step::Admit { place, weight } => world.publish(FEED, place, weight).unwrap(),
        Step::Block { .. } => (),
    }
}

proptest! {
    /// Arbitrary bytes are an operation or an error, never a panic; an operation has one encoding.
    #[test]
    fn arbitrary_bytes_decode_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), verb in 0u8..11) {
        let mut bytes = bytes;
        if let Some(first) = bytes.first_mut() {
            *first = verb;
        }
        if let Ok(operation) = borsh::from_slice::<Operation>(&bytes) {
            prop_assert_eq!(borsh::to_vec(&operation).unwrap(), bytes);
            drop(operation.validate());
        }
    }
}
