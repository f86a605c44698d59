//! The `gage` binary: one file per command.

mod api_key;
mod audit;
mod bench;
mod common;
mod completions;
mod demo;
mod exit;
mod follow;
mod frost;
mod genesis;
mod history;
mod keys;
mod mnemonic;
mod network;
mod node;
mod pkcs11;
mod progress;
mod proposals;
mod query;
mod replay;
mod report;
mod settings;
mod show;
mod sign;
mod signer;
mod terms;
mod tx;
mod verify;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An open ledger for asset-backed securities and derivatives.
#[derive(Debug, Parser)]
#[command(name = "gage", version, about, after_help = exit::table())]
struct Cli {
    /// Print JSON: one object, or a line for each entry of a list; refusals too, on the error stream
    #[arg(long, global = true)]
    json: bool,
    /// The configuration; else GAGE_CONFIG, else ~/.config/gage/config.toml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
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
    /// Run a solo node, a validator or a follower with its API.
    Node(node::NodeArgs),
    /// Make a key for the API of a node.
    ApiKey(api_key::ApiKeyArgs),
    /// Make a network of validators, and run one on this machine.
    #[command(subcommand)]
    Network(network::NetworkCommand),
    /// Play the whole network under seeds, with faults.
    Sim(network::SimArgs),
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
    /// Ask any route of a node by its stable name.
    Query(query::QueryArgs),
    /// Follow blocks, events, an account, a vault, a lot or a price as they change.
    Watch(watch::WatchArgs),
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
    /// Print what a shell needs to complete the commands.
    Completions(completions::CompletionsArgs),
    /// Print the manual, or write a page for every command.
    Man(completions::ManArgs),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(mut error) => return exit::usage(&mut error, std::env::args_os().any(|argument| argument == "--json")),
    };
    if cli.json {
        common::set_json();
    }
    settings::load(cli.config.as_deref()).and_then(|()| run(&cli.command)).unwrap_or_else(|error| exit::tell(&error))
}

fn run(command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(args) => demo::demo(args),
        Command::Replay(args) => replay::replay(args),
        Command::Node(args) => node::node(args),
        Command::ApiKey(args) => api_key::api_key(args),
        Command::Network(command) => network::network(command),
        Command::Sim(args) => network::sim(args),
        Command::Genesis(command) => genesis::genesis(command),
        Command::Keys(command) => keys::keys(command),
        Command::Tx(args) => tx::tx(args),
        Command::Sign(args) => sign::sign(args),
        Command::Submit(args) => sign::submit(args),
        Command::Propose(args) => proposals::propose(args),
        Command::Proposals(args) => proposals::proposals(args),
        Command::Show(args) => show::show(args),
        Command::Query(args) => query::query(args),
        Command::Watch(args) => watch::watch(args),
        Command::Verify(args) => verify::verify(args),
        Command::Terms(command) => terms::terms(command),
        Command::Bench(args) => bench::bench(args),
        Command::History(command) => history::history(command),
        Command::Export(args) => history::export(args),
        Command::Audit(args) => audit::audit(args),
        Command::Completions(args) => completions::completions(args),
        Command::Man(args) => completions::man(args),
    }
}
