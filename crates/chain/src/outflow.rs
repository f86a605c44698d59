//! What a transaction did to its account, as the account's policy sees it.
//!
//! All parts of a holding count but the held: pledging takes nothing away, while a hold is a promise that
//! its beneficiary may settle without asking again, so it leaves when it is given. Fees are credit that left
//! when it was bought. A settlement instruction takes what the account affirmed without asking again, so its
//! deliveries leave for their receivers when they are affirmed, reserved or not. What others do to the account, by a settlement, a seizure or due work, is not judged:
//! it was agreed to before, or a rule of the protocol does it.

use std::collections::BTreeMap;

use gage_accounts::{Act, Change, Class, Demand, Effects, Flow};
use gage_ledger::{Delivery, Event, InstructionId, Leg, Part, Purpose, Reserve, Side};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, MathError};

use crate::Operation;
use crate::run::demand_of;

/// What left and what came in.
#[derive(Clone, Copy, Default)]
struct Sums {
    out: Amount,
    into: Amount,
}

impl Sums {
    fn add(&mut self, side: Side, amount: Amount) -> Result<(), MathError> {
        match side {
            Side::Debit => self.out = self.out.plus(amount)?,
            Side::Credit => self.into = self.into.plus(amount)?,
        }
        Ok(())
    }
}

/// The effects of these operations on the account, from the events of the transaction. `ends` tells how
/// many events there were after each operation.
///
/// # Errors
/// [`MathError::Overflow`] if a sum does not fit.
pub(crate) fn effects(
    draft: &Draft,
    account: AccountNumber,
    operations: &[Operation],
    ends: &[usize],
) -> Result<Effects, MathError> {
    let mut fold = Fold { account, flows: BTreeMap::new(), totals: BTreeMap::new() };
    let mut position = 0usize;
    for (index, (module, bytes)) in draft.events().iter().enumerate() {
        while ends.get(position).is_some_and(|end| *end <= index) {
            position = position.saturating_add(1);
        }
        // What is done after the last operation belongs to it.
        let Some(operation) = operations.get(position).or(operations.last()) else { continue };
        if module != gage_ledger::MODULE {
            continue;
        }
        if let Ok(event) = borsh::from_slice(bytes) {
            fold.event(draft, (operation.module(), operation.verb()), &event)?;
        }
    }
    let mut effects = Effects { reduces: operations.iter().all(reduces), ..Effects::default() };
    fold.acts(draft, &mut effects.acts)?;
    for operation in operations {
        let kind = (operation.module(), operation.verb());
        let known = effects.acts.iter().any(|act| (act.module, act.verb) == kind);
        // What asks for owners or for a named key is decided by those; rules are for the rest.
        if !known && operation.module() != gage_accounts::MODULE && demand_of(operation) == Demand::Threshold {
            effects.acts.push(Act { module: kind.0, verb: kind.1, flow: None });
        }
    }
    let change = |(asset, sums): (AssetId, Sums)| Change { asset, out: sums.out, into: sums.into };
    effects.changes = fold.totals.into_iter().map(change).collect();
    Ok(effects)
}

/// Whether an operation only reduces a risk or manages the account.
fn reduces(operation: &Operation) -> bool {
    let manages = operation.module() == gage_accounts::MODULE || matches!(demand_of(operation), Demand::Key(..));
    manages || operation.class() <= Class::Reduce
}

/// Module and verb of an operation.
type Kind = (u8, u8);

struct Fold {
    account: AccountNumber,
    /// By kind, asset and the account on the other side, if there is one.
    flows: BTreeMap<(Kind, AssetId, Option<AccountNumber>), Sums>,
    /// By asset, net of what moved within the account.
    totals: BTreeMap<AssetId, Sums>,
}

impl Fold {
    fn event(&mut self, draft: &Draft, kind: Kind, event: &Event) -> Result<(), MathError> {
        match event {
            Event::Held { record, .. } if record.owner == self.account => {
                self.add(kind, record.asset, Some(record.beneficiary), Side::Debit, record.amount)
            }
            Event::InstructionAffirmed { instruction, by, reserve } if *by == self.account => {
                self.affirmation(draft, kind, *instruction, *reserve)
            }
            // Its `Held` tells for whom.
            Event::Posted { purpose: Purpose::Hold, .. } => Ok(()),
            Event::Posted { purpose, legs, .. } if legs.iter().any(|leg| leg.account == self.account) => {
                self.posting(kind, *purpose, legs)
            }
            _ => Ok(()),
        }
    }

