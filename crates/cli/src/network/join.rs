//! `gage network join`: the directory of a validator who is not one yet, and what its operator has to ask for.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail, ensure};
use clap::Args;
use gage_client::{Client, keystore};
use gage_crypto::{AccountId, PublicKey, Scheme};
use gage_network::{NodeFile, Seat, ValidatorSecret, Validators, write_validator};
use gage_node::read_genesis;
use serde::Deserialize;
use serde_json::json;

use crate::common::tell;
use crate::say;

/// Those who order today, by what the node says: a new machine could not know whom to reach. They are believed nothing.
fn today(args: &JoinArgs) -> Result<Vec<Seat>> {
    #[derive(Deserialize)]
    struct Reply {
        members: Vec<Member>,
    }
    #[derive(Deserialize)]
    struct Member {
        key: PublicKey,
        address: SocketAddr,
    }
    let Some(url) = &args.from else { return Ok(Vec::new()) };
    let Reply { members } = Client::new(url)?.get("/v1/staking/validators")?;
    let seat = |(index, Member { key, address })| {
        let key = hex::encode(PublicKey::as_bytes(&key));
        Seat { name: format!("member-{index}"), key, address }
    };
    Ok(members.into_iter().enumerate().map(seat).collect())
}

/// Where, and for whom.
#[derive(Debug, Args)]
pub struct JoinArgs {
    /// The directory to make; it goes to the validator's machine and nowhere else
    #[arg(long)]
    dir: PathBuf,
    /// The genesis file of the network
    #[arg(long, required_unless_present = "from")]
    genesis: Option<PathBuf>,
    /// Or a node that has it, and says who orders today; compare the hash that is told with one of your own
    #[arg(long, conflicts_with = "genesis", value_name = "URL")]
    from: Option<String>,
    /// The account that bonds for the validator, and answers for it
    #[arg(long)]
    account: AccountId,
    /// Where its peers reach it: an IP address and a port
    #[arg(long)]
    address: SocketAddr,
    /// Where it listens for them, if not there
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Where its API listens
    #[arg(long, default_value = "127.0.0.1:7800")]
    api: SocketAddr,
}

/// Writes the directory.
pub fn join(args: &JoinArgs) -> Result<ExitCode> {
    let genesis = match (&args.genesis, &args.from) {
        (Some(path), _) => read_genesis(path)?,
        (None, Some(url)) => Client::new(url)?.get("/v1/genesis")?,
        (None, None) => bail!("give --genesis or --from"),
    };
    let chosen = genesis.staking.validators.is_some();
    ensure!(chosen, "this network's validators are told to it from outside: add the new one to every validators.toml");
    let (_, bytes) = keystore::generate(Scheme::Ed25519)?;
    let secret = ValidatorSecret::from_bytes(&bytes);
    let node = NodeFile { listen: args.listen.unwrap_or(args.address), api: args.api };
    let validators = Validators { genesis: genesis.hash(), validators: today(args)? };
    write_validator(&args.dir, &genesis, &validators, &node, &bytes)?;
    let key = PublicKey::new(Scheme::Ed25519, &secret.public())?;
    let proof = hex::encode(secret.prove_possession(&genesis.hash(), &args.account).0);
    let command =
        format!("gage tx staking register-validator --node-key {key} --address {} --proof {proof}", args.address);
    let dir = args.dir.display().to_string();
    let told = json!({ "dir": dir, "genesis": genesis.hash(), "key": key, "proof": proof, "register": command });
    tell(&told, || {
        say!("made      {dir}, for the network {}", genesis.hash());
        say!("run       gage node --validator {dir}");
        say!("bond      gage tx staking bond --role validator --purpose 0 --amount ...");
        say!("register  {command}");
    });
    Ok(ExitCode::SUCCESS)
}
