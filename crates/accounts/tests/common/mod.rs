//! A draft with the accounts tables, keys by number, and short calls.
#![allow(dead_code, clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use gage_accounts::{
    Act, Asked, Authority, By, Change, Class, Context, Demand, Effects, Error, Flow, Group, MODULE, NewKey, Operation,
    Proposal, Role, Signer, authorise, check_invariants, create_tables, judge, open_for_genesis, open_module,
    set_network, standing,
};
use gage_crypto::{AccountId, Hash, KeyId, PublicKey, Scheme, SecretKey};
use gage_store::{Draft, Kind};
use gage_units::{AccountNumber, Amount, AssetId, Height, Timestamp};

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

/// Asset number 1, of which the tests pay.
pub const COIN: AssetId = AssetId(1);

/// A payment, as the chain hands it over: a transfer of the ledger.
pub fn pay(to: u8, amount: u128, before: u128) -> Act {
    let flow = Flow { asset: COIN, to: Some(name(to)), amount: Amount(amount), before: Amount(before) };
    Act { module: 3, verb: 0, flow: Some(flow) }
}

/// The effects of payments, of which `into` came back.
pub fn effects(acts: &[Act], into: u128) -> Effects {
    let out = acts.iter().filter_map(|act| act.flow).map(|flow| flow.amount.0).sum();
    let changes = vec![Change { asset: COIN, out: Amount(out), into: Amount(into) }];
    Effects { acts: acts.to_vec(), changes, reduces: false }
}

/// What the chain does with a transaction of keys: authority, operations of this module, judgement.
pub fn act(
    draft: &mut Draft,
    time: u64,
    account: AccountNumber,
    keys: &[KeyId],
    operations: &[Operation],
    effects: &Effects,
) -> Result<(), Error> {
    let savepoint = draft.savepoint();
    let outcome = try_act(draft, time, account, keys, operations, effects);
    if outcome.is_err() {
        draft.undo_to(savepoint);
    }
    check_invariants(draft).unwrap();
    outcome
}

fn try_act(
    draft: &mut Draft,
    time: u64,
    account: AccountNumber,
    keys: &[KeyId],
    operations: &[Operation],
    effects: &Effects,
) -> Result<(), Error> {
    let ctx = at(time, Signer::Account(account));
    let id = gage_accounts::id_of(draft, account).unwrap();
    let own = operations.iter().map(|op| Asked { module: MODULE, class: op.class(), demand: op.demand() });
    let paid = effects.acts.iter().map(|act| asked(act.module, Class::General));
    let asked: Vec<Asked> = own.chain(paid).collect();
    let nonce = gage_accounts::query::next_nonce(draft, account, 0);
    let granted = authorise(draft, &ctx, &Authority { account: id, keys, nonce, operations: &asked })?;
    let before = standing(draft, account, ctx.time);
    for operation in operations {
        operation.validate()?;
        operation.apply(draft, &ctx)?;
    }
    let effects = Effects { reduces: effects.acts.is_empty(), ..effects.clone() };
    if granted.watched { judge(draft, &ctx, account, By::Keys(keys), before.as_ref(), &effects) } else { Ok(()) }
}

/// What the chain does with a bundle whose turn has come; the bundle is gone in any case.
pub fn run_bundle(
    draft: &mut Draft,
    time: u64,
    number: u64,
    operations: &[Operation],
    effects: &Effects,
) -> Result<(), Error> {
    let bundle = gage_accounts::take(draft, number)?;
    let ctx = at(time, Signer::Account(bundle.account));
    let savepoint = draft.savepoint();
    let outcome = gage_accounts::check_ready(draft, &ctx, &bundle).and_then(|()| {
        let before = standing(draft, bundle.account, ctx.time);
        for operation in operations {
            operation.apply(draft, &ctx)?;
        }
        let effects = Effects { reduces: effects.acts.is_empty(), ..effects.clone() };
        judge(draft, &ctx, bundle.account, By::Bundle(&bundle), before.as_ref(), &effects)
    });
    if outcome.is_err() {
        draft.undo_to(savepoint);
    }
    check_invariants(draft).unwrap();
    outcome
}

/// Proposes by a key whatever the chain would read from `bytes`.
pub fn propose_by(
    draft: &mut Draft,
    time: u64,
    account: AccountNumber,
    key: KeyId,
    bytes: &[u8],
    manages: bool,
    lasts: u64,
) -> Result<u64, Error> {
    let proposal = Proposal {
        version: 1,
        operations: bytes.to_vec(),
        manages,
        not_before: Timestamp(time),
        not_after: Timestamp(time + lasts),
        weight: 1_000,
    };
    gage_accounts::propose(draft, &at(time, Signer::Account(account)), account, key, proposal, &[])
}

/// Approves a bundle by a key with what it holds.
pub fn approve_by(draft: &mut Draft, time: u64, number: u64, key: KeyId) -> Result<(), Error> {
    let bundle = gage_accounts::bundle(draft, number)?.clone();
    let ctx = at(time, Signer::Account(bundle.account));
    gage_accounts::approve(draft, &ctx, bundle.account, number, bundle.hash, &bundle.operations, key)
}

/// The keys with these numbers, ascending, and the weight they must reach.
pub fn group(keys: &[u8], weight: u16) -> Group {
    let mut keys: Vec<KeyId> = keys.iter().map(|n| id(*n)).collect();
    keys.sort_unstable();
    Group { keys, weight }
}
