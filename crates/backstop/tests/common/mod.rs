//! A small world for the tests of the backstop: depositors, a curator, a facility module.
#![allow(dead_code, clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use gage_accounts::{Context, NewKey, Output, Quantity, Signer};
use gage_backstop::operations::{
    ClaimGains, ClaimPremium, DepositFirstLoss, DepositInsurance, DepositStability, RequestWithdrawal, SetInsurance,
    Tranche, WithdrawFirstLoss, WithdrawInsurance, WithdrawStability,
};
use gage_backstop::{
    ACCOUNT, Absorbed, Error, Holding, InsuranceTerms, Loss, NewWaterfall, Operation, Reference, Step, StepKind, Terms,
    WaterfallId, query,
};
use gage_crypto::{AccountId, Hash, Scheme, SecretKey};
use gage_ledger::{AssetKind, NewAsset};
use gage_oracle::operations::Report;
use gage_oracle::{Dimension, FeedId, FeedParams, GenesisFeed, GenesisPublisher, Source};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Bps, Height, Price, Timestamp};

pub const ONE: u128 = 1_000_000_000_000_000_000;
pub const HOUR: u64 = 3_600_000;
pub const FACILITY_MODULE: u8 = 10;
pub const FACILITY: AccountNumber = AccountNumber(10);
pub const WETH: AssetId = AssetId(0);
pub const GUSD: AssetId = AssetId(1);
pub const DEED: AssetId = AssetId(2);
pub const USERS: usize = 5;
/// The user who is curator.
pub const CURATOR: usize = 4;

pub struct World {
    pub draft: Draft,
    pub users: Vec<AccountNumber>,
    pub time: Timestamp,
    pub height: Height,
}

impl World {
    pub fn new() -> World {
        let mut draft = Draft::new(9);
        gage_accounts::create_tables(&mut draft);
        gage_compliance::create_tables(&mut draft);
        gage_ledger::create_tables(&mut draft);
        gage_staking::create_tables(&mut draft);
        gage_oracle::create_tables(&mut draft);
        gage_securities::create_tables(&mut draft);
        gage_auctions::create_tables(&mut draft);
        gage_backstop::create_tables(&mut draft);
        gage_accounts::set_network(&mut draft, Hash::ZERO);
        for (number, name) in [
            (ACCOUNT, "backstop"),
            (FACILITY, "facility"),
            (gage_staking::ACCOUNT, "staking"),
            (gage_auctions::ACCOUNT, "auctions"),
            (gage_securities::redemption::ACCOUNT, "securities"),
        ] {
            gage_accounts::open_module(&mut draft, number, AccountId::module(&Hash::ZERO, name));
        }
        let mut world = World { draft, users: Vec::new(), time: Timestamp(1_583_971_200_000), height: Height(1) };
        let ctx = world.protocol();
        for user in 1..=USERS as u8 {
            let key = SecretKey::from_bytes(Scheme::Ed25519, &[user; 32]).unwrap().public_key();
            let keys = [NewKey::owner(key)];
            let id = gage_accounts::derive_id(&Hash::ZERO, &keys, 1).unwrap();
            world.users.push(gage_accounts::open_for_genesis(&mut world.draft, &ctx, id, &keys, 1).unwrap());
        }
        let issuer = AssetKind::Issued { issuer: world.users[0] };
        for (symbol, decimals, kind) in
            [("WETH", 18, issuer), ("GUSD", 18, AssetKind::Module(FACILITY_MODULE)), ("DEED", 0, issuer)]
        {
            let new = NewAsset { symbol: symbol.to_owned(), decimals, kind, itemised: false };
            gage_ledger::create_asset(&mut world.draft, &ctx, new).unwrap();
        }
        world
    }

    /// With a feed of WETH in which user 0 reports; see `quote`.
    pub fn priced() -> World {
        let mut world = World::new();
        let feed = GenesisFeed {
            base: Dimension::Asset(WETH),
            quote: Dimension::Numeraire,
            decimals: 8,
            source: Source::Reported,
            params: FeedParams { quorum: 1, jump_quorum: 1, band_sigmas: Bps(0), ..FeedParams::default() },
            publishers: vec![GenesisPublisher { account: world.id(0), weight: 1, pyth: None }],
            growth_cap: None,
        };
        let oracle = gage_oracle::Genesis { feeds: vec![feed], ..gage_oracle::Genesis::default() };
        let ctx = world.protocol();
        gage_oracle::genesis(&mut world.draft, &ctx, &oracle).unwrap();
        world.draft.commit();
        world
    }

