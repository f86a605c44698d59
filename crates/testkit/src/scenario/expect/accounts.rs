//! Bundles: `bundle-0 votes 2`, `bundle-0 current`, `bundle-0 void`, `bundle-0 gone`, `ran Done`; and what
//! bounds an account: `treasury most 2 keys in 1d 100 ETH`, `treasury most 2 keys in 1d all ETH`.

use gage_accounts::{Question, policy_proof, query};

use crate::scenario::number::{duration_ms, numbered};
use crate::scenario::verbs::asset;
use crate::scenario::world::{World, outcome};

/// Checks what is said of a bundle.
pub fn bundle(world: &World, subject: &str, rest: &[&str]) -> Result<(), String> {
    let view = query::bundle(world.draft(), numbered(subject, "bundle")?);
    if let ["gone"] = rest {
        return if view.is_err() { Ok(()) } else { Err("the bundle is there".to_owned()) };
    }
    let view = view.map_err(|error| error.to_string())?;
    match *rest {
        ["current"] if view.current => Ok(()),
        ["void"] if !view.current => Ok(()),
        ["current" | "void"] => Err(format!("current: {}", view.current)),
        ["votes", ref rest @ ..] => super::compare(view.bundle.votes.len() as u128, rest, 0),
        _ => Err(format!("a bundle has no `{}`", rest.join(" "))),
    }
}

/// The outcomes of the bundles that ran in the last block, in their order.
pub fn ran(world: &World, expected: &[&str]) -> Result<(), String> {
    let last = world.played.last();
    let receipts = last.map(|(_, result)| result.receipts.iter().take(result.bundles)).into_iter().flatten();
    let (names, sentences): (Vec<String>, Vec<String>) = receipts.map(outcome).unzip();
    if names == expected { Ok(()) } else { Err(format!("ran: {} ({})", names.join(" "), sentences.join(" "))) }
}

/// `most 2 keys in 1d 100 ETH`: the most that any two keys can move in a day.
pub fn most(world: &World, name: &str, words: &[&str]) -> Result<(), String> {
    let [count, "keys" | "key", "in", time, ref rest @ .., symbol] = *words else {
        return Err("a bound is `treasury most 2 keys in 1d 100 ETH`".to_owned());
    };
    let (asset, decimals) = asset(symbol)?;
    let keys = count.parse().map_err(|_| format!("`{count}` is no number of keys"))?;
    let question = Question { asset, keys, time_ms: duration_ms(time)? };
    let answer = policy_proof(world.draft(), world.time(), &world.account(name)?, question);
    let answer = answer.map_err(|error| error.to_string())?;
    match (answer.most, rest) {
        (None, ["all"]) => Ok(()),
        (Some(most), _) => super::compare(most.0, rest, decimals),
        (None, _) => Err(format!("nothing bounds it but the balance: {:?}", answer.bound)),
    }
}
