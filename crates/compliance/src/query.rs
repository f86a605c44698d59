//! Reads for the API.

use std::ops::Bound;

use gage_accounts::{Context, id_of, resolve};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::denial::{Denial, FailedClause, Side};
use crate::rule::{Scope, Topic};
use crate::state::{CLAIMS, Claim, ClaimKey, IDENTITIES, Identity, IdentityId, RULES, Rules, STANDINGS, Standing};
use crate::text::Jurisdiction;
use crate::{Error, Force, HolderChange, check};

/// Whether a transfer would pass, and why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferReport {
    /// Of which asset.
    pub asset: AssetId,
    /// Whether it would pass.
    pub allowed: bool,
    /// Every clause that failed.
    pub clauses: Vec<ClauseView>,
    /// Whether these are all: a report lists at most 32.
    pub complete: bool,
}

/// A failed clause with names and numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClauseView {
    /// The stable number.
    pub code: u32,
    /// The stable name.
    pub name: String,
    /// Whom it concerns.
    pub account: Option<AccountId>,
    /// On which side.
    pub side: Side,
    /// The position of the requirement it belongs to, if to one.
    pub requirement: Option<u8>,
    /// What is the case.
    pub text: String,
    /// What would help.
    pub remedy: String,
    /// The earliest time at which it passes by itself.
    pub earliest: Option<Timestamp>,
}

/// What the door would say to a transfer of any amount between two accounts, at the time of `ctx`: the
/// report that a real one would be refused with.
///
/// # Errors
/// Unknown accounts.
pub fn transfer(
    draft: &Draft,
    ctx: &Context,
    asset: AssetId,
    from: &AccountId,
    to: &AccountId,
) -> Result<TransferReport, Error> {
    let change = |account: AccountNumber, before: u128, after: u128| {
        let (before, after) = (Amount(before), Amount(after));
        HolderChange { account, asset, before, after }
    };
    let changes = [change(resolve(draft, from)?, 1, 0), change(resolve(draft, to)?, 0, 1)];
    Ok(match check(draft, ctx, &changes, Force::Holder) {
        Ok(()) => TransferReport { asset, allowed: true, clauses: Vec::new(), complete: true },
        Err(denial) => report(draft, &denial),
    })
}

/// A denial with names and numbers.
pub fn report(draft: &Draft, denial: &Denial) -> TransferReport {
    let clauses = denial.clauses.iter().map(|clause| clause_view(draft, clause)).collect();
    TransferReport { asset: denial.asset, allowed: false, clauses, complete: denial.complete }
}

fn clause_view(draft: &Draft, failed: &FailedClause) -> ClauseView {
    let FailedClause { clause, account, side, requirement, text, remedy, earliest } = failed.clone();
    let (code, name) = (clause.code(), clause.name().to_owned());
    ClauseView { code, name, account: id_of(draft, account), side, requirement, text, remedy, earliest }
}

/// What is known of an account as a holder.
///
/// # Errors
/// Unknown accounts.
pub fn standing(draft: &Draft, account: &AccountId) -> Result<Standing, Error> {
    let number = resolve(draft, account)?;
    Ok(STANDINGS.get(draft, &number).unwrap_or_default())
}

/// What an asset asks of its holders.
///
/// # Errors
/// [`Error::UnknownAsset`].
pub fn rules(draft: &Draft, asset: AssetId) -> Result<Rules, Error> {
    RULES.peek(draft, &asset).map(|rules| Rules::clone(rules)).ok_or(Error::UnknownAsset)
}

/// An identity's record.
///
/// # Errors
/// [`Error::UnknownIdentity`].
pub fn identity(draft: &Draft, identity: IdentityId) -> Result<Identity, Error> {
    IDENTITIES.get(draft, &identity).ok_or(Error::UnknownIdentity)
}

/// A claim with the name of its issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimView {
    /// On what.
    pub topic: Topic,
    /// By whom.
    pub issuer: Option<AccountId>,
    /// For what.
    pub scope: Scope,
    /// Under which law, or of which country.
    pub jurisdiction: Option<Jurisdiction>,
    /// The claim.
    #[serde(flatten)]
    pub claim: Claim,
    /// Whether it counts at the time asked for.
    pub live: bool,
}

/// Claims about an identity in the order of their keys, at most `limit`, after `after`.
pub fn claims(
    draft: &Draft,
    identity: IdentityId,
    time: Timestamp,
    after: Option<ClaimKey>,
    limit: usize,
) -> Vec<ClaimView> {
    let first = ClaimKey {
        subject: identity,
        topic: Topic::Kyc,
        issuer: AccountNumber(0),
        scope: Scope::Identity,
        jurisdiction: None,
    };
    let start = after.filter(|key| key.subject == identity).map_or(Bound::Included(first), Bound::Excluded);
    CLAIMS
        .range(draft, (start, Bound::Unbounded))
        .take_while(|(key, _)| key.subject == identity)
        .take(limit)
        .map(|(key, claim)| ClaimView {
            topic: key.topic,
            issuer: id_of(draft, key.issuer),
            scope: key.scope,
            jurisdiction: key.jurisdiction,
            claim: claim.clone(),
            live: claim.is_live(time),
        })
        .collect()
}
