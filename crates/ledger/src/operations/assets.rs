use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, describe_amount};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::asset::check_name;
use crate::movements::change_supply;
use crate::{AssetKind, Error, NewAsset, Side, create_asset};

/// Lists an asset that the signer mints and burns.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct CreateAsset {
    /// 1 to 16 characters of A-Z, 0-9, dot or dash.
    pub symbol: String,
    /// At most 18.
    pub decimals: u8,
    /// Whether holdings are single things.
    pub itemised: bool,
}

/// Mints an asset of the signer to an account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Mint {
    /// What.
    pub asset: AssetId,
    /// The receiver.
    pub to: AccountId,
    /// How much.
    pub amount: Amount,
}

/// Burns a free amount of an asset of the signer, on the signer's own account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Burn {
    /// What.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

impl CreateAsset {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        check_name(&self.symbol, self.decimals)
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<AssetId, Error> {
        let kind = AssetKind::Issued { issuer: ctx.account()? };
        let new = NewAsset { symbol: self.symbol.clone(), decimals: self.decimals, kind, itemised: self.itemised };
        create_asset(draft, ctx, new)
    }

    pub(crate) fn describe(&self) -> String {
        let items = if self.itemised { " of single things" } else { "" };
        format!("Create asset {} with {} decimals{items}", self.symbol, self.decimals)
    }
}

impl Mint {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.amount.is_zero() { Err(Error::ZeroAmount) } else { Ok(()) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        let issuer = ctx.account()?;
        let to = gage_accounts::resolve(draft, &self.to)?;
        change_supply(draft, ctx, AssetKind::Issued { issuer }, Side::Credit, self.asset, to, self.amount)?;
        Ok((to == issuer).then_some(Output { asset: self.asset, amount: self.amount }))
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Mint {} to {}", describe_amount(names, self.amount, self.asset), self.to)
    }
}

impl Burn {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.amount.is_zero() { Err(Error::ZeroAmount) } else { Ok(()) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let issuer = ctx.account()?;
        change_supply(draft, ctx, AssetKind::Issued { issuer }, Side::Debit, self.asset, issuer, self.amount)
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Burn {}", describe_amount(names, self.amount, self.asset))
    }
}
