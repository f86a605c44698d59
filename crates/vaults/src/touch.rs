//! Brings near what an operation will read; see [`gage_store::Table::touch`]. No result depends on it.

use gage_ledger::{touch_balance, touch_pledge};
use gage_store::Draft;
use gage_units::AccountNumber;

use crate::Operation;
use crate::state::{VAULTS, beneficiary};

impl Operation {
    /// The vault it changes, the balances it moves and what is pledged, asked for by `signer`.
    pub fn touch(&self, draft: &Draft, signer: AccountNumber) {
        let (vault, asset) = match self {
            Operation::Deposit(deposit) => (deposit.vault, deposit.asset),
            Operation::Withdraw(withdraw) => (withdraw.vault, withdraw.asset),
            Operation::Borrow(borrow) => (borrow.vault, borrow.asset),
            Operation::Repay(repay) => (repay.vault, repay.asset),
            _ => return,
        };
        VAULTS.touch(draft, &vault);
        touch_balance(draft, signer, asset);
        if matches!(self, Operation::Deposit(_) | Operation::Withdraw(_)) {
            touch_pledge(draft, signer, asset, beneficiary(vault));
        }
    }
}
