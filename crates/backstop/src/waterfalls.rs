//! Waterfalls and their terms, for governance and the modules that own facilities.

use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Height, MathError};

use crate::absorb::available;
use crate::params::{COLLATERAL_MAX, POOL_RESERVE_FACTOR, STEPS_MAX, TIERS_MAX};
use crate::state::{POOLS, WATERFALLS};
use crate::{Error, Event, MODULE, Pool, PoolId, Step, StepKind, Terms, Waterfall, WaterfallId};

/// What a waterfall is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWaterfall {
    /// What debts are in and all capital is in.
    pub stable: AssetId,
    /// What losses may bring along.
    pub collateral: Vec<AssetId>,
    /// Whose first-loss capital it is, if anybody's.
    pub curator: Option<AccountNumber>,
    /// The steps, the first bears first.
    pub steps: Vec<Step>,
    /// Times and least amounts.
    pub terms: Terms,
}

/// Creates a waterfall with an empty pool. Who may ask for it is the caller's business.
///
/// # Errors
/// [`Error::TermsOutOfBounds`], [`Error::StepsOutOfBounds`], [`Error::CollateralOutOfBounds`], the
/// ledger's for unknown assets.
pub fn create_waterfall(draft: &mut Draft, _ctx: &Context, new: NewWaterfall) -> Result<WaterfallId, Error> {
    new.terms.validate()?;
    validate_steps(&new.steps)?;
    validate_collateral(new.stable, &new.collateral)?;
    for asset in std::iter::once(new.stable).chain(new.collateral.iter().copied()) {
        gage_ledger::decimals(draft, asset)?;
    }
    let last = WATERFALLS.iter(draft).next_back().map_or(0, |(id, _)| id.0);
    let id = WaterfallId(last.checked_add(1).ok_or(MathError::Overflow)?);

    // From here on nothing can fail.
    let NewWaterfall { stable, collateral, curator, steps, terms } = new;
    let record = Waterfall { stable, collateral, curator, steps, terms, exits_closed: false, reserved: Amount::ZERO };
    WATERFALLS.put(draft, id, record.clone());
    POOLS.put(draft, PoolId::stability(id), Pool::default());
    draft.emit(MODULE, &Event::WaterfallCreated { waterfall: id, record });
    Ok(id)
}

/// Sets steps and terms. Who may ask for it is the caller's business. A request to withdraw keeps the
/// times it was given.
///
/// # Errors
/// [`Error::TermsOutOfBounds`], [`Error::StepsOutOfBounds`], [`Error::UnknownWaterfall`].
pub fn set_terms(draft: &mut Draft, id: WaterfallId, steps: Vec<Step>, terms: Terms) -> Result<(), Error> {
    terms.validate()?;
    validate_steps(&steps)?;
    let record = waterfall(draft, id)?;

    // From here on nothing can fail.
    WATERFALLS.put(draft, id, Waterfall { steps: steps.clone(), terms, ..record });
    draft.emit(MODULE, &Event::TermsSet { waterfall: id, steps, terms });
    Ok(())
}

/// Adds a collateral asset, if it is not there yet.
///
/// # Errors
/// [`Error::UnknownWaterfall`], [`Error::CollateralOutOfBounds`], the ledger's for an unknown asset.
pub fn add_collateral(draft: &mut Draft, id: WaterfallId, asset: AssetId) -> Result<(), Error> {
    let mut record = waterfall(draft, id)?;
    if record.collateral.contains(&asset) {
        return Ok(());
    }
    gage_ledger::decimals(draft, asset)?;
    record.collateral.push(asset);
    validate_collateral(record.stable, &record.collateral)?;

    // From here on nothing can fail.
    WATERFALLS.put(draft, id, record);
    draft.emit(MODULE, &Event::CollateralAdded { waterfall: id, asset });
    Ok(())
}

