//! Margin calls: the time an owner has to bring an unsafe vault back, where the facility grants it.
//!
//! A called vault stays in the candidates; its debt counts as reserved capital of the backstop, so that
//! nobody leaves in front of it. No grace below the floor, and none for a vault of which a lot is open.

use std::ops::Bound;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::{Column, Draft, OrderedTable};
use gage_units::{Amount, Ratio, Timestamp};
use serde::{Deserialize, Serialize};

use crate::health::Health;
use crate::state::{FacilityId, VAULTS, Vault, VaultId};
use crate::{EVALUATION_WEIGHT, Error, Event, MODULE, book};

/// The longest grace: seven days, in milliseconds.
pub const GRACE_MS_MAX: u64 = 7 * 86_400_000;

/// What a facility grants before it liquidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraceTerms {
    /// How long an owner has, in milliseconds; zero grants nothing.
    pub grace_ms: u64,
    /// The health below which there is no grace; 0.5 to 1.
    pub floor: Ratio,
    /// The health that ends a call before its deadline; 1 to 2. Above one, so that a call is not
    /// renewed by payments that just reach one.
    pub cure: Ratio,
}

impl GraceTerms {
    /// Passes if every number lies in its bounds. # Errors [`Error::ParamOutOfBounds`].
    pub fn check(&self) -> Result<(), Error> {
        let one = Ratio::SCALE;
        let two = one.saturating_mul(2);
        let half = one.saturating_sub(one >> 1);
        let bad = |param| Err(Error::ParamOutOfBounds { param });
        match self {
            terms if terms.grace_ms > GRACE_MS_MAX => bad("grace_ms"),
            terms if !(half..=one).contains(&terms.floor.0) => bad("floor"),
            terms if !(one..=two).contains(&terms.cure.0) => bad("cure"),
            _ => Ok(()),
        }
    }
}

/// A demand on the owner of an unsafe vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct MarginCall {
    /// The facility.
    pub facility: FacilityId,
    /// The health at the call.
    pub health: Ratio,
    /// When it was made.
    pub called_at: Timestamp,
    /// Until when the vault is not liquidated, unless it falls below the floor.
    pub deadline: Timestamp,
    /// Whether the deadline has passed without a cure: the vault is safe, and is liquidated without another
    /// call when it falls below one again.
    pub expired: bool,
}

pub(crate) const GRACE: Column<FacilityId, GraceTerms> = Column::authenticated(0x0a21, "vaults/grace");
pub(crate) const CALLS: OrderedTable<VaultId, MarginCall> = OrderedTable::authenticated(0x0a22, "vaults/calls");
/// Calls by facility and deadline, until the deadline has passed.
pub(crate) const CALLS_DUE: OrderedTable<(FacilityId, Timestamp, VaultId), ()> =
    OrderedTable::derived(0x0a23, "vaults/calls_due");
/// Debt of unsafe vaults that wait without holding up their facility; the backstop reserves for it.
pub(crate) const WAITING: Column<FacilityId, Amount> = Column::authenticated(0x0a24, "vaults/waiting");

/// The call of a vault, if there is one.
pub fn margin_call(draft: &Draft, id: VaultId) -> Option<MarginCall> {
    CALLS.get(draft, &id)
}

/// What a facility grants before it liquidates, if anything.
pub fn grace(draft: &Draft, id: FacilityId) -> Option<GraceTerms> {
    GRACE.get(draft, &id)
}

/// Debt of a facility's unsafe vaults that are in grace, or have nothing (more) to sell at a usable price.
pub fn waiting(draft: &Draft, id: FacilityId) -> Amount {
    WAITING.get(draft, &id).unwrap_or_default()
}

pub(crate) fn set_waiting(draft: &mut Draft, id: FacilityId, debt: Amount) {
    if waiting(draft, id) != debt {
        WAITING.put(draft, id, debt);
    }
}

