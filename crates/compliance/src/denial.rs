//! Why a movement is refused, as a report.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{AccountNumber, AssetId, Timestamp};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

/// The most clauses a report lists.
pub const CLAUSES_MAX: usize = 32;

/// One side of a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Whose holding shrinks.
    Sender,
    /// Whose holding grows.
    Receiver,
}

/// The kind of a failed clause. The numbers are fixed for ever; the order is the precedence.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    /// The account is blocked.
    AccountBlocked,
    /// The account's identity is blocked.
    IdentityBlocked,
    /// The account is frozen in all assets.
    AccountFrozen,
    /// The account is frozen in this asset.
    HoldingFrozen,
    /// The asset is paused.
    AssetPaused,
    /// The asset may not enter that module.
    VenueNotAllowed,
    /// The account belongs to no identity, so that no claim can be about it.
    NoIdentity,
    /// Nobody is trusted on a topic that a condition asks for.
    NoTrustedIssuer,
    /// A claim is missing that must be present.
    ClaimMissing,
    /// A claim is present that must be absent.
    ClaimPresent,
    /// Another identity is asked for.
    OtherIdentity,
    /// Each side meets some requirement, but no requirement is met by both.
    NoCommonRequirement,
    /// The asset would have more holders than its cap.
    TooManyHolders,
    /// A holder would hold more than the cap.
    HoldingAboveMax,
    /// A holder would hold less than the least, yet something.
    HoldingBelowMin,
    /// More holders with or without a claim than their cap.
    TooManyOfClaim,
    /// Holders with or without a claim would hold more than their cap.
    ClaimOwnershipAboveMax,
    /// The holder would send what is locked up.
    LockedUp,
    /// The sender holds less than is asked about.
    HoldingTooSmall,
}

impl Clause {
    /// The stable number.
    pub const fn code(self) -> u32 {
        match self {
            Clause::AccountBlocked => 2101,
            Clause::IdentityBlocked => 2102,
            Clause::AccountFrozen => 2103,
            Clause::HoldingFrozen => 2104,
            Clause::AssetPaused => 2105,
            Clause::VenueNotAllowed => 2106,
            Clause::NoIdentity => 2107,
            Clause::NoTrustedIssuer => 2108,
            Clause::ClaimMissing => 2109,
            Clause::ClaimPresent => 2110,
            Clause::OtherIdentity => 2111,
            Clause::NoCommonRequirement => 2112,
            Clause::TooManyHolders => 2113,
            Clause::HoldingAboveMax => 2114,
            Clause::HoldingBelowMin => 2115,
            Clause::TooManyOfClaim => 2116,
            Clause::ClaimOwnershipAboveMax => 2117,
            Clause::LockedUp => 2118,
            Clause::HoldingTooSmall => 2119,
        }
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// One clause that failed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct FailedClause {
    /// Its kind; [`Clause::code`] is the stable number.
    pub clause: Clause,
    /// Whom it concerns.
    pub account: AccountNumber,
    /// On which side that account stands.
    pub side: Side,
    /// The position of the requirement it belongs to, if to one.
    pub requirement: Option<u8>,
    /// What is the case, as a true sentence without a full stop.
    pub text: String,
    /// What would help, and who can do it.
    pub remedy: String,
    /// The earliest time at which the clause passes by itself; `None` if time alone does not help.
    pub earliest: Option<Timestamp>,
}

impl FailedClause {
    /// The stable number.
    pub const fn code(&self) -> u32 {
        self.clause.code()
    }
}

/// A movement is refused: every clause that failed. Where an asset has several requirements, the
/// clauses of one of them must be mended, those without a requirement in any case.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Denial {
    /// Of which asset.
    pub asset: AssetId,
    /// The account of the first clause.
    pub account: AccountNumber,
    /// The side of the first clause.
    pub side: Side,
    /// What failed, at least one clause.
    pub clauses: Vec<FailedClause>,
    /// Whether these are all: a report lists at most 32.
    pub complete: bool,
}

impl Denial {
    /// The report on `clauses`, or `None` if nothing failed.
    pub(crate) fn of(asset: AssetId, mut clauses: Vec<FailedClause>) -> Option<Box<Denial>> {
        let first = clauses.first()?;
        let (account, side) = (first.account, first.side);
        let complete = clauses.len() <= CLAUSES_MAX;
        clauses.truncate(CLAUSES_MAX);
        Some(Box::new(Denial { asset, account, side, clauses, complete }))
    }

    /// The stable number of the first clause.
    pub fn code(&self) -> u32 {
        self.clauses.first().map_or(0, FailedClause::code)
    }

    /// The stable name of the first clause.
    pub fn name(&self) -> &'static str {
        self.clauses.first().map_or("Denied", |clause| clause.clause.name())
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "asset #{} does not move: ", self.asset)?;
        for (index, clause) in self.clauses.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}", clause.text)?;
            if let Some(requirement) = clause.requirement {
                write!(f, " (requirement {requirement})")?;
            }
        }
        if self.complete { Ok(()) } else { f.write_str("; and more") }
    }
}

impl std::error::Error for Denial {}
