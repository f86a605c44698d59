//! The inflation attack on share-priced vaults (ERC-4626 without virtual shares; Hundred Finance in April
//! 2023 and ResupplyFi in June 2025 lost through forms of it).
//!
//! The vault measures what it has by its balance, so that a gift raises the price of a share, and rounds
//! the shares of a deposit down, to none if the price is high enough.

/// A vault as the naive standard has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// What lies on its account, gifts included.
    pub balance: u128,
    /// All shares.
    pub shares: u128,
}

impl Measured {
    /// Shares for a deposit: `amount * shares / balance`, rounded down.
    pub fn deposit(&mut self, amount: u128) -> u128 {
        let shares = match self.shares {
            0 => amount,
            all => amount * all / self.balance,
        };
        self.balance += amount;
        self.shares += shares;
        shares
    }

    /// What shares are worth: `shares * balance / all shares`, rounded down.
    pub fn withdraw(&mut self, shares: u128) -> u128 {
        let amount = shares * self.balance / self.shares;
        self.balance -= amount;
        self.shares -= shares;
        amount
    }
}

/// What each of them has after the attack, less what he began with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// The attacker's gain.
    pub attacker: i128,
    /// The victim's.
    pub victim: i128,
}

/// The attacker is the first with `first` units and gives `gift`; the victim deposits `deposit`; both leave.
pub fn attack(first: u128, gift: u128, deposit: u128) -> Figures {
    let mut vault = Measured::default();
    let attackers = vault.deposit(first);
    vault.balance += gift;
    let victims = vault.deposit(deposit);
    let attacker = vault.withdraw(attackers);
    let victim = if victims == 0 { 0 } else { vault.withdraw(victims) };
    let signed = |amount: u128| i128::try_from(amount).expect("the figures of an incident are small");
    Figures { attacker: signed(attacker) - signed(first + gift), victim: signed(victim) - signed(deposit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_gift_the_vault_is_fair() {
        assert_eq!(attack(1, 0, 10_000), Figures { attacker: 0, victim: 0 });
    }

    #[test]
    fn half_of_the_deposit_as_a_gift_halves_it() {
        // 20,000 at a price of 10,001 a share is one share; two share 30,001.
        assert_eq!(attack(1, 10_000, 20_000), Figures { attacker: 4_999, victim: -4_999 });
    }
}
