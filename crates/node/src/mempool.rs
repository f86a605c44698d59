//! Transactions that wait for a block, in the order in which they came.
//!
//! What an account's waiting and ordered transactions may take from its fee credit, together, never
//! exceeds the credit: so every block that is made of them is valid, whatever the blocks before it do.
//! A transaction may take its largest fee and the credit that it withdraws.

use std::collections::BTreeMap;
use std::ops::Bound;

use gage_chain::{
    BLOCK_BYTES_MAX, Claims, Error, Rejection, SignedTransaction, TRANSACTIONS_MAX, Transaction, TransactionHash,
    check_transaction,
};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, Height, Timestamp};

use crate::{MempoolStatus, SubmitError};

/// No transaction weighs less.
const WEIGHT_MIN: u64 = 1_000;
/// Bytes of a block that are not transactions, generously.
const HEADER_BYTES: usize = 1_024;

struct Waiting {
    signed: SignedTransaction,
    hash: TransactionHash,
    account: AccountNumber,
    bytes: usize,
    source: Source,
}

/// Who brought a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A client of this node: the other validators learn of it from here.
    Client,
    /// Another validator.
    Peer,
}

/// What an account has waiting and in flight.
#[derive(Default)]
struct Load {
    /// Waiting only.
    waiting: usize,
    /// Waiting and in flight.
    claimed: Amount,
    /// In flight only.
    in_flight: Amount,
    /// Waiting and in flight: the name, and the number in the queue.
    nonces: BTreeMap<u64, (TransactionHash, u64)>,
}

struct Flying {
    account: AccountNumber,
    nonce: u64,
    claim: Amount,
}

/// The bounds of a mempool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub count: usize,
    pub bytes: usize,
    pub per_account: usize,
}

/// What goes into the next block, and what was dropped on the way.
#[derive(Default)]
pub(crate) struct Picked {
    pub transactions: Vec<SignedTransaction>,
    pub dropped: Vec<(TransactionHash, Rejection)>,
    /// Something that could run was left for want of room.
    pub full: bool,
}

/// What the next block may carry, by number in the queue.
#[derive(Default)]
struct Selected {
    taken: Vec<u64>,
    refused: Vec<(u64, Rejection)>,
    full: bool,
}

pub(crate) struct Mempool {
    bounds: Bounds,
    /// By order of arrival.
    queue: BTreeMap<u64, Waiting>,
    next: u64,
    bytes: usize,
    expiry: BTreeMap<(Timestamp, u64), ()>,
    loads: BTreeMap<AccountNumber, Load>,
    flying: BTreeMap<Height, Vec<Flying>>,
}

