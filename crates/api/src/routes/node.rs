//! The node, its records, what operators ask.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use gage_node::NodeStatus;
use gage_verify::Evidence;

use super::Entry;
use crate::api::Api;
use crate::handlers::{admin, audit, bundles, health, network, records};
use crate::keys::Role;
use crate::openapi::{ErrorRow, Route};
use crate::paging::PageQuery;

pub(crate) fn routes() -> Vec<Entry> {
    let mut all = of_node();
    all.extend(of_admin());
    all
}

fn of_node() -> Vec<Entry> {
    let tag = "node";
    vec![
        (
            Route::get(
                "get_record",
                "/v1/records/{table}/{key}",
                "proofs",
                "Any record, by table and key, with proof; with ?at=head newer and without",
            )
            .query::<records::AtQuery>()
            .either::<Evidence, records::HeadRecord>(),
            get(records::get),
        ),
        (
            Route::get("list_tables", "/v1/tables", "proofs", "The tables of the state").list::<network::TableReply>(),
            get(network::tables),
        ),
        (
            Route::get("get_status", "/v1/status", tag, "How far the node has come").answers::<NodeStatus>(),
            get(health::status),
        ),
        (
            Route::get("get_network", "/v1/network", tag, "The network and its parameters")
                .answers::<network::NetworkReply>(),
            get(network::get),
        ),
        (
            Route::get(
                "get_genesis",
                "/v1/genesis",
                tag,
                "What the network began with: compare its hash with one of your own",
            )
            .answers::<gage_chain::Genesis>(),
            get(network::genesis),
        ),
        (
            Route::get("get_fees", "/v1/fees", tag, "What an act costs in the next block")
                .answers::<network::FeesReply>(),
            get(network::fees),
        ),
        (
            Route::get("list_scheduled_bundles", "/v1/governance/bundles", tag, "What governance has scheduled")
                .query::<PageQuery>()
                .page::<bundles::ScheduledReply>(),
            get(bundles::scheduled),
        ),
        (
            Route::get(
                "audit",
                "/v1/audit",
                tag,
                "The books recomputed: conservation, and coverage of every asset with backing",
            )
            .answers::<audit::Audit>(),
            get(audit::get),
        ),
        (
            Route::get(
                "list_errors",
                "/v1/errors",
                tag,
                "Every refusal there is: number, name, meaning, sentence, remedy",
            )
            .query::<network::ErrorsQuery>()
            .list::<ErrorRow>(),
            get(network::errors),
        ),
        (
            Route::get("get_error", "/v1/errors/{code}", tag, "One refusal by its number").answers::<ErrorRow>(),
            get(network::error),
        ),
        (
            Route::get("get_metrics", "/metrics", tag, "Figures in the Prometheus text format").text(),
            get(health::metrics),
        ),
        (
            Route::get("is_live", "/health/live", tag, "Whether the process answers").answers::<health::Live>(),
            get(health::live),
        ),
        (
            Route::get("is_ready", "/health/ready", tag, "Whether the node makes blocks").answers::<health::Ready>(),
            get(health::ready),
        ),
        (Route::get("get_document", "/openapi.json", tag, "This document"), get(openapi)),
    ]
}

fn of_admin() -> Vec<Entry> {
    let tag = "admin";
    vec![
        (
            Route::post("seal", "/v1/admin/seal", tag, "Make a block of this time, on a node that seals on command")
                .reads::<admin::Seal>()
                .answers::<admin::SealedReply>()
                .role(Role::Sealer),
            post(admin::seal),
        ),
        (
            Route::post("write_snapshot", "/v1/admin/snapshot", tag, "Write a snapshot of the newest checkpoint")
                .answers::<admin::SnapshotReply>()
                .role(Role::Operator),
            post(admin::snapshot),
        ),
        (
            Route::get("get_load", "/v1/admin/load", tag, "How busy the server is")
                .answers::<admin::LoadReply>()
                .role(Role::Observer),
            get(admin::load),
        ),
        (
            Route::get("list_keys", "/v1/admin/keys", tag, "The API keys, without their secrets")
                .list::<admin::KeyReply>()
                .role(Role::Admin),
            get(admin::keys),
        ),
        (
            Route::post("reload_keys", "/v1/admin/keys/reload", tag, "Read the file of API keys anew")
                .list::<admin::KeyReply>()
                .role(Role::Admin),
            post(admin::reload),
        ),
    ]
}

/// `GET /openapi.json`
async fn openapi(State(api): State<Arc<Api>>) -> Response {
    let mut response = api.openapi.clone().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
