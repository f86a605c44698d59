//! Redemption: stable at its face value against the riskiest vaults, so that it is never worth less.
//!
//! The order is that of liquidation: health, then number. Candidates come out of the group indexes by
//! the lower bound `key * W` of their health and are evaluated exactly; a vault is taken once no other
//! can be below it. A vault pays with its riskiest collateral first and gets for each unit of debt at
//! most a unit's worth taken away, so that its health rises: `LT x <= x <= H x` while `H >= 1`. Unsafe
//! vaults are left to liquidation. What the fee keeps stays with the vault's owner.
//!
//! What cannot pay now (no usable price, quarantined, not for this redeemer, single things) is left out before
//! anything is evaluated: groups of nothing else are passed over whole, and so are the vaults whose key says
//! that they are unsafe. So nobody uses up the looks of a redemption with vaults that could not pay.

pub mod fee;

use std::collections::BTreeSet;
use std::ops::Bound;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_compliance::Side;
use gage_oracle::Action;
use gage_securities::BackingStatus;
use gage_store::{Column, Draft};
use gage_units::{AccountNumber, Amount, AssetId, MathError, Price, Ratio, Rounding, Timestamp};
use ruint::aliases::U512;
use serde::{Deserialize, Serialize};

use self::fee::RedemptionTerms;
use crate::index::{least_health, limit};
use crate::operations::BORROWED;
use crate::state::{
    Facility, FacilityId, GROUPS, GroupId, INDEX, MEMBERS, Members, TOTALS, TOUCHED, VaultId, beneficiary, table,
};
use crate::wide::{Worth, amount_of, divide, times, wide, worth};
use crate::{Error, Event, MODULE, book, mark};

/// The most vaults of one redemption.
pub const VAULTS_MAX: u8 = 32;
/// The most vaults that one redemption evaluates to find the order.
pub const EVALUATIONS_MAX: u32 = 128;

/// The redemption of a facility.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Redemption {
    /// What governance sets.
    pub terms: RedemptionTerms,
    /// What recent redemptions have raised the fee by, as of `decayed_at`.
    pub base_rate: Ratio,
    /// Until when it has decayed, in whole seconds of this instant.
    pub decayed_at: Timestamp,
    /// The least supply of the last whole hour and of this one.
    pub least_supply: [Amount; 2],
    /// When this hour began.
    pub hour_at: Timestamp,
}

pub(crate) const REDEMPTIONS: Column<FacilityId, Redemption> = Column::authenticated(table(65), "vaults/redemptions");

impl Redemption {
    /// The base rate at `now`. # Errors [`MathError`] never for terms in their bounds.
    pub fn base_rate_at(&self, now: Timestamp) -> Result<Ratio, MathError> {
        // Both in whole seconds, so that no redemption between two of them takes time away.
        let passed = now.seconds().saturating_sub(self.decayed_at.seconds());
        fee::decayed(self.base_rate, self.terms.decay, passed)
    }

    /// With what the supply is now taken note of.
    pub(crate) fn with_supply(self, now: Timestamp, supply: Amount) -> Redemption {
        let [_, this] = self.least_supply;
        if now.0.saturating_sub(self.hour_at.0) >= HOUR_MS {
            return Redemption { least_supply: [this, supply], hour_at: now, ..self };
        }
        let [last, this] = self.least_supply;
        Redemption { least_supply: [last, this.min(supply)], ..self }
    }
}

/// The supply that debts stand for: what was issued for the pegs' cash, which is swapped in and out again in a
/// moment, makes no redemption look small.
pub(crate) fn lent_supply(draft: &Draft, id: FacilityId, stable: AssetId) -> Amount {
    let pegs = book::totals(draft, id).peg_issued;
    gage_ledger::supply(draft, stable).minus(pegs).unwrap_or(Amount::ZERO)
}

/// Takes note of the supply of a facility that redeems, at the end of a block.
pub(crate) fn follow_supply(draft: &mut Draft, ctx: &Context, id: FacilityId, facility: &Facility) {
    let Some(before) = REDEMPTIONS.get(draft, &id) else { return };
    let after = before.with_supply(ctx.time, lent_supply(draft, id, facility.stable));
    if after != before {
        REDEMPTIONS.put(draft, id, after);
    }
}

/// How long a supply must have stood to make a redemption look small, in milliseconds: an hour at least.
const HOUR_MS: u64 = 3_600_000;

