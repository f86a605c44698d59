//! Every refusal as `application/problem+json` (RFC 9457), with the stable number and name of its cause.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gage_chain::Rejection;
use gage_node::{ProveError, SealError, SubmitError};
use serde::{Deserialize, Serialize};

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
    /// The admin token is missing or wrong.
    Unauthorized,
    /// This node has not seen that transaction, or no longer keeps it.
    UnknownTransaction,
    /// There is no such block, or it is no longer kept.
    UnknownBlock,
    /// There is no such thing.
    UnknownRecord,
    /// As many streams or subscriptions as there may be.
    Busy,
    /// A fault of the program.
    Internal,
    /// The node makes no more blocks.
    NotReady,
}

impl Cause {
    /// Every cause, in the order of the codes.
    pub const ALL: [Cause; 15] = [
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
    ];

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
            SubmitError::MempoolFull { .. } | SubmitError::Stopped(_) => StatusCode::SERVICE_UNAVAILABLE,
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

    /// A refusal with everything given.
    pub fn of(code: u32, name: &str, status: StatusCode, detail: String) -> Problem {
        Problem {
            kind: format!("urn:gage:problem:{code}"),
            title: words(name),
            status: status.as_u16(),
            detail,
            code,
            name: name.to_owned(),
        }
    }
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
        if self.status == StatusCode::TOO_MANY_REQUESTS.as_u16() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
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
