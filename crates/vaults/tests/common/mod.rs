//! A small world for the tests of vaults: a few users, three collaterals, one stable asset.
#![allow(dead_code, clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use gage_accounts::{Context, NewKey, Output, Quantity, Signer};
use gage_auctions::operations::Take;
use gage_auctions::{Curve, LotId};
use gage_backstop::{GenesisWaterfall, Step, StepKind, Terms, WaterfallId};
use gage_crypto::{AccountId, Hash, Scheme, SecretKey};
use gage_ledger::{AssetKind, NewAsset};
use gage_oracle::operations::Report;
use gage_oracle::{Calendar, Dimension, FeedId, FeedParams, GenesisFeed, GenesisPublisher, Source};
use gage_store::Draft;
use gage_units::{AccountNumber, Accumulator, Amount, AssetId, Bps, Height, Price, RatePerSecond, Ratio, Timestamp};
use gage_vaults::operations::{Borrow, CloseVault, Deposit, OpenVault, Repay, Withdraw};
use gage_vaults::{
    CollateralTerms, Error, Event, FacilityId, FacilityParams, GenesisCollateral, GenesisFacility, LiquidationTerms,
    MODULE, Operation, VaultId,
};

pub const ONE: u128 = 1_000_000_000_000_000_000;
/// 18 decimals, feed 0, the safest.
pub const WETH: AssetId = AssetId(0);
/// 18 decimals, lent.
pub const GUSD: AssetId = AssetId(1);
/// 8 decimals, feed 1, riskier.
pub const WBTC: AssetId = AssetId(2);
/// 6 decimals, feed 2, the riskiest; an attested asset.
pub const LOAN: AssetId = AssetId(3);
pub const FACILITY: FacilityId = FacilityId(1);
pub const WATERFALL: WaterfallId = WaterfallId(1);
pub const COLLATERALS: [AssetId; 3] = [WETH, WBTC, LOAN];
pub const HOUR: u64 = 3_600_000;
pub const DAY: u64 = 24 * HOUR;
/// 5 % a year, per second, as the Maker documentation tabulates it.
pub const FIVE_PERCENT: RatePerSecond = RatePerSecond(1_000_000_001_547_125_957_863_212_448);

pub const ALICE: usize = 0;
pub const BOB: usize = 1;
pub const CAROL: usize = 2;
/// Issues the collaterals and publishes prices.
pub const ISSUER: usize = 3;

pub fn feed(asset: AssetId) -> FeedId {
    FeedId(COLLATERALS.iter().position(|one| *one == asset).unwrap() as u32)
}

pub fn decimals(asset: AssetId) -> u8 {
    match asset {
        WBTC => 8,
        LOAN => 6,
        _ => 18,
    }
}

pub fn params() -> FacilityParams {
    FacilityParams {
        debt_ceiling: Amount(1_000_000_000 * ONE),
        debt_floor: Amount(100 * ONE),
        base_rate: RatePerSecond::ZERO_INTEREST,
        target_health: Ratio(ONE / 10 * 11),
        closed: false,
    }
}

/// Loan to value 75 %, threshold 80 %, bonus 10 %; premium `premium` units above one per second.
pub fn terms(premium: u128) -> CollateralTerms {
    CollateralTerms {
        loan_to_value: Bps(7_500),
        threshold: Bps(8_000),
        bonus: Bps(1_000),
        premium: RatePerSecond(Accumulator::SCALE + premium),
        debt_cap: Amount(1_000_000_000 * ONE),
    }
}

pub fn liquidation() -> LiquidationTerms {
    LiquidationTerms {
        quote_bound: Bps(100),
        window_ms: HOUR,
        window_max: Amount(1_000_000_000 * ONE),
        start_premium: Bps(1_000),
        curve: Curve::StairExponential { step_ms: 60_000, cut: Ratio(ONE / 100 * 99) },
        tail_ms: HOUR,
        cusp: Ratio(0),
        dust: Amount(100 * ONE),
        rounds_max: 2,
    }
}

pub struct World {
    pub draft: Draft,
    pub users: Vec<AccountNumber>,
    pub ids: Vec<AccountId>,
    pub time: Timestamp,
    pub height: Height,
    pub prices: [u128; 3],
    /// Whether every operation is followed by the full audit.
    pub audit: bool,
}

/// One publisher decides, at all hours; a price is good for an hour.
pub fn feed_params() -> FeedParams {
    FeedParams {
        quorum: 1,
        jump_quorum: 1,
        max_age_ms: HOUR,
        band_sigmas: Bps(0),
        calendar: Calendar::Always,
        ..FeedParams::default()
    }
}

