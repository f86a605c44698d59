//! One file per verb.

mod add_collateral;
mod allow_top_up;
mod borrow;
mod claim_kept;
mod claim_part;
mod close_vault;
mod create_facility;
mod create_pool;
mod deposit;
mod deposit_item;
mod open_vault;
mod ramp_collateral_terms;
mod redeem;
mod redeem_basket;
mod repay;
mod report_depth;
mod restrict_peg;
mod set_band;
mod set_collateral_terms;
mod set_depth_reporter;
mod set_facility_params;
mod set_grace_terms;
mod set_ladder;
mod set_liquidation_terms;
mod set_peg;
mod set_pool_terms;
mod set_redemption;
mod set_stress;
mod shut_down;
mod supply;
mod swap_in;
mod swap_out;
mod withdraw;
mod withdraw_item;
mod withdraw_supply;

pub use add_collateral::AddCollateral;
pub use allow_top_up::AllowTopUp;
pub use borrow::Borrow;
pub use claim_kept::ClaimKept;
pub use claim_part::ClaimPart;
pub use close_vault::CloseVault;
pub use create_facility::CreateFacility;
pub use create_pool::CreatePool;
pub use deposit::Deposit;
pub use deposit_item::DepositItem;
pub use open_vault::OpenVault;
pub use ramp_collateral_terms::RampCollateralTerms;
pub use redeem::Redeem;
pub use redeem_basket::RedeemBasket;
pub use repay::Repay;
pub use report_depth::ReportDepth;
pub use restrict_peg::RestrictPeg;
pub use set_band::{SetBand, With};
pub use set_collateral_terms::SetCollateralTerms;
pub use set_depth_reporter::SetDepthReporter;
pub use set_facility_params::SetFacilityParams;
pub use set_grace_terms::SetGraceTerms;
pub use set_ladder::SetLadder;
pub use set_liquidation_terms::SetLiquidationTerms;
pub use set_peg::SetPeg;
pub use set_pool_terms::SetPoolTerms;
pub use set_redemption::SetRedemption;
pub use set_stress::SetStress;
pub use shut_down::ShutDown;
pub use supply::Supply;
pub use swap_in::SwapIn;
pub use swap_out::SwapOut;
pub use withdraw::Withdraw;
pub use withdraw_item::WithdrawItem;
pub use withdraw_supply::WithdrawSupply;

use gage_accounts::{Context, Names, Quantity, describe_amount};
use gage_backstop::WaterfallId;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Price};

use crate::state::{FACILITIES, Facility, TOUCHED, Totals, Vault, VaultId};
use crate::{CollateralTerms, Error, FacilityParams, LiquidationTerms, book};

/// This vault borrowed: ceilings, caps and the floor are asked at the end of the transaction.
pub(crate) const BORROWED: u8 = 1;
/// This vault gave collateral out.
pub(crate) const WITHDREW: u8 = 2;
/// Some collateral of this vault may cover more debt than before: caps are asked at the end of the transaction.
pub(crate) const SHIFTED: u8 = 4;

/// The vault, if the signer owns it. # Errors `NotAnAccount`, `UnknownVault`, `NotVaultOwner`.
pub(crate) fn owned(draft: &Draft, ctx: &Context, id: VaultId) -> Result<Vault, Error> {
    let signer = ctx.account()?;
    let vault = book::vault(draft, id)?;
    if vault.owner == signer { Ok(vault) } else { Err(Error::NotVaultOwner) }
}

/// Whether a facility takes new risk of a vault. # Errors `FacilityClosed`, `UnfinishedLiquidations`, `InLiquidation`.
pub(crate) fn takes_risk(facility: &Facility, totals: &Totals, vault: &Vault) -> Result<(), Error> {
    if facility.params.closed {
        return Err(Error::FacilityClosed);
    }
    if totals.unfinished {
        return Err(Error::UnfinishedLiquidations);
    }
    if vault.in_liquidation() { Err(Error::InLiquidation) } else { Ok(()) }
}

