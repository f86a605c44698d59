//! An owner's bonded steps: what is repaid or sold as health falls, decided beforehand.
//!
//! A step is taken once, when health is below it; what is left of the ladder is taken before the vault's
//! collateral goes to auction. The stable for the steps is held; while the vault is called or unsafe the
//! ladder stands. A sale has no penalty: a lot at no less than the quote less what the owner said, for
//! one round; what is not sold returns. So it is for vaults that are safe: it brings one to the facility's
//! target and no further, one lot at a time, within a quarter of the throughput of liquidations and beside
//! it, and its debt bears interest until the lot ends.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_auctions::LotId;
use gage_ledger::HoldId;
use gage_store::{Column, Draft, OrderedTable};
use gage_units::{Accumulator, Amount, AssetId, Bps, Price, Ratio, Rounding};
use serde::{Deserialize, Serialize};

use super::{attempt, reserve, watch};
use crate::sale::{self, Part};
use crate::sizing::Sale;
use crate::state::{CollateralKey, FacilityId, VaultId, VaultLot};
use crate::throughput::Window;
use crate::{Error, Event, MODULE, book};

/// The most steps of one ladder.
pub const STEPS_MAX: usize = 8;
/// The highest and lowest health at which a step may stand.
pub const STEP_HEALTH: std::ops::RangeInclusive<u128> = 500_000_000_000_000_000..=10_000_000_000_000_000_000;
/// The furthest below the quote that an owner may let a step sell: 20 %.
pub const DISCOUNT_MAX: Bps = Bps(2_000);

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Repays from the reserve.
    Repay {
        /// How much, at most.
        amount: Amount,
    },
    /// Sells collateral in a Dutch lot against the debt.
    Sell {
        /// What.
        asset: AssetId,
        /// How much, at most.
        amount: Amount,
        /// How far below the quote of the moment, at most.
        discount: Bps,
    },
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// It is due below this health.
    pub health: Ratio,
    /// What it does.
    pub deed: Deed,
}

/// The steps that are left, the highest first, and what is held for them.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Ladder {
    /// In descending order of health.
    pub steps: Vec<Rung>,
    /// The reserve, if any step repays.
    pub reserve: Option<HoldId>,
}

/// The ladders of vaults.
pub(crate) const LADDERS: OrderedTable<VaultId, Ladder> = OrderedTable::authenticated(0x0a25, "vaults/ladders");
/// A lot of such a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct OwnLot {
    /// Whose.
    pub vault: VaultId,
    /// The accumulator of the bucket that its debt came from, when it opened.
    pub accumulator: Accumulator,
}

/// What of a window of liquidations owners' own sales may use, beside it: a quarter.
pub const OWN_SHARE: u128 = 4;

/// Lots of such steps: they end after one round.
pub(crate) const OWN_LOTS: OrderedTable<LotId, OwnLot> = OrderedTable::authenticated(0x0a2b, "vaults/own_lots");
/// What own sales have used of their part of a collateral's throughput.
pub(crate) const OWN_WINDOWS: OrderedTable<CollateralKey, Window> =
    OrderedTable::authenticated(0x0a2d, "vaults/own_windows");
/// What the own lots of a facility have not repaid.
pub(crate) const OWN_DEBTS: Column<FacilityId, Amount> = Column::authenticated(0x0a2e, "vaults/own_debts");

/// What the own lots of a facility have not repaid.
pub(crate) fn own_debt(draft: &Draft, id: FacilityId) -> Amount {
    OWN_DEBTS.get(draft, &id).unwrap_or_default()
}

/// Counts what a lot repaid off the own lots' debt, if it is one of them.
pub(crate) fn own_repaid(draft: &mut Draft, id: FacilityId, lot: LotId, amount: Amount) -> Result<(), Error> {
    if OWN_LOTS.is_empty(draft) || !OWN_LOTS.has(draft, &lot) {
        return Ok(());
    }
    let left = own_debt(draft, id).minus(amount)?;
    OWN_DEBTS.put(draft, id, left);
    Ok(())
}

/// Forgets an own lot and says what interest its debt would have borne in the vault, rounded up against the
/// owner: of all of it until now, so that nobody borrows free of interest between two sales to himself. Zero
/// for a lot of liquidation.
pub(crate) fn end_own(draft: &mut Draft, id: FacilityId, lot: LotId, record: &VaultLot) -> Result<Amount, Error> {
    if OWN_LOTS.is_empty(draft) {
        return Ok(Amount::ZERO);
    }
    let Some(own) = OWN_LOTS.get(draft, &lot) else { return Ok(Amount::ZERO) };
    let now = book::bucket(draft, (id, record.asset, record.version))?.accumulator;
    let grown = record.debt.mul_div(now.0, own.accumulator.0, Rounding::Up)?;
    own_repaid(draft, id, lot, record.debt.minus(record.repaid)?)?;
    OWN_LOTS.remove(draft, &lot);
    Ok(grown.minus(record.debt)?)
}

