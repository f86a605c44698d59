//! The state machine: a block in, receipts out.

use gage_accounts::{Authority, Broken, Class, Context, Output, Signer};
use gage_crypto::{Hash, KeyId, merkle};
use gage_store::proof::Root;
use gage_store::{Draft, Events, LoadError};
use gage_units::{AccountNumber, Amount, Height, Timestamp};
use thiserror::Error;

use crate::block::{Block, Executed, Header};
use crate::deferred::Bundle;
use crate::event::Event;
use crate::guard::{Guarded, guard};
use crate::invariants::{AUDITS, BLOCK_CHECKS};
use crate::receipt::{Outcome, Receipt, leaves};
use crate::state::{BUNDLES, FROZEN, Head, accumulator, network, params, put_accumulator, put_head};
use crate::transaction::{SignedTransaction, TransactionHash};
use crate::{
    ChainOperation, Error, Genesis, GenesisError, Invalid, MODULE, Operation, Params, Rejection, active_version,
    classes, dispatch, effects, fee_of, fees, invariants, state, validity,
};

/// The one deterministic state machine: the tables in memory after the last executed block.
pub struct Chain {
    draft: Draft,
    genesis: Hash,
    /// Called before every operation; tests plant faults with it, nothing else sets it.
    before_operation: fn(&Operation),
}

/// What a block did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockResult {
    /// Its height.
    pub height: Height,
    /// Its hash.
    pub block: Hash,
    /// One for each deferred bundle that ran, then one for each transaction, in the order of execution.
    pub receipts: Vec<Receipt>,
    /// How many of the receipts are of bundles.
    pub bundles: usize,
    /// The events of due work.
    pub due: Events,
    /// The root of receipts and due events.
    pub events_root: Hash,
}

/// Why a node stops: it never repairs.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// Value is not conserved.
    #[error("the node stops: {0}")]
    Broken(Broken),
    /// A block that is not valid reached execution.
    #[error("the block cannot be executed: {0}")]
    Invalid(Invalid),
}

/// Why a state cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LoadFault {
    /// A record does not fit.
    #[error(transparent)]
    Record(#[from] LoadError),
    /// The state lacks the network record.
    #[error("the records hold no network; this is not a whole state")]
    NoNetwork,
    /// The state breaks an invariant.
    #[error("the loaded state is broken: {0}")]
    Broken(Broken),
}

/// What a transaction and a bundle have in common while they run.
struct Act<'a> {
    operations: &'a [Operation],
    signer: Signer,
    height: Height,
    time: Timestamp,
}

impl Chain {
    /// The state that a genesis file describes. `hash_seed` scatters hash tables and decides nothing.
    ///
    /// # Errors
    /// See [`GenesisError`].
    pub fn from_genesis(genesis: &Genesis, hash_seed: u64) -> Result<Chain, GenesisError> {
        let mut draft = Draft::new(hash_seed);
        dispatch::create_tables(&mut draft);
        genesis.write(&mut draft)?;
        Ok(Chain { draft, genesis: genesis.hash(), before_operation: |_| {} })
    }

    /// The state that a snapshot's records describe.
    ///
    /// # Errors
    /// See [`LoadFault`].
    pub fn from_records<R: AsRef<[u8]>>(
        records: impl IntoIterator<Item = (R, R)>,
        hash_seed: u64,
    ) -> Result<Chain, LoadFault> {
        let mut draft = Draft::new(hash_seed);
        dispatch::create_tables(&mut draft);
        for (key, value) in records {
            draft.load(key.as_ref(), value.as_ref())?;
        }
        let genesis = network(&draft).ok_or(LoadFault::NoNetwork)?.genesis;
        if state::head(&draft).is_none() {
            return Err(LoadFault::NoNetwork);
        }
        dispatch::rebuild(&mut draft);
        invariants::check_all(&draft).map_err(LoadFault::Broken)?;
        Ok(Chain { draft, genesis, before_operation: |_| {} })
    }

    /// The same machine with a function that is called before every operation. For tests that plant faults.
    #[must_use]
    pub fn with_fault(mut self, before_operation: fn(&Operation)) -> Chain {
        self.before_operation = before_operation;
        self
    }

    /// The tables, for reads.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The genesis hash: the name of the network in every signature.
    pub fn genesis(&self) -> Hash {
        self.genesis
    }

    /// The network's name for people.
    pub fn network_name(&self) -> String {
        network(&self.draft).map(|network| network.name.clone()).unwrap_or_default()
    }

    /// The chain's parameters.
    pub fn params(&self) -> &Params {
        params(&self.draft)
    }

    /// The last executed block.
    pub fn head(&self) -> Head {
        state::head(&self.draft).expect("genesis writes the head before anything reads it")
    }

