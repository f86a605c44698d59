//! The price of a pool's shares, of which none can profit but by interest and none lose but by losses.
//!
//! With claims `C`, shares `S` and `V` virtual units of both, a supply is priced at the higher and a
//! withdrawal at the lower of `C / S` and `(C + V) / (S + V)`, rounded against the actor. So neither
//! ever lowers `C / S` nor `(C + V) / (S + V)`, and what is paid out never exceeds the claims.
//!
//! `C` is counted, never measured: a gift to the account is not in it. Even whoever raised `C` by `D`
//! while holding one share could at most push `D / (V + 1)` out of the next supplier by rounding, and
//! would leave `V / (V + 1)` of his `D` with the virtual shares (the virtual offset of OpenZeppelin's
//! ERC-4626, «inflation attack»).

use gage_units::{Amount, MathError, Ratio, Rounding, mul_div};

/// Virtual units of claims and of shares. With 6 decimals a thousandth of a whole unit.
pub const VIRTUAL: u128 = 1_000;

fn with_virtual(amount: Amount) -> Result<u128, MathError> {
    amount.0.checked_add(VIRTUAL).ok_or(MathError::Overflow)
}

/// The shares for a supply of `amount`: rounded down, at the higher price.
pub fn shares_for(amount: Amount, claims: Amount, shares: Amount) -> Result<Amount, MathError> {
    let virtual_price = mul_div(amount.0, with_virtual(shares)?, with_virtual(claims)?, Rounding::Down)?;
    // Without claims the real price is zero, and the virtual one the higher.
    if claims.is_zero() || shares.is_zero() {
        return Ok(Amount(virtual_price));
    }
    let real_price = mul_div(amount.0, shares.0, claims.0, Rounding::Down)?;
    Ok(Amount(real_price.min(virtual_price)))
}

/// What `given` of all `shares` are worth when they leave: rounded down, at the lower price.
pub fn amount_for(given: Amount, claims: Amount, shares: Amount) -> Result<Amount, MathError> {
    let virtual_price = mul_div(given.0, with_virtual(claims)?, with_virtual(shares)?, Rounding::Down)?;
    let real_price = mul_div(given.0, claims.0, shares.0, Rounding::Down)?;
    Ok(Amount(real_price.min(virtual_price)))
}

/// The price of one share, rounded down; one for a pool without anything.
pub fn price(claims: Amount, shares: Amount) -> Result<Ratio, MathError> {
    Ratio::of(with_virtual(claims)?, with_virtual(shares)?, Rounding::Down)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_one_until_something_is_earned() -> Result<(), MathError> {
        assert_eq!(shares_for(Amount(5_000), Amount(0), Amount(0))?, Amount(5_000));
        assert_eq!(amount_for(Amount(5_000), Amount(5_000), Amount(5_000))?, Amount(5_000));
        // 9,000 claims on 4,000 shares: 10,000 over 5,000 with the virtual ones is two; 9/4 is higher.
        assert_eq!(price(Amount(9_000), Amount(4_000))?, Ratio(2 * Ratio::SCALE));
        assert_eq!(shares_for(Amount(900), Amount(9_000), Amount(4_000))?, Amount(400));
        assert_eq!(amount_for(Amount(400), Amount(9_000), Amount(4_000))?, Amount(800));
        Ok(())
    }

    #[test]
    fn after_a_loss_what_is_paid_never_exceeds_the_claims() -> Result<(), MathError> {
        // 3,000 shares, 1,000 claims: the virtual price is 2,000/4,000, the real one a third.
        assert_eq!(amount_for(Amount(3_000), Amount(1_000), Amount(3_000))?, Amount(1_000));
        assert_eq!(amount_for(Amount(300), Amount(1_000), Amount(3_000))?, Amount(100));
        assert_eq!(shares_for(Amount(100), Amount(1_000), Amount(3_000))?, Amount(200));
        // Nothing is left: old shares are worth nothing, new ones nearly all of what comes.
        assert_eq!(amount_for(Amount(3_000), Amount(0), Amount(3_000))?, Amount(0));
        assert_eq!(shares_for(Amount(1_000), Amount(0), Amount(3_000))?, Amount(4_000));
        Ok(())
    }

    #[test]
    fn the_inflation_attack_by_hand() -> Result<(), MathError> {
        // One share, then somebody raises the claims by a million as if gifts were counted.
        let claims = Amount(1 + 1_000_000);
        // The next supplier of a million gets 1,000,000 * 1,001 / 1,001,001 = 999.99.. -> 999 at the virtual
        // price, but the real price is 1,000,001 a share: nothing. A supply that yields nothing is refused.
        assert_eq!(shares_for(Amount(1_000_000), claims, Amount(1))?, Amount(0));
        // What the attacker's own share is worth: 1,001,001 / 1,001 of the 1,000,001.
        assert_eq!(amount_for(Amount(1), claims, Amount(1))?, Amount(1_000));
        Ok(())
    }
}
