//! Every route, once: the router, the OpenAPI document and the page on the API are all made of this list.
//!
//! A subject is a file with a function `routes`; a new one is one line in [`routes`].

mod assets;
mod history;
mod node;
mod parties;
mod risk;
mod transactions;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};

use crate::api::Api;
use crate::around::around;
use crate::keys::Role;
use crate::openapi::Route;
use crate::problem::{Cause, Problem};

/// A route of the document with what answers it.
pub(crate) type Entry = (Route, MethodRouter<Arc<Api>>);

/// The routes in the order of the document.
pub(crate) fn routes() -> Vec<Entry> {
    let mut all = transactions::routes();
    all.extend(parties::routes());
    all.extend(assets::routes());
    all.extend(risk::routes());
    all.extend(history::routes());
    all.extend(node::routes());
    all
}

/// The router with everything around it: keys, rates, figures, refusals as problems.
pub(crate) fn router(api: &Arc<Api>) -> Router {
    let router = routes().into_iter().fold(Router::new(), |router, (route, answer)| {
        let answer = match route.role {
            None => answer,
            Some(role) => answer.route_layer(from_fn_with_state((Arc::clone(api), role), keyed)),
        };
        router.route(route.path, answer)
    });
    router
        .route("/sign", get(async || page(include_str!("../../assets/sign.html"))))
        .route("/reference", get(async || page(include_str!("../../assets/reference.html"))))
        // Whoever opens the address of a node in a browser wants to read.
        .route("/", get(async || Redirect::temporary("/reference")))
        .fallback(async || {
            Problem::new(
                Cause::UnknownRoute,
                "there is nothing at this path; /reference and /openapi.json list every route",
            )
        })
        .method_not_allowed_fallback(async || {
            Problem::new(Cause::MethodNotAllowed, "this path has another method; /openapi.json lists every route")
        })
        .layer(from_fn_with_state(Arc::clone(api), around))
        .with_state(Arc::clone(api))
}

/// A page for people. Its script and style are allowed by their hashes, in the page itself; that nobody shows it inside
/// another page can only be said here.
fn page(text: &'static str) -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, "frame-ancestors 'none'")];
    (headers, text)
}

/// Lets those in whose key has the role, before anything of their request is read.
async fn keyed(State((api, role)): State<(Arc<Api>, Role)>, request: Request, next: Next) -> Response {
    match api.require(request.headers(), role) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}
