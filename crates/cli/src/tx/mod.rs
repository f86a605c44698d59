//! `gage tx`: transactions from the command line.
//!
//! In reading order: [`command`] (what can be asked), [`shortcut`] (short words), [`catalog`] (every operation,
//! from the types), [`value`] (what people write), [`build`] (the operation), [`dry_run`].

mod build;
mod catalog;
mod command;
mod dry_run;
mod shortcut;
#[cfg(test)]
mod tests;
pub mod time;
mod value;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use clap::Args;
use gage_chain::Operation;
use gage_client::{Client, Document, Fees, Receipt, SignedTransaction, Signer, Stage, Status, compose};
use gage_crypto::AccountId;
use gage_units::{Timestamp, format_decimal};
use serde_json::json;

pub use self::command::Act;

pub use self::catalog::{catalog, reference};

use self::shortcut::Full;
use self::value::{Known, KnownAsset, Reader};
use crate::common::{self, NodeUrl, tell};
use crate::exit::{DONE, PENDING, REFUSED, code};
use crate::say;
use crate::settings::{acting, settings};
use crate::sign::names;
use crate::signer::{SignerArgs, account};

/// How many minutes a transaction is valid unless told otherwise.
const VALID_MINUTES: u64 = 10;
/// How many seconds a receipt is waited for unless told otherwise.
const WAIT_SECONDS: u64 = 20;

/// Who acts, where, and what. Amounts are in whole units, like 12.5 or "12.5 USD"
#[derive(Debug, Args)]
#[command(after_help = "Every operation of every module is there under its name, with an example:\n  \
                        gage tx vaults --help\n  gage tx vaults borrow --help")]
pub struct TxArgs {
    #[command(flatten)]
    node: NodeUrl,
    #[command(flatten)]
    signer: SignerArgs,
    /// The account that acts, by identifier or name; else GAGE_ACCOUNT, else `account` of the configuration, else the one that the key opened
    #[arg(long, global = true)]
    account: Option<String>,
    #[command(flatten)]
    wait: Wait,
    /// Do not submit: write the transaction with its text into this file, for others to sign
    #[arg(long, global = true, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Do not submit and ask no node: print the bytes of each operation in hexadecimal digits, which nobody has judged
    #[arg(long, global = true, conflicts_with_all = ["out", "dry_run"])]
    bytes: bool,
    /// Do not submit: show the receipt, the events and the postings that it would make now
    #[arg(long, global = true, conflicts_with = "out")]
    dry_run: bool,
    /// How many minutes the transaction is valid, 10 unless the configuration says otherwise
    #[arg(long, global = true)]
    valid_minutes: Option<u64>,
    #[command(subcommand)]
    act: Act,
}

/// How long to wait, and how to tell what came of it.
#[derive(Debug, Args)]
pub struct Wait {
    /// Seconds to wait for the receipt, 20 unless the configuration says otherwise; 0 only submits
    #[arg(long = "wait", global = true)]
    seconds: Option<u64>,
}

/// Builds, signs, submits and waits.
pub fn tx(args: &TxArgs) -> Result<ExitCode> {
    if args.bytes {
        return bytes(&args.act);
    }
    let client = args.node.client()?;
    let operations = operations(&client, &args.act)?;
    let given = acting(args.account.as_deref())?;
    if args.dry_run {
        return tried(&client, args, given, &operations);
    }
    let minutes = args.valid_minutes.or(settings().valid_minutes).unwrap_or(VALID_MINUTES);
    let valid_until = valid_until(&client, minutes)?;
    match &args.out {
        Some(out) => write_document(&client, args, out, valid_until, operations),
        None => {
            let mut signer = open(&client, &args.signer, given)?;
            let signed = signer.signed(valid_until, operations)?;
            submitted(&client, &signed, &args.wait)
        }
    }
}

/// Prints what a signer without a network puts into a transaction.
fn bytes(act: &Act) -> Result<ExitCode> {
    let known = Known { assets: Vec::new(), accounts: settings().accounts.clone(), now: machine_now() };
    let operations = read(None, &known, act).context(
        "--bytes asks no node: write amounts as raw:100 for smallest units, and assets as numbers in JSON (`gage tx send`)",
    )?;
    let bytes: Vec<String> =
        operations.iter().map(|operation| Ok(hex::encode(borsh::to_vec(operation)?))).collect::<Result<_>>()?;
    tell(&json!({ "operations": bytes }), || bytes.iter().for_each(|bytes| say!("{bytes}")));
    Ok(ExitCode::SUCCESS)
}

