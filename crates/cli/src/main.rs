//! The `gage` binary: one file per command.

mod api_key;
mod audit;
mod bench;
mod common;
mod demo;
mod frost;
mod genesis;
mod history;
mod keys;
mod node;
mod pkcs11;
mod proposals;
mod replay;
mod report;
mod show;
mod sign;
mod signer;
mod terms;
mod tx;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An open ledger for asset-backed securities and derivatives.
#[derive(Debug, Parser)]
#[command(name = "gage", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What it can do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Play the ETH crash of 12 and 13 March 2020 through a solo node, and report.
    Demo(demo::DemoArgs),
    /// Play any price file through a solo node, and report.
    Replay(replay::ReplayArgs),
    /// Run a solo node with its API.
    Node(node::NodeArgs),
    /// Make a key for the API of a node.
    ApiKey(api_key::ApiKeyArgs),
    /// Make, check and name a genesis file.
    #[command(subcommand)]
    Genesis(genesis::GenesisCommand),
    /// Make and show keys in encrypted files.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Build, sign and submit a transaction.
    Tx(tx::TxArgs),
    /// Sign a transaction that somebody wrote with `gage tx --out`.
    Sign(sign::SignArgs),
    /// Submit a transaction with the signatures of all copies of its document.
    Submit(sign::SubmitArgs),
    /// Propose what an account shall do once enough of its keys approve.
    Propose(proposals::ProposeArgs),
    /// Show, approve, stop and execute proposals.
    Proposals(proposals::ProposalsArgs),
    /// Show what a node knows.
    Show(show::ShowArgs),
    /// Check a proof offline, and say what was checked and what is trusted.
    Verify(verify::VerifyArgs),
    /// Read contracts, project what they pay, and try the cases of the ACTUS standard.
    #[command(subcommand)]
    Terms(terms::TermsCommand),
    /// Measure, beside a peer or a limit in the same run
    Bench(bench::BenchArgs),
    /// What happened: keep, rebuild and ask the history of a node.
    #[command(subcommand)]
    History(history::HistoryCommand),
    /// Write the history of a node into files for analysis.
    Export(history::ExportArgs),
    /// Recompute conservation and the coverage of every asset with backing.
    Audit(audit::AuditArgs),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Demo(args) => demo::demo(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Node(args) => node::node(&args),
        Command::ApiKey(args) => api_key::api_key(&args),
        Command::Genesis(command) => genesis::genesis(&command),
        Command::Keys(command) => keys::keys(&command),
        Command::Tx(args) => tx::tx(&args),
        Command::Sign(args) => sign::sign(&args),
        Command::Submit(args) => sign::submit(&args),
        Command::Propose(args) => proposals::propose(&args),
        Command::Proposals(args) => proposals::proposals(&args),
        Command::Show(args) => show::show(&args),
        Command::Verify(args) => verify::verify(&args),
        Command::Terms(command) => terms::terms(&command),
        Command::Bench(args) => bench::bench(&args),
        Command::History(command) => history::history(&command),
        Command::Export(args) => history::export(&args),
        Command::Audit(args) => audit::audit(&args),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("gage: {error:#}");
            ExitCode::FAILURE
        }
    }
}
