//! Writing blocks: each with everything it did, all of a batch or nothing.

use std::collections::{BTreeMap, HashMap};

use gage_accounts::nonce;
use gage_chain::{
    Block, BlockResult, Chain, DecodedEvent, Outcome, Receipt, SignedTransaction, accounts_named, module_name,
};
use gage_crypto::{AccountId, Hash};
use gage_ledger::{Asset, AssetKind, Leg, Part, Purpose, Side};
use gage_units::{AccountNumber, AssetId, Height};

use crate::books::Books;
use crate::db::{Cell, Columns, Db};
use crate::markets::{self, Place};
use crate::rows::Rows;
use crate::tree::Tree;
use crate::words::{Readable, amount_in, number_in};
use crate::{HistoryError, schema};

/// How many names of accounts are kept between batches; others are read again.
const NAMES_KEPT_MAX: usize = 500_000;

/// A block with what it did.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// What was ordered.
    pub block: Block,
    /// What it did.
    pub result: std::sync::Arc<BlockResult>,
}

/// The one writer of a history.
pub struct Recorder {
    db: Db,
    /// The last height recorded; `None` while nothing is.
    height: Option<u64>,
    books: Books,
    numbers: HashMap<AccountId, u32>,
    tree: Tree,
}

/// The parts of a holding in the order of their columns.
const PARTS: [Part; 4] = [Part::Free, Part::Held, Part::Pledged, Part::Frozen];

impl Recorder {
    pub(crate) fn new(mut db: Db) -> Result<Recorder, HistoryError> {
        let height = last_height(&mut db)?;
        Ok(Recorder { db, height, books: Books::default(), numbers: HashMap::new(), tree: Tree::Unread })
    }

    /// The last height recorded; `None` while nothing is.
    pub fn height(&self) -> Option<Height> {
        self.height.map(Height)
    }

    /// Empties the history, so that it can be written anew.
    ///
    /// # Errors
    /// [`HistoryError::Database`].
    pub fn clear(&mut self) -> Result<(), HistoryError> {
        self.forget();
        schema::clear(&mut self.db)?;
        self.height = None;
        Ok(())
    }

    /// What was not written is not known either: it is read again.
    fn forget(&mut self) {
        self.books.forget();
        self.numbers.clear();
        self.tree = Tree::Unread;
    }

    /// Writes the state that everything begins with: accounts, assets, and what is held, as lines of purpose `opening`.
    ///
    /// # Errors
    /// [`HistoryError::NotNext`] if something is recorded already; [`HistoryError::Database`].
    pub fn begin(&mut self, chain: &Chain) -> Result<(), HistoryError> {
        let head = chain.head();
        if let Some(last) = self.height {
            return Err(HistoryError::NotNext { last, given: head.height.0 });
        }
        let mut rows = Rows::default();
        self.opening(chain, &mut rows)?;
        let height = Cell::from_u64(head.height.0, "a height")?;
        markets::opening(chain, &mut rows, &height);
        self.tree.begin(gage_chain::accumulator(chain.draft()), &mut rows)?;
        rows.balances = self.books.changes(head.height.0)?;
        rows.blocks.push(vec![
            height,
            Cell::from_u64(head.time.0, "a time")?,
            Cell::text(head.block),
            Cell::text(Hash::ZERO),
            Cell::Int(0),
            Cell::Int(0),
            Cell::Int(0),
            Cell::Null,
        ]);
        self.write(head.height.0, &rows)
    }

    /// Writes blocks that follow the last one recorded, all or none.
    ///
    /// # Errors
    /// [`HistoryError::NotNext`]; [`HistoryError::Database`], and then the last height recorded is what it was.
    pub fn record(&mut self, blocks: &[Recorded]) -> Result<(), HistoryError> {
        let Some(newest) = blocks.last() else { return Ok(()) };
        let newest = newest.result.height.0;
        let mut rows = Rows::default();
        let mut last = self.height;
        for recorded in blocks {
            let given = recorded.result.height.0;
            if last.and_then(|last| last.checked_add(1)) != Some(given) {
                self.forget();
                return Err(HistoryError::NotNext { last: last.unwrap_or(0), given });
            }
            last = Some(given);
            if let Err(error) = self.block(recorded, &mut rows) {
                self.forget();
                return Err(error);
            }
        }
        self.write(newest, &rows)
    }

