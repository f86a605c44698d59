//! Every refusal as `application/problem+json` (RFC 9457), with the stable number and name of its cause.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gage_chain::Rejection;
use gage_node::{ProveError, SealError, SubmitError};
use gage_units::Timestamp;
use serde::{Deserialize, Serialize};

use crate::remedy;

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A refusal. `code` and `name` are stable: those of a module where a rule refused, of the 40,000s
/// where the node did, of the 41,000s where the API did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `urn:gage:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name, in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is the case and what to do.
    pub detail: String,
    /// The stable number.
    pub code: u32,
    /// The stable name.
    pub name: String,
    /// What to do about it.
    pub remedy: String,
    /// When to try again at the earliest, in milliseconds since 1970; absent where time does not help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
}

/// What the API itself refuses: number, name and status belong together for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No such route.
    UnknownRoute,
    /// The route has no such method.
    MethodNotAllowed,
    /// The body exceeds the route's limit.
    BodyTooLarge,
    /// The body is of a media type that the route does not read.
    UnsupportedMediaType,
    /// The body is not JSON of the expected shape.
    MalformedJson,
    /// A part of the path, the query or the body is not what it must be.
    BadParameter,
    /// Too many requests.
    RateLimited,
    /// The client took too long to send its request.
    RequestTimeout,
    /// The API key is missing, wrong or over.
    Unauthorized,
    /// This node has not seen that transaction, or no longer keeps it.
    UnknownTransaction,
    /// There is no such block, or it is no longer kept.
    UnknownBlock,
    /// There is no such thing.
    UnknownRecord,
    /// As many connections, streams, subscriptions or reads as there may be.
    Busy,
    /// A fault of the program.
    Internal,
    /// The node makes no more blocks.
    NotReady,
    /// The key does not have the role that the route asks for.
    Forbidden,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused,
    /// The first request with this idempotency key is still under way.
    IdempotencyKeyInUse,
    /// A page of another origin may not open streams.
    OriginNotAllowed,
    /// This node keeps no history.
    NoHistory,
    /// The database of the history does not answer.
    HistoryUnavailable,
}

impl Cause {
    /// Every cause, in the order of the codes.
    pub const ALL: [Cause; 21] = [
        Cause::UnknownRoute,
        Cause::MethodNotAllowed,
        Cause::BodyTooLarge,
        Cause::UnsupportedMediaType,
        Cause::MalformedJson,
        Cause::BadParameter,
        Cause::RateLimited,
        Cause::RequestTimeout,
        Cause::Unauthorized,
        Cause::UnknownTransaction,
        Cause::UnknownBlock,
        Cause::UnknownRecord,
        Cause::Busy,
        Cause::Internal,
        Cause::NotReady,
        Cause::Forbidden,
        Cause::IdempotencyKeyReused,
        Cause::IdempotencyKeyInUse,
        Cause::OriginNotAllowed,
        Cause::NoHistory,
        Cause::HistoryUnavailable,
    ];