/// Whether an unsafe vault is in its grace; makes the call if this is the first that is known of it.
pub(crate) fn holds_off(
    draft: &mut Draft,
    ctx: &Context,
    facility: FacilityId,
    id: VaultId,
    health: Ratio,
) -> Result<bool, Error> {
    let terms = GRACE.get(draft, &facility).filter(|terms| terms.grace_ms > 0 && health >= terms.floor);
    let Some(terms) = terms else { return Ok(false) };
    if let Some(call) = CALLS.get(draft, &id) {
        return Ok(ctx.time < call.deadline);
    }
    if book::vault(draft, id)?.in_liquidation() {
        return Ok(false);
    }
    let deadline = Timestamp(ctx.time.0.saturating_add(terms.grace_ms));
    CALLS.put(draft, id, MarginCall { facility, health, called_at: ctx.time, deadline, expired: false });
    CALLS_DUE.put(draft, (facility, deadline, id), ());
    draft.emit(MODULE, &Event::MarginCalled { vault: id, health, deadline });
    Ok(true)
}

/// Ends a vault's call: it was cured, or its collateral goes to auction.
pub(crate) fn end(draft: &mut Draft, id: VaultId, cured: bool) {
    if let Some(call) = CALLS.get(draft, &id) {
        CALLS.remove(draft, &id);
        CALLS_DUE.remove(draft, &(call.facility, call.deadline, id));
        draft.emit(MODULE, &Event::MarginCallEnded { vault: id, cured });
    }
}

/// A touched vault that is as healthy as the facility asks is called no more. Costs one look at an
/// empty table where nobody is called.
pub(crate) fn end_if_cured(draft: &mut Draft, id: VaultId, vault: &Vault, health: &Health) {
    if CALLS.is_empty(draft) || !CALLS.has(draft, &id) {
        return;
    }
    // A sale or a loss in the course of liquidation cures nothing.
    let sold = vault.in_liquidation() || vault.positions.is_empty();
    // Without debt there is nothing to call for, however it went.
    if health.debt.is_zero() {
        return end(draft, id, !sold);
    }
    let cure = GRACE.peek(draft, &vault.facility).map_or(Ratio::ONE, |terms| terms.cure);
    if !sold && health.ratio() >= cure {
        end(draft, id, true);
    }
}

/// Ends the calls past their deadline whose vaults are cured; the others have had their grace: those that are
/// unsafe are liquidated, those that are not once they are. Each is looked at once.
pub(crate) fn end_due(draft: &mut Draft, ctx: &Context, id: FacilityId, budget: &mut u64) -> Result<(), Error> {
    if CALLS.is_empty(draft) {
        return Ok(());
    }
    let range = (Bound::Included((id, Timestamp(0), VaultId(0))), Bound::Included((id, ctx.time, VaultId(u32::MAX))));
    let looks = usize::try_from(budget.checked_div(EVALUATION_WEIGHT).unwrap_or(0)).unwrap_or(usize::MAX);
    let due: Vec<VaultId> = CALLS_DUE.range(draft, range).map(|((_, _, vault), ())| *vault).take(looks).collect();
    for vault in due {
        *budget = budget.saturating_sub(EVALUATION_WEIGHT);
        if let Some(record) = VAULTS.get(draft, &vault) {
            let health = book::health(draft, &record)?;
            end_if_cured(draft, vault, &record, &health);
        }
        if let Some(call) = CALLS.get(draft, &vault) {
            CALLS_DUE.remove(draft, &(id, call.deadline, vault));
            CALLS.put(draft, vault, MarginCall { expired: true, ..call });
        }
    }
    Ok(())
}

/// Fills the derived table.
pub(crate) fn rebuild(draft: &mut Draft) {
    let calls = CALLS.iter(draft).filter(|(_, call)| !call.expired);
    let calls: Vec<_> = calls.map(|(id, call)| (call.facility, call.deadline, *id)).collect();
    for key in calls {
        CALLS_DUE.put(draft, key, ());
    }
}
