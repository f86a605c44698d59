//! Requirements against claims.

use std::ops::Bound;

use gage_accounts::{Context, id_of};
use gage_store::Draft;
use gage_units::{AccountNumber, AssetId, Timestamp};

use crate::counted::ClaimValue;
use crate::denial::{CLAUSES_MAX, Clause, FailedClause, Side};
use crate::rule::{ClaimMatch, Condition, Requirement, Scope, ScopeMatch, Test, Topic};
use crate::state::{CLAIMS, Claim, ClaimKey, IdentityId, TRUSTED};

/// One account in a movement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Party {
    pub account: AccountNumber,
    pub side: Side,
    pub identity: Option<IdentityId>,
}

impl Party {
    /// `the sender gage1...`.
    pub fn describe(&self, draft: &Draft) -> String {
        let side = match self.side {
            Side::Sender => "sender",
            Side::Receiver => "receiver",
        };
        match id_of(draft, self.account) {
            Some(id) => format!("the {side} {id}"),
            None => format!("the {side} (account {})", self.account),
        }
    }

    pub fn failed(&self, clause: Clause, text: String, remedy: &str, earliest: Option<Timestamp>) -> FailedClause {
        let remedy = remedy.to_owned();
        FailedClause { clause, account: self.account, side: self.side, requirement: None, text, remedy, earliest }
    }
}

/// The earliest instant at which what was read of claims could read otherwise by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Horizon(pub Option<Timestamp>);

impl Horizon {
    /// Notes when this claim begins or ceases to count, as seen at `time`.
    fn note(&mut self, claim: &Claim, time: Timestamp) {
        let next = match claim.expires {
            _ if claim.revoked.is_some() => None,
            _ if time < claim.issued => Some(claim.issued),
            Some(expires) if time < expires => Some(expires),
            _ => None,
        };
        if let Some(next) = next {
            self.0 = Some(self.0.map_or(next, |earliest| earliest.min(next)));
        }
    }
}

/// Adds to `clauses` why these parties, with the requirements that each meets, may not deal with each
/// other; nothing if they may.
///
/// Every pair of sender and receiver needs a requirement that both meet. A side that is absent or not
/// asked (a module, a sender moved by a rule) meets everything.
pub(crate) fn check(
    draft: &Draft,
    ctx: &Context,
    asset: AssetId,
    requirements: &[Requirement],
    met: &[(Party, u32)],
    clauses: &mut Vec<FailedClause>,
) {
    if requirements.is_empty() {
        return;
    }
    let mut denied = false;
    for (party, _) in met.iter().filter(|(_, mask)| *mask == 0) {
        denied = true;
        explain(draft, ctx, asset, requirements, party, clauses);
    }
    if denied {
        return;
    }
    let side = |side: Side| met.iter().filter(move |(party, _)| party.side == side);
    for (receiver, receives) in side(Side::Receiver) {
        if let Some((sender, _)) = side(Side::Sender).find(|(_, sends)| *sends & *receives == 0) {
            let text =
                format!("{} and {} meet no requirement in common", sender.describe(draft), receiver.describe(draft));
            let remedy = "either side needs the claims of a requirement that the other side meets";
            clauses.push(receiver.failed(Clause::NoCommonRequirement, text, remedy, None));
        }
    }
}

/// The requirements whose conditions on one side an identity meets: bit `i` for requirement `i`.
pub(crate) fn met_by(
    draft: &Draft,
    time: Timestamp,
    asset: AssetId,
    requirements: &[Requirement],
    side: Side,
    identity: Option<IdentityId>,
    horizon: &mut Horizon,
) -> u32 {
    let mut mask = 0u32;
    for (index, requirement) in requirements.iter().enumerate().take(32) {
        let mut conditions = requirement.conditions(side).iter();
        if conditions.all(|condition| failure(draft, time, asset, condition, identity, horizon).is_none()) {
            mask |= 1 << index;
        }
    }
    mask
}

