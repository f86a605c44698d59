//! Answers remembered by the word that the client gave: the same request with the same `Idempotency-Key` is
//! answered from memory, so that whoever lost an answer asks again without doing twice.
//!
//! Words are the caller's own: of its API key, or else of its address. They are kept for a day, and not over
//! a restart; a transaction is executed once all the same, because its name is remembered with its nonce.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gage_crypto::Hash;
use gage_crypto::hash::sha256_parts;
use http_body_util::BodyExt;

use crate::api::Api;
use crate::problem::{Cause, Problem};

/// How long an answer is remembered.
const KEPT: Duration = Duration::from_secs(86_400);
/// The most answers remembered; the oldest go first.
const ENTRIES_MAX: usize = 10_000;
/// The most bytes of answers remembered.
const BYTES_MAX: usize = 64 << 20;
/// The header.
const HEADER: &str = "idempotency-key";
/// Says that an answer comes from memory.
pub(crate) const REPLAYED: &str = "idempotency-replayed";

type Word = (String, String);

struct Answered {
    request: Hash,
    /// Status, media type, body; none while the first request is under way.
    answer: Option<(StatusCode, HeaderValue, Bytes)>,
    at: Instant,
}

#[derive(Default)]
struct Book {
    answers: HashMap<Word, Answered>,
    order: VecDeque<(Word, Instant)>,
    bytes: usize,
}

/// What is remembered.
#[derive(Default)]
pub(crate) struct Idempotency {
    book: Mutex<Book>,
}

/// A first request under way: forgotten unless it is answered.
struct UnderWay<'a> {
    of: &'a Idempotency,
    word: Word,
    done: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.of.lock().answers.remove(&self.word);
        }
    }
}

impl Idempotency {
    fn lock(&self) -> std::sync::MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The remembered answer; or leave to do the work.
    fn begin(&self, word: &Word, request: Hash, now: Instant) -> Result<Option<Response>, Problem> {
        let mut book = self.lock();
        book.forget_old(now);
        let Some(found) = book.answers.get(word) else {
            book.answers.insert(word.clone(), Answered { request, answer: None, at: now });
            book.order.push_back((word.clone(), now));
            return Ok(None);
        };
        if found.request != request {
            let detail = "the idempotency key was used for another request; a new request takes a new key";
            return Err(Problem::new(Cause::IdempotencyKeyReused, detail));
        }
        let Some((status, kind, body)) = &found.answer else {
            let detail = "the first request with this idempotency key is still under way";
            return Err(Problem::new(Cause::IdempotencyKeyInUse, detail).retry_in(Duration::from_secs(1)));
        };
        let mut response = Response::new(Body::from(body.clone()));
        *response.status_mut() = *status;
        response.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        Ok(Some(response))
    }

    fn remember(&self, word: &Word, status: StatusCode, kind: HeaderValue, body: Bytes) {
        let mut book = self.lock();
        let book = &mut *book;
        if let Some(entry) = book.answers.get_mut(word) {
            book.bytes = book.bytes.saturating_add(body.len());
            entry.answer = Some((status, kind, body));
        }
    }
}

impl Book {
    fn forget_old(&mut self, now: Instant) {
        while let Some((word, at)) = self.order.front() {
            let too_much = self.order.len() > ENTRIES_MAX || self.bytes > BYTES_MAX;
            if !too_much && now.saturating_duration_since(*at) < KEPT {
                break;
            }
            // A word that was forgotten and used anew is younger than its first place in the order.
            if self.answers.get(word).is_some_and(|entry| entry.at == *at)
                && let Some(gone) = self.answers.remove(word)
            {
                self.bytes = self.bytes.saturating_sub(gone.answer.map_or(0, |(_, _, body)| body.len()));
            }
            self.order.pop_front();
        }
    }
}

