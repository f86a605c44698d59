//! What becomes of one transaction: authority, nonce and fee, which stay; then its operations, all or nothing.

use gage_accounts::{Authority, Class, Context, Output, Signer};
use gage_crypto::KeyId;
use gage_store::{Draft, Events};
use gage_units::{AccountNumber, Amount, Height, Timestamp};

use crate::chain::Chain;
use crate::guard::{Guarded, guard};
use crate::receipt::{Outcome, Receipt};
use crate::state::{FROZEN, params};
use crate::transaction::SignedTransaction;
use crate::{ChainOperation, Error, Operation, Rejection, effects, fee_of, fees};

/// What a transaction and a bundle have in common while they run.
pub(crate) struct Act<'a> {
    pub operations: &'a [Operation],
    pub signer: Signer,
    pub height: Height,
    pub time: Timestamp,
}

impl Chain {
    /// Runs one transaction: authority, nonce and fee, which stay whatever follows, then its operations.
    pub(crate) fn run_transaction(&mut self, signed: &SignedTransaction, height: Height, time: Timestamp) -> Receipt {
        let transaction = &signed.transaction;
        let (hash, weight) = (transaction.hash(&self.genesis()), transaction.weight());
        let receipt = |outcome, fee, events| Receipt { transaction: hash, outcome, fee, weight, events };
        // Who pays nothing does not raise the base fee of those who pay.
        let unpaid = |outcome| Receipt { weight: 0, ..receipt(outcome, Amount::ZERO, Events::default()) };
        let ctx = Context { height, time, signer: Signer::Protocol, outputs: &[] };

        let admitted = guard(&mut self.draft, |draft| admit(draft, &ctx, signed, weight));
        let (account, fee) = match admitted {
            Guarded::Done(admitted) => admitted,
            Guarded::Refused(reason) => {
                return unpaid(Outcome::Rejected { operation: None, reason });
            }
            Guarded::Panicked(_) => return unpaid(Outcome::Internal),
        };
        self.draft.commit();

        let records = self.draft.records();
        let act = Act { operations: &transaction.operations, signer: Signer::Account(account), height, time };
        let outcome = self.run_operations(&act, |draft, ctx| {
            gage_vaults::recheck(draft, ctx)?;
            effects::check(&transaction.expected, account, draft.events())?;
            let (now, max) = (draft.records(), params(draft).records_max);
            if now > records && now > max {
                return Err(Error::StateFull.into());
            }
            let allowed = transaction.max_fee.minus(fee).map_err(Error::from)?;
            Ok(fees::settle_deposit(draft, account, records, allowed)?)
        });
        self.draft.commit();
        receipt(outcome, fee, self.draft.take_events())
    }

    /// Runs operations in order, then the checks at their end; all or nothing.
    pub(crate) fn run_operations(
        &mut self,
        act: &Act,
        at_end: impl FnOnce(&mut Draft, &Context) -> Result<(), Rejection>,
    ) -> Outcome {
        let before_operation = self.before_operation;
        let ran = guard(&mut self.draft, |draft| {
            let mut outputs: Vec<Option<Output>> = Vec::with_capacity(act.operations.len());
            for (operation, position) in act.operations.iter().zip(0u8..) {
                let ctx = Context { height: act.height, time: act.time, signer: act.signer, outputs: &outputs };
                before_operation(operation);
                check_frozen(draft, operation).map_err(|reason| (Some(position), reason))?;
                let output = operation.apply(draft, &ctx).map_err(|reason| (Some(position), reason))?;
                outputs.push(output);
            }
            let ctx = Context { height: act.height, time: act.time, signer: act.signer, outputs: &outputs };
            at_end(draft, &ctx).map_err(|reason| (None, reason))
        });
        match ran {
            Guarded::Done(()) => Outcome::Done,
            Guarded::Refused((operation, reason)) => Outcome::Rejected { operation, reason },
            Guarded::Panicked(_) => Outcome::Internal,
        }
    }
}

/// The keys that signed and what each operation is, as authority is asked for them.
pub(crate) fn claims(signed: &SignedTransaction) -> (Vec<KeyId>, Vec<(u8, Class)>) {
    let keys = signed.signatures.iter().map(|signed| signed.key.id()).collect();
    let authority_of = |operation: &Operation| match operation {
        // Acting for governance is managing the network: it takes the owners' keys, like managing keys.
        Operation::Chain(ChainOperation::Schedule(_) | ChainOperation::CancelBundle(_)) => gage_accounts::MODULE,
        other => other.module(),
    };
    let operations = &signed.transaction.operations;
    (keys, operations.iter().map(|operation| (authority_of(operation), operation.class())).collect())
}

/// Authority, nonce, time and fee of a transaction.
fn admit(
    draft: &mut Draft,
    ctx: &Context,
    signed: &SignedTransaction,
    weight: u64,
) -> Result<(AccountNumber, Amount), Rejection> {
    let transaction = &signed.transaction;
    if transaction.valid_until < ctx.time {
        return Err(Error::Expired.into());
    }
    let (keys, operations) = claims(signed);
    let authority = Authority {
        account: transaction.account,
        keys: &keys,
        nonce: transaction.nonce,
        module_operations: &operations,
    };
    let account = gage_accounts::authorise(draft, ctx, &authority)?;
    let fee = fee_of(draft, weight)?;
    if fee > transaction.max_fee {
        return Err(Error::FeeAboveMaximum.into());
    }
    fees::charge(draft, account, fee)?;
    Ok((account, fee))
}

/// A frozen module accepts only acts that reduce risk.
fn check_frozen(draft: &Draft, operation: &Operation) -> Result<(), Rejection> {
    let frozen = FROZEN.has(draft, &operation.module()) && operation.class() > Class::Reduce;
    if frozen { Err(Error::ModuleFrozen.into()) } else { Ok(()) }
}
