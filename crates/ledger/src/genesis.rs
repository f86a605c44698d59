//! The ledger's section of the genesis file.

use gage_accounts::Context;
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::movements::change_supply;
use crate::{AssetKind, Error, NewAsset, Side, asset, create_asset};

/// An asset that exists from the start; numbers are given in the order of the file, from zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisAsset {
    /// The symbol.
    pub symbol: String,
    /// The decimals.
    pub decimals: u8,
    /// The account that mints and burns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<AccountId>,
    /// Or the number of the module that does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<u8>,
    /// Whether holdings are single things.
    #[serde(default)]
    pub itemised: bool,
}

/// An amount that is minted to an account at the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisBalance {
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub asset: AssetId,
    /// How much, in smallest units.
    pub amount: Amount,
}

/// Assets and first balances.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Genesis {
    /// The assets, in the order of their numbers.
    pub assets: Vec<GenesisAsset>,
    /// What is minted at the start.
    pub balances: Vec<GenesisBalance>,
}

/// Writes the first assets.
///
/// # Errors
/// As [`create_asset`]; [`Error::NotMinter`] if an asset names no minter or two.
pub fn genesis(draft: &mut Draft, ctx: &Context, genesis: &Genesis) -> Result<(), Error> {
    for new in &genesis.assets {
        let kind = match (new.issuer, new.module) {
            (Some(issuer), None) => AssetKind::Issued { issuer: gage_accounts::resolve(draft, &issuer)? },
            (None, Some(module)) => AssetKind::Module(module),
            _ => return Err(Error::NotMinter),
        };
        let asset = NewAsset { symbol: new.symbol.clone(), decimals: new.decimals, kind, itemised: new.itemised };
        create_asset(draft, ctx, asset)?;
    }
    Ok(())
}

/// Mints the first balances, once the rules of assets stand: they are asked as of any other posting, and
/// whoever holds a counted asset is counted.
///
/// # Errors
/// As [`crate::post`].
pub fn genesis_balances(draft: &mut Draft, ctx: &Context, genesis: &Genesis) -> Result<(), Error> {
    for balance in &genesis.balances {
        let account = gage_accounts::resolve(draft, &balance.account)?;
        let kind = asset(draft, balance.asset)?.kind;
        change_supply(draft, ctx, kind, Side::Credit, balance.asset, account, balance.amount)?;
    }
    Ok(())
}