    /// What the account delivers by an instruction leaves for the receivers; what was reserved for it left
    /// for the ledger's own account a moment before, and comes back from there.
    fn affirmation(
        &mut self,
        draft: &Draft,
        kind: Kind,
        instruction: InstructionId,
        reserve: Reserve,
    ) -> Result<(), MathError> {
        let record = gage_ledger::instruction(draft, instruction);
        for leg in record.iter().flat_map(|record| &record.legs) {
            if leg.from != self.account {
                continue;
            }
            let (asset, amount) = match leg.delivery {
                Delivery::Amount { asset, amount } => (asset, amount),
                Delivery::Item { asset, .. } => (asset, Amount(1)),
                Delivery::OffLedger { .. } => continue,
            };
            self.add(kind, asset, Some(leg.to), Side::Debit, amount)?;
            if reserve == Reserve::Now {
                self.add(kind, asset, Some(AccountNumber(u32::from(gage_ledger::MODULE))), Side::Credit, amount)?;
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        kind: Kind,
        asset: AssetId,
        other: Option<AccountNumber>,
        side: Side,
        amount: Amount,
    ) -> Result<(), MathError> {
        self.totals.entry(asset).or_default().add(side, amount)?;
        self.flows.entry((kind, asset, other)).or_default().add(side, amount)
    }

    fn posting(&mut self, kind: Kind, purpose: Purpose, legs: &[Leg]) -> Result<(), MathError> {
        let mut own = BTreeMap::<AssetId, Sums>::new();
        // What is settled left when it was promised.
        let counts = |leg: &&Leg| leg.part != Part::Held && (purpose != Purpose::Settle || leg.side == Side::Credit);
        for leg in legs.iter().filter(|leg| leg.account == self.account).filter(counts) {
            own.entry(leg.asset).or_default().add(leg.side, leg.amount)?;
        }
        for (asset, sums) in own {
            // What stays within the account, as a pledge does, is neither out nor in.
            let (side, net) = match sums.out.minus(sums.into) {
                Ok(net) => (Side::Debit, net),
                Err(_) => (Side::Credit, sums.into.minus(sums.out)?),
            };
            if net.is_zero() {
                continue;
            }
            self.totals.entry(asset).or_default().add(side, net)?;
            let mut left = net;
            for leg in legs.iter().filter(|leg| leg.account != self.account && leg.asset == asset && leg.side != side) {
                // Where several give, each receiver counts in full: more than was given, never less.
                let part = leg.amount.min(net);
                left = left.minus(part).unwrap_or_default();
                self.flows.entry((kind, asset, Some(leg.account))).or_default().add(side, part)?;
            }
            // Burned, or minted.
            if !left.is_zero() {
                self.flows.entry((kind, asset, None)).or_default().add(side, left)?;
            }
        }
        Ok(())
    }

    /// One act for each kind, asset and destination that something left for.
    fn acts(&self, draft: &Draft, acts: &mut Vec<Act>) -> Result<(), MathError> {
        for (((module, verb), asset, to), sums) in &self.flows {
            let Ok(amount) = sums.out.minus(sums.into) else { continue };
            if amount.is_zero() {
                continue;
            }
            let total = self.totals.get(asset).copied().unwrap_or_default();
            let balance = gage_ledger::balance(draft, self.account, *asset);
            let now = balance.free.plus(balance.pledged)?.plus(balance.frozen)?;
            // Below zero only for things, which have no balance of their asset: they count as all there was.
            let before = now.plus(total.out)?.minus(total.into).unwrap_or_default();
            let to = to.and_then(|to| gage_accounts::id_of(draft, to));
            acts.push(Act { module: *module, verb: *verb, flow: Some(Flow { asset: *asset, to, amount, before }) });
        }
        Ok(())
    }
}