impl World {
    /// WETH at 100, WBTC at 1,000, LOAN at 1; everything pays no premium, base rate zero.
    pub fn new() -> World {
        World::with(params(), [terms(0), terms(0), terms(0)], liquidation())
    }

    pub fn with(params: FacilityParams, terms: [CollateralTerms; 3], liquidation: LiquidationTerms) -> World {
        World::with_steps(
            params,
            terms,
            liquidation,
            &[StepKind::StabilityPool, StepKind::CuratorFirstLoss, StepKind::SurplusBuffer],
        )
    }

    pub fn with_steps(
        params: FacilityParams,
        terms: [CollateralTerms; 3],
        liquidation: LiquidationTerms,
        steps: &[StepKind],
    ) -> World {
        let mut draft = Draft::new(7);
        create_tables(&mut draft);
        gage_accounts::set_network(&mut draft, Hash::ZERO);
        for (number, name) in [
            (gage_auctions::ACCOUNT, "auctions"),
            (gage_backstop::ACCOUNT, "backstop"),
            (gage_vaults::ACCOUNT, "vaults"),
        ] {
            gage_accounts::open_module(&mut draft, number, AccountId::module(&Hash::ZERO, name));
        }
        let mut world = World {
            draft,
            users: Vec::new(),
            ids: Vec::new(),
            time: Timestamp(1_583_971_200_000),
            height: Height(0),
            prices: [100 * ONE, 1_000 * ONE, ONE],
            audit: true,
        };
        let ctx = world.ctx(Signer::Protocol);
        for user in 1u8..=4 {
            let key = SecretKey::from_bytes(Scheme::Ed25519, &[user; 32]).unwrap().public_key();
            let keys = [NewKey::owner(key)];
            let id = gage_accounts::derive_id(&Hash::ZERO, &keys, 1).unwrap();
            world.users.push(gage_accounts::open_for_genesis(&mut world.draft, &ctx, id, &keys, 1).unwrap());
            world.ids.push(id);
        }
        let issuer = AssetKind::Issued { issuer: world.users[ISSUER] };
        for (symbol, decimals, kind) in [
            ("WETH", 18, issuer),
            ("GUSD", 18, AssetKind::Module(MODULE)),
            ("WBTC", 8, issuer),
            ("LOAN", 6, AssetKind::Module(gage_securities::MODULE)),
        ] {
            let new = NewAsset { symbol: symbol.to_owned(), decimals, kind, itemised: false };
            gage_ledger::create_asset(&mut world.draft, &ctx, new).unwrap();
        }
        let feeds = COLLATERALS.map(|asset| GenesisFeed {
            base: Dimension::Asset(asset),
            quote: Dimension::Numeraire,
            decimals: 8,
            source: Source::Reported,
            params: feed_params(),
            publishers: vec![GenesisPublisher { account: world.ids[ISSUER], weight: 1, pyth: None }],
            growth_cap: None,
        });
        let oracle = gage_oracle::Genesis { feeds: feeds.to_vec(), ..gage_oracle::Genesis::default() };
        gage_oracle::genesis(&mut world.draft, &ctx, &oracle).unwrap();
        let backstop = gage_backstop::Genesis {
            waterfalls: vec![GenesisWaterfall {
                stable: GUSD,
                collateral: Vec::new(),
                curator: Some(world.ids[CAROL]),
                steps: steps.iter().map(|kind| Step { kind: *kind, cap: Amount::MAX }).collect(),
                terms: Terms::standard(Amount(ONE)),
            }],
            ..gage_backstop::Genesis::default()
        };
        gage_backstop::genesis(&mut world.draft, &ctx, &backstop).unwrap();
        let facility = GenesisFacility {
            stable: GUSD,
            par: Price::ONE,
            waterfall: WATERFALL,
            params,
            collaterals: COLLATERALS
                .iter()
                .zip(terms)
                .map(|(asset, terms)| GenesisCollateral { asset: *asset, terms, liquidation })
                .collect(),
        };
        gage_vaults::genesis(
            &mut world.draft,
            &ctx,
            &gage_vaults::Genesis { facilities: vec![facility], ..Default::default() },
        )
        .unwrap();
        world.begin(0);
        world
    }

