//! Prices, vaults and auctions of the past.

use gage_chain::{module_number, readable_event};
use gage_units::{Amount, AssetId, Height, Price, Ratio, Timestamp};
use serde::Serialize;
use serde_json::Value as Json;

use super::{Filter, Page, PageAsked, Span, heights};
use crate::HistoryError;
use crate::db::{Cell, Columns, Db, Row};
use crate::history::History;

/// The most prices that one page of candles is made of.
const PRICES_MAX: usize = 200_000;

/// The price of a feed in an interval: the price in use as blocks saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candle {
    /// When the interval begins: a multiple of it since 1970.
    pub time: Timestamp,
    /// The first price.
    pub open: Price,
    /// The highest.
    pub high: Price,
    /// The lowest.
    pub low: Price,
    /// The last.
    pub close: Price,
    /// How many prices there were. Intervals without any are left out.
    pub updates: u64,
}

/// A vault with what happened to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VaultHistory {
    /// The vault.
    pub vault: u64,
    /// Of which facility.
    pub facility: u64,
    /// Whose.
    pub owner: Option<String>,
    /// The block it was opened in, or the one this history begins with.
    pub opened: Height,
    /// What happened, the oldest first.
    pub items: Vec<VaultLine>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// One thing that happened to a vault.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VaultLine {
    /// The block.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// The event's number in the block.
    pub number: u64,
    /// The transaction or bundle; null for due work.
    pub transaction: Option<String>,
    /// What: `deposited`, `borrowed`, `liquidated`, and so on.
    pub kind: String,
    /// Which collateral, if one alone.
    pub asset: Option<AssetId>,
    /// How much collateral moved, if of one asset.
    pub collateral: Option<Amount>,
    /// How much debt moved.
    pub debt: Option<Amount>,
    /// All debt after it, where the event tells.
    pub debt_left: Option<Amount>,
    /// The lot at auction.
    pub lot: Option<u64>,
    /// The vault's health before, where the event tells.
    pub health: Option<Ratio>,
    /// And after.
    pub health_after: Option<Ratio>,
    /// The event with all its fields.
    pub event: Json,
}

/// Which lots.
#[derive(Clone, Debug)]
pub struct LotsAsked {
    /// Only those sold for this vault.
    pub vault: Option<u64>,
    /// Only those that sell this asset.
    pub asset: Option<AssetId>,
    /// Only those opened in this time.
    pub span: Span,
    /// Which of them.
    pub page: PageAsked,
}

/// A lot, open or over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LotLine {
    /// The lot.
    pub lot: u64,
    /// `dutch`: at falling prices; `uniform`: at one price for all.
    pub style: String,
    /// The module for which it is sold.
    pub module: String,
    /// The record of that module: a vault's number for `vaults`.
    pub record: u64,
    /// What is sold.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// What is paid.
    pub want: AssetId,
    /// When enough is raised; null if all is to be sold.
    pub raise_max: Option<Amount>,
    /// The first price of the first round.
    pub start: Option<Price>,
    /// The least price of the first round.
    pub floor: Price,
    /// The block it was opened in.
    pub opened: Height,
    /// That block's time.
    pub opened_at: Timestamp,
    /// The block it ended in; null while it is open.
    pub closed: Option<Height>,
    /// That block's time.
    pub closed_at: Option<Timestamp>,
    /// How many takes there were.
    pub takes: u64,
    /// What was sold in all.
    pub taken: Amount,
    /// What was paid in all.
    pub paid: Amount,
    /// What was not sold; null while it is open.
    pub remainder: Option<Amount>,
}

/// A part of a lot that somebody bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakeLine {
    /// The block.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// The event's number in the block.
    pub number: u64,
    /// The transaction; null where a clearing filled a bid.
    pub transaction: Option<String>,
    /// Who bought.
    pub taker: Option<String>,
    /// How much.
    pub taken: Amount,
    /// At which price; null where a clearing filled a bid at the one price for all.
    pub price: Option<Price>,
    /// What he paid.
    pub payment: Amount,
}

