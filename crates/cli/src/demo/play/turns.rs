//! Whose turn it is in a block, what each decides, and what is booked once it was executed.

use gage_agents::liquidator::{self, Offer};
use gage_agents::market::Depth;
use gage_agents::path::Tick;
use gage_agents::{borrower, depositor};
use gage_chain::{Operation, SignedTransaction};
use gage_client::Signer;
use gage_ledger::operations::Payment;
use gage_units::{Amount, Timestamp};

use super::{Play, SETUP_BLOCKS};
use crate::demo::sign::{self, sign};
use crate::demo::world::{Actor, COLLATERAL, STABLE};

/// Who sent a transaction of a user, so that its outcome can be booked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Intent {
    TopUp { borrower: usize, amount: Amount },
    Deliver { keeper: usize, amount: Amount, proceeds: Amount },
    Take { keeper: usize },
    AskBack { depositor: usize },
    Withdraw { depositor: usize },
}

/// Where a depositor of the stability pool stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stay {
    In,
    Asked { at_ms: u64 },
    Left,
}

/// What a keeper has.
#[derive(Clone, Debug, Default)]
pub(super) struct Purse {
    /// Stable on the ledger.
    pub cash: u128,
    /// Collateral taken and not yet delivered to the market, and what the sale brings.
    pub to_deliver: Vec<(Amount, Amount)>,
    /// Blocks and payments on their way back.
    pub returning: Vec<(u64, Amount)>,
    pub spent: u128,
    pub earned: u128,
}

