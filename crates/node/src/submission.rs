//! Taking transactions: cheap checks first, signatures last, both away from the executor.

use gage_chain::{Chain, SignedTransaction, TransactionHash};
use gage_units::Timestamp;

use crate::locks::{lock, read};
use crate::mempool::Source;
use crate::signatures::{in_parallel, names_for};
use crate::{NodeHandle, StopReason, SubmitError};

/// A transaction whose bytes, right to run and signatures hold.
struct Checked {
    signed: SignedTransaction,
    hash: TransactionHash,
    bytes: usize,
}

/// What became of a transaction's check.
enum Prepared {
    /// It is known already.
    Known(TransactionHash),
    New(Box<Checked>),
}

impl NodeHandle {
    /// Takes a signed transaction in borsh. The same transaction again gives the same hash and no
    /// error. Signatures are checked on the caller's thread.
    ///
    /// # Errors
    /// [`SubmitError`]; nothing has changed then.
    pub fn submit(&self, bytes: &[u8]) -> Result<TransactionHash, SubmitError> {
        let prepared = self.prepare(bytes)?;
        let mut taken = self.take([Ok(prepared)], Source::Client);
        taken.pop().unwrap_or(Err(SubmitError::Stopped(StopReason::Requested)))
    }

    /// Takes many, their signatures checked in parallel; results in the order given, as is the mempool.
    pub fn submit_many(&self, transactions: Vec<Vec<u8>>) -> Vec<Result<TransactionHash, SubmitError>> {
        let threads = self.shared().config.signature_threads;
        self.take(in_parallel(transactions, threads, |bytes| self.prepare(&bytes)), Source::Client)
    }

    /// Takes what another validator passes on, as [`NodeHandle::submit_many`]; it is not passed on again.
    pub fn submit_from_peer(&self, transactions: Vec<Vec<u8>>) -> Vec<Result<TransactionHash, SubmitError>> {
        let threads = self.shared().config.signature_threads;
        self.take(in_parallel(transactions, threads, |bytes| self.prepare(&bytes)), Source::Peer)
    }

    /// Everything about a transaction that does not depend on those submitted with it. The cheap
    /// checks come first, so that signatures are verified only for those who can pay.
    fn prepare(&self, bytes: &[u8]) -> Result<Prepared, SubmitError> {
        let shared = self.shared();
        if let Some(reason) = shared.progress.stopped() {
            return Err(SubmitError::Stopped(reason));
        }
        if shared.config.follows {
            return Err(SubmitError::Follows);
        }
        let signed = SignedTransaction::from_bytes(bytes)?;
        let hash = signed.transaction.hash(&shared.genesis);
        if lock(&shared.index).is_on_its_way(&hash) {
            return Ok(Prepared::Known(hash));
        }
        let names = {
            let chain = read(&shared.chain);
            let checked = lock(&shared.mempool).check(chain.draft(), time(&chain), &signed, bytes.len());
            match checked {
                Ok(_) => names_for(chain.draft(), &signed),
                // Somebody may have brought the same transaction in the meantime.
                Err(_) if lock(&shared.index).is_on_its_way(&hash) => return Ok(Prepared::Known(hash)),
                Err(error) => return Err(error),
            }
        };
        signed.verify_signatures_of(&hash, &shared.genesis, &names).map_err(SubmitError::Signature)?;
        Ok(Prepared::New(Box::new(Checked { signed, hash, bytes: bytes.len() })))
    }

    /// Puts checked transactions into the mempool, in their order.
    fn take(
        &self,
        prepared: impl IntoIterator<Item = Result<Prepared, SubmitError>>,
        source: Source,
    ) -> Vec<Result<TransactionHash, SubmitError>> {
        let shared = self.shared();
        let chain = read(&shared.chain);
        let time = time(&chain);
        let mut mempool = lock(&shared.mempool);
        let mut index = lock(&shared.index);
        let (mut taken, mut changed) = (Vec::new(), false);
        for prepared in prepared {
            taken.push(match prepared {
                Err(error) => Err(error),
                Ok(Prepared::Known(hash)) => Ok(hash),
                Ok(Prepared::New(checked)) if index.is_on_its_way(&checked.hash) => Ok(checked.hash),
                Ok(Prepared::New(checked)) => {
                    let Checked { signed, hash, bytes } = *checked;
                    let inserted = mempool.insert(chain.draft(), time, signed, hash, bytes, source);
                    changed |= inserted.is_ok();
                    inserted.map(|()| {
                        index.accepted(hash);
                        hash
                    })
                }
            });
        }
        drop((index, mempool, chain));
        if changed {
            shared.progress.accepted();
        }
        taken
    }
}

/// The time against which a transaction's end is held: the last block's.
fn time(chain: &Chain) -> Timestamp {
    chain.head().time
}
