//! A small world for bonds: three owners with money, one open role.
#![allow(dead_code, clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use gage_accounts::{Context, NewKey, Signer};
use gage_crypto::hash::sha256;
use gage_crypto::{AccountId, Hash, Scheme, SecretKey};
use gage_ledger::{AssetKind, NewAsset};
use gage_staking::operations::{Bond, Claim, SetRoleTerms, Unbond};
use gage_staking::{
    ACCOUNT, BondId, Destination, Error, Evidence, MODULE, NewSlash, Operation, Role, RoleTerms, Slashed,
};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Bps, Height, Timestamp};

pub const HOUR: u64 = 3_600_000;
pub const COIN: AssetId = AssetId(0);
pub const OTHER: AssetId = AssetId(1);
pub const WEALTH: u128 = 10_000;
/// A module to the right that collects proceeds.
pub const COLLECTOR: AccountNumber = AccountNumber(9);

pub struct World {
    pub draft: Draft,
    pub owners: Vec<AccountNumber>,
    pub time: u64,
}

impl World {
    pub fn new() -> World {
        let mut draft = Draft::new(5);
        gage_accounts::create_tables(&mut draft);
        gage_compliance::create_tables(&mut draft);
        gage_ledger::create_tables(&mut draft);
        gage_staking::create_tables(&mut draft);
        gage_accounts::set_network(&mut draft, Hash::ZERO);
        for (account, name) in [(ACCOUNT, "staking"), (COLLECTOR, "backstop")] {
            gage_accounts::open_module(&mut draft, account, AccountId::module(&Hash::ZERO, name));
        }
        let mut world = World { draft, owners: Vec::new(), time: 1_000_000 };
        let ctx = world.ctx(Signer::Protocol);
        for owner in 1u8..=3 {
            let key = SecretKey::from_bytes(Scheme::Ed25519, &[owner; 32]).unwrap().public_key();
            let keys = [NewKey::owner(key)];
            let id = gage_accounts::derive_id(&Hash::ZERO, &keys, 1).unwrap();
            world.owners.push(gage_accounts::open_for_genesis(&mut world.draft, &ctx, id, &keys, 1).unwrap());
        }
        for symbol in ["COIN", "OTHER"] {
            let new =
                NewAsset { symbol: symbol.to_owned(), decimals: 2, kind: AssetKind::Module(MODULE), itemised: false };
            let asset = gage_ledger::create_asset(&mut world.draft, &ctx, new).unwrap();
            for owner in world.owners.clone() {
                gage_ledger::mint(&mut world.draft, &ctx, MODULE, asset, owner, Amount(WEALTH)).unwrap();
            }
        }
        world.govern(Operation::SetRoleTerms(SetRoleTerms { role: Role::Publisher, terms: terms() })).unwrap();
        world
    }

    pub fn ctx(&self, signer: Signer) -> Context<'static> {
        Context { height: Height(1), time: Timestamp(self.time), signer, outputs: &[] }
    }

    pub fn govern(&mut self, operation: Operation) -> Result<(), Error> {
        let ctx = self.ctx(Signer::Governance);
        self.act(|draft| operation.validate().and_then(|()| operation.apply(draft, &ctx)).map(|_| ()))
    }

    pub fn run(&mut self, owner: usize, operation: Operation) -> Result<(), Error> {
        let bytes = borsh::to_vec(&operation).unwrap();
        assert_eq!(borsh::from_slice::<Operation>(&bytes).unwrap(), operation);
        let ctx = self.ctx(Signer::Account(self.owners[owner]));
        self.act(|draft| operation.validate().and_then(|()| operation.apply(draft, &ctx)).map(|_| ()))
    }

    /// Runs an act as `chain` does: an error undoes everything; all invariants after each.
    pub fn act<T>(&mut self, act: impl FnOnce(&mut Draft) -> Result<T, Error>) -> Result<T, Error> {
        let savepoint = self.draft.savepoint();
        let done = act(&mut self.draft);
        if done.is_err() {
            self.draft.undo_to(savepoint);
        }
        gage_ledger::check_invariants(&self.draft).unwrap();
        gage_staking::check_invariants(&self.draft).unwrap();
        gage_staking::check_block(&self.draft).unwrap();
        self.draft.commit();
        done
    }

    pub fn bond(&mut self, owner: usize, purpose: u64, amount: u128) -> Result<(), Error> {
        self.run(owner, Operation::Bond(Bond { role: Role::Publisher, purpose, asset: COIN, amount: Amount(amount) }))
    }

    pub fn unbond(&mut self, owner: usize, bond: u64, amount: u128) -> Result<(), Error> {
        self.run(owner, Operation::Unbond(Unbond { bond: BondId(bond), asset: COIN, amount: Amount(amount) }))
    }

    pub fn claim(&mut self, owner: usize, bond: u64) -> Result<(), Error> {
        self.run(owner, Operation::Claim(Claim { bond: BondId(bond) }))
    }

    pub fn slash(&mut self, bond: u64, fraction: u32, offence: u8, occurred_at: u64) -> Result<Slashed, Error> {
        let evidence = Evidence { module: 5, hash: sha256(&[offence]), occurred_at: Timestamp(occurred_at) };
        let new = NewSlash {
            bond: BondId(bond),
            fraction: Bps(fraction),
            evidence,
            destination: Destination { waterfall: 1 },
        };
        let ctx = self.ctx(Signer::Protocol);
        self.act(|draft| gage_staking::slash(draft, &ctx, &new))
    }

    pub fn bonded(&self, owner: usize, purpose: u64) -> u128 {
        gage_staking::bonded(&self.draft, Role::Publisher, self.owners[owner], purpose).0
    }

    pub fn free(&self, owner: usize) -> u128 {
        gage_ledger::balance(&self.draft, self.owners[owner], COIN).free.0
    }

    pub fn held(&self, owner: usize) -> u128 {
        gage_ledger::balance(&self.draft, self.owners[owner], COIN).held.0
    }
}

/// At least 100; 20 hours to leave, 10 hours of evidence.
pub fn terms() -> RoleTerms {
    RoleTerms { asset: COIN, amount_min: Amount(100), unbonding_ms: 20 * HOUR, evidence_ms: 10 * HOUR }
}
