//! What this node and its network are, and what an act costs.

use axum::response::Response;
use gage_chain::{base_fee, fee_of, frozen_modules, module_name};
use gage_crypto::Hash;
use gage_units::{Amount, AssetId, Height, Timestamp};
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::extract::{Params, Segment, ok};
use crate::openapi::ErrorRow;
use crate::paging::List;
use crate::problem::{Cause, Problem};

/// The network, as the genesis file fixed it.
#[derive(Serialize)]
pub(crate) struct NetworkReply {
    /// Its name for people.
    network: String,
    /// The genesis hash: its name in every signature.
    genesis: Hash,
    /// Who orders blocks: `solo` is this node alone, where a transaction is final once it is on its disk (`ordered`);
    /// `validators` have agreed on a block before it is ordered. `certified` says that this node has a root with which
    /// effects can be proved.
    consensus: &'static str,
    /// The version of the rules.
    protocol_version: u32,
    /// The chain's parameters.
    params: gage_chain::Params,
    /// The last executed height.
    height: Height,
    /// Its time.
    time: Timestamp,
    /// Modules that accept only acts that reduce risk.
    frozen_modules: Vec<FrozenModule>,
}

/// A module that is restricted after a fault.
#[derive(Serialize)]
pub(crate) struct FrozenModule {
    /// Which.
    module: &'static str,
    /// Since which block.
    since: Height,
}

/// `GET /v1/network`
pub(crate) async fn get(api: Shared) -> Result<Response, Problem> {
    let consensus = api.finality();
    let reply = api.read(move |chain, ctx| {
        let frozen = frozen_modules(chain.draft()).into_iter();
        Ok(NetworkReply {
            network: chain.network_name(),
            genesis: chain.genesis(),
            consensus,
            protocol_version: gage_chain::PROTOCOL_VERSION,
            params: chain.params().clone(),
            height: ctx.height,
            time: ctx.time,
            frozen_modules: frozen.map(|(module, since)| FrozenModule { module: module_name(module), since }).collect(),
        })
    });
    Ok(ok(&reply.await?))
}

/// `GET /v1/genesis`
pub(crate) async fn genesis(api: Shared) -> Result<Response, Problem> {
    api.blocking(|api| Ok(ok(&api.node.config().genesis))).await
}

/// What an act costs in the next block.
#[derive(Serialize)]
pub(crate) struct FeesReply {
    /// The asset in which fees are paid.
    asset: AssetId,
    /// Its symbol.
    symbol: String,
    /// Its decimals.
    decimals: u8,
    /// Smallest units per 1,000 weight.
    base_fee: Amount,
    /// The lowest base fee.
    base_fee_min: Amount,
    /// The weight per block to which the base fee steers: it moves by an eighth at most.
    weight_target: u64,
    /// The most weight of one block.
    weight_max: u64,
    /// What a transaction with one transfer costs.
    transfer: Amount,
}

/// The weight of a transaction with one simple operation.
const TRANSFER_WEIGHT: u64 = 2_000;

/// `GET /v1/fees`
pub(crate) async fn fees(api: Shared) -> Result<Response, Problem> {
    let reply = api.read(|chain, _| {
        let (draft, params) = (chain.draft(), chain.params());
        let asset = gage_ledger::asset(draft, params.fee_asset).map_err(Problem::read)?;
        Ok(FeesReply {
            asset: params.fee_asset,
            symbol: asset.symbol,
            decimals: asset.decimals,
            base_fee: base_fee(draft),
            base_fee_min: params.base_fee_min,
            weight_target: params.weight_target,
            weight_max: params.weight_max,
            transfer: fee_of(draft, TRANSFER_WEIGHT).map_err(Problem::read)?,
        })
    });
    Ok(ok(&reply.await?))
}

/// A table of the state.
#[derive(Serialize)]
pub(crate) struct TableReply {
    /// Its number.
    number: u16,
    /// Its name.
    name: String,
    /// Whether its records are in the tree, so that they can be proved.
    authenticated: bool,
    /// How many records it has.
    records: usize,
}

/// `GET /v1/tables`
pub(crate) async fn tables(api: Shared) -> Result<Response, Problem> {
    api.answer(|chain, _| {
        let tables = chain.draft().tables().into_iter();
        let view = |(name, records): (gage_store::TableName, usize)| TableReply {
            number: name.number,
            name: name.name.replacen('/', ".", 1),
            authenticated: name.kind == gage_store::Kind::Authenticated,
            records,
        };
        Ok(List { items: tables.map(view).collect() })
    })
    .await
}

/// The query of refusals.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ErrorsQuery {
    /// Only those of this module, of `node` or of `api`.
    module: Option<String>,
}

/// `GET /v1/errors`
pub(crate) async fn errors(Params(asked): Params<ErrorsQuery>) -> Response {
    let wanted = |row: &&ErrorRow| asked.module.as_ref().is_none_or(|module| row.module == *module);
    ok(&List { items: crate::openapi::errors().iter().filter(wanted).collect() })
}

/// `GET /v1/errors/{code}`
pub(crate) async fn error(Segment(code): Segment<u32>) -> Result<Response, Problem> {
    let found = crate::openapi::errors().iter().find(|row| row.code == code);
    Ok(ok(found.ok_or_else(|| Problem::new(Cause::UnknownRecord, "no refusal has that number"))?))
}