impl Mempool {
    pub fn new(bounds: Bounds) -> Mempool {
        Mempool {
            bounds,
            queue: BTreeMap::new(),
            next: 0,
            bytes: 0,
            expiry: BTreeMap::new(),
            loads: BTreeMap::new(),
            flying: BTreeMap::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub fn status(&self) -> MempoolStatus {
        MempoolStatus {
            waiting: self.queue.len(),
            bytes: self.bytes,
            in_flight: self.flying.values().map(Vec::len).sum(),
            max: self.bounds.count,
        }
    }

    /// Whether the transaction would be taken, signatures apart.
    ///
    /// # Errors
    /// The first refusal: the chain's, then a nonce that waits already, then want of room.
    pub fn check(
        &self,
        draft: &Draft,
        time: Timestamp,
        signed: &SignedTransaction,
        bytes: usize,
    ) -> Result<AccountNumber, SubmitError> {
        let id = &signed.transaction.account;
        let load = gage_accounts::resolve(draft, id).ok().and_then(|account| self.loads.get(&account));
        let claimed = match load {
            // Alone, a transaction may withdraw all credit that its fee leaves.
            Some(load) if !load.nonces.is_empty() => sum(load.claimed, withdrawn(signed)),
            _ => Amount::ZERO,
        };
        let account = check_transaction(draft, time, claimed, signed).map_err(SubmitError::Rejected)?;
        if let Some(other) = load.and_then(|load| load.nonces.get(&signed.transaction.nonce)) {
            return Err(SubmitError::NonceConflict { other: other.0 });
        }
        if load.is_some_and(|load| load.waiting >= self.bounds.per_account) {
            return Err(SubmitError::AccountFull { max: self.bounds.per_account });
        }
        if self.queue.len() >= self.bounds.count || self.bytes.saturating_add(bytes) > self.bounds.bytes {
            return Err(SubmitError::MempoolFull { max: self.bounds.count });
        }
        Ok(account)
    }

    /// Takes a transaction whose signatures hold.
    ///
    /// # Errors
    /// As [`Mempool::check`].
    pub fn insert(
        &mut self,
        draft: &Draft,
        time: Timestamp,
        signed: SignedTransaction,
        hash: TransactionHash,
        bytes: usize,
        source: Source,
    ) -> Result<(), SubmitError> {
        let account = self.check(draft, time, &signed, bytes)?;

        // From here on nothing can fail.
        let (number, transaction) = (self.next, &signed.transaction);
        let load = self.loads.entry(account).or_default();
        load.waiting += 1;
        load.claimed = sum(load.claimed, claim(&signed));
        load.nonces.insert(transaction.nonce, (hash, number));
        self.expiry.insert((transaction.valid_until, number), ());
        self.bytes += bytes;
        self.next += 1;
        self.queue.insert(number, Waiting { signed, hash, account, bytes, source });
        Ok(())
    }

    /// Drops what cannot be in a block of `time` any more.
    pub fn expire(&mut self, time: Timestamp) -> Vec<(TransactionHash, Rejection)> {
        let mut dropped = Vec::new();
        while let Some(((until, number), ())) = self.expiry.first_key_value() {
            if *until >= time {
                break;
            }
            let number = *number;
            match self.remove(number) {
                Some(waiting) => dropped.push((waiting.hash, Error::Expired.into())),
                // The two maps hold the same numbers; were it not so, this entry would stay for ever.
                None => drop(self.expiry.pop_first()),
            }
        }
        dropped
    }

    /// Takes out what the next block carries: in order of arrival, within weight, bytes and count.
    /// What cannot run any more is dropped; what does not fit stays.
    pub fn pick(&mut self, draft: &Draft, height: Height, time: Timestamp, weight_max: u64) -> Picked {
        let mut picked = Picked { dropped: self.expire(time), ..Picked::default() };
        let Selected { taken, refused, full } = self.select(draft, time, weight_max, &Claims::default());
        picked.full = full;
        self.drop_refused(refused, &mut picked);
        for number in taken {
            if let Some(waiting) = self.take_off(number, height) {
                picked.transactions.push(waiting.signed);
            }
        }
        picked
    }

    /// What a block would carry that follows blocks which claim so much and are not executed yet. What it
    /// carries goes on waiting: the block may never be ordered.
    pub fn propose(&mut self, draft: &Draft, time: Timestamp, weight_max: u64, ahead: &Claims) -> Picked {
        let mut picked = Picked { dropped: self.expire(time), ..Picked::default() };
        let Selected { taken, refused, full } = self.select(draft, time, weight_max, ahead);
        picked.full = full;
        self.drop_refused(refused, &mut picked);
        let found = taken.iter().filter_map(|number| self.queue.get(number));
        picked.transactions = found.map(|waiting| waiting.signed.clone()).collect();
        picked
    }

    /// The block is executed: what it carried waits no more.
    pub fn settle(&mut self, draft: &Draft, transactions: &[SignedTransaction]) {
        for signed in transactions {
            if let Some((number, _)) = self.waiting(draft, &signed.transaction) {
                drop(self.remove(number));
            }
        }
    }

    /// Whether exactly this waits, with these signatures, which were checked when it came.
    pub fn holds(&self, draft: &Draft, signed: &SignedTransaction) -> bool {
        self.waiting(draft, &signed.transaction).is_some_and(|(_, waiting)| waiting.signed == *signed)
    }

    /// Transactions that clients brought to this node after number `after`, as far as `bytes_max` goes, and the
    /// number of the last one looked at.
    pub fn brought(&self, after: Option<u64>, bytes_max: usize) -> (Vec<Vec<u8>>, Option<u64>) {
        let (mut found, mut bytes, mut last) = (Vec::new(), 0, after);
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        for (number, waiting) in self.queue.range((from, Bound::Unbounded)) {
            if waiting.source == Source::Client {
                if bytes + waiting.bytes > bytes_max && !found.is_empty() {
                    break;
                }
                bytes += waiting.bytes;
                found.push(waiting.signed.to_bytes());
            }
            last = Some(*number);
        }
        (found, last)
    }

    /// The names of what waits, in the order of arrival.
    pub fn hashes(&self) -> impl Iterator<Item = &TransactionHash> {
        self.queue.values().map(|waiting| &waiting.hash)
    }

    /// The waiting transaction that is this one, whatever signs it.
    fn waiting(&self, draft: &Draft, transaction: &Transaction) -> Option<(u64, &Waiting)> {
        let account = gage_accounts::resolve(draft, &transaction.account).ok()?;
        let (_, number) = self.loads.get(&account)?.nonces.get(&transaction.nonce)?;
        let waiting = self.queue.get(number)?;
        (waiting.signed.transaction == *transaction).then_some((*number, waiting))
    }

    /// In order of arrival, within weight, bytes and count: what can run after blocks that claim so much, and
    /// what cannot run any more.
    fn select(&self, draft: &Draft, time: Timestamp, weight_max: u64, ahead: &Claims) -> Selected {
        let mut selected = Selected::default();
        let (mut weight, mut bytes) = (0u64, HEADER_BYTES);
        let mut block_claims = BTreeMap::<AccountNumber, Amount>::new();
        for (number, waiting) in &self.queue {
            if selected.taken.len() >= TRANSACTIONS_MAX || weight.saturating_add(WEIGHT_MIN) > weight_max {
                selected.full = true;
                break;
            }
            let signed = &waiting.signed;
            if ahead.uses(waiting.account, signed.transaction.nonce) {
                continue;
            }
            let own = signed.transaction.weight_in(draft);
            let heavier = weight.saturating_add(own);
            let longer = bytes + waiting.bytes;
            // What rules have made too heavy for any block does not wait for room: the check below drops it.
            if own <= weight_max && (heavier > weight_max || longer > BLOCK_BYTES_MAX) {
                selected.full = true;
                continue;
            }
            let load = self.loads.get(&waiting.account);
            let flying = load.map_or(Amount::ZERO, |load| load.in_flight);
            let in_block = block_claims.get(&waiting.account).copied().unwrap_or_default();
            let before = sum(sum(flying, ahead.of(waiting.account)), in_block);
            match check_transaction(draft, time, before, signed) {
                Ok(_) => {
                    (weight, bytes) = (heavier, longer);
                    block_claims.insert(waiting.account, sum(in_block, claim(signed)));
                    selected.taken.push(*number);
                }
                Err(reason) if may_pass_later(&reason, before) => {}
                Err(reason) => selected.refused.push((*number, reason)),
            }
        }
        selected
    }

    fn drop_refused(&mut self, refused: Vec<(u64, Rejection)>, picked: &mut Picked) {
        for (number, reason) in refused {
            if let Some(waiting) = self.remove(number) {
                picked.dropped.push((waiting.hash, reason));
            }
        }
    }

    /// The block is executed: its claims are settled.
    pub fn executed(&mut self, height: Height) {
        for Flying { account, nonce, claim } in self.flying.remove(&height).unwrap_or_default() {
            if let Some(load) = self.loads.get_mut(&account) {
                load.claimed = rest(load.claimed, claim);
                load.in_flight = rest(load.in_flight, claim);
                load.nonces.remove(&nonce);
            }
            self.tidy(account);
        }
    }

    /// From waiting to in flight: claim and nonce stay.
    fn take_off(&mut self, number: u64, height: Height) -> Option<Waiting> {
        let waiting = self.queue.remove(&number)?;
        let (account, nonce, claim) = (waiting.account, waiting.signed.transaction.nonce, claim(&waiting.signed));
        self.expiry.remove(&(waiting.signed.transaction.valid_until, number));
        self.bytes -= waiting.bytes;
        let load = self.loads.entry(account).or_default();
        load.waiting -= 1;
        load.in_flight = sum(load.in_flight, claim);
        self.flying.entry(height).or_default().push(Flying { account, nonce, claim });
        Some(waiting)
    }

    /// From waiting to nowhere.
    fn remove(&mut self, number: u64) -> Option<Waiting> {
        let waiting = self.queue.remove(&number)?;
        let transaction = &waiting.signed.transaction;
        self.expiry.remove(&(transaction.valid_until, number));
        self.bytes -= waiting.bytes;
        let load = self.loads.entry(waiting.account).or_default();
        load.waiting -= 1;
        load.claimed = rest(load.claimed, claim(&waiting.signed));
        load.nonces.remove(&transaction.nonce);
        self.tidy(waiting.account);
        Some(waiting)
    }

    fn tidy(&mut self, account: AccountNumber) {
        if self.loads.get(&account).is_some_and(|load| load.nonces.is_empty()) {
            self.loads.remove(&account);
        }
    }
}

/// Whether a refusal may be over in a later block: the base fee falls, claims ahead of it are settled.
fn may_pass_later(reason: &Rejection, claimed_before: Amount) -> bool {
    let credit = reason.code == Error::InsufficientCredit.code() && !claimed_before.is_zero();
    credit || reason.code == Error::FeeAboveMaximum.code()
}

/// The most that a transaction takes from its account's credit.
fn claim(signed: &SignedTransaction) -> Amount {
    signed.transaction.credit_claim()
}

fn withdrawn(signed: &SignedTransaction) -> Amount {
    rest(claim(signed), signed.transaction.max_fee)
}

/// Claims that do not fit are above any credit all the same.
fn sum(a: Amount, b: Amount) -> Amount {
    Amount(a.0.saturating_add(b.0))
}

fn rest(a: Amount, b: Amount) -> Amount {
    Amount(a.0.saturating_sub(b.0))
}
