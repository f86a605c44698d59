//! A band of health that the protocol keeps for an owner, within his limits.
//!
//! Below the band collateral comes from a named account, or debt is repaid from a reserve, up to the
//! target; above it collateral goes back down to the target, if the vault may withdraw it then.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_ledger::HoldId;
use gage_store::{Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId, MathError, Ratio, Rounding};
use ruint::aliases::U512;
use serde::{Deserialize, Serialize};

use super::{attempt, reserve};
use crate::health::Health;
use crate::operations::{SHIFTED, WITHDREW, takes_risk};
use crate::state::{VaultId, beneficiary};
use crate::throughput::Window;
use crate::wide::{Worth, divide, narrow, times, wide, worth};
use crate::{Error, Event, MODULE, book, pledging, recheck};

/// With what a band is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Collateral from, and to, an account: the owner's, or one that allowed it.
    Collateral {
        /// What.
        asset: AssetId,
        /// Which account.
        account: AccountNumber,
    },
    /// Debt is repaid from stable held for it; nothing is released.
    Reserve,
}

/// What an owner asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct BandTerms {
    /// Below this health something is added.
    pub lower: Ratio,
    /// To this health.
    pub target: Ratio,
    /// From this health on something is released.
    pub upper: Ratio,
    /// With what.
    pub means: Means,
    /// The length of a window, in milliseconds.
    pub window_ms: u64,
    /// The most that is added and released in one window together, in smallest units of what is moved.
    pub window_max: Amount,
}

impl BandTerms {
    /// Whether collateral goes back above the band.
    pub fn releases(&self) -> bool {
        matches!(self.means, Means::Collateral { .. })
    }

    /// Passes if the band is one: `1 <= lower < target < upper <= 100`. # Errors [`Error::ParamOutOfBounds`].
    pub fn check(&self) -> Result<(), Error> {
        let most = Ratio(Ratio::SCALE.saturating_mul(100));
        let bad = |param| Err(Error::ParamOutOfBounds { param });
        match self {
            terms if terms.lower < Ratio::ONE => bad("lower"),
            terms if terms.target <= terms.lower => bad("target"),
            terms if terms.upper <= terms.target || terms.upper > most => bad("upper"),
            terms if !(60_000..=30 * 86_400_000).contains(&terms.window_ms) => bad("window_ms"),
            terms if terms.window_max.is_zero() => bad("window_max"),
            _ => Ok(()),
        }
    }
}

/// A band with what it has used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Band {
    /// What the owner asked for.
    pub terms: BandTerms,
    /// What of the window is used, in smallest units of what is moved.
    pub window: Window,
    /// The reserve, if the band is kept with one.
    pub reserve: Option<HoldId>,
}

/// What an account lets a vault take from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Allowance {
    /// Of what.
    pub asset: AssetId,
    /// How much is left.
    pub left: Amount,
}

pub(crate) const BANDS: OrderedTable<VaultId, Band> = OrderedTable::authenticated(0x0a26, "vaults/bands");
pub(crate) const ALLOWANCES: OrderedTable<(VaultId, AccountNumber), Allowance> =
    OrderedTable::authenticated(0x0a2c, "vaults/allowances");

/// The band of a vault, if it has one.
pub fn band(draft: &Draft, id: VaultId) -> Option<Band> {
    BANDS.get(draft, &id)
}

/// What an account lets a vault take from it.
pub fn allowance(draft: &Draft, id: VaultId, account: AccountNumber) -> Option<Allowance> {
    ALLOWANCES.get(draft, &(id, account))
}

/// Whether the band of a vault takes an asset from an account.
pub(crate) fn names(draft: &Draft, id: VaultId, account: AccountNumber, asset: AssetId) -> bool {
    BANDS.peek(draft, &id).is_some_and(|band| band.terms.means == Means::Collateral { asset, account })
}

/// Ends what was allowed to a band that no longer takes it, before `next` takes its place.
pub(crate) fn end_allowance(draft: &mut Draft, id: VaultId, next: Option<Means>) {
    if let Some(Means::Collateral { account, .. }) = BANDS.get(draft, &id).map(|band| band.terms.means)
        && BANDS.get(draft, &id).map(|band| band.terms.means) != next
    {
        ALLOWANCES.remove(draft, &(id, account));
    }
}

pub(crate) fn reserve_of(draft: &Draft, id: VaultId) -> Option<HoldId> {
    BANDS.peek(draft, &id).and_then(|band| band.reserve)
}

