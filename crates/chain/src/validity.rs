//! Whether a block may follow, judged from bytes and from what was executed before.

use gage_accounts::Context;
use gage_accounts::Signer;
use gage_crypto::KeyId;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, Height, Timestamp};
use thiserror::Error;

use crate::prepared::{Body, Outline};
use crate::state::{Head, network, params};
use crate::{
    BLOCK_BYTES_MAX, Block, Error, Rejection, SignedTransaction, TRANSACTIONS_MAX, Transaction, active_version, credit,
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

/// Checks a block against the state after its parent, and returns the account that each transaction acts for.
/// Signatures and the equality of the published roots with one's own are the host's part.
///
/// # Errors
/// The first reason, in the order of [`Invalid`].
pub(crate) fn check_block(
    draft: &Draft,
    head: &Head,
    block: &Block,
    body: &Body,
) -> Result<Vec<AccountNumber>, Invalid> {
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
    if header.body != body.root {
        return Err(Invalid::Body);
    }
    if body.outlines.len() > TRANSACTIONS_MAX || body.byte_len(header) > BLOCK_BYTES_MAX {
        return Err(Invalid::Size);
    }
    let executed = header.executed.height;
    let lag = header.height.0.checked_sub(executed.0);
    if lag.is_none_or(|lag| lag == 0 || lag > params(draft).lag_max) {
        return Err(Invalid::Executed(executed));
    }
    // By its bytes: what the rules of assets add may change in the block before, which this one's maker has not
    // executed, and a block that is ordered cannot become invalid. It is paid for all the same.
    let found = body.outlines.iter().fold(0u64, |sum, outline| sum.saturating_add(outline.weight));
    let max = params(draft).weight_max;
    if found > max {
        return Err(Invalid::Weight { found, max });
    }
    if !body.outlines.is_sorted_by_key(|outline| outline.class) {
        return Err(Invalid::ClassOrder);
    }
    check_transactions(draft, block, body)
}

/// Each transaction by itself, then every account's credit against the most that its transactions of
/// this block may cost. The refusal of the first transaction that is refused.
fn check_transactions(draft: &Draft, block: &Block, body: &Body) -> Result<Vec<AccountNumber>, Invalid> {
    // Accounts are looked up in a loop of their own, so that the processor fetches many at once.
    let mut payers: Vec<(AccountNumber, usize)> = Vec::with_capacity(block.transactions.len());
    let mut refused: Option<(usize, Rejection)> = None;
    for (position, (signed, outline)) in block.transactions.iter().zip(&body.outlines).enumerate() {
        match check_alone(draft, block.header.time, signed, outline) {
            Ok(account) => payers.push((account, position)),
            Err(reason) => {
                refused = Some((position, reason));
                break;
            }
        }
    }
    let accounts = payers.iter().map(|(account, _)| *account).collect();
    // By account, and in the order of the block within an account.
    payers.sort_unstable();
    for of_account in payers.chunk_by(|left, right| left.0 == right.0) {
        let of_account = of_account.iter().filter_map(|(account, position)| {
            block.transactions.get(*position).map(|signed| (*account, *position, &signed.transaction))
        });
        if let Some(broke) = first_above_credit(draft, of_account)
            && refused.as_ref().is_none_or(|(position, _)| broke.0 < *position)
        {
            refused = Some(broke);
        }
    }
    refused.map_or(Ok(accounts), |(position, reason)| Err(Invalid::Transaction { position, reason }))
}

fn check_alone(
    draft: &Draft,
    time: Timestamp,
    signed: &SignedTransaction,
    outline: &Outline,
) -> Result<AccountNumber, Rejection> {
    if let Some(reason) = &outline.refusal {
        return Err(reason.clone());
    }
    if signed.transaction.valid_until < time {
        return Err(Error::Expired.into());
    }
    Ok(gage_accounts::resolve(draft, &signed.transaction.account)?)
}

/// The first of an account's transactions whose fee its credit may not cover.
fn first_above_credit<'t>(
    draft: &Draft,
    transactions: impl Iterator<Item = (AccountNumber, usize, &'t Transaction)>,
) -> Option<(usize, Rejection)> {
    let mut claim = Amount::ZERO;
    for (account, position, transaction) in transactions {
        // What a transaction withdraws is gone for those after it; the fee is taken before it withdraws.
        let needed = claim.plus(transaction.max_fee);
        let next = claim.plus(transaction.credit_claim());
        match (needed, next) {
            (Ok(needed), _) if needed > credit(draft, account) => {
                return Some((position, Error::InsufficientCredit.into()));
            }
            (Ok(_), Ok(next)) => claim = next,
            (Err(error), _) | (_, Err(error)) => return Some((position, Error::from(error).into())),
        }
    }
    None
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
    let keys: Vec<KeyId> = signed.signatures.iter().map(|signed| signed.key.id()).collect();
    let operations = crate::run::asked_of(transaction);
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
