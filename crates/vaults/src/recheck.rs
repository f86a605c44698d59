//! The end of a transaction: what every vault that took more risk must satisfy.

use gage_accounts::Context;
use gage_oracle::Action;
use gage_securities::BackingStatus;
use gage_store::Draft;
use gage_units::{Amount, Bps};

use crate::health::{Health, after_haircut, weight};
use crate::operations::{BORROWED, SHIFTED};
use crate::state::{Facility, TOUCHED, VAULTS, Vault, VaultId};
use crate::wide::worth;
use crate::{Error, book, mark, queue_value, source};

/// Checks every vault that borrowed or gave collateral out in this transaction, and forgets them.
/// `chain` calls it after the operations of each transaction and undoes the transaction on an error.
///
/// # Errors
/// In this order, for the vaults by number: [`Error::BelowDebtFloor`], [`Error::AboveCeiling`],
/// [`Error::AboveDepthCap`], the oracle's for a price that is not usable, [`Error::AboveLoanToValue`].
pub fn recheck(draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
    while let Some((id, how)) = TOUCHED.first(draft) {
        TOUCHED.remove(draft, &id);
        check(draft, ctx, id, how)?;
    }
    Ok(())
}

pub(crate) fn check(draft: &Draft, ctx: &Context, id: VaultId, how: u8) -> Result<(), Error> {
    // A vault that was closed later in the transaction owes nothing.
    let Some(vault) = VAULTS.peek(draft, &id) else { return Ok(()) };
    let debt = book::debt(draft, vault)?;
    if debt.is_zero() {
        return Ok(());
    }
    let facility = book::facility(draft, vault.facility)?;
    let borrowed = how & BORROWED != 0;
    if borrowed {
        if debt < facility.params.debt_floor {
            return Err(Error::BelowDebtFloor);
        }
        let totals = book::totals(draft, vault.facility);
        if totals.debts()? > facility.params.debt_ceiling {
            return Err(Error::AboveCeiling);
        }
    }
    if how & (BORROWED | SHIFTED) != 0 {
        check_caps(draft, vault)?;
    }
    let action = if borrowed { Action::Borrow } else { Action::Withdraw };
    let cover = borrowing_power(draft, ctx, vault, &facility, debt, action)?;
    if cover.is_unsafe() { Err(Error::AboveLoanToValue) } else { Ok(()) }
}

/// The debt covered by each collateral of the vault, all versions together, against its cap by depth.
fn check_caps(draft: &Draft, vault: &Vault) -> Result<(), Error> {
    for position in vault.positions.iter().filter(|position| position.normalised > 0) {
        let cap = book::bucket(draft, (vault.facility, position.asset, position.version))?.terms.debt_cap;
        let mut covered = Amount::ZERO;
        for (_, bucket) in mark::buckets(draft, vault.facility, (position.asset, position.asset)) {
            covered = covered.plus(bucket.debt)?;
        }
        if covered > cap {
            return Err(Error::AboveDepthCap(position.asset));
        }
    }
    Ok(())
}

/// The pledges at loan-to-value and the low end of their prices after haircuts, over the debt at the
/// high end of its own.
/// Quarantined collateral counts nothing.
pub(crate) fn borrowing_power(
    draft: &Draft,
    ctx: &Context,
    vault: &Vault,
    facility: &Facility,
    debt: Amount,
    action: Action,
) -> Result<Health, Error> {
    let price = source::debt_price(draft, ctx, facility, action)?;
    let mut power = Health { debt: worth(debt, price.0, facility.decimals)?, ..Health::NONE };
    for position in vault.positions.iter().filter(|position| !position.amount.is_zero()) {
        let collateral = book::collateral(draft, vault.facility, position.asset)?;
        let status = gage_securities::asset_status(draft, ctx, position.asset)?;
        let quote = gage_oracle::quote_for(draft, ctx, collateral.feed, action)?;
        if status.backing == BackingStatus::Quarantined {
            continue;
        }
        let terms = book::bucket(draft, (vault.facility, position.asset, position.version))?.terms;
        let held = || mark::held(draft, vault.facility, position.asset);
        let low = queue_value::at_most(draft, ctx, position.asset, quote.low, held)?;
        let low = after_haircut(low, status.haircut.min(Bps::ONE))?;
        power.add_pledge(position.amount, weight(low, terms.loan_to_value)?, collateral.decimals)?;
    }
    Ok(power)
}
