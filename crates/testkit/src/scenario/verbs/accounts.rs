//! What an account asks of its own rules: `treasury/alice,bob` is the account `treasury`, signed by the keys
//! of alice and bob. A key is the key of whoever bears its name.
//!
//! | step | operation |
//! |---|---|
//! | `add-key treasury carol approver 1` | a key with a role and a weight |
//! | `rotate-key treasury carol dave`, `remove-key treasury carol`, `threshold treasury 2` | |
//! | `session treasury carol 1h ledger:general 100 ETH per 1d`, `close-session treasury carol` | a key that signs alone |
//! | `policy treasury {...}` | its rules, in JSON, with `$key-carol` for key identifiers |
//! | `breaker treasury 100 ETH per 1d refuse`, `... queue 2d`, `breaker treasury ETH none` | |
//! | `guardians treasury 2 3d gina hugo` | two of them replace keys after three days |
//! | `propose-bundle treasury/alice 2h transfer treasury bob 5 ETH` | a bundle whose window ends in two hours |
//! | `approve treasury/bob bundle-0`, `execute treasury/bob bundle-0`, `reject treasury/bob bundle-0` | |
//! | `veto gina bundle-0`, `veto gina decision-0` | as guardian; of the governing account, what it scheduled |
//! | `freeze treasury/alice`, `thaw treasury`, `freeze-ward gina treasury` | |
//! | `recover gina treasury dave`, `finish-recovery gina treasury`, `cancel-recovery treasury` | |

use gage_accounts::operations::{
    AddKey, CancelRecovery, CloseSession, ExecuteBundle, FinishRecovery, FreezeSelf, FreezeWard, OpenSession,
    RejectBundle, RemoveKey, RotateKey, SetBreaker, SetGuardians, SetPolicy, SetThreshold, StartRecovery, Thaw,
    VetoBundle,
};
use gage_accounts::{Breaker, Class, Grant, NewKey, Operation as Accounts, Role, SessionLimit, Tripped, query};
use gage_chain::{ApproveBundle, ChainOperation, Operation, ProposeBundle, VetoDecision};
use gage_crypto::KeyId;
use gage_units::{Amount, Timestamp};

use super::{Asked, asset, exact};
use crate::scenario::number::{duration_ms, numbered};
use crate::scenario::stage;
use crate::scenario::world::World;

/// The words with which a step of an account begins.
pub const WORDS: [&str; 20] = [
    "add-key",
    "rotate-key",
    "remove-key",
    "threshold",
    "session",
    "policy",
    "breaker",
    "guardians",
    "freeze",
    "freeze-ward",
    "thaw",
    "recover",
    "finish-recovery",
    "cancel-recovery",
    "propose-bundle",
    "approve",
    "execute",
    "reject",
    "veto",
    "close-session",
];

/// Reads the words of one operation.
pub fn read(world: &World, words: &[&str]) -> Result<Asked, String> {
    let by = |who: &str, operation| Ok((who.to_owned(), Operation::Accounts(operation)));
    match *words {
        ["add-key", who, name, role, weight] => {
            let weight = weight.parse().map_err(|_| format!("`{weight}` is no weight"))?;
            let key = NewKey { weight, role: self::role(role)?, ..stage::first_key(name) };
            by(who, Accounts::AddKey(AddKey { key }))
        }
        ["rotate-key", who, old, new] => {
            let new = stage::secret(new).public_key();
            by(who, Accounts::RotateKey(RotateKey { old: key(old), new, expires: None }))
        }
        ["remove-key", who, name] => by(who, Accounts::RemoveKey(RemoveKey { key: key(name) })),
        ["threshold", who, threshold] => {
            let threshold = threshold.parse().map_err(|_| format!("`{threshold}` is no threshold"))?;
            by(who, Accounts::SetThreshold(SetThreshold { threshold }))
        }
        ["session", who, name, lasts, grant, ref limit @ ..] => {
            by(who, Accounts::OpenSession(session(world, name, lasts, grant, limit)?))
        }
        ["close-session", who, name] => by(who, Accounts::CloseSession(CloseSession { key: key(name) })),
        ["policy", who, ref json @ ..] => {
            let json = world.identifiers(&json.join(" "))?;
            let policy = serde_json::from_str(&json).map_err(|error| format!("no policy: {error}"))?;
            by(who, Accounts::SetPolicy(SetPolicy { policy }))
        }
        ["breaker", who, symbol, "none"] => {
            by(who, Accounts::SetBreaker(SetBreaker { asset: asset(symbol)?.0, breaker: None }))
        }
        ["breaker", who, count, symbol, "per", window, ref beyond @ ..] => {
            let (limit, asset) = exact(count, symbol)?;
            let beyond = match *beyond {
                ["refuse"] => Tripped::Refuse,
                ["queue", delay] => Tripped::Queue { delay_ms: duration_ms(delay)? },
                _ => return Err("a breaker ends in `refuse` or `queue 2d`".to_owned()),
            };
            let breaker = Some(Breaker { limit, window_ms: duration_ms(window)?, beyond });
            by(who, Accounts::SetBreaker(SetBreaker { asset, breaker }))
        }
        ["guardians", who, threshold, delay, ref names @ ..] => {
            let guardians = names.iter().map(|name| world.account(name)).collect::<Result<_, _>>()?;
            let threshold = threshold.parse().map_err(|_| format!("`{threshold}` is no threshold"))?;
            let delay_ms = duration_ms(delay)?;
            by(who, Accounts::SetGuardians(SetGuardians { guardians, threshold, delay_ms }))
        }
        ["freeze", who] => by(who, Accounts::FreezeSelf(FreezeSelf { key: signer(who) })),
        ["freeze-ward", who, ward] => by(who, Accounts::FreezeWard(FreezeWard { account: world.account(ward)? })),
        ["thaw", who] => by(who, Accounts::Thaw(Thaw {})),
        ["recover", who, ward, name] => {
            let (account, keys) = (world.account(ward)?, vec![stage::first_key(name)]);
            by(who, Accounts::StartRecovery(StartRecovery { account, keys, threshold: 1 }))
        }
        ["finish-recovery", who, ward] => {
            by(who, Accounts::FinishRecovery(FinishRecovery { account: world.account(ward)? }))
        }
        ["cancel-recovery", who] => by(who, Accounts::CancelRecovery(CancelRecovery {})),
        _ => bundle(world, words),
    }
}

