//! What is there at the start of every scenario: assets, publishers, three facilities.
//!
//! | asset | decimals | minted by |
//! |---|---|---|
//! | `FEE` | 18 | nobody; fees are zero |
//! | `GUSD`, `GEUR` | 18 | vaults |
//! | `ETH`, `BTC`, `BOND` | 18, 8, 6 | the account `bank` |
//! | `SHARE` | 6 | the account `bank`, nothing so far |
//! | `GOLD` | 6 | securities, against proven backing |
//! | `USDC` | 6 | the account `bank` |
//! | `P-USDC` | 6 | vaults: shares of the pool of USDC |
//!
//! `pub-1` to `pub-3` publish the prices of ETH and BTC; `bank` governs; `curator` may give first-loss
//! capital to both waterfalls. GUSD is lent against ETH and BTC, GEUR against ETH. Interest is zero
//! until a scenario sets it, but for the pool that lends USDC against ETH and BTC: 10 % a year at 80 %
//! lent, 69 % at all, a tenth of it reserved. Every role bonds in BOND, at least one; 21 days to leave, 14 of evidence.

use gage_accounts::{GenesisAccount, NewKey};
use gage_auctions::Curve;
use gage_backstop::{GenesisWaterfall, Step, StepKind, Terms, WaterfallId};
use gage_chain::{Genesis, Params, genesis_account_id};
use gage_crypto::hash::sha256_parts;
use gage_crypto::{AccountId, Scheme, SecretKey};
use gage_ledger::{GenesisAsset, GenesisBalance};
use gage_oracle::{Dimension, FeedParams, GenesisFeed, GenesisPublisher, Source};
use gage_staking::{GenesisRole, Role, RoleTerms};
use gage_units::{Accumulator, Amount, AssetId, Bps, Price, RatePerSecond, Ratio, Timestamp};
use gage_vaults::operations::CreatePool;
use gage_vaults::{
    CollateralTerms, FacilityParams, GenesisCollateral, GenesisFacility, GenesisPool, LiquidationTerms, PoolTerms,
    RateCurve,
};
use strum::IntoEnumIterator;

/// Symbol and decimals of the assets, by their numbers.
pub const ASSETS: [(&str, u8); 9] = [
    ("FEE", 18),
    ("GUSD", 18),
    ("ETH", 18),
    ("BTC", 8),
    ("BOND", 6),
    ("GEUR", 18),
    ("GOLD", 6),
    ("USDC", 6),
    ("SHARE", 6),
];
/// The shares of the pool, made after the assets of the file.
pub const POOL_SHARES: (&str, u8) = ("P-USDC", 6);
/// The accounts of the genesis file.
pub const ACCOUNTS: [&str; 5] = ["bank", "pub-1", "pub-2", "pub-3", "curator"];
/// Who reports prices.
pub const PUBLISHERS: [&str; 3] = ["pub-1", "pub-2", "pub-3"];
/// The assets with a feed, by the feed's number.
pub const FEEDS: [&str; 2] = ["ETH", "BTC"];
/// What the facilities lend, by the number of the facility and waterfall, from 1.
pub const STABLES: [&str; 3] = ["GUSD", "GEUR", "USDC"];
/// When it begins: 1 January 2026.
pub const START: Timestamp = Timestamp(1_767_225_600_000);

/// The number of an asset.
pub fn asset(symbol: &str) -> Option<(AssetId, u8)> {
    let (place, decimals) = match ASSETS.iter().position(|(other, _)| *other == symbol) {
        Some(place) => (place, ASSETS.get(place)?.1),
        None => (symbol == POOL_SHARES.0).then_some((ASSETS.len(), POOL_SHARES.1))?,
    };
    Some((AssetId(u32::try_from(place).ok()?), decimals))
}

/// The key of an account, from its name.
pub fn secret(name: &str) -> SecretKey {
    let bytes = sha256_parts(&[b"gage/scenario/", name.as_bytes()]).0;
    SecretKey::from_bytes(Scheme::Ed25519, &bytes).expect("any 32 bytes are an ed25519 secret")
}

