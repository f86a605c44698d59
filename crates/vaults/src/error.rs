//! Why an act on vaults is refused. The numbers are fixed for ever; the order is the precedence.

use gage_units::{Amount, AssetId, MathError};
use strum::IntoStaticStr;
use thiserror::Error;

use crate::{FacilityId, VaultId};

/// A refusal by this module.
#[derive(Clone, Debug, PartialEq, Eq, Error, IntoStaticStr)]
pub enum Error {
    /// Refused by accounts.
    #[error(transparent)]
    Accounts(#[from] gage_accounts::Error),
    /// Refused by the ledger, which also asks compliance.
    #[error(transparent)]
    Ledger(#[from] gage_ledger::Error),
    /// Refused by the oracle: above all, a price that is not usable for the act.
    #[error(transparent)]
    Oracle(#[from] gage_oracle::Error),
    /// Refused by securities.
    #[error(transparent)]
    Securities(#[from] gage_securities::Error),
    /// Refused by auctions.
    #[error(transparent)]
    Auctions(#[from] gage_auctions::Error),
    /// Refused by the backstop.
    #[error(transparent)]
    Backstop(#[from] gage_backstop::Error),
    /// No such facility.
    #[error("there is no facility {0}")]
    UnknownFacility(FacilityId),
    /// No such vault.
    #[error("there is no vault {0}")]
    UnknownVault(VaultId),
    /// Not the owner.
    #[error("only the owner of the vault may do this")]
    NotVaultOwner,
    /// The asset named is not the one the facility lends.
    #[error("the facility lends another asset than the one named")]
    WrongAsset,
    /// The facility does not take this asset.
    #[error("the facility does not take asset {0} as collateral")]
    NotCollateral(AssetId),
    /// Governance closed the facility to new risk.
    #[error("the facility is closed to new debt and withdrawals from indebted vaults")]
    FacilityClosed,
    /// Liquidations wait.
    #[error("the facility has unfinished liquidations and takes no new risk until they are done")]
    UnfinishedLiquidations,
    /// A lot of this vault is being sold.
    #[error("collateral of this vault is being auctioned; only deposits and repayments are possible")]
    InLiquidation,
    /// Backing is doubtful.
    #[error("the backing of asset {0} is quarantined; it is not taken as collateral")]
    QuarantinedCollateral(AssetId),
    /// Too many collaterals in one vault.
    #[error("a vault holds at most eight collaterals")]
    TooManyCollaterals,
    /// Less is pledged.
    #[error("the vault holds less of this collateral than the amount")]
    ExceedsPledge,
    /// Nothing is owed.
    #[error("the vault owes nothing")]
    NoDebt,
    /// Something is owed.
    #[error("the vault still owes; repay before closing it")]
    StillOwes,
    /// Too little debt would remain.
    #[error("the vault's debt would be above zero and below the facility's debt floor")]
    BelowDebtFloor,
    /// Too much debt in all.
    #[error("the facility's debt would exceed its ceiling")]
    AboveCeiling,
    /// Too much debt on one collateral.
    #[error("the debt covered by asset {0} would exceed its cap by depth")]
    AboveDepthCap(AssetId),
    /// Too little collateral.
    #[error("the collateral at its loan-to-value limit does not cover the debt")]
    AboveLoanToValue,
    /// A parameter outside the bounds in code.
    #[error("parameter {param} is outside its bounds")]
    ParamOutOfBounds {
        /// Which.
        param: &'static str,
    },
    /// The asset is minted by another.
    #[error("a facility lends an asset of this module's kind")]
    NotMintedHere,
    /// The stable asset serves another facility.
    #[error("the asset is lent by another facility already")]
    StableInUse,
    /// The waterfall is for another asset or lacks the collateral.
    #[error("the loss waterfall does not serve this asset")]
    WaterfallMismatch,
    /// No feed prices the collateral.
    #[error("no feed prices asset {0}")]
    NoFeed(AssetId),
    /// Listed before.
    #[error("asset {0} is collateral of this facility already")]
    AlreadyCollateral(AssetId),
    /// Too many in the facility.
    #[error("a facility takes at most 32 collaterals")]
    TooManyInFacility,
    /// Too many parameter versions in use.
    #[error("eight parameter versions of this collateral are in use; none can be added until one is empty")]
    TooManyVersions,
    /// The number space is used up.
    #[error("no further vaults or facilities can be opened")]
    TooManyVaults,
    /// The rule that liquidation only improves.
    #[error("the liquidation would lower the vault's health")]
    DoesNotImprove,
    /// Nothing to give back.
    #[error("nothing is kept for this vault")]
    NothingKept,
    /// The asset's issuer does not let holders put it into vaults.
    #[error("the rules of asset {0} do not allow it as collateral of vaults")]
    VenueNotAllowed(AssetId),
    /// The listing bounds it.
    #[error("all vaults together would hold more of asset {0} than its listing allows as collateral")]
    AboveCollateralCap(AssetId),
    /// What is promised stands.
    #[error("the vault is unsafe or called; its ladder stands until it is brought back")]
    LadderBonded,
    /// Nobody asked for it.
    #[error("the band of this vault takes nothing of that from the signer")]
    NotInBand,
    /// Too many.
    #[error("a vault holds at most sixteen single things")]
    TooManyThings,
    /// Another reports.
    #[error("only the account that governance named reports the depth of this asset")]
    NotReporter,
    /// Arithmetic.
    #[error(transparent)]
    Math(#[from] MathError),
    /// The facility mints.
    #[error("the facility mints what it lends; it has no pool")]
    NotPool,
    /// Capital is of one facility.
    #[error("the loss waterfall bears for another facility already")]
    WaterfallInUse,
    /// A pool lends and pays what it has.
    #[error("the pool has {available} smallest units in cash, less than the amount")]
    InsufficientCash {
        /// What it has.
        available: Amount,
    },
    /// Too little.
    #[error("the pool takes no supply that small, and leaves no handful of shares behind")]
    BelowSupplyMin,
    /// Too much.
    #[error("the claims of the pool's suppliers would exceed its cap")]
    AboveSupplyCap,
    /// Rounding leaves nothing.
    #[error("the amount comes to nothing")]
    ZeroResult,
    /// No redemption.
    #[error("the facility does not redeem what it lends")]
    NotRedeemable,
    /// Too dear.
    #[error("the redemption fee is above the highest that is acceptable")]
    RedemptionFeeTooHigh,
    /// No vault.
    #[error("no vault can be redeemed against now")]
    NothingToRedeem,
    /// Too little.
    #[error("the amount is below the least of one redemption")]
    BelowRedemptionMin,
    /// No such peg.
    #[error("the facility does not swap asset {0}")]
    UnknownPeg(AssetId),
    /// Not in this direction.
    #[error("the peg does not swap in this direction now")]
    PegClosed,
    /// Too much of one cash asset.
    #[error("the stable issued for this cash asset would exceed its cap")]
    AbovePegCap,
    /// A peg pays what it has.
    #[error("the peg holds {available} smallest units of the cash asset, less than the amount")]
    InsufficientPegCash {
        /// What it has.
        available: Amount,
    },
    /// The cash is worth too little.
    #[error("the cash asset's price is below the least at which more of it is taken")]
    CashBelowPar,
    /// The end.
    #[error("the facility was shut down")]
    FacilityShutDown,
    /// Not by an account, not yet.
    #[error("an account may shut a facility down, with the window of seven days, only for large bad debt")]
    ShutdownNotDue,
    /// Too early.
    #[error("the facility does not pay out its basket")]
    NotPaying,
    /// Only tighter, only by those who may.
    #[error("only the curator or governance may restrict a peg, and only further")]
    NotRestricting,
    /// Too many.
    #[error("a facility has at most sixteen pegs")]
    TooManyPegs,
    /// Not a cash asset.
    #[error("asset {0} is no cash for a peg of this facility")]
    NotCash(AssetId),
}

impl Error {
    /// The stable number: module number times 1000, plus the reason.
    pub fn code(&self) -> u32 {
        match self {
            Error::Accounts(error) => error.code(),
            Error::Ledger(error) => error.code(),
            Error::Oracle(error) => error.code(),
            Error::Securities(error) => error.code(),
            Error::Auctions(error) => error.code(),
            Error::Backstop(error) => error.code(),
            Error::UnknownFacility(_) => 10_001,
            Error::UnknownVault(_) => 10_002,
            Error::NotVaultOwner => 10_003,
            Error::WrongAsset => 10_004,
            Error::NotCollateral(_) => 10_005,
            Error::FacilityClosed => 10_006,
            Error::UnfinishedLiquidations => 10_007,
            Error::InLiquidation => 10_008,
            Error::QuarantinedCollateral(_) => 10_009,
            Error::TooManyCollaterals => 10_010,
            Error::ExceedsPledge => 10_011,
            Error::NoDebt => 10_012,
            Error::StillOwes => 10_013,
            Error::BelowDebtFloor => 10_014,
            Error::AboveCeiling => 10_015,
            Error::AboveDepthCap(_) => 10_016,
            Error::AboveLoanToValue => 10_017,
            Error::ParamOutOfBounds { .. } => 10_018,
            Error::NotMintedHere => 10_019,
            Error::StableInUse => 10_020,
            Error::WaterfallMismatch => 10_021,
            Error::NoFeed(_) => 10_022,
            Error::AlreadyCollateral(_) => 10_023,
            Error::TooManyInFacility => 10_024,
            Error::TooManyVersions => 10_025,
            Error::TooManyVaults => 10_026,
            Error::DoesNotImprove => 10_027,
            Error::NothingKept => 10_028,
            Error::Math(MathError::Overflow) => 10_029,
            Error::Math(MathError::Underflow) => 10_030,
            Error::Math(MathError::DivisionByZero) => 10_031,
            Error::VenueNotAllowed(_) => 10_032,
            Error::AboveCollateralCap(_) => 10_033,
            Error::NotPool => 10_080,
            Error::WaterfallInUse => 10_081,
            Error::InsufficientCash { .. } => 10_082,
            Error::BelowSupplyMin => 10_083,
            Error::AboveSupplyCap => 10_084,
            Error::ZeroResult => 10_085,
            Error::NotRedeemable => 10_086,
            Error::RedemptionFeeTooHigh => 10_087,
            Error::NothingToRedeem => 10_088,
            Error::BelowRedemptionMin => 10_089,
            Error::UnknownPeg(_) => 10_090,
            Error::PegClosed => 10_091,
            Error::AbovePegCap => 10_092,
            Error::InsufficientPegCash { .. } => 10_093,
            Error::CashBelowPar => 10_094,
            Error::FacilityShutDown => 10_095,
            Error::ShutdownNotDue => 10_096,
            Error::NotPaying => 10_097,
            Error::NotRestricting => 10_098,
            Error::TooManyPegs => 10_099,
            Error::NotCash(_) => 10_100,
            Error::LadderBonded => 10_034,
            Error::NotInBand => 10_035,
            Error::TooManyThings => 10_036,
            Error::NotReporter => 10_037,
        }
    }

    /// The stable name of the reason.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Accounts(error) => error.name(),
            Error::Ledger(error) => error.name(),
            Error::Oracle(error) => error.name(),
            Error::Securities(error) => error.name(),
            Error::Auctions(error) => error.name(),
            Error::Backstop(error) => error.name(),
            Error::Math(MathError::Overflow) => "Overflow",
            Error::Math(MathError::Underflow) => "Underflow",
            Error::Math(MathError::DivisionByZero) => "DivisionByZero",
            other => other.into(),
        }
    }
}
