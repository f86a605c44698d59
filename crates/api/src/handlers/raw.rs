//! Blocks as bytes, with what they did: for programs that record or check them apart from the node.

use axum::response::Response;
use gage_units::Height;
use serde::Serialize;

use super::{Shared, history as past};
use crate::extract::{Params, ok};
use crate::paging::{Page, PageQuery};
use crate::problem::{Cause, Problem};

/// A page ends with the block that reaches so many bytes.
const BYTES_MAX: usize = 2 << 20;

/// A block as bytes.
#[derive(Serialize)]
pub(crate) struct RawBlock {
    /// Its height.
    height: Height,
    /// Header and transactions in borsh, in hexadecimal digits.
    block: String,
    /// Its receipts, how many of them are of bundles, and the events of due work, in borsh, in hexadecimal digits; null if
    /// they are no longer kept.
    result: Option<String>,
}

/// `GET /v1/raw-blocks`: the oldest first; the cursor is the height after which the page begins.
pub(crate) async fn blocks(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let (limit, after) = asked.read::<u64>()?;
    let after = after.unwrap_or(0);
    let page = api.blocking(move |api| {
        let head = api.node.progress().borrow().executed.0;
        let (mut items, mut bytes, mut last) = (Vec::new(), 0usize, after);
        while last < head && items.len() < limit && bytes < BYTES_MAX {
            let height = last.saturating_add(1);
            let gone = || {
                let detail = format!("block {height} is no longer kept; what is left begins later");
                Problem::new(Cause::UnknownBlock, detail)
            };
            let block = api.node.block(Height(height)).ok_or_else(gone)?.to_bytes();
            let result = past::result(api, Height(height))?.map(|result| result.to_bytes());
            bytes = bytes.saturating_add(block.len()).saturating_add(result.as_ref().map_or(0, Vec::len));
            items.push(RawBlock { height: Height(height), block: hex::encode(block), result: result.map(hex::encode) });
            last = height;
        }
        Ok(Page { next: (last < head).then(|| last.to_string()), items })
    });
    Ok(ok(&page.await?))
}
