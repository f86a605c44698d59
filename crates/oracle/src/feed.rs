//! What a feed is: a price of one dimension in another, and where it comes from.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Names;
use gage_store::DenseKey;
use gage_units::{AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Error, FeedParams};

/// The most legs of a composed feed.
pub const LEGS_MAX: usize = 4;
/// How deep composed feeds may stand on composed feeds; a reported feed has depth 0.
pub const DEPTH_MAX: u8 = 3;
/// The most decimals a feed may state.
pub const FEED_DECIMALS_MAX: u8 = 18;

/// The dense number of a feed.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct FeedId(pub u32);

impl fmt::Display for FeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl DenseKey for FeedId {
    fn index(&self) -> usize {
        self.0.index()
    }

    fn from_index(index: usize) -> FeedId {
        FeedId(u32::from_index(index))
    }
}

/// A currency of ISO 4217 by its three letters.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(pub [u8; 3]);

impl Currency {
    /// Whether it is three upper-case letters.
    pub fn is_valid(&self) -> bool {
        self.0.iter().all(u8::is_ascii_uppercase)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{}", char::from(*byte)))
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.to_string()
    }
}

impl TryFrom<String> for Currency {
    type Error = String;

    fn try_from(text: String) -> Result<Currency, String> {
        let letters = text.as_bytes().try_into().map(Currency).ok().filter(Currency::is_valid);
        letters.ok_or_else(|| "expected a currency code of three upper-case letters".to_owned())
    }
}

/// What a price counts: one side of "base in quote". `ETH per WSTETH` and `USD per WSTETH` differ in
/// their quote dimension and cannot be taken for each other.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The unit of account of all values (USD unless genesis says otherwise).
    Numeraire,
    /// One whole unit of an asset of this ledger.
    Asset(AssetId),
    /// One unit of a currency that is not the numeraire.
    Currency(Currency),
}

impl Dimension {
    /// As people read it: `WETH#7`, `EUR`, `numeraire`.
    pub fn describe(&self, names: &dyn Names) -> String {
        match self {
            Dimension::Numeraire => "numeraire".to_owned(),
            Dimension::Asset(asset) => match names.asset(*asset) {
                Some((symbol, _)) => format!("{symbol}#{asset}"),
                None => format!("#{asset}"),
            },
            Dimension::Currency(currency) => currency.to_string(),
        }
    }
}

/// One factor of a composed feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// The feed whose price is multiplied.
    pub feed: FeedId,
    /// Whether one over its price is taken, which swaps its dimensions.
    #[serde(default)]
    pub inverse: bool,
}

/// Where a feed's price comes from.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Reports of its publishers.
    Reported,
    /// The product of the legs, whose dimensions chain from the feed's base to its quote.
    Composed(Vec<Leg>),
}

/// A price of `base` in `quote`: how many of the quote one whole unit of the base is worth.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Feed {
    /// What is priced.
    pub base: Dimension,
    /// In what.
    pub quote: Dimension,
    /// Decimal places the price means something to: a report below one unit of the last is refused.
    pub decimals: u8,
    /// Where the price comes from.
    pub source: Source,
    /// 0 for a reported feed, else one more than the deepest leg.
    pub depth: u8,
    /// The block time at which rules, publishers or market state last changed.
    pub revised_at: Timestamp,
    /// The feed's own rules.
    pub params: FeedParams,
}

/// Passes if the legs lead from `base` to `quote`: the dimensions between them cancel.
///
/// # Errors
/// [`Error::LegsDoNotChain`] at the first leg that does not continue the one before.
pub fn check_chain(
    base: Dimension,
    quote: Dimension,
    legs: impl IntoIterator<Item = (Dimension, Dimension)>,
) -> Result<(), Error> {
    let mut at = base;
    for (from, to) in legs {
        if from != at {
            return Err(Error::LegsDoNotChain);
        }
        at = to;
    }
    if at == quote { Ok(()) } else { Err(Error::LegsDoNotChain) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_leg_cannot_be_expressed() {
        let (wsteth, eth, usd) = (Dimension::Asset(AssetId(1)), Dimension::Asset(AssetId(2)), Dimension::Numeraire);
        assert_eq!(check_chain(wsteth, usd, [(wsteth, eth), (eth, usd)]), Ok(()));
        // The ratio alone is not a price in the numeraire.
        assert_eq!(check_chain(wsteth, usd, [(wsteth, eth)]), Err(Error::LegsDoNotChain));
        assert_eq!(check_chain(wsteth, usd, [(eth, usd)]), Err(Error::LegsDoNotChain));
        assert_eq!(check_chain(wsteth, usd, [(eth, usd), (wsteth, eth)]), Err(Error::LegsDoNotChain));
    }

    #[test]
    fn currencies_are_three_capitals() {
        assert_eq!(Currency::try_from("EUR".to_owned()), Ok(Currency(*b"EUR")));
        for text in ["eur", "EU", "EURO", "E1R", ""] {
            assert!(Currency::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
