//! What can be seen.
//!
//! | expectation | of what |
//! |---|---|
//! | `alice GUSD 100` | free balance |
//! | `alice ETH pledged 10` | also `held`, `frozen`, `all` |
//! | `supply GUSD 1000` | all there is |
//! | `vault-1 debt 500 GUSD`, `vault-1 holds 10 ETH`, `vault-1 auctioned 100 GUSD` | a vault |
//! | `vault-1 health 1.25`, `vault-1 gone` | |
//! | `lots 1`, `lot-1 remaining 5 ETH`, `lot-1 raised 100 GUSD`, `lot-1 price 180`, `lot-1 gone` | auctions |
//! | `sale-1 bids 2`, `sale-1 remaining 5 BOND`, `sale-1 gone` | uniform-price lots: see `expect/auctions.rs` |
//! | `GUSD bad-debt 0`, `GUSD auctioned 0`, `GUSD rounding 0`, `GUSD fees 0`, `GUSD unfinished yes` | a facility |
//! | `USDC cash 5`, `USDC claims 5`, `USDC reserves 0`, `USDC written-off 0` | a facility's pool |
//! | `GUSD pool 1000`, `GUSD surplus 5`, `GUSD first-loss 5` | its waterfall |
//! | `GUSD insurance 1 100 GUSD`, `GUSD surplus-of ETH 2 ETH` | its tiers, collateral in its buffer |
//! | `alice gain GUSD 1 ETH`, `alice share GUSD 100` | of the pool |
//! | `loss-1 pool 100`, `loss-1 first-loss 5`, `loss-1 surplus 5`, `loss-1 uncovered 0`, `loss-1 insurance 1 5`, `loss-1 auctions 5` | a receipt of the waterfall |
//! | `ETH fresh`, `ETH price 200` | the quote now |
//! | `feed 3 price 200`, `feed 3 stale`, `feed 3 unknown` | the quote of any feed now |
//! | `bonded pub-1 publisher 0 100 BOND`, `proceeds 1 BOND 5` | bonds, and what slashes took for a waterfall |
//! | `bundle-0 votes 2`, `ran Done`, `alice most 2 keys in 1d 100 ETH` | of accounts, see `expect/accounts.rs` |
//! | `holders SHARE 3`, `owned SHARE resident US 5`, `dry-run alice bob 5 SHARE LockedUp` | see `expect/compliance.rs` |
//! | `event liquidated 2` | how often in the last block |
//! | `liquidated vault-2 vault-1` | in this order in the last block |
//!
//! Before a number may stand `at-least`, `at-most`, `above` or `below`.

mod accounts;
mod auctions;
mod compliance;
mod facility;
mod ledger;
mod oracle;
mod securities;
mod staking;

use gage_accounts::{Context, Signer};
use gage_auctions::LotId;
use gage_backstop::{ReceiptId, StepKind, WaterfallId};
use gage_chain::DecodedEvent;
use gage_oracle::{FeedId, Quote};
use gage_units::{Amount, Height};
use gage_vaults::{FacilityId, VaultId};

use super::number::{amount, numbered};
use super::stage;
use super::verbs::{asset, of_stable};
use super::world::World;