    /// A block in which WETH is reported at a price in whole units.
    pub fn quote(&mut self, price: u128) {
        self.next_block(1_000);
        let ctx = self.protocol();
        gage_oracle::begin_block(&mut self.draft, &ctx);
        let report = Report {
            feed: FeedId(0),
            price: Price(price * ONE),
            confidence: Price(0),
            bid: None,
            ask: None,
            observed_at: self.time,
        };
        let signed = self.ctx(Signer::Account(self.users[0]));
        gage_oracle::Operation::Report(report).apply(&mut self.draft, &signed).unwrap();
        gage_oracle::aggregate(&mut self.draft, &ctx);
        self.draft.commit();
    }

    /// What the module does by itself at the end of a block.
    pub fn due(&mut self) {
        let ctx = self.protocol();
        self.act(|draft| gage_backstop::sell_due(draft, &ctx, &mut 1_000_000)).unwrap();
        gage_auctions::check_invariants(&self.draft).unwrap();
    }

    /// An account may neither send nor receive an asset any more.
    pub fn freeze(&mut self, user: usize, asset: AssetId) {
        let freeze = gage_compliance::operations::FreezeAccount {
            account: self.id(user),
            asset: Some(asset),
            stops: gage_compliance::Stops::Both,
            until: None,
            reason: "court order".parse().unwrap(),
        };
        let governance = self.ctx(Signer::Governance);
        freeze.apply(&mut self.draft, &governance).unwrap();
        self.draft.commit();
    }

    pub fn ctx(&self, signer: Signer) -> Context<'static> {
        Context { height: self.height, time: self.time, signer, outputs: &[] }
    }

    pub fn protocol(&self) -> Context<'static> {
        self.ctx(Signer::Protocol)
    }

    pub fn id(&self, user: usize) -> AccountId {
        gage_accounts::id_of(&self.draft, self.users[user]).unwrap()
    }

    pub fn next_block(&mut self, ms: u64) {
        self.time = Timestamp(self.time.0 + ms);
        self.height = Height(self.height.0 + 1);
    }

    pub fn mint(&mut self, to: AccountNumber, asset: AssetId, amount: u128) {
        let ctx = self.ctx(Signer::Account(self.users[0]));
        if asset == GUSD {
            gage_ledger::mint(&mut self.draft, &ctx, FACILITY_MODULE, asset, to, Amount(amount)).unwrap();
        } else {
            let to = gage_accounts::id_of(&self.draft, to).unwrap();
            let mint = gage_ledger::operations::Mint { asset, to, amount: Amount(amount) };
            gage_ledger::Operation::Mint(mint).apply(&mut self.draft, &ctx).unwrap();
        }
        self.draft.commit();
    }

    /// Runs an act as `chain` does: an error undoes everything; then every invariant is checked.
    pub fn act<T>(&mut self, act: impl FnOnce(&mut Draft) -> Result<T, Error>) -> Result<T, Error> {
        let savepoint = self.draft.savepoint();
        let done = act(&mut self.draft);
        if done.is_err() {
            self.draft.undo_to(savepoint);
        }
        gage_backstop::check_block(&self.draft).unwrap();
        gage_backstop::check_invariants(&self.draft).unwrap();
        gage_ledger::check_block(&self.draft).unwrap();
        self.draft.commit();
        done
    }

    pub fn run(&mut self, user: usize, operation: Operation) -> Result<Option<Output>, Error> {
        let ctx = self.ctx(Signer::Account(self.users[user]));
        self.act(|draft| operation.validate().and_then(|()| operation.apply(draft, &ctx)))
    }

    pub fn create(&mut self, steps: Vec<Step>, terms: Terms) -> WaterfallId {
        let curator = Some(self.users[CURATOR]);
        let new = NewWaterfall { stable: GUSD, collateral: vec![WETH, DEED], curator, steps, terms };
        let ctx = self.protocol();
        self.act(|draft| gage_backstop::create_waterfall(draft, &ctx, new)).unwrap()
    }

    /// Mints the collateral to the module's account and passes the loss down.
    pub fn absorb(&mut self, id: WaterfallId, debt: u128, collateral: &[(AssetId, u128)]) -> Result<Absorbed, Error> {
        for (asset, amount) in collateral.iter().filter(|(_, amount)| *amount > 0) {
            self.mint(ACCOUNT, *asset, *amount);
        }
        let collateral = collateral.iter().map(|(asset, amount)| Holding { asset: *asset, amount: Amount(*amount) });
        let loss = Loss {
            debt: Amount(debt),
            collateral: collateral.collect(),
            reference: Reference { module: FACILITY_MODULE, id: 17 },
            pay_to: FACILITY,
        };
        let ctx = self.protocol();
        self.act(|draft| gage_backstop::absorb(draft, &ctx, id, loss))
    }

    /// Sets an insurance tier up as governance.
    pub fn set_insurance(&mut self, waterfall: WaterfallId, tier: u8, premium: u32) -> Result<Option<Output>, Error> {
        let terms = InsuranceTerms { cooldown_ms: 2 * HOUR, premium: Bps(premium) };
        let ctx = self.ctx(Signer::Governance);
        let operation = Operation::SetInsurance(SetInsurance { waterfall, tier, terms });
        self.act(|draft| operation.validate().and_then(|()| operation.apply(draft, &ctx)))
    }

    /// Worth, pending and premiums of a user's deposit in a tier.
    pub fn insured(&self, id: WaterfallId, tier: u8, user: usize) -> (u128, u128, u128) {
        let view = query::insurance_view(&self.draft, id, tier, self.users[user], self.height).unwrap();
        view.map_or((0, 0, 0), |view| {
            (view.amount.0, view.pending.0, view.gains.iter().map(|gain| gain.amount.0).sum())
        })
    }

    pub fn free(&self, account: AccountNumber, asset: AssetId) -> u128 {
        gage_ledger::balance(&self.draft, account, asset).free.0
    }

    /// Worth, pending and gains in GUSD, WETH and DEED of a user's deposit.
    pub fn deposit(&self, id: WaterfallId, user: usize) -> (u128, u128, [u128; 3]) {
        let view = query::deposit_view(&self.draft, id, self.users[user], self.height).unwrap();
        let Some(view) = view else { return (0, 0, [0; 3]) };
        let gain = |asset| view.gains.iter().find(|gain| gain.asset == asset).map_or(0, |gain| gain.amount.0);
        (view.amount.0, view.pending.0, [gain(GUSD), gain(WETH), gain(DEED)])
    }
}

