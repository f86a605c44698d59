//! A stolen mint key (Resolv, 22 March 2026).
//!
//! The design that failed: whoever holds one key mints, and nothing compares what is minted with what
//! backs it; lending markets price the coin by a constant. 80 million were minted; what was lent
//! against them was lost. Figures in millions; the markets' cash follows the reported losses of more
//! than 10 in the largest one and smaller sums in the others.

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Coins minted with the stolen key.
    pub minted: u128,
    /// Taken out of lending markets against them.
    pub taken: u128,
    /// Backing per hundred coins afterwards.
    pub backing_percent: u128,
}

/// Coins and their backing before.
const BACKED: u128 = 100;
/// What the thief tried to mint.
const WANTED: u128 = 80;
/// Cash in the markets that lend against the coin at a constant price of one.
pub const MARKETS: [u128; 4] = [12, 6, 4, 2];
/// What they lend against it, in percent.
const LENT_PERCENT: u128 = 90;

/// The stolen key at work. With `proof`, minting stops at what is proven beyond the supply; with `window`, at
/// what the window takes.
pub fn stolen_key(proof: Option<u128>, window: Option<u128>) -> Outcome {
    let minted = WANTED.min(proof.unwrap_or(u128::MAX)).min(window.unwrap_or(u128::MAX));
    let mut left = minted;
    let mut taken = 0;
    for cash in MARKETS {
        // A price that is a constant never learns of the new coins.
        let pledged = left.min((cash * 100).div_ceil(LENT_PERCENT));
        left -= pledged;
        taken += cash.min(pledged * LENT_PERCENT / 100);
    }
    let backing = BACKED + proof.unwrap_or(0);
    Outcome { minted, taken, backing_percent: backing * 100 / (BACKED + minted) }
}
