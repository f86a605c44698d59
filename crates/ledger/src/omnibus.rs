//! Omnibus holdings: who stands behind a holder of record, and with how much.
//!
//! What is recorded for beneficial owners is marked on the holder's account (a pledge whose purpose is
//! the omnibus), so that the holder of record cannot give it away, and the register always says exactly
//! what is marked. Inside the omnibus owners change without a posting.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_store::{Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::{Beneficiary, Error, Event, MODULE};

/// For what a holder's amount is marked when it is held for beneficial owners.
pub const OMNIBUS: Beneficiary = Beneficiary { module: MODULE, id: 0 };

/// A beneficial owner.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum SubOwner {
    /// With an account of this ledger: it can take out what it owns.
    Account(AccountNumber),
    /// Known to the holder of record alone, by a salted commitment.
    Reference(Hash),
}

/// What each beneficial owner has with each holder of record.
pub(crate) const SUB_HOLDINGS: OrderedTable<(AccountNumber, AssetId, SubOwner), Amount> =
    OrderedTable::authenticated(0x030f, "ledger/sub_holdings");

/// What `owner` has of `asset` with the holder of record.
pub fn sub_holding(draft: &Draft, holder: AccountNumber, asset: AssetId, owner: SubOwner) -> Amount {
    SUB_HOLDINGS.get(draft, &(holder, asset, owner)).unwrap_or_default()
}

/// Adds to or takes from one owner's entry.
pub(crate) fn write(draft: &mut Draft, holder: AccountNumber, asset: AssetId, owner: SubOwner, amount: Amount) {
    let key = (holder, asset, owner);
    if amount.is_zero() {
        SUB_HOLDINGS.remove(draft, &key);
    } else {
        SUB_HOLDINGS.put(draft, key, amount);
    }
    draft.emit(MODULE, &Event::SubHoldingSet { holder, asset, owner, amount });
}

/// What is left of an owner's entry less `amount`. # Errors [`Error::InsufficientSubHolding`].
pub(crate) fn less(
    draft: &Draft,
    holder: AccountNumber,
    asset: AssetId,
    owner: SubOwner,
    amount: Amount,
) -> Result<Amount, Error> {
    sub_holding(draft, holder, asset, owner).minus(amount).map_err(|_| Error::InsufficientSubHolding)
}
