//! What the agents and the report know of the ledger: the vaults as last read, and the events of each
//! block, as anyone who follows the public API could.

use std::collections::BTreeMap;

use gage_chain::DecodedEvent;
use gage_units::{AccountNumber, Amount, Price};
use gage_vaults::VaultId;
use gage_vaults::query::VaultView;

use crate::report::AuctionRow;

/// A vault as the last full read tells it, and events since.
#[derive(Clone, Copy, Debug, Default)]
pub struct VaultBook {
    /// Pledged and not in a lot.
    pub collateral: Amount,
    /// Owed and not in a lot; below zero only between the events of one block.
    pub debt: i128,
}

impl VaultBook {
    /// Owed and not in a lot.
    pub fn owed(&self) -> Amount {
        Amount(u128::try_from(self.debt).unwrap_or(0))
    }
}

/// A take that was executed.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// By whom.
    pub taker: AccountNumber,
    /// How much collateral.
    pub amount: Amount,
    /// For how much.
    pub payment: Amount,
}

/// The books of a run.
#[derive(Default)]
pub struct Books {
    /// By the number of the vault.
    pub vaults: BTreeMap<VaultId, VaultBook>,
    /// Owner of each vault that was opened.
    pub owners: BTreeMap<AccountNumber, VaultId>,
    /// Rows by lot.
    pub auctions: BTreeMap<u64, AuctionRow>,
    /// Of the present block.
    pub taken: Vec<Taken>,
    /// Executed top-ups, by vault, of the present block.
    pub deposited: Vec<(VaultId, Amount)>,
    /// Sums per bearer: pool, curator, surplus.
    pub borne: [Amount; 3],
    /// Collateral the pool got for what it bore.
    pub pool_collateral: Amount,
    /// Collateral that went to the surplus.
    pub surplus_collateral: Amount,
    /// Bad debt booked, and bad debt that fees healed.
    pub booked: Amount,
    /// Bad debt that fees healed since.
    pub healed: Amount,
    /// Debt sent to auction.
    pub debt_liquidated: Amount,
    /// Vaults liquidated at least once.
    pub liquidated: std::collections::BTreeSet<VaultId>,
    /// Payments of takers.
    pub raised: Amount,
    /// Collateral sold.
    pub sold: Amount,
    last_lot: BTreeMap<VaultId, u64>,
}

impl Books {
    /// Forgets the lists of the last block.
    pub fn begin_block(&mut self) {
        self.taken.clear();
        self.deposited.clear();
    }

    /// Writes one event of a block at `time_ms`.
    pub fn write(&mut self, event: &DecodedEvent, time_ms: u64) {
        match event {
            DecodedEvent::Vaults(event) => self.write_vaults(event, time_ms),
            DecodedEvent::Auctions(event) => self.write_auctions(event, time_ms),
            DecodedEvent::Backstop(gage_backstop::Event::LossAbsorbed { record, .. }) => self.write_loss(record),
            _ => {}
        }
    }

    /// Takes over what a full read of the vaults says, interest included.
    pub fn refresh(&mut self, views: &[VaultView]) {
        for view in views {
            let collateral = view.positions.iter().fold(0, |sum, position| sum + position.amount.0);
            self.vaults.insert(view.id, VaultBook { collateral: Amount(collateral), debt: signed(view.debt) });
        }
    }

    /// Whether a vault is known and owes something.
    pub fn has_debt(&self, vault: Option<VaultId>) -> bool {
        vault.and_then(|vault| self.vaults.get(&vault)).is_some_and(|vault| vault.debt > 0)
    }

    /// Sums over vaults: with debt, debt, collateral.
    pub fn sums(&self) -> (u64, u128, u128) {
        self.vaults.values().fold((0, 0, 0), |(count, debt, collateral), vault| {
            (count + u64::from(vault.debt > 0), debt + vault.owed().0, collateral + vault.collateral.0)
        })
    }