    /// What it means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Cause::UnknownRoute => "There is no such route.",
            Cause::MethodNotAllowed => "The route has no such method.",
            Cause::BodyTooLarge => "The body exceeds the route's limit.",
            Cause::UnsupportedMediaType => "The body is of a media type or encoding that the route does not read.",
            Cause::MalformedJson => "The body is not JSON of the expected shape.",
            Cause::BadParameter => "A part of the path, the query or the body is not what it must be.",
            Cause::RateLimited => "Too many requests.",
            Cause::RequestTimeout => "The client took too long to send its request.",
            Cause::Unauthorized => "An API key is needed, or it is wrong or has expired.",
            Cause::UnknownTransaction => "This node has not seen that transaction, or no longer keeps it.",
            Cause::UnknownBlock => "There is no such block, or it is no longer kept.",
            Cause::UnknownRecord => "There is no such thing.",
            Cause::Busy => "The node has as much to do as it may.",
            Cause::Internal => "A fault of the program was met.",
            Cause::NotReady => "The node makes no more blocks.",
            Cause::Forbidden => "The API key does not have the role that the route asks for.",
            Cause::IdempotencyKeyReused => "The idempotency key was used for another request.",
            Cause::IdempotencyKeyInUse => "The first request with this idempotency key is still under way.",
            Cause::OriginNotAllowed => "A page of this origin may not open streams here.",
            Cause::NoHistory => "This node keeps no history.",
            Cause::HistoryUnavailable => "The database of the history does not answer at the moment.",
        }
    }

    /// Number, name and status.
    pub const fn row(self) -> (u32, &'static str, StatusCode) {
        match self {
            Cause::UnknownRoute => (41_001, "UnknownRoute", StatusCode::NOT_FOUND),
            Cause::MethodNotAllowed => (41_002, "MethodNotAllowed", StatusCode::METHOD_NOT_ALLOWED),
            Cause::BodyTooLarge => (41_003, "BodyTooLarge", StatusCode::PAYLOAD_TOO_LARGE),
            Cause::UnsupportedMediaType => (41_004, "UnsupportedMediaType", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Cause::MalformedJson => (41_005, "MalformedJson", StatusCode::BAD_REQUEST),
            Cause::BadParameter => (41_006, "BadParameter", StatusCode::BAD_REQUEST),
            Cause::RateLimited => (41_007, "RateLimited", StatusCode::TOO_MANY_REQUESTS),
            Cause::RequestTimeout => (41_008, "RequestTimeout", StatusCode::REQUEST_TIMEOUT),
            Cause::Unauthorized => (41_009, "Unauthorized", StatusCode::UNAUTHORIZED),
            Cause::UnknownTransaction => (41_010, "UnknownTransaction", StatusCode::NOT_FOUND),
            Cause::UnknownBlock => (41_011, "UnknownBlock", StatusCode::NOT_FOUND),
            Cause::UnknownRecord => (41_012, "UnknownRecord", StatusCode::NOT_FOUND),
            Cause::Busy => (41_013, "Busy", StatusCode::SERVICE_UNAVAILABLE),
            Cause::Internal => (41_014, "Internal", StatusCode::INTERNAL_SERVER_ERROR),
            Cause::NotReady => (41_015, "NotReady", StatusCode::SERVICE_UNAVAILABLE),
            Cause::Forbidden => (41_016, "Forbidden", StatusCode::FORBIDDEN),
            Cause::IdempotencyKeyReused => (41_017, "IdempotencyKeyReused", StatusCode::UNPROCESSABLE_ENTITY),
            Cause::IdempotencyKeyInUse => (41_018, "IdempotencyKeyInUse", StatusCode::CONFLICT),
            Cause::OriginNotAllowed => (41_019, "OriginNotAllowed", StatusCode::FORBIDDEN),
            Cause::NoHistory => (41_020, "NoHistory", StatusCode::NOT_FOUND),
            Cause::HistoryUnavailable => (41_021, "HistoryUnavailable", StatusCode::SERVICE_UNAVAILABLE),
        }
    }
}

impl Problem {
    /// A refusal of the API itself.
    pub fn new(cause: Cause, detail: impl Into<String>) -> Problem {
        let (code, name, status) = cause.row();
        Problem::of(code, name, status, detail.into())
    }

    /// A part of the path or the query that does not read.
    pub fn parameter(name: &str, wanted: &str) -> Problem {
        Problem::new(Cause::BadParameter, format!("{name} must be {wanted}"))
    }

