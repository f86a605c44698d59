//! `GET /v1/stream`: blocks, events, prices and auctions over a WebSocket, as they happen.
//!
//! The sequence number is the height: every channel sends at most one series of messages per block.
//! A client that comes back says `from`, the first sequence it has not seen, and gets all the node
//! still keeps. Nothing is buffered for a slow client: it reads behind, from the same results, and is
//! told with a `lag` message what it missed once the node no longer keeps it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request};
use axum::response::Response;
use gage_chain::{BlockResult, module_number};
use gage_crypto::AccountId;
use gage_units::{AccountNumber, Height};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::Shared;
use super::events::{Wanted, of_block};
use crate::api::Api;
use crate::problem::{Cause, Problem};
use crate::server::asked;

/// The longest message a client may send.
const MESSAGE_BYTES_MAX: usize = 4_096;
/// The most subscriptions of one stream.
const SUBSCRIPTIONS_MAX: usize = 32;
/// The most events in one message; a block with more comes in several, the last says so.
const EVENTS_MAX: usize = 500;
/// The most messages a client may send in a minute.
const MESSAGES_PER_MINUTE: u32 = 120;
/// How often a silent connection is asked whether it is alive.
const PING: Duration = Duration::from_secs(20);
/// How long a client may take to accept one message.
const SEND: Duration = Duration::from_secs(20);

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Command {
    /// Opens a subscription under a name of the client's choice.
    Subscribe {
        /// The name, in every message of the subscription.
        id: String,
        /// What to send.
        channel: Channel,
        /// The first sequence to send; the next block without one.
        #[serde(default)]
        from: Option<u64>,
        /// Only events that name this account.
        #[serde(default)]
        account: Option<AccountId>,
        /// Only events of this module.
        #[serde(default)]
        module: Option<String>,
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
enum Channel {
    /// One message per block.
    Blocks,
    /// Events, filtered by account or module.
    Events,
    /// Events of the oracle.
    Prices,
    /// Events of auctions.
    Auctions,
}

struct Subscription {
    channel: Channel,
    wanted: Wanted,
    /// The next height to send.
    next: u64,
}

/// What became of one attempt to catch up.
struct Delivery {
    messages: Vec<String>,
    /// The next height of each subscription that moved.
    moved: Vec<(String, u64)>,
    /// Whether there is more to send at once.
    behind: bool,
}

/// `GET /v1/stream`
pub(crate) async fn get(api: Shared, request: Request) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &*api).await;
    let refused = |error| Problem::new(Cause::BadParameter, format!("this route is a WebSocket: {error}"));
    let upgrade = upgrade.map_err(refused)?;
    let permit = Arc::clone(&api.streams).try_acquire_owned();
    let permit = permit.map_err(|_| Problem::new(Cause::Busy, "the node serves the most streams it may; try later"))?;
    let upgrade = upgrade.max_message_size(MESSAGE_BYTES_MAX).max_frame_size(MESSAGE_BYTES_MAX);
    let api = Arc::clone(&api);
    Ok(upgrade.on_upgrade(async move |socket| {
        let minute = Instant::now();
        Stream { api, subscriptions: BTreeMap::new(), said: 0, minute, heard: minute, socket }.run().await;
        drop(permit);
    }))
}

struct Stream {
    api: Arc<Api>,
    subscriptions: BTreeMap<String, Subscription>,
    /// Messages of the client in this minute.
    said: u32,
    minute: Instant,
    /// When the client last gave a sign of life.
    heard: Instant,
    socket: WebSocket,
}

