//! Brings the records of the next transactions near before they run. A transaction waits for each record
//! it reads; a loop of touches over many transactions waits once. No result depends on it.

use gage_store::Draft;

use crate::Operation;
use crate::prepared::Outline;
use crate::state::CREDIT;
use crate::transaction::SignedTransaction;

/// How many transactions are touched together: few enough that the first is still near when it runs.
pub(crate) const GROUP: usize = 16;

/// Touches what these transactions will read: first the accounts they name, then what hangs on them.
pub(crate) fn transactions(draft: &Draft, group: &[(&SignedTransaction, &Outline)]) {
    for (signed, _) in group {
        gage_accounts::touch_name(draft, &signed.transaction.account);
        for operation in &signed.transaction.operations {
            if let Operation::Ledger(operation) = operation {
                operation.touch_names(draft);
            }
        }
    }
    for (signed, outline) in group {
        let Ok(account) = gage_accounts::resolve(draft, &signed.transaction.account) else { continue };
        gage_accounts::touch(draft, account, &outline.keys);
        CREDIT.touch(draft, &account);
        for operation in &signed.transaction.operations {
            if let Operation::Ledger(operation) = operation {
                operation.touch(draft, account);
            }
        }
    }
}
