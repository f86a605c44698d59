//! From operations in JSON to what is signed: so that anything that speaks HTTP can make a transaction.

use axum::response::Response;
use gage_accounts::query::next_nonce;
use gage_chain::{
    ExpectedEffect, OPERATIONS_MAX, Operation, TRANSACTION_BYTES_MAX, Transaction, fee_of, wallet_message,
};
use gage_crypto::{AccountId, eip712};
use gage_ledger::AssetNames;
use gage_units::{Amount, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Shared;
use crate::extract::{Bounded, ok, read_json};
use crate::problem::{Cause, Problem};

/// The most bytes of a transaction written in JSON.
pub(crate) const RENDER_BYTES_MAX: usize = 4 * TRANSACTION_BYTES_MAX;
/// How long a transaction is valid where nothing is said: ten minutes of ledger time.
const VALID_MS: u64 = 600_000;
/// The fee may rise to so many times what it is now, where nothing is said.
const FEE_ROOM: u128 = 2;

/// A transaction to be; what is left out is filled in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    account: AccountId,
    operations: Vec<Operation>,
    #[serde(default)]
    expected: Vec<ExpectedEffect>,
    #[serde(default)]
    nonce: Option<u64>,
    #[serde(default)]
    valid_until: Option<Timestamp>,
    #[serde(default)]
    max_fee: Option<Amount>,
}

/// Everything one needs to sign.
#[derive(Serialize)]
struct Rendered {
    /// The transaction with everything filled in.
    transaction: Transaction,
    /// Its canonical bytes, in hexadecimal digits.
    bytes: String,
    /// Its name: the digest that machine keys sign (ed25519, p256).
    hash: String,
    /// The work it causes.
    weight: u64,
    /// What it costs at the current base fee, in smallest units of the fee asset.
    fee: Amount,
    /// The text a wallet shows; null where it cannot show it.
    wallet_text: Option<String>,
    /// The digest a wallet signs.
    wallet_digest: Option<String>,
    /// The argument of `eth_signTypedData_v4`.
    typed_data: Option<Value>,
    /// Why a wallet cannot sign it.
    no_wallet: Option<String>,
}

/// `POST /v1/render`
pub(crate) async fn post(api: Shared, Bounded(headers, body): Bounded<RENDER_BYTES_MAX>) -> Result<Response, Problem> {
    let wanted: Draft = read_json(&headers, &body)?;
    if wanted.operations.len() > OPERATIONS_MAX {
        return Err(Problem::read(gage_chain::Error::BadOperationCount));
    }
    let rendered = api.read(move |chain, ctx| {
        let draft = chain.draft();
        let number = gage_accounts::resolve(draft, &wanted.account).map_err(Problem::read)?;
        let mut transaction = Transaction {
            account: wanted.account,
            nonce: wanted.nonce.unwrap_or_else(|| next_nonce(draft, number, 0)),
            valid_until: wanted.valid_until.unwrap_or(Timestamp(ctx.time.0.saturating_add(VALID_MS))),
            max_fee: Amount::ZERO,
            operations: wanted.operations,
            expected: wanted.expected,
        };
        transaction.validate().map_err(|rejection| Problem::refused(&rejection))?;
        let weight = transaction.weight_in(draft);
        let fee = fee_of(draft, weight).map_err(Problem::read)?;
        transaction.max_fee = wanted.max_fee.unwrap_or(Amount(fee.0.saturating_mul(FEE_ROOM)));
        let bytes = transaction.to_bytes();
        if bytes.len() > TRANSACTION_BYTES_MAX {
            return Err(Problem::refused(&gage_chain::Error::TooLarge.into()));
        }
        let genesis = chain.genesis();
        let message = wallet_message(&transaction, &AssetNames(draft));
        let typed = message.as_ref().ok().map(|message| eip712::typed_data_json(&genesis, message));
        let typed_data = typed.map(|text| serde_json::from_str(&text)).transpose();
        let typed_data =
            typed_data.map_err(|_| Problem::new(Cause::Internal, "the typed data is not JSON; report this"))?;
        Ok(Rendered {
            bytes: hex::encode(bytes),
            hash: transaction.hash(&genesis).to_string(),
            weight,
            fee,
            wallet_digest: message.as_ref().ok().map(|message| eip712::digest(&genesis, message).to_string()),
            no_wallet: message.as_ref().err().map(ToString::to_string),
            wallet_text: message.ok().map(|message| message.operations),
            typed_data,
            transaction,
        })
    });
    Ok(ok(&rendered.await?))
}
