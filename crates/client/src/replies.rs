//! What a node answers, as far as this client reads it.

use gage_crypto::{AccountId, Hash};
use gage_units::{Amount, AssetId, Height, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::{Problem, TransactionHash};

/// How far a transaction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It could not run any more before it was ordered; it cost nothing.
    Dropped,
    /// In the mempool.
    Accepted,
    /// In a block that is on the disk: final.
    Ordered,
    /// There is a receipt.
    Executed,
    /// Its effects can be proved.
    Certified,
}

impl Stage {
    /// The word of the API.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Dropped => "dropped",
            Stage::Accepted => "accepted",
            Stage::Ordered => "ordered",
            Stage::Executed => "executed",
            Stage::Certified => "certified",
        }
    }
}

/// Where a transaction stands.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Status {
    /// Its name.
    pub transaction: TransactionHash,
    /// How far it has come.
    pub status: Stage,
    /// Its block, once it is ordered.
    pub height: Option<Height>,
    /// The position of its receipt.
    pub index: Option<usize>,
    /// What became of it, once it is executed.
    pub receipt: Option<Receipt>,
    /// Why it was dropped.
    pub problem: Option<Problem>,
}

impl Status {
    /// Whether it was executed and everything was done.
    pub fn is_done(&self) -> bool {
        self.receipt.as_ref().is_some_and(|receipt| receipt.outcome == "done")
    }
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Receipt {
    /// `done`, `rejected` or `internal`.
    pub outcome: String,
    /// The operation that was refused, from zero.
    pub operation: Option<u8>,
    /// The stable number of the refusal.
    pub code: Option<u32>,
    /// The stable name of the refusal.
    pub name: Option<String>,
    /// Why, and what to do.
    pub sentence: Option<String>,
    /// What it paid.
    pub fee: Amount,
    /// The work it was charged for.
    pub weight: u64,
    /// What happened.
    pub events: Vec<ReceiptEvent>,
}

impl Receipt {
    /// The fields of the first event of this name, if there is one.
    pub fn event(&self, name: &str) -> Option<&Value> {
        self.events.iter().find_map(|event| event.event.get(name))
    }
}

/// One event.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ReceiptEvent {
    /// Whose.
    pub module: String,
    /// Its name with its fields.
    pub event: Value,
}

/// What became of one transaction of a batch.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Taken {
    /// It waits, or is further.
    Accepted {
        /// Its name.
        transaction: TransactionHash,
        /// How far it has come.
        status: Stage,
    },
    /// It was not taken.
    Refused {
        /// Why.
        problem: Problem,
    },
}

#[derive(Deserialize)]
pub(crate) struct Batch {
    pub results: Vec<Taken>,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<String>,
}

/// The network, as its genesis file fixed it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Network {
    /// Its name for people.
    pub network: String,
    /// Its name in every signature.
    pub genesis: Hash,
    /// The version of the rules.
    pub protocol_version: u32,
    /// The last executed height.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
}

/// What an act costs in the next block.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Fees {
    /// The fee asset.
    pub asset: AssetId,
    /// Its symbol.
    pub symbol: String,
    /// Its decimals.
    pub decimals: u8,
    /// Smallest units per 1,000 weight.
    pub base_fee: Amount,
    /// The most weight of one block.
    pub weight_max: u64,
}

/// An account, as far as signing needs it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Account {
    /// Its name.
    pub id: AccountId,
    /// Its number, as events name it.
    pub number: u32,
    /// The least nonce above all its keys used.
    pub next_nonce: u64,
    /// Fee credit.
    pub credit: Amount,
    /// Its sessions.
    pub sessions: Vec<Session>,
}

/// A session of an account.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Session {
    /// The identifier of its key.
    pub id: gage_crypto::KeyId,
    /// The least nonce above all it used, its lane included.
    pub next_nonce: u64,
}

/// The block that was made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Sealed {
    /// Its height.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// Its hash.
    pub block: Hash,
    /// The newest certified height.
    pub certified: Height,
    /// Its root.
    pub root: Hash,
    /// The root of the block's receipts.
    pub events_root: Hash,
    /// How many receipts.
    pub receipts: usize,
    /// Of them done.
    pub done: usize,
    /// Of them rejected.
    pub rejected: usize,
    /// Of them met a fault of the program.
    pub internal: usize,
}

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Audit {
    /// The audited height.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// Whether every unit is accounted for and every invariant holds.
    pub conservation_ok: bool,
    /// The first invariant that does not hold.
    pub broken: Option<String>,
    /// What exists of each asset.
    pub assets: Vec<Value>,
    /// Backing over claims of each asset with backing.
    pub coverage: Vec<Value>,
    /// The identity of each facility.
    pub facilities: Vec<Value>,
}

/// What the node makes of operations in JSON.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Rendered {
    /// The transaction with everything filled in.
    pub transaction: gage_chain::Transaction,
    /// Its canonical bytes in hexadecimal digits.
    pub bytes: String,
    /// Its name.
    pub hash: TransactionHash,
    /// What it costs now.
    pub fee: Amount,
    /// What a wallet shows.
    pub wallet_text: Option<String>,
    /// The argument of `eth_signTypedData_v4`.
    pub typed_data: Option<Value>,
}

/// A lot at auction, as far as a taker needs it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Lot {
    /// Its number.
    pub id: u64,
    /// What is sold.
    pub asset: AssetId,
    /// How much of it is left.
    pub remaining: Amount,
    /// For what.
    pub want: AssetId,
    /// How much of that has come in.
    pub raised: Amount,
    /// The price now, per whole unit of the lot's asset.
    pub price: gage_units::Price,
    /// What is still to raise; `None` if all is to be sold.
    pub outstanding: Option<Amount>,
    /// Whether nothing is left to sell or to raise.
    pub finished: bool,
    /// Whether it waits for its restart.
    pub needs_restart: bool,
}
