//! Why an act on lots is refused. The numbers are fixed for ever; the order is the precedence.

use gage_units::MathError;
use strum::IntoStaticStr;
use thiserror::Error;

/// A refusal by this module or one it asked.
#[derive(Clone, Debug, PartialEq, Eq, Error, IntoStaticStr)]
pub enum Error {
    /// The cut, step or duration is outside the bounds.
    #[error("the curve's cut, step or duration is outside the bounds")]
    CurveOutOfBounds,
    /// Floor zero, start below floor, tail zero or too long, cusp one or more.
    #[error("the lot's start, floor, tail or cusp is outside the bounds")]
    LotOutOfBounds,
    /// Lot and payment would be in one asset.
    #[error("a lot is sold for another asset than itself")]
    SameAsset,
    /// The amount is not on the module's account.
    #[error("the lot's amount was not delivered to the auctions account")]
    LotNotDelivered,
    /// No such lot, or closed.
    #[error("there is no open lot of that number")]
    UnknownLot,
    /// The operation names other assets than the lot's.
    #[error("the lot sells or wants another asset than the one named")]
    WrongAsset,
    /// Sold out, or raised what it had to.
    #[error("the lot is sold out or has raised what it had to")]
    LotFinished,
    /// Past the tail or below the cusp.
    #[error("the lot waits for its restart at a fresh price")]
    LotNeedsRestart,
    /// The price is above what the taker allows.
    #[error("the lot's price is above the limit given")]
    PriceAboveLimit,
    /// A partial take would leave too little on one side.
    #[error("the take would leave less than the dust limit to sell or to raise; take all or less")]
    LeavesDust,
    /// Floor zero, or a window, deposit, forfeit, rounds or least bid outside the bounds.
    #[error("the lot's floor, windows, deposit, rounds or least bid are outside the bounds")]
    UniformOutOfBounds,
    /// No such uniform-price lot, or ended.
    #[error("there is no uniform-price lot of that number")]
    UnknownUniformLot,
    /// Outside the window of this kind of bid.
    #[error("this kind of bid is not made at this time, or not for this lot")]
    BiddingClosed,
    /// The seller bids.
    #[error("the seller of a lot does not bid for it")]
    OwnLot,
    /// Below the floor, below the least bid, or above what is left.
    #[error("the bid is below the floor or the least amount, or above what is left")]
    BidOutOfBounds,
    /// The book is full of bids at least as good.
    #[error("the book is full of bids that are at least as good")]
    BookFull,
    /// The bidder has made this commitment.
    #[error("the bidder has made this commitment already")]
    CommitmentTaken,
    /// Nothing was committed to that opens to this bid.
    #[error("the bidder has no commitment that opens to this bid")]
    UnknownCommitment,
    /// Another account put the lot up.
    #[error("only the account that put the lot up may do this")]
    NotSeller,
    /// Somebody has bid.
    #[error("the lot has bids or commitments")]
    HasBids,
    /// A round is still to be cleared.
    #[error("the lot has not been cleared, or nothing is left of it")]
    NotCleared,
    /// Nothing waits for the signer.
    #[error("nothing of that asset is kept for the account")]
    NothingKept,
    /// From accounts.
    #[error(transparent)]
    Accounts(#[from] gage_accounts::Error),
    /// From the ledger, with compliance behind it.
    #[error(transparent)]
    Ledger(#[from] gage_ledger::Error),
    /// A calculation without a result.
    #[error(transparent)]
    Math(#[from] MathError),
}

impl Error {
    /// The stable number: module number times 1000, plus the reason.
    pub fn code(&self) -> u32 {
        match self {
            Error::CurveOutOfBounds => 7001,
            Error::LotOutOfBounds => 7002,
            Error::SameAsset => 7003,
            Error::LotNotDelivered => 7004,
            Error::UnknownLot => 7005,
            Error::WrongAsset => 7006,
            Error::LotFinished => 7007,
            Error::LotNeedsRestart => 7008,
            Error::PriceAboveLimit => 7009,
            Error::LeavesDust => 7010,
            Error::UniformOutOfBounds => 7011,
            Error::UnknownUniformLot => 7012,
            Error::BiddingClosed => 7013,
            Error::OwnLot => 7014,
            Error::BidOutOfBounds => 7015,
            Error::BookFull => 7016,
            Error::CommitmentTaken => 7017,
            Error::UnknownCommitment => 7018,
            Error::NotSeller => 7019,
            Error::HasBids => 7020,
            Error::NotCleared => 7021,
            Error::NothingKept => 7022,
            Error::Math(MathError::Overflow) => 7901,
            Error::Math(MathError::Underflow) => 7902,
            Error::Math(MathError::DivisionByZero) => 7903,
            Error::Accounts(error) => error.code(),
            Error::Ledger(error) => error.code(),
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
            own => own.into(),
        }
    }
}
