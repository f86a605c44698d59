//! Statements of accounts: what was there, what moved, what is there then.

use gage_crypto::AccountId;
use gage_units::{Amount, AssetId, Height, Timestamp};
use serde::Serialize;

use super::{Filter, Page, PageAsked, Span, heights};
use crate::HistoryError;
use crate::books::balance;
use crate::db::{Cell, Columns, Db, Row};
use crate::history::History;
use crate::recorder::account_number;

/// The most assets of a statement over all assets.
const ASSETS_MAX: usize = 1_000;

/// Which statement.
#[derive(Clone, Debug)]
pub struct StatementAsked {
    /// Of which asset; of all without one.
    pub asset: Option<AssetId>,
    /// Over which time.
    pub span: Span,
    /// Which of its lines.
    pub page: PageAsked,
}

/// A statement: opening balances plus its lines, over all pages, are its closing balances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Whose.
    pub account: AccountId,
    /// What was there before the first block of the range, by asset.
    pub opening: Vec<Standing>,
    /// What is there after its last block, by asset.
    pub closing: Vec<Standing>,
    /// The lines, the oldest first.
    pub items: Vec<StatementLine>,
    /// The cursor of the next page of lines; null at the end.
    pub next: Option<String>,
}

/// What an account has of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Of what.
    pub asset: AssetId,
    /// Its symbol.
    pub symbol: String,
    /// Its decimals.
    pub decimals: u32,
    /// At the owner's disposal.
    pub free: Amount,
    /// Set aside by holds.
    pub held: Amount,
    /// Marked as collateral.
    pub pledged: Amount,
    /// Immobilised.
    pub frozen: Amount,
    /// All four together.
    pub total: Amount,
}

/// One line: a posting to one part of a holding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementLine {
    /// The block.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// The number of the journal's event in the block.
    pub number: u64,
    /// The place of the line in its journal.
    pub leg: u64,
    /// The transaction or bundle; null for due work and for what was there at the beginning.
    pub transaction: Option<String>,
    /// Why it moved: `transfer`, `mint`, `pledge`, and so on; `opening` for what was there at the beginning.
    pub purpose: String,
    /// What moved.
    pub asset: AssetId,
    /// Its symbol.
    pub symbol: String,
    /// Its decimals.
    pub decimals: u32,
    /// `free`, `held`, `pledged` or `frozen`.
    pub part: String,
    /// `debit`: taken from the part; `credit`: added to it.
    pub side: String,
    /// How much.
    pub amount: Amount,
    /// What the part holds after it.
    pub balance: Amount,
    /// Which thing, for an itemised asset.
    pub item: Option<String>,
    /// The account on the other side, where it is one alone.
    pub other: Option<String>,
}

impl History {
    /// The statement of an account; `None` if the history does not know the account.
    ///
    /// # Errors
    /// [`HistoryError::TooMuch`] over all assets if there are too many; [`HistoryError::BadCursor`].
    pub fn statement(&self, account: &AccountId, asked: &StatementAsked) -> Result<Option<Statement>, HistoryError> {
        self.read(|db| {
            let Some(number) = account_number(db, account)? else { return Ok(None) };
            let Some(range) = heights(db, &asked.span)? else {
                // Nothing is recorded in the range: what was there before it is there after it.
                let before = before(db, &asked.span)?;
                let standing = standing(db, number, asked.asset, before)?;
                let (account, opening) = (*account, standing.clone());
                return Ok(Some(Statement { account, opening, closing: standing, items: Vec::new(), next: None }));
            };
            let Page { items, next } = lines(db, number, asked, range)?;
            Ok(Some(Statement {
                account: *account,
                opening: standing(db, number, asked.asset, range.0.saturating_sub(1))?,
                closing: standing(db, number, asked.asset, range.1)?,
                items,
                next,
            }))
        })
    }
}

/// The last height before a range that holds no block.
fn before(db: &mut Db, span: &Span) -> Result<i64, HistoryError> {
    let edge = span.from.or(span.to);
    let earlier = heights(db, &Span { from: None, to: edge })?;
    Ok(earlier.map_or(-1, |(_, last)| last))
}