    pub fn ctx(&self, signer: Signer) -> Context<'static> {
        Context { height: self.height, time: self.time, signer, outputs: &[] }
    }

    /// A block begins `ms` later: prices are reported and marked.
    pub fn begin(&mut self, ms: u64) {
        self.begin_without_reports(ms);
        for asset in COLLATERALS {
            self.report(asset, 0);
        }
        self.mark();
    }

    pub fn begin_without_reports(&mut self, ms: u64) {
        self.time = Timestamp(self.time.0 + ms.max(1));
        self.height = Height(self.height.0 + 1);
        let ctx = self.ctx(Signer::Protocol);
        gage_oracle::begin_block(&mut self.draft, &ctx);
    }

    pub fn report(&mut self, asset: AssetId, confidence: u128) {
        let place = COLLATERALS.iter().position(|one| *one == asset).unwrap();
        let report = Report {
            feed: feed(asset),
            price: Price(self.prices[place]),
            confidence: Price(confidence),
            bid: None,
            ask: None,
            observed_at: self.time,
        };
        let ctx = self.ctx(Signer::Account(self.users[ISSUER]));
        gage_oracle::Operation::Report(report).apply(&mut self.draft, &ctx).unwrap();
    }

    pub fn mark(&mut self) {
        let ctx = self.ctx(Signer::Protocol);
        gage_oracle::aggregate(&mut self.draft, &ctx);
        gage_vaults::mark(&mut self.draft, &ctx);
        self.check();
        self.draft.commit();
    }

    /// The due work of a block, with a budget for everything.
    pub fn end(&mut self) {
        self.end_with(u64::MAX);
    }

    pub fn end_with(&mut self, budget: u64) {
        let ctx = self.ctx(Signer::Protocol);
        let (mut first, mut second) = (budget, budget);
        gage_vaults::liquidate(&mut self.draft, &ctx, &mut first).unwrap();
        self.check();
        gage_vaults::settle_auctions(&mut self.draft, &ctx, &mut second).unwrap();
        self.check();
        self.draft.commit();
    }

    /// A whole block with new prices (whole units) and no users.
    pub fn block(&mut self, ms: u64, prices: [u128; 3]) {
        self.prices = prices.map(|price| price * ONE);
        self.begin(ms);
        self.end();
    }

    pub fn set_price(&mut self, asset: AssetId, price: u128) {
        let place = COLLATERALS.iter().position(|one| *one == asset).unwrap();
        self.prices[place] = price;
    }

    pub fn check(&self) {
        gage_vaults::check_block(&self.draft).unwrap();
        if self.audit {
            gage_vaults::check_invariants(&self.draft).unwrap();
            gage_ledger::check_invariants(&self.draft).unwrap();
            gage_auctions::check_invariants(&self.draft).unwrap();
            gage_backstop::check_invariants(&self.draft).unwrap();
        }
    }

    /// Runs operations as one transaction, as `chain` does: an error undoes everything.
    pub fn transact(&mut self, user: usize, operations: &[Operation]) -> Result<Vec<Option<Output>>, Error> {
        let signer = Signer::Account(self.users[user]);
        let savepoint = self.draft.savepoint();
        let mut outputs = Vec::new();
        let mut done = Ok(());
        for operation in operations {
            let ctx = Context { height: self.height, time: self.time, signer, outputs: &outputs };
            match operation.validate().and_then(|()| operation.apply(&mut self.draft, &ctx)) {
                Ok(output) => outputs.push(output),
                Err(error) => {
                    done = Err(error);
                    break;
                }
            }
        }
        let ctx = self.ctx(signer);
        let done = done.and_then(|()| gage_vaults::recheck(&mut self.draft, &ctx));
        if done.is_err() {
            self.draft.undo_to(savepoint);
        }
        self.check();
        self.draft.commit();
        done.map(|()| outputs)
    }

    pub fn run(&mut self, user: usize, operation: Operation) -> Result<(), Error> {
        self.transact(user, &[operation]).map(|_| ())
    }

    pub fn govern(&mut self, operation: Operation) -> Result<(), Error> {
        let ctx = self.ctx(Signer::Governance);
        let savepoint = self.draft.savepoint();
        let done = operation.validate().and_then(|()| operation.apply(&mut self.draft, &ctx));
        if done.is_err() {
            self.draft.undo_to(savepoint);
        }
        self.check();
        self.draft.commit();
        done.map(|_| ())
    }

    pub fn give(&mut self, user: usize, asset: AssetId, amount: u128) {
        let ctx = self.ctx(Signer::Account(self.users[ISSUER]));
        if asset == LOAN {
            let to = self.users[user];
            gage_ledger::mint(&mut self.draft, &ctx, gage_securities::MODULE, LOAN, to, Amount(amount)).unwrap();
            return self.draft.commit();
        }
        let mint = gage_ledger::operations::Mint { asset, to: self.ids[user], amount: Amount(amount) };
        gage_ledger::Operation::Mint(mint).apply(&mut self.draft, &ctx).unwrap();
        self.draft.commit();
    }

    pub fn open(&mut self, user: usize) -> VaultId {
        self.run(user, Operation::OpenVault(OpenVault { facility: FACILITY })).unwrap();
        let events = self.events();
        events
            .into_iter()
            .rev()
            .find_map(|event| if let Event::VaultOpened { vault, .. } = event { Some(vault) } else { None })
            .unwrap()
    }

    /// The vaults' events since the last call.
    pub fn events(&mut self) -> Vec<Event> {
        let events = self.draft.take_events();
        let own = events.iter().filter(|(module, _)| *module == MODULE);
        own.map(|(_, bytes)| borsh::from_slice(bytes).unwrap()).collect()
    }

    /// A vault with `amount` of fresh collateral and `debt`.
    pub fn vault(&mut self, user: usize, asset: AssetId, amount: u128, debt: u128) -> VaultId {
        let vault = self.open(user);
        self.give(user, asset, amount);
        self.run(user, deposit(vault, asset, amount)).unwrap();
        if debt > 0 {
            self.run(user, borrow(vault, debt)).unwrap();
        }
        vault
    }

    pub fn debt(&self, vault: VaultId) -> u128 {
        gage_vaults::query::vault(&self.draft, vault).unwrap().debt.0
    }

    pub fn health(&self, vault: VaultId) -> Ratio {
        gage_vaults::query::vault(&self.draft, vault).unwrap().health.unwrap_or(Ratio::MAX)
    }

    pub fn pledged(&self, vault: VaultId, asset: AssetId) -> u128 {
        let view = gage_vaults::query::vault(&self.draft, vault).unwrap();
        view.positions.iter().find(|position| position.asset == asset).map_or(0, |position| position.amount.0)
    }

    pub fn facility(&self) -> gage_vaults::query::FacilityView {
        gage_vaults::query::facility(&self.draft, FACILITY).unwrap()
    }

    pub fn free(&self, user: usize, asset: AssetId) -> u128 {
        gage_ledger::balance(&self.draft, self.users[user], asset).free.0
    }

    pub fn lots(&self) -> Vec<LotId> {
        gage_vaults::query::lots(&self.draft, None, 1_000).iter().map(|lot| lot.lot).collect()
    }

    /// Takes up to `amount` of a lot at whatever price it has.
    pub fn take(&mut self, user: usize, lot: LotId, amount: u128) -> Result<u128, gage_auctions::Error> {
        let record = gage_auctions::lot(&self.draft, lot).ok_or(gage_auctions::Error::UnknownLot)?;
        let take = Take {
            lot,
            asset: record.asset,
            amount: Quantity::Exact(Amount(amount)),
            want: GUSD,
            price_max: Price(u128::MAX),
        };
        let ctx = self.ctx(Signer::Account(self.users[user]));
        let savepoint = self.draft.savepoint();
        let done = gage_auctions::Operation::Take(take).apply(&mut self.draft, &ctx);
        if done.is_err() {
            self.draft.undo_to(savepoint);
        }
        self.check();
        self.draft.commit();
        done.map(|output| output.unwrap().amount.0)
    }

    /// Puts stable of the user into the stability pool.
    pub fn protect(&mut self, user: usize, amount: u128) {
        let deposit = gage_backstop::operations::DepositStability {
            waterfall: WATERFALL,
            asset: GUSD,
            amount: Quantity::Exact(Amount(amount)),
        };
        let ctx = self.ctx(Signer::Account(self.users[user]));
        gage_backstop::Operation::DepositStability(deposit).apply(&mut self.draft, &ctx).unwrap();
        self.draft.commit();
    }
}

pub fn create_tables(draft: &mut Draft) {
    gage_accounts::create_tables(draft);
    gage_compliance::create_tables(draft);
    gage_ledger::create_tables(draft);
    gage_oracle::create_tables(draft);
    gage_securities::create_tables(draft);
    gage_auctions::create_tables(draft);
    gage_backstop::create_tables(draft);
    gage_vaults::create_tables(draft);
}

pub fn deposit(vault: VaultId, asset: AssetId, amount: u128) -> Operation {
    Operation::Deposit(Deposit { vault, asset, amount: Quantity::Exact(Amount(amount)) })
}

pub fn withdraw(vault: VaultId, asset: AssetId, amount: u128) -> Operation {
    Operation::Withdraw(Withdraw { vault, asset, amount: Amount(amount) })
}

pub fn borrow(vault: VaultId, amount: u128) -> Operation {
    Operation::Borrow(Borrow { vault, asset: GUSD, amount: Amount(amount) })
}

pub fn repay(vault: VaultId, amount: u128) -> Operation {
    Operation::Repay(Repay { vault, asset: GUSD, amount: Quantity::Exact(Amount(amount)) })
}

pub fn close(vault: VaultId) -> Operation {
    Operation::CloseVault(CloseVault { vault })
}
