//! One function per invariant; the doc comment is the sentence.

use std::collections::BTreeMap;

use gage_accounts::{Broken, exists, is_module};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId};

use crate::counted::{ClaimValue, Statistics, ValueStatistics, check_topics};
use crate::engine::claims_by;
use crate::lots::{Bearer, LOTS_MAX};
use crate::rule::{self, Topic, check_issuers};
use crate::state::{
    CLAIMS, CLAIMS_MAX, COUNTER, FREEZES, HOLDERS, IDENTITIES, IDENTITY_ACCOUNTS_MAX, IdentityId, LARGEST, LOTS, RULES,
    Rules, STANDINGS, STATISTICS, TRUSTED, VALUES,
};
use crate::{held_by, is_counted, verdict};

const NAME: &str = "compliance";

/// What is checked in every block: nothing, as this module keeps no running totals.
///
/// # Errors
/// None.
pub fn check_block(_draft: &Draft) -> Result<(), Broken> {
    Ok(())
}

/// The full audit.
///
/// # Errors
/// The first invariant that is broken.
pub fn check_invariants(draft: &Draft) -> Result<(), Broken> {
    an_account_has_one_identity(draft)?;
    identities_are_dense(draft)?;
    modules_are_never_restricted(draft)?;
    freezes_are_counted(draft)?;
    claims_are_about_somebody(draft)?;
    rules_are_within_limits(draft)?;
    statistics_are_a_recount(draft)?;
    lots_are_within_holdings(draft)?;
    verdicts_are_what_claims_say(draft)
}

/// An account belongs to the one identity that lists it, and to no other.
fn an_account_has_one_identity(draft: &Draft) -> Result<(), Broken> {
    let mut listed: BTreeMap<AccountNumber, IdentityId> = BTreeMap::new();
    for (id, identity) in IDENTITIES.iter(draft) {
        for account in &identity.accounts {
            let first = listed.insert(*account, id).is_none();
            Broken::unless(first, NAME, "an_account_has_one_identity", || {
                format!("account {account} is listed twice")
            })?;
        }
    }
    let standing: BTreeMap<AccountNumber, IdentityId> =
        STANDINGS.iter(draft).filter_map(|(account, standing)| Some((account, standing.identity?))).collect();
    Broken::unless(listed == standing, NAME, "an_account_has_one_identity", || {
        "the accounts that identities list are not those that say so".to_owned()
    })
}

/// Identities are numbered from zero without gaps and have 1 to 64 accounts.
fn identities_are_dense(draft: &Draft) -> Result<(), Broken> {
    let mut next = 0u32;
    for (id, identity) in IDENTITIES.iter(draft) {
        let holds = id.0 == next && (1..=IDENTITY_ACCOUNTS_MAX).contains(&identity.accounts.len());
        Broken::unless(holds, NAME, "identities_are_dense", || format!("identity {} stands at {next}", id.0))?;
        next = next.saturating_add(1);
    }
    let counter = COUNTER.get(draft, &()).unwrap_or_default();
    Broken::unless(counter.0 == next, NAME, "identities_are_dense", || {
        format!("{next} identities exist, but the next is to be {}", counter.0)
    })
}

/// No block, freeze or identity is a module's; all are of accounts that exist.
fn modules_are_never_restricted(draft: &Draft) -> Result<(), Broken> {
    for (account, _) in STANDINGS.iter(draft) {
        let holds = !is_module(account) && exists(draft, account);
        Broken::unless(holds, NAME, "modules_are_never_restricted", || format!("account {account} has a standing"))?;
    }
    Ok(())
}

/// The count of an account's frozen assets is the number of its freezes.
fn freezes_are_counted(draft: &Draft) -> Result<(), Broken> {
    let mut counted: BTreeMap<AccountNumber, u32> = BTreeMap::new();
    for ((_, account), _) in FREEZES.sorted(draft) {
        let count = counted.entry(account).or_default();
        *count = count.saturating_add(1);
    }
    let kept: BTreeMap<AccountNumber, u32> = STANDINGS
        .iter(draft)
        .filter(|(_, standing)| standing.frozen_assets > 0)
        .map(|(account, standing)| (account, standing.frozen_assets))
        .collect();
    Broken::unless(counted == kept, NAME, "freezes_are_counted", || {
        format!("freezes by account are {counted:?}, but kept as {kept:?}")
    })
}

/// Every claim is about an identity that exists, by an account that exists, for a period that is one,
/// and at most 8 by one issuer on one topic.
fn claims_are_about_somebody(draft: &Draft) -> Result<(), Broken> {
    for (key, claim) in CLAIMS.iter(draft) {
        let holds = IDENTITIES.has(draft, &key.subject)
            && exists(draft, key.issuer)
            && claim.expires.is_none_or(|expires| claim.issued < expires)
            && claims_by(draft, key.subject, key.topic, key.issuer).count() <= CLAIMS_MAX;
        Broken::unless(holds, NAME, "claims_are_about_somebody", || format!("the claim {key:?}"))?;
    }
    Ok(())
}

fn topics_of(rules: &Rules) -> &[Topic] {
    rules.counted.as_ref().map_or(&[], |counted| &counted.topics)
}