/// Checks the words after `expect`.
pub fn check(world: &World, words: &[&str]) -> Result<(), String> {
    match *words {
        ["supply", symbol, ref rest @ ..] => {
            let (asset, decimals) = asset(symbol)?;
            compare(gage_ledger::supply(world.draft(), asset).0, rest, decimals)
        }
        ["lots", ref rest @ ..] => {
            let lots = gage_auctions::query::lots(world.draft(), None, 1_000, world.time());
            compare(lots.map_err(|error| error.to_string())?.len() as u128, rest, 0)
        }
        ["event", name, ref rest @ ..] => {
            let count = world.events().iter().filter(|event| event_name(event) == name).count();
            compare(count as u128, rest, 0)
        }
        ["feed", ref rest @ ..] => oracle::check(world, rest),
        ["holders" | "owned" | "largest" | "locked" | "dry-run", ..] => compliance::check(world, words),
        ["bonded" | "proceeds", ..] => staking::check(world, words),
        ["ran", ref outcomes @ ..] => accounts::ran(world, outcomes),
        [subject, ref rest @ ..] if subject.starts_with("bundle-") => accounts::bundle(world, subject, rest),
        [name, "most", ref rest @ ..] => accounts::most(world, name, rest),
        [word, ..]
            if securities::WORDS.contains(&word)
                || word.starts_with("request-")
                || word.starts_with("distribution-") =>
        {
            securities::check(world, words)
        }
        ["owner", ..] => ledger::check(world, words),
        [subject, ..] if subject.starts_with("instruction-") => ledger::check(world, words),
        ["liquidated", ref vaults @ ..] => liquidated(world, vaults),
        [subject, ref rest @ ..] if subject.starts_with("vault-") => vault(world, subject, rest),
        [subject, ref rest @ ..] if subject.starts_with("lot-") => lot(world, subject, rest),
        [subject, ref rest @ ..] if subject.starts_with("sale-") => auctions::check(world, subject, rest),
        [subject, ref rest @ ..] if subject.starts_with("loss-") => loss(world, subject, rest),
        [symbol, ref rest @ ..] if stage::STABLES.contains(&symbol) => of_facility(world, symbol, rest),
        [symbol, ref rest @ ..] if stage::FEEDS.contains(&symbol) => price(world, symbol, rest),
        [name, "gain" | "share", ..] => deposit(world, name, words),
        [name, symbol, ref rest @ ..] => balance(world, name, symbol, rest),
        _ => Err(format!("`expect {}` is not understood", words.join(" "))),
    }
}

/// `5`, `at-least 5`, `5 ETH`: the number against what was found; a symbol after it is for the reader.
fn compare(found: u128, words: &[&str], decimals: u8) -> Result<(), String> {
    let (relation, number) = match *words {
        [relation @ ("at-least" | "at-most" | "above" | "below"), number] => (relation, number),
        [relation @ ("at-least" | "at-most" | "above" | "below"), number, symbol] if asset(symbol).is_ok() => {
            (relation, number)
        }
        [number] => ("exactly", number),
        [number, symbol] if asset(symbol).is_ok() => ("exactly", number),
        _ => return Err(format!("`{}` is no number", words.join(" "))),
    };
    let expected = amount(number, decimals)?;
    let holds = match relation {
        "at-least" => found >= expected,
        "at-most" => found <= expected,
        "above" => found > expected,
        "below" => found < expected,
        _ => found == expected,
    };
    let text = gage_units::format_decimal(found, decimals);
    if holds { Ok(()) } else { Err(format!("found {text}, expected {relation} {number}")) }
}

fn balance(world: &World, name: &str, symbol: &str, rest: &[&str]) -> Result<(), String> {
    let (asset, decimals) = asset(symbol)?;
    let number = gage_accounts::resolve(world.draft(), &world.account(name)?).map_err(|error| error.to_string())?;
    let balance = gage_ledger::balance(world.draft(), number, asset);
    let all = [balance.free, balance.held, balance.pledged, balance.frozen].iter().map(|part| part.0).sum();
    match *rest {
        ["pledged", ref rest @ ..] => compare(balance.pledged.0, rest, decimals),
        ["held", ref rest @ ..] => compare(balance.held.0, rest, decimals),
        ["frozen", ref rest @ ..] => compare(balance.frozen.0, rest, decimals),
        ["all", ref rest @ ..] => compare(all, rest, decimals),
        _ => compare(balance.free.0, rest, decimals),
    }
}

fn vault(world: &World, subject: &str, rest: &[&str]) -> Result<(), String> {
    let id = VaultId(u32::try_from(numbered(subject, "vault")?).map_err(|error| error.to_string())?);
    let view = gage_vaults::query::vault(world.draft(), id);
    if let ["gone"] = rest {
        return if view.is_err() { Ok(()) } else { Err("the vault is there".to_owned()) };
    }
    let view = view.map_err(|error| error.to_string())?;
    let facility = gage_vaults::query::facility(world.draft(), view.facility).map_err(|error| error.to_string())?;
    let decimals = facility.record.decimals;
    match *rest {
        ["debt", ref rest @ ..] => compare(view.debt.0, rest, decimals),
        ["auctioned", ref rest @ ..] => compare(view.auctioned.0, rest, decimals),
        ["health", ref rest @ ..] => compare(view.health.map_or(u128::MAX, |health| health.0), rest, 18),
        ["holds", .., symbol] => {
            let (asset, decimals) = asset(symbol)?;
            let position = view.positions.iter().find(|position| position.asset == asset);
            compare(position.map_or(0, |position| position.amount.0), rest.get(1..).unwrap_or_default(), decimals)
        }
        _ => Err(format!("a vault has no `{}`", rest.join(" "))),
    }
}

