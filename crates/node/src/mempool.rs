//! Transactions that wait for a block, in the order in which they came.
//!
//! What an account's waiting and ordered transactions may take from its fee credit, together, never
//! exceeds the credit: so every block that is made of them is valid, whatever the blocks before it do.
//! A transaction may take its largest fee and the credit that it withdraws.

use std::collections::BTreeMap;

use gage_chain::{
    BLOCK_BYTES_MAX, Error, Rejection, SignedTransaction, TRANSACTIONS_MAX, TransactionHash, check_transaction,
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
    /// Waiting and in flight.
    nonces: BTreeMap<u64, TransactionHash>,
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
            return Err(SubmitError::NonceConflict { other: *other });
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
    ) -> Result<(), SubmitError> {
        let account = self.check(draft, time, &signed, bytes)?;

        // From here on nothing can fail.
        let (number, transaction) = (self.next, &signed.transaction);
        let load = self.loads.entry(account).or_default();
        load.waiting += 1;
        load.claimed = sum(load.claimed, claim(&signed));
        load.nonces.insert(transaction.nonce, hash);
        self.expiry.insert((transaction.valid_until, number), ());
        self.bytes += bytes;
        self.next += 1;
        self.queue.insert(number, Waiting { signed, hash, account, bytes });
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
        let (mut weight, mut bytes) = (0u64, HEADER_BYTES);
        let mut block_claims = BTreeMap::<AccountNumber, Amount>::new();
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        for (number, waiting) in &self.queue {
            if taken.len() >= TRANSACTIONS_MAX || weight.saturating_add(WEIGHT_MIN) > weight_max {
                picked.full = true;
                break;
            }
            let signed = &waiting.signed;
            let own = signed.transaction.weight_in(draft);
            let heavier = weight.saturating_add(own);
            let longer = bytes + waiting.bytes;
            // What rules have made too heavy for any block does not wait for room: the check below drops it.
            if own <= weight_max && (heavier > weight_max || longer > BLOCK_BYTES_MAX) {
                picked.full = true;
                continue;
            }
            let load = self.loads.get(&waiting.account);
            let flying = load.map_or(Amount::ZERO, |load| load.in_flight);
            let in_block = block_claims.get(&waiting.account).copied().unwrap_or_default();
            let before = sum(flying, in_block);
            match check_transaction(draft, time, before, signed) {
                Ok(_) => {
                    (weight, bytes) = (heavier, longer);
                    block_claims.insert(waiting.account, sum(in_block, claim(signed)));
                    taken.push(*number);
                }
                Err(reason) if may_pass_later(&reason, before) => {}
                Err(reason) => refused.push((*number, reason)),
            }
        }
        for (number, reason) in refused {
            if let Some(waiting) = self.remove(number) {
                picked.dropped.push((waiting.hash, reason));
            }
        }
        for number in taken {
            if let Some(waiting) = self.take_off(number, height) {
                picked.transactions.push(waiting.signed);
            }
        }
        picked
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
