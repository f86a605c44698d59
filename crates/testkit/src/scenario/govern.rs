//! What governance sets: `set GUSD ceiling 1000`, `set GUSD ETH window 500`, `govern {...}`; `later 1d set ...` schedules it
//! for a day later.

use gage_chain::Operation;
use gage_units::{Accumulator, Amount, Bps, RatePerSecond};
use gage_vaults::operations::{SetCollateralTerms, SetFacilityParams, SetLiquidationTerms};
use gage_vaults::{FacilityId, Operation as Vaults, query};

use super::number::{amount, duration_ms};
use super::verbs::{asset, of_stable};
use super::world::World;

/// Reads the words of one decision.
pub fn read(world: &World, words: &[&str]) -> Result<Operation, String> {
    match *words {
        ["govern", ref json @ ..] => world.operation_of_json(&json.join(" ")),
        ["set", stable, param, value] => facility(world, stable, param, value),
        ["set", stable, symbol, param, value] => collateral(world, stable, symbol, param, value),
        _ => Err(format!("`{}` is no decision of governance", words.join(" "))),
    }
}

fn facility(world: &World, symbol: &str, param: &str, value: &str) -> Result<Operation, String> {
    let (stable, decimals) = asset(symbol)?;
    let facility = FacilityId(of_stable(symbol)?);
    let mut params = query::facility(world.draft(), facility).map_err(|error| error.to_string())?.record.params;
    match param {
        "ceiling" => params.debt_ceiling = Amount(amount(value, decimals)?),
        "floor" => params.debt_floor = Amount(amount(value, decimals)?),
        "rate" => params.base_rate = rate(value)?,
        "closed" => params.closed = value == "yes",
        _ => return Err(format!("a facility has no `{param}`: ceiling, floor, rate or closed")),
    }
    Ok(Operation::Vaults(Vaults::SetFacilityParams(SetFacilityParams { facility, stable, params })))
}

fn collateral(world: &World, symbol: &str, collateral: &str, param: &str, value: &str) -> Result<Operation, String> {
    let (_, decimals) = asset(symbol)?;
    let (asset, _) = asset(collateral)?;
    let facility = FacilityId(of_stable(symbol)?);
    let (mut terms, mut liquidation) = world.collateral(facility, asset)?;
    let bps = |text: &str| amount(text.trim_end_matches('%'), 2).map(|bps| Bps(u32::try_from(bps).unwrap_or(u32::MAX)));
    match param {
        "loan-to-value" => terms.loan_to_value = bps(value)?,
        "threshold" => terms.threshold = bps(value)?,
        "bonus" => terms.bonus = bps(value)?,
        "premium" => terms.premium = rate(value)?,
        "cap" => terms.debt_cap = Amount(amount(value, decimals)?),
        "window" => liquidation.window_max = Amount(amount(value, decimals)?),
        "dust" => liquidation.dust = Amount(amount(value, decimals)?),
        "tail" => liquidation.tail_ms = duration_ms(value)?,
        "rounds" => liquidation.rounds_max = value.parse().map_err(|_| format!("`{value}` is no count of rounds"))?,
        _ => return Err(format!("a collateral has no `{param}`")),
    }
    Ok(Operation::Vaults(match param {
        "window" | "dust" | "tail" | "rounds" => {
            Vaults::SetLiquidationTerms(SetLiquidationTerms { facility, asset, terms: liquidation })
        }
        _ => Vaults::SetCollateralTerms(SetCollateralTerms { facility, asset, terms }),
    }))
}

/// `5%` a year as a rate per second, to the 1e-27 that the rate is written in.
fn rate(text: &str) -> Result<RatePerSecond, String> {
    const YEAR: u128 = 31_536_000;
    let bps = amount(text.trim_end_matches('%'), 2)?;
    // Simple interest spread over the year's seconds: near enough for a scenario, and exact to state.
    Ok(RatePerSecond(Accumulator::SCALE + Accumulator::SCALE / 10_000 * bps / YEAR))
}
