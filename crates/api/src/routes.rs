//! Every route, once: the router and the OpenAPI document are both made of this list.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};

use crate::api::Api;
use crate::handlers::{
    accounts, admin, assets, auctions, audit, backstop, blocks, bundles, feeds, health, network, records, render,
    stream, submit, transactions, vaults,
};
use crate::openapi::{Answer, Body, Route};
use crate::problem::{Cause, Problem};
use crate::server::Peer;

const PAGE: &[(&str, &str)] = &[
    ("cursor", "`next` of the page before; from the start without one"),
    ("limit", "the most entries, 1 to 500, 50 if not given"),
];
const VAULT_PAGE: &[(&str, &str)] = &[
    ("cursor", "`next` of the page before"),
    ("limit", "the most entries, 1 to 500"),
    ("owner", "only vaults of this account"),
];
const EVENT_PAGE: &[(&str, &str)] = &[
    ("cursor", "`next` of the page before"),
    ("limit", "the most entries, 1 to 500"),
    ("account", "only events that name this account"),
    ("module", "only events of this module, by name"),
];
const AT: &[(&str, &str)] = &[(
    "at",
    "`certified` (the newest checkpoint; also if not given), `published` (the newest whose root a header publishes) or a height",
)];
const AT_HEAD: &[(&str, &str)] =
    &[("at", "`certified` (also if not given), `published`, a height, or `head`: newer, without proof")];
const WAIT: &[(&str, &str)] = &[
    ("wait", "answer when the transaction is `accepted` (also if not given), `ordered`, `executed` or `certified`"),
    ("timeout_ms", "or when so long has passed, at most 30,000 and 10,000 if not given"),
];
const PREVIEW: &[(&str, &str)] = &[
    ("amount", "the most to take, in smallest units"),
    ("price_max", "the highest price, in 1e-18; any if not given"),
];

/// A route of the document with what answers it.
type Entry = (Route, MethodRouter<Arc<Api>>);

