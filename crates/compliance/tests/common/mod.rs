//! A small world: accounts by number, an asset, and short calls.
#![allow(dead_code, clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use gage_accounts::{Context, NewKey, Signer};
use gage_compliance::operations::{
    FreezeAccount, IssueClaim, OpenIdentity, RevokeClaim, SetRequirements, SetTrustedIssuers, SetVenues,
};
use gage_compliance::rule::{ClaimMatch, Condition, Requirement, Scope, ScopeMatch, Test, Topic};
use gage_compliance::{
    Clause, Denial, Error, Force, HolderChange, IdentityId, Jurisdiction, Operation, Reason, Stops, check,
    check_invariants, identity_of, register,
};
use gage_crypto::{AccountId, Hash, Scheme, SecretKey};
use gage_store::{Draft, Kind};
use gage_units::{AccountNumber, Amount, AssetId, Height, Timestamp};

/// The asset under rules.
pub const BOND: AssetId = AssetId(3);
/// An asset without rules.
pub const CASH: AssetId = AssetId(1);
/// The account of the auctions module.
pub const AUCTIONS: AccountNumber = AccountNumber(7);

pub fn name(n: u8) -> AccountId {
    AccountId([n; 32])
}

/// The number of user account `n`, counted from zero.
pub fn number(n: u8) -> AccountNumber {
    AccountNumber(64 + u32::from(n))
}

pub fn reason() -> Reason {
    "court order 7".parse().unwrap()
}

pub struct World {
    pub draft: Draft,
    pub now: u64,
}

impl World {
    /// Ten accounts. 0 is the bond's agent, 1 issues claims, 2 issues other claims.
    pub fn new() -> World {
        let mut draft = Draft::new(5);
        gage_accounts::create_tables(&mut draft);
        gage_compliance::create_tables(&mut draft);
        gage_accounts::set_network(&mut draft, Hash([1; 32]));
        gage_accounts::open_module(&mut draft, AUCTIONS, AccountId([0xff; 32]));
        let ctx = Context { height: Height(0), time: Timestamp(0), signer: Signer::Protocol, outputs: &[] };
        let key = SecretKey::from_bytes(Scheme::Ed25519, &[1; 32]).unwrap().public_key();
        for n in 0..10 {
            gage_accounts::open_for_genesis(&mut draft, &ctx, name(n), &[NewKey::owner(key)], 1).unwrap();
        }
        register(&mut draft, CASH, None);
        register(&mut draft, BOND, Some(number(0)));
        World { draft, now: 1_000 }
    }

