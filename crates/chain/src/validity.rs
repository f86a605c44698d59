//! Whether a block may follow, judged from bytes and from what was executed before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gage_accounts::Context;
use gage_accounts::Signer;
use gage_crypto::KeyId;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, Height, Timestamp};
use thiserror::Error;

use crate::prepared::{Body, Outline};
use crate::state::{Head, network, params};
use crate::{
    BLOCK_BYTES_MAX, Block, Chain, Error, PreparedBlock, Rejection, SignedTransaction, TRANSACTIONS_MAX, Transaction,
    active_version, credit, fee_of,
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
    /// No block, or not as blocks are written.
    #[error("the bytes are not those of a block, which has one encoding")]
    Bytes,
}

/// What blocks that are not executed yet may take from the fee credits, and the nonces they use.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    of: BTreeMap<AccountNumber, (Amount, BTreeSet<u64>)>,
}

impl Claims {
    /// What these blocks may take from credits of accounts that exist.
    pub fn of_blocks<'b>(draft: &Draft, blocks: impl IntoIterator<Item = &'b PreparedBlock>) -> Claims {
        let mut claims = Claims::default();
        for signed in blocks.into_iter().flat_map(|prepared| &prepared.block().transactions) {
            // An account that does not exist yet has no credit to claim.
            let Ok(account) = gage_accounts::resolve(draft, &signed.transaction.account) else { continue };
            let (amount, nonces) = claims.of.entry(account).or_default();
            *amount = Amount(amount.0.saturating_add(signed.transaction.credit_claim().0));
            nonces.insert(signed.transaction.nonce);
        }
        claims
    }

    /// What may be taken from an account's credit.
    pub fn of(&self, account: AccountNumber) -> Amount {
        self.of.get(&account).map_or(Amount::ZERO, |(amount, _)| *amount)
    }

    /// Whether one of the blocks uses the nonce.
    pub fn uses(&self, account: AccountNumber, nonce: u64) -> bool {
        self.of.get(&account).is_some_and(|(_, nonces)| nonces.contains(&nonce))
    }
}

impl Chain {
    /// Whether a block may follow `ahead`, blocks that follow the last executed one, oldest first, and are not
    /// executed yet. Signatures and the equality of the published roots with one's own are the host's part.
    ///
    /// What the transactions of the blocks between claim of fee credits is gone for this one. What deferred acts
    /// take from a credit meanwhile is not known: execution does not ask again, and a fee that is not there then
    /// leaves its transaction rejected, unpaid. Only [`Invalid::Transaction`] may be over once more is executed.
    ///
    /// # Errors
    /// See [`Invalid`].
    pub fn check_ahead(&self, ahead: &[Arc<PreparedBlock>], block: &PreparedBlock) -> Result<(), Invalid> {
        let mut parent = self.head();
        for prepared in ahead {
            let header = &prepared.block().header;
            if header.parent != parent.block {
                return Err(Invalid::Parent);
            }
            parent = Head { height: header.height, time: header.time, block: header.hash(&self.genesis()) };
        }
        let accounts = check_block(&self.draft, &parent, block.block(), block.body())?;
        let claims = Claims::of_blocks(&self.draft, ahead.iter().map(Arc::as_ref));
        check_credits(&self.draft, &claims, block.block(), &accounts)
    }
}

/// Checks a block against a state, that after its parent or an earlier one, and returns the account that each
/// transaction acts for. What passes against an earlier state passes against a later one: nothing is asked here that
/// the blocks between may change. Signatures and the equality of the published roots with one's own are the host's part.
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
    // An empty block may lag behind further: it costs nothing to execute, and only blocks bring the roots on.
    let too_far = |lag: u64| lag > params(draft).lag_max && !body.outlines.is_empty();
    if lag.is_none_or(|lag| lag == 0 || too_far(lag)) {
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
    // A loop of its own, so that the processor fetches many accounts at once.
    let transactions = block.transactions.iter().zip(&body.outlines).enumerate();
    transactions
        .map(|(position, (signed, outline))| {
            let checked = check_alone(draft, header.time, signed, outline);
            checked.map_err(|reason| Invalid::Transaction { position, reason })
        })
        .collect()
}

/// Passes if every account's credit covers the most that its transactions of this block may cost after what is claimed.
pub(crate) fn check_credits(
    draft: &Draft,
    claims: &Claims,
    block: &Block,
    accounts: &[AccountNumber],
) -> Result<(), Invalid> {
    let mut payers: Vec<(AccountNumber, usize)> = accounts.iter().copied().zip(0..).collect();
    // By account, and in the order of the block within an account.
    payers.sort_unstable();
    let mut refused: Option<(usize, Rejection)> = None;
    for of_account in payers.chunk_by(|left, right| left.0 == right.0) {
        let of_account = of_account.iter().filter_map(|(account, position)| {
            block.transactions.get(*position).map(|signed| (*account, *position, &signed.transaction))
        });
        if let Some(broke) = first_above_credit(draft, claims, of_account)
            && refused.as_ref().is_none_or(|(position, _)| broke.0 < *position)
        {
            refused = Some(broke);
        }
    }
    refused.map_or(Ok(()), |(position, reason)| Err(Invalid::Transaction { position, reason }))
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
    claims: &Claims,
    transactions: impl Iterator<Item = (AccountNumber, usize, &'t Transaction)>,
) -> Option<(usize, Rejection)> {
    let mut claim = Amount::ZERO;
    for (index, (account, position, transaction)) in transactions.enumerate() {
        if index == 0 {
            claim = claims.of(account);
        }
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
