//! The peg: stable for a cash asset and back, at par less a fee, within a cap.
//!
//! One whole unit of the cash asset is one whole unit of the stable. What is issued is exactly what
//! the cash held stands for: `issued = held * 10^(decimals of stable - decimals of cash)`, and the
//! other way round if the cash has more decimals; so the identity gains one exact term. Fees and what
//! rounding keeps from who swaps go to the surplus of the facility's waterfall.

use std::ops::Bound;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::{Draft, OrderedTable};
use gage_units::{Amount, AssetId, Bps, MathError, Price, Rounding, pow10};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::params::first_bad;
use crate::state::{CollateralKey, FacilityId, table};

/// The most cash assets of one facility.
pub const PEGS_MAX: usize = 16;

/// In which directions a peg swaps, from free to closed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum PegState {
    /// Both.
    Open,
    /// Stable for cash only: the peg shrinks.
    OutOnly,
    /// None.
    Closed,
}

/// What governance sets of a peg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PegTerms {
    /// The most stable this cash may have issued.
    pub cap: Amount,
    /// Kept of the stable that cash buys; at most 10 %.
    pub fee_in: Bps,
    /// Kept of the stable that buys cash; at most 10 %.
    pub fee_out: Bps,
    /// The least price of the cash, in the numeraire, at which more of it is taken: asked of the low end of
    /// its default feed. None takes the cash at its word.
    pub price_min: Option<Price>,
    /// In which directions it swaps.
    pub state: PegState,
}

impl PegTerms {
    /// Passes if every number lies in its bounds. # Errors [`Error::ParamOutOfBounds`].
    pub fn check(&self) -> Result<(), Error> {
        first_bad([
            ("cap", self.cap.0 < 1 << 126),
            ("fee_in", self.fee_in.0 <= 1_000),
            ("fee_out", self.fee_out.0 <= 1_000),
            ("price_min", self.price_min.is_none_or(|price| price > Price(0))),
        ])
    }
}

/// One cash asset of a facility.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Peg {
    /// What governance sets.
    pub terms: PegTerms,
    /// The decimals of the cash asset.
    pub decimals: u8,
    /// The cash on the module's account.
    pub held: Amount,
    /// The stable it stands for.
    pub issued: Amount,
}

pub(crate) const PEGS: OrderedTable<CollateralKey, Peg> = OrderedTable::authenticated(table(66), "vaults/pegs");

/// The peg of a cash asset. # Errors [`Error::UnknownPeg`].
pub fn peg(draft: &Draft, id: FacilityId, asset: AssetId) -> Result<Peg, Error> {
    PEGS.get(draft, &(id, asset)).ok_or(Error::UnknownPeg(asset))
}

/// The pegs of a facility, by asset.
pub fn pegs(draft: &Draft, id: FacilityId) -> Vec<(AssetId, Peg)> {
    let bounds = (Bound::Included((id, AssetId(0))), Bound::Included((id, AssetId(u32::MAX))));
    PEGS.range(draft, bounds).map(|((_, asset), peg)| (*asset, *peg)).collect()
}

/// Cash and the stable it stands for, exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtPar {
    /// Of the cash asset.
    pub cash: Amount,
    /// Of the stable.
    pub stable: Amount,
}

/// The most of `cash` that is a whole number of smallest units of the stable: what is beyond is not taken.
///
/// # Errors
/// [`MathError::Overflow`].
pub fn for_cash(cash: Amount, cash_decimals: u8, stable_decimals: u8) -> Result<AtPar, MathError> {
    match stable_decimals.checked_sub(cash_decimals) {
        Some(more) => Ok(AtPar { cash, stable: cash.mul_div(pow10(more)?, 1, Rounding::Down)? }),
        None => {
            let unit = pow10(cash_decimals.checked_sub(stable_decimals).ok_or(MathError::Underflow)?)?;
            let stable = cash.mul_div(1, unit, Rounding::Down)?;
            Ok(AtPar { cash: stable.mul_div(unit, 1, Rounding::Down)?, stable })
        }
    }
}

/// The most of `stable` that is a whole number of smallest units of the cash: what is beyond buys none.
///
/// # Errors
/// [`MathError::Overflow`].
pub fn for_stable(stable: Amount, cash_decimals: u8, stable_decimals: u8) -> Result<AtPar, MathError> {
    let AtPar { cash: stable, stable: cash } = for_cash(stable, stable_decimals, cash_decimals)?;
    Ok(AtPar { cash, stable })
}

/// The fee on `stable`, rounded up against who swaps. # Errors [`MathError::Overflow`].
pub fn fee_on(stable: Amount, fee: Bps) -> Result<Amount, MathError> {
    fee.apply(stable.0, Rounding::Up).map(Amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(at: AtPar) -> (u128, u128) {
        (at.cash.0, at.stable.0)
    }

    #[test]
    fn decimals_are_exact_both_ways() -> Result<(), MathError> {
        // 6 decimals of cash, 18 of the stable: 2.5 is 2.5.
        assert_eq!(both(for_cash(Amount(2_500_000), 6, 18)?), (2_500_000, 2_500_000_000_000_000_000));
        // One unit of stable short of a unit of cash buys none.
        assert_eq!(both(for_stable(Amount(1_999_999_999_999), 6, 18)?), (1, 1_000_000_000_000));
        // 18 decimals of cash, 6 of the stable: what is below a unit of stable is not taken.
        assert_eq!(both(for_cash(Amount(1_999_999_999_999), 18, 6)?), (1_000_000_000_000, 1));
        assert_eq!(both(for_stable(Amount(7), 18, 6)?), (7_000_000_000_000, 7));
        assert_eq!(both(for_cash(Amount(7), 6, 6)?), (7, 7));
        assert!(for_cash(Amount(u128::MAX), 6, 18).is_err());
        Ok(())
    }

    #[test]
    fn fees_round_up() {
        assert_eq!(fee_on(Amount(10_000), Bps(10)), Ok(Amount(10)));
        assert_eq!(fee_on(Amount(1), Bps(10)), Ok(Amount(1)));
        assert_eq!(fee_on(Amount(1), Bps(0)), Ok(Amount(0)));
    }
}