/// Under which values of a topic an identity is counted for an asset: absent, or present and of each
/// jurisdiction that a live claim of a trusted issuer names, ascending and each once. Where nobody is
/// trusted, everybody is counted as absent.
pub(crate) fn values_of(
    draft: &Draft,
    time: Timestamp,
    asset: AssetId,
    topic: Topic,
    subject: IdentityId,
    horizon: &mut Horizon,
) -> Vec<ClaimValue> {
    let issuers = trusted(draft, asset, topic).unwrap_or_default();
    let mut values = Vec::new();
    for (key, claim) in issuers.iter().flat_map(|issuer| claims_by(draft, subject, topic, *issuer)) {
        if !ScopeMatch::General.accepts(key.scope, asset) {
            continue;
        }
        horizon.note(claim, time);
        if claim.is_live(time) {
            values.push(ClaimValue::Present);
            values.extend(key.jurisdiction.map(ClaimValue::Of));
        }
    }
    values.sort_unstable();
    values.dedup();
    if values.is_empty() { vec![ClaimValue::Absent] } else { values }
}

/// Why a condition fails.
enum Failure {
    NoIdentity,
    NoTrustedIssuer(Topic),
    /// None of these is there; the earliest time at which one comes into force by itself.
    Missing(Option<Timestamp>),
    /// This one is there, until then.
    Present(ClaimMatch, Option<Timestamp>),
    OtherIdentity(IdentityId),
}

fn explain(
    draft: &Draft,
    ctx: &Context,
    asset: AssetId,
    requirements: &[Requirement],
    party: &Party,
    clauses: &mut Vec<FailedClause>,
) {
    // Enough is told; one clause beyond the limit says that there are more.
    if clauses.len() > CLAUSES_MAX {
        return;
    }
    let who = party.describe(draft);
    for (index, requirement) in requirements.iter().enumerate() {
        for condition in requirement.conditions(party.side) {
            let mut unused = Horizon::default();
            let failed = failure(draft, ctx.time, asset, condition, party.identity, &mut unused);
            let Some(failure) = failed else { continue };
            let mut failed = describe(&who, party, condition, failure);
            failed.requirement = u8::try_from(index).ok();
            clauses.push(failed);
        }
    }
}

fn describe(who: &str, party: &Party, condition: &Condition, failure: Failure) -> FailedClause {
    match failure {
        Failure::NoIdentity => {
            let remedy = "the account can open an identity or join one, and ask an issuer for claims";
            party.failed(Clause::NoIdentity, format!("{who} belongs to no identity"), remedy, None)
        }
        Failure::NoTrustedIssuer(topic) => {
            let remedy = "the asset's agent or governance can name a trusted issuer";
            party.failed(Clause::NoTrustedIssuer, format!("nobody is trusted to claim {topic}"), remedy, None)
        }
        Failure::Missing(earliest) => {
            let wanted: Vec<String> = condition.test.matches().iter().map(ClaimMatch::to_string).collect();
            let text = format!("{who} has no valid claim {} of a trusted issuer", wanted.join(" or "));
            party.failed(Clause::ClaimMissing, text, "a trusted issuer can issue or renew the claim", earliest)
        }
        Failure::Present(found, until) => {
            let text = format!("{who} has the claim {found}, which must be absent");
            party.failed(Clause::ClaimPresent, text, "its issuer can revoke the claim", until)
        }
        Failure::OtherIdentity(wanted) => {
            let text = format!("{who} is not identity {}", wanted.0);
            party.failed(Clause::OtherIdentity, text, "only an account of that identity passes", None)
        }
    }
}

/// Why `identity` fails the condition; `None` if it meets it.
fn failure(
    draft: &Draft,
    time: Timestamp,
    asset: AssetId,
    condition: &Condition,
    identity: Option<IdentityId>,
    horizon: &mut Horizon,
) -> Option<Failure> {
    // Without an identity nothing can be claimed and nothing shown absent: every condition fails.
    let Some(subject) = identity else { return Some(Failure::NoIdentity) };
    match &condition.test {
        Test::Identity(wanted) => (*wanted != subject).then_some(Failure::OtherIdentity(*wanted)),
        Test::Present(_) | Test::AnyOf(_) => missing(draft, time, asset, condition, subject, horizon),
        Test::Absent(_) | Test::NoneOf(_) => present(draft, time, asset, condition, subject, horizon),
    }
}

