//! What a transaction would do, tried on the head and undone.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use gage_accounts::Permission;
use gage_accounts::query::{account, next_nonce};
use gage_chain::{Chain, SignedTransaction, Transaction, fee_of};
use gage_crypto::KeyId;
use gage_ledger::{AssetNames, Leg, Purpose, SupplyChange};
use gage_units::{Amount, Height, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;

use super::Shared;
use super::render::{Draft, FEE_ROOM, VALID_MS};
use super::transactions::ReceiptReply;
use crate::api::Api;
use crate::extract::{Bounded, media_type, ok, read_hex, read_json};
use crate::problem::{Cause, Problem};

/// Dry runs that wait; further ones are refused.
const WAITING_MAX: usize = 64;
/// Blocks wait while one runs: together they take at most one part in so many of the time.
const SHARE: u32 = 5;

/// A transaction to be tried: signed, or only written down.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trial {
    /// A signed transaction in borsh, in hexadecimal digits; its signatures are checked.
    #[serde(default)]
    transaction: Option<String>,
    /// Or a transaction to be; what is left out of it is filled in.
    #[serde(default)]
    draft: Option<Draft>,
    /// The keys that would sign a draft, by identifier; all of the account's own if not given.
    #[serde(default)]
    keys: Option<Vec<KeyId>>,
}

/// What a transaction would do.
#[derive(Serialize)]
pub(crate) struct DryRunReply {
    /// The height of the block it was tried in: the next.
    height: Height,
    /// Its time: a millisecond after the head's.
    time: Timestamp,
    /// The keys whose signatures were assumed.
    keys: Vec<KeyId>,
    /// The receipt it would have.
    receipt: ReceiptReply,
    /// What it would move.
    postings: Vec<Posting>,
}

/// One journal that would be posted.
#[derive(Serialize)]
pub(crate) struct Posting {
    /// Why.
    purpose: Purpose,
    /// The lines.
    legs: Vec<Leg>,
    /// New or ceasing units.
    supply: Option<SupplyChange>,
}

/// Lets dry runs in one by one, and not too often.
pub(crate) struct Gate {
    waiting: Arc<Semaphore>,
    next: Arc<Mutex<Option<Instant>>>,
}

impl Default for Gate {
    fn default() -> Gate {
        Gate { waiting: Arc::new(Semaphore::new(WAITING_MAX)), next: Arc::default() }
    }
}

/// `POST /v1/dry-run`
pub(crate) async fn post(
    api: Shared,
    Bounded(headers, body): Bounded<{ super::render::RENDER_BYTES_MAX }>,
) -> Result<Response, Problem> {
    let trial = match media_type(&headers) {
        "application/octet-stream" => Trial { transaction: Some(hex::encode(&body)), draft: None, keys: None },
        _ => read_json(&headers, &body)?,
    };
    let busy = || Problem::new(Cause::Busy, format!("{WAITING_MAX} dry runs wait already"));
    let _place = Arc::clone(&api.dry_runs.waiting).try_acquire_owned().map_err(|_| busy())?;
    let (transaction, keys) = api.blocking(move |api| read(api, trial)).await?;
    let mut next = Arc::clone(&api.dry_runs.next).lock_owned().await;
    if let Some(at) = *next {
        tokio::time::sleep_until(at).await;
    }
    // The turn goes with the work: a client that leaves does not let the next one in before its time.
    let reply = api.blocking(move |api| {
        let (reply, took) = run(api, transaction, keys);
        *next = Some(Instant::now() + took.saturating_mul(SHARE.saturating_sub(1)));
        Ok(reply)
    });
    Ok(ok(&reply.await?))
}

fn run(api: &Api, transaction: Transaction, keys: Vec<KeyId>) -> (DryRunReply, Duration) {
    let started = std::time::Instant::now();
    let dry = api.node.dry_run(transaction, keys.clone());
    let took = started.elapsed();
    let postings = dry.receipt.events.iter().filter(|(module, _)| *module == gage_ledger::MODULE);
    let postings = postings.filter_map(|(_, bytes)| match borsh::from_slice(bytes) {
        Ok(gage_ledger::Event::Posted { purpose, legs, supply }) => Some(Posting { purpose, legs, supply }),
        _ => None,
    });
    let (height, time) = (dry.height, dry.time);
    (DryRunReply { height, time, keys, postings: postings.collect(), receipt: ReceiptReply::of(&dry.receipt) }, took)
}

fn read(api: &Api, trial: Trial) -> Result<(Transaction, Vec<KeyId>), Problem> {
    match (trial.transaction, trial.draft) {
        (Some(signed), None) if trial.keys.is_none() => {
            let bytes = read_hex("transaction", &signed)?;
            let signed = SignedTransaction::from_bytes(&bytes).map_err(|error| Problem::refused(&error.into()))?;
            let refused = |error| Problem::submit(&gage_node::SubmitError::Signature(error));
            api.node
                .read(|chain| signed.verify_signatures(&chain.genesis(), &AssetNames(chain.draft())))
                .map_err(refused)?;
            let keys = signed.signatures.iter().map(|signature| signature.key.id()).collect();
            Ok((signed.transaction, keys))
        }
        (None, Some(draft)) => api.node.read(|chain| {
            let account = account(chain.draft(), &draft.account).map_err(Problem::read)?;
            let own = account.keys.iter().filter(|view| view.key.role.permits(Permission::Sign)).map(|view| view.id);
            let keys = trial.keys.unwrap_or_else(|| own.collect());
            Ok((fill(chain, draft)?, keys))
        }),
        _ => {
            let detail = "give either `transaction` (signed bytes) or `draft`, the latter with `keys` if not all sign";
            Err(Problem::new(Cause::MalformedJson, detail))
        }
    }
}

/// A draft with everything that was left out.
pub(crate) fn fill(chain: &Chain, wanted: Draft) -> Result<Transaction, Problem> {
    let draft = chain.draft();
    let number = gage_accounts::resolve(draft, &wanted.account).map_err(Problem::read)?;
    let mut transaction = Transaction {
        account: wanted.account,
        nonce: wanted.nonce.unwrap_or_else(|| next_nonce(draft, number, 0)),
        valid_until: wanted.valid_until.unwrap_or(Timestamp(chain.head().time.0.saturating_add(VALID_MS))),
        max_fee: Amount::ZERO,
        operations: wanted.operations,
        expected: wanted.expected,
    };
    transaction.validate().map_err(|rejection| Problem::refused(&rejection))?;
    let fee = fee_of(draft, transaction.weight_in(draft)).map_err(Problem::read)?;
    transaction.max_fee = wanted.max_fee.unwrap_or(Amount(fee.0.saturating_mul(FEE_ROOM)));
    Ok(transaction)
}
