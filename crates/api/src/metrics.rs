//! Figures about requests; with those of the node, what `/metrics` shows.
//!
//! Requests and their time (by route, as `docs` in [`NAMES`]):
//! `gage_http_requests_total`, `gage_http_request_seconds`, `gage_http_rate_limited_total`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Every metric: its name, kind and meaning. The text of `/metrics` is written from this list.
pub const NAMES: [(&str, &str, &str); 22] = [
    ("gage_head_height", "gauge", "The last executed height."),
    ("gage_head_time_ms", "gauge", "The time of the last executed block, in milliseconds since 1970."),
    ("gage_certified_height", "gauge", "The newest height whose state is certified."),
    ("gage_records", "gauge", "Records in all tables."),
    ("gage_mempool_transactions", "gauge", "Transactions that wait for a block."),
    ("gage_base_fee", "gauge", "Smallest units of the fee asset per 1,000 weight."),
    ("gage_frozen_modules", "gauge", "Modules that accept only acts that reduce risk."),
    ("gage_stopped", "gauge", "1 if the node stopped after a fault, else 0."),
    ("gage_epoch", "gauge", "The epoch of the next block, in a network that chooses its validators."),
    ("gage_validators", "gauge", "Validators of that epoch."),
    ("gage_equivocations", "gauge", "Contradictions of validators that this node has seen."),
    ("gage_open_auctions", "gauge", "Lots at auction, up to 1,000."),
    ("gage_facility_debt", "gauge", "Debt of the vaults of a facility, in smallest units."),
    ("gage_facility_bad_debt", "gauge", "Losses of a facility that nobody bore, in smallest units."),
    ("gage_facility_collateral_value", "gauge", "Collateral of a facility, in 1e-18 of the numeraire."),
    ("gage_price", "gauge", "The middle price of a feed, in its quote."),
    ("gage_http_requests_total", "counter", "Requests by route and status."),
    ("gage_http_request_seconds", "histogram", "How long answers took."),
    ("gage_http_rate_limited_total", "counter", "Requests refused because an address made too many."),
    ("gage_http_connections_refused_total", "counter", "Connections refused because as many were open as may be."),
    ("gage_streams", "gauge", "Open WebSocket streams."),
    ("gage_streams_slow_total", "counter", "Streams closed because their client read nothing."),
];

/// Upper bounds of the histogram's buckets, in microseconds.
const BOUNDS_US: [u64; 8] = [1_000, 5_000, 20_000, 100_000, 500_000, 2_000_000, 10_000_000, 60_000_000];

/// Counters of requests.
#[derive(Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(String, u16), u64>>,
    buckets: [AtomicU64; BOUNDS_US.len()],
    count: AtomicU64,
    sum_us: AtomicU64,
    rate_limited: AtomicU64,
    refused: AtomicU64,
    slow: AtomicU64,
}

impl Metrics {
    /// Notes an answered request. `route` is the pattern, so that their number is bounded.
    pub fn answered(&self, route: &str, status: u16, took: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((route.to_owned(), status)).or_default() += 1;
        drop(requests);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        for (bound, bucket) in BOUNDS_US.iter().zip(&self.buckets) {
            if micros <= *bound {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(micros, Ordering::Relaxed);
    }

    /// Notes a request refused for its rate.
    pub fn rate_limited(&self) {
        self.rate_limited.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes a connection that is one too many.
    pub fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes the end of a stream.
    pub fn stream_ended(&self, slow: bool) {
        self.slow.fetch_add(u64::from(slow), Ordering::Relaxed);
    }

    /// How many requests were refused for their rate.
    pub fn rate_limited_count(&self) -> u64 {
        self.rate_limited.load(Ordering::Relaxed)
    }

    /// Writes the counters of requests.
    pub fn write(&self, page: &mut Exposition) {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for ((route, status), count) in requests {
            let labels = format!("route=\"{route}\",status=\"{status}\"");
            page.sample("gage_http_requests_total", "", &labels, count);
        }
        for (bound, bucket) in BOUNDS_US.iter().zip(&self.buckets) {
            let labels = format!("le=\"{}\"", Duration::from_micros(*bound).as_secs_f64());
            page.sample("gage_http_request_seconds", "_bucket", &labels, bucket.load(Ordering::Relaxed));
        }
        let count = self.count.load(Ordering::Relaxed);
        page.sample("gage_http_request_seconds", "_bucket", "le=\"+Inf\"", count);
        let sum = Duration::from_micros(self.sum_us.load(Ordering::Relaxed)).as_secs_f64();
        page.sample("gage_http_request_seconds", "_sum", "", sum);
        page.sample("gage_http_request_seconds", "_count", "", count);
        page.sample("gage_http_rate_limited_total", "", "", self.rate_limited.load(Ordering::Relaxed));
        page.sample("gage_http_connections_refused_total", "", "", self.refused.load(Ordering::Relaxed));
        page.sample("gage_streams_slow_total", "", "", self.slow.load(Ordering::Relaxed));
    }
}

/// A page in the Prometheus text format: samples of one metric stand together under its heading.
#[derive(Default)]
pub struct Exposition {
    samples: BTreeMap<&'static str, String>,
}

impl Exposition {
    /// Adds a sample of the metric `name`; names outside [`NAMES`] are not shown.
    pub fn sample(&mut self, name: &'static str, suffix: &str, labels: &str, value: impl std::fmt::Display) {
        let text = self.samples.entry(name).or_default();
        let braces = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        writeln!(text, "{name}{suffix}{braces} {value}").expect("writing to memory cannot fail");
    }

    /// The page.
    pub fn text(&self) -> String {
        let mut page = String::new();
        for (name, kind, meaning) in NAMES {
            let samples = self.samples.get(name).map_or("", String::as_str);
            if !samples.is_empty() {
                write!(page, "# HELP {name} {meaning}\n# TYPE {name} {kind}\n{samples}")
                    .expect("writing to memory cannot fail");
            }
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_stand_under_their_heading() {
        let (metrics, mut page) = (Metrics::default(), Exposition::default());
        metrics.answered("/v1/fees", 200, Duration::from_millis(3));
        metrics.answered("/v1/fees", 200, Duration::from_secs(100));
        metrics.write(&mut page);
        let text = page.text();
        assert!(text.contains("# TYPE gage_http_requests_total counter\ngage_http_requests_total{route=\"/v1/fees\",status=\"200\"} 2\n"), "{text}");
        assert!(text.contains("gage_http_request_seconds_bucket{le=\"0.001\"} 0\n"), "{text}");
        assert!(text.contains("gage_http_request_seconds_bucket{le=\"0.005\"} 1\n"), "{text}");
        assert!(text.contains("gage_http_request_seconds_bucket{le=\"+Inf\"} 2\n"), "{text}");
    }
}
