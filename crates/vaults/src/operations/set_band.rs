//! Ask for a band of health to be kept.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Ratio, Timestamp};
use serde::{Deserialize, Serialize};

use super::{above_zero, owned};
use crate::protection::band::{BANDS, Band, BandTerms, Means, end_allowance};
use crate::protection::{reserve, watch};
use crate::throughput::Window;
use crate::{Error, Event, MODULE, VaultId, book};

/// With what a band is kept.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum With {
    /// Nothing: the band ends.
    Nothing,
    /// Collateral from, and to, the signer's account or one that allows it.
    Collateral {
        /// What.
        asset: AssetId,
        /// Another account than the signer's.
        account: Option<AccountId>,
    },
    /// Stable held on the signer's account until `until`, from which debt is repaid.
    Reserve {
        /// What the vault owes.
        asset: AssetId,
        /// How much is held.
        amount: Amount,
        /// When what is left returns by itself.
        until: Timestamp,
    },
}

/// Replaces the band of the signer's vault.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetBand {
    /// The vault.
    pub vault: VaultId,
    /// Below this health something is added; 1 at least.
    pub lower: Ratio,
    /// To this health.
    pub target: Ratio,
    /// From this health on collateral is released; 100 at most.
    pub upper: Ratio,
    /// With what.
    pub with: With,
    /// The length of a window, in milliseconds; a minute to thirty days.
    pub window_ms: u64,
    /// The most that is moved in one window, in smallest units of what is moved.
    pub window_max: Amount,
}

impl SetBand {
    /// Whether collateral comes from, and goes to, an account that is named: then it takes the owners' keys.
    pub fn names_an_account(&self) -> bool {
        matches!(self.with, With::Collateral { account: Some(_), .. })
    }

    fn terms(&self, means: Means) -> BandTerms {
        let SetBand { lower, target, upper, window_ms, window_max, .. } = *self;
        BandTerms { lower, target, upper, means, window_ms, window_max }
    }

    /// # Errors
    /// [`Error::ParamOutOfBounds`], `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        match self.with {
            With::Nothing => return Ok(()),
            With::Reserve { amount, .. } => above_zero(amount)?,
            With::Collateral { .. } => {}
        }
        self.terms(Means::Reserve).check()
    }

    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownVault`], [`Error::NotVaultOwner`], then
    /// [`Error::NotCollateral`] and `UnknownAccount`, or [`Error::WrongAsset`] and the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let vault = owned(draft, ctx, self.vault)?;
        let facility = book::facility(draft, vault.facility)?;
        if let Some(hold) = BANDS.get(draft, &self.vault).and_then(|band| band.reserve) {
            reserve::give_back(draft, ctx, hold)?;
        }
        let (means, reserve) = match &self.with {
            With::Nothing => (None, None),
            With::Collateral { asset, account } => {
                if book::collateral(draft, vault.facility, *asset)?.itemised {
                    return Err(Error::NotCollateral(*asset));
                }
                let account = account.map(|id| gage_accounts::resolve(draft, &id)).transpose()?;
                (Some(Means::Collateral { asset: *asset, account: account.unwrap_or(vault.owner) }), None)
            }
            With::Reserve { asset, amount, until } => {
                if *asset != facility.stable {
                    return Err(Error::WrongAsset);
                }
                let hold = reserve::set_aside(draft, ctx, vault.owner, &facility, self.vault, *amount, *until)?;
                (Some(Means::Reserve), hold)
            }
        };

        // From here on nothing can fail.
        end_allowance(draft, self.vault, means);
        match means {
            Some(means) => {
                let band = Band { terms: self.terms(means), window: Window::default(), reserve };
                BANDS.put(draft, self.vault, band);
            }
            None => BANDS.remove(draft, &self.vault),
        }
        watch::set(draft, self.vault)?;
        draft.emit(MODULE, &Event::BandSet { vault: self.vault, terms: means.map(|means| self.terms(means)) });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let SetBand { vault, lower, target, upper, window_ms, window_max, .. } = self;
        let (asset, with) = match &self.with {
            With::Nothing => return format!("End the band of vault {vault}"),
            With::Collateral { asset, account: None } => (*asset, "collateral of this account".to_owned()),
            With::Collateral { asset, account: Some(account) } => (*asset, format!("collateral of {account}")),
            With::Reserve { asset, amount, until } => {
                (*asset, format!("{} held until {until}", describe_amount(names, *amount, *asset)))
            }
        };
        let most = describe_amount(names, *window_max, asset);
        format!(
            "Keep vault {vault} between health {lower} and {upper}, target {target}, with {with}: {most} per {window_ms} ms"
        )
    }
}