/// The ladder of a vault, if it has one.
pub fn ladder(draft: &Draft, id: VaultId) -> Option<Ladder> {
    LADDERS.get(draft, &id)
}

/// Passes if the steps are few, in order, and each does something. # Errors [`Error::ParamOutOfBounds`].
pub fn check_steps(steps: &[Rung]) -> Result<(), Error> {
    let bad = |param| Err(Error::ParamOutOfBounds { param });
    if steps.len() > STEPS_MAX {
        return bad("steps");
    }
    for step in steps {
        if !STEP_HEALTH.contains(&step.health.0) {
            return bad("health");
        }
        match step.deed {
            Deed::Repay { amount } | Deed::Sell { amount, .. } if amount.is_zero() => return bad("amount"),
            Deed::Sell { discount, .. } if discount > DISCOUNT_MAX => return bad("discount"),
            _ => {}
        }
    }
    // Strictly descending: the order in which they are taken is theirs.
    let descending = steps.windows(2).all(|pair| matches!(pair, [above, below] if above.health > below.health));
    if descending { Ok(()) } else { bad("steps") }
}

/// All that the steps may repay. # Errors If it does not fit.
pub fn reserve_of(steps: &[Rung]) -> Result<Amount, Error> {
    let mut sum = Amount::ZERO;
    for step in steps {
        if let Deed::Repay { amount } = step.deed {
            sum = sum.plus(amount)?;
        }
    }
    Ok(sum)
}

/// What became of one step.
enum Step {
    /// Something was repaid or put up for sale.
    Done,
    /// There was nothing for it to do.
    Idle,
    /// It waits for a price, or for throughput.
    Waits,
}

/// Takes the steps that are due, or, before an auction, all until the vault is safe. Returns whether
/// anything was done.
pub(crate) fn descend(draft: &mut Draft, ctx: &Context, id: VaultId, last_stand: bool) -> Result<bool, Error> {
    let mut done = false;
    for _ in 0..STEPS_MAX {
        let Some(step) = LADDERS.peek(draft, &id).and_then(|ladder| ladder.steps.first().copied()) else { break };
        let health = book::health(draft, &book::vault(draft, id)?)?;
        let due = if last_stand { health.is_unsafe() } else { health.ratio() < step.health };
        if !due || health.debt.is_zero() {
            break;
        }
        let mut result = Step::Idle;
        let taken = attempt(draft, id, |draft| {
            result = take(draft, ctx, id, &step.deed)?;
            Ok(true)
        });
        if taken && matches!(result, Step::Waits) {
            break;
        }
        // A step is taken once, also one that failed or had nothing to do.
        drop_first(draft, ctx, id)?;
        if taken && matches!(result, Step::Done) {
            done = true;
            draft.emit(MODULE, &Event::LadderStepTaken { vault: id, step });
        }
    }
    Ok(done)
}

/// Takes the first step off a ladder; the last one ends it and gives back what is left of its reserve.
fn drop_first(draft: &mut Draft, ctx: &Context, id: VaultId) -> Result<(), Error> {
    let Some(mut ladder) = LADDERS.get(draft, &id) else { return Ok(()) };
    ladder.steps.remove(0);
    if ladder.steps.is_empty() {
        if let Some(hold) = ladder.reserve {
            attempt(draft, id, |draft| reserve::give_back(draft, ctx, hold).map(|()| true));
        }
        LADDERS.remove(draft, &id);
    } else {
        LADDERS.put(draft, id, ladder);
    }
    watch::set(draft, id)
}

fn take(draft: &mut Draft, ctx: &Context, id: VaultId, deed: &Deed) -> Result<Step, Error> {
    match *deed {
        Deed::Repay { amount } => {
            let hold = LADDERS.peek(draft, &id).and_then(|ladder| ladder.reserve);
            let paid = reserve::repay(draft, ctx, id, hold, amount)?;
            Ok(if paid.is_zero() { Step::Idle } else { Step::Done })
        }
        Deed::Sell { asset, amount, discount } => sell(draft, ctx, id, asset, amount, discount),
    }
}

