//! Bounded rate: how much debt may be liquidated through one collateral in a window of time.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{Amount, MathError, Timestamp};
use serde::{Deserialize, Serialize};

/// What a window has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Window {
    /// When the window began.
    pub started: Timestamp,
    /// Debt sent to auction since then, in smallest units of the debt asset.
    pub used: Amount,
}

impl Window {
    /// The window that `now` lies in: a new one once `length_ms` have passed.
    pub fn at(self, now: Timestamp, length_ms: u64) -> Window {
        let over = now.since_ms(self.started).is_ok_and(|age| age >= length_ms);
        if over { Window { started: now, used: Amount::ZERO } } else { self }
    }

    /// What is left of `max`.
    pub fn room(&self, max: Amount) -> Amount {
        max.minus(self.used).unwrap_or(Amount::ZERO)
    }

    /// This window with `amount` more used. # Errors [`MathError::Overflow`].
    pub fn with(self, amount: Amount) -> Result<Window, MathError> {
        Ok(Window { used: self.used.plus(amount)?, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_fills_and_ends() -> Result<(), MathError> {
        let window = Window::default().at(Timestamp(10_000), 1_000);
        assert_eq!(window, Window { started: Timestamp(10_000), used: Amount::ZERO });
        let window = window.with(Amount(70))?;
        assert_eq!(window.room(Amount(100)), Amount(30));
        assert_eq!(window.room(Amount(50)), Amount::ZERO);
        assert_eq!(window.at(Timestamp(10_999), 1_000), window);
        assert_eq!(window.at(Timestamp(11_000), 1_000).used, Amount::ZERO);
        Ok(())
    }
}