    /// One write for all rows, which also makes sure that nobody else wrote since.
    fn write(&mut self, newest: u64, rows: &Rows) -> Result<(), HistoryError> {
        let expected = self.height;
        let written = self.db.atomically(|db| {
            let found = last_height(db)?;
            if found != expected {
                return Err(HistoryError::NotNext { last: found.unwrap_or(0), given: newest });
            }
            rows.write(db)
        });
        match written {
            Ok(()) => self.height = Some(newest),
            Err(error) => {
                self.forget();
                return Err(error);
            }
        }
        self.books.trim();
        if self.numbers.len() > NAMES_KEPT_MAX {
            self.numbers.clear();
        }
        Ok(())
    }

    fn opening(&mut self, chain: &Chain, rows: &mut Rows) -> Result<(), HistoryError> {
        let draft = chain.draft();
        let head = chain.head();
        let height = Cell::from_u64(head.height.0, "a height")?;
        // Modules have the numbers below the first account; not every number is taken.
        let modules = (0..FIRST_ACCOUNT).filter(|number| gage_accounts::exists(draft, AccountNumber(*number)));
        let others = (FIRST_ACCOUNT..).take_while(|number| gage_accounts::exists(draft, AccountNumber(*number)));
        for number in modules.chain(others) {
            let number = AccountNumber(number);
            let Some(id) = gage_accounts::id_of(draft, number) else { continue };
            let opened_by = gage_accounts::account(draft, number).ok().and_then(|account| account.opened_by);
            self.account(rows, number, id, opened_by, &height);
        }
        let mut from = AssetId(0);
        loop {
            let page = gage_ledger::query::assets(draft, from, 500);
            let Some(last) = page.last() else { break };
            from = AssetId(last.id.0.saturating_add(1));
            for view in &page {
                rows.assets.push(asset_row(view.id, &view.asset, &height));
            }
        }
        for ((key, balance), number) in gage_ledger::query::balances(draft).into_iter().zip(0u32..) {
            let parts = [balance.free, balance.held, balance.pledged, balance.frozen];
            for ((part, amount), leg) in PARTS.into_iter().zip(parts).zip(0u32..) {
                if amount.is_zero() {
                    continue;
                }
                let (side, item) = (Side::Credit, key.item);
                let line = Leg { account: key.account, asset: key.asset, item, part, side, amount };
                let after = self.books.post(None, &line)?;
                let mut row = vec![key.account.0.into(), key.asset.0.into(), height.clone(), number.into(), leg.into()];
                row.extend([Cell::Null, Cell::text("opening"), Cell::text("credit"), Cell::text(part.name())]);
                row.extend([amount.into(), after.into(), item_value(&line), Cell::Null]);
                rows.postings.push(row);
            }
        }
        Ok(())
    }

    fn block(&mut self, recorded: &Recorded, rows: &mut Rows) -> Result<(), HistoryError> {
        let Recorded { block, result } = recorded;
        let height = Cell::from_u64(result.height.0, "a height")?;
        let time = Cell::from_u64(block.header.time.0, "a time")?;
        let mut number = 0u32;
        for (receipt, position) in result.receipts.iter().zip(0u32..) {
            for (module, bytes) in receipt.events.iter() {
                self.event(rows, (&height, &time), number, Some(position), (module, bytes))?;
                number = number.saturating_add(1);
            }
            let place = usize::try_from(position).ok().and_then(|position| position.checked_sub(result.bundles));
            let signed = place.and_then(|place| block.transactions.get(place));
            self.transaction(rows, &height, position, receipt, signed)?;
        }
        for (module, bytes) in result.due.iter() {
            self.event(rows, (&height, &time), number, None, (module, bytes))?;
            number = number.saturating_add(1);
        }
        rows.balances.extend(self.books.changes(result.height.0)?);
        self.tree.append(&mut self.db, result.height, (&result.block, &result.events_root), rows)?;
        let count = |count: usize| u64::try_from(count).map_err(|_| HistoryError::OutOfRange("a count"));
        rows.blocks.push(vec![
            height,
            time,
            Cell::text(result.block),
            Cell::text(result.events_root),
            Cell::from_u64(count(block.transactions.len())?, "a count")?,
            Cell::from_u64(count(result.bundles)?, "a count")?,
            number.into(),
            Cell::Bytes(borsh::to_vec(&block.header).map_err(|_| HistoryError::OutOfRange("a header"))?),
        ]);
        Ok(())
    }

