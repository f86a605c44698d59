//! A small world for the tests of lots: a few takers, an owner module, four assets.
#![allow(dead_code, clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use gage_accounts::{Context, NewKey, Output, Quantity, Signer};
use gage_auctions::operations::Take;
use gage_auctions::{ACCOUNT, Curve, Error, LotId, NewLot, Operation, OwnerRef};
use gage_crypto::{AccountId, Hash, Scheme, SecretKey};
use gage_ledger::{AssetKind, NewAsset};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Height, Price, Ratio, Timestamp};

pub const ONE: u128 = 1_000_000_000_000_000_000;
pub const OWNER_MODULE: u8 = 10;
pub const OWNER: AccountNumber = AccountNumber(10);
/// 18 decimals.
pub const WETH: AssetId = AssetId(0);
/// 18 decimals, paid for everything.
pub const GUSD: AssetId = AssetId(1);
/// No decimals: a deed is one unit.
pub const DEED: AssetId = AssetId(2);
/// 6 decimals.
pub const USDC: AssetId = AssetId(3);

pub struct World {
    pub draft: Draft,
    pub users: Vec<AccountNumber>,
    pub time: Timestamp,
    pub height: Height,
}

impl World {
    pub fn new() -> World {
        let mut draft = Draft::new(7);
        gage_accounts::create_tables(&mut draft);
        gage_compliance::create_tables(&mut draft);
        gage_ledger::create_tables(&mut draft);
        gage_auctions::create_tables(&mut draft);
        gage_accounts::set_network(&mut draft, Hash::ZERO);
        for (number, name) in [(ACCOUNT, "auctions"), (OWNER, "owner")] {
            gage_accounts::open_module(&mut draft, number, AccountId::module(&Hash::ZERO, name));
        }
        let mut world = World { draft, users: Vec::new(), time: Timestamp(1_583_971_200_000), height: Height(1) };
        let ctx = world.ctx(Signer::Protocol);
        for user in 1u8..=6 {
            let key = SecretKey::from_bytes(Scheme::Ed25519, &[user; 32]).unwrap().public_key();
            let keys = [NewKey::owner(key)];
            let id = gage_accounts::derive_id(&Hash::ZERO, &keys, 1).unwrap();
            world.users.push(gage_accounts::open_for_genesis(&mut world.draft, &ctx, id, &keys, 1).unwrap());
        }
        let issuer = AssetKind::Issued { issuer: world.users[0] };
        for (symbol, decimals, kind) in [
            ("WETH", 18, issuer),
            ("GUSD", 18, AssetKind::Module(OWNER_MODULE)),
            ("DEED", 0, issuer),
            ("USDC", 6, issuer),
        ] {
            let new = NewAsset { symbol: symbol.to_owned(), decimals, kind, itemised: false };
            gage_ledger::create_asset(&mut world.draft, &ctx, new).unwrap();
        }
        world
    }

    pub fn ctx(&self, signer: Signer) -> Context<'static> {
        Context { height: self.height, time: self.time, signer, outputs: &[] }
    }

    pub fn protocol(&self) -> Context<'static> {
        self.ctx(Signer::Protocol)
    }

    pub fn pass(&mut self, ms: u64) {
        self.time = Timestamp(self.time.0 + ms);
        self.height = Height(self.height.0 + 1);
    }

    pub fn mint(&mut self, to: AccountNumber, asset: AssetId, amount: u128) {
        let issuer = self.users[0];
        let ctx = self.ctx(Signer::Account(issuer));
        if asset == GUSD {
            gage_ledger::mint(&mut self.draft, &ctx, OWNER_MODULE, asset, to, Amount(amount)).unwrap();
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
        gage_auctions::check_block(&self.draft).unwrap();
        gage_auctions::check_invariants(&self.draft).unwrap();
        gage_ledger::check_invariants(&self.draft).unwrap();
        self.draft.commit();
        done
    }

    pub fn run(&mut self, user: usize, take: Take) -> Result<Option<Output>, Error> {
        let ctx = self.ctx(Signer::Account(self.users[user]));
        let operation = Operation::Take(take);
        self.act(|draft| operation.validate().and_then(|()| operation.apply(draft, &ctx)))
    }

    /// Any operation of the module, as a signed one.
    pub fn ask(&mut self, user: usize, operation: Operation) -> Result<Option<Output>, Error> {
        let ctx = self.ctx(Signer::Account(self.users[user]));
        self.act(|draft| operation.validate().and_then(|()| operation.apply(draft, &ctx)))
    }

    /// What the end of a block does, with this much budget.
    pub fn clear(&mut self, mut budget: u64) -> u64 {
        let ctx = self.protocol();
        self.act(|draft| gage_auctions::clear_due(draft, &ctx, &mut budget)).unwrap();
        budget
    }

    /// Nobody can send or receive from this account any more.
    pub fn freeze(&mut self, user: usize) {
        let account = gage_accounts::id_of(&self.draft, self.users[user]).unwrap();
        let freeze = gage_compliance::operations::FreezeAccount {
            account,
            asset: None,
            stops: gage_compliance::Stops::Both,
            until: None,
            reason: "court order".parse().unwrap(),
        };
        let governance = self.ctx(Signer::Governance);
        freeze.apply(&mut self.draft, &governance).unwrap();
        self.draft.commit();
    }

    /// Mints the amount to the owner module, delivers it and opens the lot.
    pub fn open(&mut self, new: NewLot) -> Result<LotId, Error> {
        self.mint(OWNER, new.asset, new.amount.0);
        let ctx = self.protocol();
        self.act(|draft| {
            gage_ledger::move_by_rule(draft, &ctx, OWNER, ACCOUNT, new.asset, new.amount)?;
            gage_auctions::open(draft, &ctx, new)
        })
    }

    pub fn free(&self, account: AccountNumber, asset: AssetId) -> u128 {
        gage_ledger::balance(&self.draft, account, asset).free.0
    }
}

/// `amount` of WETH for GUSD from `start` to `floor` in stairs of 90 s and 1%.
pub fn weth_lot(amount: u128, start: u128, floor: u128) -> NewLot {
    NewLot {
        asset: WETH,
        amount: Amount(amount),
        seller: OWNER,
        want: GUSD,
        raise_max: Amount::MAX,
        proceeds_to: OWNER,
        owner: OwnerRef { module: OWNER_MODULE, id: 1 },
        start: Price(start),
        floor: Price(floor),
        curve: Curve::StairExponential { step_ms: 90_000, cut: Ratio(ONE / 100 * 99) },
        tail_ms: 6 * 3_600_000,
        cusp: Ratio(ONE / 10 * 3),
        dust: Amount(0),
        item: None,
    }
}

pub fn take_weth(lot: LotId, amount: u128, price_max: u128) -> Take {
    let amount = Quantity::Exact(Amount(amount));
    Take { lot, asset: WETH, amount, want: GUSD, price_max: Price(price_max) }
}
