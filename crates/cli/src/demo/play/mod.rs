//! The run itself: in every block the agents act in a fixed order, everything they do is a signed
//! transaction, and the block is sealed at the ledger time of the path.

mod turns;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail};
use gage_agents::congestion::Gate;
use gage_agents::market::Market;
use gage_agents::path::Tick;
use gage_agents::population::Population;
use gage_agents::publisher;
use gage_agents::scenario::Scenario;
use gage_chain::{Operation, SignedTransaction, TransactionHash};
use gage_client::Signer;
use gage_crypto::Hash;
use gage_ledger::operations::Payment;
use gage_units::{AccountNumber, Amount, Ratio, Timestamp};
use gage_vaults::VaultId;
use gage_vaults::query::VaultView;

use self::turns::{Intent, Purse, Stay};
use super::books::{Books, units};
use super::door::{Door, Sealed};
use super::sign::{self, sign};
use super::world::{Actor, STABLE, World};
use crate::report::{Point, Transactions};

/// Blocks before the first bar: vaults are opened, debt is borrowed, money is spread, the pool is filled.
pub const SETUP_BLOCKS: u64 = 5;
/// The number of the first account that is not a module's.
const FIRST_ACCOUNT: u32 = gage_accounts::MODULE_ACCOUNTS;

/// A run under way.
pub struct Play<'a> {
    scenario: &'a Scenario,
    people: &'a Population,
    world: World<Signer>,
    door: Door,
    network: Hash,
    ticks: Vec<Tick>,
    start_ms: u64,
    market: Market,
    gate: Gate,
    vault_of: Vec<Option<VaultId>>,
    reserves: Vec<Amount>,
    purses: Vec<Purse>,
    keeper_of: BTreeMap<AccountNumber, usize>,
    stays: Vec<Stay>,
    last_report_ms: Vec<u64>,
    block: u64,
    /// What events told.
    pub books: Books,
    /// One per block of the path.
    pub points: Vec<Point>,
    /// By outcome.
    pub transactions: Transactions,
    /// Why transactions were refused, with counts.
    pub refusals: BTreeMap<String, u64>,
    /// Owners' top-ups that were executed.
    pub top_ups: u64,
    /// Takes that were executed.
    pub takes: u64,
    /// Blocks at whose end a full read found an unsafe vault that nothing waits for.
    pub unflagged: Vec<String>,
    /// Sums at the start: debt, collateral.
    pub at_start: (f64, f64),
    /// Which owners have borrowed.
    pub borrowed: Vec<bool>,
}

