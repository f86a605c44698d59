//! Where each transaction stands, and the results of the last blocks.

// Looked up by hash and never gone through: no order can show.
#![allow(clippy::disallowed_types)]

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use gage_chain::{BlockResult, Header, Rejection, TransactionHash};
use gage_units::Height;

use crate::{Stage, TxStatus};

/// How many dropped transactions are remembered.
const DROPPED_KEPT: usize = 10_000;
/// How many headers are kept in memory; older ones come from the log.
const HEADERS_KEPT: usize = 4_096;

#[derive(Clone, Debug)]
enum Place {
    Waiting,
    Dropped(Rejection),
    Ordered(Height),
    Executed(Height, usize),
}

struct Kept {
    result: Arc<BlockResult>,
    bytes: usize,
}

/// Transactions by hash, results and headers by height.
pub(crate) struct Index {
    places: HashMap<TransactionHash, Place>,
    dropped: VecDeque<TransactionHash>,
    results: BTreeMap<Height, Kept>,
    results_bytes: usize,
    headers: BTreeMap<Height, Header>,
    /// Transactions of blocks whose receipts are gone, though the blocks are young enough.
    ordered_only: BTreeMap<Height, Vec<TransactionHash>>,
    blocks_max: u64,
    bytes_max: usize,
}

impl Index {
    pub fn new(blocks_max: u64, bytes_max: usize) -> Index {
        Index {
            places: HashMap::new(),
            dropped: VecDeque::new(),
            results: BTreeMap::new(),
            results_bytes: 0,
            headers: BTreeMap::new(),
            ordered_only: BTreeMap::new(),
            blocks_max,
            bytes_max,
        }
    }

    /// Whether the transaction waits, is ordered or is executed.
    pub fn is_on_its_way(&self, hash: &TransactionHash) -> bool {
        self.places.get(hash).is_some_and(|place| !matches!(place, Place::Dropped(_)))
    }

    pub fn accepted(&mut self, hash: TransactionHash) {
        self.places.insert(hash, Place::Waiting);
    }

    pub fn dropped(&mut self, hash: TransactionHash, reason: Rejection) {
        self.places.insert(hash, Place::Dropped(reason));
        self.dropped.push_back(hash);
        while self.dropped.len() > DROPPED_KEPT {
            if let Some(oldest) = self.dropped.pop_front()
                && matches!(self.places.get(&oldest), Some(Place::Dropped(_)))
            {
                self.places.remove(&oldest);
            }
        }
    }

    pub fn ordered(&mut self, header: &Header, hashes: impl IntoIterator<Item = TransactionHash>) {
        for hash in hashes {
            self.places.insert(hash, Place::Ordered(header.height));
        }
        self.headers.insert(header.height, header.clone());
        while self.headers.len() > HEADERS_KEPT {
            self.headers.pop_first();
        }
    }

    /// A block that was executed before this start, so that its receipts are not known any more. Its
    /// transactions stay ordered: whoever brings one again learns that it is in.
    pub fn ordered_before(&mut self, header: &Header, hashes: Vec<TransactionHash>) {
        self.ordered(header, hashes.iter().copied());
        self.ordered_only.insert(header.height, hashes);
    }

    pub fn executed(&mut self, result: Arc<BlockResult>) {
        let height = result.height;
        for (index, receipt) in result.receipts.iter().enumerate() {
            self.places.insert(receipt.transaction, Place::Executed(height, index));
        }
        let bytes = bytes_of(&result);
        self.results_bytes += bytes;
        self.results.insert(height, Kept { result, bytes });
        let oldest_kept = Height(height.0.saturating_sub(self.blocks_max - 1));
        while let Some((oldest, _)) = self.results.first_key_value() {
            // The newest result stays, however large.
            if *oldest >= height || (*oldest >= oldest_kept && self.results_bytes <= self.bytes_max) {
                break;
            }
            self.forget_oldest();
        }
        while let Some(entry) = self.ordered_only.first_entry().filter(|entry| *entry.key() < oldest_kept) {
            let (height, hashes) = entry.remove_entry();
            for hash in hashes {
                if matches!(self.places.get(&hash), Some(Place::Ordered(of)) if *of == height) {
                    self.places.remove(&hash);
                }
            }
        }
    }

    fn forget_oldest(&mut self) {
        let Some((height, kept)) = self.results.pop_first() else { return };
        self.results_bytes -= kept.bytes;
        for receipt in &kept.result.receipts {
            let hash = &receipt.transaction;
            if matches!(self.places.get(hash), Some(Place::Executed(of, _)) if *of == height) {
                self.places.remove(hash);
            }
        }
    }

    pub fn result(&self, height: Height) -> Option<Arc<BlockResult>> {
        self.results.get(&height).map(|kept| Arc::clone(&kept.result))
    }

    pub fn oldest_result(&self) -> Option<Height> {
        self.results.keys().next().copied()
    }

    pub fn header(&self, height: Height) -> Option<Header> {
        self.headers.get(&height).cloned()
    }

    /// The result with a transaction's receipt, and the receipt's position.
    pub fn receipt(&self, hash: &TransactionHash) -> Option<(Arc<BlockResult>, usize)> {
        match self.places.get(hash) {
            Some(Place::Executed(height, index)) => Some((self.result(*height)?, *index)),
            _ => None,
        }
    }

    /// The stage, where everything up to `certified` is certified.
    pub fn stage(&self, hash: &TransactionHash, certified: Height) -> Option<Stage> {
        match self.places.get(hash)? {
            Place::Waiting => Some(Stage::Accepted),
            Place::Dropped(_) => None,
            Place::Ordered(_) => Some(Stage::Ordered),
            Place::Executed(height, _) if *height <= certified => Some(Stage::Certified),
            Place::Executed(..) => Some(Stage::Executed),
        }
    }

    /// The status, where everything up to `certified` is certified.
    pub fn status(&self, hash: &TransactionHash, certified: Height) -> TxStatus {
        match self.places.get(hash) {
            None => TxStatus::Unknown,
            Some(Place::Waiting) => TxStatus::Accepted,
            Some(Place::Dropped(reason)) => TxStatus::Dropped { reason: reason.clone() },
            Some(Place::Ordered(height)) => TxStatus::Ordered { height: *height },
            Some(Place::Executed(height, index)) => {
                let (height, index) = (*height, *index);
                let kept = self.results.get(&height).and_then(|kept| kept.result.receipts.get(index));
                match kept {
                    // Receipts go together with the places that point to them.
                    None => TxStatus::Unknown,
                    Some(receipt) if height <= certified => {
                        TxStatus::Certified { height, index, receipt: receipt.clone() }
                    }
                    Some(receipt) => TxStatus::Executed { height, index, receipt: receipt.clone() },
                }
            }
        }
    }
}

/// About what a result occupies.
fn bytes_of(result: &BlockResult) -> usize {
    const RECEIPT: usize = 256;
    const EVENT: usize = 8;
    let events = result.receipts.iter().map(|receipt| &receipt.events).chain([&result.due]);
    let events: usize = events.flat_map(|events| events.iter()).map(|(_, bytes)| bytes.len() + EVENT).sum();
    events + result.receipts.len() * RECEIPT
}
