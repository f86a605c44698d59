//! Taking a part of a bond on the evidence of an offence.

use gage_accounts::Context;
use gage_crypto::Hash;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Bps, MathError, Rounding, Timestamp};
use serde::{Deserialize, Serialize};

use crate::bonds::put_bond;
use crate::state::{BONDS, BY_EVIDENCE, Bond, NEXT_SLASH, PROCEEDS, SLASHES, next_number, terms};
use crate::{ACCOUNT, BondId, Destination, Error, Event, Evidence, MODULE, Slash, SlashId, Unbonding};

/// What a module that verified an offence asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewSlash {
    /// From which bond.
    pub bond: BondId,
    /// Which part of all of it that answers for the offence; above zero, at most one.
    pub fraction: Bps,
    /// What proves the offence.
    pub evidence: Evidence,
    /// Who gets it.
    pub destination: Destination,
}

/// What a slash took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slashed {
    /// Its record.
    pub slash: SlashId,
    /// In what.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

/// Takes a part of a bond, of what is bonded and of what is on its way out alike, to this module's
/// account, and books it for the waterfall that gets it. What left the bond before the offence does not answer
/// for it, nor what was promised to be free of evidence by now.
///
/// # Errors
/// In order: [`Error::BadFraction`], [`Error::NoEvidence`], [`Error::UnknownBond`],
/// [`Error::EvidenceFromTheFuture`], [`Error::EvidenceTooOld`], [`Error::AlreadySlashed`],
/// [`Error::NothingAnswers`], those of the ledger.
pub fn slash(draft: &mut Draft, ctx: &Context, new: &NewSlash) -> Result<Slashed, Error> {
    let NewSlash { bond: id, fraction, evidence, destination } = *new;
    if fraction == Bps(0) || fraction > Bps::ONE {
        return Err(Error::BadFraction);
    }
    if evidence.hash == Hash::ZERO {
        return Err(Error::NoEvidence);
    }
    let mut bond = BONDS.get(draft, &id).ok_or(Error::UnknownBond(id))?;
    let role = terms(draft, bond.role).ok_or(Error::RoleNotOpen(bond.role))?;
    if evidence.occurred_at > ctx.time {
        return Err(Error::EvidenceFromTheFuture);
    }
    if ctx.time.since_ms(evidence.occurred_at)? > role.evidence_ms {
        return Err(Error::EvidenceTooOld);
    }
    if BY_EVIDENCE.has(draft, &(id, evidence.hash)) {
        return Err(Error::AlreadySlashed);
    }
    let amount = take_part(&mut bond, fraction, evidence.occurred_at, ctx.time)?;
    if amount.is_zero() {
        return Err(Error::NothingAnswers);
    }
    let booked = PROCEEDS.get(draft, &(destination.waterfall, bond.asset)).unwrap_or_default().plus(amount)?;
    // By rule: whoever may not send any more is slashed all the same.
    gage_ledger::settle_by_rule(draft, ctx, bond.hold, ACCOUNT, amount)?;

    // From here on nothing can fail.
    let Bond { owner, role, purpose, asset, .. } = bond;
    let slash = SlashId(next_number(draft, NEXT_SLASH));
    let record = Slash { bond: id, owner, role, purpose, asset, amount, fraction, evidence, destination, at: ctx.time };
    PROCEEDS.put(draft, (destination.waterfall, asset), booked);
    SLASHES.put(draft, slash, record);
    BY_EVIDENCE.put(draft, (id, evidence.hash), slash);
    put_bond(draft, id, bond);
    draft.emit(MODULE, &Event::Slashed { slash, record });
    Ok(Slashed { slash, asset, amount })
}

/// Lowers what is bonded, and every part on its way out that was bonded when the offence happened, by
/// `fraction`, rounded up: against the offender. Returns their sum.
fn take_part(bond: &mut Bond, fraction: Bps, occurred_at: Timestamp, now: Timestamp) -> Result<Amount, MathError> {
    let mut taken = Amount::ZERO;
    let answers = |part: &&mut Unbonding| occurred_at <= part.since && now <= part.evidence_until;
    let parts = bond.unbonding.iter_mut().filter(answers).map(|part| &mut part.amount);
    for part in std::iter::once(&mut bond.active).chain(parts) {
        let cut = Amount(fraction.apply(part.0, Rounding::Up)?);
        *part = part.minus(cut)?;
        taken = taken.plus(cut)?;
    }
    bond.unbonding.retain(|part| !part.amount.is_zero());
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;
    use gage_ledger::HoldId;
    use gage_units::AccountNumber;

    #[test]
    fn every_part_loses_its_share_rounded_up() {
        let time = Timestamp(0);
        let part = |amount| Unbonding { amount: Amount(amount), since: time, evidence_until: time, claimable_at: time };
        let mut bond = Bond {
            owner: AccountNumber(70),
            role: Role::Publisher,
            purpose: 0,
            asset: AssetId(1),
            active: Amount(1_001),
            unbonding: vec![part(10), part(1)],
            reserved_until: time,
            hold: HoldId(0),
        };
        // A tenth: 100.1, 1 and 0.1, each rounded up; the last part is gone.
        assert_eq!(take_part(&mut bond, Bps(1_000), time, time), Ok(Amount(103)));
        assert_eq!((bond.active, bond.unbonding), (Amount(900), vec![part(9)]));
    }

    #[test]
    fn only_what_was_bonded_then_answers() {
        let part = |amount, since, until| Unbonding {
            amount: Amount(amount),
            since: Timestamp(since),
            evidence_until: Timestamp(until),
            claimable_at: Timestamp(until),
        };
        let mut bond = Bond {
            owner: AccountNumber(70),
            role: Role::Publisher,
            purpose: 0,
            asset: AssetId(1),
            active: Amount(1_000),
            unbonding: vec![part(100, 10, 50), part(200, 20, 50), part(400, 30, 130)],
            reserved_until: Timestamp(0),
            hold: HoldId(0),
        };
        // Of an act at 20: the first part had left at 10.
        let mut early = bond.clone();
        assert_eq!(take_part(&mut early, Bps(1_000), Timestamp(20), Timestamp(50)), Ok(Amount(100 + 20 + 40)));
        assert_eq!(early.unbonding, [part(100, 10, 50), part(180, 20, 50), part(360, 30, 130)]);
        // Evidence at 51 comes too late for the second.
        assert_eq!(take_part(&mut bond, Bps(1_000), Timestamp(20), Timestamp(51)), Ok(Amount(100 + 40)));
    }
}
