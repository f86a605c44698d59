//! A node with a small market: users who pay each other, and a vault that falls into an auction.
#![allow(dead_code, clippy::unwrap_used, clippy::arithmetic_side_effects)]

pub mod server;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use gage_accounts::{GenesisAccount, NewKey, Quantity};
use gage_auctions::{Curve, LotId};
use gage_backstop::{GenesisWaterfall, Step, StepKind, Terms, WaterfallId};
use gage_chain::{
    Genesis, GenesisCredit, KeySignature, Operation, SignedTransaction, Transaction, TransactionHash,
    genesis_account_id,
};
use gage_crypto::{AccountId, Scheme, SecretKey};
use gage_history::{Follower, History, Location};
use gage_ledger::operations::Transfer;
use gage_ledger::{AssetNames, GenesisAsset, GenesisBalance};
use gage_node::{Node, NodeConfig, NodeHandle};
use gage_oracle::operations::Report;
use gage_oracle::{Dimension, FeedId, FeedParams, GenesisFeed, GenesisPublisher, Source};
use gage_units::{Amount, AssetId, Bps, Height, Price, RatePerSecond, Ratio, Timestamp};
use gage_vaults::operations::{Borrow, Deposit, OpenVault, Repay};
use gage_vaults::{
    CollateralTerms, FacilityId, FacilityParams, GenesisCollateral, GenesisFacility, LiquidationTerms, VaultId,
};

pub const USD: AssetId = AssetId(0);
pub const WETH: AssetId = AssetId(1);
pub const GUSD: AssetId = AssetId(2);
pub const ISSUER: u8 = 1;
pub const ALICE: u8 = 2;
pub const BOB: u8 = 3;
pub const PUBLISHER: u8 = 4;
pub const START: u64 = 1_600_000_000_000;
pub const ONE: u128 = 1_000_000_000_000_000_000;
/// What everyone begins with, in cents.
pub const CASH: u128 = 1_000_000;
pub const CREDIT: u128 = 500_000;

/// A directory that is removed when the test ends.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Scratch {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}-{number}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        fs::create_dir_all(&dir).unwrap();
        Scratch(dir)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

pub fn secret(user: u8) -> SecretKey {
    SecretKey::from_bytes(Scheme::Ed25519, &[user; 32]).unwrap()
}

fn keys(user: u8) -> Vec<NewKey> {
    vec![NewKey::owner(secret(user).public_key())]
}

pub fn id(user: u8) -> AccountId {
    genesis_account_id(&keys(user), 1).unwrap()
}

