//! Bundles: operations that wait for the approval of an account's keys, for their time and for a turn.
//!
//! An approval binds the network, the account, the bundle's bytes, its window, the policy version and the
//! member epoch, all in one hash. After any change of members or policy the bundle is dead: it can be
//! neither approved nor executed, and makes room when the account proposes again.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::hash::sha256_parts;
use gage_crypto::{Hash, KeyId};
use gage_store::Draft;
use gage_units::{AccountNumber, Timestamp};
use serde::{Deserialize, Serialize};

use crate::guard::{guard, weigh};
use crate::judge;
use crate::opening::{network, network_record};
use crate::state::{
    ACCOUNTS, BUNDLES, EXPIRING, NETWORK, Network, Permission, QUEUED, bundles_of, index_bundle, remove_bundle,
};
use crate::{Context, Error, Event, MODULE};

/// The most bundles of one account.
pub const BUNDLES_OF_ACCOUNT_MAX: usize = 32;
/// The most bundles of one account that one key has proposed.
pub const BUNDLES_OF_KEY_MAX: usize = 8;
/// The most bundles of all accounts.
pub const BUNDLES_MAX: usize = 100_000;
/// The most bytes of one bundle's operations.
pub const BUNDLE_BYTES_MAX: usize = 65_536;
/// The longest time to the end of a bundle's window: 90 days.
pub const BUNDLE_WINDOW_MS_MAX: u64 = 90 * 24 * 60 * 60 * 1000;

/// One key's approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Vote {
    /// Whose.
    pub key: KeyId,
    /// Since when; it counts once it has waited as long as the act must.
    pub at: Timestamp,
}

/// Operations that wait.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Bundle {
    /// Whose.
    pub account: AccountNumber,
    /// The key that proposed it.
    pub proposer: KeyId,
    /// The protocol version whose encoding the bytes have.
    pub version: u32,
    /// The operations in borsh, read by the chain.
    pub operations: Vec<u8>,
    /// What approvals bind: see [`Bundle::hash_of`].
    pub hash: Hash,
    /// Whether it changes keys, thresholds or policy, which takes the owners' approval.
    pub manages: bool,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// Not executed before this time.
    pub not_before: Timestamp,
    /// Nor after this one.
    pub not_after: Timestamp,
    /// How long approvals had to wait when it was proposed; they wait the longer of this and of what the
    /// policy says when it executes.
    pub delay_ms: u64,
    /// The account's policy version when it was proposed.
    pub policy_version: u64,
    /// The account's member epoch when it was proposed.
    pub member_epoch: u64,
    /// The approvals, each key once.
    pub votes: Vec<Vote>,
    /// The work it was charged for when it was proposed.
    pub weight: u64,
    /// Since when it waits for its turn in the next block.
    pub queued: Option<Timestamp>,
}

/// What is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The protocol version of the bytes.
    pub version: u32,
    /// The operations in borsh.
    pub operations: Vec<u8>,
    /// Whether it changes keys, thresholds or policy.
    pub manages: bool,
    /// Not executed before this time.
    pub not_before: Timestamp,
    /// Nor after this one.
    pub not_after: Timestamp,
    /// The work that is charged for it.
    pub weight: u64,
}

impl Bundle {
    /// The hash that approvals bind, under the bundle's own number on the network with this genesis:
    /// `sha256("gage/account-bundle/1" || genesis || borsh(number, account, version, policy version, member
    /// epoch, not before, not after) || operations)`.
    pub fn hash_of(&self, genesis: &Hash, number: u64) -> Hash {
        let bound = (
            number,
            self.account,
            self.version,
            self.policy_version,
            self.member_epoch,
            self.not_before,
            self.not_after,
        );
        let bound = borsh::to_vec(&bound).expect("writing to memory cannot fail");
        sha256_parts(&[b"gage/account-bundle/1", &genesis.0, &bound, &self.operations])
    }

    /// Whether members and policy of its account are still those it was proposed under.
    pub(crate) fn is_current(&self, draft: &Draft) -> bool {
        ACCOUNTS.peek(draft, &self.account).is_some_and(|account| {
            account.member_epoch == self.member_epoch && account.policy_version == self.policy_version
        })
    }

