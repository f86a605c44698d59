//! `gage keys`: keys in encrypted files, in hardware modules and in shares, and the accounts they open.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use gage_accounts::NewKey;
use gage_chain::genesis_account_id;
use gage_client::keystore;
use gage_crypto::{AccountId, Hash, PublicKey, Scheme};

use crate::common::Password;
use crate::frost::{FrostCommand, frost};
use crate::pkcs11::{TokenCommand, token};
use crate::say;

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a key and write it into an encrypted file (Ethereum's key file, version 3)
    New(New),
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
            say!("written  {}", args.out.display());
            show_key(&public, None)
        }
        KeysCommand::Show(args) => {
            let public = match keystore::public_key(&args.file)? {
                Some(public) => public,
                // A file of another wallet says nothing of its key without the password.
                None => keystore::read(&args.file, args.password.get()?.as_bytes())?.public_key(),
            };
            show_key(&public, args.genesis_hash)
        }
        KeysCommand::Address(args) => {
            say!("{}", account_of(&args.public_key, args.genesis_hash)?);
            Ok(ExitCode::SUCCESS)
        }
        KeysCommand::Pkcs11(command) => token(command),
        KeysCommand::Frost(command) => frost(command),
    }
}

/// Prints a key and the accounts it opens.
pub fn show_key(public: &PublicKey, genesis: Option<Hash>) -> Result<ExitCode> {
    say!("key      {public}");
    say!("account  {} (opened by a genesis file)", account_of(public, None)?);
    if genesis.is_some() {
        say!("account  {} (opened on that network)", account_of(public, genesis)?);
    }
    Ok(ExitCode::SUCCESS)
}

/// The account that one owner key opens: by a genesis file, or later on a network.
pub fn account_of(public: &PublicKey, genesis: Option<Hash>) -> Result<AccountId> {
    match genesis {
        Some(genesis) => Ok(AccountId::derive(&genesis, public.scheme(), public.as_bytes())),
        None => genesis_account_id(&[NewKey::owner(*public)], 1).context("deriving the account"),
    }
}
