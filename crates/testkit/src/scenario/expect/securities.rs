//! What can be seen of what an asset is.
//!
//! | expectation | of what |
//! |---|---|
//! | `backing GOLD late`, `haircut GOLD 11`, `wrap-depth BTC 2` | its status now; the haircut in percent |
//! | `collateral-cap GOLD 500` | by age and depth |
//! | `exposure alice ETH 5` | of all holdings, looked through, in a base asset |
//! | `request-0 waits 5 GOLD`, `request-0 claims 4 BOND`, `request-0 gone` | a redemption request |
//! | `distribution-0 owes alice 5 USDC`, `distribution-0 left 5 USDC`, `distribution-0 missed` | by the register, gross; what is left of its first payout; whether it was missed |
//! | `contract BOND pays 12` | how many payments are to come |
//! | `wait GOLD 100 windows 3` | how many windows a request made now would take |

use gage_accounts::{Context, Signer};
use gage_securities::{DistributionId, RequestId, query};
use gage_units::{Amount, Height};

use super::compare;
use crate::scenario::number::{amount, numbered};
use crate::scenario::verbs::asset;
use crate::scenario::world::World;

/// The first words this file understands, beside `request-0`.
pub const WORDS: [&str; 7] = ["backing", "haircut", "wrap-depth", "collateral-cap", "exposure", "wait", "contract"];

/// Checks the words after `expect`.
pub fn check(world: &World, words: &[&str]) -> Result<(), String> {
    let ctx = Context { height: Height(u64::MAX), time: world.time(), signer: Signer::Protocol, outputs: &[] };
    let status = |symbol: &str| {
        let (id, _) = asset(symbol)?;
        gage_securities::asset_status(world.draft(), &ctx, id).map_err(|error| error.to_string())
    };
    match *words {
        ["backing", symbol, word] => {
            let found = status(symbol)?.backing.name();
            if found == word { Ok(()) } else { Err(format!("the backing is {found}, expected {word}")) }
        }
        ["haircut", symbol, ref rest @ ..] => compare(status(symbol)?.haircut.0.into(), rest, 2),
        ["wrap-depth", symbol, ref rest @ ..] => compare(status(symbol)?.wrap_depth.into(), rest, 0),
        ["collateral-cap", symbol, ref rest @ ..] => {
            let (id, decimals) = asset(symbol)?;
            let cap = gage_securities::collateral_cap(world.draft(), &ctx, id).map_err(|error| error.to_string())?;
            compare(cap.0, rest, decimals)
        }
        ["exposure", name, symbol, ref rest @ ..] => {
            let (id, decimals) = asset(symbol)?;
            let number =
                gage_accounts::resolve(world.draft(), &world.account(name)?).map_err(|error| error.to_string())?;
            let found = query::account_exposure(world.draft(), number).map_err(|error| error.to_string())?;
            let found = found.into_iter().find(|(base, _)| *base == id).map_or(Amount::ZERO, |(_, amount)| amount);
            compare(found.0, rest, decimals)
        }
        ["wait", symbol, count, "windows", ref rest @ ..] => {
            let (id, decimals) = asset(symbol)?;
            let units = Amount(amount(count, decimals)?);
            let wait = query::expected_wait(world.draft(), &ctx, id, units).map_err(|error| error.to_string())?;
            compare(wait.windows.into(), rest, 0)
        }
        ["contract", symbol, "pays", ref rest @ ..] => {
            let view = query::contract_view(world.draft(), asset(symbol)?.0).map_err(|error| error.to_string())?;
            compare(view.flows.len() as u128, rest, 0)
        }
        [subject, ref rest @ ..] if subject.starts_with("distribution-") => distribution(world, &ctx, subject, rest),
        [subject, ref rest @ ..] => request(world, subject, rest),
        _ => Err("nothing is expected".to_owned()),
    }
}

fn distribution(world: &World, ctx: &Context, subject: &str, words: &[&str]) -> Result<(), String> {
    let id = DistributionId(numbered(subject, "distribution")?);
    let view = query::distribution_view(world.draft(), id).map_err(|error| error.to_string())?;
    let decimals = || words.last().map_or(Ok(0), |symbol| asset(symbol).map(|(_, decimals)| decimals));
    match *words {
        ["missed"] if view.missed => Ok(()),
        ["missed"] => Err("nothing was missed".to_owned()),
        ["owes", name, ref rest @ ..] => {
            let holder =
                gage_accounts::resolve(world.draft(), &world.account(name)?).map_err(|error| error.to_string())?;
            let owed = query::entitlement(world.draft(), ctx, id, holder).map_err(|error| error.to_string())?;
            compare(owed.gross.0, rest, decimals()?)
        }
        ["left", ref rest @ ..] => {
            let record = gage_securities::distribution::distribution(world.draft(), id);
            let left = record.and_then(|record| Ok(record.pot(0)?.left()?)).map_err(|error| error.to_string())?;
            compare(left.0, rest, decimals()?)
        }
        _ => Err(format!("a distribution has no `{}`", words.join(" "))),
    }
}

fn request(world: &World, subject: &str, words: &[&str]) -> Result<(), String> {
    let view = query::request(world.draft(), RequestId(numbered(subject, "request")?));
    if let ["gone"] = words {
        return if view.is_err() { Ok(()) } else { Err("the request is there".to_owned()) };
    }
    let request = view.map_err(|error| error.to_string())?.request;
    let decimals = words.last().map_or(Ok(0), |symbol| asset(symbol).map(|(_, decimals)| decimals))?;
    match *words {
        ["waits", ref rest @ ..] => compare(request.remaining.0, rest, decimals),
        ["claims", ref rest @ ..] => compare(request.claimable.0, rest, decimals),
        _ => Err(format!("a request has no `{}`", words.join(" "))),
    }
}
