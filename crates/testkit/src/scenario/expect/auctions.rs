//! Uniform-price lots: `sale-1 remaining 5 BOND`, `sale-1 bids 2`, `sale-1 round 2`, `sale-1 price 95`, `sale-1 gone`.

use gage_auctions::{LotId, query};

use super::super::number::numbered;
use super::super::world::World;
use super::compare;

pub fn check(world: &World, subject: &str, rest: &[&str]) -> Result<(), String> {
    let view = query::uniform_view(world.draft(), LotId(numbered(subject, "sale")?));
    if let ["gone"] = rest {
        return if view.is_err() { Ok(()) } else { Err("the lot is there".to_owned()) };
    }
    let lot = view.map_err(|error| error.to_string())?.lot;
    let decimals = gage_ledger::decimals(world.draft(), lot.asset).map_err(|error| error.to_string())?;
    match *rest {
        ["remaining", ref rest @ ..] => compare(lot.remaining.0, rest, decimals),
        ["sold", ref rest @ ..] => compare(lot.sold.0, rest, decimals),
        ["price", ref rest @ ..] => compare(lot.price.0, rest, 18),
        ["bids", ref rest @ ..] => compare(lot.bids.into(), rest, 0),
        ["round", ref rest @ ..] => compare(lot.round.into(), rest, 0),
        _ => Err(format!("a uniform-price lot has no `{}`", rest.join(" "))),
    }
}