impl<'a> Play<'a> {
    /// Ready to begin. `ticks` is the path; the setup blocks are put before it.
    pub fn new(
        scenario: &'a Scenario,
        people: &'a Population,
        world: World<Signer>,
        door: Door,
        ticks: &[Tick],
    ) -> anyhow::Result<Play<'a>> {
        let first = *ticks.first().context("the path is empty")?;
        let interval_ms = scenario.ledger.block_interval_s * 1_000;
        let before = (0..SETUP_BLOCKS)
            .map(|block| Tick { time_ms: first.time_ms - (SETUP_BLOCKS - block) * interval_ms, ..first });
        let keepers_from = 2 + world.publishers.len() + world.borrowers.len();
        let number = |keeper: usize| AccountNumber(FIRST_ACCOUNT + (keepers_from + keeper) as u32);
        Ok(Play {
            network: door.network(),
            start_ms: first.time_ms,
            market: Market::new(scenario.market.clone()),
            gate: Gate::new(scenario.congestion.clone(), scenario.seed),
            vault_of: vec![None; people.borrowers.len()],
            reserves: people.borrowers.iter().map(|owner| owner.reserve).collect(),
            purses: vec![Purse::default(); people.keepers.len()],
            keeper_of: (0..people.keepers.len()).map(|keeper| (number(keeper), keeper)).collect(),
            stays: vec![Stay::In; people.depositors.len()],
            last_report_ms: vec![0; people.publishers.len()],
            block: 0,
            books: Books::default(),
            points: Vec::new(),
            transactions: Transactions::default(),
            refusals: BTreeMap::new(),
            top_ups: 0,
            takes: 0,
            unflagged: Vec::new(),
            at_start: (0.0, 0.0),
            borrowed: Vec::new(),
            ticks: before.chain(ticks.iter().copied()).collect(),
            scenario,
            people,
            world,
            door,
        })
    }

    /// Plays everything. `watch` sees every point and the number of points there will be.
    pub fn run(&mut self, watch: &mut dyn FnMut(&Point, usize)) -> anyhow::Result<()> {
        self.setup()?;
        let planned = self.ticks.len() - SETUP_BLOCKS as usize;
        for at in SETUP_BLOCKS as usize..self.ticks.len() {
            self.step(at)?;
            watch(&self.points[self.points.len() - 1], planned);
        }
        // At the last price until auctions have cleared and nothing unsafe waits.
        for _ in 0..self.scenario.ledger.settle_blocks_max {
            let last = &self.points[self.points.len() - 1];
            if last.lots_open == 0 && last.vaults_unsafe == 0 {
                break;
            }
            let before = self.ticks[self.ticks.len() - 1];
            let time_ms = before.time_ms + self.scenario.ledger.block_interval_s * 1_000;
            self.ticks.push(Tick { time_ms, venue: Some(before.market), ..before });
            self.step(self.ticks.len() - 1)?;
            watch(&self.points[self.points.len() - 1], planned);
        }
        Ok(())
    }

    /// The node behind it, for the checks at the end.
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// The accounts of owners and keepers, for the checks at the end.
    pub fn holders(&self) -> Vec<gage_crypto::AccountId> {
        self.world.borrowers.iter().chain(&self.world.keepers).map(|one| one.id).collect()
    }

    /// What keepers earned.
    pub fn keeper_profit(&self) -> f64 {
        let sum = |of: fn(&Purse) -> u128| self.purses.iter().map(of).sum::<u128>();
        units(Amount(sum(|purse| purse.earned))) - units(Amount(sum(|purse| purse.spent)))
    }

    /// Blocks sealed.
    pub fn blocks(&self) -> u64 {
        self.block
    }

    fn now(&self, at: usize) -> Timestamp {
        Timestamp(self.ticks[at].time_ms)
    }

    fn setup(&mut self) -> anyhow::Result<()> {
        let plans = &self.people.borrowers;
        let opened = self.everyone_once(0, |world| &mut world.borrowers, |_, _| vec![sign::open_vault()])?;
        let owners_from = 2 + self.world.publishers.len();
        for (borrower, vault) in self.vault_of.iter_mut().enumerate() {
            let number = AccountNumber(FIRST_ACCOUNT + (owners_from + borrower) as u32);
            *vault = self.books.owners.get(&number).copied();
        }
        if self.vault_of.iter().any(Option::is_none) {
            bail!("not every vault could be opened: {}", refusals(&opened));
        }
        let vaults = self.vault_of.clone();
        let market = self.world.market.id;
        let borrowed = self.everyone_once(
            1,
            |world| &mut world.borrowers,
            |index, _| {
                let vault = vaults[index].unwrap_or_default();
                let plan = &plans[index];
                // Owners spend what they borrow; all stable there is comes from them.
                vec![
                    sign::deposit(vault, plan.collateral),
                    sign::borrow(vault, plan.debt),
                    sign::transfer(market, STABLE, plan.debt),
                ]
            },
        )?;
        // Prices may be too uncertain or too coarse for some; they stay without debt, here and in the 2020 design.
        self.borrowed = self.vault_of.iter().map(|vault| self.books.has_debt(*vault)).collect();
        if !self.borrowed.contains(&true) {
            bail!("no vault could borrow: {}", refusals(&borrowed));
        }
        let (_, debt, collateral) = self.books.sums();
        self.at_start = (units(Amount(debt)), units(Amount(collateral)));
        self.spread_money(2)?;
        let people = self.people;
        let deposited = self.everyone_once(
            3,
            |world| &mut world.depositors,
            |index, _| vec![sign::deposit_stability(people.depositors[index].deposit)],
        )?;
        if !deposited.refused.is_empty() {
            bail!("a deposit into the stability pool was refused: {}", refusals(&deposited));
        }
        let first_loss = self.people.first_loss;
        let mut sent = Vec::new();
        if !first_loss.is_zero() {
            let now = self.now(4);
            sent.push(sign(&mut self.world.curator, now, vec![sign::deposit_first_loss(first_loss)])?);
        }
        let sealed = self.seal(4, sent)?;
        if !sealed.refused.is_empty() {
            bail!("the curator's first-loss capital was refused: {}", refusals(&sealed));
        }
        Ok(())
    }

    /// The market gives keepers, depositors and the curator what they begin with.
    fn spread_money(&mut self, at: usize) -> anyhow::Result<()> {
        let payment = |one: &Actor<Signer>, amount| Payment { to: one.id, asset: STABLE, amount };
        let mut payments: Vec<Payment> = Vec::new();
        for (plan, keeper) in self.people.keepers.iter().zip(&self.world.keepers) {
            payments.push(payment(keeper, plan.inventory));
        }
        for (plan, one) in self.people.depositors.iter().zip(&self.world.depositors) {
            payments.push(payment(one, plan.deposit));
        }
        payments.push(payment(&self.world.curator, self.people.first_loss));
        payments.retain(|payment| !payment.amount.is_zero());
        for (plan, purse) in self.people.keepers.iter().zip(&mut self.purses) {
            purse.cash = plan.inventory.0;
        }
        let now = self.now(at);
        let mut sent = Vec::new();
        if !payments.is_empty() {
            sent.push(sign(&mut self.world.market, now, vec![sign::pay(payments)])?);
        }
        let sealed = self.seal(at, sent)?;
        if !sealed.refused.is_empty() {
            bail!("the first money could not be spread: {}", refusals(&sealed));
        }
        Ok(())
    }

    /// One transaction of each actor of a group, in one block.
    fn everyone_once(
        &mut self,
        at: usize,
        group: impl Fn(&mut World<Signer>) -> &mut Vec<Actor<Signer>>,
        operations: impl Fn(usize, &Actor<Signer>) -> Vec<Operation>,
    ) -> anyhow::Result<Sealed> {
        let now = self.now(at);
        let mut sent = Vec::new();
        for (index, one) in group(&mut self.world).iter_mut().enumerate() {
            let operations = operations(index, one);
            sent.push(sign(one, now, operations)?);
        }
        self.seal(at, sent)
    }

    /// One block of the path.
    fn step(&mut self, at: usize) -> anyhow::Result<()> {
        let tick = self.ticks[at];
        let since_start = tick.time_ms - self.start_ms;
        let depth = self.market.depth(tick.time_ms, tick.market, tick.hour_volume);

        // Who acts, in this order: owners, keepers delivering, keepers taking, depositors.
        let mut intents: Vec<(Intent, Operation)> = Vec::new();
        self.owners_act(&tick, &mut intents);
        self.keepers_deliver(&mut intents);
        self.keepers_take(&tick, &depth, &mut intents)?;
        self.depositors_act(&tick, &mut intents);
        let left_out = self.gate.admit(since_start, &mut intents);
        self.transactions.left_out += left_out as u64;

        let mut sent = Vec::new();
        let mut sent_by: BTreeMap<TransactionHash, Intent> = BTreeMap::new();
        let now = self.now(at);
        if let Some(paid) = self.market_pays(now)? {
            sent.push(paid);
        }
        for (intent, operation) in intents {
            let signed = sign(self.actor_of(intent), now, vec![operation])?;
            sent_by.insert(signed.transaction.hash(&self.network), intent);
            sent.push(signed);
        }
        let sealed = self.seal(at, sent)?;
        let refused: BTreeSet<TransactionHash> = sealed.refused.iter().map(|(hash, _)| *hash).collect();
        for (hash, intent) in sent_by {
            if !refused.contains(&hash) {
                self.book(intent, tick.time_ms);
            }
        }
        self.keepers_sell(&tick, &depth);
        self.observe(at)
    }

    /// Publishers report, users act, the block is sealed, its events are booked.
    fn seal(&mut self, at: usize, users: Vec<SignedTransaction>) -> anyhow::Result<Sealed> {
        let now = self.now(at);
        let mut sent = Vec::new();
        for (index, plan) in self.people.publishers.iter().enumerate() {
            let seen = publisher::observe(plan, self.scenario.seed, index as u64, &self.ticks[..=at]);
            // With its lag a publisher may have nothing newer than it signed before.
            let Some(seen) = seen.filter(|seen| seen.observed_at_ms > self.last_report_ms[index]) else { continue };
            self.last_report_ms[index] = seen.observed_at_ms;
            sent.push(sign(&mut self.world.publishers[index], now, vec![sign::report(&seen)])?);
        }
        sent.extend(users);
        let mut sealed = self.door.submit(&sent)?;
        let done = self.door.seal(now)?;
        sealed.extend(done.refused.iter().cloned());
        self.block += 1;
        self.transactions.executed += done.executed;
        self.transactions.refused += sealed.len() as u64;
        for (_, reason) in &sealed {
            *self.refusals.entry(reason.clone()).or_default() += 1;
        }
        self.books.begin_block();
        for event in &done.events {
            self.books.write(event, now.0);
        }
        Ok(Sealed { refused: sealed, ..done })
    }

    /// Writes the block's point.
    fn observe(&mut self, at: usize) -> anyhow::Result<()> {
        let tick = self.ticks[at];
        let facility = self.door.facility()?;
        let views = self.door.vaults()?;
        self.books.refresh(&views);
        let below_one = |view: &&VaultView| view.health.is_some_and(|health| health < Ratio::ONE);
        let vaults_unsafe = views.iter().filter(below_one).count() as u64;
        // Complete: what is unsafe at the price that counts waits for throughput, budget or a usable
        // price, and then the facility says so.
        if vaults_unsafe > 0 && !facility.totals.unfinished {
            let time = tick.time_ms;
            self.unflagged.push(format!("at {time} ms: {vaults_unsafe} vaults below health one, none waiting"));
        }
        let quote = self.door.quote()?;
        let backstop = self.door.backstop()?;
        let price = |of: gage_units::Price| units(Amount(of.0));
        let (vaults, _, collateral) = self.books.sums();
        let point = Point {
            time_ms: tick.time_ms,
            market: price(tick.market),
            mid: quote.as_ref().map_or(0.0, |quote| price(quote.mid)),
            low: quote.as_ref().map_or(0.0, |quote| price(quote.low)),
            high: quote.as_ref().map_or(0.0, |quote| price(quote.high)),
            class: quote.map_or_else(|| "none".to_owned(), |quote| format!("{:?}", quote.class).to_lowercase()),
            vaults,
            vaults_unsafe,
            debt: units(facility.totals.bucket_debt),
            collateral: units(Amount(collateral)),
            debt_auctioned: units(facility.totals.auctioned),
            lots_open: self.books.auctions.values().filter(|row| row.closed_ms.is_none()).count() as u64,
            pool: units(backstop.pool),
            surplus: units(backstop.surplus),
            bad_debt: units(facility.totals.bad_debt),
            bad_debt_2020: 0.0,
            congested: self.gate.cap(tick.time_ms - self.start_ms).is_some(),
        };
        self.points.push(point);
        Ok(())
    }
}

fn refusals(sealed: &Sealed) -> String {
    sealed.refused.first().map_or_else(|| "no reason given".to_owned(), |(_, reason)| reason.clone())
}