    fn transaction(
        &mut self,
        rows: &mut Rows,
        height: &Cell,
        position: u32,
        receipt: &Receipt,
        signed: Option<&SignedTransaction>,
    ) -> Result<(), HistoryError> {
        let (outcome, operation, reason) = match &receipt.outcome {
            Outcome::Done => ("done", None, None),
            Outcome::Rejected { operation, reason } => ("rejected", *operation, Some(reason)),
            Outcome::Internal => ("internal", None, None),
        };
        let (mut account, mut lane, mut sequence, mut operations, mut bytes) =
            (Cell::Null, Cell::Null, Cell::Null, Cell::Null, Cell::Null);
        if let Some(signed) = signed {
            let transaction = &signed.transaction;
            account = self.number_of(&transaction.account)?.into();
            lane = nonce::lane_of(transaction.nonce).into();
            sequence = Cell::from_u64(nonce::count_of(transaction.nonce), "a nonce")?;
            let text = serde_json::to_string(&transaction.operations);
            operations = text.map_or(Cell::Null, Cell::Json);
            bytes = Cell::Bytes(signed.to_bytes());
        }
        rows.transactions.push(vec![
            height.clone(),
            position.into(),
            Cell::text(receipt.transaction),
            Cell::text(if signed.is_some() { "transaction" } else { "bundle" }),
            account,
            lane,
            sequence,
            Cell::text(outcome),
            operation.map(u32::from).into(),
            reason.map(|reason| reason.code).into(),
            reason.map_or(Cell::Null, |reason| Cell::text(&reason.name)),
            reason.map_or(Cell::Null, |reason| Cell::text(&reason.sentence)),
            receipt.fee.into(),
            Cell::from_u64(receipt.weight, "a weight")?,
            Cell::from_u64(receipt.events.len() as u64, "a count")?,
            operations,
            bytes,
        ]);
        Ok(())
    }

    fn event(
        &mut self,
        rows: &mut Rows,
        (height, time): (&Cell, &Cell),
        number: u32,
        receipt: Option<u32>,
        (module, bytes): (u8, &[u8]),
    ) -> Result<(), HistoryError> {
        let read = Readable::of(module, bytes);
        let place = Place { height: height.clone(), time_ms: time.clone(), number: number.into() };
        markets::project(rows, &place, &read)?;
        match &read.event {
            Some(DecodedEvent::Ledger(gage_ledger::Event::Posted { purpose, legs, .. })) => {
                self.journal(rows, height, number, receipt, *purpose, legs)?;
            }
            Some(DecodedEvent::Ledger(gage_ledger::Event::AssetCreated { asset, record })) => {
                rows.assets.push(asset_row(*asset, record, height));
            }
            Some(DecodedEvent::Accounts(gage_accounts::Event::AccountOpened { account, id, opened_by, .. })) => {
                self.account(rows, *account, *id, *opened_by, height);
            }
            _ => {}
        }
        for account in accounts_named(&read.value) {
            rows.event_accounts.push(vec![account.0.into(), height.clone(), number.into()]);
        }
        let (kind, body) = read.parts();
        let int = |field| number_in(body, field).map_or(Cell::Null, Cell::Int);
        rows.events.push(vec![
            height.clone(),
            number.into(),
            receipt.into(),
            Cell::text(module_name(module)),
            Cell::text(kind),
            int("asset"),
            amount_in(body, "amount").map_or(Cell::Null, Cell::Amount),
            int("vault"),
            int("facility"),
            int("lot"),
            int("feed"),
            Cell::Json(body.to_string()),
            Cell::Bytes(bytes.to_vec()),
        ]);
        Ok(())
    }

    fn journal(
        &mut self,
        rows: &mut Rows,
        height: &Cell,
        number: u32,
        receipt: Option<u32>,
        purpose: Purpose,
        legs: &[Leg],
    ) -> Result<(), HistoryError> {
        let purpose = format!("{purpose:?}").to_lowercase();
        let sides = Sides::of(legs);
        for (leg, position) in legs.iter().zip(0u32..) {
            let after = self.books.post(Some(&mut self.db), leg)?;
            let side = if leg.side == Side::Debit { "debit" } else { "credit" };
            let mut row =
                vec![leg.account.0.into(), leg.asset.0.into(), height.clone(), number.into(), position.into()];
            row.extend([receipt.into(), Cell::text(&purpose), Cell::text(side), Cell::text(leg.part.name())]);
            row.extend([leg.amount.into(), after.into(), item_value(leg), sides.opposite(leg).into()]);
            rows.postings.push(row);
        }
        Ok(())
    }

