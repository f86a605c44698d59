//! What streams follow, made once for all who follow it.
//!
//! One task watches the head. For each new block it decodes the events, and looks at every account, vault,
//! lot and price that somebody follows; what changed is a patch in that topic's history, which all its
//! followers send. So a thousand followers of one price cost one read.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gage_chain::Chain;
use gage_crypto::AccountId;
use gage_units::{AssetId, Height};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::api::{Api, context};
use crate::patch::diff;
use crate::problem::{Cause, Problem};

/// The most topics that are followed at a time.
pub(crate) const TOPICS_MAX: usize = 10_000;
/// How many patches of a topic are kept for those who come back.
const HISTORY_MAX: usize = 256;
/// How long a topic without followers is kept for those who come back.
const REMEMBERED: Duration = Duration::from_secs(60);
/// The shortest time between two looks at what is followed.
const INTERVAL: Duration = Duration::from_millis(50);
/// How many topics are looked at before blocks may go on.
const TOPICS_AT_ONCE: usize = 32;
/// The most assets of an account that are looked at.
const ASSETS_MAX: u32 = 5_000;

/// What is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Topic {
    Account(AccountId),
    Vault(u32),
    Auction(u64),
    Price(u32),
}

/// One change of a topic.
pub(crate) struct Change {
    /// The height at which it is so.
    pub sequence: u64,
    /// The height of the change before.
    pub previous: u64,
    /// The patch in JSON; none once it is gone.
    pub patch: Option<String>,
}

struct Followed {
    followers: usize,
    /// Since when nobody follows.
    left: Option<Instant>,
    /// Null once it is gone.
    view: Value,
    /// The height of the last change.
    sequence: u64,
    /// The height of the last look.
    seen: u64,
    history: VecDeque<Arc<Change>>,
}

/// What a follower sends next.
pub(crate) enum Next {
    /// Nothing: it has seen everything.
    Nothing,
    /// These, in order.
    Changes(Vec<Arc<Change>>),
    /// All of it: it is new here, or too far behind.
    Snapshot(u64, Value),
}

/// What streams follow.
pub(crate) struct Hub {
    topics: Mutex<BTreeMap<Topic, Followed>>,
    /// The height that was looked at last; changes also when streams shall look again.
    pub ready: watch::Sender<u64>,
}

impl Default for Hub {
    fn default() -> Hub {
        Hub { topics: Mutex::default(), ready: watch::channel(0).0 }
    }
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Topic, Followed>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to follow a topic, which must be there.
    ///
    /// # Errors
    /// The module's for what is not there; [`Cause::Busy`].
    pub fn follow(&self, api: &Api, topic: Topic) -> Result<(), Problem> {
        let (height, view) = api.node.read(|chain| (chain.head().height, view(chain, topic)));
        let view = view?;
        let mut topics = self.lock();
        if topics.len() >= TOPICS_MAX && !topics.contains_key(&topic) {
            return Err(Problem::new(Cause::Busy, "as many things are followed as may be"));
        }
        let new = || Followed {
            followers: 0,
            left: None,
            view: view.clone(),
            sequence: height.0,
            seen: height.0,
            history: VecDeque::new(),
        };
        let followed = topics.entry(topic).or_insert_with(new);
        followed.advance(height, view);
        followed.followers = followed.followers.saturating_add(1);
        followed.left = None;
        Ok(())
    }

    /// Ends to follow a topic.
    pub fn leave(&self, topic: Topic) {
        if let Some(followed) = self.lock().get_mut(&topic) {
            followed.followers = followed.followers.saturating_sub(1);
            followed.left = (followed.followers == 0).then(Instant::now);
        }
    }

    /// What a follower who has seen everything up to a height sends next; none for one who has seen nothing.
    pub fn next(&self, topic: Topic, seen: Option<u64>) -> Next {
        let topics = self.lock();
        let Some(followed) = topics.get(&topic) else { return Next::Nothing };
        let whole = || Next::Snapshot(followed.sequence, followed.view.clone());
        let Some(seen) = seen else { return whole() };
        if seen >= followed.sequence {
            // Who claims to have seen more than there is has seen another network's: he starts anew.
            return if seen > followed.seen { whole() } else { Next::Nothing };
        }
        // The change that follows what was seen: from it on, all are there.
        match followed.history.iter().position(|change| change.previous <= seen && seen < change.sequence) {
            Some(first) => Next::Changes(followed.history.iter().skip(first).cloned().collect()),
            None => whole(),
        }
    }

    /// Whether anything is followed.
    fn is_idle(&self) -> bool {
        self.lock().is_empty()
    }

    /// Looks at every topic, and forgets those that nobody follows any more.
    fn look(&self, api: &Api) {
        let topics: Vec<Topic> = {
            let mut topics = self.lock();
            topics.retain(|_, followed| followed.left.is_none_or(|left| left.elapsed() < REMEMBERED));
            topics.keys().copied().collect()
        };
        for topics in topics.chunks(TOPICS_AT_ONCE) {
            let (height, views) = api.node.read(|chain| {
                let views: Vec<Value> = topics.iter().map(|topic| view(chain, *topic).unwrap_or_default()).collect();
                (chain.head().height, views)
            });
            let mut followed = self.lock();
            for (topic, view) in topics.iter().zip(views) {
                if let Some(followed) = followed.get_mut(topic) {
                    followed.advance(height, view);
                }
            }
        }
    }
}

