//! Vaults: deposit and borrow through the chain, and a price that makes one vault in a hundred unsafe.

use std::time::Duration;

use anyhow::{Result, ensure};
use gage_accounts::Quantity;
use gage_auctions::Curve;
use gage_backstop::{GenesisWaterfall, Step, StepKind, Terms, WaterfallId};
use gage_chain::{BlockResult, Chain, DecodedEvent, Genesis, Operation, Outcome, SignedTransaction};
use gage_ledger::{GenesisAsset, GenesisBalance};
use gage_oracle::operations::Report;
use gage_oracle::{Dimension, FeedId, FeedParams, GenesisFeed, GenesisPublisher, Source};
use gage_store::certified::{Certified, Changes};
use gage_units::{Amount, AssetId, Bps, Price, RatePerSecond, Ratio, Timestamp};
use gage_vaults::operations::{Borrow, Deposit, OpenVault};
use gage_vaults::{
    CollateralTerms, FacilityId, FacilityParams, GenesisCollateral, GenesisFacility, LiquidationTerms, VaultId,
};

use super::Scale;
use super::ledger::drain;
use super::measure::{cpu, median, rate};
use super::table::Table;
use super::world::{self, Blocks, Signers};

const ETH: AssetId = AssetId(2);
const STABLE: AssetId = AssetId(3);
const FEED: FeedId = FeedId(0);
const FACILITY: FacilityId = FacilityId(1);
pub(crate) const ONE: u128 = 1_000_000_000_000_000_000;
/// Transactions of a block.
const BLOCK: usize = 10_000;
/// How often each vault borrows where acts are timed.
const ROUNDS: usize = 4;
/// Who report prices.
const PUBLISHERS: usize = 3;
/// What one Maker `frob` takes on the fastest measured EVM, in acts per second: figure of revm 43 without
/// signatures and root, measured elsewhere; see docs/performance.md.
const FROB: f64 = 69_400.0;

/// The transactions of accounts that borrow, one vault each, and of those who report the price.
pub(crate) struct Loans {
    signers: Signers,
    vaults: usize,
}

/// A chain that lends a stable asset against one collateral.
pub(crate) struct Lending {
    pub chain: Chain,
    loans: Loans,
    blocks: Blocks,
}

pub(crate) fn operations(scale: Scale) -> Result<Table> {
    let vaults = scale.of(100_000);
    let mut table = Table::new(
        "vault-op",
        format!(
            "A deposit of 10 units and a loan against it, both in one transaction, each for another of {vaults} vaults, \
             {ROUNDS} times around; blocks of 10,000 transactions; no signatures checked; health, ceiling, cap and floor \
             checked; not durable."
        ),
    );
    let mut lending = Lending::new(vaults, ROUNDS)?;
    lending.tick(200 * ONE)?;
    lending.open()?;
    let mut certified = Certified::new(16);
    let mut opening: Vec<Duration> = Vec::new();
    let (mut executing, mut rooting): (Vec<Duration>, Vec<Duration>) = Default::default();
    let mut changes = Changes::new();
    drain(&mut lending.chain, &mut changes)?;
    certified.apply(0, &changes)?;
    let blocks = (0..vaults).step_by(BLOCK);
    for (round, first) in (0..ROUNDS).flat_map(|round| blocks.clone().map(move |first| (round, first))) {
        let transactions: Vec<SignedTransaction> =
            (first..vaults.min(first + BLOCK)).map(|vault| lending.loans.deposit_and_borrow(vault)).collect();
        let (count, time) = (transactions.len(), lending.execute(transactions)?);
        changes.clear();
        let (applied, rooted) = cpu(|| -> Result<()> {
            drain(&mut lending.chain, &mut changes)?;
            certified.apply(lending.chain.head().height.0, &changes)?;
            Ok(())
        });
        applied?;
        let time = time / u32::try_from(count)?;
        if round == 0 {
            opening.push(time);
        } else {
            executing.push(time);
            rooting.push(rooted / u32::try_from(count)?);
        }
    }
    let (executing, rooting) = (median(&mut executing), median(&mut rooting));
    table.per_second("deposit and borrow, execution, one core", rate(1, executing));
    table.per_second("the first of each vault, execution, one core", rate(1, median(&mut opening)));
    table.per_second("deposit and borrow with root, one core", rate(1, executing + rooting));
    table.per_second("quoted, not run here: Maker frob on revm 43", FROB);
    Ok(table)
}

