//! Bundles of accounts: proposed and approved in words, run before what users ask of the next block.
//!
//! The rules are the accounts module's. Here are the bytes: which operations they hold, what those weigh
//! and how they read. Depth one: a bundle neither schedules nor proposes, approves or executes another.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Bundle, By, Context, Demand, Names, Proposal, Signer};
use gage_crypto::{Hash, KeyId};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, Timestamp};
use serde::{Deserialize, Serialize};

use crate::chain::Chain;
use crate::deferred::BUNDLE_OPERATIONS_MAX;
use crate::dispatch::records_ahead;
use crate::guard::{Guarded, guard};
use crate::receipt::{Outcome, Receipt};
use crate::run::{Act, demand_of};
use crate::state::params;
use crate::version::PROTOCOL_VERSION;
use crate::{ChainOperation, Error, Operation, Rejection, TransactionHash, fees, outflow};

/// The most bundles of accounts that one block prunes.
const PRUNED_PER_BLOCK_MAX: usize = 64;

/// Proposes operations of the signing account, which run once enough keys approved them.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProposeBundle {
    /// `Vec<Operation>` in borsh.
    pub operations: Vec<u8>,
    /// Not executed before this time.
    pub not_before: Timestamp,
    /// Nor after this one.
    pub not_after: Timestamp,
    /// The key that proposes, which signs.
    pub key: KeyId,
}

/// Approves a bundle of the signing account. It repeats the operations, so that what is signed says them.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveBundle {
    /// The bundle.
    pub bundle: u64,
    /// Its hash, which binds network, account, operations, window, policy version and member epoch.
    pub hash: Hash,
    /// The same `Vec<Operation>` in borsh that was proposed.
    pub operations: Vec<u8>,
    /// The key that approves, which signs.
    pub key: KeyId,
}

/// Reads the operations of an account's bundle and checks what needs no state.
///
/// # Errors
/// [`Error::BadBundle`], [`Error::NestedSchedule`].
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Operation>, Error> {
    if bytes.len() > gage_accounts::BUNDLE_BYTES_MAX {
        return Err(Error::BadBundle);
    }
    let operations: Vec<Operation> = borsh::from_slice(bytes).map_err(|_| Error::BadBundle)?;
    if operations.is_empty() || operations.len() > BUNDLE_OPERATIONS_MAX {
        return Err(Error::BadBundle);
    }
    let defers = |operation: &Operation| {
        let schedules =
            matches!(operation, Operation::Chain(ChainOperation::Schedule(_) | ChainOperation::CancelBundle(_)));
        schedules || matches!(demand_of(operation), Demand::Key(..))
    };
    if operations.iter().any(defers) { Err(Error::NestedSchedule) } else { Ok(operations) }
}

/// The work of a bundle's operations; bytes that hold none are refused elsewhere.
fn weight_of(bytes: &[u8]) -> u64 {
    let operations = read(bytes).unwrap_or_default();
    operations.iter().fold(0u64, |sum, operation| sum.saturating_add(operation.weight()))
}

/// Whether operations change keys, thresholds or policy of their account.
fn manages(operations: &[Operation]) -> bool {
    operations.iter().any(|operation| demand_of(operation) == Demand::Owners)
}

fn in_words(bytes: &[u8], names: &dyn Names) -> String {
    let operations = read(bytes).unwrap_or_default();
    let lines: Vec<String> = operations.iter().map(|operation| operation.describe(names)).collect();
    lines.join(" and ")
}

impl ProposeBundle {
    pub(crate) fn validate(&self) -> Result<(), Rejection> {
        read(&self.operations)?.iter().try_for_each(Operation::validate)
    }

    /// What the bundle will cost is paid when it is proposed.
    pub(crate) fn weight(&self) -> u64 {
        weight_of(&self.operations).saturating_add(2_000)
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Rejection> {
        let account = ctx.account()?;
        let operations = read(&self.operations)?;
        let proposal = Proposal {
            version: PROTOCOL_VERSION,
            operations: self.operations.clone(),
            manages: manages(&operations),
            not_before: self.not_before,
            not_after: self.not_after,
            weight: weight_of(&self.operations),
        };
        gage_accounts::propose(draft, ctx, account, self.key, proposal, &[])?;
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let (from, to, key) = (self.not_before, self.not_after, self.key);
        format!("Propose by key {key} between time {from} ms and {to} ms: {}", in_words(&self.operations, names))
    }
}

impl ApproveBundle {
    pub(crate) fn validate(&self) -> Result<(), Rejection> {
        Ok(read(&self.operations).map(|_| ())?)
    }

