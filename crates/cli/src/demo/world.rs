//! The network of a run: who has which key, and the genesis file.
//!
//! Accounts are opened and funded by genesis; everything after that is their own signed transactions.
//! Keys follow from the seed, so that the same scenario is the same network: they protect nothing.

use gage_agents::population::Population;
use gage_agents::scenario::Scenario;
use gage_auctions::Curve;
use gage_backstop::{Step, StepKind, Terms, WaterfallId};
use gage_chain::{Genesis, GenesisCredit, GenesisKey, genesis_account_id};
use gage_client::Signer;
use gage_crypto::hash::sha256_parts;
use gage_crypto::{AccountId, Hash, Scheme, SecretKey};
use gage_ledger::{GenesisAsset, GenesisBalance};
use gage_oracle::{Dimension, FeedId, FeedParams, GenesisFeed, GenesisPublisher, Source};
use gage_units::{Accumulator, Amount, AssetId, Bps, Price, RatePerSecond, Ratio, SECONDS_PER_YEAR, Timestamp};
use gage_vaults::{CollateralTerms, FacilityId, FacilityParams, GenesisCollateral, GenesisFacility, LiquidationTerms};

/// What is pledged.
pub const COLLATERAL: AssetId = AssetId(0);
/// What is lent.
pub const STABLE: AssetId = AssetId(1);
/// What fees are paid in.
pub const CREDIT: AssetId = AssetId(2);
/// The price of the collateral.
pub const FEED: FeedId = FeedId(0);
/// Who lends.
pub const FACILITY: FacilityId = FacilityId(1);
/// Who bears its losses.
pub const WATERFALL: WaterfallId = WaterfallId(1);

/// The first nonce of every account.
const FIRST_NONCE: u64 = 1;
const ONE: u128 = Price::ONE.0;
/// Fee credit of every account: a transaction costs some thousandths.
const CREDIT_EACH: Amount = Amount(10_000 * ONE);

/// An account with the key that signs for it.
pub struct Actor<K> {
    /// Its name on the network.
    pub id: AccountId,
    /// Its only key: bare before the network has a name, then a signer that counts nonces.
    pub key: K,
}

/// Everyone with a key, in the order of the population.
pub struct World<K> {
    /// Plays the market outside: takes collateral, gives stable.
    pub market: Actor<K>,
    /// Adds first-loss capital.
    pub curator: Actor<K>,
    /// Report prices.
    pub publishers: Vec<Actor<K>>,
    /// One vault each.
    pub borrowers: Vec<Actor<K>>,
    /// Take lots.
    pub keepers: Vec<Actor<K>>,
    /// Insure.
    pub depositors: Vec<Actor<K>>,
}

impl World<SecretKey> {
    /// The keys of a population.
    ///
    /// # Errors
    /// Never in practice: an Ed25519 key exists for every secret.
    pub fn new(seed: u64, people: &Population) -> anyhow::Result<World<SecretKey>> {
        let many = |role: &str, count: usize| -> anyhow::Result<Vec<Actor<SecretKey>>> {
            (0..count).map(|index| actor(seed, role, index)).collect()
        };
        Ok(World {
            market: actor(seed, "market", 0)?,
            curator: actor(seed, "curator", 0)?,
            publishers: many("publisher", people.publishers.len())?,
            borrowers: many("borrower", people.borrowers.len())?,
            keepers: many("keeper", people.keepers.len())?,
            depositors: many("depositor", people.depositors.len())?,
        })
    }

    /// The same people, signing for a network.
    pub fn on(self, network: Hash, base_fee: Amount) -> World<Signer> {
        let one = |actor: Actor<SecretKey>| {
            let signer = Signer::new(actor.id, actor.key, network, FIRST_NONCE, base_fee);
            Actor { id: actor.id, key: signer }
        };
        let many = |actors: Vec<Actor<SecretKey>>| actors.into_iter().map(one).collect();
        World {
            market: one(self.market),
            curator: one(self.curator),
            publishers: many(self.publishers),
            borrowers: many(self.borrowers),
            keepers: many(self.keepers),
            depositors: many(self.depositors),
        }
    }

    fn everyone(&self) -> impl Iterator<Item = &Actor<SecretKey>> {
        let single = [&self.market, &self.curator];
        let groups = [&self.publishers, &self.borrowers, &self.keepers, &self.depositors];
        single.into_iter().chain(groups.into_iter().flatten())
    }
}

fn actor(seed: u64, role: &str, index: usize) -> anyhow::Result<Actor<SecretKey>> {
    let number = (index as u64).to_be_bytes();
    let secret = sha256_parts(&[b"gage demo key", &seed.to_be_bytes(), &number, role.as_bytes()]);
    let key = SecretKey::from_bytes(Scheme::Ed25519, &secret.0)?;
    let id = genesis_account_id(&[genesis_key(&key)], 1)?;
    Ok(Actor { id, key })
}

fn genesis_key(key: &SecretKey) -> GenesisKey {
    GenesisKey { public_key: key.public_key(), weight: 1, role: gage_accounts::Role::Owner, expires: None }
}