    pub fn ctx(&self, signer: Signer) -> Context<'static> {
        Context { height: Height(1), time: Timestamp(self.now), signer, outputs: &[] }
    }

    /// Validates and applies; undoes on error; audits in any case.
    pub fn run(&mut self, signer: Signer, operation: Operation) -> Result<(), Error> {
        let savepoint = self.draft.savepoint();
        let ctx = self.ctx(signer);
        let outcome = operation.validate().and_then(|()| operation.apply(&mut self.draft, &ctx).map(|_| ()));
        if outcome.is_err() {
            self.draft.undo_to(savepoint);
        }
        check_invariants(&self.draft).unwrap();
        outcome
    }

    pub fn by(&mut self, n: u8, operation: Operation) -> Result<(), Error> {
        self.run(Signer::Account(number(n)), operation)
    }

    pub fn governance(&mut self, operation: Operation) -> Result<(), Error> {
        self.run(Signer::Governance, operation)
    }

    /// Opens an identity for account `n`.
    pub fn identity(&mut self, n: u8) -> IdentityId {
        self.by(n, Operation::OpenIdentity(OpenIdentity {})).unwrap();
        identity_of(&self.draft, number(n)).unwrap()
    }

    /// Issuer 1 claims a topic about the identity of account `n`.
    pub fn claim(&mut self, n: u8, topic: Topic, country: Option<&str>, expires: Option<u64>) {
        let operation = self.issue(n, topic, country, expires);
        self.by(1, Operation::IssueClaim(operation)).unwrap();
    }

    pub fn issue(&self, n: u8, topic: Topic, country: Option<&str>, expires: Option<u64>) -> IssueClaim {
        IssueClaim {
            subject: identity_of(&self.draft, number(n)).unwrap(),
            topic,
            scope: Scope::Identity,
            jurisdiction: country.map(|text| text.parse().unwrap()),
            issued: Timestamp(self.now),
            expires: expires.map(Timestamp),
            evidence: None,
        }
    }

    pub fn revoke(&mut self, n: u8, topic: Topic, country: Option<&str>) -> Result<(), Error> {
        let IssueClaim { subject, topic, scope, jurisdiction, .. } = self.issue(n, topic, country, None);
        self.by(1, Operation::RevokeClaim(RevokeClaim { subject, topic, scope, jurisdiction }))
    }

    pub fn trust(&mut self, asset: Option<AssetId>, topic: Topic, issuers: &[u8]) {
        let issuers = issuers.iter().map(|n| name(*n)).collect();
        self.governance(Operation::SetTrustedIssuers(SetTrustedIssuers { asset, topic, issuers })).unwrap();
    }

    /// The agent sets what the bond asks for.
    pub fn require(&mut self, requirements: Vec<Requirement<AccountId>>) {
        self.by(0, Operation::SetRequirements(SetRequirements { asset: BOND, requirements })).unwrap();
    }

    pub fn venues(&mut self, venues: Option<Vec<u8>>) {
        self.by(0, Operation::SetVenues(SetVenues { asset: BOND, venues })).unwrap();
    }

    pub fn freeze(&self, n: u8, asset: Option<AssetId>, stops: Stops, until: Option<u64>) -> Operation {
        let until = until.map(Timestamp);
        Operation::FreezeAccount(FreezeAccount { account: name(n), asset, stops, until, reason: reason() })
    }

    pub fn check(&self, changes: &[HolderChange], force: Force) -> Result<(), Box<Denial>> {
        check(&self.draft, &self.ctx(Signer::Protocol), changes, force)
    }

    /// Moves a bond from account `from` to account `to`; the clauses that refuse it.
    pub fn transfer(&self, from: u8, to: u8) -> Vec<Clause> {
        self.clauses(&[sends(number(from), BOND), receives(number(to), BOND)], Force::Holder)
    }

    pub fn clauses(&self, changes: &[HolderChange], force: Force) -> Vec<Clause> {
        let denial = self.check(changes, force).err();
        denial.map_or(Vec::new(), |denial| denial.clauses.iter().map(|clause| clause.clause).collect())
    }
}

pub fn sends(account: AccountNumber, asset: AssetId) -> HolderChange {
    HolderChange { account, asset, before: Amount(10), after: Amount(4) }
}

pub fn receives(account: AccountNumber, asset: AssetId) -> HolderChange {
    HolderChange { account, asset, before: Amount(0), after: Amount(6) }
}

pub fn claim(topic: Topic) -> ClaimMatch {
    ClaimMatch { topic, scope: ScopeMatch::General, jurisdiction: None }
}

pub fn resident(country: &str) -> ClaimMatch {
    ClaimMatch { jurisdiction: Some(country.parse::<Jurisdiction>().unwrap()), ..claim(Topic::Resident) }
}

pub fn has(one: ClaimMatch) -> Condition<AccountId> {
    Condition { test: Test::Present(one), issuers: Vec::new() }
}

pub fn lacks(one: ClaimMatch) -> Condition<AccountId> {
    Condition { test: Test::Absent(one), issuers: Vec::new() }
}

pub fn any_of(list: &[ClaimMatch]) -> Condition<AccountId> {
    Condition { test: Test::AnyOf(list.to_vec()), issuers: Vec::new() }
}

pub fn none_of(list: &[ClaimMatch]) -> Condition<AccountId> {
    Condition { test: Test::NoneOf(list.to_vec()), issuers: Vec::new() }
}

/// All records of a kind, as bytes.
pub fn content(draft: &Draft, kind: Kind) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut records = Vec::new();
    draft.visit(kind, |key, value| records.push((key.to_vec(), value.to_vec())));
    records
}