fn lot(world: &World, subject: &str, rest: &[&str]) -> Result<(), String> {
    let view = gage_auctions::query::lot_view(world.draft(), LotId(numbered(subject, "lot")?), world.time());
    if let ["gone"] = rest {
        return if view.is_err() { Ok(()) } else { Err("the lot is there".to_owned()) };
    }
    let view = view.map_err(|error| error.to_string())?;
    let decimals = gage_ledger::decimals(world.draft(), view.lot.asset).map_err(|error| error.to_string())?;
    match *rest {
        ["remaining", ref rest @ ..] => compare(view.lot.remaining.0, rest, decimals),
        ["raised", ref rest @ ..] => compare(view.lot.raised.0, rest, 18),
        ["to-raise", ref rest @ ..] => compare(view.lot.raise_max.0, rest, 18),
        ["price", ref rest @ ..] => compare(view.price.0, rest, 18),
        ["restarts", ref rest @ ..] => compare(view.lot.restarts.into(), rest, 0),
        _ => Err(format!("a lot has no `{}`", rest.join(" "))),
    }
}

fn loss(world: &World, subject: &str, rest: &[&str]) -> Result<(), String> {
    let id = ReceiptId(numbered(subject, "loss")?);
    let view = gage_backstop::query::receipt(world.draft(), id).ok_or_else(|| format!("there is no receipt {id}"))?;
    if let ["insurance", tier, rest @ ..] = rest {
        let tier = tier.parse().map_err(|_| format!("`{tier}` is no tier"))?;
        let row = view.receipt.bearings.iter().find(|bearing| bearing.kind == StepKind::Insurance { tier });
        return compare(row.map_or(0, |bearing| bearing.amount.0), rest, 18);
    }
    let borne = |kind: StepKind| {
        let bearing = view.receipt.bearings.iter().find(|bearing| bearing.kind == kind);
        bearing.map_or(0, |bearing| bearing.amount.0)
    };
    match *rest {
        ["debt", ref rest @ ..] => compare(view.receipt.debt.0, rest, 18),
        ["pool", ref rest @ ..] => compare(borne(StepKind::StabilityPool), rest, 18),
        ["first-loss", ref rest @ ..] => compare(borne(StepKind::CuratorFirstLoss), rest, 18),
        ["surplus", ref rest @ ..] => compare(borne(StepKind::SurplusBuffer), rest, 18),
        ["auctions", ref rest @ ..] => compare(borne(StepKind::AuctionProceeds), rest, 18),
        ["haircut", ref rest @ ..] => compare(borne(StepKind::ShareHaircut), rest, 18),
        ["uncovered", ref rest @ ..] => compare(view.receipt.uncovered.0, rest, 18),
        _ => Err(format!("a receipt has no `{}`", rest.join(" "))),
    }
}

fn of_facility(world: &World, symbol: &str, rest: &[&str]) -> Result<(), String> {
    let number = of_stable(symbol)?;
    let (stable, decimals) = asset(symbol)?;
    let view = gage_vaults::query::facility(world.draft(), FacilityId(number)).map_err(|error| error.to_string())?;
    let height = Height(u64::MAX);
    let waterfall = gage_backstop::query::waterfall_view(world.draft(), WaterfallId(number), height);
    let waterfall = waterfall.map_err(|error| error.to_string())?;
    match *rest {
        ["bad-debt", ref rest @ ..] => compare(view.totals.bad_debt.0, rest, decimals),
        ["auctioned", ref rest @ ..] => compare(view.totals.auctioned.0, rest, decimals),
        ["rounding", ref rest @ ..] => compare(view.totals.rounding.0, rest, decimals),
        ["fees", ref rest @ ..] => compare(view.totals.fees_minted.0, rest, decimals),
        ["unfinished", answer] => {
            let found = if view.totals.unfinished { "yes" } else { "no" };
            if found == answer { Ok(()) } else { Err(format!("found {found}, expected {answer}")) }
        }
        ["pool", ref rest @ ..] => {
            let all = waterfall.pool.deposits.plus(waterfall.pool.pending).map_err(|error| error.to_string())?;
            compare(all.0, rest, decimals)
        }
        ["surplus", ref rest @ ..] => {
            compare(gage_backstop::surplus(world.draft(), WaterfallId(number), stable).0, rest, decimals)
        }
        ["first-loss", ref rest @ ..] => compare(waterfall.first_loss.amount.0, rest, decimals),
        ["insurance", tier, ref rest @ ..] => {
            let tier = waterfall.insurance.iter().find(|view| view.tier.to_string() == tier);
            let all = tier.map_or(Ok(Amount::ZERO), |tier| tier.pool.deposits.plus(tier.pool.pending));
            compare(all.map_err(|error| error.to_string())?.0, rest, decimals)
        }
        ["surplus-of", symbol, ref rest @ ..] => {
            let (asset, decimals) = asset(symbol)?;
            compare(gage_backstop::surplus(world.draft(), WaterfallId(number), asset).0, rest, decimals)
        }
        _ => facility::check(world, symbol, rest),
    }
}