    fn account(
        &mut self,
        rows: &mut Rows,
        number: AccountNumber,
        id: AccountId,
        opened_by: Option<AccountNumber>,
        height: &Cell,
    ) {
        self.numbers.insert(id, number.0);
        let opened_by = opened_by.map(|by| by.0);
        rows.accounts.push(vec![number.0.into(), Cell::text(id), opened_by.into(), height.clone()]);
    }

    /// The number of an account, if it exists.
    fn number_of(&mut self, id: &AccountId) -> Result<Option<u32>, HistoryError> {
        if let Some(number) = self.numbers.get(id) {
            return Ok(Some(*number));
        }
        let number = account_number(&mut self.db, id)?;
        if let Some(number) = number {
            self.numbers.insert(*id, number);
        }
        Ok(number)
    }
}

/// The number of the first account that is not a module's.
const FIRST_ACCOUNT: u32 = 64;

/// The number of an account, if the history knows it.
pub(crate) fn account_number(db: &mut Db, id: &AccountId) -> Result<Option<u32>, HistoryError> {
    let rows = db.query("SELECT account FROM accounts WHERE id = ?1", &[Cell::text(id)])?;
    rows.first().map(|row| row.number(0)).transpose()
}

/// The newest height; `None` while nothing is recorded.
pub(crate) fn last_height(db: &mut Db) -> Result<Option<u64>, HistoryError> {
    let rows = db.query("SELECT height FROM blocks ORDER BY height DESC LIMIT 1", &[])?;
    rows.first().map(|row| row.count(0)).transpose()
}

fn asset_row(id: AssetId, asset: &Asset, height: &Cell) -> Vec<Cell> {
    let (issuer, module) = match asset.kind {
        AssetKind::Issued { issuer } => (Some(issuer.0), None),
        AssetKind::Module(module) => (None, Some(u32::from(module))),
    };
    vec![
        id.0.into(),
        Cell::text(&asset.symbol),
        u32::from(asset.decimals).into(),
        u32::from(asset.itemised).into(),
        issuer.into(),
        module.into(),
        height.clone(),
    ]
}

fn item_value(leg: &Leg) -> Cell {
    leg.item.map_or(Cell::Null, |item| Cell::text(item.0))
}

/// Per asset and side, the first accounts there, each once; three are as good as many.
struct Sides(BTreeMap<(AssetId, bool), Vec<AccountNumber>>);

impl Sides {
    fn of(legs: &[Leg]) -> Sides {
        let mut sides = BTreeMap::<_, Vec<AccountNumber>>::new();
        for leg in legs {
            let accounts = sides.entry((leg.asset, leg.side == Side::Debit)).or_default();
            if accounts.len() < 3 && !accounts.contains(&leg.account) {
                accounts.push(leg.account);
            }
        }
        Sides(sides)
    }

    /// The account on the other side of a line, if it is one alone.
    fn opposite(&self, leg: &Leg) -> Option<u32> {
        let accounts = self.0.get(&(leg.asset, leg.side == Side::Credit))?;
        let mut others = accounts.iter().filter(|account| **account != leg.account);
        match (accounts.len(), others.next(), others.next()) {
            (..3, Some(other), None) => Some(other.0),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gage_units::Amount;

    #[test]
    fn the_other_side_is_named_where_it_is_one_alone() {
        let leg = |account, asset, debit| {
            let make = if debit { Leg::debit } else { Leg::credit };
            make(AccountNumber(account), AssetId(asset), Part::Free, Amount(1))
        };
        let of = |legs: &[Leg]| -> Vec<Option<u32>> {
            let sides = Sides::of(legs);
            legs.iter().map(|leg| sides.opposite(leg)).collect()
        };
        assert_eq!(of(&[leg(64, 1, true), leg(65, 1, false)]), [Some(65), Some(64)]);
        assert_eq!(of(&[leg(64, 1, true), leg(64, 1, false)]), [None, None], "a pledge stays with its owner");
        assert_eq!(of(&[leg(64, 1, true), leg(65, 1, false), leg(64, 1, false)]), [Some(65), Some(64), None]);
        assert_eq!(of(&[leg(64, 1, true), leg(65, 1, false), leg(66, 1, false)]), [None, Some(64), Some(64)]);
        assert_eq!(of(&[leg(64, 1, true), leg(65, 2, false)]), [None, None], "other assets are other sides");
        assert_eq!(of(&[leg(65, 1, false)]), [None], "what is minted comes from nobody");
        let many: Vec<Leg> = (64..80).map(|account| leg(account, 1, account > 64)).collect();
        assert_eq!(of(&many)[0], None);
    }
}
