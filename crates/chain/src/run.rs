//! What becomes of one transaction: authority, nonce and fee, which stay; then its operations, all or nothing.

use gage_accounts::{
    Asked, Authority, By, Class, Context, Demand, Error as Judged, Granted, Output, Permission, Signer, Standing,
};
use gage_store::{Draft, Events};
use gage_units::{AccountNumber, Amount, Height, Timestamp};
use smallvec::SmallVec;

use crate::chain::Chain;
use crate::dispatch::records_ahead;
use crate::guard::{Guarded, guard};
use crate::prepared::Outline;
use crate::receipt::{Outcome, Receipt};
use crate::state::{FROZEN, params};
use crate::touch::Planned;
use crate::transaction::{SignedTransaction, Transaction};
use crate::{ChainOperation, Error, Operation, Rejection, account_bundles, effects, fee_of, fees, outflow};

/// What a transaction and a bundle have in common while they run.
pub(crate) struct Act<'a> {
    pub operations: &'a [Operation],
    pub signer: Signer,
    pub height: Height,
    pub time: Timestamp,
    /// Whether it is noted which events are of which operation, for the policy of the account.
    pub watched: bool,
}

impl Chain {
    /// Runs one transaction: authority, nonce and fee, which stay whatever follows, then its operations.
    pub(crate) fn run_transaction(&mut self, planned: &Planned, height: Height, time: Timestamp) -> Receipt {
        let Planned { signed, outline, account } = *planned;
        self.attempt(signed, outline, Some(account), height, time, Draft::commit)
    }

    /// As [`Chain::run_transaction`], where `keep` says what becomes of what is to stay. The account's number is given
    /// where its name was looked up before.
    pub(crate) fn attempt(
        &mut self,
        signed: &SignedTransaction,
        outline: &Outline,
        number: Option<AccountNumber>,
        height: Height,
        time: Timestamp,
        keep: impl Fn(&mut Draft),
    ) -> Receipt {
        let transaction = &signed.transaction;
        let (hash, weight) = (outline.hash, outline.weight_in(&self.draft, transaction));
        let receipt = |outcome, fee, events| Receipt { transaction: hash, outcome, fee, weight, events };
        // Who pays nothing does not raise the base fee of those who pay.
        let unpaid = |outcome| Receipt { weight: 0, ..receipt(outcome, Amount::ZERO, Events::default()) };
        let ctx = Context { height, time, signer: Signer::Protocol, outputs: &[] };

        let admitted = guard(&mut self.draft, |draft| admit(draft, &ctx, number, transaction, outline, weight));
        let (granted, fee) = match admitted {
            Guarded::Done(admitted) => admitted,
            Guarded::Refused(reason) => {
                return unpaid(Outcome::Rejected { operation: None, reason });
            }
            Guarded::Panicked(_) => return unpaid(Outcome::Internal),
        };
        keep(&mut self.draft);

        let Granted { account, watched, .. } = granted;
        let operations = &transaction.operations;
        let records = self.draft.records();
        let before = standing(&self.draft, &granted, operations, time);
        let mut queue_ms = None;
        let act = Act { operations, signer: Signer::Account(account), height, time, watched };
        let outcome = self.run_operations(&act, |draft, ctx, ends| {
            gage_vaults::recheck(draft, ctx)?;
            effects::check(&transaction.expected, account, draft.events())?;
            if watched {
                let judged = judge(draft, ctx, (signed, outline), &granted, before.as_ref(), ends);
                if let Err(Judged::OverBreaker { queue_ms: wait, .. }) = &judged {
                    queue_ms = *wait;
                }
                judged?;
            }
            check_records(draft, records)?;
            let allowed = transaction.max_fee.minus(fee).map_err(Error::from)?;
            Ok(fees::settle_deposit(draft, account, records, records_ahead(operations), allowed)?)
        });
        let outcome = match queue_ms {
            Some(delay_ms) => self.queue_instead(&ctx, account, (signed, outline), delay_ms, fee, outcome),
            None => outcome,
        };
        keep(&mut self.draft);
        receipt(outcome, fee, self.draft.take_events())
    }

    /// Makes a bundle of what a breaker did not let pass, which leaves its deposit for records like any other.
    /// The outcome says so, or stays what it was.
    fn queue_instead(
        &mut self,
        ctx: &Context,
        account: AccountNumber,
        (signed, outline): (&SignedTransaction, &Outline),
        delay_ms: u64,
        fee: Amount,
        outcome: Outcome,
    ) -> Outcome {
        let (operations, keys) = (&signed.transaction.operations, &outline.keys);
        let records = self.draft.records();
        let queue = |draft: &mut Draft| -> Result<(u64, Timestamp), Rejection> {
            let queued = account_bundles::queue(draft, ctx, account, operations, keys, delay_ms)?;
            check_records(draft, records)?;
            let allowed = signed.transaction.max_fee.minus(fee).map_err(Error::from)?;
            fees::settle_deposit(draft, account, records, 0, allowed)?;
            Ok(queued)
        };
        match guard(&mut self.draft, queue) {
            Guarded::Done((bundle, from)) => {
                let reason = Judged::QueuedByBreaker { bundle, from }.into();
                Outcome::Rejected { operation: None, reason }
            }
            Guarded::Refused(_) | Guarded::Panicked(_) => outcome,
        }
    }

