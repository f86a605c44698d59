//! What this node and its network are, and what an act costs.

use axum::response::Response;
use gage_chain::{Params, base_fee, fee_of, frozen_modules, module_name};
use gage_crypto::Hash;
use gage_units::{Amount, AssetId, Height, Timestamp};
use serde::Serialize;

use super::Shared;
use crate::extract::ok;
use crate::problem::Problem;

/// The network, as the genesis file fixed it.
#[derive(Serialize)]
struct NetworkReply {
    /// Its name for people.
    network: String,
    /// The genesis hash: its name in every signature.
    genesis: Hash,
    /// The version of the rules.
    protocol_version: u32,
    /// The chain's parameters.
    params: Params,
    /// The last executed height.
    height: Height,
    /// Its time.
    time: Timestamp,
    /// Modules that accept only acts that reduce risk.
    frozen_modules: Vec<FrozenModule>,
}

#[derive(Serialize)]
struct FrozenModule {
    module: &'static str,
    since: Height,
}

/// `GET /v1/network`
pub(crate) async fn get(api: Shared) -> Result<Response, Problem> {
    let reply = api.read(|chain, ctx| {
        let frozen = frozen_modules(chain.draft()).into_iter();
        Ok(NetworkReply {
            network: chain.network_name(),
            genesis: chain.genesis(),
            protocol_version: gage_chain::PROTOCOL_VERSION,
            params: chain.params().clone(),
            height: ctx.height,
            time: ctx.time,
            frozen_modules: frozen.map(|(module, since)| FrozenModule { module: module_name(module), since }).collect(),
        })
    });
    Ok(ok(&reply.await?))
}

/// What an act costs in the next block.
#[derive(Serialize)]
struct FeesReply {
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
