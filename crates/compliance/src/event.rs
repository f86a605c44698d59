//! What happened to eligibility.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{AccountNumber, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::counted::Caps;
use crate::lots::{Bearer, Lot};
use crate::rule::{Requirement, Topic};
use crate::state::{Claim, ClaimKey, IdentityId, Stops};
use crate::text::Reason;

/// Who is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocked {
    /// All accounts of an identity.
    Identity(IdentityId),
    /// One account.
    Account(AccountNumber),
}

/// An event of this module.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An identity was opened by its first account.
    IdentityOpened {
        /// Its number.
        identity: IdentityId,
        /// Its first account.
        account: AccountNumber,
    },
    /// An identity invited an account.
    AccountInvited {
        /// Which identity.
        identity: IdentityId,
        /// Whom.
        account: AccountNumber,
        /// Until when the invitation is open.
        expires: Timestamp,
    },
    /// An account joined an identity.
    AccountJoined {
        /// Which identity.
        identity: IdentityId,
        /// Which account.
        account: AccountNumber,
    },
    /// A claim was issued or renewed.
    ClaimIssued {
        /// About whom, on what, by whom, for what.
        key: ClaimKey,
        /// The claim.
        claim: Claim,
    },
    /// A claim was revoked.
    ClaimRevoked {
        /// About whom, on what, by whom, for what.
        key: ClaimKey,
    },
    /// It was set whose claims on a topic count.
    TrustedIssuersSet {
        /// For which asset; `None` for all without a list of their own.
        asset: Option<AssetId>,
        /// On what.
        topic: Topic,
        /// Whose; nobody's means that the list is gone.
        issuers: Vec<AccountNumber>,
    },
    /// It was set what an asset asks of both sides.
    RequirementsSet {
        /// Of which asset.
        asset: AssetId,
        /// What.
        requirements: Vec<Requirement>,
    },
    /// It was set which modules an asset may enter.
    VenuesSet {
        /// Of which asset.
        asset: AssetId,
        /// Which modules; `None` for all.
        venues: Option<Vec<u8>>,
    },
    /// It was set who sets an asset's rules.
    AgentAppointed {
        /// Of which asset.
        asset: AssetId,
        /// Who beside governance.
        agent: Option<AccountNumber>,
    },
    /// An asset stopped to move.
    AssetPaused {
        /// Which.
        asset: AssetId,
        /// Why.
        reason: Reason,
    },
    /// An asset moves again.
    AssetResumed {
        /// Which.
        asset: AssetId,
        /// Why.
        reason: Reason,
    },
    /// An account was frozen.
    AccountFrozen {
        /// Which.
        account: AccountNumber,
        /// In which asset; `None` for all.
        asset: Option<AssetId>,
        /// Which way.
        stops: Stops,
        /// Until when by itself.
        until: Option<Timestamp>,
        /// Why.
        reason: Reason,
    },
    /// A freeze was lifted.
    AccountUnfrozen {
        /// Of which account.
        account: AccountNumber,
        /// In which asset; `None` for the freeze in all.
        asset: Option<AssetId>,
        /// Why.
        reason: Reason,
    },
    /// An identity or account was blocked.
    SubjectBlocked {
        /// Which.
        subject: Blocked,
        /// Why.
        reason: Reason,
    },
    /// A block was lifted.
    SubjectUnblocked {
        /// Of which identity or account.
        subject: Blocked,
        /// Why.
        reason: Reason,
    },
    /// The holders of an asset are counted from now on.
    HoldersCounted {
        /// Of which asset.
        asset: AssetId,
        /// By the values of claims on these.
        topics: Vec<Topic>,
    },
    /// An asset's caps were set.
    CapsSet {
        /// Of which asset.
        asset: AssetId,
        /// All of them.
        caps: Caps,
    },
    /// An amount is locked up with its bearer.
    LockedUp {
        /// Of which asset.
        asset: AssetId,
        /// With whom.
        bearer: Bearer,
        /// How much until when.
        lot: Lot,
    },
    /// Governance replaced the first account of an identity.
    IdentityRecovered {
        /// Which identity.
        identity: IdentityId,
        /// The account that is first from now on.
        account: AccountNumber,
        /// Why.
        reason: Reason,
    },
}
