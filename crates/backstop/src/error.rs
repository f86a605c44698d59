//! Why an act on capital is refused. The numbers are fixed for ever; the order is the precedence.

use gage_units::MathError;
use strum::IntoStaticStr;
use thiserror::Error;

/// A refusal by this module or one it asked.
#[derive(Clone, Debug, PartialEq, Eq, Error, IntoStaticStr)]
pub enum Error {
    /// Times or least amounts outside the bounds.
    #[error("the waterfall's times or least amounts are outside the bounds")]
    TermsOutOfBounds,
    /// No step, too many, or a kind twice.
    #[error("a waterfall has one to eight steps, each kind once")]
    StepsOutOfBounds,
    /// Too many collateral assets, one twice, or the stable itself.
    #[error("the collateral list is too long, names an asset twice or names the stable asset")]
    CollateralOutOfBounds,
    /// No such waterfall.
    #[error("there is no waterfall of that number")]
    UnknownWaterfall,
    /// The operation names another asset than the waterfall's.
    #[error("the waterfall holds another asset than the one named")]
    WrongAsset,
    /// The asset is not among the waterfall's collateral.
    #[error("the asset is not among the waterfall's collateral")]
    NotCollateral,
    /// The collateral is not on the module's account.
    #[error("the loss's collateral was not delivered to the backstop account")]
    CollateralNotDelivered,
    /// Another account is the curator, or none is.
    #[error("only the waterfall's curator may do this")]
    NotCurator,
    /// The deposit is too small.
    #[error("the deposit is below the least deposit")]
    DepositTooSmall,
    /// A partial withdrawal would leave too little.
    #[error("the withdrawal would leave less than the least deposit; withdraw all or less")]
    LeavesDust,
    /// No deposit.
    #[error("the account has no deposit in this pool")]
    NoDeposit,
    /// The facility has unfinished losses.
    #[error("capital may not leave while losses of the facility are unfinished")]
    ExitsClosed,
    /// No request.
    #[error("a withdrawal must be requested first")]
    NotRequested,
    /// Too early.
    #[error("the cooldown of the withdrawal has not passed")]
    CoolingDown,
    /// Too late.
    #[error("the time to withdraw has passed; request again")]
    RequestExpired,
    /// Nothing is left.
    #[error("nothing is left to withdraw or claim")]
    NothingLeft,
    /// The curator must keep a minimum.
    #[error("the curator's capital may not be withdrawn below its minimum")]
    BelowFirstLossMinimum,
    /// The buffer must keep a minimum, or does not hold as much.
    #[error("the surplus above the buffer is smaller than the amount")]
    InsufficientSurplus,
    /// The capital may yet be needed.
    #[error("the capital is reserved for debt at auction; wait until the lots are sold, or withdraw less")]
    CapitalReserved,
    /// A tier that cannot be, a cooldown outside the bounds, or premiums above the fees.
    #[error("the tier's number, cooldown or premium is outside the bounds")]
    TierOutOfBounds,
    /// No such insurance tier.
    #[error("the waterfall has no such insurance tier")]
    UnknownTier,
    /// Par zero, a floor below half the quote, or another term outside the bounds.
    #[error("the sale's par, premium, floor, tail, cusp or lot is outside the bounds")]
    SaleOutOfBounds,
    /// No terms of sale for the asset.
    #[error("the waterfall has no terms by which this asset is sold")]
    NotForSale,
    /// No such batch, or all has been claimed.
    #[error("there is no batch of gains of that number")]
    UnknownBatch,
    /// The batch is not sold yet.
    #[error("the batch of gains has not been sold yet")]
    BatchNotSold,
    /// A share above one or a period outside the bounds.
    #[error("the surplus rule's share or period is outside the bounds")]
    RuleOutOfBounds,
    /// From accounts.
    #[error(transparent)]
    Accounts(#[from] gage_accounts::Error),
    /// From the ledger, with compliance behind it.
    #[error(transparent)]
    Ledger(#[from] gage_ledger::Error),
    /// From staking.
    #[error(transparent)]
    Staking(#[from] gage_staking::Error),
    /// From the oracle.
    #[error(transparent)]
    Oracle(#[from] gage_oracle::Error),
    /// From auctions.
    #[error(transparent)]
    Auctions(#[from] gage_auctions::Error),
    /// Refused by an issuer's queue.
    #[error(transparent)]
    Securities(#[from] gage_securities::Error),
    /// A calculation without a result.
    #[error(transparent)]
    Math(#[from] MathError),
}

impl Error {
    /// The stable number: module number times 1000, plus the reason.
    pub fn code(&self) -> u32 {
        match self {
            Error::TermsOutOfBounds => 9001,
            Error::StepsOutOfBounds => 9002,
            Error::CollateralOutOfBounds => 9003,
            Error::UnknownWaterfall => 9004,
            Error::WrongAsset => 9005,
            Error::NotCollateral => 9006,
            Error::CollateralNotDelivered => 9007,
            Error::NotCurator => 9008,
            Error::DepositTooSmall => 9009,
            Error::LeavesDust => 9010,
            Error::NoDeposit => 9011,
            Error::ExitsClosed => 9012,
            Error::NotRequested => 9013,
            Error::CoolingDown => 9014,
            Error::RequestExpired => 9015,
            Error::NothingLeft => 9016,
            Error::BelowFirstLossMinimum => 9017,
            Error::InsufficientSurplus => 9018,
            Error::CapitalReserved => 9019,
            Error::TierOutOfBounds => 9020,
            Error::UnknownTier => 9021,
            Error::SaleOutOfBounds => 9022,
            Error::NotForSale => 9023,
            Error::UnknownBatch => 9024,
            Error::BatchNotSold => 9025,
            Error::RuleOutOfBounds => 9026,
            Error::Math(MathError::Overflow) => 9901,
            Error::Math(MathError::Underflow) => 9902,
            Error::Math(MathError::DivisionByZero) => 9903,
            Error::Accounts(error) => error.code(),
            Error::Ledger(error) => error.code(),
            Error::Staking(error) => error.code(),
            Error::Oracle(error) => error.code(),
            Error::Auctions(error) => error.code(),
            Error::Securities(error) => error.code(),
        }
    }

    /// The stable name of the reason.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Math(MathError::Overflow) => "Overflow",
            Error::Math(MathError::Underflow) => "Underflow",
            Error::Math(MathError::DivisionByZero) => "DivisionByZero",
            Error::Accounts(error) => error.name(),
            Error::Ledger(error) => error.name(),
            Error::Staking(error) => error.name(),
            Error::Oracle(error) => error.name(),
            Error::Auctions(error) => error.name(),
            Error::Securities(error) => error.name(),
            own => own.into(),
        }
    }
}
