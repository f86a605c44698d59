//! Lock-up lots: amounts of a counted asset that a holder may not send before a given time.
//!
//! Rule 144 and the distribution period of Regulation S bind the unit, not the holder: a lot that a
//! rule or a court takes goes along with its release time. Whatever is not locked goes first, then the
//! lot that is released first. A holder's lots bind all its accounts together.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::plan::Plan;
use crate::state::{IdentityId, LOTS, RULES};
use crate::{Error, Event, MODULE, held_by, identity_of};

/// The most lots of one holder of one asset.
pub const LOTS_MAX: usize = 16;
/// The longest lock-up: twenty years of 365 days.
pub const LOCK_UP_MS_MAX: u64 = 20 * 365 * 86_400_000;

/// An amount that is locked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Lot {
    /// From this instant on it may be sent.
    pub release: Timestamp,
    /// How much.
    pub amount: Amount,
}

/// Who bears a lot.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Bearer {
    /// A holder.
    Identity(IdentityId),
    /// A module that took it by rule, until it gives it to somebody.
    Module(AccountNumber),
}

/// What is locked up of an asset with a bearer at `time`.
pub fn locked(draft: &Draft, asset: AssetId, bearer: Bearer, time: Timestamp) -> Amount {
    let lots = LOTS.peek(draft, &(asset, bearer)).map_or(&[][..], Vec::as_slice);
    sum(lots.iter().filter(|lot| time < lot.release))
}

/// All lots of an asset with a bearer, also those released since they were last looked at.
pub fn lots(draft: &Draft, asset: AssetId, bearer: Bearer) -> Vec<Lot> {
    LOTS.get(draft, &(asset, bearer)).unwrap_or_default()
}

/// What modules bear in lots, by asset and account: for the ledger's audit.
pub fn lots_of_modules(draft: &Draft) -> Vec<(AssetId, AccountNumber, Amount)> {
    let of_module = |((asset, bearer), lots): ((AssetId, Bearer), Vec<Lot>)| match bearer {
        Bearer::Module(account) => Some((asset, account, sum(lots.iter()))),
        Bearer::Identity(_) => None,
    };
    LOTS.sorted(draft).into_iter().filter_map(of_module).collect()
}

/// When a bearer's lots leave room for a holding of `after`; `None` if there is room now.
pub(crate) fn room_at(
    draft: &Draft,
    asset: AssetId,
    bearer: Bearer,
    time: Timestamp,
    after: Amount,
) -> Option<Timestamp> {
    let lots = LOTS.peek(draft, &(asset, bearer))?;
    let live = || lots.iter().filter(|lot| time < lot.release);
    if sum(live()) <= after {
        return None;
    }
    live().map(|lot| lot.release).find(|release| sum(live().filter(|lot| *release < lot.release)) <= after)
}

/// Locks up an amount that an account has received from the asset's agent or issuer.
///
/// # Errors
/// [`Error::NotCounted`], [`Error::WithoutIdentity`], [`Error::BadPeriod`], [`Error::LockExceedsHolding`],
/// [`Error::TooManyLots`].
pub fn lock(draft: &mut Draft, ctx: &Context, asset: AssetId, account: AccountNumber, lot: Lot) -> Result<(), Error> {
    let counted = RULES.peek(draft, &asset).is_some_and(|rules| rules.counted.is_some());
    if !counted {
        return Err(Error::NotCounted);
    }
    let identity = identity_of(draft, account).ok_or(Error::WithoutIdentity)?;
    let ahead = lot.release.since_ms(ctx.time).map_err(|_| Error::BadPeriod)?;
    if ahead == 0 || ahead > LOCK_UP_MS_MAX {
        return Err(Error::BadPeriod);
    }
    let key = (asset, Bearer::Identity(identity));
    let mut lots = live_lots(draft, asset, key.1, ctx.time);
    let locked = sum(lots.iter()).plus(lot.amount).map_err(|_| Error::LockExceedsHolding)?;
    if lot.amount.is_zero() || locked > held_by(draft, asset, identity) {
        return Err(Error::LockExceedsHolding);
    }
    add(&mut lots, lot);
    if lots.len() > LOTS_MAX {
        return Err(Error::TooManyLots);
    }

    // From here on nothing can fail.
    LOTS.put(draft, key, lots);
    draft.emit(MODULE, &Event::LockedUp { asset, bearer: key.1, lot });
    Ok(())
}

