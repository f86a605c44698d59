//! Pages of lists: a cursor from the last answer, a limit, never everything.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// Entries of a page where none are asked for.
pub const LIMIT_DEFAULT: usize = 50;
/// The most entries of a page.
pub const LIMIT_MAX: usize = 500;

/// The part of a query that every list has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageQuery {
    /// `next` of the page before; from the start without one.
    pub cursor: Option<String>,
    /// The most entries, up to 500.
    pub limit: Option<usize>,
}

/// One page of a list.
#[derive(Clone, Debug, Serialize)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// How many entries a page has at most.
///
/// # Errors
/// A limit of zero or above the maximum.
pub fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked {
        None => Ok(LIMIT_DEFAULT),
        Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
        Some(_) => Err(Problem::parameter("limit", "between 1 and 500")),
    }
}

/// The cursor as the number it is.
///
/// # Errors
/// A cursor that no page gave.
pub fn cursor<T: FromStr>(text: Option<&str>) -> Result<Option<T>, Problem> {
    text.map(|text| text.parse().map_err(|_| Problem::parameter("cursor", "the `next` of an earlier page"))).transpose()
}

impl<T> Page<T> {
    /// A page of at most `limit` entries; a full one has a next.
    pub fn of<N: ToString>(items: Vec<T>, limit: usize, last: impl Fn(&T) -> N) -> Page<T> {
        let full = items.len() >= limit;
        let next = items.last().filter(|_| full).map(|item| last(item).to_string());
        Page { items, next }
    }
}
