//! What can be seen of a facility beside its debts: its pool, its pegs, its basket.
//!
//! | expectation | of what |
//! |---|---|
//! | `USDC cash 5`, `USDC claims 5`, `USDC reserves 0`, `USDC written-off 0` | the pool |
//! | `GUSD issued 5`, `GUSD settled 5` | stable for the pegs' cash, stable that the basket stands for |
//! | `GUSD basket 5 ETH` | what is left of an asset in the basket |
//! | `GUSD stressed-loss 300`, `GUSD coverage 0.5` | under its stated stress |

use gage_vaults::{FacilityId, pool, query, shutdown};

use super::{asset, compare, of_stable};
use crate::scenario::world::World;

/// Checks the words after the facility's symbol.
pub fn check(world: &World, symbol: &str, words: &[&str]) -> Result<(), String> {
    let id = FacilityId(of_stable(symbol)?);
    let (_, decimals) = asset(symbol)?;
    let found = || pool::pool(world.draft(), id).map_err(|error| error.to_string());
    let totals = query::facility(world.draft(), id).map_err(|error| error.to_string())?.totals;
    match *words {
        ["cash", ref rest @ ..] => compare(found()?.cash.0, rest, decimals),
        ["claims", ref rest @ ..] => compare(found()?.claims.0, rest, decimals),
        ["reserves", ref rest @ ..] => compare(found()?.reserves.0, rest, decimals),
        ["written-off", ref rest @ ..] => compare(found()?.written_off.0, rest, decimals),
        ["issued", ref rest @ ..] => compare(totals.peg_issued.0, rest, decimals),
        ["settled", ref rest @ ..] => compare(totals.settled.0, rest, decimals),
        ["stressed-loss", ref rest @ ..] => {
            let view = gage_vaults::coverage(world.draft(), id, world.height()).map_err(|error| error.to_string())?;
            compare(view.stressed_loss.0, rest, decimals)
        }
        ["coverage", ref rest @ ..] => {
            let view = gage_vaults::coverage(world.draft(), id, world.height()).map_err(|error| error.to_string())?;
            compare(view.proof.ok_or("nothing is lost")?.coverage.ratio.0, rest, 18)
        }
        ["basket", .., symbol] => {
            let (asset, decimals) = asset(symbol)?;
            let basket = shutdown::basket(world.draft(), id);
            let left = basket.iter().find(|holding| holding.asset == asset).map_or(0, |holding| holding.amount.0);
            compare(left, words.get(1..).unwrap_or_default(), decimals)
        }
        _ => Err(format!("a facility has no `{}`", words.join(" "))),
    }
}
