//! `gage network init`: one directory for each validator; each goes to its machine and nowhere else.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use gage_accounts::NewKey;
use gage_chain::{Genesis, genesis_account_id};
use gage_client::keystore;
use gage_crypto::{PublicKey, Scheme};
use gage_network::{NodeFile, Seat, VALIDATORS_MAX, ValidatorSecret, Validators, write_validator};
use gage_node::{read_genesis, write_genesis};
use gage_staking::{
    Destination, EPOCH_BLOCKS_MAX, Founder, GenesisBond, GenesisRole, GenesisValidators, ORDERING, Role, RoleTerms,
    ValidatorRules,
};
use gage_units::{Amount, AssetId, Bps};

use crate::genesis::starter;
use crate::say;

/// What each founder of the small network has at stake, in its fee asset of 18 decimals.
const STAKE: Amount = Amount(100_000_000_000_000_000_000_000);
/// Blocks of an epoch of the small network.
const EPOCH_BLOCKS: u64 = 2_000;
const STAKE_ASSET: AssetId = AssetId(0);
const DAY_MS: u64 = 86_400_000;
/// The password of the keys of accounts where `init` makes them: for networks to play with.
const PASSWORD: &str = "gage";

/// What to make.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// How many validators; of 3f + 1 any f may fail
    #[arg(long, default_value_t = 4)]
    validators: usize,
    /// The directory; made if it does not exist
    #[arg(long)]
    dir: PathBuf,
    /// The genesis file; else a small network to start with
    #[arg(long)]
    genesis: Option<PathBuf>,
    /// The key of the small network's first account, as scheme:hex; else one is made, with the password `gage`
    #[arg(long, conflicts_with = "genesis")]
    key: Option<PublicKey>,
    /// The address at which validator i is reached; with one address only, ports count up from it
    #[arg(long = "address")]
    addresses: Vec<SocketAddr>,
    /// The API of validator i listens on this port plus i, on loopback
    #[arg(long, default_value_t = 7_800)]
    api_port: u16,
    /// Blocks of an epoch, after which other validators may order, in the small network; a network of a genesis file
    /// has what that says
    #[arg(long, default_value_t = EPOCH_BLOCKS, conflicts_with = "genesis")]
    epoch_blocks: u64,
}

/// Writes the files.
pub fn init(args: &InitArgs) -> Result<ExitCode> {
    make(args)?;
    say!("network  {} with {} validators", args.dir.display(), args.validators);
    say!("run one  gage node --validator {}", args.dir.join("validator-0").display());
    say!("or all   gage network up --dir {}", args.dir.display());
    Ok(ExitCode::SUCCESS)
}

impl InitArgs {
    /// A network on loopback.
    pub fn local(validators: usize, dir: &Path, api_port: u16) -> InitArgs {
        let first = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), api_port.saturating_add(1_000));
        let (dir, addresses) = (dir.to_path_buf(), vec![first]);
        InitArgs { validators, dir, genesis: None, key: None, addresses, api_port, epoch_blocks: EPOCH_BLOCKS }
    }

    /// The same for the network of a genesis file.
    pub fn with_genesis(self, genesis: PathBuf) -> InitArgs {
        InitArgs { genesis: Some(genesis), ..self }
    }
}

/// Makes what the arguments say.
pub fn make(args: &InitArgs) -> Result<()> {
    ensure!((1..=VALIDATORS_MAX).contains(&args.validators), "a network has 1 to {VALIDATORS_MAX} validators");
    let list = args.dir.join("validators.toml");
    ensure!(!list.exists(), "{} holds a network already; choose another directory", args.dir.display());
    std::fs::create_dir_all(&args.dir)?;
    let addresses = addresses(args)?;
    let (mut seats, mut secrets) = (Vec::new(), Vec::new());
    for (index, address) in addresses.iter().enumerate() {
        let (_, secret) = keystore::generate(Scheme::Ed25519)?;
        let key = hex::encode(ValidatorSecret::from_bytes(&secret).public());
        seats.push(Seat { name: format!("validator-{index}"), key, address: *address });
        secrets.push(secret);
    }
    let genesis = genesis(args, &seats)?;
    let validators = Validators { genesis: genesis.hash(), validators: seats };
    write_genesis(&args.dir.join("genesis.json"), &genesis)?;
    for (index, (seat, secret)) in validators.validators.iter().zip(&secrets).enumerate() {
        let port = args.api_port.checked_add(u16::try_from(index)?);
        let Some(port) = port else { bail!("--api-port leaves no port for validator {index}") };
        let api = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        let node = NodeFile { listen: seat.address, api };
        write_validator(&args.dir.join(&seat.name), &genesis, &validators, &node, secret)?;
    }
    // Last: a directory that has it is whole.
    std::fs::write(list, toml::to_string_pretty(&validators)?)?;
    Ok(())
}

