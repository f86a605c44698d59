//! `gage genesis`: the file from which a network starts.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::common::{fields, json, tell};
use crate::say;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use gage_accounts::{GenesisAccount, NewKey};
use gage_auctions::Curve;
use gage_backstop::{GenesisWaterfall, Step, StepKind, Terms, WaterfallId};
use gage_chain::{Chain, Genesis, GenesisCredit, genesis_account_id};
use gage_crypto::{AccountId, PublicKey};
use gage_ledger::{GenesisAsset, GenesisBalance};
use gage_node::{genesis_text, read_genesis, write_genesis};
use gage_oracle::{Dimension, FeedParams, GenesisFeed, GenesisPublisher, Source};
use gage_units::{Amount, AssetId, Bps, Price, RatePerSecond, Ratio, Timestamp};
use gage_vaults::{CollateralTerms, FacilityParams, GenesisCollateral, GenesisFacility, LiquidationTerms};
use serde_json::json;

/// What to do with a genesis file.
#[derive(Debug, Subcommand)]
pub enum GenesisCommand {
    /// Write the file of a small network to start with: fees in USD, GUSD lent against WETH
    New(New),
    /// Read a file, build its state, and say what it holds
    Check(File),
    /// The genesis hash of a file: the network's name in every signature
    Hash(File),
}

#[derive(Debug, Args)]
pub struct New {
    /// The network's name: a-z, 0-9 and dash
    #[arg(long, default_value = "local")]
    network: String,
    /// The keys of its first accounts, as scheme:hex; the first issues, governs and publishes prices
    #[arg(long = "key", required = true)]
    keys: Vec<PublicKey>,
    /// The file to be written; to the standard output without one
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct File {
    /// The genesis file
    file: PathBuf,
}

/// Does it.
pub fn genesis(command: &GenesisCommand) -> Result<ExitCode> {
    match command {
        GenesisCommand::New(args) => new(args),
        GenesisCommand::Check(args) => check(args),
        GenesisCommand::Hash(args) => {
            let hash = read_genesis(&args.file)?.hash();
            tell(&json!({ "genesis": hash }), || say!("{hash}"));
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn new(args: &New) -> Result<ExitCode> {
    let genesis = starter(&args.network, &args.keys)?;
    // What is written is known to start.
    Chain::from_genesis(&genesis, 0).context("building the state of the new file")?;
    match &args.out {
        Some(path) if path.exists() => bail!("{} exists already; choose another file", path.display()),
        Some(path) => {
            write_genesis(path, &genesis)?;
            fields(&[("written", path.display().to_string()), ("genesis", genesis.hash().to_string())]);
        }
        None => say!("{}", genesis_text(&genesis)?.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}

fn check(args: &File) -> Result<ExitCode> {
    let genesis = read_genesis(&args.file)?;
    let chain = Chain::from_genesis(&genesis, 0)
        .with_context(|| format!("building the state that {} describes", args.file.display()))?;
    fields(&[
        ("network", genesis.network.clone()),
        ("genesis", chain.genesis().to_string()),
        ("records", chain.draft().records().to_string()),
        ("accounts", genesis.accounts.accounts.len().to_string()),
        ("assets", genesis.ledger.assets.len().to_string()),
        ("feeds", genesis.oracle.feeds.len().to_string()),
        ("waterfalls", genesis.backstop.waterfalls.len().to_string()),
        ("facilities", genesis.vaults.facilities.len().to_string()),
    ]);
    if !json() {
        say!("every invariant holds");
    }
    Ok(ExitCode::SUCCESS)
}

const ONE: u128 = 1_000_000_000_000_000_000;
const USD: AssetId = AssetId(0);
const WETH: AssetId = AssetId(1);
const GUSD: AssetId = AssetId(2);

fn whole(count: u128) -> Amount {
    Amount(count.saturating_mul(ONE))
}

/// A network to start with: every account has 1,000,000 USD, 1,000 of it as fee credit, and 1,000 WETH.
pub(crate) fn starter(network: &str, keys: &[PublicKey]) -> Result<Genesis> {
    let ids: Vec<AccountId> =
        keys.iter().map(|key| genesis_account_id(&[NewKey::owner(*key)], 1)).collect::<Result<_, _>>()?;
    let first = *ids.first().context("a network has at least one account")?;
    let mut genesis = Genesis { network: network.to_owned(), time: now(), governor: Some(first), ..Genesis::default() };
    let asset = |symbol: &str, issuer, module| GenesisAsset {
        symbol: symbol.to_owned(),
        decimals: 18,
        issuer,
        module,
        itemised: false,
    };
    genesis.ledger.assets = vec![
        asset("USD", Some(first), None),
        asset("WETH", Some(first), None),
        asset("GUSD", None, Some(gage_vaults::MODULE)),
    ];
    for (key, account) in keys.iter().zip(&ids) {
        let account = *account;
        let keys = vec![NewKey::owner(*key)];
        genesis.accounts.accounts.push(GenesisAccount { id: None, keys, threshold: 1 });
        genesis.ledger.balances.push(GenesisBalance { account, asset: USD, amount: whole(1_000_000) });
        genesis.ledger.balances.push(GenesisBalance { account, asset: WETH, amount: whole(1_000) });
        genesis.credits.push(GenesisCredit { account, amount: whole(1_000) });
    }
    genesis.oracle.feeds.push(GenesisFeed {
        base: Dimension::Asset(WETH),
        quote: Dimension::Numeraire,
        decimals: 8,
        source: Source::Reported,
        params: FeedParams { quorum: 1, jump_quorum: 1, ..FeedParams::default() },
        publishers: vec![GenesisPublisher { account: first, weight: 1, pyth: None }],
        growth_cap: None,
    });
    let step = |kind| Step { kind, cap: Amount::MAX };
    genesis.backstop.waterfalls.push(GenesisWaterfall {
        stable: GUSD,
        collateral: vec![WETH],
        curator: Some(first),
        steps: vec![step(StepKind::StabilityPool), step(StepKind::CuratorFirstLoss), step(StepKind::SurplusBuffer)],
        terms: Terms::standard(whole(1)),
    });
    genesis.vaults.facilities.push(facility());
    Ok(genesis)
}

/// GUSD against WETH: up to 66 %, liquidated at 75 %, without interest.
fn facility() -> GenesisFacility {
    let terms = CollateralTerms {
        loan_to_value: Bps(6_600),
        threshold: Bps(7_500),
        bonus: Bps(1_000),
        premium: RatePerSecond::ZERO_INTEREST,
        debt_cap: whole(10_000_000),
    };
    let liquidation = LiquidationTerms {
        quote_bound: Bps(100),
        window_ms: 3_600_000,
        window_max: whole(1_000_000),
        start_premium: Bps(500),
        curve: Curve::StairExponential { step_ms: 90_000, cut: Ratio(990_000_000_000_000_000) },
        tail_ms: 3_600_000,
        cusp: Ratio(400_000_000_000_000_000),
        dust: whole(10),
        rounds_max: 3,
    };
    GenesisFacility {
        stable: GUSD,
        par: Price::ONE,
        waterfall: WaterfallId(1),
        params: FacilityParams {
            debt_ceiling: whole(10_000_000),
            debt_floor: whole(100),
            base_rate: RatePerSecond::ZERO_INTEREST,
            target_health: Ratio(1_250_000_000_000_000_000),
            closed: false,
        },
        collaterals: vec![GenesisCollateral { asset: WETH, terms, liquidation }],
    }
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
