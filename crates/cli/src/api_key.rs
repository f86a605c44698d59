//! `gage api-key`: keys for operators' routes and for rates of their own.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::Args;
use gage_api::keys::{ApiKey, Keys, Role};
use serde_json::json;

use crate::common::tell;
use crate::say;

/// A key to be made.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gage api-key --file keys.json --name desk --role operator --days 90\n  \
                        gage node --dir data --api-keys keys.json")]
pub struct ApiKeyArgs {
    /// The file of hashes; made if it does not exist
    #[arg(long)]
    file: PathBuf,
    /// Whose it is, in words
    #[arg(long)]
    name: String,
    /// What it is for: partner, observer, operator, sealer or admin
    #[arg(long)]
    role: Role,
    /// After how many days it ends; never if not given
    #[arg(long)]
    days: Option<u32>,
    /// How many requests per second it may make, in place of its address
    #[arg(long)]
    requests_per_second: Option<u32>,
}

/// Makes a key, adds its hash to the file, and shows it once.
pub fn api_key(args: &ApiKeyArgs) -> Result<ExitCode> {
    let file = || format!("the API keys in {}", args.file.display());
    let mut keys = if args.file.exists() { Keys::read(&args.file).with_context(file)? } else { Keys::default() };
    let (secret, mut key) = ApiKey::generate(&args.name, args.role).context("making a key")?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
    key.expires = args.days.map(|days| now + u64::from(days) * 86_400_000);
    key.requests_per_second = args.requests_per_second;
    keys.push(key);
    keys.write(&args.file).with_context(file)?;
    tell(&json!({ "key": secret }), || say!("{secret}"));
    eprintln!("gage: this is the key; it is shown once, and {} holds only its hash", args.file.display());
    eprintln!("gage: a running node takes it with POST /v1/admin/keys/reload, another with --api-keys");
    Ok(ExitCode::SUCCESS)
}
