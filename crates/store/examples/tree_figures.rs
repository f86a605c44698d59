//! Prints what the authenticated tree costs: 1,000,000 records, batches of 10,000 and 100,000 distinct random keys, fixed seed.
//!
//! `cargo run --release -p gage-store --example tree_figures [records]`
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a measurement, not part of the protocol"
)]

use std::sync::LazyLock;
use std::time::Instant;

use gage_store::certified::{Certified, Changes};
use gage_store::proof::verify_inclusion;
use gage_store::snapshot;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);
const SEED: u64 = 1;
const ROUNDS: usize = 9;

fn main() {
    let records: u64 = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().expect("a number of records"));
    println!("{records} records, keys of 20 bytes, values of 60 bytes, seed {SEED}; CPU time of one thread");
    let mut dice = SEED;
    let mut load = Changes::new();
    (0..records).for_each(|number| push(&mut load, number, &mut dice));
    for retained in [1, 16] {
        let before = resident_bytes();
        let mut certified = Certified::new(retained);
        let start = clock();
        certified.apply(0, &load).unwrap();
        let each = (clock() - start) as f64 / records as f64;
        let held = resident_bytes().saturating_sub(before) / records;
        println!("retained {retained:2}: first load {each:.0} ns per record");
        // The second tree lies in memory that the first gave back: only the first can be weighed.
        if retained == 1 {
            println!("retained {retained:2}: resident {held} B per record, 80 of them key and value");
        }
        let mut height = 0;
        for size in [10_000.min(records), 100_000.min(records)] {
            let mut times = Vec::new();
            for _ in 0..ROUNDS + retained {
                let batch = batch(size, records, &mut dice);
                height += 1;
                let start = clock();
                certified.apply(height, &batch).unwrap();
                times.push((clock() - start) as f64 / size as f64);
            }
            times.drain(..retained);
            times.sort_by(f64::total_cmp);
            let (median, best, worst) = (times[ROUNDS / 2], times[0], times[ROUNDS - 1]);
            let kept = certified.retained_bytes() as f64 / (retained as f64 * size as f64);
            println!(
                "retained {retained:2}: batch {size:6}: {median:.0} ns per key (best {best:.0}, worst {worst:.0}), {kept:.0} B retained per changed key, old records apart"
            );
        }
        if retained > 1 {
            proofs(&certified, records, &mut dice);
            snapshots(&certified);
        }
    }
}

fn proofs(certified: &Certified, records: u64, dice: &mut u64) {
    let heights: Vec<u64> = certified.checkpoints().collect();
    for height in [heights[heights.len() - 1], heights[0]] {
        let keys: Vec<[u8; 20]> = (0..10_000).map(|_| key(next(dice) % records)).collect();
        let start = clock();
        let reads: Vec<_> = keys.iter().map(|key| certified.read_at(height, key).unwrap()).collect();
        let made = (clock() - start) / 10_000;
        let bytes: usize = reads.iter().map(|read| borsh::to_vec(&read.proof).unwrap().len()).sum();
        let start = clock();
        for (key, read) in keys.iter().zip(&reads) {
            verify_inclusion(&read.root, key, read.value.as_ref().unwrap(), &read.proof).unwrap();
        }
        let verified = (clock() - start) / 10_000;
        let age = heights[heights.len() - 1] - height;
        println!("proof {age} checkpoints back: {} B, read and prove {made} ns, verify {verified} ns", bytes / 10_000);
    }
}

fn snapshots(certified: &Certified) {
    let start = clock();
    let mut bytes = Vec::new();
    snapshot::write(&mut bytes, b"figures", certified.len() as u64, certified.records()).unwrap();
    let written = (clock() - start) / 1_000_000;
    let start = clock();
    let (_, changes) = snapshot::read_all(bytes.as_slice()).unwrap();
    let read = (clock() - start) / 1_000_000;
    let start = clock();
    let root = Certified::new(16).apply(0, &changes).unwrap();
    let built = (clock() - start) / 1_000_000;
    assert_eq!(root, certified.root());
    println!("snapshot: {} B, written in {written} ms, read in {read} ms, tree in {built} ms", bytes.len());
}

/// A batch of distinct random keys with new values.
fn batch(size: u64, records: u64, dice: &mut u64) -> Changes {
    let mut chosen = vec![false; records as usize];
    let mut changes = Changes::new();
    while (changes.len() as u64) < size {
        let number = next(dice) % records;
        if !std::mem::replace(&mut chosen[number as usize], true) {
            push(&mut changes, number, dice);
        }
    }
    changes
}

fn push(changes: &mut Changes, number: u64, dice: &mut u64) {
    let mut value = [0; 60];
    value[..8].copy_from_slice(&next(dice).to_le_bytes());
    changes.push(&key(number), Some(&value)).unwrap();
}

fn key(number: u64) -> [u8; 20] {
    let mut key = [7; 20];
    key[..8].copy_from_slice(&number.to_le_bytes());
    key
}

/// SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Time this thread ran on a core, in nanoseconds, where the system says (Linux), so that other work on the machine does not count; else wall time.
fn clock() -> u64 {
    // The counter is brought up to date when the thread gives way.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let ran = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
    ran.unwrap_or_else(|| START.elapsed().as_nanos() as u64)
}

/// Memory of this process that is in use, where the system says (Linux), else 0.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    status.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).map_or(0, |pages| pages * 4096)
}
