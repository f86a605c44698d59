use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, describe_amount};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Beneficiary, Error, HoldId, MODULE, NewHold, hold, hold_record, release, settle};

/// Sets a free amount of the signer aside for another account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct GiveHold {
    /// Who may settle or release it.
    pub beneficiary: AccountId,
    /// What.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// When it releases by itself.
    pub expires: Timestamp,
}

/// Takes an amount of a hold to the signer, its beneficiary.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct SettleHold {
    /// The hold.
    pub hold: HoldId,
    /// What it is in.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

/// Gives what is left of a hold back to its owner; the signer is its beneficiary.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct ReleaseHold {
    /// The hold.
    pub hold: HoldId,
}

impl GiveHold {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.amount.is_zero() { Err(Error::ZeroAmount) } else { Ok(()) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<HoldId, Error> {
        let owner = ctx.account()?;
        let beneficiary = gage_accounts::resolve(draft, &self.beneficiary)?;
        let purpose = Beneficiary { module: MODULE, id: u64::from(beneficiary.0) };
        let new =
            NewHold { owner, asset: self.asset, amount: self.amount, purpose, beneficiary, expires: self.expires };
        hold(draft, ctx, &new)
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_amount(names, self.amount, self.asset);
        format!("Hold {amount} for {} until time {} ms", self.beneficiary, self.expires)
    }
}

impl SettleHold {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.amount.is_zero() { Err(Error::ZeroAmount) } else { Ok(()) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        let (signer, asset) = beneficiary_of(draft, ctx, self.hold)?;
        if asset != self.asset {
            return Err(Error::UnknownAsset);
        }
        settle(draft, ctx, self.hold, signer, self.amount)?;
        Ok(Output { asset, amount: self.amount })
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Take {} of hold {}", describe_amount(names, self.amount, self.asset), self.hold.0)
    }
}

impl ReleaseHold {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        beneficiary_of(draft, ctx, self.hold)?;
        release(draft, ctx, self.hold)
    }

    pub(crate) fn describe(&self) -> String {
        format!("Release hold {}", self.hold.0)
    }
}

/// Passes only the beneficiary of a hold that accounts gave each other; a module's holds follow the
/// module's rules, not an account's wish.
fn beneficiary_of(draft: &Draft, ctx: &Context, id: HoldId) -> Result<(AccountNumber, AssetId), Error> {
    let signer = ctx.account()?;
    let record = hold_record(draft, id).ok_or(Error::UnknownHold)?;
    if record.beneficiary != signer || record.purpose.module != MODULE {
        return Err(Error::NotBeneficiary);
    }
    Ok((signer, record.asset))
}