/// `(target D - sum LT C) / unit`: how many units, each weighing `unit`, bring health up to `target`,
/// rounded up so that it is reached. # Errors [`MathError`] at weight zero or if it does not fit.
pub fn missing(health: &Health, target: Ratio, unit: Worth) -> Result<Amount, MathError> {
    let wanted = times(U512::from(target.0), wide(health.debt))?;
    let present = times(U512::from(Ratio::SCALE), wide(health.weighted))?;
    let gap = wanted.saturating_sub(present);
    narrow(divide(gap, times(U512::from(Ratio::SCALE), wide(unit))?, Rounding::Up)?).map(Amount)
}

/// `(sum LT C - target D) / unit`: how many units may leave so that health stays at `target` or above,
/// rounded down. # Errors [`MathError`] at weight zero or if it does not fit.
pub fn surplus(health: &Health, target: Ratio, unit: Worth) -> Result<Amount, MathError> {
    let wanted = times(U512::from(target.0), wide(health.debt))?;
    let present = times(U512::from(Ratio::SCALE), wide(health.weighted))?;
    let excess = present.saturating_sub(wanted);
    narrow(divide(excess, times(U512::from(Ratio::SCALE), wide(unit))?, Rounding::Down)?).map(Amount)
}

/// `(target D - sum LT C) / (target unit)`: how much debt, each smallest unit worth `unit`, is repaid
/// to bring health up to `target`, rounded up. # Errors [`MathError`] if it does not fit.
pub fn repayment(health: &Health, target: Ratio, unit: Worth) -> Result<Amount, MathError> {
    let wanted = times(U512::from(target.0), wide(health.debt))?;
    let present = times(U512::from(Ratio::SCALE), wide(health.weighted))?;
    let gap = wanted.saturating_sub(present);
    narrow(divide(gap, times(U512::from(target.0), wide(unit))?, Rounding::Up)?).map(Amount)
}

/// Brings a vault that left its band toward the target. Returns whether anything moved.
pub(crate) fn rebalance(draft: &mut Draft, ctx: &Context, id: VaultId) -> Result<bool, Error> {
    let Some(mut band) = BANDS.get(draft, &id) else { return Ok(false) };
    let vault = book::vault(draft, id)?;
    let health = book::health(draft, &vault)?;
    let terms = band.terms;
    let ratio = health.ratio();
    let too_low = ratio < terms.lower;
    if health.debt.is_zero() || !(too_low || (ratio >= terms.upper && terms.releases())) {
        return Ok(false);
    }
    band.window = band.window.at(ctx.time, terms.window_ms);
    let room = band.window.room(terms.window_max);
    let mut moved = Amount::ZERO;
    let stands = attempt(draft, id, |draft| {
        moved = match (terms.means, too_low) {
            (Means::Reserve, true) => {
                let unit = book::unit_of(&book::facility(draft, vault.facility)?)?;
                let wanted = repayment(&health, terms.target, unit)?.min(room);
                reserve::repay(draft, ctx, id, band.reserve, wanted)?
            }
            (Means::Reserve, false) => Amount::ZERO,
            (Means::Collateral { asset, account }, true) => add(draft, ctx, id, &health, &terms, asset, account, room)?,
            (Means::Collateral { asset, account }, false) => release(draft, ctx, id, &terms, asset, account, room)?,
        };
        band.window = band.window.with(moved)?;
        Ok(true)
    });
    if !stands || moved.is_zero() {
        return Ok(false);
    }
    BANDS.put(draft, id, band);
    draft.emit(MODULE, &Event::Rebalanced { vault: id, added: too_low, amount: moved });
    Ok(true)
}

/// What one smallest unit of a collateral weighs at the version a vault has of it, or would take.
fn unit_weight(draft: &Draft, id: VaultId, asset: AssetId) -> Result<Worth, Error> {
    let vault = book::vault(draft, id)?;
    let collateral = book::collateral(draft, vault.facility, asset)?;
    let position = vault.positions.iter().find(|position| position.asset == asset);
    let version = position.map_or(collateral.newest, |position| position.version);
    let bucket = book::bucket(draft, (vault.facility, asset, version))?;
    let weight = book::registered_weight(draft, vault.facility, &bucket, asset)?;
    Ok(worth(Amount(1), weight, collateral.decimals)?)
}

