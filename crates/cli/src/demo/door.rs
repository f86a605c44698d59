//! The only way the demo touches its node: HTTP on the loopback interface, through the public client.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use gage_chain::{DecodedEvent, SignedTransaction, TransactionHash};
use gage_client::{Client, Page, Taken};
use gage_crypto::Hash;
use gage_units::{Amount, Price, Timestamp};
use gage_vaults::query::{FacilityView, VaultView};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::world::{FACILITY, FEED, STABLE, WATERFALL};

/// The most entries of one page.
const PAGE: usize = 500;

/// How long the other nodes may take to hear of what the first one was given.
const GOSSIP: Duration = Duration::from_secs(20);

/// Open connections to the demo's nodes: everything is asked of the first.
pub struct Door {
    client: Client,
    others: Vec<Client>,
    network: Hash,
}

/// What a block did.
#[derive(Debug, Default)]
pub struct Sealed {
    /// How many transactions were done.
    pub executed: u64,
    /// Those that were not, with the reason.
    pub refused: Vec<(TransactionHash, String)>,
    /// Events of vaults, auctions and the backstop, in their order.
    pub events: Vec<DecodedEvent>,
}

/// A lot as the API tells it, as far as a keeper needs it.
#[derive(Clone, Debug, Deserialize)]
pub struct LotSeen {
    /// Its number.
    pub id: u64,
    /// What is left of it.
    pub remaining: Amount,
    /// What it still has to raise, if it stops at a sum.
    pub outstanding: Option<Amount>,
    /// Whether it is over.
    pub finished: bool,
    /// From when on it stands still until it is restarted.
    restart_at: Timestamp,
    started_at: Timestamp,
    start: Price,
    floor: Price,
    curve: gage_auctions::Curve,
}

impl LotSeen {
    /// The price of a block at `time`; nothing if the lot then waits for its restart.
    ///
    /// # Errors
    /// A figure does not fit.
    pub fn price_at(&self, time: Timestamp) -> anyhow::Result<Option<Price>> {
        if self.finished || time >= self.restart_at {
            return Ok(None);
        }
        let elapsed_ms = time.since_ms(self.started_at)?;
        Ok(Some(self.curve.price(self.start, elapsed_ms)?.max(self.floor)))
    }
}

/// The stable asset behind the facility.
#[derive(Clone, Copy, Debug)]
pub struct Backstop {
    /// In the stability pool.
    pub pool: Amount,
    /// In the surplus buffer.
    pub surplus: Amount,
}

#[derive(Deserialize)]
struct EventLine {
    number: usize,
    module: String,
    event: Value,
}

#[derive(Deserialize)]
struct ReceiptLine {
    transaction: TransactionHash,
    outcome: String,
    code: Option<u32>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct BlockReply {
    receipts: Option<Page<ReceiptLine>>,
}

#[derive(Deserialize)]
struct PriceReply {
    price: Option<gage_oracle::Quote>,
}

#[derive(Deserialize)]
struct WaterfallReply {
    pool: gage_backstop::Pool,
    surplus: Vec<gage_backstop::Holding>,
}

impl Door {
    /// On nodes whose network is `network`.
    ///
    /// # Errors
    /// There is none.
    pub fn new(mut clients: Vec<Client>, network: Hash) -> anyhow::Result<Door> {
        let others = clients.split_off(1.min(clients.len()));
        let client = clients.pop().context("a door leads to at least one node")?;
        Ok(Door { client, others, network })
    }

    /// The nodes besides the first.
    pub fn others(&self) -> &[Client] {
        &self.others
    }

    /// The genesis hash.
    pub fn network(&self) -> Hash {
        self.network
    }

    /// Submits transactions in order; returns those the node did not take, with the reason.
    ///
    /// # Errors
    /// The node does not answer as it should.
    pub fn submit(&self, transactions: &[SignedTransaction]) -> anyhow::Result<Vec<(TransactionHash, String)>> {
        let results = self.client.submit_many(transactions).context("submitting transactions")?;
        // Gossip is by best effort, and nothing of the demo is sent twice: every validator hears it from here, too, and
        // says of what it has heard already that it has.
        for other in &self.others {
            other.submit_many(transactions).context("submitting transactions")?;
        }
        let mut refused = Vec::new();
        for (signed, taken) in transactions.iter().zip(results) {
            if let Taken::Refused { problem } = taken {
                refused.push((signed.transaction.hash(&self.network), problem.to_string()));
            }
        }
        Ok(refused)
    }

    /// Makes the block of `time` and reads what it did.
    ///
    /// # Errors
    /// The node does not answer as it should.
    pub fn seal(&self, time: Timestamp) -> anyhow::Result<Sealed> {
        let reply = self.seal_everywhere(time)?;
        let height = reply.height.0;
        let refused = if reply.rejected + reply.internal > 0 { self.refused(height)? } else { Vec::new() };
        let mut events: Vec<(usize, DecodedEvent)> = Vec::new();
        for module in ["vaults", "auctions", "backstop"] {
            let lines: Vec<EventLine> = self.all(&format!("/v1/blocks/{height}/events?module={module}"))?;
            for line in lines {
                events.push((line.number, decoded(&line.module, line.event)?));
            }
        }
        events.sort_by_key(|(number, _)| *number);
        let events = events.into_iter().map(|(_, event)| event).collect();
        Ok(Sealed { executed: reply.done as u64, refused, events })
    }

