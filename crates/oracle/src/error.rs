//! Why an act on prices is refused. The numbers are fixed for ever.

use gage_units::MathError;
use strum::IntoStaticStr;
use thiserror::Error;

use crate::{Action, FeedId, PriceClass};

/// A refusal by this module.
#[derive(Clone, Debug, PartialEq, Eq, Error, IntoStaticStr)]
pub enum Error {
    /// Refused by accounts.
    #[error(transparent)]
    Accounts(#[from] gage_accounts::Error),
    /// No such feed.
    #[error("there is no feed {0}")]
    UnknownFeed(FeedId),
    /// No quorum ever reported.
    #[error("feed {0} never had a price")]
    NeverPriced(FeedId),
    /// The matrix denies it.
    #[error("the price of feed {feed} is {} and cannot be used to {}", .class.name(), .action.name())]
    PriceNotUsable {
        /// The feed.
        feed: FeedId,
        /// How good its price is.
        class: PriceClass,
        /// What it was asked for.
        action: Action,
    },
    /// The signer does not publish this feed.
    #[error("the signer is not a publisher of feed {0}")]
    NotPublisher(FeedId),
    /// The feed is composed.
    #[error("feed {0} is composed of other feeds and takes no reports")]
    ComposedFeed(FeedId),
    /// The time of observation is later than the block's.
    #[error("the report was observed later than this block")]
    FromTheFuture,
    /// The publisher already reported a later or the same instant.
    #[error("the publisher's last report was observed at the same time or later")]
    NotNewer,
    /// Older than the feed's maximum age, or than the last restart, reopening or change of units.
    #[error("the report was observed too long ago to count")]
    TooOld,
    /// Zero or absurd.
    #[error("the price is outside the bounds of feed {0}")]
    PriceOutOfBounds(FeedId),
    /// The confidence is not below half of the price.
    #[error("the confidence must be below half of the price")]
    ConfidenceTooWide,
    /// Bid, price and ask are not in this order.
    #[error("bid, price and ask must be in ascending order and quoted sizes above zero")]
    CrossedQuote,
    /// Empty.
    #[error("the list is empty")]
    EmptyList,
    /// Too long.
    #[error("the list is longer than allowed")]
    ListTooLong,
    /// A feed came twice in one list.
    #[error("feed {0} is named twice")]
    NamedTwice(FeedId),
    /// Base and quote are the same.
    #[error("base and quote of a feed must differ")]
    SameDimension,
    /// An asset or currency that cannot be.
    #[error("a dimension of the feed does not exist")]
    UnknownDimension,
    /// The legs do not lead from base to quote.
    #[error("the legs do not lead from the feed's base to its quote")]
    LegsDoNotChain,
    /// Composed feeds on composed feeds, too deep.
    #[error("the feed stands on too many layers of composed feeds")]
    TooDeep,
    /// A number out of its bounds.
    #[error("the parameter {param} is out of bounds")]
    ParamOutOfBounds {
        /// Which one.
        param: &'static str,
    },
    /// A row of the matrix breaks what the code fixes.
    #[error("the permissions of {} are out of bounds", .action.name())]
    MatrixOutOfBounds {
        /// Which row.
        action: Action,
    },
    /// The feed has its full number of publishers.
    #[error("feed {0} has as many publishers as allowed")]
    TooManyPublishers(FeedId),
    /// No more feeds.
    #[error("there are as many feeds as allowed")]
    TooManyFeeds,
    /// No report to attach to.
    #[error("the signer's last report of the feed was not observed at that time")]
    NoSuchReport,
    /// The activation is past, or the multiplier zero.
    #[error("a corporate action needs an activation in the future and a multiplier above zero")]
    BadCorporateAction,
    /// The new cap would move the price.
    #[error("the new growth cap moves the price at this moment by more than allowed")]
    GrowthCapMovesPrice,
    /// The feed does not price that asset in the numeraire.
    #[error("the feed does not price that asset in the numeraire")]
    NotAPriceOfAsset,
    /// There is no point that old.
    #[error("no average over that time exists yet")]
    NoAverageYet,
    /// Refused by staking.
    #[error(transparent)]
    Staking(#[from] gage_staking::Error),
    /// Too little at stake.
    #[error("the publisher has too little bonded for feed {0}")]
    UnderBonded(FeedId),
    /// The account stands for a foreign source.
    #[error("the account stands for a foreign source of feed {0} and reports nothing itself")]
    ForeignPublisher(FeedId),
    /// Not a key of the publisher for that instant.
    #[error("the key does not sign statements of that publisher and instant")]
    NotReportKey,
    /// Nothing would change.
    #[error("that is the report key already")]
    SameReportKey,
    /// Former keys still bind.
    #[error("there are as many report keys, former ones included, as allowed")]
    TooManyReportKeys,
    /// A false signature.
    #[error("the signature does not match the key and the statement")]
    BadStatementSignature,
    /// Statements that do not belong together.
    #[error("the statements are not of one publisher, feed and instant")]
    NotSameInstant,
    /// Nothing was done.
    #[error("the statements do not differ, or the price lies within the confirmed one")]
    NoOffence,
    /// Proven before.
    #[error("the offence was proven before")]
    AlreadyProven,
    /// No bond to slash.
    #[error("the publisher has no bond that stands for the feed")]
    NothingBonded,
    /// The price of that time is not confirmed yet.
    #[error("the price around that instant is not confirmed yet")]
    TooEarlyToJudge,
    /// Other bytes.
    #[error("the bytes are not an update of Pyth")]
    NotAnUpdate,
    /// Another version.
    #[error("the update is of a version or kind that is not known")]
    UnknownUpdateVersion,
    /// The end is missing.
    #[error("the update ends before its parts do")]
    UpdateTooShort,
    /// Something follows.
    #[error("something follows the end of the update")]
    TrailingBytes,
    /// Not the sender of prices.
    #[error("the message is not of the sender of Pyth's prices")]
    WrongEmitter,
    /// No such set.
    #[error("there is no guardian set {0}")]
    UnknownGuardianSet(u32),
    /// A former set.
    #[error("guardian set {0} has expired")]
    GuardianSetExpired(u32),
    /// Too few signatures.
    #[error("fewer than a quorum of the guardians signed")]
    NoGuardianQuorum,
    /// Out of order or twice.
    #[error("the guardians do not sign in ascending order, each once")]
    GuardiansNotAscending,
    /// No such place.
    #[error("a signature is of a guardian that the set does not have")]
    UnknownGuardian,
    /// A false signature.
    #[error("a signature is not of the guardian it names")]
    BadGuardianSignature,
    /// A false proof.
    #[error("a message is not under the root that the guardians signed")]
    BadMerkleProof,
    /// No price.
    #[error("the foreign price is not above zero, or its time is not one")]
    BadForeignPrice,
    /// Digits would be lost.
    #[error("the foreign price has an exponent that cannot be taken over exactly")]
    BadExponent,
    /// No feed takes it.
    #[error("no feed takes a price of this update")]
    NothingForThisOracle,
    /// Arithmetic.
    #[error(transparent)]
    Math(#[from] MathError),
}

impl Error {
    /// The stable number: module number times 1000, plus the reason.
    pub fn code(&self) -> u32 {
        match self {
            Error::Accounts(error) => error.code(),
            Error::UnknownFeed(_) => 5001,
            Error::NeverPriced(_) => 5002,
            Error::PriceNotUsable { .. } => 5003,
            Error::NotPublisher(_) => 5004,
            Error::ComposedFeed(_) => 5005,
            Error::FromTheFuture => 5006,
            Error::NotNewer => 5007,
            Error::TooOld => 5008,
            Error::PriceOutOfBounds(_) => 5009,
            Error::ConfidenceTooWide => 5010,
            Error::CrossedQuote => 5011,
            Error::EmptyList => 5012,
            Error::ListTooLong => 5013,
            Error::NamedTwice(_) => 5014,
            Error::SameDimension => 5015,
            Error::UnknownDimension => 5016,
            Error::LegsDoNotChain => 5017,
            Error::TooDeep => 5018,
            Error::ParamOutOfBounds { .. } => 5019,
            Error::MatrixOutOfBounds { .. } => 5020,
            Error::TooManyPublishers(_) => 5021,
            Error::TooManyFeeds => 5022,
            Error::NoSuchReport => 5023,
            Error::BadCorporateAction => 5024,
            Error::GrowthCapMovesPrice => 5025,
            Error::NotAPriceOfAsset => 5026,
            Error::NoAverageYet => 5027,
            Error::Staking(error) => error.code(),
            Error::UnderBonded(_) => 5028,
            Error::ForeignPublisher(_) => 5029,
            Error::NotReportKey => 5030,
            Error::SameReportKey => 5031,
            Error::TooManyReportKeys => 5032,
            Error::BadStatementSignature => 5033,
            Error::NotSameInstant => 5034,
            Error::NoOffence => 5035,
            Error::AlreadyProven => 5036,
            Error::NothingBonded => 5037,
            Error::TooEarlyToJudge => 5038,
            Error::NotAnUpdate => 5039,
            Error::UnknownUpdateVersion => 5040,
            Error::UpdateTooShort => 5041,
            Error::TrailingBytes => 5042,
            Error::WrongEmitter => 5043,
            Error::UnknownGuardianSet(_) => 5044,
            Error::GuardianSetExpired(_) => 5045,
            Error::NoGuardianQuorum => 5046,
            Error::GuardiansNotAscending => 5047,
            Error::UnknownGuardian => 5048,
            Error::BadGuardianSignature => 5049,
            Error::BadMerkleProof => 5050,
            Error::BadForeignPrice => 5051,
            Error::BadExponent => 5052,
            Error::NothingForThisOracle => 5053,
            Error::Math(MathError::Overflow) => 5090,
            Error::Math(MathError::Underflow) => 5091,
            Error::Math(MathError::DivisionByZero) => 5092,
        }
    }

    /// The stable name of the reason.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Accounts(error) => error.name(),
            Error::Staking(error) => error.name(),
            Error::Math(MathError::Overflow) => "Overflow",
            Error::Math(MathError::Underflow) => "Underflow",
            Error::Math(MathError::DivisionByZero) => "DivisionByZero",
            other => other.into(),
        }
    }
}
