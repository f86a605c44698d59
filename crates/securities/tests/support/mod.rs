//! A small world: an issuer, verifiers, assets, and operations that undo when they fail.
#![allow(dead_code)]

use gage_accounts::{Context, NewKey, Output, Role, Signer};
use gage_crypto::{AccountId, Hash, Scheme, SecretKey};
use gage_ledger::{AssetKind, NewAsset};
use gage_securities::operations::{
    Attest, MintBacked, NewBackingTerms, RegisterInstrument, SetBackingTerms, SetComposition,
};
use gage_securities::{Error, MODULE, Operation, Part};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Bps, Height, Ratio, Timestamp};

pub const E18: u128 = 1_000_000_000_000_000_000;
pub const DAY: u64 = 86_400_000;
pub const START: u64 = 1_700_000_000_000;

/// Account 0 issues, 1 to 3 verify, 4 holds.
pub struct World {
    pub draft: Draft,
    pub time: u64,
    pub ids: Vec<AccountId>,
    pub accounts: Vec<AccountNumber>,
}

impl World {
    pub fn new() -> World {
        let mut draft = Draft::new(1);
        gage_accounts::create_tables(&mut draft);
        gage_compliance::create_tables(&mut draft);
        gage_ledger::create_tables(&mut draft);
        gage_staking::create_tables(&mut draft);
        gage_oracle::create_tables(&mut draft);
        gage_securities::create_tables(&mut draft);
        gage_accounts::set_network(&mut draft, Hash::ZERO);
        let module =
            |number: u8| (AccountNumber(number.into()), AccountId::module(&Hash::ZERO, &format!("module {number}")));
        for (number, id) in [4, MODULE, 200 % 64].map(module) {
            gage_accounts::open_module(&mut draft, number, id);
        }
        let mut world = World { draft, time: START, ids: Vec::new(), accounts: Vec::new() };
        for place in 1..=5u8 {
            let secret = SecretKey::from_bytes(Scheme::Ed25519, &[place; 32]).unwrap();
            let key = NewKey { public_key: secret.public_key(), weight: 1, role: Role::Owner, expires: None };
            let ctx = world.context(Signer::Protocol);
            let id = AccountId([place; 32]);
            world.accounts.push(gage_accounts::open_for_genesis(&mut world.draft, &ctx, id, &[key], 1).unwrap());
            world.ids.push(id);
        }
        world
    }

    pub fn context(&self, signer: Signer) -> Context<'static> {
        Context { height: Height(1), time: Timestamp(self.time), signer, outputs: &[] }
    }

    pub fn asset(&mut self, kind: AssetKind) -> AssetId {
        let ctx = self.context(Signer::Protocol);
        let new = NewAsset { symbol: "TBILL".to_owned(), decimals: 6, kind, itemised: false };
        gage_ledger::create_asset(&mut self.draft, &ctx, new).unwrap()
    }

    /// An asset that this module mints, with an instrument and 2-of-3 terms.
    pub fn backed(&mut self) -> AssetId {
        let asset = self.asset(AssetKind::Module(MODULE));
        self.govern(Operation::RegisterInstrument(self.instrument(asset, 1))).unwrap();
        self.govern(Operation::SetBackingTerms(self.terms(asset))).unwrap();
        asset
    }

    pub fn instrument(&self, asset: AssetId, version: u32) -> RegisterInstrument {
        RegisterInstrument {
            asset,
            version,
            issuer: self.ids[0],
            name: "US Treasury bills, 3 months".to_owned(),
            isin: None,
            lei: None,
            cfi: None,
            governing_law: "US-NY".to_owned(),
            terms: Hash([9; 32]),
            documents: Vec::new(),
            registrar: None,
            paying_agent: None,
            calculation_agent: None,
        }
    }

    /// The version of an instrument that is registered; 0 without one.
    pub fn version_of(&self, asset: AssetId) -> u32 {
        gage_securities::state::INSTRUMENTS.get(&self.draft, &asset).map_or(0, |record| record.version)
    }

    pub fn terms(&self, asset: AssetId) -> SetBackingTerms {
        let terms = NewBackingTerms {
            description: "Treasury bills at a custodian".to_owned(),
            verifiers: self.ids[1..4].to_vec(),
            threshold: 2,
            validity_ms: 30 * DAY,
            grace_ms: 10 * DAY,
            haircut: Bps(100),
            late_haircut: Bps(2_100),
            quarantine_haircut: Bps(6_000),
        };
        SetBackingTerms { asset, terms: Some(terms) }
    }

    pub fn attest(&mut self, place: usize, asset: AssetId, amount: u128) -> Result<(), Error> {
        let (as_of, expires) = (Timestamp(self.time), Timestamp(self.time + 30 * DAY));
        let attest = Attest { asset, amount: Amount(amount), as_of, expires, evidence: Hash([1; 32]) };
        self.act(place, Operation::Attest(attest)).map(|_| ())
    }

    pub fn mint(&mut self, asset: AssetId, amount: u128) -> Result<Option<Output>, Error> {
        self.act(0, Operation::MintBacked(MintBacked { asset, amount: Amount(amount) }))
    }

    pub fn compose(&mut self, asset: AssetId, parts: &[(AssetId, u128)]) -> Result<(), Error> {
        let parts = parts.iter().map(|(asset, weight)| Part { asset: *asset, weight: Ratio(*weight) }).collect();
        self.govern(Operation::SetComposition(SetComposition { asset, parts })).map(|_| ())
    }

    pub fn act(&mut self, place: usize, operation: Operation) -> Result<Option<Output>, Error> {
        let signer = Signer::Account(self.accounts[place]);
        self.run(signer, operation)
    }

    pub fn govern(&mut self, operation: Operation) -> Result<Option<Output>, Error> {
        self.run(Signer::Governance, operation)
    }

    fn run(&mut self, signer: Signer, operation: Operation) -> Result<Option<Output>, Error> {
        let bytes = borsh::to_vec(&operation).unwrap();
        assert_eq!(borsh::from_slice::<Operation>(&bytes).unwrap(), operation);
        operation.validate()?;
        let savepoint = self.draft.savepoint();
        let ctx = self.context(signer);
        let result = operation.apply(&mut self.draft, &ctx);
        if result.is_err() {
            self.draft.undo_to(savepoint);
        }
        self.check();
        result
    }

    /// Due work of one block, with a budget no day of the tests exceeds.
    pub fn due(&mut self) {
        let ctx = self.context(Signer::Protocol);
        gage_securities::settle_due(&mut self.draft, &ctx, &mut 10_000_000).unwrap();
        self.check();
    }

    /// The names of the events since the last call, and nothing of the ledger's.
    pub fn events(&mut self) -> Vec<gage_securities::Event> {
        let events = self.draft.take_events();
        let own = events.iter().filter(|(module, _)| *module == MODULE);
        own.map(|(_, bytes)| borsh::from_slice(bytes).unwrap()).collect()
    }

    fn check(&self) {
        gage_securities::check_block(&self.draft).unwrap();
        gage_securities::check_invariants(&self.draft).unwrap();
        gage_ledger::check_invariants(&self.draft).unwrap();
    }
}
