//! A vault owner who watches: pledges spare collateral before the vault is unsafe.

use gage_units::{Amount, Price, Rounding, mul_div};

use crate::population::Borrower;

/// How much more to pledge now; nothing if the vault is safe enough, without debt, or nothing is spare.
/// `debt` and `collateral` are the vault's, `reserve` what the owner still has, `price` the market's.
pub fn top_up(owner: &Borrower, collateral: Amount, debt: Amount, reserve: Amount, price: Price) -> Option<Amount> {
    if debt.is_zero() || reserve.is_zero() || collateral.is_zero() {
        return None;
    }
    let needed = |ratio_bps: u32| {
        let value = mul_div(debt.0, u128::from(ratio_bps), 10_000, Rounding::Up).ok()?;
        mul_div(value, Price::ONE.0, price.0, Rounding::Up).ok()
    };
    if collateral.0 >= needed(owner.trigger_bps)? {
        return None;
    }
    let wanted = needed(owner.restore_bps)?.checked_sub(collateral.0)?;
    Some(Amount(wanted.min(reserve.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: u128 = Price::ONE.0;

    fn owner() -> Borrower {
        let (collateral, debt, reserve) = (Amount(20 * ONE), Amount(1_000 * ONE), Amount(5 * ONE));
        Borrower { collateral, debt, reserve, trigger_bps: 18_000, restore_bps: 20_000 }
    }

    #[test]
    fn he_restores_the_ratio_with_what_he_has() {
        let act = |price: u128, reserve: u128| {
            top_up(&owner(), Amount(20 * ONE), Amount(1_000 * ONE), Amount(reserve * ONE), Price(price * ONE))
        };
        assert_eq!(act(90, 5), None, "20 x 90 = 1.8 of the debt is just enough");
        // 2,000 / 80 = 25 are wanted, 20 are pledged.
        assert_eq!(act(80, 9), Some(Amount(5 * ONE)));
        assert_eq!(act(80, 3), Some(Amount(3 * ONE)));
        assert_eq!(act(80, 0), None);
        assert_eq!(top_up(&owner(), Amount::ZERO, Amount(1), Amount(1), Price(ONE)), None);
    }
}