    /// The keys whose approvals have waited at least `delay_ms`, and the bundle's own delay.
    pub(crate) fn aged(&self, time: Timestamp, delay_ms: u64) -> Vec<KeyId> {
        let delay_ms = delay_ms.max(self.delay_ms);
        let waited = |vote: &&Vote| time.since_ms(vote.at).is_ok_and(|waited| waited >= delay_ms);
        self.votes.iter().filter(waited).map(|vote| vote.key).collect()
    }
}

/// The record of a bundle.
///
/// # Errors
/// [`Error::UnknownBundle`].
pub fn bundle(draft: &Draft, number: u64) -> Result<&Bundle, Error> {
    BUNDLES.peek(draft, &number).ok_or(Error::UnknownBundle)
}

/// A bundle of `account`, which is current and has not passed its time.
pub(crate) fn live(draft: &Draft, ctx: &Context, account: AccountNumber, number: u64) -> Result<Bundle, Error> {
    let bundle = BUNDLES.get(draft, &number).filter(|bundle| bundle.account == account).ok_or(Error::UnknownBundle)?;
    if !bundle.is_current(draft) {
        return Err(Error::StaleApproval);
    }
    if bundle.not_after < ctx.time { Err(Error::OutsideWindow) } else { Ok(bundle) }
}

/// Proposes operations for the account; the voters approve them at once.
///
/// # Errors
/// [`Error::UnknownAccount`], [`Error::BundleTooLarge`], [`Error::BadWindow`], [`Error::TooManyBundles`].
pub fn propose(
    draft: &mut Draft,
    ctx: &Context,
    account: AccountNumber,
    proposer: KeyId,
    proposal: Proposal,
    voters: &[KeyId],
) -> Result<u64, Error> {
    let record = ACCOUNTS.get(draft, &account).ok_or(Error::UnknownAccount)?;
    let Proposal { version, operations, manages, not_before, not_after, weight } = proposal;
    if operations.is_empty() || operations.len() > BUNDLE_BYTES_MAX {
        return Err(Error::BundleTooLarge);
    }
    let ahead = not_after.0.saturating_sub(ctx.time.0);
    if not_after <= not_before || not_after <= ctx.time || ahead > BUNDLE_WINDOW_MS_MAX {
        return Err(Error::BadWindow);
    }
    let others: Vec<(u64, Bundle)> = bundles_of(draft, account).map(|(n, bundle)| (n, bundle.clone())).collect();
    let is_dead = |bundle: &Bundle| !bundle.is_current(draft) || bundle.not_after < ctx.time;
    let (dead, live): (Vec<_>, Vec<_>) = others.into_iter().partition(|(_, bundle)| is_dead(bundle));
    let own = live.iter().filter(|(_, bundle)| bundle.proposer == proposer).count();
    // The dead make room, in all as in this account.
    let all = BUNDLES.len(draft).saturating_sub(dead.len());
    if live.len() >= BUNDLES_OF_ACCOUNT_MAX || own >= BUNDLES_OF_KEY_MAX || all >= BUNDLES_MAX {
        return Err(Error::TooManyBundles);
    }

    // From here on nothing can fail.
    for (number, bundle) in dead {
        remove_bundle(draft, number, &bundle);
        draft.emit(MODULE, &Event::BundleExpired { account, bundle: number });
    }
    let network_record = network_record(draft);
    let number = network_record.next_bundle;
    // One step per proposal: 2^64 of them do not happen.
    NETWORK.put(draft, (), Network { next_bundle: number.saturating_add(1), ..network_record });
    let mut bundle = Bundle {
        account,
        proposer,
        version,
        operations,
        hash: Hash::ZERO,
        manages,
        proposed_at: ctx.time,
        not_before,
        not_after,
        delay_ms: guard(draft, account).map_or(0, |guard| guard.policy.delay_ms),
        policy_version: record.policy_version,
        member_epoch: record.member_epoch,
        votes: voters.iter().map(|key| Vote { key: *key, at: ctx.time }).collect(),
        weight,
        queued: None,
    };
    bundle.hash = bundle.hash_of(&network(draft), number);
    let hash = bundle.hash;
    index_bundle(draft, number, &bundle);
    BUNDLES.put(draft, number, bundle);
    draft.emit(MODULE, &Event::BundleProposed { account, bundle: number, hash, proposer, not_before, not_after });
    Ok(number)
}

