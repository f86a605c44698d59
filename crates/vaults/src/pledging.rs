//! Taking a pledge and giving it back: what every way of it asks.

use gage_accounts::Context;
use gage_ledger::Beneficiary;
use gage_securities::exposure::LIMITS;
use gage_securities::{BackingStatus, Scope};
use gage_store::Draft;
use gage_units::{Amount, AssetId, ItemId};

use crate::operations::{SHIFTED, WITHDREW, owned, settle_totals, takes_risk, touch};
use crate::state::{FACILITIES, FacilityId, Vault, VaultId, Version, beneficiary};
use crate::wide::scale_of;
use crate::{Error, Event, MODULE, book, mark, peg, things};

/// Passes if vaults may take more of the asset now.
///
/// # Errors
/// In this order: [`Error::VenueNotAllowed`], [`Error::QuarantinedCollateral`].
pub(crate) fn check(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<(), Error> {
    // A pledge moves nothing, so the ledger's door is not asked whether vaults are a venue.
    if !gage_compliance::venue_allowed(draft, asset, MODULE) {
        return Err(Error::VenueNotAllowed(asset));
    }
    if gage_securities::asset_status(draft, ctx, asset)?.backing == BackingStatus::Quarantined {
        return Err(Error::QuarantinedCollateral(asset));
    }
    Ok(())
}

/// Passes if `amount` more of the asset, over all facilities, stays within what its listing allows.
fn check_cap(draft: &Draft, ctx: &Context, asset: AssetId, amount: Amount) -> Result<(), Error> {
    let cap = gage_securities::collateral_cap(draft, ctx, asset)?;
    if cap == Amount::MAX {
        return Ok(());
    }
    let mut total = amount;
    for (id, _) in FACILITIES.iter(draft) {
        total = total.plus(mark::held(draft, id, asset)?)?;
    }
    if total > cap { Err(Error::AboveCollateralCap(asset)) } else { Ok(()) }
}

/// What a facility holds of everything: collateral of its vaults and lots, cash of its pegs.
fn holdings(draft: &Draft, id: FacilityId) -> Result<Vec<(AssetId, Amount)>, Error> {
    let mut found = Vec::new();
    for ((_, asset), _) in mark::collaterals(draft, id) {
        found.push((asset, mark::held(draft, id, asset)?));
    }
    found.extend(peg::pegs(draft, id).into_iter().map(|(asset, peg)| (asset, peg.held)));
    Ok(found)
}

/// Passes if what a facility holds, looked through to base assets, is within the limits on its exposure:
/// asked whenever it has taken more of something. Costs one look at an empty table where nothing is limited.
///
/// # Errors
/// `ExceedsExposure` of securities.
pub(crate) fn check_exposure(draft: &Draft, id: FacilityId) -> Result<(), Error> {
    if LIMITS.is_empty(draft) {
        return Ok(());
    }
    let scope = Scope::Record(Beneficiary { module: MODULE, id: u64::from(id.0) });
    Ok(gage_securities::check_exposure(draft, scope, &holdings(draft, id)?)?)
}

/// The most of one collateral in a vault, in 1e-18 of a whole unit: 2^110, or 1.3e15 whole units. Times the
/// largest weight, over all collaterals of a vault, it fits the 256 bits in which health is compared, so that
/// no price makes a vault that cannot be evaluated.
const PLEDGE_MAX: u128 = 1 << 110;

/// Passes if what a vault holds of the asset can be evaluated at any price.
fn check_size(draft: &Draft, vault: &Vault, asset: AssetId) -> Result<(), Error> {
    let scale = scale_of(book::collateral(draft, vault.facility, asset)?.decimals)?;
    let most = PLEDGE_MAX.checked_div(scale).unwrap_or(0);
    let held = vault.positions.iter().find(|position| position.asset == asset);
    let fits = held.is_none_or(|position| position.amount.0 <= most);
    if fits { Ok(()) } else { Err(Error::AboveCollateralCap(asset)) }
}

/// What is pledged, or freed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    /// An amount.
    Amount(Amount),
    /// One thing of an itemised asset.
    Thing(ItemId),
}

