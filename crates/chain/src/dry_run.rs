//! What a transaction would do if it were next, without doing it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use gage_crypto::KeyId;
use gage_units::{Height, Timestamp};

use crate::chain::Chain;
use crate::prepared::Outline;
use crate::receipt::{Outcome, Receipt};
use crate::{SignedTransaction, Transaction};

/// What a transaction would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DryRun {
    /// The height of the block it was tried in.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// The receipt it would have.
    pub receipt: Receipt,
}

impl Chain {
    /// Runs a transaction as the only one of the next block, one millisecond after the last, signed by
    /// `keys`, and undoes everything. Due work of that block is not run: what it does to prices, interest
    /// and lots is not seen.
    pub fn dry_run(&mut self, transaction: Transaction, keys: Vec<KeyId>) -> DryRun {
        let head = self.head();
        let (height, time) = (Height(head.height.0.saturating_add(1)), Timestamp(head.time.0.saturating_add(1)));
        let hash = transaction.hash(&self.genesis());
        let signed = SignedTransaction { transaction, signatures: Vec::new() };
        let outline = Outline { keys, ..Outline::new(hash, &signed) };
        let receipt = match &outline.refusal {
            Some(reason) => {
                let outcome = Outcome::Rejected { operation: None, reason: reason.clone() };
                let (fee, events) = Default::default();
                Receipt { transaction: hash, outcome, fee, weight: 0, events }
            }
            None => {
                let start = self.draft.savepoint();
                // Nothing is committed, so that everything can be taken back, also after a panic.
                let attempt = || self.attempt(&signed, &outline, None, height, time, |_| {});
                let receipt = catch_unwind(AssertUnwindSafe(attempt));
                self.draft.undo_to(start);
                receipt.unwrap_or_else(|_| {
                    let (fee, events) = Default::default();
                    Receipt { transaction: hash, outcome: Outcome::Internal, fee, weight: 0, events }
                })
            }
        };
        DryRun { height, time, receipt }
    }
}