/// Why none of the condition's claims is there.
fn missing(
    draft: &Draft,
    time: Timestamp,
    asset: AssetId,
    condition: &Condition,
    subject: IdentityId,
    horizon: &mut Horizon,
) -> Option<Failure> {
    let mut untrusted = None;
    let mut claimable = false;
    let mut earliest: Option<Timestamp> = None;
    for topic in condition.test.topics() {
        let Some(issuers) = issuers(draft, asset, condition, topic) else {
            untrusted = untrusted.or(Some(topic));
            continue;
        };
        claimable = true;
        for (key, claim) in issuers.iter().flat_map(|issuer| claims_by(draft, subject, topic, *issuer)) {
            if !condition.test.matches_on(topic).any(|wanted| wanted.accepts(key, asset)) {
                continue;
            }
            horizon.note(claim, time);
            if claim.is_live(time) {
                return None;
            }
            if claim.revoked.is_none() && time < claim.issued {
                earliest = Some(earliest.map_or(claim.issued, |earliest| earliest.min(claim.issued)));
            }
        }
    }
    // If some alternative can be claimed, that is the remedy; otherwise nobody can claim any.
    let untrusted = untrusted.filter(|_| !claimable);
    Some(untrusted.map_or(Failure::Missing(earliest), Failure::NoTrustedIssuer))
}

/// Why one of the condition's claims is there.
fn present(
    draft: &Draft,
    time: Timestamp,
    asset: AssetId,
    condition: &Condition,
    subject: IdentityId,
    horizon: &mut Horizon,
) -> Option<Failure> {
    let mut found: Option<ClaimMatch> = None;
    // When the last of them has expired; `None` if one never does.
    let mut until = Some(Timestamp(0));
    for topic in condition.test.topics() {
        // Fails closed: where nobody would tell, absence is not shown.
        let Some(issuers) = issuers(draft, asset, condition, topic) else {
            return Some(Failure::NoTrustedIssuer(topic));
        };
        let claims = issuers.iter().flat_map(|issuer| claims_by(draft, subject, topic, *issuer));
        for (key, claim) in claims {
            let Some(unwanted) = condition.test.matches_on(topic).find(|unwanted| unwanted.accepts(key, asset)) else {
                continue;
            };
            horizon.note(claim, time);
            if !claim.is_live(time) {
                continue;
            }
            found = found.or(Some(*unwanted));
            until = until.zip(claim.expires).map(|(until, expires)| until.max(expires));
        }
    }
    found.map(|unwanted| Failure::Present(unwanted, until))
}

/// Whose claims count; `None` if nobody's do.
fn issuers<'d>(
    draft: &'d Draft,
    asset: AssetId,
    condition: &'d Condition,
    topic: Topic,
) -> Option<&'d [AccountNumber]> {
    if !condition.issuers.is_empty() {
        return Some(&condition.issuers);
    }
    trusted(draft, asset, topic)
}

/// Who is trusted on a topic for an asset: the asset's own list if it has one, otherwise the network's.
fn trusted(draft: &Draft, asset: AssetId, topic: Topic) -> Option<&[AccountNumber]> {
    let list = TRUSTED.peek(draft, &(Some(asset), topic)).or_else(|| TRUSTED.peek(draft, &(None, topic)));
    list.map(Vec::as_slice).filter(|list| !list.is_empty())
}

/// All claims about `subject` on `topic` by `issuer`. At most `CLAIMS_MAX`.
pub(crate) fn claims_by(
    draft: &Draft,
    subject: IdentityId,
    topic: Topic,
    issuer: AccountNumber,
) -> impl Iterator<Item = (&ClaimKey, &Claim)> {
    let first = ClaimKey { subject, topic, issuer, scope: Scope::Identity, jurisdiction: None };
    let of_the_same = move |key: &ClaimKey| key.subject == subject && key.topic == topic && key.issuer == issuer;
    CLAIMS.range(draft, (Bound::Included(first), Bound::Unbounded)).take_while(move |(key, _)| of_the_same(key))
}
