//! `gage sign` and `gage submit`: a transaction that several people sign, each on a machine of his own.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use gage_client::{AssetNames, Checked, Client, Document, convert, transaction_text};
use gage_crypto::Hash;
use gage_ledger::query::AssetView;
use serde_json::json;

use crate::common::{NodeUrl, json, tell};
use crate::say;
use crate::signer::SignerArgs;
use crate::tx::{Wait, submitted};

/// Signs a transaction that somebody wrote with `gage tx --out`.
#[derive(Debug, Args)]
pub struct SignArgs {
    /// The document; the signature is added to it
    file: PathBuf,
    /// Write the signed document here instead
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    reader: Reader,
    /// Add this signature of a wallet, r || s || v in hexadecimal digits, instead of making one
    #[arg(long, value_name = "HEX")]
    wallet_signature: Option<String>,
    /// Only print what a wallet's eth_signTypedData_v4 takes
    #[arg(long)]
    typed_data: bool,
    /// Only print the text
    #[arg(long)]
    text: bool,
}

/// How the text is made before anything is signed.
#[derive(Debug, Args)]
pub struct Reader {
    #[command(flatten)]
    node: NodeUrl,
    /// Ask no node: what assets are called stands in this file, from `gage show asset --json`
    #[arg(long, value_name = "FILE")]
    assets: Option<PathBuf>,
    /// Ask no node, and have no file: amounts are shown in smallest units too
    #[arg(long, conflicts_with = "assets")]
    offline: bool,
    /// The genesis hash of the network that is meant, where no node is asked
    #[arg(long)]
    genesis_hash: Option<Hash>,
    /// Do not ask before signing
    #[arg(long)]
    yes: bool,
}

impl Reader {
    /// Renders the document anew from its bytes, compares it, and shows the text.
    pub fn show(&self, document: &Document) -> Result<Checked> {
        // Where a program reads the output, the text is for the person beside it.
        if json() {
            self.show_on(document, &mut std::io::stderr())
        } else {
            self.show_on(document, &mut std::io::stdout())
        }
    }

    /// The same, on another stream than the standard output.
    pub fn show_on(&self, document: &Document, out: &mut dyn Write) -> Result<Checked> {
        let genesis = self.genesis_hash.unwrap_or(document.genesis());
        let checked = if self.offline {
            document.check_genesis(&genesis)?
        } else if let Some(path) = &self.assets {
            let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
            let assets: Vec<AssetView> = serde_json::from_str(&text)
                .with_context(|| format!("reading {} as a list of assets", path.display()))?;
            document.check_against(&genesis, &names(&assets))?
        } else {
            let client = self.node.client()?;
            document.check_against(&client.genesis()?, &names(&client.assets()?))?
        };
        writeln!(out, "network {}", document.genesis())?;
        for line in &checked.text {
            writeln!(out, "{line}")?;
        }
        if self.offline {
            writeln!(out, "Nobody vouches for the names of assets here. In smallest units:")?;
            let bare = transaction_text(&checked.transaction, &AssetNames::default());
            for line in bare.iter().filter(|line| !checked.text.contains(line)) {
                writeln!(out, "{line}")?;
            }
        }
        for key in document.signers() {
            writeln!(out, "signed by {key}")?;
        }
        Ok(checked)
    }

    /// Asks whether to go on.
    pub fn confirm(&self) -> Result<()> {
        confirm(self.yes)
    }
}

/// Asks the person at the terminal whether to sign what was shown.
pub fn confirm(yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        bail!("nobody is there to be asked; read the text and give --yes");
    }
    eprint!("Sign this? Type yes: ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if answer.trim() == "yes" { Ok(()) } else { bail!("nothing was signed") }
}

/// What assets are called.
pub fn names(assets: &[AssetView]) -> AssetNames {
    let mut names = AssetNames::default();
    for view in assets {
        names.insert(view.id, &view.asset.symbol, view.asset.decimals);
    }
    names
}

/// Shows the text, asks, signs.
pub fn sign(args: &SignArgs) -> Result<ExitCode> {
    let mut document = Document::read(&args.file)?;
    if args.typed_data {
        say!("{}", document.typed_data()?);
        return Ok(ExitCode::SUCCESS);
    }
    let checked = args.reader.show(&document)?;
    if args.text {
        return Ok(ExitCode::SUCCESS);
    }
    let key = if let Some(text) = &args.wallet_signature {
        let (key, signature) = convert::wallet_text(&checked.payload, text)?;
        document.add(key, signature)?;
        key
    } else {
        let key = args.signer.open()?;
        args.reader.confirm()?;
        document.sign(&key)?;
        key.public_key()
    };
    let out = args.out.as_ref().unwrap_or(&args.file);
    if out.as_os_str() == "-" {
        say!("{}", document.to_json());
    } else {
        document.write(out)?;
        tell(&json!({ "signed_by": key, "written": out }), || {
            say!("signed by {key}");
            say!("written to {}", out.display());
        });
    }
    Ok(ExitCode::SUCCESS)
}

/// Submits a transaction with the signatures of all copies of its document.
#[derive(Debug, Args)]
pub struct SubmitArgs {
    /// The documents: copies of one transaction, each with some signatures
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    node: NodeUrl,
    #[command(flatten)]
    wait: Wait,
}

/// Puts the signatures together, submits and waits.
pub fn submit(args: &SubmitArgs) -> Result<ExitCode> {
    let client = args.node.client()?;
    let document = merged(&client, &args.files)?;
    submitted(&client, &document.signed()?, &args.wait)
}

fn merged(client: &Client, files: &[PathBuf]) -> Result<Document> {
    let mut merged: Option<Document> = None;
    for file in files {
        let document = Document::read(file)?;
        match &mut merged {
            Some(merged) => merged.merge(&document).with_context(|| format!("adding {}", file.display()))?,
            None => merged = Some(document),
        }
    }
    let merged = merged.context("say which documents to submit")?;
    merged.check_genesis(&client.genesis()?)?;
    Ok(merged)
}
