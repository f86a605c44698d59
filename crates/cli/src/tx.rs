//! `gage tx`: transactions from the command line.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use gage_accounts::Quantity;
use gage_auctions::LotId;
use gage_auctions::operations::Take;
use gage_chain::Operation;
use gage_client::{Client, Signer, Stage, Status};
use gage_crypto::{AccountId, SecretKey};
use gage_ledger::operations::Transfer;
use gage_units::{AssetId, Price, Timestamp, parse_decimal};
use gage_vaults::operations::{Borrow, CloseVault, Deposit, OpenVault, Repay, Withdraw};
use gage_vaults::{FacilityId, VaultId};

use crate::common::{NodeUrl, Password, amount, print, read_key};
use crate::keys::account_of;
use crate::say;

/// How long a transaction is valid.
const VALID_MS: u64 = 600_000;

/// Who acts, where, and what.
#[derive(Debug, Args)]
pub struct TxArgs {
    #[command(flatten)]
    node: NodeUrl,
    /// The key file that signs
    #[arg(long, global = true)]
    key: Option<PathBuf>,
    /// The account that acts; the one that the key opened if not given
    #[arg(long, global = true)]
    account: Option<AccountId>,
    #[command(flatten)]
    password: Password,
    /// Seconds to wait for the receipt; 0 only submits
    #[arg(long, global = true, default_value_t = 20)]
    wait: u64,
    /// Print one JSON object
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    act: Act,
}

/// What to do. Amounts are in whole units, like 12.5
#[derive(Debug, Subcommand)]
enum Act {
    /// Give an amount to another account
    Transfer {
        /// The receiver, gage1...
        #[arg(long)]
        to: AccountId,
        /// The asset's number
        #[arg(long)]
        asset: u32,
        /// How much
        #[arg(long)]
        amount: String,
    },
    /// Open an empty vault
    OpenVault {
        /// The facility's number
        #[arg(long, default_value_t = 1)]
        facility: u32,
    },
    /// Pledge collateral to a vault
    Deposit(Move),
    /// Free collateral of a vault
    Withdraw(Move),
    /// Take on debt against a vault
    Borrow(Move),
    /// Repay debt of a vault
    Repay(Move),
    /// End a vault without debt
    CloseVault {
        /// The vault's number
        #[arg(long)]
        vault: u32,
    },
    /// Buy from a lot at auction at its present price
    Take {
        /// The lot's number
        #[arg(long)]
        lot: u64,
        /// The most to take of the lot's asset
        #[arg(long)]
        amount: String,
        /// The highest price per whole unit; the present one if not given
        #[arg(long)]
        price_max: Option<String>,
    },
    /// Send operations in JSON, such as [{"ledger":{"transfer":{...}}}]
    Send {
        /// The JSON itself, a file after @, or - for the standard input
        #[arg(long = "operations", value_name = "JSON")]
        operations: String,
    },
}

#[derive(Debug, Args)]
struct Move {
    /// The vault's number
    #[arg(long)]
    vault: u32,
    /// The asset's number
    #[arg(long)]
    asset: u32,
    /// How much
    #[arg(long)]
    amount: String,
}

/// Builds, signs, submits and waits. The exit code is 0 if everything was done, 3 if it was rejected.
pub fn tx(args: &TxArgs) -> Result<ExitCode> {
    let client = args.node.client()?;
    let operations = operations(&client, &args.act)?;
    let path = args.key.as_ref().context("say which key signs: --key FILE (`gage keys new` makes one)")?;
    let key = read_key(path, &args.password)?;
    let account = account(&client, args.account, &key)?;
    let mut signer = Signer::of(&client, account, key)?;
    for asset in client.assets()? {
        signer.know_asset(asset.id, &asset.asset.symbol, asset.asset.decimals);
    }
    let signed = signer.signed(valid_until(&client)?, operations)?;
    let stage = if args.wait == 0 { Stage::Accepted } else { Stage::Executed };
    let status = client.submit_and_wait(&signed, stage, Duration::from_secs(args.wait))?;
    if args.json {
        print(&client.get(&format!("/v1/transactions/{}", status.transaction))?, true);
    } else {
        say(&status);
    }
    Ok(match &status.receipt {
        Some(receipt) if receipt.outcome != "done" => ExitCode::from(3),
        None if status.status == Stage::Dropped => ExitCode::from(3),
        _ => ExitCode::SUCCESS,
    })
}