/// A lot with its takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LotHistory {
    /// The lot.
    pub lot: LotLine,
    /// Who bought what, the oldest first.
    pub items: Vec<TakeLine>,
    /// The cursor of the next page of takes; null at the end.
    pub next: Option<String>,
}

const LOT: &str = "SELECT l.lot, l.style, l.module, l.record, l.asset, l.amount, l.want, l.raise_max, l.start_price, \
                   l.floor_price, l.opened_height, o.time_ms, e.height, c.time_ms, \
                   (SELECT count(*) FROM takes t WHERE t.lot = l.lot), \
                   (SELECT decimal_sum(t.taken) FROM takes t WHERE t.lot = l.lot), \
                   (SELECT decimal_sum(t.payment) FROM takes t WHERE t.lot = l.lot), e.remainder \
                   FROM lots l JOIN blocks o ON o.height = l.opened_height \
                   LEFT JOIN lot_ends e ON e.lot = l.lot LEFT JOIN blocks c ON c.height = e.height";

impl History {
    /// Candles of a feed. The cursor is the time at which the next page begins.
    ///
    /// # Errors
    /// [`HistoryError::TooMuch`] if a page would be made of too many prices; [`HistoryError::BadCursor`].
    pub fn candles(
        &self,
        feed: u32,
        interval_ms: u64,
        span: &Span,
        page: &PageAsked,
    ) -> Result<Page<Candle>, HistoryError> {
        let interval = interval_ms.max(1);
        let column = |time: u64| Cell::Int(i64::try_from(time).unwrap_or(i64::MAX));
        let mut filter = Filter::new();
        filter.add("feed = ?", feed.into());
        if let Some(from) = span.from {
            filter.add("time_ms >= ?", column(from.0));
        }
        if let Some(to) = span.to {
            filter.add("time_ms < ?", column(to.0));
        }
        if let Some([from]) = page.after::<1>()? {
            filter.add("time_ms >= ?", Cell::Int(from));
        }
        let rest = format!("ORDER BY time_ms, height, number LIMIT {}", PRICES_MAX.saturating_add(1));
        let sql = filter.statement("SELECT time_ms, used FROM prices", &rest);
        let (mut candles, mut next, mut count) = (Vec::<Candle>::new(), None, 0usize);
        self.read(|db| {
            db.each(&sql, &filter.parameters, &mut |row| {
                count = count.saturating_add(1);
                let (time, price) = (row.count(0)?, Price(row.amount(1)?.0));
                let start = Timestamp(time - time % interval);
                if next.is_some() {
                    return Ok(());
                }
                let full = candles.len() >= page.limit;
                match candles.last_mut() {
                    Some(candle) if candle.time == start => {
                        candle.high = candle.high.max(price);
                        candle.low = candle.low.min(price);
                        candle.close = price;
                        candle.updates = candle.updates.saturating_add(1);
                    }
                    _ if full => next = Some(start.0.to_string()),
                    _ => candles.push(Candle {
                        time: start,
                        open: price,
                        high: price,
                        low: price,
                        close: price,
                        updates: 1,
                    }),
                }
                Ok(())
            })
        })?;
        if next.is_none() && count > PRICES_MAX {
            return Err(HistoryError::TooMuch(
                "these candles are made of too many prices: ask for fewer of them, or for a shorter interval",
            ));
        }
        Ok(Page { items: candles, next })
    }