fn add(
    draft: &mut Draft,
    ctx: &Context,
    id: VaultId,
    health: &Health,
    terms: &BandTerms,
    asset: AssetId,
    account: AccountNumber,
    room: Amount,
) -> Result<Amount, Error> {
    let unit = unit_weight(draft, id, asset)?;
    if unit.is_zero() {
        return Ok(Amount::ZERO);
    }
    let owner = book::vault(draft, id)?.owner;
    let mut amount = missing(health, terms.target, unit)?.min(room);
    amount = amount.min(gage_ledger::balance(draft, account, asset).free);
    if account != owner {
        let allowed = ALLOWANCES.get(draft, &(id, account)).filter(|allowed| allowed.asset == asset);
        let Some(allowed) = allowed else { return Ok(Amount::ZERO) };
        amount = amount.min(allowed.left);
        if amount.is_zero() {
            return Ok(amount);
        }
        // As the account wills: both sides must be eligible.
        gage_ledger::transfer(draft, ctx, account, owner, asset, amount)?;
        let left = allowed.left.minus(amount)?;
        ALLOWANCES.put(draft, (id, account), Allowance { left, ..allowed });
    }
    if !amount.is_zero() {
        pledging::check(draft, ctx, asset)?;
        let vault = book::vault(draft, id)?;
        let newest = book::collateral(draft, vault.facility, asset)?.newest;
        pledging::pledge(draft, ctx, id, vault, newest, asset, pledging::What::Amount(amount))?;
    }
    Ok(amount)
}

fn release(
    draft: &mut Draft,
    ctx: &Context,
    id: VaultId,
    terms: &BandTerms,
    asset: AssetId,
    account: AccountNumber,
    room: Amount,
) -> Result<Amount, Error> {
    let mut vault = book::vault(draft, id)?;
    let (owner, number) = (vault.owner, vault.facility);
    let facility = book::facility(draft, number)?;
    let mut totals = book::totals(draft, number);
    takes_risk(&facility, &totals, &vault)?;
    // Less collateral is more risk: the newest terms decide how much may leave.
    book::take_newest_versions(draft, &mut vault)?;
    let debt = book::debt(draft, &book::vault(draft, id)?)?;
    let newest = book::health_with(draft, &vault, &facility, debt)?;
    let unit = {
        let collateral = book::collateral(draft, number, asset)?;
        let bucket = book::bucket(draft, (number, asset, collateral.newest))?;
        let weight = book::registered_weight(draft, number, &bucket, asset)?;
        worth(Amount(1), weight, collateral.decimals)?
    };
    if unit.is_zero() {
        return Ok(Amount::ZERO);
    }
    let Some(position) = vault.positions.iter_mut().find(|position| position.asset == asset) else {
        return Ok(Amount::ZERO);
    };
    let amount = surplus(&newest, terms.target, unit)?.min(room).min(position.amount);
    if amount.is_zero() {
        return Ok(amount);
    }
    position.amount = position.amount.minus(amount)?;
    gage_ledger::unpledge(draft, ctx, owner, asset, beneficiary(id), amount)?;
    let before = totals;
    book::write(draft, id, vault, &facility, &mut totals, debt)?;
    crate::operations::settle_totals(draft, number, before, totals)?;
    // The same question as at the end of a transaction: fresh prices, low ends, loan-to-value, caps.
    recheck::check(draft, ctx, id, WITHDREW | SHIFTED)?;
    if account != owner {
        gage_ledger::transfer(draft, ctx, owner, account, asset, amount)?;
    }

    // From here on nothing can fail.
    draft.emit(MODULE, &Event::Withdrawn { vault: id, asset, amount });
    Ok(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_the_target_by_hand() -> Result<(), MathError> {
        // Weighted 900 against 1,000: to 1.2 miss 300; at 80 a unit 3.75, so four.
        let health = Health { weighted: Worth::from(900u32), debt: Worth::from(1_000u32) };
        let target = Ratio(1_200_000_000_000_000_000);
        assert_eq!(missing(&health, target, Worth::from(80u32))?, Amount(4));
        // Or repay 300 / 1.2 = 250: 900 / 750 = 1.2.
        assert_eq!(repayment(&health, target, Worth::from(1u32))?, Amount(250));
        assert_eq!(surplus(&health, target, Worth::from(80u32))?, Amount(0));
        // Weighted 1,500: 300 above 1.2; at 80 a unit three may leave.
        let health = Health { weighted: Worth::from(1_500u32), ..health };
        assert_eq!(surplus(&health, target, Worth::from(80u32))?, Amount(3));
        assert_eq!(missing(&health, target, Worth::from(80u32))?, Amount(0));
        assert!(missing(&health, target, Worth::ZERO).is_err());
        Ok(())
    }
}
