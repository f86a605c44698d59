//! Transactions of accounts, and receipts however old.

use gage_chain::{Outcome, Receipt, Rejection, SignedTransaction, TransactionHash, module_number};
use gage_crypto::{AccountId, Hash};
use gage_store::Events;
use gage_units::{Amount, Height, Timestamp};
use serde::Serialize;
use serde_json::Value as Json;

use super::{Filter, Page, PageAsked, Span, heights};
use crate::HistoryError;
use crate::db::{Cell, Columns, Db, Row};
use crate::history::History;
use crate::recorder::account_number;

/// A transaction with what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TransactionLine {
    /// The block.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// The position of its receipt.
    pub index: u64,
    /// Its name.
    pub transaction: String,
    /// `done`, `rejected` or `internal`.
    pub outcome: String,
    /// The stable number of the refusal.
    pub code: Option<u64>,
    /// The stable name of the refusal.
    pub name: Option<String>,
    /// Why, and what to do.
    pub sentence: Option<String>,
    /// What it paid, in smallest units of the fee asset.
    pub fee: Amount,
    /// The work it was charged for.
    pub weight: u64,
    /// What it was to do.
    pub operations: Json,
}

/// A receipt with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptFound {
    /// The block.
    pub height: Height,
    /// The position of the receipt.
    pub index: usize,
    /// What became of the transaction or bundle.
    pub receipt: Receipt,
}

/// The columns that a receipt is made of.
pub(super) const RECEIPT: &str = "hash, outcome, operation, code, name, sentence, fee, weight";

impl History {
    /// The transactions that an account signed, the oldest first; `None` if the history does not know the account.
    ///
    /// # Errors
    /// [`HistoryError::BadCursor`]; [`HistoryError::Database`].
    pub fn transactions_of(
        &self,
        account: &AccountId,
        span: &Span,
        page: &PageAsked,
    ) -> Result<Option<Page<TransactionLine>>, HistoryError> {
        self.read(|db| {
            let Some(number) = account_number(db, account)? else { return Ok(None) };
            let Some(range) = heights(db, span)? else { return Ok(Some(Page { items: Vec::new(), next: None })) };
            let mut filter = Filter::new();
            filter.add("t.account = ?", number.into());
            filter.between("t.height", range);
            if let Some(place) = page.after::<2>()? {
                filter.after("t.height, t.position", &place);
            }
            let select = "SELECT t.height, b.time_ms, t.position, t.hash, t.outcome, t.code, t.name, t.sentence, t.fee, \
                          t.weight, t.bytes FROM transactions t JOIN blocks b ON b.height = t.height";
            filter.parameters.push(Cell::Int(page.limit()));
            let rest = format!("ORDER BY t.height, t.position LIMIT ?{}", filter.parameters.len());
            let rows = db.query(&filter.statement(select, &rest), &filter.parameters)?;
            let items = rows.iter().map(line).collect::<Result<Vec<_>, _>>()?;
            Ok(Some(Page::of(items, page, |line| format!("{}.{}", line.height, line.index))))
        })
    }

    /// The receipt of a transaction or bundle. The same bundle may have run more than once: the last time counts.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`], [`HistoryError::Database`].
    pub fn receipt(&self, hash: &TransactionHash) -> Result<Option<ReceiptFound>, HistoryError> {
        self.read(|db| {
            // What was executed stands above what was refused: a nonce runs once, a refusal may come before.
            let sql = format!(
                "SELECT height, position, {RECEIPT} FROM transactions WHERE hash = ?1 \
                 ORDER BY height DESC, position DESC LIMIT 1"
            );
            let rows = db.query(&sql, &[Cell::text(hash)])?;
            let Some(row) = rows.first() else { return Ok(None) };
            let (height, position) = (row.int(0)?, row.int(1)?);
            let events = events(db, height, Some(position))?;
            let receipt = receipt(row.get(2..).unwrap_or_default(), events)?;
            let index = usize::try_from(position).map_err(|_| HistoryError::OutOfRange("a position"))?;
            Ok(Some(ReceiptFound { height: Height(row.count(0)?), index, receipt }))
        })
    }
}

fn line(row: &Row) -> Result<TransactionLine, HistoryError> {
    let text = |row: &[Cell], column: usize| row.word(column).map(str::to_owned);
    let operations = row.maybe(10, |row, column| {
        let signed: SignedTransaction = borsh::from_slice(row.bytes(column)?)
            .map_err(|error| HistoryError::Damaged(format!("a transaction does not decode: {error}")))?;
        serde_json::to_value(&signed.transaction.operations)
            .map_err(|error| HistoryError::Damaged(format!("operations cannot be written: {error}")))
    })?;
    Ok(TransactionLine {
        height: Height(row.count(0)?),
        time: Timestamp(row.count(1)?),
        index: row.count(2)?,
        transaction: text(row, 3)?,
        outcome: text(row, 4)?,
        code: row.maybe(5, <[Cell] as Columns>::count)?,
        name: row.maybe(6, text)?,
        sentence: row.maybe(7, text)?,
        fee: row.amount(8)?,
        weight: row.count(9)?,
        operations: operations.unwrap_or(Json::Null),
    })
}

/// A receipt from the columns [`RECEIPT`] and its events.
pub(super) fn receipt(row: &[Cell], events: Events) -> Result<Receipt, HistoryError> {
    let hash: Hash = row.word(0)?.parse().map_err(|_| HistoryError::Damaged("a hash does not read".to_owned()))?;
    let outcome = match row.word(1)? {
        "done" => Outcome::Done,
        "internal" => Outcome::Internal,
        "rejected" => Outcome::Rejected {
            operation: row.maybe(2, |row, column| {
                u8::try_from(row.int(column)?).map_err(|_| HistoryError::OutOfRange("the place of an operation"))
            })?,
            reason: Rejection {
                code: row.number(3)?,
                name: row.word(4)?.to_owned(),
                sentence: row.word(5)?.to_owned(),
            },
        },
        other => return Err(HistoryError::Damaged(format!("{other:?} is no outcome"))),
    };
    Ok(Receipt { transaction: TransactionHash(hash), outcome, fee: row.amount(6)?, weight: row.count(7)?, events })
}

/// The events of a receipt, or of due work, in their order.
pub(super) fn events(db: &mut Db, height: i64, receipt: Option<i64>) -> Result<Events, HistoryError> {
    let mut filter = Filter::new();
    filter.add("height = ?", Cell::Int(height));
    match receipt {
        Some(position) => filter.add("receipt = ?", Cell::Int(position)),
        None => filter.conditions.push("receipt IS NULL".to_owned()),
    }
    let mut events = Events::default();
    let sql = filter.statement("SELECT module, bytes FROM events", "ORDER BY number");
    for row in db.query(&sql, &filter.parameters)? {
        events.push_bytes(module_of(&row)?, row.bytes(1)?);
    }
    Ok(events)
}

pub(super) fn module_of(row: &[Cell]) -> Result<u8, HistoryError> {
    let name = row.word(0)?;
    module_number(name).ok_or_else(|| HistoryError::Damaged(format!("{name:?} is no module")))
}
