//! A draft with the accounts tables, keys by number, and short calls.
#![allow(dead_code, clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use gage_accounts::{
    Asked, Authority, Class, Context, Demand, Error, MODULE, NewKey, Operation, Role, Signer, authorise,
    check_invariants, create_tables, open_for_genesis, open_module, set_network,
};
use gage_crypto::{AccountId, Hash, KeyId, PublicKey, Scheme, SecretKey};
use gage_store::{Draft, Kind};
use gage_units::{AccountNumber, Height, Timestamp};

pub const GENESIS: Hash = Hash([9; 32]);

/// The public key number `n`, of one scheme after the other.
pub fn public(n: u8) -> PublicKey {
    let scheme = Scheme::ALL[usize::from(n) % 4];
    SecretKey::from_bytes(scheme, &[n + 1; 32]).unwrap().public_key()
}

pub fn id(n: u8) -> KeyId {
    public(n).id()
}

pub fn owner(n: u8) -> NewKey {
    NewKey::owner(public(n))
}

pub fn operator(n: u8) -> NewKey {
    NewKey { role: Role::Operator, ..owner(n) }
}

pub fn name(n: u8) -> AccountId {
    AccountId([n; 32])
}

pub fn draft() -> Draft {
    let mut draft = Draft::new(3);
    create_tables(&mut draft);
    set_network(&mut draft, GENESIS);
    open_module(&mut draft, AccountNumber(7), AccountId::module(&GENESIS, "auctions"));
    draft
}

pub fn at(time: u64, signer: Signer) -> Context<'static> {
    Context { height: Height(1), time: Timestamp(time), signer, outputs: &[] }
}

pub fn open(draft: &mut Draft, n: u8, keys: &[NewKey], threshold: u16) -> Result<AccountNumber, Error> {
    open_for_genesis(draft, &at(0, Signer::Protocol), name(n), keys, threshold)
}

/// Validates and applies; undoes on error; audits in any case.
pub fn run(draft: &mut Draft, account: AccountNumber, time: u64, operation: &Operation) -> Result<(), Error> {
    let savepoint = draft.savepoint();
    let ctx = at(time, Signer::Account(account));
    let outcome = operation.validate().and_then(|()| operation.apply(draft, &ctx).map(|_| ()));
    if outcome.is_err() {
        draft.undo_to(savepoint);
    }
    check_invariants(draft).unwrap();
    outcome
}

pub const MANAGE: (u8, Class) = (MODULE, Class::General);
pub const TRANSFER: (u8, Class) = (3, Class::General);
pub const REPAY: (u8, Class) = (10, Class::Reduce);

/// Authorises account name `n` with the keys, nonce and operations.
pub fn sign(
    draft: &mut Draft,
    time: u64,
    n: u8,
    keys: &[KeyId],
    nonce: u64,
    operations: &[(u8, Class)],
) -> Result<AccountNumber, Error> {
    let asked: Vec<Asked> = operations.iter().map(|(module, class)| asked(*module, *class)).collect();
    let authority = Authority { account: name(n), keys, nonce, operations: &asked };
    let outcome = authorise(draft, &at(time, Signer::Protocol), &authority);
    check_invariants(draft).unwrap();
    outcome.map(|granted| granted.account)
}

/// An operation that only its module tells about: those of this one need the owners.
pub fn asked(module: u8, class: Class) -> Asked {
    let demand = if module == MODULE { Demand::Owners } else { Demand::Threshold };
    Asked { module, class, demand }
}

/// All records of a kind, as bytes.
pub fn content(draft: &Draft, kind: Kind) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut records = Vec::new();
    draft.visit(kind, |key, value| records.push((key.to_vec(), value.to_vec())));
    records
}
