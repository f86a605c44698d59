//! `gage network`: the files of a network of validators, and a whole one on this machine. `gage sim`: the same
//! under seeds.

mod init;
mod join;
mod sim;
mod up;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

pub use init::{InitArgs, make};
pub use sim::{SimArgs, sim};

/// What to do with a network.
#[derive(Debug, Subcommand)]
pub enum NetworkCommand {
    /// Write genesis, keys and the directory of each validator
    Init(init::InitArgs),
    /// Write the directory of a new validator, or of one who gets another key, and say what to ask for
    Join(join::JoinArgs),
    /// Run all validators of a network as processes of this machine, and show how they do
    Up(up::UpArgs),
}

/// Does it.
pub fn network(command: &NetworkCommand) -> Result<ExitCode> {
    match command {
        NetworkCommand::Init(args) => init::init(args),
        NetworkCommand::Join(args) => join::join(args),
        NetworkCommand::Up(args) => up::up(args),
    }
}
