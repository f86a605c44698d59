//! What happens around every request: origins, rates, figures, headers, compression.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::Api;
use crate::limits::Who;
use crate::problem::{Cause, Problem};
use crate::server::Peer;
use crate::{cors, gzip};

pub(crate) async fn around(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let origin = cors::allowed(&api.config.cors_origins, request.headers());
    let compress = gzip::accepted(request.headers()) && *request.method() != Method::HEAD;
    let mut response = match admit(&api, &request, started) {
        Ok(()) if cors::is_preflight(request.method(), request.headers()) => cors::preflight(origin.clone()),
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    if compress {
        response = gzip::compressed(response).await;
    }
    let headers = response.headers_mut();
    cors::allow(headers, origin);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    api.metrics.answered(matched.as_deref().unwrap_or("none"), response.status().as_u16(), started.elapsed());
    response
}

/// Takes one request off the rate of the caller's key, if that has one of its own, or of its address.
fn admit(api: &Api, request: &Request, now: Instant) -> Result<(), Problem> {
    let Some(peer) = request.extensions().get::<Peer>() else { return Ok(()) };
    // A wrong key counts against the address, and is refused where a key is needed.
    let key = api.key_of(request.headers()).ok().flatten();
    let own = key.and_then(|key| Some((key.requests_per_second?, key.name)));
    let admitted = match own {
        Some((per_second, name)) => api.limiter.admit_at(Who::Key(name), per_second, now),
        None => api.limiter.admit(peer.0.ip(), now),
    };
    admitted.map_err(|wait| {
        api.metrics.rate_limited();
        Problem::new(Cause::RateLimited, "too many requests come from this address or with this key").retry_in(wait)
    })
}
