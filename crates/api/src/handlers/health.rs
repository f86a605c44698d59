//! Is the process alive, is the node ready, what are its figures.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use gage_chain::{base_fee, frozen_modules};
use gage_oracle::{FeedId, query};
use gage_units::{Height, format_decimal};
use serde::Serialize;

use super::Shared;
use crate::api::Api;
use crate::extract::ok;
use crate::metrics::Exposition;
use crate::problem::{Cause, Problem};

/// The most feeds and facilities that metrics show.
const SHOWN_MAX: usize = 50;

/// The process answers.
#[derive(Serialize)]
pub(crate) struct Live {
    /// Always true.
    live: bool,
}

/// The node makes blocks.
#[derive(Serialize)]
pub(crate) struct Ready {
    /// Always true.
    ready: bool,
    /// The last executed height.
    height: Height,
}

/// `GET /health/live`: the process answers.
pub(crate) async fn live() -> Response {
    ok(&Live { live: true })
}

/// `GET /health/ready`: the node executes blocks.
pub(crate) async fn ready(api: Shared) -> Result<Response, Problem> {
    let status = api.blocking(|api| Ok(api.node.status_summary())).await?;
    match &status.stopped {
        None => Ok(ok(&Ready { ready: true, height: status.head.height })),
        Some(fault) => {
            let detail = format!("the node has stopped: {fault}; reads still work, its log says more");
            Err(Problem::new(Cause::NotReady, detail))
        }
    }
}

/// `GET /v1/status`
pub(crate) async fn status(api: Shared) -> Result<Response, Problem> {
    let status = api.blocking(|api| Ok(api.node.status_summary())).await?;
    Ok(ok(&status))
}

/// `GET /metrics`
pub(crate) async fn metrics(api: Shared) -> Result<Response, Problem> {
    let text = api.blocking(|api| Ok(page(api))).await?;
    let mut response = Response::new(Body::from(text));
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

fn page(api: &Api) -> String {
    let mut page = Exposition::default();
    let status = api.node.status_summary();
    page.sample("gage_head_height", "", "", status.head.height);
    page.sample("gage_head_time_ms", "", "", status.head.time);
    page.sample("gage_mempool_transactions", "", "", status.mempool.waiting);
    page.sample("gage_stopped", "", "", u8::from(status.stopped.is_some()));
    page.sample("gage_certified_height", "", "", status.certified);
    if let Some(rules) = api.node.validator_rules() {
        let epoch = rules.epoch_of(Height(status.head.height.0.saturating_add(1)));
        let members = api.node.validators_of(epoch).map_or(0, |set| set.members.len());
        page.sample("gage_epoch", "", "", epoch);
        page.sample("gage_validators", "", "", members);
        page.sample("gage_equivocations", "", "", api.node.equivocations().len());
    }
    api.node.read(|chain| {
        let (draft, head) = (chain.draft(), chain.head());
        page.sample("gage_records", "", "", draft.records());
        page.sample("gage_base_fee", "", "", base_fee(draft));
        page.sample("gage_frozen_modules", "", "", frozen_modules(draft).len());
        if let Ok(lots) = gage_auctions::query::lots(draft, None, usize::MAX, head.time) {
            page.sample("gage_open_auctions", "", "", lots.len());
        }
        for feed in query::feeds(draft, FeedId(0), SHOWN_MAX) {
            let ctx = crate::api::context(chain);
            if let Ok(Some(quote)) = query::price(draft, &ctx, feed.feed).map(|view| view.price) {
                let labels = format!("feed=\"{}\",class=\"{:?}\"", feed.feed.0, quote.class);
                page.sample("gage_price", "", &labels, format_decimal(quote.mid.0, 18));
            }
        }
        let numbers = (1..).map(gage_vaults::FacilityId).take(SHOWN_MAX);
        for view in numbers.map_while(|id| gage_vaults::query::facility(draft, id).ok()) {
            let labels = format!("facility=\"{}\"", view.id.0);
            page.sample("gage_facility_debt", "", &labels, view.totals.bucket_debt);
            page.sample("gage_facility_bad_debt", "", &labels, view.totals.bad_debt);
            page.sample("gage_facility_collateral_value", "", &labels, view.collateral_value);
        }
    });
    let open = api.config.streams_max.saturating_sub(api.streams.available_permits());
    page.sample("gage_streams", "", "", open);
    api.metrics.write(&mut page);
    page.text()
}
