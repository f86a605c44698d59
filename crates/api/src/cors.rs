//! Pages of other origins: which may read answers, as the operator says.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

/// What a page may send.
const HEADERS: &str = "authorization, content-type, idempotency-key";
/// What a page may read of an answer's head.
const EXPOSED: &str = "retry-after, idempotency-replayed";

/// The origin that a request names, if it may read answers. `*` allows all: no answer depends on cookies.
pub(crate) fn allowed(origins: &[String], headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    let known = |allowed: &String| allowed == "*" || allowed.as_bytes() == origin.as_bytes();
    origins.iter().any(known).then(|| origin.clone())
}

/// Whether a request of a page comes from the server's own origin, or is of no page at all.
pub(crate) fn is_own(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return true };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == text(header::HOST)
}

/// Whether a browser asks beforehand.
pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a browser that asks beforehand.
pub(crate) fn preflight(origin: Option<HeaderValue>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    if origin.is_some() {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    allow(headers, origin);
    response
}

/// Lets a page of an origin read the answer.
pub(crate) fn allow(headers: &mut HeaderMap, origin: Option<HeaderValue>) {
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_allowed_by_name() {
        let headers = |origin: &'static str| HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static(origin))]);
        let origins = ["https://desk.example".to_owned()];
        assert!(allowed(&origins, &headers("https://desk.example")).is_some());
        assert!(allowed(&origins, &headers("https://desk.example.evil")).is_none());
        assert!(allowed(&origins, &HeaderMap::new()).is_none() && allowed(&[], &headers("https://x")).is_none());
        assert!(allowed(&["*".to_owned()], &headers("null")).is_some());
    }

    #[test]
    fn own_pages_and_programs_are_told_from_others() {
        let mut headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static("127.0.0.1:7800"))]);
        assert!(is_own(&headers));
        headers.insert(header::ORIGIN, HeaderValue::from_static("http://127.0.0.1:7800"));
        assert!(is_own(&headers));
        headers.insert(header::ORIGIN, HeaderValue::from_static("https://evil.example"));
        assert!(!is_own(&headers));
    }
}
