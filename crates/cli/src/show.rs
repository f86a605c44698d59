//! `gage show`: what a node knows, by line or as JSON.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::common::{self, NodeUrl, print};
use crate::exit::Usage;
use crate::settings;

/// What can be shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Subject {
    /// How far the node has come
    Status,
    /// Network and parameters
    Network,
    /// What an act costs
    Fees,
    /// An account, gage1...
    Account,
    /// What an account holds
    Holdings,
    /// An asset by its number, or all
    Asset,
    /// What an asset is and what backs it
    Security,
    /// A price feed by its number, or all
    Feed,
    /// A vault by its number, or all
    Vault,
    /// A facility by its number, or all
    Facility,
    /// A lot at auction by its number, or all
    Auction,
    /// A waterfall by its number
    Backstop,
    /// A block by its height
    Block,
    /// The events of a block
    Events,
    /// A transaction by its hash
    Tx,
    /// The proof of a vault, for `gage verify`
    VaultProof,
    /// The proof of a transaction's receipt, for `gage verify`
    TxProof,
}

/// What to show.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Of what kind
    #[arg(value_enum)]
    subject: Subject,
    /// Which one
    id: Option<String>,
    #[command(flatten)]
    node: NodeUrl,
}

/// Shows it.
pub fn show(args: &ShowArgs) -> Result<ExitCode> {
    let client = args.node.client()?;
    let id = match (args.subject, args.id.as_deref()) {
        (Subject::Account | Subject::Holdings, Some(name)) => Some(settings::account(name)?.to_string()),
        (_, id) => id.map(ToOwned::to_owned),
    };
    let path = path(args.subject, id.as_deref())?;
    let value: Value = if path.lists { Value::Array(client.all(&path.path)?) } else { client.get(&path.path)? };
    let proof = matches!(args.subject, Subject::VaultProof | Subject::TxProof);
    if proof {
        common::say(format_args!("{value}"));
    } else {
        print(&value);
    }
    Ok(ExitCode::SUCCESS)
}

struct Path {
    path: String,
    lists: bool,
}

fn path(subject: Subject, id: Option<&str>) -> Result<Path> {
    let (base, behind, may_list) = match subject {
        Subject::Status => return Ok(one("/v1/status")),
        Subject::Network => return Ok(one("/v1/network")),
        Subject::Fees => return Ok(one("/v1/fees")),
        Subject::Account => ("/v1/accounts", "", false),
        Subject::Holdings => ("/v1/accounts", "/holdings", false),
        Subject::Asset => ("/v1/assets", "", true),
        Subject::Security => ("/v1/securities", "", false),
        Subject::Feed => ("/v1/feeds", "", true),
        Subject::Vault => ("/v1/vaults", "", true),
        Subject::Facility => ("/v1/facilities", "", true),
        Subject::Auction => ("/v1/auctions", "", true),
        Subject::Backstop => ("/v1/backstop", "", false),
        Subject::Block => ("/v1/blocks", "", false),
        Subject::Events => ("/v1/blocks", "/events", false),
        Subject::Tx => ("/v1/transactions", "", false),
        Subject::VaultProof => ("/v1/vaults", "/proof", false),
        Subject::TxProof => ("/v1/transactions", "/proof", false),
    };
    match id {
        Some(id) if id.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            let lists = matches!(subject, Subject::Holdings | Subject::Events);
            Ok(Path { path: format!("{base}/{id}{behind}"), lists })
        }
        Some(id) => anyhow::bail!("{id:?} is neither a number nor a hash nor an account"),
        None if may_list => Ok(Path { path: base.to_owned(), lists: true }),
        None => Err(Usage(format!("say which one: gage show {} ID", subject_name(subject))).into()),
    }
}

fn one(path: &str) -> Path {
    Path { path: path.to_owned(), lists: false }
}

fn subject_name(subject: Subject) -> String {
    subject.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
