//! Taking signed transactions, one or many, in bytes or in hexadecimal digits.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use borsh::BorshDeserialize;
use gage_chain::{
    KeySignature, SIGNATURES_MAX, SignedTransaction, TRANSACTION_BYTES_MAX, Transaction, TransactionHash,
};
use gage_node::{Stage, SubmitError};
use serde::{Deserialize, Serialize};

use super::Shared;
use super::transactions::{StatusReply, wait};
use crate::api::Api;
use crate::extract::{Bounded, Caller, Params, json, media_type, read_hex, read_json};
use crate::idempotency::once;
use crate::problem::{Cause, Problem};

/// The most bytes of the body with one transaction: twice for hexadecimal digits, and room for JSON.
pub(crate) const ONE_BYTES_MAX: usize = 2 * TRANSACTION_BYTES_MAX + 8_192;
/// The most bytes of the body with many transactions.
pub(crate) const MANY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The most transactions of a batch.
pub(crate) const MANY_MAX: usize = 10_000;
/// The longest a request may wait for its transaction.
pub(crate) const WAIT_MS_MAX: u64 = 30_000;

/// How long to wait for what.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SubmitQuery {
    /// Answer when the transaction is `accepted` (also if not given), `ordered`, `executed` or `certified`.
    wait: Option<Stage>,
    /// Or when so many milliseconds have passed, at most 30,000 and 10,000 if not given.
    timeout_ms: Option<u64>,
}

/// A transaction in JSON: signed bytes, or unsigned bytes with signatures beside them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct One {
    /// The signed transaction in borsh, in hexadecimal digits.
    #[serde(default)]
    transaction: Option<String>,
    /// The unsigned transaction in borsh, as `/v1/render` gives it.
    #[serde(default)]
    unsigned: Option<String>,
    /// Its signatures.
    #[serde(default)]
    signatures: Vec<KeySignature>,
}

/// Many signed transactions, each in hexadecimal digits.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Many {
    /// Each in borsh, in hexadecimal digits.
    transactions: Vec<String>,
}

/// `POST /v1/transactions`
pub(crate) async fn one(
    api: Shared,
    Caller(caller): Caller,
    Params(query): Params<SubmitQuery>,
    Bounded(headers, body): Bounded<ONE_BYTES_MAX>,
) -> Result<Response, Problem> {
    let what = format!("one {query:?}");
    once(&api, &caller, &what, (&headers, &body), submit(&api, query, &headers, &body)).await
}

