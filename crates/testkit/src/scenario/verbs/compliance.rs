//! Who may hold what, and what issuers may do.
//!
//! | step | operation |
//! |---|---|
//! | `identity alice`, `invite alice alice-2 1h`, `join alice-2 alice` | identities |
//! | `vouch notary alice resident US [in 1h] [for 10d]`, `revoke notary alice resident US` | claims |
//! | `trust bank SHARE kyc notary other` | whose claims count for an asset |
//! | `require bank SHARE from kyc to kyc and not resident US or from anyone to accredited` | requirements |
//! | `count bank SHARE by accredited resident` | from the first unit on |
//! | `caps bank SHARE holders 99; each at-most 5; not resident US at-most 49%; exempt bank` | all caps |
//! | `refresh bob SHARE alice` | counts a holder anew |
//! | `mint-locked bank alice 5 SHARE 40d`, `transfer-locked bank alice 5 SHARE 40d` | lots |
//! | `freeze-holder bank alice SHARE both`, `unfreeze-holder bank alice SHARE` | an account in an asset |
//! | `freeze-part bank alice 5 SHARE`, `unfreeze-part bank alice 5 SHARE` | an amount |
//! | `force bank alice frozen bob 5 SHARE`, `recover-holdings bank alice alice-2 SHARE` | orders |

use gage_chain::Operation;
use gage_compliance::operations as rules;
use gage_compliance::rule::{ClaimMatch, Condition, Requirement, Scope, ScopeMatch, Test, Topic};
use gage_compliance::{
    Caps, ClaimCap, ClaimValue, Group, IdentityId, Jurisdiction, Operation as Compliance, Reason, Stops,
};
use gage_crypto::AccountId;
use gage_ledger::operations::{
    CountHolders, ForcedTransfer, FreezePart, MintLocked, RecoverHoldings, TransferLocked, UnfreezePart,
};
use gage_ledger::{Operation as Ledger, Part};
use gage_units::{Amount, Bps, Timestamp};

use super::{Asked, asset, exact};
use crate::scenario::number::{amount, duration_ms};
use crate::scenario::world::World;

/// The first words of the steps that are read here.
pub fn reads(word: &str) -> bool {
    const WORDS: [&str; 18] = [
        "identity",
        "invite",
        "join",
        "vouch",
        "revoke",
        "trust",
        "require",
        "count",
        "caps",
        "refresh",
        "mint-locked",
        "transfer-locked",
        "freeze-holder",
        "unfreeze-holder",
        "freeze-part",
        "unfreeze-part",
        "force",
        "recover-holdings",
    ];
    WORDS.contains(&word)
}

/// Reads the words of one operation.
pub fn read(world: &World, words: &[&str]) -> Result<Asked, String> {
    let (from, operation) = match *words {
        ["identity" | "invite" | "join" | "vouch" | "revoke", from, ref rest @ ..] => {
            (from, Operation::Compliance(person(world, words[0], rest)?))
        }
        ["trust" | "require" | "caps" | "refresh" | "freeze-holder" | "unfreeze-holder", from, ref rest @ ..] => {
            (from, Operation::Compliance(rule(world, words[0], rest)?))
        }
        [verb, from, ref rest @ ..] => (from, Operation::Ledger(order(world, verb, rest)?)),
        _ => return Err(format!("`{}` is no step", words.join(" "))),
    };
    Ok((from.to_owned(), operation))
}

/// The identity of somebody.
pub fn identity(world: &World, name: &str) -> Result<IdentityId, String> {
    let number = gage_accounts::resolve(world.draft(), &world.account(name)?).map_err(|error| error.to_string())?;
    gage_compliance::identity_of(world.draft(), number).ok_or_else(|| format!("{name} belongs to no identity"))
}

fn in_future(world: &World, text: &str) -> Result<Timestamp, String> {
    Ok(Timestamp(world.next_time().0 + duration_ms(text)?))
}

fn person(world: &World, verb: &str, rest: &[&str]) -> Result<Compliance, String> {
    match (verb, rest) {
        ("identity", []) => Ok(Compliance::OpenIdentity(rules::OpenIdentity {})),
        ("invite", [whom, time]) => {
            let (account, expires) = (world.account(whom)?, in_future(world, time)?);
            Ok(Compliance::InviteAccount(rules::InviteAccount { account, expires }))
        }
        ("join", [whose]) => Ok(Compliance::JoinIdentity(rules::JoinIdentity { identity: identity(world, whose)? })),
        ("vouch", [whom, rest @ ..]) => {
            let (claim, mut rest) = claim(rest)?;
            let (mut issued, mut expires) = (world.next_time(), None);
            while let [word, time, more @ ..] = rest {
                match *word {
                    "in" => issued = in_future(world, time)?,
                    "for" => expires = Some(in_future(world, time)?),
                    _ => return Err(format!("`{word}` is no detail of a claim")),
                }
                rest = more;
            }
            let (subject, scope, evidence) = (identity(world, whom)?, Scope::Identity, None);
            let ClaimMatch { topic, jurisdiction, .. } = claim;
            let issue = rules::IssueClaim { subject, topic, scope, jurisdiction, issued, expires, evidence };
            Ok(Compliance::IssueClaim(issue))
        }
        ("revoke", [whom, rest @ ..]) => {
            let (ClaimMatch { topic, jurisdiction, .. }, []) = claim(rest)? else {
                return Err("a claim is `resident US`".to_owned());
            };
            let (subject, scope) = (identity(world, whom)?, Scope::Identity);
            Ok(Compliance::RevokeClaim(rules::RevokeClaim { subject, topic, scope, jurisdiction }))
        }
        _ => Err(format!("`{verb} {}` is not understood", rest.join(" "))),
    }
}