/// USD pays fees; GUSD is lent against WETH at 150 %.
pub fn genesis() -> Genesis {
    let mut genesis = Genesis { network: "history-test".to_owned(), time: Timestamp(START), ..Genesis::default() };
    genesis.params.base_fee_min = Amount(10);
    let asset = |symbol: &str, decimals, issuer, module| GenesisAsset {
        symbol: symbol.to_owned(),
        decimals,
        issuer,
        module,
        itemised: false,
    };
    genesis.ledger.assets = vec![
        asset("USD", 2, Some(id(ISSUER)), None),
        asset("WETH", 18, Some(id(ISSUER)), None),
        asset("GUSD", 18, None, Some(gage_vaults::MODULE)),
    ];
    for user in [ISSUER, ALICE, BOB, PUBLISHER] {
        genesis.accounts.accounts.push(GenesisAccount { id: None, keys: keys(user), threshold: 1 });
        genesis.ledger.balances.push(GenesisBalance { account: id(user), asset: USD, amount: Amount(CASH) });
        genesis.ledger.balances.push(GenesisBalance { account: id(user), asset: WETH, amount: Amount(100 * ONE) });
        genesis.credits.push(GenesisCredit { account: id(user), amount: Amount(CREDIT) });
    }
    genesis.oracle.feeds.push(GenesisFeed {
        base: Dimension::Asset(WETH),
        quote: Dimension::Numeraire,
        decimals: 8,
        source: Source::Reported,
        params: FeedParams { quorum: 1, jump_quorum: 1, ..FeedParams::default() },
        publishers: vec![GenesisPublisher { account: id(PUBLISHER), weight: 1, pyth: None }],
        growth_cap: None,
    });
    let step = |kind| Step { kind, cap: Amount::MAX };
    genesis.backstop.waterfalls.push(GenesisWaterfall {
        stable: GUSD,
        collateral: vec![WETH],
        curator: None,
        steps: vec![step(StepKind::StabilityPool), step(StepKind::SurplusBuffer)],
        terms: Terms::standard(Amount(ONE)),
    });
    let terms = CollateralTerms {
        loan_to_value: Bps(6_600),
        threshold: Bps(7_500),
        bonus: Bps(1_000),
        premium: RatePerSecond::ZERO_INTEREST,
        debt_cap: Amount(1_000_000 * ONE),
    };
    let liquidation = LiquidationTerms {
        quote_bound: Bps(100),
        window_ms: 3_600_000,
        window_max: Amount(100_000 * ONE),
        start_premium: Bps(500),
        curve: Curve::StairExponential { step_ms: 90_000, cut: Ratio(990_000_000_000_000_000) },
        tail_ms: 3_600_000,
        cusp: Ratio(400_000_000_000_000_000),
        dust: Amount(10 * ONE),
        rounds_max: 3,
    };
    genesis.vaults.facilities.push(GenesisFacility {
        stable: GUSD,
        par: Price::ONE,
        waterfall: WaterfallId(1),
        params: FacilityParams {
            debt_ceiling: Amount(1_000_000 * ONE),
            debt_floor: Amount(100 * ONE),
            base_rate: RatePerSecond::ZERO_INTEREST,
            target_health: Ratio(1_250_000_000_000_000_000),
            closed: false,
        },
        collaterals: vec![GenesisCollateral { asset: WETH, terms, liquidation }],
    });
    genesis
}

pub fn config(dir: &Path) -> NodeConfig {
    let mut config = NodeConfig::new(dir, genesis());
    config.hash_seed = 1;
    config.snapshot_every = 0;
    config.log_segment_bytes = 32 << 10;
    config
}

/// A node that seals when told, and who has signed what.
pub struct World {
    pub node: Node,
    pub time: u64,
    nonces: BTreeMap<u8, u64>,
}

impl World {
    pub fn start(config: NodeConfig) -> World {
        let node = Node::start(config).unwrap();
        let time = node.handle().read(|chain| chain.head().time.0);
        // Nonces above any that an earlier life may have used.
        let used = node.handle().read(|chain| chain.head().height.0) * 10;
        let nonces = [ISSUER, ALICE, BOB, PUBLISHER].map(|user| (user, used)).into();
        World { node, time, nonces }
    }

    pub fn handle(&self) -> NodeHandle {
        self.node.handle()
    }

    pub fn submit(&mut self, user: u8, operations: Vec<Operation>) -> TransactionHash {
        let nonce = self.nonces.entry(user).or_insert(0);
        *nonce += 1;
        let transaction = Transaction {
            account: id(user),
            nonce: *nonce,
            valid_until: Timestamp(u64::MAX >> 1),
            max_fee: Amount(10_000),
            operations,
            expected: vec![],
        };
        let node = self.node.handle();
        let payload = node.read(|chain| transaction.payload(&chain.genesis(), &AssetNames(chain.draft())));
        let signature = secret(user).sign(&payload).unwrap();
        let signatures = vec![KeySignature { key: secret(user).public_key(), signature }];
        node.submit(&SignedTransaction { transaction, signatures }.to_bytes()).unwrap()
    }

    /// Makes a block one minute later.
    pub fn seal(&mut self) -> Height {
        self.time += 60_000;
        self.node.handle().seal(Timestamp(self.time)).unwrap().height
    }

    pub fn pay(&mut self, from: u8, to: u8, cents: u128) -> TransactionHash {
        self.submit(from, vec![transfer(to, USD, cents)])
    }

