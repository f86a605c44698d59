//! What owners arrange for their vaults.
//!
//! | step | operation |
//! |---|---|
//! | `ladder alice vault-1 GUSD below 1.2 repay 100 GUSD below 1.1 sell 2 ETH` | bonded steps; sales at most 2 % below the quote |
//! | `ladder alice vault-1 GUSD none` | ends it |
//! | `band alice vault-1 1.1 1.3 1.6 with ETH max 2 every 1h` | collateral of her own account; `with ETH of bob` of his |
//! | `band alice vault-1 1.1 1.3 1.6 reserve 200 GUSD max 100 every 1h` | debt is repaid from what is held |
//! | `band alice vault-1 none` | ends it |
//! | `allow bob vault-1 1 ETH` | the band may take that much of his |
//! | `deposit-item alice vault-1 7 DEED#10`, `withdraw-item ...` | one thing of a class that the scenario made |
//! | `claim-kept alice vault-1 ETH` | what could not return by itself |

use gage_chain::Operation;
use gage_units::{Amount, Bps, ItemId, Ratio, Timestamp};
use gage_vaults::operations::{AllowTopUp, ClaimKept, DepositItem, SetBand, SetLadder, With, WithdrawItem};
use gage_vaults::protection::ladder::{Deed, Rung};
use gage_vaults::{Operation as Vaults, VaultId};

use super::{Asked, asset, exact};
use crate::scenario::number::{amount, duration_ms, numbered};
use crate::scenario::world::World;

/// How long what is held for a ladder or band stands, in milliseconds: a year.
const HELD_MS: u64 = 365 * 86_400_000;
/// How far below the quote a step of a ladder may sell.
const DISCOUNT: Bps = Bps(200);

/// Reads the words of one arrangement.
pub fn read(world: &World, words: &[&str]) -> Result<Asked, String> {
    let (from, operation) = match *words {
        ["ladder", from, vault, stable, ref rest @ ..] => {
            let steps = if rest == ["none"] { Vec::new() } else { steps(rest)? };
            let until = Timestamp(world.next_time().0 + HELD_MS);
            let (vault, asset) = (number(vault)?, asset(stable)?.0);
            (from, Vaults::SetLadder(SetLadder { vault, asset, steps, until }))
        }
        ["band", from, vault, "none"] => {
            let one = Ratio(Ratio::SCALE);
            let (vault, with, window_max) = (number(vault)?, With::Nothing, Amount::ZERO);
            (
                from,
                Vaults::SetBand(SetBand { vault, lower: one, target: one, upper: one, with, window_ms: 0, window_max }),
            )
        }
        ["band", from, vault, lower, target, upper, ref with @ .., "max", most, "every", window] => {
            let (with, decimals) = means(world, with)?;
            let band = SetBand {
                vault: number(vault)?,
                lower: Ratio(amount(lower, 18)?),
                target: Ratio(amount(target, 18)?),
                upper: Ratio(amount(upper, 18)?),
                with,
                window_ms: duration_ms(window)?,
                window_max: Amount(amount(most, decimals)?),
            };
            (from, Vaults::SetBand(band))
        }
        ["allow", from, vault, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            (from, Vaults::AllowTopUp(AllowTopUp { vault: number(vault)?, asset, amount }))
        }
        ["deposit-item" | "withdraw-item", from, vault, item, symbol] => {
            let (vault, asset) = (number(vault)?, asset(symbol)?.0);
            let item = ItemId(item.parse().map_err(|_| format!("`{item}` is no thing"))?);
            let operation = match words.first() {
                Some(&"deposit-item") => Vaults::DepositItem(DepositItem { vault, asset, item }),
                _ => Vaults::WithdrawItem(WithdrawItem { vault, asset, item }),
            };
            (from, operation)
        }
        ["claim-kept", from, vault, symbol] => {
            (from, Vaults::ClaimKept(ClaimKept { vault: number(vault)?, asset: asset(symbol)?.0 }))
        }
        _ => return Err(format!("`{}` arranges nothing", words.join(" "))),
    };
    Ok((from.to_owned(), Operation::Vaults(operation)))
}

fn number(text: &str) -> Result<VaultId, String> {
    Ok(VaultId(u32::try_from(numbered(text, "vault")?).map_err(|error| error.to_string())?))
}

fn steps(words: &[&str]) -> Result<Vec<Rung>, String> {
    let mut steps = Vec::new();
    for step in words.chunks(5) {
        let ["below", health, deed, count, symbol] = *step else {
            return Err(format!("`{}` is no step of a ladder", step.join(" ")));
        };
        let (amount, asset) = exact(count, symbol)?;
        let deed = match deed {
            "repay" => Deed::Repay { amount },
            "sell" => Deed::Sell { asset, amount, discount: DISCOUNT },
            _ => return Err(format!("a step repays or sells; it does not `{deed}`")),
        };
        steps.push(Rung { health: Ratio(super::amount(health, 18)?), deed });
    }
    Ok(steps)
}

fn means(world: &World, words: &[&str]) -> Result<(With, u8), String> {
    match *words {
        ["with", symbol] => {
            let (asset, decimals) = asset(symbol)?;
            Ok((With::Collateral { asset, account: None }, decimals))
        }
        ["with", symbol, "of", name] => {
            let (asset, decimals) = asset(symbol)?;
            Ok((With::Collateral { asset, account: Some(world.account(name)?) }, decimals))
        }
        ["reserve", count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            Ok((With::Reserve { asset, amount, until: Timestamp(world.next_time().0 + HELD_MS) }, 18))
        }
        _ => Err(format!("`{}` keeps no band", words.join(" "))),
    }
}
