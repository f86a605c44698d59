//! What a block does, in its order; and what is done where a part of it fails.

use gage_accounts::{Broken, Class, Context, Signer};
use gage_store::{Draft, Events};
use gage_units::Amount;

use crate::block::Block;
use crate::budget::Budget;
use crate::chain::{BlockResult, Chain, Fault};
use crate::deferred::Bundle;
use crate::event::Event;
use crate::guard::{Guarded, guard};
use crate::invariants::{AUDITS, BLOCK_CHECKS};
use crate::prepared::Body;
use crate::receipt::{Outcome, Receipt, events_root};
use crate::run::Act;
use crate::state::{BUNDLES, FROZEN, Head, accumulator, block_leaf, params, put_accumulator, put_head};
use crate::touch::Planned;
use crate::transaction::TransactionHash;
use crate::{Error, MODULE, PreparedBlock, Rejection, account_bundles, classes, fees, touch, validity};

impl Chain {
    /// Executes a block whose signatures and published roots the host has checked.
    ///
    /// # Errors
    /// [`Fault`]: the node stops; it never repairs.
    pub fn execute(&mut self, block: &Block) -> Result<BlockResult, Fault> {
        self.run_block(block, &Body::of(&self.genesis(), &block.transactions))
    }

    /// Executes a block whose bytes were gone through before, as [`Chain::execute`].
    ///
    /// # Errors
    /// [`Fault`].
    pub fn execute_prepared(&mut self, block: &PreparedBlock) -> Result<BlockResult, Fault> {
        self.run_block(block.block(), block.body())
    }

    fn run_block(&mut self, block: &Block, body: &Body) -> Result<BlockResult, Fault> {
        let accounts = validity::check_block(&self.draft, &self.head(), block, body).map_err(Fault::Invalid)?;
        let (height, time) = (block.header.height, block.header.time);
        let outlined = block.transactions.iter().zip(&body.outlines).zip(accounts);
        let transactions: Vec<Planned> =
            outlined.map(|((signed, outline), account)| Planned { signed, outline, account }).collect();
        let ctx = Context { height, time, signer: Signer::Protocol, outputs: &[] };
        let mut due = Events::default();
        let mut receipts = Vec::with_capacity(block.transactions.len());

        self.sure_work(&ctx, &mut due, gage_oracle::MODULE, gage_oracle::begin_block);
        self.due_work(&ctx, &mut due, gage_accounts::MODULE, account_bundles::prune);
        self.run_bundles(&ctx, &mut receipts, &mut due);
        self.run_account_bundles(&ctx, &mut receipts);
        let bundles = receipts.len();
        for class in classes::ORDER {
            if class == Class::Exit {
                self.end_of_risk(&ctx, &mut due, Budget::new(params(&self.draft).due_weight_max));
            }
            // The block is in the order of its classes.
            let start = transactions.partition_point(|planned| planned.outline.class < class);
            let end = transactions.partition_point(|planned| planned.outline.class <= class);
            for group in transactions.get(start..end).unwrap_or_default().chunks(touch::GROUP) {
                touch::transactions(&self.draft, group);
                for planned in group {
                    let receipt = self.run_transaction(planned, height, time);
                    receipts.push(receipt);
                }
            }
            if class == Class::Report {
                self.sure_work(&ctx, &mut due, gage_oracle::MODULE, gage_oracle::aggregate);
                self.sure_work(&ctx, &mut due, gage_vaults::MODULE, gage_vaults::mark);
            }
        }
        let published = block.header.executed.height;
        self.sure_work(&ctx, &mut due, gage_staking::MODULE, |draft, ctx| gage_staking::turn(draft, ctx, published));
        self.check_modules(&ctx, &mut due)?;
        self.finish(block, receipts, bundles, due)
    }

    /// What follows the last act that can raise risk and precedes the exits.
    fn end_of_risk(&mut self, ctx: &Context, due: &mut Events, mut budget: Budget) {
        self.due_work(ctx, due, gage_vaults::MODULE, |draft, ctx| {
            budget.spend(|rest| gage_vaults::liquidate(draft, ctx, rest))
        });
        self.due_work(ctx, due, gage_vaults::MODULE, |draft, ctx| {
            budget.spend(|rest| gage_vaults::settle_auctions(draft, ctx, rest))
        });
        self.due_work(ctx, due, gage_backstop::MODULE, |draft, ctx| {
            budget.spend(|rest| gage_backstop::sell_due(draft, ctx, rest))
        });
        self.due_work(ctx, due, gage_auctions::MODULE, |draft, ctx| {
            budget.spend(|rest| gage_auctions::clear_due(draft, ctx, rest))
        });
        self.due_work(ctx, due, gage_securities::MODULE, |draft, ctx| {
            budget.spend(|rest| gage_securities::settle_due(draft, ctx, rest))
        });
        self.due_work(ctx, due, gage_ledger::MODULE, |draft, ctx| {
            budget.spend(|rest| gage_ledger::settle_due(draft, ctx, rest))
        });
        self.due_work(ctx, due, gage_oracle::MODULE, |draft, ctx| {
            budget.spend(|rest| gage_oracle::judge(draft, ctx, rest))
        });
        self.due_work(ctx, due, gage_ledger::MODULE, |draft, ctx| {
            budget.spend(|rest| gage_ledger::expire_holds(draft, ctx, rest))
        });
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
    fn sure_work(&mut self, ctx: &Context, due: &mut Events, module: u8, work: impl FnOnce(&mut Draft, &Context)) {
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
            let records = self.draft.records();
            BUNDLES.remove(&mut self.draft, &number);
            self.due_work(ctx, due, MODULE, |draft, _| {
                fees::settle_deposit(draft, bundle.proposer, records, 0, Amount::MAX)
            });
            if bundle.not_after < ctx.time {
                self.draft.emit(MODULE, &Event::BundleExpired { bundle: number });
                self.commit_due(due);
                continue;
            }
            self.commit_due(due);
            let outcome = match Bundle::read(&bundle.operations) {
                Ok(operations) => {
                    let (signer, height, time) = (Signer::Governance, ctx.height, ctx.time);
                    let act = Act { operations: &operations, signer, height, time, watched: false };
                    self.run_operations(&act, |_, _, _| Ok(()))
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
        let hash = block.header.hash(&self.genesis());
        let events_root = events_root(&receipts, &due);
        let used = receipts.iter().fold(0u64, |sum, receipt| sum.saturating_add(receipt.weight));
        fees::adapt(&mut self.draft, used).map_err(|error| stopped("base_fee", &error))?;
        let mut blocks = accumulator(&self.draft);
        blocks.append(&block_leaf(&hash, &events_root)).map_err(|error| stopped("accumulator", &error))?;
        put_accumulator(&mut self.draft, blocks);
        put_head(&mut self.draft, Head { height, time, block: hash });
        self.draft.commit();
        Ok(BlockResult { height, block: hash, receipts, bundles, due, events_root })
    }
}

fn stopped(invariant: &'static str, error: &dyn std::error::Error) -> Fault {
    Fault::Broken(Broken { module: "chain", invariant, detail: error.to_string() })
}