fn rule(world: &World, verb: &str, rest: &[&str]) -> Result<Compliance, String> {
    let reason = || reason(verb);
    match (verb, rest) {
        ("trust", [symbol, topic_name, issuers @ ..]) => {
            let (asset, topic) = (Some(asset(symbol)?.0), topic(topic_name)?);
            let issuers = issuers.iter().map(|name| world.account(name)).collect::<Result<Vec<_>, _>>()?;
            Ok(Compliance::SetTrustedIssuers(rules::SetTrustedIssuers { asset, topic, issuers }))
        }
        ("require", [symbol, rest @ ..]) => {
            let alternatives = rest.split(|word| *word == "or").filter(|words| !words.is_empty());
            let requirements = alternatives.map(requirement).collect::<Result<Vec<_>, _>>()?;
            let asset = asset(symbol)?.0;
            Ok(Compliance::SetRequirements(rules::SetRequirements { asset, requirements }))
        }
        ("caps", [symbol, rest @ ..]) => {
            let (asset, decimals) = asset(symbol)?;
            let mut caps = Caps::default();
            for part in rest.join(" ").split(';').filter(|part| *part != "none") {
                cap(world, &mut caps, &part.split_whitespace().collect::<Vec<_>>(), decimals)?;
            }
            Ok(Compliance::SetCaps(rules::SetCaps { asset, caps }))
        }
        ("refresh", [symbol, names @ ..]) => {
            let identities = names.iter().map(|name| identity(world, name)).collect::<Result<Vec<_>, _>>()?;
            Ok(Compliance::RefreshHolders(rules::RefreshHolders { asset: asset(symbol)?.0, identities }))
        }
        ("freeze-holder", [whom, symbol, stops]) => {
            let stops = if *stops == "both" { Stops::Both } else { Stops::Sending };
            let (account, asset, until) = (world.account(whom)?, Some(asset(symbol)?.0), None);
            let reason = reason();
            Ok(Compliance::FreezeAccount(rules::FreezeAccount { account, asset, stops, until, reason }))
        }
        ("unfreeze-holder", [whom, symbol]) => {
            let (account, asset) = (world.account(whom)?, Some(asset(symbol)?.0));
            Ok(Compliance::UnfreezeAccount(rules::UnfreezeAccount { account, asset, reason: reason() }))
        }
        _ => Err(format!("`{verb} {}` is not understood", rest.join(" "))),
    }
}

fn order(world: &World, verb: &str, rest: &[&str]) -> Result<Ledger, String> {
    let reason = reason(verb);
    match (verb, rest) {
        ("count", [symbol, rest @ ..]) => {
            let topics = rest.iter().filter(|word| **word != "by").map(|name| topic(name));
            let (asset, topics) = (asset(symbol)?.0, topics.collect::<Result<Vec<_>, _>>()?);
            Ok(Ledger::CountHolders(CountHolders { asset, topics }))
        }
        ("mint-locked", [to, count, symbol, time]) => {
            let ((amount, asset), to) = (exact(count, symbol)?, world.account(to)?);
            Ok(Ledger::MintLocked(MintLocked { asset, to, amount, release: in_future(world, time)? }))
        }
        ("transfer-locked", [to, count, symbol, time]) => {
            let ((amount, asset), to) = (exact(count, symbol)?, world.account(to)?);
            Ok(Ledger::TransferLocked(TransferLocked { asset, to, amount, release: in_future(world, time)? }))
        }
        ("freeze-part", [whom, count, symbol]) => {
            let ((amount, asset), account, item) = (exact(count, symbol)?, world.account(whom)?, None);
            Ok(Ledger::FreezePart(FreezePart { account, asset, item, amount, reason }))
        }
        ("unfreeze-part", [whom, count, symbol]) => {
            let ((amount, asset), account, item) = (exact(count, symbol)?, world.account(whom)?, None);
            Ok(Ledger::UnfreezePart(UnfreezePart { account, asset, item, amount, reason }))
        }
        ("force", [from, part, to, count, symbol]) => {
            let ((amount, asset), item) = (exact(count, symbol)?, None);
            let part = match *part {
                "free" => Part::Free,
                "frozen" => Part::Frozen,
                "held" => Part::Held,
                "pledged" => Part::Pledged,
                _ => return Err(format!("`{part}` is no part")),
            };
            let (from, to) = (world.account(from)?, world.account(to)?);
            Ok(Ledger::ForcedTransfer(ForcedTransfer { asset, item, from, part, to, amount, reason }))
        }
        ("recover-holdings", [from, to, symbol]) => {
            let (asset, item) = (asset(symbol)?.0, None);
            let (from, to) = (world.account(from)?, world.account(to)?);
            Ok(Ledger::RecoverHoldings(RecoverHoldings { asset, item, from, to, reason }))
        }
        _ => Err(format!("`{verb} {}` is not understood", rest.join(" "))),
    }
}

