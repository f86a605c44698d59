//! What is said on a stream, in both directions.

use std::sync::Arc;

use gage_crypto::AccountId;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::Api;
use crate::decoded::Wanted;
use crate::hub::Topic;
use crate::problem::Problem;

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    /// Opens a subscription under a name of the client's choice.
    Subscribe {
        /// The name, in every message of the subscription.
        id: String,
        /// What to send.
        channel: Channel,
        /// The first sequence that the client has not seen; from now on without one.
        #[serde(default)]
        from: Option<u64>,
        /// For `events`: only those that name this account. For `account`: which.
        #[serde(default)]
        account: Option<AccountId>,
        /// For `events`: only those that name this asset.
        #[serde(default)]
        asset: Option<u32>,
        /// For `events`: only those of this module.
        #[serde(default)]
        module: Option<String>,
        /// For `events`: only those of this kind.
        #[serde(default)]
        kind: Option<String>,
        /// For `vault`: which.
        #[serde(default)]
        vault: Option<u32>,
        /// For `auction`: which.
        #[serde(default)]
        lot: Option<u64>,
        /// For `price`: of which feed.
        #[serde(default)]
        feed: Option<u32>,
    },
    /// Ends a subscription.
    Unsubscribe {
        /// Its name.
        id: String,
    },
}

/// What can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Channel {
    /// One message per block.
    Blocks,
    /// Events, filtered by account, asset, module, kind.
    Events,
    /// Events of the oracle.
    Prices,
    /// Events of auctions.
    Auctions,
    /// One account: keys, credit, holdings.
    Account,
    /// One vault, with what protects it.
    Vault,
    /// One lot at auction.
    Auction,
    /// One price.
    Price,
}

/// Of which of them, as the command says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub account: Option<AccountId>,
    pub asset: Option<u32>,
    pub module: Option<String>,
    pub kind: Option<String>,
    pub vault: Option<u32>,
    pub lot: Option<u64>,
    pub feed: Option<u32>,
}

/// What a subscription has to send.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// Every block from a height on.
    Blocks { next: u64 },
    /// The events of every block from a height on.
    Events { next: u64, wanted: Arc<Wanted> },
    /// One thing; up to which height it was sent.
    Topic { topic: Topic, seen: Option<u64> },
}

/// A subscription of a stream.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub channel: Channel,
    pub source: Source,
}

impl Subscription {
    /// Reads what a client wants.
    ///
    /// # Errors
    /// A filter that is missing or of another channel; what a filter names and there is not.
    pub async fn of(
        api: &Arc<Api>,
        channel: Channel,
        from: Option<u64>,
        filter: Filter,
    ) -> Result<Subscription, Problem> {
        // A sequence is seen once it was sent: the first not seen is one more.
        let seen = from.map(|from| from.saturating_sub(1));
        let next = match from {
            Some(from) => from.max(1),
            None => api.node.progress().borrow().executed.0.saturating_add(1),
        };
        let only = |given: Filter| {
            let refused = || Problem::parameter("the filters", "those of the channel, as docs/api.md lists them");
            if given == filter { Ok(()) } else { Err(refused()) }
        };
        let needed = |name: &str| Problem::parameter(name, "given for this channel");
        let source = match channel {
            Channel::Blocks => {
                only(Filter::default())?;
                Source::Blocks { next }
            }
            Channel::Prices | Channel::Auctions => {
                only(Filter::default())?;
                let module = if channel == Channel::Prices { gage_oracle::MODULE } else { gage_auctions::MODULE };
                Source::Events { next, wanted: Arc::new(Wanted { module: Some(module), ..Wanted::default() }) }
            }
            Channel::Events => {
                let Filter { account, asset, module, kind, .. } = filter.clone();
                only(Filter { account, asset, module: module.clone(), kind: kind.clone(), ..Filter::default() })?;
                let wanted = Wanted::asked(api, (module.as_deref(), kind), (account, asset.map(AssetId))).await?;
                Source::Events { next, wanted: Arc::new(wanted) }
            }
            Channel::Account => {
                let id = filter.account.ok_or_else(|| needed("account"))?;
                only(Filter { account: Some(id), ..Filter::default() })?;
                Source::Topic { topic: Topic::Account(id), seen }
            }
            Channel::Vault => {
                let vault = filter.vault.ok_or_else(|| needed("vault"))?;
                only(Filter { vault: Some(vault), ..Filter::default() })?;
                Source::Topic { topic: Topic::Vault(vault), seen }
            }
            Channel::Auction => {
                let lot = filter.lot.ok_or_else(|| needed("lot"))?;
                only(Filter { lot: Some(lot), ..Filter::default() })?;
                Source::Topic { topic: Topic::Auction(lot), seen }
            }
            Channel::Price => {
                let feed = filter.feed.ok_or_else(|| needed("feed"))?;
                only(Filter { feed: Some(feed), ..Filter::default() })?;
                Source::Topic { topic: Topic::Price(feed), seen }
            }
        };
        Ok(Subscription { channel, source })
    }

    /// What it follows, if that is one thing.
    pub fn topic(&self) -> Option<Topic> {
        match &self.source {
            Source::Topic { topic, .. } => Some(*topic),
            _ => None,
        }
    }
}

pub(super) fn subscribed(id: &str, subscription: &Subscription, head: u64) -> String {
    let next = match &subscription.source {
        Source::Blocks { next } | Source::Events { next, .. } => *next,
        Source::Topic { seen, .. } => seen.map_or(0, |seen| seen.saturating_add(1)),
    };
    json!({ "type": "subscribed", "id": id, "channel": subscription.channel, "next": next, "head": head }).to_string()
}

pub(super) fn unsubscribed(id: &str) -> String {
    json!({ "type": "unsubscribed", "id": id }).to_string()
}

pub(super) fn problem(problem: &Problem) -> String {
    json!({ "type": "problem", "problem": problem }).to_string()
}