/// The client's word, if it gave one.
fn word(headers: &HeaderMap, caller: &str) -> Result<Option<Word>, Problem> {
    let Some(value) = headers.get(HEADER) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let fits = (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let refused = || Problem::parameter("the header Idempotency-Key", "1 to 255 visible characters");
    if fits { Ok(Some((caller.to_owned(), text.to_owned()))) } else { Err(refused()) }
}

/// Whether an answer is one that the same request would get again.
fn lasts(status: StatusCode) -> bool {
    status.is_success() || matches!(status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT)
}

/// Does the work once for a word: again, the answer is the first one's.
///
/// # Errors
/// [`Cause::IdempotencyKeyReused`], [`Cause::IdempotencyKeyInUse`], those of the work.
pub(crate) async fn once(
    api: &Arc<Api>,
    caller: &str,
    what: &str,
    (headers, body): (&HeaderMap, &[u8]),
    work: impl Future<Output = Result<Response, Problem>>,
) -> Result<Response, Problem> {
    let Some(word) = word(headers, caller)? else { return work.await };
    let kind = headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let lengths = [what.len(), kind.len()].map(|length| u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes());
    let request = sha256_parts(&[&lengths[0], what.as_bytes(), &lengths[1], kind, body]);
    if let Some(answer) = api.idempotency.begin(&word, request, Instant::now())? {
        return Ok(answer);
    }
    let mut under_way = UnderWay { of: &api.idempotency, word, done: false };
    let response = work.await.unwrap_or_else(IntoResponse::into_response);
    if !lasts(response.status()) {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let broke = |_| Problem::new(Cause::Internal, "an answer cannot be written; report this");
    let body = body.collect().await.map_err(broke)?.to_bytes();
    let kind = parts.headers.get(header::CONTENT_TYPE).cloned();
    let kind = kind.unwrap_or_else(|| HeaderValue::from_static("application/json"));
    api.idempotency.remember(&under_way.word, parts.status, kind, body.clone());
    under_way.done = true;
    Ok(Response::from_parts(parts, Body::from(body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word_of(text: &str) -> Word {
        ("somebody".to_owned(), text.to_owned())
    }

    #[test]
    fn a_word_is_answered_once_and_forgotten_after_a_day() {
        let (memory, start) = (Idempotency::default(), Instant::now());
        let (one, other) = (Hash([1; 32]), Hash([2; 32]));
        assert!(memory.begin(&word_of("a"), one, start).unwrap().is_none());
        assert_eq!(memory.begin(&word_of("a"), one, start).unwrap_err().name, "IdempotencyKeyInUse");
        let kind = HeaderValue::from_static("application/json");
        memory.remember(&word_of("a"), StatusCode::OK, kind, Bytes::from_static(b"{}"));
        let again = memory.begin(&word_of("a"), one, start + KEPT / 2).unwrap().unwrap();
        assert_eq!((again.status(), again.headers().contains_key(REPLAYED)), (StatusCode::OK, true));
        assert_eq!(memory.begin(&word_of("a"), other, start).unwrap_err().name, "IdempotencyKeyReused");
        assert!(memory.begin(&word_of("a"), other, start + KEPT).unwrap().is_none(), "a day later it is free");
        assert_eq!(memory.lock().bytes, 0);
    }

    #[test]
    fn what_ended_without_an_answer_may_be_tried_again() {
        let memory = Idempotency::default();
        let (word, now) = (word_of("b"), Instant::now());
        assert!(memory.begin(&word, Hash::ZERO, now).unwrap().is_none());
        drop(UnderWay { of: &memory, word: word.clone(), done: false });
        assert!(memory.begin(&word, Hash::ZERO, now).unwrap().is_none());
    }

    #[test]
    fn the_memory_is_bounded() {
        let (memory, now) = (Idempotency::default(), Instant::now());
        let body = Bytes::from(vec![b'x'; 1 << 20]);
        for number in 0..100 {
            let word = word_of(&number.to_string());
            assert!(memory.begin(&word, Hash::ZERO, now).unwrap().is_none());
            memory.remember(&word, StatusCode::OK, HeaderValue::from_static("x"), body.clone());
        }
        assert!(memory.lock().bytes <= BYTES_MAX + body.len() && memory.lock().answers.len() < 70);
    }
}
