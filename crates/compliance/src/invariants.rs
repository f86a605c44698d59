//! One function per invariant; the doc comment is the sentence.

use std::collections::BTreeMap;

use gage_accounts::{Broken, exists, is_module};
use gage_store::Draft;
use gage_units::AccountNumber;

use crate::engine::claims_by;
use crate::rule::{self, check_issuers};
use crate::state::{
    CLAIMS, CLAIMS_MAX, COUNTER, FREEZES, IDENTITIES, IDENTITY_ACCOUNTS_MAX, IdentityId, RULES, STANDINGS, TRUSTED,
};

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
    rules_are_within_limits(draft)
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

/// Requirements and lists of issuers are within the limits that bound the work of a check.
fn rules_are_within_limits(draft: &Draft) -> Result<(), Broken> {
    for (asset, rules) in RULES.iter(draft) {
        let holds = rule::validate(&rules.requirements).is_ok() && rules.agent.is_none_or(|agent| exists(draft, agent));
        Broken::unless(holds, NAME, "rules_are_within_limits", || format!("the rules of asset {asset}"))?;
    }
    for ((asset, topic), issuers) in TRUSTED.sorted(draft) {
        let holds = !issuers.is_empty() && check_issuers(&issuers).is_ok();
        Broken::unless(holds, NAME, "rules_are_within_limits", || format!("issuers on {topic} for {asset:?}"))?;
    }
    Ok(())
}