pub fn insure(waterfall: WaterfallId, tier: u8, amount: u128) -> Operation {
    let amount = Quantity::Exact(Amount(amount));
    Operation::DepositInsurance(DepositInsurance { waterfall, tier, asset: GUSD, amount })
}

pub fn withdraw_insurance(waterfall: WaterfallId, tier: u8, amount: u128) -> Operation {
    let amount = Quantity::Exact(Amount(amount));
    Operation::WithdrawInsurance(WithdrawInsurance { waterfall, tier, asset: GUSD, amount })
}

pub fn claim_premium(waterfall: WaterfallId, tier: u8) -> Operation {
    Operation::ClaimPremium(ClaimPremium { waterfall, tier, asset: GUSD })
}

pub fn step(kind: StepKind, cap: u128) -> Step {
    Step { kind, cap: Amount(cap) }
}

/// Pool, then curator, then surplus, without caps.
pub fn all_steps() -> Vec<Step> {
    [StepKind::StabilityPool, StepKind::CuratorFirstLoss, StepKind::SurplusBuffer]
        .map(|kind| step(kind, u128::MAX))
        .to_vec()
}

pub fn deposit(waterfall: WaterfallId, amount: u128) -> Operation {
    let amount = Quantity::Exact(Amount(amount));
    Operation::DepositStability(DepositStability { waterfall, asset: GUSD, amount })
}

pub fn withdraw(waterfall: WaterfallId, amount: u128) -> Operation {
    let amount = Quantity::Exact(Amount(amount));
    Operation::WithdrawStability(WithdrawStability { waterfall, asset: GUSD, amount })
}

pub fn request(waterfall: WaterfallId, tranche: Tranche, amount: u128) -> Operation {
    Operation::RequestWithdrawal(RequestWithdrawal { waterfall, asset: GUSD, tranche, amount: Amount(amount) })
}

pub fn claim(waterfall: WaterfallId, asset: AssetId) -> Operation {
    Operation::ClaimGains(ClaimGains { waterfall, asset })
}

pub fn deposit_first_loss(waterfall: WaterfallId, amount: u128) -> Operation {
    let amount = Quantity::Exact(Amount(amount));
    Operation::DepositFirstLoss(DepositFirstLoss { waterfall, asset: GUSD, amount })
}

pub fn withdraw_first_loss(waterfall: WaterfallId, amount: u128) -> Operation {
    let amount = Quantity::Exact(Amount(amount));
    Operation::WithdrawFirstLoss(WithdrawFirstLoss { waterfall, asset: GUSD, amount })
}
