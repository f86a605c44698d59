//! A depositor of the stability pool: stays, or asks for the money back once the market has fallen far.

use gage_units::Price;

use crate::population::Depositor;

/// Whether the depositor asks now. `start` is the first price, `fall_bps` how far it must have fallen.
pub fn asks_back(depositor: &Depositor, already_asked: bool, start: Price, now: Price, fall_bps: u32) -> bool {
    let left = u128::from(10_000u32.saturating_sub(fall_bps));
    depositor.flees && !already_asked && now.0 / 10_000 < start.0 / 10_000 * left / 10_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use gage_units::Amount;

    #[test]
    fn only_those_who_flee_and_once() {
        let (start, half) = (Price(200 * Price::ONE.0), Price(99 * Price::ONE.0));
        let flees = Depositor { deposit: Amount(1), flees: true };
        let stays = Depositor { deposit: Amount(1), flees: false };
        assert!(asks_back(&flees, false, start, half, 5_000));
        assert!(!asks_back(&flees, true, start, half, 5_000));
        assert!(!asks_back(&flees, false, start, start, 5_000));
        assert!(!asks_back(&stays, false, start, half, 5_000));
    }
}