    /// It is read and compared byte by byte.
    pub(crate) fn weight(&self) -> u64 {
        u64::try_from(self.operations.len()).unwrap_or(u64::MAX).saturating_add(1_000)
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Rejection> {
        let account = ctx.account()?;
        gage_accounts::approve(draft, ctx, account, self.bundle, self.hash, &self.operations, self.key)?;
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let (bundle, hash, key) = (self.bundle, self.hash, self.key);
        format!("Approve bundle {bundle} with hash {hash} by key {key}: {}", in_words(&self.operations, names))
    }
}

/// Makes a bundle of what a breaker would not let pass: its signers approve it as they signed it.
pub(crate) fn queue(
    draft: &mut Draft,
    ctx: &Context,
    account: AccountNumber,
    operations: &[Operation],
    keys: &[KeyId],
    delay_ms: u64,
) -> Result<(u64, Timestamp), Rejection> {
    let proposer = *keys.first().ok_or(gage_accounts::Error::NoKeys)?;
    let bytes = borsh::to_vec(operations).expect("writing to memory cannot fail");
    read(&bytes)?;
    let from = ctx.time.plus_ms(delay_ms).map_err(Error::from)?;
    let proposal = Proposal {
        version: PROTOCOL_VERSION,
        manages: manages(operations),
        weight: weight_of(&bytes),
        operations: bytes,
        not_before: from,
        not_after: ctx.time.plus_ms(gage_accounts::BUNDLE_WINDOW_MS_MAX).map_err(Error::from)?,
    };
    let bundle = gage_accounts::propose(draft, ctx, account, proposer, proposal, keys)?;
    Ok((bundle, from))
}

/// Removes bundles whose window has passed, at most so many in one block, and gives back what their accounts
/// left for them.
pub(crate) fn prune(draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
    for _ in 0..PRUNED_PER_BLOCK_MAX {
        let records = draft.records();
        let Some(account) = gage_accounts::prune_bundle(draft, ctx) else { return Ok(()) };
        fees::settle_deposit(draft, account, records, 0, Amount::MAX)?;
    }
    Ok(())
}

impl Chain {
    /// Runs the bundles whose turn it is, in the order of their numbers, within the weight that one block
    /// should carry; at least one, so that the heaviest has its turn too.
    pub(crate) fn run_account_bundles(&mut self, ctx: &Context, receipts: &mut Vec<Receipt>) {
        let budget = params(&self.draft).weight_target;
        let mut used = 0u64;
        loop {
            let Some((number, weight)) = gage_accounts::next_queued(&self.draft).map(|(n, b)| (n, b.weight)) else {
                return;
            };
            used = used.saturating_add(weight);
            if used > budget && used > weight {
                return;
            }
            let records = self.draft.records();
            let taken = guard(&mut self.draft, |draft| -> Result<Bundle, Rejection> {
                let bundle = gage_accounts::take(draft, number)?;
                fees::settle_deposit(draft, bundle.account, records, 0, Amount::MAX)?;
                Ok(bundle)
            });
            let Guarded::Done(bundle) = taken else { return };
            // Taken whatever becomes of it: no approval is good twice.
            self.draft.commit();
            let mut events = self.draft.take_events();
            let outcome = self.run_account_bundle(ctx, &bundle);
            self.draft.commit();
            events.append(self.draft.take_events());
            let transaction = TransactionHash(bundle.hash);
            receipts.push(Receipt { transaction, outcome, fee: Amount::ZERO, weight, events });
        }
    }

    fn run_account_bundle(&mut self, ctx: &Context, bundle: &Bundle) -> Outcome {
        let rejected = |reason: Rejection| Outcome::Rejected { operation: None, reason };
        // Members, policy, window and delay once more: they may have changed since it got its turn.
        if let Err(error) = gage_accounts::check_ready(&self.draft, ctx, bundle) {
            return rejected(error.into());
        }
        // In an encoding that this version does not read, nothing is done.
        let operations = match read(&bundle.operations) {
            Ok(operations) if bundle.version == PROTOCOL_VERSION => operations,
            Ok(_) => return rejected(Error::BadBundle.into()),
            Err(error) => return rejected(error.into()),
        };
        let account = bundle.account;
        let records = self.draft.records();
        let before = gage_accounts::standing(&self.draft, account, ctx.time);
        let watched = gage_accounts::guard(&self.draft, account).is_some();
        let (height, time) = (ctx.height, ctx.time);
        let act = Act { operations: &operations, signer: Signer::Account(account), height, time, watched };
        self.run_operations(&act, |draft, ctx, ends| {
            gage_vaults::recheck(draft, ctx)?;
            if watched {
                let effects = outflow::effects(draft, account, &operations, ends).map_err(Error::from)?;
                gage_accounts::judge(draft, ctx, account, By::Bundle(bundle), before.as_ref(), &effects)?;
            }
            crate::run::check_records(draft, records)?;
            Ok(fees::settle_deposit(draft, account, records, records_ahead(&operations), Amount::MAX)?)
        })
    }
}