fn tried(client: &Client, args: &TxArgs, given: Option<AccountId>, operations: &[Operation]) -> Result<ExitCode> {
    // Without a signer, all keys of the account are taken to sign.
    let public = if args.signer.is_named() { Some(args.signer.public_key()?) } else { None };
    let who = match (given, &public) {
        (Some(given), _) => given,
        (None, Some(public)) => account(client, None, public)?,
        (None, None) => bail!("say who acts: --account gage1..., or name a signer"),
    };
    let keys = public.map(|public| vec![public.id()]);
    dry_run::dry_run(client, &who, keys, operations, &names(&client.assets()?))
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
    let given = acting(args.account.as_deref())?;
    let document = if args.signer.is_named() {
        let mut signer = open(client, &args.signer, given)?;
        let transaction = signer.transaction(valid_until, operations);
        signer.document(&transaction)?
    } else {
        let account = given.context("say who acts: --account gage1..., or name a signer")?;
        let nonce = client.account(&account)?.next_nonce;
        let base_fee = client.fees()?.base_fee;
        let transaction = compose(account, nonce, valid_until, base_fee, operations, Vec::new());
        Document::new(&transaction, client.network()?.genesis, &names(&client.assets()?))
    };
    let text = document.check()?.text;
    document.write(out)?;
    tell(&json!({ "written": out, "text": text }), || {
        text.iter().for_each(|line| say!("{line}"));
        say!("written to {}; sign it with `gage sign`, then `gage submit`", out.display());
    });
    Ok(ExitCode::SUCCESS)
}

/// Submits, waits and tells what came of it.
pub fn submitted(client: &Client, signed: &SignedTransaction, wait: &Wait) -> Result<ExitCode> {
    let seconds = wait.seconds.or(settings().wait).unwrap_or(WAIT_SECONDS);
    let stage = if seconds == 0 { Stage::Accepted } else { Stage::Executed };
    let status = client.submit_and_wait(signed, stage, Duration::from_secs(seconds))?;
    if common::json() {
        common::print(&client.get(&format!("/v1/transactions/{}", status.transaction))?);
    } else {
        say_status(&status, client)?;
    }
    Ok(code(match &status.receipt {
        Some(receipt) if receipt.outcome != "done" => REFUSED,
        None if status.status == Stage::Dropped => REFUSED,
        None if stage > status.status => PENDING,
        _ => DONE,
    }))
}

/// So many minutes from now.
pub fn valid_until(client: &Client, minutes: u64) -> Result<Timestamp> {
    Ok(Timestamp(now(client)?.0.saturating_add(minutes.saturating_mul(60_000))))
}

/// The later of the node's time and this machine's: a node that had nothing to do has an old time.
fn now(client: &Client) -> Result<Timestamp> {
    Ok(client.network()?.time.max(machine_now()))
}

fn machine_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// The operations of an act, with names and units as this node knows them.
pub fn operations(client: &Client, act: &Act) -> Result<Vec<Operation>> {
    read(Some(client), &known(client)?, act)?.into_iter().map(build::checked).collect()
}

fn read(client: Option<&Client>, known: &Known, act: &Act) -> Result<Vec<Operation>> {
    let full = match act {
        Act::Operation(given) => Full::Operation(given.clone()),
        Act::Shortcut(shortcut) => shortcut.in_full(client)?,
    };
    match full {
        Full::Operation(given) => Ok(vec![build::operation(catalog(), known, &given)?]),
        Full::Json(text) => Reader { catalog: catalog(), known }.operations(&text),
    }
}

fn known(client: &Client) -> Result<Known> {
    let asset = |view: gage_ledger::query::AssetView| KnownAsset {
        id: view.id,
        symbol: view.asset.symbol.clone(),
        decimals: view.asset.decimals,
    };
    Ok(Known {
        assets: client.assets()?.into_iter().map(asset).collect(),
        accounts: settings().accounts.clone(),
        now: now(client)?,
    })
}

fn say_status(status: &Status, client: &Client) -> Result<()> {
    say!("transaction  {}", status.transaction);
    let at = status.height.map(|height| format!(" in block {height}")).unwrap_or_default();
    say!("status       {}{at}", status.status.word());
    if let Some(problem) = &status.problem {
        say!("dropped      {problem}");
    }
    match &status.receipt {
        Some(receipt) => say_receipt(receipt, &client.fees()?),
        None => say!("there is no receipt yet; ask again: gage show tx {}", status.transaction),
    }
    Ok(())
}

fn say_receipt(receipt: &Receipt, fees: &Fees) {
    say!("outcome      {}", receipt.outcome);
    if let (Some(sentence), Some(name), Some(code)) = (&receipt.sentence, &receipt.name, receipt.code) {
        say!("why          {sentence} ({name} {code})");
    }
    say!("fee          {} {}#{}", format_decimal(receipt.fee.0, fees.decimals), fees.symbol, fees.asset);
    for event in &receipt.events {
        let name = event.event.as_object().and_then(|fields| fields.keys().next().cloned());
        let name = name.or_else(|| event.event.as_str().map(ToOwned::to_owned)).unwrap_or_default();
        say!("event        {} {name} {}", event.module, event.event.get(&name).unwrap_or_default());
    }
}