pub(crate) fn tick(scale: Scale) -> Result<Table> {
    let vaults = scale.of(1_000_000);
    let mut table = Table::new(
        "vault-tick",
        format!(
            "{vaults} vaults of one collateral, their liquidation prices spread evenly over 50 to 100; processor time of \
             the whole block with three price reports. No signatures, not durable."
        ),
    );
    let mut lending = Lending::new(vaults, 1)?;
    lending.open_vaults()?;
    lending.tick(101 * ONE)?;
    let (idle, _) = lending.tick(1_009 * ONE / 10)?;
    table.time("a tick that makes nothing unsafe", idle);
    let (time, result) = lending.tick(995 * ONE / 10)?;
    let started = liquidations(&result);
    let unsafe_vaults = lending.candidates();
    table.time("a tick that makes 1 in 100 unsafe", time);
    table.number("  vaults evaluated exactly", (started + unsafe_vaults) as f64, "vaults");
    table.number("  liquidations started, as the throughput allows", started as f64, "vaults");
    let (scanned, time) = cpu(|| lending.scan());
    let scanned = scanned?;
    ensure!(unsafe_vaults >= scanned, "the scan finds {scanned} unsafe vaults, the index only {unsafe_vaults}");
    table.time("beside it: a scan of all vaults", time);
    table.number("  unsafe vaults left that the scan finds", scanned as f64, "vaults");
    Ok(table)
}

fn liquidations(result: &BlockResult) -> usize {
    let events = result.due.iter().filter_map(|(module, bytes)| gage_chain::decode_event(module, bytes));
    events.filter(|event| matches!(event, DecodedEvent::Vaults(gage_vaults::Event::Liquidated { .. }))).count()
}

impl Loans {
    /// The accounts of [`genesis`] with as many vaults; the publishers follow the borrowers.
    pub fn new(vaults: usize, signers: Signers) -> Loans {
        Loans { signers, vaults }
    }

    pub fn open(&mut self, account: usize) -> SignedTransaction {
        let operation = gage_vaults::Operation::OpenVault(OpenVault { facility: FACILITY });
        self.signers.sign(account, vec![Operation::Vaults(operation)])
    }

    /// 10 units, and the debt that makes the vault unsafe below `50 + 50 * place` at a threshold of 75 %.
    pub fn deposit_and_borrow(&mut self, account: usize) -> SignedTransaction {
        let vault = VaultId(u32::try_from(account).unwrap_or(u32::MAX) + 1);
        let place = (account as u128 * ONE) / self.vaults as u128;
        let debt = Amount((50 * ONE + 50 * place) / 100 * 750);
        let deposit = Deposit { vault, asset: ETH, amount: Quantity::Exact(Amount(10 * ONE)) };
        let borrow = Borrow { vault, asset: STABLE, amount: debt };
        let operations = vec![
            Operation::Vaults(gage_vaults::Operation::Deposit(deposit)),
            Operation::Vaults(gage_vaults::Operation::Borrow(borrow)),
        ];
        self.signers.sign(account, operations)
    }

    /// Every publisher's report of this price.
    pub fn reports(&mut self, price: u128, observed_at: Timestamp) -> Vec<SignedTransaction> {
        let report =
            Report { feed: FEED, price: Price(price), confidence: Price(0), bid: None, ask: None, observed_at };
        let sign = |publisher| {
            let operation = gage_oracle::Operation::Report(report);
            self.signers.sign(publisher, vec![Operation::Oracle(operation)])
        };
        (self.vaults..self.vaults + PUBLISHERS).map(sign).collect()
    }
}

impl Lending {
    /// Everyone can deposit so many times.
    pub fn new(vaults: usize, times: usize) -> Result<Lending> {
        let chain = world::chain(&genesis(vaults, vaults + PUBLISHERS, times))?;
        let blocks = Blocks::after(&chain);
        let loans = Loans::new(vaults, Signers::new(vaults + PUBLISHERS));
        Ok(Lending { chain, loans, blocks })
    }

    /// Opens every account's vault and lends against it at a price of 200, so that each is unsafe below
    /// a price of its own, between 50 and 100.
    pub fn open_vaults(&mut self) -> Result<()> {
        self.tick(200 * ONE)?;
        self.open()?;
        self.each_account(Loans::deposit_and_borrow)
    }

    fn open(&mut self) -> Result<()> {
        self.each_account(Loans::open)
    }

    /// A transaction of every borrower, in blocks.
    fn each_account(&mut self, transaction: fn(&mut Loans, usize) -> SignedTransaction) -> Result<()> {
        let vaults = self.loans.vaults;
        for first in (0..vaults).step_by(BLOCK) {
            let accounts = first..vaults.min(first + BLOCK);
            let transactions = accounts.map(|account| transaction(&mut self.loans, account)).collect();
            self.execute(transactions)?;
        }
        Ok(())
    }