fn genesis(args: &InitArgs, seats: &[Seat]) -> Result<Genesis> {
    if let Some(path) = &args.genesis {
        let genesis = read_genesis(path)?;
        let named = genesis.staking.validators.is_some();
        ensure!(!named, "{} names its validators: make each directory with `gage network join`", path.display());
        return Ok(genesis);
    }
    let key = match args.key {
        Some(key) => key,
        None => {
            let (secret, bytes) = keystore::generate(Scheme::Ed25519)?;
            let path = args.dir.join("owner.json");
            keystore::write(&path, Scheme::Ed25519, &bytes, PASSWORD.as_bytes())?;
            say!("owner    the key of the first account is in {}, password {PASSWORD}", path.display());
            secret.public_key()
        }
    };
    let mut keys = vec![key];
    for seat in seats {
        let (secret, bytes) = keystore::generate(Scheme::Ed25519)?;
        let dir = args.dir.join(&seat.name);
        std::fs::create_dir_all(&dir)?;
        keystore::write(&dir.join("operator.json"), Scheme::Ed25519, &bytes, PASSWORD.as_bytes())?;
        keys.push(secret.public_key());
    }
    let mut genesis = starter("local", &keys)?;
    found(&mut genesis, args, seats, &keys[1..])?;
    Ok(genesis)
}

/// The operator of each seat has bonded, and founds the network.
fn found(genesis: &mut Genesis, args: &InitArgs, seats: &[Seat], operators: &[PublicKey]) -> Result<()> {
    let terms =
        RoleTerms { asset: STAKE_ASSET, amount_min: STAKE, unbonding_ms: 21 * DAY_MS, evidence_ms: 14 * DAY_MS };
    genesis.staking.roles.push(GenesisRole { role: Role::Validator, terms });
    let mut founders = Vec::new();
    for (seat, key) in seats.iter().zip(operators) {
        let account = genesis_account_id(&[NewKey::owner(*key)], 1)?;
        let bond = GenesisBond { account, role: Role::Validator, purpose: ORDERING, amount: STAKE };
        genesis.staking.bonds.push(bond);
        let key = format!("ed25519:{}", seat.key).parse()?;
        founders.push(Founder { account, key, address: seat.address.to_string() });
    }
    let rules = ValidatorRules {
        epoch_blocks: args.epoch_blocks,
        fixed_before: genesis.params.lag_max,
        members_min: u16::try_from(seats.len().min(4))?,
        members_max: u16::try_from(seats.len().max(32))?,
        slash: Bps(500),
        destination: Destination { waterfall: 0 },
    };
    rules.check().with_context(|| format!("--epoch-blocks is {} to {EPOCH_BLOCKS_MAX}", rules.fixed_before + 2))?;
    genesis.staking.validators = Some(GenesisValidators { rules, founders });
    Ok(())
}

fn addresses(args: &InitArgs) -> Result<Vec<SocketAddr>> {
    match args.addresses.as_slice() {
        all if all.len() == args.validators => Ok(all.to_vec()),
        [] | [_] => {
            let local = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8_800);
            let first = args.addresses.first().copied().unwrap_or(local);
            let port = |index: usize| first.port().checked_add(u16::try_from(index).ok()?);
            let address = |index| port(index).map(|port| SocketAddr::new(first.ip(), port));
            let all: Option<Vec<SocketAddr>> = (0..args.validators).map(address).collect();
            all.ok_or_else(|| anyhow::anyhow!("--address leaves no ports for {} validators", args.validators))
        }
        some => bail!("{} addresses for {} validators; give one for each, or the first", some.len(), args.validators),
    }
}
