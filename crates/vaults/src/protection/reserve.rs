//! Stable set aside on the owner's account, by a hold that only this module settles or releases.

use gage_accounts::Context;
use gage_ledger::{HoldId, NewHold};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, Timestamp};

use crate::state::{Facility, TOTALS, VaultId, beneficiary};
use crate::{ACCOUNT, Error, Event, MODULE, book, recovered, source};

/// Sets `amount` of what the facility lends aside; nothing for nothing.
pub(crate) fn set_aside(
    draft: &mut Draft,
    ctx: &Context,
    owner: AccountNumber,
    facility: &Facility,
    vault: VaultId,
    amount: Amount,
    until: Timestamp,
) -> Result<Option<HoldId>, Error> {
    if amount.is_zero() {
        return Ok(None);
    }
    let (asset, purpose, beneficiary) = (facility.stable, beneficiary(vault), ACCOUNT);
    let new = NewHold { owner, asset, amount, purpose, beneficiary, expires: until };
    Ok(Some(gage_ledger::hold(draft, ctx, &new)?))
}

/// Releases what is left of a reserve; one that expired or is spent is gone already.
pub(crate) fn give_back(draft: &mut Draft, ctx: &Context, hold: HoldId) -> Result<(), Error> {
    if gage_ledger::hold_record(draft, hold).is_some() {
        gage_ledger::release(draft, ctx, hold)?;
    }
    Ok(())
}

/// What is left of a reserve.
pub(crate) fn left(draft: &Draft, hold: Option<HoldId>) -> Amount {
    let record = hold.and_then(|hold| gage_ledger::hold_record(draft, hold));
    record.map_or(Amount::ZERO, |record| record.amount)
}

/// The most of `wanted` that may be repaid: not more than owed, and what stays is nothing or at least
/// the debt floor.
pub(crate) fn within_floor(owed: Amount, wanted: Amount, facility: &Facility) -> Amount {
    let floor = facility.params.debt_floor;
    if wanted >= owed || owed <= floor {
        return wanted.min(owed);
    }
    wanted.min(owed.minus(floor).unwrap_or(Amount::ZERO))
}

/// Repays up to `wanted` of a vault's debt from a reserve. Returns how much.
///
/// # Errors
/// The ledger's: the owner may have lost the right to send.
pub(crate) fn repay(
    draft: &mut Draft,
    ctx: &Context,
    id: VaultId,
    hold: Option<HoldId>,
    wanted: Amount,
) -> Result<Amount, Error> {
    let vault = book::vault(draft, id)?;
    let (number, payer) = (vault.facility, vault.owner);
    let facility = book::facility(draft, number)?;
    let owed = book::debt(draft, &vault)?;
    let paid = within_floor(owed, wanted.min(left(draft, hold)), &facility);
    let Some(hold) = hold.filter(|_| !paid.is_zero()) else { return Ok(Amount::ZERO) };
    let debt = owed.minus(paid)?;
    let mut totals = book::totals(draft, number);
    let before = totals.debts()?;
    let at_auction = vault.in_liquidation();
    let health = book::write(draft, id, vault, &facility, &mut totals, debt)?;
    totals.balance(before, Amount::ZERO, paid)?;
    if at_auction || health.is_unsafe() {
        recovered::by_owner(draft, id, paid)?;
    }
    gage_ledger::settle(draft, ctx, hold, ACCOUNT, paid)?;
    source::collect(draft, ctx, number, &facility, ACCOUNT, paid)?;

    // From here on nothing can fail.
    TOTALS.put(draft, number, totals);
    draft.emit(MODULE, &Event::Repaid { vault: id, payer, amount: paid, debt });
    Ok(paid)
}

#[cfg(test)]
mod tests {
    use gage_units::{AssetId, Price, RatePerSecond, Ratio};

    use super::*;

    #[test]
    fn no_repayment_leaves_less_than_the_floor() {
        let params = crate::FacilityParams {
            debt_ceiling: Amount(1_000),
            debt_floor: Amount(100),
            base_rate: RatePerSecond::ZERO_INTEREST,
            target_health: Ratio::ONE,
            closed: false,
        };
        let waterfall = gage_backstop::WaterfallId(1);
        let facility = Facility {
            stable: AssetId(1),
            decimals: 18,
            par: Price::ONE,
            waterfall,
            params,
            source: crate::Source::Mint,
        };
        let paid = |owed, wanted| within_floor(Amount(owed), Amount(wanted), &facility).0;
        assert_eq!(paid(500, 300), 300);
        assert_eq!(paid(500, 450), 400, "a hundred stays");
        assert_eq!(paid(500, 500), 500);
        assert_eq!(paid(500, 900), 500);
        assert_eq!(paid(80, 30), 30, "below the floor already");
        assert_eq!(paid(100, 30), 30);
    }
}