impl Followed {
    fn advance(&mut self, height: Height, view: Value) {
        if height.0 <= self.seen {
            return;
        }
        self.seen = height.0;
        let Some(patch) = diff(&self.view, &view) else { return };
        let patch = (!view.is_null()).then(|| patch.to_string());
        let change = Change { sequence: height.0, previous: self.sequence, patch };
        self.history.push_back(Arc::new(change));
        if self.history.len() > HISTORY_MAX {
            self.history.pop_front();
        }
        (self.view, self.sequence) = (view, height.0);
    }
}

/// Watches the head until the server stops.
pub(crate) async fn watch(api: Arc<Api>) {
    let mut progress = api.node.progress();
    let mut stopped = api.stopped.clone();
    loop {
        let height = progress.borrow_and_update().executed.0;
        let idle = api.hub.is_idle();
        // Waits for a place: streams are late before reads are refused.
        let looked = api.patient(move |api| {
            if api.streams_open() {
                drop(api.decoded.get(&api.node, Height(height)));
            }
            if !idle {
                api.hub.look(api);
            }
            Ok(())
        });
        // A fault in a look is one in what it looks at: readers of that are told.
        drop(looked.await);
        api.hub.ready.send_replace(height);
        tokio::time::sleep(INTERVAL).await;
        tokio::select! {
            changed = progress.changed() => if changed.is_err() { break },
            () = crate::server::asked(&mut stopped) => break,
        }
    }
}

/// A topic as it is at the head.
fn view(chain: &Chain, topic: Topic) -> Result<Value, Problem> {
    let (draft, ctx) = (chain.draft(), &context(chain));
    let broke = |_| Problem::new(Cause::Internal, "a view cannot be written; report this");
    match topic {
        Topic::Account(id) => account(chain, &id),
        Topic::Vault(id) => {
            let id = gage_vaults::VaultId(id);
            let vault = gage_vaults::query::vault(draft, id).map_err(Problem::read)?;
            let protection = gage_vaults::query::protection(draft, id).map_err(Problem::read)?;
            Ok(json!({ "vault": vault, "protection": protection }))
        }
        Topic::Auction(id) => {
            let lot =
                gage_auctions::query::lot_view(draft, gage_auctions::LotId(id), ctx.time).map_err(Problem::read)?;
            serde_json::to_value(lot).map_err(broke)
        }
        Topic::Price(id) => {
            let price = gage_oracle::query::price(draft, ctx, gage_oracle::FeedId(id)).map_err(Problem::read)?;
            serde_json::to_value(price).map_err(broke)
        }
    }
}

fn account(chain: &Chain, id: &AccountId) -> Result<Value, Problem> {
    let draft = chain.draft();
    let account = gage_accounts::query::account(draft, id).map_err(Problem::read)?;
    let mut holdings = serde_json::Map::new();
    for asset in (0..ASSETS_MAX).map(AssetId) {
        // Assets have dense numbers: the first unknown one is the end.
        let Ok(record) = gage_ledger::asset(draft, asset) else { break };
        let balance = gage_ledger::balance(draft, account.number, asset);
        if !balance.is_empty() {
            let (symbol, decimals) = (record.symbol, record.decimals);
            holdings
                .insert(asset.to_string(), json!(gage_ledger::query::HoldingView { asset, symbol, decimals, balance }));
        }
    }
    let credit = gage_chain::credit(draft, account.number);
    Ok(json!({ "account": account, "credit": credit, "holdings": holdings }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed() -> Followed {
        let (view, history) = (json!({ "n": 0 }), VecDeque::new());
        Followed { followers: 1, left: None, view, sequence: 5, seen: 5, history }
    }

    fn hub(followed: Followed) -> Hub {
        let hub = Hub::default();
        hub.lock().insert(Topic::Price(0), followed);
        hub
    }

    fn sequences(next: Next) -> Vec<u64> {
        match next {
            Next::Nothing => vec![],
            Next::Changes(changes) => changes.iter().map(|change| change.sequence).collect(),
            Next::Snapshot(sequence, _) => vec![1_000 + sequence],
        }
    }

    #[test]
    fn followers_get_what_they_have_not_seen() {
        let mut topic = followed();
        for (height, n) in [(6, 0), (8, 1), (9, 1), (12, 2)] {
            topic.advance(Height(height), json!({ "n": n }));
        }
        topic.advance(Height(12), json!({ "n": 99 }));
        let hub = hub(topic);
        let next = |seen| sequences(hub.next(Topic::Price(0), seen));
        assert_eq!(next(None), [1_012]);
        assert_eq!(next(Some(12)), Vec::<u64>::new());
        assert_eq!((next(Some(8)), next(Some(9))), (vec![12], vec![12]));
        assert_eq!((next(Some(5)), next(Some(7))), (vec![8, 12], vec![8, 12]));
        assert_eq!(next(Some(4)), [1_012], "what was before is not kept");
        assert_eq!(next(Some(13)), [1_012], "nobody has seen the future");
        assert_eq!(sequences(hub.next(Topic::Price(1), Some(1))), Vec::<u64>::new());
    }

    #[test]
    fn the_history_is_bounded_and_an_end_is_told() {
        let mut topic = followed();
        for height in 6..1_000 {
            topic.advance(Height(height), json!({ "n": height }));
        }
        assert_eq!(topic.history.len(), HISTORY_MAX);
        topic.advance(Height(1_000), Value::Null);
        let last = topic.history.back().unwrap();
        assert_eq!((last.sequence, last.previous, last.patch.is_none()), (1_000, 999, true));
        assert_eq!(sequences(hub(topic).next(Topic::Price(0), Some(10))), [2_000]);
    }
}
