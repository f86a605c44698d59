//! Whether a block may follow, judged from bytes and from what was executed before.

use gage_accounts::Context;
use gage_accounts::Signer;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, Height, Timestamp};
use thiserror::Error;

use crate::state::{Head, network, params};
use crate::{
    BLOCK_BYTES_MAX, Block, Error, Rejection, SignedTransaction, TRANSACTIONS_MAX, active_version, classes, credit,
    fee_of,
};

/// Why a block is not valid.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Invalid {
    /// Another parent.
    #[error("the block does not follow the last executed block")]
    Parent,
    /// Another height.
    #[error("the block's height is {found}, expected {expected}")]
    Height {
        /// The header's.
        found: Height,
        /// One above the parent's.
        expected: Height,
    },
    /// Not later.
    #[error("the block's time {found} is not later than its parent's {parent}")]
    Time {
        /// The header's.
        found: Timestamp,
        /// The parent's.
        parent: Timestamp,
    },
    /// Another version.
    #[error("the block is of protocol version {found}, active is {expected}")]
    Version {
        /// The header's.
        found: u32,
        /// The active one.
        expected: u32,
    },
    /// Another body.
    #[error("the header does not commit to the block's transactions")]
    Body,
    /// Too large.
    #[error("the block has too many transactions or bytes")]
    Size,
    /// Too heavy.
    #[error("the block's weight {found} exceeds {max}")]
    Weight {
        /// The sum of its transactions.
        found: u64,
        /// The most allowed.
        max: u64,
    },
    /// Not by class.
    #[error("the block's transactions are not in the order of their classes")]
    ClassOrder,
    /// The published roots are of a height that is not below the block's own or lags too far.
    #[error("the block publishes the roots of height {0}, which is not allowed here")]
    Executed(Height),
    /// A transaction that may not be in this block.
    #[error("transaction {position}: {}", reason.sentence)]
    Transaction {
        /// Its position.
        position: usize,
        /// Why.
        reason: Rejection,
    },
}

/// Checks a block against the state after its parent. Signatures and the equality of the published
/// roots with one's own are the host's part.
///
/// # Errors
/// The first reason, in the order of [`Invalid`].
pub(crate) fn check_block(draft: &Draft, head: &Head, block: &Block) -> Result<(), Invalid> {
    let header = &block.header;
    if header.parent != head.block {
        return Err(Invalid::Parent);
    }
    let expected = Height(head.height.0.saturating_add(1));
    if header.height != expected {
        return Err(Invalid::Height { found: header.height, expected });
    }
    if header.time <= head.time {
        return Err(Invalid::Time { found: header.time, parent: head.time });
    }
    let version = active_version(header.height);
    if header.version != version {
        return Err(Invalid::Version { found: header.version, expected: version });
    }
    if header.body != Block::body_hash(&block.transactions) {
        return Err(Invalid::Body);
    }
    if block.transactions.len() > TRANSACTIONS_MAX || block.to_bytes().len() > BLOCK_BYTES_MAX {
        return Err(Invalid::Size);
    }
    let executed = header.executed.height;
    let lag = header.height.0.checked_sub(executed.0);
    if lag.is_none_or(|lag| lag == 0 || lag > params(draft).lag_max) {
        return Err(Invalid::Executed(executed));
    }
    check_weight(draft, block)?;
    if !classes::in_order(block) {
        return Err(Invalid::ClassOrder);
    }
    check_credit(draft, block)
}

fn check_weight(draft: &Draft, block: &Block) -> Result<(), Invalid> {
    let weight = |sum: u64, signed: &SignedTransaction| sum.saturating_add(signed.transaction.weight_in(draft));
    let found = block.transactions.iter().fold(0, weight);
    let max = params(draft).weight_max;
    if found > max { Err(Invalid::Weight { found, max }) } else { Ok(()) }
}

/// Every account's credit covers the most that its transactions of this block may cost.
fn check_credit(draft: &Draft, block: &Block) -> Result<(), Invalid> {
    let mut claims = std::collections::BTreeMap::<AccountNumber, Amount>::new();
    for (position, signed) in block.transactions.iter().enumerate() {
        let refuse = |reason: Rejection| Invalid::Transaction { position, reason };
        let transaction = &signed.transaction;
        transaction.validate().map_err(refuse)?;
        if transaction.valid_until < block.header.time {
            return Err(refuse(Error::Expired.into()));
        }
        let account = gage_accounts::resolve(draft, &transaction.account).map_err(|error| refuse(error.into()))?;
        let claim = claims.entry(account).or_default();
        // What a transaction withdraws is gone for those after it; the fee is taken before it withdraws.
        let needed = claim.plus(transaction.max_fee).map_err(|error| refuse(Error::from(error).into()))?;
        if needed > credit(draft, account) {
            return Err(refuse(Error::InsufficientCredit.into()));
        }
        *claim = claim.plus(transaction.credit_claim()).map_err(|error| refuse(Error::from(error).into()))?;
    }
    Ok(())
}

/// Whether a transaction could run now, without running it: what the mempool asks. `claimed` is what
/// the account's other waiting transactions may cost. Signatures are the host's part.
///
/// # Errors
/// The first refusal, in the order of execution.
pub fn check_transaction(
    draft: &Draft,
    time: Timestamp,
    claimed: Amount,
    signed: &SignedTransaction,
) -> Result<AccountNumber, Rejection> {
    let transaction = &signed.transaction;
    transaction.validate()?;
    if transaction.valid_until < time {
        return Err(Error::Expired.into());
    }
    let weight = transaction.weight_in(draft);
    if network(draft).is_none_or(|network| weight > network.params.weight_max) {
        return Err(Error::TooHeavy.into());
    }
    let ctx = Context { height: Height::GENESIS, time, signer: Signer::Protocol, outputs: &[] };
    let (keys, operations) = crate::run::claims(signed);
    let authority = gage_accounts::Authority {
        account: transaction.account,
        keys: &keys,
        nonce: transaction.nonce,
        operations: &operations,
    };
    let account = gage_accounts::check_authority(draft, &ctx, &authority)?;
    if fee_of(draft, weight)? > transaction.max_fee {
        return Err(Error::FeeAboveMaximum.into());
    }
    let needed = claimed.plus(transaction.max_fee).map_err(Error::from)?;
    if needed > credit(draft, account) {
        return Err(Error::InsufficientCredit.into());
    }
    Ok(account)
}
