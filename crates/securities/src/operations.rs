//! One file per verb.

mod attest;
mod limits;
mod list;
mod mint_backed;
mod redeem_backed;
mod redemption;
mod register_instrument;
mod set_backing_terms;
mod set_composition;

pub use attest::Attest;
pub use limits::{ScopeName, SetExposureLimit, SetMintLimit};
pub use list::List;
pub use mint_backed::MintBacked;
pub use redeem_backed::RedeemBacked;
pub use redemption::{
    CancelRedemption, ClaimRedemption, FundRedemptions, RequestRedemption, SetRedemptionTerms, WithdrawFunds,
};
pub use register_instrument::RegisterInstrument;
pub use set_backing_terms::{NewBackingTerms, SetBackingTerms};
pub use set_composition::SetComposition;

use gage_accounts::{Context, Names, Signer};
use gage_ledger::AssetKind;
use gage_store::Draft;
use gage_units::AssetId;

use crate::Error;
use crate::state::INSTRUMENTS;

/// Passes governance, the protocol, and the asset's issuer: the account that mints it, or for an
/// asset that a module mints the one its instrument names.
fn require_issuer(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<(), Error> {
    let Signer::Account(account) = ctx.signer else { return Ok(()) };
    let issuer = match gage_ledger::asset(draft, asset)?.kind {
        AssetKind::Issued { issuer } => Some(issuer),
        AssetKind::Module(_) => INSTRUMENTS.peek(draft, &asset).map(|record| record.issuer),
    };
    if issuer == Some(account) { Ok(()) } else { Err(Error::NotIssuer(asset)) }
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
