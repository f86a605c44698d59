//! Prints how long one group commit takes, beside a bare file in the same run.
//!
//! `cargo run --release -p gage-node --example log_figures [DIRECTORY]`
//!
//! Workload: blocks of 154 KB (1,000 operations of 154 bytes) and 1.54 MB (10,000), one group each, as many as fill about
//! 300 MB; the log's checksums are included. Beside it: append + fdatasync of the same bytes to a growing file, and
//! overwrite + fdatasync of a file that was filled with zeros. The three take turns, so that they meet the same disk.

use gage_node::disk::{BlockLog, Options};
use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let base = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = base.join(format!("gage-log-figures-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    println!("milliseconds, p50 / p99 / max; directory {}", base.display());
    println!("| block | log: group commit | bare append + fdatasync | bare overwrite of zeros + fdatasync |");
    println!("|---|---|---|---|");
    let result = [(154_000, 2_000), (1_540_000, 200)].into_iter().try_for_each(|(bytes, count)| {
        let case = dir.join(bytes.to_string());
        fs::create_dir_all(&case)?;
        let [log, append, overwrite] = measure(&case, bytes, count)?;
        println!("| {bytes} B x {count} | {log} | {append} | {overwrite} |");
        Ok(())
    });
    fs::remove_dir_all(&dir)?;
    result
}

fn measure(dir: &std::path::Path, bytes: usize, count: u64) -> Result<[String; 3], Box<dyn Error>> {
    // Bytes that do not compress and differ from block to block.
    let mut block: Vec<u8> = (0..bytes as u64).map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
    let (mut log, _) = BlockLog::open(&dir.join("log"), Options::new([1; 32]))?;
    let mut growing = File::create(dir.join("growing"))?;
    let zeros = File::create(dir.join("zeros"))?;
    let zeros_bytes = 64_u64 << 20;
    (0..64).try_for_each(|number| zeros.write_all_at(&vec![0; 1 << 20], number << 20))?;
    zeros.sync_all()?;
    let mut at = 0;

    let mut times: [Vec<Duration>; 3] = Default::default();
    for height in 1..=count {
        block[..8].copy_from_slice(&height.to_le_bytes());
        let start = Instant::now();
        log.append(height, &[&block])?;
        times[0].push(start.elapsed());

        let start = Instant::now();
        growing.write_all(&block)?;
        growing.sync_data()?;
        times[1].push(start.elapsed());

        at = if at + bytes as u64 > zeros_bytes { 0 } else { at };
        let start = Instant::now();
        zeros.write_all_at(&block, at)?;
        zeros.sync_data()?;
        times[2].push(start.elapsed());
        at += bytes as u64;
    }
    log.close()?;
    let start = Instant::now();
    let (_, recovered) = BlockLog::open(&dir.join("log"), Options::new([1; 32]))?;
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("opened again, every byte checked: {} blocks of {bytes} B in {seconds:.2} s", recovered.blocks);
    Ok(times.map(|mut series| {
        series.sort();
        let at = |percent: usize| series[(series.len() - 1) * percent / 100].as_secs_f64() * 1_000.0;
        format!("{:.2} / {:.2} / {:.2}", at(50), at(99), at(100))
    }))
}
