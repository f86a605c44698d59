//! The moment at which a proof changes: what is a function of records and time at any time, told once
//! by an event when it happens.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::{Column, Draft, OrderedTable};
use gage_units::{AssetId, Timestamp};

use crate::backing::BackingStatus;
use crate::state::{BACKINGS, statements};
use crate::status::proof_at;
use crate::{Error, Event, MODULE};

/// Weight of proving one asset anew.
const ANNOUNCE_WEIGHT: u64 = 2_000;

/// What was last told of an asset's backing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Announced {
    /// The status.
    pub status: BackingStatus,
    /// When time alone may change it next.
    pub next: Option<Timestamp>,
}

/// What was last told, by asset.
pub const ANNOUNCED: Column<AssetId, Announced> = Column::authenticated(0x060a, "securities/announced");
/// Assets by the time at which their proof may change.
pub const PROOFS_DUE: OrderedTable<(Timestamp, AssetId), ()> = OrderedTable::derived(0x060b, "securities/proofs_due");

/// Tells the status of an asset if it is another than was last told, and notes when to look again.
///
/// # Errors
/// [`Error::Math`].
pub(crate) fn announce(draft: &mut Draft, ctx: &Context, asset: AssetId) -> Result<(), Error> {
    let before = ANNOUNCED.get(draft, &asset);
    let after = match BACKINGS.peek(draft, &asset).map(|backing| backing.terms.grace_ms) {
        None => None,
        Some(grace_ms) => proof_at(draft, ctx.time, asset)?
            .map(|proof| -> Result<_, Error> {
                let next = match proof.status {
                    // Any statement that ends may lower what enough verifiers reach.
                    BackingStatus::Proven => {
                        let ends = statements(draft, asset).into_iter().map(|statement| statement.expires);
                        ends.filter(|end| *end > ctx.time).min()
                    }
                    BackingStatus::Late => proof.lapses_at.map(|lapse| lapse.plus_ms(grace_ms)).transpose()?,
                    // Only a statement or a redemption brings it back.
                    BackingStatus::Quarantined | BackingStatus::NotBacked => None,
                };
                Ok((Announced { status: proof.status, next }, proof))
            })
            .transpose()?,
    };

    // From here on nothing can fail.
    if let Some(next) = before.and_then(|before| before.next) {
        PROOFS_DUE.remove(draft, &(next, asset));
    }
    let Some((announced, proof)) = after else {
        ANNOUNCED.remove(draft, &asset);
        return Ok(());
    };
    if let Some(next) = announced.next {
        PROOFS_DUE.put(draft, (next, asset), ());
    }
    if before != Some(announced) {
        ANNOUNCED.put(draft, asset, announced);
    }
    if before.map(|before| before.status) != Some(announced.status) {
        let (status, proven, haircut) = (proof.status, proof.proven, proof.haircut);
        draft.emit(MODULE, &Event::BackingStatusChanged { asset, status, proven, haircut });
    }
    Ok(())
}

/// Tells of the proofs that time has changed, earliest first, as far as the budget reaches.
///
/// # Errors
/// [`Error::Math`], which amounts within their bounds never meet.
pub(crate) fn announce_due(draft: &mut Draft, ctx: &Context, budget: &mut u64) -> Result<(), Error> {
    while let Some(((next, asset), ())) = PROOFS_DUE.first(draft) {
        if next > ctx.time {
            break;
        }
        let Some(left) = budget.checked_sub(ANNOUNCE_WEIGHT) else { break };
        *budget = left;
        announce(draft, ctx, asset)?;
    }
    Ok(())
}
