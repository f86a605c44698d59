//! Reads for the API.

use std::ops::Bound;

use gage_accounts::{Context, id_of, resolve};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::counted::{Caps, ClaimValue, Statistics, ValueStatistics};
use crate::denial::{Denial, FailedClause, Side};
use crate::rule::{Scope, Topic};
use crate::state::{
    CLAIMS, Claim, ClaimKey, IDENTITIES, Identity, IdentityId, LARGEST, RULES, Rules, STANDINGS, STATISTICS, Standing,
    VALUES,
};
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

/// What the door would say to a transfer of the smallest amount between two accounts, at the time of
/// `ctx`: the report that a real one would be refused with.
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
    dry_run(draft, ctx, from, to, asset, Amount(1))
}

/// What the door would say to a transfer that has not happened, at the time of `ctx`: bars, requirements,
/// caps and lots, in the report that a real one would be refused with. Whether the sender's free part is
/// large enough is the ledger's answer.
///
/// # Errors
/// Unknown accounts.
pub fn dry_run(
    draft: &Draft,
    ctx: &Context,
    from: &AccountId,
    to: &AccountId,
    asset: AssetId,
    amount: Amount,
) -> Result<TransferReport, Error> {
    let change = |account: AccountNumber, before: Amount, after: Amount| HolderChange { account, asset, before, after };
    let sends = change(resolve(draft, from)?, amount, Amount::ZERO);
    let receives = change(resolve(draft, to)?, Amount::ZERO, amount);
    Ok(match check(draft, ctx, &[sends, receives], Force::Holder) {
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

/// Sums over the holders of a counted asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatisticsView {
    /// Of which asset.
    pub asset: AssetId,
    /// How many hold how much.
    #[serde(flatten)]
    pub statistics: Statistics,
    /// By topic and value, in their order.
    pub values: Vec<ValueView>,
    /// The largest holding of one identity.
    pub holding_max: Amount,
    /// The caps.
    pub caps: Caps,
}

/// Sums over those counted under one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueView {
    /// By claims on what.
    pub topic: Topic,
    /// Under which value.
    pub value: ClaimValue,
    /// How many hold how much.
    #[serde(flatten)]
    pub statistics: ValueStatistics,
}

/// What is counted of an asset's holders. Sorts all values of all assets: for people, not for blocks.
///
/// # Errors
/// [`Error::UnknownAsset`], [`Error::NotCounted`].
pub fn statistics(draft: &Draft, asset: AssetId) -> Result<StatisticsView, Error> {
    let rules = RULES.peek(draft, &asset).ok_or(Error::UnknownAsset)?;
    let counted = rules.counted.as_ref().ok_or(Error::NotCounted)?;
    let of_asset = VALUES.sorted(draft).into_iter().filter(|((of, _, _), _)| *of == asset);
    let values = of_asset.map(|((_, topic, value), statistics)| ValueView { topic, value, statistics }).collect();
    Ok(StatisticsView {
        asset,
        statistics: STATISTICS.get(draft, &asset).unwrap_or_default(),
        values,
        holding_max: largest(draft, asset, 1).first().map_or(Amount::ZERO, |(_, total)| *total),
        caps: counted.caps.clone(),
    })
}

/// The sums over those counted under one value of a topic.
pub fn value_statistics(draft: &Draft, asset: AssetId, topic: Topic, value: ClaimValue) -> ValueStatistics {
    VALUES.get(draft, &(asset, topic, value)).unwrap_or_default()
}

/// The largest holders of a counted asset, at most `limit`, the largest first.
pub fn largest(draft: &Draft, asset: AssetId, limit: usize) -> Vec<(IdentityId, Amount)> {
    let span = (
        Bound::Included((asset, Amount::ZERO, IdentityId(0))),
        Bound::Included((asset, Amount::MAX, IdentityId(u32::MAX))),
    );
    LARGEST.range(draft, span).rev().take(limit).map(|((_, total, identity), ())| (*identity, *total)).collect()
}
