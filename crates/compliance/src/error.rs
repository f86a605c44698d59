//! Why an act on eligibility is refused. The numbers are fixed for ever; the order is the precedence.

use strum::IntoStaticStr;
use thiserror::Error;

use crate::Denial;

/// A refusal by this module.
#[derive(Clone, Debug, PartialEq, Eq, Error, IntoStaticStr)]
pub enum Error {
    /// A refusal by accounts.
    #[error(transparent)]
    Accounts(#[from] gage_accounts::Error),
    /// The movement is refused, with the report.
    #[error(transparent)]
    Denied(#[from] Box<Denial>),
    /// Requirements beyond their limits.
    #[error(
        "an asset has at most 16 requirements with 16 conditions a side; a condition lists 1 to 32 claims; all together list at most 256 claims and 32 topics"
    )]
    BadRequirement,
    /// A bad list of issuers.
    #[error("a list of issuers names at most 8, each once")]
    BadIssuers,
    /// A bad list of venues.
    #[error("venues are module numbers below 64, ascending")]
    BadVenues,
    /// No such asset.
    #[error("no asset of that number is registered")]
    UnknownAsset,
    /// The signer does not set the asset's rules.
    #[error("only the asset's agent or governance may do this")]
    NotAgent,
    /// A module stands above these rules.
    #[error("the account belongs to a module, which no rule restricts and no identity holds")]
    ModuleAccount,
    /// No such identity.
    #[error("no identity has that number")]
    UnknownIdentity,
    /// The account has an identity.
    #[error("the account belongs to an identity already, and never to another")]
    HasIdentity,
    /// The account has no identity.
    #[error("the account belongs to no identity")]
    WithoutIdentity,
    /// Another account of the identity invites.
    #[error("only the first account of an identity invites others")]
    NotFirstAccount,
    /// Too many accounts.
    #[error("an identity has at most 64 accounts, open invitations included")]
    TooManyAccounts,
    /// No open invitation.
    #[error("the identity has not invited the account, or the invitation has run out")]
    NotInvited,
    /// A period that cannot be.
    #[error("the period ends in the past or before it begins, or lasts too long")]
    BadPeriod,
    /// Too many claims.
    #[error("an issuer keeps at most 8 claims about one identity and topic")]
    TooManyClaims,
    /// No such claim.
    #[error("the signer has issued no such claim")]
    UnknownClaim,
    /// It is revoked.
    #[error("the claim is revoked already")]
    AlreadyRevoked,
    /// It is paused.
    #[error("the asset is paused already")]
    AlreadyPaused,
    /// It is not paused.
    #[error("the asset is not paused")]
    NotPaused,
    /// There is no freeze to lift.
    #[error("the account is not frozen there")]
    NotFrozen,
    /// There is no block to lift.
    #[error("the identity or account is not blocked")]
    NotBlocked,
    /// All identity numbers are given out.
    #[error("no identity number is left")]
    IdentitiesUsedUp,
    /// Too many topics, or not in order.
    #[error("the holders of an asset are counted by at most 4 topics, ascending")]
    BadTopics,
    /// Caps beyond their limits.
    #[error(
        "an asset has at most 16 caps by claim and 16 exempt identities, ascending; a share is at most the whole, and the least holding at most the largest"
    )]
    BadCaps,
    /// A cap by a claim that is not counted.
    #[error("a cap by claim names a topic by which the asset's holders are counted")]
    TopicNotCounted,
    /// Its holders are not counted.
    #[error("the asset's holders are not counted")]
    NotCounted,
    /// More would be locked up than is held.
    #[error("more would be locked up than the holder has")]
    LockExceedsHolding,
    /// Too many lots.
    #[error("a holder has at most 16 lots of an asset")]
    TooManyLots,
    /// Too many or no identities in one list.
    #[error("a list of holders names 1 to 64 identities")]
    BadHolders,
}

impl Error {
    /// The stable number: module number times 1000, plus the reason. A denial has the number of its
    /// first clause.
    pub fn code(&self) -> u32 {
        match self {
            Error::Accounts(error) => error.code(),
            Error::Denied(denial) => denial.code(),
            Error::BadRequirement => 2001,
            Error::BadIssuers => 2002,
            Error::BadVenues => 2003,
            Error::UnknownAsset => 2004,
            Error::NotAgent => 2005,
            Error::ModuleAccount => 2006,
            Error::UnknownIdentity => 2007,
            Error::HasIdentity => 2008,
            Error::WithoutIdentity => 2009,
            Error::NotFirstAccount => 2010,
            Error::TooManyAccounts => 2011,
            Error::NotInvited => 2012,
            Error::BadPeriod => 2013,
            Error::TooManyClaims => 2014,
            Error::UnknownClaim => 2015,
            Error::AlreadyRevoked => 2016,
            Error::AlreadyPaused => 2017,
            Error::NotPaused => 2018,
            Error::NotFrozen => 2019,
            Error::NotBlocked => 2020,
            Error::IdentitiesUsedUp => 2021,
            Error::BadTopics => 2022,
            Error::BadCaps => 2023,
            Error::TopicNotCounted => 2024,
            Error::NotCounted => 2025,
            Error::LockExceedsHolding => 2026,
            Error::TooManyLots => 2027,
            Error::BadHolders => 2028,
        }
    }

    /// The stable name of the reason. A denial has the name of its first clause.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Accounts(error) => error.name(),
            Error::Denied(denial) => denial.name(),
            _ => self.into(),
        }
    }
}
