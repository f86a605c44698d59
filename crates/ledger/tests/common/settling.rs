//! Short calls for settlement instructions.

use gage_accounts::Signer;
use gage_ledger::operations::{AffirmInstruction, NewDelivery, NewLeg, ProposeInstruction};
use gage_ledger::{InstructionId, Operation, Reserve, SettleAt, Status, instruction};
use gage_units::{Amount, AssetId, Timestamp};

use super::World;

pub const DAY: u64 = 86_400_000;

pub fn leg(world: &World, from: usize, to: usize, asset: AssetId, amount: u128) -> NewLeg {
    let delivery = NewDelivery::Amount { asset, amount: Amount(amount) };
    NewLeg { from: world.id(from), to: world.id(to), delivery }
}

pub fn propose(world: &World, legs: Vec<NewLeg>, at: SettleAt) -> ProposeInstruction {
    let expires = Timestamp(world.time.0 + 10 * DAY);
    ProposeInstruction { legs, at, partials: false, buy_in: None, expires, affirm: None }
}

pub fn affirm(world: &mut World, user: usize, id: u64, legs: &[NewLeg], reserve: Reserve) -> Result<(), String> {
    let mine = world.id(user);
    let legs = legs.iter().filter(|leg| leg.from == mine || leg.to == mine).copied().collect();
    let operation = AffirmInstruction { instruction: InstructionId(id), legs, reserve };
    world.run(user, &Operation::AffirmInstruction(operation)).map_err(|error| error.name().to_owned())
}

pub fn due(world: &mut World) {
    let ctx = world.ctx(Signer::Protocol);
    world.act(|draft| gage_ledger::settle_due(draft, &ctx, &mut 10_000_000)).unwrap();
}

pub fn status(world: &World, id: u64) -> Status {
    instruction(&world.draft, InstructionId(id)).unwrap().status
}
