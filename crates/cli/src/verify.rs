//! `gage verify`: checks a record's or a receipt's proof offline, and says in words what that means.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use borsh::BorshDeserialize;
use clap::Args;
use gage_chain::{Genesis, Outcome, Receipt};
use gage_crypto::{Hash, PublicKey};
use gage_network::{Committee, Validators};
use gage_store::proof::Root;
use gage_verify::{DOCUMENT_BYTES_MAX, Document, Evidence, Trust};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::common::{self, lines, print};
use crate::exit::CheckFailed;
use crate::say;

/// What to check, and what you bring along.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The evidence: what a path that ends in /proof answered
    file: PathBuf,
    /// The genesis file of the network you mean
    #[arg(long, conflicts_with = "genesis_hash")]
    genesis: Option<PathBuf>,
    /// Or its genesis hash
    #[arg(long)]
    genesis_hash: Option<Hash>,
    /// The hash of the header that publishes the root, from a source of your own
    #[arg(long)]
    header: Option<Hash>,
    /// The state root, from a source of your own
    #[arg(long)]
    state_root: Option<Hash>,
    /// The events root of a receipt's block, from a source of your own
    #[arg(long)]
    events_root: Option<Hash>,
    /// The network's validators.toml, from a source of your own: checks the certificate
    #[arg(long)]
    validators: Option<PathBuf>,
    /// Proofs of later validators: what /v1/staking/handovers answered; leads on from the file's validators, or from
    /// those whom the genesis file names; given again for every further page
    #[arg(long)]
    handovers: Vec<PathBuf>,
}

/// Checks the file. The exit code is 0 only if everything holds.
pub fn verify(args: &VerifyArgs) -> Result<ExitCode> {
    let shown = args.file.display();
    let length = std::fs::metadata(&args.file).with_context(|| format!("reading {shown}"))?.len();
    if length > u64::try_from(DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX) {
        bail!("{shown} is longer than any evidence");
    }
    let text = std::fs::read_to_string(&args.file).with_context(|| format!("reading {shown}"))?;
    let document = Document::parse(&text).with_context(|| format!("reading the evidence in {shown}"))?;
    let file = args.genesis.as_deref().map(gage_node::read_genesis).transpose()?;
    let genesis = file.as_ref().map_or(args.genesis_hash, |file| Some(file.hash()));
    let trust = Trust {
        genesis,
        header: args.header,
        state_root: args.state_root.map(|root| Root(root.0)),
        events_root: args.events_root,
        validators: validators(args, file.as_ref(), &document)?,
        handovers: handovers(&args.handovers)?,
    };
    let refused = |error| CheckFailed(format!("the evidence in {shown} does not hold: {error}"));
    let verified = document.verify(&trust).map_err(refused)?;
    let content = content(&document);
    if common::json() {
        print(&json!({ "verified": verified, "content": content }));
        return Ok(ExitCode::SUCCESS);
    }
    say!("The proof holds.\n\nWhat it shows");
    say!("{}", indented(&lines(&content)).trim_end());
    say!("\nWhat was checked");
    verified.checked.iter().for_each(|sentence| say!("  {sentence}"));
    say!("\nWhat you trust");
    verified.trusted.iter().for_each(|sentence| say!("  {sentence}"));
    Ok(ExitCode::SUCCESS)
}

/// The validators the reader knows: those of the file, else those whom the genesis file names, for evidence that has a
/// certificate.
fn validators(args: &VerifyArgs, genesis: Option<&Genesis>, document: &Document) -> Result<Option<Vec<PublicKey>>> {
    if let Some(path) = &args.validators {
        return Ok(Some(Validators::read(path)?.committee()?.public_keys()));
    }
    let certified = match document {
        Document::Record(evidence) => evidence.finality.is_some(),
        Document::Receipt(evidence) => evidence.finality.is_some(),
    };
    let founders = genesis.filter(|_| certified).map(Committee::founders).transpose()?.flatten();
    Ok(founders.map(|founders| founders.public_keys()))
}

/// The lists that a node answered, one after the other.
fn handovers(paths: &[PathBuf]) -> Result<Vec<Evidence>> {
    #[derive(Deserialize)]
    struct List {
        items: Vec<Evidence>,
    }
    let mut all = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let list: List =
            serde_json::from_str(&text).with_context(|| format!("reading the handovers in {}", path.display()))?;
        all.extend(list.items);
    }
    Ok(all)
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// What the evidence is of, in words where the record's type is known here.
fn content(document: &Document) -> Value {
    match document {
        Document::Record(evidence) => {
            let record = evidence.value.as_deref().map(|bytes| record(&evidence.table, bytes));
            let key = hex::encode(evidence.key.get(2..).unwrap_or_default());
            json!({ "table": evidence.table, "key": key, "height": evidence.height, "record": record })
        }
        Document::Receipt(evidence) => {
            let receipt = Receipt::try_from_slice(&evidence.receipt).ok();
            let outcome = receipt.as_ref().map(|receipt| match &receipt.outcome {
                Outcome::Done => json!("done"),
                Outcome::Internal => json!("internal"),
                Outcome::Rejected { reason, .. } => json!({ "rejected": reason }),
            });
            let events = receipt.as_ref().map(|receipt| {
                let decoded = receipt.events.iter().map(|(module, bytes)| gage_chain::decode_event(module, bytes));
                decoded.collect::<Vec<_>>()
            });
            json!({
                "transaction": evidence.transaction, "height": evidence.height, "outcome": outcome,
                "fee": receipt.as_ref().map(|receipt| receipt.fee), "events": events,
            })
        }
    }
}

fn record(table: &str, bytes: &[u8]) -> Value {
    fn read<T: BorshDeserialize + Serialize>(bytes: &[u8]) -> Option<Value> {
        serde_json::to_value(T::try_from_slice(bytes).ok()?).ok()
    }
    let decoded = match table {
        "ledger/balances" => read::<gage_ledger::Balance>(bytes),
        "ledger/assets" => read::<gage_ledger::Asset>(bytes),
        "vaults/vaults" => read::<gage_vaults::Vault>(bytes),
        "auctions/lots" => read::<gage_auctions::Lot>(bytes),
        _ => None,
    };
    decoded.unwrap_or_else(|| json!(hex::encode(bytes)))
}