/// The account given, or the one that the key opened: by the genesis file or on the network.
fn account(client: &Client, given: Option<AccountId>, key: &SecretKey) -> Result<AccountId> {
    if let Some(account) = given {
        return Ok(account);
    }
    let public = key.public_key();
    let candidates = [account_of(&public, None)?, account_of(&public, Some(client.genesis()?))?];
    for candidate in candidates {
        match client.account(&candidate) {
            Ok(_) => return Ok(candidate),
            Err(error) if error.name() == Some("UnknownAccount") => {}
            Err(error) => return Err(error.into()),
        }
    }
    bail!("no account on this network was opened with the key {public}; say which with --account")
}

fn valid_until(client: &Client) -> Result<Timestamp> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    Ok(Timestamp(client.network()?.time.0.max(now).saturating_add(VALID_MS)))
}

fn operations(client: &Client, act: &Act) -> Result<Vec<Operation>> {
    let vaults = |operation| Ok(vec![Operation::Vaults(operation)]);
    match act {
        Act::Transfer { to, asset, amount: text } => {
            let asset = AssetId(*asset);
            let quantity = Quantity::Exact(amount(client, asset, text)?);
            let transfer = Transfer { to: *to, asset, quantity };
            Ok(vec![Operation::Ledger(gage_ledger::Operation::Transfer(transfer))])
        }
        Act::OpenVault { facility } => {
            vaults(gage_vaults::Operation::OpenVault(OpenVault { facility: FacilityId(*facility) }))
        }
        Act::CloseVault { vault } => vaults(gage_vaults::Operation::CloseVault(CloseVault { vault: VaultId(*vault) })),
        Act::Deposit(this) => {
            let (vault, asset, amount) = this.read(client)?;
            let amount = Quantity::Exact(amount);
            vaults(gage_vaults::Operation::Deposit(Deposit { vault, asset, amount }))
        }
        Act::Withdraw(this) => {
            let (vault, asset, amount) = this.read(client)?;
            vaults(gage_vaults::Operation::Withdraw(Withdraw { vault, asset, amount }))
        }
        Act::Borrow(this) => {
            let (vault, asset, amount) = this.read(client)?;
            vaults(gage_vaults::Operation::Borrow(Borrow { vault, asset, amount }))
        }
        Act::Repay(this) => {
            let (vault, asset, amount) = this.read(client)?;
            let amount = Quantity::Exact(amount);
            vaults(gage_vaults::Operation::Repay(Repay { vault, asset, amount }))
        }
        Act::Take { lot, amount: text, price_max } => {
            let view: gage_client::Lot = client.get(&format!("/v1/auctions/{lot}"))?;
            let price_max = match price_max {
                Some(text) => Price(parse_decimal(text, 18).with_context(|| format!("{text:?} is no price"))?),
                None => view.price,
            };
            let take = Take {
                lot: LotId(*lot),
                asset: view.asset,
                amount: Quantity::Exact(amount(client, view.asset, text)?),
                want: view.want,
                price_max,
            };
            Ok(vec![Operation::Auctions(gage_auctions::Operation::Take(take))])
        }
        Act::Send { operations } => {
            let text = match operations.as_str() {
                "-" => {
                    let mut text = String::new();
                    std::io::stdin().read_to_string(&mut text).context("reading operations from the standard input")?;
                    text
                }
                other => match other.strip_prefix('@') {
                    Some(path) => std::fs::read_to_string(path).with_context(|| format!("reading {path}"))?,
                    None => other.to_owned(),
                },
            };
            serde_json::from_str(&text).context("the operations are not a JSON list of operations")
        }
    }
}

impl Move {
    fn read(&self, client: &Client) -> Result<(VaultId, AssetId, gage_units::Amount)> {
        let asset = AssetId(self.asset);
        Ok((VaultId(self.vault), asset, amount(client, asset, &self.amount)?))
    }
}

fn say(status: &Status) {
    say!("transaction  {}", status.transaction);
    let at = status.height.map(|height| format!(" in block {height}")).unwrap_or_default();
    say!("status       {}{at}", status.status.word());
    if let Some(problem) = &status.problem {
        say!("dropped      {problem}");
    }
    let Some(receipt) = &status.receipt else { return };
    say!("outcome      {}", receipt.outcome);
    if let (Some(sentence), Some(name), Some(code)) = (&receipt.sentence, &receipt.name, receipt.code) {
        say!("why          {sentence} ({name} {code})");
    }
    say!("fee          {} smallest units of the fee asset", receipt.fee);
    for event in &receipt.events {
        let name = event.event.as_object().and_then(|fields| fields.keys().next().cloned());
        let name = name.or_else(|| event.event.as_str().map(ToOwned::to_owned)).unwrap_or_default();
        say!("event        {} {name} {}", event.module, event.event.get(&name).unwrap_or_default());
    }
}
