//! Reading requests so that every refusal is a problem, and writing answers.

use std::error::Error as _;
use std::str::FromStr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api::Api;
use crate::problem::{Cause, Problem};
use crate::server::Peer;

/// The one variable part of a path, read as `T`.
pub struct Segment<T>(pub T);

impl<T> FromRequestParts<Arc<Api>> for Segment<T>
where
    T: FromStr + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Segment<T>, Problem> {
        let path = Path::<String>::from_request_parts(parts, api).await;
        let text = path.map_err(|_| Problem::parameter("the path", "UTF-8"))?.0;
        parse(&text).map(Segment)
    }
}

/// The two variable parts of a path.
pub struct Segments<A, B>(pub A, pub B);

impl<A, B> FromRequestParts<Arc<Api>> for Segments<A, B>
where
    A: FromStr + Send,
    B: FromStr + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Segments<A, B>, Problem> {
        let path = Path::<(String, String)>::from_request_parts(parts, api).await;
        let (first, second) = path.map_err(|_| Problem::parameter("the path", "UTF-8"))?.0;
        Ok(Segments(parse(&first)?, parse(&second)?))
    }
}

/// The three variable parts of a path.
pub struct ThreeSegments<A, B, C>(pub A, pub B, pub C);

impl<A, B, C> FromRequestParts<Arc<Api>> for ThreeSegments<A, B, C>
where
    A: FromStr + Send,
    B: FromStr + Send,
    C: FromStr + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<ThreeSegments<A, B, C>, Problem> {
        let path = Path::<(String, String, String)>::from_request_parts(parts, api).await;
        let (first, second, third) = path.map_err(|_| Problem::parameter("the path", "UTF-8"))?.0;
        Ok(ThreeSegments(parse(&first)?, parse(&second)?, parse(&third)?))
    }
}

fn parse<T: FromStr>(text: &str) -> Result<T, Problem> {
    let wanted = match std::any::type_name::<T>() {
        name if name.ends_with("AccountId") => "an account (gage1...)",
        name if name.ends_with("Hash") => "a hash of 64 hexadecimal digits",
        name if name.starts_with('u') => "a whole number",
        _ => "of the form the documentation gives",
    };
    let shown: String = text.chars().take(80).collect();
    text.parse().map_err(|_| Problem::new(Cause::BadParameter, format!("{shown:?} in the path must be {wanted}")))
}

/// The query, every field known and well formed.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Api>> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Params<T>, Problem> {
        let query = Query::<T>::from_request_parts(parts, api).await;
        let refused = |error: axum::extract::rejection::QueryRejection| {
            // Below the library's own sentence stands what the reader of the values said.
            let reason = error.source().map_or_else(|| error.body_text(), ToString::to_string);
            Problem::new(Cause::BadParameter, query_sentence(&reason))
        };
        query.map(|Query(params)| Params(params)).map_err(refused)
    }
}

/// What a reader of queries says, as a sentence about the query.
fn query_sentence(reason: &str) -> String {
    let named = |word: &str| {
        let (_, rest) = reason.split_once(&format!("{word} field `"))?;
        rest.split_once('`')
    };
    if let Some((name, rest)) = named("unknown") {
        let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        let shown: String = name.chars().take(80).collect();
        return match known.as_slice() {
            [] => format!("{shown} is no parameter of this path, which has none in its query"),
            known => format!("{shown} is no parameter of this path; it has {}", known.join(", ")),
        };
    }
    if let Some((name, _)) = named("missing") {
        return format!("the parameter {name} is missing in the query");
    }
    if let Some((name, _)) = named("duplicate") {
        return format!("the parameter {name} is given twice; give it once");
    }
    match reason.split_once(": ") {
        Some((name, reason)) if ["digit", "integer", "number"].iter().any(|word| reason.contains(word)) => {
            format!("the parameter {name} must be a whole number in its range")
        }
        Some((name, reason)) => format!("the parameter {name} does not read: {reason}"),
        None => format!("the query is not understood: {reason}"),
    }
}

/// Who asks: the name of the API key, or else the address.
pub struct Caller(pub String);

impl FromRequestParts<Arc<Api>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Caller, Problem> {
        let key = api.key_of(&parts.headers)?.map(|key| format!("key {}", key.name));
        let address = || parts.extensions.get::<Peer>().map(|peer| peer.0.ip().to_string());
        Ok(Caller(key.or_else(address).unwrap_or_default()))
    }
}

/// The body of a request, at most `MAX` bytes, in time.
pub struct Bounded<const MAX: usize>(pub HeaderMap, pub Bytes);

impl<const MAX: usize> FromRequest<Arc<Api>> for Bounded<MAX> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Arc<Api>) -> Result<Bounded<MAX>, Problem> {
        let too_large = || {
            let detail = format!("the body of this request has at most {MAX} bytes; split it");
            Problem::new(Cause::BodyTooLarge, detail)
        };
        let (parts, body) = request.into_parts();
        // What a compressed body becomes has no bound that is known beforehand.
        let coded = parts.headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
        if coded {
            return Err(Problem::new(Cause::UnsupportedMediaType, "send the body without a content-encoding"));
        }
        // An announced length is refused before anything of it is read.
        let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if announced.and_then(|text| text.parse::<u64>().ok()).is_some_and(|length| length > limit(MAX)) {
            return Err(too_large());
        }
        let collected = tokio::time::timeout(api.config.body_timeout, Limited::new(body, MAX).collect());
        match collected.await {
            Ok(Ok(body)) => Ok(Bounded(parts.headers, body.to_bytes())),
            Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => Err(too_large()),
            Ok(Err(_)) => Err(Problem::new(Cause::RequestTimeout, "the body of the request broke off")),
            Err(_) => {
                let seconds = api.config.body_timeout.as_secs();
                let detail = format!("the body of the request did not arrive within {seconds} seconds");
                Err(Problem::new(Cause::RequestTimeout, detail))
            }
        }
    }
}

fn limit(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// The media type of a body, without its parameters.
pub fn media_type(headers: &HeaderMap) -> &str {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// Reads a JSON body. Depth is bounded by the reader, which refuses more than 128 levels.
///
/// # Errors
/// [`Cause::UnsupportedMediaType`], [`Cause::MalformedJson`] with line and column.
pub fn read_json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Problem> {
    if media_type(headers) != "application/json" {
        let detail = "send the body as application/json and say so in the content-type header";
        return Err(Problem::new(Cause::UnsupportedMediaType, detail));
    }
    let malformed =
        |error: serde_json::Error| Problem::new(Cause::MalformedJson, format!("the body does not read: {error}"));
    serde_json::from_slice(body).map_err(malformed)
}

/// An answer in JSON.
pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            *response.status_mut() = status;
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
        Err(error) => {
            let problem = Problem::new(Cause::Internal, format!("the answer cannot be written: {error}"));
            axum::response::IntoResponse::into_response(problem)
        }
    }
}

/// An answer in JSON with status 200.
pub fn ok<T: Serialize>(value: &T) -> Response {
    json(StatusCode::OK, value)
}

/// Reads hexadecimal digits, with or without `0x`.
///
/// # Errors
/// [`Cause::BadParameter`].
pub fn read_hex(name: &str, text: &str) -> Result<Vec<u8>, Problem> {
    hex::decode(text.strip_prefix("0x").unwrap_or(text)).map_err(|_| Problem::parameter(name, "hexadecimal digits"))
}
