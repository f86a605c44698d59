//! A node with its API on a loopback port, and requests over plain sockets: what a client may send
//! that no library would.
#![allow(dead_code, clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gage_accounts::{GenesisAccount, NewKey, Quantity};
use gage_api::{ApiConfig, Server};
use gage_auctions::Curve;
use gage_backstop::operations::DepositStability;
use gage_backstop::{GenesisWaterfall, Step, StepKind, Terms, WaterfallId};
use gage_chain::{Genesis, GenesisCredit, KeySignature, Operation, SignedTransaction, Transaction, genesis_account_id};
use gage_crypto::{AccountId, Hash, Scheme, SecretKey};
use gage_history::{Follower, History, Location};
use gage_ledger::operations::Transfer;
use gage_ledger::{AssetNames, GenesisAsset, GenesisBalance};
use gage_node::{Node, NodeConfig, NodeHandle};
use gage_oracle::operations::Report;
use gage_oracle::{Dimension, FeedId, FeedParams, GenesisFeed, GenesisPublisher, Source};
use gage_units::{Amount, AssetId, Bps, Price, RatePerSecond, Ratio, Timestamp};
use gage_vaults::operations::{Borrow, Deposit, OpenVault};
use gage_vaults::{
    CollateralTerms, FacilityId, FacilityParams, GenesisCollateral, GenesisFacility, LiquidationTerms, VaultId,
};
use serde_json::{Value, json};

pub const USD: AssetId = AssetId(0);
pub const WETH: AssetId = AssetId(1);
pub const GUSD: AssetId = AssetId(2);
/// In the full world only.
pub const BOND: AssetId = AssetId(3);
pub const ISSUER: u8 = 1;
pub const ALICE: u8 = 2;
pub const BOB: u8 = 3;
pub const PUBLISHER: u8 = 4;
/// Signs with an Ethereum wallet.
pub const WALLET: u8 = 5;
/// Nobody's key.
pub const STRANGER: u8 = 9;
pub const START: u64 = 1_000_000;
pub const ONE: u128 = 1_000_000_000_000_000_000;
pub const TOKEN: &str = "a token for the tests";

pub fn secret(user: u8) -> SecretKey {
    let scheme = if user == WALLET { Scheme::Secp256k1Eip712 } else { Scheme::Ed25519 };
    SecretKey::from_bytes(scheme, &[user; 32]).unwrap()
}

fn keys(user: u8) -> Vec<NewKey> {
    vec![NewKey::owner(secret(user).public_key())]
}

pub fn id(user: u8) -> AccountId {
    genesis_account_id(&keys(user), 1).unwrap()
}

