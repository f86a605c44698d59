//! Arrange what is repaid or sold as health falls.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_store::Draft;
use gage_units::{AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use super::owned;
use crate::protection::ladder::{Deed, LADDERS, Ladder, Rung, check_steps, reserve_of};
use crate::protection::{reserve, watch};
use crate::{Error, Event, MODULE, VaultId, book, calls};

/// Replaces the ladder of the signer's vault; no steps end it and give its reserve back. What the steps
/// may repay is held on the signer's account until `until`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetLadder {
    /// The vault.
    pub vault: VaultId,
    /// What it owes, and the steps repay.
    pub asset: AssetId,
    /// At most eight, in descending order of health.
    pub steps: Vec<Rung>,
    /// When what is left of the reserve returns by itself.
    pub until: Timestamp,
}

impl SetLadder {
    /// # Errors
    /// [`Error::ParamOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        check_steps(&self.steps)
    }

    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownVault`], [`Error::NotVaultOwner`],
    /// [`Error::WrongAsset`], [`Error::LadderBonded`] while the vault is unsafe or called, if a ladder stands
    /// or the new one sells, [`Error::InLiquidation`] if it sells while a lot is open,
    /// [`Error::NotCollateral`], the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let vault = owned(draft, ctx, self.vault)?;
        let facility = book::facility(draft, vault.facility)?;
        if facility.stable != self.asset {
            return Err(Error::WrongAsset);
        }
        let needed = book::health(draft, &vault)?.is_unsafe() || calls::margin_call(draft, self.vault).is_some();
        // A sale without penalty is arranged while the vault is safe and nothing of it is sold already.
        let sells = self.steps.iter().any(|step| matches!(step.deed, Deed::Sell { .. }));
        if needed && sells {
            return Err(Error::LadderBonded);
        }
        if sells && vault.in_liquidation() {
            return Err(Error::InLiquidation);
        }
        if let Some(ladder) = LADDERS.get(draft, &self.vault) {
            // What is promised against a loss is not taken back in front of it.
            if needed && !ladder.steps.is_empty() {
                return Err(Error::LadderBonded);
            }
            if let Some(hold) = ladder.reserve {
                reserve::give_back(draft, ctx, hold)?;
            }
        }
        for step in &self.steps {
            if let Deed::Sell { asset, .. } = step.deed {
                // Which of several things is sold is not said here.
                if book::collateral(draft, vault.facility, asset)?.itemised {
                    return Err(Error::NotCollateral(asset));
                }
            }
        }
        let amount = reserve_of(&self.steps)?;
        let reserve = reserve::set_aside(draft, ctx, vault.owner, &facility, self.vault, amount, self.until)?;

        // From here on nothing can fail.
        if self.steps.is_empty() {
            LADDERS.remove(draft, &self.vault);
        } else {
            LADDERS.put(draft, self.vault, Ladder { steps: self.steps.clone(), reserve });
        }
        watch::set(draft, self.vault)?;
        draft.emit(MODULE, &Event::LadderSet { vault: self.vault, steps: self.steps.clone() });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let mut text = format!("Set ladder of vault {} until {}:", self.vault, self.until);
        for step in &self.steps {
            let deed = match step.deed {
                Deed::Repay { amount } => format!("repay {}", describe_amount(names, amount, self.asset)),
                Deed::Sell { asset, amount, discount } => {
                    format!("sell {} at most {discount} below the quote", describe_amount(names, amount, asset))
                }
            };
            text.push_str(&format!(" below health {} {deed};", step.health));
        }
        if self.steps.is_empty() { format!("{text} none") } else { text }
    }
}
