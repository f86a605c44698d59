//! Any record with its proof: what a reader checks without trusting this node.

use axum::response::Response;
use borsh::BorshSerialize;
use gage_auctions::LotId;
use gage_crypto::AccountId;
use gage_store::Kind;
use gage_units::{AssetId, Height};
use gage_vaults::VaultId;
use gage_verify::{Document, Evidence};
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::api::Api;
use crate::extract::{Params, Segment, Segments, ok, read_hex};
use crate::problem::{Cause, Problem};

/// The longest key that is looked up, in bytes.
const KEY_BYTES_MAX: usize = 1_024;

/// As of when.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AtQuery {
    /// `certified` (the newest checkpoint), `published` (the newest whose root a header publishes),
    /// a height, or, for records, `head` (newer, unproved).
    at: Option<String>,
}

/// As of when a record is asked for.
#[derive(Clone, Copy, Debug)]
enum At {
    Head,
    Checkpoint(Option<Height>),
    Published,
}

impl AtQuery {
    fn read(&self) -> Result<At, Problem> {
        match self.at.as_deref() {
            None | Some("certified") => Ok(At::Checkpoint(None)),
            Some("head") => Ok(At::Head),
            Some("published") => Ok(At::Published),
            Some(height) => match height.parse() {
                Ok(height) => Ok(At::Checkpoint(Some(Height(height)))),
                Err(_) => Err(Problem::parameter("at", "head, certified, published or a height")),
            },
        }
    }
}

/// A record of the head: newer than any proof.
#[derive(Serialize)]
pub(crate) struct HeadRecord {
    /// The table.
    table: &'static str,
    /// The key in borsh, in hexadecimal digits.
    key: String,
    /// The record in borsh, in hexadecimal digits; null if there is none.
    value: Option<String>,
    /// The height it is of.
    height: Height,
    /// Always false.
    proved: bool,
}

/// The authenticated table called `name`: `ledger.balances`, `ledger/balances` or its number.
fn table(name: &str) -> Result<(u16, &'static str), Problem> {
    let wanted = name.replacen('.', "/", 1);
    let number = wanted.parse::<u16>().ok();
    let tables = gage_chain::table_names().into_iter().filter(|table| table.kind == Kind::Authenticated);
    let found =
        tables.map(|table| (table.number, table.name)).find(|(known, name)| *name == wanted || Some(*known) == number);
    found.ok_or_else(|| {
        let shown: String = name.chars().take(64).collect();
        Problem::new(Cause::UnknownRecord, format!("there is no table {shown:?}; write it as ledger.balances"))
    })
}

/// The bytes under which `key` stands in `table`.
fn key_bytes(name: &str, key: &impl BorshSerialize) -> Result<Vec<u8>, Problem> {
    let (number, _) = table(name)?;
    let mut bytes = number.to_be_bytes().to_vec();
    let written = key.serialize(&mut bytes);
    written.map_err(|_| Problem::new(Cause::Internal, "a key cannot be written; report this"))?;
    Ok(bytes)
}

fn prove(api: &Api, key: &[u8], at: At) -> Result<Evidence, Problem> {
    let height = match at {
        At::Checkpoint(height) => height,
        At::Published => match api.node.published() {
            Some(height) => Some(height),
            None => {
                let detail =
                    "no header publishes a root that is still kept; ask for ?at=certified, or after two more blocks";
                return Err(Problem::new(Cause::UnknownRecord, detail));
            }
        },
        At::Head => return Err(Problem::parameter("at", "a checkpoint: what is at the head has no proof yet")),
    };
    api.node.prove(key, height).map_err(|error| Problem::prove(&error))
}

async fn proved(api: Shared, key: Vec<u8>, at: AtQuery) -> Result<Response, Problem> {
    let at = at.read()?;
    let evidence = api.blocking(move |api| prove(api, &key, at)).await?;
    Ok(ok(&Document::Record(Box::new(evidence))))
}

/// `GET /v1/records/{table}/{key}`
pub(crate) async fn get(
    api: Shared,
    Segments(name, key): Segments<String, String>,
    Params(query): Params<AtQuery>,
) -> Result<Response, Problem> {
    let (number, name) = table(&name)?;
    let key = read_hex("the key", &key)?;
    if key.len() > KEY_BYTES_MAX {
        return Err(Problem::parameter("the key", "of at most 1,024 bytes"));
    }
    let mut whole = number.to_be_bytes().to_vec();
    whole.extend_from_slice(&key);
    match query.read()? {
        At::Head => {
            let record = api.read(move |chain, ctx| {
                let value =
                    chain.draft().record(&whole).map_err(|error| Problem::parameter("the key", &error.to_string()))?;
                let (key, value) = (hex::encode(&key), value.map(hex::encode));
                Ok(HeadRecord { table: name, key, value, height: ctx.height, proved: false })
            });
            Ok(ok(&record.await?))
        }
        _ => proved(api, whole, query).await,
    }
}

/// `GET /v1/accounts/{id}/holdings/{asset}/proof`
pub(crate) async fn holding(
    api: Shared,
    Segments(id, asset): Segments<AccountId, u32>,
    Params(query): Params<AtQuery>,
) -> Result<Response, Problem> {
    let key = api.read(move |chain, _| {
        let account = gage_accounts::resolve(chain.draft(), &id).map_err(Problem::read)?;
        gage_ledger::asset(chain.draft(), AssetId(asset)).map_err(Problem::read)?;
        Ok(gage_ledger::balance_key_bytes(account, AssetId(asset)))
    });
    let key = key.await?;
    proved(api, key, query).await
}

/// `GET /v1/vaults/{id}/proof`
pub(crate) async fn vault(
    api: Shared,
    Segment(id): Segment<u32>,
    Params(query): Params<AtQuery>,
) -> Result<Response, Problem> {
    proved(api, key_bytes("vaults/vaults", &VaultId(id))?, query).await
}

/// `GET /v1/auctions/{id}/proof`
pub(crate) async fn auction(
    api: Shared,
    Segment(id): Segment<u64>,
    Params(query): Params<AtQuery>,
) -> Result<Response, Problem> {
    proved(api, key_bytes("auctions/lots", &LotId(id))?, query).await
}
