//! A small world: publishers, blocks, and the order of work inside a block.
#![allow(dead_code)]

use gage_accounts::{Context, NewKey, Role, Signer};
use gage_crypto::{AccountId, Hash, Scheme, SecretKey};
use gage_oracle::operations::{CreateFeed, Report, SetPublisher};
use gage_oracle::{Action, Dimension, Error, FeedId, FeedParams, Operation, Quote, Source};
use gage_store::Draft;
use gage_units::{AccountNumber, AssetId, Height, Price, Timestamp};

pub const E18: u128 = 1_000_000_000_000_000_000;
pub const START: u64 = 1_583_971_200_000;
pub const FEED: FeedId = FeedId(0);
pub const WETH: AssetId = AssetId(7);

pub fn price(units: u64) -> Price {
    Price(u128::from(units) * E18)
}

pub struct World {
    pub draft: Draft,
    pub time: u64,
    pub height: u64,
    pub ids: Vec<AccountId>,
    pub accounts: Vec<AccountNumber>,
}

impl World {
    /// `count` publishers of equal weight on feed 0, which prices WETH in the numeraire.
    pub fn new(count: usize, params: FeedParams) -> World {
        let mut world = World::empty(count);
        world.govern(create(Dimension::Asset(WETH), Dimension::Numeraire, Source::Reported, params)).unwrap();
        for place in 0..count {
            world.publish(FEED, place, 10).unwrap();
        }
        world.block(1_000, |_| ());
        world
    }

    pub fn empty(count: usize) -> World {
        let mut draft = Draft::new(1);
        gage_accounts::create_tables(&mut draft);
        gage_compliance::create_tables(&mut draft);
        gage_ledger::create_tables(&mut draft);
        gage_staking::create_tables(&mut draft);
        gage_oracle::create_tables(&mut draft);
        gage_accounts::set_network(&mut draft, Hash::ZERO);
        gage_accounts::open_module(&mut draft, gage_staking::ACCOUNT, AccountId::module(&Hash::ZERO, "staking"));
        let mut world = World { draft, time: START, height: 0, ids: Vec::new(), accounts: Vec::new() };
        for place in 0..count {
            let id = AccountId([u8::try_from(place).unwrap() + 1; 32]);
            let secret = SecretKey::from_bytes(Scheme::Ed25519, &[u8::try_from(place).unwrap() + 1; 32]).unwrap();
            let key = NewKey { public_key: secret.public_key(), weight: 1, role: Role::Owner, expires: None };
            let ctx = context(&world, Signer::Protocol);
            world.accounts.push(gage_accounts::open_for_genesis(&mut world.draft, &ctx, id, &[key], 1).unwrap());
            world.ids.push(id);
        }
        world
    }

    pub fn publish(&mut self, feed: FeedId, place: usize, weight: u32) -> Result<(), Error> {
        let publisher = self.ids[place];
        self.govern(Operation::SetPublisher(SetPublisher { feed, publisher, weight }))
    }

    /// A block `later` milliseconds on: its begin, the work given, the aggregation, the checks.
    pub fn block(&mut self, later: u64, reports: impl FnOnce(&mut World)) {
        self.time += later;
        self.height += 1;
        let ctx = context(self, Signer::Protocol);
        gage_oracle::begin_block(&mut self.draft, &ctx);
        reports(self);
        let ctx = context(self, Signer::Protocol);
        gage_oracle::aggregate(&mut self.draft, &ctx);
        gage_oracle::judge(&mut self.draft, &ctx, &mut 1_000_000).unwrap();
        gage_oracle::check_block(&self.draft).unwrap();
        gage_oracle::check_invariants(&self.draft).unwrap();
        gage_staking::check_invariants(&self.draft).unwrap();
        gage_ledger::check_invariants(&self.draft).unwrap();
        self.draft.commit();
    }

    /// A block in which all publishers report the same price with a confidence of 0.01%.
    pub fn all_report(&mut self, later: u64, at: Price) {
        self.block(later, |world| {
            for place in 0..world.ids.len() {
                world.report(place, at).unwrap();
            }
        });
    }

    pub fn report(&mut self, place: usize, at: Price) -> Result<(), Error> {
        let report = self.seen(at);
        self.act(place, Operation::Report(report))
    }

    pub fn seen(&self, at: Price) -> Report {
        let confidence = Price(at.0 / 10_000);
        Report { feed: FEED, price: at, confidence, bid: None, ask: None, observed_at: Timestamp(self.time) }
    }

    pub fn act(&mut self, place: usize, operation: Operation) -> Result<(), Error> {
        let signer = Signer::Account(self.accounts[place]);
        self.run(signer, operation)
    }

    pub fn govern(&mut self, operation: Operation) -> Result<(), Error> {
        self.run(Signer::Governance, operation)
    }

    fn run(&mut self, signer: Signer, operation: Operation) -> Result<(), Error> {
        let bytes = borsh::to_vec(&operation).unwrap();
        assert_eq!(borsh::from_slice::<Operation>(&bytes).unwrap(), operation);
        operation.validate()?;
        let savepoint = self.draft.savepoint();
        let ctx = context(self, signer);
        let result = operation.apply(&mut self.draft, &ctx);
        if result.is_err() {
            self.draft.undo_to(savepoint);
        }
        result.map(|output| assert_eq!(output, None))
    }

    pub fn quote(&self) -> Quote {
        self.quote_of(FEED)
    }

    pub fn quote_of(&self, feed: FeedId) -> Quote {
        gage_oracle::quote(&self.draft, &context(self, Signer::Protocol), feed).unwrap()
    }

    pub fn may(&self, action: Action) -> bool {
        gage_oracle::quote_for(&self.draft, &context(self, Signer::Protocol), FEED, action).is_ok()
    }
}

pub fn context(world: &World, signer: Signer) -> Context<'static> {
    Context { height: Height(world.height), time: Timestamp(world.time), signer, outputs: &[] }
}

pub fn create(base: Dimension, quote: Dimension, source: Source, params: FeedParams) -> Operation {
    Operation::CreateFeed(CreateFeed { base, quote, decimals: 8, source, params })
}