fn price(world: &World, symbol: &str, rest: &[&str]) -> Result<(), String> {
    let place = stage::FEEDS.iter().position(|feed| *feed == symbol).and_then(|place| u32::try_from(place).ok());
    let feed = FeedId(place.ok_or_else(|| format!("no feed prices {symbol}"))?);
    let ctx = Context { height: Height(u64::MAX), time: world.time(), signer: Signer::Protocol, outputs: &[] };
    let quote: Quote = gage_oracle::quote(world.draft(), &ctx, feed).map_err(|error| error.to_string())?;
    match *rest {
        ["price", ref rest @ ..] => compare(quote.mid.0, rest, 18),
        ["low", ref rest @ ..] => compare(quote.low.0, rest, 18),
        ["high", ref rest @ ..] => compare(quote.high.0, rest, 18),
        [class] if quote.class.name() == class => Ok(()),
        [class] => Err(format!("the price is {}, expected {class}", quote.class.name())),
        _ => Err(format!("a price has no `{}`", rest.join(" "))),
    }
}

fn deposit(world: &World, name: &str, words: &[&str]) -> Result<(), String> {
    let account = gage_accounts::resolve(world.draft(), &world.account(name)?).map_err(|error| error.to_string())?;
    let of = |stable: &str| {
        let view = gage_backstop::query::deposit_view(
            world.draft(),
            WaterfallId(of_stable(stable)?),
            account,
            Height(u64::MAX),
        );
        view.map_err(|error| error.to_string())
    };
    match *words {
        [_, "share", stable, ref rest @ ..] => {
            let view = of(stable)?;
            let all = view.map_or(Ok(Amount::ZERO), |view| view.amount.plus(view.pending));
            compare(all.map_err(|error| error.to_string())?.0, rest, 18)
        }
        [_, "gain", stable, ref rest @ .., symbol] => {
            let (asset, decimals) = asset(symbol)?;
            let gains = of(stable)?.map(|view| view.gains).unwrap_or_default();
            let gain = gains.iter().find(|gain| gain.asset == asset).map_or(0, |gain| gain.amount.0);
            compare(gain, rest, decimals)
        }
        _ => Err(format!("a deposit has no `{}`", words.join(" "))),
    }
}

/// The vaults liquidated in the last block, in order.
fn liquidated(world: &World, expected: &[&str]) -> Result<(), String> {
    let vaults = world.events().into_iter().filter_map(|event| match event {
        DecodedEvent::Vaults(gage_vaults::Event::Liquidated { vault, .. }) => Some(format!("vault-{vault}")),
        _ => None,
    });
    let found: Vec<String> = vaults.collect();
    if found == expected { Ok(()) } else { Err(format!("liquidated in this order: {}", found.join(" "))) }
}

/// The name of an event as its module spells it: `liquidated`, `posted`.
pub fn event_name(event: &DecodedEvent) -> String {
    let json = serde_json::to_value(event).unwrap_or_default();
    let inner = json.as_object().and_then(|module| module.values().next().cloned()).unwrap_or_default();
    match inner {
        serde_json::Value::Object(variant) => variant.keys().next().cloned().unwrap_or_default(),
        serde_json::Value::String(name) => name,
        _ => String::new(),
    }
}
