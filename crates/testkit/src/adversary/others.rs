//! What others do when a sequence says so: the bank pays on what it issued, holders claim, a facility ends.

use gage_securities::Basis;

use super::acts::{Gene, VERBS, pick, symbol};
use super::claims::recent;
use super::market::{GANG, HONEST, Market};
use crate::scenario::stage;
use crate::scenario::world::World;

/// What the bank and honest holders ask in the block of this gene, in words.
pub fn in_block(world: &World, market: Market, gene: Gene) -> Option<String> {
    let Gene { a, b, .. } = gene;
    match gene.verb % VERBS {
        56 if b.is_multiple_of(2) => declaration(a, b),
        56 => funds(world, a),
        57 => {
            let id = recent(world.draft(), a)?.distribution;
            let holder = pick(&HONEST, b)?;
            Some(match b % 3 {
                0 => format!("elect {holder} distribution-{} 1", id.0),
                _ => format!("collect {holder} distribution-{}", id.0),
            })
        }
        // Whoever may not hold what his basket has gets it later.
        58 if market == Market::Ending => {
            let (whom, other) = (pick(&GANG, a)?, pick(&["ETH", "BTC"], a / 2)?);
            let number = gage_accounts::resolve(world.draft(), &world.account(whom).ok()?).ok()?;
            let kept = gage_vaults::query::kept_for(world.draft(), number);
            Some(match kept.first().and_then(|holding| symbol(holding.asset)) {
                Some(kept) => format!("unfreeze-holder bank {whom} {kept}"),
                None if b.is_multiple_of(2) => format!("freeze-holder bank {whom} {other} both"),
                None => format!("unfreeze-holder bank {whom} {other}"),
            })
        }
        _ => None,
    }
}

/// The decision that ends a facility, before the block of this gene.
pub fn before_block(world: &World, market: Market, gene: Gene) -> Option<String> {
    if market != Market::Ending || gene.verb % VERBS != 59 {
        return None;
    }
    let place = usize::from(gene.a) % stage::STABLES.len();
    let number = u32::try_from(place + 1).ok()?;
    let running = gage_vaults::shutdown::shutdown(world.draft(), gage_vaults::FacilityId(number)).is_none();
    let stable = stage::STABLES.get(place)?;
    running.then(|| {
        format!(
            "govern {{\"vaults\":{{\"shut_down\":{{\"facility\":{number},\"asset\":${stable},\"window_ms\":3600000}}}}}}"
        )
    })
}

/// A payment by the register, of which both payouts are worth the same; an offer for units given back, never above
/// what they count for; an exchange for another asset.
fn declaration(a: u16, b: u16) -> Option<String> {
    let paid = pick(&["2s", "30s"], b / 2)?;
    Some(match a % 4 {
        0 => format!("declare bank BOND pays 0.05 USDC or 0.00025 ETH recorded 1s paid {paid} until 10m"),
        1 => format!("declare bank GOLD pays 0.333333 USDC recorded 1s paid {paid} until 2h"),
        2 => format!("offer bank SHARE pays {} USDC paid 1s until 10m", pick(&["1", "0.5", "0.999999"], b / 4)?),
        _ => "offer bank GOLD pays 1 SHARE paid 1s until 10m".to_owned(),
    })
}

/// Exactly what a distribution of the bank lacks, so that nothing is left over for an error.
fn funds(world: &World, a: u16) -> Option<String> {
    let view = recent(world.draft(), a)?;
    let id = view.distribution;
    let pots = view.payouts.iter().enumerate().filter_map(|(option, pot)| {
        let there = match view.basis {
            Basis::Register { .. } => pot.brought,
            Basis::Surrender => pot.brought.minus(pot.paid).ok()?,
        };
        let missing = pot.needed?.minus(there).ok().filter(|missing| !missing.is_zero())?;
        let coin = symbol(pot.payout.asset)?;
        Some(format!("bring bank distribution-{} {missing}u {coin} option {option}", id.0))
    });
    let lines: Vec<String> = pots.collect();
    (!lines.is_empty()).then(|| lines.join(" + "))
}
