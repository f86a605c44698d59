//! What is due on a stream: a bounded part of it at a time.

use gage_chain::{BlockResult, Outcome, Receipt};
use gage_units::Height;
use serde_json::{Value, json};

use super::Stream;
use super::messages::{Channel, Source, Subscription};
use crate::api::Api;
use crate::decoded::{DecodedBlock, Wanted};
use crate::hub::Next;

/// The most events in one message; a block with more comes in several, the last says so.
const EVENTS_MAX: usize = 500;
/// Blocks per subscription in one go.
const BLOCKS_MAX: u64 = 16;

impl Stream {
    /// The messages that are due, and whether there is more to send at once.
    pub(super) async fn due(&mut self) -> (Vec<String>, bool) {
        let subscriptions = std::mem::take(&mut self.subscriptions);
        let head = *self.api.hub.ready.borrow();
        let at_hand = subscriptions.values().all(|subscription| is_at_hand(&self.api, subscription, head));
        let mut work = Collected { subscriptions, messages: Vec::new(), behind: false };
        if at_hand {
            work.collect(&self.api, head);
        } else {
            // Older blocks are decoded anew, beside the threads that serve connections; it waits for its turn.
            let kept = work.subscriptions.clone();
            let done = self.api.patient(move |api| {
                work.collect(api, head);
                Ok(work)
            });
            work = done.await.unwrap_or(Collected { subscriptions: kept, messages: Vec::new(), behind: false });
        }
        self.subscriptions = work.subscriptions;
        (work.messages, work.behind)
    }
}

/// Whether nothing has to be decoded for what a subscription sends next.
fn is_at_hand(api: &Api, subscription: &Subscription, head: u64) -> bool {
    match &subscription.source {
        Source::Events { next, .. } => *next >= head && (*next > head || api.decoded.has(Height(head))),
        Source::Blocks { .. } | Source::Topic { .. } => true,
    }
}

struct Collected {
    subscriptions: std::collections::BTreeMap<String, Subscription>,
    messages: Vec<String>,
    behind: bool,
}

impl Collected {
    fn collect(&mut self, api: &Api, head: u64) {
        for (id, subscription) in &mut self.subscriptions {
            let channel = subscription.channel;
            match &mut subscription.source {
                Source::Topic { topic, seen } => {
                    let next = api.hub.next(*topic, *seen);
                    topic_messages(id, channel, next, seen, &mut self.messages);
                }
                Source::Blocks { next } => {
                    let block = |result: &BlockResult| vec![block_message(id, result)];
                    self.behind |= blocks(api, id, head, next, &mut self.messages, block);
                }
                Source::Events { next, wanted } => {
                    let events = |result: &BlockResult| match api.decoded.get(&api.node, result.height) {
                        Some(decoded) => events_messages(id, channel, wanted, &decoded, result.height),
                        None => Vec::new(),
                    };
                    self.behind |= blocks(api, id, head, next, &mut self.messages, events);
                }
            }
        }
    }
}

/// The messages of the next few blocks; whether there are more.
fn blocks(
    api: &Api,
    id: &str,
    head: u64,
    next: &mut u64,
    messages: &mut Vec<String>,
    of: impl Fn(&BlockResult) -> Vec<String>,
) -> bool {
    let end = next.saturating_add(BLOCKS_MAX);
    while *next <= head && *next < end {
        let Some(result) = api.node.result(Height(*next)) else {
            let oldest = api.node.oldest_result().map_or(head, |oldest| oldest.0);
            let kept = oldest.max(next.saturating_add(1));
            let last = kept.saturating_sub(1);
            messages.push(json!({ "type": "lag", "id": id, "missed_from": *next, "missed_to": last }).to_string());
            *next = kept;
            break;
        };
        messages.extend(of(&result));
        *next = next.saturating_add(1);
    }
    *next <= head
}

fn block_message(id: &str, result: &BlockResult) -> String {
    let done = |receipt: &&Receipt| matches!(receipt.outcome, Outcome::Done);
    json!({
        "type": "block", "id": id, "sequence": result.height, "block": result.block, "events_root": result.events_root,
        "receipts": result.receipts.len(), "done": result.receipts.iter().filter(done).count(),
    })
    .to_string()
}

fn events_messages(id: &str, channel: Channel, wanted: &Wanted, decoded: &DecodedBlock, height: Height) -> Vec<String> {
    let events: Vec<&str> = decoded.wanted(wanted, 0).map(|event| event.text.as_str()).collect();
    let parts = events.chunks(EVENTS_MAX).count();
    let message = |(part, events): (usize, &[&str])| {
        let last = part.saturating_add(1) == parts;
        let head = json!({ "type": "events", "id": id, "channel": channel, "sequence": height, "last": last });
        with_json(&head, "events", &format!("[{}]", events.join(",")))
    };
    events.chunks(EVENTS_MAX).enumerate().map(message).collect()
}

fn topic_messages(id: &str, channel: Channel, next: Next, seen: &mut Option<u64>, messages: &mut Vec<String>) {
    match next {
        Next::Nothing => {}
        Next::Snapshot(sequence, data) if data.is_null() => {
            messages.push(json!({ "type": "gone", "id": id, "channel": channel, "sequence": sequence }).to_string());
            *seen = Some(sequence);
        }
        Next::Snapshot(sequence, data) => {
            let whole = json!({ "type": "snapshot", "id": id, "channel": channel, "sequence": sequence, "data": data });
            messages.push(whole.to_string());
            *seen = Some(sequence);
        }
        Next::Changes(changes) => {
            for change in changes {
                let (sequence, previous) = (change.sequence, change.previous);
                let kind = if change.patch.is_some() { "delta" } else { "gone" };
                let head =
                    json!({ "type": kind, "id": id, "channel": channel, "sequence": sequence, "previous": previous });
                messages.push(match &change.patch {
                    Some(patch) => with_json(&head, "changes", patch),
                    None => head.to_string(),
                });
                *seen = Some(sequence);
            }
        }
    }
}

/// An object with one more field, whose value is JSON already.
fn with_json(head: &Value, name: &str, json: &str) -> String {
    let mut text = head.to_string();
    // An object with fields ends with its brace.
    text.pop();
    text.push_str(&format!(",\"{name}\":{json}}}"));
    text
}