    /// A refusal by a rule of a module, with the status it has when an act is asked for.
    pub fn refused(rejection: &Rejection) -> Problem {
        let status = match rejection.name.as_str() {
            "Malformed" => StatusCode::BAD_REQUEST,
            "TooLarge" => StatusCode::PAYLOAD_TOO_LARGE,
            "NonceUsed" => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Problem::of(rejection.code, &rejection.name, status, rejection.sentence.clone())
    }

    /// A transaction that the node does not take.
    pub fn submit(error: &SubmitError) -> Problem {
        let status = match error {
            SubmitError::Rejected(rejection) => return Problem::refused(rejection),
            SubmitError::Signature(_) => StatusCode::UNPROCESSABLE_ENTITY,
            SubmitError::NonceConflict { .. } => StatusCode::CONFLICT,
            SubmitError::AccountFull { .. } => StatusCode::TOO_MANY_REQUESTS,
            SubmitError::MempoolFull { .. } | SubmitError::Stopped(_) | SubmitError::Follows => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        };
        Problem::of(error.code(), error.name(), status, error.to_string())
    }

    /// A block that the node does not make.
    pub fn seal(error: &SealError) -> Problem {
        let status = match error {
            SealError::NotManual => StatusCode::CONFLICT,
            SealError::TimeNotLater { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            SealError::Stopped(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        Problem::of(error.code(), error.name(), status, error.to_string())
    }

    /// A proof that the node does not have.
    pub fn prove(error: &ProveError) -> Problem {
        let status = match error {
            ProveError::UnknownTable => StatusCode::BAD_REQUEST,
            ProveError::NotRetained { .. } | ProveError::NoReceipt => StatusCode::NOT_FOUND,
        };
        Problem::of(error.code(), error.name(), status, error.to_string())
    }

    /// A module's answer to a read: what is unknown is not found.
    pub fn read(error: impl Into<Rejection>) -> Problem {
        let rejection = error.into();
        let unknown = rejection.name.starts_with("Unknown") || rejection.name.starts_with("NoSuch");
        let status = if unknown { StatusCode::NOT_FOUND } else { StatusCode::UNPROCESSABLE_ENTITY };
        Problem::of(rejection.code, &rejection.name, status, rejection.sentence)
    }

    /// A module's word for something that is not there.
    pub fn unknown(error: impl Into<Rejection>) -> Problem {
        let rejection = error.into();
        Problem::of(rejection.code, &rejection.name, StatusCode::NOT_FOUND, rejection.sentence)
    }

    /// A refusal with everything given. Remedy and time follow from the number and the sentence.
    pub fn of(code: u32, name: &str, status: StatusCode, detail: String) -> Problem {
        let shortly = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        let for_ever = code == Cause::NotReady.row().0 || name == "NodeStopped";
        let retry_at = if shortly && !for_ever { Some(soon()) } else { remedy::valid_from(&detail) };
        Problem {
            remedy: remedy::of(code, name).to_owned(),
            retry_at,
            kind: format!("urn:gage:problem:{code}"),
            title: words(name),
            status: status.as_u16(),
            detail,
            code,
            name: name.to_owned(),
        }
    }
}

impl Problem {
    /// The same, to be tried again no earlier than in so long.
    #[must_use]
    pub fn retry_in(mut self, wait: Duration) -> Problem {
        let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
        self.retry_at = Some(Timestamp(now_ms().saturating_add(ms)));
        self
    }
}

/// The wall clock, in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// In a second: what is full empties with the next block.
fn soon() -> Timestamp {
    Timestamp(now_ms().saturating_add(1_000))
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): {}", self.name, self.code, self.detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).expect("a problem has string keys only");
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        let later = [StatusCode::TOO_MANY_REQUESTS.as_u16(), StatusCode::SERVICE_UNAVAILABLE.as_u16()];
        if let (Some(at), true) = (self.retry_at, later.contains(&self.status)) {
            let seconds = at.0.saturating_sub(now_ms()).div_ceil(1_000).max(1);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED.as_u16() {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// `InsufficientCredit` as `Insufficient credit`.
fn words(name: &str) -> String {
    let mut text = String::with_capacity(name.len().saturating_add(4));
    for (position, letter) in name.chars().enumerate() {
        if position > 0 && letter.is_ascii_uppercase() {
            text.push(' ');
            text.push(letter.to_ascii_lowercase());
        } else {
            text.push(letter);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_have_codes_of_their_own_without_gaps() {
        for (position, cause) in Cause::ALL.iter().enumerate() {
            let (code, name, _) = cause.row();
            assert_eq!(usize::try_from(code).unwrap(), 41_001 + position, "{name}");
        }
    }

    #[test]
    fn names_are_said_in_words() {
        assert_eq!(words("InsufficientCredit"), "Insufficient credit");
    }
}