/// Requirements and lists of issuers are within the limits that bound the work of a check.
fn rules_are_within_limits(draft: &Draft) -> Result<(), Broken> {
    for (asset, rules) in RULES.iter(draft) {
        let holds = rule::validate(&rules.requirements).is_ok()
            && rules.agent.is_none_or(|agent| exists(draft, agent))
            && rules.seeks == rule::seeks(&rules.requirements, topics_of(rules))
            && rules
                .counted
                .as_ref()
                .is_none_or(|counted| check_topics(&counted.topics).is_ok() && counted.caps.validate().is_ok());
        Broken::unless(holds, NAME, "rules_are_within_limits", || format!("the rules of asset {asset}"))?;
    }
    for ((asset, topic), issuers) in TRUSTED.sorted(draft) {
        let holds = !issuers.is_empty() && check_issuers(&issuers).is_ok();
        Broken::unless(holds, NAME, "rules_are_within_limits", || format!("issuers on {topic} for {asset:?}"))?;
    }
    Ok(())
}

/// The sums over holders, by asset and by value, are those of their records; the order of the largest
/// has each of them once.
fn statistics_are_a_recount(draft: &Draft) -> Result<(), Broken> {
    const NAME_HERE: &str = "statistics_are_a_recount";
    let mut totals: BTreeMap<AssetId, (u64, Amount)> = BTreeMap::new();
    let mut values: BTreeMap<(AssetId, Topic, ClaimValue), (u64, Amount)> = BTreeMap::new();
    let mut largest = 0usize;
    for ((asset, identity), holder) in HOLDERS.iter(draft) {
        let ordered = LARGEST.has(draft, &(*asset, holder.total, *identity));
        let holds = ordered && is_counted(draft, *asset) && !holder.total.is_zero();
        Broken::unless(holds, NAME, NAME_HERE, || format!("identity {} as a holder of asset {asset}", identity.0))?;
        largest = largest.saturating_add(1);
        add(totals.entry(*asset).or_default(), holder.total)?;
        for (topic, value) in &holder.values {
            add(values.entry((*asset, *topic, *value)).or_default(), holder.total)?;
        }
    }
    Broken::unless(largest == LARGEST.len(draft), NAME, NAME_HERE, || "more are ordered than hold".to_owned())?;
    for (asset, statistics) in STATISTICS.iter(draft) {
        let (holders, owned) = totals.remove(&asset).unwrap_or_default();
        let recount = Statistics { holders, owned, supply: statistics.supply };
        let holds = *statistics == recount && owned <= statistics.supply;
        Broken::unless(holds, NAME, NAME_HERE, || format!("asset {asset}: {statistics:?}, recounted {recount:?}"))?;
    }
    Broken::unless(totals.is_empty(), NAME, NAME_HERE, || format!("no statistics of {totals:?}"))?;
    let kept: BTreeMap<_, _> = VALUES.sorted(draft).into_iter().collect();
    let recount = values.into_iter().map(|(key, (holders, owned))| (key, ValueStatistics { holders, owned })).collect();
    Broken::unless(kept == recount, NAME, NAME_HERE, || format!("by value {kept:?}, recounted {recount:?}"))
}

fn add(sums: &mut (u64, Amount), total: Amount) -> Result<(), Broken> {
    let fits = sums.1.plus(total);
    let broken = || "holdings exceed what can be written".to_owned();
    Broken::unless(fits.is_ok(), NAME, "statistics_are_a_recount", broken)?;
    *sums = (sums.0.saturating_add(1), fits.unwrap_or(Amount::MAX));
    Ok(())
}

/// No holder's lots exceed its holding. What modules bear is compared with their balances by the ledger.
fn lots_are_within_holdings(draft: &Draft) -> Result<(), Broken> {
    for ((asset, bearer), lots) in LOTS.sorted(draft) {
        let locked = lots.iter().try_fold(Amount::ZERO, |sum, lot| sum.plus(lot.amount));
        let ordered = lots.is_sorted_by(|left, right| left.release < right.release)
            && lots.iter().all(|lot| !lot.amount.is_zero())
            && (1..=LOTS_MAX).contains(&lots.len());
        let within = match bearer {
            Bearer::Identity(identity) => locked.is_ok_and(|locked| locked <= held_by(draft, asset, identity)),
            Bearer::Module(account) => locked.is_ok() && is_module(account),
        };
        Broken::unless(ordered && within, NAME, "lots_are_within_holdings", || format!("{bearer:?} in {asset}"))?;
    }
    Ok(())
}

/// A kept verdict that stands on the present claims, issuers and requirements is what asking them gives.
fn verdicts_are_what_claims_say(draft: &Draft) -> Result<(), Broken> {
    for (identity, _) in IDENTITIES.iter(draft) {
        let wrong = verdict::wrong_one(draft, identity, |asset| RULES.get(draft, &asset));
        let holds = wrong.is_none();
        Broken::unless(holds, NAME, "verdicts_are_what_claims_say", || {
            format!("identity {} in {wrong:?}", identity.0)
        })?;
    }
    Ok(())
}
