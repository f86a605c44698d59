//! How many requests one address may make: a bucket of tokens for each.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The most addresses remembered; those that have not been heard of for longest go first.
const ADDRESSES_MAX: usize = 10_000;

/// Buckets of tokens by address.
pub struct Limiter {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Limiter {
    /// Buckets that hold `burst` tokens and get `per_second` back.
    pub fn new(per_second: u32, burst: u32) -> Limiter {
        Limiter { per_second: f64::from(per_second), burst: f64::from(burst), buckets: Mutex::default() }
    }

    /// Takes one token of the address, or says no.
    pub fn admit(&self, address: IpAddr, now: Instant) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= ADDRESSES_MAX && !buckets.contains_key(&address) {
            self.forget(&mut buckets, now);
        }
        let bucket = buckets.entry(address).or_insert(Bucket { tokens: self.burst, at: now });
        let tokens = self.refilled(bucket, now);
        bucket.at = now;
        bucket.tokens = if tokens >= 1.0 { tokens - 1.0 } else { tokens };
        tokens >= 1.0
    }

    fn refilled(&self, bucket: &Bucket, now: Instant) -> f64 {
        let seconds = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.tokens + seconds * self.per_second).min(self.burst)
    }

    /// Forgets full buckets, which say nothing; if none is full, everything.
    fn forget(&self, buckets: &mut HashMap<IpAddr, Bucket>, now: Instant) {
        buckets.retain(|_, bucket| self.refilled(bucket, now) < self.burst);
        if buckets.len() >= ADDRESSES_MAX {
            buckets.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::time::Duration;

    #[test]
    fn a_burst_passes_and_tokens_come_back() {
        let limiter = Limiter::new(2, 3);
        let (one, other) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let start = Instant::now();
        let admitted: Vec<bool> = (0..4).map(|_| limiter.admit(one, start)).collect();
        assert_eq!(admitted, [true, true, true, false]);
        assert!(limiter.admit(other, start), "another address has a bucket of its own");
        assert!(limiter.admit(one, start + Duration::from_millis(600)));
        assert!(!limiter.admit(one, start + Duration::from_millis(600)));
    }

    #[test]
    fn the_memory_is_bounded() {
        let limiter = Limiter::new(1, 2);
        let start = Instant::now();
        for number in 0..u32::try_from(ADDRESSES_MAX + 500).unwrap() {
            limiter.admit(IpAddr::V4(Ipv4Addr::from(number)), start);
        }
        assert!(limiter.buckets.lock().unwrap().len() <= ADDRESSES_MAX);
    }
}
