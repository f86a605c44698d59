//! `gage tx`: transactions from the command line.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use gage_accounts::Quantity;
use gage_auctions::LotId;
use gage_auctions::operations::Take;
use gage_chain::Operation;
use gage_client::{Client, Document, SignedTransaction, Signer, Stage, Status, compose};
use gage_crypto::AccountId;
use gage_ledger::operations::Transfer;
use gage_units::{AssetId, Price, Timestamp, parse_decimal};
use gage_vaults::operations::{Borrow, CloseVault, Deposit, OpenVault, Repay, Withdraw};
use gage_vaults::{FacilityId, VaultId};

use crate::common::{NodeUrl, amount, print};
use crate::say;
use crate::sign::names;
use crate::signer::{SignerArgs, account};

/// Who acts, where, and what.
#[derive(Debug, Args)]
pub struct TxArgs {
    #[command(flatten)]
    node: NodeUrl,
    #[command(flatten)]
    signer: SignerArgs,
    /// The account that acts; the one that the key opened if not given
    #[arg(long, global = true)]
    account: Option<AccountId>,
    #[command(flatten)]
    wait: Wait,
    /// Do not submit: write the transaction with its text into this file, for others to sign
    #[arg(long, global = true, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How many minutes the transaction is valid
    #[arg(long, global = true, default_value_t = 10)]
    valid_minutes: u64,
    #[command(subcommand)]
    act: Act,
}

/// How long to wait, and how to tell what came of it.
#[derive(Debug, Args)]
pub struct Wait {
    /// Seconds to wait for the receipt; 0 only submits
    #[arg(long = "wait", global = true, default_value_t = 20)]
    seconds: u64,
    /// Print one JSON object
    #[arg(long, global = true)]
    json: bool,
}

/// What to do. Amounts are in whole units, like 12.5
#[derive(Debug, Subcommand)]
pub enum Act {
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
pub struct Move {
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
    let valid_until = valid_until(&client, args.valid_minutes)?;
    match &args.out {
        Some(out) => write_document(&client, args, out, valid_until, operations),
        None => {
            let mut signer = open(&client, &args.signer, args.account)?;
            let signed = signer.signed(valid_until, operations)?;
            submitted(&client, &signed, &args.wait)
        }
    }
}

/// The signer, with its nonces and the names of assets.
pub fn open(client: &Client, signer: &SignerArgs, given: Option<AccountId>) -> Result<Signer> {
    let key = signer.open()?;
    let account = account(client, given, &key.public_key())?;
    let mut signer = Signer::of(client, account, key)?;
    for asset in client.assets()? {
        signer.know_asset(asset.id, &asset.asset.symbol, asset.asset.decimals);
    }
    Ok(signer)
}

/// Writes the transaction as a document, signed if a signer is named.
fn write_document(
    client: &Client,
    args: &TxArgs,
    out: &Path,
    valid_until: Timestamp,
    operations: Vec<Operation>,
) -> Result<ExitCode> {
    if out.exists() {
        bail!("{} exists already; a document may hold signatures and is not written over", out.display());
    }
    let document = if args.signer.is_named() {
        let mut signer = open(client, &args.signer, args.account)?;
        let transaction = signer.transaction(valid_until, operations);
        signer.document(&transaction)?
    } else {
        let account = args.account.context("say who acts: --account gage1..., or name a signer")?;
        let nonce = client.account(&account)?.next_nonce;
        let base_fee = client.fees()?.base_fee;
        let transaction = compose(account, nonce, valid_until, base_fee, operations, Vec::new());
        Document::new(&transaction, client.network()?.genesis, &names(&client.assets()?))
    };
    for line in document.check()?.text {
        say!("{line}");
    }
    document.write(out)?;
    say!("written to {}; sign it with `gage sign`, then `gage submit`", out.display());
    Ok(ExitCode::SUCCESS)
}

/// Submits, waits and tells what came of it.
pub fn submitted(client: &Client, signed: &SignedTransaction, wait: &Wait) -> Result<ExitCode> {
    let stage = if wait.seconds == 0 { Stage::Accepted } else { Stage::Executed };
    let status = client.submit_and_wait(signed, stage, Duration::from_secs(wait.seconds))?;
    if wait.json {
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

/// So many minutes after the later of the node's time and this machine's.
pub fn valid_until(client: &Client, minutes: u64) -> Result<Timestamp> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    let later = client.network()?.time.0.max(now);
    Ok(Timestamp(later.saturating_add(minutes.saturating_mul(60_000))))
}

/// The operations of an act.
pub fn operations(client: &Client, act: &Act) -> Result<Vec<Operation>> {
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
