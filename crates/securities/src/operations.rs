//! One file per verb.

mod attest;
mod contract;
mod distribution;
mod limits;
mod list;
mod mint_backed;
mod redeem_backed;
mod redemption;
mod register_instrument;
mod retire;
mod set_backing_terms;
mod set_composition;
mod withholding;

pub use attest::Attest;
pub use contract::{AttachContract, FundContract, PublishFixing, WithdrawReserve};
pub use distribution::{
    ClaimDistribution, DeclareDistribution, ElectPayout, FundDistribution, ReclaimDistribution, Surrender,
};
pub use limits::{ScopeName, SetExposureLimit, SetMintLimit};
pub use list::List;
pub use mint_backed::MintBacked;
pub use redeem_backed::RedeemBacked;
pub use redemption::{
    CancelRedemption, ClaimRedemption, FundRedemptions, RequestRedemption, SetRedemptionTerms, WithdrawFunds,
};
pub use register_instrument::RegisterInstrument;
pub use retire::Retire;
pub use set_backing_terms::{NewBackingTerms, SetBackingTerms};
pub use set_composition::SetComposition;
pub use withholding::{NewWithholding, SetWithholding};

use gage_accounts::{Context, Names, Signer};
use gage_store::Draft;
use gage_units::{AccountNumber, AssetId};

use crate::Error;
use crate::state::{INSTRUMENTS, issuer_of};

/// Passes governance, the protocol, and the asset's issuer: the account that mints it, or for an
/// asset that a module mints the one its instrument names.
fn require_issuer(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<(), Error> {
    let Signer::Account(account) = ctx.signer else { return Ok(()) };
    if issuer_of(draft, asset)? == Some(account) { Ok(()) } else { Err(Error::NotIssuer(asset)) }
}

/// The signer, if it may pay for the asset: its issuer, or the paying agent that its instrument names.
fn require_payer(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<AccountNumber, Error> {
    let signer = ctx.account()?;
    let agent = INSTRUMENTS.peek(draft, &asset).and_then(|record| record.paying_agent);
    if agent != Some(signer) {
        require_issuer(draft, ctx, asset)?;
    }
    Ok(signer)
}

/// Symbol and number of an asset: `TBILL#9`.
fn asset_text(names: &dyn Names, asset: AssetId) -> String {
    match names.asset(asset) {
        Some((symbol, _)) => format!("{symbol}#{asset}"),
        None => format!("#{asset}"),
    }
}

/// Passes a text of 1 to `max` printable ASCII characters.
fn check_text(text: &str, max: usize, field: &'static str) -> Result<(), Error> {
    let good = (1..=max).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if good { Ok(()) } else { Err(Error::BadText { field }) }
}