/// The routes in the order of the document.
pub(crate) fn routes() -> Vec<Entry> {
    let read = |path, tag, summary, query, answer| Route::get(path, tag, summary, query, answer);
    vec![
        (
            Route::post(
                "/v1/transactions",
                "transactions",
                "Submit a signed transaction; the same again gives the same answer",
                WAIT,
                Body::Transaction,
                "Status",
            ),
            post(submit::one),
        ),
        (
            Route::post(
                "/v1/transactions/batch",
                "transactions",
                "Submit many signed transactions",
                WAIT,
                Body::Batch,
                "Batch",
            ),
            post(submit::many),
        ),
        (
            read(
                "/v1/transactions/{hash}",
                "transactions",
                "Where a transaction stands, with its receipt",
                &[],
                Answer::Schema("Status"),
            ),
            get(transactions::get),
        ),
        (
            read(
                "/v1/transactions/{hash}/proof",
                "transactions",
                "A receipt with its path to the block's events root",
                &[],
                Answer::Schema("ReceiptEvidence"),
            ),
            get(transactions::proof),
        ),
        (
            Route::post(
                "/v1/render",
                "transactions",
                "From operations in JSON to what is signed",
                &[],
                Body::Schema("Draft"),
                "Rendered",
            ),
            post(render::post),
        ),
        (
            read("/v1/status", "node", "How far the node has come", &[], Answer::Schema("NodeStatus")),
            get(health::status),
        ),
        (
            read("/v1/network", "node", "The network and its parameters", &[], Answer::Schema("Network")),
            get(network::get),
        ),
        (
            read("/v1/fees", "node", "What an act costs in the next block", &[], Answer::Schema("Fees")),
            get(network::fees),
        ),
        (
            read(
                "/v1/audit",
                "node",
                "The books recomputed: conservation, and coverage of every asset with backing",
                &[],
                Answer::Schema("Audit"),
            ),
            get(audit::get),
        ),
        (
            read("/v1/blocks/{height}", "blocks", "A block with a page of its receipts", PAGE, Answer::Schema("Block")),
            get(blocks::get),
        ),
        (
            read("/v1/blocks/{height}/events", "blocks", "The events of a block", EVENT_PAGE, Answer::Page("Event")),
            get(blocks::events),
        ),
        (
            read(
                "/v1/accounts/{id}",
                "accounts",
                "An account: keys, sessions, next nonces, fee credit",
                &[],
                Answer::Schema("Account"),
            ),
            get(accounts::get),
        ),
        (
            read("/v1/accounts/{id}/holdings", "accounts", "What an account holds", PAGE, Answer::Page("Holding")),
            get(accounts::holdings),
        ),
        (
            read(
                "/v1/accounts/{id}/holdings/{asset}/proof",
                "proofs",
                "A holding, or its absence, with proof",
                AT,
                Answer::Schema("Evidence"),
            ),
            get(records::holding),
        ),
        (
            read(
                "/v1/accounts/{id}/bundles",
                "accounts",
                "What an account's keys propose and approve",
                PAGE,
                Answer::Page("Bundle"),
            ),
            get(bundles::list),
        ),
        (
            read("/v1/bundles/{number}", "accounts", "A proposal with its approvals", &[], Answer::Schema("Bundle")),
            get(bundles::get),
        ),
        (read("/v1/assets", "assets", "The assets", PAGE, Answer::Page("Asset")), get(assets::list)),
        (read("/v1/assets/{id}", "assets", "An asset with its supply", &[], Answer::Schema("Asset")), get(assets::get)),
        (
            read(
                "/v1/securities/{asset}",
                "assets",
                "What an asset is, what backs it, how it is admitted",
                &[],
                Answer::Schema("Security"),
            ),
            get(assets::security),
        ),
        (read("/v1/feeds", "prices", "The price feeds", PAGE, Answer::Page("Feed")), get(feeds::list)),
        (
            read("/v1/feeds/{id}", "prices", "A price with everything it stands on", &[], Answer::Schema("PriceView")),
            get(feeds::get),
        ),
        (read("/v1/vaults", "vaults", "The vaults", VAULT_PAGE, Answer::Page("Vault")), get(vaults::list)),
        (
            read("/v1/vaults/{id}", "vaults", "A vault at the quotes of the last mark", &[], Answer::Schema("Vault")),
            get(vaults::get),
        ),
        (
            read("/v1/vaults/{id}/proof", "proofs", "A vault's record with proof", AT, Answer::Schema("Evidence")),
            get(records::vault),
        ),
        (read("/v1/facilities", "vaults", "The facilities", PAGE, Answer::Page("Facility")), get(vaults::facilities)),
        (
            read(
                "/v1/facilities/{id}",
                "vaults",
                "A facility: terms, totals, identity, coverage",
                &[],
                Answer::Schema("Facility"),
            ),
            get(vaults::facility),
        ),
        (read("/v1/auctions", "auctions", "The lots at auction", PAGE, Answer::Page("Lot")), get(auctions::list)),
        (
            read("/v1/auctions/{id}", "auctions", "A lot with its price now", &[], Answer::Schema("Lot")),
            get(auctions::get),
        ),
        (
            read(
                "/v1/auctions/{id}/preview",
                "auctions",
                "What a take would move now",
                PREVIEW,
                Answer::Schema("Preview"),
            ),
            get(auctions::preview),
        ),
        (
            read("/v1/auctions/{id}/proof", "proofs", "A lot's record with proof", AT, Answer::Schema("Evidence")),
            get(records::auction),
        ),
        (
            read("/v1/backstop/{id}", "backstop", "A waterfall with its capital", &[], Answer::Schema("Waterfall")),
            get(backstop::get),
        ),
        (
            read(
                "/v1/backstop/{id}/deposits/{account}",
                "backstop",
                "An account's deposit in the stability pool",
                &[],
                Answer::Schema("Deposit"),
            ),
            get(backstop::deposit),
        ),
        (
            read("/v1/backstop-receipts", "backstop", "Who bore which loss", PAGE, Answer::Page("LossReceipt")),
            get(backstop::receipts),
        ),
        (
            read(
                "/v1/records/{table}/{key}",
                "proofs",
                "Any record, by table (ledger.balances) and key (borsh in hexadecimal digits), with proof",
                AT_HEAD,
                Answer::Schema("Evidence"),
            ),
            get(records::get),
        ),
        (
            Route::post(
                "/v1/admin/seal",
                "admin",
                "Make a block of this time, on a node that seals on command",
                &[],
                Body::Schema("Seal"),
                "Sealed",
            )
            .admin(),
            post(admin::seal),
        ),
        (
            Route::post(
                "/v1/admin/snapshot",
                "admin",
                "Write a snapshot of the newest checkpoint",
                &[],
                Body::None,
                "Snapshot",
            )
            .admin(),
            post(admin::snapshot),
        ),
        (
            read(
                "/v1/stream",
                "stream",
                "A WebSocket with blocks, events, prices and auctions as they happen",
                &[],
                Answer::Upgrade,
            ),
            get(stream::get),
        ),
        (
            read("/metrics", "operation", "Figures in the Prometheus text format", &[], Answer::Text),
            get(health::metrics),
        ),
        (
            read("/health/live", "operation", "Whether the process answers", &[], Answer::Schema("Live")),
            get(health::live),
        ),
        (
            read("/health/ready", "operation", "Whether the node makes blocks", &[], Answer::Schema("Ready")),
            get(health::ready),
        ),
        (read("/openapi.json", "operation", "This document", &[], Answer::Schema("Object")), get(openapi)),
    ]
}

/// The router with everything around it: rates, figures, refusals as problems.
pub(crate) fn router(api: Arc<Api>) -> Router {
    let router = routes().into_iter().fold(Router::new(), |router, (route, answer)| router.route(route.path, answer));
    router
        .fallback(async || {
            Problem::new(Cause::UnknownRoute, "there is nothing at this path; /openapi.json lists every route")
        })
        .method_not_allowed_fallback(async || {
            Problem::new(Cause::MethodNotAllowed, "this path has another method; /openapi.json lists every route")
        })
        .layer(from_fn_with_state(Arc::clone(&api), around))
        .with_state(api)
}

/// `GET /openapi.json`
async fn openapi(State(api): State<Arc<Api>>) -> Response {
    let mut response = api.openapi.clone().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

async fn around(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let admitted = peer.is_none_or(|address| api.limiter.admit(address, started));
    let mut response = if admitted {
        next.run(request).await
    } else {
        api.metrics.rate_limited();
        Problem::new(Cause::RateLimited, "this address makes too many requests; wait a second").into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    api.metrics.answered(matched.as_deref().unwrap_or("none"), response.status().as_u16(), started.elapsed());
    response
}
