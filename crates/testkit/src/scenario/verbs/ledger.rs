//! What can be asked of settlement and of omnibus holdings.
//!
//! | step | operation |
//! |---|---|
//! | `propose alice block until 5d : alice bob 100 BOND ; bob alice 900 GUSD` | an instruction; `affirmation`, `block` or `in 2d` |
//! | `propose alice in 2d until 9d partials buy-in 3 50 GUSD reserved : ...` | with parts, a buy-in after 3 days, affirmed by alice (`reserved` or `later`) |
//! | `affirm bob instruction-0 reserved` | affirms the legs of bob as they stand; or `later` |
//! | `affirm bob instruction-0 later : alice bob 1 BOND` | affirms these legs |
//! | `confirm bank instruction-0 2` | the agent's receipt for leg 2 (a leg `alice bob outside bank`) |
//! | `cancel-instruction alice instruction-0`, `claim-buy-in bob instruction-0` | |
//! | `record-owner bank alice 5 BOND` | beneficial owner; whoever has no account is a reference |
//! | `move-within alice bank alice bob 5 BOND` | inside the omnibus of the bank |
//! | `release-owner bank client 5 BOND`, `take-out alice bank 5 BOND` | out of the omnibus |

use gage_chain::Operation;
use gage_crypto::Hash;
use gage_crypto::hash::sha256_parts;
use gage_ledger::operations::{
    AffirmInstruction, CancelInstruction, ClaimBuyIn, ConfirmDelivery, MoveWithin, NewDelivery, NewLeg, OwnerName,
    ProposeInstruction, RecordOwner, ReleaseOwner, WithdrawHolding,
};
use gage_ledger::{BuyIn, Delivery, InstructionId, Operation as Ledger, Reserve, SettleAt, SettlementLeg, instruction};
use gage_units::{ItemId, Timestamp};

use super::{Asked, exact};
use crate::scenario::number::{duration_ms, numbered};
use crate::scenario::world::World;

/// The first words this file understands.
pub const WORDS: [&str; 9] = [
    "propose",
    "affirm",
    "confirm",
    "cancel-instruction",
    "claim-buy-in",
    "record-owner",
    "move-within",
    "release-owner",
    "take-out",
];

/// Reads the words of one operation.
pub fn read(world: &World, words: &[&str]) -> Result<Asked, String> {
    let (from, operation) = match *words {
        ["propose", from, ref rest @ ..] => (from, Ledger::ProposeInstruction(propose(world, rest)?)),
        ["affirm", from, id, how, ref rest @ ..] => (from, affirm(world, from, id, how, rest)?),
        ["confirm", from, id, leg] => {
            let instruction = InstructionId(numbered(id, "instruction")?);
            let leg = leg.parse().map_err(|_| format!("`{leg}` is no place of a leg"))?;
            let (reference, receipt) = (reference(), Hash([7; 32]));
            (from, Ledger::ConfirmDelivery(ConfirmDelivery { instruction, leg, reference, receipt }))
        }
        ["cancel-instruction", from, id] => {
            let instruction = InstructionId(numbered(id, "instruction")?);
            (from, Ledger::CancelInstruction(CancelInstruction { instruction }))
        }
        ["claim-buy-in", from, id] => {
            let instruction = InstructionId(numbered(id, "instruction")?);
            (from, Ledger::ClaimBuyIn(ClaimBuyIn { instruction }))
        }
        ["record-owner", from, name, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            (from, Ledger::RecordOwner(RecordOwner { asset, owner: owner(world, name), amount }))
        }
        ["move-within", by, holder, from, to, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            let (holder, from, to) = (world.account(holder)?, owner(world, from), owner(world, to));
            (by, Ledger::MoveWithin(MoveWithin { holder, asset, from, to, amount }))
        }
        ["release-owner", from, name, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            let OwnerName::Reference(reference) = owner(world, name) else {
                return Err(format!("{name} has an account"));
            };
            (from, Ledger::ReleaseOwner(ReleaseOwner { asset, reference, amount }))
        }
        ["take-out", from, holder, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            (from, Ledger::WithdrawHolding(WithdrawHolding { holder: world.account(holder)?, asset, amount }))
        }
        _ => return Err(format!("`{}` is no step of settlement", words.join(" "))),
    };
    Ok((from.to_owned(), Operation::Ledger(operation)))
}

/// A person, or whoever has no account by the hash of the name.
pub fn owner(world: &World, name: &str) -> OwnerName {
    match world.account(name) {
        Ok(id) => OwnerName::Account(id),
        Err(_) => OwnerName::Reference(sha256_parts(&[b"gage/scenario/owner/", name.as_bytes()])),
    }
}