fn reason(verb: &str) -> Reason {
    format!("{verb} by order 7").parse().expect("verbs are printable")
}

/// A topic by its name.
pub fn topic(name: &str) -> Result<Topic, String> {
    serde_json::from_value(serde_json::Value::String(name.replace('-', "_")))
        .map_err(|_| format!("there is no topic {name}"))
}

/// `resident US`, `accredited`, and what follows.
fn claim<'w, 't>(words: &'w [&'t str]) -> Result<(ClaimMatch, &'w [&'t str]), String> {
    let [name, rest @ ..] = words else { return Err("a claim is missing".to_owned()) };
    let (topic, scope) = (topic(name)?, ScopeMatch::General);
    let country = rest.first().and_then(|word| word.parse::<Jurisdiction>().ok());
    let rest = if country.is_some() { rest.get(1..).unwrap_or_default() } else { rest };
    Ok((ClaimMatch { topic, scope, jurisdiction: country }, rest))
}

/// `from kyc and accredited to not resident US`.
fn requirement(words: &[&str]) -> Result<Requirement<AccountId>, String> {
    let bad = || format!("`{}` is no requirement: from ... to ...", words.join(" "));
    let ["from", rest @ ..] = words else { return Err(bad()) };
    let to = rest.iter().position(|word| *word == "to").ok_or_else(bad)?;
    let (sender, receiver) = rest.split_at(to);
    Ok(Requirement { sender: conditions(sender)?, receiver: conditions(receiver.get(1..).unwrap_or_default())? })
}

fn conditions(words: &[&str]) -> Result<Vec<Condition<AccountId>>, String> {
    if words == ["anyone"] {
        return Ok(Vec::new());
    }
    let condition = |words: &[&str]| -> Result<Condition<AccountId>, String> {
        let (absent, words) = match words {
            ["not", rest @ ..] => (true, rest),
            _ => (false, words),
        };
        let (one, []) = claim(words)? else { return Err(format!("`{}` is no claim", words.join(" "))) };
        Ok(Condition { test: if absent { Test::Absent(one) } else { Test::Present(one) }, issuers: Vec::new() })
    };
    words.split(|word| *word == "and").map(condition).collect()
}

/// `not resident US`, and what follows.
pub fn group<'w, 't>(words: &'w [&'t str]) -> Result<(Topic, Group, &'w [&'t str]), String> {
    let (outside, words) = match words {
        ["not", rest @ ..] => (true, rest),
        _ => (false, words),
    };
    let (one, rest) = claim(words)?;
    let value = one.jurisdiction.map_or(ClaimValue::Present, ClaimValue::Of);
    Ok((one.topic, if outside { Group::NotOf(value) } else { Group::Of(value) }, rest))
}

/// One of all caps.
fn cap(world: &World, caps: &mut Caps, words: &[&str], decimals: u8) -> Result<(), String> {
    let count = |text: &str| text.parse::<u64>().map_err(|_| format!("`{text}` is no count"));
    let share = |text: &str| -> Result<Option<Bps>, String> {
        let Some(percent) = text.strip_suffix('%') else { return Ok(None) };
        let bps = u32::try_from(amount(percent, 2)?).map_err(|error| error.to_string())?;
        Ok(Some(Bps(bps)))
    };
    let units = |text: &str| amount(text, decimals).map(Amount);
    match *words {
        ["holders", max] => caps.holders_max = Some(count(max)?),
        ["each", "at-least", min] => caps.holding_min = Some(units(min)?),
        ["each", "at-most", max] => match share(max)? {
            Some(share) => caps.share_max = Some(share),
            None => caps.holding_max = Some(units(max)?),
        },
        ["exempt", ref names @ ..] => {
            let identities = names.iter().map(|name| identity(world, name));
            caps.exempt = identities.collect::<Result<Vec<_>, _>>()?;
            caps.exempt.sort_unstable();
        }
        _ => {
            let (topic, group, rest) = group(words)?;
            let mut cap = ClaimCap { topic, group, holders_max: None, owned_max: None, share_max: None };
            match *rest {
                ["holders", max] => cap.holders_max = Some(count(max)?),
                ["at-most", max] => match share(max)? {
                    Some(share) => cap.share_max = Some(share),
                    None => cap.owned_max = Some(units(max)?),
                },
                _ => return Err(format!("`{}` is no cap", words.join(" "))),
            }
            caps.by_claim.push(cap);
        }
    }
    Ok(())
}
