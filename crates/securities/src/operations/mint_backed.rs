use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, describe_amount};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::backing::BackingStatus;
use crate::mint_limit::MINT_LIMITS;
use crate::state::{BACKINGS, Backing, LISTINGS, backing, instrument};
use crate::status::{claims, proof_at};
use crate::{Error, Event, MODULE};

/// Mints an asset to its issuer, never above what is proven to back it.
///
/// Precedence: amount; terms; instrument; issuer; proof; proven amount; supply cap; mint limit; ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MintBacked {
    /// The asset.
    pub asset: AssetId,
    /// How much, in its smallest unit.
    pub amount: Amount,
}

impl MintBacked {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.amount.is_zero() { Err(gage_accounts::Error::ZeroAmount.into()) } else { Ok(()) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        let MintBacked { asset, amount } = *self;
        let issuer = ctx.account()?;
        let Backing { terms, minted, redeemed, .. } = backing(draft, asset)?;
        if instrument(draft, asset)?.issuer != issuer {
            return Err(Error::NotIssuer(asset));
        }
        let proof = proof_at(draft, ctx.time, asset)?.ok_or(Error::NotBacked(asset))?;
        if proof.status != BackingStatus::Proven {
            return Err(Error::BackingNotProven { asset, status: proof.status });
        }
        let supply = gage_ledger::supply(draft, asset).plus(amount)?;
        if claims(draft, asset)?.plus(amount)? > proof.proven {
            return Err(Error::ExceedsBacking(asset));
        }
        if LISTINGS.peek(draft, &asset).is_some_and(|listing| supply > listing.supply_cap) {
            return Err(Error::ExceedsSupplyCap(asset));
        }
        let limit = match MINT_LIMITS.get(draft, &asset) {
            Some(limit) => Some(limit.with(amount, ctx.time)?.ok_or(Error::ExceedsMintLimit(asset))?),
            None => None,
        };
        let minted = minted.plus(amount)?;
        gage_ledger::mint(draft, ctx, MODULE, asset, issuer, amount)?;

        // From here on nothing can fail.
        BACKINGS.put(draft, asset, Backing { terms, minted, redeemed, covered: proof.proven });
        if let Some(limit) = limit {
            MINT_LIMITS.put(draft, asset, limit);
        }
        draft.emit(MODULE, &Event::BackedMinted { asset, issuer, amount });
        Ok(Output { asset, amount })
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Mint {} against proven backing", describe_amount(names, self.amount, self.asset))
    }
}
