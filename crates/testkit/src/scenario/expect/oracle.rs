//! What can be seen of any feed by its number: `feed 3 price 200`, `feed 3 fresh`, `feed 3 unknown`.

use gage_accounts::{Context, Signer};
use gage_oracle::{Error, FeedId};
use gage_units::Height;

use super::compare;
use crate::scenario::world::World;

/// Checks the words after `expect feed`.
pub fn check(world: &World, words: &[&str]) -> Result<(), String> {
    let [number, ref rest @ ..] = *words else { return Err("`expect feed` names a feed".to_owned()) };
    let feed = FeedId(number.parse().map_err(|_| format!("`{number}` is no feed"))?);
    let ctx = Context { height: Height(u64::MAX), time: world.time(), signer: Signer::Protocol, outputs: &[] };
    let quote = match (gage_oracle::quote(world.draft(), &ctx, feed), rest) {
        (Err(Error::UnknownFeed(_)), ["unknown"]) => return Ok(()),
        (quote, _) => quote.map_err(|error| error.to_string())?,
    };
    match *rest {
        ["price", ref rest @ ..] => compare(quote.mid.0, rest, 18),
        [class] if quote.class.name() == class => Ok(()),
        [class] => Err(format!("the price is {}, expected {class}", quote.class.name())),
        _ => Err(format!("a feed has no `{}`", rest.join(" "))),
    }
}
