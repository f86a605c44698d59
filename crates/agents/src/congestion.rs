//! Whose transaction gets into a block: everyone's, or in a congested time those of a lucky few.

use crate::random::Stream;
use crate::scenario::Congestion;

/// The congested times of a run.
#[derive(Clone, Debug)]
pub struct Gate {
    windows: Vec<Congestion>,
    seed: u64,
}

impl Gate {
    /// For the windows of a scenario.
    pub fn new(windows: Vec<Congestion>, seed: u64) -> Gate {
        Gate { windows, seed }
    }

    /// How many transactions of users get in at this many milliseconds after the start; nothing if all do.
    pub fn cap(&self, since_start_ms: u64) -> Option<usize> {
        let minute = since_start_ms / 60_000;
        let inside = |window: &&Congestion| (window.from_minute..window.from_minute + window.minutes).contains(&minute);
        self.windows.iter().filter(inside).map(|window| window.user_transactions_per_block as usize).min()
    }

    /// Keeps those that get in, in their order, and returns how many were left out. Who gets in is
    /// drawn by seed and time: a fee auction whose outcome no agent controls.
    pub fn admit<T>(&self, since_start_ms: u64, intents: &mut Vec<T>) -> usize {
        let Some(cap) = self.cap(since_start_ms) else {
            return 0;
        };
        let left_out = intents.len().saturating_sub(cap);
        if left_out > 0 {
            let mut order: Vec<usize> = (0..intents.len()).collect();
            Stream::new(self.seed, "congestion", since_start_ms).shuffle(&mut order);
            let mut lucky = vec![false; intents.len()];
            for index in order.into_iter().take(cap) {
                lucky[index] = true;
            }
            let mut index = 0;
            intents.retain(|_| {
                index += 1;
                lucky[index - 1]
            });
        }
        left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_get_in_while_it_lasts() {
        let gate = Gate::new(vec![Congestion { from_minute: 10, minutes: 60, user_transactions_per_block: 3 }], 7);
        let admitted = |minute: u64| {
            let mut intents: Vec<u32> = (0..20).collect();
            let left_out = gate.admit(minute * 60_000, &mut intents);
            (intents, left_out)
        };
        assert_eq!(admitted(9).1, 0);
        assert_eq!(admitted(70).0.len(), 20);
        let (lucky, left_out) = admitted(10);
        assert_eq!((lucky.len(), left_out), (3, 17));
        assert!(lucky.is_sorted());
        assert_eq!(admitted(10), admitted(10));
        assert_ne!(admitted(10).0, admitted(14).0, "the luck changes from block to block");
    }
}
