//! The `gage` binary: one file per command.

mod demo;
mod replay;
mod report;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Demo(args) => demo::demo(&args),
        Command::Replay(args) => replay::replay(&args),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("gage: {error:#}");
            ExitCode::FAILURE
        }
    }
}
