//! A small world for the ledger's tests: three accounts, two assets.
#![allow(dead_code, clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

pub mod settling;

use gage_accounts::{Context, NewKey, Signer};
use gage_crypto::{AccountId, Hash, Scheme, SecretKey};
use gage_ledger::{AssetKind, NewAsset};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Height, Timestamp};

/// A module of a later floor that mints the second asset.
pub const MINTER: u8 = 10;
/// Issued by the first user.
pub const ISSUED: AssetId = AssetId(0);
/// Minted by the module [`MINTER`].
pub const MODULE_MINTED: AssetId = AssetId(1);

pub struct World {
    pub draft: Draft,
    pub users: Vec<AccountNumber>,
    pub time: Timestamp,
}

impl World {
    pub fn new() -> World {
        let mut draft = Draft::new(3);
        gage_accounts::create_tables(&mut draft);
        gage_compliance::create_tables(&mut draft);
        gage_ledger::create_tables(&mut draft);
        gage_accounts::set_network(&mut draft, Hash::ZERO);
        gage_accounts::open_module(
            &mut draft,
            AccountNumber(u32::from(MINTER)),
            AccountId::module(&Hash::ZERO, "minter"),
        );
        let mut world = World { draft, users: Vec::new(), time: Timestamp(1_000_000) };
        let ctx = world.ctx(Signer::Protocol);
        for user in 1u8..=3 {
            let key = SecretKey::from_bytes(Scheme::Ed25519, &[user; 32]).unwrap().public_key();
            let keys = [NewKey::owner(key)];
            let id = gage_accounts::derive_id(&Hash::ZERO, &keys, 1).unwrap();
            world.users.push(gage_accounts::open_for_genesis(&mut world.draft, &ctx, id, &keys, 1).unwrap());
        }
        let issuer = world.users[0];
        for (symbol, kind) in [("USD", AssetKind::Issued { issuer }), ("GUSD", AssetKind::Module(MINTER))] {
            let new = NewAsset { symbol: symbol.to_owned(), decimals: 2, kind, itemised: false };
            gage_ledger::create_asset(&mut world.draft, &ctx, new).unwrap();
        }
        world
    }

    pub fn ctx(&self, signer: Signer) -> Context<'static> {
        Context { height: Height(1), time: self.time, signer, outputs: &[] }
    }

    pub fn id(&self, user: usize) -> AccountId {
        gage_accounts::id_of(&self.draft, self.users[user]).unwrap()
    }

    /// Runs an operation as `chain` does: an error undoes everything.
    pub fn run(&mut self, user: usize, operation: &gage_ledger::Operation) -> Result<(), gage_ledger::Error> {
        let ctx = self.ctx(Signer::Account(self.users[user]));
        self.act(|draft| operation.validate().and_then(|()| operation.apply(draft, &ctx)).map(|_| ()))
    }

    pub fn act<T>(
        &mut self,
        act: impl FnOnce(&mut Draft) -> Result<T, gage_ledger::Error>,
    ) -> Result<T, gage_ledger::Error> {
        let savepoint = self.draft.savepoint();
        let done = act(&mut self.draft);
        if done.is_err() {
            self.draft.undo_to(savepoint);
        }
        gage_ledger::check_invariants(&self.draft).unwrap();
        gage_ledger::check_block(&self.draft).unwrap();
        self.draft.commit();
        done
    }

    pub fn free(&self, user: usize, asset: AssetId) -> u128 {
        gage_ledger::balance(&self.draft, self.users[user], asset).free.0
    }

    pub fn mint(&mut self, user: usize, asset: AssetId, amount: u128) {
        let (ctx, to) = (self.ctx(Signer::Account(self.users[0])), self.users[user]);
        if asset == MODULE_MINTED {
            self.act(|draft| gage_ledger::mint(draft, &ctx, MINTER, asset, to, Amount(amount))).unwrap();
        } else {
            let to = self.id(user);
            let mint = gage_ledger::operations::Mint { asset, to, amount: Amount(amount) };
            self.run(0, &gage_ledger::Operation::Mint(mint)).unwrap();
        }
    }
}