/// Approves a bundle of the account with a key, which repeats what it approves.
///
/// # Errors
/// [`Error::UnknownBundle`], [`Error::StaleApproval`], [`Error::OutsideWindow`], [`Error::OtherContent`],
/// [`Error::AlreadyApproved`].
pub fn approve(
    draft: &mut Draft,
    ctx: &Context,
    account: AccountNumber,
    number: u64,
    hash: Hash,
    operations: &[u8],
    key: KeyId,
) -> Result<(), Error> {
    let mut bundle = live(draft, ctx, account, number)?;
    if bundle.hash != hash || bundle.operations != operations {
        return Err(Error::OtherContent);
    }
    if bundle.votes.iter().any(|vote| vote.key == key) {
        return Err(Error::AlreadyApproved);
    }

    // From here on nothing can fail.
    bundle.votes.push(Vote { key, at: ctx.time });
    BUNDLES.put(draft, number, bundle);
    draft.emit(MODULE, &Event::BundleApproved { account, bundle: number, key });
    Ok(())
}

/// Whether a bundle may run now, but for what its effects ask.
///
/// # Errors
/// [`Error::StaleApproval`], [`Error::OutsideWindow`], [`Error::MustWait`], [`Error::NotApproved`].
pub fn check_ready(draft: &Draft, ctx: &Context, bundle: &Bundle) -> Result<(), Error> {
    if !bundle.is_current(draft) {
        return Err(Error::StaleApproval);
    }
    if ctx.time < bundle.not_before || bundle.not_after < ctx.time {
        return Err(Error::OutsideWindow);
    }
    // The longer of the delay when it was proposed, which `aged` knows, and of the delay now.
    let delay_ms = guard(draft, bundle.account).map_or(0, |guard| guard.policy.delay_ms);
    if is_approved(draft, ctx, bundle, &bundle.aged(ctx.time, delay_ms)) {
        return Ok(());
    }
    let all: Vec<KeyId> = bundle.votes.iter().map(|vote| vote.key).collect();
    let wait_ms = delay_ms.max(bundle.delay_ms);
    if is_approved(draft, ctx, bundle, &all) { Err(Error::MustWait { wait_ms }) } else { Err(Error::NotApproved) }
}

/// Whether these keys are enough to try: the threshold, or a group that some rule lets act.
fn is_approved(draft: &Draft, ctx: &Context, bundle: &Bundle, keys: &[KeyId]) -> bool {
    let (account, time) = (bundle.account, ctx.time);
    let Some(threshold) = ACCOUNTS.peek(draft, &account).map(|account| u32::from(account.threshold)) else {
        return false;
    };
    let permission = if bundle.manages { Permission::Manage } else { Permission::Approve };
    if threshold > 0 && weigh(draft, time, account, keys.iter(), permission) >= threshold {
        return true;
    }
    !bundle.manages && judge::a_rule_may_let(draft, time, account, keys)
}

/// The bundle whose turn is next, without taking it.
pub fn next_queued(draft: &Draft) -> Option<(u64, &Bundle)> {
    let (number, ()) = QUEUED.first(draft)?;
    Some((number, BUNDLES.peek(draft, &number)?))
}

/// Takes a bundle out, whatever becomes of it: no approval is good twice.
///
/// # Errors
/// [`Error::UnknownBundle`].
pub fn take(draft: &mut Draft, number: u64) -> Result<Bundle, Error> {
    let bundle = BUNDLES.get(draft, &number).ok_or(Error::UnknownBundle)?;

    // From here on nothing can fail.
    remove_bundle(draft, number, &bundle);
    draft.emit(MODULE, &Event::BundleTaken { account: bundle.account, bundle: number, hash: bundle.hash });
    Ok(bundle)
}

/// Removes the bundle whose window passed first, if any has passed; whose it was.
pub fn prune_bundle(draft: &mut Draft, ctx: &Context) -> Option<AccountNumber> {
    let ((not_after, number), ()) = EXPIRING.first(draft)?;
    if not_after >= ctx.time {
        return None;
    }
    let bundle = BUNDLES.get(draft, &number).expect("the index lists bundles that are there");
    remove_bundle(draft, number, &bundle);
    draft.emit(MODULE, &Event::BundleExpired { account: bundle.account, bundle: number });
    Some(bundle.account)
}
