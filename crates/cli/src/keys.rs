//! `gage keys`: keys in encrypted files, in hardware modules and in shares, and the accounts they open.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use gage_accounts::NewKey;
use gage_chain::genesis_account_id;
use gage_client::keystore;
use gage_crypto::{AccountId, Hash, PublicKey, Scheme};
use serde_json::json;
use zeroize::Zeroizing;

use crate::common::{Password, secret, tell};
use crate::frost::{FrostCommand, frost};
use crate::pkcs11::{TokenCommand, token};
use crate::settings::variable;
use crate::{mnemonic, say};

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a key and write it into an encrypted file (Ethereum's key file, version 3)
    New(New),
    /// Write the key of a wallet's words (BIP 39) into an encrypted file
    Import(Import),
    /// Show the public key of a file and the accounts it opens
    Show(Show),
    /// The account that a key opens
    Address(Address),
    /// Keys in hardware modules
    #[command(subcommand)]
    Pkcs11(TokenCommand),
    /// Threshold keys: made and used by several people
    #[command(subcommand)]
    Frost(FrostCommand),
}

/// How a key signs.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SchemeName {
    /// For machines and sessions
    Ed25519,
    /// As Ethereum wallets sign: typed text
    Wallet,
    /// For hardware modules
    P256,
}

impl SchemeName {
    /// The scheme of that name.
    pub fn scheme(self) -> Scheme {
        match self {
            SchemeName::Ed25519 => Scheme::Ed25519,
            SchemeName::Wallet => Scheme::Secp256k1Eip712,
            SchemeName::P256 => Scheme::P256,
        }
    }
}

#[derive(Debug, Args)]
pub struct New {
    /// The file to be written; never one that exists
    #[arg(long)]
    out: PathBuf,
    /// How the key signs
    #[arg(long, value_enum, default_value = "ed25519")]
    scheme: SchemeName,
    #[command(flatten)]
    password: Password,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gage keys import --out wallet.json --mnemonic-file words.txt")]
pub struct Import {
    /// The file to be written; never one that exists
    #[arg(long)]
    out: PathBuf,
    /// A file with the words; else they are in GAGE_MNEMONIC, else they are asked for
    #[arg(long, value_name = "FILE")]
    mnemonic_file: Option<PathBuf>,
    /// A file with the passphrase beside the words, if there is one
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Which of the wallet's keys: the path from its seed (BIP 32, BIP 44)
    #[arg(long, default_value = mnemonic::ETHEREUM)]
    path: String,
    #[command(flatten)]
    password: Password,
}

#[derive(Debug, Args)]
pub struct Show {
    /// The key file
    file: PathBuf,
    /// The genesis hash of the network on which the account was opened, if not by its genesis file
    #[arg(long)]
    genesis_hash: Option<Hash>,
    #[command(flatten)]
    password: Password,
}

#[derive(Debug, Args)]
pub struct Address {
    /// The key, as scheme:hex
    public_key: PublicKey,
    /// The genesis hash of the network on which the account was opened, if not by its genesis file
    #[arg(long)]
    genesis_hash: Option<Hash>,
}

/// Does it.
pub fn keys(command: &KeysCommand) -> Result<ExitCode> {
    match command {
        KeysCommand::New(args) => {
            let scheme = args.scheme.scheme();
            if args.out.exists() {
                bail!("{} exists already; a key file is never written over", args.out.display());
            }
            let password = args.password.choose()?;
            let (_, secret) = keystore::generate(scheme)?;
            let public = keystore::write(&args.out, scheme, &secret, password.as_bytes())?;
            show_key(&[("written", args.out.display().to_string())], &public, None)
        }
        KeysCommand::Import(args) => import(args),
        KeysCommand::Show(args) => {
            let public = match keystore::public_key(&args.file)? {
                Some(public) => public,
                // A file of another wallet says nothing of its key without the password.
                None => keystore::read(&args.file, args.password.get()?.as_bytes())?.public_key(),
            };
            show_key(&[], &public, args.genesis_hash)
        }
        KeysCommand::Address(args) => {
            let account = account_of(&args.public_key, args.genesis_hash)?;
            tell(&json!({ "account": account }), || say!("{account}"));
            Ok(ExitCode::SUCCESS)
        }
        KeysCommand::Pkcs11(command) => token(command),
        KeysCommand::Frost(command) => frost(command),
    }
}

/// Prints what was done, a key and the accounts it opens.
pub fn show_key(done: &[(&str, String)], public: &PublicKey, genesis: Option<Hash>) -> Result<ExitCode> {
    let of_genesis = account_of(public, None)?;
    let on_network = if genesis.is_some() { Some(account_of(public, genesis)?) } else { None };
    let mut object = json!({ "key": public, "account": of_genesis, "account_on_network": on_network });
    for (name, value) in done {
        object[*name] = json!(value);
    }
    tell(&object, || {
        done.iter().for_each(|(name, value)| say!("{name:<8} {value}"));
        say!("key      {public}");
        say!("account  {of_genesis} (opened by a genesis file)");
        if let Some(account) = on_network {
            say!("account  {account} (opened on that network)");
        }
    });
    Ok(ExitCode::SUCCESS)
}

/// Writes the key of a wallet's words into a file of this ledger's.
fn import(args: &Import) -> Result<ExitCode> {
    if args.out.exists() {
        bail!("{} exists already; a key file is never written over", args.out.display());
    }
    let words = match (&args.mnemonic_file, variable("GAGE_MNEMONIC")) {
        (Some(path), _) => Zeroizing::new(secret(path, "mnemonic")?),
        (None, Some(words)) => Zeroizing::new(words),
        (None, None) => {
            Zeroizing::new(rpassword::prompt_password("mnemonic: ").context("reading the mnemonic from the terminal")?)
        }
    };
    let passphrase = match &args.passphrase_file {
        Some(path) => Zeroizing::new(secret(path, "passphrase")?),
        None => Zeroizing::new(String::new()),
    };
    let key = mnemonic::key(&words, &passphrase, &args.path)?;
    let password = args.password.choose()?;
    let public = keystore::write(&args.out, Scheme::Secp256k1Eip712, &key, password.as_bytes())?;
    let address = public.ethereum_address().map(|address| address.to_string()).unwrap_or_default();
    let done = [("written", args.out.display().to_string()), ("path", args.path.clone()), ("wallet", address)];
    show_key(&done, &public, None)
}

/// The account that one owner key opens: by a genesis file, or later on a network.
pub fn account_of(public: &PublicKey, genesis: Option<Hash>) -> Result<AccountId> {
    match genesis {
        Some(genesis) => Ok(AccountId::derive(&genesis, public.scheme(), public.as_bytes())),
        None => genesis_account_id(&[NewKey::owner(*public)], 1).context("deriving the account"),
    }
}