/// The first key of an account.
pub fn first_key(name: &str) -> NewKey {
    NewKey::owner(secret(name).public_key())
}

/// The identifier of an account of the genesis file.
pub fn genesis_account(name: &str) -> AccountId {
    genesis_account_id(&[first_key(name)], 1).expect("one owner key of weight 1 is a whole account")
}

fn id(symbol: &str) -> AssetId {
    asset(symbol).expect("the stage lists its assets").0
}

fn whole(count: u128) -> Amount {
    Amount(count * 1_000_000_000_000_000_000)
}

/// The genesis file.
pub fn genesis() -> Genesis {
    let accounts = ACCOUNTS.map(|name| GenesisAccount { id: None, keys: vec![first_key(name)], threshold: 1 });
    let mut genesis = Genesis {
        network: "scenario".to_owned(),
        time: START,
        governor: Some(genesis_account("bank")),
        params: Params { base_fee_min: Amount::ZERO, audit_every: 1, ..Params::default() },
        ..Genesis::default()
    };
    genesis.accounts.accounts = accounts.to_vec();
    genesis.ledger.assets = ASSETS.iter().map(|(symbol, decimals)| genesis_asset(symbol, *decimals)).collect();
    genesis.ledger.balances = ["ETH", "BTC", "BOND", "USDC"].map(treasury).to_vec();
    genesis.staking.roles = Role::iter().map(|role| GenesisRole { role, terms: role_terms() }).collect();
    genesis.oracle.feeds = FEEDS.map(feed).to_vec();
    genesis.backstop.waterfalls =
        vec![waterfall("GUSD", &["ETH", "BTC"]), waterfall("GEUR", &["ETH"]), waterfall("USDC", &["ETH", "BTC"])];
    genesis.vaults.facilities = vec![facility(1, "GUSD", &["ETH", "BTC"]), facility(2, "GEUR", &["ETH"])];
    genesis.vaults.pools = vec![pool(3, "USDC", &["ETH", "BTC"])];
    genesis
}

/// At least one BOND; 21 days to leave, 14 days of evidence.
fn role_terms() -> RoleTerms {
    const DAY_MS: u64 = 86_400_000;
    RoleTerms { asset: id("BOND"), amount_min: Amount(1_000_000), unbonding_ms: 21 * DAY_MS, evidence_ms: 14 * DAY_MS }
}

fn genesis_asset(symbol: &str, decimals: u8) -> GenesisAsset {
    let module = match symbol {
        "GUSD" | "GEUR" => Some(gage_vaults::MODULE),
        "GOLD" => Some(gage_securities::MODULE),
        _ => None,
    };
    let issuer = module.is_none().then(|| genesis_account("bank"));
    GenesisAsset { symbol: symbol.to_owned(), decimals, issuer, module, itemised: false }
}

/// A million million whole units of an asset in the bank.
fn treasury(symbol: &str) -> GenesisBalance {
    let (asset, decimals) = asset(symbol).expect("the stage lists its assets");
    let amount = Amount(10u128.pow(u32::from(decimals) + 12));
    GenesisBalance { account: genesis_account("bank"), asset, amount }
}

fn feed(symbol: &str) -> GenesisFeed {
    let publisher = |name: &str| GenesisPublisher { account: genesis_account(name), weight: 1, pyth: None };
    GenesisFeed {
        base: Dimension::Asset(id(symbol)),
        quote: Dimension::Numeraire,
        decimals: 8,
        source: Source::Reported,
        params: FeedParams::default(),
        publishers: PUBLISHERS.map(publisher).to_vec(),
        growth_cap: None,
    }
}