/// Takes lots along with what a rule moves: whoever has less than his lots say loses the first released
/// of them, and whoever receives bears them from now on. What is burned takes its lots with it.
pub(crate) fn carry(draft: &mut Draft, ctx: &Context, asset: AssetId, plan: &Plan) {
    let identities = plan.movements.iter().map(|one| (Bearer::Identity(one.identity), one.before, one.after));
    let modules = plan.modules.iter().map(|(account, before, after)| (Bearer::Module(*account), *before, *after));
    let bearers: Vec<_> = identities.chain(modules).collect();

    let mut carried: Vec<Lot> = Vec::new();
    for (bearer, _, after) in bearers.iter().filter(|(_, before, after)| after < before) {
        if !LOTS.has(draft, &(asset, *bearer)) {
            continue;
        }
        let mut lots = live_lots(draft, asset, *bearer, ctx.time);
        // What is left covers the lots, or they shrink to it.
        if let Ok(excess) = sum(lots.iter()).minus(*after) {
            carried.extend(take(&mut lots, excess));
        }
        write(draft, asset, *bearer, lots);
    }
    carried.sort_by_key(|lot| lot.release);
    for (bearer, before, after) in bearers.iter().filter(|(_, before, after)| after > before) {
        if carried.is_empty() {
            return;
        }
        let room = after.minus(*before).expect("the line above asks that it grows");
        let mut lots = live_lots(draft, asset, *bearer, ctx.time);
        for lot in take(&mut carried, room) {
            add(&mut lots, lot);
            draft.emit(MODULE, &Event::LockedUp { asset, bearer: *bearer, lot });
        }
        while lots.len() > LOTS_MAX {
            join_closest(&mut lots);
        }
        write(draft, asset, *bearer, lots);
    }
}

fn live_lots(draft: &Draft, asset: AssetId, bearer: Bearer, time: Timestamp) -> Vec<Lot> {
    let mut lots = lots(draft, asset, bearer);
    lots.retain(|lot| time < lot.release);
    lots
}

fn write(draft: &mut Draft, asset: AssetId, bearer: Bearer, lots: Vec<Lot>) {
    if lots.is_empty() {
        LOTS.remove(draft, &(asset, bearer));
    } else {
        LOTS.put(draft, (asset, bearer), lots);
    }
}

fn sum<'l>(lots: impl Iterator<Item = &'l Lot>) -> Amount {
    lots.fold(Amount::ZERO, |sum, lot| sum.plus(lot.amount).expect("the lots of an asset are at most its supply"))
}

/// Takes `amount` out of the lots, first released first.
fn take(lots: &mut Vec<Lot>, mut amount: Amount) -> Vec<Lot> {
    let mut taken = Vec::new();
    while let Some(first) = lots.first_mut().filter(|_| !amount.is_zero()) {
        let part = first.amount.min(amount);
        amount = amount.minus(part).expect("a part is at most the amount");
        first.amount = first.amount.minus(part).expect("a part is at most the lot");
        taken.push(Lot { release: first.release, amount: part });
        if first.amount.is_zero() {
            lots.remove(0);
        }
    }
    taken
}

/// Adds a lot in the order of release; lots released at the same instant are one.
fn add(lots: &mut Vec<Lot>, lot: Lot) {
    let place = lots.partition_point(|other| other.release < lot.release);
    match lots.get_mut(place).filter(|same| same.release == lot.release) {
        Some(same) => same.amount = same.amount.plus(lot.amount).expect("the lots of an asset are at most its supply"),
        None => lots.insert(place, lot),
    }
}

/// Makes one lot of the two whose releases lie closest, released with the later of them: nothing is
/// released earlier than it was promised to others.
fn join_closest(lots: &mut Vec<Lot>) {
    let gap = |pair: &[Lot]| match pair {
        [first, second] => second.release.0.checked_sub(first.release.0),
        _ => None,
    };
    let closest = lots.windows(2).enumerate().min_by_key(|(_, pair)| gap(pair)).map(|(place, _)| place);
    let Some(place) = closest else { return };
    let first = lots.remove(place);
    if let Some(second) = lots.get_mut(place) {
        second.amount = second.amount.plus(first.amount).expect("the lots of an asset are at most its supply");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, clippy::unwrap_used)]
    use super::*;

    fn lot(release: u64, amount: u128) -> Lot {
        Lot { release: Timestamp(release), amount: Amount(amount) }
    }

    #[test]
    fn the_first_released_goes_first() {
        let mut lots = vec![lot(10, 5), lot(20, 7)];
        assert_eq!(take(&mut lots, Amount(6)), [lot(10, 5), lot(20, 1)]);
        assert_eq!(lots, [lot(20, 6)]);
        assert_eq!(take(&mut lots, Amount(9)), [lot(20, 6)]);
        assert!(lots.is_empty());
    }

    #[test]
    fn equal_releases_are_one_lot_in_order() {
        let mut lots = vec![lot(20, 7)];
        add(&mut lots, lot(10, 5));
        add(&mut lots, lot(20, 1));
        assert_eq!(lots, [lot(10, 5), lot(20, 8)]);
    }

    #[test]
    fn too_many_lots_join_into_the_later_release() {
        let mut lots = vec![lot(10, 5), lot(13, 7), lot(15, 1), lot(90, 2)];
        join_closest(&mut lots);
        assert_eq!(lots, [lot(10, 5), lot(15, 8), lot(90, 2)]);
    }
}
