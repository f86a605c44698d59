//! The loss of a facility under its stated stress: what a fall of all prices at once would leave unpaid.
//!
//! Each vault alone: surplus of one does not cover another. A vault can lose only if `H < 1 / (1 - s)`, because
//! `LT (1 + b) < 1` for every collateral; so only a prefix of each group's index is read.

use std::ops::Bound;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_backstop::query::CoverageProof;
use gage_store::{Column, Draft};
use gage_units::{Amount, AssetId, Bps, Height, MathError, Ratio, Rounding};
use serde::{Deserialize, Serialize};

use crate::index::least_health;
use crate::params::first_bad;
use crate::state::{Facility, FacilityId, GROUPS, GroupId, INDEX, LOTS, VaultId};
use crate::wide::{Worth, amount_of, worth};
use crate::{Error, book, liquidate};

/// What a facility without a stated stress is held to: about what ether lost on 12 March 2020.
pub const SHOCK: Bps = Bps(4_500);

/// The stress a facility is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stress {
    /// The part of every price that is lost; 1 % to 90 %.
    pub shock: Bps,
}

impl Stress {
    /// Passes if the shock lies in its bounds. # Errors [`Error::ParamOutOfBounds`].
    pub fn check(&self) -> Result<(), Error> {
        first_bad([("shock", (100..=9_000).contains(&self.shock.0))])
    }
}

pub(crate) const STRESSES: Column<FacilityId, Stress> = Column::authenticated(0x0a49, "vaults/stresses");

/// A facility's coverage: what its stress would cost, and who would bear it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CoverageView {
    /// The part of every price that is lost.
    pub shock: Bps,
    /// What vaults and lots would leave unpaid.
    pub stressed_loss: Amount,
    /// The capital for it with the keys of the records it is reckoned from; none if nothing is lost.
    pub proof: Option<CoverageProof>,
}

/// The stress a facility is held to.
pub fn stress(draft: &Draft, id: FacilityId) -> Stress {
    STRESSES.get(draft, &id).unwrap_or(Stress { shock: SHOCK })
}

/// What a facility's waterfall would bear of its stressed loss at a height.
///
/// # Errors
/// [`Error::UnknownFacility`]; if a figure does not fit.
pub fn coverage(draft: &Draft, id: FacilityId, height: Height) -> Result<CoverageView, Error> {
    let waterfall = book::facility(draft, id)?.waterfall;
    let (shock, loss) = (stress(draft, id).shock, stressed_loss(draft, id)?);
    let proof = match loss.is_zero() {
        true => None,
        false => Some(gage_backstop::query::coverage_proof(draft, waterfall, loss, height)?),
    };
    Ok(CoverageView { shock, stressed_loss: loss, proof })
}

/// The loss of a facility under its stated stress, in smallest units of what it lends.
///
/// # Errors
/// [`Error::UnknownFacility`]; if a figure does not fit.
pub fn stressed_loss(draft: &Draft, id: FacilityId) -> Result<Amount, Error> {
    let facility = book::facility(draft, id)?;
    let shock = stress(draft, id).shock;
    let mut debts = Vec::new();
    for vault in at_risk(draft, id, shock)? {
        let record = book::vault(draft, vault)?;
        let mut value = Worth::ZERO;
        for position in record.positions.iter().filter(|position| !position.amount.is_zero()) {
            let part = after_costs(draft, id, position.asset, position.version, position.amount)?;
            value = value.checked_add(part).ok_or(MathError::Overflow)?;
        }
        debts.push((book::debt(draft, &record)?, in_debt(&facility, value)?));
    }
    for (_, lot) in LOTS.iter(draft) {
        if book::vault(draft, lot.vault)?.facility == id {
            let value = after_costs(draft, id, lot.asset, lot.version, lot.remaining)?;
            debts.push((lot.debt.minus(lot.repaid)?, in_debt(&facility, value)?));
        }
    }
    Ok(gage_backstop::query::stressed_loss(debts, shock)?)
}

/// The vaults that a shock may leave with less than they owe.
fn at_risk(draft: &Draft, id: FacilityId, shock: Bps) -> Result<Vec<VaultId>, Error> {
    let kept = Bps::ONE.0.checked_sub(shock.0).ok_or(MathError::Underflow)?;
    // Rounded up: no vault is missed.
    let bound = Ratio::of(Bps::SCALE, kept.into(), Rounding::Up)?;
    let mut found = Vec::new();
    for group in liquidate::groups_of(draft, id) {
        let index = GROUPS.peek(draft, &group).map_or(0, |group| group.index);
        found.extend(in_order(draft, group).take_while(|(key, _)| least_health(*key, index) < bound).map(|(_, id)| id));
    }
    Ok(found)
}

fn in_order(draft: &Draft, group: GroupId) -> impl Iterator<Item = (u128, VaultId)> + use<'_> {
    let bounds = (Bound::Included((group, 0, VaultId(0))), Bound::Included((group, u128::MAX, VaultId(u32::MAX))));
    INDEX.range(draft, bounds).map(|((_, key, vault), ())| (*key, *vault))
}

/// What an amount of collateral is worth when it is sold at the floor of an auction.
fn after_costs(
    draft: &Draft,
    id: FacilityId,
    asset: AssetId,
    version: crate::Version,
    amount: Amount,
) -> Result<Worth, Error> {
    let decimals = book::collateral(draft, id, asset)?.decimals;
    // A version that no vault is in any more is gone; its lots count without the costs of a sale.
    let bonus = book::bucket(draft, (id, asset, version)).map_or(Bps(0), |bucket| bucket.terms.bonus);
    let with_bonus = Bps::SCALE.checked_add(bonus.0.into()).ok_or(MathError::Overflow)?;
    let price = book::mark_of(draft, id, asset).weighted.mul_div(Bps::SCALE, with_bonus, Rounding::Down)?;
    Ok(worth(amount, price.0, decimals)?)
}

/// A worth in what the facility lends, rounded down.
fn in_debt(facility: &Facility, value: Worth) -> Result<Amount, Error> {
    Ok(amount_of(value, facility.par, facility.decimals, Rounding::Down).unwrap_or(Amount::MAX))
}