fn waterfall(stable: &str, collateral: &[&str]) -> GenesisWaterfall {
    let step = |kind| Step { kind, cap: Amount::MAX };
    GenesisWaterfall {
        stable: id(stable),
        collateral: collateral.iter().map(|symbol| id(symbol)).collect(),
        curator: Some(genesis_account("curator")),
        steps: [StepKind::StabilityPool, StepKind::CuratorFirstLoss, StepKind::SurplusBuffer].map(step).to_vec(),
        terms: Terms::standard(Amount(10u128.pow(u32::from(asset(stable).expect("the stage lists its assets").1)))),
    }
}

fn facility(number: u32, stable: &str, collaterals: &[&str]) -> GenesisFacility {
    let collateral = |symbol: &&str| GenesisCollateral {
        asset: id(symbol),
        terms: collateral_terms(symbol),
        liquidation: liquidation_terms(),
    };
    GenesisFacility {
        stable: id(stable),
        par: Price::ONE,
        waterfall: WaterfallId(number),
        params: facility_params(),
        collaterals: collaterals.iter().map(collateral).collect(),
    }
}

/// Lends USDC out of what suppliers give.
fn pool(number: u32, lent: &str, collaterals: &[&str]) -> GenesisPool {
    let units = |count: u128| Amount(count * 1_000_000);
    let GenesisFacility { params, collaterals, .. } = facility(number, lent, collaterals);
    let in_units = |collateral: GenesisCollateral| GenesisCollateral {
        terms: CollateralTerms { debt_cap: units(500_000), ..collateral.terms },
        liquidation: LiquidationTerms { window_max: units(100_000), dust: units(10), ..collateral.liquidation },
        ..collateral
    };
    let yearly = |bps: u128| RatePerSecond(Accumulator::SCALE + Accumulator::SCALE / 10_000 * bps / 31_536_000);
    let create = CreatePool {
        asset: id(lent),
        symbol: POOL_SHARES.0.to_owned(),
        par: Price::ONE,
        feed: None,
        waterfall: WaterfallId(number),
        params: FacilityParams { debt_ceiling: units(1_000_000), debt_floor: units(100), ..params },
        terms: PoolTerms {
            curve: RateCurve {
                kink: Bps(8_000),
                at_zero: RatePerSecond::ZERO_INTEREST,
                at_kink: yearly(1_000),
                at_full: yearly(6_900),
            },
            reserve_factor: Bps(1_000),
            supply_cap: units(10_000_000),
            supply_min: units(1),
        },
    };
    GenesisPool { create, collaterals: collaterals.into_iter().map(in_units).collect() }
}

/// Ceiling a million, floor a hundred, no interest, target health 1.25.
fn facility_params() -> FacilityParams {
    FacilityParams {
        debt_ceiling: whole(1_000_000),
        debt_floor: whole(100),
        base_rate: RatePerSecond::ZERO_INTEREST,
        target_health: Ratio(1_250_000_000_000_000_000),
        closed: false,
    }
}

/// ETH: up to 66 %, liquidated at 75 %, bonus 10 %. BTC: 70, 80 and 8.
fn collateral_terms(symbol: &str) -> CollateralTerms {
    let (loan_to_value, threshold, bonus) = if symbol == "BTC" { (7_000, 8_000, 800) } else { (6_600, 7_500, 1_000) };
    CollateralTerms {
        loan_to_value: Bps(loan_to_value),
        threshold: Bps(threshold),
        bonus: Bps(bonus),
        premium: RatePerSecond::ZERO_INTEREST,
        debt_cap: whole(500_000),
    }
}

/// Starts 5 % above the quote, falls 1 % every 90 s, an hour a round, three rounds; 100,000 an hour.
fn liquidation_terms() -> LiquidationTerms {
    LiquidationTerms {
        quote_bound: Bps(100),
        window_ms: 3_600_000,
        window_max: whole(100_000),
        start_premium: Bps(500),
        curve: Curve::StairExponential { step_ms: 90_000, cut: Ratio(990_000_000_000_000_000) },
        tail_ms: 3_600_000,
        cusp: Ratio(400_000_000_000_000_000),
        dust: whole(10),
        rounds_max: 3,
    }
}