/// What is delivered outside the ledger in scenarios.
fn reference() -> Hash {
    Hash([6; 32])
}

fn propose(world: &World, words: &[&str]) -> Result<ProposeInstruction, String> {
    let colon = words.iter().position(|word| *word == ":").ok_or("`:` stands before the legs")?;
    let (mut head, legs) = (&words[..colon], legs(world, &words[colon + 1..])?);
    let ahead = |time: &str| Ok::<_, String>(Timestamp(world.next_time().0 + duration_ms(time)?));
    let (mut partials, mut buy_in, mut how) = (false, None, None);
    let mut at = SettleAt::Affirmation;
    let mut expires = ahead("30d")?;
    while !head.is_empty() {
        head = match *head {
            ["affirmation", ref rest @ ..] => rest,
            ["block", ref rest @ ..] => {
                at = SettleAt::Block;
                rest
            }
            ["in", time, ref rest @ ..] => {
                at = SettleAt::ValueDate(ahead(time)?);
                rest
            }
            ["until", time, ref rest @ ..] => {
                expires = ahead(time)?;
                rest
            }
            ["partials", ref rest @ ..] => {
                partials = true;
                rest
            }
            ["buy-in", days, count, symbol, ref rest @ ..] => {
                let (security, asset) = exact(count, symbol)?;
                let after_days = days.parse().map_err(|_| format!("`{days}` is no count of days"))?;
                buy_in = Some(BuyIn { after_days, asset, security });
                rest
            }
            [word @ ("reserved" | "later"), ref rest @ ..] => {
                how = Some(reserve(word)?);
                rest
            }
            _ => return Err(format!("`{}` is no term of an instruction", head.join(" "))),
        };
    }
    Ok(ProposeInstruction { legs, at, partials, buy_in, expires, affirm: how })
}

fn affirm(world: &World, from: &str, id: &str, how: &str, rest: &[&str]) -> Result<Ledger, String> {
    let id = InstructionId(numbered(id, "instruction")?);
    let legs = match *rest {
        [":", ref rest @ ..] => legs(world, rest)?,
        _ => {
            let record = instruction(world.draft(), id).map_err(|error| error.to_string())?;
            let mine = world.account(from)?;
            let number = gage_accounts::resolve(world.draft(), &mine).map_err(|error| error.to_string())?;
            let of = |leg: &&SettlementLeg| leg.from == number || leg.to == number;
            record.legs.iter().filter(of).map(|leg| written(world, leg)).collect::<Result<_, _>>()?
        }
    };
    Ok(Ledger::AffirmInstruction(AffirmInstruction { instruction: id, legs, reserve: reserve(how)? }))
}

/// A leg of a record as an operation writes it.
fn written(world: &World, leg: &SettlementLeg) -> Result<NewLeg, String> {
    let id = |number| gage_accounts::id_of(world.draft(), number).ok_or("an account without identifier");
    let delivery = match leg.delivery {
        Delivery::Amount { asset, amount } => NewDelivery::Amount { asset, amount },
        Delivery::Item { asset, item } => NewDelivery::Item { asset, item },
        Delivery::OffLedger { agent, reference } => NewDelivery::OffLedger { agent: id(agent)?, reference },
    };
    Ok(NewLeg { from: id(leg.from)?, to: id(leg.to)?, delivery })
}

fn reserve(word: &str) -> Result<Reserve, String> {
    match word {
        "reserved" => Ok(Reserve::Now),
        "later" => Ok(Reserve::AtSettlement),
        _ => Err(format!("`{word}` is neither `reserved` nor `later`")),
    }
}

/// `alice bob 100 BOND ; bob alice outside bank ; carol bob item 7 asset-9`.
fn legs(world: &World, words: &[&str]) -> Result<Vec<NewLeg>, String> {
    let leg = |words: &[&str]| {
        let (from, to, delivery) = match *words {
            [from, to, "outside", agent] => {
                (from, to, NewDelivery::OffLedger { agent: world.account(agent)?, reference: reference() })
            }
            [from, to, "item", item, asset] => {
                let item = ItemId(item.parse().map_err(|_| format!("`{item}` is no item"))?);
                let asset = u32::try_from(numbered(asset, "asset")?).map_err(|error| error.to_string())?;
                (from, to, NewDelivery::Item { asset: gage_units::AssetId(asset), item })
            }
            [from, to, count, symbol] => {
                let (amount, asset) = exact(count, symbol)?;
                (from, to, NewDelivery::Amount { asset, amount })
            }
            _ => return Err(format!("`{}` is no leg", words.join(" "))),
        };
        Ok(NewLeg { from: world.account(from)?, to: world.account(to)?, delivery })
    };
    words.split(|word| *word == ";").map(leg).collect()
}
