//! Who orders blocks: the rules, those who are registered, and the set of each epoch.

use std::net::SocketAddr;
use std::ops::Bound::{Included, Unbounded};

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::{KeyId, PublicKey, Scheme};
use gage_store::{Draft, OrderedTable, Table};
use gage_units::{AccountNumber, Bps, Height, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Destination, Error};

/// The most validators of an epoch: each message of consensus goes to all.
pub const MEMBERS_MAX: u16 = 128;
/// The most accounts that are registered at a time.
pub const REGISTERED_MAX: usize = 1_024;
/// The longest epoch, in blocks.
pub const EPOCH_BLOCKS_MAX: u64 = 1 << 32;
/// The longest address, in bytes.
pub const ADDRESS_BYTES_MAX: usize = 64;
/// What a bond of a validator is for.
pub const ORDERING: u64 = 0;

/// How validators are chosen, and what a contradiction costs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidatorRules {
    /// Blocks of an epoch; the genesis fixes it.
    pub epoch_blocks: u64,
    /// How many blocks before the last of an epoch the next set is fixed; the genesis fixes it.
    pub fixed_before: u64,
    /// With fewer candidates the set stays what it is.
    pub members_min: u16,
    /// Of more candidates those with the largest bonds are chosen.
    pub members_max: u16,
    /// Which part of his bond a validator loses for a contradiction.
    pub slash: Bps,
    /// Who gets it.
    pub destination: Destination,
}

/// An account that offers to order.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Validator {
    /// Its Ed25519 key: it authenticates the node to its peers and signs its votes.
    pub key: PublicKey,
    /// Where its peers reach it: an IP address and a port.
    pub address: String,
}

/// One of those who order in an epoch.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Member {
    /// The key that signs its votes.
    pub key: PublicKey,
    /// The account that answers for them.
    pub account: AccountNumber,
    /// Where its peers reach it.
    pub address: String,
}

/// Those who order from an epoch on, until a later set replaces them.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct ValidatorSet {
    /// Their first epoch.
    pub epoch: u64,
    /// The first height of that epoch.
    pub first: Height,
    /// The block that fixed it.
    pub fixed_at: Height,
    /// By key, ascending: the order in which certificates count them.
    pub members: Vec<Member>,
}

/// The rules; none in a network whose validators are told to it from outside.
pub const VALIDATOR_RULES: Table<(), ValidatorRules> = Table::authenticated(0x0409, "staking/validator_rules");
/// The registered, by account.
pub const VALIDATORS: OrderedTable<AccountNumber, Validator> =
    OrderedTable::authenticated(0x040a, "staking/validators");
/// The sets, by their first epoch; where nothing changes there is none.
pub const VALIDATOR_SETS: OrderedTable<u64, ValidatorSet> = OrderedTable::authenticated(0x040b, "staking/sets");
/// When the latest epochs ended.
pub const EPOCH_ENDS: OrderedTable<u64, Timestamp> = OrderedTable::authenticated(0x040c, "staking/epoch_ends");
/// Who contradicted himself, with the epoch, and may not register again.
pub const BARRED: OrderedTable<AccountNumber, u64> = OrderedTable::authenticated(0x040d, "staking/barred");
/// The registered by key.
pub const BY_KEY: OrderedTable<KeyId, AccountNumber> = OrderedTable::derived(0x040e, "staking/validators_by_key");

impl ValidatorRules {
    /// Passes if every number lies in its bounds.
    ///
    /// # Errors
    /// [`Error::TermsOutOfBounds`] naming the first that does not.
    pub fn check(&self) -> Result<(), Error> {
        let room = self.fixed_before.checked_add(2).is_some_and(|least| self.epoch_blocks >= least);
        let checks = [
            ("epoch_blocks", room && self.epoch_blocks <= EPOCH_BLOCKS_MAX),
            ("fixed_before", self.fixed_before > 0),
            ("members_min", (1..=self.members_max).contains(&self.members_min)),
            ("members_max", self.members_max <= MEMBERS_MAX),
            ("slash", self.slash > Bps(0) && self.slash <= Bps::ONE),
        ];
        match checks.into_iter().find(|(_, holds)| !holds) {
            Some((param, _)) => Err(Error::TermsOutOfBounds { param }),
            None => Ok(()),
        }
    }

