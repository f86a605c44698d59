//! Uniform-price lots.
//!
//! | step | operation |
//! |---|---|
//! | `sell alice 10 BOND for GUSD from 90 within 1m` | puts a lot up for open bids of a minute |
//! | ... `sealed 1m deposit 10 forfeit 2500` | for sealed ones, revealed within a minute |
//! | ... `rounds 2` | offered twice; at least 1 unit a bid |
//! | `bid bob lot-1 5 BOND at 95 GUSD` | an open bid |
//! | `seal bob lot-1 5 BOND at 95 GUSD`, `reveal ...` | commits to a bid, reveals it |
//! | `unsell alice lot-1 BOND` | takes a lot without bids back |

use gage_accounts::Quantity;
use gage_auctions::operations::{CancelUniform, CommitBid, OpenUniform, PlaceBid, RevealBid, commitment};
use gage_auctions::{Bidding, LotId, Operation as Auctions, Unsold};
use gage_chain::Operation;
use gage_crypto::hash::sha256_parts;
use gage_units::{Amount, Bps, Price};

use super::super::number::{amount, duration_ms, numbered};
use super::super::world::World;
use super::{Asked, asset, exact};

/// Reads the words of one operation on a uniform-price lot.
pub fn read(world: &World, words: &[&str]) -> Result<Asked, String> {
    let (from, operation) = match *words {
        ["sell", from, count, symbol, "for", want, "from", floor, "within", window, ref rest @ ..] => {
            (from, sell([count, symbol, want, floor, window], rest)?)
        }
        ["unsell", from, lot, symbol] => {
            let (lot, asset) = (LotId(numbered(lot, "lot")?), asset(symbol)?.0);
            (from, Auctions::CancelUniform(CancelUniform { lot, asset }))
        }
        [verb, from, lot, count, symbol, "at", limit, want] => {
            let (lot, (amount_, asset_)) = (LotId(numbered(lot, "lot")?), exact(count, symbol)?);
            let (limit, want) = (Price(amount(limit, 18)?), asset(want)?.0);
            let salt = sha256_parts(&[b"salt of ", from.as_bytes()]);
            let operation = match verb {
                "bid" => Auctions::PlaceBid(PlaceBid { lot, asset: asset_, amount: amount_, want, limit }),
                "reveal" => Auctions::RevealBid(RevealBid { lot, asset: asset_, amount: amount_, want, limit, salt }),
                _ => {
                    let id = world.account(from)?;
                    let bidder = gage_accounts::resolve(world.draft(), &id).map_err(|error| error.to_string())?;
                    let commitment = commitment(lot, bidder, amount_, limit, &salt);
                    Auctions::CommitBid(CommitBid { lot, want, commitment, deposit_max: Amount::MAX })
                }
            };
            (from, operation)
        }
        _ => return Err(format!("`{}` is no step of a uniform-price lot", words.join(" "))),
    };
    Ok((from.to_owned(), Operation::Auctions(operation)))
}

fn sell([count, symbol, want, floor, window]: [&str; 5], rest: &[&str]) -> Result<Auctions, String> {
    let (put_up, asset_) = exact(count, symbol)?;
    let (one, _) = exact("1", symbol)?;
    let want = asset(want)?.0;
    let (mut bidding, mut unsold) = (Bidding::Open, Unsold::Return);
    let mut rest = rest;
    while !rest.is_empty() {
        rest = match *rest {
            ["sealed", reveal, "deposit", deposit, "forfeit", bps, ref rest @ ..] => {
                let (reveal_ms, deposit) = (duration_ms(reveal)?, Amount(amount(deposit, 18)?));
                let forfeit = Bps(bps.parse().map_err(|_| format!("`{bps}` is no number"))?);
                bidding = Bidding::Sealed { reveal_ms, deposit, forfeit };
                rest
            }
            ["rounds", rounds, ref rest @ ..] => {
                unsold = Unsold::Roll { rounds: rounds.parse().map_err(|_| format!("`{rounds}` is no number"))? };
                rest
            }
            _ => return Err(format!("`{}` is no term of a sale", rest.join(" "))),
        };
    }
    Ok(Auctions::OpenUniform(OpenUniform {
        asset: asset_,
        amount: Quantity::Exact(put_up),
        want,
        floor: Price(amount(floor, 18)?),
        bidding,
        window_ms: duration_ms(window)?,
        unsold,
        bid_min: one,
    }))
}
