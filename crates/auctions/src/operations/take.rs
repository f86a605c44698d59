//! Take a part of a lot at its price of the moment.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::{AssetId, Price, Timestamp};
use serde::{Deserialize, Serialize};

use crate::state::{DUE, LOTS, TOUCHED, due_key};
use crate::{Error, Event, Lot, LotId, MODULE, Plan, custody, plan};

/// Takes at most `amount` of a lot, if its price is at most `price_max`. The signer gets the lot
/// before he pays, both in this operation.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Take {
    /// The lot.
    pub lot: LotId,
    /// What it sells.
    pub asset: AssetId,
    /// The most to take; less is taken where the lot, the raise or the dust rule ends it.
    pub amount: Quantity,
    /// What is paid.
    pub want: AssetId,
    /// The highest acceptable price: `want` per whole unit of `asset`.
    pub price_max: Price,
}

impl Take {
    /// # Errors
    /// `ZeroAmount` for an amount or a limit of zero.
    pub fn validate(&self) -> Result<(), Error> {
        let nothing = matches!(self.amount, Quantity::Exact(amount) if amount.is_zero());
        if nothing || self.price_max == Price(0) {
            return Err(gage_accounts::Error::ZeroAmount.into());
        }
        Ok(())
    }

    /// Yields the lot's asset.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownLot`], [`Error::WrongAsset`], those of the
    /// quantity, [`Error::LotFinished`], [`Error::LotNeedsRestart`], [`Error::PriceAboveLimit`],
    /// [`Error::LeavesDust`], then the ledger's: the signer may not hold the lot, or cannot pay.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        let taker = ctx.account()?;
        let lot = LOTS.get(draft, &self.lot).ok_or(Error::UnknownLot)?;
        if (lot.asset, lot.want) != (self.asset, self.want) {
            return Err(Error::WrongAsset);
        }
        let wanted = ctx.resolve(self.amount, self.asset)?;
        let price = check_price(&lot, ctx.time, self.price_max)?;
        let Plan { taken, payment } = plan::plan(lot.remaining, lot.outstanding(), lot.dust, wanted, price, lot.scale)?;
        let raised = lot.raised.plus(payment)?;
        let after = Lot {
            remaining: lot.remaining.minus(taken)?,
            taken: lot.taken.plus(taken)?,
            raised,
            last_price: price,
            ..lot.clone()
        };
        custody::deliver(draft, ctx, taker, lot.asset, lot.item, taken)?;
        gage_ledger::transfer(draft, ctx, taker, lot.proceeds_to, lot.want, payment)?;

        // From here on nothing can fail.
        if after.finished() {
            DUE.remove(draft, &due_key(self.lot, &lot));
        }
        TOUCHED.put(draft, (lot.owner.module, self.lot), ctx.height);
        let remaining = after.remaining;
        LOTS.put(draft, self.lot, after);
        draft.emit(MODULE, &Event::LotTaken { lot: self.lot, taker, taken, price, payment, remaining, raised });
        Ok(Some(Output { asset: lot.asset, amount: taken }))
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_quantity(names, self.amount, self.asset);
        let want = names.asset(self.want).map_or_else(|| "asset".to_owned(), |(symbol, _)| symbol);
        let Take { lot, want: id, price_max, .. } = self;
        format!("Take up to {amount} from lot {lot} at no more than {price_max} {want}#{id} per whole unit")
    }
}

/// The price of the moment, if something can be taken at it.
pub(crate) fn check_price(lot: &Lot, time: Timestamp, price_max: Price) -> Result<Price, Error> {
    if lot.finished() {
        return Err(Error::LotFinished);
    }
    if time >= lot.restart_at {
        return Err(Error::LotNeedsRestart);
    }
    let price = lot.price_at(time)?;
    if price > price_max { Err(Error::PriceAboveLimit) } else { Ok(price) }
}
