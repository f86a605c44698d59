//! Clocks and middle values.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

/// Random numbers of a fixed seed: SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Random(u64);

/// The seed of every workload.
pub(crate) const SEED: u64 = 42;

impl Random {
    pub fn new() -> Random {
        Random(SEED)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniform below `bound`, which is far below 2^64, so that the bias of the remainder does not show.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Two different numbers below `bound`.
    pub fn pair(&mut self, bound: usize) -> (usize, usize) {
        let (first, second) = (self.below(bound), self.below(bound - 1));
        (first, if second >= first { second + 1 } else { second })
    }
}

/// What `work` gives, and the processor time of this thread that it took.
pub(crate) fn cpu<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = ThreadTime::now();
    let done = work();
    (done, start.elapsed())
}

/// What `work` gives, and the time it took on the wall clock.
pub(crate) fn wall<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

/// The middle of a series.
pub(crate) fn median(series: &mut [Duration]) -> Duration {
    percentile(series, 50)
}

/// The value below which `percent` of the series lie.
pub(crate) fn percentile(series: &mut [Duration], percent: usize) -> Duration {
    series.sort_unstable();
    series.get((series.len().saturating_sub(1)) * percent / 100).copied().unwrap_or_default()
}

/// Acts per second.
pub(crate) fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}