/// Closes or opens the exits of all capital. The module that owns the facility closes them while it
/// has unfinished liquidations, so that nobody leaves between a price and the losses it causes.
///
/// # Errors
/// [`Error::UnknownWaterfall`].
pub fn close_exits(draft: &mut Draft, id: WaterfallId, closed: bool) -> Result<(), Error> {
    let record = waterfall(draft, id)?;
    if record.exits_closed != closed {
        WATERFALLS.put(draft, id, Waterfall { exits_closed: closed, ..record });
        draft.emit(MODULE, &Event::ExitsSet { waterfall: id, closed });
    }
    Ok(())
}

/// Reserves capital for `debt` that is at auction and may yet fall on the steps: what a step would
/// have to give for it, in order, does not leave.
///
/// # Errors
/// [`Error::UnknownWaterfall`].
pub fn reserve(draft: &mut Draft, id: WaterfallId, debt: Amount) -> Result<(), Error> {
    let record = waterfall(draft, id)?;
    if record.reserved != debt {
        WATERFALLS.put(draft, id, Waterfall { reserved: debt, ..record });
    }
    Ok(())
}

/// Passes if `amount` of what step `kind` holds may leave at this height without touching what is reserved.
/// In a pool that many share, [`POOL_RESERVE_FACTOR`] times as much stays: else who leaves in time would let
/// those who stay bear his part.
///
/// # Errors
/// [`Error::CapitalReserved`].
pub(crate) fn check_reserved(
    draft: &Draft,
    id: WaterfallId,
    record: &Waterfall,
    height: Height,
    kind: StepKind,
    amount: Amount,
) -> Result<(), Error> {
    let mut need = record.reserved;
    for step in record.steps.iter().take_while(|step| step.kind != kind) {
        let borne = need.min(available(draft, id, record, height, step.kind)).min(step.cap);
        need = need.minus(borne)?;
    }
    let held = available(draft, id, record, height, kind);
    let stays = held.minus(amount).unwrap_or(Amount::ZERO);
    let factor = match kind {
        StepKind::StabilityPool | StepKind::Insurance { .. } => POOL_RESERVE_FACTOR,
        _ => 1,
    };
    // Saturated, it is more than is held, and everything stays.
    let keep = Amount(need.0.saturating_mul(factor)).min(held);
    if stays < keep { Err(Error::CapitalReserved) } else { Ok(()) }
}

/// The waterfall.
///
/// # Errors
/// [`Error::UnknownWaterfall`].
pub fn waterfall(draft: &Draft, id: WaterfallId) -> Result<Waterfall, Error> {
    WATERFALLS.get(draft, &id).ok_or(Error::UnknownWaterfall)
}

/// One to [`STEPS_MAX`] steps, each kind once, insurance tiers the junior first; what was recovered before a
/// loss is no step.
pub(crate) fn validate_steps(steps: &[Step]) -> Result<(), Error> {
    let twice = steps.iter().enumerate().any(|(index, step)| steps.iter().take(index).any(|one| one.kind == step.kind));
    let recovered = |step: &Step| matches!(step.kind, StepKind::SelfDeleverage | StepKind::AuctionProceeds);
    let tiers = steps.iter().filter_map(|step| match step.kind {
        StepKind::Insurance { tier } => Some(tier),
        _ => None,
    });
    let tiers: Vec<u8> = tiers.collect();
    let junior_first = tiers.is_sorted() && tiers.iter().all(|tier| (1..=TIERS_MAX).contains(tier));
    let bad = steps.is_empty() || steps.len() > STEPS_MAX || twice || !junior_first || steps.iter().any(recovered);
    if bad { Err(Error::StepsOutOfBounds) } else { Ok(()) }
}

/// At most [`COLLATERAL_MAX`] assets, each once, none the stable.
pub(crate) fn validate_collateral(stable: AssetId, assets: &[AssetId]) -> Result<(), Error> {
    let twice = assets.iter().enumerate().any(|(index, asset)| assets.iter().take(index).any(|one| one == asset));
    if assets.len() > COLLATERAL_MAX || twice || assets.contains(&stable) {
        Err(Error::CollateralOutOfBounds)
    } else {
        Ok(())
    }
}
