//! The nonce window against a set of all nonces ever used.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use std::collections::BTreeSet;

use gage_accounts::nonce::{LANE_MAX, NONCE_AHEAD_MAX, NONCE_WINDOW, count_of, lane_of, nonce};
use gage_accounts::{Error, NonceWindow};
use proptest::prelude::*;

/// What the window must say, by looking at everything that was ever used.
fn model(used: &BTreeSet<u64>, count: u64) -> Result<(), Error> {
    let Some(highest) = used.last().copied() else {
        return if count < NONCE_AHEAD_MAX { Ok(()) } else { Err(Error::NonceTooFar) };
    };
    if count > highest + NONCE_AHEAD_MAX || count >= 1 << 40 {
        Err(Error::NonceTooFar)
    } else if count + NONCE_WINDOW <= highest {
        Err(Error::NonceTooOld)
    } else if used.contains(&count) {
        Err(Error::NonceUsed)
    } else {
        Ok(())
    }
}

#[derive(Clone, Debug)]
enum Step {
    Near(i64),
    Far(u64),
    Any(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (-70i64..8).prop_map(Step::Near),
        1 => (NONCE_AHEAD_MAX - 2..NONCE_AHEAD_MAX + 3).prop_map(Step::Far),
        1 => any::<u64>().prop_map(|nonce| Step::Any(count_of(nonce))),
    ]
}

proptest! {
    #[test]
    fn the_window_agrees_with_a_set(steps in prop::collection::vec(step(), 1..200)) {
        let mut window = NonceWindow::default();
        let mut used: BTreeSet<u64> = BTreeSet::new();
        for step in steps {
            let highest = used.last().copied().unwrap_or(0);
            let count = match step {
                Step::Near(distance) => highest.saturating_add_signed(distance),
                Step::Far(distance) => highest + distance,
                Step::Any(count) => count,
            };
            let expected = model(&used, count);
            match window.with(count) {
                Ok(after) => {
                    prop_assert_eq!(expected, Ok(()));
                    window = after;
                    used.insert(count);
                }
                Err(error) => prop_assert_eq!(expected, Err(error)),
            }
        }
    }

    #[test]
    fn lane_and_count_come_back(lane in 0..=LANE_MAX, count in 0u64..1 << 40) {
        let nonce = nonce(lane, count);
        prop_assert_eq!((lane_of(nonce), count_of(nonce)), (lane, count));
    }
}

#[test]
fn the_borders_of_a_fresh_window() {
    let fresh = NonceWindow::default();
    assert!(fresh.with(0).is_ok());
    assert!(fresh.with(NONCE_AHEAD_MAX - 1).is_ok());
    assert_eq!(fresh.with(NONCE_AHEAD_MAX), Err(Error::NonceTooFar));
    let window = fresh.with(100).unwrap();
    assert!(window.with(37).is_ok());
    assert_eq!(window.with(36), Err(Error::NonceTooOld));
    assert_eq!(window.with(100), Err(Error::NonceUsed));
    assert!(window.with(1_000_100).is_ok());
    assert_eq!(window.with(1_000_101), Err(Error::NonceTooFar));
}

#[test]
fn the_last_count_of_a_lane_is_the_end() {
    let last = (1 << 40) - 1;
    let window = NonceWindow { next: last, used: 1 }.with(last).unwrap();
    assert_eq!(window.with(last + 1), Err(Error::NonceTooFar));
    assert_eq!(window.with(last), Err(Error::NonceUsed));
}