/// USD pays fees; GUSD is lent against WETH at 150 %.
pub fn genesis() -> Genesis {
    let mut genesis = Genesis { network: "api-test".to_owned(), time: Timestamp(START), ..Genesis::default() };
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
    for user in [ISSUER, ALICE, BOB, PUBLISHER, WALLET] {
        genesis.accounts.accounts.push(GenesisAccount { id: None, keys: keys(user), threshold: 1 });
        genesis.ledger.balances.push(GenesisBalance { account: id(user), asset: USD, amount: Amount(1_000_000) });
        genesis.ledger.balances.push(GenesisBalance { account: id(user), asset: WETH, amount: Amount(100 * ONE) });
        genesis.credits.push(GenesisCredit { account: id(user), amount: Amount(500_000) });
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

/// With something of everything: identities, a counted asset, bonds, a pool, an insurance tier, a listing.
pub fn full_genesis() -> Genesis {
    let mut genesis = genesis();
    let text = |value: Value| value.to_string();
    for symbol in ["BOND", "FUND"] {
        let (symbol, issuer) = (symbol.to_owned(), Some(id(ISSUER)));
        genesis.ledger.assets.push(GenesisAsset { symbol, decimals: 0, issuer, module: None, itemised: false });
    }
    let balance = |user, amount| GenesisBalance { account: id(user), asset: BOND, amount: Amount(amount) };
    genesis.ledger.balances.extend([balance(ALICE, 600), balance(BOB, 400)]);
    let claim = json!({ "issuer": id(ISSUER), "topic": "kyc", "scope": "identity", "jurisdiction": "CH" });
    let identities = json!({
        "identities": [{ "accounts": [id(ALICE)], "claims": [claim] }, { "accounts": [id(BOB)] }],
        "rules": [{ "asset": 4, "agent": id(ISSUER) }],
    });
    genesis.compliance = serde_json::from_str(&text(identities)).unwrap();
    let roles = json!({
        "roles": [{ "role": "validator", "terms": {
            "asset": 0, "amount_min": "100", "unbonding_ms": 86_400_000, "evidence_ms": 86_400_000,
        } }],
        "bonds": [{ "account": id(ALICE), "role": "validator", "purpose": 0, "amount": "1000" }],
        "validators": {
            "rules": {
                "epoch_blocks": 1000, "fixed_before": 64, "members_min": 1, "members_max": 100, "slash": 500,
                "destination": { "waterfall": 0 },
            },
            "founders": [{ "account": id(ALICE), "key": SecretKey::from_bytes(Scheme::Ed25519, &[9; 32]).unwrap().public_key(), "address": "127.0.0.1:8800" }],
        },
    });
    genesis.staking = serde_json::from_str(&text(roles)).unwrap();
    let listings =
        json!({ "listings": [{ "asset": 3, "tier": 1, "supply_cap": "0", "collateral_cap": ONE.to_string() }] });
    genesis.securities = serde_json::from_str(&text(listings)).unwrap();
    let waterfall = genesis.backstop.waterfalls.first_mut().unwrap();
    waterfall.steps.insert(0, Step { kind: StepKind::Insurance { tier: 1 }, cap: Amount::MAX });
    let lending = GenesisWaterfall { stable: USD, steps: waterfall.steps[2..].to_vec(), ..waterfall.clone() };
    genesis.backstop.waterfalls.push(lending);
    let insurance = json!({ "waterfall": 1, "tier": 1, "terms": { "cooldown_ms": 604_800_000, "premium": 1_000 } });
    genesis.backstop.insurance = vec![serde_json::from_str(&text(insurance)).unwrap()];
    let facility = genesis.vaults.facilities[0].clone();
    let rate = RatePerSecond::ZERO_INTEREST;
    let create = gage_vaults::operations::CreatePool {
        asset: USD,
        feed: None,
        par: Price::ONE,
        symbol: "PUSD".to_owned(),
        waterfall: WaterfallId(2),
        params: facility.params,
        terms: gage_vaults::PoolTerms {
            curve: gage_vaults::RateCurve { at_zero: rate, at_kink: rate, at_full: rate, kink: Bps(8_000) },
            reserve_factor: Bps(1_000),
            supply_cap: Amount(1_000_000_000_000),
            supply_min: Amount(10_000_000),
        },
    };
    genesis.vaults.pools = vec![gage_vaults::GenesisPool { create, collaterals: facility.collaterals }];
    genesis
}

/// A node with its API, in a directory that goes with it.
pub struct World {
    pub dir: PathBuf,
    node: Option<Node>,
    server: Option<Server>,
    follower: Option<Follower>,
    pub time: u64,
    nonces: BTreeMap<u8, u64>,
}

impl World {
    pub fn new() -> World {
        World::with(|_| {}, |_| {})
    }

    /// With something of everything, made by [`World::furnish_all`].
    pub fn full(api: impl FnOnce(&mut ApiConfig)) -> World {
        World::with(|config| config.genesis = full_genesis(), api)
    }

    pub fn with(node: impl FnOnce(&mut NodeConfig), api: impl FnOnce(&mut ApiConfig)) -> World {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let place = option_env!("CARGO_TARGET_TMPDIR").map_or_else(std::env::temp_dir, PathBuf::from);
        let dir = place.join(format!("api-{}-{number}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        let mut node_config = NodeConfig::new(&dir, genesis());
        node_config.snapshot_every = 0;
        node(&mut node_config);
        let running = Node::start(node_config).unwrap();
        let history =
            History::open(&Location::Sqlite(dir.join("history.sqlite")), &running.handle().config().genesis).unwrap();
        let mut config =
            ApiConfig { admin_token: Some(TOKEN.to_owned()), history: Some(history), ..ApiConfig::default() };
        api(&mut config);
        let follower = config.history.clone().map(|history| Follower::start(running.handle(), history).unwrap());
        let server = Server::start(running.handle(), config).unwrap();
        World { dir, node: Some(running), server: Some(server), follower, time: START, nonces: BTreeMap::new() }
    }

    /// Waits until the history has everything that was executed.
    pub fn recorded(&self) {
        let deadline = std::time::Instant::now() + Duration::from_secs(30);
        while self.get("/v1/history").json()["behind"] != 0 {
            assert!(std::time::Instant::now() < deadline, "{:?}", self.get("/v1/history"));
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn node(&self) -> NodeHandle {
        self.node.as_ref().unwrap().handle()
    }

    pub fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    pub fn stop_server(&mut self) {
        self.server.take().unwrap().stop();
    }

    pub fn stop_node(&mut self) {
        drop(self.node.take());
    }

    pub fn genesis(&self) -> Hash {
        self.node().genesis()
    }

    /// The root of everything, at the newest checkpoint.
    pub fn root(&self) -> String {
        self.node().checkpoint().unwrap().1.to_string()
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.server().address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Sends exactly these bytes and reads until the node closes.
    pub fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect();
        // A node that has heard enough may close before everything is written.
        let written = stream.write_all(bytes);
        let mut text = Vec::new();
        let read = stream.read_to_end(&mut text);
        if text.is_empty() {
            written.and(read.map(|_| ())).unwrap();
        }
        Answer::parse(&text)
    }

    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        self.raw(&[head.as_bytes(), body].concat())
    }

    pub fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], b"")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.request("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    pub fn submit(&self, bytes: &[u8]) -> Answer {
        self.request("POST", "/v1/transactions", &[("content-type", "application/octet-stream")], bytes)
    }

    /// Makes a block one second later, through the admin's route.
    pub fn seal(&mut self) -> Value {
        self.seal_after(1_000)
    }

    pub fn seal_after(&mut self, ms: u64) -> Value {
        self.time += ms;
        let token = format!("Bearer {TOKEN}");
        let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
        let body = format!("{{\"time\":{}}}", self.time);
        let answer = self.request("POST", "/v1/admin/seal", &headers, body.as_bytes());
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    pub fn transaction(&mut self, user: u8, operations: Vec<Operation>) -> Transaction {
        let nonce = self.nonces.entry(user).or_insert(0);
        *nonce += 1;
        Transaction {
            account: id(user),
            nonce: *nonce,
            valid_until: Timestamp(self.time + 60_000),
            max_fee: Amount(10_000),
            operations,
            expected: vec![],
        }
    }

    pub fn sign_with(&self, key: &SecretKey, transaction: Transaction) -> SignedTransaction {
        let payload = self.node().read(|chain| transaction.payload(&chain.genesis(), &AssetNames(chain.draft())));
        let signature = key.sign(&payload).unwrap();
        SignedTransaction { transaction, signatures: vec![KeySignature { key: key.public_key(), signature }] }
    }

    pub fn signed(&mut self, user: u8, operations: Vec<Operation>) -> SignedTransaction {
        let transaction = self.transaction(user, operations);
        self.sign_with(&secret(user), transaction)
    }

    /// Submits and seals; the status with its receipt.
    pub fn run(&mut self, user: u8, operations: Vec<Operation>) -> Value {
        let signed = self.signed(user, operations);
        let answer = self.submit(&signed.to_bytes());
        assert_eq!(answer.status, 202, "{answer:?}");
        self.seal();
        let hash = answer.json()["transaction"].as_str().unwrap().to_owned();
        self.get(&format!("/v1/transactions/{hash}")).json()
    }

    /// WETH at 200 USD; a vault of Alice with 10 WETH and 1,000 GUSD of debt; 500 of them in the pool.
    pub fn furnish(&mut self) {
        self.report(200);
        let facility = FacilityId(1);
        let open = gage_vaults::Operation::OpenVault(OpenVault { facility });
        assert_eq!(self.run(ALICE, vec![Operation::Vaults(open)])["receipt"]["outcome"], "done");
        let vault = VaultId(1);
        let deposit = Deposit { vault, asset: WETH, amount: Quantity::Exact(Amount(10 * ONE)) };
        let borrow = Borrow { vault, asset: GUSD, amount: Amount(1_000 * ONE) };
        let acts = [gage_vaults::Operation::Deposit(deposit), gage_vaults::Operation::Borrow(borrow)];
        let done = self.run(ALICE, acts.map(Operation::Vaults).to_vec());
        assert_eq!(done["receipt"]["outcome"], "done", "{done}");
        let pool =
            DepositStability { waterfall: WaterfallId(1), asset: GUSD, amount: Quantity::Exact(Amount(500 * ONE)) };
        let done = self.run(ALICE, vec![Operation::Backstop(gage_backstop::Operation::DepositStability(pool))]);
        assert_eq!(done["receipt"]["outcome"], "done", "{done}");
    }

    /// One operation in JSON, which must be done; the receipt.
    pub fn act(&mut self, user: u8, operation: Value) -> Value {
        let done = self.run(user, vec![serde_json::from_value(operation.clone()).unwrap()]);
        assert_eq!(done["receipt"]["outcome"], "done", "{operation}: {done}");
        done["receipt"].clone()
    }

    /// Something of everything: an instruction, a hold, an owner behind a holder of record, a queue with a
    /// request, a lot at one price, a deposit in the insurance tier, a counted asset.
    pub fn furnish_all(&mut self) {
        self.furnish();
        let (alice, bob, later) = (id(ALICE), id(BOB), self.time + 3_600_000);
        let amount = |asset: u32, amount: u128| json!({ "amount": { "asset": asset, "amount": amount.to_string() } });
        let legs = json!([
            { "from": alice, "to": bob, "delivery": amount(3, 10) }, { "from": bob, "to": alice, "delivery": amount(0, 500) },
        ]);
        self.act(
            ALICE,
            json!({ "ledger": { "propose_instruction": { "legs": legs, "at": "affirmation", "expires": later } } }),
        );
        let hold = json!({ "asset": 0, "amount": "70", "beneficiary": bob, "expires": later });
        self.act(ALICE, json!({ "ledger": { "give_hold": hold } }));
        self.act(
            BOB,
            json!({ "ledger": { "record_owner": { "asset": 1, "owner": { "account": alice }, "amount": "5" } } }),
        );
        let reference = json!({ "reference": "11".repeat(32) });
        self.act(BOB, json!({ "ledger": { "record_owner": { "asset": 1, "owner": reference, "amount": "6" } } }));
        let terms =
            json!({ "cash": 0, "price": { "par": "100" }, "notice_ms": 0, "window_ms": 3_600_000, "gate": 1_000 });
        self.act(ISSUER, json!({ "securities": { "set_redemption_terms": { "asset": 3, "terms": terms } } }));
        let request = json!({ "asset": 3, "quantity": { "exact": "40" } });
        self.act(ALICE, json!({ "securities": { "request_redemption": request } }));
        let lot = json!({
            "asset": 3, "amount": { "exact": "20" }, "want": 0, "floor": ONE.to_string(), "bidding": "open",
            "window_ms": 3_600_000, "unsold": "return", "bid_min": "1",
        });
        self.act(ALICE, json!({ "auctions": { "open_uniform": lot } }));
        let deposit = json!({ "waterfall": 1, "tier": 1, "asset": 2, "amount": { "exact": (50 * ONE).to_string() } });
        self.act(ALICE, json!({ "backstop": { "deposit_insurance": deposit } }));
        self.furnish_payments();
        self.act(ISSUER, json!({ "ledger": { "count_holders": { "asset": 4, "topics": ["kyc"] } } }));
        for (holder, amount) in [(alice, "60"), (bob, "40")] {
            self.act(ISSUER, json!({ "ledger": { "mint": { "asset": 4, "to": holder, "amount": amount } } }));
        }
    }

    /// A dividend of BOND whose register is taken in the next block, and a contract that pays for it.
    fn furnish_payments(&mut self) {
        let (record, day) = (self.time + 1_500, 86_400_000);
        let declared = json!({
            "asset": 3, "basis": { "register": { "at": record } },
            "payouts": [{ "asset": 0, "rate": "50000000000000000" }],
            "elect_by": record, "pay_at": record, "expires_at": record + day,
        });
        self.act(ISSUER, json!({ "securities": { "declare_distribution": declared } }));
        let text = "contract \"Bond\" from 1970-01-01 issuer owes holder when at 1971-01-01: 1 USD_0";
        let bytes = gage_terms::to_bytes(&gage_terms::parse(text).unwrap());
        let terms = gage_crypto::hash::sha256(&bytes);
        let instrument = json!({
            "asset": 3, "version": 1, "issuer": id(ISSUER), "name": "Bond", "governing_law": "CH", "terms": terms,
        });
        self.act(ISSUER, json!({ "securities": { "register_instrument": instrument } }));
        let contract = json!({ "asset": 3, "cash": 0, "contract": hex::encode(&bytes), "claim_ms": day, "steps": 2 });
        self.act(ISSUER, json!({ "securities": { "attach_contract": contract } }));
    }

    /// A price of WETH, in whole units.
    pub fn report(&mut self, price: u128) -> Value {
        let report = Report {
            feed: FeedId(0),
            price: Price(price * ONE),
            confidence: Price(ONE / 10),
            bid: None,
            ask: None,
            observed_at: Timestamp(self.time + 1),
        };
        self.run(PUBLISHER, vec![Operation::Oracle(gage_oracle::Operation::Report(report))])
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.server.take());
        drop(self.follower.take());
        drop(self.node.take());
        drop(fs::remove_dir_all(&self.dir));
    }
}

pub fn transfer(to: AccountId, asset: AssetId, amount: u128) -> Operation {
    let quantity = Quantity::Exact(Amount(amount));
    Operation::Ledger(gage_ledger::Operation::Transfer(Transfer { to, asset, quantity }))
}

/// What the node answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Answer {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let headers = lines.filter_map(|line| line.split_once(": ")).map(|(k, v)| (k.to_lowercase(), v.to_owned()));
        Answer { status: status.unwrap_or(0), headers: headers.collect(), body: body.to_owned() }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Name and code of the problem this is.
    pub fn problem(&self) -> (String, u64) {
        assert_eq!(self.headers.get("content-type").map(String::as_str), Some("application/problem+json"), "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{problem}");
        assert!(problem["title"].is_string() && problem["type"].as_str().unwrap().starts_with("urn:gage:problem:"));
        (problem["name"].as_str().unwrap().to_owned(), problem["code"].as_u64().unwrap())
    }
}
