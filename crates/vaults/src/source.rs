//! Where what a facility lends comes from and returns to: minted and burned, or a pool's cash.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_oracle::{Action, FeedId};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Bps, Price, RatePerSecond, Rounding};
use serde::{Deserialize, Serialize};

use crate::pool::{self, POOLS};
use crate::state::{Facility, FacilityId, Totals};
use crate::{ACCOUNT, Error, MODULE};

/// How far below mid a quote may value a debt in the owner's favour.
const DEBT_QUOTE_BOUND: Bps = Bps(100);

/// Where what a facility lends comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// It is minted when lent and burned when repaid.
    Mint,
    /// It is lent from what suppliers gave.
    Pool {
        /// What suppliers hold for it.
        shares: AssetId,
        /// The feed that prices what is lent; without one it stands at its face value.
        feed: Option<FeedId>,
    },
}

/// Brings `amount` to a borrower. # Errors [`Error::InsufficientCash`] of a pool; the ledger's.
pub(crate) fn lend(
    draft: &mut Draft,
    ctx: &Context,
    id: FacilityId,
    facility: &Facility,
    to: AccountNumber,
    amount: Amount,
) -> Result<(), Error> {
    match facility.source {
        Source::Mint => Ok(gage_ledger::mint(draft, ctx, MODULE, facility.stable, to, amount)?),
        Source::Pool { .. } => {
            let mut pool = pool::pool(draft, id)?;
            pool.cash = pool.cash.minus(amount).map_err(|_| Error::InsufficientCash { available: pool.cash })?;
            gage_ledger::move_by_rule(draft, ctx, ACCOUNT, to, facility.stable, amount)?;
            POOLS.put(draft, id, pool);
            Ok(())
        }
    }
}

/// Takes `amount` against debt from whoever pays it; the module's own account if it lies there already.
///
/// # Errors
/// The ledger's.
pub(crate) fn collect(
    draft: &mut Draft,
    ctx: &Context,
    id: FacilityId,
    facility: &Facility,
    from: AccountNumber,
    amount: Amount,
) -> Result<(), Error> {
    match facility.source {
        Source::Mint => Ok(gage_ledger::burn(draft, ctx, MODULE, facility.stable, from, amount)?),
        Source::Pool { .. } => {
            let mut pool = pool::pool(draft, id)?;
            pool.cash = pool.cash.plus(amount)?;
            if from != ACCOUNT {
                // By rule: a debt may be repaid by whoever may no longer send.
                gage_ledger::move_by_rule(draft, ctx, from, ACCOUNT, facility.stable, amount)?;
            }
            POOLS.put(draft, id, pool);
            Ok(())
        }
    }
}

/// The base rate since the last accrual: a pool's is at least what its curve asks at the utilisation
/// that stood since then.
pub(crate) fn base_rate(
    draft: &Draft,
    id: FacilityId,
    facility: &Facility,
    totals: &Totals,
) -> Result<RatePerSecond, Error> {
    let Some(pool) = POOLS.peek(draft, &id) else { return Ok(facility.params.base_rate) };
    Ok(pool.terms.curve.rate(pool::utilisation(pool, totals)?)?.max(facility.params.base_rate))
}

/// The price of what is lent for a new risk: the high end of its quote, never below the registered one.
///
/// # Errors
/// The oracle's for a price that is not usable.
pub(crate) fn debt_price(draft: &Draft, ctx: &Context, facility: &Facility, action: Action) -> Result<Price, Error> {
    match facility.source {
        Source::Pool { feed: Some(feed), .. } => {
            let quote = gage_oracle::quote_for(draft, ctx, feed, action)?;
            Ok(quote.high.max(facility.par))
        }
        _ => Ok(facility.par),
    }
}

/// The price at which debt is registered from now on, and whether it is usable for liquidation: the
/// low end of the quote, bounded below mid. While it is not usable the last one stays.
pub(crate) fn fresh_par(draft: &Draft, ctx: &Context, facility: &Facility) -> Result<(Price, bool), Error> {
    let Source::Pool { feed: Some(feed), .. } = facility.source else { return Ok((facility.par, true)) };
    match gage_oracle::quote_for(draft, ctx, feed, Action::Liquidate) {
        Ok(quote) => {
            let kept = Bps(Bps::ONE.0.checked_sub(DEBT_QUOTE_BOUND.0).ok_or(gage_units::MathError::Underflow)?);
            let least = Price(kept.apply(quote.mid.0, Rounding::Up)?);
            // Never zero: a debt at no price would make every vault safe.
            Ok((quote.low.min(quote.mid).max(least).max(Price(1)), true))
        }
        Err(_) => Ok((facility.par, false)),
    }
}
