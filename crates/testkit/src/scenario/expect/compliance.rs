//! What can be seen of holders.
//!
//! | expectation | of what |
//! |---|---|
//! | `holders SHARE 3`, `holders SHARE resident US 2`, `holders SHARE not accredited 1` | how many |
//! | `owned SHARE 50`, `owned SHARE resident US 20` | what they hold together |
//! | `largest SHARE 20` | the largest holding of one identity |
//! | `locked alice SHARE 30` | in lots that are not released |
//! | `dry-run alice bob 5 SHARE LockedUp TooManyHolders` | every clause that would fail; `passes` if none |

use gage_accounts::{Context, Signer};
use gage_compliance::{Bearer, ClaimValue, Group, ValueStatistics, query};
use gage_units::{Amount, Height};

use super::compare;
use crate::scenario::number::amount;
use crate::scenario::verbs::asset;
use crate::scenario::verbs::compliance::{group, identity, topic};
use crate::scenario::world::World;

/// Checks the words after `expect`.
pub fn check(world: &World, words: &[&str]) -> Result<(), String> {
    match *words {
        [what @ ("holders" | "owned"), symbol, ref rest @ ..] => {
            let decimals = asset(symbol)?.1;
            let named = rest.first().is_some_and(|word| *word == "not" || topic(word).is_ok());
            let (sums, rest) = if named { of_group(world, symbol, rest)? } else { (all(world, symbol)?, rest) };
            match what {
                "holders" => compare(sums.holders.into(), rest, 0),
                _ => compare(sums.owned.0, rest, decimals),
            }
        }
        ["largest", symbol, ref rest @ ..] => {
            let (asset, decimals) = asset(symbol)?;
            let view = query::statistics(world.draft(), asset).map_err(|error| error.to_string())?;
            compare(view.holding_max.0, rest, decimals)
        }
        ["locked", name, symbol, ref rest @ ..] => {
            let (asset, decimals) = asset(symbol)?;
            let bearer = Bearer::Identity(identity(world, name)?);
            compare(gage_compliance::locked(world.draft(), asset, bearer, world.time()).0, rest, decimals)
        }
        ["dry-run", from, to, count, symbol, ref clauses @ ..] => dry_run(world, (from, to), (count, symbol), clauses),
        _ => Err(format!("`expect {}` is not understood", words.join(" "))),
    }
}

fn all(world: &World, symbol: &str) -> Result<ValueStatistics, String> {
    let sums = gage_compliance::statistics(world.draft(), asset(symbol)?.0);
    Ok(ValueStatistics { holders: sums.holders, owned: sums.owned })
}

fn of_group<'w, 't>(
    world: &World,
    symbol: &str,
    words: &'w [&'t str],
) -> Result<(ValueStatistics, &'w [&'t str]), String> {
    let (topic, group, rest) = group(words)?;
    let value: ClaimValue = group.value();
    let under = query::value_statistics(world.draft(), asset(symbol)?.0, topic, value);
    let all = all(world, symbol)?;
    let sums = match group {
        Group::Of(_) => under,
        Group::NotOf(_) => {
            ValueStatistics { holders: all.holders - under.holders, owned: Amount(all.owned.0 - under.owned.0) }
        }
    };
    Ok((sums, rest))
}

fn dry_run(world: &World, sides: (&str, &str), what: (&str, &str), expected: &[&str]) -> Result<(), String> {
    let (asset, decimals) = asset(what.1)?;
    let amount = Amount(amount(what.0, decimals)?);
    let ctx = Context { height: Height(u64::MAX), time: world.time(), signer: Signer::Protocol, outputs: &[] };
    let (from, to) = (world.account(sides.0)?, world.account(sides.1)?);
    let report = query::dry_run(world.draft(), &ctx, &from, &to, asset, amount).map_err(|error| error.to_string())?;
    let mut found: Vec<&str> = report.clauses.iter().map(|clause| clause.name.as_str()).collect();
    if report.allowed {
        found.push("passes");
    }
    if found == expected { Ok(()) } else { Err(format!("the report is {report:?}, expected {}", expected.join(" "))) }
}
