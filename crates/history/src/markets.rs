//! Rows of prices, vaults and auctions: what events of those modules say, in columns.

use gage_auctions::{LotId, OwnerRef, UniformLot};
use gage_chain::{Chain, DecodedEvent, module_name, module_number};
use gage_units::{Amount, AssetId, Price, Ratio};
use gage_vaults::VaultId;

use crate::HistoryError;
use crate::db::{Cell, Columns, Db, Row};
use crate::rows::Rows;
use crate::words::{Readable, number_in};

/// Lots and vaults of one page, while the state at the beginning is read.
const PAGE: usize = 500;

/// Where an event stands.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub height: Cell,
    pub time_ms: Cell,
    pub number: Cell,
}

/// Adds what an event says of prices, vaults and auctions.
pub(crate) fn project(rows: &mut Rows, place: &Place, read: &Readable) -> Result<(), HistoryError> {
    match &read.event {
        Some(DecodedEvent::Oracle(event)) => oracle(rows, place, event),
        Some(DecodedEvent::Vaults(event)) => {
            vaults(rows, place, event, read);
            Ok(())
        }
        Some(DecodedEvent::Auctions(event)) => {
            auctions(rows, place, event);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn oracle(rows: &mut Rows, place: &Place, event: &gage_oracle::Event) -> Result<(), HistoryError> {
    if let gage_oracle::Event::PriceUpdated { feed, price, confidence, used, observed_at } = event {
        rows.prices.push(vec![
            feed.0.into(),
            place.height.clone(),
            place.number.clone(),
            place.time_ms.clone(),
            from_price(*price),
            from_price(*confidence),
            from_price(*used),
            Cell::from_u64(observed_at.0, "a time")?,
        ]);
    }
    Ok(())
}

fn from_price(price: Price) -> Cell {
    Cell::Amount(price.0)
}

/// The columns of a vault's line that events fill.
#[derive(Default)]
struct Line {
    asset: Option<AssetId>,
    collateral: Option<Amount>,
    debt: Option<Amount>,
    debt_left: Option<Amount>,
    lot: Option<LotId>,
    health: Option<Ratio>,
    health_after: Option<Ratio>,
}

fn vaults(rows: &mut Rows, place: &Place, event: &gage_vaults::Event, read: &Readable) {
    use gage_vaults::Event as E;
    let line = match event {
        E::VaultOpened { vault, facility, owner } => {
            rows.vaults.push(vault_row(*vault, facility.0, Some(owner.0), &place.height));
            Line::default()
        }
        E::Deposited { asset, amount, .. }
        | E::Withdrawn { asset, amount, .. }
        | E::CollateralKept { asset, amount, .. }
        | E::KeptClaimed { asset, amount, .. } => {
            Line { asset: Some(*asset), collateral: Some(*amount), ..Line::default() }
        }
        E::Borrowed { amount, debt, .. } | E::Repaid { amount, debt, .. } => {
            Line { debt: Some(*amount), debt_left: Some(*debt), ..Line::default() }
        }
        E::Liquidated { health, health_after, lot, asset, amount, debt, .. } => Line {
            asset: Some(*asset),
            collateral: Some(*amount),
            debt: Some(*debt),
            lot: Some(*lot),
            health: Some(*health),
            health_after: Some(*health_after),
            debt_left: None,
        },
        E::Deleveraged { lot, asset, amount, debt, .. } => Line {
            asset: Some(*asset),
            collateral: Some(*amount),
            debt: Some(*debt),
            lot: Some(*lot),
            ..Line::default()
        },
        E::AuctionRepaid { lot, amount, .. } => Line { debt: Some(*amount), lot: Some(*lot), ..Line::default() },
        E::AuctionEnded { lot, returned, shortfall, .. } => {
            Line { collateral: Some(*returned), debt: Some(*shortfall), lot: Some(*lot), ..Line::default() }
        }
        E::LossAbsorbed { debt, .. } | E::VaultSettled { debt, .. } => Line { debt: Some(*debt), ..Line::default() },
        E::BadDebtBooked { amount, .. } => Line { debt: Some(*amount), ..Line::default() },
        E::MarginCalled { health, .. } => Line { health: Some(*health), ..Line::default() },
        E::VaultRedeemed { amount, debt, health, health_after, .. } => Line {
            debt: Some(*amount),
            debt_left: Some(*debt),
            health: Some(*health),
            health_after: Some(*health_after),
            ..Line::default()
        },
        _ => Line::default(),
    };
    let (kind, body) = read.parts();
    let Some(vault) = number_in(body, "vault") else { return };
    let ratio = |ratio: Option<Ratio>| ratio.map_or(Cell::Null, |ratio| Cell::Amount(ratio.0));
    rows.vault_lines.push(vec![
        Cell::Int(vault),
        place.height.clone(),
        place.number.clone(),
        Cell::text(kind),
        line.asset.map(|asset| asset.0).into(),
        line.collateral.into(),
        line.debt.into(),
        line.debt_left.into(),
        line.lot.map_or(Cell::Null, lot_value),
        ratio(line.health),
        ratio(line.health_after),
    ]);
}

fn vault_row(vault: VaultId, facility: u32, owner: Option<u32>, height: &Cell) -> Row {
    vec![vault.0.into(), facility.into(), owner.into(), height.clone()]
}

/// Lots are counted from one, so that a number no column holds is never reached.
fn lot_value(lot: LotId) -> Cell {
    i64::try_from(lot.0).map_or(Cell::Null, Cell::Int)
}

/// What is put up, for a row of `lots`.
struct Offer {
    lot: LotId,
    style: &'static str,
    owner: OwnerRef,
    asset: AssetId,
    amount: Amount,
    want: AssetId,
    raise_max: Option<Amount>,
    start: Option<Price>,
    floor: Price,
}

impl Offer {
    fn uniform(lot: LotId, record: &UniformLot) -> Offer {
        Offer {
            lot,
            style: "uniform",
            owner: record.owner,
            asset: record.asset,
            amount: record.amount,
            want: record.want,
            raise_max: None,
            start: None,
            floor: record.floor,
        }
    }

    fn row(&self, height: &Cell) -> Row {
        vec![
            lot_value(self.lot),
            Cell::text(self.style),
            Cell::text(module_name(self.owner.module)),
            i64::try_from(self.owner.id).map_or(Cell::Null, Cell::Int),
            self.asset.0.into(),
            self.amount.into(),
            self.want.0.into(),
            self.raise_max.into(),
            self.start.map_or(Cell::Null, from_price),
            from_price(self.floor),
            height.clone(),
        ]
    }
}

fn auctions(rows: &mut Rows, place: &Place, event: &gage_auctions::Event) {
    use gage_auctions::Event as E;
    let (height, number) = (&place.height, &place.number);
    match event {
        E::LotOpened { lot, owner, asset, amount, want, raise_max, start, floor } => {
            // The largest number means that all is to be sold.
            let raise_max = Some(*raise_max).filter(|most| *most != Amount::MAX);
            let (owner, asset, amount, want) = (*owner, *asset, *amount, *want);
            let (start, floor) = (Some(*start), *floor);
            let offer = Offer { lot: *lot, style: "dutch", owner, asset, amount, want, raise_max, start, floor };
            rows.lots.push(offer.row(height));
        }
        E::UniformOpened { lot, record } => rows.lots.push(Offer::uniform(*lot, record).row(height)),
        E::LotTaken { lot, taker, taken, price, payment, .. } => {
            let mut row = vec![lot_value(*lot), height.clone(), number.clone(), taker.0.into()];
            row.extend([(*taken).into(), from_price(*price), (*payment).into()]);
            rows.takes.push(row);
        }
        E::BidFilled { lot, bidder, amount, payment, .. } => {
            let mut row = vec![lot_value(*lot), height.clone(), number.clone(), bidder.0.into()];
            row.extend([(*amount).into(), Cell::Null, (*payment).into()]);
            rows.takes.push(row);
        }
        E::LotClosed { lot, remainder, remainder_to, raised }
        | E::UniformClosed { lot, remainder, remainder_to, raised } => {
            let mut row = vec![lot_value(*lot), height.clone(), number.clone()];
            row.extend([(*remainder).into(), remainder_to.0.into(), (*raised).into()]);
            rows.lot_ends.push(row);
        }
        _ => {}
    }
}

/// Vaults and lots that are there when a history begins.
pub(crate) fn opening(chain: &Chain, rows: &mut Rows, height: &Cell) {
    let draft = chain.draft();
    let mut last = None;
    // A vault that cannot be valued ends the list; none is open at a genesis.
    while let Ok(page) = gage_vaults::query::vaults(draft, last, PAGE) {
        let Some(end) = page.last() else { break };
        last = Some(end.id);
        for vault in &page {
            let owner = vault.owner.and_then(|id| gage_accounts::resolve(draft, &id).ok());
            rows.vaults.push(vault_row(vault.id, vault.facility.0, owner.map(|owner| owner.0), height));
        }
    }
    let (mut last, time) = (None, chain.head().time);
    while let Ok(page) = gage_auctions::query::lots(draft, last, PAGE, time) {
        let Some(end) = page.last() else { break };
        last = Some(end.id);
        for view in &page {
            let lot = &view.lot;
            let offer = Offer {
                lot: view.id,
                style: "dutch",
                owner: lot.owner,
                asset: lot.asset,
                amount: lot.amount,
                want: lot.want,
                raise_max: Some(lot.raise_max).filter(|most| *most != Amount::MAX),
                start: Some(lot.start),
                floor: lot.floor,
            };
            rows.lots.push(offer.row(height));
        }
    }
    let mut last = None;
    loop {
        let page = gage_auctions::query::uniform_lots(draft, last, PAGE);
        let Some((end, _)) = page.last() else { break };
        last = Some(*end);
        rows.lots.extend(page.iter().map(|(id, lot)| Offer::uniform(*id, lot).row(height)));
    }
}

/// Fills the tables of an older history from the events that it has.
pub(crate) fn fill(db: &mut Db) -> Result<(), HistoryError> {
    const STEP: i64 = 5_000;
    let sql = "SELECT e.module, e.bytes, e.height, b.time_ms, e.number FROM events e JOIN blocks b ON b.height = e.height \
               WHERE e.height >= ?1 AND e.height < ?2 AND e.module IN ('oracle', 'vaults', 'auctions') \
               ORDER BY e.height, e.number";
    let edges = db.query("SELECT height FROM blocks ORDER BY height LIMIT 1", &[])?;
    let Some(mut from) = edges.first().map(|row| row.int(0)).transpose()? else { return Ok(()) };
    let last = db.query("SELECT height FROM blocks ORDER BY height DESC LIMIT 1", &[])?;
    let last = last.first().map_or(Ok(from), |row| row.int(0))?;
    while from <= last {
        let mut rows = Rows::default();
        let until = from.saturating_add(STEP);
        for row in db.query(sql, &[Cell::Int(from), Cell::Int(until)])? {
            let module = module_number(row.word(0)?).unwrap_or_default();
            let [_, _, height, time_ms, number] = row.as_slice() else { continue };
            let place = Place { height: height.clone(), time_ms: time_ms.clone(), number: number.clone() };
            project(&mut rows, &place, &Readable::of(module, row.bytes(1)?))?;
        }
        rows.write(db)?;
        from = until;
    }
    Ok(())
}
