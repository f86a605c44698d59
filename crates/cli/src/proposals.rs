//! `gage propose` and `gage proposals`: what an account does only when enough of its keys approve.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use gage_chain::Operation;
use gage_client::{AssetNames, Client, Signer, propose as proposing, transaction_text};
use gage_units::Timestamp;
use serde_json::json;

use crate::common::{NodeUrl, json, read_first, tell};
use crate::say;
use crate::settings::{account, acting};
use crate::sign::{confirm, names};
use crate::signer::SignerArgs;
use crate::tx::{Act, Wait, open, operations, submitted, valid_until};

/// Minutes in which the signed transaction itself must be taken into a block.
const TAKEN_MINUTES: u64 = 10;

/// Who acts, and how sure he is.
#[derive(Debug, Args)]
struct Who {
    #[command(flatten)]
    node: NodeUrl,
    #[command(flatten)]
    signer: SignerArgs,
    /// The account, by identifier or name; the one that the key opened if not given
    #[arg(long, global = true)]
    account: Option<String>,
    /// Do not ask before signing
    #[arg(long, global = true)]
    yes: bool,
    #[command(flatten)]
    wait: Wait,
}

/// Proposes an act for an account of several people.
#[derive(Debug, Args)]
pub struct ProposeArgs {
    #[command(flatten)]
    who: Who,
    /// It may run from so many minutes on
    #[arg(long, global = true, default_value_t = 0)]
    after_minutes: u64,
    /// And for so many hours
    #[arg(long, global = true, default_value_t = 168)]
    hours: u64,
    #[command(subcommand)]
    act: Act,
}

/// What to do with proposals.
#[derive(Debug, Args)]
pub struct ProposalsArgs {
    #[command(flatten)]
    who: Who,
    #[command(subcommand)]
    command: ProposalsCommand,
}

/// One step with a proposal.
#[derive(Debug, Subcommand)]
enum ProposalsCommand {
    /// Every proposal of an account that waits, with its text
    Show {
        /// The account, gage1..., or the number of one proposal
        which: String,
    },
    /// Approve a proposal after reading its text
    Approve {
        /// Its number
        number: u64,
    },
    /// Stop a proposal, as the key that made it or an owner's
    Reject {
        /// Its number
        number: u64,
    },
    /// Stop a proposal, as a guardian of its account
    Veto {
        /// Its number
        number: u64,
    },
    /// Let an approved proposal run in the next block
    Execute {
        /// Its number
        number: u64,
    },
}

/// Proposes.
pub fn propose(args: &ProposeArgs) -> Result<ExitCode> {
    let client = args.who.node.client()?;
    let operations = operations(&client, &args.act)?;
    // The ledger's own clock, so that a machine that runs ahead does not shift the window.
    let from = client.network()?.time.0.saturating_add(args.after_minutes.saturating_mul(60_000));
    let to = from.saturating_add(args.hours.saturating_mul(3_600_000));
    let signer = open(&client, &args.who.signer, acting(args.who.account.as_deref())?)?;
    let operation = proposing(&operations, Timestamp(from), Timestamp(to), signer.public_key().id());
    args.who.act(&client, signer, operation)
}

/// Shows, approves, stops, executes.
pub fn proposals(args: &ProposalsArgs) -> Result<ExitCode> {
    let client = args.who.node.client()?;
    let number = match &args.command {
        ProposalsCommand::Show { which } => return show(&client, which),
        ProposalsCommand::Approve { number }
        | ProposalsCommand::Reject { number }
        | ProposalsCommand::Veto { number }
        | ProposalsCommand::Execute { number } => *number,
    };
    let proposal = client.proposal(number)?;
    proposal.text(&asset_names(&client)?).iter().for_each(|line| read_first(line));
    // A guardian acts for an account of his own; the others for that of the proposal.
    let own = matches!(args.command, ProposalsCommand::Veto { .. });
    let account = acting(args.who.account.as_deref())?.or((!own).then_some(proposal.account()));
    let signer = open(&client, &args.who.signer, account)?;
    let key = signer.public_key().id();
    let operation = match args.command {
        ProposalsCommand::Approve { .. } => proposal.approve(&signer.account(), key)?,
        ProposalsCommand::Reject { .. } => proposal.reject(key),
        ProposalsCommand::Veto { .. } => proposal.veto(),
        _ => proposal.execute(key),
    };
    args.who.act(&client, signer, operation)
}

fn show(client: &Client, which: &str) -> Result<ExitCode> {
    let names = asset_names(client)?;
    let found = match which.parse::<u64>() {
        Ok(number) => vec![client.proposal(number)?],
        Err(_) => client.proposals(&account(which)?)?,
    };
    if found.is_empty() && !json() {
        say!("nothing waits");
    }
    for proposal in found {
        let text = proposal.text(&names);
        let account = proposal.account();
        tell(&json!({ "account": account, "text": text }), || text.iter().for_each(|line| say!("{line}")));
    }
    Ok(ExitCode::SUCCESS)
}

fn asset_names(client: &Client) -> Result<AssetNames> {
    Ok(names(&client.assets()?))
}

impl Who {
    /// Shows the text that is signed, asks, signs, submits.
    fn act(&self, client: &Client, mut signer: Signer, operation: Operation) -> Result<ExitCode> {
        let transaction = signer.transaction(valid_until(client, TAKEN_MINUTES)?, vec![operation]);
        read_first("what is signed:");
        transaction_text(&transaction, &asset_names(client)?).iter().for_each(|line| read_first(line));
        confirm(self.yes)?;
        submitted(client, &signer.sign(transaction)?, &self.wait)
    }
}