    /// A block with these transactions; the processor time of its execution.
    fn execute(&mut self, transactions: Vec<SignedTransaction>) -> Result<Duration> {
        let block = self.blocks.next(transactions);
        let (result, time) = cpu(|| self.chain.execute_prepared(&block));
        for receipt in &result?.receipts {
            ensure!(receipt.outcome == Outcome::Done, "refused: {:?}", receipt.outcome);
        }
        Ok(time)
    }

    /// A block in which every publisher reports this price.
    fn tick(&mut self, price: u128) -> Result<(Duration, BlockResult)> {
        let reports = self.loans.reports(price, self.blocks.next_time());
        let block = self.blocks.next(reports);
        let (result, time) = cpu(|| self.chain.execute_prepared(&block));
        let result = result?;
        ensure!(result.receipts.iter().all(|receipt| receipt.outcome == Outcome::Done), "a report was refused");
        Ok((time, result))
    }

    /// The vaults that the index cannot call safe.
    fn candidates(&self) -> usize {
        gage_vaults::query::candidates(self.chain.draft(), FACILITY)
    }

    /// The unsafe vaults, found by evaluating each.
    fn scan(&self) -> Result<usize> {
        Ok(gage_vaults::query::unsafe_vaults(self.chain.draft(), FACILITY)?)
    }
}

/// A network of `accounts`, of which the first `vaults` can borrow so many times and the next three report prices.
pub(crate) fn genesis(vaults: usize, accounts: usize, times: usize) -> Genesis {
    let mut genesis = world::genesis(accounts);
    let issuer = world::account(0);
    let asset = |symbol: &str, issuer, module| GenesisAsset {
        symbol: symbol.to_owned(),
        decimals: 18,
        issuer,
        module,
        itemised: false,
    };
    genesis.ledger.assets.push(asset("ETH", Some(issuer), None));
    genesis.ledger.assets.push(asset("GUSD", None, Some(gage_vaults::MODULE)));
    for account in (0..vaults).map(world::account) {
        genesis.ledger.balances.push(GenesisBalance { account, asset: ETH, amount: Amount(10 * ONE * times as u128) });
    }
    let publisher = |number| GenesisPublisher { account: world::account(number), weight: 1, pyth: None };
    genesis.oracle.feeds = vec![GenesisFeed {
        base: Dimension::Asset(ETH),
        quote: Dimension::Numeraire,
        decimals: 8,
        source: Source::Reported,
        params: FeedParams::default(),
        publishers: (vaults..vaults + PUBLISHERS).map(publisher).collect(),
        growth_cap: None,
    }];
    let step = |kind| Step { kind, cap: Amount::MAX };
    genesis.backstop.waterfalls = vec![GenesisWaterfall {
        stable: STABLE,
        collateral: vec![ETH],
        curator: None,
        steps: [StepKind::StabilityPool, StepKind::SurplusBuffer].map(step).to_vec(),
        terms: Terms::standard(Amount(ONE)),
    }];
    genesis.vaults.facilities = vec![facility()];
    genesis
}

fn facility() -> GenesisFacility {
    let bound = Amount(1 << 120);
    GenesisFacility {
        stable: STABLE,
        par: Price::ONE,
        waterfall: WaterfallId(1),
        params: FacilityParams {
            debt_ceiling: bound,
            debt_floor: Amount(100 * ONE),
            base_rate: RatePerSecond::ZERO_INTEREST,
            target_health: Ratio(1_250_000_000_000_000_000),
            closed: false,
        },
        collaterals: vec![GenesisCollateral {
            asset: ETH,
            terms: CollateralTerms {
                loan_to_value: Bps(6_600),
                threshold: Bps(7_500),
                bonus: Bps(1_000),
                premium: RatePerSecond::ZERO_INTEREST,
                debt_cap: bound,
            },
            liquidation: LiquidationTerms {
                quote_bound: Bps(1),
                window_ms: 3_600_000,
                window_max: Amount(1_000_000 * ONE),
                start_premium: Bps(500),
                curve: Curve::StairExponential { step_ms: 90_000, cut: Ratio(990_000_000_000_000_000) },
                tail_ms: 3_600_000,
                cusp: Ratio(400_000_000_000_000_000),
                dust: Amount(10 * ONE),
                rounds_max: 3,
            },
        }],
    }
}
