//! What can be asked of what an asset is.
//!
//! | step | operation |
//! |---|---|
//! | `attest v1 4 GOLD for 30d` | a verifier's statement |
//! | `mint-backed alice 4 GOLD` | against proven backing |
//! | `compose bank BTC 0.5 ETH 1 GOLD` | what one unit is made of; nothing makes it a base asset |
//! | `list alice GOLD tier 0 caps 1000 500` | a listing with supply and collateral caps, the signer its curator |
//! | `request alice 5 GOLD`, `cancel-request alice request-0`, `claim-request alice request-0` | the redemption queue |
//! | `fund bank GOLD 100 BOND` | money from which windows pay |

use gage_accounts::Quantity;
use gage_chain::Operation;
use gage_crypto::Hash;
use gage_securities::operations::{
    Attest, CancelRedemption, ClaimRedemption, FundRedemptions, List, MintBacked, RequestRedemption, SetComposition,
};
use gage_securities::{Operation as Securities, Part, RequestId};
use gage_units::{Amount, Ratio, Timestamp};

use super::{Asked, asset, exact};
use crate::scenario::number::{amount, duration_ms, numbered};
use crate::scenario::world::World;

/// The first words this file understands.
pub const WORDS: [&str; 8] =
    ["attest", "mint-backed", "compose", "list", "request", "cancel-request", "claim-request", "fund"];

/// Reads the words of one operation.
pub fn read(world: &World, words: &[&str]) -> Result<Asked, String> {
    let request = |text: &str| numbered(text, "request").map(RequestId);
    let (from, operation) = match *words {
        ["attest", from, count, symbol, "for", time] => {
            let (amount, asset) = exact(count, symbol)?;
            let as_of = world.next_time();
            let expires = Timestamp(as_of.0 + duration_ms(time)?);
            (from, Securities::Attest(Attest { asset, amount, as_of, expires, evidence: Hash([1; 32]) }))
        }
        ["mint-backed", from, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            (from, Securities::MintBacked(MintBacked { asset, amount }))
        }
        ["compose", from, symbol, ref rest @ ..] => {
            let part = |pair: &[&str]| match *pair {
                [weight, symbol] => Ok(Part { asset: asset(symbol)?.0, weight: Ratio(amount(weight, 18)?) }),
                _ => Err("parts are `0.5 ETH 1 BTC`".to_owned()),
            };
            let parts = rest.chunks(2).map(part).collect::<Result<Vec<_>, _>>()?;
            (from, Securities::SetComposition(SetComposition { asset: asset(symbol)?.0, parts }))
        }
        ["list", from, symbol, "tier", tier, "caps", supply, collateral] => {
            let (id, decimals) = asset(symbol)?;
            let tier = tier.parse().map_err(|_| format!("`{tier}` is no tier"))?;
            let (supply_cap, collateral_cap) =
                (Amount(amount(supply, decimals)?), Amount(amount(collateral, decimals)?));
            let curator = Some(world.account(from)?);
            (from, Securities::List(List { asset: id, tier, curator, supply_cap, collateral_cap }))
        }
        ["request", from, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            let quantity = Quantity::Exact(amount);
            (from, Securities::RequestRedemption(RequestRedemption { asset, quantity }))
        }
        ["cancel-request", from, id] => {
            (from, Securities::CancelRedemption(CancelRedemption { request: request(id)? }))
        }
        ["claim-request", from, id] => (from, Securities::ClaimRedemption(ClaimRedemption { request: request(id)? })),
        ["fund", from, symbol, count, money] => {
            let (amount, _) = exact(count, money)?;
            (from, Securities::FundRedemptions(FundRedemptions { asset: asset(symbol)?.0, amount }))
        }
        _ => return Err(format!("`{}` is no step of an asset", words.join(" "))),
    };
    Ok((from.to_owned(), Operation::Securities(operation)))
}
