//! Give shares of a pool back.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::quantity_above_zero;
use crate::pool::{POOLS, Pool, exit_claims, shares, shares_of};
use crate::{ACCOUNT, Error, Event, FacilityId, MODULE, Source, book, pool, shutdown};

/// Burns shares of the signer's for their part of the pool, as far as there is cash.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawSupply {
    /// The facility.
    pub facility: FacilityId,
    /// Its shares.
    pub shares: AssetId,
    /// How many.
    pub amount: Quantity,
    /// The least amount that is acceptable.
    pub least: Amount,
}

impl WithdrawSupply {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        quantity_above_zero(self.amount)
    }

    /// Yields what was lent. Nobody leaves while liquidations wait, nor with more than his part of what
    /// the open lots and the unsafe vaults in grace still cover; a closed facility lets suppliers go.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownFacility`], [`Error::NotPool`],
    /// [`Error::WrongAsset`], [`Error::FacilityShutDown`], [`Error::UnfinishedLiquidations`], those of
    /// the quantity, the ledger's for too few shares, [`Error::ZeroResult`], `OutputBelowMinimum`,
    /// [`Error::InsufficientCash`], [`Error::BelowSupplyMin`] if a few shares would stay.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        let supplier = ctx.account()?;
        let facility = book::facility(draft, self.facility)?;
        let Source::Pool { shares: share, .. } = facility.source else { return Err(Error::NotPool) };
        if share != self.shares {
            return Err(Error::WrongAsset);
        }
        shutdown::require_running(draft, self.facility)?;
        if book::totals(draft, self.facility).unfinished {
            return Err(Error::UnfinishedLiquidations);
        }
        let given = ctx.resolve(self.amount, share)?;
        let pool = pool::pool(draft, self.facility)?;
        let all = shares_of(draft, share);
        gage_ledger::burn(draft, ctx, MODULE, share, supplier, given)?;
        // Rounded down: the shares that stay never lose by one that leaves.
        let amount = shares::amount_for(given, exit_claims(draft, self.facility, &pool)?, all)?;
        if amount.is_zero() {
            return Err(Error::ZeroResult);
        }
        if amount < self.least {
            return Err(gage_accounts::Error::OutputBelowMinimum.into());
        }
        let cash = pool.cash.minus(amount).map_err(|_| Error::InsufficientCash { available: pool.cash })?;
        let claims = pool.claims.minus(amount)?;
        let stay = all.minus(given)?;
        if !stay.is_zero() && stay.0 < shares::VIRTUAL {
            return Err(Error::BelowSupplyMin);
        }
        gage_ledger::move_by_rule(draft, ctx, ACCOUNT, supplier, facility.stable, amount)?;

        // From here on nothing can fail.
        POOLS.put(draft, self.facility, Pool { cash, claims, ..pool });
        let event = Event::SupplyWithdrawn { facility: self.facility, supplier, shares: given, amount, claims };
        draft.emit(MODULE, &event);
        Ok(Some(Output { asset: facility.stable, amount }))
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_quantity(names, self.amount, self.shares);
        format!("Give {amount} back to facility {} for at least {} units of what it lends", self.facility, self.least)
    }
}
