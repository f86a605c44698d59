//! How much of an asset may serve as collateral: a cap that grows with age and with measured depth.

use std::ops::Bound::Included;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_staking::Role;
use gage_store::{Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId, Bps, MathError, Rounding, mul_div, pow10};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::state::{LISTINGS, Listing};

const DAY_MS: u64 = 86_400_000;
/// A listing of probation is grown up after 90 days.
pub const GROWN_MS: u64 = 90 * DAY_MS;
/// Governance loosens a listing at most once a week.
pub const LOOSEN_MS: u64 = 7 * DAY_MS;
/// A depth that was not measured for a day counts for nothing.
pub const DEPTH_MS_MAX: u64 = DAY_MS;
/// An unchanged depth is written again after an hour.
const DEPTH_REFRESH_MS: u64 = DAY_MS / 24;
/// What part of the measured depth may serve as collateral, by tier; the highest tier asks no depth.
const DEPTH_SHARE: [Bps; 4] = [Bps(1_000), Bps(2_500), Bps(5_000), Bps(10_000)];
/// What part of its share a listing of probation has on its first day.
const FIRST_SHARE: Bps = Bps(1_000);

/// How much of an asset can be sold at once where a module measures it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Depth {
    /// How much, in the asset's smallest unit.
    pub amount: Amount,
    /// When it was measured.
    pub at: gage_units::Timestamp,
}

/// Depths by asset and the module that measures them.
pub const DEPTHS: OrderedTable<(AssetId, u8), Depth> = OrderedTable::authenticated(0x060e, "securities/depths");

/// The largest cap of a listing that an account makes: a million whole units.
///
/// # Errors
/// [`MathError::Overflow`], which an asset's decimals exclude.
pub fn probation_cap(decimals: u8) -> Result<Amount, MathError> {
    pow10(decimals.checked_add(6).ok_or(MathError::Overflow)?).map(Amount)
}

/// Takes note of how much of `asset` can be sold at once where `module` measures it: executable depth
/// that has rested. The caller is that module.
///
/// # Errors
/// [`Error::Ledger`] for an unknown asset.
pub fn set_depth(draft: &mut Draft, ctx: &Context, module: u8, asset: AssetId, amount: Amount) -> Result<(), Error> {
    let fresh = |depth: &Depth| depth.amount == amount && ctx.time.0.saturating_sub(depth.at.0) < DEPTH_REFRESH_MS;
    if DEPTHS.peek(draft, &(asset, module)).is_some_and(fresh) {
        return Ok(());
    }
    gage_ledger::asset(draft, asset)?;

    // From here on nothing can fail.
    DEPTHS.put(draft, (asset, module), Depth { amount, at: ctx.time });
    Ok(())
}

/// How much of `asset` can be sold at once, over all modules that measured it within a day.
///
/// # Errors
/// [`Error::Math`].
pub fn depth(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<Option<Amount>, Error> {
    let range = (Included((asset, 0)), Included((asset, u8::MAX)));
    let fresh = |depth: &&Depth| ctx.time.0.saturating_sub(depth.at.0) < DEPTH_MS_MAX;
    let mut sum = None;
    for (_, depth) in DEPTHS.range(draft, range).filter(|(_, depth)| fresh(depth)) {
        sum = Some(sum.unwrap_or(Amount::ZERO).plus(depth.amount)?);
    }
    Ok(sum)
}

/// The most of `asset` that may serve as collateral over all facilities, in its smallest unit. An asset
/// without listing has no cap of its own: whoever admits it says how much.
///
/// On probation (tier 0): a tenth of the measured depth, of which a tenth on the first day and all after
/// 90 days, and nothing without depth or without the curator's bond. In tiers 1 to 3 a quarter, a half
/// and all of the depth, where it is measured. Never above the listing's own cap; rounded down.
///
/// # Errors
/// [`Error::Math`].
pub fn collateral_cap(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<Amount, Error> {
    let Some(listing) = LISTINGS.get(draft, &asset) else { return Ok(Amount::MAX) };
    let Some(share) = DEPTH_SHARE.get(usize::from(listing.tier)) else { return Ok(listing.collateral_cap) };
    let depth = depth(draft, ctx, asset)?;
    if listing.tier > 0 {
        let shared = depth.map(|depth| share.apply(depth.0, Rounding::Down)).transpose()?;
        return Ok(shared.map_or(listing.collateral_cap, |shared| listing.collateral_cap.min(Amount(shared))));
    }
    let bonded = listing.curator.is_none_or(|curator| has_bond(draft, curator, asset));
    let (Some(depth), true) = (depth, bonded) else { return Ok(Amount::ZERO) };
    let shared = share.apply(depth.0, Rounding::Down)?;
    let grown = mul_div(shared, age(&listing, ctx).into(), Bps::ONE.0.into(), Rounding::Down)?;
    Ok(listing.collateral_cap.min(Amount(grown)))
}

/// The part of its share that a listing has by its age: from [`FIRST_SHARE`] to all, evenly.
fn age(listing: &Listing, ctx: &Context) -> u32 {
    let age_ms = u128::from(ctx.time.0.saturating_sub(listing.listed_at.0).min(GROWN_MS));
    let range = u128::from(Bps::ONE.0.saturating_sub(FIRST_SHARE.0));
    let grown =
        mul_div(range, age_ms, GROWN_MS.into(), Rounding::Down).expect("the age counts up to the divisor, 90 days");
    FIRST_SHARE.0.saturating_add(u32::try_from(grown).expect("at most all of it, 10,000"))
}

/// Whether the account has the bond that a listing takes: the purpose of the bond is the asset.
pub fn has_bond(draft: &Draft, curator: AccountNumber, asset: AssetId) -> bool {
    gage_staking::terms(draft, Role::Listing).is_some_and(|terms| {
        gage_staking::bonded(draft, Role::Listing, curator, u64::from(asset.0)) >= terms.amount_min
    })
}

/// Passes what governance may make of a listing: tighter at once, looser at most once a week, by one
/// tier and to at most twice the caps (from nothing, to those of a probation).
///
/// # Errors
/// [`Error::LoosensTooFast`], [`Error::Math`].
pub(crate) fn check_speed(before: &Listing, after: &Listing, decimals: u8, ctx: &Context) -> Result<(), Error> {
    let least = probation_cap(decimals)?;
    let within = |before: Amount, after: Amount| {
        // Twice what does not fit is no bound.
        after <= before || after <= before.plus(before).unwrap_or(Amount::MAX).max(least)
    };
    let looser = after.tier > before.tier
        || after.supply_cap > before.supply_cap
        || after.collateral_cap > before.collateral_cap;
    let slow = ctx.time.0.saturating_sub(before.since.0) >= LOOSEN_MS
        && after.tier <= before.tier.saturating_add(1)
        && within(before.supply_cap, after.supply_cap)
        && within(before.collateral_cap, after.collateral_cap);
    if looser && !slow { Err(Error::LoosensTooFast) } else { Ok(()) }
}