fn bundle(world: &World, words: &[&str]) -> Result<Asked, String> {
    let number = |text: &str| numbered(text, "bundle");
    let (who, operation) = match *words {
        ["propose-bundle", who, lasts, ref rest @ ..] => {
            let (_, operation) = super::read(world, rest)?;
            let operations = borsh::to_vec(&vec![operation]).map_err(|error| error.to_string())?;
            let now = world.next_time();
            let not_after = Timestamp(now.0 + duration_ms(lasts)?);
            let propose = ProposeBundle { operations, not_before: now, not_after, key: signer(who) };
            (who, Operation::Chain(ChainOperation::ProposeBundle(propose)))
        }
        ["approve", who, bundle] => {
            let bundle = number(bundle)?;
            let (hash, operations) = world.bundle(bundle)?;
            let approve = ApproveBundle { bundle, hash, operations, key: signer(who) };
            (who, Operation::Chain(ChainOperation::ApproveBundle(approve)))
        }
        ["execute", who, bundle] => {
            let execute = ExecuteBundle { bundle: number(bundle)?, key: signer(who) };
            (who, Operation::Accounts(Accounts::ExecuteBundle(execute)))
        }
        ["reject", who, bundle] => {
            let reject = RejectBundle { bundle: number(bundle)?, key: signer(who) };
            (who, Operation::Accounts(Accounts::RejectBundle(reject)))
        }
        ["veto", who, decision] if decision.starts_with("decision-") => {
            let veto = VetoDecision { bundle: numbered(decision, "decision")? };
            (who, Operation::Chain(ChainOperation::VetoDecision(veto)))
        }
        ["veto", who, bundle] => {
            (who, Operation::Accounts(Accounts::VetoBundle(VetoBundle { bundle: number(bundle)? })))
        }
        _ => return Err(format!("`{}` is no step of an account", words.join(" "))),
    };
    Ok((who.to_owned(), operation))
}

/// The key of whoever bears this name.
pub fn key(name: &str) -> KeyId {
    stage::secret(name).public_key().id()
}

/// The first key that signs for `treasury/alice,bob`.
fn signer(who: &str) -> KeyId {
    let (account, keys) = who.split_once('/').unwrap_or((who, who));
    key(keys.split(',').next().unwrap_or(account))
}

fn role(word: &str) -> Result<Role, String> {
    serde_json::from_value(word.into()).map_err(|_| format!("`{word}` is no role"))
}

/// `ledger:general`, then `100 ETH per 1d`.
fn session(world: &World, name: &str, lasts: &str, grant: &str, limit: &[&str]) -> Result<OpenSession, String> {
    let (module, class) = grant.split_once(':').ok_or("a grant is `ledger:general`")?;
    let module = match module {
        "ledger" => gage_ledger::MODULE,
        "vaults" => gage_vaults::MODULE,
        _ => return Err(format!("no session is for `{module}`")),
    };
    let class: Class = serde_json::from_value(class.into()).map_err(|_| format!("`{class}` is no class"))?;
    let limits = match *limit {
        [] => Vec::new(),
        [count, symbol, "per", window] => {
            let (amount, asset) = exact(count, symbol)?;
            vec![SessionLimit { asset, amount: Amount(amount.0), window_ms: duration_ms(window)? }]
        }
        _ => return Err("a limit is `100 ETH per 1d`".to_owned()),
    };
    let expires = Timestamp(world.next_time().0 + duration_ms(lasts)?);
    let scope = vec![Grant { module, classes: vec![class] }];
    Ok(OpenSession { key: stage::secret(name).public_key(), scope, expires, limits })
}

impl World {
    /// Hash and bytes of a bundle as it was proposed, or as one that is gone was known.
    fn bundle(&self, number: u64) -> Result<(gage_crypto::Hash, Vec<u8>), String> {
        let view = query::bundle(self.draft(), number).map_err(|error| error.to_string())?;
        Ok((view.bundle.hash, view.bundle.operations))
    }
}
