//! The module's section of the genesis file.

use gage_accounts::Context;
use gage_crypto::{AccountId, Hash};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::growth::GrowthCap;
use crate::operations::{CreateFeed, SetGrowthCap, SetGuardianSet, SetPublisher, SetPythPublisher};
use crate::state::{GLOBAL, Global};
use crate::{Dimension, Error, FeedId, FeedParams, Params, Source};

/// Rules and feeds that exist from the start; feeds get their numbers from zero in the order given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Genesis {
    /// The rules of the module.
    pub params: Params,
    /// The feeds.
    pub feeds: Vec<GenesisFeed>,
    /// Guardian sets that are known from the start.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guardian_sets: Vec<SetGuardianSet>,
}

/// A feed that exists from the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisFeed {
    /// What is priced.
    pub base: Dimension,
    /// In what.
    pub quote: Dimension,
    /// Decimal places the price means something to.
    #[serde(default = "eight")]
    pub decimals: u8,
    /// Where the price comes from.
    #[serde(default = "reported")]
    pub source: Source,
    /// The feed's rules.
    #[serde(default)]
    pub params: FeedParams,
    /// Who reports it.
    #[serde(default)]
    pub publishers: Vec<GenesisPublisher>,
    /// Its growth cap.
    #[serde(default)]
    pub growth_cap: Option<GrowthCap>,
}

/// A publisher of a feed from the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisPublisher {
    /// The account.
    pub account: AccountId,
    /// The weight of its votes.
    pub weight: u32,
    /// Pyth's name of the price that counts as this account's report, for a foreign publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pyth: Option<Hash>,
}

fn eight() -> u8 {
    8
}

fn reported() -> Source {
    Source::Reported
}

/// Writes the section into an empty state, by the operations governance would use.
///
/// # Errors
/// Those of [`CreateFeed`], [`SetPublisher`] and [`SetGrowthCap`].
pub fn genesis(draft: &mut Draft, ctx: &Context, genesis: &Genesis) -> Result<(), Error> {
    genesis.params.check()?;
    GLOBAL.put(draft, 0, Global { params: genesis.params, ..Global::default() });
    for set in &genesis.guardian_sets {
        set.validate()?;
        set.apply(draft, ctx)?;
    }
    for (number, entry) in genesis.feeds.iter().enumerate() {
        let feed = FeedId(u32::try_from(number).map_err(|_| Error::TooManyFeeds)?);
        let create = CreateFeed {
            base: entry.base,
            quote: entry.quote,
            decimals: entry.decimals,
            source: entry.source.clone(),
            params: entry.params.clone(),
        };
        create.validate()?;
        create.apply(draft, ctx)?;
        for publisher in &entry.publishers {
            admit_publisher(draft, ctx, feed, publisher)?;
        }
        if let Some(cap) = entry.growth_cap {
            let set = SetGrowthCap { feed, cap: Some(cap) };
            set.validate()?;
            set.apply(draft, ctx)?;
        }
    }
    Ok(())
}

fn admit_publisher(draft: &mut Draft, ctx: &Context, feed: FeedId, entry: &GenesisPublisher) -> Result<(), Error> {
    let GenesisPublisher { account: publisher, weight, pyth } = *entry;
    match pyth {
        None => {
            let set = SetPublisher { feed, publisher, weight };
            set.validate()?;
            set.apply(draft, ctx)
        }
        Some(price_id) => {
            let set = SetPythPublisher { feed, publisher, weight, price_id };
            set.validate()?;
            set.apply(draft, ctx)
        }
    }
}
