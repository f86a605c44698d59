//! What a transaction did to its account, as the account's policy sees it.
//!
//! All parts of a holding count but the held: pledging takes nothing away, while a hold is a promise that
//! its beneficiary may settle without asking again, so it leaves when it is given. Fees are credit that left
//! when it was bought. A settlement instruction takes what the account affirmed without asking again, so its
//! deliveries leave for their receivers when they are affirmed, reserved or not. What an account records as
//! held for another account, or moves to it inside an omnibus, that one takes out without asking: it leaves then.
//! So does what the band of another's vault may take of it, when that is allowed. What others do to the account,
//! by a settlement, a seizure or due work, is not judged: it was agreed to before, or a rule of the protocol
//! does it.

use std::collections::{BTreeMap, BTreeSet};

use gage_accounts::{Act, Change, Class, Demand, Effects, Flow};
use gage_ledger::operations::OwnerName;
use gage_ledger::{Delivery, Event, InstructionId, Leg, Operation as Ledger, Part, Purpose, Reserve, Side};
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
    let mut fold = Fold { account, ..Fold::default() };
    let mut position = 0usize;
    for (index, (module, bytes)) in draft.events().iter().enumerate() {
        while ends.get(position).is_some_and(|end| *end <= index) {
            position = position.saturating_add(1);
        }
        // What is done after the last operation belongs to it.
        let of = position.min(operations.len().saturating_sub(1));
        let Some(operation) = operations.get(of) else { continue };
        let place = Place { position: of, kind: kind_of(operation) };
        if module == gage_vaults::MODULE {
            if let Ok(event) = borsh::from_slice(bytes) {
                fold.allowed(draft, place, &event)?;
            }
        } else if module == gage_ledger::MODULE
            && let Ok(event) = borsh::from_slice(bytes)
        {
            fold.event(draft, place, &event)?;
        }
    }
    for (position, operation) in operations.iter().enumerate() {
        fold.omnibus(draft, Place { position, kind: kind_of(operation) }, operation)?;
    }
    let mut effects = Effects { reduces: operations.iter().all(reduces), ..Effects::default() };
    let taking = fold.acts(draft, &mut effects.acts)?;
    let mut quiet = BTreeSet::new();
    for (position, operation) in operations.iter().enumerate() {
        // Each operation by itself: beside one that takes something, another of its verb may take nothing. What
        // asks for owners or for a named key is decided by those; rules are for the rest, what a guardian does
        // for another account among it: keys below the threshold got here because some rule may let them act.
        let judged = demand_of(operation) == Demand::Threshold;
        let (module, verb) = kind_of(operation);
        if judged && !taking.contains(&position) && quiet.insert((module, verb)) {
            effects.acts.push(Act { module, verb, flow: None });
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

fn kind_of(operation: &Operation) -> Kind {
    (operation.module(), operation.verb())
}

/// A kind of operation, an asset and the account on the other side, if there is one.
type Way = (Kind, AssetId, Option<AccountNumber>);

/// Where in a transaction something was done.
#[derive(Clone, Copy)]
struct Place {
    position: usize,
    kind: Kind,
}

#[derive(Default)]
struct Fold {
    account: AccountNumber,
    flows: BTreeMap<Way, Sums>,
    /// By asset, net of what moved within the account.
    totals: BTreeMap<AssetId, Sums>,
    /// Which operations took something, and on which way.
    part: BTreeSet<(Way, usize)>,
    /// By asset, what is promised and still on the account.
    promised: BTreeMap<AssetId, Amount>,
}

impl Fold {
    fn event(&mut self, draft: &Draft, place: Place, event: &Event) -> Result<(), MathError> {
        match event {
            Event::Held { record, .. } if record.owner == self.account => {
                self.add(place, record.asset, Some(record.beneficiary), Side::Debit, record.amount)
            }
            Event::InstructionAffirmed { instruction, by, reserve } if *by == self.account => {
                self.affirmation(draft, place, *instruction, *reserve)
            }
            // Its `Held` tells for whom.
            Event::Posted { purpose: Purpose::Hold, .. } => Ok(()),
            Event::Posted { purpose, legs, .. } if legs.iter().any(|leg| leg.account == self.account) => {
                self.posting(place, *purpose, legs)
            }
            _ => Ok(()),
        }
    }

    /// What the account delivers by an instruction leaves for the receivers; what was reserved for it left
    /// for the ledger's own account a moment before, and comes back from there.
    fn affirmation(
        &mut self,
        draft: &Draft,
        place: Place,
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
            self.add(place, asset, Some(leg.to), Side::Debit, amount)?;
            match reserve {
                Reserve::Now => {
                    let ledger = AccountNumber(u32::from(gage_ledger::MODULE));
                    self.add(place, asset, Some(ledger), Side::Credit, amount)?;
                }
                Reserve::AtSettlement => self.promise(asset, amount)?,
            }
        }
        Ok(())
    }

    fn promise(&mut self, asset: AssetId, amount: Amount) -> Result<(), MathError> {
        let promised = self.promised.entry(asset).or_default();
        *promised = promised.plus(amount)?;
        Ok(())
    }

    /// What becomes another's inside an omnibus: no posting tells of it.
    fn omnibus(&mut self, draft: &Draft, place: Place, operation: &Operation) -> Result<(), MathError> {
        let number = |id| gage_accounts::resolve(draft, &id).ok();
        match operation {
            Operation::Ledger(Ledger::RecordOwner(record)) => {
                // An owner whom the account alone knows can take nothing: the account still disposes of it.
                let OwnerName::Account(owner) = record.owner else { return Ok(()) };
                self.promise(record.asset, record.amount)?;
                self.add(place, record.asset, number(owner), Side::Debit, record.amount)
            }
            Operation::Ledger(Ledger::MoveWithin(moved)) => {
                let to = match (moved.from, moved.to) {
                    (_, OwnerName::Account(owner)) => number(owner),
                    // Its own, to an owner whom the holder of record answers for.
                    (OwnerName::Account(_), OwnerName::Reference(_)) => number(moved.holder),
                    (OwnerName::Reference(_), OwnerName::Reference(_)) => return Ok(()),
                };
                if number(moved.holder) == Some(self.account) {
                    self.promise(moved.asset, moved.amount)?;
                }
                self.add(place, moved.asset, to, Side::Debit, moved.amount)
            }
            _ => Ok(()),
        }
    }

    /// What the account lets the band of another's vault take leaves for its owner.
    fn allowed(&mut self, draft: &Draft, place: Place, event: &gage_vaults::Event) -> Result<(), MathError> {
        let gage_vaults::Event::TopUpAllowed { vault, account, asset, amount } = *event else { return Ok(()) };
        let owner = gage_vaults::query::owner(draft, vault);
        if account != self.account || owner == Some(account) || amount.is_zero() {
            return Ok(());
        }
        self.promise(asset, amount)?;
        self.add(place, asset, owner, Side::Debit, amount)
    }

    fn add(
        &mut self,
        place: Place,
        asset: AssetId,
        other: Option<AccountNumber>,
        side: Side,
        amount: Amount,
    ) -> Result<(), MathError> {
        self.totals.entry(asset).or_default().add(side, amount)?;
        self.flow(place, asset, other, side, amount)
    }

    fn flow(
        &mut self,
        place: Place,
        asset: AssetId,
        other: Option<AccountNumber>,
        side: Side,
        amount: Amount,
    ) -> Result<(), MathError> {
        let way = (place.kind, asset, other);
        if side == Side::Debit {
            self.part.insert((way, place.position));
        }
        self.flows.entry(way).or_default().add(side, amount)
    }

    fn posting(&mut self, place: Place, purpose: Purpose, legs: &[Leg]) -> Result<(), MathError> {
        let account = self.account;
        let mut own = BTreeMap::<AssetId, Sums>::new();
        // What is settled left when it was promised.
        let counts = |leg: &&Leg| leg.part != Part::Held && (purpose != Purpose::Settle || leg.side == Side::Credit);
        for leg in legs.iter().filter(|leg| leg.account == account && leg.side == Side::Debit) {
            // Settled at once: what was promised a moment before is there no longer.
            if purpose == Purpose::Settle && leg.part != Part::Held {
                let promised = self.promised.entry(leg.asset).or_default();
                *promised = promised.minus(leg.amount.min(*promised))?;
            }
        }
        for leg in legs.iter().filter(|leg| leg.account == account).filter(counts) {
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
            for leg in legs.iter().filter(|leg| leg.account != account && leg.asset == asset && leg.side != side) {
                // Where several give, each receiver counts in full: more than was given, never less.
                let part = leg.amount.min(net);
                left = left.minus(part).unwrap_or_default();
                self.flow(place, asset, Some(leg.account), side, part)?;
            }
            // Burned, or minted.
            if !left.is_zero() {
                self.flow(place, asset, None, side, left)?;
            }
        }
        Ok(())
    }

    /// One act for each kind, asset and destination that something left for; the positions of the operations
    /// that took it.
    fn acts(&self, draft: &Draft, acts: &mut Vec<Act>) -> Result<BTreeSet<usize>, MathError> {
        let mut taking = BTreeSet::new();
        for (way, sums) in &self.flows {
            let ((module, verb), asset, to) = way;
            let Ok(amount) = sums.out.minus(sums.into) else { continue };
            if amount.is_zero() {
                continue;
            }
            let total = self.totals.get(asset).copied().unwrap_or_default();
            let balance = gage_ledger::balance(draft, self.account, *asset);
            let now = balance.free.plus(balance.pledged)?.plus(balance.frozen)?;
            // Below zero only for things, which have no balance of their asset: they count as all there was.
            let promised = self.promised.get(asset).copied().unwrap_or_default();
            let before = now.plus(total.out)?.minus(total.into.plus(promised)?).unwrap_or_default();
            let to = to.and_then(|to| gage_accounts::id_of(draft, to));
            acts.push(Act { module: *module, verb: *verb, flow: Some(Flow { asset: *asset, to, amount, before }) });
            taking.extend(self.part.range((*way, 0)..=(*way, usize::MAX)).map(|(_, position)| *position));
        }
        Ok(taking)
    }
}
