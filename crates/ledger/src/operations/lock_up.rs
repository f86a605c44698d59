use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_compliance::Lot;
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::movements::change_supply;
use crate::{AssetKind, Error, Side, transfer};

/// Mints an asset of the signer to a holder who may not send it before its release.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct MintLocked {
    /// What.
    pub asset: AssetId,
    /// The receiver.
    pub to: AccountId,
    /// How much.
    pub amount: Amount,
    /// From this instant on it may be sent.
    pub release: Timestamp,
}

/// Gives a free amount of the signer, who is the asset's agent, to a holder who may not send it before
/// its release.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct TransferLocked {
    /// What.
    pub asset: AssetId,
    /// The receiver.
    pub to: AccountId,
    /// How much.
    pub amount: Amount,
    /// From this instant on it may be sent.
    pub release: Timestamp,
}

impl MintLocked {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let issuer = ctx.account()?;
        let to = gage_accounts::resolve(draft, &self.to)?;
        change_supply(draft, ctx, AssetKind::Issued { issuer }, Side::Credit, self.asset, to, self.amount)?;
        let lot = Lot { release: self.release, amount: self.amount };
        Ok(gage_compliance::lock(draft, ctx, self.asset, to, lot)?)
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_amount(names, self.amount, self.asset);
        format!("Mint {amount} to {} locked up until {} ms", self.to, self.release)
    }
}

impl TransferLocked {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let from = ctx.account()?;
        let to = gage_accounts::resolve(draft, &self.to)?;
        gage_compliance::require_agent(draft, ctx, self.asset)?;
        transfer(draft, ctx, from, to, self.asset, self.amount)?;
        let lot = Lot { release: self.release, amount: self.amount };
        Ok(gage_compliance::lock(draft, ctx, self.asset, to, lot)?)
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_amount(names, self.amount, self.asset);
        format!("Transfer {amount} to {} locked up until {} ms", self.to, self.release)
    }
}
