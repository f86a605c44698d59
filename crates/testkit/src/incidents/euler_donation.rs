//! A gift to the reserves that leaves the giver's own loan unsafe (Euler, 13 March 2023).
//!
//! The design that failed: one may lend to oneself up to the limit, and give collateral away without a
//! question about the health of what remains; an unsafe loan is taken over at a discount that grows to
//! 20 % with its distance from safety. Who holds both sides takes the discount out of other people's
//! deposits. Figures in thousands of the currency, those of the attack's first pool, at a rate of one.

/// One account of the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// What it has deposited.
    pub collateral: u128,
    /// What it owes.
    pub debt: u128,
}

/// The pool and the two accounts of one person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// Cash that can leave.
    pub cash: u128,
    /// Whose loan becomes unsafe.
    pub giver: Account,
    /// Who takes it over.
    pub taker: Account,
}

/// The largest discount of a takeover, in percent.
const DISCOUNT_MAX: u128 = 20;
/// How much of its collateral one may owe when lending to oneself, in percent.
const SELF_LIMIT: u128 = 95;

impl Pool {
    fn safe(account: &Account) -> bool {
        account.debt * 100 <= account.collateral * SELF_LIMIT
    }

    /// Pays in.
    pub fn deposit(&mut self, amount: u128) {
        self.cash += amount;
        self.giver.collateral += amount;
    }

    /// Lends to oneself: collateral and debt grow alike. Whether it would stay safe is asked.
    pub fn mint(&mut self, amount: u128) -> bool {
        let after = Account { collateral: self.giver.collateral + amount, debt: self.giver.debt + amount };
        let safe = Pool::safe(&after);
        if safe {
            self.giver = after;
        }
        safe
    }

    /// Repays.
    pub fn repay(&mut self, amount: u128) {
        self.cash += amount;
        self.giver.debt -= amount;
    }

    /// Gives collateral to the reserves. `asked` says whether health is asked afterwards, as after every
    /// other act: the whole difference.
    pub fn donate(&mut self, amount: u128, asked: bool) -> bool {
        let after = Account { collateral: self.giver.collateral - amount, ..self.giver };
        if asked && !Pool::safe(&after) {
            return false;
        }
        self.giver = after;
        true
    }

    /// Takes the giver's collateral over against debt at the full discount. Returns what remains unpaid
    /// with nothing behind it: the loss of all other depositors.
    pub fn take_over(&mut self) -> u128 {
        if Pool::safe(&self.giver) {
            return 0;
        }
        let collateral = self.giver.collateral;
        let debt = (collateral * (100 - DISCOUNT_MAX) / 100).min(self.giver.debt);
        self.taker = Account { collateral, debt };
        self.giver = Account { collateral: 0, debt: self.giver.debt - debt };
        self.giver.debt
    }

    /// Takes out what the taker's collateral exceeds its debt, as far as there is cash.
    pub fn withdraw(&mut self) -> u128 {
        let out = (self.taker.collateral - self.taker.debt).min(self.cash);
        self.cash -= out;
        self.taker.collateral -= out;
        out
    }
}

/// What came of it, in thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the attacker paid in.
    pub paid_in: u128,
    /// What he took out.
    pub taken_out: u128,
    /// Debt with nothing behind it.
    pub bad_debt: u128,
}

/// The attack: 30 million paid in and lent to itself more than ten times, 100 million given away.
pub fn attack(health_is_asked: bool) -> Outcome {
    // What others had deposited.
    let mut pool = Pool { cash: 8_900, ..Pool::default() };
    pool.deposit(20_000);
    let minted = pool.mint(200_000);
    pool.repay(10_000);
    let again = pool.mint(200_000);
    debug_assert!(minted && again, "lending to oneself stays within the limit");
    pool.donate(100_000, health_is_asked);
    let bad_debt = pool.take_over();
    Outcome { paid_in: 30_000, taken_out: pool.withdraw(), bad_debt }
}
