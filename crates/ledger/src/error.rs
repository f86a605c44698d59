//! Why a posting is refused. The numbers are fixed for ever; the order is the precedence.

use gage_compliance::Denial;
use gage_units::{MathError, Timestamp};
use strum::IntoStaticStr;
use thiserror::Error;

/// A refusal by this module.
#[derive(Clone, Debug, PartialEq, Eq, Error, IntoStaticStr)]
pub enum Error {
    /// From accounts.
    #[error(transparent)]
    Accounts(#[from] gage_accounts::Error),
    /// A side is not eligible; the report says why and what to do.
    #[error("{0}")]
    Ineligible(Box<Denial>),
    /// No such asset.
    #[error("no asset has that number")]
    UnknownAsset,
    /// A journal without legs, or with too many.
    #[error("a journal has between 1 and 2,000 legs")]
    BadLegCount,
    /// Zero.
    #[error("the amount is zero")]
    ZeroAmount,
    /// An itemised asset without an item, or a fungible one with.
    #[error("an itemised asset is named with its item, a fungible one without")]
    ItemMismatch,
    /// A thing is one: it has no parts.
    #[error("a single thing moves whole")]
    ItemNotWhole,
    /// Not enough in the part that is debited.
    #[error("the {0} part of the balance is smaller than the amount")]
    InsufficientBalance(&'static str),
    /// Debits and credits differ.
    #[error("the journal does not balance")]
    Unbalanced,
    /// The supply would exceed what can be written.
    #[error("the supply would exceed 2^127 smallest units")]
    SupplyTooLarge,
    /// Another mints and burns this asset.
    #[error("only the owner of the asset's kind mints or burns it")]
    NotMinter,
    /// No such hold.
    #[error("no hold has that number")]
    UnknownHold,
    /// Not the hold's beneficiary.
    #[error("only the beneficiary of the hold may do this")]
    NotBeneficiary,
    /// More than is held or pledged.
    #[error("the amount exceeds what is held or pledged for this purpose")]
    ExceedsRecord,
    /// The hold expires in the past or too far ahead.
    #[error("a hold expires later than now and within ten years")]
    BadExpiry,
    /// Not a symbol.
    #[error("a symbol is 1 to 16 characters of A-Z, 0-9, dot or dash")]
    BadSymbol,
    /// Too many decimals.
    #[error("an asset has at most 18 decimals")]
    TooManyDecimals,
    /// No more numbers.
    #[error("no further assets can be created")]
    TooManyAssets,
    /// A transfer to oneself.
    #[error("the sender and the receiver are the same account")]
    SameAccount,
    /// Reason missing or too long.
    #[error("a reason is 1 to 140 printable ASCII characters")]
    BadReason,
    /// Reversed before.
    #[error("this posting has already been reversed")]
    AlreadyCorrected,
    /// The number was given before.
    #[error("a thing of that number was minted before; every number is given once")]
    ItemExists,
    /// No such thing.
    #[error("no thing of that number was minted")]
    UnknownItem,
    /// No such instruction.
    #[error("no instruction has that number")]
    UnknownInstruction,
    /// An instruction that cannot be.
    #[error("an instruction's {0}")]
    BadInstruction(&'static str),
    /// Not open for this.
    #[error("the instruction has moved on or ended and does not take this any more")]
    InstructionClosed,
    /// Not a party.
    #[error("only a party of the instruction that this concerns may do it")]
    NotParty,
    /// Affirmed before.
    #[error("the party has already affirmed")]
    AlreadyAffirmed,
    /// Not what the instruction says.
    #[error("the affirmed legs are not those of the instruction")]
    AffirmationDiffers,
    /// No such leg outside this ledger.
    #[error("the instruction has no such leg outside this ledger")]
    UnknownLeg,
    /// Not the agent of the leg.
    #[error("only the agent that the leg names confirms it, for what the leg says")]
    NotTheAgent,
    /// Confirmed before.
    #[error("the leg has already been confirmed")]
    AlreadyReceipted,
    /// No compensation to take.
    #[error("no side that gave a security is failing this instruction")]
    NoBuyIn,
    /// Not yet.
    #[error("the side has not failed long enough")]
    TooEarly,
    /// More than the owner has there.
    #[error("the beneficial owner has less than the amount with this holder of record")]
    InsufficientSubHolding,
    /// Not the one who may move it.
    #[error("an owner with an account moves its own; for the others the holder of record does")]
    NotSubOwner,
    /// A result does not fit.
    #[error(transparent)]
    Math(#[from] MathError),
    /// From compliance, other than a denial.
    #[error(transparent)]
    Compliance(gage_compliance::Error),
    /// Some of the asset exists.
    #[error("holders are counted from the first unit on, and some of the asset exists")]
    SupplyExists,
    /// A module's account.
    #[error("the account belongs to a module, whose records say what it holds")]
    ModuleAccount,
    /// Held or pledged.
    #[error("what is held or pledged serves an earlier right: only free and frozen amounts are moved by order")]
    EarlierRight,
    /// Not of one identity.
    #[error("both accounts must belong to the same identity")]
    OtherIdentity,
    /// Being repaid.
    #[error("no units are issued while the asset is being repaid: until time {0} ms")]
    IssuanceClosed(Timestamp),
}

impl From<Box<Denial>> for Error {
    fn from(denial: Box<Denial>) -> Error {
        Error::Ineligible(denial)
    }
}

impl From<gage_compliance::Error> for Error {
    fn from(error: gage_compliance::Error) -> Error {
        match error {
            gage_compliance::Error::Denied(denial) => Error::Ineligible(denial),
            gage_compliance::Error::Accounts(error) => Error::Accounts(error),
            other => Error::Compliance(other),
        }
    }
}

impl Error {
    /// The stable number: module number times 1000, plus the reason.
    pub fn code(&self) -> u32 {
        match self {
            Error::Accounts(error) => error.code(),
            Error::Ineligible(_) => 3001,
            Error::UnknownAsset => 3002,
            Error::BadLegCount => 3003,
            Error::ZeroAmount => 3004,
            Error::ItemMismatch => 3005,
            Error::ItemNotWhole => 3006,
            Error::InsufficientBalance(_) => 3007,
            Error::Unbalanced => 3008,
            Error::SupplyTooLarge => 3009,
            Error::NotMinter => 3010,
            Error::UnknownHold => 3011,
            Error::NotBeneficiary => 3012,
            Error::ExceedsRecord => 3013,
            Error::BadExpiry => 3014,
            Error::BadSymbol => 3015,
            Error::TooManyDecimals => 3016,
            Error::TooManyAssets => 3017,
            Error::SameAccount => 3018,
            Error::BadReason => 3019,
            Error::AlreadyCorrected => 3020,
            Error::Math(MathError::Overflow) => 3021,
            Error::Math(MathError::Underflow) => 3022,
            Error::Math(MathError::DivisionByZero) => 3023,
            Error::ItemExists => 3024,
            Error::UnknownItem => 3025,
            Error::UnknownInstruction => 3026,
            Error::BadInstruction(_) => 3027,
            Error::InstructionClosed => 3028,
            Error::NotParty => 3029,
            Error::AlreadyAffirmed => 3030,
            Error::AffirmationDiffers => 3031,
            Error::UnknownLeg => 3032,
            Error::NotTheAgent => 3033,
            Error::AlreadyReceipted => 3034,
            Error::NoBuyIn => 3035,
            Error::TooEarly => 3036,
            Error::InsufficientSubHolding => 3037,
            Error::NotSubOwner => 3038,
            Error::Compliance(error) => error.code(),
            Error::SupplyExists => 3039,
            Error::ModuleAccount => 3040,
            Error::EarlierRight => 3041,
            Error::OtherIdentity => 3042,
            Error::IssuanceClosed(_) => 3043,
        }
    }

    /// The stable name of the reason.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Accounts(error) => error.name(),
            Error::Compliance(error) => error.name(),
            Error::Math(MathError::Overflow) => "Overflow",
            Error::Math(MathError::Underflow) => "Underflow",
            Error::Math(MathError::DivisionByZero) => "DivisionByZero",
            other => other.into(),
        }
    }
}