    /// A vault with what happened to it; `None` if the history does not know it.
    ///
    /// # Errors
    /// [`HistoryError::BadCursor`]; [`HistoryError::Database`].
    pub fn vault_history(
        &self,
        vault: u32,
        span: &Span,
        page: &PageAsked,
    ) -> Result<Option<VaultHistory>, HistoryError> {
        self.read(|db| {
            let sql = "SELECT v.facility, a.id, v.opened_height FROM vaults v \
                       LEFT JOIN accounts a ON a.account = v.owner WHERE v.vault = ?1";
            let rows = db.query(sql, &[vault.into()])?;
            let Some(found) = rows.first() else { return Ok(None) };
            let Page { items, next } = match heights(db, span)? {
                Some(range) => vault_lines(db, vault, range, page)?,
                None => Page { items: Vec::new(), next: None },
            };
            Ok(Some(VaultHistory {
                vault: u64::from(vault),
                facility: found.count(0)?,
                owner: found.maybe(1, text)?,
                opened: Height(found.count(2)?),
                items,
                next,
            }))
        })
    }

    /// Lots by their numbers.
    ///
    /// # Errors
    /// [`HistoryError::BadCursor`]; [`HistoryError::Database`].
    pub fn lots(&self, asked: &LotsAsked) -> Result<Page<LotLine>, HistoryError> {
        self.read(|db| {
            let Some(range) = heights(db, &asked.span)? else { return Ok(Page { items: Vec::new(), next: None }) };
            let mut filter = Filter::new();
            if let Some(vault) = asked.vault {
                filter.add("l.module = 'vaults' AND l.record = ?", Cell::from_u64(vault, "a number")?);
            }
            if let Some(asset) = asked.asset {
                filter.add("l.asset = ?", asset.0.into());
            }
            filter.between("l.opened_height", range);
            if let Some([last]) = asked.page.after::<1>()? {
                filter.add("l.lot > ?", Cell::Int(last));
            }
            filter.parameters.push(Cell::Int(asked.page.limit()));
            let rest = format!("ORDER BY l.lot LIMIT ?{}", filter.parameters.len());
            let rows = db.query(&filter.statement(LOT, &rest), &filter.parameters)?;
            let items = rows.iter().map(lot_line).collect::<Result<Vec<_>, _>>()?;
            Ok(Page::of(items, &asked.page, |line| line.lot.to_string()))
        })
    }

    /// A lot with its takes; `None` if the history does not know it.
    ///
    /// # Errors
    /// [`HistoryError::BadCursor`]; [`HistoryError::Database`].
    pub fn lot_history(&self, lot: u64, page: &PageAsked) -> Result<Option<LotHistory>, HistoryError> {
        self.read(|db| {
            let number = Cell::from_u64(lot, "a number")?;
            let rows = db.query(&format!("{LOT} WHERE l.lot = ?1"), std::slice::from_ref(&number))?;
            let Some(row) = rows.first() else { return Ok(None) };
            let lot = lot_line(row)?;
            let mut filter = Filter::new();
            filter.add("t.lot = ?", number);
            if let Some(place) = page.after::<2>()? {
                filter.after("t.height, t.number", &place);
            }
            let select = "SELECT t.height, b.time_ms, t.number, x.hash, a.id, t.taken, t.price, t.payment FROM takes t \
                          JOIN blocks b ON b.height = t.height LEFT JOIN accounts a ON a.account = t.taker \
                          LEFT JOIN events e ON e.height = t.height AND e.number = t.number \
                          LEFT JOIN transactions x ON x.height = t.height AND x.position = e.receipt";
            filter.parameters.push(Cell::Int(page.limit()));
            let rest = format!("ORDER BY t.height, t.number LIMIT ?{}", filter.parameters.len());
            let rows = db.query(&filter.statement(select, &rest), &filter.parameters)?;
            let items = rows.iter().map(take_line).collect::<Result<Vec<_>, _>>()?;
            let Page { items, next } = Page::of(items, page, |line| format!("{}.{}", line.height, line.number));
            Ok(Some(LotHistory { lot, items, next }))
        })
    }
}

fn text(row: &[Cell], column: usize) -> Result<String, HistoryError> {
    row.word(column).map(str::to_owned)
}

