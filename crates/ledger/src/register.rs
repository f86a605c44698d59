//! Who held what at a record date, without a visit to any holder.
//!
//! A record date is a number per asset, counted from 1. From then on the first movement of each holding notes what
//! it was before; whoever did not move holds what he held. So a record date costs one record, and one more for
//! each holding that moves after it.

use std::ops::Bound::Included;

use gage_store::{Column, Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId};

use gage_compliance::HolderChange;

use crate::state::{balance, supply};
use crate::{Error, asset};

/// How many record dates an asset has had.
pub(crate) const RECORD_DATES: Column<AssetId, u32> = Column::authenticated(0x0310, "ledger/record_dates");
/// The supply at each record date.
pub(crate) const RECORDED_SUPPLY: OrderedTable<(AssetId, u32), Amount> =
    OrderedTable::authenticated(0x0311, "ledger/recorded_supply");
/// What a holding was at the record dates since its entry before, up to this one.
pub(crate) const REGISTER: OrderedTable<(AssetId, AccountNumber, u32), Amount> =
    OrderedTable::authenticated(0x0312, "ledger/register");

/// Takes the register of a fungible asset as it stands now, and gives its number.
///
/// # Errors
/// [`Error::UnknownAsset`], [`Error::ItemMismatch`] for an itemised asset, [`Error::Math`] after 2^32 of them.
pub fn take_record(draft: &mut Draft, id: AssetId) -> Result<u32, Error> {
    if asset(draft, id)?.itemised {
        return Err(Error::ItemMismatch);
    }
    let before = RECORD_DATES.get(draft, &id).unwrap_or(0);
    let number = before.checked_add(1).ok_or(gage_units::MathError::Overflow)?;
    RECORD_DATES.put(draft, id, number);
    let supply = supply(draft, id);
    RECORDED_SUPPLY.put(draft, (id, number), supply);
    Ok(number)
}

/// What an account held at a record date, all parts together: pledged units are their owner's.
///
/// # Errors
/// [`Error::Math`]: excluded, a holding is at most the supply.
pub fn held_at(draft: &Draft, asset: AssetId, account: AccountNumber, number: u32) -> Result<Amount, Error> {
    let later = (Included((asset, account, number)), Included((asset, account, u32::MAX)));
    match REGISTER.range(draft, later).next() {
        Some((_, held)) => Ok(*held),
        None => Ok(balance(draft, account, asset).total()?),
    }
}

/// The supply at a record date, if there was one of that number.
pub fn supply_at(draft: &Draft, asset: AssetId, number: u32) -> Option<Amount> {
    RECORDED_SUPPLY.get(draft, &(asset, number))
}

/// Notes what holdings were before they changed, once each after a record date.
pub(crate) fn note(draft: &mut Draft, changes: &[HolderChange]) {
    for change in changes.iter().filter(|change| change.before != change.after) {
        let Some(number) = RECORD_DATES.get(draft, &change.asset) else { continue };
        let key = (change.asset, change.account, number);
        if !REGISTER.has(draft, &key) {
            REGISTER.put(draft, key, change.before);
        }
    }
}
