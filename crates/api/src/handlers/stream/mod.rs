//! `GET /v1/stream`: what happens, over a WebSocket, as it happens.
//!
//! Channels of blocks and events send every block in order; channels of one account, vault, lot or price
//! send it whole, then what changes. The sequence number is the height. A client that comes back says `from`,
//! the first sequence it has not seen, and gets what the node still keeps; else it is told what it missed, or
//! gets the whole anew. Nothing is buffered for a slow client: it reads behind, from what is kept for all;
//! one that takes nothing for too long is closed with the reason.

mod collect;
mod messages;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request};
use axum::response::Response;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::Shared;
use crate::api::Api;
use crate::cors;
use crate::problem::{Cause, Problem};
use crate::server::asked;
use messages::{Command, Filter, Subscription};

/// The longest message a client may send.
const MESSAGE_BYTES_MAX: usize = 4_096;
/// The most subscriptions of one stream.
const SUBSCRIPTIONS_MAX: usize = 32;
/// The most messages a client may send in a minute.
const MESSAGES_PER_MINUTE: u32 = 120;
/// How often a silent connection is asked whether it is alive.
const PING: Duration = Duration::from_secs(20);
/// How long a closed client has to read why.
const LINGER: Duration = Duration::from_secs(5);

/// Why a stream ends: the code and the reason of the closing frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The client is gone, or asked to end.
    Gone,
    /// The server stops.
    Stopping,
    /// The client takes nothing.
    Slow,
    /// The client gives no sign of life.
    Silent,
    /// The client sends what is no text.
    Binary,
}

impl End {
    fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            End::Gone => return None,
            End::Stopping => (1_001, "Stopping: the server stops; come back and resume from the last sequence seen"),
            End::Binary => (1_003, "Binary: messages are JSON texts"),
            End::Slow => {
                (4_001, "SlowReader: nothing was read for too long; come back and resume from the last sequence seen")
            }
            End::Silent => (4_002, "Silent: no sign of life for a minute; answer pings"),
        };
        Some(CloseFrame { code, reason: reason.into() })
    }
}

/// `GET /v1/stream`
pub(crate) async fn get(api: Shared, request: Request) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    if !cors::is_own(&parts.headers) && cors::allowed(&api.config.cors_origins, &parts.headers).is_none() {
        return Err(Problem::new(Cause::OriginNotAllowed, "pages of this origin may not open streams of this node"));
    }
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

impl Drop for Stream {
    fn drop(&mut self) {
        for topic in self.subscriptions.values().filter_map(|subscription| subscription.topic()) {
            self.api.hub.leave(topic);
        }
    }
}

impl Stream {
    async fn run(mut self) {
        let end = self.serve().await.unwrap_or(End::Gone);
        self.api.metrics.stream_ended(end == End::Slow);
        // What stands in the buffers comes first; the other side may be gone already.
        let closing = self.socket.send(Message::Close(end.frame()));
        drop(timeout(LINGER, closing).await);
    }

    /// Until it ends, and why. The error of the socket is the client's going.
    async fn serve(&mut self) -> Result<End, axum::Error> {
        let mut ready = self.api.hub.ready.subscribe();
        let mut stopped = self.api.stopped.clone();
        let mut ping = interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut behind = false;
        loop {
            tokio::select! {
                message = self.socket.recv() => {
                    let Some(message) = message.transpose()? else { return Ok(End::Gone) };
                    if let Some(end) = self.hear(message).await? {
                        return Ok(end);
                    }
                    behind = true;
                }
                changed = ready.changed(), if !behind => {
                    if changed.is_err() {
                        return Ok(End::Stopping);
                    }
                    behind = true;
                }
                () = std::future::ready(()), if behind => {
                    let (messages, more) = self.due().await;
                    for message in messages {
                        if let Some(end) = self.send(Message::Text(message.into())).await? {
                            return Ok(end);
                        }
                    }
                    behind = more;
                }
                _ = ping.tick() => {
                    if self.heard.elapsed() > PING.saturating_mul(3) {
                        return Ok(End::Silent);
                    }
                    if let Some(end) = self.send(Message::Ping(Vec::new().into())).await? {
                        return Ok(end);
                    }
                }
                () = asked(&mut stopped) => return Ok(End::Stopping),
            }
        }
    }

    /// Sends one message; an end if the client does not take it.
    async fn send(&mut self, message: Message) -> Result<Option<End>, axum::Error> {
        match timeout(self.api.config.stream_timeout, self.socket.send(message)).await {
            Ok(sent) => sent.map(|()| None),
            Err(_) => Ok(Some(End::Slow)),
        }
    }

    /// Acts on one message of the client.
    async fn hear(&mut self, message: Message) -> Result<Option<End>, axum::Error> {
        self.heard = Instant::now();
        let text = match &message {
            Message::Text(text) => text.as_str(),
            Message::Ping(_) | Message::Pong(_) => return Ok(None),
            Message::Binary(_) => return Ok(Some(End::Binary)),
            Message::Close(_) => return Ok(Some(End::Gone)),
        };
        if self.minute.elapsed() > Duration::from_secs(60) {
            (self.minute, self.said) = (Instant::now(), 0);
        }
        self.said = self.said.saturating_add(1);
        let answer = if self.said > MESSAGES_PER_MINUTE {
            let wait = Duration::from_secs(60).saturating_sub(self.minute.elapsed());
            Err(Problem::new(Cause::RateLimited, "a stream takes 120 messages per minute").retry_in(wait))
        } else {
            match serde_json::from_str(text) {
                Ok(command) => self.act(command).await,
                Err(error) => Err(Problem::new(Cause::MalformedJson, format!("the message does not read: {error}"))),
            }
        };
        let answer = answer.unwrap_or_else(|problem| messages::problem(&problem));
        self.send(Message::Text(answer.into())).await
    }

    async fn act(&mut self, command: Command) -> Result<String, Problem> {
        match command {
            Command::Unsubscribe { id } => {
                if let Some(topic) = self.subscriptions.remove(&id).and_then(|subscription| subscription.topic()) {
                    self.api.hub.leave(topic);
                }
                Ok(messages::unsubscribed(&id))
            }
            Command::Subscribe { id, channel, from, account, asset, module, kind, vault, lot, feed } => {
                let filter = Filter { account, asset, module, kind, vault, lot, feed };
                if id.is_empty() || id.len() > 64 {
                    return Err(Problem::parameter("id", "1 to 64 characters"));
                }
                if self.subscriptions.len() >= SUBSCRIPTIONS_MAX && !self.subscriptions.contains_key(&id) {
                    return Err(Problem::new(Cause::Busy, "a stream has at most 32 subscriptions"));
                }
                let subscription = Subscription::of(&self.api, channel, from, filter).await?;
                let head = self.api.node.progress().borrow().executed.0;
                let answer = messages::subscribed(&id, &subscription, head);
                if let Some(topic) = subscription.topic() {
                    self.api.blocking(move |api| api.hub.follow(api, topic)).await?;
                }
                let before = self.subscriptions.insert(id, subscription);
                if let Some(topic) = before.and_then(|before| before.topic()) {
                    self.api.hub.leave(topic);
                }
                Ok(answer)
            }
        }
    }
}
