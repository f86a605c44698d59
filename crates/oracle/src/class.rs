//! How good a price is, and which acts that permits.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use strum::{EnumIter, IntoEnumIterator, IntoStaticStr};

use crate::Error;

/// How good a price is. The order is the precedence: of several that apply, the last one is said,
/// and a composed price has the worst class of its legs.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
    EnumIter,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PriceClass {
    /// Recent, agreed and narrow.
    Fresh,
    /// The band the price needs is wider than the feed tolerates.
    Uncertain,
    /// Moved more than the bound and not yet confirmed: the last confirmed price, moved by the bound, is used.
    Jumped,
    /// Older than the feed's maximum age, or than the last restart, reopening or change of units.
    Stale,
    /// The market is closed or halted.
    Closed,
    /// Outside the bounds of the feed.
    Invalid,
}

/// What a price is used for.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
    EnumIter,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Action {
    /// Taking on debt.
    Borrow,
    /// Taking collateral out.
    Withdraw,
    /// Minting against backing.
    Mint,
    /// Filling an order.
    Fill,
    /// Liquidating.
    Liquidate,
    /// Settling a contract.
    Settle,
    /// Redeeming at a price.
    Redeem,
}

const FRESH: u8 = 1;
const UNCERTAIN: u8 = 2;
const JUMPED: u8 = 4;
const STALE: u8 = 8;
const CLOSED: u8 = 16;
const INVALID: u8 = 32;

impl PriceClass {
    const fn bit(self) -> u8 {
        match self {
            PriceClass::Fresh => FRESH,
            PriceClass::Uncertain => UNCERTAIN,
            PriceClass::Jumped => JUMPED,
            PriceClass::Stale => STALE,
            PriceClass::Closed => CLOSED,
            PriceClass::Invalid => INVALID,
        }
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Action {
    /// The stable name.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The classes that no matrix may deny to this action, and those that none may grant: liquidation
    /// is never switched off by its own caution, nothing runs on an invalid price, and no risk is
    /// taken on a price that is not confirmed and recent.
    const fn bounds(self) -> (u8, u8) {
        match self {
            Action::Borrow | Action::Withdraw | Action::Mint => (FRESH, JUMPED | STALE | CLOSED | INVALID),
            Action::Fill => (FRESH, STALE | CLOSED | INVALID),
            Action::Liquidate => (FRESH | UNCERTAIN | JUMPED, STALE | CLOSED | INVALID),
            Action::Settle | Action::Redeem => (FRESH, INVALID),
        }
    }
}

/// Action by class: which price permits what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(try_from = "Vec<Permission>", into = "Vec<Permission>")]
pub struct Matrix {
    /// Bit set of classes per action, in the order of [`Action`].
    rows: [u8; 7],
}

/// One row of the matrix, as people write it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// The act.
    pub action: Action,
    /// The classes of price it may run on.
    pub classes: Vec<PriceClass>,
}

impl Default for Matrix {
    fn default() -> Matrix {
        let risk = FRESH | UNCERTAIN;
        Matrix { rows: [risk, risk, risk, risk, FRESH | UNCERTAIN | JUMPED, risk, risk] }
    }
}

impl Matrix {
    fn place(action: Action) -> usize {
        match action {
            Action::Borrow => 0,
            Action::Withdraw => 1,
            Action::Mint => 2,
            Action::Fill => 3,
            Action::Liquidate => 4,
            Action::Settle => 5,
            Action::Redeem => 6,
        }
    }

    /// Whether `action` may run on a price of `class`.
    pub fn permits(&self, action: Action, class: PriceClass) -> bool {
        self.rows.get(Matrix::place(action)).is_some_and(|row| row & class.bit() != 0)
    }

    /// This matrix with one row replaced.
    pub fn with(mut self, permission: &Permission) -> Matrix {
        if let Some(row) = self.rows.get_mut(Matrix::place(permission.action)) {
            *row = permission.classes.iter().fold(0, |row, class| row | class.bit());
        }
        self
    }

    /// The rows, as people read them.
    pub fn rows(&self) -> Vec<Permission> {
        let row = |action| Permission {
            action,
            classes: PriceClass::iter().filter(|class| self.permits(action, *class)).collect(),
        };
        Action::iter().map(row).collect()
    }

    /// Passes if every row keeps the bounds fixed in code.
    ///
    /// # Errors
    /// [`Error::MatrixOutOfBounds`] naming the first row that does not.
    pub fn check(&self) -> Result<(), Error> {
        for action in Action::iter() {
            let row = self.rows.get(Matrix::place(action)).copied().unwrap_or_default();
            let (required, forbidden) = action.bounds();
            if row & required != required || row & forbidden != 0 {
                return Err(Error::MatrixOutOfBounds { action });
            }
        }
        Ok(())
    }
}

impl From<Matrix> for Vec<Permission> {
    fn from(matrix: Matrix) -> Vec<Permission> {
        matrix.rows()
    }
}

impl TryFrom<Vec<Permission>> for Matrix {
    type Error = String;

    fn try_from(rows: Vec<Permission>) -> Result<Matrix, String> {
        let matrix = rows.iter().fold(Matrix::default(), Matrix::with);
        matrix.check().map_err(|error| error.to_string())?;
        Ok(matrix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_keeps_its_bounds_and_liquidates_through_a_jump() {
        let matrix = Matrix::default();
        assert_eq!(matrix.check(), Ok(()));
        for class in PriceClass::iter() {
            let caution = matches!(class, PriceClass::Stale | PriceClass::Closed | PriceClass::Invalid);
            assert_eq!(matrix.permits(Action::Liquidate, class), !caution, "{class:?}");
            let narrow = matches!(class, PriceClass::Fresh | PriceClass::Uncertain);
            for action in [Action::Borrow, Action::Withdraw, Action::Mint] {
                assert_eq!(matrix.permits(action, class), narrow, "{action:?} {class:?}");
            }
        }
    }

    #[test]
    fn no_matrix_switches_liquidation_off_or_lends_on_a_jump() {
        let row = |action, classes: &[PriceClass]| {
            Matrix::default().with(&Permission { action, classes: classes.to_vec() }).check()
        };
        let refused = |action| Err(Error::MatrixOutOfBounds { action });
        use PriceClass::{Fresh, Invalid, Jumped, Stale, Uncertain};
        assert_eq!(row(Action::Liquidate, &[Fresh, Jumped]), refused(Action::Liquidate));
        assert_eq!(row(Action::Liquidate, &[Fresh, Uncertain, Jumped, Stale]), refused(Action::Liquidate));
        assert_eq!(row(Action::Borrow, &[Fresh, Jumped]), refused(Action::Borrow));
        assert_eq!(row(Action::Borrow, &[Fresh]), Ok(()));
        assert_eq!(row(Action::Redeem, &[Fresh, Stale]), Ok(()));
        assert_eq!(row(Action::Redeem, &[Fresh, Invalid]), refused(Action::Redeem));
    }
}
