//! Fees: weight times base fee, paid from credit that was bought before; and a deposit for each record
//! that an account adds, which comes back when it removes records.

use gage_store::Draft;
use gage_units::{AccountNumber, Amount, Rounding, mul_div};

use crate::event::Event;
use crate::state::{CREDIT, DEPOSITS, FeeState, fees, params, put_fees};
use crate::{Error, MODULE};

/// The chain's own account: it holds all credit and all fees earned.
pub(crate) const ACCOUNT: AccountNumber = AccountNumber(32);

/// One eighth: the most the base fee moves from block to block.
const STEP_DENOMINATOR: u128 = 8;

/// What 1,000 weight cost in the next block.
pub fn base_fee(draft: &Draft) -> Amount {
    fees(draft).base_fee
}

/// An account's fee credit.
pub fn credit(draft: &Draft, account: AccountNumber) -> Amount {
    CREDIT.get(draft, &account).unwrap_or_default()
}

/// The fee of `weight`, rounded up, against the account.
///
/// # Errors
/// [`Error::Math`] if it does not fit.
pub fn fee_of(draft: &Draft, weight: u64) -> Result<Amount, Error> {
    Ok(Amount(mul_div(fees(draft).base_fee.0, u128::from(weight), 1_000, Rounding::Up)?))
}

/// Takes a fee from an account's credit.
///
/// # Errors
/// [`Error::InsufficientCredit`].
pub(crate) fn charge(draft: &mut Draft, account: AccountNumber, fee: Amount) -> Result<(), Error> {
    let left = credit(draft, account).minus(fee).map_err(|_| Error::InsufficientCredit)?;
    let state = fees(draft);
    let state = FeeState { credit: state.credit.minus(fee)?, earned: state.earned.plus(fee)?, ..state };

    // From here on nothing can fail.
    write_credit(draft, account, left);
    put_fees(draft, state);
    Ok(())
}

/// Adds to an account's credit; the amount has reached the chain's account.
pub(crate) fn add_credit(draft: &mut Draft, account: AccountNumber, amount: Amount) -> Result<(), Error> {
    let total = credit(draft, account).plus(amount)?;
    let state = fees(draft);
    let state = FeeState { credit: state.credit.plus(amount)?, ..state };

    // From here on nothing can fail.
    write_credit(draft, account, total);
    put_fees(draft, state);
    Ok(())
}

/// Takes from an account's credit; the amount leaves the chain's account.
pub(crate) fn remove_credit(draft: &mut Draft, account: AccountNumber, amount: Amount) -> Result<(), Error> {
    let left = credit(draft, account).minus(amount).map_err(|_| Error::InsufficientCredit)?;
    let state = fees(draft);
    let state = FeeState { credit: state.credit.minus(amount)?, ..state };

    // From here on nothing can fail.
    write_credit(draft, account, left);
    put_fees(draft, state);
    Ok(())
}

fn write_credit(draft: &mut Draft, account: AccountNumber, amount: Amount) {
    if amount.is_zero() {
        CREDIT.remove(draft, &account);
    } else {
        CREDIT.put(draft, account, amount);
    }
}

/// What an account has left as deposits for records.
pub fn deposit(draft: &Draft, account: AccountNumber) -> Amount {
    DEPOSITS.get(draft, &account).unwrap_or_default()
}

/// Moves the deposit for the records a transaction added, and for those that due work will add for it, from the
/// account's credit, at most `allowed`; or gives back, for records it removed, what the account itself left before.
///
/// # Errors
/// [`Error::FeeAboveMaximum`] if the deposit exceeds what the signer allows beside the fee,
/// [`Error::InsufficientCredit`].
pub(crate) fn settle_deposit(
    draft: &mut Draft,
    account: AccountNumber,
    records_before: u64,
    ahead: u64,
    allowed: Amount,
) -> Result<(), Error> {
    let per_record = params(draft).record_deposit;
    let records = draft.records().saturating_add(ahead);
    if per_record.is_zero() || records == records_before {
        return Ok(());
    }
    let amount = Amount(mul_div(per_record.0, u128::from(records.abs_diff(records_before)), 1, Rounding::Up)?);
    let (held, state) = (deposit(draft, account), fees(draft));
    let (held, state, credit) = if records > records_before {
        if amount > allowed {
            return Err(Error::FeeAboveMaximum);
        }
        let left = credit(draft, account).minus(amount).map_err(|_| Error::InsufficientCredit)?;
        let state = FeeState { credit: state.credit.minus(amount)?, deposits: state.deposits.plus(amount)?, ..state };
        (held.plus(amount)?, state, left)
    } else {
        // Whoever removes what another added gets no more than he left himself.
        let back = amount.min(held);
        let state = FeeState { credit: state.credit.plus(back)?, deposits: state.deposits.minus(back)?, ..state };
        (held.minus(back)?, state, credit(draft, account).plus(back)?)
    };

    // From here on nothing can fail.
    write_credit(draft, account, credit);
    if held.is_zero() {
        DEPOSITS.remove(draft, &account);
    } else {
        DEPOSITS.put(draft, account, held);
    }
    put_fees(draft, state);
    draft.emit(MODULE, &Event::DepositSet { account, deposit: held });
    Ok(())
}

/// Steers the base fee to the target weight: up to one eighth up or down, never below the minimum.
/// The formula is that of EIP-1559, in integers, rounded up.
///
/// # Errors
/// [`Error::Math`] if a figure does not fit; the bounds of the parameters exclude it.
pub(crate) fn adapt(draft: &mut Draft, used: u64) -> Result<(), Error> {
    let (target, min) = (params(draft).weight_target, params(draft).base_fee_min);
    let state = fees(draft);
    let distance = u128::from(used.abs_diff(target));
    let scale = u128::from(target).checked_mul(STEP_DENOMINATOR).ok_or(gage_units::MathError::Overflow)?;
    let step = Amount(mul_div(state.base_fee.0, distance, scale, Rounding::Up)?);
    let moved = if used > target {
        state.base_fee.plus(step)?
    } else {
        // A step of a base fee downward is at most an eighth of it, rounded up: never below zero.
        state.base_fee.minus(step).unwrap_or(min)
    };
    let base_fee = moved.max(min);
    if base_fee != state.base_fee {
        put_fees(draft, FeeState { base_fee, ..state });
    }
    Ok(())
}