async fn submit(api: &Shared, query: SubmitQuery, headers: &HeaderMap, body: &[u8]) -> Result<Response, Problem> {
    let timeout = timeout(&query)?;
    let bytes = bytes_of_one(headers, body)?;
    let hash = api.blocking(move |api| api.node.submit(&bytes).map_err(|error| Problem::submit(&error))).await?;
    let stage = query.wait.unwrap_or(Stage::Accepted);
    wait(api, &[hash], stage, timeout).await;
    let status = api.node.status(&hash);
    // 200 is an end: it reached what was waited for with a receipt, or will never have one.
    let ended = status.stage().is_none_or(|reached| reached >= stage.max(Stage::Executed));
    let code = if ended { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok(json(code, &StatusReply::of(api, &hash, &status)))
}

fn timeout(query: &SubmitQuery) -> Result<Duration, Problem> {
    match query.timeout_ms.unwrap_or(10_000) {
        ms if ms <= WAIT_MS_MAX => Ok(Duration::from_millis(ms)),
        _ => Err(Problem::parameter("timeout_ms", "at most 30,000")),
    }
}

fn bytes_of_one(headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, Problem> {
    let too_large = || Problem::refused(&gage_chain::Error::TooLarge.into());
    let bytes = match media_type(headers) {
        "application/octet-stream" => body.to_vec(),
        "application/json" => bytes_of_json(read_json(headers, body)?)?,
        _ => {
            let detail = "send a transaction as application/octet-stream (borsh) or application/json";
            return Err(Problem::new(Cause::UnsupportedMediaType, detail));
        }
    };
    if bytes.len() > TRANSACTION_BYTES_MAX { Err(too_large()) } else { Ok(bytes) }
}

fn bytes_of_json(one: One) -> Result<Vec<u8>, Problem> {
    let malformed = || Problem::refused(&gage_chain::Error::Malformed.into());
    match (one.transaction, one.unsigned) {
        (Some(signed), None) if one.signatures.is_empty() => read_hex("transaction", &signed),
        (None, Some(unsigned)) if one.signatures.len() <= SIGNATURES_MAX => {
            let bytes = read_hex("unsigned", &unsigned)?;
            let transaction = Transaction::try_from_slice(&bytes).map_err(|_| malformed())?;
            Ok(SignedTransaction { transaction, signatures: one.signatures }.to_bytes())
        }
        _ => {
            let detail = "give either `transaction` (signed bytes) or `unsigned` with `signatures`";
            Err(Problem::new(Cause::MalformedJson, detail))
        }
    }
}

/// The result of one transaction of a batch: its name, or why it was not taken.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Taken {
    /// It was taken.
    Accepted {
        /// Its name.
        transaction: String,
        /// How far it has come.
        status: &'static str,
    },
    /// It was not.
    Refused {
        /// Always `refused`.
        status: &'static str,
        /// Why.
        problem: Problem,
    },
}

/// What became of a batch.
#[derive(Serialize)]
pub(crate) struct ManyReply {
    /// How many were taken.
    accepted: usize,
    /// How many were not.
    refused: usize,
    /// In the order of the batch.
    results: Vec<Taken>,
}

/// `POST /v1/transactions/batch`: signatures are checked in parallel; a refusal of one says nothing
/// of the others.
pub(crate) async fn many(
    api: Shared,
    Caller(caller): Caller,
    Params(query): Params<SubmitQuery>,
    Bounded(headers, body): Bounded<MANY_BYTES_MAX>,
) -> Result<Response, Problem> {
    let what = format!("many {query:?}");
    once(&api, &caller, &what, (&headers, &body), submit_many(&api, query, &headers, &body)).await
}

async fn submit_many(api: &Shared, query: SubmitQuery, headers: &HeaderMap, body: &[u8]) -> Result<Response, Problem> {
    let timeout = timeout(&query)?;
    let transactions = bytes_of_many(headers, body)?;
    let taken = api.blocking(move |api| Ok(api.node.submit_many(transactions))).await?;
    let stage = query.wait.unwrap_or(Stage::Accepted);
    let hashes: Vec<TransactionHash> = taken.iter().filter_map(|taken| taken.as_ref().ok()).copied().collect();
    wait(api, &hashes, stage, timeout).await;
    let results: Vec<Taken> = taken.into_iter().map(|taken| taken_of(api, taken)).collect();
    let refused = results.iter().filter(|taken| matches!(taken, Taken::Refused { .. })).count();
    let reply = ManyReply { accepted: results.len().saturating_sub(refused), refused, results };
    Ok(json(StatusCode::OK, &reply))
}

fn taken_of(api: &Api, taken: Result<TransactionHash, SubmitError>) -> Taken {
    match taken {
        Err(error) => Taken::Refused { status: "refused", problem: Problem::submit(&error) },
        Ok(hash) => {
            let word = api.node.stage(&hash).map_or_else(|| api.node.status(&hash).word(), Stage::word);
            Taken::Accepted { transaction: hash.to_string(), status: word }
        }
    }
}

/// Reads a batch: a borsh list of byte strings, or JSON with hexadecimal digits.
fn bytes_of_many(headers: &HeaderMap, body: &[u8]) -> Result<Vec<Vec<u8>>, Problem> {
    let transactions = match media_type(headers) {
        "application/octet-stream" => {
            <Vec<Vec<u8>>>::try_from_slice(body).map_err(|_| Problem::refused(&gage_chain::Error::Malformed.into()))?
        }
        "application/json" => {
            let many: Many = read_json(headers, body)?;
            let read = |text: &String| read_hex("each of the transactions", text);
            many.transactions.iter().map(read).collect::<Result<_, _>>()?
        }
        _ => {
            let detail = "send transactions as application/octet-stream (borsh list of bytes) or application/json";
            return Err(Problem::new(Cause::UnsupportedMediaType, detail));
        }
    };
    if transactions.len() > MANY_MAX {
        return Err(Problem::parameter("the batch", "of at most 10,000 transactions"));
    }
    Ok(transactions)
}
