//! How many requests one address or key may make: a bucket of tokens for each; and how many connections.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The most buckets remembered; full ones, which say nothing, go first.
const BUCKETS_MAX: usize = 10_000;
/// A key may make so many times at once what it may make per second.
const BURST: u32 = 4;

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// An address.
    Address(IpAddr),
    /// An API key with a rate of its own, by its name.
    Key(String),
}

/// Buckets of tokens.
pub struct Limiter {
    per_second: u32,
    burst: u32,
    buckets: Mutex<HashMap<Who, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    per_second: f64,
    burst: f64,
    tokens: f64,
    at: Instant,
}

impl Bucket {
    fn refilled(&self, now: Instant) -> f64 {
        let seconds = now.saturating_duration_since(self.at).as_secs_f64();
        (self.tokens + seconds * self.per_second).min(self.burst)
    }
}

impl Limiter {
    /// Buckets of addresses hold `burst` tokens and get `per_second` back.
    pub fn new(per_second: u32, burst: u32) -> Limiter {
        Limiter { per_second, burst, buckets: Mutex::default() }
    }

    /// Takes one token of the address, or says after what time there is one.
    ///
    /// # Errors
    /// The time.
    pub fn admit(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        self.take(Who::Address(address), self.per_second, self.burst, now)
    }

    /// Takes one token of a rate of its own.
    ///
    /// # Errors
    /// As [`Limiter::admit`].
    pub fn admit_at(&self, who: Who, per_second: u32, now: Instant) -> Result<(), Duration> {
        self.take(who, per_second, per_second.saturating_mul(BURST), now)
    }

    fn take(&self, who: Who, per_second: u32, burst: u32, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&who) {
            buckets.retain(|_, bucket| bucket.refilled(now) < bucket.burst);
            if buckets.len() >= BUCKETS_MAX {
                buckets.clear();
            }
        }
        let (per_second, burst) = (f64::from(per_second.max(1)), f64::from(burst.max(1)));
        let bucket = buckets.entry(who).or_insert(Bucket { per_second, burst, tokens: burst, at: now });
        (bucket.per_second, bucket.burst) = (per_second, burst);
        let tokens = bucket.refilled(now);
        bucket.at = now;
        bucket.tokens = if tokens >= 1.0 { tokens - 1.0 } else { tokens };
        if tokens >= 1.0 { Ok(()) } else { Err(Duration::from_secs_f64((1.0 - tokens) / per_second)) }
    }
}

/// How many connections each address has open.
#[derive(Default)]
pub struct Connections {
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection that counts until it is dropped.
pub struct Counted {
    of: Arc<Connections>,
    address: IpAddr,
}

impl Connections {
    /// Counts one more connection of an address, unless it has `max`.
    pub fn count(self: &Arc<Self>, address: IpAddr, max: usize) -> Option<Counted> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= max {
            return None;
        }
        *count += 1;
        Some(Counted { of: Arc::clone(self), address })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.of.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn a_burst_passes_and_tokens_come_back() {
        let limiter = Limiter::new(2, 3);
        let (one, other) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let start = Instant::now();
        let admitted: Vec<bool> = (0..4).map(|_| limiter.admit(one, start).is_ok()).collect();
        assert_eq!(admitted, [true, true, true, false]);
        assert_eq!(limiter.admit(one, start), Err(Duration::from_millis(500)), "it says when");
        assert!(limiter.admit(other, start).is_ok(), "another address has a bucket of its own");
        let key = || Who::Key("desk".to_owned());
        assert!(
            (0..40).all(|_| limiter.admit_at(key(), 10, start).is_ok()) && limiter.admit_at(key(), 10, start).is_err()
        );
        assert!(limiter.admit(one, start + Duration::from_millis(600)).is_ok());
        assert!(limiter.admit(one, start + Duration::from_millis(600)).is_err());
    }

    #[test]
    fn the_memory_is_bounded() {
        let limiter = Limiter::new(1, 2);
        let start = Instant::now();
        for number in 0..u32::try_from(BUCKETS_MAX + 500).unwrap() {
            assert!(limiter.admit(IpAddr::V4(Ipv4Addr::from(number)), start).is_ok());
        }
        assert!(limiter.buckets.lock().unwrap().len() <= BUCKETS_MAX);
    }

    #[test]
    fn connections_are_counted_until_they_end() {
        let connections = Arc::new(Connections::default());
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let first = connections.count(address, 2);
        let second = connections.count(address, 2);
        assert!(first.is_some() && second.is_some() && connections.count(address, 2).is_none());
        drop(first);
        assert!(connections.count(address, 2).is_some());
        drop(second);
        assert!(connections.open.lock().unwrap().is_empty());
    }
}