    /// Hands the records written since the last call to `sink`; see [`Draft::drain_changes`].
    pub fn drain_changes(&mut self, sink: impl FnMut(&[u8], Option<&[u8]>)) {
        self.draft.drain_changes(sink);
    }

    /// Everything that must hold, checked in full.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn check_invariants(&self) -> Result<(), Broken> {
        invariants::check_all(&self.draft)
    }

    /// Makes the next block of these transactions: sorts them by class and commits to them.
    pub fn make_block(
        &self,
        time: Timestamp,
        mut transactions: Vec<SignedTransaction>,
        height: Height,
        state_root: Root,
        events_root: Hash,
    ) -> Block {
        classes::sort(&mut transactions);
        let head = self.head();
        let next = Height(head.height.0.saturating_add(1));
        let header = Header {
            parent: head.block,
            height: next,
            time,
            version: active_version(next),
            body: Block::body_hash(&transactions),
            executed: Executed { height, state_root, events_root },
        };
        Block { header, transactions }
    }

    /// Whether a block may follow. Signatures and the equality of the published roots with one's own
    /// are the host's part.
    ///
    /// # Errors
    /// See [`Invalid`].
    pub fn check_block(&self, block: &Block) -> Result<(), Invalid> {
        validity::check_block(&self.draft, &self.head(), block)
    }

    /// Executes a block whose signatures and published roots the host has checked.
    ///
    /// # Errors
    /// [`Fault`]: the node stops; it never repairs.
    pub fn execute(&mut self, block: &Block) -> Result<BlockResult, Fault> {
        self.check_block(block).map_err(Fault::Invalid)?;
        let (height, time) = (block.header.height, block.header.time);
        let ctx = Context { height, time, signer: Signer::Protocol, outputs: &[] };
        let mut due = Events::default();
        let mut budget = params(&self.draft).due_weight_max;
        let mut receipts = Vec::with_capacity(block.transactions.len());

        self.sure_work(&ctx, &mut due, gage_oracle::MODULE, gage_oracle::begin_block);
        self.run_bundles(&ctx, &mut receipts, &mut due);
        let bundles = receipts.len();
        for class in classes::ORDER {
            if class == Class::Exit {
                self.end_of_risk(&ctx, &mut due, &mut budget);
            }
            for signed in block.transactions.iter().filter(|signed| signed.transaction.class() == class) {
                let receipt = self.run_transaction(signed, height, time);
                receipts.push(receipt);
            }
            if class == Class::Report {
                self.sure_work(&ctx, &mut due, gage_oracle::MODULE, gage_oracle::aggregate);
                self.sure_work(&ctx, &mut due, gage_vaults::MODULE, gage_vaults::mark);
            }
        }
        self.check_modules(&ctx, &mut due)?;
        self.finish(block, receipts, bundles, due)
    }

    /// What follows the last act that can raise risk and precedes the exits.
    fn end_of_risk(&mut self, ctx: &Context, due: &mut Events, budget: &mut u64) {
        self.due_work(ctx, due, gage_vaults::MODULE, |draft, ctx| gage_vaults::liquidate(draft, ctx, budget));
        self.due_work(ctx, due, gage_vaults::MODULE, |draft, ctx| gage_vaults::settle_auctions(draft, ctx, budget));
        self.due_work(ctx, due, gage_ledger::MODULE, |draft, ctx| gage_ledger::expire_holds(draft, ctx, budget));
    }

    /// Runs one piece of due work of a module. A fault undoes it and freezes the module.
    fn due_work<E: Into<Rejection>>(
        &mut self,
        ctx: &Context,
        due: &mut Events,
        module: u8,
        work: impl FnOnce(&mut Draft, &Context) -> Result<(), E>,
    ) {
        if FROZEN.has(&self.draft, &module) {
            return;
        }
        match guard(&mut self.draft, |draft| work(draft, ctx)) {
            Guarded::Done(()) => {}
            Guarded::Refused(refusal) => {
                let reason = refusal.into().sentence;
                self.draft.emit(MODULE, &Event::DueWorkFailed { module, reason: reason.clone() });
                self.freeze(ctx, module, reason);
            }
            Guarded::Panicked(reason) => self.freeze(ctx, module, reason),
        }
        self.commit_due(due);
    }

    /// Runs due work that has no refusals: it can only panic.
    fn sure_work(&mut self, ctx: &Context, due: &mut Events, module: u8, work: fn(&mut Draft, &Context)) {
        self.due_work(ctx, due, module, |draft, ctx| -> Result<(), Error> {
            work(draft, ctx);
            Ok(())
        });
    }

    fn freeze(&mut self, ctx: &Context, module: u8, reason: String) {
        if !FROZEN.has(&self.draft, &module) {
            FROZEN.put(&mut self.draft, module, ctx.height);
            self.draft.emit(MODULE, &Event::ModuleFrozen { module, height: ctx.height, reason });
        }
    }

    /// Makes due work final and moves its events to the block's.
    fn commit_due(&mut self, due: &mut Events) {
        self.draft.commit();
        due.append(self.draft.take_events());
    }

    /// Runs the bundles whose time has come, before anything that users ask.
    fn run_bundles(&mut self, ctx: &Context, receipts: &mut Vec<Receipt>, due: &mut Events) {
        let ready = |bundle: &Bundle| bundle.not_before <= ctx.time;
        let bundles = BUNDLES.iter(&self.draft).filter(|(_, bundle)| ready(bundle));
        let bundles: Vec<(u64, Bundle)> = bundles.map(|(number, bundle)| (*number, bundle.clone())).collect();
        for (number, bundle) in bundles {
            BUNDLES.remove(&mut self.draft, &number);
            if bundle.not_after < ctx.time {
                self.draft.emit(MODULE, &Event::BundleExpired { bundle: number });
                self.commit_due(due);
                continue;
            }
            self.commit_due(due);
            let outcome = match Bundle::read(&bundle.operations) {
                Ok(operations) => {
                    let (signer, height, time) = (Signer::Governance, ctx.height, ctx.time);
                    let act = Act { operations: &operations, signer, height, time };
                    self.run_operations(&act, |_, _| Ok(()))
                }
                // Scheduled in an encoding that this version does not read: nothing was done.
                Err(error) => Outcome::Rejected { operation: None, reason: error.into() },
            };
            self.draft.commit();
            receipts.push(Receipt {
                transaction: TransactionHash(bundle.hash),
                outcome,
                fee: Amount::ZERO,
                weight: bundle.weight,
                events: self.draft.take_events(),
            });
        }
    }

    /// Runs one transaction: authority, nonce and fee, which stay whatever follows, then its operations.
    fn run_transaction(&mut self, signed: &SignedTransaction, height: Height, time: Timestamp) -> Receipt {
        let transaction = &signed.transaction;
        let (hash, weight) = (transaction.hash(&self.genesis), transaction.weight());
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
            if now > records && now > max { Err(Error::StateFull.into()) } else { Ok(()) }
        });
        self.draft.commit();
        receipt(outcome, fee, self.draft.take_events())
    }

    /// Runs operations in order, then the checks at their end; all or nothing.
    fn run_operations(
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

    /// The checks of every block, and of every so many blocks in full. A module that fails is
    /// restricted; a ledger that does not conserve value stops the node.
    fn check_modules(&mut self, ctx: &Context, due: &mut Events) -> Result<(), Fault> {
        gage_ledger::check_block(&self.draft).map_err(Fault::Broken)?;
        let every = params(&self.draft).audit_every;
        let audit = every > 0 && ctx.height.0.checked_rem(every) == Some(0);
        if audit {
            gage_ledger::check_invariants(&self.draft).map_err(Fault::Broken)?;
        }
        let audits = if audit { &AUDITS[..] } else { &[] };
        let failed: Vec<(u8, Broken)> = BLOCK_CHECKS
            .iter()
            .chain(audits)
            .filter_map(|(module, check)| check(&self.draft).err().map(|broken| (*module, broken)))
            .collect();
        for (module, broken) in failed {
            self.freeze(ctx, module, broken.to_string());
        }
        self.commit_due(due);
        Ok(())
    }

    /// Writes the head, the base fee and the accumulator's leaf, and makes the block's root of events.
    fn finish(
        &mut self,
        block: &Block,
        receipts: Vec<Receipt>,
        bundles: usize,
        due: Events,
    ) -> Result<BlockResult, Fault> {
        let (height, time) = (block.header.height, block.header.time);
        let hash = block.header.hash(&self.genesis);
        let events_root = merkle::merkle_root(&leaves(&receipts, &due));
        let used = receipts.iter().fold(0u64, |sum, receipt| sum.saturating_add(receipt.weight));
        fees::adapt(&mut self.draft, used).map_err(|error| stopped("base_fee", &error))?;
        let mut blocks = accumulator(&self.draft);
        let leaf = gage_crypto::hash::sha256_parts(&[b"gage/leaf/1", &hash.0, &events_root.0]);
        blocks.append(&leaf).map_err(|error| stopped("accumulator", &error))?;
        put_accumulator(&mut self.draft, blocks);
        put_head(&mut self.draft, Head { height, time, block: hash });
        self.draft.commit();
        Ok(BlockResult { height, block: hash, receipts, bundles, due, events_root })
    }
}

fn stopped(invariant: &'static str, error: &dyn std::error::Error) -> Fault {
    Fault::Broken(Broken { module: "chain", invariant, detail: error.to_string() })
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
