//! Events by what they are and what they are about.

use gage_chain::{module_name, readable_event};
use gage_crypto::AccountId;
use gage_units::{Height, Timestamp};
use serde::Serialize;
use serde_json::Value as Json;

use super::transactions::module_of;
use super::{Filter, Page, PageAsked, Span, heights};
use crate::HistoryError;
use crate::db::{Cell, Columns, Row};
use crate::history::History;
use crate::recorder::account_number;

/// Which events.
#[derive(Clone, Debug)]
pub struct EventsAsked {
    /// Only those that name this account.
    pub account: Option<AccountId>,
    /// Only of the module with this number.
    pub module: Option<u8>,
    /// Only those of this name, like `lot_taken`.
    pub kind: Option<String>,
    /// Only those of this vault.
    pub vault: Option<u64>,
    /// Only those of this lot.
    pub lot: Option<u64>,
    /// Only of this time.
    pub span: Span,
    /// Which of them.
    pub page: PageAsked,
}

/// One event with its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EventLine {
    /// The block.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// Its number in the block, from zero.
    pub number: u64,
    /// The position of the receipt it belongs to; null for due work.
    pub receipt: Option<u64>,
    /// The transaction, or the bundle; null for due work.
    pub transaction: Option<String>,
    /// The module.
    pub module: String,
    /// What happened: the name of the event with its fields.
    pub event: Json,
}

impl History {
    /// Events, the oldest first; `None` if the history does not know the account.
    ///
    /// # Errors
    /// [`HistoryError::BadCursor`]; [`HistoryError::Database`].
    pub fn events(&self, asked: &EventsAsked) -> Result<Option<Page<EventLine>>, HistoryError> {
        self.read(|db| {
            let Some(range) = heights(db, &asked.span)? else {
                return Ok(Some(Page { items: Vec::new(), next: None }));
            };
            let mut filter = Filter::new();
            let mut from = "events e JOIN blocks b ON b.height = e.height".to_owned();
            if let Some(account) = &asked.account {
                let Some(number) = account_number(db, account)? else { return Ok(None) };
                from.push_str(" JOIN event_accounts n ON n.height = e.height AND n.number = e.number");
                filter.add("n.account = ?", number.into());
            }
            if let Some(module) = asked.module {
                filter.add("e.module = ?", Cell::text(module_name(module)));
            }
            if let Some(kind) = &asked.kind {
                filter.add("e.kind = ?", Cell::text(kind));
            }
            for (column, wanted) in [("e.vault = ?", asked.vault), ("e.lot = ?", asked.lot)] {
                if let Some(number) = wanted {
                    filter.add(column, Cell::from_u64(number, "a number")?);
                }
            }
            filter.between("e.height", range);
            if let Some(place) = asked.page.after::<2>()? {
                filter.after("e.height, e.number", &place);
            }
            let select = format!(
                "SELECT e.module, e.bytes, e.height, b.time_ms, e.number, e.receipt, t.hash FROM {from} \
                 LEFT JOIN transactions t ON t.height = e.height AND t.position = e.receipt"
            );
            filter.parameters.push(Cell::Int(asked.page.limit()));
            let rest = format!("ORDER BY e.height, e.number LIMIT ?{}", filter.parameters.len());
            let rows = db.query(&filter.statement(&select, &rest), &filter.parameters)?;
            let items = rows.iter().map(line).collect::<Result<Vec<_>, _>>()?;
            Ok(Some(Page::of(items, &asked.page, |line| format!("{}.{}", line.height, line.number))))
        })
    }
}

fn line(row: &Row) -> Result<EventLine, HistoryError> {
    let module = module_of(row)?;
    Ok(EventLine {
        height: Height(row.count(2)?),
        time: Timestamp(row.count(3)?),
        number: row.count(4)?,
        receipt: row.maybe(5, <[Cell] as Columns>::count)?,
        transaction: row.maybe(6, |row, column| row.word(column).map(str::to_owned))?,
        module: module_name(module).to_owned(),
        event: readable_event(module, row.bytes(1)?),
    })
}
