//! Answers made smaller for those who can read them so.

use std::io::Write;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::BodyExt;

/// Shorter answers are sent as they are.
const BYTES_MIN: u64 = 1_024;
/// Longer ones are made smaller beside the threads that serve connections.
const BESIDE: usize = 64 * 1_024;

/// Whether a client reads gzip: it is named, not at weight zero.
pub(crate) fn accepted(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let named = |part: &str| {
        let (coding, weight) = part.split_once(';').unwrap_or((part, ""));
        let zero =
            weight.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok()).is_some_and(|q| q <= 0.0);
        matches!(coding.trim(), "gzip" | "x-gzip" | "*") && !zero
    };
    values.flat_map(|value| value.split(',')).any(named)
}

/// The answer in gzip, if that helps.
pub(crate) async fn compressed(response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let text = kind.starts_with("application/json") || kind.starts_with("text/") || kind.contains("+json");
    let length = response.body().size_hint().exact().unwrap_or(0);
    if !text || length < BYTES_MIN || response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // Answers are whole in memory: reading them cannot fail.
    let Ok(body) = body.collect().await else { return Response::from_parts(parts, Body::empty()) };
    let bytes = body.to_bytes();
    let shorter = if bytes.len() > BESIDE {
        let bytes = bytes.clone();
        tokio::task::spawn_blocking(move || gzip(&bytes)).await.ok().flatten()
    } else {
        gzip(&bytes)
    };
    parts.headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, origin"));
    match shorter {
        Some(shorter) => {
            parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(shorter))
        }
        None => Response::from_parts(parts, Body::from(bytes)),
    }
}

fn gzip(bytes: &Bytes) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::new(4));
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_asked_for_by_name() {
        let reads = |text: &'static str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))]);
            accepted(&headers)
        };
        assert!(reads("gzip") && reads("br, gzip;q=0.5") && reads("*"));
        assert!(!reads("identity") && !reads("gzip;q=0") && !reads("br") && !accepted(&HeaderMap::new()));
    }
}
