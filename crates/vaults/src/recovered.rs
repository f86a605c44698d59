//! What came in for an unsafe vault before its loss: the first rows of the loss's receipt.
//!
//! Noted while a vault is unsafe or has lots at auction, by who brought it; forgotten when the vault stands
//! safe again, and told when a loss of it passes down the waterfall.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_auctions::LotId;
use gage_backstop::Recovered;
use gage_store::{Draft, OrderedTable};
use gage_units::{Amount, MathError};
use serde::{Deserialize, Serialize};

use crate::health::Health;
use crate::protection::ladder::OWN_LOTS;
use crate::state::{Vault, VaultId};

/// What came in for a vault since it was last safe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct CameIn {
    /// By what its owner arranged.
    pub by_owner: Amount,
    /// By auctions.
    pub by_auction: Amount,
}

pub(crate) const CAME_IN: OrderedTable<VaultId, CameIn> = OrderedTable::authenticated(0x0a4b, "vaults/came_in");

/// Notes what a lot repaid. # Errors [`MathError::Overflow`].
pub(crate) fn by_lot(draft: &mut Draft, id: VaultId, lot: LotId, amount: Amount) -> Result<(), MathError> {
    if OWN_LOTS.has(draft, &lot) { by_owner(draft, id, amount) } else { by_auction(draft, id, amount) }
}

/// Notes what an auction brought. # Errors [`MathError::Overflow`].
pub(crate) fn by_auction(draft: &mut Draft, id: VaultId, amount: Amount) -> Result<(), MathError> {
    let before = CAME_IN.get(draft, &id).unwrap_or_default();
    CAME_IN.put(draft, id, CameIn { by_auction: before.by_auction.plus(amount)?, ..before });
    Ok(())
}

/// Notes what the owner's own steps brought. # Errors [`MathError::Overflow`].
pub(crate) fn by_owner(draft: &mut Draft, id: VaultId, amount: Amount) -> Result<(), MathError> {
    let before = CAME_IN.get(draft, &id).unwrap_or_default();
    CAME_IN.put(draft, id, CameIn { by_owner: before.by_owner.plus(amount)?, ..before });
    Ok(())
}

/// A touched vault that is safe, with nothing at auction, begins anew. Costs one look at an empty table
/// where nothing came in.
pub(crate) fn forget_if_safe(draft: &mut Draft, id: VaultId, vault: &Vault, health: &Health) {
    if !CAME_IN.is_empty(draft) && !health.is_unsafe() && !vault.in_liquidation() {
        CAME_IN.remove(draft, &id);
    }
}

/// What came in before a loss of the vault; it is told once.
pub(crate) fn take(draft: &mut Draft, id: VaultId) -> Recovered {
    let found = CAME_IN.get(draft, &id).unwrap_or_default();
    CAME_IN.remove(draft, &id);
    Recovered { self_deleverage: found.by_owner, auction_proceeds: found.by_auction }
}