    /// The epoch of a height.
    pub fn epoch_of(&self, height: Height) -> u64 {
        height.0.checked_div(self.epoch_blocks).expect("the rules have epochs of at least three blocks")
    }

    /// The first height of an epoch.
    pub fn first_of(&self, epoch: u64) -> Height {
        Height(epoch.saturating_mul(self.epoch_blocks))
    }

    /// The last height of an epoch.
    pub fn last_of(&self, epoch: u64) -> Height {
        Height(self.first_of(epoch.saturating_add(1)).0.saturating_sub(1))
    }
}

/// The rules, in a network that has them.
pub fn rules(draft: &Draft) -> Option<ValidatorRules> {
    VALIDATOR_RULES.get(draft, &())
}

/// Those who order in an epoch, as far as it is fixed.
pub fn set_of(draft: &Draft, epoch: u64) -> Option<ValidatorSet> {
    VALIDATOR_SETS.range(draft, (Unbounded, Included(epoch))).next_back().map(|(_, set)| set.clone())
}

/// The sets that begin after an epoch, oldest first, at most `limit`.
pub fn sets_after(draft: &Draft, epoch: u64, limit: usize) -> Vec<ValidatorSet> {
    let after = (std::ops::Bound::Excluded(epoch), Unbounded);
    VALIDATOR_SETS.range(draft, after).take(limit).map(|(_, set)| set.clone()).collect()
}

/// Everyone who is registered.
pub fn registered(draft: &Draft) -> impl Iterator<Item = (AccountNumber, &Validator)> {
    VALIDATORS.iter(draft).map(|(account, validator)| (*account, validator))
}

/// Whether the account orders at this height, or is to in the next epoch.
pub(crate) fn serves(draft: &Draft, height: Height, account: AccountNumber) -> bool {
    let Some(rules) = rules(draft) else { return false };
    let epoch = rules.epoch_of(height);
    let in_set = |set: &ValidatorSet| set.members.iter().any(|member| member.account == account);
    let next = epoch.checked_add(1).and_then(|next| VALIDATOR_SETS.peek(draft, &next));
    next.is_some_and(in_set) || set_of(draft, epoch).as_ref().is_some_and(in_set)
}

/// Passes a key and an address that a validator may have.
///
/// # Errors
/// [`Error::BadValidatorKey`], [`Error::BadAddress`].
pub(crate) fn check_offer(key: &PublicKey, address: &str) -> Result<(), Error> {
    if key.scheme() != Scheme::Ed25519 {
        return Err(Error::BadValidatorKey);
    }
    let parsed = address.parse::<SocketAddr>().ok();
    let canonical = parsed.filter(|parsed| parsed.port() > 0 && parsed.to_string() == address);
    if address.len() > ADDRESS_BYTES_MAX || canonical.is_none_or(|parsed| parsed.ip().is_unspecified()) {
        return Err(Error::BadAddress);
    }
    Ok(())
}

/// Writes who is registered under the account.
pub(crate) fn put_validator(draft: &mut Draft, account: AccountNumber, validator: Validator) {
    remove_validator(draft, account);
    BY_KEY.put(draft, validator.key.id(), account);
    VALIDATORS.put(draft, account, validator);
}

/// Strikes the account off.
pub(crate) fn remove_validator(draft: &mut Draft, account: AccountNumber) {
    if let Some(before) = VALIDATORS.get(draft, &account) {
        BY_KEY.remove(draft, &before.key.id());
        VALIDATORS.remove(draft, &account);
    }
}

pub(crate) fn create_tables(draft: &mut Draft) {
    VALIDATOR_RULES.create(draft);
    VALIDATORS.create(draft);
    VALIDATOR_SETS.create(draft);
    EPOCH_ENDS.create(draft);
    BARRED.create(draft);
    BY_KEY.create(draft);
}

pub(crate) fn rebuild(draft: &mut Draft) {
    let keys: Vec<(KeyId, AccountNumber)> =
        VALIDATORS.iter(draft).map(|(account, validator)| (validator.key.id(), *account)).collect();
    for (key, account) in keys {
        BY_KEY.put(draft, key, account);
    }
}
