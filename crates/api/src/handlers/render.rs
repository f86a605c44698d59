//! From operations in JSON to what is signed: so that anything that speaks HTTP can make a transaction.

use axum::response::Response;
use gage_chain::{
    ExpectedEffect, OPERATIONS_MAX, Operation, TRANSACTION_BYTES_MAX, Transaction, fee_of, wallet_message,
};
use gage_crypto::{AccountId, eip712};
use gage_ledger::AssetNames;
use gage_units::{Amount, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Shared;
use super::dry_run::fill;
use crate::extract::{Bounded, read_json};
use crate::problem::{Cause, Problem};

/// The most bytes of a transaction written in JSON.
pub(crate) const RENDER_BYTES_MAX: usize = 4 * TRANSACTION_BYTES_MAX;
/// How long a transaction is valid where nothing is said: ten minutes of ledger time.
pub(crate) const VALID_MS: u64 = 600_000;
/// The fee may rise to so many times what it is now, where nothing is said.
pub(crate) const FEE_ROOM: u128 = 2;

/// A transaction to be; what is left out is filled in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    /// Who acts.
    pub account: AccountId,
    /// What is done, in order, all or nothing; 1 to 64.
    pub operations: Vec<Operation>,
    /// What the signer expects in all.
    #[serde(default)]
    pub expected: Vec<ExpectedEffect>,
    /// The next of the account's keys if not given.
    #[serde(default)]
    pub nonce: Option<u64>,
    /// Ten minutes from the head's time if not given.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
    /// Twice the present fee if not given.
    #[serde(default)]
    pub max_fee: Option<Amount>,
}

/// Everything one needs to sign.
#[derive(Serialize)]
pub(crate) struct Rendered {
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
    api.answer(move |chain, _| {
        let draft = chain.draft();
        let transaction = fill(chain, wanted)?;
        let weight = transaction.weight_in(draft);
        let fee = fee_of(draft, weight).map_err(Problem::read)?;
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
    })
    .await
}