fn price(row: &[Cell], column: usize) -> Result<Price, HistoryError> {
    row.amount(column).map(|amount| Price(amount.0))
}

fn vault_lines(db: &mut Db, vault: u32, range: (i64, i64), page: &PageAsked) -> Result<Page<VaultLine>, HistoryError> {
    let mut filter = Filter::new();
    filter.add("l.vault = ?", vault.into());
    filter.between("l.height", range);
    if let Some(place) = page.after::<2>()? {
        filter.after("l.height, l.number", &place);
    }
    let select = "SELECT l.height, b.time_ms, l.number, t.hash, l.kind, l.asset, l.collateral, l.debt, l.debt_left, l.lot, \
                  l.health, l.health_after, e.module, e.bytes FROM vault_lines l JOIN blocks b ON b.height = l.height \
                  JOIN events e ON e.height = l.height AND e.number = l.number \
                  LEFT JOIN transactions t ON t.height = l.height AND t.position = e.receipt";
    filter.parameters.push(Cell::Int(page.limit()));
    let rest = format!("ORDER BY l.height, l.number LIMIT ?{}", filter.parameters.len());
    let rows = db.query(&filter.statement(select, &rest), &filter.parameters)?;
    let items = rows.iter().map(vault_line).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::of(items, page, |line| format!("{}.{}", line.height, line.number)))
}

fn vault_line(row: &Row) -> Result<VaultLine, HistoryError> {
    let ratio = |row: &[Cell], column: usize| row.amount(column).map(|amount| Ratio(amount.0));
    Ok(VaultLine {
        height: Height(row.count(0)?),
        time: Timestamp(row.count(1)?),
        number: row.count(2)?,
        transaction: row.maybe(3, text)?,
        kind: text(row, 4)?,
        asset: row.maybe(5, |row, column| row.number(column).map(AssetId))?,
        collateral: row.maybe(6, <[Cell] as Columns>::amount)?,
        debt: row.maybe(7, <[Cell] as Columns>::amount)?,
        debt_left: row.maybe(8, <[Cell] as Columns>::amount)?,
        lot: row.maybe(9, <[Cell] as Columns>::count)?,
        health: row.maybe(10, ratio)?,
        health_after: row.maybe(11, ratio)?,
        event: readable_event(module_number(row.word(12)?).unwrap_or_default(), row.bytes(13)?),
    })
}

fn lot_line(row: &Row) -> Result<LotLine, HistoryError> {
    Ok(LotLine {
        lot: row.count(0)?,
        style: text(row, 1)?,
        module: text(row, 2)?,
        record: row.count(3)?,
        asset: AssetId(row.number(4)?),
        amount: row.amount(5)?,
        want: AssetId(row.number(6)?),
        raise_max: row.maybe(7, <[Cell] as Columns>::amount)?,
        start: row.maybe(8, price)?,
        floor: price(row, 9)?,
        opened: Height(row.count(10)?),
        opened_at: Timestamp(row.count(11)?),
        closed: row.maybe(12, |row, column| row.count(column).map(Height))?,
        closed_at: row.maybe(13, |row, column| row.count(column).map(Timestamp))?,
        takes: row.count(14)?,
        taken: row.maybe(15, <[Cell] as Columns>::amount)?.unwrap_or_default(),
        paid: row.maybe(16, <[Cell] as Columns>::amount)?.unwrap_or_default(),
        remainder: row.maybe(17, <[Cell] as Columns>::amount)?,
    })
}

fn take_line(row: &Row) -> Result<TakeLine, HistoryError> {
    Ok(TakeLine {
        height: Height(row.count(0)?),
        time: Timestamp(row.count(1)?),
        number: row.count(2)?,
        transaction: row.maybe(3, text)?,
        taker: row.maybe(4, text)?,
        taken: row.amount(5)?,
        price: row.maybe(6, price)?,
        payment: row.amount(7)?,
    })
}