/// The genesis file of a run that begins at `time`.
pub fn genesis(scenario: &Scenario, people: &Population, world: &World<SecretKey>, time: Timestamp) -> Genesis {
    let mut genesis = Genesis { network: "gage-demo".to_owned(), time, ..Genesis::default() };
    genesis.params.fee_asset = CREDIT;
    // Room for the opening of all vaults in a few blocks, at a base fee that does not move.
    genesis.params.weight_target = 40_000_000;
    genesis.params.weight_max = 80_000_000;
    genesis.params.due_weight_max = 20_000_000;
    // The full audit is asked for at the end; every block checks the running totals.
    genesis.params.audit_every = 0;
    for one in world.everyone() {
        let account =
            gage_accounts::GenesisAccount { id: Some(one.id), keys: vec![genesis_key(&one.key)], threshold: 1 };
        genesis.accounts.accounts.push(account);
        genesis.ledger.balances.push(GenesisBalance { account: one.id, asset: CREDIT, amount: CREDIT_EACH });
        genesis.credits.push(GenesisCredit { account: one.id, amount: CREDIT_EACH });
    }
    genesis.ledger.assets = assets(scenario, world.market.id);
    for (plan, one) in people.borrowers.iter().zip(&world.borrowers) {
        let amount = Amount(plan.collateral.0 + plan.reserve.0);
        genesis.ledger.balances.push(GenesisBalance { account: one.id, asset: COLLATERAL, amount });
    }
    genesis.oracle.feeds = vec![feed(scenario, world)];
    // Blocks far apart are not a halt here; seven days is the bound.
    let gap_ms = (scenario.ledger.block_interval_s * 3_000).clamp(3_600_000, 604_800_000);
    genesis.oracle.params.halt_gap_ms = gap_ms;
    genesis.backstop.waterfalls = vec![waterfall(world.curator.id)];
    genesis.vaults.facilities = vec![facility(scenario)];
    genesis
}

fn assets(scenario: &Scenario, issuer: AccountId) -> Vec<GenesisAsset> {
    let asset = |symbol: &str, issuer, module| GenesisAsset {
        symbol: symbol.to_owned(),
        decimals: 18,
        issuer,
        module,
        itemised: false,
    };
    vec![
        asset(&scenario.assets.collateral, Some(issuer), None),
        asset(&scenario.assets.stable, None, Some(gage_vaults::MODULE)),
        asset("CREDIT", Some(issuer), None),
    ]
}

fn feed(scenario: &Scenario, world: &World<SecretKey>) -> GenesisFeed {
    let rules = &scenario.feed;
    let quorum = u8::try_from(rules.quorum).unwrap_or(u8::MAX);
    GenesisFeed {
        base: Dimension::Asset(COLLATERAL),
        quote: Dimension::Numeraire,
        decimals: 18,
        source: Source::Reported,
        params: FeedParams {
            quorum,
            max_age_ms: rules.age_max_s * 1_000,
            max_confidence: Bps(rules.confidence_max_bps),
            band_max: Bps(rules.band_max_bps),
            jump_bound: Bps(rules.jump_bps),
            jump_quorum: quorum,
            jump_delay_ms: rules.jump_confirm_s * 1_000,
            ..FeedParams::default()
        },
        publishers: world
            .publishers
            .iter()
            .map(|one| GenesisPublisher { account: one.id, weight: 1, pyth: None })
            .collect(),
        growth_cap: None,
    }
}

fn waterfall(curator: AccountId) -> gage_backstop::GenesisWaterfall {
    let step = |kind| Step { kind, cap: Amount::MAX };
    gage_backstop::GenesisWaterfall {
        stable: STABLE,
        collateral: vec![COLLATERAL],
        curator: Some(curator),
        steps: vec![step(StepKind::StabilityPool), step(StepKind::CuratorFirstLoss), step(StepKind::SurplusBuffer)],
        terms: Terms::standard(Amount(ONE)),
    }
}

fn facility(scenario: &Scenario) -> GenesisFacility {
    let (rules, auction) = (&scenario.facility, &scenario.auction);
    let stable = |units: u64| Amount(gage_agents::scenario::whole(units));
    GenesisFacility {
        stable: STABLE,
        par: Price::ONE,
        waterfall: WATERFALL,
        params: FacilityParams {
            debt_ceiling: stable(rules.debt_ceiling),
            debt_floor: stable(rules.debt_min),
            base_rate: per_second(rules.fee_bps_per_year),
            target_health: ratio(rules.target_health_bps),
            closed: false,
        },
        collaterals: vec![GenesisCollateral {
            asset: COLLATERAL,
            terms: CollateralTerms {
                loan_to_value: Bps(rules.loan_to_value_bps),
                threshold: Bps(rules.liquidation_threshold_bps),
                bonus: Bps(rules.liquidation_bonus_bps),
                premium: RatePerSecond::ZERO_INTEREST,
                debt_cap: stable(rules.debt_ceiling),
            },
            liquidation: LiquidationTerms {
                // Caution in the owner's favour, but never so much that liquidation waits for it.
                quote_bound: Bps(100),
                window_ms: rules.throughput_window_s * 1_000,
                window_max: stable(rules.throughput_debt_max),
                start_premium: Bps(auction.start_bps - 10_000),
                curve: Curve::StairExponential {
                    step_ms: auction.step_s * 1_000,
                    cut: Ratio(Ratio::SCALE - ratio(auction.cut_bps).0),
                },
                tail_ms: auction.tail_s * 1_000,
                cusp: ratio(auction.cusp_bps),
                dust: stable(rules.debt_min),
                rounds_max: u8::try_from(auction.rounds_max).unwrap_or(u8::MAX),
            },
        }],
    }
}

fn ratio(bps: u32) -> Ratio {
    Bps(bps).ratio()
}

/// A simple yearly rate spread over the seconds of a year; what compounding adds is below the fee's square.
fn per_second(bps_per_year: u32) -> RatePerSecond {
    let interest = Accumulator::SCALE / 10_000 * u128::from(bps_per_year) / u128::from(SECONDS_PER_YEAR);
    RatePerSecond(Accumulator::SCALE + interest)
}