/// What collaterals can pay with now, and why the first of the others cannot.
pub(crate) struct Payable {
    /// By asset, the high end of its price: against the redeemer.
    prices: Vec<(AssetId, Price)>,
    refused: Option<Error>,
}

impl Payable {
    fn price(&self, asset: AssetId) -> Option<Price> {
        self.prices.iter().find(|(other, _)| *other == asset).map(|(_, price)| *price)
    }
}

/// The collaterals of a facility that can be given to a redeemer now.
fn payable(draft: &Draft, ctx: &Context, id: FacilityId, to: AccountNumber) -> Result<Payable, Error> {
    let (mut prices, mut refused) = (Vec::new(), None);
    // A thing cannot be paid with in part.
    for ((_, asset), collateral) in mark::collaterals(draft, id).filter(|(_, collateral)| !collateral.itemised) {
        let status = gage_securities::asset_status(draft, ctx, asset)?.backing;
        let may_hold = gage_compliance::eligible(draft, ctx, to, asset, Side::Receiver);
        let answer = match gage_oracle::quote_for(draft, ctx, collateral.feed, Action::Redeem) {
            _ if status == BackingStatus::Quarantined => Err(Error::QuarantinedCollateral(asset)),
            Err(error) => Err(error.into()),
            Ok(quote) => may_hold.map(|()| quote.high).map_err(|denial| gage_ledger::Error::Ineligible(denial).into()),
        };
        match answer {
            Ok(price) => prices.push((asset, price)),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    Ok(Payable { prices, refused })
}

/// What one vault gave.
pub(crate) struct Taken {
    pub debt: Amount,
    pub events: Event,
}

/// The vaults of a facility by health, the lowest first.
pub(crate) struct Order {
    heads: BTreeSet<(Ratio, GroupId, u128, VaultId)>,
    known: BTreeSet<(Ratio, VaultId)>,
    looks: u32,
}

impl Order {
    pub(crate) fn new(draft: &Draft, id: FacilityId, payable: &Payable) -> Order {
        let bounds = (Bound::Included((id, GroupId(0))), Bound::Included((id, GroupId(u32::MAX))));
        // A group without members stands for all collaterals.
        let can_pay =
            |members: &Members| members.is_empty() || members.iter().any(|(asset, _)| payable.price(*asset).is_some());
        let groups = MEMBERS.range(draft, bounds).filter(|(_, members)| can_pay(members));
        let heads = groups.filter_map(|((_, group), _)| after(draft, *group, None)).collect();
        Order { heads, known: BTreeSet::new(), looks: 0 }
    }

    /// The next vault, with its health rounded down; none once the looks are used up, rather than one
    /// that may not be next.
    pub(crate) fn next(&mut self, draft: &Draft) -> Result<Option<(Ratio, VaultId)>, Error> {
        loop {
            if let Some((health, vault)) = self.known.first().copied()
                && self.heads.first().is_none_or(|(least, ..)| *least > health)
            {
                self.known.pop_first();
                return Ok(Some((health, vault)));
            }
            let Some((_, group, key, vault)) = self.heads.pop_first() else { return Ok(None) };
            if self.looks >= EVALUATIONS_MAX {
                return Ok(None);
            }
            self.looks = self.looks.saturating_add(1);
            self.heads.extend(after(draft, group, Some((key, vault))));
            let health = book::health(draft, &book::vault(draft, vault)?)?;
            self.known.insert((health.ratio(), vault));
        }
    }
}

/// The vault of `group` after `last`, with the lower bound of its health. The first is beyond those that the
/// index calls unsafe by more than rounding: a redemption comes after the liquidations of its block, which gave every safe vault
/// among them a fresh key. A group whose index was lost has none until they have been gone through.
fn after(draft: &Draft, group: GroupId, last: Option<(u128, VaultId)>) -> Option<(Ratio, GroupId, u128, VaultId)> {
    let index = GROUPS.peek(draft, &group)?.index;
    let from = match last {
        Some((key, vault)) => Bound::Excluded((group, key, vault)),
        None => Bound::Included((group, first_key(index)?, VaultId(0))),
    };
    let to = Bound::Included((group, u128::MAX, VaultId(u32::MAX)));
    let ((_, key, vault), ()) = INDEX.range(draft, (from, to)).next()?;
    Some((least_health(*key, index), group, *key, *vault))
}

/// A millionth below the keys of the safe: what is added to debts for rounding puts a vault whose health is
/// exactly one among the candidates.
fn first_key(index: u128) -> Option<u128> {
    let limit = limit(index)?;
    Some(limit.saturating_sub(limit.wrapping_shr(20)))
}

/// The part of `wanted` that may be repaid of a debt: all of it, or so much that the floor stays.
pub fn redeemable(wanted: Amount, debt: Amount, floor: Amount) -> Amount {
    let part = wanted.min(debt);
    let rest = debt.minus(part).unwrap_or(Amount::ZERO);
    if rest.is_zero() || rest >= floor { part } else { debt.minus(floor).unwrap_or(Amount::ZERO) }
}

/// Takes up to `wanted` of debt off a vault, for its worth less the fee in collateral to `to`. The
/// caller burns what was taken off. `None` if nothing of the vault can be redeemed.
///
/// # Errors
/// The ledger's for a redeemer who may not hold as much of the collateral, [`Error::ZeroResult`],
/// [`Error::DoesNotImprove`].
pub(crate) fn redeem_from(
    draft: &mut Draft,
    ctx: &Context,
    id: VaultId,
    facility: &Facility,
    to: AccountNumber,
    wanted: Amount,
    fee: Ratio,
    payable: &Payable,
) -> Result<Option<Taken>, Error> {
    let mut vault = book::vault(draft, id)?;
    let debt = book::debt(draft, &vault)?;
    let health_before = book::health_with(draft, &vault, facility, debt)?;
    if vault.in_liquidation() || health_before.is_unsafe() {
        return Ok(None);
    }
    // No more than what can pay is worth.
    let mut worth_payable = Worth::ZERO;
    for position in &vault.positions {
        if let Some(price) = payable.price(position.asset) {
            let decimals = book::collateral(draft, vault.facility, position.asset)?.decimals;
            worth_payable = worth_payable.saturating_add(worth(position.amount, price.0, decimals)?);
        }
    }
    let most = amount_of(worth_payable, facility.par, facility.decimals, Rounding::Down).unwrap_or(Amount::MAX);
    let part = redeemable(wanted.min(most), debt, facility.params.debt_floor);
    if part.is_zero() {
        return Ok(None);
    }
    // Rounded down, against the redeemer.
    let kept = Ratio::ONE.minus(fee)?;
    let mut left = share_of(worth(part, facility.par.0, facility.decimals)?, kept)?;
    let mut collateral = Vec::new();
    // The riskiest collateral goes first: the last in the order of the vault.
    for position in vault.positions.iter_mut().rev().filter(|position| !position.amount.is_zero()) {
        if left.is_zero() {
            break;
        }
        let Some(price) = payable.price(position.asset) else { continue };
        let record = book::collateral(draft, vault.facility, position.asset)?;
        let amount = amount_of(left, price, record.decimals, Rounding::Down).unwrap_or(Amount::MAX);
        // What is below one smallest unit of a collateral is not looked for in the next.
        let all = amount > position.amount;
        let amount = amount.min(position.amount);
        left = if all { left.saturating_sub(worth(amount, price.0, record.decimals)?) } else { Worth::ZERO };
        if !amount.is_zero() {
            position.amount = position.amount.minus(amount)?;
            collateral.push((position.asset, amount));
        }
    }
    if collateral.is_empty() || !left.is_zero() {
        return Err(Error::ZeroResult);
    }
    for (asset, amount) in &collateral {
        gage_ledger::seize(draft, ctx, vault.owner, *asset, beneficiary(id), to, *amount)?;
    }
    let number = vault.facility;
    let mut totals = book::totals(draft, number);
    let before = totals.debts()?;
    let rest = debt.minus(part)?;
    let health_after = book::write(draft, id, vault, facility, &mut totals, rest)?;
    totals.balance(before, Amount::ZERO, part)?;
    // Exact, after all roundings.
    if health_after.compare(&health_before).is_lt() {
        return Err(Error::DoesNotImprove);
    }

    // From here on nothing can fail.
    TOTALS.put(draft, number, totals);
    let (health, health_after) = (health_before.ratio(), health_after.ratio());
    let events = Event::VaultRedeemed { vault: id, amount: part, debt: rest, collateral, health, health_after };
    Ok(Some(Taken { debt: part, events }))
}

/// `value * ratio`, rounded down.
fn share_of(value: Worth, ratio: Ratio) -> Result<Worth, Error> {
    let scaled = divide(times(wide(value), U512::from(ratio.0))?, U512::from(Ratio::SCALE), Rounding::Down)?;
    Ok(Worth::checked_from_limbs_slice(scaled.as_limbs()).ok_or(MathError::Overflow)?)
}

/// What a redemption is measured against: the least supply of an hour or two, and no more than the supply now
/// without the debt of vaults that borrowed in this very transaction. What is lent for a moment would make any
/// redemption look small.
///
/// # Errors
/// Only those that the invariants exclude.
pub(crate) fn standing_supply(
    draft: &Draft,
    id: FacilityId,
    stable: AssetId,
    redemption: &Redemption,
) -> Result<Amount, Error> {
    let mut lent = Amount::ZERO;
    for (vault, _) in TOUCHED.iter(draft).filter(|(_, how)| **how & BORROWED != 0) {
        // A vault that was closed later in the transaction owes nothing.
        let Ok(record) = book::vault(draft, *vault) else { continue };
        if record.facility == id {
            lent = lent.plus(book::debt(draft, &record)?)?;
        }
    }
    let supply = lent_supply(draft, id, stable);
    // Debts and cash make up the supply and rounding: if no more than these vaults owe, nothing stands.
    let [last, this] = redemption.least_supply;
    Ok(supply.minus(lent.min(supply))?.min(last).min(this))
}

/// Redeems up to `wanted` against the riskiest vaults, `vaults_max` at most, and burns it. Vaults that
/// cannot pay now (a price that is not usable, collateral the redeemer may not hold) are passed over,
/// so that nobody blocks the order with them. Returns what was redeemed.
///
/// # Errors
/// The first reason of a vault that was passed over, or [`Error::NothingToRedeem`], if nothing was redeemed.
pub(crate) fn redeem(
    draft: &mut Draft,
    ctx: &Context,
    id: FacilityId,
    facility: &Facility,
    redeemer: AccountNumber,
    wanted: Amount,
    fee: Ratio,
    vaults_max: u8,
) -> Result<Amount, Error> {
    let payable = payable(draft, ctx, id, redeemer)?;
    let (mut left, mut passed_over) = (wanted, payable.refused.clone());
    let mut events = Vec::new();
    // The order is that of the beginning; nothing that is taken moves a vault forward in it.
    let mut order = Order::new(draft, id, &payable);
    while events.len() < usize::from(vaults_max) && !left.is_zero() {
        let Some((_, vault)) = order.next(draft)? else { break };
        let savepoint = draft.savepoint();
        match redeem_from(draft, ctx, vault, facility, redeemer, left, fee, &payable) {
            Ok(None) => {}
            Ok(Some(taken)) => {
                left = left.minus(taken.debt)?;
                events.push(taken.events);
            }
            Err(error) if is_of_the_vault(&error) => {
                draft.undo_to(savepoint);
                passed_over = passed_over.or(Some(error));
            }
            Err(error) => return Err(error),
        }
    }
    let redeemed = wanted.minus(left)?;
    if redeemed.is_zero() {
        return Err(passed_over.unwrap_or(Error::NothingToRedeem));
    }
    gage_ledger::burn(draft, ctx, MODULE, facility.stable, redeemer, redeemed)?;
    for event in events {
        draft.emit(MODULE, &event);
    }
    Ok(redeemed)
}

/// Whether another vault may still pay.
fn is_of_the_vault(error: &Error) -> bool {
    matches!(error, Error::ZeroResult | Error::DoesNotImprove | Error::Ledger(gage_ledger::Error::Ineligible(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debt_is_closed_or_stays_above_its_floor() {
        let part = |wanted, debt, floor| redeemable(Amount(wanted), Amount(debt), Amount(floor)).0;
        assert_eq!(part(50, 500, 100), 50);
        assert_eq!(part(400, 500, 100), 400);
        assert_eq!(part(450, 500, 100), 400, "the floor stays");
        assert_eq!(part(500, 500, 100), 500);
        assert_eq!(part(900, 500, 100), 500);
        assert_eq!(part(50, 100, 100), 0);
        assert_eq!(part(50, 80, 100), 0, "a debt already below the floor is redeemed whole or not at all");
        assert_eq!(part(80, 80, 100), 80);
    }

    #[test]
    fn a_share_rounds_down() {
        assert_eq!(share_of(Worth::from(1_000u32), Ratio(995_000_000_000_000_000)), Ok(Worth::from(995u32)));
        assert_eq!(share_of(Worth::from(1_001u32), Ratio(995_000_000_000_000_000)), Ok(Worth::from(995u32)));
    }
}