    fn write_vaults(&mut self, event: &gage_vaults::Event, time_ms: u64) {
        use gage_vaults::Event as E;
        match event {
            E::VaultOpened { vault, owner, .. } => {
                self.owners.insert(*owner, *vault);
                self.vaults.insert(*vault, VaultBook::default());
            }
            E::Deposited { vault, amount, .. } => {
                let book = self.vaults.entry(*vault).or_default();
                book.collateral.0 += amount.0;
                self.deposited.push((*vault, *amount));
            }
            E::Withdrawn { vault, amount, .. } => {
                let book = self.vaults.entry(*vault).or_default();
                book.collateral.0 = book.collateral.0.saturating_sub(amount.0);
            }
            E::Borrowed { vault, debt, .. } | E::Repaid { vault, debt, .. } => {
                self.vaults.entry(*vault).or_default().debt = signed(*debt);
            }
            E::Liquidated { vault, lot, amount, debt, .. } => {
                let book = self.vaults.entry(*vault).or_default();
                book.collateral.0 = book.collateral.0.saturating_sub(amount.0);
                book.debt -= signed(*debt);
                self.debt_liquidated.0 += debt.0;
                self.liquidated.insert(*vault);
                self.last_lot.insert(*vault, lot.0);
                let row = AuctionRow {
                    lot: lot.0,
                    vault: u64::from(vault.0),
                    opened_ms: time_ms,
                    collateral: units(*amount),
                    debt: units(*debt),
                    ..AuctionRow::default()
                };
                self.auctions.insert(lot.0, row);
            }
            E::AuctionEnded { vault, lot, returned, shortfall } => {
                let book = self.vaults.entry(*vault).or_default();
                book.collateral.0 += returned.0;
                // What the waterfall took over of it is told by the loss's own event.
                book.debt += signed(*shortfall);
                if let Some(row) = self.auctions.get_mut(&lot.0) {
                    row.closed_ms = Some(time_ms);
                }
            }
            E::LossAbsorbed { vault, debt, covered, uncovered } => {
                self.vaults.entry(*vault).or_default().debt -= signed(*debt);
                if let Some(row) = self.last_lot.get(vault).and_then(|lot| self.auctions.get_mut(lot)) {
                    row.covered += units(*covered);
                    row.bad_debt += units(*uncovered);
                }
            }
            E::BadDebtBooked { amount, .. } => self.booked.0 += amount.0,
            E::InterestAccrued { healed, .. } => self.healed.0 += healed.0,
            _ => {}
        }
    }

    fn write_auctions(&mut self, event: &gage_auctions::Event, time_ms: u64) {
        use gage_auctions::Event as E;
        match event {
            E::LotTaken { lot, taker, taken, payment, raised, .. } => {
                self.taken.push(Taken { taker: *taker, amount: *taken, payment: *payment });
                self.raised.0 += payment.0;
                self.sold.0 += taken.0;
                if let Some(row) = self.auctions.get_mut(&lot.0) {
                    row.takes += 1;
                    row.raised = units(*raised);
                }
            }
            E::LotRestarted { lot, restarts, .. } => {
                if let Some(row) = self.auctions.get_mut(&lot.0) {
                    row.restarts = *restarts;
                }
            }
            E::LotClosed { lot, remainder, .. } => {
                if let Some(row) = self.auctions.get_mut(&lot.0) {
                    row.collateral_left = units(*remainder);
                    row.closed_ms = Some(time_ms);
                }
            }
            // The demo has no uniform-price lots.
            _ => {}
        }
    }

    fn write_loss(&mut self, receipt: &gage_backstop::Receipt) {
        use gage_backstop::StepKind as K;
        for bearing in &receipt.bearings {
            let step = match bearing.kind {
                K::StabilityPool => 0,
                K::CuratorFirstLoss => 1,
                K::SurplusBuffer => 2,
                // The demo's waterfall has these three steps; what lots raised is counted at their takes.
                _ => continue,
            };
            self.borne[step].0 += bearing.amount.0;
            if step == 0 {
                self.pool_collateral.0 += bearing.collateral.iter().map(|holding| holding.amount.0).sum::<u128>();
            }
        }
        self.surplus_collateral.0 += receipt.to_surplus.iter().map(|holding| holding.amount.0).sum::<u128>();
    }
}

fn signed(amount: Amount) -> i128 {
    i128::try_from(amount.0).unwrap_or(i128::MAX)
}

/// Whole units, for people.
pub fn units(amount: Amount) -> f64 {
    amount.0 as f64 / Price::ONE.0 as f64
}