impl What {
    /// A thing counts as one unit of its asset.
    fn amount(self) -> Amount {
        match self {
            What::Amount(amount) => amount,
            What::Thing(_) => Amount(1),
        }
    }
}

/// Pledges a free amount, or thing, of the owner's to his vault. The caller has asked [`check`].
///
/// # Errors
/// In this order: [`Error::TooManyCollaterals`], [`Error::AboveCollateralCap`], [`Error::TooManyThings`], the
/// ledger's, `ExceedsExposure` of securities.
pub(crate) fn pledge(
    draft: &mut Draft,
    ctx: &Context,
    id: VaultId,
    mut vault: Vault,
    newest: Version,
    asset: AssetId,
    what: What,
) -> Result<(), Error> {
    let amount = what.amount();
    let (owner, number) = (vault.owner, vault.facility);
    let facility = book::facility(draft, number)?;
    let mut totals = book::totals(draft, number);
    let before = totals;
    let debt = book::debt(draft, &vault)?;
    book::add_pledge(&mut vault, asset, newest, amount)?;
    check_size(draft, &vault, asset)?;
    check_cap(draft, ctx, asset, amount)?;
    match what {
        What::Amount(amount) => gage_ledger::pledge(draft, ctx, owner, asset, beneficiary(id), amount)?,
        What::Thing(item) => things::pledge(draft, ctx, id, owner, asset, item)?,
    }
    book::write(draft, id, vault, &facility, &mut totals, debt)?;
    settle_totals(draft, number, before, totals)?;
    check_exposure(draft, number)?;

    // From here on nothing can fail.
    draft.emit(
        MODULE,
        &match what {
            What::Amount(amount) => Event::Deposited { vault: id, asset, amount },
            What::Thing(item) => Event::ThingDeposited { vault: id, asset, item },
        },
    );
    Ok(())
}

/// Frees an amount, or a thing, that backs a vault of the signer's. What is left is judged at the end of the
/// transaction, by [`crate::recheck()`].
///
/// # Errors
/// In this order: `NotAnAccount`, [`Error::UnknownVault`], [`Error::NotVaultOwner`], and for an indebted
/// vault [`Error::FacilityClosed`], [`Error::UnfinishedLiquidations`], [`Error::InLiquidation`]; then
/// [`Error::ExceedsPledge`], the ledger's.
pub(crate) fn withdraw(draft: &mut Draft, ctx: &Context, id: VaultId, asset: AssetId, what: What) -> Result<(), Error> {
    let mut vault = owned(draft, ctx, id)?;
    let (owner, number) = (vault.owner, vault.facility);
    let facility = book::facility(draft, number)?;
    let mut totals = book::totals(draft, number);
    let before = totals;
    let debt = book::debt(draft, &vault)?;
    // A vault without debt, and without a lot that may bring debt back, is free to go.
    let indebted = !debt.is_zero() || vault.in_liquidation();
    if indebted {
        takes_risk(&facility, &totals, &vault)?;
    }
    let position = vault.positions.iter_mut().find(|position| position.asset == asset);
    let position = position.ok_or(Error::ExceedsPledge)?;
    position.amount = position.amount.minus(what.amount()).map_err(|_| Error::ExceedsPledge)?;
    if indebted {
        book::take_newest_versions(draft, &mut vault)?;
    }
    match what {
        What::Amount(amount) => gage_ledger::unpledge(draft, ctx, owner, asset, beneficiary(id), amount)?,
        What::Thing(item) => things::unpledge(draft, ctx, id, owner, asset, item)?,
    }
    book::write(draft, id, vault, &facility, &mut totals, debt)?;
    settle_totals(draft, number, before, totals)?;

    // From here on nothing can fail.
    if indebted {
        // What a deposit moved under another collateral is asked for here: deposits themselves never are.
        touch(draft, id, WITHDREW | SHIFTED);
    }
    draft.emit(
        MODULE,
        &match what {
            What::Amount(amount) => Event::Withdrawn { vault: id, asset, amount },
            What::Thing(item) => Event::ThingWithdrawn { vault: id, asset, item },
        },
    );
    Ok(())
}
