//! What happened.

use axum::routing::get;
use gage_history::query::{Candle, EventLine, LotHistory, LotLine, Statement, TransactionLine, VaultHistory};

use super::Entry;
use crate::handlers::history;
use crate::openapi::Route;
use crate::paging::PageQuery;

pub(crate) fn routes() -> Vec<Entry> {
    let tag = "history";
    vec![
        (
            Route::get("get_history", "/v1/history", tag, "How far the history has come")
                .answers::<history::HistoryReply>(),
            get(history::status),
        ),
        (
            Route::get(
                "get_statement",
                "/v1/history/accounts/{account}/statement",
                tag,
                "A statement: opening balances, lines, closing balances",
            )
            .query::<history::StatementQuery>()
            .answers::<Statement>(),
            get(history::statement),
        ),
        (
            Route::get(
                "list_past_transactions",
                "/v1/history/accounts/{account}/transactions",
                tag,
                "The transactions of an account, however old",
            )
            .query::<history::PastQuery>()
            .page::<TransactionLine>(),
            get(history::transactions),
        ),
        (
            Route::get("list_past_events", "/v1/history/events", tag, "Events by account, module, name, vault or lot")
                .query::<history::PastEventsQuery>()
                .page::<EventLine>(),
            get(history::events),
        ),
        (
            Route::get("get_vault_history", "/v1/history/vaults/{vault}", tag, "What happened to a vault")
                .query::<history::PastQuery>()
                .answers::<VaultHistory>(),
            get(history::vault),
        ),
        (
            Route::get("list_past_lots", "/v1/history/auctions", tag, "Lots, open and over")
                .query::<history::PastLotsQuery>()
                .page::<LotLine>(),
            get(history::lots),
        ),
        (
            Route::get("get_lot_history", "/v1/history/auctions/{lot}", tag, "A lot with its takes")
                .query::<PageQuery>()
                .answers::<LotHistory>(),
            get(history::lot),
        ),
        (
            Route::get(
                "list_candles",
                "/v1/history/prices/{feed}",
                tag,
                "The price of a feed in intervals: open, high, low, close",
            )
            .query::<history::CandlesQuery>()
            .page::<Candle>(),
            get(history::candles),
        ),
    ]
}