    pub fn report(&mut self, price: u128) {
        let report = Report {
            feed: FeedId(0),
            price: Price(price * ONE),
            confidence: Price(ONE / 10),
            bid: None,
            ask: None,
            observed_at: Timestamp(self.time + 1),
        };
        self.submit(PUBLISHER, vec![Operation::Oracle(gage_oracle::Operation::Report(report))]);
        self.seal();
    }

    pub fn vaults(&mut self, user: u8, operations: Vec<gage_vaults::Operation>) {
        self.submit(user, operations.into_iter().map(Operation::Vaults).collect());
        self.seal();
    }

    /// Payments; a vault of Alice with 10 WETH and 1,000 GUSD of debt; a fall, and Bob takes a part of the lot.
    pub fn play(&mut self) {
        for round in 0..3u128 {
            self.pay(ALICE, BOB, 100 + round);
            self.pay(BOB, ALICE, 7);
            self.pay(ISSUER, PUBLISHER, 1);
            self.seal();
        }
        // Refused: more than there is.
        self.pay(ALICE, BOB, CASH * 10);
        self.report(200);
        let (facility, vault) = (FacilityId(1), VaultId(1));
        self.vaults(ALICE, vec![gage_vaults::Operation::OpenVault(OpenVault { facility })]);
        let deposit = Deposit { vault, asset: WETH, amount: Quantity::Exact(Amount(10 * ONE)) };
        let borrow = Borrow { vault, asset: GUSD, amount: Amount(1_000 * ONE) };
        self.vaults(ALICE, vec![gage_vaults::Operation::Deposit(deposit), gage_vaults::Operation::Borrow(borrow)]);
        let repay = Repay { vault, asset: GUSD, amount: Quantity::Exact(Amount(50 * ONE)) };
        self.vaults(ALICE, vec![gage_vaults::Operation::Repay(repay)]);
        self.submit(ALICE, vec![transfer(BOB, GUSD, 400 * ONE)]);
        self.seal();
        self.report(190);
        self.report(120);
        self.seal();
        let take = gage_auctions::operations::Take {
            lot: LotId(1),
            asset: WETH,
            amount: Quantity::Exact(Amount(ONE)),
            want: GUSD,
            price_max: Price(u128::MAX),
        };
        self.submit(BOB, vec![Operation::Auctions(gage_auctions::Operation::Take(take))]);
        self.seal();
        self.seal();
    }
}

impl World {
    /// Payments in blocks of their own.
    pub fn play_on(&mut self) {
        for _ in 0..6 {
            self.pay(ALICE, BOB, 5);
            self.seal();
        }
    }
}

pub fn transfer(to: u8, asset: AssetId, amount: u128) -> Operation {
    let quantity = Quantity::Exact(Amount(amount));
    Operation::Ledger(gage_ledger::Operation::Transfer(Transfer { to: id(to), asset, quantity }))
}

pub fn sqlite(scratch: &Scratch, name: &str) -> Location {
    Location::Sqlite(scratch.path().join(name))
}

/// Records everything a node has executed, and ends.
pub fn follow(node: &NodeHandle, location: &Location) -> History {
    let history = History::open(location, &genesis()).unwrap();
    let follower = Follower::start(node.clone(), history.clone()).unwrap();
    wait(&history, node.read(|chain| chain.head().height));
    follower.stop();
    history
}

pub fn wait(history: &History, height: Height) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let status = history.status().unwrap();
        assert_eq!(status.fault, None);
        if status.height >= Some(height) {
            return;
        }
        assert!(Instant::now() < deadline, "the history stands at {:?}, not {height}", status.height);
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn dump(history: &History) -> String {
    let mut bytes = Vec::new();
    history.dump(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Fails with the first lines that differ, not with all of both.
pub fn assert_same(left: &str, right: &str) {
    for (number, (left, right)) in left.lines().zip(right.lines()).enumerate() {
        assert_eq!(left, right, "line {number}");
    }
    assert_eq!(left.lines().count(), right.lines().count());
}