impl Play<'_> {
    pub(super) fn actor_of(&mut self, intent: Intent) -> &mut Actor<Signer> {
        let world = &mut self.world;
        match intent {
            Intent::TopUp { borrower, .. } => &mut world.borrowers[borrower],
            Intent::Deliver { keeper, .. } | Intent::Take { keeper } => &mut world.keepers[keeper],
            Intent::AskBack { depositor } | Intent::Withdraw { depositor } => &mut world.depositors[depositor],
        }
    }

    pub(super) fn owners_act(&self, tick: &Tick, intents: &mut Vec<(Intent, Operation)>) {
        for (index, plan) in self.people.borrowers.iter().enumerate() {
            let Some(vault) = self.vault_of[index] else { continue };
            let book = self.books.vaults.get(&vault).copied().unwrap_or_default();
            let more = borrower::top_up(plan, book.collateral, book.owed(), self.reserves[index], tick.market);
            if let Some(amount) = more {
                intents.push((Intent::TopUp { borrower: index, amount }, sign::deposit(vault, amount)));
            }
        }
    }

    /// What was taken in the block before goes to the market.
    pub(super) fn keepers_deliver(&self, intents: &mut Vec<(Intent, Operation)>) {
        for (keeper, purse) in self.purses.iter().enumerate() {
            let (amount, proceeds) = purse
                .to_deliver
                .iter()
                .fold((0, 0), |(amount, proceeds), sale| (amount + sale.0.0, proceeds + sale.1.0));
            if amount > 0 {
                let (amount, proceeds) = (Amount(amount), Amount(proceeds));
                let operation = sign::transfer(self.world.market.id, COLLATERAL, amount);
                intents.push((Intent::Deliver { keeper, amount, proceeds }, operation));
            }
        }
    }

    /// Keepers watch each other: who decides later sees what is left. Who is first changes every block.
    pub(super) fn keepers_take(
        &self,
        tick: &Tick,
        depth: &Depth,
        intents: &mut Vec<(Intent, Operation)>,
    ) -> anyhow::Result<()> {
        let time = Timestamp(tick.time_ms);
        let mut offers: Vec<Offer> = Vec::new();
        for lot in self.door.lots()? {
            if let Some(price) = lot.price_at(time)? {
                offers.push(Offer { lot: lot.id, remaining: lot.remaining, price, to_raise: lot.outstanding });
            }
        }
        let dust = Amount(gage_agents::scenario::whole(self.scenario.facility.debt_min));
        let mut depth = *depth;
        let count = self.purses.len();
        for turn in 0..count {
            let keeper = (turn + self.block as usize) % count;
            let cash = Amount(self.purses[keeper].cash);
            for take in liquidator::decide(&self.people.keepers[keeper], cash, &offers, &depth, dust) {
                depth = depth.after(take.amount);
                if let Some(offer) = offers.iter_mut().find(|offer| offer.lot == take.lot) {
                    let paid = gage_units::mul_div(
                        take.amount.0,
                        offer.price.0,
                        gage_units::Price::ONE.0,
                        gage_units::Rounding::Up,
                    )?;
                    offer.remaining.0 = offer.remaining.0.saturating_sub(take.amount.0);
                    if let Some(to_raise) = &mut offer.to_raise {
                        to_raise.0 = to_raise.0.saturating_sub(paid);
                    }
                }
                intents.push((Intent::Take { keeper }, sign::take(&take)));
            }
            offers.retain(|offer| !offer.remaining.is_zero() && offer.to_raise != Some(Amount::ZERO));
        }
        Ok(())
    }

    pub(super) fn depositors_act(&self, tick: &Tick, intents: &mut Vec<(Intent, Operation)>) {
        let rules = &self.scenario.backstop;
        let start = self.ticks[SETUP_BLOCKS as usize].market;
        for (index, plan) in self.people.depositors.iter().enumerate() {
            match self.stays[index] {
                Stay::In => {
                    if depositor::asks_back(plan, false, start, tick.market, rules.flight_fall_bps) {
                        let operation = sign::request_withdrawal(plan.deposit);
                        intents.push((Intent::AskBack { depositor: index }, operation));
                    }
                }
                // After the cooldown of an hour, once an hour until it succeeds.
                Stay::Asked { at_ms } if tick.time_ms > at_ms + 3_600_000 && self.block.is_multiple_of(15) => {
                    let operation = sign::withdraw_stability(plan.deposit);
                    intents.push((Intent::Withdraw { depositor: index }, operation));
                }
                Stay::Asked { .. } | Stay::Left => {}
            }
        }
    }

    /// The market pays for what was delivered long enough ago. It is no user: congestion does not hold it up.
    pub(super) fn market_pays(&mut self, now: Timestamp) -> anyhow::Result<Option<SignedTransaction>> {
        let mut payments = Vec::new();
        for (keeper, purse) in self.purses.iter_mut().enumerate() {
            let block = self.block;
            let due: u128 = purse.returning.iter().filter(|(at, _)| *at <= block).map(|(_, amount)| amount.0).sum();
            purse.returning.retain(|(at, _)| *at > block);
            if due > 0 {
                purse.cash += due;
                payments.push(Payment { to: self.world.keepers[keeper].id, asset: STABLE, amount: Amount(due) });
            }
        }
        if payments.is_empty() {
            return Ok(None);
        }
        sign(&mut self.world.market, now, vec![sign::pay(payments)]).map(Some)
    }

    /// Books an executed transaction.
    pub(super) fn book(&mut self, intent: Intent, time_ms: u64) {
        match intent {
            Intent::TopUp { borrower, amount } => {
                let reserve = &mut self.reserves[borrower];
                reserve.0 = reserve.0.saturating_sub(amount.0);
                self.top_ups += 1;
            }
            Intent::Deliver { keeper, proceeds, .. } => {
                let purse = &mut self.purses[keeper];
                purse.to_deliver.clear();
                purse.returning.push((self.block + self.scenario.keepers.return_blocks, proceeds));
            }
            Intent::Take { .. } => self.takes += 1,
            Intent::AskBack { depositor } => self.stays[depositor] = Stay::Asked { at_ms: time_ms },
            Intent::Withdraw { depositor } => self.stays[depositor] = Stay::Left,
        }
    }

    /// Keepers sell outside, at this block's market, what they took in it.
    pub(super) fn keepers_sell(&mut self, tick: &Tick, depth: &Depth) {
        let mut depth = *depth;
        for taken in self.books.taken.clone() {
            let Some(keeper) = self.keeper_of.get(&taken.taker).copied() else { continue };
            let proceeds = self.market.sell(&depth, tick.time_ms, taken.amount);
            depth = depth.after(taken.amount);
            let purse = &mut self.purses[keeper];
            purse.cash = purse.cash.saturating_sub(taken.payment.0);
            purse.spent += taken.payment.0;
            purse.earned += proceeds.0;
            purse.to_deliver.push((taken.amount, proceeds));
        }
    }
}
