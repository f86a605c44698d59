//! What can be seen of settlement and of omnibus holdings.
//!
//! | expectation | of what |
//! |---|---|
//! | `instruction-0 pending` | also `affirmed`, `failed`, `settled`, `cancelled`, `expired`, `bought-in`, `gone` |
//! | `instruction-0 fails-by alice`, `instruction-0 fails-for InsufficientBalance`, `instruction-0 attempts 2` | the last fail |
//! | `instruction-0 delivered 1 40 BOND` | of the leg at place 1 |
//! | `owner alice bank BOND 5` | what alice has in the bank's omnibus |

use gage_chain::DecodedEvent;
use gage_ledger::operations::OwnerName;
use gage_ledger::{Event, InstructionId, Status, SubOwner, instruction, sub_holding};

use super::compare;
use crate::scenario::number::numbered;
use crate::scenario::verbs::{asset, ledger::owner};
use crate::scenario::world::World;

/// Checks the words after `expect`.
pub fn check(world: &World, words: &[&str]) -> Result<(), String> {
    match *words {
        ["owner", name, holder, symbol, ref rest @ ..] => {
            let (asset, decimals) = asset(symbol)?;
            let resolve = |id: &_| gage_accounts::resolve(world.draft(), id).map_err(|error| error.to_string());
            let owner = match owner(world, name) {
                OwnerName::Account(id) => SubOwner::Account(resolve(&id)?),
                OwnerName::Reference(hash) => SubOwner::Reference(hash),
            };
            let holder = resolve(&world.account(holder)?)?;
            compare(sub_holding(world.draft(), holder, asset, owner).0, rest, decimals)
        }
        [subject, ref rest @ ..] => instruction_is(world, InstructionId(numbered(subject, "instruction")?), rest),
        _ => Err("nothing is expected".to_owned()),
    }
}

fn instruction_is(world: &World, id: InstructionId, words: &[&str]) -> Result<(), String> {
    let found = instruction(world.draft(), id);
    if let ["gone"] = words {
        return if found.is_err() { Ok(()) } else { Err("the instruction is there".to_owned()) };
    }
    let record = found.map_err(|error| error.to_string())?;
    match (words, record.status) {
        (["delivered", leg, rest @ ..], _) => {
            let leg = leg.parse::<usize>().ok().and_then(|place| record.legs.get(place)).ok_or("no such leg")?;
            let decimals = match rest.last() {
                Some(symbol) => asset(symbol)?.1,
                None => 0,
            };
            compare(leg.settled.0, rest, decimals)
        }
        (["attempts", rest @ ..], Status::Failed(fail)) => compare(fail.attempts.into(), rest, 0),
        (["fails-by", name], Status::Failed(fail)) => {
            let number = gage_accounts::resolve(world.draft(), &world.account(name)?).ok();
            if number.is_some() && fail.by == number { Ok(()) } else { Err(format!("it fails by {:?}", fail.by)) }
        }
        (["fails-for", name], Status::Failed(_)) => {
            let events = world.all_events();
            let last = events.iter().rev().find_map(|event| match event {
                DecodedEvent::Ledger(Event::InstructionFailed { instruction, name, .. }) if *instruction == id => {
                    Some(name.clone())
                }
                _ => None,
            });
            if last.as_deref() == Some(name) { Ok(()) } else { Err(format!("it fails for {last:?}")) }
        }
        ([word], status) => {
            let found = match status {
                Status::Pending => "pending",
                Status::Affirmed => "affirmed",
                Status::Failed(_) => "failed",
                Status::Settled => "settled",
                Status::Cancelled => "cancelled",
                Status::Expired => "expired",
                Status::BoughtIn(_) => "bought-in",
            };
            if found == *word { Ok(()) } else { Err(format!("the instruction is {found}, expected {word}")) }
        }
        _ => Err(format!("an instruction has no `{}`", words.join(" "))),
    }
}
