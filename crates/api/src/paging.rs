//! Pages of lists: a cursor from the last answer, a limit, never everything.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// Entries of a page where none are asked for.
pub const LIMIT_DEFAULT: usize = 50;
/// The most entries of a page.
pub const LIMIT_MAX: usize = 500;
/// The most entries that one page of a filtered list looks at.
pub const SCANNED_MAX: usize = 5_000;
/// How many a filtered list takes at a time.
const CHUNK: usize = 100;

/// The part of a query that every list has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageQuery {
    /// `next` of the page before; from the start without one.
    pub cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    pub limit: Option<usize>,
}

impl PageQuery {
    /// How many entries, behind which.
    ///
    /// # Errors
    /// A limit out of its bounds, a cursor that no page gave.
    pub fn read<T: FromStr>(&self) -> Result<(usize, Option<T>), Problem> {
        Ok((limit(self.limit)?, cursor(self.cursor.as_deref())?))
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// All entries of a list that is always short.
#[derive(Clone, Debug, Serialize)]
pub struct List<T> {
    /// The entries.
    pub items: Vec<T>,
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

/// The cursor as what it is.
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

    /// A page of those entries that `keep` wants. `read` gives the entries behind one; as many are looked at
    /// as one request may cost, so that a page can be short and yet have a next.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn filtered<N: Copy + ToString>(
        limit: usize,
        mut after: Option<N>,
        mut read: impl FnMut(Option<N>, usize) -> Result<Vec<T>, Problem>,
        key: impl Fn(&T) -> N,
        keep: impl Fn(&T) -> bool,
    ) -> Result<Page<T>, Problem> {
        let (mut items, mut scanned) = (Vec::new(), 0usize);
        while scanned < SCANNED_MAX {
            let chunk = read(after, CHUNK)?;
            let count = chunk.len();
            for item in chunk {
                after = Some(key(&item));
                if keep(&item) {
                    items.push(item);
                }
                if items.len() >= limit {
                    return Ok(Page { items, next: after.map(|after| after.to_string()) });
                }
            }
            if count < CHUNK {
                return Ok(Page { items, next: None });
            }
            scanned = scanned.saturating_add(count);
        }
        Ok(Page { items, next: after.map(|after| after.to_string()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(all: u32) -> impl Fn(Option<u32>, usize) -> Result<Vec<u32>, Problem> {
        move |after, limit| Ok((after.map_or(0, |after| after + 1)..all).take(limit).collect())
    }

    #[test]
    fn filtered_pages_find_everything_once() {
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let page = Page::filtered(7, cursor, numbers(1_000), |n| *n, |n| n % 13 == 0).unwrap();
            found.extend(page.items);
            match page.next {
                None => break,
                Some(next) => cursor = next.parse().ok(),
            }
        }
        assert_eq!(found, (0..1_000).filter(|n| n % 13 == 0).collect::<Vec<_>>());
    }

    #[test]
    fn a_page_looks_at_a_bounded_number() {
        let page = Page::filtered(7, None, numbers(1_000_000), |n| *n, |_| false).unwrap();
        assert_eq!((page.items.len(), page.next.as_deref()), (0, Some("4999")));
    }
}
