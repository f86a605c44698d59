//! `gage sim`: the whole network under one seed after the other.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Args;
use gage_network::sim::{Outcome, Plan, run};

use crate::say;

/// Which seeds.
#[derive(Debug, Args)]
pub struct SimArgs {
    /// The seeds, the last one not played: 0..200; or one seed
    #[arg(long, default_value = "0..20")]
    seeds: String,
    /// Threads; as many as there are processors if not given
    #[arg(long)]
    threads: Option<usize>,
    /// Every so many-th seed is played twice: the two runs must be the same to the last byte; 0 is never
    #[arg(long, default_value_t = 25)]
    twice_every: u64,
    /// In the middle of every run all disks fail for some seconds
    #[arg(long)]
    disks: bool,
    /// Print what happened also where nothing is violated
    #[arg(long)]
    trace: bool,
}

/// Plays them. The exit code is 0 only if nothing is violated.
pub fn sim(args: &SimArgs) -> Result<ExitCode> {
    let (first, end) = match args.seeds.split_once("..") {
        Some((first, end)) => (first.parse()?, end.parse()?),
        None => {
            let only: u64 = args.seeds.parse().context("--seeds is A..B or one number")?;
            (only, only.saturating_add(1))
        }
    };
    ensure!(first < end, "--seeds A..B with A below B");
    // A process whose disk fails ends by a panic, and so may what does not hold: the trace tells of both.
    std::panic::set_hook(Box::new(|_| {}));
    let threads = args.threads.or_else(|| std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
    let (start, next) = (Instant::now(), AtomicU64::new(first));
    let (done, outcomes) = channel::<Outcome>();
    let mut failed = Vec::new();
    let (mut played, mut blocks, mut transactions) = (0u64, 0u64, 0u64);
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            let (done, next) = (done.clone(), &next);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    // The receiver lives until all are done.
                    if seed >= end || done.send(play(seed, args)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        for outcome in outcomes {
            played += 1;
            blocks += outcome.blocks;
            transactions += outcome.transactions;
            let seed = outcome.plan.seed;
            if args.trace || !outcome.violations.is_empty() {
                say!("seed {seed}");
                outcome.trace.iter().for_each(|line| say!("  {line}"));
            }
            if !outcome.violations.is_empty() {
                outcome.violations.iter().for_each(|line| say!("  violated: {line}"));
                say!("  again: gage sim --seeds {seed}{}", if args.disks { " --disks" } else { "" });
                failed.push(seed);
            }
        }
    });
    let seconds = start.elapsed().as_secs_f64();
    let failed_count = failed.len();
    say!("{played} seeds, {blocks} blocks, {transactions} transactions, {seconds:.0} s, {failed_count} violated");
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Plays a seed, and again where it is due.
fn play(seed: u64, args: &SimArgs) -> Outcome {
    let plan = if args.disks { Plan::with_failing_disks(seed) } else { Plan::of_seed(seed) };
    let mut outcome = run(&plan);
    if args.twice_every > 0 && seed.is_multiple_of(args.twice_every) {
        let again = run(&plan);
        if (&again.auditor, &again.trace, &again.root) != (&outcome.auditor, &outcome.trace, &outcome.root) {
            outcome.violations.push("the same seed gave another run the second time".to_owned());
        }
    }
    outcome
}
