//! The steps of a facility: its pool, redemption, pegs and end.
//!
//! | step | operation |
//! |---|---|
//! | `supply alice 100 USDC`, `unsupply alice 100 P-USDC` | gives to the pool of USDC, gives shares back |
//! | `redeem bob 500 GUSD` | at any fee, against at most eight vaults |
//! | `swap bob 100 USDC to GUSD`, `swap bob 100 GUSD to USDC` | cash for stable and back |
//! | `restrict curator GUSD USDC out` | a peg pays out only; `closed` closes it |
//! | `shut alice GUSD 7d` | a facility, with that window |
//! | `basket bob 100 GUSD`, `basket bob claim ETH of GUSD` | part of the basket; what was kept of it |

use gage_accounts::Quantity;
use gage_chain::Operation;
use gage_units::{Amount, AssetId, Bps};
use gage_vaults::operations::{
    ClaimPart, Redeem, RedeemBasket, RestrictPeg, ShutDown, Supply, SwapIn, SwapOut, WithdrawSupply,
};
use gage_vaults::peg::PegState;
use gage_vaults::{FacilityId, Operation as Vaults};

use super::{Asked, asset, exact, of_stable};
use crate::scenario::number::duration_ms;
use crate::scenario::stage;

/// Reads the words of one operation.
pub fn read(words: &[&str]) -> Result<Asked, String> {
    let least = Amount::ZERO;
    let (from, operation) = match *words {
        ["supply", from, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            let (facility, amount) = (FacilityId(of_stable(symbol)?), Quantity::Exact(amount));
            (from, Vaults::Supply(Supply { facility, asset, amount, least }))
        }
        ["unsupply", from, count, symbol] => {
            let (amount, shares) = exact(count, symbol)?;
            let (facility, amount) = (of_minted(symbol)?, Quantity::Exact(amount));
            (from, Vaults::WithdrawSupply(WithdrawSupply { facility, shares, amount, least }))
        }
        ["redeem", from, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            let (facility, amount) = (FacilityId(of_stable(symbol)?), Quantity::Exact(amount));
            let (fee_max, vaults_max) = (Bps::ONE, 8);
            (from, Vaults::Redeem(Redeem { facility, asset, amount, least, fee_max, vaults_max }))
        }
        ["swap", from, count, symbol, "to", other] => (from, swap(count, symbol, other)?),
        ["restrict", from, stable, symbol, state] => {
            let facility = FacilityId(of_stable(stable)?);
            let state = if state == "closed" { PegState::Closed } else { PegState::OutOnly };
            (from, Vaults::RestrictPeg(RestrictPeg { facility, asset: asset(symbol)?.0, state }))
        }
        ["shut", from, stable, window] => {
            let (facility, window_ms) = (FacilityId(of_stable(stable)?), duration_ms(window)?);
            (from, Vaults::ShutDown(ShutDown { facility, asset: asset(stable)?.0, window_ms }))
        }
        ["basket", from, "claim", symbol, "of", minted] => {
            let (facility, asset) = (of_minted(minted)?, asset(symbol)?.0);
            (from, Vaults::ClaimPart(ClaimPart { facility, asset }))
        }
        ["basket", from, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            let (facility, amount) = (of_minted(symbol)?, Quantity::Exact(amount));
            (from, Vaults::RedeemBasket(RedeemBasket { facility, asset, amount }))
        }
        _ => return Err(format!("`{}` is no step of a facility", words.join(" "))),
    };
    Ok((from.to_owned(), Operation::Vaults(operation)))
}

fn swap(count: &str, symbol: &str, other: &str) -> Result<Vaults, String> {
    let (amount, given) = exact(count, symbol)?;
    let (amount, least, wanted): (_, _, AssetId) = (Quantity::Exact(amount), Amount::ZERO, asset(other)?.0);
    // What comes out says the direction: a stable for cash, or cash for a stable.
    match of_stable(symbol) {
        Ok(facility) if symbol != "USDC" => {
            let facility = FacilityId(facility);
            Ok(Vaults::SwapOut(SwapOut { facility, stable: given, amount, asset: wanted, least }))
        }
        _ => Ok(Vaults::SwapIn(SwapIn { facility: FacilityId(of_stable(other)?), asset: given, amount, least })),
    }
}

/// The facility that mints an asset: a stable, or the shares of the pool.
fn of_minted(symbol: &str) -> Result<FacilityId, String> {
    of_stable(if symbol == stage::POOL_SHARES.0 { "USDC" } else { symbol }).map(FacilityId)
}