    /// Tells every node the time, once all of them know what waits; all must come to the same block.
    fn seal_everywhere(&self, time: Timestamp) -> anyhow::Result<gage_client::Sealed> {
        if !self.others.is_empty() {
            self.await_gossip()?;
        }
        let (first, others) = std::thread::scope(|scope| {
            let tell = |client| scope.spawn(move || Client::seal(client, time));
            let others: Vec<_> = self.others.iter().map(tell).collect();
            let first = self.client.seal(time);
            (first, others.into_iter().map(|told| told.join()).collect::<Vec<_>>())
        });
        let first = first.context("sealing a block")?;
        for other in others {
            let other = other.map_err(|_| anyhow::anyhow!("telling a validator the time failed"))?;
            let other = other.context("sealing a block")?;
            ensure!(
                (other.block, other.root) == (first.block, first.root),
                "the validators differ at height {}: {other:?}, {first:?}",
                first.height
            );
        }
        Ok(first)
    }

    /// Waits until as much waits at every node as at the first.
    fn await_gossip(&self) -> anyhow::Result<()> {
        let waiting = |client: &Client| -> anyhow::Result<Option<u64>> {
            Ok(client.status()?.pointer("/mempool/waiting").and_then(Value::as_u64))
        };
        let (wanted, deadline) = (waiting(&self.client)?, Instant::now() + GOSSIP);
        for other in &self.others {
            while waiting(other)? != wanted {
                ensure!(Instant::now() < deadline, "{} did not hear of all transactions", other.url());
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        Ok(())
    }

    fn refused(&self, height: u64) -> anyhow::Result<Vec<(TransactionHash, String)>> {
        let mut refused = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let from = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
            let block: BlockReply = self.get(&format!("/v1/blocks/{height}?limit={PAGE}{from}"))?;
            let page = block.receipts.with_context(|| format!("the receipts of block {height} are not kept"))?;
            for line in page.items.into_iter().filter(|line| line.outcome != "done") {
                let reason = match (line.code, line.name) {
                    (Some(code), Some(name)) => format!("{name} ({code})"),
                    _ => line.outcome,
                };
                refused.push((line.transaction, reason));
            }
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(refused),
            }
        }
    }

    /// All open lots.
    ///
    /// # Errors
    /// The node does not answer as it should.
    pub fn lots(&self) -> anyhow::Result<Vec<LotSeen>> {
        self.all("/v1/auctions")
    }

    /// All vaults.
    ///
    /// # Errors
    /// The node does not answer as it should.
    pub fn vaults(&self) -> anyhow::Result<Vec<VaultView>> {
        Ok(self.client.vaults(None)?)
    }

    /// The facility.
    ///
    /// # Errors
    /// The node does not answer as it should.
    pub fn facility(&self) -> anyhow::Result<FacilityView> {
        Ok(self.client.facility(FACILITY.0)?)
    }

    /// The price, if there was one.
    ///
    /// # Errors
    /// The node does not answer as it should.
    pub fn quote(&self) -> anyhow::Result<Option<gage_oracle::Quote>> {
        let reply: PriceReply = self.get(&format!("/v1/feeds/{FEED}"))?;
        Ok(reply.price)
    }

    /// Pool and surplus.
    ///
    /// # Errors
    /// The node does not answer as it should.
    pub fn backstop(&self) -> anyhow::Result<Backstop> {
        let reply: WaterfallReply = self.get(&format!("/v1/backstop/{WATERFALL}"))?;
        let surplus = reply.surplus.iter().filter(|holding| holding.asset == STABLE).map(|holding| holding.amount.0);
        Ok(Backstop { pool: reply.pool.deposits, surplus: Amount(surplus.sum()) })
    }

    /// Reads one thing.
    ///
    /// # Errors
    /// The node does not answer as it should.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        self.client.get(path).with_context(|| format!("reading {path}"))
    }

    /// Reads all pages of a list.
    fn all<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<Vec<T>> {
        self.client.all(path).with_context(|| format!("reading {path}"))
    }
}

/// The event of a module, which the API names beside it.
fn decoded(module: &str, event: Value) -> anyhow::Result<DecodedEvent> {
    let event = match module {
        "vaults" => DecodedEvent::Vaults(serde_json::from_value(event)?),
        "auctions" => DecodedEvent::Auctions(serde_json::from_value(event)?),
        "backstop" => DecodedEvent::Backstop(serde_json::from_value(event)?),
        other => bail!("an event of the module {other}, which was not asked for"),
    };
    Ok(event)
}
