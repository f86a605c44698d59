//! What can be held.

use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::AssetId;

use crate::state::{ASSETS, Asset, AssetKind, NEXT_ASSET, next_number};
use crate::{Error, Event, MODULE};

/// The longest symbol.
pub const SYMBOL_MAX: usize = 16;
/// The most decimals: amounts of 1e18 whole units then still fit.
pub const ASSET_DECIMALS_MAX: u8 = 18;

/// What an asset is to be.
#[derive(Clone, Debug)]
pub struct NewAsset {
    /// 1 to 16 characters of A-Z, 0-9, dot or dash.
    pub symbol: String,
    /// At most 18.
    pub decimals: u8,
    /// Who mints and burns.
    pub kind: AssetKind,
    /// Whether holdings are single things.
    pub itemised: bool,
}

impl NewAsset {
    /// Checks what needs no state.
    ///
    /// # Errors
    /// [`Error::BadSymbol`], [`Error::TooManyDecimals`].
    pub fn validate(&self) -> Result<(), Error> {
        check_name(&self.symbol, self.decimals)
    }
}

pub(crate) fn check_name(symbol: &str, decimals: u8) -> Result<(), Error> {
    let good = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-';
    if symbol.is_empty() || symbol.len() > SYMBOL_MAX || !symbol.bytes().all(good) {
        return Err(Error::BadSymbol);
    }
    if decimals > ASSET_DECIMALS_MAX { Err(Error::TooManyDecimals) } else { Ok(()) }
}

/// Lists an asset under the next number.
///
/// # Errors
/// As [`NewAsset::validate`], and [`Error::TooManyAssets`].
pub fn create_asset(draft: &mut Draft, _ctx: &Context, new: NewAsset) -> Result<AssetId, Error> {
    new.validate()?;
    let id = AssetId(u32::try_from(next_number(draft, NEXT_ASSET)).map_err(|_| Error::TooManyAssets)?);

    // From here on nothing can fail.
    let asset = Asset { symbol: new.symbol, decimals: new.decimals, kind: new.kind, itemised: new.itemised };
    ASSETS.put(draft, id, asset.clone());
    let issuer = match new.kind {
        AssetKind::Issued { issuer } => Some(issuer),
        AssetKind::Module(_) => None,
    };
    gage_compliance::register(draft, id, issuer);
    draft.emit(MODULE, &Event::AssetCreated { asset: id, record: asset });
    Ok(id)
}

/// The asset's record. # Errors [`Error::UnknownAsset`].
pub fn asset(draft: &Draft, id: AssetId) -> Result<Asset, Error> {
    ASSETS.get(draft, &id).ok_or(Error::UnknownAsset)
}

/// The asset's decimals. # Errors [`Error::UnknownAsset`].
pub fn decimals(draft: &Draft, id: AssetId) -> Result<u8, Error> {
    ASSETS.peek(draft, &id).map(|asset| asset.decimals).ok_or(Error::UnknownAsset)
}

/// The names of the assets in a draft, for the text a wallet shows.
pub struct AssetNames<'d>(pub &'d Draft);

impl Names for AssetNames<'_> {
    fn asset(&self, asset: AssetId) -> Option<(String, u8)> {
        ASSETS.peek(self.0, &asset).map(|asset| (asset.symbol.clone(), asset.decimals))
    }
}