/// Puts collateral of a safe vault up for sale against as much debt as it is sure to raise, up to what brings
/// the vault to the facility's target.
fn sell(
    draft: &mut Draft,
    ctx: &Context,
    id: VaultId,
    asset: AssetId,
    amount: Amount,
    discount: Bps,
) -> Result<Step, Error> {
    let vault = book::vault(draft, id)?;
    let facility = book::facility(draft, vault.facility)?;
    let pledged = vault.positions.iter().find(|position| position.asset == asset).map(|position| position.amount);
    let amount = amount.min(pledged.unwrap_or(Amount::ZERO));
    if amount.is_zero() {
        return Ok(Step::Idle);
    }
    let owed = book::debt(draft, &vault)?;
    let before = book::health_with(draft, &vault, &facility, owed)?;
    // An unsafe vault is liquidated, at a price that finds buyers: the step is passed over.
    if before.is_unsafe() {
        return Ok(Step::Idle);
    }
    let target = facility.params.target_health;
    if vault.in_liquidation() || before.ratio() >= target {
        return Ok(Step::Waits);
    }
    let key = (vault.facility, asset);
    let collateral = book::collateral(draft, vault.facility, asset)?;
    let mark = book::mark_of(draft, vault.facility, asset);
    if !mark.usable || mark.price == Price(0) {
        return Ok(Step::Waits);
    }
    let terms = collateral.liquidation;
    let window = OWN_WINDOWS.get(draft, &key).unwrap_or_default().at(ctx.time, terms.window_ms);
    let room = window.room(terms.window_max.mul_div(1, OWN_SHARE, Rounding::Down)?);
    // The least price, rounded up for the owner.
    let kept = Bps(Bps::ONE.0.saturating_sub(discount.0));
    let floor = Price(kept.apply(mark.price.0, Rounding::Up)?);
    let unit = book::unit_of(&facility)?;
    let position = vault.positions.iter().find(|position| position.asset == asset);
    let version = position.map_or(collateral.newest, |position| position.version);
    let bucket = book::bucket(draft, (vault.facility, asset, version))?;
    let weight = book::registered_weight(draft, vault.facility, &bucket, asset)?;
    let at_floor = Sale { price: floor, weight, bonus: Bps(0), decimals: collateral.decimals };
    let needed = at_floor.raised_by(amount, unit)?.min(at_floor.repay(&before, target, unit)?);
    if needed > room && !window.used.is_zero() {
        return Ok(Step::Waits);
    }
    let debt = reserve::within_floor(owed, needed.min(room), &facility);
    let amount = amount.min(at_floor.lot(debt, unit)?);
    if debt.is_zero() || amount.is_zero() {
        return Ok(Step::Idle);
    }
    let part = Part { asset, amount, debt, floor, suffices: true };
    for lot in sale::open_lots(draft, ctx, id, &facility, &before, &[part], true)? {
        OWN_LOTS.put(draft, lot, OwnLot { vault: id, accumulator: bucket.accumulator });
    }
    OWN_WINDOWS.put(draft, key, window.with(debt)?);
    OWN_DEBTS.put(draft, vault.facility, own_debt(draft, vault.facility).plus(debt)?);
    Ok(Step::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_descend_and_do_something() {
        let rung = |percent: u128, amount| Rung {
            health: Ratio(percent * 10_000_000_000_000_000),
            deed: Deed::Repay { amount: Amount(amount) },
        };
        assert_eq!(check_steps(&[]), Ok(()));
        assert_eq!(check_steps(&[rung(120, 5), rung(110, 5)]), Ok(()));
        let bad = |param| Err(Error::ParamOutOfBounds { param });
        assert_eq!(check_steps(&[rung(110, 5), rung(110, 5)]), bad("steps"));
        assert_eq!(check_steps(&[rung(110, 5), rung(120, 5)]), bad("steps"));
        assert_eq!(check_steps(&[rung(110, 0)]), bad("amount"));
        assert_eq!(check_steps(&[rung(49, 5)]), bad("health"));
        assert_eq!(check_steps(&[rung(1_001, 5)]), bad("health"));
        assert_eq!(check_steps(&[rung(110, 5); 9]), bad("steps"));
        let deed = Deed::Sell { asset: AssetId(0), amount: Amount(1), discount: Bps(2_001) };
        assert_eq!(check_steps(&[Rung { health: Ratio::ONE, deed }]), bad("discount"));
        assert_eq!(reserve_of(&[rung(120, 5), rung(110, 7)]), Ok(Amount(12)));
    }
}
