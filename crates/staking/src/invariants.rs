//! What must hold, one function per invariant.

use std::collections::{BTreeMap, BTreeSet};

use gage_accounts::Broken;
use gage_crypto::Hash;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Bps};

use crate::state::{BONDS, BY_EVIDENCE, BY_OWNER, BY_PURPOSE, PROCEEDS, SLASHES, TERMS, purpose_key};
use crate::validators::{BY_KEY, EPOCH_ENDS, MEMBERS_MAX, VALIDATOR_SETS, VALIDATORS, rules, set_of};
use crate::{ACCOUNT, MODULE, UNBONDINGS_MAX};

/// What is compared every block: what was taken is there.
///
/// # Errors
/// The invariant that does not hold.
pub fn check_block(draft: &Draft) -> Result<(), Broken> {
    proceeds_are_held(draft)
}

/// The full audit.
///
/// # Errors
/// The first invariant that does not hold.
pub fn check_invariants(draft: &Draft) -> Result<(), Broken> {
    bonds_are_held(draft)?;
    slashes_have_evidence(draft)?;
    unbonding_outlasts_evidence(draft)?;
    proceeds_are_held(draft)?;
    terms_in_bounds(draft)?;
    indexes_follow_bonds(draft)?;
    sets_are_sound(draft)
}

fn broken(holds: bool, name: &'static str, detail: impl FnOnce() -> String) -> Result<(), Broken> {
    Broken::unless(holds, "staking", name, detail)
}

/// Every bond is held by one hold of this module, of the same owner, asset and sum; and this module has
/// no other hold.
fn bonds_are_held(draft: &Draft) -> Result<(), Broken> {
    let mut holds = BTreeSet::new();
    for (id, bond) in BONDS.iter(draft) {
        let hold = gage_ledger::hold_record(draft, bond.hold);
        let holds_it = hold.is_some_and(|hold| {
            (hold.purpose.module, hold.purpose.id, hold.beneficiary) == (MODULE, id.0, ACCOUNT)
                && (hold.owner, hold.asset, hold.item) == (bond.owner, bond.asset, None)
                && bond.total() == Ok(hold.amount)
                && hold.expires == gage_ledger::NEVER
        });
        let single = holds.insert(bond.hold) && !bond.total().is_ok_and(Amount::is_zero);
        broken(holds_it && single, "BondsAreHeld", || format!("bond {id}: {bond:?} is held by {hold:?}"))?;
    }
    for (id, hold) in gage_ledger::holds_of_module(draft, MODULE) {
        broken(holds.contains(&id), "BondsAreHeld", || format!("hold {id:?} is of no bond: {hold:?}"))?;
    }
    Ok(())
}

/// Every slash names its evidence and took something; none of a bond twice for the same evidence.
fn slashes_have_evidence(draft: &Draft) -> Result<(), Broken> {
    let mut seen = BTreeSet::new();
    for (id, slash) in SLASHES.iter(draft) {
        let evidence = slash.evidence;
        let named = evidence.hash != Hash::ZERO && evidence.occurred_at <= slash.at && slash.fraction <= Bps::ONE;
        let once = seen.insert((slash.bond, evidence.hash)) && !slash.amount.is_zero();
        broken(named && once, "SlashesHaveEvidence", || format!("slash {id}: {slash:?}"))?;
    }
    Ok(())
}

/// Nothing that unbonds can be claimed before the window of evidence of its last moment as a bond has
/// passed, nor before the bond's reservation ends.
fn unbonding_outlasts_evidence(draft: &Draft) -> Result<(), Broken> {
    for (id, bond) in BONDS.iter(draft) {
        let lasts = bond.unbonding.iter().all(|part| {
            part.since < part.evidence_until
                && part.evidence_until <= part.claimable_at
                && bond.reserved_until <= part.claimable_at
                && !part.amount.is_zero()
        });
        let bounded = bond.unbonding.len() <= UNBONDINGS_MAX;
        broken(lasts && bounded, "UnbondingOutlastsEvidence", || format!("bond {id}: {bond:?}"))?;
    }
    Ok(())
}