fn standing(db: &mut Db, account: u32, asset: Option<AssetId>, height: i64) -> Result<Vec<Standing>, HistoryError> {
    let mut filter = Filter::new();
    filter.add("x.account = ?", account.into());
    filter.add(
        "x.height = (SELECT max(y.height) FROM balances y \
         WHERE y.account = x.account AND y.asset = x.asset AND y.height <= ?)",
        Cell::Int(height),
    );
    if let Some(asset) = asset {
        filter.add("x.asset = ?", asset.0.into());
    }
    let select = "SELECT x.asset, s.symbol, s.decimals, x.free, x.held, x.pledged, x.frozen \
                  FROM balances x JOIN assets s ON s.asset = x.asset";
    let limit = ASSETS_MAX.saturating_add(1);
    let sql = filter.statement(select, &format!("ORDER BY x.asset LIMIT {limit}"));
    let rows = db.query(&sql, &filter.parameters)?;
    if rows.len() > ASSETS_MAX {
        return Err(HistoryError::TooMuch(
            "the account has had too many assets for one statement: name one with `asset`",
        ));
    }
    let standing = |row: &Row| -> Result<Standing, HistoryError> {
        let parts = balance(row, 3)?;
        let total = parts.total().map_err(|_| HistoryError::OutOfRange("the sum of a holding"))?;
        Ok(Standing {
            asset: AssetId(row.number(0)?),
            symbol: row.word(1)?.to_owned(),
            decimals: row.number(2)?,
            free: parts.free,
            held: parts.held,
            pledged: parts.pledged,
            frozen: parts.frozen,
            total,
        })
    };
    let all: Vec<Standing> = rows.iter().map(standing).collect::<Result<_, _>>()?;
    Ok(all.into_iter().filter(|standing| !standing.total.is_zero()).collect())
}

fn lines(
    db: &mut Db,
    account: u32,
    asked: &StatementAsked,
    range: (i64, i64),
) -> Result<Page<StatementLine>, HistoryError> {
    let mut filter = Filter::new();
    filter.add("p.account = ?", account.into());
    if let Some(asset) = asked.asset {
        filter.add("p.asset = ?", asset.0.into());
    }
    filter.between("p.height", range);
    if let Some(place) = asked.page.after::<3>()? {
        filter.after("p.height, p.number, p.leg", &place);
    }
    let select = "SELECT p.height, b.time_ms, p.number, p.leg, t.hash, p.purpose, p.asset, s.symbol, s.decimals, p.part, \
                  p.side, p.amount, p.balance, p.item, o.id \
                  FROM postings p JOIN blocks b ON b.height = p.height JOIN assets s ON s.asset = p.asset \
                  LEFT JOIN accounts o ON o.account = p.other \
                  LEFT JOIN transactions t ON t.height = p.height AND t.position = p.receipt";
    filter.parameters.push(Cell::Int(asked.page.limit()));
    let rest = format!("ORDER BY p.height, p.number, p.leg LIMIT ?{}", filter.parameters.len());
    let rows = db.query(&filter.statement(select, &rest), &filter.parameters)?;
    let items = rows.iter().map(line).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::of(items, &asked.page, |line| format!("{}.{}.{}", line.height, line.number, line.leg)))
}

fn line(row: &Row) -> Result<StatementLine, HistoryError> {
    let text = |row: &[Cell], column: usize| row.word(column).map(str::to_owned);
    Ok(StatementLine {
        height: Height(row.count(0)?),
        time: Timestamp(row.count(1)?),
        number: row.count(2)?,
        leg: row.count(3)?,
        transaction: row.maybe(4, text)?,
        purpose: text(row, 5)?,
        asset: AssetId(row.number(6)?),
        symbol: text(row, 7)?,
        decimals: row.number(8)?,
        part: text(row, 9)?,
        side: text(row, 10)?,
        amount: row.amount(11)?,
        balance: row.amount(12)?,
        item: row.maybe(13, text)?,
        other: row.maybe(14, text)?,
    })
}
