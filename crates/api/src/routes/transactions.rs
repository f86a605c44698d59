//! Transactions, blocks, events.

use axum::routing::{get, post};
use gage_node::SnapshotPart;
use gage_verify::{CertifiedBlocks, ReceiptEvidence};

use super::Entry;
use crate::decoded::EventView;
use crate::handlers::{blocks, dry_run, raw, render, stream, submit, transactions};
use crate::openapi::Route;
use crate::paging::PageQuery;

pub(crate) fn routes() -> Vec<Entry> {
    let tag = "transactions";
    vec![
        (
            Route::post("submit_transaction", "/v1/transactions", tag, "Submit a signed transaction; the same again gives the same answer")
                .query::<submit::SubmitQuery>()
                .reads_or_bytes::<submit::One>()
                .answers::<transactions::StatusReply>()
                .accepted()
                .idempotent(),
            post(submit::one),
        ),
        (
            Route::post("submit_batch", "/v1/transactions/batch", tag, "Submit many signed transactions; a refusal of one says nothing of the others")
                .query::<submit::SubmitQuery>()
                .reads_or_bytes::<submit::Many>()
                .answers::<submit::ManyReply>()
                .idempotent(),
            post(submit::many),
        ),
        (
            Route::get("get_transaction", "/v1/transactions/{hash}", tag, "Where a transaction stands, with its receipt")
                .answers::<transactions::StatusReply>(),
            get(transactions::get),
        ),
        (
            Route::get("prove_receipt", "/v1/transactions/{hash}/proof", "proofs", "A receipt with its path to the block's events root")
                .answers::<ReceiptEvidence>(),
            get(transactions::proof),
        ),
        (
            Route::post("render", "/v1/render", tag, "From operations in JSON to what is signed")
                .reads::<render::Draft>()
                .answers::<render::Rendered>(),
            post(render::post),
        ),
        (
            Route::post("dry_run", "/v1/dry-run", tag, "What a transaction would do if it were next: receipt, events, postings; nothing is done")
                .reads_or_bytes::<dry_run::Trial>()
                .answers::<dry_run::DryRunReply>(),
            post(dry_run::post),
        ),
        (
            Route::get("list_blocks", "/v1/blocks", "blocks", "The blocks, the newest first")
                .query::<PageQuery>()
                .page::<blocks::BlockLine>(),
            get(blocks::list),
        ),
        (
            Route::get("get_block", "/v1/blocks/{height}", "blocks", "A block with a page of its receipts")
                .query::<PageQuery>()
                .answers::<blocks::BlockReply>(),
            get(blocks::get),
        ),
        (
            Route::get("get_certified_blocks", "/v1/blocks/{height}/certified", "blocks", "Blocks from a height on in their bytes, with the validators' certificate of the last: what a follower reads")
                .answers::<CertifiedBlocks>(),
            get(blocks::certified),
        ),
        (
            Route::get("get_snapshot_part", "/v1/snapshots/{height}/parts/{part}", "blocks", "A part of a snapshot's file, from which a follower begins; GET /v1/status lists the heights")
                .answers::<SnapshotPart>(),
            get(blocks::snapshot_part),
        ),
        (
            Route::get("list_block_events", "/v1/blocks/{height}/events", "blocks", "The events of a block")
                .query::<blocks::EventsQuery>()
                .page::<EventView>(),
            get(blocks::events),
        ),
        (
            Route::get("list_raw_blocks", "/v1/raw-blocks", "blocks", "The blocks as bytes with what they did, the oldest first, for indexers; a cursor is the height after which a page begins")
                .query::<PageQuery>()
                .page::<raw::RawBlock>(),
            get(raw::blocks),
        ),
        (
            Route::get("list_events", "/v1/events", "blocks", "The events of all blocks that are kept, the oldest first; the last page's cursor goes on with what comes")
                .query::<blocks::EventsQuery>()
                .page::<EventView>(),
            get(blocks::all_events),
        ),
        (
            Route::get("stream", "/v1/stream", "blocks", "A WebSocket with blocks, events, accounts, vaults, auctions and prices as they change").upgrades(),
            get(stream::get),
        ),
    ]
}
