//! What can be seen of bonds: `bonded pub-1 publisher 0 100 BOND`, `proceeds 1 BOND 5`.

use gage_units::Amount;

use super::compare;
use crate::scenario::verbs::asset;
use crate::scenario::verbs::staking::{number, role};
use crate::scenario::world::World;

/// Checks the words after `expect`.
pub fn check(world: &World, words: &[&str]) -> Result<(), String> {
    match *words {
        ["bonded", name, as_role, purpose, count, symbol] => {
            let owner = gage_accounts::resolve(world.draft(), &world.account(name)?);
            let owner = owner.map_err(|error| error.to_string())?;
            let found = gage_staking::bonded(world.draft(), role(as_role)?, owner, number(purpose)?);
            compare(found.0, &[count, symbol], asset(symbol)?.1)
        }
        ["proceeds", waterfall, symbol, ref rest @ ..] => {
            let (asset, decimals) = asset(symbol)?;
            let waiting = gage_staking::proceeds(world.draft(), 1_000);
            let found = waiting
                .iter()
                .find(|found| (u64::from(found.0), found.1) == (number(waterfall).unwrap_or(u64::MAX), asset));
            compare(found.map_or(Amount::ZERO, |found| found.2).0, rest, decimals)
        }
        _ => Err(format!("`expect {}` is not understood", words.join(" "))),
    }
}