/// Has [`crate::recheck()`] look at the vault at the end of the transaction.
pub(crate) fn touch(draft: &mut Draft, id: VaultId, how: u8) {
    let before = TOUCHED.get(draft, &id).unwrap_or(0);
    TOUCHED.put(draft, id, before | how);
}

fn above_zero(amount: Amount) -> Result<(), Error> {
    if amount.is_zero() { Err(gage_accounts::Error::ZeroAmount.into()) } else { Ok(()) }
}

fn quantity_above_zero(quantity: Quantity) -> Result<(), Error> {
    match quantity {
        Quantity::Exact(amount) => above_zero(amount),
        Quantity::OutputOf { .. } => Ok(()),
    }
}

/// An asset as people read it: `WETH#7`.
fn asset_name(names: &dyn Names, asset: AssetId) -> String {
    names.asset(asset).map_or_else(|| format!("#{asset}"), |(symbol, _)| format!("{symbol}#{asset}"))
}

fn describe_params(names: &dyn Names, stable: AssetId, params: &FacilityParams) -> String {
    let FacilityParams { debt_ceiling, debt_floor, base_rate, target_health, closed } = params;
    format!(
        "debt ceiling {}, debt floor {}, base rate {base_rate} per second, target health {target_health}, {}",
        describe_amount(names, *debt_ceiling, stable),
        describe_amount(names, *debt_floor, stable),
        if *closed { "closed to new risk" } else { "open" },
    )
}

fn describe_terms(terms: &CollateralTerms) -> String {
    let CollateralTerms { loan_to_value, threshold, bonus, premium, debt_cap } = terms;
    format!(
        "loan to value {loan_to_value}, threshold {threshold}, bonus {bonus}, premium {premium} per second, \
         debt cap {debt_cap} smallest units"
    )
}

fn describe_liquidation(terms: &LiquidationTerms) -> String {
    let LiquidationTerms { quote_bound, window_ms, window_max, start_premium, curve, tail_ms, cusp, dust, rounds_max } =
        terms;
    let curve = match curve {
        gage_auctions::Curve::Linear { duration_ms } => format!("linear over {duration_ms} ms"),
        gage_auctions::Curve::StairExponential { step_ms, cut } => format!("times {cut} every {step_ms} ms"),
        gage_auctions::Curve::Exponential { cut } => format!("times {cut} every second"),
    };
    format!(
        "quote bound {quote_bound}, {window_max} smallest units of debt per {window_ms} ms, start {start_premium} \
         above the quote, curve {curve}, tail {tail_ms} ms, cusp {cusp}, dust {dust} smallest units, {rounds_max} rounds"
    )
}

/// The face value of what is lent: above zero, at most 1e12.
fn check_par(par: Price) -> Result<(), Error> {
    let most = Price(1_000_000_000_000_000_000_000_000_000_000);
    if par == Price(0) || par > most { Err(Error::ParamOutOfBounds { param: "par" }) } else { Ok(()) }
}

/// Capital is of one facility: no two share a waterfall.
fn check_waterfall_free(draft: &Draft, waterfall: WaterfallId) -> Result<(), Error> {
    let taken = FACILITIES.iter(draft).any(|(_, facility)| facility.waterfall == waterfall);
    if taken { Err(Error::WaterfallInUse) } else { Ok(()) }
}

/// Writes a facility's totals if they changed; what moved without mint or burn is rounding.
pub(crate) fn settle_totals(
    draft: &mut Draft,
    id: crate::FacilityId,
    before: Totals,
    mut totals: Totals,
) -> Result<(), Error> {
    if totals != before {
        totals.balance(before.debts()?, Amount::ZERO, Amount::ZERO)?;
        crate::state::TOTALS.put(draft, id, totals);
    }
    Ok(())
}
