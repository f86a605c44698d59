//! One borrower's collateral far beyond what its market can take (CRV on Aave v2, 2022 and 2023).
//!
//! The design that failed: the limit of a position is a ratio to the price, without regard to depth, and
//! whoever liquidates sells at once into a market whose price the next liquidation then uses. Each sale
//! makes the next one worse, until it does not pay any more; what is left is bad debt. The parameters of
//! the loan are those of the CRV market (threshold 61 %, bonus 8.5 %); the market is one pool of two sides.

/// A market whose price follows what is sold: tokens times cash stays the same.
#[derive(Clone, Copy, Debug)]
pub struct Market {
    /// Tokens in it.
    pub tokens: u128,
    /// Cash in it, in cents.
    pub cents: u128,
}

impl Market {
    /// What `tokens` sold at once bring, in cents, rounded down.
    fn proceeds(&self, tokens: u128) -> u128 {
        self.cents - self.cents * self.tokens / (self.tokens + tokens)
    }

    fn sell(&mut self, tokens: u128) -> u128 {
        let proceeds = self.proceeds(tokens);
        self.tokens += tokens;
        self.cents -= proceeds;
        proceeds
    }

    /// What tokens are worth at the last price, in cents.
    fn worth(&self, tokens: u128) -> u128 {
        tokens * self.cents / self.tokens
    }

    /// The most cents that a sale brings while it loses no more than the bonus to its own impact:
    /// selling `q` loses `q / (T + q)`, so `q = T b`.
    pub fn depth(&self) -> u128 {
        self.proceeds(self.tokens * BONUS / SCALE)
    }
}

const SCALE: u128 = 10_000;
const THRESHOLD: u128 = 6_100;
const BONUS: u128 = 850;

/// What became of the loan, in cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was lent.
    pub lent: u128,
    /// What liquidations repaid.
    pub repaid: u128,
    /// What the rest of the collateral would bring, all sold.
    pub recoverable: u128,
    /// What is lost.
    pub bad_debt: u128,
    /// The fall of the price by liquidations alone, in basis points.
    pub price_fall: u128,
}

/// Lends `debt` against `collateral` tokens, lets others sell until the loan is unsafe, and liquidates in
/// pieces of a hundredth as long as it pays.
pub fn liquidate(mut market: Market, mut collateral: u128, lent: u128) -> Outcome {
    // The market falls by itself to where the loan becomes unsafe.
    while market.worth(collateral) * THRESHOLD / SCALE >= lent {
        market.sell(market.tokens / 1_000);
    }
    let before = market.worth(1_000_000);
    let (mut debt, piece) = (lent, (lent / 100).max(1));
    while debt > 0 && market.worth(collateral) * THRESHOLD / SCALE < debt {
        let repaid = piece.min(debt);
        let taken = repaid * (SCALE + BONUS) / SCALE * market.tokens / market.cents;
        if taken == 0 || taken > collateral || market.proceeds(taken) < repaid {
            break;
        }
        market.sell(taken);
        collateral -= taken;
        debt -= repaid;
    }
    let recoverable = market.proceeds(collateral).min(debt);
    let price_fall = SCALE - market.worth(1_000_000) * SCALE / before;
    Outcome { lent, repaid: lent - debt, recoverable, bad_debt: debt - recoverable, price_fall }
}

/// 290 million tokens, 63 million dollars lent, in a market of 20 million tokens and 12 million dollars.
pub fn as_it_was() -> Outcome {
    liquidate(MARKET, 290_000_000, 6_300_000_000)
}

/// The same borrower where the debt on a collateral is capped by the depth of its market.
pub fn capped_by_depth() -> Outcome {
    liquidate(MARKET, 290_000_000 * MARKET.depth() / 6_300_000_000, MARKET.depth())
}

/// The market of the incident.
pub const MARKET: Market = Market { tokens: 20_000_000, cents: 1_200_000_000 };
