//! `gage bench`: figures with their workloads, each beside a peer or a limit measured in the same run.
//!
//! Every workload is a pure function of a fixed seed. A row says what it measures, how large a batch is,
//! how many distinct keys, whether it is durable and whether signatures are checked. Figures of one core
//! are of the thread's own processor time; figures with a disk or two cores are of the wall clock.

mod api_batch;
mod history;
mod ledger;
mod loans;
mod measure;
mod memory;
mod network;
mod options;
mod peers;
mod proof;
mod recover;
mod signed;
mod subscribers;
mod table;
mod terms;
mod vaults;
mod world;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};

use table::Table;

/// What to measure.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Which figures; all of them if none is named
    #[arg(value_enum)]
    names: Vec<Name>,
    /// A hundredth of the size, to see that it runs; such figures mean nothing
    #[arg(long)]
    quick: bool,
}

/// The benchmarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Transfers through the chain: execution alone, then with tree and durable log
    Ledger,
    /// Transactions of a thousand payments over HTTP into the durable node
    ApiBatch,
    /// Single signed transfers, streamed over loopback
    Signed,
    /// Streams over WebSocket, beside some that read nothing
    Subscribers,
    /// Deposit and borrow through the chain
    VaultOp,
    /// A price that makes one vault in a hundred unsafe
    VaultTick,
    /// A restart
    Recover,
    /// Proofs: make, check, bytes
    Proof,
    /// Bytes of memory per account and per vault
    Memory,
    /// What blocks did, written into the history
    History,
    /// Schedules of the ACTUS generators, and live claims
    Terms,
    /// Pools of loans, month by month
    Loans,
    /// Options: rows, implied volatility, American puts, paths
    Options,
    /// Validators on loopback, and simulated with links of known delay
    Network,
}

/// How large the workloads are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    divisor: usize,
}

impl Scale {
    /// `full`, or its hundredth, but at least one.
    pub fn of(self, full: usize) -> usize {
        (full / self.divisor).max(1)
    }
}

/// Measures and prints.
pub fn bench(args: &BenchArgs) -> Result<ExitCode> {
    let scale = Scale { divisor: if args.quick { 100 } else { 1 } };
    let names = if args.names.is_empty() { Name::value_variants() } else { &args.names };
    let mut tables = Vec::new();
    for name in names {
        let table = run(*name, scale)?;
        if !crate::common::json() {
            table.print();
        }
        tables.push(table);
    }
    if crate::common::json() {
        crate::common::print(&serde_json::json!({ "quick": args.quick, "tables": tables }));
    }
    Ok(ExitCode::SUCCESS)
}

fn run(name: Name, scale: Scale) -> Result<Table> {
    match name {
        Name::Ledger => ledger::run(scale),
        Name::ApiBatch => api_batch::run(scale),
        Name::Signed => signed::run(scale),
        Name::Subscribers => subscribers::run(scale),
        Name::VaultOp => vaults::operations(scale),
        Name::VaultTick => vaults::tick(scale),
        Name::Recover => recover::run(scale),
        Name::Proof => proof::run(scale),
        Name::Memory => memory::run(scale),
        Name::History => history::run(scale),
        Name::Terms => terms::run(scale),
        Name::Loans => loans::run(scale),
        Name::Options => options::run(scale),
        Name::Network => network::run(scale),
    }
}
