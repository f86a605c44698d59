//! Brings the records of the next transactions near before they run. A transaction waits for each record
//! it reads; a loop of touches over many transactions waits once. No result depends on it.

use gage_store::Draft;
use gage_units::AccountNumber;

use crate::Operation;
use crate::prepared::Outline;
use crate::state::CREDIT;
use crate::transaction::SignedTransaction;

/// A transaction of a block with what is known of it before it runs.
#[derive(Clone, Copy)]
pub(crate) struct Planned<'b> {
    pub signed: &'b SignedTransaction,
    pub outline: &'b Outline,
    /// For whom it acts.
    pub account: AccountNumber,
}

/// How many transactions are touched together: few enough that the first is still near when it runs.
pub(crate) const GROUP: usize = 16;

/// Touches what these transactions will read: first the accounts they name, then what hangs on them.
pub(crate) fn transactions(draft: &Draft, group: &[Planned]) {
    for Planned { signed, .. } in group {
        for operation in &signed.transaction.operations {
            if let Operation::Ledger(operation) = operation {
                operation.touch_names(draft);
            }
        }
    }
    for Planned { signed, account, .. } in group {
        gage_accounts::touch(draft, *account);
        CREDIT.touch(draft, account);
        for operation in &signed.transaction.operations {
            match operation {
                Operation::Ledger(operation) => operation.touch(draft, *account),
                Operation::Vaults(operation) => operation.touch(draft, *account),
                _ => {}
            }
        }
    }
}