/// The module's account holds what slashes took and nobody collected; a gift lies beside it.
fn proceeds_are_held(draft: &Draft) -> Result<(), Broken> {
    let mut sums = BTreeMap::<AssetId, Option<Amount>>::new();
    for ((_, asset), amount) in PROCEEDS.iter(draft) {
        let sum = sums.entry(*asset).or_insert(Some(Amount::ZERO));
        *sum = sum.and_then(|sum| sum.plus(*amount).ok());
    }
    for (asset, sum) in sums {
        let held = gage_ledger::balance(draft, ACCOUNT, asset).free;
        broken(sum.is_some_and(|sum| sum <= held), "ProceedsAreHeld", || {
            format!("asset {asset}: {sum:?} was taken, {held} is held")
        })?;
    }
    Ok(())
}

/// The terms of every role lie in the bounds fixed in code.
fn terms_in_bounds(draft: &Draft) -> Result<(), Broken> {
    for (role, terms) in TERMS.iter(draft) {
        broken(terms.check().is_ok(), "TermsInBounds", || format!("{role:?}: {terms:?}"))?;
    }
    Ok(())
}

/// The derived tables are what a rebuild makes of the records.
fn indexes_follow_bonds(draft: &Draft) -> Result<(), Broken> {
    let mut purposes: Vec<_> = BONDS.iter(draft).map(|(id, bond)| (purpose_key(bond), *id)).collect();
    purposes.sort_unstable();
    let mut owners: Vec<_> = BONDS.iter(draft).map(|(id, bond)| (bond.owner, *id)).collect();
    owners.sort_unstable();
    let evidence =
        SLASHES.iter(draft).all(|(id, slash)| BY_EVIDENCE.get(draft, &(slash.bond, slash.evidence.hash)) == Some(*id));
    let holds = purposes.iter().map(|(key, id)| (key, id)).eq(BY_PURPOSE.iter(draft))
        && owners.iter().eq(BY_OWNER.iter(draft).map(|(key, ())| key))
        && evidence
        && BY_EVIDENCE.len(draft) == SLASHES.len(draft);
    broken(holds, "IndexesFollowBonds", || format!("expected {purposes:?} and {owners:?}"))
}

/// Where the rules of validators stand, every epoch for which evidence counts has a set; its members are ordered by
/// key, each once, and no more than the engine carries. Whoever is registered is found by his key.
fn sets_are_sound(draft: &Draft) -> Result<(), Broken> {
    let rules = rules(draft);
    let bounded = rules.is_none_or(|rules| rules.check().is_ok());
    let oldest = EPOCH_ENDS.first(draft).map_or(0, |(epoch, _)| epoch);
    let covered = rules.is_none() || set_of(draft, oldest).is_some();
    broken(bounded && covered, "SetsAreSound", || format!("the rules are {rules:?}, or epoch {oldest} has no set"))?;
    for (epoch, set) in VALIDATOR_SETS.iter(draft) {
        let sorted = set.members.windows(2).all(|pair| matches!(pair, [a, b] if a.key < b.key));
        let counted = (1..=usize::from(MEMBERS_MAX)).contains(&set.members.len());
        let placed = set.epoch == *epoch && rules.is_some_and(|rules| rules.first_of(*epoch) == set.first);
        broken(sorted && counted && placed, "SetsAreSound", || format!("epoch {epoch}: {set:?}"))?;
    }
    let found = VALIDATORS.iter(draft).all(|(account, it)| BY_KEY.get(draft, &it.key.id()) == Some(*account));
    let holds = found && BY_KEY.len(draft) == VALIDATORS.len(draft);
    broken(holds, "SetsAreSound", || "the registered and their keys do not agree".to_owned())
}