impl Stream {
    async fn run(mut self) {
        let mut progress = self.api.node.progress();
        let mut stopped = self.api.stopped.clone();
        let mut ping = interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut behind = false;
        loop {
            let open = tokio::select! {
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => {
                        let open = self.hear(message).await;
                        behind = true;
                        open
                    }
                    _ => false,
                },
                changed = progress.changed(), if !behind => {
                    behind = true;
                    changed.is_ok()
                }
                () = std::future::ready(()), if behind => match self.deliver().await {
                    Some(more) => {
                        behind = more;
                        true
                    }
                    None => false,
                },
                _ = ping.tick() => {
                    self.heard.elapsed() < PING.saturating_mul(3) && self.send(Message::Ping(Vec::new().into())).await
                }
                () = asked(&mut stopped) => false,
            };
            if !open {
                break;
            }
        }
        // The other side may be gone already.
        let _closed = timeout(SEND, self.socket.send(Message::Close(None))).await;
    }

    async fn send(&mut self, message: Message) -> bool {
        matches!(timeout(SEND, self.socket.send(message)).await, Ok(Ok(())))
    }

    async fn say(&mut self, value: &Value) -> bool {
        self.send(Message::Text(value.to_string().into())).await
    }

    /// Acts on one message of the client. False ends the stream.
    async fn hear(&mut self, message: Message) -> bool {
        self.heard = Instant::now();
        let text = match &message {
            Message::Text(text) => text.as_str(),
            Message::Ping(_) | Message::Pong(_) => return true,
            Message::Binary(_) | Message::Close(_) => return false,
        };
        if self.minute.elapsed() > Duration::from_secs(60) {
            (self.minute, self.said) = (Instant::now(), 0);
        }
        self.said = self.said.saturating_add(1);
        let answer = if self.said > MESSAGES_PER_MINUTE {
            Err(Problem::new(Cause::RateLimited, "a stream takes 120 messages per minute"))
        } else {
            match serde_json::from_str(text) {
                Ok(command) => self.act(command).await,
                Err(error) => Err(Problem::new(Cause::MalformedJson, format!("the message does not read: {error}"))),
            }
        };
        match answer {
            Ok(answer) => self.say(&answer).await,
            Err(problem) => self.say(&json!({ "type": "problem", "problem": problem })).await,
        }
    }

    async fn act(&mut self, command: Command) -> Result<Value, Problem> {
        match command {
            Command::Unsubscribe { id } => {
                self.subscriptions.remove(&id);
                Ok(json!({ "type": "unsubscribed", "id": id }))
            }
            Command::Subscribe { id, channel, from, account, module } => {
                if id.is_empty() || id.len() > 64 {
                    return Err(Problem::parameter("id", "1 to 64 characters"));
                }
                if self.subscriptions.len() >= SUBSCRIPTIONS_MAX && !self.subscriptions.contains_key(&id) {
                    return Err(Problem::new(Cause::Busy, "a stream has at most 32 subscriptions"));
                }
                if channel != Channel::Events && (account.is_some() || module.is_some()) {
                    return Err(Problem::parameter("account and module", "given for the channel `events` only"));
                }
                let named = module.map(|name| module_number(&name).ok_or(name)).transpose();
                let named = named.map_err(|_| Problem::parameter("module", "the name of a module"))?;
                let (head, account) = resolve(&self.api, account).await?;
                let module = match channel {
                    Channel::Prices => Some(gage_oracle::MODULE),
                    Channel::Auctions => Some(gage_auctions::MODULE),
                    Channel::Blocks | Channel::Events => named,
                };
                let next = from.unwrap_or(head.saturating_add(1)).max(1);
                let wanted = Wanted { module, account };
                self.subscriptions.insert(id.clone(), Subscription { channel, wanted, next });
                Ok(json!({ "type": "subscribed", "id": id, "channel": channel, "next": next, "head": head }))
            }
        }
    }

    /// Sends what is due, a bounded part of it. Whether there is more, or `None` if the client is gone.
    async fn deliver(&mut self) -> Option<bool> {
        let plans: Vec<(String, Channel, Wanted, u64)> = self
            .subscriptions
            .iter()
            .map(|(id, subscription)| (id.clone(), subscription.channel, subscription.wanted, subscription.next))
            .collect();
        if plans.is_empty() {
            return Some(false);
        }
        let delivery = self.api.blocking(move |api| Ok(collect(api, plans))).await.ok()?;
        for message in delivery.messages {
            if !self.send(Message::Text(message.into())).await {
                return None;
            }
        }
        for (id, next) in delivery.moved {
            if let Some(subscription) = self.subscriptions.get_mut(&id) {
                subscription.next = next;
            }
        }
        Some(delivery.behind)
    }
}

/// The head's height, and the number of the account that is asked for.
async fn resolve(api: &Arc<Api>, account: Option<AccountId>) -> Result<(u64, Option<AccountNumber>), Problem> {
    api.read(move |chain, ctx| {
        let number = account.map(|id| gage_accounts::resolve(chain.draft(), &id)).transpose();
        Ok((ctx.height.0, number.map_err(Problem::read)?))
    })
    .await
}

/// The messages of each subscription's next few blocks.
fn collect(api: &Api, plans: Vec<(String, Channel, Wanted, u64)>) -> Delivery {
    /// Blocks per subscription in one go.
    const BLOCKS_MAX: u64 = 16;
    // The newest block whose result can be read: the chain's own head may be ahead of it for an instant.
    let head = api.node.progress().borrow().executed.0;
    let mut delivery = Delivery { messages: Vec::new(), moved: Vec::new(), behind: false };
    for (id, channel, wanted, mut next) in plans {
        let started = next;
        while next <= head && next < started.saturating_add(BLOCKS_MAX) {
            let Some(result) = api.node.result(Height(next)) else {
                let oldest = api.node.oldest_result().map_or(head, |oldest| oldest.0);
                let kept = oldest.max(next.saturating_add(1));
                let last = kept.saturating_sub(1);
                let lag = json!({ "type": "lag", "id": id, "missed_from": next, "missed_to": last });
                delivery.messages.push(lag.to_string());
                next = kept;
                break;
            };
            messages(&id, channel, wanted, &result, &mut delivery.messages);
            next = next.saturating_add(1);
        }
        delivery.behind |= next <= head;
        if next != started {
            delivery.moved.push((id, next));
        }
    }
    delivery
}

fn messages(id: &str, channel: Channel, wanted: Wanted, result: &BlockResult, messages: &mut Vec<String>) {
    let sequence = result.height;
    if channel == Channel::Blocks {
        let done = |receipt: &&gage_chain::Receipt| matches!(receipt.outcome, gage_chain::Outcome::Done);
        let message = json!({
            "type": "block", "id": id, "sequence": sequence, "block": result.block, "events_root": result.events_root,
            "receipts": result.receipts.len(), "done": result.receipts.iter().filter(done).count(),
        });
        messages.push(message.to_string());
        return;
    }
    let mut from = 0;
    loop {
        let events = of_block(result, wanted, from, EVENTS_MAX);
        if events.is_empty() {
            break;
        }
        let last = events.len() < EVENTS_MAX;
        from = events.last().map_or(from, |event| event.number.saturating_add(1));
        let message = json!({
            "type": "events", "id": id, "channel": channel, "sequence": sequence, "last": last, "events": events,
        });
        messages.push(message.to_string());
        if last {
            break;
        }
    }
}
