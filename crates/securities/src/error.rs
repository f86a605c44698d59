//! Why an act on instruments and their backing is refused. The numbers are fixed for ever.

use gage_units::{AssetId, MathError};
use strum::IntoStaticStr;
use thiserror::Error;

use crate::BackingStatus;

/// A refusal by this module.
#[derive(Clone, Debug, PartialEq, Eq, Error, IntoStaticStr)]
pub enum Error {
    /// Refused by accounts.
    #[error(transparent)]
    Accounts(#[from] gage_accounts::Error),
    /// Refused by the ledger.
    #[error(transparent)]
    Ledger(#[from] gage_ledger::Error),
    /// No instrument.
    #[error("asset {0} has no instrument")]
    NoInstrument(AssetId),
    /// The signer is not its issuer.
    #[error("the signer is not the issuer of asset {0}")]
    NotIssuer(AssetId),
    /// Not the next version.
    #[error("the version is not the next one of this instrument")]
    NotNextVersion,
    /// A name or code that cannot be.
    #[error("the field {field} is empty, too long, or holds characters that are not allowed")]
    BadText {
        /// Which one.
        field: &'static str,
    },
    /// A wrong check digit or category.
    #[error("the {field} is not a valid one")]
    BadIdentifier {
        /// Which one.
        field: &'static str,
    },
    /// The ISIN names another asset.
    #[error("the ISIN already names asset {0}")]
    IsinTaken(AssetId),
    /// Too long.
    #[error("the list is longer than allowed")]
    ListTooLong,
    /// Not in ascending order, or one twice.
    #[error("the list is not in ascending order, or names one twice")]
    NotAscending,
    /// A part of zero.
    #[error("a part weighs zero")]
    ZeroWeight,
    /// The asset would be part of itself.
    #[error("the asset would be part of itself")]
    Cycle,
    /// Too many layers.
    #[error("the asset, or one made of it, would be wrapped in too many layers")]
    TooDeep,
    /// Too many assets below.
    #[error("the asset, or one made of it, would be made of too many assets")]
    TooManyParts,
    /// A term out of its bounds.
    #[error("the backing term {term} is out of bounds")]
    TermsOutOfBounds {
        /// Which one.
        term: &'static str,
    },
    /// No attested backing.
    #[error("asset {0} has no backing terms")]
    NotBacked(AssetId),
    /// Not an asset of this module.
    #[error("asset {0} is not minted by this module")]
    NotMintedHere(AssetId),
    /// Not an asset of the reporting module.
    #[error("asset {0} is not minted by the module that reports its backing")]
    NotItsModule(AssetId),
    /// Terms cannot be lifted while there is supply.
    #[error("asset {0} has supply; its backing terms stay")]
    HasSupply(AssetId),
    /// Not a verifier.
    #[error("the signer is not a verifier of asset {0}")]
    NotVerifier(AssetId),
    /// Dated later than the block.
    #[error("the attestation is dated later than this block")]
    FromTheFuture,
    /// Not newer.
    #[error("the verifier's last attestation has the same date or a later one")]
    NotNewer,
    /// Expired, or too long.
    #[error("the attestation has expired or holds longer than the terms allow")]
    BadExpiry,
    /// Not proven.
    #[error("the backing of asset {asset} is {}", .status.name())]
    BackingNotProven {
        /// The asset.
        asset: AssetId,
        /// Its status.
        status: BackingStatus,
    },
    /// More than is proven.
    #[error("the supply of asset {0} would exceed its proven backing")]
    ExceedsBacking(AssetId),
    /// More than the listing allows.
    #[error("the supply of asset {0} would exceed the cap of its listing")]
    ExceedsSupplyCap(AssetId),
    /// A listing only governance may make.
    #[error("an account may only list a new asset in tier 0, as its own curator")]
    ListingNotAllowed,
    /// No such tier.
    #[error("there is no such tier")]
    UnknownTier,
    /// Refused by the oracle.
    #[error(transparent)]
    Oracle(#[from] gage_oracle::Error),
    /// No bond for the listing.
    #[error("the signer has no bond for listing asset {0}")]
    NoListingBond(AssetId),
    /// Faster than governance may.
    #[error("limits and caps are tightened at once and loosened slowly, by one step a week")]
    LoosensTooFast,
    /// Above what a scope may be exposed to.
    #[error("the exposure to asset {0}, looked through, would exceed its limit")]
    ExceedsExposure(AssetId),
    /// More than the meter takes.
    #[error("more of asset {0} would be minted than its window allows")]
    ExceedsMintLimit(AssetId),
    /// No queue.
    #[error("asset {0} has no redemption queue")]
    NoQueue(AssetId),
    /// Somebody waits.
    #[error("requests to redeem asset {0} are waiting")]
    RequestsWaiting(AssetId),
    /// More than is there.
    #[error("the queue of asset {0} has less money that no window has promised")]
    ExceedsFunds(AssetId),
    /// No such request.
    #[error("no redemption request has that number")]
    UnknownRequest,
    /// Another's request.
    #[error("only the owner of the request may do this")]
    NotRequestOwner,
    /// Nothing to claim.
    #[error("no window has set anything aside for this request since the last claim")]
    NothingToClaim,
    /// Nothing to cancel.
    #[error("nothing of this request is waiting any more")]
    NothingWaits,
    /// Too many windows at once.
    #[error("more windows have closed than one act counts; claim first")]
    WindowsNotUnfolded,
    /// No feed.
    #[error("no feed prices asset {0}")]
    NoPrice(AssetId),
    /// No such distribution.
    #[error("no distribution has that number")]
    UnknownDistribution,
    /// No such payout.
    #[error("the distribution has no payout of that number")]
    UnknownOption,
    /// Another's distribution.
    #[error("only the account that pays may do this")]
    NotPayer,
    /// The register is not taken.
    #[error("the register of the distribution is not taken yet")]
    NotRecorded,
    /// Nothing held.
    #[error("the signer held nothing at the record date, or the distribution goes by surrender")]
    NotEntitled,
    /// Too late to choose.
    #[error("the time to choose a payout is over")]
    ElectionOver,
    /// Chosen or taken.
    #[error("the signer has chosen or claimed already")]
    AlreadyClaimed,
    /// Too early.
    #[error("the distribution is not paid yet")]
    NotYetPaid,
    /// Too late.
    #[error("the time to claim is over")]
    DistributionOver,
    /// Not enough money.
    #[error("the payer has not brought all that is owed yet")]
    NotFunded,
    /// Still claimable.
    #[error("what is left can still be claimed")]
    StillClaimable,
    /// One already.
    #[error("asset {0} has a contract already")]
    HasContract(AssetId),
    /// None.
    #[error("asset {0} has no contract")]
    NoContract(AssetId),
    /// No contract of an asset.
    #[error("the contract is refused for its {reason}")]
    BadContract {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Not the agent.
    #[error("the signer does not publish numbers for asset {0}")]
    NotCalculationAgent(AssetId),
    /// Beyond what a step may do or keep.
    #[error("a step of the contract takes more work, or keeps more, than the limit")]
    ContractTooLarge,
    /// Nothing paid ahead.
    #[error("no step of the contract of asset {0} is paid for any more")]
    NoStepsLeft(AssetId),
    /// Terms that are being executed.
    #[error("asset {0} pays by a contract; its terms stay")]
    TermsBound(AssetId),
    /// A number that cannot count.
    #[error("the contract of asset {0} does not ask for that number, or no longer")]
    NotAwaited(AssetId),
    /// Arithmetic.
    #[error(transparent)]
    Math(#[from] MathError),
    /// Other words than the distribution's.
    #[error("the distribution pays another asset or at another rate than the operation says; read it again")]
    OtherPayout,
}

impl Error {
    /// The stable number: module number times 1000, plus the reason.
    pub fn code(&self) -> u32 {
        match self {
            Error::Accounts(error) => error.code(),
            Error::Ledger(error) => error.code(),
            Error::Oracle(error) => error.code(),
            Error::NoInstrument(_) => 6001,
            Error::NotIssuer(_) => 6002,
            Error::NotNextVersion => 6003,
            Error::BadText { .. } => 6004,
            Error::BadIdentifier { .. } => 6005,
            Error::IsinTaken(_) => 6006,
            Error::ListTooLong => 6007,
            Error::NotAscending => 6008,
            Error::ZeroWeight => 6009,
            Error::Cycle => 6010,
            Error::TooDeep => 6011,
            Error::TooManyParts => 6012,
            Error::NoPrice(_) => 6013,
            Error::TermsOutOfBounds { .. } => 6014,
            Error::NotBacked(_) => 6015,
            Error::NotMintedHere(_) => 6016,
            Error::NotItsModule(_) => 6017,
            Error::HasSupply(_) => 6018,
            Error::NotVerifier(_) => 6019,
            Error::FromTheFuture => 6020,
            Error::NotNewer => 6021,
            Error::BadExpiry => 6022,
            Error::BackingNotProven { .. } => 6023,
            Error::ExceedsBacking(_) => 6024,
            Error::ExceedsSupplyCap(_) => 6025,
            Error::ListingNotAllowed => 6026,
            Error::UnknownTier => 6027,
            Error::NoListingBond(_) => 6028,
            Error::LoosensTooFast => 6029,
            Error::ExceedsExposure(_) => 6030,
            Error::ExceedsMintLimit(_) => 6031,
            Error::NoQueue(_) => 6032,
            Error::RequestsWaiting(_) => 6033,
            Error::ExceedsFunds(_) => 6034,
            Error::UnknownRequest => 6035,
            Error::NotRequestOwner => 6036,
            Error::NothingToClaim => 6037,
            Error::NothingWaits => 6038,
            Error::WindowsNotUnfolded => 6039,
            Error::UnknownDistribution => 6040,
            Error::UnknownOption => 6041,
            Error::NotPayer => 6042,
            Error::NotRecorded => 6043,
            Error::NotEntitled => 6044,
            Error::ElectionOver => 6045,
            Error::AlreadyClaimed => 6046,
            Error::NotYetPaid => 6047,
            Error::DistributionOver => 6048,
            Error::NotFunded => 6049,
            Error::StillClaimable => 6050,
            Error::HasContract(_) => 6051,
            Error::NoContract(_) => 6052,
            Error::BadContract { .. } => 6053,
            Error::NotCalculationAgent(_) => 6054,
            Error::ContractTooLarge => 6055,
            Error::NoStepsLeft(_) => 6056,
            Error::TermsBound(_) => 6057,
            Error::NotAwaited(_) => 6058,
            Error::OtherPayout => 6060,
            Error::Math(MathError::Overflow) => 6090,
            Error::Math(MathError::Underflow) => 6091,
            Error::Math(MathError::DivisionByZero) => 6092,
        }
    }

    /// The stable name of the reason.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Accounts(error) => error.name(),
            Error::Ledger(error) => error.name(),
            Error::Oracle(error) => error.name(),
            Error::Math(MathError::Overflow) => "Overflow",
            Error::Math(MathError::Underflow) => "Underflow",
            Error::Math(MathError::DivisionByZero) => "DivisionByZero",
            other => other.into(),
        }
    }
}

impl BackingStatus {
    /// The stable name.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
