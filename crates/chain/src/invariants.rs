//! All invariants together.

use gage_accounts::Broken;
use gage_store::Draft;
use gage_units::Amount;

use crate::fees::ACCOUNT;
use crate::state::{CREDIT, DEPOSITS, fees, params};

/// A check of one module, with the module's number.
type Check = (u8, fn(&Draft) -> Result<(), Broken>);

/// What is compared every block; the ledger's is not here, because its failure stops the node.
pub(crate) const BLOCK_CHECKS: [Check; 9] = [
    (crate::MODULE, credit_is_held),
    (gage_accounts::MODULE, gage_accounts::check_block),
    (gage_compliance::MODULE, gage_compliance::check_block),
    (gage_staking::MODULE, gage_staking::check_block),
    (gage_oracle::MODULE, gage_oracle::check_block),
    (gage_securities::MODULE, gage_securities::check_block),
    (gage_auctions::MODULE, gage_auctions::check_block),
    (gage_backstop::MODULE, gage_backstop::check_block),
    (gage_vaults::MODULE, gage_vaults::check_block),
];

/// The full audit of each module.
pub(crate) const AUDITS: [Check; 9] = [
    (crate::MODULE, credits_are_total),
    (gage_accounts::MODULE, gage_accounts::check_invariants),
    (gage_compliance::MODULE, gage_compliance::check_invariants),
    (gage_staking::MODULE, gage_staking::check_invariants),
    (gage_oracle::MODULE, gage_oracle::check_invariants),
    (gage_securities::MODULE, gage_securities::check_invariants),
    (gage_auctions::MODULE, gage_auctions::check_invariants),
    (gage_backstop::MODULE, gage_backstop::check_invariants),
    (gage_vaults::MODULE, gage_vaults::check_invariants),
];

/// Everything, the ledger first.
pub(crate) fn check_all(draft: &Draft) -> Result<(), Broken> {
    gage_ledger::check_invariants(draft)?;
    gage_ledger::check_block(draft)?;
    BLOCK_CHECKS.iter().chain(&AUDITS).try_for_each(|(_, check)| check(draft))
}

/// The chain's account holds all credit and all fees earned; what somebody gave it unasked counts for nothing.
fn credit_is_held(draft: &Draft) -> Result<(), Broken> {
    let state = fees(draft);
    let held = gage_ledger::balance(draft, ACCOUNT, params(draft).fee_asset).free;
    let owed = state.credit.plus(state.earned).and_then(|owed| owed.plus(state.deposits));
    Broken::unless(owed.is_ok_and(|owed| owed <= held), "chain", "credit_is_held", || {
        format!("the chain holds {held} for {state:?}")
    })
}

/// The sums of all accounts' credit and deposits are the running totals.
fn credits_are_total(draft: &Draft) -> Result<(), Broken> {
    let state = fees(draft);
    for (what, table, total) in [("credit", CREDIT, state.credit), ("deposits", DEPOSITS, state.deposits)] {
        let sum = table.iter(draft).try_fold(Amount::ZERO, |sum, (_, amount)| sum.plus(*amount));
        Broken::unless(sum == Ok(total), "chain", "credit_is_held", || {
            format!("the accounts' {what} sums to {sum:?}, the running total is {total}")
        })?;
    }
    Ok(())
}