    /// Runs operations in order, then the checks at their end; all or nothing.
    pub(crate) fn run_operations(
        &mut self,
        act: &Act,
        at_end: impl FnOnce(&mut Draft, &Context, &[usize]) -> Result<(), Rejection>,
    ) -> Outcome {
        let before_operation = self.before_operation;
        let ran = guard(&mut self.draft, |draft| {
            let mut outputs: SmallVec<[Option<Output>; 4]> = SmallVec::new();
            let mut ends: Vec<usize> = Vec::new();
            for (operation, position) in act.operations.iter().zip(0u8..) {
                let ctx = Context { height: act.height, time: act.time, signer: act.signer, outputs: &outputs };
                before_operation(operation);
                check_frozen(draft, operation).map_err(|reason| (Some(position), reason))?;
                let output = operation.apply(draft, &ctx).map_err(|reason| (Some(position), reason))?;
                outputs.push(output);
                if act.watched {
                    ends.push(draft.events().len());
                }
            }
            let ctx = Context { height: act.height, time: act.time, signer: act.signer, outputs: &outputs };
            at_end(draft, &ctx, &ends).map_err(|reason| (None, reason))
        });
        match ran {
            Guarded::Done(()) => Outcome::Done,
            Guarded::Refused((operation, reason)) => Outcome::Rejected { operation, reason },
            Guarded::Panicked(_) => Outcome::Internal,
        }
    }
}

/// Whose word an operation needs.
pub(crate) fn demand_of(operation: &Operation) -> Demand {
    match operation {
        // Acting for governance is managing the network: it takes the owners' keys, like managing keys.
        Operation::Chain(ChainOperation::Schedule(_) | ChainOperation::CancelBundle(_)) => Demand::Owners,
        Operation::Chain(ChainOperation::ProposeBundle(propose)) => Demand::Key(propose.key, Permission::Propose),
        Operation::Chain(ChainOperation::ApproveBundle(approve)) => Demand::Key(approve.key, Permission::Approve),
        Operation::Accounts(operation) => operation.demand(),
        // What leaves for another account window by window has no amount that a limit could count beforehand.
        Operation::Vaults(gage_vaults::Operation::SetBand(band)) if band.names_an_account() => Demand::Owners,
        _ => Demand::Threshold,
    }
}

/// What each operation asks of the keys.
pub(crate) fn asked_of(transaction: &Transaction) -> SmallVec<[Asked; 2]> {
    let asked = |operation: &Operation| Asked {
        module: operation.module(),
        class: operation.class(),
        demand: demand_of(operation),
    };
    transaction.operations.iter().map(asked).collect()
}

/// What a guarded account allowed before operations that may change it.
fn standing(draft: &Draft, granted: &Granted, operations: &[Operation], time: Timestamp) -> Option<Standing> {
    let manages = granted.watched && operations.iter().any(|operation| operation.module() == gage_accounts::MODULE);
    if manages { gage_accounts::standing(draft, granted.account, time) } else { None }
}

/// Asks the policy of a watched account about what its transaction did.
fn judge(
    draft: &mut Draft,
    ctx: &Context,
    (signed, outline): (&SignedTransaction, &Outline),
    granted: &Granted,
    before: Option<&Standing>,
    ends: &[usize],
) -> Result<(), Judged> {
    let effects = outflow::effects(draft, granted.account, &signed.transaction.operations, ends)?;
    let by = granted.session.map_or(By::Keys(&outline.keys), By::Session);
    gage_accounts::judge(draft, ctx, granted.account, by, before, &effects)
}

/// Refuses more records than the ledger may hold.
pub(crate) fn check_records(draft: &Draft, before: u64) -> Result<(), Rejection> {
    let (now, max) = (draft.records(), params(draft).records_max);
    if now > before && now > max { Err(Error::StateFull.into()) } else { Ok(()) }
}

/// Authority, nonce, time and fee of a transaction.
fn admit(
    draft: &mut Draft,
    ctx: &Context,
    number: Option<AccountNumber>,
    transaction: &Transaction,
    outline: &Outline,
    weight: u64,
) -> Result<(Granted, Amount), Rejection> {
    if transaction.valid_until < ctx.time {
        return Err(Error::Expired.into());
    }
    let asked = asked_of(transaction);
    let authority =
        Authority { account: transaction.account, keys: &outline.keys, nonce: transaction.nonce, operations: &asked };
    let granted = match number {
        Some(number) => gage_accounts::authorise_for(draft, ctx, number, &authority)?,
        None => gage_accounts::authorise(draft, ctx, &authority)?,
    };
    let fee = fee_of(draft, weight)?;
    if fee > transaction.max_fee {
        return Err(Error::FeeAboveMaximum.into());
    }
    fees::charge(draft, granted.account, fee)?;
    Ok((granted, fee))
}

/// A frozen module accepts only acts that reduce risk.
fn check_frozen(draft: &Draft, operation: &Operation) -> Result<(), Rejection> {
    let frozen = FROZEN.has(draft, &operation.module()) && operation.class() > Class::Reduce;
    if frozen { Err(Error::ModuleFrozen.into()) } else { Ok(()) }
}
